//! What is kept about the outputs themselves: which are disabled, what they noted, and what is sent to them again. Comes
//! in: names and selections. Goes out: rows. Never attempts anything itself.

use std::collections::BTreeSet;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use super::columns::{get, text, time};
use super::failure::Failure;
use super::statements::{collect, execute, first};
use super::{audit, outbox, parcels, told};
use crate::model::AuditEntry;
use crate::store::form::{no_message, not_disabled, stamp};
use crate::store::{DisabledOutput, Resend, ResendMessages};

const DISABLED: &str = "SELECT output, reason, since FROM disabled_outputs ORDER BY output";
const DISABLE: &str = "INSERT INTO disabled_outputs (output, reason, since) VALUES ($1, $2, $3) ON CONFLICT (output) DO NOTHING";
const ENABLE: &str = "DELETE FROM disabled_outputs WHERE output = $1";
const NOTE: &str = "SELECT body FROM output_notes WHERE output = $1 AND story = $2";
const KEEP_NOTE: &str = "INSERT INTO output_notes (output, story, body) VALUES ($1, $2, $3)
    ON CONFLICT (output, story) DO UPDATE SET body = excluded.body";
const BY_ID: &str = "SELECT messages.number AS number, story FROM messages
    JOIN articles ON articles.number = messages.article WHERE messages.id = $1";
const LEARNED: &str = "SELECT messages.number AS number, story
    FROM messages JOIN articles ON articles.number = messages.article
    WHERE learned_at >= $1 AND learned_at < $2 ORDER BY messages.number";
/// What waited while the output was disabled is no older for it: it has the patience of a new message.
const ANEW: &str = "UPDATE deliveries SET attempts = 0, queued_at = $2
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

/// All that are disabled.
pub(super) async fn disabled(client: &impl GenericClient) -> Result<Vec<DisabledOutput>, Failure> {
    let read = |row: &tokio_postgres::Row| {
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

/// Puts messages into the outbox of one output again.
pub(super) async fn resend(
    client: &impl GenericClient,
    resend: &Resend,
    now: Timestamp,
) -> Result<u64, Failure> {
    let read = |row: &tokio_postgres::Row| Ok((get::<i64>(row, "number")?, get::<String>(row, "story")?));
    let messages = match &resend.messages {
        ResendMessages::Ids(ids) => {
            let mut messages = Vec::with_capacity(ids.len());
            for id in ids {
                let row = first(client, BY_ID, &[&text(id)]).await?;
                messages.push(read(&row.ok_or_else(|| no_message(id))?)?);
            }
            messages
        }
        ResendMessages::Learned(from, to) => {
            collect(client, LEARNED, &[&stamp(*from), &stamp(*to)], read).await?
        }
    };
    let (output, now) = (&resend.output, stamp(now));
    let ways: BTreeSet<(&str, &str)> =
        messages.iter().map(|(_, story)| (output.as_str(), story.as_str())).collect();
    parcels::lock(client, ways.clone()).await?;
    let mut count = 0;
    for (message, _) in &messages {
        count += execute(client, AGAIN, &[message, output, &now, &!resend.only_dead]).await?;
        if !resend.only_dead {
            let first = execute(client, FOR_THE_FIRST_TIME, &[message, output, &now]).await?;
            if first > 0 {
                told::tell_stored(client, output, *message).await?;
            }
            count += first;
        }
    }
    for (output, story) in ways {
        outbox::go_ahead(client, output, story).await?;
    }
    Ok(count)
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
