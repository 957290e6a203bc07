//! One commit. Comes in: outcomes, failed items, checkpoints. Goes out: rows, all in the transaction of the caller.
//! First everything is checked that may refuse the commit, then everything is written. The JSON is made by the
//! caller's thread, so that the one writer only writes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::audit;
use super::columns::{count, integer, json, stamp};
use super::failure::Failure;
use super::lots::{self, PreparedParcel};
use super::search::Words;
use crate::inputs::Checkpoint;
use crate::ledger::Outcome;
use crate::model::{Article, ArticleId, AuditEntry, Fact, FactKey, KnownClaim, StoryId};
use crate::store::form::revisions_leap;
use crate::store::search::of_outcomes;
use crate::store::{Commit, FAILED_BYTES_MAX, FAILED_ITEMS_MAX, FailedItem, HELD_BYTES_MAX, StoreError};

pub(super) const IS_KNOWN: &str = "SELECT 1 FROM articles WHERE id = ?1";
pub(super) const REVISION: &str = "SELECT revision FROM stories WHERE id = ?1";
pub(super) const WRITE_STORY: &str =
    "INSERT INTO stories (id, last_report_at, revision, body, bare) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET last_report_at = excluded.last_report_at, revision = excluded.revision,
        body = excluded.body, bare = excluded.bare";
pub(super) const WRITE_ARTICLE: &str = "INSERT INTO articles
        (id, story, origin, outlet, url, published_at, received_at, learned_at, title, text, document, version,
        withdrawn)
    VALUES (:id, :story, :origin, :outlet, :url, :published_at, :received_at, :learned_at, :title, :text,
        :document, :version, :withdrawn)
    RETURNING number";
pub(super) const WRITE_FACT: &str = "INSERT INTO facts
        (story, key, value, told, conflicts_told, told_at, merged)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (story, key) DO UPDATE SET value = excluded.value, told = excluded.told,
        conflicts_told = excluded.conflicts_told, told_at = excluded.told_at, merged = excluded.merged
    RETURNING number";
pub(super) const OPEN_FACT: &str =
    "INSERT INTO facts (story, key, conflicts_told, merged) VALUES (?1, ?2, '[]', 0) RETURNING number";
pub(super) const FIND_FACT: &str = "SELECT number FROM facts WHERE story = ?1 AND key = ?2";
pub(super) const WRITE_CLAIM: &str =
    "INSERT INTO claims (fact, article, held_at, learned_at, body) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(super) const DROP_FROM_COMPARED: &str = "UPDATE claims SET compared = 0
    WHERE fact = ?1 AND held_at = ?2 AND body = ?3 AND compared = 1";
pub(super) const WRITE_MESSAGE: &str = "INSERT INTO messages (id, article, body) VALUES (?1, ?2, ?3)
    ON CONFLICT (id) DO NOTHING";
pub(super) const WRITE_CHECKPOINT: &str = "INSERT INTO checkpoints (input, part, next) VALUES (?1, ?2, ?3)
    ON CONFLICT (input, part) DO UPDATE SET next = max(next, excluded.next)";
const WRITE_FAILED: &str =
    "INSERT INTO failed_items (input, label, form, reason, failed_at, size, bytes, retry_at)
    VALUES (:input, :label, :form, :reason, :failed_at, :size, :bytes, :retry_at)";
/// What is held back stays longer, but not without bound.
const DROP_OLDEST_FAILED: &str = "DELETE FROM failed_items
    WHERE number <= ?1 AND (retry_at IS NULL OR number <= ?1 - 9 * ?2)";
const FORGET_RETRIED: &str =
    "DELETE FROM failed_items WHERE number = ?1 AND (retry = 1 OR retry_at IS NOT NULL)";

/// A commit with its JSON made and its own contradictions found.
pub(super) struct Prepared {
    /// The stories touched: the revision they must have now, and what they are afterwards.
    stories: BTreeMap<StoryId, PreparedStory>,
    facts: Vec<PreparedFact>,
    outcomes: Vec<PreparedOutcome>,
    failed: Vec<FailedItem>,
    retried: Vec<i64>,
    checkpoints: Vec<Checkpoint>,
    parcels: Vec<PreparedParcel>,
    dropped: Vec<String>,
    audit: Vec<AuditEntry>,
    at: Timestamp,
}

