//! An HTTP server that writes down every request and answers as it is told: the receiving end of a webhook.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// How the receiver answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// 200.
    Accept,
    /// Another status.
    Status(u16),
    /// 429 with `Retry-After` in seconds.
    TooMany(u32),
    /// Reads the request, then drops the line without a word.
    DropLine,
    /// Reads the request and says nothing until the sender hangs up.
    Silence,
}

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// The header `webhook-id`.
    pub(crate) id: String,
    /// The header `traceparent`.
    pub(crate) trace: String,
    /// The headers `webhook-timestamp` and `webhook-signature`.
    pub(crate) signed: (String, String),
    /// When it came.
    pub(crate) at: Instant,
    /// The body, if it is JSON.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
    /// Whether it was answered with 200.
    pub(crate) accepted: bool,
}

#[derive(Debug)]
struct State {
    received: Vec<Received>,
    /// The ids of the alerts in accepted requests.
    accepted: BTreeSet<String>,
    answer: Answer,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// The server. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl Receiver {
    /// Listens on a free loopback port and accepts everything.
    pub(crate) fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { received: Vec::new(), accepted: BTreeSet::new(), answer: Answer::Accept };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        runtime.spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, _runtime: runtime }
    }

    /// Where to send to.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/alerts", self.address)
    }

    /// From now on answers so.
    pub(crate) fn answer(&self, answer: Answer) {
        self.shared.state.lock().unwrap().answer = answer;
    }

    /// Everything received so far, accepted or not.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.state.lock().unwrap().received.clone()
    }

    /// How many requests have come.
    pub(crate) fn count(&self) -> usize {
        self.shared.state.lock().unwrap().received.len()
    }

    /// Waits until `enough` holds of what was received, woken by each request; false when it did not within `limit`.
    pub(crate) fn wait(&self, limit: Duration, enough: impl Fn(&[Received]) -> bool) -> bool {
        self.wait_for_state(limit, |state| enough(&state.received))
    }

    /// Waits until every one of these alerts was accepted; false when not within `limit`.
    pub(crate) fn has_all(&self, ids: &BTreeSet<String>, limit: Duration) -> bool {
        self.wait_for_state(limit, |state| {
            state.accepted.len() >= ids.len() && state.accepted.is_superset(ids)
        })
    }

    fn wait_for_state(&self, limit: Duration, enough: impl Fn(&State) -> bool) -> bool {
        let end = Instant::now() + limit;
        let mut state = self.shared.state.lock().unwrap();
        while !enough(&state) {
            let Some(left) = end.checked_duration_since(Instant::now()) else { return false };
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
        true
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((line, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| handle(request, Arc::clone(&shared)));
            // A line that breaks is the sender's business: it was killed, or was meant to see a broken line.
            let _broken = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(line), service)
                .await;
        });
    }
}

/// Writes the request down, then answers. An error ends the connection without an answer.
async fn handle(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let header = |name: &str| -> String {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (id, trace) = (header("webhook-id"), header("traceparent"));
    let signed = (header("webhook-timestamp"), header("webhook-signature"));
    let body = request.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    let answer = {
        let mut state = shared.state.lock().unwrap();
        let answer = state.answer;
        let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let accepted = answer == Answer::Accept;
        if accepted {
            let alerts = body["data"]["alerts"].as_array().into_iter().flatten();
            state.accepted.extend(alerts.filter_map(|alert| Some(alert["id"].as_str()?.to_owned())));
        }
        state.received.push(Received { id, trace, signed, at: Instant::now(), body, text, accepted });
        shared.changed.notify_all();
        answer
    };
    let response = |status: StatusCode| Response::builder().status(status);
    let reply = match answer {
        Answer::Accept => response(StatusCode::OK),
        Answer::Status(status) => response(StatusCode::from_u16(status).unwrap()),
        Answer::TooMany(seconds) => {
            response(StatusCode::TOO_MANY_REQUESTS).header("retry-after", seconds.to_string())
        }
        Answer::DropLine => return Err(std::io::ErrorKind::ConnectionAborted.into()),
        Answer::Silence => std::future::pending().await,
    };
    Ok(reply.body(Full::new(Bytes::from_static(b"{\"ok\":true}"))).unwrap())
}
