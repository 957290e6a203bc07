//! Reports that change their story, as one transaction: what the stories are afterwards, and who wanted it; and
//! where mutes go with them, the same in every database. Plain data and pure.

use crate::ledger::regroup::Regrouped;
use crate::model::{ArticleId, AuditEntry, Fact, FactKey, Mute, Muted};

/// Which reports leave their story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// All: the story goes into the other and answers with it from now on.
    All,
    /// These, with everything that takes back what they said.
    Articles(Vec<ArticleId>),
}

/// Reports that go from one story into another.
#[derive(Debug, Clone, PartialEq)]
pub struct Regroup {
    /// The story that they leave, and the revision it must have: as it is afterwards, unless all leave it.
    pub from: Regrouped,
    /// The story that they go into, as it is afterwards.
    pub into: Regrouped,
    /// Whether that one is new, or went into another story before; else it must have the revision it says.
    pub opens: bool,
    /// Which.
    pub moved: Moved,
    /// Subjects of held parcels that hang on the other story from now on: what each was, what it becomes.
    pub subjects: Vec<(String, String)>,
    /// Who wanted it.
    pub audit: AuditEntry,
}

/// What becomes of mutes when reports go elsewhere.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MutesMoved {
    /// Ids of those that end.
    pub(super) ended: Vec<String>,
    /// Those that begin, or that last longer.
    pub(super) made: Vec<Mute>,
}

/// Nothing that is muted becomes loud because its reports go into another story: a mute goes into it with them, and
/// stays, too, where reports stay. One that came from a story goes back when its reports become that story again.
pub(super) fn mutes(regroup: &Regroup, stored: &[Mute]) -> MutesMoved {
    let (from, into) = (&regroup.from.story.id, &regroup.into.story.id);
    let all = regroup.moved == Moved::All;
    let has = |story: &Regrouped, key: &FactKey| story.facts.iter().any(|fact: &Fact| fact.key == *key);
    let mut moved = MutesMoved::default();
    for mute in stored.iter().filter(|mute| mute.what.story() == Some(from)) {
        let (what, goes, stays) = match &mute.what {
            Muted::Story { .. } => (Muted::Story { story: into.clone() }, true, !all),
            Muted::Fact { fact, .. } => {
                let what = Muted::Fact { story: into.clone(), fact: fact.clone() };
                (what, all || has(&regroup.into, fact), !all && has(&regroup.from, fact))
            }
            Muted::Actor { .. } => continue,
        };
        if !goes {
            continue;
        }
        let came_from = mute.came_from.clone().or_else(|| Some(from.clone())).filter(|_| all);
        let there = Mute { came_from, ..Mute::of(what, mute.until, mute.since) };
        let known = stored.iter().find(|other| other.id == there.id);
        moved.made.push(match known {
            Some(known) => Mute { until: known.until.max(mute.until), ..known.clone() },
            None => there,
        });
        if !stays || mute.came_from.as_ref() == Some(into) {
            moved.ended.push(mute.id.clone());
        }
    }
    moved
}
