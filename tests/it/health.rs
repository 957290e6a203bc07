//! What an operator can ask of a running daemon: is it ready, what has it done, what waits.

use std::time::Duration;

use crate::harness::{Answer, Place, Receiver, ask, reports};
use crate::restart::{finish, stop, undisturbed};

const PATIENCE: Duration = Duration::from_secs(60);

/// The value of a series, written as `/metrics` writes it.
fn value(metrics: &str, series: &str) -> Option<f64> {
    let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(line.parse().unwrap())
}

#[test]
fn figures_tell_what_came_what_was_told_and_what_waits() {
    let reports = reports(20_240_551, 2, 4);
    let expected = undisturbed(&reports);
    let (well, ill) = (Receiver::start(), Receiver::start());
    ill.answer(Answer::TooMany(60));
    let place = Place::new().with_inbox().with_webhook("well", &well).with_webhook("ill", &ill);
    let (mut daemon, address) = place.start_ready();
    assert_eq!(ask(&address, "/-/healthy", "").unwrap(), (200, "healthy\n".to_owned()));
    for report in &reports {
        place.drop_in(report);
    }
    place.drop_bytes("bad.json", b"{\"text\": 7}");
    finish(&mut daemon, &well, &expected);
    let messages = f64::from(u32::try_from(well.received().len()).unwrap());

    let metrics = || ask(&address, "/metrics", "").unwrap().1;
    let articles =
        |outcome: &str| format!("newsdelta_articles_total{{input=\"inbox\",outcome=\"{outcome}\"}}");
    daemon.until("the bad article in the figures", PATIENCE, || {
        value(&metrics(), &articles("failed")) == Some(1.0)
            && value(&metrics(), "newsdelta_deliveries_total{output=\"well\",outcome=\"delivered\"}")
                == Some(messages)
            && value(&metrics(), "newsdelta_delivery_failures_total{output=\"ill\",reason=\"throttled\"}")
                .is_some()
    });
    let text = metrics();
    assert_eq!(value(&text, &articles("committed")), Some(8.0), "{text}");
    assert_eq!(value(&text, "newsdelta_outbox_messages{output=\"ill\"}"), Some(messages), "{text}");
    assert!(value(&text, "newsdelta_outbox_oldest_age_seconds{output=\"ill\"}").unwrap() > 0.0, "{text}");
    assert_eq!(value(&text, "newsdelta_outbox_messages{output=\"well\"}"), None, "{text}");
    assert_eq!(
        value(&text, "newsdelta_article_to_alert_seconds_count{output=\"well\"}"),
        Some(messages),
        "{text}"
    );
    assert_eq!(value(&text, "newsdelta_dead_letters{kind=\"item\"}"), Some(1.0), "{text}");
    assert_eq!(value(&text, "newsdelta_queue_items{queue=\"items\"}"), Some(0.0), "{text}");
    assert!(value(&text, "newsdelta_store_size_bytes").unwrap() > 0.0, "{text}");
    let told: u64 = text
        .lines()
        .filter(|line| line.starts_with("newsdelta_alerts_total{"))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(told, u64::try_from(expected.ids().len()).unwrap(), "{text}");
    stop(daemon);
}
