//! How two tellings of the same articles differ. Comes in: what each config tells. Goes out: the differences in the
//! order of the articles, for people or as JSON. Judges neither.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::rehearsal::{Sense, Told, content};
use crate::ledger::replay::alert_line;
use crate::outputs::wording::Headline;

/// How an alert fares under the new config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gained,
    Lost,
    /// To other outputs, or at another time.
    Moved,
    /// In another story, from another figure, as another change.
    Changed,
}

/// An alert that is not told alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    kind: Kind,
    /// Under the old config.
    old: Option<Told>,
    /// Under the new one.
    new: Option<Told>,
}

/// The differences in order, and how many alerts are told alike.
pub(super) fn between(
    mut old: BTreeMap<Sense, Told>,
    new: BTreeMap<Sense, Told>,
) -> (Vec<Difference>, usize) {
    let mut found: BTreeMap<Sense, Difference> = BTreeMap::new();
    let mut same = 0;
    for (sense, new) in new {
        let old = old.remove(&sense);
        let kind = match &old {
            None => Kind::Gained,
            Some(old) if !reads_alike(old, &new) => Kind::Changed,
            Some(old) if old.outputs != new.outputs => Kind::Moved,
            Some(_) => {
                same += 1;
                continue;
            }
        };
        found.insert(sense, Difference { kind, old, new: Some(new) });
    }
    found.extend(
        old.into_iter()
            .map(|(sense, old)| (sense, Difference { kind: Kind::Lost, old: Some(old), new: None })),
    );
    (found.into_values().collect(), same)
}

/// Takes out what is told alike and stays so, and says how much it was: however long the archive, only what differs is
/// kept. A deadline may yet be told to another output at another time.
pub(super) fn settle(old: &mut BTreeMap<Sense, Told>, new: &mut BTreeMap<Sense, Told>) -> usize {
    let before = new.len();
    new.retain(|sense, new| {
        let is_same = |old: &&Told| reads_alike(old, new) && old.outputs == new.outputs;
        let is_settled = !sense.is_deadline() && old.get(sense).as_ref().is_some_and(is_same);
        if is_settled {
            old.remove(sense);
        }
        !is_settled
    });
    before - new.len()
}

/// Whether two tellings of the same value make the same of it.
fn reads_alike(old: &Told, new: &Told) -> bool {
    let made = |told: &Told| {
        let before = told.alert.before.as_ref().map(content);
        (told.alert.story.clone(), told.alert.change, before)
    };
    made(old) == made(new)
}

impl Difference {
    pub(super) fn json(&self) -> Value {
        let outputs = |told: &Option<Told>| -> Vec<Value> {
            let outputs = told.iter().flat_map(|told| &told.outputs);
            outputs.map(|(output, at)| json!({ "output": output, "release_at": at })).collect()
        };
        let alert = |told: &Option<Told>| told.as_ref().map(|told| alert_line(&told.alert));
        json!({
            "type": self.kind.name(), "old": alert(&self.old), "new": alert(&self.new),
            "old_outputs": outputs(&self.old), "new_outputs": outputs(&self.new),
        })
    }

    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(told) = self.new.as_ref().or(self.old.as_ref()) else { return Ok(()) };
        let alert = &told.alert;
        writeln!(out, "{:<8} {}  [{}]", self.kind.name(), Headline::of(alert).line(), alert.story_title)?;
        if let (Kind::Changed, Some(old)) = (self.kind, &self.old) {
            let line = Headline::of(&old.alert).line();
            writeln!(
                out,
                "         was: {line}  [{}] ({})",
                old.alert.story_title,
                old.alert.change.as_str()
            )?;
        }
        let to = |told: &Option<Told>| told.as_ref().map_or_else(|| "nobody".to_owned(), destinations);
        let (old, new) = (to(&self.old), to(&self.new));
        let way = if old == new { new } else { format!("{old} ⇒ {new}") };
        writeln!(out, "         {}: {way}", alert.article)
    }
}

fn destinations(told: &Told) -> String {
    let when = |at: &Option<Timestamp>| at.map(|at| format!(" (held until {at})")).unwrap_or_default();
    let outputs: Vec<String> =
        told.outputs.iter().map(|(output, at)| format!("{output}{}", when(at))).collect();
    outputs.join(", ")
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Moved => "moved",
            Self::Changed => "changed",
        }
    }
}

/// How many of each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counts {
    articles: usize,
    same: usize,
    gained: usize,
    lost: usize,
    moved: usize,
    changed: usize,
}

impl Counts {
    pub(super) fn of(differences: &[Difference], same: usize, articles: usize) -> Self {
        let count = |kind| differences.iter().filter(|difference| difference.kind == kind).count();
        let (gained, lost) = (count(Kind::Gained), count(Kind::Lost));
        let (moved, changed) = (count(Kind::Moved), count(Kind::Changed));
        Self { articles, same, gained, lost, moved, changed }
    }

    pub(super) fn json(&self) -> Value {
        let Self { articles, same, gained, lost, moved, changed } = self;
        json!({
            "type": "counts", "articles": articles, "same": same, "gained": gained, "lost": lost, "moved": moved,
            "changed": changed,
        })
    }

    pub(super) fn in_words(&self) -> String {
        let Self { articles, same, gained, lost, moved, changed } = self;
        format!(
            "{articles} articles: {gained} alerts gained, {lost} lost, {moved} moved, {changed} changed, {same} the same"
        )
    }
}
