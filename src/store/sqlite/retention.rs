//! What the file need not keep. Comes in: moments, and how much may go in one step. Goes out: rows deleted, and pages given
//! back to the disk, all in the transaction of the caller. Never touches an open story.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::columns::{from_json, integer, stamp};
use super::failure::Failure;
use super::questions::collect;
use crate::model::Message;
use crate::store::form::alerts_named;
use crate::store::retention::{Bounds, Tidied};

const DROP_TEXTS: &str = "UPDATE articles SET text = '' WHERE number IN (
    SELECT articles.number FROM articles JOIN stories ON stories.id = articles.story
    WHERE text <> '' AND learned_at < ?1 AND last_report_at < ?2 AND articles.id NOT GLOB 'edit-*'
    ORDER BY learned_at LIMIT ?3)";
const OLD_MESSAGES: &str = "SELECT messages.number AS number, messages.body AS body
    FROM messages JOIN articles ON articles.number = messages.article JOIN stories ON stories.id = articles.story
    WHERE learned_at < ?1 AND last_report_at < ?2
        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = messages.number AND state IN ('due', 'queued', 'dead'))
        AND NOT EXISTS (SELECT 1 FROM held WHERE message = messages.number)
    ORDER BY messages.number LIMIT ?3";
const DROP_DELIVERIES: &str = "DELETE FROM deliveries WHERE message = ?1";
const DROP_TOLD: &str = "DELETE FROM told WHERE alert = ?1";
const DROP_MESSAGE: &str = "DELETE FROM messages WHERE number = ?1";
/// The latest merge or split stays: its number says how far they have gone.
const DROP_AUDIT: &str = "DELETE FROM audit WHERE number IN (SELECT number FROM audit
    WHERE at < ?1 AND number IS NOT (SELECT max(number) FROM audit WHERE action IN ('merge', 'split'))
    ORDER BY number LIMIT ?2)";

/// One step: at most `limit` rows of each kind, and as many pages.
pub(super) fn step(connection: &Connection, bounds: &Bounds, limit: usize) -> Result<Tidied, Failure> {
    let (closed, limit) = (stamp(bounds.closed), integer(limit));
    let mut tidied = Tidied::default();
    if let Some(before) = bounds.text {
        let dropped =
            connection.prepare_cached(DROP_TEXTS)?.execute(params![stamp(before), closed, limit])?;
        tidied.texts = dropped as u64;
    }
    if let Some(before) = bounds.alerts {
        tidied.messages = drop_messages(connection, before, &closed, limit)?;
    }
    if let Some(before) = bounds.audit {
        let dropped = connection.prepare_cached(DROP_AUDIT)?.execute(params![stamp(before), limit])?;
        tidied.audit = dropped as u64;
    }
    tidied.pages = give_back(connection, limit)?;
    Ok(tidied)
}

fn drop_messages(
    connection: &Connection,
    before: Timestamp,
    closed: &str,
    limit: i64,
) -> Result<u64, Failure> {
    let parameters = params![stamp(before), closed, limit];
    let old = collect(connection.prepare_cached(OLD_MESSAGES)?, parameters, |row| {
        // One that cannot be read names no alerts; it goes all the same.
        Ok((row.get::<_, i64>("number")?, from_json::<Message>(row, "body").ok()))
    })?;
    for (number, message) in &old {
        for alert in message.iter().flat_map(alerts_named) {
            connection.prepare_cached(DROP_TOLD)?.execute([alert])?;
        }
        connection.prepare_cached(DROP_DELIVERIES)?.execute([number])?;
        connection.prepare_cached(DROP_MESSAGE)?.execute([number])?;
    }
    Ok(old.len() as u64)
}

/// Gives pages that hold nothing back to the disk. A file of a version before this one keeps them and uses them again.
fn give_back(connection: &Connection, limit: i64) -> Result<u64, Failure> {
    let free = || connection.query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0));
    let before = free()?;
    if before == 0 {
        return Ok(0);
    }
    // It frees a page with each step of the statement.
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({limit})"))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    Ok(u64::try_from(before.saturating_sub(free()?)).unwrap_or(0))
}
