//! Topics of positions as facts compare them. Comes in: the targets of two stances, and the words a stance rests on.
//! Goes out: whether both speak of one thing, and whether the words only say again what was said. Never knows a
//! particular event: it knows that "attack" and "raid", "charge" and "allegation" are two words for one thing.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use crate::model::Stance;

use super::name::marks;

/// Words that name one thing in a story, under the name by which they are compared. A name is no word of English, so
/// that it can meet nothing else.
const CLASSES: &[(&str, &[&str])] = &[
    (
        "%blow",
        &[
            "act",
            "acts",
            "aggression",
            "ambush",
            "assault",
            "assaults",
            "atrocity",
            "attack",
            "attacks",
            "attackers",
            "blast",
            "bloodshed",
            "bombing",
            "bombings",
            "bombardment",
            "carnage",
            "coup",
            "crime",
            "explosion",
            "firing",
            "hostilities",
            "incident",
            "killing",
            "killings",
            "massacre",
            "murder",
            "murders",
            "offensive",
            "operation",
            "operations",
            "putsch",
            "raid",
            "raids",
            "seizure",
            "shelling",
            "shooting",
            "slaughter",
            "strike",
            "strikes",
            "takeover",
            "violence",
        ],
    ),
    (
        "%charge",
        &[
            "accusation",
            "accusations",
            "allegation",
            "allegations",
            "charge",
            "charges",
            "claim",
            "claims",
            "report",
            "reports",
            "rumour",
            "rumours",
            "rumor",
            "rumors",
            "baseless",
            "blame",
        ],
    ),
    (
        "%talks",
        &[
            "dialogue",
            "diplomacy",
            "discuss",
            "discussion",
            "discussions",
            "meet",
            "meeting",
            "negotiate",
            "negotiation",
            "negotiations",
            "talk",
            "talks",
        ],
    ),
    ("%troops", &["armed", "army", "forces", "military", "soldiers", "troops", "units"]),
    (
        "%help",
        &["aid", "assist", "assistance", "help", "relief", "rescue", "rescuers", "rescuer", "teams", "team"],
    ),
];

/// From a word cut as [`marks`] cuts to the name of its class.
static CLASS_OF: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    CLASSES
        .iter()
        .flat_map(|(class, words)| {
            let marks = words.iter().flat_map(|word| marks(word).iter().cloned().collect::<Vec<_>>());
            marks.map(|mark| (mark, *class))
        })
        .collect()
});

/// Whether the new target is the known topic in other words, or no topic at all ("offered help"). Who answers without
/// naming the topic ("rejected that") answers something new. Figures count as words: a 24-hour truce is not a 72-hour
/// one.
pub(super) fn meet(known: Option<&str>, new: Option<&str>, stance: Stance) -> bool {
    let Some(new) = new else {
        return known.is_none()
            || !matches!(stance, Stance::Accept | Stance::Condemn | Stance::Deny | Stance::Reject);
    };
    let Some(known) = known else { return false };
    let (known, new) = (words(known), words(new));
    let shared = known.intersection(&new).count();
    let figure = |word: &&String| word.starts_with(|letter: char| letter.is_ascii_digit());
    let other_figure = known.symmetric_difference(&new).any(|word| figure(&word));
    !other_figure && shared * 2 > known.len().min(new.len())
}

/// Whether both targets are talks: who accepts them offers them.
pub(super) fn are_talks(one: Option<&str>, other: Option<&str>) -> bool {
    let talks = |target: Option<&str>| target.is_some_and(|target| words(target).contains("%talks"));
    talks(one) && talks(other)
}

/// The words of a target that name a topic, classes for those that have one: without those that only join them to a
/// sentence.
fn words(target: &str) -> BTreeSet<String> {
    let all = marks(target);
    let telling: BTreeSet<String> =
        all.iter().filter(|word| !JOINING.contains(&word.as_str())).cloned().collect();
    let kept = if telling.is_empty() { &*all } else { &telling };
    kept.iter()
        .map(|word| CLASS_OF.get(word).map_or_else(|| word.clone(), |class| (*class).to_owned()))
        .collect()
}

/// Words of a clause that carry no topic, cut as [`marks`] cuts.
const JOINING: &[&str] = &[
    "all", "any", "are", "be", "been", "being", "had", "has", "have", "he", "is", "it", "its", "new", "no",
    "not", "or", "other", "own", "she", "so", "some", "such", "them", "there", "they", "this", "those",
    "was", "were", "what", "which", "who", "will", "would",
];

/// Words that say of a stance that it was taken before.
const RESTATING: &[&str] =
    &["again", "reaffirmed", "reaffirms", "reiterated", "reiterates", "repeated", "repeats", "restated"];

/// Whether the words say that a stance is taken once more: "again ruled out". "Never again" is part of a promise.
pub(super) fn is_restated(quote: &str) -> bool {
    let lower = quote.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        RESTATING.contains(word) && before.is_none_or(|before| !matches!(*before, "never" | "not"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_topic(known: &str, new: &str) -> bool {
        meet(Some(known), Some(new), Stance::Condemn)
    }

    #[test]
    fn two_words_for_one_thing_are_one_topic() {
        assert!(one_topic("attack", "cowardly act"));
        assert!(one_topic("allegations", "charge"));
        assert!(one_topic("talks with Peru", "meet envoys of Peru"));
        assert!(!one_topic("attack on the harbour", "attack on the school"));
        assert!(!one_topic("truce of 24 hours", "truce of 72 hours"));
        assert!(!one_topic("attack", "new tax law"));
    }

    #[test]
    fn again_restates_and_never_again_promises() {
        assert!(is_restated("The minister again ruled out stepping down"));
        assert!(is_restated("Peru reiterated its support"));
        assert!(!is_restated("vowed that it would never again happen"));
        assert!(!is_restated("condemned the raid against the port"));
    }
}
