//! Stories merged and split by an editor over HTTP. Comes in: which stories, which reports. Goes out: what became of them.
//! What it means is `editing`'s to say, as for the command line.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Context;
use super::asked::bad;
use super::caller::{Caller, Signature};
use super::edits::wish;
use super::form::StoryForm;
use super::problem::{EditRefusals, Problem};
use super::story_path::{StoryPath, story};
use crate::editing::regroup::{RegroupError, Regrouping, regroup};
use crate::pipeline::Event;

/// Reports of one request.
const ARTICLES_MAX: usize = 1000;

pub(super) fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(merge)).routes(routes!(split))
}

impl From<RegroupError> for Problem {
    fn from(error: RegroupError) -> Self {
        let status = match &error {
            RegroupError::NoStory(_) | RegroupError::NotThere(..) => StatusCode::NOT_FOUND,
            RegroupError::Same(_) | RegroupError::NothingLeft(_) => StatusCode::CONFLICT,
            RegroupError::Store(store) => return store.clone().into(),
        };
        Self::new(status, error.to_string())
    }
}

/// Where the story goes.
#[derive(Debug, Deserialize, ToSchema)]
struct MergeWish {
    /// Id of the story that stays, or the start of it.
    into: String,
    #[serde(flatten)]
    signature: Signature,
}

/// What leaves the story.
#[derive(Debug, Deserialize, ToSchema)]
struct SplitWish {
    /// Ids of the reports.
    articles: Vec<String>,
    #[serde(flatten)]
    signature: Signature,
}

/// What became of the stories.
#[derive(Debug, Serialize, ToSchema)]
struct RegroupedForm {
    /// What was done.
    title: String,
    /// The story that reports left; after a merge it answers with the other.
    left: StoryForm,
    /// The story that they are in now.
    joined: StoryForm,
}

async fn carry_out(
    context: &Context,
    caller: Caller,
    wish: Regrouping,
    signature: &Signature,
) -> Result<Json<RegroupedForm>, Problem> {
    let editor = signature.editor(caller)?;
    let (store, names) = (context.store.as_ref(), &context.names);
    let done = regroup(store, names, &wish, &editor, context.clock.now()).await?;
    let (left, joined) = (done.left.id.clone(), done.joined.id.clone());
    tracing::info!(%left, %joined, token = caller.token, what = %done.what, "stories regrouped over HTTP");
    // Nobody need listen.
    drop(context.events.send(Event::Regrouped { left, joined }));
    let (left, joined) = (StoryForm::from(&done.left), StoryForm::from(&done.joined));
    Ok(Json(RegroupedForm { title: done.what, left, joined }))
}

/// Makes two stories one: this one goes into the other, and answers with it from then on. Nothing is told because of it.
#[utoipa::path(post, path = "/api/stories/{id}/merge", params(("id" = String, Path, description = "Id of the story, or the start of it")),
    tag = "edits", request_body = MergeWish, responses((status = 200, body = RegroupedForm), EditRefusals))]
async fn merge(
    State(context): State<Context>,
    caller: Caller,
    StoryPath(from): StoryPath,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<RegroupedForm>, Problem> {
    let MergeWish { into, signature } = wish(body)?;
    let into = story(&context, &into).await?;
    carry_out(&context, caller, Regrouping::Merge(from.id, into.id), &signature).await
}

/// Makes reports that are about something else a story of their own. Nothing is told because of it.
#[utoipa::path(post, path = "/api/stories/{id}/split", params(("id" = String, Path, description = "Id of the story, or the start of it")),
    tag = "edits", request_body = SplitWish, responses((status = 200, body = RegroupedForm), EditRefusals))]
async fn split(
    State(context): State<Context>,
    caller: Caller,
    StoryPath(from): StoryPath,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<RegroupedForm>, Problem> {
    let SplitWish { articles, signature } = wish(body)?;
    if articles.len() > ARTICLES_MAX {
        return Err(bad(format!("{} reports at once: name at most {ARTICLES_MAX}", articles.len())));
    }
    carry_out(&context, caller, Regrouping::Split(from.id, articles), &signature).await
}
