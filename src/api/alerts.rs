//! What was told, and where it went. Comes in: cursors and filters. Goes out: messages with their alerts, deliveries,
//! dead letters, and how the daemon does. A dead letter can be tried again or discarded by somebody who may edit.
#![expect(
    unused_qualifications,
    reason = "what the description is generated from qualifies the names it is given"
)]

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Context;
use super::asked::{self, Asked, bad};
use super::caller::{Caller, Signature};
use super::form::{DeliveryForm, MessageForm, Page};
use super::problem::Problem;
use crate::model::Action;
use crate::store::Letter;
use crate::store::overview::{DeliveryQuery, From, MessageQuery};

/// Dead letters of each kind that are listed.
const DEAD_LETTERS: usize = 200;

/// States that a delivery can be in.
const STATES: [&str; 5] = ["due", "queued", "delivered", "dead", "discarded"];

pub(super) fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(alerts))
        .routes(routes!(deliveries))
        .routes(routes!(overview))
        .routes(routes!(dead_letters))
        .routes(routes!(retry))
        .routes(routes!(discard))
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AlertsQuery {
    /// Id of a story: only its alerts.
    story: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries of the page, 50 unless told, at most 500.
    limit: Option<usize>,
}

/// Alerts, the latest first: those of one report for one story together.
#[utoipa::path(get, path = "/api/alerts", params(AlertsQuery), tag = "alerts",
    responses((status = 200, body = Page<MessageForm>), (status = 400, body = Problem, content_type = "application/problem+json")))]
async fn alerts(
    State(context): State<Context>,
    Asked(asked): Asked<AlertsQuery>,
) -> Result<Json<Page<MessageForm>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    let from = asked::number("cursor", asked.cursor.as_ref())?.map_or(From::Latest, From::Before);
    let story = match asked.story {
        // One that went into another is asked for by its old name.
        Some(id) => Some(context.store.story(&id).await?.map_or(id, |story| story.id)),
        None => None,
    };
    let query = MessageQuery { story, from, limit: limit + 1 };
    let mut found = context.store.find_messages(&query).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.number.to_string());
    if let Some(signer) = &context.signer {
        found.iter_mut().for_each(|numbered| signer.sign_all(&mut numbered.message));
    }
    Ok(Json(Page { entries: found.iter().map(MessageForm::from).collect(), next }))
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeliveriesQuery {
    /// Name of an output.
    output: Option<String>,
    /// `due`, `queued`, `delivered`, `dead` or `discarded`.
    state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries of the page, 50 unless told, at most 500.
    limit: Option<usize>,
}

/// Deliveries, the latest first.
#[utoipa::path(get, path = "/api/deliveries", params(DeliveriesQuery), tag = "alerts",
    responses((status = 200, body = Page<DeliveryForm>), (status = 400, body = Problem, content_type = "application/problem+json")))]
async fn deliveries(
    State(context): State<Context>,
    Asked(asked): Asked<DeliveriesQuery>,
) -> Result<Json<Page<DeliveryForm>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    if let Some(state) = asked.state.as_deref().filter(|state| !STATES.contains(state)) {
        return Err(bad(format!("`state` is `{state}`: it must be one of {}", STATES.join(", "))));
    }
    let before = asked::number("cursor", asked.cursor.as_ref())?;
    let query = DeliveryQuery { output: asked.output, state: asked.state, before, limit: limit + 1 };
    let mut found = context.store.find_deliveries(&query).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.number.to_string());
    Ok(Json(Page { entries: found.into_iter().map(DeliveryForm::from).collect(), next }))
}

/// What waits for one output.
#[derive(Debug, Serialize, ToSchema)]
struct OutputForm {
    /// Its name.
    name: String,
    /// Messages neither delivered nor given up.
    waiting: u64,
    /// Since when the first of them waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    waiting_since: Option<Timestamp>,
}

/// How the daemon does.
#[derive(Debug, Serialize, ToSchema)]
struct Overview {
    /// Whether articles are taken.
    ready: bool,
    /// Why not.
    reasons: Vec<String>,
    /// What the sender of this request may do: `read`, `edit` or `admin`.
    role: &'static str,
    /// The version of the program.
    version: &'static str,
    /// Outputs for which something waits.
    outputs: Vec<OutputForm>,
    /// Items that could not be read.
    dead_items: u64,
    /// Deliveries that were given up.
    dead_deliveries: u64,
    /// Bytes that the store takes.
    store_bytes: u64,
}

/// How the daemon does: what waits, what went no further.
#[utoipa::path(get, path = "/api/overview", tag = "health", responses((status = 200, body = Overview)))]
async fn overview(State(context): State<Context>, caller: Caller) -> Result<Json<Overview>, Problem> {
    let store = context.store.metrics().await?;
    let reasons = context.health.reasons();
    let outputs = store.outboxes.into_iter().map(|outbox| OutputForm {
        name: outbox.output,
        waiting: outbox.waiting,
        waiting_since: outbox.oldest,
    });
    Ok(Json(Overview {
        ready: reasons.is_empty(),
        reasons: reasons.iter().map(ToString::to_string).collect(),
        role: caller.role.as_str(),
        version: env!("CARGO_PKG_VERSION"),
        outputs: outputs.collect(),
        dead_items: store.dead_items,
        dead_deliveries: store.dead_deliveries,
        store_bytes: store.bytes,
    }))
}

/// Something that went no further.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLetterForm {
    /// Names it: `item-12`, `delivery-7`.
    id: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Why.
    reason: String,
    /// What it is: a file or record and its input, or a message and its output.
    what: String,
    /// When an item whose publisher holds it back will be read by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    held_until: Option<Timestamp>,
}

/// What could not be read or delivered, the latest first.
#[utoipa::path(get, path = "/api/dead-letters", tag = "health", responses((status = 200, body = Page<DeadLetterForm>)))]
async fn dead_letters(State(context): State<Context>) -> Result<Json<Page<DeadLetterForm>>, Problem> {
    let found = context.store.dead_letters(DEAD_LETTERS).await?;
    let entries = found.into_iter().map(|dead| DeadLetterForm {
        what: match &dead.letter {
            Letter::Item { item, .. } => format!("{} from {}", item.label, item.input),
            Letter::Delivery(delivery) => format!("message {} to {}", delivery.message.id, delivery.output),
        },
        held_until: match &dead.letter {
            Letter::Item { item, .. } => item.retry_at,
            Letter::Delivery(_) => None,
        },
        id: dead.id,
        since: dead.since,
        reason: dead.reason,
    });
    Ok(Json(Page { entries: entries.collect(), next: None }))
}

/// Has a dead letter read or sent again.
#[utoipa::path(post, path = "/api/dead-letters/{id}/retry", params(("id" = String, Path)), tag = "health",
    responses((status = 204), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json")))]
async fn retry(
    State(context): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let now = context.clock.now();
    let editor = Signature::default().editor(caller)?;
    context.store.retry_dead_letter(&id, &editor.did(Action::Retry, id.clone(), now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a dead letter off the list.
#[utoipa::path(post, path = "/api/dead-letters/{id}/discard", params(("id" = String, Path)), tag = "health",
    responses((status = 204), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json")))]
async fn discard(
    State(context): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let now = context.clock.now();
    let editor = Signature::default().editor(caller)?;
    context.store.discard_dead_letter(&id, &editor.did(Action::Discard, id.clone(), now)).await?;
    Ok(StatusCode::NO_CONTENT)
}
