//! The questions that change nothing. Comes in: ids, times and limits. Goes out: the nouns of the model as they were
//! committed. Computes nothing: what follows from the claims is `diff`'s to say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::columns::{
    count, from_json, from_optional_json, get, optional_string, optional_time, string, text, time,
};
use super::dead_letters::read_item;
use super::failure::Failure;
use super::statements::{collect, rows};
use crate::assign::Room;
use crate::diff::answer;
use crate::inputs::Checkpoint;
use crate::model::{Article, ArticleId, Fact, FactKey, KnownClaim, Message, Moment, Status, Story};
use crate::store::form::{LAST, integer, only, stamp};
use crate::store::{AsOf, KnownArticle, RetriedItem};

const KNOWN: &str = "SELECT id FROM articles WHERE id = ANY($1)";
const FACTS: &str = "SELECT number, key, value, told, conflicts_told, told_at, merged FROM facts
    WHERE story = $1 ORDER BY key";
const CLAIMS: &str =
    "SELECT fact, body FROM claims WHERE fact = ANY($1) AND compared ORDER BY held_at, number";
const CLAIMS_AS_OF: &str = "SELECT fact, body FROM claims
    WHERE fact = ANY($1) AND held_at <= $2 AND learned_at <= $3 ORDER BY held_at, number";
const OPEN_STORIES: &str =
    "SELECT body FROM stories WHERE NOT bare AND last_report_at >= $1 AND merged_into IS NULL
    ORDER BY last_report_at DESC LIMIT $2";
const OPEN_BARE_STORIES: &str =
    "SELECT body FROM stories WHERE bare AND last_report_at >= $1 AND merged_into IS NULL
    ORDER BY last_report_at DESC LIMIT $2";
const CHANGED_STORIES: &str =
    "SELECT body FROM stories WHERE changed_in > $1 AND merged_into IS NULL ORDER BY id";
const STORIES: &str =
    "SELECT body FROM stories WHERE merged_into IS NULL ORDER BY last_report_at DESC LIMIT $1";
const STORY: &str = "SELECT stories.id AS id, coalesce(whole.body, stories.body) AS body
    FROM stories LEFT JOIN stories AS whole ON whole.id = stories.merged_into
    WHERE stories.id >= $1 AND stories.id < $2 ORDER BY stories.id LIMIT 4";
const ARTICLE: &str = "SELECT * FROM articles WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 4";
const ARTICLES_OF: &str = "SELECT * FROM articles WHERE story = $1 ORDER BY number DESC LIMIT $2";
const RECENT_ARTICLES: &str = "SELECT * FROM articles ORDER BY number DESC LIMIT $1";
const CLAIMS_OF: &str = "SELECT key, body FROM claims JOIN facts ON facts.number = claims.fact
    WHERE claims.article = $1 ORDER BY claims.number";
const VERSIONS_OF: &str = "SELECT id, story FROM articles WHERE document = $1 OR id = $1 ORDER BY number";
const MESSAGES_OF: &str = "SELECT body FROM messages
    WHERE article = (SELECT number FROM articles WHERE id = $1) AND NOT composed ORDER BY number";
const CHECKPOINTS: &str = "SELECT input, part, next FROM checkpoints WHERE input = $1 ORDER BY part";
const ITEMS_TO_RETRY: &str = "SELECT * FROM failed_items
    WHERE retry OR retry_at <= $2 AND size <= octet_length(bytes) ORDER BY number LIMIT $1";

/// Those of `ids` that are committed.
pub(super) async fn known_articles(
    client: &impl GenericClient,
    ids: &[ArticleId],
) -> Result<Vec<ArticleId>, Failure> {
    let asked: Vec<_> = ids.iter().map(|id| text(id)).collect();
    let known: BTreeSet<String> =
        collect(client, KNOWN, &[&asked], |row| string(row, "id")).await?.into_iter().collect();
    Ok(ids.iter().filter(|id| known.contains(*id)).cloned().collect())
}

/// The checkpoints of an input.
pub(super) async fn checkpoints(
    client: &impl GenericClient,
    input: &str,
) -> Result<Vec<Checkpoint>, Failure> {
    let read = |row: &Row| {
        Ok(Checkpoint { input: string(row, "input")?, part: string(row, "part")?, next: get(row, "next")? })
    };
    collect(client, CHECKPOINTS, &[&text(input)], read).await
}

