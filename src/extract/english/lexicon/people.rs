//! Head nouns of people and of things that are counted like people. A head noun, with the word before it, goes in;
//! whether it is a person, and of which group, comes out.

use std::sync::LazyLock;

use super::sections;
use crate::model::Group;
use crate::text::english::word_map::{WordMap, WordSet};
use crate::text::gazetteer::is_people;

/// What is known of a head noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Person {
    /// Listed, with its group.
    Known(Group),
    /// Not listed, but made like a word for people ("a mourning Fiveriverer").
    Likely,
    /// Not listed.
    Unknown,
    /// A thing or an animal.
    No,
}

static PEOPLE: LazyLock<WordMap<&'static str, Group>> = LazyLock::new(|| {
    sections(include_str!("people.txt"))
        .filter_map(|(group, line)| Some((Group::parse(group)?, line)))
        .flat_map(|(group, line)| line.split(',').map(move |noun| (noun.trim(), group)))
        .filter(|(noun, _)| !noun.is_empty())
        .collect()
});

/// The second words of the entries of two.
static PAIRED: LazyLock<WordSet<&'static str>> = LazyLock::new(|| {
    PEOPLE.keys().filter_map(|noun| noun.split_once(' ')).map(|(_, second)| second).collect()
});

static THINGS: LazyLock<WordMap<&'static str, ()>> = LazyLock::new(|| {
    sections(include_str!("things.txt"))
        .flat_map(|(_, line)| line.split(','))
        .map(|noun| (noun.trim(), ()))
        .filter(|(noun, ())| !noun.is_empty())
        .collect()
});

/// Endings of nouns for people that no list can hold all of ("birdwatcher", "cartographers").
const ENDINGS: &[&str] = &[
    "er", "ers", "or", "ors", "ist", "ists", "ian", "ians", "ee", "ees", "eer", "eers", "man", "men",
    "woman", "women", "person", "people", "folk", "ese", "ant", "ants", "goer", "goers", "ite", "ites",
];

/// Nouns of people that are the same for one and for many, or only for many: "a police" is nobody.
const PLURAL_ONLY: &[&str] = &[
    "people",
    "troops",
    "police",
    "personnel",
    "staff",
    "crew",
    "military",
    "army",
    "forces",
    "paramilitaries",
    "militia",
    "population",
    "elderly",
    "homeless",
    "others",
    "infantry",
    "taliban",
    "folk",
];

/// Whether a noun names several without a plural ending.
pub(in super::super) fn is_plural_only(noun: &str) -> bool {
    PLURAL_ONLY.contains(&noun)
}

/// Whether a noun, given by its lemma or as written, is listed as a thing or an animal.
pub(in super::super) fn is_thing(noun: &str) -> bool {
    THINGS.contains_key(noun)
}

static FORCES: LazyLock<WordMap<&'static str, Group>> = LazyLock::new(|| {
    sections(include_str!("forces.txt"))
        .filter_map(|(group, line)| Some((Group::parse(group)?, line)))
        .flat_map(|(group, line)| line.split(',').map(move |word| (word.trim(), group)))
        .filter(|(word, _)| !word.is_empty())
        .collect()
});

/// The group of those who serve in a force whose name has this word.
pub(in super::super) fn force(word: &str) -> Option<Group> {
    FORCES.get(word).copied()
}

/// The group of a listed noun, tried with the word before it first.
pub(in super::super) fn group_of(before: Option<&str>, noun: &str) -> Option<Group> {
    if let Some(before) = before.filter(|_| PAIRED.contains(noun)) {
        // Two-word entries are short: no allocation beyond a small buffer is worth avoiding here.
        let mut pair = String::with_capacity(before.len() + 1 + noun.len());
        pair.push_str(before);
        pair.push(' ');
        pair.push_str(noun);
        if let Some(&group) = PEOPLE.get(pair.as_str()) {
            return Some(group);
        }
    }
    PEOPLE.get(noun).copied()
}

/// Whether a word before it may decide the group of a noun.
pub(in super::super) fn is_paired(noun: &str) -> bool {
    PAIRED.contains(noun)
}

/// What is known of a head noun given by its lemma, with the lemma before it.
pub(in super::super) fn person(before: Option<&str>, noun: &str) -> Person {
    if let Some(group) = group_of(before, noun) {
        return Person::Known(group);
    }
    let stem = noun.strip_suffix("es").or_else(|| noun.strip_suffix('s')).or_else(|| noun.strip_suffix('e'));
    if is_thing(noun) || stem.is_some_and(is_thing) {
        return Person::No;
    }
    let may_end_so = noun.ends_with(['e', 'k', 'n', 'r', 's', 't']);
    let made_like_one = noun.len() > 4 && may_end_so && ENDINGS.iter().any(|ending| noun.ends_with(ending));
    if made_like_one || is_people(noun) { Person::Likely } else { Person::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifier_decides_the_group() {
        assert_eq!(group_of(Some("police"), "officer"), Some(Group::Police));
        assert_eq!(group_of(Some("army"), "officer"), Some(Group::Military));
        assert_eq!(group_of(Some("tired"), "villager"), Some(Group::People));
    }

    #[test]
    fn unlisted_trades_are_likely_people() {
        assert_eq!(person(None, "cartographer"), Person::Likely);
        assert_eq!(person(None, "kenyans"), Person::Likely);
        assert_eq!(person(None, "helicopter"), Person::No);
        assert_eq!(person(None, "proposal"), Person::No);
    }
}
