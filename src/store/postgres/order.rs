//! Whose turn it is. Comes in: deliveries that enter the outbox, end there, or are sent again. Goes out: which of them are
//! due. A message is due when, in each story it tells of, nothing is on its way to its output and nothing older waits: so
//! the oldest of all that wait always gets its turn, and two digests never wait for each other. Whoever changes what is on
//! its way of a story to an output holds the lock of that way: what another adds or ends meanwhile would else be
//! overlooked, and something wait for ever.

use std::collections::BTreeSet;

use deadpool_postgres::{Client, GenericClient};
use jiff::Timestamp;

use super::columns::{from_json, get};
use super::failure::Failure;
use super::statements::{collect, execute, first, rows};
use crate::model::Message;
use crate::store::form::stamp;

/// In one order for all, so that nobody waits for another in a circle.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended(way, 0)) FROM unnest($1::text[]) AS way";
const WRITE: &str = "INSERT INTO deliveries (message, output, story, due_at, queued_at, state)
    VALUES ($1, $2, $3, $4, $4, CASE WHEN
        EXISTS (SELECT 1 FROM deliveries WHERE output = $2 AND story = $3 AND state = 'due')
        OR EXISTS (SELECT 1 FROM deliveries WHERE output = $2 AND story = $3 AND state = 'queued')
        OR EXISTS (SELECT 1 FROM further_stories WHERE output = $2 AND story = $3 AND state = 'due')
        OR EXISTS (SELECT 1 FROM further_stories WHERE output = $2 AND story = $3 AND state = 'queued')
        THEN 'queued' ELSE 'due' END)
    ON CONFLICT (message, output) DO NOTHING";
const WRITE_QUEUED: &str = "INSERT INTO deliveries (message, output, story, due_at, queued_at, state)
    VALUES ($1, $2, $3, $4, $4, 'queued') ON CONFLICT (message, output) DO NOTHING RETURNING number";
const WRITE_FURTHER: &str = "INSERT INTO further_stories (delivery, story, output, state)
    SELECT number, further, output, state FROM deliveries, unnest($2::text[]) AS further
    WHERE number = $1 AND story <> further ON CONFLICT (delivery, story) DO NOTHING";
/// Makes a delivery due if it is its turn.
const TAKE_TURN: &str = "WITH mine AS (
        SELECT output, story FROM deliveries WHERE number = $1
        UNION ALL SELECT output, story FROM further_stories WHERE delivery = $1)
    UPDATE deliveries SET state = 'due' WHERE number = $1 AND state = 'queued' AND NOT EXISTS (
        SELECT 1 FROM mine WHERE
            EXISTS (SELECT 1 FROM deliveries AS head
                WHERE head.output = mine.output AND head.story = mine.story AND head.state = 'due')
            OR (SELECT min(ahead.number) FROM deliveries AS ahead
                WHERE ahead.output = mine.output AND ahead.story = mine.story AND ahead.state = 'queued') < $1
            OR EXISTS (SELECT 1 FROM further_stories AS head
                WHERE head.output = mine.output AND head.story = mine.story AND head.state = 'due')
            OR (SELECT min(ahead.delivery) FROM further_stories AS ahead
                WHERE ahead.output = mine.output AND ahead.story = mine.story AND ahead.state = 'queued') < $1)";
/// The stories of a delivery; the first that waits of each of them; and the stories of these.
const AROUND: &str = "WITH mine AS (
        SELECT output, story FROM deliveries WHERE number = $1
        UNION ALL SELECT output, story FROM further_stories WHERE delivery = $1),
    next AS (
        SELECT DISTINCT least(
            (SELECT min(number) FROM deliveries
                WHERE output = mine.output AND story = mine.story AND state = 'queued'),
            (SELECT min(delivery) FROM further_stories
                WHERE output = mine.output AND story = mine.story AND state = 'queued')) AS number
        FROM mine)
    SELECT output, story, NULL::bigint AS next FROM mine
    UNION ALL SELECT output, story, deliveries.number FROM next JOIN deliveries USING (number)
    UNION ALL SELECT output, story, delivery FROM next JOIN further_stories ON delivery = number";
/// Digests that wait, or may be sent again, of which only one story is known: a version before this one wrote them.
const OF_BEFORE: &str = "SELECT deliveries.number AS number, body FROM deliveries
    JOIN messages ON messages.number = deliveries.message
    WHERE state IN ('due', 'queued', 'dead') AND composed AND body LIKE '%\"digest\":{%'
        AND NOT EXISTS (SELECT 1 FROM further_stories WHERE delivery = deliveries.number)
    FOR UPDATE OF deliveries";
/// To which outputs something waits of a story, or may be sent again.
const OUTPUTS_OF: &str = "SELECT output FROM deliveries
        WHERE story = $1 AND state IN ('due', 'queued', 'dead')
    UNION SELECT output FROM further_stories WHERE story = $1 AND state IN ('due', 'queued', 'dead')";
/// What waits of a story, or may be sent again, tells of another from now on.
const TELLS_OF: &str = "INSERT INTO further_stories (delivery, story, output, state)
    SELECT number, $2, output, state FROM deliveries
        WHERE story = $1 AND story <> $2 AND state IN ('due', 'queued', 'dead')
    UNION SELECT delivery, $2, further.output, further.state
        FROM further_stories AS further JOIN deliveries ON number = delivery
        WHERE further.story = $1 AND deliveries.story <> $2 AND further.state IN ('due', 'queued', 'dead')
    ON CONFLICT (delivery, story) DO NOTHING";
