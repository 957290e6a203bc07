//! Answers that did not change are not sent again. Comes in: a request and its answer. Goes out: the answer with an
//! `ETag` made from its bytes, or 304. Never touches a stream.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// No answer of ours is larger: all are pages or one story.
pub(super) const ANSWER_MAX: usize = 256 * 1024 * 1024;

pub(super) async fn conditional(request: Request, next: Next) -> Response {
    let reads = request.method() == Method::GET;
    let held = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    let streams = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    if !reads || streams || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, ANSWER_MAX).await else {
        let detail = "the answer is too large: ask for less";
        return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response();
    };
    let tag = Sha256::digest(&bytes)
        .iter()
        .take(12)
        .fold("W/\"".to_owned(), |tag, byte| format!("{tag}{byte:02x}"))
        + "\"";
    mark(&mut parts.headers, &tag);
    if is_held(held.as_ref(), &tag) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Whether the client has what bears this tag.
pub(super) fn is_held(held: Option<&HeaderValue>, tag: &str) -> bool {
    held.and_then(|held| held.to_str().ok())
        .is_some_and(|held| held.split(',').any(|one| one.trim() == tag || one.trim() == "*"))
}

fn mark(headers: &mut HeaderMap, tag: &str) {
    if let Ok(value) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache, private"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("authorization"));
}
