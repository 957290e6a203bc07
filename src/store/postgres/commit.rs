//! One commit. Comes in: outcomes, failed items, checkpoints. Goes out: rows, all in the transaction of the caller.
//! First everything is checked that may refuse the commit, then everything is written, each table in one statement
//! however many articles there are: a round trip to the server costs more than a row.

use std::collections::{BTreeMap, BTreeSet};

use deadpool_postgres::GenericClient;

use super::columns::{get, json, text};
use super::failure::Failure;
use super::statements::{execute, rows};
use super::{audit, parcels, search};
use crate::ledger::Outcome;
use crate::model::{Fact, FactKey, StoryId};
use crate::store::form::{integer, revisions_leap, stamp};
use crate::store::search::of_outcomes;
use crate::store::{Commit, FAILED_BYTES_MAX, FAILED_ITEMS_MAX, HELD_BYTES_MAX, StoreError};

const KNOWN: &str = "SELECT id FROM articles WHERE id = ANY($1)";
pub(super) const REVISIONS: &str = "SELECT id, revision FROM stories WHERE id = ANY($1)";
const WRITE_STORIES: &str = "INSERT INTO stories (id, title, last_report_at, revision, body, bare, changed_in)
    SELECT *, $7 FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bool[])
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, last_report_at = excluded.last_report_at,
        revision = excluded.revision, body = excluded.body, bare = excluded.bare, changed_in = excluded.changed_in";
const WRITE_ARTICLES: &str = "INSERT INTO articles
        (id, story, origin, outlet, url, published_at, received_at, learned_at, title, text, document, version,
        withdrawn)
    SELECT id, story, origin, outlet, url, published_at, received_at, learned_at, title, text, document, version,
        withdrawn
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::bool[])
        WITH ORDINALITY AS given (id, story, origin, outlet, url, published_at, received_at, learned_at, title, text,
            document, version, withdrawn, place)
    ORDER BY place RETURNING id, number";
const WRITE_FACTS: &str = "INSERT INTO facts
        (story, key, about, place, names, value, told, conflicts_told, told_at, merged)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::bigint[])
    ON CONFLICT (story, key) DO UPDATE SET value = excluded.value, told = excluded.told,
        conflicts_told = excluded.conflicts_told, told_at = excluded.told_at, merged = excluded.merged
    RETURNING story, key, number";
const OPEN_FACTS: &str = "INSERT INTO facts (story, key, about, place, names, conflicts_told, merged)
    SELECT *, '[]', 0 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    ON CONFLICT (story, key) DO NOTHING";
const FIND_FACTS: &str = "SELECT facts.story AS story, facts.key AS key, number FROM facts
    JOIN unnest($1::text[], $2::text[]) AS asked (story, key) ON facts.story = asked.story AND facts.key = asked.key";
const WRITE_CLAIMS: &str = "INSERT INTO claims (fact, article, held_at, learned_at, body)
    SELECT fact, article, held_at, learned_at, body
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
        WITH ORDINALITY AS given (fact, article, held_at, learned_at, body, place)
    ORDER BY place";
const DROP_FROM_COMPARED: &str = "UPDATE claims SET compared = FALSE
    FROM unnest($1::bigint[], $2::text[], $3::text[]) AS dropped (fact, held_at, body)
    WHERE claims.fact = dropped.fact AND claims.held_at = dropped.held_at AND claims.body = dropped.body AND compared";
const WRITE_MESSAGES: &str = "INSERT INTO messages (id, article, body)
    SELECT id, article, body FROM unnest($1::text[], $2::bigint[], $3::text[])
        WITH ORDINALITY AS given (id, article, body, place)
    ORDER BY place ON CONFLICT (id) DO NOTHING";
const WRITE_CHECKPOINT: &str = "INSERT INTO checkpoints (input, part, next) VALUES ($1, $2, $3)
    ON CONFLICT (input, part) DO UPDATE SET next = greatest(checkpoints.next, excluded.next)";