struct PreparedStory {
    expected: u64,
    revision: u64,
    last_report_at: String,
    body: String,
    bare: bool,
    /// By which further words it is found, if by any.
    words: Option<Words>,
}

struct PreparedOutcome {
    article: Article,
    story: StoryId,
    origin: ArticleId,
    learned_at: String,
    claims: Vec<PreparedClaim>,
    /// Claims that are no longer compared.
    dropped: Vec<PreparedClaim>,
    /// Id and body.
    message: Option<(String, String)>,
}

struct PreparedClaim {
    /// Place of its fact in the commit.
    fact: usize,
    held_at: String,
    learned_at: String,
    body: String,
}

/// A fact that the commit touches, or that a claim speaks to.
struct PreparedFact {
    story: StoryId,
    key: String,
    /// As it is afterwards; nothing when the commit leaves it as it was.
    state: Option<FactState>,
}

struct FactState {
    value: Option<String>,
    told: Option<String>,
    conflicts_told: String,
    told_at: Option<String>,
    merged: i64,
}

/// The facts of a commit, each once, with the last of its states.
#[derive(Default)]
struct Touched<'a> {
    places: BTreeMap<(&'a StoryId, &'a FactKey), usize>,
    facts: Vec<(&'a StoryId, &'a FactKey, Option<&'a Fact>)>,
}

impl<'a> Touched<'a> {
    fn of(outcomes: &'a [Outcome]) -> Self {
        let mut touched = Self::default();
        for Outcome { story, facts, claims, dropped, .. } in outcomes {
            for fact in facts {
                let place = touched.place(&story.id, &fact.key);
                if let Some((_, _, last)) = touched.facts.get_mut(place) {
                    *last = Some(fact);
                }
            }
            let keys = claims.iter().map(|(key, _)| key).chain(dropped.iter().map(|(key, _)| key));
            for key in keys {
                touched.place(&story.id, key);
            }
        }
        touched
    }

    /// The place of a fact, which is given one if it has none.
    fn place(&mut self, story: &'a StoryId, key: &'a FactKey) -> usize {
        *self.places.entry((story, key)).or_insert_with(|| {
            self.facts.push((story, key, None));
            self.facts.len() - 1
        })
    }

    fn prepared(&self) -> Result<Vec<PreparedFact>, Failure> {
        let state = |fact: &Fact| {
            Ok::<_, Failure>(FactState {
                value: fact.value.as_ref().map(json).transpose()?,
                told: fact.told.as_ref().map(json).transpose()?,
                conflicts_told: json(&fact.conflicts_told)?,
                told_at: fact.told_at.map(stamp),
                merged: integer(fact.merged),
            })
        };
        let prepared = self.facts.iter().map(|(story, key, last)| {
            Ok(PreparedFact { story: (*story).clone(), key: json(key)?, state: last.map(state).transpose()? })
        });
        prepared.collect()
    }
}

impl Prepared {
    /// Makes the rows' contents; refuses a commit that contradicts itself.
    pub(super) fn new(commit: &Commit) -> Result<Self, Failure> {
        let mut stories: BTreeMap<StoryId, PreparedStory> = BTreeMap::new();
        for Outcome { story, .. } in &commit.outcomes {
            let before = match stories.get(&story.id) {
                Some(earlier) if earlier.revision.checked_add(1) != Some(story.revision) => {
                    return Err(revisions_leap(&story.id, earlier.revision, story.revision).into());
                }
                Some(earlier) => earlier.expected,
                None => story.revision.checked_sub(1).ok_or_else(|| revisions_leap(&story.id, 0, 0))?,
            };
            let prepared = PreparedStory {
                expected: before,
                revision: story.revision,
                last_report_at: stamp(story.last_report_at),
                body: String::new(),
                bare: story.profile.bare,
                words: None,
            };
            stories.insert(story.id.clone(), prepared);
        }
        // Only the last state of a story is written, so only that one is turned into JSON.
        for Outcome { story, .. } in commit.outcomes.iter().rev() {
            if let Some(prepared) = stories.get_mut(&story.id).filter(|prepared| prepared.body.is_empty()) {
                prepared.body = json(story)?;
            }
        }
        for (story, term) in of_outcomes(&commit.outcomes) {
            if let Some(prepared) = stories.get_mut(story) {
                prepared.words.get_or_insert_default().add(&term);
            }
        }
        let mut touched = Touched::of(&commit.outcomes);
        let outcomes = commit.outcomes.iter().map(|outcome| PreparedOutcome::new(outcome, &mut touched));
        Ok(Self {
            stories,
            outcomes: outcomes.collect::<Result<_, _>>()?,
            facts: touched.prepared()?,
            failed: commit.failed.clone(),
            retried: commit.retried.clone(),
            checkpoints: commit.checkpoints.clone(),
            parcels: commit.parcels.iter().map(PreparedParcel::new).collect::<Result<_, _>>()?,
            dropped: commit.dropped.clone(),
            audit: commit.audit.clone(),
            at: commit.at,
        })
    }

