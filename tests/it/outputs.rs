//! One bad output stays one bad output: the others are served at once, and when it comes back it is given everything,
//! each story in order.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Answer, Place, Received, Receiver, reports, wait_for};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed};

/// An outage of one output in these tests.
const OUTAGE: Duration = Duration::from_secs(60);

#[test]
fn an_output_that_answers_500_for_a_minute_delays_only_itself_and_gets_everything_in_order() {
    let reports = reports(20_240_510, 3, 12);
    let expected = undisturbed(&reports);
    let (well, ill) = (Receiver::start(), Receiver::start());
    ill.answer(Answer::Status(500));
    let place =
        Place::new().with_inbox().with_webhook("well", &well).with_webhook("ill", &ill).with_journal();
    let began = Instant::now();
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    finish(&mut daemon, &well, &expected);
    let others = began.elapsed();
    assert!(others < OUTAGE / 2, "the ill output held the others up for {others:?}");
    assert!(ill.count() > 0, "the ill output was never tried");
    assert!(told_to(&ill).ids().is_empty());
    // The minute is the test: retries go on through it.
    let tried = ill.count();
    assert!(wait_for(OUTAGE.saturating_sub(others), || None::<()>).is_none());
    assert!(ill.count() > tried, "the retries have ended");
    daemon.assert_alive();

    ill.answer(Answer::Accept);
    finish(&mut daemon, &ill, &expected);
    stop(daemon);
    for receiver in [&well, &ill] {
        let told = told_to(receiver);
        told.assert_same_as(&expected);
        told.assert_chained();
    }
    assert!(place.log().contains("500"), "the log must say what the ill output answers");
}

#[test]
fn a_receiver_that_is_busy_drops_the_line_or_says_nothing_gets_every_alert_in_the_end() {
    let moods = [Answer::DropLine, Answer::Silence, Answer::Status(503), Answer::TooMany(1), Answer::Accept];
    let reports = reports(20_240_511, 2, moods.len());
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let mut daemon = place.start();
    for (mood, portion) in moods.into_iter().zip(reports.chunks(2)) {
        receiver.answer(mood);
        let count = receiver.count();
        for report in portion {
            place.drop_in(report);
        }
        assert!(receiver.wait(PATIENCE, |received| received.len() > count), "nothing was sent to {mood:?}");
    }
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
    told_to(&receiver).assert_chained();
}

#[test]
fn slack_gets_one_message_per_report_with_news_however_busy_it_was() {
    let reports = reports(20_240_517, 2, 5);
    let expected = undisturbed(&reports);
    let (slack, hook) = (Receiver::start(), Receiver::start());
    slack.answer(Answer::TooMany(1));
    let place = Place::new()
        .with_inbox()
        .with_webhook("hook", &hook)
        .with(&format!("[outputs.desk]\ntype = \"slack\"\nwebhook_url = \"{}\"", slack.url()));
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    for mood in [Answer::Status(500), Answer::DropLine, Answer::Accept] {
        let count = slack.count();
        assert!(slack.wait(PATIENCE, |received| received.len() > count), "slack was given up");
        slack.answer(mood);
    }
    finish(&mut daemon, &hook, &expected);
    let messages = hook.received().len();
    let all = slack.wait(PATIENCE, |received| accepted(received).count() >= messages);
    stop(daemon);
    assert!(all, "{} of {messages} messages reached slack", accepted(&slack.received()).count());
    for message in accepted(&slack.received()) {
        assert!(message["text"].as_str().is_some_and(|text| !text.is_empty()), "no fallback text: {message}");
        assert!((1..=50).contains(&message["blocks"].as_array().unwrap().len()), "{message}");
    }
    let said = accepted(&slack.received()).map(Value::to_string).collect::<String>();
    for alert in expected.in_order().filter(|alert| alert["about"] == "casualties") {
        let figure = alert["after"]["value"].to_string();
        assert!(said.contains(&figure), "{figure} is not told: {alert}");
    }
}

fn accepted(received: &[Received]) -> impl Iterator<Item = &Value> {
    received.iter().filter(|request| request.accepted).map(|request| &request.body)
}