const WRITE_FAILED: &str =
    "INSERT INTO failed_items (input, label, form, reason, failed_at, size, bytes, retry_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
/// What is held back stays longer, but not without bound.
const DROP_OLDEST_FAILED: &str = "DELETE FROM failed_items
    WHERE number <= (SELECT max(number) FROM failed_items) - $1::bigint
        AND (retry_at IS NULL OR number <= (SELECT max(number) FROM failed_items) - 10 * $1::bigint)";
const FORGET_RETRIED: &str =
    "DELETE FROM failed_items WHERE number = ANY($1) AND (retry OR retry_at IS NOT NULL)";

/// Writes everything as part of `generation`; the caller takes it back on an error.
pub(super) async fn write(
    client: &impl GenericClient,
    commit: &Commit,
    generation: i64,
) -> Result<(), Failure> {
    check_articles(client, commit).await?;
    let stories = stories(commit)?;
    check_revisions(client, &stories).await?;
    if !commit.outcomes.is_empty() {
        write_stories(client, &stories, generation).await?;
        let articles = write_articles(client, &commit.outcomes).await?;
        let facts = write_facts(client, &commit.outcomes).await?;
        write_claims(client, &commit.outcomes, &articles, &facts).await?;
        drop_from_compared(client, &commit.outcomes, &facts).await?;
        write_messages(client, &commit.outcomes, &articles).await?;
        search::write(client, of_outcomes(&commit.outcomes)).await?;
    }
    parcels::commit(client, commit).await?;
    for entry in &commit.audit {
        audit::write(client, entry).await?;
    }
    write_failed(client, commit).await?;
    if !commit.retried.is_empty() {
        execute(client, FORGET_RETRIED, &[&commit.retried]).await?;
    }
    for checkpoint in &commit.checkpoints {
        let (input, part) = (text(&checkpoint.input), text(&checkpoint.part));
        execute(client, WRITE_CHECKPOINT, &[&input, &part, &checkpoint.next]).await?;
    }
    Ok(())
}

/// A story as it is after the commit, and the revision it must have before.
struct Touched<'a> {
    expected: u64,
    last: &'a Outcome,
}

/// The stories touched; refuses a commit that contradicts itself.
fn stories(commit: &Commit) -> Result<BTreeMap<&StoryId, Touched<'_>>, Failure> {
    let mut stories: BTreeMap<&StoryId, Touched<'_>> = BTreeMap::new();
    for outcome in &commit.outcomes {
        let story = &outcome.story;
        let expected = match stories.get(&story.id) {
            Some(earlier) if earlier.last.story.revision.checked_add(1) != Some(story.revision) => {
                return Err(revisions_leap(&story.id, earlier.last.story.revision, story.revision).into());
            }
            Some(earlier) => earlier.expected,
            None => story.revision.checked_sub(1).ok_or_else(|| revisions_leap(&story.id, 0, 0))?,
        };
        stories.insert(&story.id, Touched { expected, last: outcome });
    }
    Ok(stories)
}

async fn check_articles(client: &impl GenericClient, commit: &Commit) -> Result<(), Failure> {
    let ids: Vec<_> = commit.outcomes.iter().map(|outcome| text(&outcome.article.id)).collect();
    let stored = if ids.is_empty() { Vec::new() } else { rows(client, KNOWN, &[&ids]).await? };
    let mut seen: BTreeSet<String> = stored.iter().map(|row| get(row, "id")).collect::<Result<_, _>>()?;
    let known: Vec<_> = commit
        .outcomes
        .iter()
        .zip(ids)
        .filter(|(_, id)| !seen.insert(id.clone().into_owned()))
        .map(|(outcome, _)| outcome.article.id.clone())
        .collect();
    if known.is_empty() { Ok(()) } else { Err(StoreError::ArticlesKnown(known).into()) }
}

