//! What the ledger begins with. Comes in: the store. Goes out: the stories that are still open, as soon as the store
//! gives them. Never gives up on a store that may answer later.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::patience::Patience;
use super::{Limits, PipelineError};
use crate::assign::Room;
use crate::model::Story;
use crate::store::{Store, StoreError};
use crate::telemetry::health::Health;

/// How far merges and splits have gone, and the open stories, once the store gives them; none when the daemon is told to stop before it does.
pub(super) async fn at_start(
    store: &dyn Store,
    limits: &Limits,
    room: Room,
    health: &Arc<Health>,
    stop: &CancellationToken,
) -> Result<Option<(i64, Vec<Story>)>, PipelineError> {
    let mut patience = Patience::new(limits.store_retry_wait_max, Arc::clone(health));
    loop {
        let reason = match current(store, limits.quiet_after, room).await {
            Ok(open) => {
                patience.done();
                return Ok(Some(open));
            }
            Err(StoreError::Unavailable(reason)) => reason,
            Err(error) => return Err(PipelineError::Store(error)),
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(None),
            () = patience.wait(&reason) => {}
        }
    }
}

/// How far merges and splits have gone, and the stories as they are then or later.
pub(super) async fn current(
    store: &dyn Store,
    quiet_after: SignedDuration,
    room: Room,
) -> Result<(i64, Vec<Story>), StoreError> {
    Ok((store.regroupings().await?, open_stories(store, quiet_after, room).await?))
}

/// The stories that are still open when the latest report of all speaks: by the articles' own time, not by the clock,
/// so that a replayed archive ends as it did when it was news.
pub(super) async fn open_stories(
    store: &dyn Store,
    quiet_after: SignedDuration,
    room: Room,
) -> Result<Vec<Story>, StoreError> {
    match store.stories(1).await?.first() {
        Some(latest) => {
            let since = latest.last_report_at.checked_sub(quiet_after).unwrap_or(Timestamp::MIN);
            store.open_stories(since, room).await
        }
        None => Ok(Vec::new()),
    }
}
