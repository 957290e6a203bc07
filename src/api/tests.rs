//! The server on a real socket: who is let in, and what probes and scrapes are told.

use reqwest::Client;

use super::*;
use crate::clock::FixedClock;
use crate::config::Config;
use crate::store::SqliteStore;
use crate::store::contract::at;
use crate::store::sqlite::{Access, Options};
use crate::telemetry::health::Phase;

/// A server over an empty store.
struct Place {
    context: Context,
    base: String,
    _serving: Serving,
    _folder: tempfile::TempDir,
}

impl Place {
    fn start(token: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store =
            SqliteStore::open(&folder.path().join("store.db"), Access::Daemon, Options::default()).unwrap();
        let context = Context {
            store: Arc::new(store),
            metrics: Arc::default(),
            health: Arc::default(),
            clock: Arc::new(FixedClock(at(0))),
            reload: None,
            events: broadcast::channel(16).0,
            post: crate::inputs::http::pair(Arc::new(FixedClock(at(0)))).0,
            article_bytes_max: 1024,
            feed: Feed::default(),
            routing: Routing::new(crate::notify::Router::new(&crate::notify::RouteConfig::default(), &[])),
            names: Gazetteer::builtin(),
            wake: Arc::default(),
            signer: None,
        };
        let config = HttpConfig {
            enabled: true,
            listen: "127.0.0.1:0".to_owned(),
            token: token.map(SecretString::from),
            edit_token: token.map(|token| SecretString::from(format!("edit-{token}"))),
            read_token: token.map(|token| SecretString::from(format!("read-{token}"))),
        };
        let server = Server::bind(&config, context.clone()).unwrap();
        let base = format!("http://{}", server.address());
        Self { context, base, _serving: server.start(), _folder: folder }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut request = Client::new().get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn probes_say_whether_it_lives_and_whether_it_can_work() {
    let place = Place::start(Some("a-long-enough-token"));
    assert_eq!(place.get("/-/healthy", &[]).await.0, 200);
    assert_eq!(place.get("/-/ready", &[]).await, (503, "starting\n".to_owned()));
    place.context.health.enter(Phase::Running);
    assert_eq!(place.get("/-/ready", &[]).await.0, 200);
    place.context.health.trouble("store", "the disk is full");
    let (status, words) = place.get("/-/ready", &[]).await;
    assert!(status == 503 && words.contains("the disk is full"), "{status} {words}");
}

#[tokio::test]
async fn figures_need_the_token_when_there_is_one() {
    let place = Place::start(Some("a-long-enough-token"));
    for wrong in [None, Some("Bearer"), Some("Bearer a-long-enough-toke"), Some("Basic a-long-enough-token")]
    {
        let headers: Vec<_> = wrong.map(|value| ("authorization", value)).into_iter().collect();
        let (status, body) = place.get("/metrics", &headers).await;
        assert!(status == 401 && !body.contains("newsdelta_"), "{wrong:?}: {status} {body}");
    }
    let (status, body) = place.get("/metrics", &[("authorization", "bearer a-long-enough-token")]).await;
    assert_eq!(status, 200);
    assert!(body.contains("newsdelta_store_size_bytes") && body.ends_with("# EOF\n"), "{body}");
}

#[tokio::test]
async fn without_a_token_only_the_loopback_is_meant() {
    let place = Place::start(None);
    assert_eq!(place.get("/metrics", &[]).await.0, 200);
    for own in ["localhost", "localhost:80", "127.0.0.9:1", "[::1]:80", "LOCALHOST"] {
        assert_eq!(place.get("/metrics", &[("host", own)]).await.0, 200, "{own}");
    }
    for foreign in ["news.example.org", "127.0.0.1.example.org", "localhost.example.org:80"] {
        assert_eq!(place.get("/metrics", &[("host", foreign)]).await.0, 403, "{foreign}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_said_so() {
    let place = Place::start(None);
    let (status, body) = place.get("/api/nothing", &[]).await;
    assert_eq!(status, 404);
    assert!(body.contains("\"title\":\"Not Found\""), "{body}");
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_cure() {
    let place = Place::start(None);
    let listen = place.base.trim_start_matches("http://").to_owned();
    let config =
        HttpConfig { enabled: true, listen: listen.clone(), token: None, edit_token: None, read_token: None };
    let words = Server::bind(&config, place.context.clone()).err().unwrap();
    assert!(words.contains(&listen) && words.contains("http.enabled = false"), "{words}");
}

#[test]
fn other_addresses_need_a_token() {
    let read = |text: &str| Config::read(Some(("mine.toml", text)), []);
    assert!(read("[http]\nlisten = \"127.0.0.1:80\"\n").is_ok());
    assert!(read("[http]\nlisten = \"0.0.0.0:80\"\nenabled = false\n").is_ok());
    assert!(read("[http]\nlisten = \"0.0.0.0:80\"\ntoken = \"0123456789abcdef\"\n").is_ok());
    for (text, words) in [
        ("[http]\nlisten = \"0.0.0.0:80\"\n", "`http.token` is missing"),
        ("[http]\nlisten = \"[::]:80\"\n", "`http.token` is missing"),
        ("[http]\nlisten = \"here\"\n", "`http.listen` is no address"),
        ("[http]\ntoken = \"short\"\n", "`http.token` is no usable token"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}
