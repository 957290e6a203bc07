//! Asked to stop in the middle of work, the daemon ends within its grace period and loses nothing.

use std::fs;
use std::time::{Duration, Instant};

use crate::harness::{Answer, Place, Receiver, reports};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed};

/// The grace period these daemons are given.
const GRACE: Duration = Duration::from_secs(5);

#[test]
fn sigterm_in_the_middle_of_a_burst_ends_in_time_and_the_next_start_goes_on() {
    let reports = reports(20_240_513, 4, 30);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with("[shutdown]\ngrace = \"5s\"").with_inbox().with_webhook("hook", &receiver);
    for report in &reports {
        place.drop_in(report);
    }
    let mut stops = 0;
    while place.names_in("done").len() < reports.len() {
        let count = receiver.count();
        let mut daemon = place.start();
        receiver.wait(PATIENCE, |received| received.len() > count);
        daemon.terminate();
        let asked = Instant::now();
        let status = daemon.ended(GRACE * 2).expect("it did not stop");
        assert!(asked.elapsed() < GRACE + Duration::from_secs(1), "it took {:?}", asked.elapsed());
        assert!(status.success(), "it stopped with {status}");
        stops += 1;
        assert!(stops <= reports.len(), "it makes no progress between two stops");
    }
    let mut daemon = place.start();
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
    told_to(&receiver).assert_chained();
}

#[test]
fn sigterm_while_a_receiver_says_nothing_still_ends_in_time() {
    let reports = reports(20_240_514, 1, 2);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    receiver.answer(Answer::Silence);
    let place = Place::new().with("[shutdown]\ngrace = \"5s\"").with_inbox().with_webhook("hook", &receiver);
    for report in &reports {
        place.drop_in(report);
    }
    let mut daemon = place.start();
    assert!(receiver.wait(PATIENCE, |received| !received.is_empty()), "nothing was sent");
    daemon.terminate();
    let status = daemon.ended(GRACE + Duration::from_secs(1)).expect("it outlived its grace period");
    assert!(status.success(), "it stopped with {status}");

    receiver.answer(Answer::Accept);
    let mut daemon = place.start();
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
}

#[test]
fn a_second_daemon_on_the_same_store_is_refused_and_the_first_goes_on() {
    let place = Place::new().with_inbox().with_journal();
    let first_report = &reports(20_240_515, 1, 1)[0];
    let mut first = place.start();
    place.drop_in(first_report);
    first.until("the first daemon at work", PATIENCE, || !place.journal().is_empty());
    let mut second = place.start();
    let status = second.ended(PATIENCE).expect("the second daemon runs on a store in use");
    assert!(!status.success());
    first.assert_alive();
    stop(first);
    assert!(fs::metadata(place.path("store.db")).unwrap().len() > 0);
}
