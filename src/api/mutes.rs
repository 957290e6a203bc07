//! Mutes: what is not told for a while. Comes in: what to silence and until when, from somebody who may edit. Goes out: a
//! changed store, which the daemon heeds with its next commit. What is muted is read, known and shown all the same.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::bad;
use super::caller::{Caller, Signature};
use super::form::Page;
use super::problem::{Problem, QuestionRefusals};
use super::story_path::story;
use super::{Context, edits};
use crate::model::{Action, AuditEntry, Moment, Mute, Muted};
use crate::notify::mute;

pub(super) fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list, make)).routes(routes!(end))
}

/// What to silence.
#[derive(Debug, Deserialize, ToSchema)]
struct Wish {
    /// `{"kind": "story", "story": …}`, `{"kind": "fact", "story": …, "fact": …}` or `{"kind": "actor", "actor": …}`.
    #[schema(value_type = Object)]
    what: Muted,
    /// From this time on it is told again (RFC 3339 or a date).
    #[schema(value_type = String, format = DateTime)]
    until: Moment,
    #[serde(flatten)]
    signature: Signature,
}

/// What is muted now, the first to end first.
#[utoipa::path(get, path = "/api/mutes", tag = "mutes", responses((status = 200, body = Page<Object>)))]
async fn list(State(context): State<Context>) -> Result<Json<Page<Value>>, Problem> {
    let mutes = context.store.mutes(context.clock.now()).await?;
    Ok(Json(Page { entries: mutes.iter().map(|mute| json!(mute)).collect(), next: None }))
}

/// Silences a story, a fact or an actor; the same again replaces the time.
#[utoipa::path(post, path = "/api/mutes", tag = "mutes", request_body = Wish,
    responses((status = 200, body = Object), QuestionRefusals))]
async fn make(
    State(context): State<Context>,
    caller: Caller,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    let wish: Wish = edits::wish(body)?;
    let editor = wish.signature.editor(caller)?;
    let now = context.clock.now();
    if wish.until.at <= now {
        return Err(bad(format!("`until` is {}, which is past: name a later time", wish.until)));
    }
    let what = match wish.what {
        Muted::Story { story: id } => Muted::Story { story: story(&context, &id).await?.id },
        Muted::Fact { story: id, fact } => Muted::Fact { story: story(&context, &id).await?.id, fact },
        actor @ Muted::Actor { .. } => actor,
    };
    let made = Mute::of(what, wish.until.at, now);
    let entry = editor.did(Action::Mute, mute::in_words(&made), now);
    let entry = AuditEntry { story: made.what.story().cloned(), ..entry };
    context.store.mute(&made, &entry).await?;
    tracing::info!(mute = %made.id, until = %made.until, "muted over HTTP");
    Ok(Json(json!(made)))
}

/// Ends a mute.
#[utoipa::path(post, path = "/api/mutes/{id}/end", params(("id" = String, Path)), tag = "mutes",
    responses((status = 204), (status = 400, body = Problem, content_type = "application/problem+json")))]
async fn end(
    State(context): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let editor = Signature::default().editor(caller)?;
    let entry = editor.did(Action::Unmute, format!("mute {id} ended"), context.clock.now());
    context.store.unmute(&id, &entry).await?;
    tracing::info!(mute = %id, "mute ended over HTTP");
    Ok(StatusCode::NO_CONTENT)
}
