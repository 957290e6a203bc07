//! Waiting for a store that refuses. Comes in: the reasons. Goes out: waits that grow, one line in the log for each new
//! reason, and the state of the store for whoever asks about the daemon's health. Never gives up.

use std::sync::Arc;
use std::time::Duration;

use crate::telemetry::health::Health;

/// Waits longer and longer while the store refuses, and says why once for each reason.
pub(super) struct Patience {
    wait: Duration,
    wait_max: Duration,
    last_reason: String,
    health: Arc<Health>,
}

impl Patience {
    /// The shortest wait between two tries.
    const WAIT_MIN: Duration = Duration::from_millis(50);

    pub(super) fn new(wait_max: Duration, health: Arc<Health>) -> Self {
        Self { wait: Self::WAIT_MIN, wait_max, last_reason: String::new(), health }
    }

    pub(super) async fn wait(&mut self, reason: &str) {
        if reason != self.last_reason {
            tracing::error!(%reason, "the store refuses; nothing is lost, trying again until it does not");
            self.health.trouble("store", reason);
            reason.clone_into(&mut self.last_reason);
        }
        tokio::time::sleep(self.wait).await;
        self.wait = (self.wait * 2).min(self.wait_max);
    }

    pub(super) fn done(&self) {
        if !self.last_reason.is_empty() {
            self.health.fine("store");
            tracing::info!("the store takes writes again");
        }
    }
}
