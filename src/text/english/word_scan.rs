//! The words of a text without its tokens. Comes in: any text. Goes out: each run of letters in lower case with the place
//! where it begins, each number and each quotation mark. What `token` makes one word with a hyphen or an apostrophe comes
//! as its runs, "didn't" also as "did". One pass, eight bytes at a time, and nothing is kept: many times as fast as
//! cutting tokens.

use std::ops::Range;

use super::token::is_invisible;

/// Who is given the pieces of a text, each with the place where it begins.
pub(crate) trait Taker {
    /// A run of at most eight letters of ASCII, in lower case, as `ShortWords` knows words: nearly all there is.
    fn short(&mut self, at: usize, word: u64);
    /// Any other piece.
    fn other(&mut self, at: usize, piece: Piece<'_>);
}

/// A piece of the text that is no short word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'w> {
    /// Any other run of letters, in lower case.
    Word(&'w str),
    /// A sign that can open or close a quotation, apostrophes apart.
    Quote,
    /// A number in digits.
    Digits,
}

/// Runs longer than this are no word of any list; their first letters are given.
const WORD_BYTES_MAX: usize = 32;

/// How many bytes are looked at together.
const STEP: usize = 8;

/// Each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The eight bytes from `at` on, zeros behind the end.
#[inline]
fn eight(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(eight) = rest.first_chunk() {
        return u64::from_le_bytes(*eight);
    }
    let mut last = [0; STEP];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_le_bytes(last)
}

/// How many letters of ASCII the eight bytes begin with, these in lower case.
#[inline]
fn letters(eight: u64) -> usize {
    // In lower case a byte below 128 carries into its highest bit from "a" on when this is added, and from beyond "z".
    let low = (eight | (0x20 * EACH)) & (0x7F * EACH);
    let from_a = low + (0x80 - u64::from(b'a')) * EACH;
    let beyond_z = low + (0x7F - u64::from(b'z')) * EACH;
    let others = !(from_a & !beyond_z & !eight) & (0x80 * EACH);
    (others.trailing_zeros() / 8) as usize
}

/// The first `length` of eight bytes.
#[inline]
const fn first(eight: u64, length: usize) -> u64 {
    if length < STEP { eight & ((1 << (8 * length)) - 1) } else { eight }
}

/// The run of letters of ASCII that begins at `start`: the eight bytes there, and where it ends.
#[expect(clippy::inline_always, reason = "one of the few steps that every word of every text takes")]
#[inline(always)]
pub(crate) fn run(bytes: &[u8], start: usize) -> (u64, usize) {
    let head = eight(bytes, start);
    let mut length = letters(head);
    let mut end = start + length;
    while length == STEP {
        length = letters(eight(bytes, end));
        end += length;
    }
    (head, end)
}

/// A run of so many letters by the eight bytes from its first on, in lower case and as `ShortWords` knows it, when it is
/// a word of at most eight letters.
#[inline]
pub(crate) fn short(head: u64, length: usize) -> Option<u64> {
    (length <= STEP).then(|| first(head | (0x20 * EACH), length))
}

/// The first eight bytes of a word, capitals of ASCII in small letters, zeros behind its end: of a short word what [`short`]
/// gives.
#[inline]
pub(crate) fn beginning(word: &str) -> u64 {
    first(eight(word.as_bytes(), 0) | (0x20 * EACH), word.len())
}

/// Gives every piece to the taker, in order.
pub(crate) fn scan(text: &str, taker: &mut impl Taker) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            let start = at;
            let head;
            (head, at) = run(bytes, start);
            let next = bytes.get(at).copied().unwrap_or_default();
            if !next.is_ascii() {
                at = mixed(text, start, taker);
            } else if let Some(word) = short(head, at - start) {
                taker.short(start, word);
                if next == b'\'' {
                    before_clitic(bytes, start..at, word, taker);
                }
            } else {
                long(text, start..at, taker);
            }
            continue;
        }
        match byte {
            b'"' => taker.other(at, Piece::Quote),
            b'0'..=b'9' => {
                taker.other(at, Piece::Digits);
                while bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
            }
            _ if !byte.is_ascii() => {
                at = mixed(text, at, taker);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// What is left of a short word before "n't".
fn before_clitic(bytes: &[u8], word: Range<usize>, lower: u64, taker: &mut impl Taker) {
    let cut = word.len() - 1;
    let negative = matches!(bytes.get(word.end - 1..word.end + 2), Some([b'n' | b'N', b'\'', b't' | b'T']));
    if negative && cut > 0 {
        taker.short(word.start, first(lower, cut));
    }
}

/// A run of more letters than are looked at together.
fn long(text: &str, run: Range<usize>, taker: &mut impl Taker) {
    let bytes = text.as_bytes();
    let word = bytes.get(run.start..run.end.min(run.start + WORD_BYTES_MAX)).unwrap_or_default();
    let mut buffer = [0_u8; WORD_BYTES_MAX];
    if let Some(lower) = buffer.get_mut(..word.len()) {
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        let rest = bytes.get(run.end..).unwrap_or_default();
        give(std::str::from_utf8(lower).unwrap_or_default(), run.start, rest, taker);
    }
}

/// A word, and what is left of it before "n't".
fn give(word: &str, start: usize, rest: &[u8], taker: &mut impl Taker) {
    taker.other(start, Piece::Word(word));
    if let (
        Some(head),
        [b'\'', b't' | b'T', ..] | [0xE2, 0x80, 0x99, b't' | b'T', ..] | [0xCA, 0xBC, b't' | b'T', ..],
    ) = (word.strip_suffix('n'), rest)
    {
        taker.other(start, Piece::Word(head));
    }
}

/// A stretch with other letters or signs than those of ASCII, up to the next white space; returns its end.
fn mixed(text: &str, start: usize, taker: &mut impl Taker) -> usize {
    let mut word = String::new();
    let mut begins = start;
    let mut end = text.len();
    for (offset, sign) in text.get(start..).unwrap_or_default().char_indices() {
        let at = start + offset;
        if sign.is_alphabetic() {
            if word.is_empty() {
                begins = at;
            }
            word.extend(sign.to_lowercase());
            continue;
        }
        if is_invisible(sign) {
            continue;
        }
        if sign.is_numeric() {
            taker.other(at, Piece::Digits);
        }
        if !word.is_empty() {
            give(&word, begins, text.as_bytes().get(at..).unwrap_or_default(), taker);
            word.clear();
        }
        if matches!(sign, '"' | '“' | '”' | '„' | '«' | '»' | '‘') {
            taker.other(at, Piece::Quote);
        }
        if sign.is_whitespace() {
            end = at + sign.len_utf8();
            break;
        }
    }
    if !word.is_empty() {
        give(&word, begins, &[], taker);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Taker for Vec<String> {
        fn short(&mut self, _: usize, word: u64) {
            self.push(String::from_utf8_lossy(&word.to_le_bytes()).trim_end_matches('\0').to_owned());
        }

        fn other(&mut self, _: usize, piece: Piece<'_>) {
            self.push(match piece {
                Piece::Word(word) => word.to_owned(),
                Piece::Quote => "\"".to_owned(),
                Piece::Digits => "#".to_owned(),
            });
        }
    }

    fn words(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan(text, &mut found);
        found
    }

    #[test]
    fn gives_every_run_of_letters() {
        for (text, expected) in [
            ("Ten MEN, killed in 1990s-era tanks.", "ten men killed in # s era tanks"),
            ("They won't; it didn’t", "they won wo t it didn did t"),
            ("“Kil\u{AD}led” in Côte d’Ivoire: \"no\"", "\" killed \" in côte d ivoire \" no \""),
            ("naïvely", "naïvely"),
            ("Eightlet ninelette sixteenletterish [a`z]{Z@b}", "eightlet ninelette sixteenletterish a z z b"),
            (
                "accountability couldn't DON'T n't isn't",
                "accountability couldn could t don do t n t isn is t",
            ),
            ("", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }
}
