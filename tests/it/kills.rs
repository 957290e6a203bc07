//! Hundreds of kills on real parts: a real broker that is itself restarted among them, real HTTP receivers. What they end
//! with is what an undisturbed run tells. Run by `tests/kills`, since it takes minutes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::harness::{
    Broker, Consumer, Receiver, Report, environment, make_topics, produce, reports, wait_for,
};
use crate::kafka::{between_topics, end_as_undisturbed, topics};
use crate::restart::undisturbed;

/// How many kills when nobody says otherwise.
const KILLS: usize = 500;

/// So many daemons are killed side by side, each between topics of its own.
const SIDE_BY_SIDE: usize = 4;

/// Between two restarts of the broker.
const BROKER_LIVES: Duration = Duration::from_secs(45);

#[test]
#[ignore = "takes minutes: tests/kills runs it"]
fn killed_hundreds_of_times_with_the_broker_restarted_among_them() {
    let Some(broker) = Broker::prepare("killed_hundreds_of_times") else { return };
    let kills = environment("NEWSDELTA_TEST_KILLS").map_or(KILLS, |text| text.parse().expect("a number"));
    broker.start();
    let (began, done) = (Instant::now(), AtomicUsize::new(0));
    let address = broker.address();
    let mut restarts = 0;
    let (killed, alerts) = std::thread::scope(|scope| {
        let (done, seeds) = (&done, 0..u64::try_from(SIDE_BY_SIDE).unwrap());
        let runs = seeds.map(|seed| {
            scope.spawn(move || {
                let run = killed_often(address, seed, kills.div_ceil(SIDE_BY_SIDE));
                done.fetch_add(1, Ordering::SeqCst);
                run
            })
        });
        let runs: Vec<_> = runs.collect();
        let all_done = || (done.load(Ordering::SeqCst) + finished(&runs) >= SIDE_BY_SIDE).then_some(());
        while wait_for(BROKER_LIVES, all_done).is_none() {
            broker.stop();
            broker.start();
            restarts += 1;
        }
        let counts = runs.into_iter().map(|run| run.join().unwrap());
        counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    });
    eprintln!("{killed} kills, {restarts} restarts of the broker, {alerts} alerts, {:?}", began.elapsed());
    assert!(restarts > 0 || kills < 100, "the broker was never restarted");
}

/// Those that ended without saying so: they failed.
fn finished<T>(runs: &[std::thread::ScopedJoinHandle<'_, T>]) -> usize {
    if runs.iter().all(std::thread::ScopedJoinHandle::is_finished) { runs.len() } else { 0 }
}

/// Kills one daemon so often and compares; how many kills there were, and how many alerts.
fn killed_often(address: &str, seed: u64, kills: usize) -> (usize, usize) {
    let (articles, alerts, dead) = topics(&format!("kills{seed}"));
    let reports = reports(20_250_507 + seed, 4, kills.div_ceil(8));
    let expected = undisturbed(&reports);
    make_topics(address, &[&articles, &alerts, &dead]);
    let receiver = Receiver::start();
    let place = between_topics(address, &articles, &alerts, &receiver);
    let mut random = Rng::with_seed(seed);
    let mut waiting: &[Report] = &reports;
    for kill in 0..kills {
        let daemon = place.start();
        let left = kills - kill;
        let (portion, rest) = waiting.split_at(waiting.len().div_ceil(left).min(waiting.len()));
        produce(address, &articles, portion);
        waiting = rest;
        kill_soon(daemon, &receiver, &mut random);
    }
    end_as_undisturbed(place.start(), &receiver, Consumer::new(address, &alerts), &expected);
    (kills, expected.ids().len())
}

/// Some time after the start, or while a delivery is on its way. A daemon needs a second to take over from a killed one.
fn kill_soon(daemon: crate::harness::Daemon, receiver: &Receiver, random: &mut Rng) {
    let count = receiver.count();
    let moment = Duration::from_millis(random.u64(..40));
    if random.u8(..3) == 0 {
        let moment = Duration::from_millis(random.u64(..1500));
        assert!(wait_for(moment, || None::<()>).is_none());
    } else {
        receiver.wait(Duration::from_millis(2500), |received| received.len() > count);
        assert!(wait_for(moment, || None::<()>).is_none());
    }
    daemon.kill();
}
