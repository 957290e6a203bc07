//! What the database need not keep. Comes in: moments, and how much may go in one step. Goes out: rows deleted, all in the
//! transaction of the caller; the server's own vacuum makes use of the room. Of several instances one tidies at a time. A step
//! looks at so many rows along an index and goes on there the next time, so that no statement takes long, however much the
//! database holds that may not go. Never touches an open story.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::columns::{from_json, get};
use super::failure::Failure;
use super::statements::{Parameter, execute, first, rows};
use crate::model::Message;
use crate::store::form::{alerts_named, integer, stamp};
use crate::store::retention::{Bounds, Tidied};

/// The letters "nwst": whoever tidies holds it until the step is done.
const ALONE: &str = "SELECT pg_try_advisory_xact_lock(1853322100) AS alone";
/// Texts behind the place reached, the oldest first, and whether they may go.
const OLD_TEXTS: &str = "SELECT looked.number AS number, learned_at,
        last_report_at < $2 AND looked.id NOT LIKE 'edit-%' AS goes
    FROM (SELECT number, learned_at, story, id FROM articles
        WHERE text <> '' AND learned_at < $1 AND learned_at >= $3 AND (learned_at, number) > ($3, $4)
        ORDER BY learned_at, number LIMIT $5) AS looked
    JOIN stories ON stories.id = looked.story ORDER BY learned_at, number";
const DROP_TEXTS: &str = "UPDATE articles SET text = '' WHERE number = ANY($1)";
/// Messages behind the place reached, and whether they may go. Once they are of reports that may not, so are the rest.
const OLD_MESSAGES: &str = "SELECT looked.number AS number, looked.body AS body, learned_at < $1 AS old,
        learned_at < $1 AND last_report_at < $2
        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = looked.number AND state IN ('due', 'queued', 'dead'))
        AND NOT EXISTS (SELECT 1 FROM held WHERE message = looked.number) AS goes
    FROM (SELECT number, article, body FROM messages WHERE number > $3 ORDER BY number LIMIT $4) AS looked
    JOIN articles ON articles.number = looked.article JOIN stories ON stories.id = articles.story ORDER BY looked.number";
const DROP_DELIVERIES: &str = "DELETE FROM deliveries WHERE message = ANY($1)";
const DROP_TOLD: &str = "DELETE FROM told WHERE alert = ANY($1)";
const DROP_MESSAGES: &str = "DELETE FROM messages WHERE number = ANY($1)";
/// The latest merge or split stays: its number says how far they have gone.
const DROP_AUDIT: &str = "DELETE FROM audit WHERE number IN (SELECT number FROM audit
    WHERE at < $1 AND number IS DISTINCT FROM (SELECT max(number) FROM audit WHERE action IN ('merge', 'split'))
    ORDER BY number LIMIT $2)";

/// Rows that a step looks at besides, for each that may go in it.
const LOOKED: i64 = 5;

/// How far the steps of one pass have come, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// When the text looked at last was learned, and its number.
    text: (String, i64),
    /// The number of the message looked at last.
    message: i64,
}

/// One step: at most `limit` rows of each kind.
pub(super) async fn step(
    client: &impl GenericClient,
    bounds: &Bounds,
    limit: usize,
    reached: &mut Reached,
) -> Result<Tidied, Failure> {
    let (closed, limit) = (stamp(bounds.closed), integer(limit));
    let mut tidied = Tidied::default();
    let alone = first(client, ALONE, &[]).await?;
    if !alone.map(|row| get::<bool>(&row, "alone")).transpose()?.unwrap_or(false) {
        return Ok(tidied);
    }
    if let Some(before) = bounds.text {
        let (learned_at, number) = &reached.text;
        let parameters: [Parameter<'_>; 5] = [&stamp(before), &closed, learned_at, number, &(limit * LOOKED)];
        let looked = rows(client, OLD_TEXTS, &parameters).await?;
        let (going, page) = going(&looked, limit)?;
        tidied.texts = execute(client, DROP_TEXTS, &[&going]).await?;
        reached.text = match page.last() {
            Some(last) if page.len() < looked.len() || is_full(&looked, limit) => {
                tidied.looked += page.len() as u64;
                (get(last, "learned_at")?, get(last, "number")?)
            }
            _ => Default::default(),
        };
    }
    if let Some(before) = bounds.alerts {
        let parameters: [Parameter<'_>; 4] = [&stamp(before), &closed, &reached.message, &(limit * LOOKED)];
        let looked = rows(client, OLD_MESSAGES, &parameters).await?;
        let (numbers, page) = going(&looked, limit)?;
        reached.message = match page.last() {
            Some(last) if get(last, "old")? && (page.len() < looked.len() || is_full(&looked, limit)) => {
                tidied.looked += page.len() as u64;
                get(last, "number")?
            }
            _ => 0,
        };
        let mut old = Vec::new();
        for row in page {
            if get(row, "goes")? {
                old.push(row);
            }
        }
        // One that cannot be read names no alerts; it goes all the same.
        let messages: Vec<Message> = old.into_iter().filter_map(|row| from_json(row, "body").ok()).collect();
        let alerts: Vec<&str> = messages.iter().flat_map(alerts_named).collect();
        if !numbers.is_empty() {
            execute(client, DROP_TOLD, &[&alerts]).await?;
            execute(client, DROP_DELIVERIES, &[&numbers]).await?;
            tidied.messages = execute(client, DROP_MESSAGES, &[&numbers]).await?;
        }
    }
    if let Some(before) = bounds.audit {
        tidied.audit = execute(client, DROP_AUDIT, &[&stamp(before), &limit]).await?;
    }
    Ok(tidied)
}

/// Whether there may be more behind these rows.
fn is_full(looked: &[Row], limit: i64) -> bool {
    integer(looked.len()) >= limit * LOOKED
}

/// The numbers of the rows that may go, at most `limit`, and the rows up to the last of them when there are more.
fn going(looked: &[Row], limit: i64) -> Result<(Vec<i64>, &[Row]), Failure> {
    let mut numbers = Vec::new();
    for (place, row) in looked.iter().enumerate() {
        if !get(row, "goes")? {
            continue;
        }
        if integer(numbers.len()) == limit {
            return Ok((numbers, looked.get(..place).unwrap_or_default()));
        }
        numbers.push(get(row, "number")?);
    }
    Ok((numbers, looked))
}
