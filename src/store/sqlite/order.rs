//! Whose turn it is. Comes in: deliveries that enter the outbox, end there, or are sent again. Goes out: which of them are
//! due. A message is due when, in each story it tells of, nothing is on its way to its output and nothing older waits: so
//! the oldest of all that wait always gets its turn, and two digests never wait for each other. What is looked at is one
//! row of an index for each story, however much waits.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::columns::{from_json, stamp};
use super::failure::Failure;
use super::questions::collect;
use crate::model::Message;

/// The planner is told the indexes: another would do as well for it, but walks over all that was ever delivered of a
/// story.
pub(super) const WRITE: &str = "INSERT INTO deliveries (message, output, story, due_at, queued_at, state)
    VALUES (?1, ?2, ?3, ?4, ?4, CASE WHEN
        EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_head
            WHERE output = ?2 AND story = ?3 AND state = 'due')
        OR EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_queue
            WHERE output = ?2 AND story = ?3 AND state = 'queued')
        OR EXISTS (SELECT 1 FROM further_stories INDEXED BY further_stories_head
            WHERE output = ?2 AND story = ?3 AND state = 'due')
        OR EXISTS (SELECT 1 FROM further_stories INDEXED BY further_stories_queue
            WHERE output = ?2 AND story = ?3 AND state = 'queued')
        THEN 'queued' ELSE 'due' END)
    ON CONFLICT (message, output) DO NOTHING";
pub(super) const WRITE_QUEUED: &str =
    "INSERT INTO deliveries (message, output, story, due_at, queued_at, state)
    VALUES (?1, ?2, ?3, ?4, ?4, 'queued') ON CONFLICT (message, output) DO NOTHING";
pub(super) const WRITE_FURTHER: &str = "INSERT INTO further_stories (delivery, story, output, state)
    SELECT number, ?2, output, state FROM deliveries WHERE number = ?1 AND story <> ?2
    ON CONFLICT (delivery, story) DO NOTHING";
/// Makes a delivery due if it is its turn.
pub(super) const TAKE_TURN: &str = "WITH mine (output, story) AS (
        SELECT output, story FROM deliveries WHERE number = ?1
        UNION ALL SELECT output, story FROM further_stories WHERE delivery = ?1)
    UPDATE deliveries SET state = 'due' WHERE number = ?1 AND state = 'queued' AND NOT EXISTS (
        SELECT 1 FROM mine WHERE
            EXISTS (SELECT 1 FROM deliveries AS head INDEXED BY deliveries_head
                WHERE head.output = mine.output AND head.story = mine.story AND head.state = 'due')
            OR EXISTS (SELECT 1 FROM deliveries AS ahead INDEXED BY deliveries_queue
                WHERE ahead.output = mine.output AND ahead.story = mine.story AND ahead.state = 'queued'
                    AND ahead.number < ?1)
            OR EXISTS (SELECT 1 FROM further_stories AS head INDEXED BY further_stories_head
                WHERE head.output = mine.output AND head.story = mine.story AND head.state = 'due')
            OR EXISTS (SELECT 1 FROM further_stories AS ahead INDEXED BY further_stories_queue
                WHERE ahead.output = mine.output AND ahead.story = mine.story AND ahead.state = 'queued'
                    AND ahead.delivery < ?1))";
/// The first that waits of each story of a delivery: nothing else can have its turn once this one has gone.
pub(super) const NEXT: &str = "WITH mine (output, story) AS (
        SELECT output, story FROM deliveries WHERE number = ?1
        UNION ALL SELECT output, story FROM further_stories WHERE delivery = ?1)
    SELECT
        (SELECT number FROM deliveries INDEXED BY deliveries_queue
            WHERE output = mine.output AND story = mine.story AND state = 'queued' ORDER BY number LIMIT 1),
        (SELECT delivery FROM further_stories INDEXED BY further_stories_queue
            WHERE output = mine.output AND story = mine.story AND state = 'queued' ORDER BY delivery LIMIT 1)
    FROM mine";
/// Digests that wait, or may be sent again, of which only one story is known: a version before this one wrote them.
const OF_BEFORE: &str = "SELECT deliveries.number AS number, body FROM deliveries
    JOIN messages ON messages.number = deliveries.message
    WHERE deliveries.number IN (
            SELECT number FROM deliveries INDEXED BY deliveries_head WHERE state = 'due'
            UNION ALL SELECT number FROM deliveries INDEXED BY deliveries_queue WHERE state = 'queued'
            UNION ALL SELECT number FROM deliveries INDEXED BY deliveries_dead WHERE state = 'dead')
        AND composed = 1 AND body LIKE '%\"digest\":{%'
        AND NOT EXISTS (SELECT 1 FROM further_stories WHERE delivery = deliveries.number)";
