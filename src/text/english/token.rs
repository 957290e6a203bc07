//! Cuts a sentence into tokens. Comes in: the text of one sentence and where it starts. Goes out: tokens with byte
//! spans and normalised words (lower case, U+2019 as an apostrophe, no zero-width characters). Never tags.
//!
//! "Norway's" is "norway" + "'s"; "didn't" is "did" + "n't"; "soldiers'" is "soldiers" + "'"; "25-30" is three
//! tokens, "44-day" and "Il-76" are one; "1,079", "6.8", "12:31", "10 000" and "U.S." are one.

use std::ops::Range;

use super::opening::{Opens, opens};
use super::vocabulary::{Known, known, known_short};
use super::word_map::packed;
use super::word_scan::{run, short};
use crate::model::article::Span;
use crate::text::{Stored, Tag, Token, TokenKind, VerbForm};

/// Cuts `text`, which starts at byte `offset` of the article, and appends to `tokens` and `words`.
pub fn tokenize(text: &str, offset: usize, tokens: &mut Vec<Token>, words: &mut String) {
    // Nearly every word is the same bytes of the text in small letters: these are made all at once.
    let lower = words.len();
    words.push_str(text);
    if let Some(text) = words.get_mut(lower..) {
        text.make_ascii_lowercase();
    }
    let mut cutter = Cutter { text, offset, lower, tokens, words, spaced: true };
    let mut at = 0;
    loop {
        // Nearly all of a text are words of plain letters and single spaces.
        if text.as_bytes().get(at) == Some(&b' ') {
            cutter.spaced = true;
            at += 1;
            continue;
        }
        if let Some(end) = cutter.plain_word(at) {
            at = end;
            continue;
        }
        let Some(next) = cutter.char_at(at) else { break };
        let end = if next.is_whitespace() || is_invisible(next) {
            cutter.spaced |= next.is_whitespace();
            at + next.len_utf8()
        } else if next.is_ascii_digit() {
            cutter.number(at)
        } else if next.is_alphanumeric() {
            cutter.word(at)
        } else {
            cutter.sign(at, next)
        };
        // A step that does not move would never end; every branch above moves, this is the guard.
        at = end.max(at + next.len_utf8());
    }
}

/// Zero-width characters and the soft hyphen, which carry no meaning in a word.
pub(super) const fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Both forms of the apostrophe.
pub(super) const fn is_apostrophe(sign: char) -> bool {
    matches!(sign, '\'' | '\u{2019}' | '\u{02BC}')
}

/// A capital at the beginning, or behind the article of an Arabic name ("al-Karim").
fn begins_like_a_name(surface: &str) -> bool {
    let upper = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    upper(surface)
        || surface.starts_with(['a', 'e'])
            && surface.split_once(is_hyphen).is_some_and(|(article, name)| {
                matches!(article, "al" | "el" | "as" | "ash" | "at" | "ad" | "an" | "ar" | "az")
                    && upper(name)
            })
}

const fn is_hyphen(sign: char) -> bool {
    matches!(sign, '-' | '\u{2010}' | '\u{2011}')
}

/// What is found out of a word before it becomes a token.
struct About {
    beginning: u64,
    known: Option<&'static Known>,
    opens: Opens,
    capital: bool,
}

struct Cutter<'a> {
    text: &'a str,
    offset: usize,
    /// Where the text stands among the words, in small letters.
    lower: usize,
    tokens: &'a mut Vec<Token>,
    words: &'a mut String,
    spaced: bool,
}

