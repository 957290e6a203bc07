//! Since when nothing succeeds at an output. Comes in: that something did, or that a delivery failed. Goes out: the time
//! since when all have failed. After a restart it is found in the store, from what waits there and what was given up, so
//! that a daemon that is restarted every day still comes to an end with a receiver that is gone; but never from before
//! somebody enabled the output.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::model::Action;
use crate::store::overview::{DeliveryEntry, DeliveryQuery};
use crate::store::{Delivery, Store, StoreError};

/// So many of the latest deliveries of a kind are looked at.
const LOOKED_AT: usize = 1_000;

/// So many of the latest edits are looked at for the one that enabled the output.
const EDITS_LOOKED_AT: usize = 1_000;

/// What is known of an output.
#[derive(Debug, Default)]
pub(super) struct Failing(Mutex<State>);

#[derive(Debug, Default, Clone, Copy)]
enum State {
    /// Nothing was tried since the start.
    #[default]
    Unknown,
    /// The last attempt succeeded.
    No,
    /// All have failed since then.
    Since(Timestamp),
}

impl Failing {
    /// A delivery succeeded.
    pub(super) fn succeeded(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::No;
    }

    /// A delivery failed now: since when have all?
    pub(super) async fn since(&self, store: &dyn Store, delivery: &Delivery, now: Timestamp) -> Timestamp {
        let state = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = match state {
            State::Since(since) => return since,
            State::No => now,
            // A store that does not answer says nothing against the output.
            State::Unknown => before_the_start(store, &delivery.output, now).await.unwrap_or(now),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::Since(since);
        since
    }
}

/// Since when the oldest message waits that was tried in vain since the last that was taken; not longer than since the
/// output was enabled.
async fn before_the_start(store: &dyn Store, output: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
    let entries = |state: &str, limit: usize| {
        let query = DeliveryQuery {
            output: Some(output.to_owned()),
            state: Some(state.to_owned()),
            before: None,
            limit,
        };
        async move { store.find_deliveries(&query).await }
    };
    let taken = entries("delivered", LOOKED_AT).await?.iter().filter_map(|entry| entry.ended_at).max();
    let mut tried: Vec<DeliveryEntry> = entries("due", LOOKED_AT).await?;
    tried.extend(entries("dead", LOOKED_AT).await?);
    let in_vain = tried.iter().filter(|entry| entry.attempts > 0).map(|entry| entry.queued_at);
    let since = in_vain.filter(|at| taken.is_none_or(|taken| *at > taken)).min().unwrap_or(now);
    let enabled = enabled_at(store, output).await?;
    Ok(enabled.map_or(since, |enabled| since.max(enabled)))
}

/// When somebody last enabled an output that was disabled.
async fn enabled_at(store: &dyn Store, output: &str) -> Result<Option<Timestamp>, StoreError> {
    let edits = store.find_audit(None, EDITS_LOOKED_AT).await?;
    let mut edits = edits.into_iter().map(|(_, edit)| edit);
    Ok(edits.find(|edit| edit.action == Action::Enable && edit.what == output).map(|edit| edit.at))
}
