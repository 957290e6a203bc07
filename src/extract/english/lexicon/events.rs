//! Words for what happened, when and where. A word goes in; whether it is in a list comes out. Knows nothing of sentences.

use std::sync::LazyLock;

use super::word_list;
use crate::text::english::calendar::is_weekday;
use crate::text::english::word_map::WordMap;

const LIST: &str = include_str!("events.txt");

/// What a word of time or event says of a figure beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Hint {
    /// A noun for what happened.
    Event,
    /// Makes an event another one.
    Another,
    /// Answers an earlier blow.
    Answer,
    /// Compares.
    Superlative,
    /// A long stretch of time.
    LongTime,
    /// Looks back.
    LooksBack,
    /// Every year again.
    Habit,
    /// A number of events.
    Series,
    /// Back to the present.
    Now,
    /// An event made of many blows.
    LongEvent,
    /// A single blow.
    Blow,
    /// An illness that spreads.
    Disease,
    /// A noun for a place.
    PlaceKind,
}

const SECTIONS: &[(&str, Hint)] = &[
    ("events", Hint::Event),
    ("another", Hint::Another),
    ("answers", Hint::Answer),
    ("superlatives", Hint::Superlative),
    ("long times", Hint::LongTime),
    ("looks back", Hint::LooksBack),
    ("habits", Hint::Habit),
    ("series", Hint::Series),
    ("now", Hint::Now),
    ("long events", Hint::LongEvent),
    ("blows", Hint::Blow),
    ("diseases", Hint::Disease),
    ("kinds of place", Hint::PlaceKind),
];

/// What the words of the lists say, a bit for each hint.
static HINTS: LazyLock<WordMap<&'static str, Hints>> = LazyLock::new(|| {
    let mut hints: WordMap<&'static str, Hints> = WordMap::default();
    for &(section, hint) in SECTIONS {
        for word in word_list(LIST, section) {
            hints.entry(word).or_default().0 |= bit(hint);
        }
    }
    hints
});

const fn bit(hint: Hint) -> u16 {
    1 << hint as u16
}

/// All that a word says of time or event, the present apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in super::super) struct Hints(u16);

impl Hints {
    /// Whether it says nothing.
    #[inline]
    pub(in super::super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it says this.
    #[inline]
    pub(in super::super) fn say(self, hint: Hint) -> bool {
        self.0 & bit(hint) != 0
    }
}

/// All that a word says.
#[inline]
pub(in super::super) fn hints_of(word: &str) -> Hints {
    HINTS.get(word).copied().unwrap_or_default()
}

/// Whether a word says this.
#[inline]
pub(in super::super) fn hints_at(word: &str, hint: Hint) -> bool {
    hints_of(word).say(hint) || hint == Hint::Now && is_weekday(word)
}

/// Whether a word says anything of time or event.
#[inline]
pub(in super::super) fn hints_at_any(word: &str) -> bool {
    HINTS.contains_key(word)
}

/// Whether a word is a noun for a place: "village", "province".
#[inline]
pub(in super::super) fn is_kind_of_place(word: &str) -> bool {
    hints_at(word, Hint::PlaceKind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_has_words() {
        for &(section, hint) in SECTIONS {
            let first = word_list(LIST, section).next().unwrap_or_default();
            assert!(hints_at(first, hint), "{section}");
        }
        assert!(hints_at("sunday", Hint::Now) && !hints_at("someday", Hint::Now));
    }
}
