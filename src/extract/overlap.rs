//! Findings of all rules go in; one for each thing said comes out, in the order of the text. The only place where rules are
//! weighed against each other. Never reads the text.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::model::{Act, Claim, Demand, Position};

use super::english::casualties::sighting::Sighted;
use super::rule::{Finding, Said};

/// Keeps the strongest of the findings that say the same thing of the same words.
pub(super) fn resolve(found: Vec<Finding>) -> Vec<Finding> {
    // In the order of the text, of what begins together the strongest first; among equals the longer core, then the order
    // of the rules.
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
            kept.get(index).is_some_and(|other| exclude_each_other(&other.said, &finding.said))
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
    drop_unaddressed(&mut kept);
    kept
}

/// A demand without an addressee says nothing that the same demand with one does not say.
fn drop_unaddressed(kept: &mut Vec<Finding>) {
    let addressed: BTreeSet<(String, Act)> = kept
        .iter()
        .filter_map(|finding| finding.said.demand())
        .filter(|demand| demand.to.is_some())
        .map(|demand| (demand.by.clone(), demand.act))
        .collect();
    kept.retain(|finding| {
        finding
            .said
            .demand()
            .is_none_or(|demand| demand.to.is_some() || !addressed.contains(&(demand.by.clone(), demand.act)))
    });
}

impl Said {
    fn demand(&self) -> Option<&Demand> {
        match self {
            Self::Claim(claim) => match &**claim {
                Claim::Demand(demand) => Some(demand),
                Claim::Casualty(_) | Claim::Position(_) | Claim::Deed(_) => None,
            },
            Self::People(_) => None,
        }
    }
}

/// Whether two things said of the same words cannot both be meant.
fn exclude_each_other(one: &Said, other: &Said) -> bool {
    match (one, other) {
        (Said::People(one), Said::People(other)) => same_figure(one, other),
        (Said::Claim(one), Said::Claim(other)) => match (&**one, &**other) {
            (Claim::Demand(one), Claim::Demand(other)) => same_demand(one, other),
            (Claim::Position(one), Claim::Position(other)) => same_position(one, other),
            (Claim::Deed(one), Claim::Deed(other)) => one.by == other.by && one.act == other.act,
            _ => false,
        },
        _ => false,
    }
}

/// One figure counts one effect: "12 wounded" cannot count the dead as well. "No deaths or injuries" counts two.
fn same_figure(one: &Sighted, other: &Sighted) -> bool {
    one.effect() == other.effect() || one.value() != 0
}

fn same_demand(one: &Demand, other: &Demand) -> bool {
    one.by == other.by && one.to == other.to && one.act == other.act
}

fn same_position(one: &Position, other: &Position) -> bool {
    one.actor == other.actor && one.target == other.target && one.stance == other.stance
}
