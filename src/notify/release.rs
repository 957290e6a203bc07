//! Lets out what is held when its time comes. Comes in: a store and a wake-up after each commit. Goes out: messages in
//! the outbox, and a wake-up for the lanes. Leaving the held ones and entering the outbox is one transaction, so that a
//! crash repeats nothing. Never delivers, never decides what is held.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::gather::gather;
use super::retry::until;
use crate::clock::SharedClock;
use crate::store::{Store, StoreError};

/// How many held parcels are looked at in one round.
const AT_ONCE: usize = 256;

/// How often the store is asked without a wake-up.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How soon it is asked again after it could not answer.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Lets out until it is stopped; what is held then waits for the next start.
pub(super) async fn run(
    store: Arc<dyn Store>,
    clock: SharedClock,
    woken: Arc<Notify>,
    lanes: Arc<Notify>,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let pause = match round(store.as_ref(), &clock, &lanes).await {
            Ok(pause) => pause,
            // The lane says so once when the store is in trouble; here it would only be said again.
            Err(error) => {
                tracing::debug!(%error, "what is held waits for the store");
                LOOK_AGAIN
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = woken.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Lets out everything that is due; says when to look again.
async fn round(store: &dyn Store, clock: &SharedClock, lanes: &Notify) -> Result<Duration, StoreError> {
    loop {
        let now = clock.now();
        let Some(next) = store.next_release().await? else { return Ok(LOOK_EVERY) };
        if next > now {
            return Ok(until(now, next).min(LOOK_EVERY));
        }
        let mutes = store.mutes(now).await?;
        for lot in store.lots_due(now, AT_ONCE).await? {
            let messages = gather(&lot, &mutes, now);
            match store.release(&lot, &messages, now).await {
                Ok(()) => {
                    tracing::debug!(
                        output = lot.output,
                        lot = lot.name,
                        held = lot.messages.len(),
                        told = messages.len(),
                        "let out"
                    );
                    lanes.notify_one();
                }
                Err(StoreError::Refused(reason)) => tracing::debug!(%reason, "left to whoever changed it"),
                Err(error) => return Err(error),
            }
        }
    }
}
