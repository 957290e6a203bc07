//! Verbs and nouns of demanding, and what becomes of a demand. A word goes in; how hard it presses, how it takes what it
//! asks for or what it does with a demand comes out. Knows nothing of sentences.

use std::sync::LazyLock;

use super::sections;
use crate::model::{DemandStatus, Force};
use crate::text::english::word_map::WordMap;

word_sets! {
    "demands.txt":
    MAKES = "makes";
    REPEATS = "repeats";
    REFUSES = "refuses";
    GRANTS = "grants";
    DROPS = "drops";
    LAPSES = "lapses";
    PROPOSED = "proposed";
    PRESENTS = "presents";
    AGAIN = "again";
    WAYS = "ways";
    MARCHES = "marches";
}

/// Whether people in the street do this ("pour", "march").
pub(in super::super) fn marches(base: &str) -> bool {
    MARCHES.contains(base)
}

/// How a verb takes what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Frame {
    /// "urge X to V", "urge that", "urge restraint".
    Ask,
    /// "tell X to V" and nothing else.
    Tell,
    /// "demand that", "demand N from X".
    Demand,
    /// "call on X to V", "call for N".
    Call,
    /// "appeal to X to V", "plead with X for N".
    Appeal,
    /// "insist that X V", "insist on N".
    Insist,
    /// "want X to V".
    Want,
    /// "we need X to V" in somebody's own words.
    Need,
    /// "seek N", only where N is an act.
    Seek,
}

/// What somebody wants who demands it: "wants an inquiry", "want an end to the siege".
pub(in super::super) const WANTED: &[&str] = &[
    "inquiry",
    "enquiry",
    "investigation",
    "probe",
    "ceasefire",
    "truce",
    "release",
    "withdrawal",
    "resignation",
    "end",
    "rise",
    "elections",
    "compensation",
    "justice",
    "guarantees",
    "bonus",
    "raise",
    "increase",
    "vote",
    "election",
    "referendum",
    "reforms",
    "ban",
    "apology",
    "inquest",
    "retrial",
    "access",
    "recount",
    "restoration",
    "reinstatement",
    "dialogue",
    "negotiations",
    "protection",
];

/// How somebody wants somebody or something to be: "wants the law scrapped", "want him gone".
pub(in super::super) const WANTED_DONE: &[&str] = &[
    "out",
    "gone",
    "removed",
    "released",
    "freed",
    "scrapped",
    "repealed",
    "abolished",
    "withdrawn",
    "lifted",
    "dropped",
    "reinstated",
    "sacked",
    "dismissed",
    "prosecuted",
    "punished",
    "jailed",
    "investigated",
    "reopened",
    "ended",
    "halted",
    "stopped",
    "banned",
];

impl Frame {
    /// Words of which one, or one of [`WANTED`] or [`WANTED_DONE`], follows a verb that [`Frame::wants_more`] than a noun.
    pub(in super::super) const MORE: &[&str] = &["to", "for", "not", "that"];

    /// Whether one of [`Frame::MORE`], [`WANTED`] or [`WANTED_DONE`] stands in everything that the frame takes.
    pub(in super::super) const fn wants_more(self) -> bool {
        matches!(self, Self::Tell | Self::Call | Self::Appeal | Self::Want | Self::Need)
    }

    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "ask" => Self::Ask,
            "tell" => Self::Tell,
            "demand" => Self::Demand,
            "call" => Self::Call,
            "appeal" => Self::Appeal,
            "insist" => Self::Insist,
            "want" => Self::Want,
            "need" => Self::Need,
            "seek" => Self::Seek,
            _ => return None,
        })
    }
}

/// The lines of a section as what stands before the colon, and the words behind it.
fn classes(section: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    sections(include_str!("demands.txt"))
        .filter(move |(name, _)| *name == section)
        .filter_map(|(_, line)| line.split_once(':'))
        .flat_map(|(class, words)| words.split(',').map(move |word| (class.trim(), word.trim())))
}

static VERBS: LazyLock<WordMap<&'static str, (Force, Frame)>> = LazyLock::new(|| {
    let entry = |(class, word): (&'static str, &'static str)| {
        let (force, frame) = class.split_once(' ')?;
        Some((word, (Force::parse(force)?, Frame::parse(frame)?)))
    };
    classes("verbs").filter_map(entry).collect()
});

static NOUNS: LazyLock<WordMap<&'static str, Force>> = LazyLock::new(|| {
    classes("nouns").filter_map(|(force, word)| Some((word, Force::parse(force)?))).collect()
});

/// How hard a verb presses and how it takes what it asks for.
pub(in super::super) fn verb(word: &str) -> Option<(Force, Frame)> {
    VERBS.get(word).copied()
}

/// How hard the noun of a demand presses.
pub(in super::super) fn noun(word: &str) -> Option<Force> {
    NOUNS.get(word).copied()
}

/// The verbs of demanding, with how they take what they ask for.
pub(in super::super) fn verbs() -> impl Iterator<Item = (&'static str, Frame)> {
    VERBS.iter().map(|(verb, (_, frame))| (*verb, *frame))
}

/// The nouns of demanding.
pub(in super::super) fn nouns() -> impl Iterator<Item = &'static str> {
    NOUNS.keys().copied()
}

/// The participles with "by" behind them.
pub(in super::super) fn proposed() -> impl Iterator<Item = &'static str> {
    PROPOSED.iter().copied()
}

/// The nouns behind "the only".
pub(in super::super) fn ways() -> impl Iterator<Item = &'static str> {
    WAYS.iter().copied()
}

/// What a verb does with the demand that is its object.
pub(in super::super) fn handling(verb: &str) -> Option<DemandStatus> {
    let handles = [
        (&REFUSES, DemandStatus::Rejected),
        (&GRANTS, DemandStatus::Met),
        (&DROPS, DemandStatus::Withdrawn),
        (&REPEATS, DemandStatus::Repeated),
        (&MAKES, DemandStatus::Made),
    ];
    handles.into_iter().find(|(words, _)| words.contains(verb)).map(|(_, status)| status)
}

/// Whether a deadline or an ultimatum with this verb was not met.
pub(in super::super) fn lapses(verb: &str) -> bool {
    LAPSES.contains(verb)
}

/// Whether "by" after this participle names who brought an agreement about.
pub(in super::super) fn is_proposed(participle: &str) -> bool {
    PROPOSED.contains(participle)
}

/// Whether somebody does this with a list of demands of his own.
pub(in super::super) fn presents(verb: &str) -> bool {
    PRESENTS.contains(verb)
}

/// Whether the word says that a demand was made before.
pub(in super::super) fn says_again(word: &str) -> bool {
    AGAIN.contains(word)
}

/// Whether "the only" before this noun opens what alone will do.
pub(in super::super) fn is_way(noun: &str) -> bool {
    WAYS.contains(noun)
}

#[cfg(test)]
mod table {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_understood() {
        assert_eq!(VERBS.len(), classes("verbs").count());
        assert_eq!(NOUNS.len(), classes("nouns").count());
    }
}
