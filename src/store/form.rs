//! How values stand in a database, whichever it is. Comes in: times, JSON types, ids as people write them. Goes out:
//! text, and back again. Nothing is lost on the way, so that a restart continues with exactly the values it had.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::StoreError;
use crate::model::Message;

/// Stands after every id that starts in a given way: no id contains the last character of Unicode.
pub(super) const LAST: char = char::MAX;

/// A time in the one form that sorts as text.
pub(super) fn stamp(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// A count as databases store it; one beyond 2^63 is written as the largest there is.
pub(super) fn integer(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

/// The ids under which the alerts of a message are known to have been told.
pub(super) fn alerts_named(message: &Message) -> impl Iterator<Item = &str> {
    message.alerts.iter().flat_map(|alert| std::iter::once(&alert.id).chain(&alert.folds)).map(String::as_str)
}

/// The JSON of a column; the error names it.
pub(super) fn parse<T: DeserializeOwned>(text: &str, column: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| format!("{column}: {error}"))
}

/// The exact one of the rows found by the start of an id, else the only one. The rows come in order of id, so the exact
/// one comes first: it is the start of all others.
pub(super) fn only<T>(found: Vec<(String, T)>, id: &str, what: &str) -> Result<Option<T>, StoreError> {
    let exact = found.iter().any(|(name, _)| name == id);
    if !exact && found.len() > 1 {
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        return Err(StoreError::Refused(format!(
            "`{id}` is the start of several {what} ({names}): write more of it"
        )));
    }
    Ok(found.into_iter().next().map(|(_, row)| row))
}

/// Which dead letter an id names.
pub(super) enum LetterName {
    /// A failed item.
    Item(i64),
    /// A dead delivery.
    Delivery(i64),
}

impl LetterName {
    /// Reads `item-12` or `delivery-7`.
    pub(super) fn parse(id: &str) -> Result<Self, StoreError> {
        let named = id.split_once('-').and_then(|(kind, number)| {
            let number = number.parse().ok()?;
            match kind {
                "item" => Some(Self::Item(number)),
                "delivery" => Some(Self::Delivery(number)),
                _ => None,
            }
        });
        named.ok_or_else(|| {
            StoreError::Refused(format!(
                "`{id}` is no dead letter: write item-NUMBER or delivery-NUMBER as in the list"
            ))
        })
    }
}

/// No dead letter has this id.
pub(super) fn no_letter(id: &str) -> StoreError {
    StoreError::Refused(format!("there is no dead letter `{id}`: `newsdelta dead-letters` lists them"))
}

/// The item was kept only in part.
pub(super) fn letter_was_cut(id: &str) -> StoreError {
    StoreError::Refused(format!("`{id}` is longer than what was kept of it: offer it to its input again"))
}

/// No message has this id.
pub(super) fn no_message(id: &str) -> StoreError {
    let cure = "the id is that of a message, as `newsdelta dead-letters` and the log name it";
    StoreError::Refused(format!("there is no message `{id}`: {cure}"))
}

/// How many mutes an id ended: one is right.
pub(super) fn one_mute(id: &str, ended: u64) -> Result<(), StoreError> {
    match ended {
        1 => Ok(()),
        0 => Err(StoreError::Refused(format!("there is no mute `{id}`"))),
        many => Err(StoreError::Refused(format!("{many} mutes start with `{id}`: write more of the id"))),
    }
}

/// The output takes messages already.
pub(super) fn not_disabled(output: &str) -> StoreError {
    StoreError::Refused(format!("output `{output}` is not disabled"))
}

/// Another instance was faster.
pub(super) fn lot_changed(lot: &super::Lot) -> StoreError {
    StoreError::Refused(format!(
        "the lot `{}` for {} was released or changed meanwhile",
        lot.name, lot.output
    ))
}

/// The commit contradicts itself.
pub(super) fn revisions_leap(story: &str, earlier: u64, later: u64) -> StoreError {
    StoreError::Refused(format!(
        "the commit leaps from revision {earlier} of story {story} to {later}: each outcome raises it by one"
    ))
}
