//! The course of a position: what an actor thinks of a target, and when that reverses. Comes in: the claims under one
//! key, sorted. Goes out: what each did, and the stance that holds.

use std::sync::Arc;

use crate::model::{ChangeKind, Claim, KnownClaim, Stance, Value};

use super::course::{Course, Quiet, Step};

/// Follows the position.
pub(super) fn follow(claims: &[Arc<KnownClaim>]) -> Course {
    let mut course = Course::default();
    let mut held: Vec<Stance> = Vec::new();
    for (at, known) in claims.iter().enumerate() {
        let Claim::Position(position) = &known.claim else {
            course.steps.push(Step::Silent(Quiet::Part));
            continue;
        };
        let stance = position.stance;
        let step = if held.contains(&stance) {
            Step::Silent(Quiet::Repeated)
        } else if held.is_empty() {
            Step::Opens
        } else if held.iter().any(|&earlier| reverses(earlier, stance)) {
            Step::Moves(ChangeKind::Changed)
        } else {
            Step::Moves(ChangeKind::New)
        };
        if !matches!(step, Step::Silent(_)) {
            held.retain(|&earlier| !reverses(earlier, stance));
            held.push(stance);
            course.value = Some(Value::Position {
                stance,
                source: position.source.clone(),
                article: known.article.clone(),
                as_of: known.held_at,
            });
            course.by = Some(at);
        }
        course.steps.push(step);
    }
    course
}

/// Whether two stances toward one target cannot both be held: who backed now blames, who refused now agrees.
pub(super) const fn reverses(one: Stance, other: Stance) -> bool {
    use Stance::{Accept, Accuse, Condemn, Deny, Offer, Reject, Support};
    matches!(
        (one, other),
        (Support, Condemn | Reject | Accuse)
            | (Condemn | Reject | Accuse, Support)
            | (Accept, Reject | Deny | Condemn)
            | (Reject | Deny | Condemn, Accept)
            | (Offer, Reject)
            | (Reject, Offer)
    )
}