    /// Writes everything; the caller takes it back on an error.
    pub(super) fn write(&self, connection: &Connection) -> Result<(), Failure> {
        self.check_articles(connection)?;
        self.check_revisions(connection)?;
        self.stories.iter().try_for_each(|(id, story)| story.write(connection, id))?;
        let facts = self.facts.iter().map(|fact| fact.write(connection)).collect::<Result<Vec<_>, _>>()?;
        for outcome in &self.outcomes {
            outcome.write(connection, &facts)?;
        }
        // First what is taken back: a commit may replace what it takes back.
        for subject in &self.dropped {
            lots::drop_subject(connection, subject)?;
        }
        for parcel in &self.parcels {
            parcel.write(connection, self.at)?;
        }
        self.write_failed(connection)?;
        self.audit.iter().try_for_each(|entry| audit::write(connection, entry))?;
        for number in &self.retried {
            connection.prepare_cached(FORGET_RETRIED)?.execute([number])?;
        }
        let mut write = connection.prepare_cached(WRITE_CHECKPOINT)?;
        for Checkpoint { input, part, next } in &self.checkpoints {
            write.execute(params![input, part, next])?;
        }
        Ok(())
    }

    fn check_articles(&self, connection: &Connection) -> Result<(), Failure> {
        let mut is_known = connection.prepare_cached(IS_KNOWN)?;
        let mut known = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for PreparedOutcome { article, .. } in &self.outcomes {
            if !seen.insert(&article.id) || is_known.exists([&article.id])? {
                known.push(article.id.clone());
            }
        }
        if known.is_empty() { Ok(()) } else { Err(StoreError::ArticlesKnown(known).into()) }
    }

    fn check_revisions(&self, connection: &Connection) -> Result<(), Failure> {
        let mut revision = connection.prepare_cached(REVISION)?;
        let mut moved = Vec::new();
        for (id, story) in &self.stories {
            let stored =
                revision.query_row([id], |row| Ok(count(row, "revision"))).optional()?.transpose()?;
            if stored.unwrap_or(0) != story.expected {
                moved.push(id.clone());
            }
        }
        if moved.is_empty() { Ok(()) } else { Err(StoreError::StoryMoved(moved).into()) }
    }

