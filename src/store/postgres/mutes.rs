//! What is muted. Comes in: mutes, ids, and stories whose reports went elsewhere. Goes out: rows, and what is muted at a
//! time. Never decides what a mute covers.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::columns::{from_json, json, optional_string, string, text, time};
use super::failure::Failure;
use super::statements::{collect, execute};
use crate::model::Mute;
use crate::store::form::{self, LAST, stamp};
use crate::store::regroup::{self, Regroup};

const WRITE: &str = "INSERT INTO mutes (id, what, until, since, came_from) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET until = excluded.until, since = excluded.since, came_from = excluded.came_from";
const END: &str = "DELETE FROM mutes WHERE id >= $1 AND id < $2";
const UNTIL: &str = "SELECT id, what, until, since, came_from FROM mutes WHERE until > $1 ORDER BY until, id";

/// Mutes, or changes until when.
pub(super) async fn write(client: &impl GenericClient, mute: &Mute) -> Result<(), Failure> {
    let Mute { id, what, until, since, came_from } = mute;
    let (what, came_from) = (json(what)?, came_from.as_deref().map(text));
    execute(client, WRITE, &[&text(id), &what, &stamp(*until), &stamp(*since), &came_from]).await?;
    Ok(())
}

/// Ends the one mute whose id is, or starts with, `id`.
pub(super) async fn end(client: &impl GenericClient, id: &str) -> Result<(), Failure> {
    let ended = execute(client, END, &[&text(id), &text(&format!("{id}{LAST}"))]).await?;
    Ok(form::one_mute(id, ended)?)
}

/// What is muted at this time.
pub(super) async fn until(client: &impl GenericClient, now: Timestamp) -> Result<Vec<Mute>, Failure> {
    let read = |row: &Row| {
        Ok(Mute {
            id: string(row, "id")?,
            what: from_json(row, "what")?,
            until: time(row, "until")?,
            since: time(row, "since")?,
            came_from: optional_string(row, "came_from")?,
        })
    };
    collect(client, UNTIL, &[&stamp(now)], read).await
}

/// Mutes go where the reports go.
pub(super) async fn regroup(client: &impl GenericClient, wish: &Regroup) -> Result<(), Failure> {
    let moved = regroup::mutes(wish, &until(client, wish.audit.at).await?);
    for id in &moved.ended {
        end(client, id).await?;
    }
    for mute in &moved.made {
        write(client, mute).await?;
    }
    Ok(())
}
