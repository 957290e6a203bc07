//! The characters of the stored text. Comes in: decoded text. Goes out: the text that is stored and to which every
//! offset refers. It is cleaned once, before it is stored, so no stage after this one ever has to map offsets. Never
//! changes a visible character.
//!
//! - every kind of line end becomes `\n`
//! - control characters, zero-width spaces, soft hyphens, byte order marks, direction marks and tags are taken out: they
//!   hide inside words and figures ("kil\u{ad}led", "2\u{200b}9") and show nothing themselves. Text written from right
//!   to left stays in its logical order, which is the order it is read in
//! - zero-width joiners stay between characters outside ASCII, where they carry meaning (Persian, emoji)
//! - letters and their accents are composed (NFC), so that one name is one string

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The text with invisible characters taken out and line ends made alike.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return Cow::Borrowed(text);
    }
    let visible = without_invisible(text);
    if is_nfc(&visible) { Cow::Owned(visible) } else { Cow::Owned(visible.nfc().collect()) }
}

/// The same on one line: for titles, names and addresses.
pub(super) fn clean_line(text: &str) -> String {
    let cleaned = clean(text);
    let mut line = String::with_capacity(cleaned.len());
    for word in cleaned.split(['\n', '\t']).map(str::trim).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn without_invisible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        let kept = match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                Some('\n')
            }
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\u{200c}' | '\u{200d}' => Some(character)
                .filter(|_| !before.is_ascii() && characters.peek().is_some_and(|next| !next.is_ascii())),
            _ if is_invisible(character) => None,
            _ => Some(character),
        };
        if let Some(kept) = kept {
            out.push(kept);
            before = kept;
        }
    }
    out
}

/// Shows nothing and changes no meaning of English text.
fn is_invisible(character: char) -> bool {
    let is_mark = matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' | '\u{fdd0}'..='\u{fdef}');
    let is_no_character = u32::from(character) & 0xfffe == 0xfffe;
    is_mark || is_no_character || (character.is_control() && !matches!(character, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_alike() {
        assert_eq!(clean("a\r\nb\rc\u{2028}d\u{85}e"), "a\nb\nc\nd\ne");
    }

    #[test]
    fn hidden_characters_leave_words_and_figures_whole() {
        assert_eq!(clean("kil\u{ad}led 2\u{200b}9 \u{202e}peo\u{0}ple\u{feff}"), "killed 29 people");
        assert_eq!(clean("a\u{200d}b"), "ab");
    }

    #[test]
    fn joiners_stay_where_they_carry_meaning() {
        assert_eq!(clean("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }

    #[test]
    fn accents_are_composed() {
        assert_eq!(clean("Pas\u{30c}injan"), "Pašinjan");
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(clean_line(" Bridge \r\n\tfalls\n"), "Bridge falls");
    }
}