/// What waits of a story, or may be sent again, tells of another from now on.
const TELLS_OF: &str = "INSERT OR IGNORE INTO further_stories (delivery, story, output, state)
    SELECT number, ?2, output, state FROM deliveries WHERE story <> ?2
        AND number IN (
            SELECT number FROM deliveries INDEXED BY deliveries_head WHERE state = 'due'
            UNION ALL SELECT number FROM deliveries INDEXED BY deliveries_queue WHERE state = 'queued'
            UNION ALL SELECT number FROM deliveries INDEXED BY deliveries_dead WHERE state = 'dead')
        AND (story = ?1 OR EXISTS (
            SELECT 1 FROM further_stories AS further WHERE delivery = number AND further.story = ?1))";
/// The first that wait of their stories while nothing of these is on its way.
const STRANDED: &str = "SELECT min(number) AS number FROM deliveries AS waiting INDEXED BY deliveries_queue
    WHERE state = 'queued' AND NOT EXISTS (
        SELECT 1 FROM deliveries AS head INDEXED BY deliveries_head
        WHERE head.output = waiting.output AND head.story = waiting.story AND head.state = 'due')
    GROUP BY output, story";

/// A message enters the outbox of an output, behind everything that waits of its stories.
pub(super) fn enter<'a>(
    connection: &Connection,
    message: i64,
    (output, story): (&str, &str),
    further: impl IntoIterator<Item = &'a str>,
    at: Timestamp,
) -> Result<(), Failure> {
    let mut further = further.into_iter().peekable();
    let row = params![message, output, story, stamp(at)];
    if further.peek().is_none() {
        connection.prepare_cached(WRITE)?.execute(row)?;
        return Ok(());
    }
    if connection.prepare_cached(WRITE_QUEUED)?.execute(row)? == 0 {
        return Ok(());
    }
    let delivery = connection.last_insert_rowid();
    for story in further {
        connection.prepare_cached(WRITE_FURTHER)?.execute(params![delivery, story])?;
    }
    take_turn(connection, delivery)
}

/// Remembers the further stories of a delivery of this message.
pub(super) fn keep_further(connection: &Connection, delivery: i64, message: &Message) -> Result<(), Failure> {
    for story in message.stories() {
        connection.prepare_cached(WRITE_FURTHER)?.execute(params![delivery, story])?;
    }
    Ok(())
}

/// Makes a delivery that waits due if it is its turn.
pub(super) fn take_turn(connection: &Connection, delivery: i64) -> Result<(), Failure> {
    connection.prepare_cached(TAKE_TURN)?.execute([delivery])?;
    Ok(())
}

/// A delivery has ended, or waits anew: those whose turn it is now are due.
pub(super) fn go_ahead(connection: &Connection, delivery: i64) -> Result<(), Failure> {
    let next = collect(connection.prepare_cached(NEXT)?, [delivery], |row| {
        Ok([row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?].into_iter().flatten().min())
    })?;
    let next: BTreeSet<i64> = next.into_iter().flatten().collect();
    next.into_iter().try_for_each(|delivery| take_turn(connection, delivery))
}

/// Reports go from a story into another: what is told of that one next comes after what waits of this.
pub(super) fn regroup(connection: &Connection, from: &str, into: &str) -> Result<(), Failure> {
    connection.prepare_cached(TELLS_OF)?.execute([from, into])?;
    Ok(())
}

/// For a store that a version before this one wrote: its digests keep their places from now on.
pub(super) fn restore(connection: &Connection) -> Result<(), Failure> {
    let transaction = connection.unchecked_transaction()?;
    let of_before = collect(connection.prepare_cached(OF_BEFORE)?, [], |row| {
        // One that cannot be read becomes a dead letter when it is its turn.
        Ok((row.get::<_, i64>("number")?, from_json::<Message>(row, "body").ok()))
    })?;
    for (delivery, message) in of_before {
        if let Some(message) = message {
            keep_further(connection, delivery, &message)?;
        }
    }
    let stranded = collect(connection.prepare_cached(STRANDED)?, [], |row| Ok(row.get::<_, i64>("number")?))?;
    stranded.into_iter().try_for_each(|delivery| take_turn(connection, delivery))?;
    Ok(transaction.commit()?)
}
