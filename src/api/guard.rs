//! Who may ask. Comes in: a request. Goes out: the request, or a refusal. With tokens, one must be sent as `Bearer`;
//! without one the server is on the loopback, and only requests that name it so are answered, so that a web page
//! elsewhere cannot point a name of its own at this machine and read along.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::HttpConfig;
use super::caller::{Caller, Role};
use super::problem::Problem;

/// What people did is nobody's business but of those who may do everything.
const AUDIT: &str = "/api/audit";

/// The rule that requests are held against.
pub(super) struct Guard {
    tokens: Vec<(Caller, SecretString)>,
}

impl Guard {
    pub(super) fn new(config: &HttpConfig) -> Self {
        let all = [
            (Caller { role: Role::Admin, token: "http.token" }, &config.token),
            (Caller { role: Role::Edit, token: "http.edit_token" }, &config.edit_token),
            (Caller { role: Role::Read, token: "http.read_token" }, &config.read_token),
        ];
        Self {
            tokens: all.into_iter().filter_map(|(caller, token)| Some((caller, token.clone()?))).collect(),
        }
    }

    /// Who asks, or why there is no answer.
    fn caller(&self, headers: &HeaderMap) -> Result<Caller, Box<Response>> {
        if self.tokens.is_empty() {
            if is_for_loopback(headers) {
                return Ok(Caller { role: Role::Admin, token: "loopback" });
            }
            let detail = "without a token only requests to localhost are answered: set http.token";
            return Err(Box::new(Problem::new(StatusCode::FORBIDDEN, detail).into_response()));
        }
        let sent = sent_token(headers);
        // All are compared, so that the time tells nothing of which one was meant.
        let found = self.tokens.iter().fold(None, |found, (caller, token)| {
            let same = sent.is_some_and(|sent| is_same(sent, token.expose_secret().trim()));
            if same && found.is_none() { Some(*caller) } else { found }
        });
        found.ok_or_else(|| {
            let detail = "send the token of the config as `Authorization: Bearer TOKEN`";
            let mut refusal = Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
            refusal.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            Box::new(refusal)
        })
    }

    /// Who asks, if they may.
    fn admit(&self, request: &Request) -> Result<Caller, Box<Response>> {
        let (method, headers, path) = (request.method(), request.headers(), request.uri().path());
        let caller = self.caller(headers)?;
        let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let detail = if reads && (path != AUDIT || caller.role == Role::Admin) {
            return Ok(caller);
        } else if reads {
            "this token may not see what others did: use http.token"
        } else if caller.role < Role::Edit {
            "this token may only read: use http.edit_token or http.token"
        } else if caller.role < Role::Admin && path.starts_with("/-/") {
            "this token may not change the daemon: use http.token"
        } else if is_from_elsewhere(headers) {
            "another web page may not change anything here"
        } else {
            return Ok(caller);
        };
        Err(Box::new(Problem::new(StatusCode::FORBIDDEN, detail).into_response()))
    }
}

/// Whether a page of another host makes the viewer's browser ask this.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_none() || host != text(header::HOST)
}

fn sent_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Compares in a time that does not tell how much of a guess was right: digests differ everywhere or nowhere.
fn is_same(sent: &str, token: &str) -> bool {
    Sha256::digest(sent.as_bytes()) == Sha256::digest(token.as_bytes())
}

/// Whether the request was made to a name that only this machine can mean.
fn is_for_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    is_loopback || name.eq_ignore_ascii_case("localhost")
}

/// Lets a request through, with its sender, or answers it with a refusal.
pub(super) async fn check(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    match guard.admit(&request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => *refusal,
    }
}