/// The first that wait of their stories while nothing of these is on its way.
const STRANDED: &str = "SELECT min(number) AS number FROM deliveries AS waiting
    WHERE state = 'queued' AND NOT EXISTS (
        SELECT 1 FROM deliveries AS head
        WHERE head.output = waiting.output AND head.story = waiting.story AND head.state = 'due')
    GROUP BY output, story";

/// Output and story of what is on its way.
pub(super) type Way = (String, String);

/// The ways that the messages of these outputs take.
pub(super) fn ways_of<'a>(told: impl IntoIterator<Item = (&'a str, &'a Message)>) -> BTreeSet<Way> {
    let of_one = |(output, message): (&'a str, &'a Message)| {
        message.stories().into_iter().map(move |story| (output.to_owned(), story.to_owned()))
    };
    told.into_iter().flat_map(of_one).collect()
}

/// Holds the locks of these ways until the transaction ends.
pub(super) async fn lock(client: &impl GenericClient, ways: &BTreeSet<Way>) -> Result<(), Failure> {
    if !ways.is_empty() {
        let ways: Vec<String> = ways.iter().map(|(output, story)| format!("{output}\n{story}")).collect();
        execute(client, LOCK, &[&ways]).await?;
    }
    Ok(())
}

/// A message enters the outbox of an output, behind everything that waits of its stories; the caller holds the locks.
pub(super) async fn enter(
    client: &impl GenericClient,
    number: i64,
    output: &str,
    message: &Message,
    at: Timestamp,
) -> Result<(), Failure> {
    let at = stamp(at);
    if message.stories().len() == 1 {
        execute(client, WRITE, &[&number, &output, &message.story, &at]).await?;
        return Ok(());
    }
    let written = first(client, WRITE_QUEUED, &[&number, &output, &message.story, &at]).await?;
    if let Some(row) = written {
        let delivery = get(&row, "number")?;
        keep_further(client, delivery, message).await?;
        take_turn(client, delivery).await?;
    }
    Ok(())
}

/// Remembers the further stories of a delivery of this message.
pub(super) async fn keep_further(
    client: &impl GenericClient,
    delivery: i64,
    message: &Message,
) -> Result<(), Failure> {
    let stories: Vec<&str> = message.stories().into_iter().collect();
    execute(client, WRITE_FURTHER, &[&delivery, &stories]).await?;
    Ok(())
}

/// Makes a delivery that waits due if it is its turn; the caller holds the locks of its ways.
pub(super) async fn take_turn(client: &impl GenericClient, delivery: i64) -> Result<(), Failure> {
    execute(client, TAKE_TURN, &[&delivery]).await?;
    Ok(())
}

/// The ways of a delivery and of those that may go ahead once it has ended, and who these are.
async fn around(
    client: &impl GenericClient,
    delivery: i64,
) -> Result<(BTreeSet<Way>, BTreeSet<i64>), Failure> {
    let (mut ways, mut next) = (BTreeSet::new(), BTreeSet::new());
    for row in rows(client, AROUND, &[&delivery]).await? {
        ways.insert((get(&row, "output")?, get(&row, "story")?));
        next.extend(get::<Option<i64>>(&row, "next")?);
    }
    Ok((ways, next))
}

/// Holds the locks of the ways of a delivery, and of those that may go ahead once it has ended; gives these ways, none
/// when there is no such delivery.
pub(super) async fn lock_around(
    client: &impl GenericClient,
    delivery: i64,
) -> Result<BTreeSet<Way>, Failure> {
    let (ways, _) = around(client, delivery).await?;
    lock(client, &ways).await?;
    Ok(ways)
}

/// A delivery has ended, or waits anew: those whose turn it is now are due. The caller holds the locks of these ways.
pub(super) async fn go_ahead(
    client: &impl GenericClient,
    delivery: i64,
    locked: &BTreeSet<Way>,
) -> Result<(), Failure> {
    let (ways, next) = around(client, delivery).await?;
    if next.is_empty() {
        return Ok(());
    }
    // Nearly never any: something that tells of further stories came between looking and locking. It is out of the common
    // order; two that met in a circle so would be told by the server, and one of them begins again.
    lock(client, &ways.difference(locked).cloned().collect()).await?;
    for delivery in next {
        take_turn(client, delivery).await?;
    }
    Ok(())
}

/// Reports go from a story into another: what is told of that one next comes after what waits of this.
pub(super) async fn regroup(client: &impl GenericClient, from: &str, into: &str) -> Result<(), Failure> {
    let outputs = collect(client, OUTPUTS_OF, &[&from], |row| get::<String>(row, "output")).await?;
    let ways =
        outputs.into_iter().flat_map(|output| [from, into].map(|story| (output.clone(), story.to_owned())));
    lock(client, &ways.collect()).await?;
    execute(client, TELLS_OF, &[&from, &into]).await?;
    Ok(())
}

/// For a store that a version before this one wrote, or wrote into until now: its digests keep their places from now on.
pub(super) async fn restore(client: &mut Client) -> Result<(), Failure> {
    let transaction = client.transaction().await?;
    for row in rows(&transaction, OF_BEFORE, &[]).await? {
        // One that cannot be read becomes a dead letter when it is its turn.
        if let Ok(message) = from_json::<Message>(&row, "body") {
            keep_further(&transaction, get(&row, "number")?, &message).await?;
        }
    }
    transaction.commit().await?;
    let stranded = collect(client, STRANDED, &[], |row| get::<i64>(row, "number")).await?;
    for delivery in stranded {
        let transaction = client.transaction().await?;
        lock_around(&transaction, delivery).await?;
        take_turn(&transaction, delivery).await?;
        transaction.commit().await?;
    }
    Ok(())
}
