//! When to try again, and when to stop trying. Comes in: how an attempt failed, how often, and for how long. Goes
//! out: the next time, or the reason to give up. The only place that knows about back-off; reads no clock and draws
//! no lots: the spread that keeps many messages apart is made from their ids.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::config::{RetryConfig, Wait};
use crate::outputs::DeliveryError;
use crate::store::{Attempt, Delivery};

/// What a failed attempt leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// What is recorded.
    pub attempt: Attempt,
    /// The receiver asked not to be called before this time: no message should be.
    pub hold_until: Option<Timestamp>,
}

/// Long enough for the store to take back what is leased to a receiver that wants no more.
const GONE_PAUSE: Duration = Duration::from_secs(5);

/// What follows from a failure at `now`: another attempt, or a dead letter.
pub fn after_failure(
    policy: &RetryConfig,
    delivery: &Delivery,
    error: DeliveryError,
    now: Timestamp,
) -> Next {
    let made = delivery.attempts.saturating_add(1);
    let (after, reason) = match error {
        DeliveryError::GiveUp { reason } => return Next { attempt: Attempt::Dead(reason), hold_until: None },
        DeliveryError::Gone { reason } => return disable(reason, now),
        DeliveryError::Retry { after, reason } => (after, reason),
    };
    // However long the receiver asks to be left alone, the others try again after the longest wait at the latest.
    let hold_until = after.map(|after| later(now, after.min(policy.longest_wait())));
    if !policy.schedule.is_empty() {
        return Next { attempt: scheduled(policy, delivery, made, after, reason, now), hold_until };
    }
    let wait = wait(policy, &delivery.message.id, &delivery.output, made).max(after.unwrap_or_default());
    let next = later(now, wait);
    let attempt = if made >= policy.attempts_max {
        Attempt::Dead(format!("given up after {made} attempts: {reason}"))
    } else if next > later(delivery.queued_at, policy.age_max) {
        Attempt::Dead(format!(
            "given up after {made} attempts, since it would be too old at the next: {reason}"
        ))
    } else {
        Attempt::RetryAt(next, reason)
    };
    Next { attempt, hold_until }
}

/// The output takes no more messages until somebody enables it.
pub fn disable(reason: String, now: Timestamp) -> Next {
    // What was leased beside it must not call there either.
    Next { attempt: Attempt::Disabled(reason), hold_until: Some(later(now, GONE_PAUSE)) }
}

