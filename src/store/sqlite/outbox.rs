//! The outbox. Comes in: leases asked for and attempts that ended. Goes out: the deliveries to attempt. Keeps, for
//! each output, at most one message of a story on its way; in which order, `order` says. Never attempts anything itself.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::columns::{from_json, integer, stamp, time};
use super::failure::Failure;
use super::{order, outputs};
use crate::store::{Attempt, Delivery};

pub(super) const DUE: &str = "SELECT deliveries.number AS number, lease, output, attempts, queued_at, body
    FROM deliveries JOIN messages ON messages.number = deliveries.message
    WHERE output = ?1 AND state = 'due' AND due_at <= ?2
        AND NOT EXISTS (SELECT 1 FROM disabled_outputs WHERE output = ?1)
    ORDER BY due_at, deliveries.number LIMIT ?3";
pub(super) const TAKE: &str =
    "UPDATE deliveries SET due_at = ?2, leased_until = ?2, lease = lease + 1 WHERE number = ?1";
pub(super) const DELIVERED: &str = "UPDATE deliveries
    SET state = 'delivered', attempts = attempts + 1, leased_until = NULL, ended_at = :now, reason = NULL
    WHERE number = :number AND state IN ('due', 'queued', 'dead')";
pub(super) const RETRY_AT: &str = "UPDATE deliveries
    SET due_at = :due_at, attempts = attempts + 1, leased_until = NULL, reason = :reason
    WHERE number = :number AND lease = :lease AND state = 'due'";
pub(super) const DEAD: &str = "UPDATE deliveries
    SET state = 'dead', attempts = attempts + 1, leased_until = NULL, ended_at = :now, reason = :reason
    WHERE number = :number AND lease = :lease AND state = 'due'";
pub(super) const GIVE_BACK: &str = "UPDATE deliveries SET due_at = ?3, leased_until = NULL
    WHERE number = ?1 AND lease = ?2 AND state = 'due'";
pub(super) const NEXT_DUE: &str = "SELECT due_at FROM deliveries WHERE output = ?1 AND state = 'due'
        AND NOT EXISTS (SELECT 1 FROM disabled_outputs WHERE output = ?1)
    ORDER BY due_at LIMIT 1";
const END_ALL_LEASES: &str = "UPDATE deliveries SET due_at = queued_at, leased_until = NULL
    WHERE state = 'due' AND leased_until IS NOT NULL";

/// Leases what is due. A message that this program cannot read becomes a dead letter, so that it blocks nothing.
pub(super) fn lease(
    connection: &Connection,
    output: &str,
    limit: usize,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<Delivery>, Failure> {
    let mut taken = Vec::new();
    let mut unreadable = Vec::new();
    {
        let mut due = connection.prepare_cached(DUE)?;
        let mut rows = due.query(params![output, stamp(now), integer(limit)])?;
        while let Some(row) = rows.next()? {
            match read(row) {
                Ok(delivery) => taken.push(delivery),
                Err(Failure::Content(reason)) => {
                    unreadable.push((row.get("number")?, row.get("lease")?, reason));
                }
                Err(other) => return Err(other),
            }
        }
    }
    for delivery in &mut taken {
        connection.prepare_cached(TAKE)?.execute(params![delivery.id, stamp(until)])?;
        delivery.lease += 1;
    }
    for (number, lease, reason) in unreadable {
        tracing::error!(delivery = number, output, %reason, "a stored message cannot be read and became a dead letter");
        end(connection, number, lease, &Attempt::Dead(reason), now)?;
    }
    Ok(taken)
}

/// The delivery in a row that has the columns of [`DUE`].
pub(super) fn read(row: &Row<'_>) -> Result<Delivery, Failure> {
    Ok(Delivery {
        id: row.get("number")?,
        lease: row.get("lease")?,
        output: row.get("output")?,
        message: from_json(row, "body")?,
        attempts: row.get("attempts")?,
        queued_at: time(row, "queued_at")?,
    })
}

/// Records how an attempt ended; when the message goes no further, those behind it go ahead.
pub(super) fn end(
    connection: &Connection,
    number: i64,
    lease: i64,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<(), Failure> {
    let changed = match attempt {
        Attempt::Delivered => connection
            .prepare_cached(DELIVERED)?
            .execute(named_params! { ":number": number, ":now": stamp(now) })?,
        Attempt::RetryAt(due_at, reason) => connection.prepare_cached(RETRY_AT)?.execute(named_params! {
            ":number": number, ":lease": lease, ":due_at": stamp(*due_at), ":reason": reason
        })?,
        Attempt::Disabled(reason) => {
            outputs::disable(connection, number, reason, now)?;
            connection.prepare_cached(RETRY_AT)?.execute(named_params! {
                ":number": number, ":lease": lease, ":due_at": stamp(now), ":reason": reason
            })?
        }
        Attempt::Dead(reason) => connection.prepare_cached(DEAD)?.execute(named_params! {
            ":number": number, ":lease": lease, ":now": stamp(now), ":reason": reason
        })?,
    };
    if changed == 0 {
        tracing::debug!(delivery = number, lease, "an attempt ended after its lease was taken over");
        return Ok(());
    }
    if matches!(attempt, Attempt::Delivered | Attempt::Dead(_)) {
        order::go_ahead(connection, number)?;
    }
    Ok(())
}

/// Gives one lease back unused.
pub(super) fn give_back(
    connection: &Connection,
    number: i64,
    lease: i64,
    now: Timestamp,
) -> Result<(), Failure> {
    connection.prepare_cached(GIVE_BACK)?.execute(params![number, lease, stamp(now)])?;
    Ok(())
}

/// When the next one falls due.
pub(super) fn next_due(connection: &Connection, output: &str) -> Result<Option<Timestamp>, Failure> {
    let due =
        connection.prepare_cached(NEXT_DUE)?.query_row([output], |row| Ok(time(row, "due_at"))).optional()?;
    due.transpose()
}

/// A daemon that starts is alone: whoever held a lease before is gone.
pub(super) fn end_all_leases(connection: &Connection) -> Result<usize, Failure> {
    Ok(connection.execute(END_ALL_LEASES, [])?)
}
