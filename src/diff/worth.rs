//! Whether a first report is worth somebody's attention. A key and its claim go in; yes or no comes out. What is not
//! worth telling is known and shown all the same.

use crate::model::{Act, Claim, FactKey, Force, KnownClaim};

/// Whether to tell it. An appeal for something that no class of acts covers ("asked for patience") leaves a reader with
/// nothing to hold on to.
pub(super) fn is_worth_telling(key: &FactKey, known: &KnownClaim) -> bool {
    match (key, &known.claim) {
        (FactKey::Demand { act: Act::Other, to, .. }, Claim::Demand(demand)) => {
            demand.force > Force::Appeal && to.is_some()
        }
        _ => true,
    }
}
