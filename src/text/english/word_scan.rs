//! The words of a text without its tokens. Comes in: any text. Goes out: each run of letters in lower case with the place
//! where it begins, each number and each quotation mark. What `token` makes one word with a hyphen or an apostrophe comes
//! as its runs, "didn't" also as "did". One pass, eight bytes at a time, and nothing is kept: many times as fast as
//! cutting tokens.

use std::ops::Range;

use super::token::is_invisible;

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'w> {
    /// A run of at most eight letters of ASCII, in lower case, as `ShortWords` knows words.
    Short(u64),
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

/// Calls `each` with every piece and where it begins.
pub(crate) fn scan(text: &str, mut each: impl FnMut(usize, Piece<'_>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            let start = at;
            let head = eight(bytes, at);
            let mut run = letters(head);
            at += run;
            while run == STEP {
                run = letters(eight(bytes, at));
                at += run;
            }
            let next = bytes.get(at).copied().unwrap_or_default();
            if !next.is_ascii() {
                at = mixed(text, start, &mut each);
            } else if at - start <= STEP {
                let lower = head | (0x20 * EACH);
                each(start, Piece::Short(first(lower, at - start)));
                let clitic = next == b'\'' && matches!(bytes.get(at + 1), Some(b't' | b'T'));
                if clitic && at > start + 1 && matches!(bytes.get(at - 1), Some(b'n' | b'N')) {
                    each(start, Piece::Short(first(lower, at - start - 1)));
                }
            } else {
                long(text, start..at, &mut each);
            }
            continue;
        }
        match byte {
            b'"' => each(at, Piece::Quote),
            b'0'..=b'9' => {
                each(at, Piece::Digits);
                while bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
            }
            _ if !byte.is_ascii() => {
                at = mixed(text, at, &mut each);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// A run of more letters than are looked at together.
fn long(text: &str, run: Range<usize>, each: &mut impl FnMut(usize, Piece<'_>)) {
    let bytes = text.as_bytes();
    let word = bytes.get(run.start..run.end.min(run.start + WORD_BYTES_MAX)).unwrap_or_default();
    let mut buffer = [0_u8; WORD_BYTES_MAX];
    if let Some(lower) = buffer.get_mut(..word.len()) {
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        let rest = bytes.get(run.end..).unwrap_or_default();
        give(std::str::from_utf8(lower).unwrap_or_default(), run.start, rest, each);
    }
}

/// A word, and what is left of it before "n't".
fn give(word: &str, start: usize, rest: &[u8], each: &mut impl FnMut(usize, Piece<'_>)) {
    each(start, Piece::Word(word));
    if let (
        Some(head),
        [b'\'', b't' | b'T', ..] | [0xE2, 0x80, 0x99, b't' | b'T', ..] | [0xCA, 0xBC, b't' | b'T', ..],
    ) = (word.strip_suffix('n'), rest)
    {
        each(start, Piece::Word(head));
    }
}

/// A stretch with other letters or signs than those of ASCII, up to the next white space; returns its end.
fn mixed(text: &str, start: usize, each: &mut impl FnMut(usize, Piece<'_>)) -> usize {
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
            each(at, Piece::Digits);
        }
        if !word.is_empty() {
            give(&word, begins, text.as_bytes().get(at..).unwrap_or_default(), each);
            word.clear();
        }
        if matches!(sign, '"' | '“' | '”' | '„' | '«' | '»' | '‘') {
            each(at, Piece::Quote);
        }
        if sign.is_whitespace() {
            end = at + sign.len_utf8();
            break;
        }
    }
    if !word.is_empty() {
        give(&word, begins, &[], each);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan(text, |_, piece| {
            found.push(match piece {
                Piece::Short(word) => {
                    String::from_utf8_lossy(&word.to_le_bytes()).trim_end_matches('\0').to_owned()
                }
                Piece::Word(word) => word.to_owned(),
                Piece::Quote => "\"".to_owned(),
                Piece::Digits => "#".to_owned(),
            });
        });
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
