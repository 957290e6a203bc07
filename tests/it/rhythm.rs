//! When and how much is told, by the clock on the wall: a digest, the end of quiet hours, a part with its whole, a jump in
//! percent; and that a delivery goes on in the trace that its article came with.

use std::time::Duration;

use jiff::{Timestamp, Unit};
use serde_json::{Value, json};

use crate::harness::{Place, Received, Receiver, now, reports, request};
use crate::restart::{PATIENCE, alerts, stop};

#[test]
fn quiet_hours_and_digests_gather_and_let_out_in_time() {
    let reports = reports(20_261_127, 2, 3);
    let (daily, night, at_once) = (Receiver::start(), Receiver::start(), Receiver::start());
    // The next minute, and the one after it when that is too close.
    let soon = now() + jiff::SignedDuration::from_secs(15);
    let minute = |time: Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%H:%M").to_string();
    let end =
        soon.round(jiff::TimestampRound::new().smallest(Unit::Minute).mode(jiff::RoundMode::Ceil)).unwrap();
    let (from, to) = (minute(end - jiff::SignedDuration::from_mins(3)), minute(end));
    let place = Place::new()
        .with_inbox()
        .with_webhook("daily", &daily)
        .with_webhook("night", &night)
        .with_webhook("desk", &at_once)
        .with(&format!(
            "[routing]\noutputs = [\"desk\"]\n[[routing.routes]]\noutputs = [\"daily\"]\ncontinue = true\n\
             digest_at = [\"{to}\"]\n[[routing.routes]]\noutputs = [\"night\"]\ncontinue = true\n\
             quiet_hours = [\"{from}-{to}\"]\n[[routing.routes]]\noutputs = [\"desk\"]"
        ));
    let mut daemon = place.start();
    reports.iter().for_each(|report| place.drop_in(report));
    daemon.until("every report in done/", PATIENCE, || place.names_in("done").len() == reports.len());
    assert!(at_once.wait(PATIENCE, |received| !received.is_empty()), "the desk is told at once");
    if now() < end {
        assert_eq!((daily.count(), night.count()), (0, 0), "told before its time");
    }
    for (name, receiver) in [("daily", &daily), ("night", &night)] {
        assert!(
            receiver.wait(Duration::from_secs(120), |received| !received.is_empty()),
            "{name} got nothing"
        );
    }
    assert!(now() >= end, "told before its time");
    stop(daemon);
    let stories = |received: &[Received]| -> std::collections::BTreeSet<String> {
        alerts(received).iter().map(|alert| alert["story"].as_str().unwrap().to_owned()).collect()
    };
    for receiver in [&daily, &night] {
        assert_eq!(receiver.count(), 1, "one digest");
        assert_eq!(stories(&receiver.received()), stories(&at_once.received()));
    }
}

/// An article of two sentences.
fn article(id: &str, hour: u32, killed: &str) -> Vec<u8> {
    let text = format!(
        "Flood in Puerto Calandra, Uruguay\n\nThe flood in Puerto Calandra, Uruguay, has killed {killed}, rescuers said."
    );
    let at = format!("2026-05-06T{hour:02}:00:00Z");
    let article = json!({ "id": id, "outlet": "Meridian Wire", "published_at": at, "text": text });
    article.to_string().into_bytes()
}

#[test]
fn parts_stay_away_with_their_whole_and_only_jumps_go_to_who_wants_jumps() {
    let (all, wholes, jumps) = (Receiver::start(), Receiver::start(), Receiver::start());
    let place = Place::new()
        .with_inbox()
        .with_webhook("all", &all)
        .with_webhook("wholes", &wholes)
        .with_webhook("jumps", &jumps)
        .with(
            "[routing]\noutputs = [\"all\"]\n\
             [[routing.routes]]\noutputs = [\"wholes\"]\ninhibit_parts = true\ncontinue = true\n\
             [[routing.routes]]\nchange_percent_min = 50\noutputs = [\"jumps\"]\ncontinue = true\n\
             [[routing.routes]]\noutputs = [\"all\"]\ninhibit_parts = false",
        );
    let mut daemon = place.start();
    let told = [("one", "20 people"), ("two", "22 people"), ("three", "45 people, including nine children")];
    for (hour, (id, killed)) in (8..).zip(told) {
        place.drop_bytes(&format!("{id}.json"), &article(id, hour, killed));
        daemon.until("the report in done/", PATIENCE, || place.names_in("done").len() > hour as usize - 8);
    }
    let of = |receiver: &Receiver| -> Vec<(String, String, u64)> {
        let told = alerts(&receiver.received());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let alert = |alert: &Value| {
            let value = alert["after"]["value"].as_u64().unwrap_or_default();
            (text(&alert["article"]), text(&alert["fact"]["group"]), value)
        };
        told.iter().map(alert).collect()
    };
    let has = |received: &[Received], count: usize| alerts(received).len() >= count;
    assert!(all.wait(PATIENCE, |received| has(received, 4)), "{:?}", of(&all));
    assert!(wholes.wait(PATIENCE, |received| has(received, 3)), "{:?}", of(&wholes));
    stop(daemon);
    let row = |article: &str, group: &str, value: u64| (article.to_owned(), group.to_owned(), value);
    let (one, two) = (row("one", "people", 20), row("two", "people", 22));
    let (three, part) = (row("three", "people", 45), row("three", "children", 9));
    let mut everything = of(&all);
    everything.sort_by_key(|(_, _, value)| (*value == 9, *value));
    assert_eq!(everything, [one.clone(), two.clone(), three.clone(), part.clone()]);
    assert_eq!(of(&wholes), [one.clone(), two, three.clone()]);
    let mut jumps = of(&jumps);
    jumps.sort();
    assert_eq!(jumps, [one, part, three], "a tenth more is no jump");
}

#[test]
fn a_delivery_goes_on_in_the_trace_of_its_article() {
    let receiver = Receiver::start();
    let place = Place::new().with_webhook("hook", &receiver);
    let mut daemon = place.start();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers =
        format!("Content-Type: application/json\r\ntraceparent: 00-{trace}-00f067aa0ba902b7-01\r\n");
    let body = article("traced", 8, "20 people");
    let reply = request(&daemon.address(), "POST", "/api/articles", &headers, &body).unwrap();
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(receiver.wait(PATIENCE, |received| !received.is_empty()), "nothing was told");
    stop(daemon);
    let received = receiver.received();
    assert!(received[0].trace.starts_with(&format!("00-{trace}-")), "{:?}", received[0].trace);
    assert!(!received[0].trace.contains("00f067aa0ba902b7"), "its own span: {:?}", received[0].trace);
}
