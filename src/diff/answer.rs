//! Deeds that answer demands. Comes in: the facts of a story. Goes out: the same, each demand with the deeds of its
//! addressee that do what it asks for among its claims, whichever article told of which first. A deed is kept once, under
//! its own key; what stands under a demand is a copy that can always be made again. Never judges whether a deed is enough.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Act, Claim, Fact, FactKey, KnownClaim};

use super::course;

/// Copies the deeds of a story to the demands that they answer, and sorts these.
pub fn spread(facts: &mut [&mut Fact]) {
    let mut deeds: BTreeMap<(String, Act), Vec<Arc<KnownClaim>>> = BTreeMap::new();
    for fact in facts.iter() {
        if let FactKey::Deed { doer, act } = &fact.key {
            deeds.insert((doer.clone(), *act), fact.claims.to_vec());
        }
    }
    if deeds.is_empty() {
        return;
    }
    for fact in facts.iter_mut() {
        let FactKey::Demand { to: Some(to), act, .. } = &fact.key else { continue };
        if let Some(deeds) = deeds.get(&(to.clone(), *act)) {
            copy(deeds, fact);
        }
    }
}

/// Copies what an article tells: its deeds to the demands that are there, and the deeds that are there to the demands it
/// opens. `touched` lists the facts that its claims speak to; demands that its deeds answer are added.
pub(super) fn spread_new(
    facts: &mut BTreeMap<FactKey, Fact>,
    touched: &mut Vec<FactKey>,
    opened: &[FactKey],
) {
    for deed in touched.clone() {
        let FactKey::Deed { doer, act } = &deed else { continue };
        let Some(deeds) = facts.get(&deed).map(|fact| fact.claims.to_vec()) else { continue };
        for fact in facts.values_mut().filter(|fact| answers(doer, *act, &fact.key)) {
            if copy(&deeds, fact) && !touched.contains(&fact.key) {
                touched.push(fact.key.clone());
            }
        }
    }
    for demand in opened {
        let FactKey::Demand { to: Some(to), act, .. } = demand else { continue };
        let deed = FactKey::Deed { doer: to.clone(), act: *act };
        let Some(deeds) = facts.get(&deed).map(|fact| fact.claims.to_vec()) else { continue };
        if let Some(fact) = facts.get_mut(demand) {
            copy(&deeds, fact);
        }
    }
}

fn answers(doer: &str, act: Act, key: &FactKey) -> bool {
    matches!(key, FactKey::Demand { to: Some(to), act: asked, .. } if to == doer && *asked == act)
}

/// Copies what is not there yet. A deed that the limit of a demand's history has dropped comes back, and moves nothing again.
fn copy(deeds: &[Arc<KnownClaim>], fact: &mut Fact) -> bool {
    let fresh: Vec<Arc<KnownClaim>> =
        deeds.iter().filter(|deed| !fact.claims.contains(deed)).cloned().collect();
    let any = !fresh.is_empty();
    if any {
        fact.claims.extend(fresh);
        course::sort(&mut fact.claims);
    }
    any
}

/// Whether a claim is a deed that another demand of the story was already told to be met by, out of the same words: one deed
/// answers many who demanded it, and is told once.
pub(super) fn told_elsewhere(facts: &BTreeMap<FactKey, Fact>, key: &FactKey, known: &KnownClaim) -> bool {
    let Claim::Deed(deed) = &known.claim else { return false };
    let same_words = |other: &KnownClaim| {
        other.article == known.article
            && matches!(&other.claim, Claim::Deed(other) if other.evidence.span == deed.evidence.span)
    };
    facts.values().any(|fact| {
        fact.key != *key
            && matches!(fact.key, FactKey::Demand { .. })
            && fact.told.as_ref().is_some_and(|told| *told.article() == known.article && is_met(told))
            && fact.claims.iter().any(|other| same_words(other))
    })
}

fn is_met(value: &crate::model::Value) -> bool {
    matches!(value, crate::model::Value::Demand { status: crate::model::DemandStatus::Met, .. })
}
