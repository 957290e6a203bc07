//! How values stand in PostgreSQL's columns. Comes in: text, times and JSON types. Goes out: parameters, and the values
//! of a row back again. The character NUL, which PostgreSQL's text refuses, is written as two others.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::failure::Failure;
use crate::store::form;

/// Begins the two characters that stand for one: it is itself a control character that no report uses.
const ESCAPE: char = '\u{1a}';

/// Text as PostgreSQL takes it.
pub(super) fn text(plain: &str) -> Cow<'_, str> {
    if plain.contains(['\0', ESCAPE]) {
        let marked = plain.replace(ESCAPE, "\u{1a}1").replace('\0', "\u{1a}0");
        Cow::Owned(marked)
    } else {
        Cow::Borrowed(plain)
    }
}

/// The text as it was given to [`text`].
pub(super) fn plain(stored: String) -> String {
    if stored.contains(ESCAPE) {
        stored.replace("\u{1a}0", "\0").replace("\u{1a}1", "\u{1a}")
    } else {
        stored
    }
}

/// The value of a column.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: &str) -> Result<T, Failure> {
    Ok(row.try_get(column)?)
}

/// The text of a column that was written by [`text`].
pub(super) fn string(row: &Row, column: &str) -> Result<String, Failure> {
    Ok(plain(get(row, column)?))
}

/// The text of a column that may be empty.
pub(super) fn optional_string(row: &Row, column: &str) -> Result<Option<String>, Failure> {
    Ok(get::<Option<String>>(row, column)?.map(plain))
}

/// The time in a column.
pub(super) fn time(row: &Row, column: &str) -> Result<Timestamp, Failure> {
    optional_time(row, column)?.ok_or_else(|| Failure::Content(format!("{column}: empty")))
}

/// The time in a column that may be empty.
pub(super) fn optional_time(row: &Row, column: &str) -> Result<Option<Timestamp>, Failure> {
    let text: Option<&str> = get(row, column)?;
    let parsed = text.map(|text| {
        text.parse::<Timestamp>().map_err(|error| Failure::Content(format!("{column} `{text}`: {error}")))
    });
    parsed.transpose()
}

/// The count in a column.
pub(super) fn count(row: &Row, column: &str) -> Result<u64, Failure> {
    let count: i64 = get(row, column)?;
    u64::try_from(count).map_err(|error| Failure::Content(format!("{column} {count}: {error}")))
}

/// A value as JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Content(error.to_string()))
}

/// The JSON in a column.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, Failure> {
    form::parse(get(row, column)?, column).map_err(Failure::Content)
}

/// The JSON in a column that may be empty.
pub(super) fn from_optional_json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<Option<T>, Failure> {
    let text: Option<&str> = get(row, column)?;
    text.map(|text| form::parse(text, column).map_err(Failure::Content)).transpose()
}
