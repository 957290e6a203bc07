//! The outbox. Comes in: leases asked for and attempts that ended. Goes out: the deliveries to attempt. Keeps, for each
//! output, at most one message of a story on its way, however many instances deliver; in which order, `order` says. Never
//! attempts anything itself.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::columns::{count, from_json, get, optional_time, text, time};
use super::failure::Failure;
use super::statements::{execute, first, rows};
use super::{order, outputs};
use crate::store::form::{integer, stamp};
use crate::store::{Attempt, Delivery};

/// What another instance is leasing at this moment is passed over.
const DUE: &str = "SELECT deliveries.number AS number, lease, output, attempts, queued_at, body
    FROM deliveries JOIN messages ON messages.number = deliveries.message
    WHERE output = $1 AND state = 'due' AND due_at <= $2
        AND NOT EXISTS (SELECT 1 FROM disabled_outputs WHERE output = $1)
    ORDER BY due_at, deliveries.number LIMIT $3 FOR UPDATE OF deliveries SKIP LOCKED";
const TAKE: &str =
    "UPDATE deliveries SET due_at = $2, leased_until = $2, lease = lease + 1 WHERE number = ANY($1)";
const DELIVERED: &str = "UPDATE deliveries
    SET state = 'delivered', attempts = attempts + 1, leased_until = NULL, ended_at = $2, reason = NULL
    WHERE number = $1 AND state IN ('due', 'queued', 'dead')";
const RETRY_AT: &str = "UPDATE deliveries
    SET due_at = $3, attempts = attempts + 1, leased_until = NULL, reason = $4
    WHERE number = $1 AND lease = $2 AND state = 'due'";
const DEAD: &str = "UPDATE deliveries
    SET state = 'dead', attempts = attempts + 1, leased_until = NULL, ended_at = $3, reason = $4
    WHERE number = $1 AND lease = $2 AND state = 'due'";
const GIVE_BACK: &str = "UPDATE deliveries SET due_at = $3, leased_until = NULL
    WHERE number = $1 AND lease = $2 AND state = 'due'";
const END_ALL_LEASES: &str = "UPDATE deliveries SET due_at = queued_at, leased_until = NULL
    WHERE state = 'due' AND leased_until IS NOT NULL";
const NEXT_DUE: &str = "SELECT min(due_at) AS due_at FROM deliveries WHERE output = $1 AND state = 'due'
        AND NOT EXISTS (SELECT 1 FROM disabled_outputs WHERE output = $1)";

/// Leases what is due. A message that this program cannot read becomes a dead letter, so that it blocks nothing.
pub(super) async fn lease(
    client: &impl GenericClient,
    output: &str,
    limit: usize,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<Delivery>, Failure> {
    let mut taken = Vec::new();
    let mut unreadable = Vec::new();
    for row in rows(client, DUE, &[&output, &stamp(now), &integer(limit)]).await? {
        match read(&row) {
            Ok(delivery) => taken.push(delivery),
            Err(Failure::Content(reason)) => {
                unreadable.push((get(&row, "number")?, get(&row, "lease")?, reason));
            }
            Err(other) => return Err(other),
        }
    }
    if !taken.is_empty() {
        let numbers: Vec<i64> = taken.iter().map(|delivery| delivery.id).collect();
        execute(client, TAKE, &[&numbers, &stamp(until)]).await?;
        taken.iter_mut().for_each(|delivery| delivery.lease += 1);
    }
    for (number, lease, reason) in unreadable {
        tracing::error!(delivery = number, output, %reason, "a stored message cannot be read and became a dead letter");
        end(client, number, lease, &Attempt::Dead(reason), now).await?;
    }
    Ok(taken)
}

/// The delivery in a row that has the columns of [`DUE`].
pub(super) fn read(row: &Row) -> Result<Delivery, Failure> {
    Ok(Delivery {
        id: get(row, "number")?,
        lease: get(row, "lease")?,
        output: get(row, "output")?,
        message: from_json(row, "body")?,
        attempts: u32::try_from(count(row, "attempts")?).unwrap_or(u32::MAX),
        queued_at: time(row, "queued_at")?,
    })
}

/// Records how an attempt ended; when the message goes no further, those behind it go ahead.
pub(super) async fn end(
    client: &impl GenericClient,
    number: i64,
    lease: i64,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<(), Failure> {
    let ways = order::lock_around(client, number).await?;
    let now = stamp(now);
    let changed = match attempt {
        Attempt::Delivered => execute(client, DELIVERED, &[&number, &now]).await?,
        Attempt::RetryAt(due_at, reason) => {
            execute(client, RETRY_AT, &[&number, &lease, &stamp(*due_at), &text(reason)]).await?
        }
        Attempt::Disabled(reason) => {
            if let Some((output, _)) = ways.first() {
                outputs::disable(client, output, reason, &now).await?;
            }
            execute(client, RETRY_AT, &[&number, &lease, &now, &text(reason)]).await?
        }
        Attempt::Dead(reason) => execute(client, DEAD, &[&number, &lease, &now, &text(reason)]).await?,
    };
    if changed == 0 {
        tracing::debug!(delivery = number, lease, "an attempt ended after its lease was taken over");
        return Ok(());
    }
    if let Attempt::Delivered | Attempt::Dead(_) = attempt {
        order::go_ahead(client, number, &ways).await?;
    }
    Ok(())
}

/// Gives one lease back unused.
pub(super) async fn give_back(
    client: &impl GenericClient,
    number: i64,
    lease: i64,
    now: Timestamp,
) -> Result<(), Failure> {
    execute(client, GIVE_BACK, &[&number, &lease, &stamp(now)]).await?;
    Ok(())
}

/// For a store that nobody works on: whoever held a lease before is gone.
pub(super) async fn end_all_leases(client: &impl GenericClient) -> Result<(), Failure> {
    execute(client, END_ALL_LEASES, &[]).await.map(drop)
}

/// When the next one falls due.
pub(super) async fn next_due(
    client: &impl GenericClient,
    output: &str,
) -> Result<Option<Timestamp>, Failure> {
    match first(client, NEXT_DUE, &[&output]).await? {
        Some(row) => optional_time(&row, "due_at"),
        None => Ok(None),
    }
}
