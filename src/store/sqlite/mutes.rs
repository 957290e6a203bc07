//! What is muted. Comes in: mutes, ids, and stories whose reports went elsewhere. Goes out: rows, and what is muted at a
//! time. Never decides what a mute covers.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::columns::{from_json, json, stamp, time};
use super::failure::Failure;
use super::questions::collect;
use crate::model::Mute;
use crate::store::form::{self, LAST};
use crate::store::regroup::{self, Regroup};

const WRITE: &str = "INSERT INTO mutes (id, what, until, since, came_from) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET until = excluded.until, since = excluded.since, came_from = excluded.came_from";
const END: &str = "DELETE FROM mutes WHERE id >= ?1 AND id < ?2";
const UNTIL: &str = "SELECT id, what, until, since, came_from FROM mutes WHERE until > ?1 ORDER BY until, id";

/// Mutes, or changes until when.
pub(super) fn write(connection: &Connection, mute: &Mute) -> Result<(), Failure> {
    let Mute { id, what, until, since, came_from } = mute;
    let parameters = params![id, json(what)?, stamp(*until), stamp(*since), came_from];
    connection.prepare_cached(WRITE)?.execute(parameters)?;
    Ok(())
}

/// Ends the one mute whose id is, or starts with, `id`.
pub(super) fn end(connection: &Connection, id: &str) -> Result<(), Failure> {
    let ended = connection.prepare_cached(END)?.execute([id.to_owned(), format!("{id}{LAST}")])?;
    Ok(form::one_mute(id, ended as u64)?)
}

/// What is muted at this time.
pub(super) fn until(connection: &Connection, now: Timestamp) -> Result<Vec<Mute>, Failure> {
    let read = |row: &Row<'_>| {
        Ok(Mute {
            id: row.get("id")?,
            what: from_json(row, "what")?,
            until: time(row, "until")?,
            since: time(row, "since")?,
            came_from: row.get("came_from")?,
        })
    };
    collect(connection.prepare_cached(UNTIL)?, [stamp(now)], read)
}

/// Mutes go where the reports go.
pub(super) fn regroup(connection: &Connection, wish: &Regroup) -> Result<(), Failure> {
    let moved = regroup::mutes(wish, &until(connection, wish.audit.at)?);
    moved.ended.iter().try_for_each(|id| end(connection, id))?;
    moved.made.iter().try_for_each(|mute| write(connection, mute))
}
