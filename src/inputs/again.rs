//! Items that are read again. Comes in: the store's failed items that somebody marked for another try, and those whose
//! publisher held them back until now. Goes out: the same items, as their input first handed them over; one that fails
//! again becomes a dead letter anew. Never takes another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Input, Item, Receipt, Ticket};
use crate::clock::SharedClock;
use crate::store::{RetriedItem, Store};

/// How long a request may wait: somebody at a command line looks again after some seconds.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Items in hand at once.
const IN_HAND_MAX: usize = 16;

/// Offers failed items again.
pub struct Again {
    store: Arc<dyn Store>,
    clock: SharedClock,
}

impl Again {
    /// Looks into this store.
    pub fn new(store: Arc<dyn Store>, clock: SharedClock) -> Self {
        Self { store, clock }
    }
}

#[async_trait]
impl Input for Again {
    fn name(&self) -> &'static str {
        "dead-letters"
    }

    async fn run(self: Box<Self>, items: mpsc::Sender<Item>, stop: CancellationToken) -> anyhow::Result<()> {
        let (verdicts_in, mut verdicts) = mpsc::channel(IN_HAND_MAX);
        let mut in_hand: BTreeMap<Ticket, i64> = BTreeMap::new();
        let mut next: Ticket = 0;
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            // In this order, so that the same run can be had again.
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                // What is not settled yet stays marked in the store and is offered again at the next start.
                Some((ticket, _)) = verdicts.recv() => { in_hand.remove(&ticket); continue; }
                _ = look.tick() => {}
            }
            let waiting = match self.store.items_to_retry(IN_HAND_MAX, self.clock.now()).await {
                Ok(waiting) => waiting,
                Err(error) => {
                    tracing::debug!(%error, "dead letters cannot be looked up now");
                    continue;
                }
            };
            for RetriedItem { id, item } in waiting {
                if in_hand.len() >= IN_HAND_MAX || in_hand.values().any(|held| *held == id) {
                    continue;
                }
                next += 1;
                let receipt = Receipt { ticket: next, verdicts: verdicts_in.clone() };
                let again = Item {
                    input: item.input,
                    label: item.label,
                    form: item.form,
                    bytes: Ok(item.bytes),
                    received_at: self.clock.now(),
                    checkpoint: None,
                    trace_parent: None,
                    retried: Some(id),
                    receipt,
                };
                if items.send(again).await.is_err() {
                    return Ok(());
                }
                in_hand.insert(next, id);
            }
        }
    }
}
