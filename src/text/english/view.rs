//! The tokens of one sentence, safe to look around in. Comes in: the token list, the word store and the sentence's
//! range. Goes out: words, tags and forms by token position. Outside the sentence every answer is empty, so that no
//! step reads across a sentence's border and none can panic.

use std::ops::Range;

use crate::text::{Tag, Token, TokenKind, VerbForm};

/// A window on one sentence.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    tokens: &'a [Token],
    words: &'a str,
    /// First token of the sentence.
    pub start: usize,
    /// One past its last token.
    pub end: usize,
}

impl<'a> View<'a> {
    /// The window `range` on `tokens`, whose words lie in `words`.
    pub fn new(tokens: &'a [Token], words: &'a str, range: Range<usize>) -> Self {
        Self { tokens, words, start: range.start, end: range.end.min(tokens.len()) }
    }

    /// The token at `at`, inside the sentence.
    pub fn token(&self, at: usize) -> Option<&'a Token> {
        if at < self.start || at >= self.end { None } else { self.tokens.get(at) }
    }

    /// The normalised word.
    pub fn word(&self, at: usize) -> &'a str {
        self.token(at).and_then(|token| self.words.get(token.word.clone())).unwrap_or_default()
    }

    /// The tag.
    pub fn tag(&self, at: usize) -> Tag {
        self.token(at).map_or(Tag::Other, |token| token.tag)
    }

    /// The verb form.
    pub fn form(&self, at: usize) -> VerbForm {
        self.token(at).map_or(VerbForm::None, |token| token.form)
    }

    /// The kind; punctuation outside the sentence.
    pub fn kind(&self, at: usize) -> TokenKind {
        self.token(at).map_or(TokenKind::Punct, |token| token.kind)
    }

    /// Whether it begins with a capital.
    pub fn capital(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.capital)
    }

    /// Whether white space stands before it.
    pub fn spaced(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.spaced)
    }

    /// Whether the word at `at` is one of `words`.
    pub fn is(&self, at: usize, words: &[&str]) -> bool {
        let word = self.word(at);
        // Most words differ in length or first letter: comparing those first spares the call that compares the rest.
        let Some(first) = word.as_bytes().first() else { return false };
        words.iter().any(|other| {
            other.len() == word.len() && other.as_bytes().first() == Some(first) && **other == *word
        })
    }

    /// The word before `at`, empty at the start.
    pub fn before(&self, at: usize) -> &'a str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    /// The tag before `at`, `Other` at the start.
    pub fn tag_before(&self, at: usize) -> Tag {
        at.checked_sub(1).map_or(Tag::Other, |at| self.tag(at))
    }

    /// Whether the words from `at` on are exactly `words`.
    pub fn follows(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(step, word)| {
            let other = self.word(at + step);
            other.as_bytes().first() == word.as_bytes().first() && other == *word
        })
    }

    /// Whether the words before `at` are exactly `words`.
    pub fn preceded_by(&self, at: usize, words: &[&str]) -> bool {
        at.checked_sub(words.len()).is_some_and(|first| first >= self.start && self.follows(first, words))
    }
}