async fn check_revisions(
    client: &impl GenericClient,
    stories: &BTreeMap<&StoryId, Touched<'_>>,
) -> Result<(), Failure> {
    if stories.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = stories.keys().map(|id| id.as_str()).collect();
    let mut stored: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows(client, REVISIONS, &[&ids]).await? {
        stored.insert(get(&row, "id")?, get(&row, "revision")?);
    }
    let moved: Vec<StoryId> = stories
        .iter()
        .filter(|(id, touched)| stored.get(id.as_str()).copied().unwrap_or(0) != integer(touched.expected))
        .map(|(id, _)| (*id).clone())
        .collect();
    if moved.is_empty() { Ok(()) } else { Err(StoreError::StoryMoved(moved).into()) }
}

async fn write_stories(
    client: &impl GenericClient,
    stories: &BTreeMap<&StoryId, Touched<'_>>,
    generation: i64,
) -> Result<(), Failure> {
    let all = || stories.values().map(|touched| &touched.last.story);
    let ids: Vec<&str> = all().map(|story| story.id.as_str()).collect();
    let titles: Vec<_> = all().map(|story| text(&story.title)).collect();
    let last_reports: Vec<_> = all().map(|story| stamp(story.last_report_at)).collect();
    let revisions: Vec<i64> = all().map(|story| integer(story.revision)).collect();
    let bodies: Vec<_> = all().map(json).collect::<Result<_, _>>()?;
    let bare: Vec<bool> = all().map(|story| story.profile.bare).collect();
    execute(client, WRITE_STORIES, &[&ids, &titles, &last_reports, &revisions, &bodies, &bare, &generation])
        .await?;
    Ok(())
}

/// The numbers of the articles, in the order of the outcomes.
async fn write_articles(client: &impl GenericClient, outcomes: &[Outcome]) -> Result<Vec<i64>, Failure> {
    let each = || outcomes.iter().map(|outcome| &outcome.article);
    let ids: Vec<_> = each().map(|article| text(&article.id)).collect();
    let stories: Vec<&str> = outcomes.iter().map(|outcome| outcome.story.id.as_str()).collect();
    let origins: Vec<_> = outcomes.iter().map(|outcome| text(&outcome.origin)).collect();
    let outlets: Vec<_> = each().map(|article| article.outlet.as_deref().map(text)).collect();
    let urls: Vec<_> = each().map(|article| article.url.as_deref().map(text)).collect();
    let published: Vec<_> = each().map(|article| article.published_at.map(|at| at.to_string())).collect();
    let received: Vec<_> = each().map(|article| stamp(article.received_at)).collect();
    let learned: Vec<_> = outcomes.iter().map(|outcome| stamp(outcome.learned_at)).collect();
    let titles: Vec<_> = each().map(|article| text(&article.title)).collect();
    let texts: Vec<_> = each().map(|article| text(&article.text)).collect();
    let documents: Vec<_> = each().map(|article| article.document.as_deref().map(text)).collect();
    let versions: Vec<_> = each().map(|article| article.version.as_deref().map(text)).collect();
    let withdrawn: Vec<bool> = each().map(|article| !article.status.is_usable()).collect();
    let written = rows(
        client,
        WRITE_ARTICLES,
        &[
            &ids, &stories, &origins, &outlets, &urls, &published, &received, &learned, &titles, &texts,
            &documents, &versions, &withdrawn,
        ],
    )
    .await?;
    let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
    for row in written {
        numbers.insert(get(&row, "id")?, get(&row, "number")?);
    }
    let number = |id: &str| numbers.get(id).copied().ok_or_else(|| missing("the number of an article"));
    ids.iter().map(|id| number(id)).collect()
}

fn missing(what: &str) -> Failure {
    Failure::Content(format!("{what} did not come back"))
}

/// Story and key of a fact.
type Name = (StoryId, String);

