//! The words of a text without its tokens. Comes in: any text, and the beginnings of the words that are wanted. Goes out:
//! each run of letters in lower case with the place where it begins, each number and each quotation mark. What `token` makes
//! one word with a hyphen or an apostrophe comes as its runs, "didn't" also as "did". One pass, and nothing is kept:
//! several times as fast as cutting tokens.

use super::token::is_invisible;

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'w> {
    /// A run of letters, in lower case.
    Word(&'w str),
    /// A sign that can open or close a quotation, apostrophes apart.
    Quote,
    /// A number in digits.
    Digits,
}

/// Runs longer than this are no word of any list; their first letters are given.
const WORD_BYTES_MAX: usize = 32;

/// The first four letters of a word in lower case, in one number.
#[inline]
pub(crate) fn prefix_of(word: &[u8]) -> u32 {
    // The bit that makes a capital of ASCII small; the signs inside words have it too.
    const SMALL: u32 = 0x2020_2020;
    match (word.first_chunk(), word) {
        (Some(four), _) => u32::from_le_bytes(*four) | SMALL,
        (None, [first, second, third]) => u32::from_le_bytes([*first, *second, *third, 0]) | SMALL >> 8,
        (None, [first, second]) => u32::from_le_bytes([*first, *second, 0, 0]) | SMALL >> 16,
        (None, [first]) => u32::from(*first) | SMALL >> 24,
        _ => 0,
    }
}

/// Calls `each` with every piece and where it begins, but for words of ASCII only with those whose first letters and
/// length are wanted.
pub(crate) fn scan(text: &str, wanted: impl Fn(u32, usize) -> bool, mut each: impl FnMut(usize, Piece<'_>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            let start = at;
            while bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
                at += 1;
            }
            let (word, next) = (bytes.get(start..at).unwrap_or_default(), bytes.get(at));
            if next.is_some_and(|next| !next.is_ascii()) {
                at = mixed(text, start, &mut each);
            } else if wanted(prefix_of(word), word.len()) || next == Some(&b'\'') && word.ends_with(b"n") {
                let mut buffer = [0_u8; WORD_BYTES_MAX];
                let length = word.len().min(WORD_BYTES_MAX);
                if let Some((lower, word)) = buffer.get_mut(..length).zip(word.get(..length)) {
                    lower.copy_from_slice(word);
                    lower.make_ascii_lowercase();
                    let rest = bytes.get(at..).unwrap_or_default();
                    give(std::str::from_utf8(lower).unwrap_or_default(), start, rest, &mut each);
                }
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
        scan(
            text,
            |_, _| true,
            |_, piece| {
                found.push(match piece {
                    Piece::Word(word) => word.to_owned(),
                    Piece::Quote => "\"".to_owned(),
                    Piece::Digits => "#".to_owned(),
                });
            },
        );
        found
    }

    #[test]
    fn gives_every_run_of_letters() {
        for (text, expected) in [
            ("Ten MEN, killed in 1990s-era tanks.", "ten men killed in # s era tanks"),
            ("They won't; it didn’t", "they won wo t it didn did t"),
            ("“Kil\u{AD}led” in Côte d’Ivoire: \"no\"", "\" killed \" in côte d ivoire \" no \""),
            ("naïvely", "naïvely"),
            ("", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }
}
