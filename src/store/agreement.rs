//! The time that all who share a store agree on. Comes in: a store, and the clock of this machine. Goes out: the clock put
//! right by the store's. Leases, what is due, and when a lot goes out mean the same moment on every machine then. A store
//! that is one daemon's own has no clock, and leaves that of the machine as it is.

use std::sync::Arc;
use std::time::Duration;

use super::{Store, StoreError};
use crate::clock::SharedTime;

/// Between two looks at the store's clock.
const EVERY: Duration = Duration::from_secs(30);

/// A difference that somebody should see to, beyond that it is put right.
const REMARKABLE: Duration = Duration::from_secs(2);

/// Puts the clock right once.
///
/// # Errors
/// When the store does not answer.
pub async fn agree(store: &dyn Store, clock: &SharedTime) -> Result<(), StoreError> {
    let asked = clock.own();
    let Some(shared) = store.now().await? else { return Ok(()) };
    let Some(ahead) = clock.put_right(asked, shared, clock.own()) else { return Ok(()) };
    if ahead.unsigned_abs() > REMARKABLE {
        tracing::warn!(
            difference = %format!("{ahead:#}"),
            "this machine's clock differs from that of the database, which counts: set it right"
        );
    } else {
        tracing::debug!(difference = %format!("{ahead:#}"), "the clock follows that of the database");
    }
    Ok(())
}

/// Keeps the clock right until it is dropped.
pub async fn keep(store: Arc<dyn Store>, clock: Arc<SharedTime>) {
    loop {
        tokio::time::sleep(EVERY).await;
        // A store that does not answer is everybody's trouble, and told elsewhere.
        if let Err(error) = agree(store.as_ref(), &clock).await {
            tracing::debug!(%error, "the clock of the database is not known now");
        }
    }
}
