//! What a publisher holds back: it is read by itself when its time has come, not before, whichever way it came and
//! whatever happens to the daemon meanwhile.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{Place, ask, request};
use crate::restart::stop;

const PATIENCE: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "the daemon goes by the time of this machine")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn held_back(id: &str, until: Timestamp) -> Value {
    json!({
        "id": id, "outlet": "Harbour Post", "published_at": "2024-05-02T08:00:00+02:00", "embargo_until": until,
        "title": "Hvalstad ferry capsizes",
        "text": "At least 12 people were killed when the ferry capsized off Hvalstad, police said."
    })
}

fn is_known(address: &str, id: &str) -> bool {
    ask(address, &format!("/api/articles/{id}"), "").is_some_and(|(status, _)| status == 200)
}

fn dead_letters(address: &str) -> Vec<Value> {
    let reply = request(address, "GET", "/api/dead-letters", "", b"").unwrap();
    reply.json()["entries"].as_array().unwrap().clone()
}

#[test]
fn a_file_under_embargo_waits_in_held_and_is_read_by_itself() {
    let place = Place::new().with_inbox().with_journal();
    let (daemon, address) = place.start_ready();
    let until = now() + SignedDuration::from_secs(8);
    place.drop_bytes("ferry.json", held_back("f1", until).to_string().as_bytes());
    let (mut daemon, address) = {
        let mut daemon = daemon;
        daemon.until("the file in held/", PATIENCE, || place.names_in("held").len() == 2);
        assert!(now() < until, "this machine is too slow to see it");
        assert!(!is_known(&address, "f1"), "it was read before its time");
        let letters = dead_letters(&address);
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!(
            letters[0]["held_until"].as_str().map(|time| time.parse::<Timestamp>().unwrap()),
            Some(until)
        );
        // Its time is kept over a kill.
        daemon.kill();
        place.start_ready()
    };
    daemon.until("the article at its time", PATIENCE, || is_known(&address, "f1"));
    assert!(now() >= until);
    daemon.until("the file in done/", PATIENCE, || {
        place.names_in("done").iter().any(|name| name.ends_with("ferry.json"))
    });
    daemon.until("its letter taken off the list", PATIENCE, || dead_letters(&address).is_empty());
    daemon.until("its alert", PATIENCE, || place.journal().len() == 1);
    assert_eq!((place.names_in("held"), place.names_in("failed")), (Vec::<String>::new(), Vec::new()));
    stop(daemon);
}

#[test]
fn an_article_sent_under_embargo_is_answered_with_its_time() {
    let place = Place::new().with_journal();
    let (mut daemon, address) = place.start_ready();
    let until = now() + SignedDuration::from_secs(2);
    let send = |article: &Value| {
        let body = article.to_string();
        let kind = "Content-Type: application/json\r\n";
        let reply = request(&address, "POST", "/api/articles", kind, body.as_bytes()).unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["articles"][0].clone()
    };
    let answer = send(&held_back("f1", until));
    assert_eq!(answer["outcome"], json!("held"), "{answer}");
    let time = answer["held_until"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(time, until, "{answer}");
    daemon.until("the article at its time", PATIENCE, || is_known(&address, "f1"));
    assert!(now() >= until);
    assert_eq!(send(&held_back("f1", until))["outcome"], json!("known"));
    daemon.until("its alert", PATIENCE, || place.journal().len() == 1);
    stop(daemon);
}
