//! What a claim means beside the others of its report. Comes in: the claims of one article. Goes out: the same claims,
//! some with another relation. A function of the article alone.

use super::casualty::FOUND;
use crate::model::{Casualty, Claim, Relation};

/// How far before an increment the figure of another effect may stand, in bytes, for the two to be a contrast.
const NEAR: usize = 160;

/// "Killing 40; a further 150 were hurt" adds nothing to those hurt: the 150 come on top of the 40 of another effect.
/// Such increments become figures in their own right, but for the missing found dead: they stand beside those still missing,
/// and come on top of the dead.
pub(super) fn read(mut claims: Vec<Claim>) -> Vec<Claim> {
    let figures: Vec<Casualty> = claims.iter().filter_map(casualty).cloned().collect();
    for claim in &mut claims {
        if let Claim::Casualty(added) = claim
            && added.relation == Relation::Added
            && &*added.evidence.rule != FOUND
            && figures.iter().any(|other| contrasts(other, added))
        {
            added.relation = Relation::Whole;
        }
    }
    claims
}

fn casualty(claim: &Claim) -> Option<&Casualty> {
    match claim {
        Claim::Casualty(casualty) => Some(casualty),
        Claim::Demand(_) | Claim::Position(_) | Claim::Deed(_) => None,
    }
}

fn contrasts(other: &Casualty, added: &Casualty) -> bool {
    let start = other.evidence.span.start;
    other.effect != added.effect
        && other.relation != Relation::Added
        && start <= added.evidence.span.end
        && start + NEAR >= added.evidence.span.start
}
