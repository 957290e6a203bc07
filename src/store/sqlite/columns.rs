//! How values stand in columns. Comes in: times and JSON types. Goes out: text, and back again. Nothing is lost on
//! the way, so that a restart continues with exactly the values it had.

use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::failure::Failure;
use crate::store::form;
pub(super) use crate::store::form::{integer, stamp};

/// The time in a column.
pub(super) fn time(row: &Row<'_>, column: &str) -> Result<Timestamp, Failure> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| Failure::Content(format!("{column} `{text}`: {error}")))
}

/// The count in a column.
pub(super) fn count(row: &Row<'_>, column: &str) -> Result<u64, Failure> {
    let count: i64 = row.get(column)?;
    u64::try_from(count).map_err(|error| Failure::Content(format!("{column} {count}: {error}")))
}

/// A value as JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, Failure> {
    Ok(serde_json::to_string(value)?)
}

/// The JSON in a column.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, Failure> {
    parse(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?, column)
}

/// The JSON in a column that may be empty.
pub(super) fn from_optional_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> Result<Option<T>, Failure> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    text.map(|text| parse(text, column)).transpose()
}

fn parse<T: DeserializeOwned>(text: &str, column: &str) -> Result<T, Failure> {
    form::parse(text, column).map_err(Failure::Content)
}
