//! Whether a first report is worth somebody's attention. The story's facts, a key and its claim go in; why it is not
//! comes out, or nothing. What is not worth telling is known and shown all the same.

use std::collections::BTreeMap;

use crate::model::{Act, Claim, Effect, Fact, FactKey, Force, Group, KnownClaim, Scope, Value};

use super::name::{canonical, marks};

/// In a story of so many a single victim more is a case among them.
const MANY: u64 = 20;

/// Words that stand for whoever is there: who is called only so takes no position that a reader could hold on to.
const NOBODY: &[&str] = &[
    "everybody",
    "everyone",
    "hostages",
    "leadership",
    "management",
    "many",
    "men",
    "others",
    "people",
    "some",
    "they",
    "victims",
];

/// Targets that name nothing: what they mean was said elsewhere.
const NOTHING: &[&str] = &["it", "this", "that"];

/// Names of those who ask without anybody saying so: they count only where somebody speaks for them.
const UNSAID: &[&str] = &["authorities", "officials", "sources"];

/// Why not to tell it, in words for `newsdelta why`; nothing when it is to be told.
pub(super) fn withheld(
    facts: &BTreeMap<FactKey, Fact>,
    key: &FactKey,
    known: &KnownClaim,
) -> Option<&'static str> {
    let nobody = "not told: the text does not say which party, body or person this is";
    match (key, &known.claim) {
        (FactKey::Demand { by, to, act }, Claim::Demand(demand)) => {
            if *act == Act::Other && (demand.force == Force::Appeal || to.is_none()) {
                return Some("not told: what is asked for is of no kind that is followed");
            }
            let unsaid = demand.source.is_none() && UNSAID.contains(&canonical(by).to_lowercase().as_str());
            if is_nobody(by) || unsaid {
                return Some(nobody);
            }
            to.as_deref()
                .is_some_and(|to| names(to, by))
                .then_some("not told: nobody makes demands of himself, so the addressee is in doubt")
        }
        (FactKey::Position { actor, target }, _) => {
            if is_nobody(actor) {
                return Some(nobody);
            }
            if target.as_deref().is_some_and(|target| NOTHING.contains(&target)) {
                return Some("not told: the text does not say toward what");
            }
            (target.as_deref() == Some(actor.as_str()))
                .then_some("not told: nobody takes a stance toward himself, so the target is in doubt")
        }
        (FactKey::Casualties { effect, group, .. }, Claim::Casualty(casualty)) => {
            let total = FactKey::Casualties {
                effect: *effect,
                group: Group::People,
                side: None,
                place: None,
                scope: Scope::Event,
            };
            if *group == Group::Other && *effect == Effect::Injured && is_severity(&casualty.evidence.quote) {
                return Some("not told: how badly some of those injured are hurt");
            }
            if casualty.value == 1 && !is_protected(*group) && is_one_of_several(facts, *effect, known) {
                return Some("not told: one of those whom the same report counts");
            }
            let many =
                facts.get(&total).and_then(|fact| fact.value.as_ref()).and_then(Value::figure) >= Some(MANY);
            (casualty.value == 1 && many && !is_protected(*group))
                .then_some("not told: a single case more in a story of many")
        }
        _ => None,
    }
}

/// In a report that counts so many, a single one is a case among them.
const SEVERAL: u64 = 5;

/// Whether the report that tells of one gives a larger figure of the same kind too.
fn is_one_of_several(facts: &BTreeMap<FactKey, Fact>, effect: Effect, known: &KnownClaim) -> bool {
    let same = |key: &FactKey| {
        matches!(key, FactKey::Casualties { effect: other, scope, .. }
            if *other == effect && *scope != Scope::Background)
    };
    facts.iter().filter(|(key, _)| same(key)).any(|(_, fact)| {
        fact.claims.iter().any(|other| {
            let several = matches!(&other.claim, Claim::Casualty(casualty) if casualty.value >= SEVERAL);
            several && other.article == known.article
        })
    })
}

/// Whether the words count those of the injured who are hurt worst.
fn is_severity(quote: &str) -> bool {
    quote.split(|letter: char| !letter.is_alphanumeric()).any(|word| {
        ["seriously", "serious", "critically", "critical", "severely", "gravely", "badly"]
            .iter()
            .any(|severe| word.eq_ignore_ascii_case(severe))
    })
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
