//! An editor's word on what is known. Comes in: a store and a request (correct a fact, pin it, take a report back). Goes
//! out: the outcome as it was committed, with the message to the outputs. Used by the command line and over HTTP, beside
//! a daemon that may be running: it reads the story again when it finds it moved. Never decides what is news, never
//! reads a clock.

pub mod regroup;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::ledger::edit::{self, Stated};
use crate::ledger::regroup::EDIT_PREFIX;
use crate::ledger::{Ledger, Limits, Outcome};
use crate::model::article::fingerprint;
use crate::model::{Action, Article, ArticleId, AuditEntry, Draft, Fact, FactKey, Moment, StoryId, Via};
use crate::notify::{Router, correction};
use crate::outputs::wording;
use crate::store::{Commit, Store, StoreError};

/// How often a request is thought through again because the story moved meanwhile.
const TRIES: usize = 8;

/// What an editor wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The fact stands at this value, and no machine moves it any more.
    Correct(FactKey, Stated),
    /// The fact stands as it is known, and no machine moves it any more.
    Pin(FactKey),
    /// What the report said no longer stands, in one fact or in all. Taking back an editor's own word sets the fact free.
    Retract(ArticleId, Option<FactKey>),
}

impl Edit {
    const fn action(&self) -> Action {
        match self {
            Self::Correct(..) => Action::Correct,
            Self::Pin(_) => Action::Pin,
            Self::Retract(..) => Action::Retract,
        }
    }
}

/// Who wants it, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editor {
    /// Name, for the history.
    pub name: String,
    /// Why, for those who receive the correction.
    pub note: Option<String>,
    /// From where.
    pub via: Via,
}

/// Longest name of an editor, in characters.
const NAME_MAX: usize = 100;

/// Longest reason, in characters.
const NOTE_MAX: usize = 2000;

impl Editor {
    /// Somebody who signs so; without a name, `an editor`.
    ///
    /// # Errors
    /// A sentence with the cure, when name or reason are longer than is kept or no text for people.
    pub fn new(name: Option<&str>, note: Option<&str>, via: Via) -> Result<Self, String> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let name = given(name).unwrap_or_else(|| "an editor".to_owned());
        let note = given(note);
        if name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            return Err(format!("the editor's name must be one line of at most {NAME_MAX} characters"));
        }
        if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_MAX) {
            return Err(format!("the reason must have at most {NOTE_MAX} characters"));
        }
        Ok(Self { name, note, via })
    }

    /// What this editor did, for the audit.
    pub fn did(&self, action: Action, what: String, at: Timestamp) -> AuditEntry {
        AuditEntry {
            at,
            editor: self.name.clone(),
            via: self.via.clone(),
            action,
            what,
            story: None,
            article: None,
            note: self.note.clone(),
        }
    }
}

