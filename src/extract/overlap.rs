//! Findings of all rules go in; one for each thing said comes out, in the order of the text. The only place where rules are
//! weighed against each other. Never reads the text.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Act, Claim, Demand, Position, Stance};

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
    drop_vaguer(&mut kept);
    kept
}

/// Targets of one stance of one actor that are compared with each other; an article has fewer.
const TARGETS_MAX: usize = 64;

/// A stance toward a thing that the same article calls by more words says nothing more: "rejects the ultimatum" beside "rejects
/// Kenya's 48-hour ultimatum". Names are no vaguer for being short.
fn drop_vaguer(kept: &mut Vec<Finding>) {
    let mut held: BTreeMap<(String, Stance), Vec<String>> = BTreeMap::new();
    for position in kept.iter().filter_map(|finding| finding.said.position()) {
        let held = held.entry((position.actor.clone(), position.stance)).or_default();
        let fresh =
            position.target.clone().filter(|target| held.len() < TARGETS_MAX && !held.contains(target));
        held.extend(fresh);
    }
    held.retain(|_, targets| targets.len() > 1);
    let fuller = |target: &str, other: &str| {
        let words: Vec<&str> = other.split_whitespace().collect();
        words.len() > target.split_whitespace().count()
            && target.split_whitespace().all(|word| words.contains(&word))
    };
    kept.retain(|finding| {
        let Some(position) = finding.said.position() else { return true };
        let thing = position.target.as_deref().filter(|target| target.starts_with(char::is_lowercase));
        let others = held.get(&(position.actor.clone(), position.stance));
        !thing.zip(others).is_some_and(|(thing, others)| others.iter().any(|other| fuller(thing, other)))
    });
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
    fn position(&self) -> Option<&Position> {
        match self {
            Self::Claim(claim) => match &**claim {
                Claim::Position(position) => Some(position),
                Claim::Casualty(_) | Claim::Demand(_) | Claim::Deed(_) => None,
            },
            Self::People(_) => None,
        }
    }

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
