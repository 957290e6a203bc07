//! Stories merged and split by an editor. Comes in: a store and the wish. Goes out: the stories as they are afterwards,
//! committed beside a daemon that may be running: it reads them again when it finds them moved, and gives later reports
//! to the right one. Nothing is told because of it. Never reads a clock.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Editor, TRIES};
use crate::ledger::regroup::{self, Whole};
use crate::model::article::fingerprint;
use crate::model::story::Profile;
use crate::model::{Action, ArticleId, AuditEntry, FactKey, Story, StoryId};
use crate::notify::demand_clock::subject;
use crate::store::overview::{From, MessageQuery};
use crate::store::{AsOf, Moved, Regroup, Store, StoreError};
use crate::text::gazetteer::Gazetteer;

/// Articles of a story that are read to say what it is about; of more, the latest.
const ARTICLES_READ: usize = 10_000;

/// Messages read at once.
const BATCH: usize = 500;

/// What an editor wants of stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regrouping {
    /// The first goes into the second.
    Merge(StoryId, StoryId),
    /// These reports leave the story and make one of their own.
    Split(StoryId, Vec<ArticleId>),
}

/// Why stories were left as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegroupError {
    /// A story does not exist.
    #[error("there is no story `{0}`; `newsdelta stories` lists them")]
    NoStory(StoryId),
    /// Both are one.
    #[error("`{0}` cannot go into itself: name two stories")]
    Same(StoryId),
    /// A report does not belong to the story.
    #[error("`{0}` is no report of the story `{1}`; `newsdelta show` lists its reports")]
    NotThere(ArticleId, StoryId),
    /// One of both would have no report.
    #[error("of the story `{0}` some reports must leave and some must stay")]
    NothingLeft(StoryId),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of the stories.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The story that reports left; after a merge it answers with the other.
    pub left: Story,
    /// The story that they went into.
    pub joined: Story,
    /// What was done, for people.
    pub what: String,
}

