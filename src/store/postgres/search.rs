//! By which words stories are found. Comes in: terms of a commit, or stories that have none yet. Goes out: rows of the
//! table `search`.

use std::collections::BTreeSet;

use deadpool_postgres::GenericClient;

use super::columns::{from_json, get, string};
use super::failure::Failure;
use super::statements::{collect, execute, first};
use crate::model::{FactKey, Story};
use crate::store::search::{Term, of_key, of_title};

const WRITE: &str = "INSERT INTO search (story, kind, term)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING";
const FORGET: &str = "DELETE FROM search WHERE story = $1";
const IS_MISSING: &str =
    "SELECT EXISTS (SELECT 1 FROM stories) AND NOT EXISTS (SELECT 1 FROM search) AS missing";
const EVERY_STORY: &str =
    "SELECT body FROM stories WHERE merged_into IS NULL AND id > $1 ORDER BY id LIMIT $2";
const TITLES: &str = "SELECT DISTINCT title FROM articles WHERE story = $1";
const KEYS: &str = "SELECT key FROM facts WHERE story = $1";

/// Stories that are filled in at once.
const PAGE: i64 = 500;

/// Adds terms of stories, in one statement however many.
pub(super) async fn write(
    client: &impl GenericClient,
    terms: impl IntoIterator<Item = (&str, Term)>,
) -> Result<(), Failure> {
    let (mut stories, mut kinds, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for (story, Term { kind, term }) in terms {
        stories.push(story);
        kinds.push(kind);
        words.push(term);
    }
    if !stories.is_empty() {
        execute(client, WRITE, &[&stories, &kinds, &words]).await?;
    }
    Ok(())
}

/// Makes the terms of a story anew from what it has now.
pub(super) async fn renew(client: &impl GenericClient, story: &Story) -> Result<(), Failure> {
    execute(client, FORGET, &[&story.id]).await?;
    let titles = collect(client, TITLES, &[&story.id], |row| string(row, "title")).await?;
    let keys = collect(client, KEYS, &[&story.id], |row| from_json::<FactKey>(row, "key")).await?;
    if titles.is_empty() {
        return Ok(());
    }
    let mut terms: BTreeSet<Term> = of_title(&story.title).collect();
    terms.extend(titles.iter().flat_map(|title| of_title(title)));
    terms.extend(keys.iter().flat_map(of_key));
    write(client, terms.into_iter().map(|term| (story.id.as_str(), term))).await
}

/// Fills the table of a store that was written before there was one.
pub(super) async fn fill(client: &impl GenericClient) -> Result<(), Failure> {
    let missing = first(client, IS_MISSING, &[]).await?;
    if !missing.map(|row| get::<bool>(&row, "missing")).transpose()?.unwrap_or(false) {
        return Ok(());
    }
    let mut last = String::new();
    loop {
        let stories =
            collect(client, EVERY_STORY, &[&last, &PAGE], |row| from_json::<Story>(row, "body")).await?;
        let Some(end) = stories.last() else { break };
        last.clone_from(&end.id);
        for story in &stories {
            renew(client, story).await?;
        }
    }
    tracing::info!("the words by which stories are found were filled in");
    Ok(())
}
