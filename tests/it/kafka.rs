//! Kafka on both ends, with a real broker: reports from a topic, alerts to a topic. The daemon is killed, the broker is
//! away, records are bad; what the reader of the alert topic ends with is what an undisturbed run tells.

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;

use crate::harness::{
    Broker, Consumer, Daemon, Place, Receiver, Record, Told, make_topics, produce, produce_records,
    produce_traced, reports, shared_broker, wait_for,
};
use crate::restart::{KILLS, PATIENCE, finish, kill_at_random_moment, stop, told_to, undisturbed};

/// A daemon between two topics, with a webhook beside. A killed daemon leaves its group without a word: a short session
/// lets the next one take over after a second.
pub(crate) fn between_topics(address: &str, articles: &str, alerts: &str, receiver: &Receiver) -> Place {
    Place::new()
        .with(&format!(
            "[inputs.wire]\ntype = \"kafka\"\nbrokers = [\"{address}\"]\ntopics = [\"{articles}\"]\ngroup = \"{articles}\"\n\
             dead_letter_topic = \"{articles}-dead\"\n\
             properties = {{ \"session.timeout.ms\" = \"1000\", \"heartbeat.interval.ms\" = \"300\" }}"
        ))
        .with(&format!(
            "[outputs.topic]\ntype = \"kafka\"\nbrokers = [\"{address}\"]\ntopic = \"{alerts}\"\ntimeout = \"4s\""
        ))
        .with_webhook("hook", receiver)
}

/// Topics of one test: articles, alerts, and the articles that cannot be read. The process is in their names, so that a
/// broker that is kept running between two runs of the tests does no harm.
pub(crate) fn topics(test: &str) -> (String, String, String) {
    let name = |what: &str| format!("{test}-{what}-{}", std::process::id());
    (name("articles"), name("alerts"), name("articles") + "-dead")
}

/// The alerts in a topic, checked for the form every reader relies on.
pub(crate) fn told_in(records: &[Record]) -> Told {
    Told::of(records.iter().map(|record| {
        let alert = record.json();
        assert_eq!(record.header("ce_specversion"), Some("1.0"), "{:?}", record.headers);
        assert_eq!(record.header("ce_id"), alert["id"].as_str(), "the event's id is the alert's");
        assert_eq!(record.key.as_str(), alert["story"].as_str().unwrap(), "the key is the story");
        alert
    }))
}

/// Waits until the topic and the receiver have every alert, stops the daemon, and compares both with the undisturbed run.
pub(crate) fn end_as_undisturbed(
    mut daemon: Daemon,
    receiver: &Receiver,
    mut consumer: Consumer,
    expected: &Told,
) {
    finish(&mut daemon, receiver, expected);
    wait_for_all(&mut consumer, expected);
    stop(daemon);
    for told in [told_to(receiver), told_in(&consumer.records)] {
        told.assert_same_as(expected);
        told.assert_chained();
    }
}

fn wait_for_all(consumer: &mut Consumer, expected: &Told) {
    let wanted: BTreeSet<&str> = expected.ids();
    let all = consumer.read_until(PATIENCE, |records| {
        let got: BTreeSet<_> = records.iter().filter_map(|record| record.header("ce_id")).collect();
        wanted.is_subset(&got)
    });
    assert!(
        all,
        "alerts are missing in the topic: {} of {}",
        told_in(&consumer.records).ids().len(),
        wanted.len()
    );
}

#[test]
fn killed_at_fifty_moments_the_topic_loses_nothing_and_tells_nothing_twice() {
    let Some(address) = shared_broker("killed_at_fifty_moments (Kafka)") else { return };
    let (articles, alerts, dead) = topics("kill");
    let reports = reports(20_240_507, 6, 40);
    let expected = undisturbed(&reports);
    make_topics(&address, &[&articles, &alerts, &dead]);

    let receiver = Receiver::start();
    let place = between_topics(&address, &articles, &alerts, &receiver);
    let mut random = Rng::with_seed(2);
    let mut portions = reports.chunks(reports.len().div_ceil(KILLS));
    for _ in 0..KILLS {
        let daemon = place.start();
        produce(&address, &articles, portions.next().unwrap_or_default());
        kill_at_random_moment(daemon, &receiver, &mut random);
    }
    end_as_undisturbed(place.start(), &receiver, Consumer::new(&address, &alerts), &expected);
}

