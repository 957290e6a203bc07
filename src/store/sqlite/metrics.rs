//! What the store says of itself. Comes in: a connection. Goes out: counts and sizes. Walks only over what waits or
//! failed, never over what was delivered.

use rusqlite::Connection;

use super::columns::{count, time};
use super::failure::Failure;
use super::outputs;
use super::questions::collect;
use crate::store::{OutboxMetrics, StoreMetrics};

/// The one that was committed first has waited longest.
pub(super) const OUTBOXES: &str =
    "SELECT waiting.output AS output, waiting.count AS count, oldest.queued_at AS queued_at
    FROM (SELECT output, count(*) AS count, min(number) AS first FROM (
            SELECT output, number FROM deliveries WHERE state = 'due'
            UNION ALL SELECT output, number FROM deliveries WHERE state = 'queued')
        GROUP BY output) AS waiting
    JOIN deliveries AS oldest ON oldest.number = waiting.first ORDER BY waiting.output";
const DEAD: &str = "SELECT (SELECT count(*) FROM failed_items) AS items,
    (SELECT count(*) FROM deliveries WHERE state = 'dead') AS deliveries";
const SIZE: &str = "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()";

/// All of it.
pub(super) fn all(connection: &Connection) -> Result<StoreMetrics, Failure> {
    let outboxes = collect(connection.prepare_cached(OUTBOXES)?, [], |row| {
        let output = row.get("output")?;
        Ok(OutboxMetrics { output, waiting: count(row, "count")?, oldest: Some(time(row, "queued_at")?) })
    })?;
    let mut dead = collect(connection.prepare_cached(DEAD)?, [], |row| {
        Ok((count(row, "items")?, count(row, "deliveries")?))
    })?;
    let (dead_items, dead_deliveries) = dead.pop().unwrap_or_default();
    let bytes = collect(connection.prepare_cached(SIZE)?, [], |row| count(row, "bytes"))?;
    let disabled = outputs::disabled(connection)?.into_iter().map(|disabled| disabled.output).collect();
    Ok(StoreMetrics { outboxes, dead_items, dead_deliveries, disabled, bytes: bytes.into_iter().sum() })
}
