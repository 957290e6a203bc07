//! What is held. Comes in: parcels of a commit, lots to release. Goes out: rows of the outbox and lots that are due.
//! A message leaves the held ones and enters the outbox in one transaction. Never decides what is held or put together.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{from_json, integer, json, stamp, time};
use super::failure::Failure;
use super::questions::collect;
use super::{order, told};
use crate::model::Message;
use crate::store::parcel::{Lot, Pace, Parcel, story_lot};
use crate::store::{StoreError, form};

pub(super) const WRITE_PART: &str = "INSERT INTO messages (id, article, body, composed)
    SELECT ?1, number, ?3, 1 FROM articles WHERE id = ?2 ON CONFLICT (id) DO NOTHING";
pub(super) const MESSAGE_NUMBER: &str = "SELECT number FROM messages WHERE id = ?1";
pub(super) const OPEN_LOT: &str =
    "SELECT release_at FROM held WHERE output = ?1 AND lot = ?2 ORDER BY release_at LIMIT 1";
pub(super) const LAST_TOLD: &str =
    "SELECT queued_at FROM deliveries WHERE output = ?1 AND story = ?2 ORDER BY number DESC LIMIT 1";
pub(super) const HOLD: &str = "INSERT INTO held (message, output, lot, subject, release_at, held_at, story)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (message, output) DO NOTHING";
pub(super) const DROP: &str = "DELETE FROM held WHERE subject = ?1";
pub(super) const LOTS_DUE: &str = "SELECT output, lot FROM held WHERE release_at <= ?1
    ORDER BY release_at LIMIT ?2";
pub(super) const OF_LOT: &str = "SELECT held.number AS number, held_at, body FROM held
    JOIN messages ON messages.number = held.message WHERE output = ?1 AND lot = ?2";
pub(super) const NEXT_RELEASE: &str = "SELECT release_at FROM held ORDER BY release_at LIMIT 1";
pub(super) const LET_GO: &str = "DELETE FROM held WHERE number = ?1";

/// A parcel with its JSON made.
pub(super) struct PreparedParcel {
    output: String,
    id: String,
    article: String,
    story: String,
    /// The other stories it tells of.
    further: Vec<String>,
    body: String,
    /// Names of its alerts.
    alerts: Vec<String>,
    pace: Pace,
    subject: Option<String>,
}

impl PreparedParcel {
    pub(super) fn new(parcel: &Parcel) -> Result<Self, Failure> {
        let Parcel { output, message, pace, subject } = parcel;
        Ok(Self {
            output: output.clone(),
            id: message.id.clone(),
            article: message.article.clone(),
            story: message.story.clone(),
            further: further(message).map(str::to_owned).collect(),
            body: json(message)?,
            alerts: told::names_in(message),
            pace: pace.clone(),
            subject: subject.clone(),
        })
    }

    /// Into the outbox, or among what is held.
    pub(super) fn write(&self, connection: &Connection, at: Timestamp) -> Result<(), Failure> {
        let message = write_message(connection, &self.id, &self.article, &self.body)?;
        if let Some((lot, release_at)) = self.hold(connection, at)? {
            connection.prepare_cached(HOLD)?.execute(params![
                message,
                self.output,
                lot,
                self.subject,
                stamp(release_at),
                stamp(at),
                self.story
            ])?;
        } else {
            let further = self.further.iter().map(String::as_str);
            order::enter(connection, message, (&self.output, &self.story), further, at)?;
            told::tell(connection, &self.output, &self.alerts)?;
        }
        Ok(())
    }

    /// In which lot it waits, and until when; nothing when it goes out at once.
    fn hold(&self, connection: &Connection, at: Timestamp) -> Result<Option<(String, Timestamp)>, Failure> {
        let story_lot = story_lot(&self.story);
        let take_along = match self.pace {
            Pace::Correction => Some(told::TAKE_ALONG),
            // What is due already goes ahead, so that the story stays in order.
            Pace::Now | Pace::Group { .. } => Some(told::TAKE_DUE),
            Pace::Lot { .. } => None,
        };
        if let Some(take_along) = take_along {
            let held = params![self.output, self.story, story_lot, stamp(at)];
            connection.prepare_cached(take_along)?.execute(held)?;
        }
        let open = open_lot(connection, &self.output, &story_lot)?;
        let told = match self.pace.interval() {
            Some(_) if open.is_none() => last_told(connection, &self.output, &self.story)?,
            _ => None,
        };
        Ok(self.pace.hold(&self.story, at, open, told))
    }
}

