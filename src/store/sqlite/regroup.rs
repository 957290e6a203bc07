//! Reports that change their story. Comes in: what the stories are afterwards. Goes out: rows, all in the transaction of
//! the caller. Articles, claims and messages stay as they are; only where they belong changes.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{self, integer, json, stamp};
use super::commit::{FIND_FACT, OPEN_FACT, REVISION, WRITE_FACT, WRITE_STORY};
use super::failure::Failure;
use super::{audit, mutes, order, questions, search};
use crate::ledger::regroup::Regrouped;
use crate::model::{Fact, Story};
use crate::store::parcel::story_lot;
use crate::store::{Moved, Regroup, StoreError};

const IS_MERGED: &str = "SELECT merged_into IS NOT NULL FROM stories WHERE id = ?1";
const MERGED_INTO: &str = "UPDATE stories SET merged_into = ?2 WHERE id = ?1 OR merged_into = ?1";
const STANDS_ALONE: &str = "UPDATE stories SET merged_into = NULL WHERE id = ?1";
const MOVE_ALL_ARTICLES: &str = "UPDATE articles SET story = ?2 WHERE story = ?1";
const MOVE_ARTICLES: &str = "UPDATE articles SET story = ?2
    WHERE story = ?1 AND id IN (SELECT value FROM json_each(?3))";
const FACTS_OF: &str = "SELECT number, key FROM facts WHERE story = ?1";
const MOVE_ALL_CLAIMS: &str = "UPDATE claims SET fact = ?2 WHERE fact = ?1";
const LEAVES: &str =
    "fact = ?1 AND (article IN (SELECT number FROM articles WHERE id IN (SELECT value FROM json_each(?2)))
    OR json_extract(body, '$.retracts') IN (SELECT value FROM json_each(?2)))";
pub(super) const COMPARE_ONLY: &str = "UPDATE claims SET compared = 0
    WHERE fact = ?1 AND compared = 1 AND body NOT IN (SELECT value FROM json_each(?2))";
const COMPARE_ALL: &str = "UPDATE claims SET compared = 1 WHERE fact = ?1 AND compared = 0";
const DROP_EMPTY_FACTS: &str = "DELETE FROM facts
    WHERE story = ?1 AND NOT EXISTS (SELECT 1 FROM claims WHERE claims.fact = facts.number)";
pub(super) const LATEST: &str = "SELECT max(number) FROM audit WHERE action IN ('merge', 'split')";
const MOVE_ALL_HELD: &str =
    "UPDATE held SET story = ?2, lot = CASE lot WHEN ?3 THEN ?4 ELSE lot END WHERE story = ?1";
const MOVE_HELD: &str =
    "UPDATE held SET story = ?2, lot = CASE lot WHEN ?3 THEN ?4 ELSE lot END WHERE story = ?1
    AND message IN (SELECT messages.number FROM messages JOIN articles ON articles.number = messages.article
        WHERE articles.id IN (SELECT value FROM json_each(?5)))";
const RENAME_SUBJECT: &str = "UPDATE held SET subject = ?2 WHERE subject = ?1";

/// The number of the latest regrouping, 0 before the first.
pub(super) fn count(connection: &Connection) -> Result<i64, Failure> {
    let latest: Option<i64> = connection.prepare_cached(LATEST)?.query_row([], |row| row.get(0))?;
    Ok(latest.unwrap_or(0))
}

/// Writes everything; the caller takes it back on an error.
pub(super) fn write(connection: &Connection, regroup: &Regroup) -> Result<(), Failure> {
    let (from, into) = (&regroup.from, &regroup.into);
    let mut moved = Vec::new();
    let mut next = |story: &Story, opens: bool| -> Result<u64, Failure> {
        let stored = revision(connection, &story.id)?;
        let fits = match stored {
            Some(stored) if !opens => stored == story.revision && !is_merged(connection, &story.id)?,
            Some(_) => is_merged(connection, &story.id)?,
            None => opens,
        };
        if !fits {
            moved.push(story.id.clone());
        }
        Ok(stored.unwrap_or(0) + 1)
    };
    let revisions = (next(&from.story, false)?, next(&into.story, regroup.opens)?);
    if !moved.is_empty() {
        return Err(StoreError::StoryMoved(moved).into());
    }
    write_story(connection, &from.story, revisions.0)?;
    write_story(connection, &into.story, revisions.1)?;
    match &regroup.moved {
        Moved::All => connection.prepare_cached(MERGED_INTO)?.execute([&from.story.id, &into.story.id])?,
        Moved::Articles(_) => connection.prepare_cached(STANDS_ALONE)?.execute([&into.story.id])?,
    };
    move_rows(connection, regroup)?;
    if matches!(regroup.moved, Moved::Articles(_)) {
        write_facts(connection, from)?;
    }
    write_facts(connection, into)?;
    for story in [&from.story, &into.story] {
        connection.prepare_cached(DROP_EMPTY_FACTS)?.execute([&story.id])?;
    }
    search::renew(connection, &from.story, revisions.0)?;
    search::renew(connection, &into.story, revisions.1)?;
    for (old, new) in &regroup.subjects {
        connection.prepare_cached(RENAME_SUBJECT)?.execute([old, new])?;
    }
    mutes::regroup(connection, regroup)?;
    audit::write(connection, &regroup.audit)
}

