//! What is done from time to time. Comes in: the store, the time, and how long dead letters are kept. Goes out: dead
//! letters discarded, with a line in the log. Never touches what waits to be sent or to be read again.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::clock::SharedClock;
use crate::store::Store;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(3600);

/// Discards dead letters older than `keep` until `stop` is cancelled: at the start, then every hour.
pub(super) async fn run(
    store: Arc<dyn Store>,
    clock: SharedClock,
    keep: SignedDuration,
    stop: CancellationToken,
) {
    loop {
        let before = clock.now().checked_sub(keep).unwrap_or(Timestamp::MIN);
        match store.forget_dead_letters(before).await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(count, %before, "dead letters from before this time were discarded"),
            Err(error) => tracing::warn!(%error, "old dead letters are not discarded yet"),
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
