//! Killed at any moment and started again, the daemon tells every alert, each under one id with one content, and the
//! alerts of a fact form an unbroken chain. Here the reports come by folder; `kafka.rs` does the same with a broker.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;

use crate::harness::{Daemon, Place, Received, Receiver, Report, Told, reports, wait_for};

/// How often the daemon is killed; the number is that of the promise (DESIGN.md section 2, invariant 6).
pub(crate) const KILLS: usize = 50;

/// Nothing a test waits for takes this long on a loaded machine with two cores.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// How long a wait for a receiver goes without a look at whether the daemon still runs.
pub(crate) const LOOK: Duration = Duration::from_millis(200);

#[test]
fn killed_at_fifty_moments_the_inbox_loses_nothing_and_tells_nothing_twice() {
    let reports = reports(20_240_506, 6, 40);
    let expected = undisturbed(&reports);
    assert!(
        expected.longest_chain() >= 10,
        "the reports give no chain worth testing: {}",
        expected.longest_chain()
    );

    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver).with_journal();
    let mut random = Rng::with_seed(1);
    let mut portions = reports.chunks(reports.len().div_ceil(KILLS));
    for _ in 0..KILLS {
        let daemon = place.start();
        for report in portions.next().unwrap_or_default() {
            place.drop_in(report);
        }
        kill_at_random_moment(daemon, &receiver, &mut random);
    }
    let mut daemon = place.start();
    daemon.until("every report in done/", PATIENCE, || place.names_in("done").len() == reports.len());
    finish(&mut daemon, &receiver, &expected);
    daemon.until("the file to hold every alert", PATIENCE, || {
        Told::of(place.journal()).ids() == expected.ids()
    });
    stop(daemon);

    let (hook, journal) = (told_to(&receiver), Told::of(place.journal()));
    for told in [&hook, &journal] {
        told.assert_same_as(&expected);
        told.assert_chained();
    }
    assert!(place.names_in("failed").is_empty(), "nothing may fail: {:?}", place.names_in("failed"));
}

/// What a receiver ends with when nothing goes wrong. It is also what `replay` says of the same reports.
pub(crate) fn undisturbed(reports: &[Report]) -> Told {
    undisturbed_in(reports).1
}

/// The same, with the place that knows what there was to know.
pub(crate) fn undisturbed_in(reports: &[Report]) -> (Place, Told) {
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let foretold = replayed(&place, reports);
    assert!(!foretold.is_empty(), "these reports tell nothing: nothing could be lost");
    for report in reports {
        place.drop_in(report);
    }
    let mut daemon = place.start();
    daemon.until("every report in done/", PATIENCE, || place.names_in("done").len() == reports.len());
    daemon.until("every alert that replay foretells", PATIENCE, || receiver.has_all(&foretold, LOOK));
    stop(daemon);
    let told = told_to(&receiver);
    assert_eq!(told.ids().len(), foretold.len(), "the daemon tells alerts that replay does not");
    told.assert_chained();
    (place, told)
}

/// The alert ids that `newsdelta replay` prints for these reports.
pub(crate) fn replayed(place: &Place, reports: &[Report]) -> BTreeSet<String> {
    let file = place.path("all.jsonl");
    let lines: Vec<_> = reports.iter().map(|report| report.json().to_string()).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    let done = place.run(&["replay", "--json", file.to_str().unwrap()]);
    assert!(done.status.success(), "replay: {}", String::from_utf8_lossy(&done.stderr));
    let lines = String::from_utf8(done.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["type"] == "alert")
        .map(|alert| alert["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Kills at a moment drawn from three kinds: some time after the start, right when a delivery arrives (its answer may
/// or may not be noted), and right when a report is being finished.
pub(crate) fn kill_at_random_moment(daemon: Daemon, receiver: &Receiver, random: &mut Rng) {
    let count = receiver.count();
    match random.u8(..3) {
        0 => {
            // Nothing is awaited: the moment itself is what is drawn.
            let moment = Duration::from_millis(random.u64(..500));
            assert!(wait_for(moment, || None::<()>).is_none());
        }
        1 => {
            let further = random.usize(1..6);
            receiver.wait(Duration::from_secs(3), |received| received.len() >= count + further);
        }
        _ => {
            let moment = Duration::from_millis(random.u64(..60));
            receiver.wait(Duration::from_secs(3), |received| received.len() > count);
            assert!(wait_for(moment, || None::<()>).is_none());
        }
    }
    daemon.kill();
}

/// Waits until the receiver has every expected alert.
pub(crate) fn finish(daemon: &mut Daemon, receiver: &Receiver, expected: &Told) {
    let wanted = expected.ids().into_iter().map(str::to_owned).collect();
    let arrived = wait_for(PATIENCE, || {
        let all = receiver.has_all(&wanted, LOOK);
        daemon.assert_alive();
        all.then_some(())
    });
    if arrived.is_none() {
        told_to(receiver).assert_same_as(expected);
        panic!("waited {PATIENCE:?} in vain for every alert");
    }
}

/// Stops the daemon as an operator does; what it has in hand it finishes.
pub(crate) fn stop(mut daemon: Daemon) {
    daemon.terminate();
    let status = daemon.ended(PATIENCE).expect("the daemon did not stop");
    assert!(status.success(), "the daemon stopped with {status}");
}

/// The alerts that were accepted, in order of arrival.
pub(crate) fn alerts(received: &[Received]) -> Vec<Value> {
    let accepted = received.iter().filter(|request| request.accepted);
    accepted
        .flat_map(|request| request.body["data"]["alerts"].as_array().cloned().unwrap_or_default())
        .collect()
}

/// What the receiver was told, checked for one content per id.
pub(crate) fn told_to(receiver: &Receiver) -> Told {
    Told::of(alerts(&receiver.received()))
}
