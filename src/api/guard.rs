//! Who may ask. Comes in: a request. Goes out: the request, or a refusal. With a token, it must be sent as `Bearer`;
//! without one the server is on the loopback, and only requests that name it so are answered, so that a web page
//! elsewhere cannot point a name of its own at this machine and read along.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// The rule that requests are held against.
pub(super) struct Guard {
    token: Option<SecretString>,
}

impl Guard {
    pub(super) fn new(token: Option<SecretString>) -> Self {
        Self { token }
    }

    fn refusal(&self, headers: &HeaderMap) -> Option<Response> {
        let Some(token) = &self.token else {
            let detail = "without a token only requests to localhost are answered: set http.token";
            return (!is_for_loopback(headers))
                .then(|| Problem::new(StatusCode::FORBIDDEN, detail).into_response());
        };
        if sent_token(headers).is_some_and(|sent| is_same(sent, token.expose_secret().trim())) {
            return None;
        }
        let detail = "send the token of the config as `Authorization: Bearer TOKEN`";
        let mut refusal = Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
        refusal.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Some(refusal)
    }
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

/// Lets a request through, or answers it with a refusal.
pub(super) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.refusal(request.headers()) {
        None => next.run(request).await,
        Some(refusal) => refusal,
    }
}
