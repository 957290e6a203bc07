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
    let mut life = Life::default();
    for (at, known) in claims.iter().enumerate() {
        let step = match &known.claim {
            Claim::Demand(demand) => life.demanded(at, known, demand),
            Claim::Deed(_) => life.done(at, known),
            Claim::Casualty(_) | Claim::Position(_) => Step::Silent(Quiet::Part),
        };
        life.course.steps.push(step);
    }
    life.course
}

/// A demand as it stands after some claims.
#[derive(Default)]
struct Life<'a> {
    state: Option<(Force, DemandStatus)>,
    /// The outlet that told how hard it is pressed: only its own milder word is a milder demand.
    teller: Option<&'a str>,
    /// The deed that settled it, or that was there before anybody was known to demand it, and its place.
    deed: Option<(usize, &'a KnownClaim)>,
    course: Course,
}

impl<'a> Life<'a> {
    fn demanded(&mut self, at: usize, known: &'a KnownClaim, demand: &Demand) -> Step {
        let step = match (self.state, self.deed) {
            // "Berg stepped down. Students had demanded it": told of only after it was done.
            (None, Some((place, deed))) if is_told_with(known, demand, deed) => {
                self.state = Some((demand.force, DemandStatus::Met));
                self.met(place, deed);
                if let Some(step) = self.course.steps.get_mut(place) {
                    *step = Step::Moves(ChangeKind::Met);
                }
                return Step::Silent(Quiet::Repeated);
            }
            (None, _) => opening(demand.status),
            (Some(_), Some((_, deed))) if looks_back(known, demand, deed) => Step::Silent(Quiet::Repeated),
            (Some((force, status)), _) => {
                let own_word = self.teller.is_some() && self.teller == known.outlet.as_deref();
                next(demand, force, status, own_word)
            }
        };
        if matches!(step, Step::Silent(_)) {
            return step;
        }
        let stands = match demand.status {
            DemandStatus::Repeated => DemandStatus::Made,
            other => other,
        };
        // An answer says nothing about how hard the demand was pressed.
        let force = match (stands, self.state) {
            (DemandStatus::Made, _) | (_, None) => demand.force,
            (_, Some((force, _))) => force,
        };
        self.state = Some((force, stands));
        self.teller = known.outlet.as_deref();
        self.deed = None;
        self.course.value = Some(value_of(known, demand, force, stands));
        self.course.by = Some(at);
        step
    }

    fn done(&mut self, at: usize, known: &'a KnownClaim) -> Step {
        let step = answer(&mut self.state);
        match (self.state, step) {
            (_, Step::Moves(_)) => self.met(at, known),
            (None, _) => self.deed = Some((at, known)),
            _ => {}
        }
        step
    }

    /// Notes the deed that gave it its value.
    fn met(&mut self, at: usize, deed: &'a KnownClaim) {
        self.deed = Some((at, deed));
        self.course.value = self.state.map(|(force, status)| answered_by(deed, force, status));
        self.course.by = Some(at);
    }
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

/// Whether the report of somebody's leaving tells who had demanded it.
fn is_told_with(known: &KnownClaim, demand: &Demand, deed: &KnownClaim) -> bool {
    let asks = matches!(demand.status, DemandStatus::Made | DemandStatus::Repeated);
    asks && known.article == deed.article && demand.act == Act::Resign
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
