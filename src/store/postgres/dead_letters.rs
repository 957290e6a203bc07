//! What went no further. Comes in: ids as the command line writes them. Goes out: failed items and dead deliveries, to
//! look at, to try again or to let go. Never tries anything itself: the daemon does.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::columns::{count, get, optional_string, optional_time, string, time};
use super::failure::Failure;
use super::statements::{collect, execute, first};
use super::{order, outbox};
use crate::store::form::{LetterName, integer, letter_was_cut, no_letter, stamp};
use crate::store::{DeadLetter, FailedItem, Letter};

const ITEMS: &str =
    "SELECT number, input, label, form, reason, failed_at, size, retry, retry_at, ''::bytea AS bytes
    FROM failed_items ORDER BY number DESC LIMIT $1";
const ITEM: &str = "SELECT * FROM failed_items WHERE number = $1";
const DELIVERIES: &str =
    "SELECT deliveries.number AS number, lease, output, attempts, queued_at, body, ended_at, reason
    FROM deliveries JOIN messages ON messages.number = deliveries.message
    WHERE state = 'dead' ORDER BY deliveries.number DESC LIMIT $1";
const DELIVERY: &str =
    "SELECT deliveries.number AS number, lease, output, attempts, queued_at, body, ended_at, reason
    FROM deliveries JOIN messages ON messages.number = deliveries.message
    WHERE state = 'dead' AND deliveries.number = $1";
const WAS_CUT: &str = "SELECT size > octet_length(bytes) AS cut FROM failed_items WHERE number = $1";
const RETRY_ITEM: &str = "UPDATE failed_items SET retry = TRUE WHERE number = $1";
const DISCARD_ITEM: &str = "DELETE FROM failed_items WHERE number = $1";
/// Behind whatever of its story is on its way, ahead of what waits; with the patience of a new message.
const RETRY_DELIVERY: &str = "UPDATE deliveries
    SET state = 'queued', attempts = 0, due_at = $2, queued_at = $2, ended_at = NULL
    WHERE number = $1 AND state = 'dead'";
const DISCARD_DELIVERY: &str =
    "UPDATE deliveries SET state = 'discarded', ended_at = $2 WHERE number = $1 AND state = 'dead'";
const FORGET_ITEMS: &str = "DELETE FROM failed_items WHERE failed_at < $1 AND NOT retry AND retry_at IS NULL";
const FORGET_DELIVERIES: &str =
    "UPDATE deliveries SET state = 'discarded' WHERE state = 'dead' AND ended_at < $1";

/// All of them, latest first; items without their bytes.
pub(super) async fn list(client: &impl GenericClient, limit: usize) -> Result<Vec<DeadLetter>, Failure> {
    let mut all = collect(client, ITEMS, &[&integer(limit)], dead_item).await?;
    all.extend(collect(client, DELIVERIES, &[&integer(limit)], dead_delivery).await?);
    all.sort_by_key(|letter| std::cmp::Reverse(letter.since));
    Ok(all)
}

/// One of them, whole.
pub(super) async fn show(client: &impl GenericClient, id: &str) -> Result<Option<DeadLetter>, Failure> {
    let found = match LetterName::parse(id)? {
        LetterName::Item(number) => collect(client, ITEM, &[&number], dead_item).await?,
        LetterName::Delivery(number) => collect(client, DELIVERY, &[&number], dead_delivery).await?,
    };
    Ok(found.into_iter().next())
}

/// Marks it to be tried again.
pub(super) async fn retry(client: &impl GenericClient, id: &str, now: Timestamp) -> Result<(), Failure> {
    match LetterName::parse(id)? {
        LetterName::Item(number) => {
            let found = first(client, WAS_CUT, &[&number]).await?;
            if get(&found.ok_or_else(|| no_letter(id))?, "cut")? {
                return Err(letter_was_cut(id).into());
            }
            execute(client, RETRY_ITEM, &[&number]).await?;
        }
        LetterName::Delivery(number) => {
            let ways = order::lock_around(client, number).await?;
            if execute(client, RETRY_DELIVERY, &[&number, &stamp(now)]).await? == 0 {
                return Err(no_letter(id).into());
            }
            order::go_ahead(client, number, &ways).await?;
        }
    }
    Ok(())
}

/// Takes it off the list.
pub(super) async fn discard(client: &impl GenericClient, id: &str, now: Timestamp) -> Result<(), Failure> {
    let changed = match LetterName::parse(id)? {
        LetterName::Item(number) => execute(client, DISCARD_ITEM, &[&number]).await?,
        LetterName::Delivery(number) => execute(client, DISCARD_DELIVERY, &[&number, &stamp(now)]).await?,
    };
    if changed == 0 { Err(no_letter(id).into()) } else { Ok(()) }
}

/// Takes what is older off the list.
pub(super) async fn forget(client: &impl GenericClient, before: Timestamp) -> Result<u64, Failure> {
    let before = stamp(before);
    let items = execute(client, FORGET_ITEMS, &[&before]).await?;
    Ok(items + execute(client, FORGET_DELIVERIES, &[&before]).await?)
}

/// The item in a row of its table.
pub(super) fn read_item(row: &Row) -> Result<FailedItem, Failure> {
    Ok(FailedItem {
        input: string(row, "input")?,
        label: string(row, "label")?,
        form: optional_string(row, "form")?,
        reason: string(row, "reason")?,
        failed_at: time(row, "failed_at")?,
        bytes: get(row, "bytes")?,
        retry_at: optional_time(row, "retry_at")?,
    })
}

fn dead_item(row: &Row) -> Result<DeadLetter, Failure> {
    let item = read_item(row)?;
    Ok(DeadLetter {
        id: format!("item-{}", get::<i64>(row, "number")?),
        since: item.failed_at,
        reason: item.reason.clone(),
        letter: Letter::Item { item, size: count(row, "size")?, retrying: get(row, "retry")? },
    })
}

fn dead_delivery(row: &Row) -> Result<DeadLetter, Failure> {
    Ok(DeadLetter {
        id: format!("delivery-{}", get::<i64>(row, "number")?),
        since: time(row, "ended_at")?,
        reason: optional_string(row, "reason")?.unwrap_or_default(),
        letter: Letter::Delivery(Box::new(outbox::read(row)?)),
    })
}