#[test]
fn what_was_refused_for_good_is_listed_as_a_dead_letter() {
    let reports = reports(20_240_512, 1, 1);
    let receiver = Receiver::start();
    receiver.answer(Answer::Status(400));
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let config = place.config_file();
    let mut daemon = place.start();
    place.drop_in(&reports[0]);
    assert!(receiver.wait(PATIENCE, |received| !received.is_empty()), "nothing was sent");
    daemon.until("the dead letter in the list", PATIENCE, || {
        let listed = place.run(&["dead-letters", "--config", config.to_str().unwrap(), "list"]);
        String::from_utf8_lossy(&listed.stdout).contains("400")
    });
    stop(daemon);
    assert_eq!(receiver.count(), 1, "400 means: do not try again");
}

#[test]
fn a_receiver_that_wants_no_more_is_left_alone_until_it_is_enabled_again() {
    let reports = reports(20_240_513, 2, 2);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    receiver.answer(Answer::Status(410));
    let place = Place::new().with_inbox().with_webhook("hook", &receiver).with_journal();
    let config = place.config_file();
    let config = config.to_str().unwrap();
    let said = |arguments: &[&str]| {
        let done = place.run(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    daemon.until("the alerts in the journal", PATIENCE, || place.journal().len() >= expected.ids().len());
    daemon.until("the disabled output", PATIENCE, || {
        said(&["outputs", "--config", config]).contains("disabled since")
    });
    let asked = receiver.count();
    assert!(said(&["outputs", "--config", config]).contains("410"), "the reason is shown");
    assert!(!said(&["dead-letters", "--config", config]).contains("hook"), "nothing is given up");
    receiver.answer(Answer::Accept);
    said(&["outputs", "--config", config, "enable", "hook"]);
    finish(&mut daemon, &receiver, &expected);
    assert!(asked <= 8, "it was asked {asked} times: no more than were on their way at the first answer");

    // All of it once more, by time, under the same ids.
    let messages = receiver.received().iter().filter(|request| request.accepted).count();
    let again = said(&["resend", "--config", config, "hook", "--since", "2000-01-01"]);
    assert!(again.contains(&format!("{messages} messages")), "{again}");
    assert!(
        receiver
            .wait(PATIENCE, |received| received.iter().filter(|one| one.accepted).count() == 2 * messages)
    );
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
}

#[test]
fn an_output_that_takes_nothing_for_long_is_disabled_and_the_others_are_told() {
    let reports = reports(20_261_104, 2, 2);
    let expected = undisturbed(&reports);
    let (dead, desk) = (Receiver::start(), Receiver::start());
    dead.answer(Answer::Status(503));
    let place = Place::new()
        .with_inbox()
        .with_webhook("dead", &dead)
        .with("[outputs.dead.retry]\nschedule = [\"100ms\", \"300ms\", \"2s\", \"2s\", \"1h\"]\ndisable_after = \"3s\"")
        .with_webhook("desk", &desk)
        .with("[self_alerts]\ncheck_interval = \"1s\"\noutputs = [\"desk\"]");
    let config = place.config_file();
    let config = config.to_str().unwrap();
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    let notice = |resolved: bool| {
        move |received: &[Received]| {
            let told = |body: &Value| {
                body["data"]["trouble"] == "output_disabled" && body["data"]["resolved"] == resolved
            };
            accepted(received).any(told)
        }
    };
    assert!(desk.wait(PATIENCE, notice(false)), "nobody was told that an output is disabled");
    let listed = place.run(&["outputs", "--config", config]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("disabled since") && listed.contains("taken nothing since"), "{listed}");

    dead.answer(Answer::Accept);
    let enabled = place.run(&["outputs", "--config", config, "enable", "dead"]);
    assert!(enabled.status.success(), "{}", String::from_utf8_lossy(&enabled.stderr));
    finish(&mut daemon, &dead, &expected);
    assert!(desk.wait(PATIENCE, notice(true)), "nobody was told that it is enabled again");
    stop(daemon);
    told_to(&dead).assert_same_as(&expected);
    told_to(&dead).assert_chained();
}
