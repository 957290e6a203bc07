//! The tokens of one sentence, safe to look around in. Comes in: the token list, the word store and the sentence's
//! range. Goes out: words, tags and forms by token position. Outside the sentence every answer is empty, so that no
//! step reads across a sentence's border and none can panic.

use std::borrow::Cow;
use std::ops::Range;

use super::opening::Opens;
use super::vocabulary::{Known, Place, at_place};
use super::word_map::packed;
use super::{lemma, word_class};
use crate::text::{Tag, Token, TokenKind, VerbForm};

/// How many bytes of a word its beginning holds.
const BEGINNING_BYTES: usize = 8;

/// A window on one sentence.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The tokens of the sentence.
    own: &'a [Token],
    words: &'a str,
    /// First token of the sentence.
    pub start: usize,
    /// One past its last token.
    pub end: usize,
}

impl<'a> View<'a> {
    /// The window `range` on `tokens`, whose words lie in `words`.
    #[inline]
    pub fn new(tokens: &'a [Token], words: &'a str, range: Range<usize>) -> Self {
        let end = range.end.min(tokens.len());
        Self { own: tokens.get(range.start..end).unwrap_or_default(), words, start: range.start, end }
    }

    /// The token at `at`, inside the sentence.
    #[inline]
    pub fn token(&self, at: usize) -> Option<&'a Token> {
        self.own.get(at.wrapping_sub(self.start))
    }

    /// The normalised word.
    #[inline]
    pub fn word(&self, at: usize) -> &'a str {
        self.token(at).and_then(|token| self.words.get(token.word.range())).unwrap_or_default()
    }

    /// The tag.
    #[inline]
    pub fn tag(&self, at: usize) -> Tag {
        self.token(at).map_or(Tag::Other, |token| token.tag)
    }

    /// The verb form.
    #[inline]
    pub fn form(&self, at: usize) -> VerbForm {
        self.token(at).map_or(VerbForm::None, |token| token.form)
    }

    /// The kind; punctuation outside the sentence.
    #[inline]
    pub fn kind(&self, at: usize) -> TokenKind {
        self.token(at).map_or(TokenKind::Punct, |token| token.kind)
    }

    /// Whether it begins with a capital.
    #[inline]
    pub fn capital(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.capital)
    }

    /// Whether white space stands before it.
    #[inline]
    pub fn spaced(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.spaced)
    }

    /// Whether something may begin with the word.
    #[inline]
    pub fn opens(&self, at: usize, what: Opens) -> bool {
        self.token(at).is_some_and(|token| token.opens.holds(what))
    }

    /// Whether the word at `at` is one of `words`.
    #[expect(
        clippy::inline_always,
        reason = "worth it only where the words are known when the program is built"
    )]
    #[inline(always)]
    pub fn is(&self, at: usize, words: &[&str]) -> bool {
        let Some(token) = self.token(at) else { return false };
        for word in words {
            if self.holds(token, word) {
                return true;
            }
        }
        false
    }

    /// Whether `token` has this word: the rest of it is looked at only where its beginning is the same.
    #[expect(
        clippy::inline_always,
        reason = "worth it only where the words are known when the program is built"
    )]
    #[inline(always)]
    fn holds(&self, token: &Token, word: &str) -> bool {
        token.beginning == packed(word.as_bytes())
            && token.word.len() == word.len()
            && (word.len() <= BEGINNING_BYTES || self.words.get(token.word.range()) == Some(word))
    }

    /// What is known of the word.
    #[inline]
    pub(crate) fn known(&self, at: usize) -> Option<&'static Known> {
        at_place(self.place(at)?)
    }

    /// Where it is told what is known of the word.
    #[inline]
    pub(super) fn place(&self, at: usize) -> Option<Place> {
        self.token(at)?.known
    }

    /// Its class in the lists.
    #[inline]
    pub(super) fn class(&self, at: usize) -> Option<Tag> {
        self.known(at).map_or_else(|| word_class::class_of(self.word(at)), |known| known.class)
    }

    /// Which form of a verb the word would be, by its shape.
    #[inline]
    pub(super) fn shape(&self, at: usize) -> VerbForm {
        self.known(at).map_or_else(|| lemma::form_of(self.word(at)), |known| known.form)
    }

    /// Whether the word names a day, a month or a time of day.
    #[inline]
    pub(super) fn is_time(&self, at: usize) -> bool {
        self.known(at).is_some_and(|known| known.time)
    }

    /// The base form of the word taken as a verb.
    #[inline]
    pub fn verb(&self, at: usize) -> Cow<'a, str> {
        match self.known(at) {
            Some(known) => Cow::Borrowed(known.verb.as_deref().unwrap_or_else(|| self.word(at))),
            None => lemma::verb(self.word(at)),
        }
    }

    /// The singular of the word taken as a noun.
    #[inline]
    pub fn noun(&self, at: usize) -> Cow<'a, str> {
        match self.known(at) {
            Some(known) => Cow::Borrowed(known.noun.as_deref().unwrap_or_else(|| self.word(at))),
            None => lemma::noun(self.word(at)),
        }
    }

    /// The base form of the word with its tag.
    #[inline]
    pub fn lemma(&self, at: usize) -> Cow<'a, str> {
        match self.tag(at) {
            Tag::Verb | Tag::Aux => self.verb(at),
            Tag::Noun => self.noun(at),
            _ => Cow::Borrowed(self.word(at)),
        }
    }

    /// The word before `at`, empty at the start.
    #[inline]
    pub fn before(&self, at: usize) -> &'a str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    /// The tag before `at`, `Other` at the start.
    #[inline]
    pub fn tag_before(&self, at: usize) -> Tag {
        at.checked_sub(1).map_or(Tag::Other, |at| self.tag(at))
    }

    /// Whether the words from `at` on are exactly `words`.
    #[expect(
        clippy::inline_always,
        reason = "worth it only where the words are known when the program is built"
    )]
    #[inline(always)]
    pub fn follows(&self, at: usize, words: &[&str]) -> bool {
        // A loop, for the words to be seen when the program is built.
        for (step, word) in words.iter().enumerate() {
            if !self.token(at + step).map_or(word.is_empty(), |token| self.holds(token, word)) {
                return false;
            }
        }
        true
    }

    /// Whether the words before `at` are exactly `words`.
    #[inline]
    pub fn preceded_by(&self, at: usize, words: &[&str]) -> bool {
        at.checked_sub(words.len()).is_some_and(|first| first >= self.start && self.follows(first, words))
    }
}