fn revision(connection: &Connection, story: &str) -> Result<Option<u64>, Failure> {
    let mut revision = connection.prepare_cached(REVISION)?;
    revision.query_row([story], |row| Ok(columns::count(row, "revision"))).optional()?.transpose()
}

fn is_merged(connection: &Connection, story: &str) -> Result<bool, Failure> {
    let merged = connection.prepare_cached(IS_MERGED)?.query_row([story], |row| row.get(0)).optional()?;
    Ok(merged.unwrap_or(false))
}

fn write_story(connection: &Connection, story: &Story, revision: u64) -> Result<(), Failure> {
    let story = Story { revision, ..story.clone() };
    connection.prepare_cached(WRITE_STORY)?.execute(params![
        story.id,
        stamp(story.last_report_at),
        integer(revision),
        json(&story)?,
        story.profile.bare
    ])?;
    Ok(())
}

/// Gives articles and claims to the other story, each claim to the fact of the same key there.
fn move_rows(connection: &Connection, regroup: &Regroup) -> Result<(), Failure> {
    let (from, into) = (&regroup.from.story.id, &regroup.into.story.id);
    let facts = questions::collect(connection.prepare_cached(FACTS_OF)?, [from], |row| {
        Ok((row.get::<_, i64>("number")?, row.get::<_, String>("key")?))
    })?;
    let articles = match &regroup.moved {
        Moved::All => None,
        Moved::Articles(articles) => Some(json(articles)?),
    };
    for (number, key) in facts {
        match &articles {
            None => {
                let there = fact(connection, into, &key)?;
                connection.prepare_cached(MOVE_ALL_CLAIMS)?.execute([number, there])?;
            }
            Some(articles) => {
                let leaves = format!("SELECT 1 FROM claims WHERE {LEAVES} LIMIT 1");
                if connection.prepare_cached(&leaves)?.exists(params![number, articles])? {
                    let there = fact(connection, into, &key)?;
                    let go = format!("UPDATE claims SET fact = ?3 WHERE {LEAVES}");
                    connection.prepare_cached(&go)?.execute(params![number, articles, there])?;
                }
            }
        }
    }
    match &articles {
        None => connection.prepare_cached(MOVE_ALL_ARTICLES)?.execute([from, into])?,
        Some(articles) => connection.prepare_cached(MOVE_ARTICLES)?.execute([from, into, articles])?,
    };
    let lots = (story_lot(from), story_lot(into));
    match &articles {
        None => connection.prepare_cached(MOVE_ALL_HELD)?.execute(params![from, into, lots.0, lots.1])?,
        Some(articles) => {
            connection.prepare_cached(MOVE_HELD)?.execute(params![from, into, lots.0, lots.1, articles])?
        }
    };
    order::regroup(connection, from, into)
}

/// The fact under this key, opened when it is not there.
fn fact(connection: &Connection, story: &str, key: &str) -> Result<i64, Failure> {
    let found = connection.prepare_cached(FIND_FACT)?.query_row([story, key], |row| row.get(0)).optional()?;
    match found {
        Some(number) => Ok(number),
        None => Ok(connection.prepare_cached(OPEN_FACT)?.query_row([story, key], |row| row.get(0))?),
    }
}

fn write_facts(connection: &Connection, regrouped: &Regrouped) -> Result<(), Failure> {
    for fact in &regrouped.facts {
        let Fact { key, value, told, conflicts_told, told_at, claims, merged } = fact;
        let number: i64 = connection.prepare_cached(WRITE_FACT)?.query_row(
            params![
                regrouped.story.id,
                json(key)?,
                value.as_ref().map(json).transpose()?,
                told.as_ref().map(json).transpose()?,
                json(conflicts_told)?,
                told_at.map(stamp),
                integer(*merged)
            ],
            |row| row.get(0),
        )?;
        connection.prepare_cached(COMPARE_ALL)?.execute([number])?;
        if *merged > 0 {
            let left = claims.iter().map(json).collect::<Result<Vec<_>, _>>()?;
            connection.prepare_cached(COMPARE_ONLY)?.execute(params![number, json(&left)?])?;
        }
    }
    Ok(())
}
