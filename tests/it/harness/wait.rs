//! Waiting for a condition, and saying aloud what was not tested. A test waits for what it needs to see, with a
//! deadline; the passing of time itself is never taken as a sign that something has happened.

use std::fs::OpenOptions;
use std::io::Write;
use std::thread::park_timeout;
use std::time::{Duration, Instant};

/// How often a condition is looked at that cannot wake us: the end of a process, a file appearing.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Looks until `look` gives something, at most for `limit`.
pub(crate) fn wait_for<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        let began = Instant::now();
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        // A look that costs much, such as listing ten thousand files, must not starve what it waits for.
        park_timeout(LOOK_EVERY.max(began.elapsed() * 4));
    }
}

/// Waits for `condition`; fails the test when it does not come true within `limit`.
pub(crate) fn wait_until(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
    assert!(wait_for(limit, || condition().then_some(())).is_some(), "waited {limit:?} in vain for: {what}");
}

/// Says that a test could not be run here, past the capture of the test runner, and tells `tests/all`, which counts
/// such lines and fails on them with `CI=true`.
#[expect(clippy::explicit_write, reason = "`eprintln!` is swallowed in a test that passes; this is not")]
pub(crate) fn not_run(test: &str, why: &str) {
    writeln!(std::io::stderr(), "NOT RUN: {test}: {why}").unwrap();
    if let Some(list) = environment("NEWSDELTA_TEST_NOT_RUN") {
        let mut list = OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "{test}: {why}").unwrap();
    }
}

/// The time on the clock of this machine, by which the daemon goes.
#[expect(clippy::disallowed_methods, reason = "the daemon as a process has no other clock")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A variable that `tests/all` sets for the tests.
#[expect(clippy::disallowed_methods, reason = "the tests are told by their runner what it has set up")]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
