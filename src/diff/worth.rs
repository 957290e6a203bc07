//! Whether a first report is worth somebody's attention. The story's facts, a key and its claim go in; yes or no comes
//! out. What is not worth telling is known and shown all the same.

use std::collections::BTreeMap;

use crate::model::{Act, Claim, Fact, FactKey, Force, Group, KnownClaim, Scope, Value};

use super::name::{canonical, marks};

/// In a story of so many a single victim more is a case among them.
const MANY: u64 = 20;

/// Words that stand for whoever is there: who is called only so takes no position that a reader could hold on to.
const NOBODY: &[&str] =
    &["everybody", "everyone", "hostages", "many", "men", "others", "people", "some", "they", "victims"];

/// Whether to tell it.
pub(super) fn is_worth_telling(facts: &BTreeMap<FactKey, Fact>, key: &FactKey, known: &KnownClaim) -> bool {
    match (key, &known.claim) {
        (FactKey::Demand { by, to, act }, Claim::Demand(demand)) => {
            // An appeal for something that no class of acts covers ("asked for patience") leaves a reader with nothing.
            let empty = *act == Act::Other && (demand.force == Force::Appeal || to.is_none());
            !empty && !is_nobody(by) && !to.as_deref().is_some_and(|to| names(to, by))
        }
        (FactKey::Position { actor, target }, _) => {
            !is_nobody(actor) && target.as_deref() != Some(actor.as_str())
        }
        (FactKey::Casualties { effect, group, .. }, Claim::Casualty(casualty)) => {
            let total = FactKey::Casualties {
                effect: *effect,
                group: Group::People,
                side: None,
                place: None,
                scope: Scope::Event,
            };
            let many =
                facts.get(&total).and_then(|fact| fact.value.as_ref()).and_then(Value::figure) >= Some(MANY);
            casualty.value != 1 || !many || is_protected(*group)
        }
        _ => true,
    }
}

/// Those whose single death is news in any story: they are there for others.
const fn is_protected(group: Group) -> bool {
    matches!(group, Group::Journalists | Group::AidWorkers | Group::Medics | Group::Peacekeepers)
}

fn is_nobody(name: &str) -> bool {
    NOBODY.contains(&canonical(name).to_lowercase().as_str())
}

/// Whether a list of addressees names the one who speaks: nobody makes demands of himself, the reader took the wrong one.
fn names(list: &str, who: &str) -> bool {
    let who = marks(who);
    list.split(" and ").any(|one| marks(one) == who)
}
