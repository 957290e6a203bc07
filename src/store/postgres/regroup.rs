//! Reports that change their story. Comes in: what the stories are afterwards. Goes out: rows, all in the transaction of
//! the caller. Articles, claims and messages stay as they are; only where they belong changes.

use deadpool_postgres::GenericClient;

use super::columns::{get, json, text};
use super::commit::{REVISIONS, Searched};
use super::failure::Failure;
use super::statements::{execute, first, rows};
use super::{audit, mutes, order, search};
use crate::ledger::regroup::Regrouped;
use crate::model::{Fact, FactKey, Story};
use crate::store::form::{integer, parse, stamp};
use crate::store::parcel::story_lot;
use crate::store::{Moved, Regroup, StoreError};

const LATEST: &str = "SELECT max(number) AS latest FROM audit WHERE action IN ('merge', 'split')";
const IS_MERGED: &str = "SELECT merged_into IS NOT NULL AS merged FROM stories WHERE id = $1";
const WRITE_STORY: &str = "INSERT INTO stories (id, title, last_report_at, revision, body, changed_in, bare)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, last_report_at = excluded.last_report_at,
        revision = excluded.revision, body = excluded.body, changed_in = excluded.changed_in, bare = excluded.bare";
const MERGED_INTO: &str = "UPDATE stories SET merged_into = $2 WHERE id = $1 OR merged_into = $1";
const STANDS_ALONE: &str = "UPDATE stories SET merged_into = NULL WHERE id = $1";
const MOVE_ALL_ARTICLES: &str = "UPDATE articles SET story = $2 WHERE story = $1";
const MOVE_ARTICLES: &str = "UPDATE articles SET story = $2 WHERE story = $1 AND id = ANY($3)";
const FACTS_OF: &str = "SELECT number, key FROM facts WHERE story = $1";
const FIND_FACT: &str = "SELECT number FROM facts WHERE story = $1 AND key = $2";
const OPEN_FACT: &str = "INSERT INTO facts (story, key, about, place, names, conflicts_told, merged)
    VALUES ($1, $2, $3, $4, $5, '[]', 0) RETURNING number";
const WRITE_FACT: &str = "UPDATE facts
    SET value = $2, told = $3, conflicts_told = $4, told_at = $5, merged = $6 WHERE number = $1";
const MOVE_ALL_CLAIMS: &str = "UPDATE claims SET fact = $2 WHERE fact = $1";
const LEAVING: &str = "SELECT number FROM claims WHERE fact = $1
    AND (article IN (SELECT number FROM articles WHERE id = ANY($2)) OR body::json ->> 'retracts' = ANY($3))";
const MOVE_CLAIMS: &str = "UPDATE claims SET fact = $2 WHERE number = ANY($1)";
const COMPARE_ONLY: &str =
    "UPDATE claims SET compared = FALSE WHERE fact = $1 AND compared AND body <> ALL($2::text[])";
const COMPARE_ALL: &str = "UPDATE claims SET compared = TRUE WHERE fact = $1 AND NOT compared";
const DROP_EMPTY_FACTS: &str = "DELETE FROM facts
    WHERE story = $1 AND NOT EXISTS (SELECT 1 FROM claims WHERE claims.fact = facts.number)";
const MOVE_ALL_HELD: &str =
    "UPDATE held SET story = $2, lot = CASE lot WHEN $3 THEN $4 ELSE lot END WHERE story = $1";
const MOVE_HELD: &str =
    "UPDATE held SET story = $2, lot = CASE lot WHEN $3 THEN $4 ELSE lot END WHERE story = $1
    AND message IN (SELECT messages.number FROM messages JOIN articles ON articles.number = messages.article
        WHERE articles.id = ANY($5))";
const RENAME_SUBJECT: &str = "UPDATE held SET subject = $2 WHERE subject = $1";

/// The number of the latest regrouping, 0 before the first.
pub(super) async fn count(client: &impl GenericClient) -> Result<i64, Failure> {
    let latest = first(client, LATEST, &[]).await?;
    Ok(latest.map(|row| get::<Option<i64>>(&row, "latest")).transpose()?.flatten().unwrap_or(0))
}

/// Writes everything as part of `generation`; the caller takes it back on an error.
pub(super) async fn write(
    client: &impl GenericClient,
    regroup: &Regroup,
    generation: i64,
) -> Result<(), Failure> {
    let (from, into) = (&regroup.from, &regroup.into);
    let mut moved = Vec::new();
    let mut revisions = Vec::with_capacity(2);
    for (story, opens) in [(&from.story, false), (&into.story, regroup.opens)] {
        let stored = revision(client, &story.id).await?;
        let fits = match stored {
            Some(stored) if !opens => {
                stored == integer(story.revision) && !is_merged(client, &story.id).await?
            }
            Some(_) => is_merged(client, &story.id).await?,
            None => opens,
        };
        if !fits {
            moved.push(story.id.clone());
        }
        revisions.push((story, stored.unwrap_or(0) + 1));
    }
    if !moved.is_empty() {
        return Err(StoreError::StoryMoved(moved).into());
    }
    for (story, revision) in revisions {
        write_story(client, story, revision, generation).await?;
    }
    match &regroup.moved {
        Moved::All => execute(client, MERGED_INTO, &[&from.story.id, &into.story.id]).await?,
        Moved::Articles(_) => execute(client, STANDS_ALONE, &[&into.story.id]).await?,
    };
    move_rows(client, regroup).await?;
    if matches!(regroup.moved, Moved::Articles(_)) {
        write_facts(client, from).await?;
    }
    write_facts(client, into).await?;
    for story in [&from.story, &into.story] {
        execute(client, DROP_EMPTY_FACTS, &[&story.id]).await?;
        search::renew(client, story).await?;
    }
    for (old, new) in &regroup.subjects {
        execute(client, RENAME_SUBJECT, &[&text(old), &text(new)]).await?;
    }
    mutes::regroup(client, regroup).await?;
    audit::write(client, &regroup.audit).await
}

