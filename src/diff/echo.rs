//! Whether a first value under a key only echoes what the story knows under a neighbouring key: the same blow with and
//! without its place, the same demand with and without its addressee, the same stance in other words. An echo is kept
//! as a fact and not told.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Act, Claim, DemandStatus, Fact, FactKey, Group, KnownClaim, Scope, Stance, Value};

use super::name::{likeness, marks};
use super::position::reverses;
use super::topic;

/// Figures below this recur by chance in one story ("two people were killed").
const TELLING_FIGURE: u64 = 5;

/// Whether another fact of the story was told that holds the same already: from another article, or in the same one
/// under a key that says more.
pub(super) fn is_echo(facts: &BTreeMap<FactKey, Fact>, key: &FactKey, known: &KnownClaim) -> bool {
    // What was silent itself was an echo: it has none.
    facts.values().any(|fact| fact.told.is_some() && fact.key != *key && echoes(fact, key, known))
}

fn echoes(fact: &Fact, key: &FactKey, known: &KnownClaim) -> bool {
    // Of the same article only what was told itself: its other claims are not heard by anybody.
    let told_just_now = fact.told.as_ref().filter(|told| *told.article() == known.article);
    let is_earlier = |claim: &&Arc<KnownClaim>| {
        claim.retracts.is_none() && claim.article != known.article
            || told_just_now.is_some_and(|told| says(claim, told))
    };
    // Looked at only where the keys meet: most facts stay folded.
    let earlier = || fact.claims.iter().filter(is_earlier);
    match (&fact.key, key, &known.claim) {
        (
            FactKey::Casualties { effect, group, side, place, scope },
            FactKey::Casualties {
                effect: new_effect,
                group: new_group,
                side: new_side,
                place: new_place,
                ..
            },
            Claim::Casualty(new),
        ) => {
            effect == new_effect
                && *scope != Scope::Background
                && alike_groups(*group, *new_group, new.value)
                && alike(side.as_deref(), new_side.as_deref())
                && alike(place.as_deref(), new_place.as_deref())
                && earlier()
                    .any(|claim| matches!(&claim.claim, Claim::Casualty(old) if old.value == new.value))
        }
        (
            FactKey::Demand { by, to, act },
            FactKey::Demand { by: new_by, to: new_to, act: new_act },
            Claim::Demand(_),
        ) => {
            act == new_act
                && (same_actor(by, new_by) || is_crowd(new_by))
                && addressees_meet(to.as_deref(), new_to.as_deref())
                // Help that was asked of nobody named is asked anew when somebody is.
                && !(*act == Act::Intervene && to.is_none() && new_to.is_some())
                && earlier().next().is_some()
        }
        (
            FactKey::Position { actor, target },
            FactKey::Position { actor: new_actor, target: new_target },
            Claim::Position(new),
        ) => {
            if !same_actor(actor, new_actor) {
                return false;
            }
            let was_held = |fits: &dyn Fn(Stance) -> bool| {
                earlier().any(|claim| matches!(&claim.claim, Claim::Position(old) if fits(old.stance)))
            };
            let (target, new_target) = (target.as_deref(), new_target.as_deref());
            was_held(&|old| old == new.stance)
                && (topic::is_restated(&new.evidence.quote) || topic::meet(target, new_target, new.stance))
                || is_willing(new.stance)
                    && was_held(&|old| old != new.stance && is_willing(old))
                    && topic::are_talks(target, new_target)
        }
        // What the words answer was told as the end of the demand.
        (FactKey::Demand { to: Some(to), .. }, FactKey::Position { actor, .. }, Claim::Position(new)) => {
            matches!(new.stance, Stance::Accept | Stance::Reject | Stance::Deny)
                && same_actor(to, actor)
                && told_just_now.is_some_and(is_answered)
                && fact.claims.iter().any(|claim| {
                    let (old, new) = (claim.claim.evidence().span, new.evidence.span);
                    claim.article == known.article
                        && matches!(claim.claim, Claim::Demand(_))
                        && old.start < new.end
                        && new.start < old.end
                })
        }
        _ => false,
    }
}

