//! A store moved from a file into a database and back with `newsdelta store copy`: what is known is told in the same words,
//! a daemon goes on where the one before stood, and a copy that was killed, however often, is finished by the next.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{Daemon, Database, Place, Receiver, reports, wait_for};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed};

/// What the store of this config says to whoever asks: stories, their facts, an article, what went wrong.
fn said(place: &Place) -> Vec<String> {
    let config = place.config_file();
    let ask = |arguments: &[&str]| {
        let answer = place.run(&[arguments, &["--config", config.to_str().unwrap()]].concat());
        assert!(answer.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8(answer.stdout).unwrap()
    };
    let stories = ask(&["stories", "--json"]);
    let mut said = vec![ask(&["why", "s0-r001"]), ask(&["why", "s1-r002"]), ask(&["dead-letters"])];
    for line in stories.lines() {
        let story: Value = serde_json::from_str(line).unwrap();
        let id = story["id"].as_str().unwrap();
        said.extend([ask(&["show", id]), ask(&["show", "--json", id])]);
    }
    said.push(stories);
    said
}

/// The daemon of this place takes these reports and ends.
fn take(place: &Place, count: usize) -> Daemon {
    let mut daemon = place.start();
    daemon.until("every report in done/", PATIENCE, || place.names_in("done").len() == count);
    daemon
}

#[test]
fn a_store_moves_into_a_database_and_back_and_daemons_go_on() {
    let Some(database) = Database::new("a_store_moves_into_a_database_and_back") else { return };
    let all = reports(20_251_129, 4, 21);
    let expected = undisturbed(&all);
    let receiver = Receiver::start();
    let in_file = Place::new().with_inbox().with_webhook("hook", &receiver);
    let (first, rest) = all.split_at(all.len() / 3);
    let (second, third) = rest.split_at(rest.len() / 2);
    first.iter().for_each(|report| in_file.drop_in(report));
    in_file.drop_bytes("bad.json", b"{\"text\": ");
    // Ended without goodbye: what it had leased is on its way all the same.
    take(&in_file, first.len()).kill();
    let (before, url) = (said(&in_file), database.url());

    let kills = copy_killed_often(&in_file, "store.db", url);
    assert!(kills > 0, "no copy was ever killed before its end");
    let in_database = Place::new()
        .with(&format!("[store]\nurl = \"{url}\"\nstatement_timeout = \"20s\""))
        .with_inbox()
        .with_webhook("hook", &receiver);
    assert_eq!(said(&in_database), before);
    second.iter().for_each(|report| in_database.drop_in(report));
    stop(take(&in_database, second.len()));

    let before = said(&in_database);
    let back = Place::new().with_inbox().with_webhook("hook", &receiver);
    let done = back.run(&["store", "copy", in_database.config_file().to_str().unwrap(), "store.db"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(text.contains("rows, compared"), "{text}");
    assert_eq!(said(&back), before);
    third.iter().for_each(|report| back.drop_in(report));
    let mut daemon = take(&back, third.len());
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    let told = told_to(&receiver);
    told.assert_same_as(&expected);
    told.assert_chained();
}

/// Copies until it succeeds, each try killed a little later than the one before; how many were killed.
fn copy_killed_often(place: &Place, from: &str, to: &str) -> u32 {
    let mut kills = 0;
    loop {
        let mut copy = place.begin(&["store", "copy", from, to]);
        let limit = Duration::from_millis(u64::from(kills) * 15 + 20);
        if let Some(status) = wait_for(limit, || copy.try_wait().unwrap()) {
            assert!(status.success(), "the copy ended with {status}");
            return kills;
        }
        copy.kill().unwrap();
        copy.wait().unwrap();
        kills += 1;
    }
}

#[test]
fn what_cannot_be_copied_is_named_with_the_cure() {
    let place = Place::new().with_inbox();
    reports(1, 1, 1).iter().for_each(|report| place.drop_in(report));
    let daemon = take(&place, 1);
    let refused = |from: &str, to: &str, words: &str| {
        let done = place.run(&["store", "copy", from, to]);
        let text = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{text}");
        assert!(text.contains(words), "`{words}` is not in: {text}");
        assert!(!text.contains("s3cret"), "{text}");
    };
    refused("store.db", "new.db", "another newsdelta");
    stop(daemon);
    refused("nowhere.db", "new.db", "there is no store at");
    refused("store.db", "store.db", "into itself");
    refused("store.db", "postgres://u:s3cret@127.0.0.1:1/x", "a password on the command line");
    refused("store.db", "postgres://u@127.0.0.1:1/x?sslmode=disable", "cannot be reached");
    let done = place.run(&["store", "copy", "store.db", "new.db"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
