//! The language of a text. Comes in: the body of an article. Goes out: the name of its language when it is not English.
//! A short text counts as English: better read in vain than lost. Never looks at more than 8 KiB.
//!
//! A trigram guess alone takes English full of foreign names for another language, so English function words outvote it.

use std::borrow::Cow;

use whichlang::{Lang, detect_language};

/// Fewer words than this say too little to judge.
const WORDS_MIN: usize = 25;
/// Fewer letters than this in another script say too little to judge.
const LETTERS_MIN: usize = 20;
/// English prose has a share of 0.15 to 0.30 of the words listed below, other languages hardly any.
const ENGLISH_SHARE: f64 = 0.08;
/// A long text below this share is not English even when the guess, which knows 16 languages, says so.
const FOREIGN_SHARE: f64 = 0.015;
/// How long a text must be for that.
const LONG_WORDS: usize = 80;
/// Bytes taken from the start and from the middle.
const SAMPLE_BYTES: usize = 4096;

/// The language of `body` when it is not English.
pub(super) fn foreign_language(body: &str) -> Option<&'static str> {
    let sample = sample(body);
    let ascii = sample.is_ascii();
    if !ascii && is_in_another_script(&sample) {
        return Some(match detect_language(&sample) {
            Lang::Eng => "one in another script",
            language => name(language),
        });
    }
    let (mut words, mut english) = (0_usize, 0_usize);
    let mut count = |word: &[u8]| {
        words += usize::from(!word.is_empty());
        english += usize::from(is_english_function_word(word));
    };
    if ascii {
        sample.as_bytes().split(|byte| !byte.is_ascii_alphabetic()).for_each(&mut count);
    } else {
        let words = sample.split(|character: char| !character.is_alphabetic());
        words.for_each(|word| count(word.as_bytes()));
    }
    let share = english as f64 / words.max(1) as f64;
    if words < WORDS_MIN || share >= ENGLISH_SHARE {
        return None;
    }
    match detect_language(&sample) {
        Lang::Eng if words >= LONG_WORDS && share < FOREIGN_SHARE => Some("one that is not recognised"),
        Lang::Eng => None,
        language => Some(name(language)),
    }
}

/// The start and the middle: the end of an article is often a tail of links.
fn sample(body: &str) -> Cow<'_, str> {
    if body.len() <= 2 * SAMPLE_BYTES {
        return Cow::Borrowed(body);
    }
    let middle = body.len() / 2;
    let boundary = |at: usize| (0..=at).rev().find(|at| body.is_char_boundary(*at)).unwrap_or_default();
    let slice = |from: usize, to: usize| body.get(boundary(from)..boundary(to)).unwrap_or_default();
    Cow::Owned(format!("{} {}", slice(0, SAMPLE_BYTES), slice(middle, middle + SAMPLE_BYTES)))
}

fn is_in_another_script(text: &str) -> bool {
    let (mut letters, mut latin) = (0, 0);
    for character in text.chars() {
        letters += usize::from(character.is_alphabetic());
        latin += usize::from(is_latin(character));
    }
    letters >= LETTERS_MIN && latin * 2 < letters
}

fn is_latin(character: char) -> bool {
    character.is_ascii_alphabetic()
        || matches!(character, '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// Common English words that are no common words of another language in Latin script.
fn is_english_function_word(word: &[u8]) -> bool {
    let mut lower = [0_u8; 7];
    let Some(slot) = lower.get_mut(..word.len()) else { return false };
    slot.copy_from_slice(word);
    slot.make_ascii_lowercase();
    matches!(
        &*slot,
        b"the"
            | b"and"
            | b"of"
            | b"to"
            | b"that"
            | b"with"
            | b"from"
            | b"by"
            | b"his"
            | b"her"
            | b"its"
            | b"their"
            | b"they"
            | b"he"
            | b"she"
            | b"it"
            | b"this"
            | b"these"
            | b"those"
            | b"which"
            | b"who"
            | b"has"
            | b"have"
            | b"been"
            | b"were"
            | b"are"
            | b"would"
            | b"could"
            | b"should"
            | b"will"
            | b"said"
            | b"says"
            | b"not"
            | b"but"
            | b"after"
            | b"before"
            | b"when"
            | b"where"
            | b"there"
            | b"what"
            | b"than"
            | b"more"
            | b"about"
            | b"into"
            | b"between"
            | b"over"
            | b"people"
            | b"near"
    )
}

fn name(language: Lang) -> &'static str {
    match language {
        Lang::Ara => "Arabic",
        Lang::Cmn => "Chinese",
        Lang::Deu => "German",
        Lang::Eng => "English",
        Lang::Fra => "French",
        Lang::Hin => "Hindi",
        Lang::Ita => "Italian",
        Lang::Jpn => "Japanese",
        Lang::Kor => "Korean",
        Lang::Nld => "Dutch",
        Lang::Por => "Portuguese",
        Lang::Rus => "Russian",
        Lang::Spa => "Spanish",
        Lang::Swe => "Swedish",
        Lang::Tur => "Turkish",
        Lang::Vie => "Vietnamese",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_other_languages_in_latin_script() {
        let german = "Bei dem Brand in einer Lagerhalle am Hafen von Neustadt sind am Dienstag vier Arbeiter ums \
                      Leben gekommen, wie die Feuerwehr am Abend mitteilte, weitere zwölf wurden mit Verletzungen \
                      in die Klinik gebracht.";
        assert_eq!(foreign_language(german), Some("German"));
        let french = "Quatre ouvriers sont morts mardi dans un incendie qui a ravagé un entrepôt du port de \
                      Villeneuve, ont annoncé les pompiers dans la soirée, et douze autres ont été conduits à \
                      l'hôpital.";
        assert_eq!(foreign_language(french), Some("French"));
    }

    #[test]
    fn finds_languages_that_the_guess_does_not_know() {
        let polish = "W pożarze hali magazynowej w porcie zginęło czterech robotników, a dwunastu kolejnych \
                      przewieziono do szpitala, poinformowała wieczorem straż pożarna. ";
        assert!(foreign_language(&polish.repeat(8)).is_some());
    }

    #[test]
    fn finds_other_scripts_even_when_short() {
        assert_eq!(foreign_language("Четыре человека погибли при пожаре"), Some("Russian"));
        assert!(foreign_language("Հրդեհի հետևանքով չորս մարդ է զոհվել").is_some());
    }

    #[test]
    fn takes_a_short_text_for_english() {
        assert_eq!(foreign_language("Vier Tote bei Brand in Neustadt"), None);
        assert_eq!(foreign_language(""), None);
    }

    #[test]
    fn keeps_english_that_is_full_of_foreign_names() {
        let text = "Governor Przemysław Wójcik-Żeleński told Radio Górny Dunaj that Małgorzata Szczęsna, Wojciech \
                    Brzęczyszczykiewicz and Zbigniew Chrząszcz were among those who died when the ferry Świętej \
                    Jadwigi sank near Szczebrzeszyn.";
        assert_eq!(foreign_language(text), None);
    }
}