    fn write_failed(&self, connection: &Connection) -> Result<(), Failure> {
        for item in &self.failed {
            let most = if item.retry_at.is_some() { HELD_BYTES_MAX } else { FAILED_BYTES_MAX };
            let kept = item.bytes.get(..most).unwrap_or(&item.bytes);
            connection.prepare_cached(WRITE_FAILED)?.execute(named_params! {
                ":input": item.input,
                ":label": item.label,
                ":form": item.form,
                ":reason": item.reason,
                ":failed_at": stamp(item.failed_at),
                ":size": integer(item.bytes.len()),
                ":bytes": kept,
                ":retry_at": item.retry_at.map(stamp),
            })?;
        }
        if !self.failed.is_empty() {
            let oldest_kept = connection.last_insert_rowid().saturating_sub(FAILED_ITEMS_MAX);
            let dropped =
                connection.prepare_cached(DROP_OLDEST_FAILED)?.execute([oldest_kept, FAILED_ITEMS_MAX])?;
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
}

impl PreparedStory {
    fn write(&self, connection: &Connection, id: &StoryId) -> Result<(), Failure> {
        let Self { revision, last_report_at, body, bare, words, .. } = self;
        let parameters = params![id, last_report_at, integer(*revision), body, bare];
        connection.prepare_cached(WRITE_STORY)?.execute(parameters)?;
        words.as_ref().map_or(Ok(()), |words| words.write(connection, id, *revision))
    }
}

impl PreparedFact {
    /// Writes it; returns its number.
    fn write(&self, connection: &Connection) -> Result<i64, Failure> {
        let Self { story, key, state } = self;
        if let Some(FactState { value, told, conflicts_told, told_at, merged }) = state {
            let parameters = params![story, key, value, told, conflicts_told, told_at, merged];
            return Ok(connection.prepare_cached(WRITE_FACT)?.query_row(parameters, |row| row.get(0))?);
        }
        let found =
            connection.prepare_cached(FIND_FACT)?.query_row([story, key], |row| row.get(0)).optional()?;
        if let Some(number) = found {
            return Ok(number);
        }
        Ok(connection.prepare_cached(OPEN_FACT)?.query_row([story, key], |row| row.get(0))?)
    }
}

impl PreparedOutcome {
    fn new<'a>(outcome: &'a Outcome, touched: &mut Touched<'a>) -> Result<Self, Failure> {
        let mut prepared = |key: &'a FactKey, claim: &KnownClaim| {
            Ok::<_, Failure>(PreparedClaim {
                fact: touched.place(&outcome.story.id, key),
                held_at: stamp(claim.held_at),
                learned_at: stamp(claim.learned_at),
                body: json(claim)?,
            })
        };
        let claims =
            outcome.claims.iter().map(|(key, claim)| prepared(key, claim)).collect::<Result<_, _>>()?;
        let dropped =
            outcome.dropped.iter().map(|(key, claim)| prepared(key, claim)).collect::<Result<_, _>>()?;
        Ok(Self {
            claims,
            dropped,
            article: outcome.article.clone(),
            story: outcome.story.id.clone(),
            origin: outcome.origin.clone(),
            learned_at: stamp(outcome.learned_at),
            message: outcome
                .message
                .as_ref()
                .map(|message| Ok::<_, Failure>((message.id.clone(), json(message)?)))
                .transpose()?,
        })
    }

    /// Writes it, with the numbers of the commit's facts.
    fn write(&self, connection: &Connection, facts: &[i64]) -> Result<(), Failure> {
        let article = self.write_article(connection)?;
        let mut write = connection.prepare_cached(WRITE_CLAIM)?;
        for PreparedClaim { fact, held_at, learned_at, body } in &self.claims {
            write.execute(params![facts.get(*fact), article, held_at, learned_at, body])?;
        }
        for PreparedClaim { fact, held_at, body, .. } in &self.dropped {
            let mut drop = connection.prepare_cached(DROP_FROM_COMPARED)?;
            drop.execute(params![facts.get(*fact), held_at, body])?;
        }
        self.write_message(connection, article)
    }

    fn write_article(&self, connection: &Connection) -> Result<i64, Failure> {
        let Article { id, outlet, url, published_at, received_at, title, text, document, version, status } =
            &self.article;
        Ok(connection.prepare_cached(WRITE_ARTICLE)?.query_row(
            named_params! {
                ":id": id,
                ":story": self.story,
                ":origin": self.origin,
                ":outlet": outlet,
                ":url": url,
                ":published_at": published_at.map(|moment| moment.to_string()),
                ":received_at": stamp(*received_at),
                ":learned_at": self.learned_at,
                ":title": title,
                ":text": text,
                ":document": document,
                ":version": version,
                ":withdrawn": !status.is_usable(),
            },
            |row| row.get(0),
        )?)
    }

    /// A message whose id is stored already has been told, or is on its way.
    fn write_message(&self, connection: &Connection, article: i64) -> Result<(), Failure> {
        let Some((id, body)) = &self.message else { return Ok(()) };
        connection.prepare_cached(WRITE_MESSAGE)?.execute(params![id, article, body])?;
        Ok(())
    }
}
