//! A daemon that lets go of what its closed stories are made of: what they stand at stays, and whoever asks for a text that is
//! gone is told so in words.

use serde_json::json;

use crate::harness::{Database, Place, ask};
use crate::restart::{PATIENCE, stop};

/// A story that is closed by another one a month later.
fn give(place: &Place) {
    let old = "At least 12 people were killed when a ferry capsized off Puerto Calandra in Uruguay.";
    let new = "A factory fire in Vecmuiza, Latvia, killed 3 people, rescuers said.";
    for (id, day, text) in [("old-1", "2024-05-06", old), ("new-1", "2024-06-20", new)] {
        let article = json!({"id": id, "published_at": format!("{day}T08:00:00Z"), "title": format!("Report {id}"), "text": text});
        place.drop_bytes(&format!("{id}.json"), article.to_string().as_bytes());
    }
}

/// Takes the reports, ends, starts again and lets go; then asks everybody who would show the text.
fn let_go(place: Place, store: Option<&str>) {
    // A key, so that there is something to check.
    let key = place.path("proof.pem");
    let made = place.run(&["verify", "--new-key", key.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let place = place.with(&format!("[proof]\nkey_file = \"{}\"", key.display()));
    give(&place);
    let mut daemon = place.start();
    daemon.until("both reports in done/", PATIENCE, || place.names_in("done").len() == 2);
    daemon.until("both alerts", PATIENCE, || place.journal().len() >= 2);
    stop(daemon);
    let config = place.config_file();
    let config = config.to_str().unwrap();
    let say = |arguments: &[&str]| {
        let done = place.run(&[arguments, &["--config", config]].concat());
        String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
    };
    let before = say(&["why", "old-1"]);
    assert!(before.contains("12 people were killed") && !before.contains("is gone"), "{before}");

    let mut daemon = place.start();
    daemon.until("a word that it let go", PATIENCE, || {
        place.log().contains("kept long enough was let go texts=1")
    });
    let after = say(&["why", "old-1"]);
    assert!(after.contains("its text was kept long enough and is gone"), "{after}");
    assert!(after.contains("12 people were killed"), "the words of its claims stay: {after}");
    assert!(!say(&["why", "new-1"]).contains("is gone"), "an open story keeps its texts");
    let address = daemon.address();
    let (_, article) = ask(&address, "/api/articles/old-1", "").unwrap();
    let article: serde_json::Value = serde_json::from_str(&article).unwrap();
    let story = article["story"].as_str().unwrap();
    let (_, page) = ask(&address, &format!("/api/stories/{story}/view.html"), "").unwrap();
    assert!(
        page.contains("was kept long enough and is gone") && page.contains("12 people were killed"),
        "{page}"
    );
    let shown = say(&["show", story]);
    assert!(shown.contains("at least 12"), "{shown}");
    stop(daemon);

    let alerts = place.path("journal.jsonl");
    let verified = say(&["verify", alerts.to_str().unwrap()]);
    assert!(
        verified.contains("article `old-1` was kept long enough and is gone from the store"),
        "{verified}"
    );
    if let Some(store) = store {
        let compared = say(&["backtest", store]);
        assert!(compared.contains("1 reports are left out"), "{compared}");
    }
}

const POLICY: &str = "[stories]\nquiet_time = \"14days\"\n\n[retention]\ntext = \"0s\"";

#[test]
fn a_text_that_is_gone_is_missed_in_words() {
    let place = Place::new().with(POLICY).with_inbox().with_journal();
    let_go(place, Some("store.db"));
}

#[test]
fn a_text_that_is_gone_from_a_database_is_missed_in_words() {
    let Some(database) = Database::new("a_text_that_is_gone_from_a_database") else { return };
    let place = Place::new()
        .with(&format!("[store]\nurl = \"{}\"", database.url()))
        .with(POLICY)
        .with_inbox()
        .with_journal();
    let_go(place, None);
}
