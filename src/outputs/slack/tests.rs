//! Tests of the Slack output against a real HTTP server on the loopback.

use wiremock::matchers::{any, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::outputs::samples;

fn by_webhook(server: &MockServer) -> SlackConfig {
    SlackConfig {
        webhook_url: Some(SecretString::from(format!("{}/services/T0/B0/path-secret", server.uri()))),
        token: None,
        channel: None,
        api_url: "https://slack.com/api".into(),
        threads: false,
        broadcast: false,
        timeout: Duration::from_secs(5),
    }
}

fn by_token(server: &MockServer) -> SlackConfig {
    SlackConfig {
        webhook_url: None,
        token: Some(SecretString::from("xoxb-token-secret")),
        channel: Some("C42".into()),
        api_url: format!("{}/api/", server.uri()),
        threads: false,
        broadcast: false,
        timeout: Duration::from_secs(5),
    }
}

fn context() -> Context {
    Context {
        clock: std::sync::Arc::new(crate::clock::FixedClock(samples::moment())),
        store: None,
        signer: None,
    }
}

async fn deliver(
    config: fn(&MockServer) -> SlackConfig,
    answer: ResponseTemplate,
) -> Result<(), DeliveryError> {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let output = Slack::new("desk", &config(&server), &context()).unwrap();
    output.deliver(&samples::message(vec![samples::toll_rises()]), 1).await
}

#[tokio::test]
async fn posts_blocks_and_a_fallback_to_the_webhook() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/services/T0/B0/path-secret"))
        .and(header("content-type", "application/json"))
        .respond_with(ResponseTemplate::new(200).set_body_string("ok"))
        .expect(1)
        .mount(&server)
        .await;
    let output = Slack::new("desk", &by_webhook(&server), &context()).unwrap();
    output.deliver(&samples::message(vec![samples::toll_rises()]), 1).await.unwrap();
    let body: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body["blocks"][0]["type"], "header");
    assert!(body["text"].as_str().unwrap().contains("25 → at least 29"));
    assert!(body.get("channel").is_none());
}

#[tokio::test]
async fn posts_with_a_token_to_the_channel() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/api/chat.postMessage"))
        .and(header("authorization", "Bearer xoxb-token-secret"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "ok": true, "ts": "1.2" })))
        .expect(1)
        .mount(&server)
        .await;
    let output = Slack::new("desk", &by_token(&server), &context()).unwrap();
    output.deliver(&samples::message(vec![samples::toll_rises()]), 1).await.unwrap();
    let body: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body["channel"], "C42");
}

#[tokio::test]
async fn gives_up_only_on_faults_of_the_message() {
    for word in ["invalid_blocks", "msg_blocks_too_long", "no_text"] {
        let answer = ResponseTemplate::new(200).set_body_json(json!({ "ok": false, "error": word }));
        let error = deliver(by_token, answer).await.unwrap_err();
        assert!(matches!(&error, DeliveryError::GiveUp { reason } if reason.ends_with(word)), "{error:?}");
        let error = deliver(by_webhook, ResponseTemplate::new(400).set_body_string(word)).await.unwrap_err();
        assert!(matches!(&error, DeliveryError::GiveUp { reason } if reason.ends_with(word)), "{error:?}");
    }
    for word in ["invalid_auth", "channel_not_found", "internal_error", "a_new_word"] {
        let answer = ResponseTemplate::new(200).set_body_json(json!({ "ok": false, "error": word }));
        let error = deliver(by_token, answer).await.unwrap_err();
        assert!(matches!(&error, DeliveryError::Retry { reason, .. } if reason.ends_with(word)), "{error:?}");
    }
    for status in [302, 403, 404, 410, 500, 503] {
        let error = deliver(by_webhook, ResponseTemplate::new(status)).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Retry { .. }), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn a_page_without_ok_is_no_success_of_the_api() {
    let page = ResponseTemplate::new(200).set_body_string("<html>sign in</html>");
    assert!(matches!(deliver(by_token, page).await, Err(DeliveryError::Retry { .. })));
}

#[tokio::test]
async fn waits_as_long_as_slack_asks() {
    let answer =
        || ResponseTemplate::new(429).insert_header("retry-after", "30").set_body_string("rate_limited");
    for config in [by_webhook, by_token] {
        let error = deliver(config, answer()).await.unwrap_err();
        assert!(
            matches!(error, DeliveryError::Retry { after: Some(wait), .. } if wait == Duration::from_secs(30))
        );
    }
}

#[tokio::test]
async fn errors_repeat_no_secret_and_nothing_of_the_message() {
    let echo =
        ResponseTemplate::new(400).set_body_string("bad request: path-secret, The harbour master said");
    for config in [by_webhook, by_token] {
        let text = format!("{:?}", deliver(config, echo.clone()).await.unwrap_err());
        assert!(
            !text.contains("secret") && !text.contains("harbour") && text.contains("127.0.0.1"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_digest_of_several_stories_stands_in_the_channel_for_itself() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "ok": true, "ts": "1.2" })))
        .mount(&server)
        .await;
    let config = SlackConfig { threads: true, ..by_token(&server) };
    let other = crate::model::Alert {
        story: "story-2".into(),
        story_title: "Ferry fire".into(),
        ..samples::toll_rises()
    };
    let output = Slack::new("desk", &config, &context()).unwrap();
    output.deliver(&samples::message(vec![samples::toll_rises(), other]), 1).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    let body: Value = request.body_json().unwrap();
    assert!(body.get("thread_ts").is_none());
    let headers: Vec<&Value> = body["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|block| block["type"] == "header")
        .map(|block| &block["text"]["text"])
        .collect();
    assert_eq!(headers, ["Fighting in Freedonia", "Ferry fire"]);
}