impl Cutter<'_> {
    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    /// A word of letters of ASCII with nothing behind it that could belong to it; returns its end.
    fn plain_word(&mut self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let (head, end) = run(bytes, start);
        let next = bytes.get(end);
        let belongs = |next: &u8| next.is_ascii_alphanumeric() || matches!(next, b'-' | b'\'' | b'.');
        if end == start || next.is_some_and(|next| !next.is_ascii() || belongs(next)) {
            return None;
        }
        let capital = bytes.get(start).is_some_and(u8::is_ascii_uppercase);
        let word = self.lower + start..self.lower + end;
        let (known, beginning) = if let Some(short) = short(head, end - start) {
            (known_short(short), short)
        } else {
            let word = self.words.get(word.clone())?;
            (known(word), packed(word.as_bytes()))
        };
        let opens = match known {
            Some(known) => known.opens,
            None => opens(self.words.get(word.clone())?, TokenKind::Word),
        };
        let about = About { beginning, known, opens, capital };
        self.add(start..end, word, TokenKind::Word, about);
        Some(end)
    }

    fn push(&mut self, start: usize, end: usize, kind: TokenKind) {
        let surface = self.text.get(start..end).unwrap_or_default();
        let range = if surface.is_ascii() {
            self.lower + start..self.lower + end
        } else {
            let first = self.words.len();
            self.normalise(surface);
            first..self.words.len()
        };
        let word = self.words.get(range.clone()).unwrap_or_default();
        let known = known(word);
        let opens = match known.filter(|_| kind == TokenKind::Word) {
            Some(known) => known.opens,
            None => opens(word, kind),
        };
        let beginning = packed(word.as_bytes());
        let about = About { beginning, known, opens, capital: begins_like_a_name(surface) };
        self.add(start..end, range, kind, about);
    }

    /// Adds a token with its word among the words.
    #[inline]
    fn add(&mut self, range: Range<usize>, word: Range<usize>, kind: TokenKind, about: About) {
        self.tokens.push(Token {
            span: Span { start: self.offset + range.start, end: self.offset + range.end },
            kind,
            tag: Tag::Other,
            form: VerbForm::None,
            capital: about.capital,
            spaced: self.spaced,
            beginning: about.beginning,
            opens: about.opens,
            known: about.known.map(|known| known.place),
            word: Stored::of(word),
        });
        self.spaced = false;
    }

    /// Appends a word with other signs than those of ASCII in lower case, with plain apostrophes, hyphens and spaces.
    fn normalise(&mut self, surface: &str) {
        for sign in surface.chars().filter(|&sign| !is_invisible(sign)) {
            match sign {
                sign if is_apostrophe(sign) => self.words.push('\''),
                sign if is_hyphen(sign) => self.words.push('-'),
                '\u{00A0}' | '\u{202F}' | '\u{2009}' => self.words.push(' '),
                sign if sign.is_ascii() => self.words.push(sign.to_ascii_lowercase()),
                sign => self.words.extend(sign.to_lowercase()),
            }
        }
    }

    /// A token that begins with a digit; returns its end.
    fn number(&mut self, start: usize) -> usize {
        let mut at = self.digits(start);
        while let Some(next) = self.char_at(at) {
            let inner = at + next.len_utf8();
            let digit_follows = self.char_at(inner).is_some_and(|sign| sign.is_ascii_digit());
            if matches!(next, ',' | '.' | ':') && digit_follows {
                at = self.digits(inner);
            } else if matches!(next, '\u{00A0}' | '\u{202F}' | '\u{2009}' | ' ')
                && self.group_of_three(start, at, inner)
            {
                at = inner + 3;
            } else {
                break;
            }
        }
        match self.char_at(at) {
            // "20th", "5pm", "1990s", "7.5m"
            Some(next) if next.is_alphabetic() => {
                let end = self.letters(at);
                let hyphenated = self.char_at(end).is_some_and(is_hyphen) && self.starts_word(end + 1);
                if hyphenated { self.word(start) } else { self.finish(start, end, TokenKind::Number) }
            }
            // "44-day", "24-year-old"
            Some(next)
                if is_hyphen(next) && self.char_at(at + next.len_utf8()).is_some_and(char::is_alphabetic) =>
            {
                self.word(start)
            }
            _ => self.finish(start, at, TokenKind::Number),
        }
    }

    fn finish(&mut self, start: usize, end: usize, kind: TokenKind) -> usize {
        self.push(start, end, kind);
        end
    }

    fn starts_word(&self, at: usize) -> bool {
        self.char_at(at).is_some_and(char::is_alphanumeric)
    }

    fn digits(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        start + rest.bytes().take_while(u8::is_ascii_digit).count()
    }

    fn letters(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let plain = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if rest.as_bytes().get(plain).is_none_or(u8::is_ascii) {
            return start + plain;
        }
        start + rest.chars().take_while(|sign| sign.is_alphanumeric()).map(char::len_utf8).sum::<usize>()
    }

    /// "10 000": one to three digits before, exactly three after the space.
    fn group_of_three(&self, start: usize, at: usize, inner: usize) -> bool {
        let before = self.text.get(start..at).unwrap_or_default();
        let head = before.split([' ', '\u{00A0}', '\u{202F}', '\u{2009}']).next().unwrap_or_default();
        let plain = before.chars().all(|sign| sign.is_ascii_digit() || sign.is_whitespace());
        plain
            && (1..=3).contains(&head.len())
            && !head.starts_with('0')
            && self.digits(inner) == inner + 3
            && !self.char_at(inner + 3).is_some_and(|sign| sign.is_alphanumeric() || is_hyphen(sign))
    }

    /// A token that holds letters; returns its end. Clitics are cut off as tokens of their own.
    fn word(&mut self, start: usize) -> usize {
        let mut at = self.letters(start);
        let next = self.text.as_bytes().get(at);
        if next.is_none_or(|next| next.is_ascii() && !matches!(next, b'-' | b'\'' | b'.')) {
            let kind = kind_of(self.text.get(start..at).unwrap_or_default());
            return self.finish(start, at, kind);
        }
        while let Some(next) = self.char_at(at) {
            let inner = at + next.len_utf8();
            let joins = is_hyphen(next) || is_apostrophe(next) || is_invisible(next) || next == '\u{301}';
            if joins && self.starts_word(inner) {
                at = self.letters(inner);
            } else if next == '.' && self.dot_belongs(start, at) {
                at = inner;
                if self.starts_word(inner) && self.single_letter(inner) {
                    at = self.letters(inner);
                }
            } else {
                break;
            }
        }
        self.split_clitic(start, at);
        at
    }

    fn single_letter(&self, at: usize) -> bool {
        self.letters(at) == at + self.char_at(at).map_or(0, char::len_utf8)
    }

    /// Whether the full stop at `at` is part of the word: acronyms ("U.S.", "p.m."), initials and abbreviations.
    fn dot_belongs(&self, start: usize, at: usize) -> bool {
        let word = self.text.get(start..at).unwrap_or_default();
        let last = word.rsplit('.').next().unwrap_or_default();
        let mut signs = last.chars();
        let one_letter = signs.next().is_some_and(char::is_alphabetic) && signs.next().is_none();
        if one_letter {
            // "plan B." at the end of a sentence keeps its full stop as punctuation.
            let dotted = word.contains('.');
            let inner_follows = self.starts_word(at + 1) && self.single_letter(at + 1);
            let more_follows = self.text.get(at + 1..).is_some_and(|rest| !rest.trim().is_empty());
            return dotted || inner_follows || (more_follows && last.chars().all(char::is_uppercase));
        }
        let at_end = self.text.get(at + 1..).is_none_or(|rest| rest.trim().is_empty());
        !at_end && super::sentence::is_abbreviation(word)
    }

    fn split_clitic(&mut self, start: usize, end: usize) {
        let surface = self.text.get(start..end).unwrap_or_default();
        let mut signs = surface.char_indices().rev();
        let mut cut = None;
        for (at, sign) in signs.by_ref().take(4) {
            if is_apostrophe(sign) {
                cut = Some((at, at + sign.len_utf8()));
                break;
            }
        }
        if let Some((at, after)) = cut {
            let tail = surface.get(after..).unwrap_or_default().to_ascii_lowercase();
            match tail.as_str() {
                "s" | "re" | "ve" | "ll" | "d" | "m" if at > 0 => {
                    self.push(start, start + at, kind_of(surface.get(..at).unwrap_or_default()));
                    self.push(start + at, end, TokenKind::Word);
                    return;
                }
                "t" if surface.get(..at).is_some_and(|head| head.len() > 1 && head.ends_with(['n', 'N'])) => {
                    // "can't" keeps its n: "ca" is no word.
                    let head = surface.get(..at - 1).unwrap_or_default();
                    let keep = head.eq_ignore_ascii_case("ca");
                    let cut = if keep { at } else { at - 1 };
                    self.push(start, start + cut, TokenKind::Word);
                    self.push(start + cut, end, TokenKind::Word);
                    return;
                }
                _ => {}
            }
        }
        self.push(start, end, kind_of(surface));
    }

    /// Punctuation and other signs; returns the end.
    fn sign(&mut self, start: usize, sign: char) -> usize {
        let end = start + sign.len_utf8();
        if matches!(sign, ',' | '"' | '(' | ')' | ';' | ':') {
            // The usual ones.
            let word = self.lower + start..self.lower + end;
            let known = self.words.get(word.clone()).and_then(known);
            let about =
                About { beginning: u64::from(u32::from(sign)), known, opens: Opens::NOTHING, capital: false };
            self.add(start..end, word, TokenKind::Punct, about);
            return end;
        }
        if matches!(sign, '.' | '-' | '!' | '?') {
            let rest = self.text.get(start..).unwrap_or_default();
            let run = rest.bytes().take_while(|&byte| char::from(byte) == sign).count();
            return self.finish(start, start + run, TokenKind::Punct);
        }
        let kind = if matches!(
            sign,
            '$' | '€'
                | '£'
                | '¥'
                | '₹'
                | '%'
                | '+'
                | '='
                | '°'
                | '#'
                | '@'
                | '&'
                | '©'
                | '<'
                | '>'
                | '~'
                | '^'
                | '|'
        ) {
            TokenKind::Symbol
        } else if sign.is_alphanumeric() {
            TokenKind::Word
        } else {
            TokenKind::Punct
        };
        self.finish(start, end, kind)
    }
}

