//! The story that an address names. Comes in: a path with the id of a story, or the start of it. Goes out: the story; or
//! that there is none; or, when it went into another, the way to that one.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Context;
use super::problem::Problem;
use crate::model::Story;

/// The story that the path names.
pub(super) struct StoryPath(pub(super) Story);

impl FromRequestParts<Context> for StoryPath {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Response> {
        let Path(id) =
            Path::<String>::from_request_parts(parts, context).await.map_err(IntoResponse::into_response)?;
        let story = story(context, &id).await.map_err(IntoResponse::into_response)?;
        // Whoever changes something means the story as it is now.
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if reads && !story.id.starts_with(&id) { Err(elsewhere(parts, &id, &story)) } else { Ok(Self(story)) }
    }
}

/// The story of this id, of which the start is enough.
pub(super) async fn story(context: &Context, id: &str) -> Result<Story, Problem> {
    let found = context.store.story(id).await?;
    found.ok_or_else(|| Problem::not_found(format!("there is no story `{id}`: /api/stories lists them")))
}

/// The same question to the story that this one went into.
fn elsewhere(parts: &Parts, id: &str, story: &Story) -> Response {
    // Behind "/api/stories/{id}".
    let rest = parts.uri.path().splitn(5, '/').nth(4).map(|rest| format!("/{rest}")).unwrap_or_default();
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let detail = format!("the story `{id}` was merged into `{}`", story.id);
    let mut response = Problem::new(StatusCode::TEMPORARY_REDIRECT, detail).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/stories/{}{rest}{query}", story.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    // A split gives the old id its reports back.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