/// Whether a demand was met or refused.
const fn is_answered(value: &Value) -> bool {
    matches!(value, Value::Demand { status: DemandStatus::Met | DemandStatus::Rejected, .. })
}

/// Whether a claim says what was told.
fn says(known: &KnownClaim, told: &Value) -> bool {
    match (&known.claim, told) {
        (Claim::Casualty(casualty), Value::Casualties { value, .. }) => casualty.value == *value,
        (Claim::Demand(_), Value::Demand { .. }) => true,
        (Claim::Position(position), Value::Position { stance, .. }) => position.stance == *stance,
        _ => false,
    }
}

fn alike_groups(one: Group, other: Group, value: u64) -> bool {
    let loose = |group| matches!(group, Group::People | Group::Civilians | Group::Other);
    one == other || (value >= TELLING_FIGURE && loose(one) && loose(other))
}

/// Equal, or one of the two does not say.
fn alike(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => likeness(one, other) > 0.5,
        _ => true,
    }
}

fn same_actor(one: &str, other: &str) -> bool {
    one == other || likeness(one, other) > 0.6
}

/// Names of people in the street. What they ask for under no name of their own has been told when anybody was told to
/// ask for it.
const CROWD: &[&str] =
    &["crowd", "crowds", "demonstrators", "marchers", "people", "protesters", "protestors"];

fn is_crowd(name: &str) -> bool {
    CROWD.iter().any(|crowd| crowd.eq_ignore_ascii_case(name))
}

/// Who accepts talks offers them.
const fn is_willing(stance: Stance) -> bool {
    matches!(stance, Stance::Accept | Stance::Offer)
}

/// Words for "whoever is fighting", which name nobody.
const EVERYBODY: &[&str] = &["all", "both", "sides", "parties", "confl", "warri", "every", "rival"];

fn addressees_meet(one: Option<&str>, other: Option<&str>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    let names_nobody = |name: &str| marks(name).iter().all(|word| EVERYBODY.contains(&word.as_str()));
    // "A and B": who asks two asks each of them.
    let meet = || one.split(" and ").any(|one| other.split(" and ").any(|other| likeness(one, other) > 0.5));
    names_nobody(one) || names_nobody(other) || meet()
}

/// The stance last told on a neighbouring topic that this one reverses, with the fact that holds it.
pub(super) fn reversed<'a>(
    facts: &'a BTreeMap<FactKey, Fact>,
    key: &FactKey,
    known: &KnownClaim,
) -> Option<(&'a Fact, &'a Value)> {
    let (FactKey::Position { actor, target }, Claim::Position(new)) = (key, &known.claim) else {
        return None;
    };
    if !is_plain(new.stance) {
        return None;
    }
    let topic = marks(target.as_deref()?);
    facts
        .values()
        .filter(|fact| fact.key != *key)
        .filter_map(|fact| {
            let FactKey::Position { actor: old_actor, target: Some(old_target) } = &fact.key else {
                return None;
            };
            let told @ Value::Position { stance, as_of, .. } = fact.told.as_ref()? else { return None };
            let meets = || topic.intersection(&marks(old_target)).next().is_some();
            (is_plain(*stance) && *as_of < known.held_at && meets() && same_actor(actor, old_actor))
                .then_some((fact, told, *stance, *as_of))
        })
        .max_by_key(|&(_, _, _, as_of)| as_of)
        .filter(|&(_, _, stance, _)| reverses(stance, new.stance))
        .map(|(fact, told, _, _)| (fact, told))
}

/// Across wordings only the plain yes and no are sure to speak of one thing.
const fn is_plain(stance: Stance) -> bool {
    matches!(stance, Stance::Accept | Stance::Reject | Stance::Deny)
}
