//! What the store says of itself. Comes in: a connection. Goes out: counts and sizes. Walks only over what waits or
//! failed, never over what was delivered.

use rusqlite::Connection;

use super::columns::{count, time};
use super::failure::Failure;
use super::outputs;
use super::questions::collect;
use crate::store::{OutboxMetrics, StoreMetrics};

/// The one that was committed first has waited longest. Counted along the two indexes, which name the output first:
/// hundreds of thousands may wait for one that is away, and must not be sorted each time somebody asks.
pub(super) const OUTBOXES: &str =
    "SELECT waiting.output AS output, waiting.count AS count, oldest.queued_at AS queued_at
    FROM (SELECT output, sum(count) AS count, min(first) AS first FROM (
            SELECT output, count(*) AS count, min(number) AS first FROM deliveries INDEXED BY deliveries_head
                WHERE state = 'due' GROUP BY output
            UNION ALL SELECT output, count(*) AS count, min(number) AS first FROM deliveries
                INDEXED BY deliveries_queue WHERE state = 'queued' GROUP BY output)
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