#[test]
fn a_broker_that_is_away_at_the_start_and_in_the_middle_costs_only_time() {
    let Some(broker) = Broker::prepare("a_broker_that_is_away") else { return };
    let (articles, alerts, dead) = topics("away");
    let reports = reports(20_240_508, 4, 12);
    let expected = undisturbed(&reports);
    let (first, second) = reports.split_at(reports.len() / 2);
    let receiver = Receiver::start();
    let place = between_topics(broker.address(), &articles, &alerts, &receiver);

    let mut daemon = place.start();
    daemon.until("a log line that names the absent broker", PATIENCE, || {
        place.log().contains(broker.address())
    });
    daemon.assert_alive();
    broker.start();
    make_topics(broker.address(), &[&articles, &alerts, &dead]);
    produce(broker.address(), &articles, first);
    assert!(receiver.wait(PATIENCE, |received| !received.is_empty()), "no alert after the broker came");

    produce(broker.address(), &articles, second);
    broker.stop();
    // The thirty seconds are the test: an outage longer than every single timeout of the daemon.
    assert!(wait_for(Duration::from_secs(30), || None::<()>).is_none());
    daemon.assert_alive();
    broker.start();

    end_as_undisturbed(daemon, &receiver, Consumer::new(broker.address(), &alerts), &expected);
}

#[test]
fn a_record_that_cannot_be_read_goes_to_the_dead_letter_topic_and_the_rest_goes_on() {
    let Some(address) = shared_broker("a_record_that_cannot_be_read") else { return };
    let (articles, alerts, dead) = topics("bad");
    let reports = reports(20_240_509, 2, 3);
    let expected = undisturbed(&reports);
    make_topics(&address, &[&articles, &alerts, &dead]);
    let (before, after) = reports.split_at(3);
    produce(&address, &articles, before);
    let bad: [&[u8]; 3] = [b"{\"title\": 7, \"text\": \"x\"}", b"\x00\xff\x00\xfe", b"{\"text\": "];
    produce_records(&address, &articles, bad.map(|bytes| ("0".to_owned(), bytes.to_vec())));
    produce(&address, &articles, after);

    let receiver = Receiver::start();
    let place = between_topics(&address, &articles, &alerts, &receiver);
    let mut daemon = place.start();
    finish(&mut daemon, &receiver, &expected);
    let mut dead = Consumer::new(&address, &dead);
    assert!(
        dead.read_until(PATIENCE, |records| records.len() >= bad.len()),
        "{} dead letters",
        dead.records.len()
    );
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
    assert_eq!(dead.records.len(), bad.len());
    for (record, bytes) in dead.records.iter().zip(bad) {
        assert_eq!(record.bytes, bytes, "a dead letter is the record as it came");
        let why = record.headers.iter().find(|(name, _)| name.contains("reason"));
        assert!(why.is_some_and(|(_, reason)| !reason.is_empty()), "no reason among {:?}", record.headers);
    }
}

#[test]
fn an_alert_goes_on_in_the_trace_of_its_record() {
    let Some(address) = shared_broker("an_alert_goes_on_in_the_trace") else { return };
    let (articles, alerts, dead) = topics("trace");
    make_topics(&address, &[&articles, &alerts, &dead]);
    let (trace, span) = ("7d1c0e7a52f94bd0a6f3c2b1908e4d5f", "5b8aa5a2d2c872e8");
    let report = reports(20_240_510, 1, 1).remove(0);
    produce_traced(&address, &articles, &report, &format!("00-{trace}-{span}-01"));

    let receiver = Receiver::start();
    let place = between_topics(&address, &articles, &alerts, &receiver);
    let daemon = place.start();
    let mut consumer = Consumer::new(&address, &alerts);
    assert!(consumer.read_until(PATIENCE, |records| !records.is_empty()), "no alert in the topic");
    assert!(receiver.wait(PATIENCE, |received| !received.is_empty()), "nothing was told");
    stop(daemon);
    let heard = [
        consumer.records[0].header("traceparent").unwrap().to_owned(),
        consumer.records[0].header("ce_traceparent").unwrap().to_owned(),
        receiver.received()[0].trace.clone(),
    ];
    for heard in heard {
        assert!(heard.starts_with(&format!("00-{trace}-")), "another trace: {heard}");
        assert!(!heard.contains(span), "its own span: {heard}");
    }
}
