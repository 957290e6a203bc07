//! The verbs, nouns and adjectives of stance, and how each takes its target. A word goes in, its stance and frame come out. Knows nothing of
//! sentences.

use std::sync::LazyLock;

use super::sections;
use crate::model::Stance;
use crate::text::english::word_map::WordMap;

/// How a verb takes its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Frame {
    /// "condemn X".
    Object,
    /// "accuse X of V-ing".
    Of,
    /// "blame X for N", "blame N on X".
    Blame,
    /// "hold X responsible".
    Hold,
    /// "refuse to V", "refuse N".
    Refuse,
    /// "agree to V", "agree to N", "agree on N", "agree that".
    Agree,
    /// "vow to V", "vow that", "promise N".
    Commit,
    /// "turn down N", "rule out N": the particle follows at once or after the object.
    Down(&'static [&'static str]),
    /// "side with X", "warn against N".
    With(&'static [&'static str]),
    /// "dismiss N": a denial or a refusal, told by N.
    Dismiss,
    /// "defy N", only where somebody asked for N.
    Asked,
    /// "volunteer", with or without "to".
    Volunteer,
    /// "say that" with a wrong: "alleged that".
    That,
}

const LIST: &str = include_str!("stance_verbs.txt");

static VERBS: LazyLock<WordMap<&'static str, (Stance, Frame)>> =
    LazyLock::new(|| of("verbs").filter_map(entries).flatten().collect());

/// A stance, and the words that lead to its target.
type Led = (Stance, Vec<&'static str>);

static NOUNS: LazyLock<WordMap<&'static str, Led>> =
    LazyLock::new(|| of("nouns").filter_map(led).flatten().collect());

static ADJECTIVES: LazyLock<WordMap<&'static str, Stance>> = LazyLock::new(|| {
    of("adjectives").filter_map(led).flatten().map(|(word, (stance, _))| (word, stance)).collect()
});

/// A verb that takes a side with its particles.
#[derive(Debug)]
pub(in super::super) struct Side {
    /// Its base form.
    pub(in super::super) verb: &'static str,
    /// What must follow; `~self` is a reflexive.
    pub(in super::super) tail: Vec<&'static str>,
    /// The side.
    pub(in super::super) stance: Stance,
    /// Only toward what was agreed.
    pub(in super::super) of_pacts: bool,
}

static SIDES: LazyLock<Vec<Side>> = LazyLock::new(|| of("sides").filter_map(taken).flatten().collect());

/// The verbs of a line with the stance before its colon.
fn taken(line: &'static str) -> Option<Vec<Side>> {
    let (class, verbs) = line.split_once(':')?;
    let of_pacts = class.ends_with('*');
    let stance = Stance::parse(class.trim_end_matches('*'))?;
    let side = |verb: &'static str| {
        let mut words = verb.split_whitespace();
        let (verb, tail) = (words.next()?, words.collect());
        Some(Side { verb, tail, stance, of_pacts })
    };
    verbs.split(',').map(side).collect()
}

/// The verbs that take a side with their particles.
pub(in super::super) fn sides() -> impl Iterator<Item = &'static Side> {
    SIDES.iter()
}

/// The lines of a section.
fn of(section: &'static str) -> impl Iterator<Item = &'static str> {
    sections(LIST).filter(move |(name, _)| *name == section).map(|(_, line)| line)
}

/// The words of a line with the stance and the leading words before its colon.
fn led(line: &'static str) -> Option<Vec<(&'static str, Led)>> {
    let (class, words) = line.split_once(':')?;
    let mut class = class.split_whitespace();
    let stance = Stance::parse(class.next()?)?;
    let leads: Vec<&'static str> = class.collect();
    Some(words.split(',').map(|word| (word.trim(), (stance, leads.clone()))).collect())
}

/// The stance a noun takes, and the words that lead from it to its target.
pub(in super::super) fn stance_noun(noun: &str) -> Option<(Stance, &'static [&'static str])> {
    NOUNS.get(noun).map(|(stance, leads)| (*stance, leads.as_slice()))
}

/// The stance of whoever is so.
pub(in super::super) fn stance_adjective(word: &str) -> Option<Stance> {
    ADJECTIVES.get(word).copied()
}

/// The verbs of a line with the stance and the frame before its colon.
fn entries(line: &'static str) -> Option<Vec<(&'static str, (Stance, Frame))>> {
    let (class, verbs) = line.split_once(':')?;
    let mut class = class.split_whitespace();
    let stance = Stance::parse(class.next()?)?;
    let name = class.next()?;
    let particles: Vec<&'static str> = class.collect();
    let frame = Frame::parse(name, particles)?;
    Some(verbs.split(',').map(|verb| (verb.trim(), (stance, frame))).collect())
}

/// What somebody is held who is blamed.
pub(in super::super) const RESPONSIBLE: &[&str] = &["responsible", "accountable", "liable"];

impl Frame {
    /// Words of which one stands in everything that the frame takes, if there are any.
    pub(in super::super) fn companions(self) -> &'static [&'static str] {
        match self {
            Self::Down(words) | Self::With(words) => words,
            Self::Hold => RESPONSIBLE,
            _ => &[],
        }
    }

    fn parse(name: &str, particles: Vec<&'static str>) -> Option<Self> {
        // Read once for the life of the program.
        let kept = || -> &'static [&'static str] { Vec::leak(particles) };
        Some(match name {
            "object" => Self::Object,
            "of" => Self::Of,
            "blame" => Self::Blame,
            "hold" => Self::Hold,
            "refuse" => Self::Refuse,
            "agree" => Self::Agree,
            "commit" => Self::Commit,
            "down" => Self::Down(kept()),
            "with" => Self::With(kept()),
            "dismiss" => Self::Dismiss,
            "asked" => Self::Asked,
            "volunteer" => Self::Volunteer,
            "that" => Self::That,
            _ => return None,
        })
    }
}

/// The verbs of stance, with how they take their target.
pub(in super::super) fn stance_verbs() -> impl Iterator<Item = (&'static str, Frame)> {
    VERBS.iter().map(|(verb, (_, frame))| (*verb, *frame))
}

/// The nouns of stance.
pub(in super::super) fn stance_nouns() -> impl Iterator<Item = &'static str> {
    NOUNS.keys().copied()
}

/// The adjectives of stance.
pub(in super::super) fn stance_adjectives() -> impl Iterator<Item = &'static str> {
    ADJECTIVES.keys().copied()
}

/// The stance of a verb and how it takes its target.
pub(in super::super) fn stance_verb(verb: &str) -> Option<(Stance, Frame)> {
    VERBS.get(verb).copied()
}

#[cfg(test)]
mod table {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_understood() {
        assert!(of("verbs").all(|line| entries(line).is_some()));
        assert!(of("nouns").chain(of("adjectives")).all(|line| led(line).is_some()));
        assert!(of("sides").all(|line| taken(line).is_some()));
        assert_eq!(stance_verb("condemn"), Some((Stance::Condemn, Frame::Object)));
        assert_eq!(stance_verb("turn"), Some((Stance::Reject, Frame::Down(&["down"]))));
    }
}
