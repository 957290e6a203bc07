//! The daemon's flow in a made-up world, with a time that is made up too. Comes in: a seed. Goes out: a verdict. The
//! pipeline, the ledger, the dispatcher and the SQLite store are the real ones; inputs, receivers and the clock are not,
//! and everything that can go wrong does: kills at any moment, a store that fails before or after it wrote, torn and
//! repeated records, receivers that refuse, ask for patience, fall silent or drop the line, a clock that jumps. People
//! act beside it (`people.rs`): dead letters tried again or discarded, figures corrected, stories muted, the config read
//! again. In some seeds a channel of Slack is among the receivers, written by the real output (`desk.rs`): a call without a
//! clear answer makes one copy of a post at most, and in the end each post is there once. `sabotage.rs` builds in mistakes
//! that must be noticed. After every storm comes a calm life of the daemon, and then what each receiver has is judged
//! (`judge.rs`).
//!
//! One seed is one world, one weather and one course of events, always the same. `SIM_SEEDS` says how many are run
//! (unset: 400; `.ci/run` asks for 10,000); a failure names its seed, and `SIM_SEED=n cargo test --test sim` plays that one
//! again, with all that happened.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected ends there and says so; its length is set by the environment"
)]

mod desk;
mod faulty_store;
mod judge;
mod life;
mod people;
mod receiver;
mod sabotage;
mod sim;
mod source;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crate::sabotage::Sabotage;
use crate::sim::Course;
use crate::world::Worlds;

/// That of the daemon.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many seeds are run when nobody says otherwise.
const SEEDS: u64 = 400;

fn asked(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`: write a number")))
}

#[test]
fn nothing_is_lost_nothing_is_told_twice_whatever_happens() {
    if asked("SIM_SEED").is_some() {
        return;
    }
    let worlds = Worlds::new();
    let seeds = asked("SIM_SEEDS").unwrap_or(SEEDS);
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let (kills, removed) = (AtomicU64::new(0), AtomicU64::new(0));
    let failures = Mutex::new(Vec::new());
    let began = Instant::now();
    let run = || {
        while !failed.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                break;
            }
            let course = play(&worlds, seed, None);
            kills.fetch_add(course.kills, Ordering::Relaxed);
            removed.fetch_add(course.removed, Ordering::Relaxed);
            if !course.complaints.is_empty() {
                failed.store(true, Ordering::Relaxed);
                failures.lock().unwrap().push((seed, course.complaints));
            }
        }
    };
    std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        (0..workers).for_each(|_| drop(scope.spawn(run)));
    });
    let failures = failures.into_inner().unwrap();
    let said: Vec<String> = failures.iter().map(|(seed, complaints)| told(*seed, complaints)).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    let (kills, removed) = (kills.into_inner(), removed.into_inner());
    println!("{seeds} seeds with {kills} kills and {removed} removed copies in {:.1?}", began.elapsed());
}

#[test]
fn the_same_seed_is_the_same_course() {
    let worlds = Worlds::new();
    for seed in 0..12 {
        let (first, second) = (play(&worlds, seed, None), play(&worlds, seed, None));
        let differs = first.notes.iter().zip(&second.notes).position(|(one, other)| one != other);
        let from = differs.unwrap_or(0).saturating_sub(5);
        let shown =
            |course: &Course| course.notes[from..].iter().take(10).cloned().collect::<Vec<_>>().join("\n");
        assert!(first.notes == second.notes, "seed {seed}\n{}\n---\n{}", shown(&first), shown(&second));
        assert!(first.notes.len() > 50, "nothing happened");
    }
}

/// Each mistake that is built in on purpose is noticed within some seeds.
#[test]
fn no_mistake_goes_unnoticed() {
    if asked("SIM_SEED").is_some() {
        return;
    }
    let worlds = Worlds::new();
    let unnoticed = Mutex::new(Vec::new());
    let look = |sabotage: Sabotage| {
        let noticed = (0..sabotage::SEEDS).find_map(|seed| {
            let complaint = play(&worlds, seed, Some(sabotage)).complaints.into_iter().next();
            complaint.map(|complaint| (seed, complaint))
        });
        match noticed {
            Some((seed, complaint)) => {
                let first = complaint.lines().next().unwrap_or_default();
                println!("{sabotage:?} is noticed by seed {seed}: {first}");
            }
            None => unnoticed.lock().unwrap().push(sabotage),
        }
    };
    std::thread::scope(|scope| Sabotage::ALL.map(|sabotage| drop(scope.spawn(move || look(sabotage)))));
    let unnoticed = unnoticed.into_inner().unwrap();
    assert!(unnoticed.is_empty(), "unnoticed in {} seeds: {unnoticed:?}", sabotage::SEEDS);
}

#[test]
fn the_seed_that_was_asked_for() {
    let Some(seed) = asked("SIM_SEED") else { return };
    let course = play(&Worlds::new(), seed, None);
    println!("{}", course.notes.join("\n"));
    assert!(course.complaints.is_empty(), "{}", told(seed, &course.complaints));
}

/// One seed; a panic is a complaint like any other.
fn play(worlds: &Worlds, seed: u64, sabotage: Option<Sabotage>) -> Course {
    catch_unwind(AssertUnwindSafe(|| worlds.play(seed, sabotage))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Course { complaints: vec![format!("panicked: {}", text.unwrap_or_default())], ..Course::default() }
    })
}

fn told(seed: u64, complaints: &[String]) -> String {
    format!(
        "seed {seed}: {}\nto see it again: SIM_SEED={seed} cargo test --test sim -- --nocapture",
        complaints.join("\n")
    )
}
