//! Tests of the webhook output against a real HTTP server on the loopback.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::clock::FixedClock;
use crate::outputs::samples;

const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
const NEXT_SECRET: &str = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=";

fn config(url: &str) -> WebhookConfig {
    WebhookConfig {
        url: SecretString::from(url),
        secrets: vec![SecretString::from(SECRET)],
        headers: BTreeMap::from([("authorization".to_owned(), SecretString::from("Bearer very-secret"))]),
        timeout: Duration::from_secs(5),
        allow_private_addresses: true,
        ..defaults()
    }
}

/// What `config/default.toml` says of every webhook.
fn defaults() -> WebhookConfig {
    let text =
        "[outputs.partner]\ntype = \"webhook\"\nurl = \"https://example.org\"\nformat = \"alertmanager\"\n";
    let config = crate::config::Config::read(Some(("mine.toml", text)), []).unwrap();
    match &config.outputs["partner"].output {
        crate::config::OutputConfig::Webhook(config) => {
            WebhookConfig { format: Format::Standard, ..config.clone() }
        }
        other => panic!("{other:?}"),
    }
}

fn context() -> Context {
    Context { clock: Arc::new(FixedClock(samples::moment())), store: None, signer: None }
}

fn output(config: &WebhookConfig) -> Webhook {
    Webhook::new("partner", config, &context()).unwrap()
}

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn url_of(server: &MockServer) -> String {
    format!("{}/in/path-secret?key=query-secret", server.uri())
}

async fn deliver(answer: ResponseTemplate) -> Result<(), DeliveryError> {
    let server = server(answer).await;
    output(&config(&url_of(&server))).deliver(&samples::message(vec![samples::toll_rises()]), 1).await
}

fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

/// HMAC-SHA256 by its definition (RFC 2104), so that the signature is not checked with the code that made it.
fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    let pad = |with: u8| -> Vec<u8> { (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ with).collect() };
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

#[tokio::test]
async fn a_receiver_can_verify_the_request_with_the_old_key_and_the_new_one() {
    let server = server(ResponseTemplate::new(204)).await;
    let mut config = config(&url_of(&server));
    config.secrets.push(SecretString::from(NEXT_SECRET));
    let message = samples::message(vec![samples::toll_rises(), samples::position()]);
    output(&config).deliver(&message, 3).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert_eq!(header(request, "webhook-id"), "message-1");
    let seconds = samples::moment().as_second().to_string();
    assert_eq!(header(request, "webhook-timestamp"), seconds);
    let signed = [format!("message-1.{seconds}.").into_bytes(), request.body.clone()].concat();
    let expected: Vec<String> = [&b"012345678901234567890123"[..], b"abcdefghijklmnopqrstuvwxyz"]
        .iter()
        .map(|key| format!("v1,{}", BASE64_STANDARD.encode(hmac_sha256(key, &signed))))
        .collect();
    assert_eq!(header(request, "webhook-signature"), expected.join(" "));
    assert_eq!(header(request, "content-type"), "application/json");
    assert_eq!(header(request, "authorization"), "Bearer very-secret");
    assert!(header(request, "traceparent").starts_with("00-"));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["data"]["alerts"][0]["id"], "alert-1");
    assert_eq!(body["data"]["alerts"][1]["id"], "alert-position");
}