async fn revision(client: &impl GenericClient, story: &str) -> Result<Option<i64>, Failure> {
    let row = first(client, REVISIONS, &[&vec![story]]).await?;
    row.map(|row| get(&row, "revision")).transpose()
}

async fn is_merged(client: &impl GenericClient, story: &str) -> Result<bool, Failure> {
    let row = first(client, IS_MERGED, &[&story]).await?;
    Ok(row.map(|row| get(&row, "merged")).transpose()?.unwrap_or(false))
}

async fn write_story(
    client: &impl GenericClient,
    story: &Story,
    revision: i64,
    generation: i64,
) -> Result<(), Failure> {
    let story = Story { revision: u64::try_from(revision).unwrap_or_default(), ..story.clone() };
    let (title, at, body) = (text(&story.title), stamp(story.last_report_at), json(&story)?);
    let bare = story.profile.bare;
    execute(client, WRITE_STORY, &[&story.id, &title, &at, &revision, &body, &generation, &bare]).await?;
    Ok(())
}

/// Gives articles and claims to the other story, each claim to the fact of the same key there.
async fn move_rows(client: &impl GenericClient, regroup: &Regroup) -> Result<(), Failure> {
    let (from, into) = (&regroup.from.story.id, &regroup.into.story.id);
    for row in rows(client, FACTS_OF, &[from]).await? {
        let (number, key): (i64, String) = (get(&row, "number")?, get(&row, "key")?);
        match &regroup.moved {
            Moved::All => {
                let there = fact(client, into, &key).await?;
                execute(client, MOVE_ALL_CLAIMS, &[&number, &there]).await?;
            }
            Moved::Articles(articles) => {
                // In the column an id is written for the server, in the claim as it is.
                let ids: Vec<_> = articles.iter().map(|id| text(id)).collect();
                let leaving = rows(client, LEAVING, &[&number, &ids, articles]).await?;
                if leaving.is_empty() {
                    continue;
                }
                let leaving: Vec<i64> =
                    leaving.iter().map(|row| get(row, "number")).collect::<Result<_, _>>()?;
                let there = fact(client, into, &key).await?;
                execute(client, MOVE_CLAIMS, &[&leaving, &there]).await?;
            }
        }
    }
    match &regroup.moved {
        Moved::All => execute(client, MOVE_ALL_ARTICLES, &[from, into]).await?,
        Moved::Articles(articles) => {
            let ids: Vec<_> = articles.iter().map(|id| text(id)).collect();
            execute(client, MOVE_ARTICLES, &[from, into, &ids]).await?
        }
    };
    let lots = (story_lot(from), story_lot(into));
    match &regroup.moved {
        Moved::All => execute(client, MOVE_ALL_HELD, &[from, into, &lots.0, &lots.1]).await?,
        Moved::Articles(articles) => {
            let ids: Vec<_> = articles.iter().map(|id| text(id)).collect();
            execute(client, MOVE_HELD, &[from, into, &lots.0, &lots.1, &ids]).await?
        }
    };
    order::regroup(client, from, into).await
}

/// The fact under this key, opened when it is not there.
async fn fact(client: &impl GenericClient, story: &str, key: &str) -> Result<i64, Failure> {
    if let Some(row) = first(client, FIND_FACT, &[&story, &key]).await? {
        return get(&row, "number");
    }
    let parsed: FactKey = parse(key, "key").map_err(Failure::Content)?;
    let Searched { about, place, names } = Searched::of(&parsed);
    let opened = first(client, OPEN_FACT, &[&story, &key, &about, &place, &names]).await?;
    get(
        &opened.ok_or_else(|| Failure::Content("the number of a fact did not come back".to_owned()))?,
        "number",
    )
}

async fn write_facts(client: &impl GenericClient, regrouped: &Regrouped) -> Result<(), Failure> {
    for known in &regrouped.facts {
        let Fact { key, value, told, conflicts_told, told_at, claims, merged } = known;
        let number = fact(client, &regrouped.story.id, &json(key)?).await?;
        let (value, told) = (value.as_ref().map(json).transpose()?, told.as_ref().map(json).transpose()?);
        let (conflicts, told_at, count) = (json(conflicts_told)?, told_at.map(stamp), integer(*merged));
        execute(client, WRITE_FACT, &[&number, &value, &told, &conflicts, &told_at, &count]).await?;
        execute(client, COMPARE_ALL, &[&number]).await?;
        if *merged > 0 {
            let left: Vec<String> = claims.iter().map(json).collect::<Result<_, _>>()?;
            execute(client, COMPARE_ONLY, &[&number, &left]).await?;
        }
    }
    Ok(())
}
