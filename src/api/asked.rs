//! What a request asks, read from its address and body. Comes in: a request. Goes out: typed values, or a problem that
//! names the field and the cure. Never lets a client ask for more than a page.

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::model::Moment;

/// Entries of a page when the client names no number.
const PAGE: usize = 50;

/// Entries of a page at most.
const PAGE_MAX: usize = 500;

/// The query of the address.
pub(super) struct Asked<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(query)) => Ok(Self(query)),
            Err(error) => Err(bad(error.to_string())),
        }
    }
}

/// 400.
pub(super) fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail)
}

/// How many entries to answer.
pub(super) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(PAGE),
        Some(limit) if (1..=PAGE_MAX).contains(&limit) => Ok(limit),
        Some(limit) => Err(bad(format!("`limit` is {limit}: it must be from 1 to {PAGE_MAX}"))),
    }
}

/// A time given in a query.
pub(super) fn time(field: &str, text: Option<&String>) -> Result<Option<Timestamp>, Problem> {
    text.map(|text| {
        Moment::parse(text).map(|moment| moment.at).map_err(|words| bad(format!("`{field}`: {words}")))
    })
    .transpose()
}

/// A number given as a cursor.
pub(super) fn number(field: &str, text: Option<&String>) -> Result<Option<i64>, Problem> {
    text.map(|text| {
        text.parse().map_err(|_not_one| {
            bad(format!("`{field}` is `{text}`: take `next` of the page before as it is"))
        })
    })
    .transpose()
}
