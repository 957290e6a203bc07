//! By which words stories are found. Comes in: terms of a commit, or stories that have none yet. Goes out: rows of the
//! table `search`, and the conditions of a question to it.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::columns::from_json;
use super::failure::Failure;
use super::questions::collect;
use crate::model::{FactKey, Story};
use crate::store::search::{Term, of_key, of_title};

pub(super) const WRITE: &str =
    "INSERT INTO search (story, kind, term) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
const FORGET: &str = "DELETE FROM search WHERE story = ?1";
const IS_MISSING: &str =
    "SELECT EXISTS (SELECT 1 FROM stories) AND NOT EXISTS (SELECT 1 FROM search) AS missing";
const EVERY_STORY: &str =
    "SELECT number, body FROM stories WHERE merged_into IS NULL AND number > ?1 ORDER BY number LIMIT ?2";
const TITLES: &str = "SELECT DISTINCT title FROM articles WHERE story = ?1";
const KEYS: &str = "SELECT key FROM facts WHERE story = ?1";

/// Stories that are filled in at once.
const PAGE: i64 = 500;

/// Adds terms of stories.
pub(super) fn write<'a>(
    connection: &Connection,
    terms: impl IntoIterator<Item = &'a (String, Term)>,
) -> Result<(), Failure> {
    let mut write = connection.prepare_cached(WRITE)?;
    for (story, Term { kind, term }) in terms {
        write.execute(params![story, kind, term])?;
    }
    Ok(())
}

/// Makes the terms of a story anew from what it has now.
pub(super) fn renew(connection: &Connection, story: &Story) -> Result<(), Failure> {
    connection.prepare_cached(FORGET)?.execute([&story.id])?;
    let titles =
        collect(connection.prepare_cached(TITLES)?, [&story.id], |row| Ok(row.get::<_, String>("title")?))?;
    let keys =
        collect(connection.prepare_cached(KEYS)?, [&story.id], |row| from_json::<FactKey>(row, "key"))?;
    if titles.is_empty() {
        return Ok(());
    }
    let mut terms: BTreeSet<Term> = of_title(&story.title).collect();
    terms.extend(titles.iter().flat_map(|title| of_title(title)));
    terms.extend(keys.iter().flat_map(of_key));
    let terms: Vec<_> = terms.into_iter().map(|term| (story.id.clone(), term)).collect();
    write(connection, &terms)
}

/// Fills the table of a store that was written before there was one.
pub(super) fn fill(connection: &mut Connection) -> Result<(), Failure> {
    if !connection.query_row(IS_MISSING, [], |row| row.get::<_, bool>(0))? {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    let mut last = 0;
    loop {
        let stories = collect(transaction.prepare_cached(EVERY_STORY)?, [last, PAGE], |row| {
            Ok((row.get::<_, i64>("number")?, from_json::<Story>(row, "body")?))
        })?;
        let Some((end, _)) = stories.last() else { break };
        last = *end;
        stories.iter().try_for_each(|(_, story)| renew(&transaction, story))?;
    }
    transaction.commit()?;
    tracing::info!("the words by which stories are found were filled in");
    Ok(())
}
