//! Under which key a claim's fact is kept. A function of the claim alone, so that the same claims end under the same
//! keys in whatever order they arrive.

use crate::model::{Claim, FactKey};

use super::name::{canonical, canonical_option};

/// The key of the fact that a claim speaks to.
pub fn of(claim: &Claim) -> FactKey {
    match claim {
        Claim::Casualty(casualty) => FactKey::Casualties {
            effect: casualty.effect,
            group: casualty.group,
            side: canonical_option(casualty.side.as_deref()),
            place: canonical_option(casualty.place.as_deref()),
            scope: casualty.scope,
        },
        Claim::Demand(demand) => FactKey::Demand {
            by: canonical(&demand.by),
            to: canonical_option(demand.to.as_deref()),
            act: demand.act,
        },
        Claim::Deed(deed) => FactKey::Deed { doer: canonical(&deed.by), act: deed.act },
        Claim::Position(position) => FactKey::Position {
            actor: canonical(&position.actor),
            target: canonical_option(position.target.as_deref()),
        },
    }
}
