//! The time, passed in. Comes in: nothing. Goes out: the current moment. Code that decides anything takes a
//! `Clock` instead of asking the operating system, so that a replay or a test gives the same answer every time.

use std::sync::Arc;

use jiff::Timestamp;

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