/// Why a request was not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The story does not exist.
    #[error("there is no story `{0}`; `newsdelta stories` lists them")]
    NoStory(StoryId),
    /// The story has no such fact.
    #[error("the story knows nothing of: {0}; `newsdelta show` lists what it knows")]
    NoFact(String),
    /// There is no value that could be pinned.
    #[error("nothing is known that could be pinned of: {0}; state a value with `newsdelta correct`")]
    NothingKnown(String),
    /// The value is not of the kind of the fact.
    #[error("a fact of this kind takes another value: {0} takes {1}")]
    WrongKind(String, &'static str),
    /// The report said nothing there, or it is taken back already.
    #[error("nothing that `{0}` said still stands there")]
    NothingSaid(ArticleId),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Carries out an edit at `now` and queues what it tells for the outputs that the router finds.
pub async fn carry_out(
    store: &dyn Store,
    router: &Router,
    story: &StoryId,
    edit: &Edit,
    editor: &Editor,
    now: Timestamp,
) -> Result<Outcome, EditError> {
    let mut tries = 0;
    loop {
        let outcome = think(store, story, edit, editor, now).await?;
        let mutes = store.mutes(now).await?;
        let parcels = match &outcome.message {
            Some(message) => correction::parcels(store, router, message, &[], &mutes, now).await?,
            None => Vec::new(),
        };
        let audit = AuditEntry {
            story: Some(story.clone()),
            article: Some(outcome.article.id.clone()),
            ..editor.did(edit.action(), outcome.article.title.clone(), now)
        };
        let outcomes = vec![outcome.clone()];
        let commit = Commit { outcomes, parcels, audit: vec![audit], at: now, ..Commit::default() };
        match store.commit(&commit).await {
            Ok(()) => return Ok(outcome),
            // A daemon at work on the story was faster.
            Err(StoreError::StoryMoved(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn think(
    store: &dyn Store,
    story: &StoryId,
    edit: &Edit,
    editor: &Editor,
    now: Timestamp,
) -> Result<Outcome, EditError> {
    let mut ledger = Ledger::new(Limits::default());
    hold(&mut ledger, store, story).await?;
    let facts = store.facts(story).await?;
    // An editor speaks after every report that is known, also one that bears a date to come.
    let spoken =
        facts.iter().flat_map(|fact| &fact.claims).map(|known| known.spoken_at).fold(now, Timestamp::max);
    let no_story = || EditError::NoStory(story.clone());
    let find = |key: &FactKey| -> Result<&Fact, EditError> {
        let words = || EditError::NoFact(wording::fact_in_words(key));
        facts.iter().find(|fact| fact.key == *key).ok_or_else(words)
    };
    match edit {
        Edit::Correct(key, stated) => {
            let fact = find(key)?;
            let title =
                format!("{}: {}, says {}", wording::fact_in_words(key), in_words(*stated), editor.name);
            let article = article(story, &title, editor, spoken, now);
            let claim = edit::claim(fact, *stated, &article.title).ok_or_else(|| wrong_kind(key))?;
            ledger.edit(article, story, vec![claim], now).ok_or_else(no_story)
        }
        Edit::Pin(key) => {
            let fact = find(key)?;
            let words = wording::fact_in_words(key);
            let stated = Stated::of(fact).ok_or_else(|| EditError::NothingKnown(words.clone()))?;
            let title = format!("{words}: {}, confirmed by {}", in_words(stated), editor.name);
            let article = article(story, &title, editor, spoken, now);
            let claim = edit::claim(fact, stated, &article.title).ok_or_else(|| wrong_kind(key))?;
            ledger.edit(article, story, vec![claim], now).ok_or_else(no_story)
        }
        Edit::Retract(report, key) => {
            let title = match key {
                Some(key) => format!(
                    "{}: what `{report}` said was taken back by {}",
                    wording::fact_in_words(key),
                    editor.name
                ),
                None => format!("`{report}` was taken back by {}", editor.name),
            };
            let article = article(story, &title, editor, spoken, now);
            let taken = BTreeSet::from([report.clone()]);
            let outcome = ledger.retract(article, story, &taken, key.clone(), now).ok_or_else(no_story)?;
            if outcome.claims.is_empty() { Err(EditError::NothingSaid(report.clone())) } else { Ok(outcome) }
        }
    }
}

/// The article that carries an editor's word: its title is the evidence, its body the reason.
fn article(story: &str, title: &str, editor: &Editor, spoken: Timestamp, now: Timestamp) -> Article {
    let note = editor.note.clone().unwrap_or_default();
    let draft = Draft {
        id: Some(format!("{EDIT_PREFIX}{}", fingerprint(["edit", story, title, &note, &now.to_string()]))),
        outlet: Some(editor.name.clone()),
        published_at: Some(Moment::from(spoken)),
        title: Some(title.to_owned()),
        text: note,
        ..Draft::default()
    };
    Article::new(draft, now)
}

fn in_words(stated: Stated) -> String {
    match stated {
        Stated::Figure { value, high, bound } => {
            crate::diff::figure::in_words(crate::diff::figure::Figure { value, high, bound })
        }
        Stated::Status(status) => status.to_string(),
        Stated::Stance(stance) => stance.to_string(),
    }
}

fn wrong_kind(key: &FactKey) -> EditError {
    let takes = match key {
        FactKey::Casualties { .. } => "a figure",
        FactKey::Demand { .. } => "made, met, rejected or withdrawn",
        FactKey::Position { .. } => "a stance",
        FactKey::Deed { .. } => "nothing: correct the demand that it answers",
    };
    EditError::WrongKind(wording::fact_in_words(key), takes)
}

/// The fact of a story that these words name: its heading in `newsdelta show`, or words that occur in one heading only.
pub fn fact_named<'a>(facts: &'a [Fact], words: &str) -> Result<&'a Fact, String> {
    let plain = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        let words = lower.split(|letter: char| !letter.is_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let wanted = plain(words);
    let heading = |fact: &Fact| wording::fact_in_words(&fact.key);
    if let Some(exact) = facts.iter().find(|fact| plain(&heading(fact)) == wanted) {
        return Ok(exact);
    }
    let has_all = |fact: &&Fact| {
        let heading = plain(&heading(fact));
        wanted.iter().all(|word| heading.contains(word))
    };
    let found: Vec<&Fact> = facts.iter().filter(has_all).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(format!("no fact is called `{words}`; known are: {}", list(facts.iter()))),
        several => Err(format!("`{words}` may be any of: {}", list(several.iter().copied()))),
    }
}

fn list<'a>(facts: impl Iterator<Item = &'a Fact>) -> String {
    facts.map(|fact| wording::fact_in_words(&fact.key)).collect::<Vec<_>>().join("; ")
}

/// Brings a story into the ledger, open or not, with its facts. Without such a story the ledger stays as it is.
pub(crate) async fn hold(ledger: &mut Ledger, store: &dyn Store, story: &StoryId) -> Result<(), StoreError> {
    if ledger.holds(story) {
        return Ok(());
    }
    let Some(known) = store.story(story).await?.filter(|known| known.id == *story) else { return Ok(()) };
    let facts = store.facts(story).await?;
    ledger.restore(vec![known]);
    ledger.load(story, facts);
    Ok(())
}
