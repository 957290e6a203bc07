//! The facts of a story made anew, when reports change their story. Comes in: its claims, whoever they belonged to
//! before, and what was told of them, in order. Goes out: the facts as they follow from the claims, with what was told
//! kept as told, so that nothing is news a second time. Never does I/O, reads no clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{ChangeKind, Fact, FactKey, KnownClaim, Value};

use super::history;
use super::tell::CONFLICTS_REMEMBERED;

/// Claims looked at under one fact: beyond it the oldest are only counted, as `history` would have done.
const CLAIMS_READ: usize = 1024;

/// What was told of a fact once.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Of which fact.
    pub key: FactKey,
    /// As which change.
    pub kind: ChangeKind,
    /// From what.
    pub before: Option<Value>,
    /// To what.
    pub after: Value,
    /// Whether it corrected what a report said that was taken back.
    pub takes_back: bool,
    /// When its article spoke.
    pub spoken_at: Timestamp,
}

/// The facts that these claims make, by key. When they come from `several` stories, what stands now may have been told
/// in one of them and something else later in another: then what stands is the last word.
pub fn compose(
    claims: Vec<(FactKey, Arc<KnownClaim>)>,
    told: &[Told],
    several: bool,
) -> BTreeMap<FactKey, Fact> {
    let mut facts: BTreeMap<FactKey, Fact> = BTreeMap::new();
    for (key, claim) in claims {
        facts.entry(key.clone()).or_insert_with(|| Fact::empty(key)).claims.push(claim);
    }
    super::answer::spread(&mut facts.values_mut().collect::<Vec<_>>());
    for fact in facts.values_mut() {
        super::course::sort(&mut fact.claims);
        let beyond = fact.claims.len().saturating_sub(CLAIMS_READ);
        fact.claims.drain(..beyond);
        fact.merged = u64::try_from(beyond).unwrap_or(u64::MAX);
        history::settle(fact);
        let mut all: Vec<&Value> = Vec::new();
        let key = fact.key.clone();
        for told in told.iter().filter(|told| told.key == key) {
            hear(fact, told);
            all.extend(Some(&told.after).filter(|_| told.kind != ChangeKind::Conflict));
        }
        let stands = fact.value.as_ref();
        if several
            && fact.told.is_some()
            && let Some(same) = all.into_iter().rev().find(|told| Some(*told) == stands)
        {
            fact.told = Some(same.clone());
        }
    }
    facts
}

/// Enters what was told, as it was entered then.
fn hear(fact: &mut Fact, told: &Told) {
    match (told.kind, told.takes_back) {
        (ChangeKind::Conflict, _) => {
            fact.conflicts_told.push(told.after.clone());
            if fact.conflicts_told.len() > CONFLICTS_REMEMBERED {
                fact.conflicts_told.remove(0);
            }
        }
        (ChangeKind::Withdrawn, true) => {
            let rivals = fact.conflicts_told.len();
            fact.conflicts_told.retain(|rival| Some(rival) != told.before.as_ref());
            if fact.conflicts_told.len() == rivals {
                fact.told = None;
            }
        }
        // The clock of a demand recalls what was told.
        (ChangeKind::DeadlineNear | ChangeKind::DeadlinePassed, _) => return,
        _ => fact.told = Some(told.after.clone()),
    }
    if !told.takes_back {
        fact.told_at = Some(fact.told_at.map_or(told.spoken_at, |told_at| told_at.max(told.spoken_at)));
    }
}
