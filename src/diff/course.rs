//! The course of one fact: its claims in the order they held, and what each did to the running value. Comes in: the
//! sorted claims. Goes out: one step per claim and the value at the end. A function of the claims alone: it knows
//! neither the order of arrival nor what was told.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{ArticleId, ChangeKind, Claim, FactKey, KnownClaim, Scope, Value};

use super::{casualty, demand, position};

/// Why a claim is no news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// It speaks of an earlier or another event.
    Background,
    /// The text gives it as what was known before.
    Previous,
    /// It is a share of the figure, never the figure.
    Part,
    /// What is known satisfies it.
    Corroborates,
    /// The fact stood there earlier.
    Stale,
    /// Lower, from one who relays or saw a part.
    LessComplete,
    /// Another figure of the same voice in the same report.
    SameVoice,
    /// This disagreement is in the history already.
    ConflictKnown,
    /// The same increment, blow, demand or stance told again.
    Repeated,
    /// Far above what is known, from one report alone.
    Doubted,
    /// An editor has settled the fact.
    Settled,
    /// A deed is told where it answers a demand.
    Deed,
    /// A deed that nobody had demanded by then.
    Undemanded,
    /// Its report was withdrawn, or an editor retracted it.
    Retracted,
    /// It takes back what another report said.
    Retracts,
}

impl Quiet {
    /// The reason in words, for `newsdelta why`.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Background => "it speaks of an earlier or another event",
            Self::Previous => "the text gives it as what was known before",
            Self::Part => "it is a share of a figure, never the figure itself",
            Self::Corroborates => "what is known satisfies it",
            Self::Stale => "the fact stood there earlier",
            Self::LessComplete => "it is lower and comes from one who relays or saw a part",
            Self::SameVoice => "the same voice gives a better figure in the same report",
            Self::ConflictKnown => "this disagreement is known already",
            Self::Repeated => "it was told already",
            Self::Doubted => "it is far above what is known and only one report gives it",
            Self::Settled => "an editor has settled the fact",
            Self::Undemanded => "nobody was known to have demanded it by then",
            Self::Deed => "a deed is told where it answers a demand",
            Self::Retracted => "its report was withdrawn or retracted",
            Self::Retracts => "it takes back what another report said",
        }
    }
}

/// What a claim did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Gave the fact its first value, or is a blow of its own.
    Opens,
    /// Moved the value.
    Moves(ChangeKind),
    /// A voice that contradicted moved its own figure, which is the running one from now on; with the claim it left.
    RivalMoves(ChangeKind, usize),
    /// Contradicts the value without moving it.
    Conflicts,
    /// Nothing.
    Silent(Quiet),
}

/// The course of a fact.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course {
    /// One per claim, in their order.
    pub steps: Vec<Step>,
    /// The running value.
    pub value: Option<Value>,
    /// The claim that gave it.
    pub by: Option<usize>,
}

impl Course {
    /// Whether all others take the same course without this claim: it was silent, and what came after it did not ask for it.
    /// Says no where that takes long to tell.
    pub(super) fn is_same_without(&self, claims: &[Arc<KnownClaim>], at: usize) -> bool {
        let (Some(Step::Silent(quiet)), Some(known)) = (self.steps.get(at), claims.get(at)) else {
            return false;
        };
        if claims.iter().any(|known| known.retracts.is_some() || is_by_editor(&known.claim)) {
            return false;
        }
        match &known.claim {
            Claim::Casualty(casualty) => {
                let of_its_report = |other: Option<usize>| {
                    other
                        .and_then(|other| claims.get(other))
                        .is_some_and(|other| other.held_at == known.held_at && other.article == known.article)
                };
                let speaks_alone = !of_its_report(at.checked_sub(1)) && !of_its_report(Some(at + 1));
                (speaks_alone || casualty.scope == Scope::Incident) && casualty::forgets(*quiet)
            }
            Claim::Demand(_) => !claims.iter().any(|known| matches!(known.claim, Claim::Deed(_))),
            Claim::Position(_) => true,
            Claim::Deed(_) => false,
        }
    }

    /// The course without a claim that changed nothing for the others.
    pub(super) fn leave_out(&mut self, at: usize) {
        let place = |other: usize| if other > at { other - 1 } else { other };
        self.steps.remove(at);
        for step in &mut self.steps {
            if let Step::RivalMoves(_, left) = step {
                *left = place(*left);
            }
        }
        self.by = self.by.map(place);
    }
}

