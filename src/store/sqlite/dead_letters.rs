//! What went no further. Comes in: ids as the command line writes them. Goes out: failed items and dead deliveries,
//! to look at, to try again or to let go. Never tries anything itself: the daemon does.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::columns::{count, integer, stamp, time};
use super::failure::Failure;
use super::questions::collect;
use super::{order, outbox};
use crate::store::form::{LetterName, letter_was_cut, no_letter};
use crate::store::{DeadLetter, FailedItem, Letter};

const ITEMS: &str =
    "SELECT number, input, label, form, reason, failed_at, size, retry, retry_at, x'' AS bytes
    FROM failed_items ORDER BY number DESC LIMIT ?1";
const ITEM: &str = "SELECT * FROM failed_items WHERE number = ?1";
const DELIVERIES: &str =
    "SELECT deliveries.number AS number, lease, output, attempts, queued_at, body, ended_at, reason
    FROM deliveries JOIN messages ON messages.number = deliveries.message
    WHERE state = 'dead' ORDER BY deliveries.number DESC LIMIT ?1";
const DELIVERY: &str =
    "SELECT deliveries.number AS number, lease, output, attempts, queued_at, body, ended_at, reason
    FROM deliveries JOIN messages ON messages.number = deliveries.message
    WHERE state = 'dead' AND deliveries.number = ?1";
const RETRY_ITEM: &str = "UPDATE failed_items SET retry = 1 WHERE number = ?1";
const DISCARD_ITEM: &str = "DELETE FROM failed_items WHERE number = ?1";
/// Behind whatever of its story is on its way, ahead of what waits; with the patience of a new message.
const RETRY_DELIVERY: &str = "UPDATE deliveries
    SET state = 'queued', attempts = 0, due_at = :now, queued_at = :now, ended_at = NULL
    WHERE number = :number AND state = 'dead'";
const DISCARD_DELIVERY: &str =
    "UPDATE deliveries SET state = 'discarded', ended_at = :now WHERE number = :number AND state = 'dead'";

const FORGET_ITEMS: &str = "DELETE FROM failed_items WHERE failed_at < ?1 AND retry = 0 AND retry_at IS NULL";
const FORGET_DELIVERIES: &str =
    "UPDATE deliveries SET state = 'discarded' WHERE state = 'dead' AND ended_at < ?1";

/// All of them, latest first; items without their bytes.
pub(super) fn list(connection: &Connection, limit: usize) -> Result<Vec<DeadLetter>, Failure> {
    let mut all = collect(connection.prepare_cached(ITEMS)?, [integer(limit)], dead_item)?;
    all.extend(collect(connection.prepare_cached(DELIVERIES)?, [integer(limit)], dead_delivery)?);
    all.sort_by_key(|letter| std::cmp::Reverse(letter.since));
    Ok(all)
}

/// One of them, whole.
pub(super) fn show(connection: &Connection, id: &str) -> Result<Option<DeadLetter>, Failure> {
    let found = match LetterName::parse(id)? {
        LetterName::Item(number) => collect(connection.prepare_cached(ITEM)?, [number], dead_item)?,
        LetterName::Delivery(number) => {
            collect(connection.prepare_cached(DELIVERY)?, [number], dead_delivery)?
        }
    };
    Ok(found.into_iter().next())
}

/// Marks it to be tried again.
pub(super) fn retry(connection: &Connection, id: &str, now: Timestamp) -> Result<(), Failure> {
    match LetterName::parse(id)? {
        LetterName::Item(number) => {
            let cut: bool = connection
                .prepare_cached("SELECT size > length(bytes) FROM failed_items WHERE number = ?1")?
                .query_row([number], |row| row.get(0))
                .optional()?
                .ok_or_else(|| no_letter(id))?;
            if cut {
                return Err(letter_was_cut(id).into());
            }
            connection.prepare_cached(RETRY_ITEM)?.execute([number])?;
        }
        LetterName::Delivery(number) => {
            let changed = connection
                .prepare_cached(RETRY_DELIVERY)?
                .execute(named_params! { ":number": number, ":now": stamp(now) })?;
            if changed == 0 {
                return Err(no_letter(id).into());
            }
            order::go_ahead(connection, number)?;
        }
    }
    Ok(())
}

/// Takes it off the list.
pub(super) fn discard(connection: &Connection, id: &str, now: Timestamp) -> Result<(), Failure> {
    let changed = match LetterName::parse(id)? {
        LetterName::Item(number) => connection.prepare_cached(DISCARD_ITEM)?.execute([number])?,
        LetterName::Delivery(number) => connection
            .prepare_cached(DISCARD_DELIVERY)?
            .execute(named_params! { ":number": number, ":now": stamp(now) })?,
    };
    if changed == 0 { Err(no_letter(id).into()) } else { Ok(()) }
}

/// Takes what is older off the list.
pub(super) fn forget(connection: &Connection, before: Timestamp) -> Result<u64, Failure> {
    let before = stamp(before);
    let items = connection.prepare_cached(FORGET_ITEMS)?.execute([&before])?;
    let deliveries = connection.prepare_cached(FORGET_DELIVERIES)?.execute([&before])?;
    Ok((items + deliveries) as u64)
}

/// The item in a row of its table.
pub(super) fn read_item(row: &Row<'_>) -> Result<FailedItem, Failure> {
    let retry_at: Option<String> = row.get("retry_at")?;
    Ok(FailedItem {
        input: row.get("input")?,
        label: row.get("label")?,
        form: row.get("form")?,
        reason: row.get("reason")?,
        failed_at: time(row, "failed_at")?,
        bytes: row.get("bytes")?,
        retry_at: retry_at.map(|_| time(row, "retry_at")).transpose()?,
    })
}

fn dead_item(row: &Row<'_>) -> Result<DeadLetter, Failure> {
    let item = read_item(row)?;
    Ok(DeadLetter {
        id: format!("item-{}", row.get::<_, i64>("number")?),
        since: item.failed_at,
        reason: item.reason.clone(),
        letter: Letter::Item { item, size: count(row, "size")?, retrying: row.get("retry")? },
    })
}

fn dead_delivery(row: &Row<'_>) -> Result<DeadLetter, Failure> {
    Ok(DeadLetter {
        id: format!("delivery-{}", row.get::<_, i64>("number")?),
        since: time(row, "ended_at")?,
        reason: row.get::<_, Option<String>>("reason")?.unwrap_or_default(),
        letter: Letter::Delivery(Box::new(outbox::read(row)?)),
    })
}
