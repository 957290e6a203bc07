//! Words that say what happened to people: verbs with their frames, and nouns that count harm by themselves.

use std::sync::LazyLock;

use super::sections;
use crate::model::Effect;
use crate::text::Tag;
use crate::text::english::word_class::class_of;
use crate::text::english::word_map::WordMap;

/// Where the people stand whom a verb is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Frame {
    /// Its object; in the passive its subject ("killed 3", "3 were killed").
    Does,
    /// Its subject ("3 died").
    Befalls,
    /// Either ("floods drowned 3", "3 drowned").
    Both,
}

/// One piece of what must follow a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Piece {
    /// This very word.
    Word(&'static str),
    /// Up to [`GAP_MAX`] words.
    Gap,
}

/// How many words a gap may take.
pub(in super::super) const GAP_MAX: usize = 4;

/// A verb in one of its uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct HarmVerb {
    /// What it says; nothing for uses that only look like harm ("released from hospital").
    pub(in super::super) effect: Option<Effect>,
    /// Said of several only: "lost 12", never "lost her".
    pub(in super::super) several_only: bool,
    /// Whom it says it of.
    pub(in super::super) frame: Frame,
    /// Only of people: the head noun must be known to be one.
    pub(in super::super) people_only: bool,
    /// What must follow.
    pub(in super::super) tail: Vec<Piece>,
}

/// What a noun counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum CountedKind {
    /// Each one is a person harmed ("29 deaths", "the death of 29 people").
    Event,
    /// Each one is a person in that state ("69 bodies").
    Person,
    /// The people are called so ("2,148 evacuees"): anything else said of them counts more.
    State,
    /// A number follows it ("the death toll rose to 29").
    Toll,
}

/// A noun that counts harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Counted {
    /// What it counts.
    pub(in super::super) effect: Effect,
    /// How.
    pub(in super::super) kind: CountedKind,
}

static VERBS: LazyLock<WordMap<&'static str, Vec<HarmVerb>>> = LazyLock::new(|| {
    let mut verbs: WordMap<&'static str, Vec<HarmVerb>> = WordMap::default();
    for (effect, line) in sections(include_str!("harm.txt")) {
        let (verb, tail) = line.split_once(" + ").unwrap_or((line, ""));
        let (lemma, frame) = verb.split_once(' ').unwrap_or((verb, ""));
        let effect = Effect::parse(effect);
        let (people_only, several_only) = (frame.contains('?'), frame.contains('*'));
        let frame = match frame.trim_end_matches(['?', '*']) {
            "does" => Frame::Does,
            "befalls" => Frame::Befalls,
            _ => Frame::Both,
        };
        let piece = |word| if word == "~" { Piece::Gap } else { Piece::Word(word) };
        let tail = tail.split_whitespace().map(piece).collect();
        verbs.entry(lemma).or_default().push(HarmVerb { effect, several_only, frame, people_only, tail });
    }
    verbs.values_mut().for_each(|uses: &mut Vec<HarmVerb>| {
        uses.sort_by_key(|verb| std::cmp::Reverse(verb.tail.len()));
    });
    verbs
});

static COUNTED: LazyLock<WordMap<&'static str, Counted>> = LazyLock::new(|| {
    let entry = |(_, line): (&str, &'static str)| {
        let (rest, kind) = line.rsplit_once(' ')?;
        let (noun, effect) = rest.rsplit_once(' ')?;
        let kind = match kind {
            "event" => CountedKind::Event,
            "person" => CountedKind::Person,
            "state" => CountedKind::State,
            _ => CountedKind::Toll,
        };
        Some((noun, Counted { effect: Effect::parse(effect)?, kind }))
    };
    sections(include_str!("counted.txt")).filter_map(entry).collect()
});

/// The words that follow the first one, and what the whole says.
pub(in super::super) type State = (Vec<&'static str>, Effect);

static STATES: LazyLock<WordMap<&'static str, Vec<State>>> = LazyLock::new(|| {
    let mut states: WordMap<&'static str, Vec<State>> = WordMap::default();
    for (effect, line) in sections(include_str!("states.txt")) {
        let mut words = line.split_whitespace();
        if let Some((first, effect)) = words.next().zip(Effect::parse(effect)) {
            states.entry(first).or_default().push((words.collect(), effect));
        }
    }
    states.values_mut().for_each(|uses| {
        uses.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
    });
    states
});

/// The states that begin with a word: what must follow it, and the effect; the longest first.
pub(in super::super) fn states(first: &str) -> &'static [State] {
    STATES.get(first).map_or(&[], Vec::as_slice)
}

/// A use of a verb of harm, as far as a cheap look needs it.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct HarmWord {
    /// The base form.
    pub(in super::super) verb: &'static str,
    /// The most telling word that must follow, if one must.
    pub(in super::super) tail: Option<&'static str>,
    /// Said of several only.
    pub(in super::super) several_only: bool,
}

/// Every use of every verb of harm.
pub(in super::super) fn harm_words() -> impl Iterator<Item = HarmWord> {
    VERBS.iter().flat_map(|(verb, uses)| {
        uses.iter().filter(|verb| verb.effect.is_some()).map(|use_| {
            let words = use_.tail.iter().filter_map(|piece| match piece {
                Piece::Word(word) => Some(*word),
                Piece::Gap => None,
            });
            HarmWord { verb, tail: most_telling(words), several_only: use_.several_only }
        })
    })
}

/// Of each state its first word and its most telling one, which may be the same.
pub(in super::super) fn state_words() -> impl Iterator<Item = (&'static str, &'static str)> {
    STATES.iter().flat_map(|(first, uses)| {
        uses.iter().map(move |(rest, _)| {
            (*first, most_telling(rest.iter().copied().chain([*first])).unwrap_or(first))
        })
    })
}

/// The longest word that is not of a closed class, else the longest.
fn most_telling(words: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    words.max_by_key(|word| (!is_closed(word), word.len()))
}

/// Whether a word is of a closed class: it stands in every other sentence.
pub(in super::super) fn is_closed(word: &str) -> bool {
    matches!(
        class_of(word),
        Some(Tag::Adposition | Tag::Determiner | Tag::Pronoun | Tag::Adverb | Tag::Coordinator | Tag::Aux)
    )
}

/// The nouns that count harm.
pub(in super::super) fn counted_nouns() -> impl Iterator<Item = &'static str> {
    COUNTED.keys().copied()
}

/// The uses of a verb, those with the longest tail first.
pub(in super::super) fn harm_verbs(lemma: &str) -> &'static [HarmVerb] {
    VERBS.get(lemma).map_or(&[], Vec::as_slice)
}

/// What a noun, given by its singular, counts.
pub(in super::super) fn counted(noun: &str) -> Option<Counted> {
    COUNTED.get(noun).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_use_of_a_verb_comes_first() {
        let uses = harm_verbs("shoot");
        assert_eq!(uses.first().map(|verb| verb.effect), Some(Some(Effect::Killed)));
        assert_eq!(uses.last().map(|verb| verb.effect), Some(Some(Effect::Injured)));
        assert!(uses.last().is_some_and(|verb| verb.tail.is_empty()));
    }

    #[test]
    fn counted_nouns_are_found() {
        assert_eq!(counted("death toll").map(|noun| noun.kind), Some(CountedKind::Toll));
        assert!(counted("life").is_none());
    }
}
