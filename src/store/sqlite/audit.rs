//! What people did. Comes in: entries, and where the page before ended. Goes out: rows, and the next page. Never changes
//! an entry.

use rusqlite::{Connection, named_params, params};

use super::columns::{integer, stamp, time};
use super::failure::Failure;
use super::questions::collect;
use crate::model::{Action, AuditEntry, Via};

const WRITE: &str = "INSERT INTO audit (at, editor, via, token, action, what, story, article, note)
    VALUES (:at, :editor, :via, :token, :action, :what, :story, :article, :note)";
const PAGE: &str = "SELECT * FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2";

/// Keeps an entry.
pub(super) fn write(connection: &Connection, entry: &AuditEntry) -> Result<(), Failure> {
    let AuditEntry { at, editor, via, action, what, story, article, note } = entry;
    let (via, token) = match via {
        Via::CommandLine => ("command_line", None),
        Via::Http { token } => ("http", Some(token)),
    };
    connection.prepare_cached(WRITE)?.execute(named_params! {
        ":at": stamp(*at),
        ":editor": editor,
        ":via": via,
        ":token": token,
        ":action": action.as_str(),
        ":what": what,
        ":story": story,
        ":article": article,
        ":note": note,
    })?;
    Ok(())
}

/// Entries before a number, the latest first.
pub(super) fn before(
    connection: &Connection,
    number: Option<i64>,
    limit: usize,
) -> Result<Vec<(i64, AuditEntry)>, Failure> {
    let parameters = params![number.unwrap_or(i64::MAX), integer(limit)];
    collect(connection.prepare_cached(PAGE)?, parameters, |row| {
        let (action, token): (String, Option<String>) = (row.get("action")?, row.get("token")?);
        let unknown = || Failure::Content(format!("`{action}` is no edit that this program knows"));
        let entry = AuditEntry {
            at: time(row, "at")?,
            editor: row.get("editor")?,
            via: token.map_or(Via::CommandLine, |token| Via::Http { token }),
            action: Action::parse(&action).ok_or_else(unknown)?,
            what: row.get("what")?,
            story: row.get("story")?,
            article: row.get("article")?,
            note: row.get("note")?,
        };
        Ok((row.get("number")?, entry))
    })
}
