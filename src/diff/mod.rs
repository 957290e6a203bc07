//! What an article changes about the facts of its story. Comes in: the story's facts, an article's claims. Goes out:
//! the facts afterwards and the changes worth telling. Facts are a function of the set of claims; what is told depends
//! on what was told before. Never does I/O, never reads a clock.

pub mod name;
pub mod figure;
pub mod key;
pub mod course;
mod casualty;
mod context;
pub mod answer;
mod demand;
mod position;
mod topic;
mod echo;
mod worth;
mod tell;
pub mod history;
mod retract;
pub mod regroup;
pub mod versions;
pub mod explain;
#[cfg(test)]
pub(crate) mod timeline;
#[cfg(test)]
mod properties;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{Article, ArticleId, Change, Claim, Fact, FactKey, Force, Group, KnownClaim, Value};

use course::Course;

pub use course::EDITOR;
pub use retract::{RETRACTION, retract};
pub use tell::untold;

/// What entering an article's claims did.
#[derive(Debug, Default)]
pub struct Entry {
    /// The claims, each with the key of the fact it speaks to.
    pub claims: Vec<(FactKey, KnownClaim)>,
    /// The facts touched, as they are afterwards.
    pub facts: Vec<Fact>,
    /// The claims that the limit of the history dropped from them.
    pub dropped: Vec<(FactKey, Arc<KnownClaim>)>,
    /// What is worth telling: facts in the order of the text, and of one fact the conflicts before the move, because
    /// they speak of the value before it.
    pub changes: Vec<Change>,
}

/// Enters the claims of an article into the facts of its story, whose claims are sorted. A claim that is in already (the same article entered
/// twice) changes nothing.
pub fn enter(
    facts: &mut BTreeMap<FactKey, Fact>,
    article: &Article,
    origin: &ArticleId,
    claims: Vec<Claim>,
    learned_at: Timestamp,
) -> Entry {
    let mut entry = Entry::default();
    let (mut touched, mut opened): (Vec<FactKey>, Vec<FactKey>) = (Vec::new(), Vec::new());
    for claim in context::read(claims) {
        let key = key::of(&claim);
        let known = KnownClaim {
            held_at: held_at(&claim, article),
            spoken_at: article.spoken_at(),
            article: article.id.clone(),
            outlet: article.outlet.clone(),
            origin: origin.clone(),
            learned_at,
            claim,
            retracts: None,
        };
        let fact = facts.entry(key.clone()).or_insert_with(|| Fact::empty(key.clone()));
        if fact.claims.iter().any(|earlier| earlier.article == known.article && earlier.claim == known.claim)
        {
            continue;
        }
        if fact.claims.is_empty() {
            opened.push(key.clone());
        }
        course::insert(&mut fact.claims, Arc::new(known.clone()));
        if !touched.contains(&key) {
            touched.push(key.clone());
        }
        entry.claims.push((key, known));
    }
    answer::spread_new(facts, &mut touched, &opened);
    let mut courses: Vec<Course> = Vec::with_capacity(touched.len());
    for key in &touched {
        let settled = facts.get_mut(key).map(history::settle).unwrap_or_default();
        entry.dropped.extend(settled.dropped.into_iter().map(|known| (key.clone(), known)));
        courses.push(settled.course);
    }
    // What was told before and what says more go first, so that the rest of the report is heard as an echo of them.
    let mut order: Vec<usize> = (0..touched.len()).collect();
    order.sort_by_key(|&at| touched.get(at).map(|key| telling_order(facts, key)));
    let mut told: BTreeMap<usize, Vec<Change>> = BTreeMap::new();
    for at in order {
        let (Some(key), Some(course)) = (touched.get(at), courses.get(at)) else { continue };
        let changes = tell::changes(facts, key, course, article);
        if let Some(fact) = facts.get_mut(key) {
            tell::record(fact, &changes, article);
        }
        told.insert(at, changes);
    }
    entry.facts.extend(touched.iter().filter_map(|key| facts.get(key)).cloned());
    entry.changes.extend(told.into_values().flatten());
    entry
}

/// Facts told before come first, then those whose key says whom it counts, then those that name whom they are about.
fn telling_order(facts: &BTreeMap<FactKey, Fact>, key: &FactKey) -> (bool, bool, bool, Reverse<Urgency>) {
    let told = facts.get(key).is_some_and(|fact| fact.told.is_some());
    let (vague, unnamed) = match key {
        FactKey::Casualties { group, side, .. } => {
            (*group == Group::Other, *group == Group::People && side.is_some())
        }
        FactKey::Demand { to, .. } => (to.is_none(), false),
        FactKey::Position { target, .. } => (target.is_none(), false),
        FactKey::Deed { .. } => (false, false),
    };
    (!told, vague, unnamed, Reverse(urgency(facts.get(key))))
}

/// How hard a demand is pressed and when it was told last.
type Urgency = Option<(Force, Option<Timestamp>)>;

/// Of demands that one deed answers, the hardest is told, and of these the latest.
fn urgency(fact: Option<&Fact>) -> Urgency {
    let fact = fact?;
    match &fact.told {
        Some(Value::Demand { force, .. }) => Some((*force, fact.told_at)),
        _ => None,
    }
}

/// When a claim held: as the text states, but never after the article spoke.
fn held_at(claim: &Claim, article: &Article) -> Timestamp {
    let spoken = article.spoken_at();
    match claim {
        Claim::Casualty(casualty) => casualty.as_of.map_or(spoken, |stated| stated.min(spoken)),
        Claim::Demand(_) | Claim::Position(_) | Claim::Deed(_) => spoken,
    }
}
