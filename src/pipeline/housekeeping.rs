//! What is done from time to time. Comes in: the store, the time, and how long things are kept. Goes out: dead letters
//! discarded, and what closed stories are made of let go, with a line in the log. In small steps with a pause after each, so
//! that no commit waits long. Never touches what waits to be sent or to be read again.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::Limits;
use crate::clock::SharedClock;
use crate::store::retention::{Bounds, Tidied};
use crate::store::{Store, StoreError};

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(3600);

/// How many rows of a kind, or pages of a file, go in one step.
const STEP: usize = 200;

/// After each step.
const PAUSE: Duration = Duration::from_millis(50);

/// Tidies until `stop` is cancelled: at the start, then every hour.
pub(super) async fn run(store: Arc<dyn Store>, clock: SharedClock, limits: Limits, stop: CancellationToken) {
    loop {
        let before = clock.now().checked_sub(limits.keep_dead_letters).unwrap_or(Timestamp::MIN);
        match store.forget_dead_letters(before).await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(count, %before, "dead letters from before this time were discarded"),
            Err(error) => tracing::warn!(%error, "old dead letters are not discarded yet"),
        }
        match tidy(store.as_ref(), &clock, &limits, &stop).await {
            Ok(tidied) if !tidied.let_go() => {}
            Ok(Tidied { texts, messages, audit, pages, looked: _ }) => {
                tracing::info!(texts, messages, audit, pages, "what was kept long enough was let go");
            }
            Err(error) => tracing::warn!(%error, "what was kept long enough is not let go yet"),
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Step after step until nothing is left to do.
async fn tidy(
    store: &dyn Store,
    clock: &SharedClock,
    limits: &Limits,
    stop: &CancellationToken,
) -> Result<Tidied, StoreError> {
    let mut all = Tidied::default();
    let Some(bounds) = bounds(store, clock, limits).await? else { return Ok(all) };
    while !stop.is_cancelled() {
        let step = store.tidy(&bounds, STEP).await?;
        if step.is_nothing() {
            break;
        }
        all = all.and(step);
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    Ok(all)
}

/// Which stories are closed follows from the latest report of all, as for those who open new ones.
async fn bounds(
    store: &dyn Store,
    clock: &SharedClock,
    limits: &Limits,
) -> Result<Option<Bounds>, StoreError> {
    let latest = store.stories(1).await?;
    let closed = latest.first().map(|story| story.last_report_at.checked_sub(limits.quiet_after));
    Ok(closed.map(|closed| limits.retention.bounds(clock.now(), closed.unwrap_or(Timestamp::MIN))))
}