fn kind_of(surface: &str) -> TokenKind {
    if surface.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.')) {
        TokenKind::Number
    } else {
        TokenKind::Word
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test may panic")]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let (mut tokens, mut words) = (Vec::new(), String::new());
        tokenize(text, 0, &mut tokens, &mut words);
        for token in &tokens {
            assert!(text.get(token.span.start..token.span.end).is_some(), "{token:?} is off the characters");
        }
        tokens.iter().map(|token| words[token.word.range()].to_owned()).collect()
    }

    #[test]
    fn cuts_words_numbers_and_clitics() {
        for (text, expected) in [
            ("Norway’s fleet", "norway|'s|fleet"),
            ("The soldiers’ wives didn't go.", "the|soldiers|'|wives|did|n't|go|."),
            ("He can't; they cannot", "he|can|'t|;|they|cannot"),
            ("25-30 people, 1,079 hurt", "25|-|30|people|,|1,079|hurt"),
            ("a 24-year-old on an Il-76", "a|24-year-old|on|an|il-76"),
            ("1.2 million at 12:31, 8 p.m. today", "1.2|million|at|12:31|,|8|p.m.|today"),
            ("the U.S. Col. Ray J. Dunn said", "the|u.s.|col.|ray|j.|dunn|said"),
            ("10 000 left, $5m lost", "10 000|left|,|$|5m|lost"),
            ("the 1990s, the 20th", "the|1990s|,|the|20th"),
            ("Riga/Tallinn — “no”…", "riga|/|tallinn|—|“|no|”|…"),
            ("twenty-nine -- at 5pm", "twenty-nine|--|at|5pm"),
            ("the storm was over...", "the|storm|was|over|..."),
            ("in 2020-21 and 90%", "in|2020|-|21|and|90|%"),
            ("O'Hara met Côte d'Ivoire's envoy", "o'hara|met|côte|d'ivoire|'s|envoy"),
        ] {
            assert_eq!(words(text).join("|"), expected, "{text}");
        }
    }
}
