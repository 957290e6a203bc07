//! Who was told which alerts. Comes in: alerts that enter the outbox or are held there, and questions. Goes out: the
//! outputs that were told, or are going to be. Never decides who is told.

use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::columns::{from_json, get, time};
use super::failure::Failure;
use super::statements::{collect, execute, first, rows};
use crate::model::Message;
use crate::store::form::stamp;
use crate::store::parcel::{names_in, story_lot};
use crate::store::{Pace, Told};

const TELL: &str = "INSERT INTO told (alert, output) SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING";
const TOLD: &str = "SELECT alert, output FROM told WHERE alert = ANY($1) ORDER BY output";
const IS_TOLD: &str = "SELECT 1 FROM told WHERE alert = ANY($1) AND output = $2 LIMIT 1";
const HELD_OF_STORY: &str = "SELECT output, lot, release_at, body FROM held
    JOIN messages ON messages.number = held.message WHERE held.story = $1 ORDER BY held.output, held.number";
const TAKE_ALONG: &str = "UPDATE held SET lot = $3, release_at = $4
    WHERE story = $2 AND output = $1 AND subject IS NULL";
/// What a digest or the end of a quiet holds that is due, though nobody has let it out yet.
const TAKE_DUE: &str = "UPDATE held SET lot = $3, release_at = $4
    WHERE story = $2 AND output = $1 AND subject IS NULL AND release_at <= $4";
const STORED: &str = "SELECT body FROM messages WHERE number = $1";

/// An output is told the alerts of a message.
pub(super) async fn tell(
    client: &impl GenericClient,
    output: &str,
    message: &Message,
) -> Result<(), Failure> {
    execute(client, TELL, &[&names_in(message), &output]).await?;
    Ok(())
}

/// Whether an output was told any alert of a message.
pub(super) async fn any(
    client: &impl GenericClient,
    output: &str,
    message: &Message,
) -> Result<bool, Failure> {
    Ok(first(client, IS_TOLD, &[&names_in(message), &output]).await?.is_some())
}

/// An output is told a message that is stored.
pub(super) async fn tell_stored(
    client: &impl GenericClient,
    output: &str,
    number: i64,
) -> Result<(), Failure> {
    for row in rows(client, STORED, &[&number]).await? {
        tell(client, output, &from_json(&row, "body")?).await?;
    }
    Ok(())
}

/// Moves what is held of a story into the story's own lot, which goes out now.
pub(super) async fn take_along(
    client: &impl GenericClient,
    output: &str,
    story: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    execute(client, TAKE_ALONG, &[&output, &story, &story_lot(story), &stamp(at)]).await?;
    Ok(())
}

/// What is held of a story and due goes ahead of what is told now, so that the story stays in order.
pub(super) async fn take_due(
    client: &impl GenericClient,
    output: &str,
    story: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    execute(client, TAKE_DUE, &[&output, &story, &story_lot(story), &stamp(at)]).await?;
    Ok(())
}

/// Who was told these alerts of a story, and for whom they are held.
pub(super) async fn of(
    client: &impl GenericClient,
    story: &str,
    alerts: &[String],
) -> Result<Vec<Told>, Failure> {
    let mut outputs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(client, TOLD, &[&alerts]).await? {
        outputs.entry(get(&row, "alert")?).or_default().push(get(&row, "output")?);
    }
    let mut found = Vec::new();
    for alert in alerts {
        let told = outputs.remove(alert).unwrap_or_default().into_iter();
        found.extend(told.map(|output| Told { alert: alert.clone(), output, held: None }));
    }
    let read = |row: &Row| {
        let pace = Pace::Lot { lot: get(row, "lot")?, release_at: time(row, "release_at")? };
        Ok((get::<String>(row, "output")?, pace, from_json::<Message>(row, "body")?))
    };
    for (output, pace, message) in collect(client, HELD_OF_STORY, &[&story], read).await? {
        let wanted = names_in(&message).into_iter().filter(|name| alerts.contains(name));
        found.extend(wanted.map(|alert| Told { alert, output: output.clone(), held: Some(pace.clone()) }));
    }
    Ok(found)
}
