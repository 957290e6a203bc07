//! Lists across stories, for whoever looks in. Comes in: what to look for and where the page before ended. Goes out: the
//! next page. Never computes anything, never writes.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::columns::{count, from_json, get, optional_string, optional_time, string, text, time};
use super::failure::Failure;
use super::statements::{Parameter, collect, first};
use crate::model::{FactKey, Message, Story, Value};
use crate::store::form::{integer, stamp};
use crate::store::overview::{
    DeliveryEntry, DeliveryQuery, From, MessageQuery, NumberedMessage, StoryEntry, StoryQuery,
};
use crate::store::search::{Asked, asked};

const KNOWN: &str =
    "SELECT key, value FROM facts WHERE story = $1 AND value IS NOT NULL ORDER BY key LIMIT 500";
const LAST_MESSAGE: &str =
    "SELECT messages.body AS body FROM articles JOIN messages ON messages.article = articles.number
    WHERE articles.story = $1 AND NOT composed ORDER BY articles.number DESC, messages.number DESC LIMIT 1";
const MESSAGES_BEFORE: &str =
    "SELECT number, body FROM messages WHERE NOT composed AND number < $1 ORDER BY number DESC LIMIT $2";
const MESSAGES_AFTER: &str =
    "SELECT number, body FROM messages WHERE NOT composed AND number > $1 ORDER BY number LIMIT $2";
const STORY_MESSAGES_BEFORE: &str = "SELECT messages.number AS number, messages.body AS body
    FROM articles JOIN messages ON messages.article = articles.number
    WHERE articles.story = $3 AND NOT composed AND messages.number < $1 ORDER BY messages.number DESC LIMIT $2";
const STORY_MESSAGES_AFTER: &str = "SELECT messages.number AS number, messages.body AS body
    FROM articles JOIN messages ON messages.article = articles.number
    WHERE articles.story = $3 AND NOT composed AND messages.number > $1 ORDER BY messages.number LIMIT $2";
const DELIVERIES: &str = "SELECT deliveries.*, messages.id AS message_id
    FROM deliveries JOIN messages ON messages.number = deliveries.message
    WHERE deliveries.number < $1 AND ($2::text IS NULL OR output = $2) AND ($3::text IS NULL OR state = $3)
    ORDER BY deliveries.number DESC LIMIT $4";

/// The statement and its parameters that find the stories of a page. Only what is asked stands in it, so that each
/// question is answered along an index of its own.
fn question(query: &StoryQuery, asked: Vec<Asked>) -> (String, Vec<String>) {
    let (mut conditions, mut given) = (Vec::new(), Vec::new());
    let mut next = |value: String| {
        given.push(value);
        format!("${}", given.len())
    };
    if let Some(since) = query.since {
        conditions.push(format!(" AND last_report_at >= {}", next(stamp(since))));
    }
    if let Some(until) = query.until {
        conditions.push(format!(" AND last_report_at < {}", next(stamp(until))));
    }
    if let Some((at, id)) = &query.after {
        let (at, id) = (next(stamp(*at)), next(text(id).into_owned()));
        conditions.push(format!(" AND (last_report_at, id) < ({at}, {id})"));
    }
    for Asked { kind, from, to } in asked {
        let (kind, from, to) = (next(kind.to_owned()), next(from), next(to));
        conditions.push(format!(
            " AND id IN (SELECT story FROM search WHERE kind = {kind} AND term >= {from} AND term < {to})"
        ));
    }
    let conditions = conditions.concat();
    let sql = format!(
        "SELECT body FROM stories WHERE merged_into IS NULL{conditions}
        ORDER BY last_report_at DESC, id DESC LIMIT {}",
        query.limit
    );
    (sql, given)
}

/// The next page of stories.
pub(super) async fn stories(
    client: &impl GenericClient,
    query: &StoryQuery,
) -> Result<Vec<StoryEntry>, Failure> {
    let Some(asked) = asked(query) else { return Ok(Vec::new()) };
    let (sql, given) = question(query, asked);
    let given: Vec<Parameter<'_>> = given.iter().map(|value| value as Parameter<'_>).collect();
    // Not kept prepared: there are as many such statements as kinds of questions.
    let rows = client.query(&sql, &given).await?;
    let found: Vec<Story> = rows.iter().map(|row| from_json(row, "body")).collect::<Result<_, _>>()?;
    let mut entries = Vec::with_capacity(found.len());
    for story in found {
        let read = |row: &Row| Ok((from_json::<FactKey>(row, "key")?, from_json::<Value>(row, "value")?));
        let known = collect(client, KNOWN, &[&story.id], read).await?;
        let last = first(client, LAST_MESSAGE, &[&story.id]).await?;
        let last_message = last.map(|row| from_json::<Message>(&row, "body")).transpose()?;
        entries.push(StoryEntry { story, known, last_message });
    }
    Ok(entries)
}

/// The next page of messages.
pub(super) async fn messages(
    client: &impl GenericClient,
    query: &MessageQuery,
) -> Result<Vec<NumberedMessage>, Failure> {
    let limit = integer(query.limit);
    let read =
        |row: &Row| Ok(NumberedMessage { number: get(row, "number")?, message: from_json(row, "body")? });
    let (number, all, of_story) = match query.from {
        From::Latest => (i64::MAX, MESSAGES_BEFORE, STORY_MESSAGES_BEFORE),
        From::Before(number) => (number, MESSAGES_BEFORE, STORY_MESSAGES_BEFORE),
        From::After(number) => (number, MESSAGES_AFTER, STORY_MESSAGES_AFTER),
    };
    match &query.story {
        None => collect(client, all, &[&number, &limit], read).await,
        Some(story) => collect(client, of_story, &[&number, &limit, story], read).await,
    }
}

/// The next page of deliveries.
pub(super) async fn deliveries(
    client: &impl GenericClient,
    query: &DeliveryQuery,
) -> Result<Vec<DeliveryEntry>, Failure> {
    let (before, limit) = (query.before.unwrap_or(i64::MAX), integer(query.limit));
    collect(client, DELIVERIES, &[&before, &query.output, &query.state, &limit], |row| {
        let state: String = get(row, "state")?;
        Ok(DeliveryEntry {
            number: get(row, "number")?,
            message: string(row, "message_id")?,
            story: get(row, "story")?,
            output: get(row, "output")?,
            attempts: count(row, "attempts")?,
            queued_at: time(row, "queued_at")?,
            due_at: (state == "due").then(|| time(row, "due_at")).transpose()?,
            ended_at: optional_time(row, "ended_at")?,
            reason: optional_string(row, "reason")?,
            state,
        })
    })
    .await
}
