//! The HTTP server. Comes in: requests. Goes out: what is known and what was told, the live stream, the page for people,
//! health and figures; articles sent to it go to the input `http`. Bound to the loopback unless the config says
//! otherwise; then a token is needed. Never decides what is news and never speaks SQL.
//!
//! Adding routes: one file with a `routes()`, one `merge` in `router`.

mod alerts;
mod articles;
mod asked;
mod caller;
mod edits;
mod etag;
mod form;
mod guard;
mod live;
mod mutes;
mod ops;
mod page;
mod stories;
pub mod problem;
mod regroup;
mod shared;
mod story_path;

pub use live::Feed;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::clock::SharedClock;
use crate::config::{Check, Findings};
use crate::inputs::http::Post;
use crate::notify::Routing;
use crate::pipeline::Event;
use crate::proof::Signer;
use crate::reload::Reload;
use crate::store::Store;
use crate::telemetry::health::Health;
use crate::telemetry::metrics::Metrics;
use crate::text::gazetteer::Gazetteer;

/// A request may be so large.
const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

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
    /// What a client must send as `Authorization: Bearer` to do everything.
    pub token: Option<SecretString>,
    /// The same to read and to edit.
    pub edit_token: Option<SecretString>,
    /// The same only to read.
    pub read_token: Option<SecretString>,
}

impl HttpConfig {
    fn address(&self) -> Result<SocketAddr, String> {
        self.listen
            .trim()
            .parse()
            .map_err(|_not_one| "is no address with a port: write for instance \"127.0.0.1:7979\"".to_owned())
    }

    /// Where somebody on this machine asks: a daemon that listens on every address is asked on the loopback.
    ///
    /// # Errors
    /// What is wrong with `listen`.
    pub fn asked_at(&self) -> Result<SocketAddr, String> {
        let mut address = self.address()?;
        if address.ip().is_unspecified() {
            let loopback: IpAddr =
                if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
            address.set_ip(loopback);
        }
        Ok(address)
    }

    fn has_token(&self) -> bool {
        self.tokens().next().is_some()
    }

    /// The tokens by their keys.
    fn tokens(&self) -> impl Iterator<Item = (&'static str, &SecretString)> {
        let all =
            [("token", &self.token), ("edit_token", &self.edit_token), ("read_token", &self.read_token)];
        all.into_iter().filter_map(|(key, token)| Some((key, token.as_ref()?)))
    }
}

impl Check for HttpConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        match self.address() {
            Err(words) => findings.add("listen", words),
            Ok(address) if self.enabled && !address.ip().is_loopback() && !self.has_token() => {
                findings.add(
                    "token",
                    "is missing: everybody who reaches this address could read what is known; give a token, or \
                     listen on 127.0.0.1",
                );
            }
            Ok(_) => {}
        }
        for (key, token) in self.tokens() {
            let token = token.expose_secret().trim();
            if token.len() < TOKEN_LENGTH_MIN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                findings.add(
                    key,
                    format!(
                        "is no usable token: write at least {TOKEN_LENGTH_MIN} letters, digits and signs without blanks"
                    ),
                );
            }
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
    /// What happens in the daemon.
    pub events: broadcast::Sender<Event>,
    /// Where articles are handed over.
    pub post: Post,
    /// Longest article, in bytes.
    pub article_bytes_max: usize,
    /// The live stream.
    pub feed: Feed,
    /// Which output is told what, for what an editor changes.
    pub routing: Routing,
    /// The names that the reader knows.
    pub names: Arc<Gazetteer>,
    /// Notified when an editor's word made messages.
    pub wake: Arc<Notify>,
    /// Signs the alerts that are asked for, if there is a key.
    pub signer: Option<Arc<Signer>>,
}

/// A server that has its port and does not yet answer.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    context: Context,
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
        let router = router(context.clone(), config);
        Ok(Self { listener, address, context, router })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers from now on.
    pub fn start(self) -> Serving {
        let stop = CancellationToken::new();
        let Context { store, events, feed, .. } = self.context.clone();
        tokio::spawn(feed.run(store, events.subscribe(), stop.clone()));
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

/// What the interface says of itself.
#[derive(OpenApi)]
#[openapi(info(
    title = "newsdelta",
    description = "What is known of developing stories, what was told, and articles sent in. Times are RFC 3339; \
        offsets count UTF-8 bytes of an article's stored text."
))]
struct Description;

/// All routes. What probes ask and the files of the page are open; everything that tells news is behind the guard.
fn router(context: Context, config: &HttpConfig) -> Router {
    let guard = Arc::new(guard::Guard::new(config));
    let (api, description) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(stories::routes())
        .merge(articles::routes())
        .merge(alerts::routes())
        .merge(live::routes())
        .merge(mutes::routes())
        .merge(edits::routes())
        .merge(regroup::routes())
        .split_for_parts();
    let description = description.to_pretty_json().unwrap_or_default();
    let describe = || async { ([(header::CONTENT_TYPE, "application/json")], description) };
    let answers = Arc::new(shared::Answers::default());
    let api = api.route("/api/openapi.json", get(describe)).layer(from_fn_with_state(answers, shared::once));
    let guarded = Router::new()
        .merge(ops::metrics())
        .merge(ops::reload())
        .merge(api)
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .layer(from_fn_with_state(guard, guard::check));
    Router::new()
        .merge(guarded)
        .merge(page::routes().layer(from_fn(etag::conditional)))
        .merge(ops::probes())
        .fallback(|| async { problem::Problem::not_found("there is nothing at this address") })
        .method_not_allowed_fallback(|| async {
            let detail = "this address knows no such method: /api/openapi.json names them";
            problem::Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_TIMEOUT))
        .with_state(context)
}

#[cfg(test)]
mod tests;
