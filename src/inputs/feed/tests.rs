//! The feed input against a real HTTP server on loopback.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::clock;

const FEED: &str = "<rss version=\"2.0\"><channel><title>Herald</title></channel></rss>";

fn config(urls: Vec<String>) -> FeedConfig {
    FeedConfig {
        urls,
        every: Duration::from_millis(20),
        timeout: Duration::from_secs(5),
        bytes_max: 1000,
        obey_robots: true,
        allow_private_addresses: true,
    }
}

struct Running {
    items: mpsc::Receiver<Item>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Running {
    fn start(config: FeedConfig) -> Self {
        let (items_in, items) = mpsc::channel(8);
        let stop = CancellationToken::new();
        let input = Box::new(FeedInput::new("feeds", config, Arc::new(clock::SystemClock)));
        let task = tokio::spawn(input.run(items_in, stop.clone()));
        Self { items, stop, task }
    }

    async fn item(&mut self) -> Item {
        tokio::time::timeout(Duration::from_secs(20), self.items.recv())
            .await
            .expect("in time")
            .expect("an item")
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("does not panic").expect("ends well");
    }
}

fn answers(status: u16, text: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(text)
}

async fn no_robots(server: &MockServer) {
    Mock::given(path("/robots.txt")).respond_with(answers(404, "")).mount(server).await;
}

#[tokio::test]
async fn a_document_is_asked_for_by_its_state_once_it_is_committed() {
    let server = MockServer::start().await;
    no_robots(&server).await;
    let unchanged = Mock::given(path("/feed"))
        .and(header("if-none-match", "\"v1\""))
        .respond_with(answers(304, ""))
        .with_priority(1)
        .expect(2..)
        .mount_as_scoped(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/feed"))
        .respond_with(answers(200, FEED).insert_header("etag", "\"v1\""))
        .mount(&server)
        .await;
    let mut running = Running::start(config(vec![format!("{}/feed?key=secret", server.uri())]));
    let first = running.item().await;
    assert!(!first.label.contains("secret"), "{}", first.label);
    assert_eq!(first.bytes.as_deref(), Ok(FEED.as_bytes()));
    // Not committed: it is offered again.
    first.receipt.settle(Verdict::GivenBack).await;
    let second = running.item().await;
    second.receipt.settle(Verdict::Committed).await;
    unchanged.wait_until_satisfied().await;
    assert!(running.items.try_recv().is_err(), "an unchanged feed is silent");
    running.stop().await;
}

#[tokio::test]
async fn what_robots_forbid_is_never_asked_for() {
    let server = MockServer::start().await;
    Mock::given(path("/robots.txt"))
        .respond_with(answers(200, "User-agent: *\nDisallow: /feed"))
        .mount(&server)
        .await;
    Mock::given(path("/feed")).respond_with(answers(200, FEED)).expect(0).mount(&server).await;
    Mock::given(path("/open")).respond_with(answers(200, FEED)).mount(&server).await;
    let urls = ["feed", "open"].map(|name| format!("{}/{name}", server.uri()));
    let mut running = Running::start(config(urls.to_vec()));
    assert!(running.item().await.label.ends_with("/open"));
    running.stop().await;
}

#[tokio::test]
async fn a_redirection_is_followed_and_too_much_is_refused() {
    let server = MockServer::start().await;
    no_robots(&server).await;
    Mock::given(path("/old"))
        .respond_with(answers(301, "").insert_header("location", "/new"))
        .mount(&server)
        .await;
    Mock::given(path("/new")).respond_with(answers(200, &"x".repeat(1001))).mount(&server).await;
    let mut running = Running::start(config(vec![format!("{}/old", server.uri())]));
    let item = running.item().await;
    assert!(item.bytes.expect_err("is too long").contains("raise `bytes_max`"));
    running.stop().await;
}

#[tokio::test]
async fn a_feed_in_trouble_is_asked_again() {
    let server = MockServer::start().await;
    no_robots(&server).await;
    Mock::given(path("/feed"))
        .respond_with(answers(503, ""))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(path("/feed")).respond_with(answers(200, FEED)).mount(&server).await;
    let mut running = Running::start(config(vec![format!("{}/feed", server.uri())]));
    assert_eq!(running.item().await.bytes.as_deref(), Ok(FEED.as_bytes()));
    running.stop().await;
}

#[test]
fn private_addresses_are_refused_unless_allowed() {
    let private =
        FeedConfig { allow_private_addresses: false, ..config(vec!["http://10.0.0.1/feed".to_owned()]) };
    assert!(
        http::parse_url(&private.urls[0], private.reach())
            .expect_err("is refused")
            .contains("private address")
    );
}
