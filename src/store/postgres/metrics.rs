//! What the store says of itself. Comes in: a connection. Goes out: counts and sizes. Walks only over what waits or
//! failed, never over what was delivered.

use deadpool_postgres::GenericClient;

use super::columns::{count, get, time};
use super::failure::Failure;
use super::outputs;
use super::statements::{collect, first};
use crate::store::{OutboxMetrics, StoreMetrics};

/// The one that was committed first has waited longest.
const OUTBOXES: &str =
    "SELECT waiting.output AS output, waiting.count AS count, oldest.queued_at AS queued_at
    FROM (SELECT output, count(*) AS count, min(number) AS first FROM (
            SELECT output, number FROM deliveries WHERE state = 'due'
            UNION ALL SELECT output, number FROM deliveries WHERE state = 'queued') AS each
        GROUP BY output) AS waiting
    JOIN deliveries AS oldest ON oldest.number = waiting.first ORDER BY waiting.output";
const TOTALS: &str = "SELECT (SELECT count(*) FROM failed_items) AS items,
    (SELECT count(*) FROM deliveries WHERE state = 'dead') AS deliveries,
    pg_database_size(current_database()) AS bytes";

/// All of it.
pub(super) async fn all(client: &impl GenericClient) -> Result<StoreMetrics, Failure> {
    let outboxes = collect(client, OUTBOXES, &[], |row| {
        let (output, oldest) = (get(row, "output")?, Some(time(row, "queued_at")?));
        Ok(OutboxMetrics { output, waiting: count(row, "count")?, oldest })
    });
    let outboxes = outboxes.await?;
    let disabled = outputs::disabled(client).await?.into_iter().map(|disabled| disabled.output).collect();
    let mut metrics = StoreMetrics { outboxes, disabled, ..StoreMetrics::default() };
    if let Some(row) = first(client, TOTALS, &[]).await? {
        metrics.dead_items = count(&row, "items")?;
        metrics.dead_deliveries = count(&row, "deliveries")?;
        metrics.bytes = count(&row, "bytes")?;
    }
    Ok(metrics)
}