/// Carries out the wish at `now`.
pub async fn regroup(
    store: &dyn Store,
    names: &Arc<Gazetteer>,
    wish: &Regrouping,
    editor: &Editor,
    now: Timestamp,
) -> Result<Done, RegroupError> {
    let mut tries = 0;
    loop {
        let regroup = match wish {
            Regrouping::Merge(from, into) => merge(store, names, from, into, editor, now).await?,
            Regrouping::Split(story, articles) => split(store, names, story, articles, editor, now).await?,
        };
        match store.regroup(&regroup).await {
            Ok(()) => {
                let Regroup { from, into, audit, .. } = regroup;
                return Ok(Done { left: from.story, joined: into.story, what: audit.what });
            }
            // A daemon at work on one of the stories was faster.
            Err(StoreError::StoryMoved(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn merge(
    store: &dyn Store,
    names: &Arc<Gazetteer>,
    from: &StoryId,
    into: &StoryId,
    editor: &Editor,
    now: Timestamp,
) -> Result<Regroup, RegroupError> {
    let (from, into) = (whole(store, from).await?, whole(store, into).await?);
    if from.story.id == into.story.id {
        return Err(RegroupError::Same(from.story.id));
    }
    let what = format!("“{}” went into “{}”", from.story.title, into.story.title);
    let audit = AuditEntry { story: Some(into.story.id.clone()), ..editor.did(Action::Merge, what, now) };
    let empty = Story { articles: 0, profile: Profile::default(), ..from.story.clone() };
    let subjects = renamed(from.claims.iter().map(|(key, _)| key), &from.story.id, &into.story.id);
    let merged = regroup::merge(from, into, names);
    let from = regroup::Regrouped { story: empty, facts: Vec::new() };
    Ok(Regroup { from, into: merged, opens: false, moved: Moved::All, subjects, audit })
}

async fn split(
    store: &dyn Store,
    names: &Arc<Gazetteer>,
    story: &StoryId,
    articles: &[ArticleId],
    editor: &Editor,
    now: Timestamp,
) -> Result<Regroup, RegroupError> {
    let whole = whole(store, story).await?;
    let wanted: BTreeSet<ArticleId> = articles.iter().cloned().collect();
    let mut known = whole.articles.iter().map(|known| &known.article).filter(|one| wanted.contains(&one.id));
    let first = known.next().map(|first| (first.id.clone(), first.title.clone()));
    if let Some(stranger) =
        wanted.iter().find(|id| !whole.articles.iter().any(|known| known.article.id == **id))
    {
        return Err(RegroupError::NotThere(stranger.clone(), whole.story.id));
    }
    let Some((first, title)) = first else { return Err(RegroupError::NothingLeft(whole.story.id)) };
    let moved = regroup::moved(&whole, &wanted);
    let id = free_id(store, &first, &whole.story.id).await?;
    let count = wanted.len();
    let what = format!("{count} of the reports of “{}” became the story “{title}”", whole.story.title);
    let audit = AuditEntry { story: Some(whole.story.id.clone()), ..editor.did(Action::Split, what, now) };
    let (left, story) = (whole.story.id.clone(), whole.story.clone());
    // A clock goes along when no report that stays speaks of its demand.
    let goes = |key: &FactKey| {
        let mut of_key = whole.claims.iter().filter(|(other, _)| other == key);
        of_key.all(|(_, known)| moved.contains(&known.article))
    };
    let keys = whole.claims.iter().map(|(key, _)| key).filter(|key| matches!(key, FactKey::Demand { .. }));
    let subjects = renamed(keys.filter(|key| goes(key)), &left, &id);
    let (from, into) =
        regroup::split(whole, &moved, &id, names).ok_or(RegroupError::NothingLeft(story.id))?;
    let moved = Moved::Articles(moved.into_iter().collect());
    Ok(Regroup { from, into, opens: true, moved, subjects, audit })
}

/// What the clocks of demands hang on, before and after.
fn renamed<'a>(
    keys: impl Iterator<Item = &'a FactKey>,
    from: &StoryId,
    into: &StoryId,
) -> Vec<(String, String)> {
    let demands: BTreeSet<&FactKey> = keys.filter(|key| matches!(key, FactKey::Demand { .. })).collect();
    demands.into_iter().map(|key| (subject(from, key), subject(into, key))).collect()
}

/// The id of a story that this report opens: the same whoever asks; that of a story which went into another is free
/// again.
async fn free_id(store: &dyn Store, first: &ArticleId, left: &StoryId) -> Result<StoryId, StoreError> {
    let mut id = fingerprint(["story", first]);
    while store.story(&id).await?.is_some_and(|found| found.id == id) {
        id = fingerprint(["story", first, "from", left, &id]);
    }
    Ok(id)
}

/// A story with everything in it.
async fn whole(store: &dyn Store, id: &StoryId) -> Result<Whole, RegroupError> {
    let story = store.story(id).await?.filter(|found| found.id == *id);
    let story = story.ok_or_else(|| RegroupError::NoStory(id.clone()))?;
    let articles = store.articles_of(id, ARTICLES_READ).await?;
    // Every claim, those that the limit of the history dropped, too.
    let ever = AsOf { held_at: Some(Timestamp::MAX), learned_at: None };
    let facts = store.facts_as_of(id, ever).await?;
    let claims = facts
        .into_iter()
        .flat_map(|fact| fact.claims.into_iter().map(move |known| (fact.key.clone(), known)));
    let mut messages = Vec::new();
    let mut from = 0;
    loop {
        let query = MessageQuery { story: Some(id.clone()), from: From::After(from), limit: BATCH };
        let found = store.find_messages(&query).await?;
        let last = found.len() < BATCH;
        from = found.last().map_or(from, |numbered| numbered.number);
        messages.extend(found.into_iter().map(|numbered| (numbered.number, numbered.message)));
        if last {
            break;
        }
    }
    Ok(Whole { story, articles, claims: claims.collect(), messages })
}
