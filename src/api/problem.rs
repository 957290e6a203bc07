//! Errors of the HTTP interface, as problem details (RFC 9457). Comes in: a status and a sentence. Goes out:
//! `application/problem+json`. Never says more than the one who asks may know.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{self, RefOr};
use utoipa::{IntoResponses, ToSchema};

use crate::store::StoreError;

/// What went wrong, for the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// The status as a figure.
    pub status: u16,
    /// What the status means, the same for all problems of this status.
    pub title: String,
    /// What is wrong with this request, and the cure.
    pub detail: String,
}

impl Problem {
    /// A problem of this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        Self { status: status.as_u16(), title, detail: detail.into() }
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::Refused(_) => StatusCode::BAD_REQUEST,
            StoreError::StoryMoved(_) | StoreError::ArticlesKnown(_) => StatusCode::CONFLICT,
            StoreError::Unavailable(_) | StoreError::Broken(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.to_string())
    }
}

/// The media type of problem details.
const KIND: &str = "application/problem+json";

/// What a question about one thing may be refused with, for the description of the interface.
pub(super) struct QuestionRefusals;

/// What an edit may be refused with, for the description of the interface.
pub(super) struct EditRefusals;

impl IntoResponses for QuestionRefusals {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        refusals(["400", "404"])
    }
}

impl IntoResponses for EditRefusals {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        refusals(["400", "403", "404", "409"])
    }
}

fn refusals<const COUNT: usize>(statuses: [&str; COUNT]) -> BTreeMap<String, RefOr<openapi::Response>> {
    let problem = || openapi::Content::new(Some(openapi::Ref::from_schema_name(Problem::name())));
    let refusal = || openapi::ResponseBuilder::new().content(KIND, problem()).build();
    statuses.into_iter().map(|status| (status.to_owned(), RefOr::T(refusal()))).collect()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static(KIND);
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
