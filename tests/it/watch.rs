//! Newsdelta on itself: silence, trouble and signs of life, as their receivers see them.

use std::time::Duration;

use crate::harness::{Answer, Place, Receiver, reports};
use crate::restart::{PATIENCE, stop};

#[test]
fn silence_and_waiting_messages_are_told_and_their_end_too() {
    let reports = reports(20_250_120, 1, 3);
    let (desk, broken) = (Receiver::start(), Receiver::start());
    broken.answer(Answer::Status(503));
    let place = Place::new().with_inbox().with_webhook("desk", &desk).with_webhook("broken", &broken).with(
        "[self_alerts]\noutputs = [\"desk\"]\ncheck_interval = \"1s\"\ninput_silence_min = \"1s\"\n\
         input_silence_max = \"3s\"\noutbox_age_max = \"2s\"",
    );
    let mut daemon = place.start();
    place.drop_in(&reports[0]);
    let told = |trouble: &'static str, resolved: bool| {
        move |received: &[crate::harness::Received]| {
            received.iter().any(|one| {
                one.body["type"] == "notice"
                    && one.body["data"]["trouble"] == trouble
                    && one.body["data"]["resolved"] == resolved
            })
        }
    };
    assert!(desk.wait(PATIENCE, told("input_silent", false)), "the silence was not told");
    assert!(desk.wait(PATIENCE, told("outbox_old", false)), "the waiting messages were not told");
    broken.answer(Answer::Accept);
    place.drop_in(&reports[1]);
    assert!(desk.wait(PATIENCE, told("input_silent", true)), "the end of the silence was not told");
    assert!(desk.wait(PATIENCE, told("outbox_old", true)), "the end of the waiting was not told");
    daemon.assert_alive();
    stop(daemon);
}

#[test]
fn signs_of_life_come_while_it_lives_and_stop_with_it() {
    let switch = Receiver::start();
    let place = Place::new().with_inbox().with_journal().with(&format!(
        "[heartbeat]\nurl = \"{}\"\ninterval = \"200ms\"\nallow_private_addresses = true",
        switch.url()
    ));
    let daemon = place.start();
    assert!(switch.wait(PATIENCE, |received| received.len() >= 3), "no sign of life");
    stop(daemon);
    let count = switch.count();
    assert!(
        !switch.wait(Duration::from_millis(600), |received| received.len() > count),
        "it beats after the end"
    );
}
