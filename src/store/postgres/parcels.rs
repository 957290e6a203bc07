//! What goes to which output, and what is held. Comes in: parcels of a commit, lots to release. Goes
//! out: rows of the outbox and lots that are due. A message leaves the held ones and enters the outbox in one
//! transaction. Never decides what is held or put together.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::columns::{from_json, get, json, text, time};
use super::failure::Failure;
use super::statements::{collect, execute, first};
use super::{order, told};
use crate::model::Message;
use crate::store::form::{self, integer, stamp};
use crate::store::parcel::{Lot, Pace, Parcel, story_lot};
use crate::store::{Commit, StoreError};

const WRITE_PART: &str = "INSERT INTO messages (id, article, body, composed)
    SELECT $1, number, $3, TRUE FROM articles WHERE id = $2 ON CONFLICT (id) DO NOTHING";
const MESSAGE_NUMBER: &str = "SELECT number FROM messages WHERE id = $1";
const OPEN_LOT: &str =
    "SELECT release_at FROM held WHERE output = $1 AND lot = $2 ORDER BY release_at LIMIT 1";
const LAST_TOLD: &str =
    "SELECT queued_at FROM deliveries WHERE output = $1 AND story = $2 ORDER BY number DESC LIMIT 1";
const HOLD: &str = "INSERT INTO held (message, output, lot, subject, release_at, held_at, story)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (message, output) DO NOTHING";
const DROP: &str = "DELETE FROM held WHERE subject = $1";
const LOTS_DUE: &str = "SELECT output, lot FROM held WHERE release_at <= $1 ORDER BY release_at LIMIT $2";
const OF_LOT: &str = "SELECT held.number AS number, held_at, body FROM held
    JOIN messages ON messages.number = held.message WHERE output = $1 AND lot = $2 ORDER BY held.number";
const NEXT_RELEASE: &str = "SELECT min(release_at) AS release_at FROM held";
const LET_GO: &str = "DELETE FROM held WHERE number = ANY($1)";

/// Takes back what the commit drops, then writes its parcels: a commit may replace what it takes back.
pub(super) async fn commit(client: &impl GenericClient, commit: &Commit) -> Result<(), Failure> {
    for subject in &commit.dropped {
        execute(client, DROP, &[&text(subject)]).await?;
    }
    let told = commit.parcels.iter().map(|parcel| (parcel.output.as_str(), &parcel.message));
    order::lock(client, &order::ways_of(told)).await?;
    for parcel in &commit.parcels {
        write(client, parcel, commit.at).await?;
    }
    Ok(())
}

/// Into the outbox, or among what is held.
async fn write(client: &impl GenericClient, parcel: &Parcel, at: Timestamp) -> Result<(), Failure> {
    let Parcel { output, message, pace, subject } = parcel;
    let number = write_message(client, message, &json(message)?).await?;
    match pace {
        Pace::Correction => told::take_along(client, output, &message.story, at).await?,
        Pace::Now | Pace::Group { .. } => told::take_due(client, output, &message.story, at).await?,
        Pace::Lot { .. } => {}
    }
    let open = match pace {
        Pace::Lot { .. } => None,
        Pace::Now | Pace::Correction | Pace::Group { .. } => {
            let open = first(client, OPEN_LOT, &[output, &story_lot(&message.story)]).await?;
            open.map(|row| time(&row, "release_at")).transpose()?
        }
    };
    let told = match pace.interval() {
        Some(_) if open.is_none() => {
            let told = first(client, LAST_TOLD, &[output, &message.story]).await?;
            told.map(|row| time(&row, "queued_at")).transpose()?
        }
        _ => None,
    };
    match pace.hold(&message.story, at, open, told) {
        Some((lot, release_at)) => {
            let (subject, release_at, at) = (subject.as_deref().map(text), stamp(release_at), stamp(at));
            execute(client, HOLD, &[&number, output, &lot, &subject, &release_at, &at, &message.story])
                .await?;
        }
        None => deliver(client, number, output, message, at).await?,
    }
    Ok(())
}

async fn write_message(client: &impl GenericClient, message: &Message, body: &str) -> Result<i64, Failure> {
    let article = text(&message.article);
    execute(client, WRITE_PART, &[&message.id, &article, &body]).await?;
    match first(client, MESSAGE_NUMBER, &[&message.id]).await? {
        Some(row) => get(&row, "number"),
        None => Err(StoreError::Refused(format!(
            "message {} tells of article {}, which is not committed",
            message.id, message.article
        ))
        .into()),
    }
}

/// Into the outbox; the caller holds the locks of its ways.
async fn deliver(
    client: &impl GenericClient,
    message: i64,
    output: &str,
    told: &Message,
    at: Timestamp,
) -> Result<(), Failure> {
    order::enter(client, message, output, told, at).await?;
    told::tell(client, output, told).await
}

/// The lots that are due, the longest due first.
pub(super) async fn due(
    client: &impl GenericClient,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Lot>, Failure> {
    let name = |row: &Row| Ok((get::<String>(row, "output")?, get::<String>(row, "lot")?));
    let names = collect(client, LOTS_DUE, &[&stamp(now), &integer(limit)], name).await?;
    let mut lots: Vec<Lot> = Vec::new();
    for (output, name) in names {
        if lots.iter().any(|lot| lot.output == output && lot.name == name) {
            continue;
        }
        let part = |row: &Row| {
            Ok((get::<i64>(row, "number")?, time(row, "held_at")?, from_json::<Message>(row, "body")?))
        };
        let held = collect(client, OF_LOT, &[&output, &name], part).await?;
        let since = held.iter().map(|(_, since, _)| *since).min().unwrap_or(now);
        let numbers = held.iter().map(|(number, ..)| *number).collect();
        let messages = held.into_iter().map(|(.., message)| message).collect();
        lots.push(Lot { output, name, since, numbers, messages });
    }
    Ok(lots)
}

/// When the next lot goes out.
pub(super) async fn next_release(client: &impl GenericClient) -> Result<Option<Timestamp>, Failure> {
    match first(client, NEXT_RELEASE, &[]).await? {
        Some(row) => super::columns::optional_time(&row, "release_at"),
        None => Ok(None),
    }
}

/// Ends the holding of a lot and puts what became of it into the outbox. A lot of which a part is gone already was
/// released by another instance: nothing happens.
pub(super) async fn release(
    client: &impl GenericClient,
    lot: &Lot,
    messages: &[Message],
    at: Timestamp,
) -> Result<(), Failure> {
    let told = messages.iter().map(|message| (lot.output.as_str(), message));
    order::lock(client, &order::ways_of(told)).await?;
    if execute(client, LET_GO, &[&lot.numbers]).await? < lot.numbers.len() as u64 {
        return Err(form::lot_changed(lot).into());
    }
    for message in messages {
        let number = write_message(client, message, &json(message)?).await?;
        deliver(client, number, &lot.output, message, at).await?;
    }
    Ok(())
}
