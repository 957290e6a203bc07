//! The words of a text without its tokens. Comes in: any text. Goes out: each run of letters in lower case with the place
//! where it begins, and each quotation mark. What `token` makes one word with a hyphen or an apostrophe comes as its runs,
//! "didn't" also as "did". One pass, and nothing is kept: several times as fast as cutting tokens.

use super::token::is_invisible;

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'w> {
    /// A run of letters, in lower case.
    Word(&'w str),
    /// A sign that can open a quotation.
    Quote,
}

/// Runs longer than this are no word of any list; their first letters are given.
const WORD_BYTES_MAX: usize = 32;

/// Calls `each` with every piece and where it begins.
pub(crate) fn scan(text: &str, mut each: impl FnMut(usize, Piece<'_>)) {
    let bytes = text.as_bytes();
    let mut buffer = [0_u8; WORD_BYTES_MAX];
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            let start = at;
            let mut length = 0;
            while let Some(&byte) = bytes.get(at).filter(|byte| byte.is_ascii_alphabetic()) {
                if let Some(place) = buffer.get_mut(length) {
                    *place = byte.to_ascii_lowercase();
                    length += 1;
                }
                at += 1;
            }
            if bytes.get(at).is_some_and(|byte| !byte.is_ascii()) {
                at = mixed(text, start, &mut each);
                continue;
            }
            let word = buffer.get(..length).and_then(|word| std::str::from_utf8(word).ok());
            give(word.unwrap_or_default(), start, bytes.get(at..).unwrap_or_default(), &mut each);
        } else if byte.is_ascii() {
            if byte == b'"' {
                each(at, Piece::Quote);
            }
            at += 1;
        } else {
            at = mixed(text, at, &mut each);
        }
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
        if !word.is_empty() {
            give(&word, begins, text.as_bytes().get(at..).unwrap_or_default(), each);
            word.clear();
        }
        if matches!(sign, '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '\'') {
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
                Piece::Word(word) => word.to_owned(),
                Piece::Quote => "\"".to_owned(),
            });
        });
        found
    }

    #[test]
    fn gives_every_run_of_letters() {
        for (text, expected) in [
            ("Ten MEN, killed in 1990s-era tanks.", "ten men killed in s era tanks"),
            ("They won't; it didn’t", "they won wo t it didn did t"),
            ("“Kil\u{AD}led” in Côte d’Ivoire: \"no\"", "\" killed \" in côte d ivoire \" no \""),
            ("naïvely", "naïvely"),
            ("", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }
}