/// The key's parts by which stories are searched.
pub(super) struct Searched {
    pub(super) about: &'static str,
    pub(super) place: Option<String>,
    pub(super) names: String,
}

impl Searched {
    pub(super) fn of(key: &FactKey) -> Self {
        let (place, names) = match key {
            FactKey::Casualties { side, place, .. } => (place.as_deref(), vec![side.as_deref()]),
            FactKey::Demand { by, to, .. } => (None, vec![Some(by.as_str()), to.as_deref()]),
            FactKey::Position { actor, target } => (None, vec![Some(actor.as_str()), target.as_deref()]),
            FactKey::Deed { doer, .. } => (None, vec![Some(doer.as_str())]),
        };
        let names: Vec<&str> = names.into_iter().flatten().collect();
        Self {
            about: key.about(),
            place: place.map(|place| text(place).into_owned()),
            names: text(&names.join("\n")).into_owned(),
        }
    }
}

/// The numbers of all facts that the outcomes changed or speak to.
async fn write_facts(
    client: &impl GenericClient,
    outcomes: &[Outcome],
) -> Result<BTreeMap<Name, i64>, Failure> {
    let mut last: BTreeMap<Name, &Fact> = BTreeMap::new();
    let mut spoken_to: BTreeMap<Name, &FactKey> = BTreeMap::new();
    for outcome in outcomes {
        for fact in &outcome.facts {
            last.insert((outcome.story.id.clone(), json(&fact.key)?), fact);
        }
        for (key, _) in &outcome.claims {
            spoken_to.insert((outcome.story.id.clone(), json(key)?), key);
        }
    }
    let mut numbers = BTreeMap::new();
    if !last.is_empty() {
        let (stories, keys): (Vec<&str>, Vec<_>) =
            last.keys().map(|(story, key)| (story.as_str(), text(key))).unzip();
        let searched: Vec<Searched> = last.values().map(|fact| Searched::of(&fact.key)).collect();
        let abouts: Vec<&str> = searched.iter().map(|key| key.about).collect();
        let places: Vec<Option<&str>> = searched.iter().map(|key| key.place.as_deref()).collect();
        let names: Vec<&str> = searched.iter().map(|key| key.names.as_str()).collect();
        let optional = |value: Option<&crate::model::Value>| value.map(json).transpose();
        let values: Vec<_> =
            last.values().map(|fact| optional(fact.value.as_ref())).collect::<Result<_, _>>()?;
        let told: Vec<_> =
            last.values().map(|fact| optional(fact.told.as_ref())).collect::<Result<_, _>>()?;
        let conflicts: Vec<_> =
            last.values().map(|fact| json(&fact.conflicts_told)).collect::<Result<_, _>>()?;
        let told_at: Vec<_> = last.values().map(|fact| fact.told_at.map(stamp)).collect();
        let merged: Vec<i64> = last.values().map(|fact| integer(fact.merged)).collect();
        let written = rows(
            client,
            WRITE_FACTS,
            &[&stories, &keys, &abouts, &places, &names, &values, &told, &conflicts, &told_at, &merged],
        )
        .await?;
        read_numbers(&written, &mut numbers)?;
    }
    spoken_to.retain(|name, _| !numbers.contains_key(name));
    if !spoken_to.is_empty() {
        let (stories, keys): (Vec<&str>, Vec<_>) =
            spoken_to.keys().map(|(story, key)| (story.as_str(), text(key))).unzip();
        let searched: Vec<Searched> = spoken_to.values().map(|key| Searched::of(key)).collect();
        let abouts: Vec<&str> = searched.iter().map(|key| key.about).collect();
        let places: Vec<Option<&str>> = searched.iter().map(|key| key.place.as_deref()).collect();
        let names: Vec<&str> = searched.iter().map(|key| key.names.as_str()).collect();
        execute(client, OPEN_FACTS, &[&stories, &keys, &abouts, &places, &names]).await?;
        read_numbers(&rows(client, FIND_FACTS, &[&stories, &keys]).await?, &mut numbers)?;
    }
    Ok(numbers)
}