/// Sorts claims into the order in which facts follow from them: by the time they held, then by what makes the order
/// the same everywhere.
pub fn sort(claims: &mut [Arc<KnownClaim>]) {
    claims.sort_by(|one, other| order(one, other));
}

/// Puts a claim in its place among sorted ones.
pub(super) fn insert(claims: &mut Vec<Arc<KnownClaim>>, known: Arc<KnownClaim>) {
    let place = claims.partition_point(|other| order(other, &known).is_le());
    claims.insert(place, known);
}

fn order(one: &KnownClaim, other: &KnownClaim) -> Ordering {
    let place = |known: &KnownClaim| (known.held_at, known.spoken_at);
    place(one)
        .cmp(&place(other))
        .then_with(|| one.article.cmp(&other.article))
        .then_with(|| one.claim.evidence().span.cmp(&other.claim.evidence().span))
        .then_with(|| content(&one.claim).cmp(&content(&other.claim)))
}

/// Tells claims apart that rest on the same words.
fn content(claim: &Claim) -> (u64, u64, &str) {
    match claim {
        Claim::Casualty(casualty) => (casualty.value, casualty.bound as u64, casualty.relation.as_str()),
        Claim::Demand(demand) => (demand.force as u64, demand.status as u64, demand.act.as_str()),
        Claim::Deed(deed) => (0, 0, deed.act.as_str()),
        Claim::Position(position) => (position.stance as u64, 0, position.stance.as_str()),
    }
}

/// The rule name under which an editor's own word enters. Machines never move a fact after it.
pub const EDITOR: &str = "editor";

/// The course of the fact under this key. The claims must be sorted; those of another kind than the key, and those of
/// reports that were taken back, are silent.
pub fn follow(key: &FactKey, claims: &[Arc<KnownClaim>]) -> Course {
    let gone: BTreeSet<&ArticleId> = claims.iter().filter_map(|known| known.retracts.as_ref()).collect();
    let mut set_aside: Vec<Option<Quiet>> = claims.iter().map(|known| taken_back(&gone, known)).collect();
    let mut settled = false;
    for (known, aside) in claims.iter().zip(&mut set_aside).filter(|(_, aside)| aside.is_none()) {
        let by_editor = is_by_editor(&known.claim);
        if settled && !by_editor {
            *aside = Some(Quiet::Settled);
        }
        settled |= by_editor;
    }
    if set_aside.iter().all(Option::is_none) {
        return follow_standing(key, claims);
    }
    let places: Vec<usize> =
        set_aside.iter().enumerate().filter(|(_, aside)| aside.is_none()).map(|(at, _)| at).collect();
    let standing: Vec<Arc<KnownClaim>> = places.iter().filter_map(|&at| claims.get(at)).cloned().collect();
    let course = follow_standing(key, &standing);
    let place = |at: usize| places.get(at).copied().unwrap_or(at);
    let mut steps: Vec<Step> =
        set_aside.iter().map(|aside| Step::Silent(aside.unwrap_or(Quiet::Retracted))).collect();
    for (at, step) in course.steps.into_iter().enumerate() {
        let step = match step {
            Step::RivalMoves(kind, left) => Step::RivalMoves(kind, place(left)),
            other => other,
        };
        if let Some(slot) = steps.get_mut(place(at)) {
            *slot = step;
        }
    }
    Course { steps, value: course.value, by: course.by.map(place) }
}

/// Whether this claim only takes others back, or was taken back: it is of a report that is gone.
fn taken_back(gone: &BTreeSet<&ArticleId>, known: &KnownClaim) -> Option<Quiet> {
    if known.retracts.is_some() {
        return Some(Quiet::Retracts);
    }
    gone.contains(&known.article).then_some(Quiet::Retracted)
}

/// Whether an editor said it.
pub fn is_by_editor(claim: &Claim) -> bool {
    claim.evidence().rule == EDITOR
}

fn follow_standing(key: &FactKey, claims: &[Arc<KnownClaim>]) -> Course {
    match key {
        FactKey::Casualties { .. } => casualty::follow(key, claims),
        FactKey::Demand { .. } => demand::follow(claims),
        FactKey::Position { .. } => position::follow(claims),
        // Deeds are news under the demands that they answer.
        FactKey::Deed { .. } => {
            Course { steps: vec![Step::Silent(Quiet::Deed); claims.len()], ..Course::default() }
        }
    }
}
