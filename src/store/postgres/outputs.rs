//! What is kept about the outputs themselves: which are disabled, what they noted, and what is sent to them again. Comes
//! in: names and selections. Goes out: rows. Never attempts anything itself.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::columns::{from_json, get, text, time};
use super::failure::Failure;
use super::statements::{collect, execute, first};
use super::{audit, order, told};
use crate::model::{AuditEntry, Message};
use crate::store::form::{no_message, not_disabled, stamp};
use crate::store::{DisabledOutput, Resend, ResendMessages};

const DISABLED: &str = "SELECT output, reason, since FROM disabled_outputs ORDER BY output";
const DISABLE: &str = "INSERT INTO disabled_outputs (output, reason, since) VALUES ($1, $2, $3) ON CONFLICT (output) DO NOTHING";
const ENABLE: &str = "DELETE FROM disabled_outputs WHERE output = $1";
const NOTE: &str = "SELECT body FROM output_notes WHERE output = $1 AND story = $2";
const KEEP_NOTE: &str = "INSERT INTO output_notes (output, story, body) VALUES ($1, $2, $3)
    ON CONFLICT (output, story) DO UPDATE SET body = excluded.body";
const BY_ID: &str = "SELECT messages.number AS number, story, composed, body FROM messages
    JOIN articles ON articles.number = messages.article WHERE messages.id = $1";
const LEARNED: &str = "SELECT messages.number AS number, story, composed, body
    FROM messages JOIN articles ON articles.number = messages.article
    WHERE learned_at >= $1 AND learned_at < $2 ORDER BY messages.number";
/// What waited while the output was disabled is no older for it: it has the patience of a new message, and does not wait for the
/// next try that was set when the receiver was away.
const ANEW: &str = "UPDATE deliveries SET attempts = 0, queued_at = $2,
        due_at = CASE WHEN leased_until IS NULL THEN LEAST(due_at, $2) ELSE due_at END
    WHERE output = $1 AND state IN ('due', 'queued')";
/// With the patience of a new message.
const AGAIN: &str = "UPDATE deliveries
    SET state = 'queued', attempts = 0, due_at = $3, queued_at = $3, ended_at = NULL, leased_until = NULL
    WHERE message = $1 AND output = $2
        AND (state = 'dead' OR ($4 AND state IN ('delivered', 'discarded')))";
const FOR_THE_FIRST_TIME: &str = "INSERT INTO deliveries (message, output, story, due_at, queued_at, state)
    SELECT messages.number, $2, articles.story, $3, $3, 'queued'
    FROM messages JOIN articles ON articles.number = messages.article WHERE messages.number = $1
    ON CONFLICT (message, output) DO NOTHING";

const WAITING: &str = "SELECT number FROM deliveries WHERE message = $1 AND output = $2 AND state = 'queued'";

/// All that are disabled.
pub(super) async fn disabled(client: &impl GenericClient) -> Result<Vec<DisabledOutput>, Failure> {
    let read = |row: &Row| {
        let since = time(row, "since")?;
        Ok(DisabledOutput {
            output: get(row, "output")?,
            reason: super::columns::string(row, "reason")?,
            since,
        })
    };
    collect(client, DISABLED, &[], read).await
}

/// Disables an output.
pub(super) async fn disable(
    client: &impl GenericClient,
    output: &str,
    reason: &str,
    now: &str,
) -> Result<(), Failure> {
    execute(client, DISABLE, &[&output, &text(reason), &now]).await?;
    Ok(())
}

/// Enables it again, and keeps who did it.
pub(super) async fn enable(
    client: &impl GenericClient,
    output: &str,
    entry: &AuditEntry,
) -> Result<(), Failure> {
    if execute(client, ENABLE, &[&output]).await? == 0 {
        return Err(not_disabled(output).into());
    }
    execute(client, ANEW, &[&output, &stamp(entry.at)]).await?;
    audit::write(client, entry).await
}

/// A message that may be sent again.
struct Stored {
    number: i64,
    /// The story that its article belongs to.
    story: String,
    composed: bool,
    /// Nothing when this program cannot read it.
    body: Option<Message>,
}

fn stored(row: &Row) -> Result<Stored, Failure> {
    let body = from_json(row, "body").ok();
    Ok(Stored {
        number: get(row, "number")?,
        story: get(row, "story")?,
        composed: get(row, "composed")?,
        body,
    })
}

/// Puts messages into the outbox of one output again.
pub(super) async fn resend(
    client: &impl GenericClient,
    resend: &Resend,
    now: Timestamp,
) -> Result<u64, Failure> {
    let messages = match &resend.messages {
        ResendMessages::Ids(ids) => {
            let mut messages = Vec::with_capacity(ids.len());
            for id in ids {
                let row = first(client, BY_ID, &[&text(id)]).await?;
                messages.push(stored(&row.ok_or_else(|| no_message(id))?)?);
            }
            messages
        }
        ResendMessages::Learned(from, to) => {
            collect(client, LEARNED, &[&stamp(*from), &stamp(*to)], stored).await?
        }
    };
    let (output, now) = (&resend.output, stamp(now));
    let bodies = messages.iter().filter_map(|message| message.body.as_ref());
    let mut ways = order::ways_of(bodies.map(|body| (output.as_str(), body)));
    ways.extend(messages.iter().map(|message| (output.clone(), message.story.clone())));
    order::lock(client, &ways).await?;
    let mut count = 0;
    for message in &messages {
        count += execute(client, AGAIN, &[&message.number, output, &now, &!resend.only_dead]).await?;
        if !resend.only_dead && is_meant(client, resend, message).await? {
            let first = execute(client, FOR_THE_FIRST_TIME, &[&message.number, output, &now]).await?;
            if first > 0 {
                told::tell_stored(client, output, message.number).await?;
            }
            count += first;
        }
    }
    for message in &messages {
        take_place(client, message, output).await?;
    }
    Ok(count)
}

/// Whether a message goes to the output if it never did: not what was put together for others, nor what this output was
/// told in another form, unless somebody names it.
async fn is_meant(client: &impl GenericClient, resend: &Resend, message: &Stored) -> Result<bool, Failure> {
    if matches!(resend.messages, ResendMessages::Ids(_)) {
        return Ok(true);
    }
    match &message.body {
        Some(body) if !message.composed => Ok(!told::any(client, &resend.output, body).await?),
        _ => Ok(!message.composed),
    }
}

/// In every story that it tells of.
async fn take_place(client: &impl GenericClient, message: &Stored, output: &str) -> Result<(), Failure> {
    let waiting = first(client, WAITING, &[&message.number, &output]).await?;
    let Some(delivery) = waiting.map(|row| get(&row, "number")).transpose()? else { return Ok(()) };
    if let Some(body) = &message.body {
        order::keep_further(client, delivery, body).await?;
    }
    order::take_turn(client, delivery).await
}

/// What an output noted about a story.
pub(super) async fn note(
    client: &impl GenericClient,
    output: &str,
    story: &str,
) -> Result<Option<String>, Failure> {
    let found = first(client, NOTE, &[&output, &story]).await?;
    found.map(|row| super::columns::string(&row, "body")).transpose()
}

/// Keeps a note.
pub(super) async fn keep_note(
    client: &impl GenericClient,
    output: &str,
    story: &str,
    note: &str,
) -> Result<(), Failure> {
    execute(client, KEEP_NOTE, &[&output, &story, &text(note)]).await?;
    Ok(())
}
