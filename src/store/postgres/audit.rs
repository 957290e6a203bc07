//! What people did. Comes in: entries, and where the page before ended. Goes out: rows, and the next page. Never changes
//! an entry.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::columns::{get, optional_string, string, text, time};
use super::failure::Failure;
use super::statements::{collect, execute};
use crate::model::{Action, AuditEntry, Via};
use crate::store::form::{integer, stamp};

const WRITE: &str = "INSERT INTO audit (at, editor, via, token, action, what, story, article, note)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const PAGE: &str = "SELECT * FROM audit WHERE number < $1 ORDER BY number DESC LIMIT $2";

/// Keeps an entry.
pub(super) async fn write(client: &impl GenericClient, entry: &AuditEntry) -> Result<(), Failure> {
    let AuditEntry { at, editor, via, action, what, story, article, note } = entry;
    let (via, token) = match via {
        Via::CommandLine => ("command_line", None),
        Via::Http { token } => ("http", Some(text(token))),
    };
    let (story, article, note) =
        (story.as_deref().map(text), article.as_deref().map(text), note.as_deref().map(text));
    let (editor, what, action) = (text(editor), text(what), action.as_str());
    execute(client, WRITE, &[&stamp(*at), &editor, &via, &token, &action, &what, &story, &article, &note])
        .await?;
    Ok(())
}

/// Entries before a number, the latest first.
pub(super) async fn before(
    client: &impl GenericClient,
    number: Option<i64>,
    limit: usize,
) -> Result<Vec<(i64, AuditEntry)>, Failure> {
    let read = |row: &Row| {
        let (action, token) = (string(row, "action")?, optional_string(row, "token")?);
        let unknown = || Failure::Content(format!("`{action}` is no edit that this program knows"));
        let entry = AuditEntry {
            at: time(row, "at")?,
            editor: string(row, "editor")?,
            via: token.map_or(Via::CommandLine, |token| Via::Http { token }),
            action: Action::parse(&action).ok_or_else(unknown)?,
            what: string(row, "what")?,
            story: optional_string(row, "story")?,
            article: optional_string(row, "article")?,
            note: optional_string(row, "note")?,
        };
        Ok((get(row, "number")?, entry))
    };
    collect(client, PAGE, &[&number.unwrap_or(i64::MAX), &integer(limit)], read).await
}
