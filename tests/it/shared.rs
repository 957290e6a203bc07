//! Several daemons on one PostgreSQL: they share stories, facts and the outbox, and may be killed or stopped for a while
//! at any moment. With a story's reports at one daemon, the same alerts as one undisturbed daemon tells; scattered over
//! all, the same stories and final figures, and every fact's alerts an unbroken chain.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;

use crate::harness::{Daemon, Database, Place, Receiver, Report, Told, reports, wait_for};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed};

/// How many daemons share the database.
const INSTANCES: usize = 3;

/// A place for each instance: its own inbox, the same store, the same output.
fn instances(database: &Database, receiver: &Receiver) -> Vec<Place> {
    let store = format!(
        "[store]\nurl = \"{}\"\nturn_timeout = \"1s\"\nstatement_timeout = \"5s\"\nconnections_max = 6",
        database.url()
    );
    (0..INSTANCES).map(|_| Place::new().with(&store).with_inbox().with_webhook("hook", receiver)).collect()
}

/// Gives the reports out in order, each to the instance that `whom` names, and meanwhile kills, or stops for a while, one
/// instance after the other. Returns with all of them running and every report committed.
fn disturbed(
    places: &[Place],
    reports: &[Report],
    rounds: usize,
    whom: impl Fn(usize, &Report) -> usize,
) -> Vec<Daemon> {
    let mut random = Rng::with_seed(7);
    let mut daemons: Vec<Daemon> = places.iter().map(Place::start).collect();
    let mut given = reports.iter().enumerate();
    for _ in 0..rounds {
        for (number, report) in given.by_ref().take(reports.len().div_ceil(rounds)) {
            places[whom(number, report)].drop_in(report);
        }
        // Nothing is awaited: the moment itself is what is drawn.
        assert!(wait_for(Duration::from_millis(random.u64(..300)), || None::<()>).is_none());
        let victim = random.usize(..places.len());
        if random.bool() {
            daemons.remove(victim).kill();
            daemons.insert(victim, places[victim].start());
        } else {
            daemons[victim].pause();
            // Longer than an instance may hold the others up.
            assert!(wait_for(Duration::from_millis(1_500), || None::<()>).is_none());
            daemons[victim].resume();
        }
    }
    for (number, place) in places.iter().enumerate() {
        let mine =
            reports.iter().enumerate().filter(|(index, report)| whom(*index, report) == number).count();
        daemons[number].until("every report in done/", PATIENCE, || place.names_in("done").len() == mine);
        assert!(place.names_in("failed").is_empty(), "nothing may fail: {:?}", place.names_in("failed"));
    }
    daemons
}

#[test]
fn killed_and_paused_instances_tell_what_one_undisturbed_tells() {
    let Some(database) = Database::new("killed_and_paused_instances_tell_what_one_undisturbed_tells") else {
        return;
    };
    let reports = reports(20_251_127, 6, 30);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let places = instances(&database, &receiver);
    let mut daemons = disturbed(&places, &reports, 15, |_, report| report.story % INSTANCES);
    finish(&mut daemons[0], &receiver, &expected);
    daemons.into_iter().for_each(stop);
    let told = told_to(&receiver);
    told.assert_same_as(&expected);
    told.assert_chained();
}

/// Who is told of a fact of which plot, and what stood last.
pub(crate) fn last_values(told: &Told, plots: &BTreeMap<String, usize>) -> BTreeMap<String, Value> {
    let mut last = BTreeMap::new();
    for alert in told.in_order().filter(|alert| alert["fact"]["scope"] == "event") {
        let plot = plots[alert["article"].as_str().unwrap()];
        last.insert(format!("{plot} {}", alert["fact"]), alert["after"]["value"].clone());
    }
    last
}

#[test]
fn reports_scattered_over_instances_end_in_the_same_facts() {
    let Some(database) = Database::new("reports_scattered_over_instances_end_in_the_same_facts") else {
        return;
    };
    let reports = reports(20_251_128, 4, 30);
    let plots: BTreeMap<String, usize> =
        reports.iter().map(|report| (report.id.clone(), report.story)).collect();
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let places = instances(&database, &receiver);
    let mut daemons = disturbed(&places, &reports, 8, |number, _| number % INSTANCES);
    let wanted = last_values(&expected, &plots);
    daemons[0]
        .until("the same final figures", PATIENCE, || last_values(&told_to(&receiver), &plots) == wanted);
    daemons.into_iter().for_each(stop);
    let told = told_to(&receiver);
    told.assert_chained();
    let stories: BTreeSet<_> = told.in_order().map(|alert| alert["story"].to_string()).collect();
    assert_eq!(stories.len(), 4, "a story was opened twice: {stories:?}");
}
