//! What figures say about whether a report and a story are about one event: a report that gives the story's figure for
//! its own event speaks of the same; one that recalls it as background speaks of another.

use crate::model::{Casualty, Claim, Effect, Group, Relation, Scope};

/// Figures remembered per story; beyond it the oldest go.
const REMEMBERED: usize = 12;

/// Smaller figures are alike by chance.
const TELLING: u64 = 5;

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
    let told =
        |scope| figures(claims, scope).any(|casualty| known.contains(&(casualty.effect, casualty.value)));
    if told(Scope::Event) {
        1.15
    } else if told(Scope::Background) {
        0.5
    } else {
        1.0
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
