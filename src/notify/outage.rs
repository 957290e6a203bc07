//! Whether a receiver takes nothing at all. Comes in: how attempts ended. Goes out: until when the whole way to it rests.
//! Several messages in a row that fail, and none that succeeds, are an outage: from then on one message at a time asks
//! whether it is over, each time another one, with a longer rest after each. What waits is not touched meanwhile, however
//! much it is. A single message that always fails is none: the others go on past it. Never attempts anything itself.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::retry::{self, later};
use crate::config::RetryConfig;

/// So many different messages must fail in a row.
const MESSAGES: usize = 3;

/// The longest rest between two questions whether it is over: one request in so long bothers nobody, and a receiver that
/// is back does not wait longer for what it missed.
const REST_MAX: Duration = Duration::from_secs(30);

/// What is known of one receiver.
#[derive(Debug, Default)]
pub(super) struct Outage(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The messages that failed since the last that succeeded, until they are enough for an outage.
    failed: BTreeSet<i64>,
    /// How many rests there have been in this outage; zero: there is none.
    rests: u32,
}

/// How things stood when an attempt began: what began before the present rest says nothing new at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Began(u32);

impl Outage {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is one: then a single attempt at a time is enough.
    pub(super) fn is_on(&self) -> bool {
        self.state().rests > 0
    }

    /// An attempt begins.
    pub(super) fn begin(&self) -> Began {
        Began(self.state().rests)
    }

    /// The receiver has taken, or understood and refused, a message.
    pub(super) fn answered(&self) {
        *self.state() = State::default();
    }

    /// An attempt failed as it does when the receiver is away; says until when the way rests, if this decides it.
    pub(super) fn failed(
        &self,
        began: Began,
        delivery: i64,
        output: &str,
        policy: &RetryConfig,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let mut state = self.state();
        if began.0 != state.rests {
            return None;
        }
        if state.rests == 0 {
            state.failed.insert(delivery);
            if state.failed.len() < MESSAGES {
                return None;
            }
            state.failed.clear();
        }
        state.rests = state.rests.saturating_add(1);
        Some(later(now, retry::wait(policy, "", output, state.rests).min(REST_MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> RetryConfig {
        RetryConfig {
            wait_min: Duration::from_secs(1),
            wait_max: Duration::from_mins(10),
            attempts_max: 9,
            age_max: Duration::from_hours(1),
            schedule: Vec::new(),
            disable_after: Duration::ZERO,
            attempt_timeout: Duration::from_secs(1),
        }
    }

    /// How long the way rests after a failure of this message; nothing when it does not.
    fn rest(outage: &Outage, began: Began, message: i64) -> Option<Duration> {
        let now = Timestamp::UNIX_EPOCH;
        outage.failed(began, message, "hook", &policy(), now).map(|until| retry::until(now, until))
    }

    #[test]
    fn one_bad_message_is_no_outage() {
        let outage = Outage::default();
        for _ in 0..100 {
            assert_eq!(rest(&outage, outage.begin(), 1), None);
        }
        assert!(!outage.is_on());
    }

    #[test]
    fn a_success_in_between_is_no_outage() {
        let outage = Outage::default();
        for message in 0..100 {
            assert_eq!(rest(&outage, outage.begin(), message), None);
            if message % 2 == 1 {
                outage.answered();
            }
        }
    }

    #[test]
    fn rests_grow_to_their_longest_and_end_with_the_first_answer() {
        let outage = Outage::default();
        let together: Vec<Began> = (0..8).map(|_| outage.begin()).collect();
        let first: Vec<_> =
            (0..8).zip(&together).map(|(message, began)| rest(&outage, *began, message)).collect();
        let decided = first.iter().flatten().count();
        assert_eq!((decided, first[2].is_some()), (1, true), "what began together decides once: {first:?}");
        let rests: Vec<Duration> =
            (0..10).map(|message| rest(&outage, outage.begin(), message).unwrap()).collect();
        assert!(rests.is_sorted() && rests[9] == REST_MAX && rests[0] < Duration::from_secs(3), "{rests:?}");
        assert!(outage.is_on());
        outage.answered();
        assert!(!outage.is_on());
        assert_eq!(rest(&outage, outage.begin(), 1), None, "it begins anew");
    }
}
