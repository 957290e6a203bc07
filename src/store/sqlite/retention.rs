//! What the file need not keep. Comes in: moments, and how much may go in one step. Goes out: rows deleted, and pages given
//! back to the disk. What may go is looked for by a reader, which holds nobody up, however much it has to look at; the writer
//! only deletes what was found. Never touches an open story, nor what waits by then.

use rusqlite::{Connection, params};

use super::columns::{from_json, integer, stamp};
use super::failure::Failure;
use super::questions::collect;
use crate::model::Message;
use crate::store::form::alerts_named;
use crate::store::retention::{Bounds, Tidied};

const OLD_TEXTS: &str = "SELECT articles.number AS number
    FROM articles JOIN stories ON stories.id = articles.story
    WHERE text <> '' AND learned_at < ?1 AND last_report_at < ?2 AND articles.id NOT GLOB 'edit-*'
    ORDER BY learned_at LIMIT ?3";
const DROP_TEXT: &str = "UPDATE articles SET text = '' WHERE number = ?1";
const OLD_MESSAGES: &str = "SELECT messages.number AS number, messages.body AS body
    FROM messages JOIN articles ON articles.number = messages.article JOIN stories ON stories.id = articles.story
    WHERE learned_at < ?1 AND last_report_at < ?2
        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = messages.number AND state IN ('due', 'queued', 'dead'))
        AND NOT EXISTS (SELECT 1 FROM held WHERE message = messages.number)
    ORDER BY messages.number LIMIT ?3";
/// Somebody may have sent it again since it was found.
const WAITS: &str =
    "SELECT EXISTS (SELECT 1 FROM deliveries WHERE message = ?1 AND state IN ('due', 'queued', 'dead'))
    OR EXISTS (SELECT 1 FROM held WHERE message = ?1)";
const DROP_DELIVERIES: &str = "DELETE FROM deliveries WHERE message = ?1";
const DROP_TOLD: &str = "DELETE FROM told WHERE alert = ?1";
const DROP_MESSAGE: &str = "DELETE FROM messages WHERE number = ?1";
/// The latest merge or split stays: its number says how far they have gone.
const OLD_AUDIT: &str = "SELECT number FROM audit
    WHERE at < ?1 AND number IS NOT (SELECT max(number) FROM audit WHERE action IN ('merge', 'split'))
    ORDER BY number LIMIT ?2";
const DROP_AUDIT: &str = "DELETE FROM audit WHERE number = ?1";

/// What may go.
#[derive(Debug)]
pub(super) struct Found {
    texts: Vec<i64>,
    /// Each with the alerts it tells.
    messages: Vec<(i64, Vec<String>)>,
    audit: Vec<i64>,
    /// Pages of the file that hold nothing.
    pages: i64,
}

impl Found {
    /// Whether there is nothing to do.
    pub(super) fn is_nothing(&self) -> bool {
        self.texts.is_empty() && self.messages.is_empty() && self.audit.is_empty() && self.pages == 0
    }
}

/// At most `limit` rows of each kind.
pub(super) fn find(connection: &Connection, bounds: &Bounds, limit: usize) -> Result<Found, Failure> {
    let (closed, limit) = (stamp(bounds.closed), integer(limit));
    let mut found =
        Found { texts: Vec::new(), messages: Vec::new(), audit: Vec::new(), pages: free(connection)? };
    if let Some(before) = bounds.text {
        let parameters = params![stamp(before), closed, limit];
        found.texts =
            collect(connection.prepare_cached(OLD_TEXTS)?, parameters, |row| Ok(row.get("number")?))?;
    }
    if let Some(before) = bounds.alerts {
        let parameters = params![stamp(before), closed, limit];
        found.messages = collect(connection.prepare_cached(OLD_MESSAGES)?, parameters, |row| {
            // One that cannot be read names no alerts; it goes all the same.
            let message = from_json::<Message>(row, "body").ok();
            let alerts = message.iter().flat_map(alerts_named).map(str::to_owned).collect();
            Ok((row.get("number")?, alerts))
        })?;
    }
    if let Some(before) = bounds.audit {
        let parameters = params![stamp(before), limit];
        found.audit =
            collect(connection.prepare_cached(OLD_AUDIT)?, parameters, |row| Ok(row.get("number")?))?;
    }
    Ok(found)
}

/// Lets go of it, and gives as many pages back as there may be rows.
pub(super) fn let_go(connection: &Connection, found: &Found, limit: usize) -> Result<Tidied, Failure> {
    let mut tidied = Tidied::default();
    for number in &found.texts {
        tidied.texts += connection.prepare_cached(DROP_TEXT)?.execute([number])? as u64;
    }
    for (number, alerts) in &found.messages {
        if connection.prepare_cached(WAITS)?.query_row([number], |row| row.get::<_, bool>(0))? {
            continue;
        }
        for alert in alerts {
            connection.prepare_cached(DROP_TOLD)?.execute([alert])?;
        }
        connection.prepare_cached(DROP_DELIVERIES)?.execute([number])?;
        tidied.messages += connection.prepare_cached(DROP_MESSAGE)?.execute([number])? as u64;
    }
    for number in &found.audit {
        tidied.audit += connection.prepare_cached(DROP_AUDIT)?.execute([number])? as u64;
    }
    tidied.pages = give_back(connection, integer(limit))?;
    Ok(tidied)
}

fn free(connection: &Connection) -> Result<i64, Failure> {
    Ok(connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?)
}

/// Gives pages that hold nothing back to the disk. A file of a version before this one keeps them and uses them again.
fn give_back(connection: &Connection, limit: i64) -> Result<u64, Failure> {
    let before = free(connection)?;
    if before == 0 {
        return Ok(0);
    }
    // It frees a page with each step of the statement.
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({limit})"))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    Ok(u64::try_from(before.saturating_sub(free(connection)?)).unwrap_or(0))
}
