//! The HTTP server that looks in. Comes in: requests. Goes out: answers about health and figures, from the store and
//! from what the stages report. Bound to the loopback unless the config says otherwise; then a token is needed. Never
//! decides what is news and never speaks SQL.
//!
//! Adding routes: one file with a `routes()`, one `merge` in `router`.

mod guard;
mod ops;
pub mod problem;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::clock::SharedClock;
use crate::config::{Check, Findings};
use crate::reload::Reload;
use crate::store::Store;
use crate::telemetry::health::Health;
use crate::telemetry::metrics::Metrics;

/// A request may be so large.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// An answer must begin within this time.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// What a request may still take once everything else has ended.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// A shorter token could be guessed.
const TOKEN_LENGTH_MIN: usize = 16;

/// `[http]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Whether to listen at all.
    pub enabled: bool,
    /// Address and port.
    pub listen: String,
    /// What a client must send as `Authorization: Bearer`.
    pub token: Option<SecretString>,
}

impl HttpConfig {
    fn address(&self) -> Result<SocketAddr, String> {
        self.listen
            .trim()
            .parse()
            .map_err(|_not_one| "is no address with a port: write for instance \"127.0.0.1:7979\"".to_owned())
    }
}

impl Check for HttpConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        match self.address() {
            Err(words) => findings.add("listen", words),
            Ok(address) if self.enabled && !address.ip().is_loopback() && self.token.is_none() => {
                findings.add(
                    "token",
                    "is missing: everybody who reaches this address could read what is known; give a token, or \
                     listen on 127.0.0.1",
                );
            }
            Ok(_) => {}
        }
        let token = self.token.as_ref().map(|token| token.expose_secret().trim());
        if token.is_some_and(|token| {
            token.len() < TOKEN_LENGTH_MIN || !token.bytes().all(|b| b.is_ascii_graphic())
        }) {
            findings.add(
                "token",
                format!("is no usable token: write at least {TOKEN_LENGTH_MIN} letters, digits and signs without blanks"),
            );
        }
    }
}

/// What the answers are made from.
#[derive(Clone)]
pub struct Context {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// What the stages report of themselves.
    pub metrics: Arc<Metrics>,
    /// Whether the daemon can do its work.
    pub health: Arc<Health>,
    /// The time.
    pub clock: SharedClock,
    /// Reads the config again; not there where no daemon runs.
    pub reload: Option<Arc<Reload>>,
}

/// A server that has its port and does not yet answer.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// A sentence with the cure, when the port is taken or may not be used.
    pub fn bind(config: &HttpConfig, context: Context) -> Result<Self, String> {
        let address = config.address().map_err(|words| format!("`http.listen` {words}"))?;
        let refused = |error: std::io::Error| {
            format!(
                "`http.listen` {address} cannot be used ({error}): name another address, or set http.enabled = false"
            )
        };
        let listener = TcpListener::bind(address).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address, router: router(context, config.token.clone()) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers from now on.
    pub fn start(self) -> Serving {
        let stop = CancellationToken::new();
        Serving { task: tokio::spawn(self.run(stop.clone())), stop }
    }

    /// Answers until `stop` is cancelled; requests that are being answered then are finished.
    async fn run(self, stop: CancellationToken) {
        let served = async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            tracing::info!(address = %self.address, "HTTP listens");
            axum::serve(listener, self.router).with_graceful_shutdown(stop.cancelled_owned()).await
        };
        if let Err(error) = served.await {
            tracing::error!(%error, "the HTTP server stopped; articles and alerts go on");
        }
    }
}

/// A server that answers.
pub struct Serving {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Serving {
    /// Takes no further request; those that are being answered may take a moment more.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if tokio::time::timeout(STOP_GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

/// All routes. What probes ask is open; everything else is behind the guard.
fn router(context: Context, token: Option<SecretString>) -> Router {
    let guard = Arc::new(guard::Guard::new(token));
    let guarded = Router::new()
        .merge(ops::metrics())
        .merge(ops::reload())
        .layer(from_fn_with_state(guard, guard::check));
    Router::new()
        .merge(guarded)
        .merge(ops::probes())
        .fallback(|| async { problem::Problem::not_found("there is nothing at this address") })
        .layer(RequestBodyLimitLayer::new(REQUEST_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_TIMEOUT))
        .with_state(context)
}

#[cfg(test)]
mod tests;