fn write_message(connection: &Connection, id: &str, article: &str, body: &str) -> Result<i64, Failure> {
    connection.prepare_cached(WRITE_PART)?.execute([id, article, body])?;
    let number = connection.prepare_cached(MESSAGE_NUMBER)?.query_row([id], |row| row.get(0)).optional()?;
    number.ok_or_else(|| {
        StoreError::Refused(format!("message {id} tells of article {article}, which is not committed")).into()
    })
}

fn further(message: &Message) -> impl Iterator<Item = &str> {
    message.stories().into_iter().filter(|story| *story != message.story)
}

fn open_lot(connection: &Connection, output: &str, lot: &str) -> Result<Option<Timestamp>, Failure> {
    let open = connection
        .prepare_cached(OPEN_LOT)?
        .query_row([output, lot], |row| Ok(time(row, "release_at")))
        .optional()?;
    open.transpose()
}

fn last_told(connection: &Connection, output: &str, story: &str) -> Result<Option<Timestamp>, Failure> {
    let told = connection
        .prepare_cached(LAST_TOLD)?
        .query_row([output, story], |row| Ok(time(row, "queued_at")))
        .optional()?;
    told.transpose()
}

/// Takes back what hangs on a subject and is still held.
pub(super) fn drop_subject(connection: &Connection, subject: &str) -> Result<(), Failure> {
    connection.prepare_cached(DROP)?.execute([subject])?;
    Ok(())
}

/// The lots that are due, the longest due first.
pub(super) fn due(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<Lot>, Failure> {
    let names = collect(connection.prepare_cached(LOTS_DUE)?, params![stamp(now), integer(limit)], |row| {
        Ok((row.get::<_, String>("output")?, row.get::<_, String>("lot")?))
    })?;
    let mut lots: Vec<Lot> = Vec::new();
    for (output, name) in names {
        if lots.iter().any(|lot| lot.output == output && lot.name == name) {
            continue;
        }
        let mut held = collect(connection.prepare_cached(OF_LOT)?, [&output, &name], |row| {
            Ok((row.get::<_, i64>("number")?, time(row, "held_at")?, from_json::<Message>(row, "body")?))
        })?;
        held.sort_by_key(|(number, ..)| *number);
        let since = held.iter().map(|(_, since, _)| *since).min().unwrap_or(now);
        let numbers = held.iter().map(|(number, ..)| *number).collect();
        let messages = held.into_iter().map(|(.., message)| message).collect();
        lots.push(Lot { output, name, since, numbers, messages });
    }
    Ok(lots)
}

/// When the next lot goes out.
pub(super) fn next_release(connection: &Connection) -> Result<Option<Timestamp>, Failure> {
    let next = connection
        .prepare_cached(NEXT_RELEASE)?
        .query_row([], |row| Ok(time(row, "release_at")))
        .optional()?;
    next.transpose()
}

/// Ends the holding of a lot and puts what became of it into the outbox. A lot of which a part is gone already was
/// released by another instance: nothing happens.
pub(super) fn release(
    connection: &Connection,
    lot: &Lot,
    messages: &[(Message, String)],
    at: Timestamp,
) -> Result<(), Failure> {
    let mut gone = 0;
    for number in &lot.numbers {
        gone += connection.prepare_cached(LET_GO)?.execute([number])?;
    }
    if gone < lot.numbers.len() {
        return Err(form::lot_changed(lot).into());
    }
    for (message, body) in messages {
        let number = write_message(connection, &message.id, &message.article, body)?;
        order::enter(connection, number, (&lot.output, &message.story), further(message), at)?;
        told::tell(connection, &lot.output, &told::names_in(message))?;
    }
    Ok(())
}
