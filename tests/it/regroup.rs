//! Stories merged and split by an editor beside the running daemon: later reports go to the right one, nothing is told
//! again, and everything is there after a restart.

use serde_json::{Value, json};

use crate::harness::{Place, Reply, request};
use crate::restart::{PATIENCE, stop};

fn report(id: &str, hour: u32, title: &str, text: &str) -> Value {
    json!({
        "id": id, "outlet": format!("outlet of {id}"), "published_at": format!("2031-05-06T{hour:02}:00:00Z"),
        "title": title, "text": text,
    })
}

fn fire(id: &str, hour: u32, toll: u32) -> Value {
    let text = format!(
        "The fire brigade said that {toll} people were killed when flames swept a textile mill in Sialkot, Pakistan."
    );
    report(id, hour, "Fire sweeps textile mill in Sialkot", &text)
}

fn quake(id: &str, hour: u32, toll: u32) -> Value {
    let text = format!(
        "At least {toll} people died when an earthquake shook the town of Pasto in Colombia, the mayor said."
    );
    report(id, hour, "Earthquake shakes Pasto in Colombia", &text)
}

fn get(address: &str, path: &str) -> Reply {
    request(address, "GET", path, "", b"").unwrap()
}

fn post(address: &str, path: &str, body: &Value) -> Reply {
    request(address, "POST", path, "Content-Type: application/json\r\n", body.to_string().as_bytes()).unwrap()
}

/// The story of each article sent.
fn send(address: &str, articles: &[Value]) -> Vec<String> {
    let answer = post(address, "/api/articles", &json!(articles)).json();
    let received = answer["articles"].as_array().unwrap().clone();
    received
        .iter()
        .map(|one| one["story"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned())
        .collect()
}

/// Values and claims of a story's facts, without the times at which they were learned.
fn facts(address: &str, story: &str) -> Value {
    let answer = get(address, &format!("/api/stories/{story}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["facts"].clone()
}

/// How many alerts were decided.
fn told(address: &str) -> usize {
    let page = get(address, "/api/alerts?limit=500").json();
    page["entries"].as_array().unwrap().iter().map(|entry| entry["alerts"].as_array().unwrap().len()).sum()
}

#[test]
fn two_stories_become_one_and_two_again() {
    let place = Place::new().with_journal();
    let (daemon, address) = place.start_ready();
    let stories = send(&address, &[fire("f1", 8, 25), quake("q1", 9, 7), fire("f2", 10, 31)]);
    let (fires, quakes) = (stories[0].clone(), stories[1].clone());
    assert!(fires != quakes && stories[2] == fires, "{stories:?}");
    let before = (facts(&address, &fires), facts(&address, &quakes));
    let before_merge = told(&address);

    for (path, body, status) in [
        (format!("/api/stories/{fires}/merge"), json!({"into": fires}), 409),
        (format!("/api/stories/{fires}/merge"), json!({"into": "none"}), 404),
        (format!("/api/stories/{fires}/split"), json!({"articles": ["q1"]}), 404),
        (format!("/api/stories/{fires}/split"), json!({"articles": ["f1", "f2"]}), 409),
        (format!("/api/stories/{fires}/split"), json!({"articles": []}), 409),
    ] {
        let reply = post(&address, &path, &body);
        assert_eq!(reply.status, status, "{path} {body}: {reply:?}");
    }

    // Beside the daemon, which knows nothing of it.
    let config = place.config_file();
    let config = config.to_str().unwrap();
    let merged = place.run(&["merge", "--config", config, "--by", "Ada", &fires, &quakes]);
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
    let moved = get(&address, &format!("/api/stories/{fires}/view.html?as_of=2031-05-07"));
    assert_eq!(moved.status, 307, "{moved:?}");
    assert_eq!(
        moved.header("location"),
        Some(format!("/api/stories/{quakes}/view.html?as_of=2031-05-07").as_str())
    );
    let one = get(&address, &format!("/api/stories/{quakes}")).json();
    assert_eq!(one["articles"], 3);
    assert_eq!(get(&address, "/api/stories").json()["entries"].as_array().unwrap().len(), 1);
    assert_eq!(told(&address), before_merge, "a merge is no news");

    // What was told is known; a rise is news, and belongs to the story that stayed.
    assert_eq!(send(&address, &[fire("f3", 12, 31)]), std::slice::from_ref(&quakes));
    assert_eq!(told(&address), before_merge, "{:?}", place.journal());
    stop(daemon);
    let (mut daemon, address) = place.start_ready();
    assert_eq!(send(&address, &[fire("f4", 13, 40)]), std::slice::from_ref(&quakes));
    daemon.until("the rise", PATIENCE, || place.journal().len() == before_merge + 1);
    let rise = place.journal().pop().unwrap();
    assert_eq!((&rise["before"]["value"], &rise["after"]["value"]), (&json!(31), &json!(40)));

    let apart = post(
        &address,
        &format!("/api/stories/{quakes}/split"),
        &json!({"articles": ["f1", "f2"], "by": "Bea"}),
    );
    assert_eq!(apart.status, 200, "{apart:?}");
    assert_eq!(apart.json()["joined"]["id"], json!(fires), "the old name is free again");
    assert_eq!(facts(&address, &fires), before.0);
    post(&address, &format!("/api/stories/{quakes}/split"), &json!({"articles": ["f3", "f4"]}));
    assert_eq!(facts(&address, &quakes), before.1);
    // The daemon takes it up: each report goes where its like went.
    assert_eq!(send(&address, &[quake("q2", 14, 9)]), std::slice::from_ref(&quakes));
    assert_ne!(send(&address, &[fire("f5", 15, 44)]), [quakes]);
    let actions: Vec<String> = get(&address, "/api/audit").json()["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| format!("{} {}", entry["action"].as_str().unwrap(), entry["editor"].as_str().unwrap()))
        .collect();
    assert_eq!(actions, ["split an editor", "split Bea", "merge Ada"]);
    stop(daemon);
}
