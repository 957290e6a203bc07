//! An editor's word over HTTP: a fact corrected or confirmed, a report taken back; and the audit of what was done. Comes
//! in: requests of somebody who may edit. Goes out: the change in the store, with its alerts on their way. What it means
//! is `editing`'s to say, as for the command line.
#![expect(
    unused_qualifications,
    reason = "what the description is generated from qualifies the names it is given"
)]

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Context;
use super::asked::{self, Asked, bad};
use super::caller::{Caller, Signature};
use super::form::Page;
use super::problem::{EditRefusals, Problem};
use super::story_path::StoryPath;
use crate::editing::{self, Edit, EditError};
use crate::ledger::Outcome;
use crate::ledger::edit::Stated;
use crate::model::{AuditEntry, FactKey, StoryId, Via};
use crate::outputs::wording::Headline;
use crate::pipeline::Event;

pub(super) fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(correct))
        .routes(routes!(pin))
        .routes(routes!(retract))
        .routes(routes!(audit))
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        let status = match &error {
            EditError::NoStory(_) | EditError::NoFact(_) => StatusCode::NOT_FOUND,
            EditError::NothingKnown(_) | EditError::NothingSaid(_) => StatusCode::CONFLICT,
            EditError::WrongKind(..) => StatusCode::BAD_REQUEST,
            EditError::Store(store) => return store.clone().into(),
        };
        Self::new(status, error.to_string())
    }
}

/// The body of a request as a wish.
pub(super) fn wish<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Problem> {
    let body = body.map_err(|refusal| Problem::new(refusal.status(), refusal.body_text()))?;
    serde_json::from_slice(&body).map_err(|error| bad(format!("the body cannot be read: {error}")))
}

/// What a fact stands at.
#[derive(Debug, Deserialize, ToSchema)]
struct Correction {
    /// Which fact, as `fact` in the answers about the story.
    #[schema(value_type = Object)]
    fact: FactKey,
    /// `19`, `at least 19`, `19-25`; for a demand `met`, `rejected` or `withdrawn`; for a position a stance.
    value: String,
    #[serde(flatten)]
    signature: Signature,
}

/// Which fact.
#[derive(Debug, Deserialize, ToSchema)]
struct Confirmation {
    /// Which fact, as `fact` in the answers about the story.
    #[schema(value_type = Object)]
    fact: FactKey,
    #[serde(flatten)]
    signature: Signature,
}

/// What is taken back.
#[derive(Debug, Deserialize, ToSchema)]
struct Retraction {
    /// Only what the report said of this fact, as `fact` in the answers about the story; null for all it said.
    #[schema(value_type = Option<Object>)]
    fact: Option<FactKey>,
    #[serde(flatten)]
    signature: Signature,
}

/// What an edit did.
#[derive(Debug, Serialize, ToSchema)]
struct Edited {
    /// Id of the article that carries the editor's word; taking it back sets the facts free.
    article: String,
    /// The editor's word: "killed: 19, says Ada".
    title: String,
    /// What is told because of it, to those whom it concerns; empty when nothing told before is wrong by it.
    told: Vec<String>,
}

impl From<&Outcome> for Edited {
    fn from(outcome: &Outcome) -> Self {
        let alerts = outcome.message.iter().flat_map(|message| &message.alerts);
        Self {
            article: outcome.article.id.clone(),
            title: outcome.article.title.clone(),
            told: alerts.map(|alert| Headline::of(alert).line()).collect(),
        }
    }
}

async fn carry_out(
    context: &Context,
    caller: Caller,
    story: &StoryId,
    edit: Edit,
    signature: &Signature,
) -> Result<Json<Edited>, Problem> {
    let editor = signature.editor(caller)?;
    let (store, router) = (context.store.as_ref(), context.routing.router());
    let outcome = editing::carry_out(store, &router, story, &edit, &editor, context.clock.now()).await?;
    tracing::info!(%story, edit = %outcome.article.id, token = caller.token, "edited over HTTP");
    context.wake.notify_one();
    let (article, claims) = (outcome.article.id.clone(), outcome.claims.len());
    let message = outcome.message.clone().map(Arc::new);
    // Nobody need listen.
    drop(context.events.send(Event::Committed { article, story: story.clone(), claims, message }));
    Ok(Json(Edited::from(&outcome)))
}

