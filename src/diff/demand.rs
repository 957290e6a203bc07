//! The life of a demand: made, repeated, hardened, softened, met, rejected, withdrawn. Comes in: the claims under one
//! key, sorted. Goes out: what each did, and where the demand stands.

use std::sync::Arc;

use crate::model::{ChangeKind, Claim, Demand, DemandStatus, Force, KnownClaim, Value};

use super::course::{Course, Quiet, Step};

/// Follows the demand.
pub(super) fn follow(claims: &[Arc<KnownClaim>]) -> Course {
    let mut course = Course::default();
    let mut state: Option<(Force, DemandStatus)> = None;
    // The outlet that told how hard it is pressed: only its own milder word is a milder demand.
    let mut teller: Option<&str> = None;
    for (at, known) in claims.iter().enumerate() {
        let Claim::Demand(demand) = &known.claim else {
            course.steps.push(Step::Silent(Quiet::Part));
            continue;
        };
        let step = match state {
            None => opening(demand.status),
            Some((force, status)) => {
                let own_word = teller.is_some() && teller == known.outlet.as_deref();
                next(demand, force, status, own_word)
            }
        };
        if !matches!(step, Step::Silent(_)) {
            let stands = match demand.status {
                DemandStatus::Repeated => DemandStatus::Made,
                other => other,
            };
            // An answer says nothing about how hard the demand was pressed.
            let force = match (stands, state) {
                (DemandStatus::Made, _) | (_, None) => demand.force,
                (_, Some((force, _))) => force,
            };
            state = Some((force, stands));
            teller = known.outlet.as_deref();
            course.value = Some(value_of(known, demand, force, stands));
            course.by = Some(at);
        }
        course.steps.push(step);
    }
    course
}

fn value_of(known: &KnownClaim, demand: &Demand, force: Force, status: DemandStatus) -> Value {
    Value::Demand {
        force,
        status,
        condition: demand.condition.clone(),
        source: demand.source.clone(),
        article: known.article.clone(),
        as_of: known.held_at,
    }
}

/// How an answer to a demand is told.
const fn answered(status: DemandStatus) -> Option<ChangeKind> {
    match status {
        DemandStatus::Made | DemandStatus::Repeated => None,
        DemandStatus::Met => Some(ChangeKind::Met),
        DemandStatus::Rejected => Some(ChangeKind::Rejected),
        DemandStatus::Withdrawn => Some(ChangeKind::Withdrawn),
    }
}

fn opening(status: DemandStatus) -> Step {
    answered(status).map_or(Step::Opens, Step::Moves)
}

fn next(demand: &Demand, force: Force, status: DemandStatus, own_word: bool) -> Step {
    if demand.status == status {
        return match status {
            DemandStatus::Made => pressed(demand.force, force, own_word),
            _ => Step::Silent(Quiet::Repeated),
        };
    }
    if let Some(kind) = answered(demand.status) {
        return Step::Moves(kind);
    }
    match status {
        // Made anew after it was settled or taken back.
        DemandStatus::Met | DemandStatus::Withdrawn if demand.status == DemandStatus::Made => {
            Step::Moves(ChangeKind::New)
        }
        DemandStatus::Met | DemandStatus::Withdrawn => Step::Silent(Quiet::Repeated),
        DemandStatus::Made | DemandStatus::Repeated | DemandStatus::Rejected => {
            pressed(demand.force, force, own_word)
        }
    }
}

/// The same demand, more or less hard. "Calls on" and "demands" are one outlet's word against another's for the same
/// statement too often to tell the way back from demand to appeal; the way back from an ultimatum is told when the
/// outlet that told of the ultimatum goes it.
fn pressed(new: Force, known: Force, own_word: bool) -> Step {
    match (known, new) {
        (Force::Appeal, Force::Demand | Force::Ultimatum) | (Force::Demand, Force::Ultimatum) => {
            Step::Moves(ChangeKind::Hardened)
        }
        (Force::Ultimatum, Force::Appeal) if own_word => Step::Moves(ChangeKind::Softened),
        _ => Step::Silent(Quiet::Repeated),
    }
}
