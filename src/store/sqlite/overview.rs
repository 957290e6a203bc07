//! Lists across stories, for whoever looks in. Comes in: what to look for and where the page before ended. Goes out:
//! the next page. Never computes anything, never writes.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::columns::{count, from_json, integer, stamp, time};
use super::failure::Failure;
use super::questions::collect;
use crate::model::{FactKey, Message, Story, Value};
use crate::store::form::contains;
use crate::store::overview::{
    DeliveryEntry, DeliveryQuery, From, MessageQuery, NumberedMessage, StoryEntry, StoryQuery,
};

const STORIES: &str = "SELECT body FROM stories
    WHERE merged_into IS NULL AND (:since IS NULL OR last_report_at >= :since) AND (:until IS NULL OR last_report_at < :until)
    AND (:after_at IS NULL OR (last_report_at, id) < (:after_at, :after_id))
    AND (:words IS NULL OR json_extract(body, '$.title') LIKE :words ESCAPE '\\'
        OR EXISTS (SELECT 1 FROM articles WHERE articles.story = stories.id AND title LIKE :words ESCAPE '\\'))
    AND (:place IS NULL OR EXISTS (SELECT 1 FROM facts WHERE facts.story = stories.id
        AND json_extract(key, '$.place') LIKE :place ESCAPE '\\'))
    AND (:actor IS NULL OR EXISTS (SELECT 1 FROM facts WHERE facts.story = stories.id
        AND (json_extract(key, '$.side') LIKE :actor ESCAPE '\\' OR json_extract(key, '$.by') LIKE :actor ESCAPE '\\'
            OR json_extract(key, '$.to') LIKE :actor ESCAPE '\\' OR json_extract(key, '$.actor') LIKE :actor ESCAPE '\\'
            OR json_extract(key, '$.target') LIKE :actor ESCAPE '\\')))
    AND (:mark IS NULL OR EXISTS (SELECT 1 FROM facts WHERE facts.story = stories.id
        AND json_extract(key, :mark) IS NOT NULL))
    ORDER BY last_report_at DESC, id DESC LIMIT :limit";
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

/// The next page of stories.
pub(super) fn stories(connection: &Connection, query: &StoryQuery) -> Result<Vec<StoryEntry>, Failure> {
    let (words, place, actor) = (query.words.as_ref(), query.place.as_ref(), query.actor.as_ref());
    let mark = query.about.as_deref().map(|about| match about {
        "casualties" => "$.effect",
        "demand" => "$.act",
        _ => "$.actor",
    });
    let parameters = named_params! {
        ":since": query.since.map(stamp),
        ":until": query.until.map(stamp),
        ":after_at": query.after.as_ref().map(|(at, _)| stamp(*at)),
        ":after_id": query.after.as_ref().map(|(_, id)| id),
        ":words": words.map(|words| contains(words)),
        ":place": place.map(|place| contains(place)),
        ":actor": actor.map(|actor| contains(actor)),
        ":mark": mark,
        ":limit": integer(query.limit),
    };
    collect(connection.prepare_cached(STORIES)?, parameters, |row| {
        let story: Story = from_json(row, "body")?;
        let known = collect(connection.prepare_cached(KNOWN)?, [&story.id], |row| {
            Ok((from_json::<FactKey>(row, "key")?, from_json::<Value>(row, "value")?))
        })?;
        let last_message = connection
            .prepare_cached(LAST_MESSAGE)?
            .query_row([&story.id], |row| Ok(from_json::<Message>(row, "body")))
            .optional()?
            .transpose()?;
        Ok(StoryEntry { story, known, last_message })
    })
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
