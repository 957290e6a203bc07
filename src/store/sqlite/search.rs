//! By which words stories are found. Comes in: terms of a commit, or stories that have none yet. Goes out: rows of the
//! full text index `search`, and what a question asks of it. Each row has words that one commit gave to one story.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::columns::{count, from_json, integer};
use super::failure::Failure;
use super::questions::collect;
use crate::model::{FactKey, Story};
use crate::store::search::{ACTOR, Asked, PLACE, TITLE, Term, of_key, of_title};

/// A row that is there under the number can only be one of the same story, a million commits ago.
pub(super) const WRITE: &str =
    "INSERT OR REPLACE INTO search (rowid, title, place, actor, about) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(super) const FORGET: &str = "DELETE FROM search WHERE rowid >= ?1 AND rowid < ?2";
/// The number of a story in the rows that fit.
pub(super) const FOUND: &str = "SELECT rowid >> 20 FROM search WHERE search MATCH ?";
pub(super) const NUMBER: &str = "SELECT number FROM stories WHERE id = ?1";
const IS_MISSING: &str =
    "SELECT EXISTS (SELECT 1 FROM stories) AND NOT EXISTS (SELECT rowid FROM search) AS missing";
const EVERY_STORY: &str = "SELECT number, revision, body FROM stories WHERE merged_into IS NULL AND number > ?1 ORDER BY number LIMIT ?2";
const TITLES: &str = "SELECT DISTINCT title FROM articles WHERE story = ?1";
const KEYS: &str = "SELECT key FROM facts WHERE story = ?1";

/// So many rows may tell of one story.
const ROWS: i64 = 1 << 20;

/// Stories that are filled in at once.
const PAGE: i64 = 500;

/// The words of a row, those of each kind apart by spaces: no word has one.
#[derive(Debug, Default)]
pub(super) struct Words {
    title: String,
    place: String,
    actor: String,
    about: String,
}

impl Words {
    pub(super) fn add(&mut self, term: &Term) {
        let words = match term.kind {
            TITLE => &mut self.title,
            PLACE => &mut self.place,
            ACTOR => &mut self.actor,
            _ => &mut self.about,
        };
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&term.term);
    }

    /// Gives them to a story, of which this is the revision.
    pub(super) fn write(&self, connection: &Connection, story: &str, revision: u64) -> Result<(), Failure> {
        let Self { title, place, actor, about } = self;
        let row = number(connection, story)? * ROWS + integer(revision) % ROWS;
        connection.prepare_cached(WRITE)?.execute(params![row, title, place, actor, about])?;
        Ok(())
    }
}

/// What the index is asked for one term. Only a term as it stands there can be found; quoted, it is no operator.
pub(super) fn fits(Asked { kind, from, .. }: &Asked) -> String {
    let word: String = from.chars().filter(|letter| *letter != '"').collect();
    format!("{kind} : \"{word}\" *")
}

/// Makes the words of a story anew from what it has now.
pub(super) fn renew(connection: &Connection, story: &Story, revision: u64) -> Result<(), Failure> {
    let number = number(connection, &story.id)?;
    connection.prepare_cached(FORGET)?.execute([number * ROWS, (number + 1) * ROWS])?;
    write_all(connection, story, revision)
}

fn number(connection: &Connection, story: &str) -> Result<i64, Failure> {
    Ok(connection.prepare_cached(NUMBER)?.query_row([story], |row| row.get(0))?)
}

/// Writes the words that a story has by its titles and facts; one without reports has none.
fn write_all(connection: &Connection, story: &Story, revision: u64) -> Result<(), Failure> {
    let titles =
        collect(connection.prepare_cached(TITLES)?, [&story.id], |row| Ok(row.get::<_, String>("title")?))?;
    if titles.is_empty() {
        return Ok(());
    }
    let keys =
        collect(connection.prepare_cached(KEYS)?, [&story.id], |row| from_json::<FactKey>(row, "key"))?;
    let mut terms: BTreeSet<Term> = of_title(&story.title).collect();
    terms.extend(titles.iter().flat_map(|title| of_title(title)));
    terms.extend(keys.iter().flat_map(of_key));
    let mut words = Words::default();
    terms.iter().for_each(|term| words.add(term));
    words.write(connection, &story.id, revision)
}

/// Fills the index of a store that has none yet, in the transaction of the caller.
pub(super) fn fill(connection: &Connection) -> Result<(), Failure> {
    if !connection.query_row(IS_MISSING, [], |row| row.get::<_, bool>(0))? {
        return Ok(());
    }
    let mut last = 0;
    loop {
        let stories = collect(connection.prepare_cached(EVERY_STORY)?, [last, PAGE], |row| {
            Ok((row.get::<_, i64>("number")?, count(row, "revision")?, from_json::<Story>(row, "body")?))
        })?;
        let Some((end, ..)) = stories.last() else { break };
        last = *end;
        for (_, revision, story) in &stories {
            write_all(connection, story, *revision)?;
        }
    }
    tracing::info!("the words by which stories are found were filled in");
    Ok(())
}
