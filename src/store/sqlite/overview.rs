//! Lists across stories, for whoever looks in. Comes in: what to look for and where the page before ended. Goes out:
//! the next page. Never computes anything, never writes.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params, params_from_iter};

use super::columns::{count, from_json, integer, stamp, time};
use super::failure::Failure;
use super::questions::collect;
use super::search;
use crate::model::{FactKey, Message, Story, Value};
use crate::store::overview::{
    DeliveryEntry, DeliveryQuery, From, MessageQuery, NumberedMessage, StoryEntry, StoryQuery,
};
use crate::store::search::{Asked, asked};

const KNOWN: &str =
    "SELECT key, value FROM facts WHERE story = ?1 AND value IS NOT NULL ORDER BY key LIMIT 500";
const LAST_MESSAGE: &str =
    "SELECT messages.body AS body FROM articles JOIN messages ON messages.article = articles.number
    WHERE articles.story = ?1 AND composed = 0 ORDER BY articles.number DESC, messages.number DESC LIMIT 1";
const MESSAGES_BEFORE: &str =
    "SELECT number, body FROM messages WHERE composed = 0 AND number < ?1 ORDER BY number DESC LIMIT ?2";
const MESSAGES_AFTER: &str =
    "SELECT number, body FROM messages WHERE composed = 0 AND number > ?1 ORDER BY number LIMIT ?2";
const STORY_MESSAGES_BEFORE: &str = "SELECT messages.number AS number, messages.body AS body
    FROM articles JOIN messages ON messages.article = articles.number
    WHERE articles.story = ?3 AND composed = 0 AND messages.number < ?1 ORDER BY messages.number DESC LIMIT ?2";
const STORY_MESSAGES_AFTER: &str = "SELECT messages.number AS number, messages.body AS body
    FROM articles JOIN messages ON messages.article = articles.number
    WHERE articles.story = ?3 AND composed = 0 AND messages.number > ?1 ORDER BY messages.number LIMIT ?2";
const DELIVERIES: &str = "SELECT deliveries.*, messages.id AS message_id
    FROM deliveries JOIN messages ON messages.number = deliveries.message
    WHERE deliveries.number < :before AND (:output IS NULL OR output = :output) AND (:state IS NULL OR state = :state)
    ORDER BY deliveries.number DESC LIMIT :limit";

/// The statement and its parameters that find the stories of a page. Only what is asked stands in it, so that each
/// question is answered along an index of its own.
pub(super) fn question(query: &StoryQuery, asked: Vec<Asked>) -> (String, Vec<String>) {
    let (mut conditions, mut given) = (String::new(), Vec::new());
    let mut with = |condition: &str, values: Vec<String>| {
        conditions.push_str(condition);
        given.extend(values);
    };
    if let Some(since) = query.since {
        with(" AND last_report_at >= ?", vec![stamp(since)]);
    }
    if let Some(until) = query.until {
        with(" AND last_report_at < ?", vec![stamp(until)]);
    }
    if let Some((at, id)) = &query.after {
        with(" AND (last_report_at, id) < (?, ?)", vec![stamp(*at), id.clone()]);
    }
    for asked in asked {
        with(&format!(" AND number IN ({})", search::FOUND), vec![search::fits(&asked)]);
    }
    let sql = format!(
        "SELECT stories.body AS body FROM (SELECT number, last_report_at, id FROM stories
            WHERE merged_into IS NULL{conditions} ORDER BY last_report_at DESC, id DESC LIMIT {}) AS page
        JOIN stories ON stories.number = page.number ORDER BY page.last_report_at DESC, page.id DESC",
        query.limit
    );
    (sql, given)
}

/// The next page of stories.
pub(super) fn stories(connection: &Connection, query: &StoryQuery) -> Result<Vec<StoryEntry>, Failure> {
    let Some(asked) = asked(query) else { return Ok(Vec::new()) };
    let (sql, given) = question(query, asked);
    let mut page = connection.prepare_cached(&sql)?;
    let mut rows = page.query(params_from_iter(given))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let story: Story = from_json(row, "body")?;
        let known = collect(connection.prepare_cached(KNOWN)?, [&story.id], |row| {
            Ok((from_json::<FactKey>(row, "key")?, from_json::<Value>(row, "value")?))
        })?;
        let last_message = connection
            .prepare_cached(LAST_MESSAGE)?
            .query_row([&story.id], |row| Ok(from_json::<Message>(row, "body")))
            .optional()?
            .transpose()?;
        entries.push(StoryEntry { story, known, last_message });
    }
    Ok(entries)
}

/// The next page of messages.
pub(super) fn messages(
    connection: &Connection,
    query: &MessageQuery,
) -> Result<Vec<NumberedMessage>, Failure> {
    let limit = integer(query.limit);
    let read =
        |row: &Row<'_>| Ok(NumberedMessage { number: row.get("number")?, message: from_json(row, "body")? });
    let (number, all, of_story) = match query.from {
        From::Latest => (i64::MAX, MESSAGES_BEFORE, STORY_MESSAGES_BEFORE),
        From::Before(number) => (number, MESSAGES_BEFORE, STORY_MESSAGES_BEFORE),
        From::After(number) => (number, MESSAGES_AFTER, STORY_MESSAGES_AFTER),
    };
    match &query.story {
        None => collect(connection.prepare_cached(all)?, [number, limit], read),
        Some(story) => collect(connection.prepare_cached(of_story)?, params![number, limit, story], read),
    }
}

/// The next page of deliveries.
pub(super) fn deliveries(
    connection: &Connection,
    query: &DeliveryQuery,
) -> Result<Vec<DeliveryEntry>, Failure> {
    let parameters = named_params! {
        ":before": query.before.unwrap_or(i64::MAX),
        ":output": query.output,
        ":state": query.state,
        ":limit": integer(query.limit),
    };
    collect(connection.prepare_cached(DELIVERIES)?, parameters, |row| {
        let state: String = row.get("state")?;
        let waits = state == "due";
        let ended: Option<String> = row.get("ended_at")?;
        Ok(DeliveryEntry {
            number: row.get("number")?,
            message: row.get("message_id")?,
            story: row.get("story")?,
            output: row.get("output")?,
            attempts: count(row, "attempts")?,
            queued_at: time(row, "queued_at")?,
            due_at: waits.then(|| time(row, "due_at")).transpose()?,
            ended_at: ended.map(|_| time(row, "ended_at")).transpose()?,
            reason: row.get("reason")?,
            state,
        })
    })
}
