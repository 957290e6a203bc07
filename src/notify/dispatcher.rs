//! Delivers what the store holds. Comes in: a store, the outputs, and a wake-up after each commit. Goes out: attempts,
//! and in the store how they ended. Each output has a lane of its own, so that one that is dead delays only itself.
//! Never decides what is told.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::lane::Lane;
use super::release;
use crate::clock::SharedClock;
use crate::config::RetryConfig;
use crate::outputs::Output;
use crate::store::Store;
use crate::telemetry::metrics::Metrics;

/// Delivers to all outputs.
pub struct Dispatcher {
    store: Arc<dyn Store>,
    clock: SharedClock,
    lanes: Vec<(Lane, Arc<Notify>)>,
    wake: Arc<Notify>,
}

impl Dispatcher {
    /// A dispatcher for these outputs, each with its own way to try again. When it is stopped, what is due then has
    /// `grace` to go out.
    pub fn new(
        store: &Arc<dyn Store>,
        clock: &SharedClock,
        metrics: &Arc<Metrics>,
        outputs: Vec<(Arc<dyn Output>, RetryConfig)>,
        grace: Duration,
    ) -> Self {
        let lanes = outputs.into_iter().map(|(output, policy)| {
            let wake = Arc::new(Notify::new());
            let lane = Lane::new(
                Arc::clone(store),
                Arc::clone(clock),
                Arc::clone(metrics),
                (output, policy),
                Arc::clone(&wake),
                grace,
            );
            (lane, wake)
        });
        let lanes = lanes.collect();
        Self { store: Arc::clone(store), clock: Arc::clone(clock), lanes, wake: Arc::new(Notify::new()) }
    }

    /// To be notified after a commit that made messages.
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Delivers until `stop` is cancelled. Then makes no attempt that is not due at once, finishes the running ones,
    /// and gives back what is left, all within the grace period.
    pub async fn run(self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        let mut wakes = Vec::with_capacity(self.lanes.len());
        for (lane, wake) in self.lanes {
            running.spawn(lane.run(stop.clone()));
            wakes.push(wake);
        }
        let (held, let_out) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let release = release::run(self.store, self.clock, held.clone(), let_out.clone(), stop.clone());
        running.spawn(release);
        loop {
            tokio::select! {
                () = self.wake.notified() => {
                    wakes.iter().for_each(|wake| wake.notify_one());
                    held.notify_one();
                }
                () = let_out.notified() => wakes.iter().for_each(|wake| wake.notify_one()),
                () = stop.cancelled() => break,
            }
        }
        while let Some(ended) = running.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a delivery lane stopped unexpectedly; please report it");
            }
        }
    }
}
