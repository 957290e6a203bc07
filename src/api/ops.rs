//! What operators and their machines ask: is it alive, can it work, how much does it do. Comes in: a request. Goes out:
//! a line of text, or `OpenMetrics`. The probes tell nothing of any story and need no token.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::Context;
use super::problem::Problem;
use crate::reload::Reloaded;

/// A store that does not answer a scrape within this time is left out of it: the rest is worth having all the more.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// The probes of an orchestrator.
pub(super) fn probes() -> Router<Context> {
    Router::new().route("/-/healthy", get(healthy)).route("/-/ready", get(ready))
}

/// The figures for Prometheus.
pub(super) fn metrics() -> Router<Context> {
    Router::new().route("/metrics", get(scrape))
}

/// The wish to have the config read again.
pub(super) fn reload() -> Router<Context> {
    Router::new().route("/-/reload", post(read_config_again))
}

/// What changed, or every mistake of the config. A page in somebody's browser, which names where it comes from, is not
/// who may wish this.
async fn read_config_again(State(context): State<Context>, headers: HeaderMap) -> Result<String, Problem> {
    if headers.contains_key(header::ORIGIN) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "a web page may not reload the config"));
    }
    let Some(reload) = &context.reload else { return Err(Problem::not_found("nothing to reload here")) };
    match reload.reload().await {
        Ok(Reloaded { outputs, at_next_start }) => Ok(format!(
            "reloaded\noutputs changed: {}\nat the next start: {}\n",
            outputs.join(", "),
            at_next_start.join(", ")
        )),
        Err(reason) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, reason)),
    }
}

/// That this is answered at all is the answer.
async fn healthy() -> &'static str {
    "healthy\n"
}

/// Whether articles are taken, or why not.
async fn ready(State(context): State<Context>) -> (StatusCode, String) {
    let reasons = context.health.reasons();
    if reasons.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", reasons.join("\n")))
    }
}

async fn scrape(State(context): State<Context>) -> Result<Response, Problem> {
    let store = match tokio::time::timeout(STORE_TIMEOUT, context.store.metrics()).await {
        Ok(Ok(store)) => Some(store),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the store says nothing of itself");
            None
        }
        Err(_) => None,
    };
    let text = context
        .metrics
        .text(store.as_ref(), context.clock.now())
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