fn read_numbers(rows: &[tokio_postgres::Row], numbers: &mut BTreeMap<Name, i64>) -> Result<(), Failure> {
    for row in rows {
        numbers.insert((get(row, "story")?, get(row, "key")?), get(row, "number")?);
    }
    Ok(())
}

async fn write_claims(
    client: &impl GenericClient,
    outcomes: &[Outcome],
    articles: &[i64],
    facts: &BTreeMap<Name, i64>,
) -> Result<(), Failure> {
    let (mut of_fact, mut of_article) = (Vec::new(), Vec::new());
    let (mut held, mut learned, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    for (outcome, article) in outcomes.iter().zip(articles) {
        for (key, claim) in &outcome.claims {
            let name = (outcome.story.id.clone(), json(key)?);
            of_fact.push(facts.get(&name).copied().ok_or_else(|| missing("the number of a fact"))?);
            of_article.push(*article);
            held.push(stamp(claim.held_at));
            learned.push(stamp(claim.learned_at));
            bodies.push(json(claim)?);
        }
    }
    if !bodies.is_empty() {
        execute(client, WRITE_CLAIMS, &[&of_fact, &of_article, &held, &learned, &bodies]).await?;
    }
    Ok(())
}

/// What the limit of a history has dropped is kept for questions about the past.
async fn drop_from_compared(
    client: &impl GenericClient,
    outcomes: &[Outcome],
    facts: &BTreeMap<Name, i64>,
) -> Result<(), Failure> {
    let (mut of_fact, mut held, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    for outcome in outcomes {
        for (key, claim) in &outcome.dropped {
            let name = (outcome.story.id.clone(), json(key)?);
            of_fact.push(facts.get(&name).copied().ok_or_else(|| missing("the number of a fact"))?);
            held.push(stamp(claim.held_at));
            bodies.push(json(claim)?);
        }
    }
    if !bodies.is_empty() {
        execute(client, DROP_FROM_COMPARED, &[&of_fact, &held, &bodies]).await?;
    }
    Ok(())
}

/// A message whose id is stored already has been told, or is on its way.
async fn write_messages(
    client: &impl GenericClient,
    outcomes: &[Outcome],
    articles: &[i64],
) -> Result<(), Failure> {
    let (mut ids, mut of_article, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    for (outcome, article) in outcomes.iter().zip(articles) {
        if let Some(message) = &outcome.message {
            ids.push(message.id.as_str());
            of_article.push(*article);
            bodies.push(json(message)?);
        }
    }
    if !ids.is_empty() {
        execute(client, WRITE_MESSAGES, &[&ids, &of_article, &bodies]).await?;
    }
    Ok(())
}

async fn write_failed(client: &impl GenericClient, commit: &Commit) -> Result<(), Failure> {
    for item in &commit.failed {
        let most = if item.retry_at.is_some() { HELD_BYTES_MAX } else { FAILED_BYTES_MAX };
        let kept = item.bytes.get(..most).unwrap_or(&item.bytes);
        let retry_at = item.retry_at.map(stamp);
        let (input, label, reason) = (text(&item.input), text(&item.label), text(&item.reason));
        let (form, size) = (item.form.as_deref().map(text), integer(item.bytes.len()));
        let failed_at = stamp(item.failed_at);
        execute(client, WRITE_FAILED, &[&input, &label, &form, &reason, &failed_at, &size, &kept, &retry_at])
            .await?;
    }
    if !commit.failed.is_empty() {
        let dropped = execute(client, DROP_OLDEST_FAILED, &[&FAILED_ITEMS_MAX]).await?;
        if dropped > 0 {
            tracing::warn!(
                dropped,
                kept = FAILED_ITEMS_MAX,
                "the oldest failed items were dropped from the store"
            );
        }
    }
    Ok(())
}
