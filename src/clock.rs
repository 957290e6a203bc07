//! The time, passed in. Comes in: nothing. Goes out: the current moment. Code that decides anything takes a
//! `Clock` instead of asking the operating system, so that a replay or a test gives the same answer every time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Where the daemon's notion of "now" comes from.
pub trait Clock: Send + Sync {
    /// The current moment.
    fn now(&self) -> Timestamp;
}

/// A clock shared by the stages.
pub type SharedClock = Arc<dyn Clock>;

/// The operating system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the operating system")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands at one moment: for replays, where arrival is given by the articles themselves.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The clock of a machine, put right by another one that several machines share: what one of them leases, all of them take
/// for leased, however wrong their own clocks go.
pub struct SharedTime {
    own: SharedClock,
    /// Nanoseconds to add.
    ahead: AtomicI64,
}

/// Differences up to here are taken for the time that an answer needs on its way.
const TOLERANCE: SignedDuration = SignedDuration::from_millis(250);

impl SharedTime {
    /// As `own` goes, until it is put right.
    pub fn new(own: SharedClock) -> Self {
        Self { own, ahead: AtomicI64::new(0) }
    }

    /// What the machine's own clock shows.
    pub fn own(&self) -> Timestamp {
        self.own.now()
    }

    /// The shared clock showed `shared` at some moment between `asked` and `answered` of the own one. Says by how much the
    /// own one is to be put right, when that has changed.
    pub fn put_right(
        &self,
        asked: Timestamp,
        shared: Timestamp,
        answered: Timestamp,
    ) -> Option<SignedDuration> {
        let middle = asked.checked_add(asked.duration_until(answered) / 2).unwrap_or(asked);
        let ahead = middle.duration_until(shared);
        let before = SignedDuration::from_nanos(self.ahead.load(Ordering::Relaxed));
        let tolerance = TOLERANCE.max(asked.duration_until(answered));
        if (ahead - before).abs() <= tolerance {
            return None;
        }
        let nanos = i64::try_from(ahead.as_nanos()).ok()?;
        self.ahead.store(nanos, Ordering::Relaxed);
        Some(ahead)
    }
}

impl Clock for SharedTime {
    fn now(&self) -> Timestamp {
        let own = self.own.now();
        own.checked_add(SignedDuration::from_nanos(self.ahead.load(Ordering::Relaxed))).unwrap_or(own)
    }
}
