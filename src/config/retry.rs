//! How failed deliveries are tried again: `[retry]` and `[outputs.NAME.retry]`. Comes in: decoded settings. Goes out:
//! findings, each with its cure. When to try is `notify`'s to work out.

use std::time::Duration;

use serde::Deserialize;

use super::{Check, Findings};

/// The longest schedule that is taken.
const SCHEDULE_MAX: usize = 100;

/// `[retry]` and `[outputs.NAME.retry]`: how failed deliveries are tried again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryConfig {
    /// The wait after the first failure; it doubles with each further one.
    #[serde(with = "humantime_serde")]
    pub wait_min: Duration,
    /// The longest wait between two attempts; a receiver's own wish (`Retry-After`) may be longer.
    #[serde(with = "humantime_serde")]
    pub wait_max: Duration,
    /// After so many attempts a message becomes a dead letter.
    pub attempts_max: u32,
    /// After so long a message becomes a dead letter.
    #[serde(with = "humantime_serde")]
    pub age_max: Duration,
    /// The wait after each failure, one by one; after the last a message becomes a dead letter. With any, the four
    /// settings above have no effect.
    pub schedule: Vec<Wait>,
    /// An output that has taken nothing for so long, though it was tried, is disabled; zero: never.
    #[serde(with = "humantime_serde")]
    pub disable_after: Duration,
    /// One attempt may take so long.
    #[serde(with = "humantime_serde")]
    pub attempt_timeout: Duration,
}

/// One wait of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Wait(#[serde(with = "humantime_serde")] pub Duration);

impl RetryConfig {
    /// The longest wait between two attempts.
    pub fn longest_wait(&self) -> Duration {
        self.schedule.iter().map(|wait| wait.0).max().unwrap_or(self.wait_max)
    }
}

impl Check for RetryConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.wait_min.is_zero() {
            findings.add(
                "wait_min",
                "is zero: a failing receiver would be asked without pause, write for instance \"1s\"",
            );
        }
        if self.wait_max < self.wait_min {
            findings.add("wait_max", "is shorter than `wait_min`: write a longer one");
        }
        if self.attempts_max == 0 {
            findings.add("attempts_max", "is 0: nothing would ever be sent, write 1 or more");
        }
        if self.age_max.is_zero() {
            findings
                .add("age_max", "is zero: nothing would ever be tried again, write for instance \"3days\"");
        }
        if self.schedule.len() > SCHEDULE_MAX {
            findings.add("schedule", format!("has over {SCHEDULE_MAX} waits: write fewer and longer ones"));
        }
        for (index, _) in self.schedule.iter().enumerate().filter(|(_, wait)| wait.0.is_zero()) {
            findings.add(
                &format!("schedule[{index}]"),
                "is zero: a failing receiver would be asked without pause, write for instance \"5s\"",
            );
        }
        if self.attempt_timeout.is_zero() {
            findings.add("attempt_timeout", "is zero: no attempt could succeed, write for instance \"60s\"");
        }
    }
}
