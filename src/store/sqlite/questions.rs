//! The questions that change nothing. Comes in: ids, times and limits. Goes out: the nouns of the model as they were
//! committed. Computes nothing: what follows from the claims is `diff`'s to say.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, Params, Row, named_params, params};

use super::columns::{count, from_json, from_optional_json, integer, stamp, time};
use super::commit::IS_KNOWN;
use super::failure::Failure;
use crate::assign::Room;
use crate::diff::{answer, course};
use crate::inputs::Checkpoint;
use crate::model::{Article, ArticleId, Fact, FactKey, KnownClaim, Message, Moment, Status, Story};
use crate::store::form::{LAST, only};
use crate::store::{AsOf, KnownArticle, RetriedItem};

use super::dead_letters::read_item;

pub(super) const FACTS: &str = "SELECT number, key, value, told, conflicts_told, told_at, merged FROM facts WHERE story = ?1 ORDER BY key";
pub(super) const CLAIMS: &str =
    "SELECT body FROM claims WHERE fact = ?1 AND compared = 1 ORDER BY held_at, number";
pub(super) const CLAIMS_AS_OF: &str = "SELECT body FROM claims
    WHERE fact = :fact AND compared IN (0, 1) AND held_at <= :held_at AND learned_at <= :learned_at";
pub(super) const OPEN_STORIES: &str =
    "SELECT body FROM stories WHERE bare = ?1 AND last_report_at >= ?2 AND merged_into IS NULL
    ORDER BY last_report_at DESC LIMIT ?3";
pub(super) const STORIES: &str =
    "SELECT body FROM stories WHERE merged_into IS NULL ORDER BY last_report_at DESC LIMIT ?1";
pub(super) const STORY: &str = "SELECT stories.id AS id, coalesce(whole.body, stories.body) AS body
    FROM stories LEFT JOIN stories AS whole ON whole.id = stories.merged_into
    WHERE stories.id >= ?1 AND stories.id < ?2 ORDER BY stories.id LIMIT 4";
pub(super) const ARTICLE: &str = "SELECT * FROM articles WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 4";
pub(super) const ARTICLES_OF: &str = "SELECT * FROM articles WHERE story = ?1 ORDER BY number DESC LIMIT ?2";
pub(super) const ARTICLES_AFTER: &str = "SELECT * FROM articles WHERE number > ?1 ORDER BY number LIMIT ?2";
const RECENT_ARTICLES: &str = "SELECT * FROM articles ORDER BY number DESC LIMIT ?1";
pub(super) const CLAIMS_OF: &str = "SELECT key, body FROM claims JOIN facts ON facts.number = claims.fact
    WHERE claims.article = ?1 ORDER BY claims.number";
pub(super) const VERSIONS_OF: &str =
    "SELECT id, story FROM articles WHERE document = ?1 OR id = ?1 ORDER BY number";
pub(super) const MESSAGES_OF: &str = "SELECT body FROM messages
    WHERE article = (SELECT number FROM articles WHERE id = ?1) AND composed = 0 ORDER BY number";
pub(super) const CHECKPOINTS: &str =
    "SELECT input, part, next FROM checkpoints WHERE input = ?1 ORDER BY part";
pub(super) const ITEMS_TO_RETRY: &str = "SELECT * FROM failed_items WHERE retry = 1 ORDER BY number LIMIT ?1";
pub(super) const ITEMS_HELD: &str = "SELECT * FROM failed_items
    WHERE retry_at <= ?2 AND retry = 0 AND size <= length(bytes) ORDER BY retry_at LIMIT ?1";

