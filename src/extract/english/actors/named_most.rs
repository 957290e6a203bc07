//! Whom an article names most. Comes in: the names of the gazetteer in it. Goes out: counts, and the order they give.
//! Never looks at the sentences.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text::gazetteer::{Entity, EntityKind, Gazetteer, is_bloc};

/// The names with a count, the most frequent first, and of equals the one that the article names first.
pub(super) fn most(counts: &BTreeMap<Arc<str>, usize>, entities: &[Entity]) -> Vec<Arc<str>> {
    let mut first: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
    for (place, entity) in entities.iter().enumerate() {
        if let Some(party) = &entity.party {
            first.entry(party).or_insert(place);
        }
    }
    let mut order: Vec<(&Arc<str>, usize)> = counts.iter().map(|(name, count)| (name, *count)).collect();
    order.sort_by_key(|&(name, count)| (usize::MAX - count, first.get(name).copied()));
    order.into_iter().map(|(name, _)| Arc::clone(name)).collect()
}

/// How often each armed group is named; a leader whom the world knows by a movement stands for it.
pub(super) fn armed_groups(entities: &[Entity], names: &Gazetteer) -> BTreeMap<Arc<str>, usize> {
    let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for entity in entities {
        let leads = |party: &Arc<str>| {
            entity.kind == EntityKind::Person
                && names.adjective(party).is_none()
                && names.home(party).is_some()
        };
        if let Some(party) = &entity.party
            && (entity.kind == EntityKind::ArmedGroup || leads(party))
        {
            *counts.entry(Arc::clone(party)).or_default() += 1;
        }
    }
    counts
}

/// How often each union of states is named.
pub(super) fn blocs(entities: &[Entity]) -> BTreeMap<Arc<str>, usize> {
    let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for party in entities.iter().filter_map(|entity| entity.party.as_ref()).filter(|party| is_bloc(party)) {
        *counts.entry(Arc::clone(party)).or_default() += 1;
    }
    counts
}

/// Where the article names countries.
pub(super) fn countries_in_order(entities: &[Entity]) -> Vec<(usize, Arc<str>)> {
    entities
        .iter()
        .filter(|entity| {
            matches!(entity.kind, EntityKind::Country | EntityKind::Capital | EntityKind::Demonym)
        })
        .filter_map(|entity| Some((entity.span.start, entity.party.clone()?)))
        .collect()
}
