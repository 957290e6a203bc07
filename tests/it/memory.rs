//! What is known of a story is the same whether it stays in memory, sleeps there or is read from the store for each report.

use std::fs;

use crate::harness::{Place, Receiver, Told, reports};
use crate::restart::{LOOK, PATIENCE, replayed, stop, told_to};

/// With room for the facts of one story the others go and are read again.
#[test]
fn with_hardly_any_memory_the_same_is_told() {
    told_with_room_for(1);
}

/// With room for as many stories as there are all stay, but of their facts, of which they have several, few are awake.
#[test]
fn stories_that_slept_tell_the_same() {
    told_with_room_for(6);
}

/// Reports on several stories in turn, all in one batch and then each in its own.
fn told_with_room_for(stories: usize) {
    let reports = reports(20_260_711, 6, 15);
    let place = Place::new().with(&format!("[stories]\nin_memory_max = {stories}")).with_inbox();
    let (first, rest) = reports.split_at(reports.len() / 2);
    let receiver = Receiver::start();
    let place = place.with_webhook("hook", &receiver);
    let foretold = replayed(&place, &reports);
    assert!(foretold.len() > reports.len() / 2, "the reports tell too little: {}", foretold.len());
    let lines: Vec<_> = first.iter().map(|report| report.json().to_string()).collect();
    fs::write(place.inbox().join("000.jsonl"), lines.join("\n")).unwrap();
    let mut daemon = place.start();
    daemon.until("the archive in done/", PATIENCE, || place.names_in("done").len() == 1);
    for report in rest {
        place.drop_in(report);
    }
    daemon.until("every alert that replay foretells", PATIENCE, || receiver.has_all(&foretold, LOOK));
    stop(daemon);
    let told: Told = told_to(&receiver);
    assert_eq!(told.ids().len(), foretold.len(), "the daemon tells alerts that replay does not");
    told.assert_chained();
}
