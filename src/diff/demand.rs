//! The life of a demand: made, repeated, hardened, softened, met, rejected, withdrawn. Comes in: the claims under one
//! key, sorted. Goes out: what each did, and where the demand stands.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::model::{Act, ChangeKind, Claim, Demand, DemandStatus, Force, KnownClaim, Value};

use super::course::{Course, Quiet, Step};

/// For so long after a deed the demand it answered is still told of, by those who look back.
const LOOKED_BACK_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Follows the demand.
pub(super) fn follow(claims: &[Arc<KnownClaim>]) -> Course {
    let mut course = Course::default();
    let mut state: Option<(Force, DemandStatus)> = None;
    // The outlet that told how hard it is pressed: only its own milder word is a milder demand.
    let mut teller: Option<&str> = None;
    // The deed that settled it.
    let mut done: Option<&KnownClaim> = None;
    for (at, known) in claims.iter().enumerate() {
        let demand = match &known.claim {
            Claim::Demand(demand) => demand,
            Claim::Deed(_) => {
                let step = answer(&mut state);
                if !matches!(step, Step::Silent(_)) {
                    done = Some(known);
                    course.value = state.map(|(force, status)| answered_by(known, force, status));
                    course.by = Some(at);
                }
                course.steps.push(step);
                continue;
            }
            Claim::Casualty(_) | Claim::Position(_) => {
                course.steps.push(Step::Silent(Quiet::Part));
                continue;
            }
        };
        let step = match state {
            None => opening(demand.status),
            Some(_) if done.is_some_and(|done| looks_back(known, demand, done)) => {
                Step::Silent(Quiet::Repeated)
            }
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
            done = None;
            course.value = Some(value_of(known, demand, force, stands));
            course.by = Some(at);
        }
        course.steps.push(step);
    }
    course
}

/// What a deed does to a demand that stands.
fn answer(state: &mut Option<(Force, DemandStatus)>) -> Step {
    match state {
        Some((_, status @ (DemandStatus::Made | DemandStatus::Repeated | DemandStatus::Rejected))) => {
            *status = DemandStatus::Met;
            Step::Moves(ChangeKind::Met)
        }
        Some((_, DemandStatus::Met | DemandStatus::Withdrawn)) => Step::Silent(Quiet::Repeated),
        None => Step::Silent(Quiet::Undemanded),
    }
}

/// Whether a report tells of the demand as of something answered: the report of the deed itself, or one soon after. Nobody
/// who has left office is asked to leave it.
fn looks_back(known: &KnownClaim, demand: &Demand, done: &KnownClaim) -> bool {
    let soon = known.held_at.duration_since(done.held_at) < LOOKED_BACK_FOR;
    let asks = matches!(demand.status, DemandStatus::Made | DemandStatus::Repeated);
    asks && (known.article == done.article || soon || demand.act == Act::Resign)
}

/// The value of a demand that a deed has met.
fn answered_by(known: &KnownClaim, force: Force, status: DemandStatus) -> Value {
    Value::Demand {
        force,
        status,
        condition: None,
        source: None,
        article: known.article.clone(),
        as_of: known.held_at,
    }
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
