//! The history of a fact: kept in order, bounded, and open to the question what was known at an earlier time. Comes
//! in: a fact with sorted claims. Goes out: the fact with its claims within the limit, and its value.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{Fact, KnownClaim, Value};

use super::course::{Course, Step, follow};

/// Claims kept under one fact. A story is told by tens of outlets for weeks; beyond this the oldest claims that moved
/// nothing are dropped and only counted, then, if all moved something, the oldest.
pub const CLAIMS_KEPT: usize = 128;

/// What came of settling a fact.
#[derive(Debug, Default)]
pub struct Settled {
    /// The course of the claims that are kept.
    pub course: Course,
    /// The claims that the limit dropped.
    pub dropped: Vec<Arc<KnownClaim>>,
}

/// Keeps the limit of the claims, which are sorted, and computes the value.
pub fn settle(fact: &mut Fact) -> Settled {
    let mut course = follow(&fact.key, &fact.claims);
    let mut dropped = Vec::new();
    while fact.claims.len() > CLAIMS_KEPT {
        let quiet = course.steps.iter().enumerate().position(|(at, step)| {
            matches!(step, Step::Silent(_))
                && fact.claims.get(at).is_none_or(|known| !holds_back(fact, known))
        });
        let same_without = quiet.filter(|&at| course.is_same_without(&fact.claims, at));
        dropped.push(fact.claims.remove(quiet.unwrap_or(0)));
        fact.merged = fact.merged.saturating_add(1);
        match same_without {
            Some(at) => course.leave_out(at),
            None => course = follow(&fact.key, &fact.claims),
        }
    }
    fact.value.clone_from(&course.value);
    Settled { course, dropped }
}

/// Whether a claim takes back others that are still there.
fn holds_back(fact: &Fact, known: &KnownClaim) -> bool {
    known.retracts.as_ref().is_some_and(|article| fact.claims.iter().any(|other| other.article == *article))
}

/// Whether a claim of the history still stands.
pub fn stands(fact: &Fact, known: &KnownClaim) -> bool {
    known.retracts.is_none()
        && !fact.claims.iter().any(|other| other.retracts.as_ref() == Some(&known.article))
}

/// The value as it stood at `held` in the world, as far as newsdelta had learned it by `learned`. Exact within the
/// kept history; claims that the limit dropped moved nothing.
pub fn as_of(fact: &Fact, held: Timestamp, learned: Timestamp) -> Option<Value> {
    let known: Vec<Arc<KnownClaim>> = fact
        .claims
        .iter()
        .filter(|claim| claim.held_at <= held && claim.learned_at <= learned)
        .cloned()
        .collect();
    follow(&fact.key, &known).value
}

/// How many sources stand behind a value independently: reports that state it or are satisfied by it, where copies of
/// one report and several reports of one outlet count once. At least one.
pub fn independent_sources(fact: &Fact, value: &Value) -> u32 {
    let mut voices: Vec<&str> = Vec::new();
    let mut origins: Vec<&str> = Vec::new();
    for known in fact.claims.iter().filter(|known| supports(known, value) && stands(fact, known)) {
        let fresh_outlet = known.outlet.as_deref().is_none_or(|outlet| !voices.contains(&outlet));
        if fresh_outlet && !origins.contains(&known.origin.as_str()) {
            origins.push(&known.origin);
            voices.extend(known.outlet.as_deref());
        }
    }
    u32::try_from(origins.len()).unwrap_or(u32::MAX).max(1)
}

fn supports(known: &KnownClaim, value: &Value) -> bool {
    use crate::model::{Claim, DemandStatus, Relation};
    match (&known.claim, value) {
        (Claim::Casualty(claim), Value::Casualties { value, .. }) => {
            claim.value == *value && claim.relation != Relation::Previous
        }
        (Claim::Demand(claim), Value::Demand { force, .. }) => claim.force >= *force,
        (Claim::Deed(_), Value::Demand { status, .. }) => *status == DemandStatus::Met,
        (Claim::Position(claim), Value::Position { stance, .. }) => claim.stance == *stance,
        _ => false,
    }
}