/// Items that are to be read again.
pub(super) async fn items_to_retry(
    client: &impl GenericClient,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<RetriedItem>, Failure> {
    let read = |row: &Row| Ok(RetriedItem { id: get(row, "number")?, item: read_item(row)? });
    collect(client, ITEMS_TO_RETRY, &[&integer(limit), &stamp(now)], read).await
}

/// Stories whose latest report spoke at `since` or later, as many as have room, by id.
pub(super) async fn open_stories(
    client: &impl GenericClient,
    since: Timestamp,
    room: Room,
) -> Result<Vec<Story>, Failure> {
    let mut open: Vec<Story> = Vec::new();
    for (sql, limit) in [(OPEN_STORIES, room.stories), (OPEN_BARE_STORIES, room.bare)] {
        let mut found =
            collect(client, sql, &[&stamp(since), &integer(limit)], |row| from_json(row, "body")).await?;
        open.append(&mut found);
    }
    open.sort_by(|one: &Story, other| one.id.cmp(&other.id));
    Ok(open)
}

/// Stories changed after a generation, by id.
pub(super) async fn changed_stories(
    client: &impl GenericClient,
    generation: i64,
) -> Result<Vec<Story>, Failure> {
    collect(client, CHANGED_STORIES, &[&generation], |row| from_json(row, "body")).await
}

/// Stories, latest report first.
pub(super) async fn stories(client: &impl GenericClient, limit: usize) -> Result<Vec<Story>, Failure> {
    collect(client, STORIES, &[&integer(limit)], |row| from_json(row, "body")).await
}

/// The one story whose id is, or starts with, `id`.
pub(super) async fn story(client: &impl GenericClient, id: &str) -> Result<Option<Story>, Failure> {
    let read = |row: &Row| Ok((string(row, "id")?, from_json(row, "body")?));
    let found = collect(client, STORY, &[&text(id), &text(&format!("{id}{LAST}"))], read).await?;
    Ok(only(found, id, "stories")?)
}

/// Facts with the claims that satisfy `at`; without the fields that only hold for the present, unless `at` is empty.
pub(super) async fn facts(client: &impl GenericClient, story: &str, at: AsOf) -> Result<Vec<Fact>, Failure> {
    let present = at == AsOf::default();
    let all = rows(client, FACTS, &[&story]).await?;
    let numbers: Vec<i64> = all.iter().map(|row| get(row, "number")).collect::<Result<_, _>>()?;
    let spoken = if present {
        rows(client, CLAIMS, &[&numbers]).await?
    } else {
        let held_at = stamp(at.held_at.unwrap_or(Timestamp::MAX));
        let learned_at = stamp(at.learned_at.unwrap_or(Timestamp::MAX));
        rows(client, CLAIMS_AS_OF, &[&numbers, &held_at, &learned_at]).await?
    };
    let mut claims: BTreeMap<i64, Vec<Arc<KnownClaim>>> = BTreeMap::new();
    for row in spoken {
        claims.entry(get(&row, "fact")?).or_default().push(from_json(&row, "body")?);
    }
    let mut facts = Vec::with_capacity(all.len());
    for (row, number) in all.iter().zip(numbers) {
        let claims = claims.remove(&number).unwrap_or_default();
        if !present && claims.is_empty() {
            continue;
        }
        let mut fact = Fact { claims: claims.into(), ..Fact::empty(from_json(row, "key")?) };
        if present {
            fact.value = from_optional_json(row, "value")?;
            fact.told = from_optional_json(row, "told")?;
            fact.conflicts_told = from_json(row, "conflicts_told")?;
            fact.told_at = optional_time(row, "told_at")?;
            fact.merged = count(row, "merged")?;
        }
        facts.push(fact);
    }
    answer::spread(&mut facts.iter_mut().collect::<Vec<_>>());
    Ok(facts)
}

/// The articles committed last, oldest first.
pub(super) async fn recent_articles(
    client: &impl GenericClient,
    limit: usize,
) -> Result<Vec<KnownArticle>, Failure> {
    let mut recent = collect(client, RECENT_ARTICLES, &[&integer(limit)], read_article).await?;
    recent.reverse();
    Ok(recent)
}

/// The latest articles of a story, oldest first.
pub(super) async fn articles_of(
    client: &impl GenericClient,
    story: &str,
    limit: usize,
) -> Result<Vec<KnownArticle>, Failure> {
    let mut articles = collect(client, ARTICLES_OF, &[&story, &integer(limit)], read_article).await?;
    articles.reverse();
    Ok(articles)
}

/// The one article whose id is, or starts with, `id`, with its claims.
pub(super) async fn article(client: &impl GenericClient, id: &str) -> Result<Option<KnownArticle>, Failure> {
    let read = |row: &Row| Ok((string(row, "id")?, (get::<i64>(row, "number")?, read_article(row)?)));
    let found = collect(client, ARTICLE, &[&text(id), &text(&format!("{id}{LAST}"))], read).await?;
    let Some((number, mut known)) = only(found, id, "articles")? else { return Ok(None) };
    let read = |row: &Row| Ok((from_json::<FactKey>(row, "key")?, from_json::<KnownClaim>(row, "body")?));
    known.claims = collect(client, CLAIMS_OF, &[&number], read).await?;
    Ok(Some(known))
}

/// The versions of a document with their stories.
pub(super) async fn versions_of(
    client: &impl GenericClient,
    document: &str,
) -> Result<Vec<(ArticleId, String)>, Failure> {
    collect(client, VERSIONS_OF, &[&text(document)], |row| Ok((string(row, "id")?, get(row, "story")?))).await
}

/// The article in a row of its table, without claims.
fn read_article(row: &Row) -> Result<KnownArticle, Failure> {
    let published_at: Option<String> = get(row, "published_at")?;
    let article = Article {
        id: string(row, "id")?,
        outlet: optional_string(row, "outlet")?,
        url: optional_string(row, "url")?,
        published_at: published_at.map(|text| Moment::parse(&text)).transpose().map_err(Failure::Content)?,
        received_at: time(row, "received_at")?,
        title: string(row, "title")?,
        text: string(row, "text")?,
        document: optional_string(row, "document")?,
        version: optional_string(row, "version")?,
        status: if get(row, "withdrawn")? { Status::Withdrawn } else { Status::Usable },
    };
    Ok(KnownArticle {
        article,
        story: get(row, "story")?,
        origin: string(row, "origin")?,
        learned_at: time(row, "learned_at")?,
        claims: Vec::new(),
    })
}

/// The messages that an article made.
pub(super) async fn messages_of(client: &impl GenericClient, article: &str) -> Result<Vec<Message>, Failure> {
    collect(client, MESSAGES_OF, &[&text(article)], |row| from_json(row, "body")).await
}
