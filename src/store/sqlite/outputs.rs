//! What is kept about the outputs themselves: which are disabled, what they noted, and what is sent to them again. Comes
//! in: names and selections. Goes out: rows. Never attempts anything itself.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::columns::{from_json, stamp, time};
use super::failure::Failure;
use super::questions::collect;
use super::{audit, order, told};
use crate::model::{AuditEntry, Message};
use crate::store::{DisabledOutput, Resend, ResendMessages, form};

const DISABLED: &str = "SELECT output, reason, since FROM disabled_outputs ORDER BY output";
const DISABLE: &str = "INSERT INTO disabled_outputs (output, reason, since) VALUES (?1, ?2, ?3) ON CONFLICT (output) DO NOTHING";
const ENABLE: &str = "DELETE FROM disabled_outputs WHERE output = ?1";
const NOTE: &str = "SELECT body FROM output_notes WHERE output = ?1 AND story = ?2";
const KEEP_NOTE: &str = "INSERT INTO output_notes (output, story, body) VALUES (?1, ?2, ?3)
    ON CONFLICT (output, story) DO UPDATE SET body = excluded.body";
const MESSAGE: &str = "SELECT number, composed, body FROM messages WHERE id = ?1";
const LEARNED: &str = "SELECT messages.number AS number, composed, body
    FROM messages JOIN articles ON articles.number = messages.article
    WHERE learned_at >= ?1 AND learned_at < ?2 ORDER BY messages.number";
/// What waited while the output was disabled is no older for it: it has the patience of a new message, and does not wait for the
/// next try that was set when the receiver was away.
const ANEW: [&str; 2] = [
    "UPDATE deliveries SET attempts = 0, queued_at = ?2,
        due_at = CASE WHEN leased_until IS NULL THEN min(due_at, ?2) ELSE due_at END
        WHERE output = ?1 AND state = 'due'",
    "UPDATE deliveries SET attempts = 0, queued_at = ?2 WHERE output = ?1 AND state = 'queued'",
];
/// With the patience of a new message.
const AGAIN: &str = "UPDATE deliveries
    SET state = 'queued', attempts = 0, due_at = :now, queued_at = :now, ended_at = NULL, leased_until = NULL
    WHERE message = :message AND output = :output
        AND (state = 'dead' OR (:all AND state IN ('delivered', 'discarded')))";
const FOR_THE_FIRST_TIME: &str = "INSERT INTO deliveries (message, output, story, due_at, queued_at, state)
    SELECT messages.number, :output, articles.story, :now, :now, 'queued'
    FROM messages JOIN articles ON articles.number = messages.article WHERE messages.number = :message
    ON CONFLICT (message, output) DO NOTHING";
const WAITING: &str = "SELECT number FROM deliveries WHERE message = ?1 AND output = ?2 AND state = 'queued'";

/// All that are disabled.
pub(super) fn disabled(connection: &Connection) -> Result<Vec<DisabledOutput>, Failure> {
    collect(connection.prepare_cached(DISABLED)?, [], |row| {
        let since = time(row, "since")?;
        Ok(DisabledOutput { output: row.get("output")?, reason: row.get("reason")?, since })
    })
}

/// Disables the output of this delivery.
pub(super) fn disable(
    connection: &Connection,
    number: i64,
    reason: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let output: String = connection
        .prepare_cached("SELECT output FROM deliveries WHERE number = ?1")?
        .query_row([number], |row| row.get(0))?;
    connection.prepare_cached(DISABLE)?.execute(params![output, reason, stamp(now)])?;
    Ok(())
}

/// Enables it again, and keeps who did it.
pub(super) fn enable(connection: &Connection, output: &str, entry: &AuditEntry) -> Result<(), Failure> {
    if connection.prepare_cached(ENABLE)?.execute([output])? == 0 {
        return Err(form::not_disabled(output).into());
    }
    for statement in ANEW {
        connection.execute(statement, params![output, stamp(entry.at)])?;
    }
    audit::write(connection, entry)
}

/// A message that may be sent again.
struct Stored {
    number: i64,
    composed: bool,
    /// Nothing when this program cannot read it.
    body: Option<Message>,
}

fn stored(row: &Row<'_>) -> Result<Stored, Failure> {
    let body = from_json::<Message>(row, "body").ok();
    Ok(Stored { number: row.get("number")?, composed: row.get("composed")?, body })
}

/// Puts messages into the outbox of one output again.
pub(super) fn resend(connection: &Connection, resend: &Resend, now: Timestamp) -> Result<u64, Failure> {
    let messages = match &resend.messages {
        ResendMessages::Ids(ids) => {
            ids.iter().map(|id| message(connection, id)).collect::<Result<Vec<Stored>, Failure>>()?
        }
        ResendMessages::Learned(from, to) => {
            collect(connection.prepare_cached(LEARNED)?, [stamp(*from), stamp(*to)], stored)?
        }
    };
    let (output, now) = (&resend.output, stamp(now));
    let mut count = 0;
    for message in &messages {
        count += connection.prepare_cached(AGAIN)?.execute(named_params! {
            ":message": message.number, ":output": output, ":now": now, ":all": !resend.only_dead
        })?;
        if !resend.only_dead && is_meant(connection, resend, message)? {
            let first = connection.prepare_cached(FOR_THE_FIRST_TIME)?.execute(named_params! {
                ":message": message.number, ":output": output, ":now": now
            })?;
            if first > 0 {
                told::tell_stored(connection, output, message.number)?;
            }
            count += first;
        }
    }
    for message in messages {
        take_place(connection, &message, output)?;
    }
    Ok(count as u64)
}

/// Whether a message goes to the output if it never did: not what was put together for others, nor what this output was
/// told in another form, unless somebody names it.
fn is_meant(connection: &Connection, resend: &Resend, message: &Stored) -> Result<bool, Failure> {
    if matches!(resend.messages, ResendMessages::Ids(_)) {
        return Ok(true);
    }
    let names = message.body.as_ref().map(told::names_in).unwrap_or_default();
    Ok(!message.composed && !told::any(connection, &resend.output, &names)?)
}

/// In every story that it tells of.
fn take_place(connection: &Connection, message: &Stored, output: &str) -> Result<(), Failure> {
    let waiting = collect(connection.prepare_cached(WAITING)?, params![message.number, output], |row| {
        Ok(row.get::<_, i64>("number")?)
    })?;
    for delivery in waiting {
        if let Some(body) = &message.body {
            order::keep_further(connection, delivery, body)?;
        }
        order::take_turn(connection, delivery)?;
    }
    Ok(())
}

fn message(connection: &Connection, id: &str) -> Result<Stored, Failure> {
    let found = collect(connection.prepare_cached(MESSAGE)?, [id], stored)?;
    found.into_iter().next().ok_or_else(|| form::no_message(id).into())
}

/// What an output noted about a story.
pub(super) fn note(connection: &Connection, output: &str, story: &str) -> Result<Option<String>, Failure> {
    Ok(connection.prepare_cached(NOTE)?.query_row([output, story], |row| row.get(0)).optional()?)
}

/// Keeps a note.
pub(super) fn keep_note(
    connection: &Connection,
    output: &str,
    story: &str,
    note: &str,
) -> Result<(), Failure> {
    connection.prepare_cached(KEEP_NOTE)?.execute([output, story, note])?;
    Ok(())
}
