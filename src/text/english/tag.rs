//! Gives every token its part of speech and verb form. Comes in: the tokens of one sentence. Goes out: the same with
//! tags. A trained tagger (harper-brill) is asked first; closed classes, our lexicon, shapes of words and a few
//! repairs by context correct it. Never fails: an unknown word gets the tag its shape suggests.

use std::ops::Range;
use std::sync::LazyLock;

use harper_brill::UPOS;

use super::tag_model::{self, Entry, model};
use super::view::View;
use super::vocabulary::Listed;
use super::word_class;
use crate::text::{Tag, Token, TokenKind, VerbForm};

/// The model's common noun.
pub(super) const NOUN: UPOS = UPOS::NOUN;

/// The tag the model gives the word alone; asked only where its neighbours mislead.
pub(super) fn alone(word: &str) -> Option<UPOS> {
    model().alone(word)
}

/// Whether the model knows a word in lower case.
pub(crate) fn is_known(word: &str) -> bool {
    model().knows(word)
}

/// The words that the model knows: nearly all that English texts are made of, names apart.
#[cfg(test)]
pub(crate) fn vocabulary() -> impl Iterator<Item = &'static str> {
    model().vocabulary()
}

/// What is thought of the words of a sentence on the way to their tags.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    /// By the model.
    model: tag_model::Guesses,
    /// Without context.
    first: Vec<(Tag, VerbForm)>,
}

/// Tags the tokens of `range`; `guesses` is kept from one sentence to the next so that its space is. `capitals_speak` is false where capitals say nothing: headlines in title case, texts
/// in capitals only.
pub(crate) fn tag(
    tokens: &mut [Token],
    words: &str,
    range: Range<usize>,
    capitals_speak: bool,
    heading: bool,
    guesses: &mut Guesses,
) {
    let view = View::new(tokens, words, range.clone());
    let Guesses { model: guesses, first } = guesses;
    model().tag(range.clone().map(|at| guess(view, at)), guesses);
    let mut before = Tag::Other;
    first.clear();
    first.reserve(range.len());
    for (at, guess) in range.clone().zip(guesses.tags.iter().copied()) {
        let (tag, form) = first_tag(view, at, before, guess, capitals_speak);
        before = tag;
        first.push((tag, form));
    }
    for (token, first) in tokens.get_mut(range.clone()).unwrap_or_default().iter_mut().zip(first) {
        (token.tag, token.form) = *first;
    }
    super::tag_repair::repair(tokens, words, range, capitals_speak, heading);
}

/// What the model says of the word by itself.
#[inline]
fn guess(view: View<'_>, at: usize) -> Entry {
    view.known(at).map_or_else(|| model().entry(view.word(at)), |known| known.guess)
}

/// The tag without context but for the one before it.
#[inline]
fn first_tag(
    view: View<'_>,
    at: usize,
    before: Tag,
    guess: Option<UPOS>,
    capitals_speak: bool,
) -> (Tag, VerbForm) {
    let word = view.word(at);
    let tag = match view.kind(at) {
        TokenKind::Punct => return (Tag::Punct, VerbForm::None),
        TokenKind::Symbol => {
            return (if word == "&" { Tag::Coordinator } else { Tag::Symbol }, VerbForm::None);
        }
        TokenKind::Number => return (Tag::Number, VerbForm::None),
        TokenKind::Word => word_tag(view, at, before, guess, capitals_speak),
    };
    let form = if matches!(tag, Tag::Verb | Tag::Aux | Tag::Adjective | Tag::Noun) {
        view.shape(at)
    } else {
        VerbForm::None
    };
    (tag, form)
}

#[inline]
fn word_tag(view: View<'_>, at: usize, before: Tag, guess: Option<UPOS>, capitals_speak: bool) -> Tag {
    let word = view.word(at);
    let listed = view.class(at);
    let first = at == view.start || before == Tag::Punct && !view.is(at.wrapping_sub(1), &[","]);
    let open = matches!(listed, None | Some(Tag::Noun | Tag::Adjective | Tag::Verb | Tag::Number));
    if capitals_speak && view.capital(at) && open && !first {
        // Demonyms stay adjectives before their noun: "Norwegian troops".
        if guess == Some(UPOS::ADJ) && listed.is_none() {
            return Tag::Adjective;
        }
        return Tag::ProperNoun;
    }
    if let Some(tag) = listed {
        return tag;
    }
    if NUMBER_WORDS.at(view, at) {
        return Tag::Number;
    }
    match guess {
        Some(upos) => from_upos(upos, view, at),
        None => by_shape(word, view.capital(at)),
    }
}

static NUMBER_WORDS: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(is_number_word));

/// "twenty-nine", "ninety-first".
fn is_number_word(word: &str) -> bool {
    word.split_once('-').is_some_and(|(tens, unit)| {
        tens.ends_with("ty")
            && word_class::class_of(tens) == Some(Tag::Number)
            && word_class::class_of(unit) == Some(Tag::Number)
    })
}

fn from_upos(upos: UPOS, view: View<'_>, at: usize) -> Tag {
    match upos {
        UPOS::ADJ => Tag::Adjective,
        UPOS::ADP => Tag::Adposition,
        UPOS::ADV => Tag::Adverb,
        UPOS::AUX => Tag::Aux,
        UPOS::CCONJ => Tag::Coordinator,
        UPOS::DET => Tag::Determiner,
        UPOS::NUM => Tag::Number,
        UPOS::PART => Tag::Particle,
        UPOS::PRON => Tag::Pronoun,
        // A lower-case "name" is a word of a title in the tagger's training texts.
        UPOS::PROPN if view.capital(at) => Tag::ProperNoun,
        UPOS::PROPN if matches!(view.shape(at), VerbForm::Gerund | VerbForm::PastOrParticiple) => Tag::Verb,
        UPOS::PROPN | UPOS::NOUN => Tag::Noun,
        UPOS::PUNCT => Tag::Punct,
        UPOS::SCONJ => Tag::Subordinator,
        UPOS::SYM => Tag::Symbol,
        UPOS::VERB => Tag::Verb,
        UPOS::INTJ => Tag::Other,
    }
}

/// "three-hour", "one-day": a measure before its noun.
fn counts_units(word: &str) -> bool {
    word.split('-').next().is_some_and(|head| word_class::class_of(head) == Some(Tag::Number))
}

/// The tag of a word the model does not know.
fn by_shape(word: &str, capital: bool) -> Tag {
    if capital {
        return Tag::ProperNoun;
    }
    if let Some((_, last)) = word.rsplit_once('-') {
        if word.starts_with(|sign: char| sign.is_ascii_digit()) {
            return Tag::Adjective;
        }
        if last == "general" {
            return Tag::Noun;
        }
        return match word_class::class_of(last) {
            Some(Tag::Noun) if !counts_units(word) => Tag::Noun,
            None if ["er", "or", "ion", "ment", "ism", "ist", "fire", "man", "men"]
                .iter()
                .any(|end| last.ends_with(end)) =>
            {
                Tag::Noun
            }
            _ => Tag::Adjective,
        };
    }
    let ends = |endings: &[&str]| endings.iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end));
    if ends(&["ing", "ed", "ize", "ise", "ify"]) {
        Tag::Verb
    } else if ends(&["ly"]) {
        Tag::Adverb
    } else if ends(&["ous", "ful", "less", "able", "ible", "ive", "ish", "ical", "ary", "like"]) {
        Tag::Adjective
    } else {
        Tag::Noun
    }
}
