//! The words of a text as stories are found by them. Comes in: a text. Goes out: its words in order, each in small letters
//! without accents and possessive. Where a word begins and ends is what Unicode says; for stretches of plain ASCII, which
//! nearly all are, the same is told from the bytes. Never knows what a word means.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::english::word_scan::run;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// Where it begins.
    pub(super) at: usize,
    /// In small letters without accents.
    pub(super) lower: Cow<'a, str>,
    /// Whether it begins with a capital.
    pub(super) capital: bool,
    /// Whether a sentence or line begins here, so that its capital says nothing.
    pub(super) opens: bool,
    /// Whether it is made of letters alone.
    pub(super) letters: bool,
}

/// The words of a text, of which `small` is a copy in small ASCII letters.
pub(super) fn words<'a>(text: &'a str, small: &'a str) -> Vec<Word<'a>> {
    let mut reader = Reader { words: Vec::with_capacity(text.len() / 6), opens: true };
    // No word goes on behind a space, and a mark that follows a space belongs to that: so stretches begin with a space. Those
    // of ASCII that follow each other are read as one.
    let mut start = 0;
    while start < text.len() {
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        let space = |byte: &u8| *byte == b' ';
        let plain = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let plain = match rest.get(1..plain).and_then(|bytes| bytes.iter().rposition(space)) {
            _ if plain == rest.len() => plain,
            Some(last) => last + 1,
            None => 0,
        };
        let end = start + plain;
        reader.plain(
            start,
            text.get(start..end).unwrap_or_default(),
            small.get(start..end).unwrap_or_default(),
        );
        start = end;
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        let end = rest.iter().skip(1).position(space).map_or(text.len(), |space| start + 1 + space);
        reader.any(start, text.get(start..end).unwrap_or_default());
        start = end;
    }
    reader.words
}

struct Reader<'a> {
    words: Vec<Word<'a>>,
    /// Whether a sentence or line has begun since the last word.
    opens: bool,
}

impl<'a> Reader<'a> {
    /// Reads a stretch by the rules of Unicode.
    fn any(&mut self, start: usize, stretch: &'a str) {
        for (at, piece) in stretch.split_word_bound_indices() {
            match piece.chars().next() {
                Some(first) if first.is_alphanumeric() => {
                    let bare =
                        piece.strip_suffix("'s").or_else(|| piece.strip_suffix("\u{2019}s")).unwrap_or(piece);
                    self.words.push(Word {
                        at: start + at,
                        lower: Cow::Owned(if bare.is_ascii() {
                            bare.to_ascii_lowercase()
                        } else {
                            plain(bare)
                        }),
                        capital: first.is_uppercase(),
                        opens: self.opens,
                        letters: bare.chars().all(char::is_alphabetic),
                    });
                    self.opens = false;
                }
                Some(first) if begins_anew(first) => self.opens = true,
                _ => {}
            }
        }
    }

    /// Reads a stretch of ASCII, with its copy in small letters.
    fn plain(&mut self, start: usize, stretch: &'a str, small: &'a str) {
        let bytes = stretch.as_bytes();
        let mut at = 0;
        while let Some(&first) = bytes.get(at) {
            let (_, letters) = run(bytes, at);
            if letters > at && bytes.get(letters).is_none_or(|next| ends_word(*next)) {
                // Nearly all words are letters alone.
                self.words.push(Word {
                    at: start + at,
                    lower: Cow::Borrowed(small.get(at..letters).unwrap_or_default()),
                    capital: first.is_ascii_uppercase(),
                    opens: self.opens,
                    letters: true,
                });
                self.opens = false;
                at = letters;
                continue;
            }
            let end = end_of_piece(bytes, at);
            if first.is_ascii_alphanumeric() {
                let lower = small.get(at..end).unwrap_or_default();
                let lower =
                    lower.strip_suffix("'s").filter(|_| bytes.get(end - 1) == Some(&b's')).unwrap_or(lower);
                self.words.push(Word {
                    at: start + at,
                    lower: Cow::Borrowed(lower),
                    capital: first.is_ascii_uppercase(),
                    opens: self.opens,
                    letters: lower.bytes().all(|byte| byte.is_ascii_alphabetic()),
                });
                self.opens = false;
            } else if begins_anew(char::from(first)) {
                self.opens = true;
            }
            at = end;
        }
    }
}

/// Whether a sentence or line begins behind this sign.
const fn begins_anew(sign: char) -> bool {
    matches!(
        sign,
        '.' | '!' | '?' | ':' | '\n' | '\r' | '"' | '\u{201c}' | '\u{201d}' | '-' | '\u{2013}' | '\u{2014}'
    )
}

/// Whether a sign behind letters is surely no part of their word.
const fn ends_word(sign: u8) -> bool {
    sign.is_ascii() && !sign.is_ascii_alphanumeric() && !matches!(sign, b'_' | b'.' | b'\'' | b':')
}

/// Where the piece of ASCII that begins at `at` ends: a word, a number, or a single sign.
fn end_of_piece(bytes: &[u8], at: usize) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut end = at + 1;
    if !bytes.get(at).is_some_and(is_part) {
        return end;
    }
    loop {
        match (bytes.get(end - 1), bytes.get(end), bytes.get(end + 1)) {
            (_, Some(next), _) if is_part(next) => end += 1,
            (Some(before), Some(sign), Some(after)) if joins(*before, *sign, *after) => end += 2,
            _ => return end,
        }
    }
}

/// Whether a sign joins what stands around it to one word: "o'clock", "1,079", "a.m".
const fn joins(before: u8, sign: u8, after: u8) -> bool {
    before.is_ascii_alphabetic() && after.is_ascii_alphabetic() && matches!(sign, b'.' | b'\'' | b':')
        || before.is_ascii_digit() && after.is_ascii_digit() && matches!(sign, b'.' | b'\'' | b',' | b';')
}

/// Lower case without accents.
fn plain(word: &str) -> String {
    word.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The bytes say what the rules of Unicode say.
        #[test]
        fn plain_text_has_the_words_that_unicode_says(
            text in "([A-Ca-cS_sé1-2.,:;'’\"\\- \n\r\t!\u{300}\u{200d}\u{1f1e6}]{0,3}[ -~]{0,4}){0,12}"
        ) {
            let mut whole = Reader { words: Vec::new(), opens: true };
            whole.any(0, &text);
            let small = text.to_ascii_lowercase();
            prop_assert_eq!(words(&text, &small), whole.words);
        }
    }
}
