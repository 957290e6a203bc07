//! Findings of all rules go in; one claim for each thing said comes out, in the order of the text. The only place
//! where rules are weighed against each other. Never reads the text.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::model::{Act, Casualty, Claim, Demand, Position};

use super::rule::Finding;

/// Keeps the strongest of the findings that say the same thing of the same words.
pub(super) fn resolve(found: Vec<Finding>) -> Vec<Claim> {
    // In the order of the text, of what begins together the strongest first; among equals the longer core, then the order
    // of the rules. Findings are large: their places are sorted.
    let mut order: Vec<(usize, Reverse<u8>, Reverse<usize>, usize)> = found
        .iter()
        .enumerate()
        .map(|(place, Finding { core, weight, .. })| {
            (core.start, Reverse(*weight), Reverse(core.end - core.start), place)
        })
        .collect();
    order.sort_unstable();
    let mut found: Vec<Option<Finding>> = found.into_iter().map(Some).collect();
    let found = order.iter().filter_map(|(.., place)| found.get_mut(*place)?.take());
    let mut kept: Vec<Finding> = Vec::with_capacity(order.len());
    // Cores are short and sorted by their start: only those that end after the current start can meet it.
    let mut open: Vec<usize> = Vec::new();
    for finding in found {
        open.retain(|&index| kept.get(index).is_some_and(|other| other.core.end > finding.core.start));
        let rival = open.iter().copied().find(|&index| {
            kept.get(index).is_some_and(|other| exclude_each_other(&other.claim, &finding.claim))
        });
        if let Some(place) = rival.and_then(|index| kept.get_mut(index)) {
            if finding.weight > place.weight {
                *place = finding;
            }
            continue;
        }
        open.push(kept.len());
        kept.push(finding);
    }
    let mut claims: Vec<Claim> = kept.into_iter().map(|finding| finding.claim).collect();
    drop_unaddressed(&mut claims);
    claims.sort_by_key(|claim| claim.evidence().span);
    claims
}

/// A demand without an addressee says nothing that the same demand with one does not say.
fn drop_unaddressed(claims: &mut Vec<Claim>) {
    let addressed: BTreeSet<(String, Act)> = claims
        .iter()
        .filter_map(|claim| match claim {
            Claim::Demand(demand) if demand.to.is_some() => Some((demand.by.clone(), demand.act)),
            _ => None,
        })
        .collect();
    claims.retain(|claim| match claim {
        Claim::Demand(demand) => demand.to.is_some() || !addressed.contains(&(demand.by.clone(), demand.act)),
        Claim::Casualty(_) | Claim::Position(_) => true,
    });
}

/// Whether two claims on the same words cannot both be meant.
fn exclude_each_other(one: &Claim, other: &Claim) -> bool {
    match (one, other) {
        (Claim::Casualty(one), Claim::Casualty(other)) => same_figure(one, other),
        (Claim::Demand(one), Claim::Demand(other)) => same_demand(one, other),
        (Claim::Position(one), Claim::Position(other)) => same_position(one, other),
        _ => false,
    }
}

/// One figure counts one effect: "12 wounded" cannot count the dead as well. "No deaths or injuries" counts two.
fn same_figure(one: &Casualty, other: &Casualty) -> bool {
    one.effect == other.effect || one.value != 0
}

fn same_demand(one: &Demand, other: &Demand) -> bool {
    one.by == other.by && one.to == other.to && one.act == other.act
}

fn same_position(one: &Position, other: &Position) -> bool {
    one.actor == other.actor && one.target == other.target && one.stance == other.stance
}
