//! What figures say about whether a report and a story are about one event: a report that gives the story's figure for
//! its own event speaks of the same; one that recalls it as background speaks of another.

use crate::model::{Casualty, Claim, Effect, Group, Relation, Scope};

/// Figures remembered per story; beyond it the oldest go.
const REMEMBERED: usize = 12;

/// Smaller figures are alike by chance.
const TELLING: u64 = 5;

/// Two events in one story's reach often share a figure below this.
const BY_CHANCE: u64 = 10;

/// Remembers what a report gives for the event as a whole.
pub(super) fn remember(known: &mut Vec<(Effect, u64)>, claims: &[Claim]) {
    for figure in figures(claims, Scope::Event).filter(|casualty| is_whole(casualty)) {
        let figure = (figure.effect, figure.value);
        if !known.contains(&figure) {
            known.push(figure);
        }
    }
    let excess = known.len().saturating_sub(REMEMBERED);
    known.drain(..excess);
}

/// The factor on a score: less than one when the report only recalls the story's figures, more when it gives them.
pub(super) fn agreement(known: &[(Effect, u64)], claims: &[Claim]) -> f32 {
    // The larger the figure, the less it agrees by chance: five dead here and five there say little against 31 recalled.
    let largest = |scope| {
        figures(claims, scope)
            .filter(|casualty| known.contains(&(casualty.effect, casualty.value)))
            .map(|casualty| casualty.value)
            .max()
    };
    match (largest(Scope::Event), largest(Scope::Background)) {
        (None, None) => 1.0,
        (told, recalled) if told.is_none_or(|told| told < BY_CHANCE) && recalled > told => 0.5,
        _ => 1.15,
    }
}

fn figures(claims: &[Claim], scope: Scope) -> impl Iterator<Item = &Casualty> {
    claims.iter().filter_map(move |claim| match claim {
        Claim::Casualty(casualty) if casualty.scope == scope && casualty.value >= TELLING => Some(casualty),
        _ => None,
    })
}

fn is_whole(casualty: &Casualty) -> bool {
    casualty.group == Group::People
        && casualty.side.is_none()
        && casualty.place.is_none()
        && matches!(casualty.relation, Relation::Whole | Relation::Correction)
}