/// The next attempt by the schedule, later by up to a tenth that the ids decide; a dead letter after its end.
fn scheduled(
    policy: &RetryConfig,
    delivery: &Delivery,
    made: u32,
    after: Option<Duration>,
    reason: String,
    now: Timestamp,
) -> Attempt {
    let place = usize::try_from(made.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(Wait(wait)) = policy.schedule.get(place).copied() else {
        return Attempt::Dead(format!(
            "given up after {made} attempts, with which the schedule ends: {reason}"
        ));
    };
    let spread =
        (wait / 10).saturating_mul(lot(&delivery.message.id, &delivery.output, made)) / u32::from(u16::MAX);
    Attempt::RetryAt(later(now, wait.saturating_add(spread).max(after.unwrap_or_default())), reason)
}

/// A share of 65,535 that the ids decide, so that many messages do not come back at one moment.
fn lot(message: &str, output: &str, made: u32) -> u32 {
    let lot = xxh3_64_with_seed(message.as_bytes(), xxh3_64_with_seed(output.as_bytes(), u64::from(made)));
    u32::try_from(lot >> 48).unwrap_or_default()
}

/// The wait after the `made`th failed attempt. It doubles from `wait_min` with each, plus up to a quarter that the ids
/// decide, and stays within `wait_min` and `wait_max`.
pub fn wait(policy: &RetryConfig, message: &str, output: &str, made: u32) -> Duration {
    let doubled = policy.wait_min.saturating_mul(2_u32.saturating_pow(made.saturating_sub(1)));
    let longest = doubled.saturating_add(doubled / 4).min(policy.wait_max);
    // A share of a fifth of the longest wait: 4/5 of 5/4 is the doubled wait itself.
    let share = (longest / 5).saturating_mul(lot(message, output, made)) / u32::from(u16::MAX);
    (longest / 5 * 4).saturating_add(share).clamp(policy.wait_min.min(policy.wait_max), policy.wait_max)
}

/// `duration` after a time; the end of time when it lies beyond.
pub fn later(from: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    from.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// How long from one time to a later one; nothing when it is past.
pub fn until(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(min: u64, max: u64) -> RetryConfig {
        RetryConfig {
            wait_min: Duration::from_millis(min),
            wait_max: Duration::from_millis(max),
            attempts_max: 5,
            age_max: Duration::from_hours(1),
            schedule: Vec::new(),
            disable_after: Duration::ZERO,
            attempt_timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn waits_stay_between_floor_and_ceiling() {
        for (min, max) in [(1000, 600_000), (1000, 1000), (1000, 1100), (0, 0), (5000, 1000)] {
            for made in [1, 2, 3, 9, 31, 32, 33, u32::MAX] {
                let wait = wait(&policy(min, max), "m", "slack", made).as_millis();
                assert!(
                    (u128::from(min.min(max))..=u128::from(max)).contains(&wait),
                    "{min} {max} {made}: {wait}"
                );
            }
        }
        let endless = RetryConfig { wait_min: Duration::MAX, wait_max: Duration::MAX, ..policy(0, 0) };
        assert!(wait(&endless, "m", "slack", 3) > Duration::from_hours(1_000_000));
    }

    #[test]
    fn the_spread_follows_from_the_ids_alone() {
        let policy = policy(1000, 600_000);
        let waits: std::collections::BTreeSet<_> =
            (0..100).map(|n| wait(&policy, &format!("m{n}"), "slack", 3)).collect();
        assert!(waits.len() > 90, "many messages spread out: {}", waits.len());
        assert!(waits.iter().all(|wait| (4000..=5000).contains(&wait.as_millis())), "{waits:?}");
        assert_eq!(wait(&policy, "m1", "slack", 3), wait(&policy, "m1", "slack", 3));
        assert_ne!(wait(&policy, "m1", "slack", 3), wait(&policy, "m1", "hook", 3));
    }

    #[test]
    fn a_schedule_is_followed_to_its_end() {
        let waits = [5, 300, 1800, 7200].map(|seconds| Wait(Duration::from_secs(seconds)));
        let policy = RetryConfig { schedule: waits.to_vec(), ..policy(1, 1) };
        let now = Timestamp::UNIX_EPOCH;
        let message = crate::outputs::samples::message(Vec::new());
        let mut delivery =
            Delivery { id: 1, lease: 1, output: "hook".into(), message, attempts: 0, queued_at: now };
        let retry = |after| DeliveryError::Retry { after, reason: "down".to_owned() };
        for Wait(wait) in waits {
            match after_failure(&policy, &delivery, retry(None), now).attempt {
                Attempt::RetryAt(at, _) => {
                    let found = until(now, at);
                    assert!(wait <= found && found <= wait + wait / 10, "{wait:?}: {found:?}");
                }
                other => panic!("{other:?}"),
            }
            delivery.attempts += 1;
        }
        let end = after_failure(&policy, &delivery, retry(None), now).attempt;
        assert!(matches!(&end, Attempt::Dead(reason) if reason.contains("after 5 attempts")), "{end:?}");
        // A receiver that asks for more time gets it.
        delivery.attempts = 0;
        let asked = Duration::from_secs(60);
        let next = after_failure(&policy, &delivery, retry(Some(asked)), now).attempt;
        assert_eq!(next, Attempt::RetryAt(later(now, asked), "down".to_owned()));
    }

    #[test]
    fn times_beyond_the_calendar_are_its_end() {
        assert_eq!(later(Timestamp::MAX, Duration::from_secs(1)), Timestamp::MAX);
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
        assert_eq!(until(Timestamp::MAX, Timestamp::UNIX_EPOCH), Duration::ZERO);
    }
}