/// Reads all rows of a statement.
pub(super) fn collect<T>(
    mut statement: CachedStatement<'_>,
    parameters: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut rows = statement.query(parameters)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Those of `ids` that are committed.
pub(super) fn known_articles(
    connection: &Connection,
    ids: Vec<ArticleId>,
) -> Result<Vec<ArticleId>, Failure> {
    let mut is_known = connection.prepare_cached(IS_KNOWN)?;
    let mut known = Vec::new();
    for id in ids {
        if is_known.exists([&id])? {
            known.push(id);
        }
    }
    Ok(known)
}

/// The checkpoints of an input.
pub(super) fn checkpoints(connection: &Connection, input: &str) -> Result<Vec<Checkpoint>, Failure> {
    collect(connection.prepare_cached(CHECKPOINTS)?, [input], |row| {
        Ok(Checkpoint { input: row.get("input")?, part: row.get("part")?, next: row.get("next")? })
    })
}

/// Items that are to be read again.
pub(super) fn items_to_retry(
    connection: &Connection,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<RetriedItem>, Failure> {
    let read = |row: &Row<'_>| Ok(RetriedItem { id: row.get("number")?, item: read_item(row)? });
    let mut items = collect(connection.prepare_cached(ITEMS_TO_RETRY)?, [integer(limit)], read)?;
    items.extend(collect(connection.prepare_cached(ITEMS_HELD)?, params![integer(limit), stamp(now)], read)?);
    items.sort_by_key(|item| item.id);
    items.truncate(limit);
    Ok(items)
}

/// Stories whose latest report spoke at `since` or later, as many as have room, by id.
pub(super) fn open_stories(
    connection: &Connection,
    since: Timestamp,
    room: Room,
) -> Result<Vec<Story>, Failure> {
    let mut open: Vec<Story> = Vec::new();
    for (bare, limit) in [(false, room.stories), (true, room.bare)] {
        let parameters = params![bare, stamp(since), integer(limit)];
        open.extend(collect(connection.prepare_cached(OPEN_STORIES)?, parameters, |row| {
            from_json::<Story>(row, "body")
        })?);
    }
    open.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(open)
}

/// Stories, latest report first.
pub(super) fn stories(connection: &Connection, limit: usize) -> Result<Vec<Story>, Failure> {
    collect(connection.prepare_cached(STORIES)?, [integer(limit)], |row| from_json(row, "body"))
}

/// The one story whose id is, or starts with, `id`, or the one that this went into.
pub(super) fn story(connection: &Connection, id: &str) -> Result<Option<Story>, Failure> {
    let found = collect(connection.prepare_cached(STORY)?, [id.to_owned(), format!("{id}{LAST}")], |row| {
        Ok((row.get::<_, String>("id")?, from_json(row, "body")?))
    })?;
    Ok(only(found, id, "stories")?)
}

/// Facts with the claims that satisfy `at`; without the fields that only hold for the present, unless `at` is empty.
pub(super) fn facts(connection: &Connection, story: &str, at: AsOf) -> Result<Vec<Fact>, Failure> {
    let present = at == AsOf::default();
    let latest = Timestamp::MAX;
    let held_at = stamp(at.held_at.unwrap_or(latest));
    let learned_at = stamp(at.learned_at.unwrap_or(latest));
    let read_claim = |row: &Row<'_>| from_json::<Arc<KnownClaim>>(row, "body");
    let mut all = collect(connection.prepare_cached(FACTS)?, [story], |row| {
        let number: i64 = row.get("number")?;
        let claims = if present {
            collect(connection.prepare_cached(CLAIMS)?, [number], read_claim)?
        } else {
            let parameters =
                named_params! { ":fact": number, ":held_at": held_at, ":learned_at": learned_at };
            let mut claims = collect(connection.prepare_cached(CLAIMS_AS_OF)?, parameters, read_claim)?;
            course::sort(&mut claims);
            claims
        };
        let mut fact = Fact { claims: claims.into(), ..Fact::empty(from_json(row, "key")?) };
        if present {
            fact.value = from_optional_json(row, "value")?;
            fact.told = from_optional_json(row, "told")?;
            fact.conflicts_told = from_json(row, "conflicts_told")?;
            fact.told_at =
                row.get::<_, Option<String>>("told_at")?.map(|_| time(row, "told_at")).transpose()?;
            fact.merged = count(row, "merged")?;
        }
        Ok(fact)
    })?;
    all.retain(|fact| present || !fact.claims.is_empty());
    answer::spread(&mut all.iter_mut().collect::<Vec<_>>());
    Ok(all)
}

/// The articles committed last, oldest first.
pub(super) fn recent_articles(connection: &Connection, limit: usize) -> Result<Vec<KnownArticle>, Failure> {
    let mut recent = collect(connection.prepare_cached(RECENT_ARTICLES)?, [integer(limit)], read_article)?;
    recent.reverse();
    Ok(recent)
}

/// The articles committed after the one of this number, oldest first, each with its own.
pub(super) fn articles_after(
    connection: &Connection,
    number: i64,
    limit: usize,
) -> Result<Vec<(i64, KnownArticle)>, Failure> {
    collect(connection.prepare_cached(ARTICLES_AFTER)?, params![number, integer(limit)], |row| {
        Ok((row.get("number")?, read_article(row)?))
    })
}

/// The latest articles of a story, oldest first.
pub(super) fn articles_of(
    connection: &Connection,
    story: &str,
    limit: usize,
) -> Result<Vec<KnownArticle>, Failure> {
    let mut articles =
        collect(connection.prepare_cached(ARTICLES_OF)?, params![story, integer(limit)], read_article)?;
    articles.reverse();
    Ok(articles)
}

/// The one article whose id is, or starts with, `id`, with its claims.
pub(super) fn article(connection: &Connection, id: &str) -> Result<Option<KnownArticle>, Failure> {
    let found =
        collect(connection.prepare_cached(ARTICLE)?, [id.to_owned(), format!("{id}{LAST}")], |row| {
            Ok((row.get::<_, String>("id")?, (row.get::<_, i64>("number")?, read_article(row)?)))
        })?;
    let Some((number, mut known)) = only(found, id, "articles")? else { return Ok(None) };
    known.claims = collect(connection.prepare_cached(CLAIMS_OF)?, [number], |row| {
        Ok((from_json::<FactKey>(row, "key")?, from_json::<KnownClaim>(row, "body")?))
    })?;
    Ok(Some(known))
}

/// The versions of a document with their stories.
pub(super) fn versions_of(
    connection: &Connection,
    document: &str,
) -> Result<Vec<(ArticleId, String)>, Failure> {
    collect(connection.prepare_cached(VERSIONS_OF)?, [document], |row| {
        Ok((row.get("id")?, row.get("story")?))
    })
}

/// The article in a row of its table, without claims.
fn read_article(row: &Row<'_>) -> Result<KnownArticle, Failure> {
    let published_at: Option<String> = row.get("published_at")?;
    let article = Article {
        id: row.get("id")?,
        outlet: row.get("outlet")?,
        url: row.get("url")?,
        published_at: published_at.map(|text| Moment::parse(&text)).transpose().map_err(Failure::Content)?,
        received_at: time(row, "received_at")?,
        title: row.get("title")?,
        text: row.get("text")?,
        document: row.get("document")?,
        version: row.get("version")?,
        status: if row.get("withdrawn")? { Status::Withdrawn } else { Status::Usable },
    };
    Ok(KnownArticle {
        article,
        story: row.get("story")?,
        origin: row.get("origin")?,
        learned_at: time(row, "learned_at")?,
        claims: Vec::new(),
    })
}

/// The messages that an article made.
pub(super) fn messages_of(connection: &Connection, article: &str) -> Result<Vec<Message>, Failure> {
    collect(connection.prepare_cached(MESSAGES_OF)?, [article], |row| from_json(row, "body"))
}
