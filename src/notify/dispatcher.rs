//! Delivers what the store holds. Comes in: a store, the outputs, and a wake-up after each commit. Goes out: attempts,
//! and in the store how they ended. Each output has a lane of its own, so that one that is dead delays only itself, and
//! one that is replaced by another of its name ends what it has begun before the other begins. Never decides what is
//! told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::lane::Lane;
use super::release;
use crate::clock::SharedClock;
use crate::config::RetryConfig;
use crate::outputs::Output;
use crate::store::Store;
use crate::telemetry::metrics::Metrics;

/// An output and how it is tried again.
pub type Sending = (Arc<dyn Output>, RetryConfig);

/// An output that takes the place of the one of its name, or nothing in its place.
pub type Replacement = (String, Option<Sending>);

/// Delivers to all outputs.
pub struct Dispatcher {
    parts: Parts,
    outputs: Vec<Sending>,
    wake: Arc<Notify>,
    replacements: Option<mpsc::Receiver<Replacement>>,
}

/// What every lane is made of.
struct Parts {
    store: Arc<dyn Store>,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    grace: Duration,
}

impl Dispatcher {
    /// A dispatcher for these outputs, each with its own way to try again. When it is stopped, what is due then has
    /// `grace` to go out.
    pub fn new(
        store: &Arc<dyn Store>,
        clock: &SharedClock,
        metrics: &Arc<Metrics>,
        outputs: Vec<Sending>,
        grace: Duration,
    ) -> Self {
        let parts =
            Parts { store: Arc::clone(store), clock: Arc::clone(clock), metrics: Arc::clone(metrics), grace };
        Self { parts, outputs, wake: Arc::new(Notify::new()), replacements: None }
    }

    /// To be notified after a commit that made messages.
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Woken also by others that make messages.
    #[must_use]
    pub fn with_waker(self, wake: Arc<Notify>) -> Self {
        Self { wake, ..self }
    }

    /// With outputs that replace those of their names while it runs.
    #[must_use]
    pub fn with_replacements(self, replacements: mpsc::Receiver<Replacement>) -> Self {
        Self { replacements: Some(replacements), ..self }
    }

    /// Delivers until `stop` is cancelled. Then makes no attempt that is not due at once, finishes the running ones,
    /// and gives back what is left, all within the grace period.
    pub async fn run(self, stop: CancellationToken) {
        let Self { parts, outputs, wake, mut replacements } = self;
        let (held, let_out) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        // A set ends its tasks with it: nothing of a dispatcher that is dropped holds on to the store.
        let mut releasing = JoinSet::new();
        releasing.spawn(release::run(
            Arc::clone(&parts.store),
            Arc::clone(&parts.clock),
            held.clone(),
            let_out.clone(),
            stop.clone(),
        ));
        let mut lanes = Lanes {
            parts,
            stop: stop.clone(),
            running: JoinSet::new(),
            known: BTreeMap::new(),
            waiting: BTreeMap::new(),
        };
        outputs.into_iter().for_each(|sending| lanes.start(sending));
        loop {
            // The rare ones first, so that none of them waits behind a flood of commits.
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some((name, sending)) = next(&mut replacements) => lanes.replace(name, sending),
                Some(ended) = lanes.running.join_next() => lanes.ended(ended),
                () = let_out.notified() => lanes.wake(),
                () = wake.notified() => {
                    lanes.wake();
                    held.notify_one();
                }
            }
        }
        while let Some(ended) = lanes.running.join_next().await {
            report(ended.err());
        }
        while let Some(ended) = releasing.join_next().await {
            report(ended.err());
        }
    }
}

/// The next replacement; waits for ever when none can come.
async fn next(replacements: &mut Option<mpsc::Receiver<Replacement>>) -> Option<Replacement> {
    match replacements {
        Some(replacements) => replacements.recv().await,
        None => std::future::pending().await,
    }
}

/// The lanes of a running dispatcher.
struct Lanes {
    parts: Parts,
    stop: CancellationToken,
    /// Each ends with the name of its output.
    running: JoinSet<String>,
    known: BTreeMap<String, Running>,
    /// What takes the place of a lane once that has ended.
    waiting: BTreeMap<String, Option<Sending>>,
}

struct Running {
    wake: Arc<Notify>,
    stop: CancellationToken,
}

impl Lanes {
    fn start(&mut self, (output, policy): Sending) {
        let (wake, stop) = (Arc::new(Notify::new()), self.stop.child_token());
        let Parts { store, clock, metrics, grace } = &self.parts;
        let name = output.name().to_owned();
        let lane = Lane::new(
            Arc::clone(store),
            Arc::clone(clock),
            Arc::clone(metrics),
            (output, policy),
            Arc::clone(&wake),
            *grace,
        );
        let ending = stop.clone();
        let called = name.clone();
        self.running.spawn(async move {
            lane.run(ending).await;
            called
        });
        self.known.insert(name, Running { wake, stop });
    }

    fn replace(&mut self, name: String, sending: Option<Sending>) {
        match self.known.get(&name) {
            Some(running) => {
                running.stop.cancel();
                self.waiting.insert(name, sending);
            }
            None => {
                if let Some(sending) = sending {
                    self.start(sending);
                }
            }
        }
    }

    fn ended(&mut self, ended: Result<String, JoinError>) {
        match ended {
            Ok(name) => {
                self.known.remove(&name);
                if let Some(Some(sending)) = self.waiting.remove(&name) {
                    self.start(sending);
                }
            }
            Err(error) => report(Some(error)),
        }
    }

    fn wake(&self) {
        self.known.values().for_each(|running| running.wake.notify_one());
    }
}

fn report(error: Option<JoinError>) {
    if let Some(error) = error {
        tracing::error!(%error, "a part of the delivery stopped unexpectedly; please report it");
    }
}
