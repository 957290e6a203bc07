//! What is known of a usual word wherever it stands. Comes in: a normalised word. Goes out: its class, its verb form, its
//! base forms, what the tagger says of it and what may begin with it, found with one look and kept with the token, so that
//! no later step looks the word up again. The lists stay where they are declared; a word that no list has is not known here
//! and is asked for anew.

use std::num::NonZeroU32;
use std::sync::LazyLock;

use super::opening::{self, Opens};
use super::tag_model::{self, model};
use super::view::View;
use super::word_map::{ShortWords, WordMap};
use super::{lemma, word_class};
use crate::text::{Tag, TokenKind, VerbForm};

/// What is known of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// The word itself.
    word: &'static str,
    /// Its place among all known words.
    pub(super) place: Place,
    /// Its class in the lists.
    pub(super) class: Option<Tag>,
    /// Which form of a verb it is by its shape.
    pub(super) form: VerbForm,
    /// What the tagger says of it by itself.
    pub(super) guess: tag_model::Entry,
    /// What may begin with it.
    pub(super) opens: Opens,
    /// It names a day, a month or a time of day.
    pub(super) time: bool,
    /// Its base form as a verb, when that is another word.
    pub(super) verb: Option<Box<str>>,
    /// Its singular, when that is another word.
    pub(super) noun: Option<Box<str>>,
}

/// The place of a word among all known words: four bytes, for every word of a text has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(NonZeroU32);

impl Place {
    /// The place of the word that comes after so many others.
    fn after(others: usize) -> Option<Self> {
        u32::try_from(others + 1).ok().and_then(NonZeroU32::new).map(Self)
    }

    /// How many words come before.
    #[inline]
    const fn before(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// All known words.
struct Vocabulary {
    places: WordMap<&'static str, Place>,
    /// Those of the short ones again.
    short: ShortWords<Option<Place>>,
    known: Vec<Known>,
}

/// Figures up to this one are known.
const FIGURES: usize = 2100;

/// Signs and figures, of which every text is full.
static SIGNS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let signs = (b'!'..=b'~').filter(u8::is_ascii_punctuation).map(|sign| char::from(sign).to_string());
    signs
        .chain(["--".to_owned(), "...".to_owned()])
        .chain((0..=FIGURES).map(|figure| figure.to_string()))
        .collect()
});

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let listed = word_class::listed().chain(opening::listed()).chain(lemma::irregular_forms());
    let short = ShortWords::of(std::iter::empty());
    let mut vocabulary = Vocabulary { places: WordMap::default(), short, known: Vec::new() };
    let signs = SIGNS.iter().map(String::as_str);
    for word in model().vocabulary().chain(listed).chain(signs) {
        if !word.is_ascii() || vocabulary.places.contains_key(word) {
            continue;
        }
        let Some(place) = Place::after(vocabulary.known.len()) else { break };
        let other = |base: &str| (base != word).then(|| Box::from(base));
        vocabulary.known.push(Known {
            word,
            place,
            class: word_class::class_of(word),
            form: lemma::form_of(word),
            guess: model().entry(word),
            opens: opening::opens(word, TokenKind::Word),
            time: word_class::is_time_word(word),
            verb: other(&lemma::verb(word)),
            noun: other(&lemma::noun(word)),
        });
        vocabulary.places.insert(word, place);
    }
    vocabulary.short = ShortWords::of(vocabulary.known.iter().map(|known| (known.word, Some(known.place))));
    vocabulary
});

/// What is known of a word.
#[inline]
pub(super) fn known(word: &str) -> Option<&'static Known> {
    at_place(*VOCABULARY.places.get(word)?)
}

/// What is known of the word at a place.
#[inline]
pub(super) fn at_place(place: Place) -> Option<&'static Known> {
    VOCABULARY.known.get(place.before())
}

/// The same of a word of at most eight letters, as [`ShortWords`] knows it.
#[inline]
pub(super) fn known_short(word: u64) -> Option<&'static Known> {
    at_place(VOCABULARY.short.get(word)??)
}

/// What a list outside of this module says of each known word, worked out once.
#[derive(Debug)]
pub(crate) struct Listed<V> {
    values: Box<[V]>,
    of: fn(&str) -> V,
}

impl<V: Copy> Listed<V> {
    /// What `of` says.
    pub(crate) fn new(of: fn(&str) -> V) -> Self {
        Self { values: VOCABULARY.known.iter().map(|known| of(known.word)).collect(), of }
    }

    /// What it says of the word at `at`.
    #[inline]
    pub(crate) fn at(&self, view: View<'_>, at: usize) -> V {
        let known = view.place(at).and_then(|place| self.values.get(place.before()));
        known.copied().unwrap_or_else(|| (self.of)(view.word(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_word_is_known() {
        for word in word_class::listed().chain(opening::listed()).chain(lemma::irregular_forms()) {
            assert_eq!(known(word).is_some(), word.is_ascii(), "{word}");
            if let Some(short) = ShortWords::<Option<Place>>::key(word) {
                assert_eq!(known_short(short), known(word), "{word}");
            }
        }
        assert!(VOCABULARY.known.len() > 20_000 && known("zzyzx").is_none());
    }
}