#[test]
fn the_independent_computation_is_right() {
    // RFC 4231, test case 2.
    let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(BASE64_STANDARD.encode(mac), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
}

#[tokio::test]
async fn tells_apart_which_answers_another_attempt_can_help() {
    for status in [200, 201, 202, 204, 299] {
        assert_eq!(deliver(ResponseTemplate::new(status)).await, Ok(()), "{status}");
    }
    for status in [400, 406, 413, 414, 415, 422, 431] {
        let error = deliver(ResponseTemplate::new(status)).await.unwrap_err();
        assert!(matches!(error, DeliveryError::GiveUp { .. }), "{status}: {error:?}");
    }
    let gone = deliver(ResponseTemplate::new(410)).await.unwrap_err();
    assert!(matches!(gone, DeliveryError::Gone { .. }), "{gone:?}");
    for status in
        [301, 302, 307, 308, 401, 402, 403, 404, 405, 408, 409, 425, 429, 451, 500, 501, 502, 503, 504, 599]
    {
        let error = deliver(ResponseTemplate::new(status)).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Retry { after: None, .. }), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn honours_retry_after_in_seconds_and_as_a_date() {
    let wait = |name: &'static str, value: &'static str, status: u16| async move {
        let answer = ResponseTemplate::new(status)
            .insert_header("date", "Sun, 04 May 2031 10:00:00 GMT")
            .insert_header(name, value);
        match deliver(answer).await.unwrap_err() {
            DeliveryError::Retry { after, .. } => after,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(wait("retry-after", "7", 429).await, Some(Duration::from_secs(7)));
    assert_eq!(
        wait("retry-after", "Sun, 04 May 2031 10:02:00 GMT", 503).await,
        Some(Duration::from_secs(120))
    );
    assert_eq!(wait("retry-after", "Sun, 04 May 2031 09:00:00 GMT", 503).await, Some(Duration::ZERO));
    assert_eq!(wait("retry-after", "999999999999", 503).await, Some(Duration::from_secs(86_400)));
    assert_eq!(wait("retry-after", "soon", 503).await, None);
}

#[tokio::test]
async fn follows_no_redirect() {
    let elsewhere = server(ResponseTemplate::new(200)).await;
    let answer = ResponseTemplate::new(307).insert_header("location", elsewhere.uri().as_str());
    let error = deliver(answer).await.unwrap_err();
    assert!(error.to_string().contains("307, a redirect"), "{error}");
    assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_name_that_stands_for_a_private_address_is_refused_at_the_connection() {
    let server = server(ResponseTemplate::new(200)).await;
    let mut config = config(&format!("http://localhost:{}/in", server.address().port()));
    config.allow_private_addresses = false;
    let message = samples::message(vec![samples::toll_rises()]);
    let error = output(&config).deliver(&message, 1).await.unwrap_err();
    assert!(error.to_string().contains("loopback address, which is refused"), "{error}");
    assert_eq!(server.received_requests().await.unwrap().len(), 0);
    config.allow_private_addresses = true;
    output(&config).deliver(&message, 2).await.unwrap();
}

#[test]
fn a_literal_private_address_is_refused_before_any_connection() {
    let mut config = config("http://[::ffff:169.254.169.254]/latest");
    config.allow_private_addresses = false;
    let error = Webhook::new("partner", &config, &context()).err().unwrap();
    assert!(error.contains("link-local"), "{error}");
}

#[tokio::test]
async fn errors_name_the_host_and_no_secret() {
    let listening = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listening.local_addr().unwrap().port();
    drop(listening);
    let config =
        config(&format!("http://user-secret:pass-secret@127.0.0.1:{port}/path-secret?key=query-secret"));
    let unreachable =
        output(&config).deliver(&samples::message(vec![samples::toll_rises()]), 1).await.unwrap_err();
    let refused =
        deliver(ResponseTemplate::new(500).set_body_string("echo of query-secret")).await.unwrap_err();
    for error in [unreachable, refused] {
        let text = format!("{error} {error:?}");
        assert!(text.contains("127.0.0.1") && !text.contains("secret"), "{text}");
    }
}

#[tokio::test]
async fn waits_no_longer_than_the_timeout() {
    let server = server(ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    let mut config = config(&url_of(&server));
    config.timeout = Duration::from_millis(200);
    let started = Instant::now();
    let error = output(&config).deliver(&samples::message(vec![samples::toll_rises()]), 1).await.unwrap_err();
    assert!(
        matches!(&error, DeliveryError::Retry { reason, .. } if reason.contains("did not answer in time"))
    );
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let body = vec![b'x'; 64 * 1024 * 1024];
    assert_eq!(deliver(ResponseTemplate::new(200).set_body_bytes(body)).await, Ok(()));
}

#[tokio::test]
async fn the_same_message_is_the_same_request_on_every_attempt() {
    let server = server(ResponseTemplate::new(500)).await;
    let output = output(&config(&url_of(&server)));
    let mut alert = samples::toll_rises();
    alert.reason = "long ".repeat(10_000);
    let message = samples::message(vec![alert; 3]);
    for attempt in 1..=2 {
        assert!(output.deliver(&message, attempt).await.is_err());
    }
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(header(&requests[0], "webhook-signature"), header(&requests[1], "webhook-signature"));
}

#[tokio::test]
async fn every_format_goes_out_with_its_media_type_and_its_ids() {
    let message = samples::message(vec![samples::toll_rises(), samples::position()]);
    let formats = [
        (
            Format::Cloudevents,
            "application/cloudevents+json; charset=utf-8",
            vec!["alert-1", "alert-position"],
        ),
        (Format::Alertmanager, "application/json", vec!["message-1"]),
        (Format::Cap, "application/cap+xml; charset=utf-8", vec!["alert-1", "alert-position"]),
    ];
    for (format, media_type, ids) in formats {
        let server = server(ResponseTemplate::new(200)).await;
        let mut config = WebhookConfig { format, ..config(&url_of(&server)) };
        config.cap.sender = Some("newsdelta@example.org".to_owned());
        output(&config).deliver(&message, 1).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        let found: Vec<&str> = requests.iter().map(|request| header(request, "webhook-id")).collect();
        assert_eq!(found, ids, "{format:?}");
        for request in &requests {
            assert_eq!(header(request, "content-type"), media_type);
            assert!(header(request, "webhook-signature").starts_with("v1,"));
        }
        if format == Format::Cloudevents {
            let event: Value = serde_json::from_slice(&requests[0].body).unwrap();
            assert_eq!((&event["specversion"], &event["id"]), (&Value::from("1.0"), &Value::from("alert-1")));
            assert_eq!(
                (&event["type"], &event["data"]["id"]),
                (&Value::from("io.newsdelta.casualties.changed.v1"), &event["id"])
            );
        }
        // Without secrets there is no signature; only where the receivers know nothing of them.
        config.secrets.clear();
        output(&config).deliver(&message, 1).await.unwrap();
        let last = server.received_requests().await.unwrap().pop().unwrap();
        assert!(last.headers.get("webhook-signature").is_none());
    }
}
