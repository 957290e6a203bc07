//! What the database need not keep. Comes in: moments, and how much may go in one step. Goes out: rows deleted, all in the
//! transaction of the caller; the server's own vacuum makes use of the room. Of several instances one tidies at a time.
//! Never touches an open story.

use deadpool_postgres::GenericClient;

use super::columns::{from_json, get};
use super::failure::Failure;
use super::statements::{execute, first, rows};
use crate::model::Message;
use crate::store::form::{alerts_named, integer, stamp};
use crate::store::retention::{Bounds, Tidied};

/// The letters "nwst": whoever tidies holds it until the step is done.
const ALONE: &str = "SELECT pg_try_advisory_xact_lock(1853322100) AS alone";
const DROP_TEXTS: &str = "UPDATE articles SET text = '' WHERE number IN (
    SELECT articles.number FROM articles JOIN stories ON stories.id = articles.story
    WHERE text <> '' AND learned_at < $1 AND last_report_at < $2 AND articles.id NOT LIKE 'edit-%'
    ORDER BY learned_at LIMIT $3)";
const OLD_MESSAGES: &str = "SELECT messages.number AS number, messages.body AS body
    FROM messages JOIN articles ON articles.number = messages.article JOIN stories ON stories.id = articles.story
    WHERE learned_at < $1 AND last_report_at < $2
        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = messages.number AND state IN ('due', 'queued', 'dead'))
        AND NOT EXISTS (SELECT 1 FROM held WHERE message = messages.number)
    ORDER BY messages.number LIMIT $3";
const DROP_DELIVERIES: &str = "DELETE FROM deliveries WHERE message = ANY($1)";
const DROP_TOLD: &str = "DELETE FROM told WHERE alert = ANY($1)";
const DROP_MESSAGES: &str = "DELETE FROM messages WHERE number = ANY($1)";
/// The latest merge or split stays: its number says how far they have gone.
const DROP_AUDIT: &str = "DELETE FROM audit WHERE number IN (SELECT number FROM audit
    WHERE at < $1 AND number IS DISTINCT FROM (SELECT max(number) FROM audit WHERE action IN ('merge', 'split'))
    ORDER BY number LIMIT $2)";

/// One step: at most `limit` rows of each kind.
pub(super) async fn step(
    client: &impl GenericClient,
    bounds: &Bounds,
    limit: usize,
) -> Result<Tidied, Failure> {
    let (closed, limit) = (stamp(bounds.closed), integer(limit));
    let mut tidied = Tidied::default();
    let alone = first(client, ALONE, &[]).await?;
    if !alone.map(|row| get::<bool>(&row, "alone")).transpose()?.unwrap_or(false) {
        return Ok(tidied);
    }
    if let Some(before) = bounds.text {
        tidied.texts = execute(client, DROP_TEXTS, &[&stamp(before), &closed, &limit]).await?;
    }
    if let Some(before) = bounds.alerts {
        let old = rows(client, OLD_MESSAGES, &[&stamp(before), &closed, &limit]).await?;
        let numbers: Vec<i64> = old.iter().map(|row| get(row, "number")).collect::<Result<_, _>>()?;
        // One that cannot be read names no alerts; it goes all the same.
        let messages: Vec<Message> = old.iter().filter_map(|row| from_json(row, "body").ok()).collect();
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