/// States what a fact stands at; no report moves it any more, and whoever was told otherwise is told.
#[utoipa::path(post, path = "/api/stories/{id}/correct", params(("id" = String, Path, description = "Id of the story, or the start of it")),
    tag = "edits", request_body = Correction, responses((status = 200, body = Edited), EditRefusals))]
async fn correct(
    State(context): State<Context>,
    caller: Caller,
    StoryPath(story): StoryPath,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Edited>, Problem> {
    let Correction { fact, value, signature } = wish(body)?;
    let stated = Stated::parse(&value).map_err(bad)?;
    carry_out(&context, caller, &story.id, Edit::Correct(fact, stated), &signature).await
}

/// Confirms a fact as it is known; no report moves it any more.
#[utoipa::path(post, path = "/api/stories/{id}/pin", params(("id" = String, Path, description = "Id of the story, or the start of it")),
    tag = "edits", request_body = Confirmation, responses((status = 200, body = Edited), EditRefusals))]
async fn pin(
    State(context): State<Context>,
    caller: Caller,
    StoryPath(story): StoryPath,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Edited>, Problem> {
    let Confirmation { fact, signature } = wish(body)?;
    carry_out(&context, caller, &story.id, Edit::Pin(fact), &signature).await
}

/// Takes back what a report, or an editor, said; whoever was told because of it is told.
#[utoipa::path(post, path = "/api/articles/{id}/retract", params(("id" = String, Path, description = "Id of the article, or the start of it")),
    tag = "edits", request_body = Retraction, responses((status = 200, body = Edited), EditRefusals))]
async fn retract(
    State(context): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Edited>, Problem> {
    let Retraction { fact, signature } = wish(body)?;
    let found = context.store.article(&id).await?;
    let known = found.ok_or_else(|| Problem::not_found(format!("there is no article `{id}`")))?;
    carry_out(&context, caller, &known.story, Edit::Retract(known.article.id, fact), &signature).await
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries of the page, 50 unless told, at most 500.
    limit: Option<usize>,
}

/// One edit as it was made.
#[derive(Debug, Serialize, ToSchema)]
struct AuditForm {
    /// Rises from one edit to the next.
    number: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who, as the editor signed.
    editor: String,
    /// `http` or `command_line`.
    via: &'static str,
    /// Over HTTP: the key of the token in the config, or `loopback` when none is needed.
    token: Option<String>,
    /// `correct`, `pin`, `retract`, `merge`, `split`, `mute`, `unmute`, `retry` or `discard`.
    action: &'static str,
    /// What it did, for people.
    what: String,
    /// The story it was made in.
    story: Option<String>,
    /// The article that carries the editor's word, or the one that was dealt with.
    article: Option<String>,
    /// Why, as the editor says.
    note: Option<String>,
}

impl From<(i64, AuditEntry)> for AuditForm {
    fn from((number, entry): (i64, AuditEntry)) -> Self {
        let AuditEntry { at, editor, via, action, what, story, article, note } = entry;
        let (via, token) = match via {
            Via::CommandLine => ("command_line", None),
            Via::Http { token } => ("http", Some(token)),
        };
        Self { number, at, editor, via, token, action: action.as_str(), what, story, article, note }
    }
}

/// What people did to what is known or told, the latest first. Only for `http.token`.
#[utoipa::path(get, path = "/api/audit", params(AuditQuery), tag = "edits",
    responses((status = 200, body = Page<AuditForm>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json")))]
async fn audit(
    State(context): State<Context>,
    Asked(asked): Asked<AuditQuery>,
) -> Result<Json<Page<AuditForm>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    let before = asked::number("cursor", asked.cursor.as_ref())?;
    let mut found = context.store.find_audit(before, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(number, _)| number.to_string());
    Ok(Json(Page { entries: found.into_iter().map(AuditForm::from).collect(), next }))
}
