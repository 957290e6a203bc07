//! Who was told which alerts. Comes in: alerts that enter the outbox or are held there, and questions. Goes out: the
//! outputs that were told, or are going to be. Never decides who is told.

use rusqlite::{Connection, params};

use super::columns::{from_json, time};
use super::failure::Failure;
use super::questions::collect;
use crate::model::Message;
pub(super) use crate::store::parcel::names_in;
use crate::store::{Pace, Told};

pub(super) const TELL: &str =
    "INSERT INTO told (alert, output) VALUES (?1, ?2) ON CONFLICT (alert, output) DO NOTHING";
/// The alerts of a stored message, and those that they tell as one.
const TELL_STORED: &str = "WITH alerts (alert) AS MATERIALIZED (
        SELECT alert.value FROM messages, json_each(messages.body, '$.alerts') AS alert WHERE number = ?1)
    INSERT OR IGNORE INTO told (alert, output)
    SELECT json_extract(alert, '$.id'), ?2 FROM alerts
    UNION SELECT folded.value, ?2 FROM alerts, json_each(alerts.alert, '$.folds') AS folded";
pub(super) const TOLD: &str = "SELECT output FROM told WHERE alert = ?1 ORDER BY output";
const IS_TOLD: &str = "SELECT 1 FROM told WHERE alert = ?1 AND output = ?2";
pub(super) const HELD_OF_STORY: &str = "SELECT output, lot, release_at, body FROM held
    JOIN messages ON messages.number = held.message WHERE held.story = ?1 ORDER BY held.output, held.number";
pub(super) const TAKE_ALONG: &str = "UPDATE held SET lot = ?3, release_at = ?4
    WHERE story = ?2 AND output = ?1 AND subject IS NULL";

/// What a digest or the end of a quiet holds that is due, though nobody has let it out yet.
pub(super) const TAKE_DUE: &str = "UPDATE held SET lot = ?3, release_at = ?4
    WHERE story = ?2 AND output = ?1 AND subject IS NULL AND release_at <= ?4";

/// An output is told these.
pub(super) fn tell(connection: &Connection, output: &str, alerts: &[String]) -> Result<(), Failure> {
    let mut tell = connection.prepare_cached(TELL)?;
    for alert in alerts {
        tell.execute([alert, output])?;
    }
    Ok(())
}

/// Whether an output was told any of these.
pub(super) fn any(connection: &Connection, output: &str, alerts: &[String]) -> Result<bool, Failure> {
    let mut is_told = connection.prepare_cached(IS_TOLD)?;
    for alert in alerts {
        if is_told.exists([alert, output])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An output is told a message that is stored.
pub(super) fn tell_stored(connection: &Connection, output: &str, message: i64) -> Result<(), Failure> {
    connection.prepare_cached(TELL_STORED)?.execute(params![message, output])?;
    Ok(())
}

/// Who was told these alerts of a story, and for whom they are held.
pub(super) fn of(connection: &Connection, story: &str, alerts: &[String]) -> Result<Vec<Told>, Failure> {
    let mut found = Vec::new();
    for alert in alerts {
        let outputs =
            collect(connection.prepare_cached(TOLD)?, [alert], |row| Ok(row.get::<_, String>("output")?))?;
        let told = outputs.into_iter().map(|output| Told { alert: alert.clone(), output, held: None });
        found.extend(told);
    }
    let held = collect(connection.prepare_cached(HELD_OF_STORY)?, [story], |row| {
        let pace = Pace::Lot { lot: row.get("lot")?, release_at: time(row, "release_at")? };
        Ok((row.get::<_, String>("output")?, pace, from_json::<Message>(row, "body")?))
    })?;
    for (output, pace, message) in held {
        let wanted = names_in(&message).into_iter().filter(|name| alerts.contains(name));
        found.extend(wanted.map(|alert| Told { alert, output: output.clone(), held: Some(pace.clone()) }));
    }
    Ok(found)
}
