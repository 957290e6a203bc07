//! Words in phrases that name somebody. A word goes in; whether it may stand there, and as what, comes out. Knows
//! nothing of sentences.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::word_list;

const LIST: &str = include_str!("actors.txt");

macro_rules! words {
    ($($name:ident = $section:literal;)+) => {
        $(static $name: LazyLock<HashSet<&'static str>> = LazyLock::new(|| word_list(LIST, $section).collect());)+

        #[cfg(test)]
        const SETS: &[(&str, &LazyLock<HashSet<&'static str>>)] = &[$(($section, &$name)),+];
    };
}

words! {
    FILLERS = "fillers";
    AMOUNTS = "amounts";
    ORGANISATIONS = "organisations";
    NO_NAMES = "no names";
    TITLES = "titles";
    THINGS = "things";
    THING_OPENERS = "thing openers";
    MEDIA = "media";
}

/// Whether the word says what kind of, and not who.
pub(in super::super) fn is_filler(word: &str) -> bool {
    FILLERS.contains(word)
}

/// Whether the word is an amount before people.
pub(in super::super) fn is_amount(word: &str) -> bool {
    AMOUNTS.contains(word)
}

/// Whether the word makes the run of capitals before it an organisation.
pub(in super::super) fn is_organisation(word: &str) -> bool {
    ORGANISATIONS.contains(word)
}

/// Whether the word has a capital and is nobody's name.
pub(in super::super) fn is_no_name(word: &str) -> bool {
    NO_NAMES.contains(word)
}

/// Whether the word is a title before a person's name.
pub(in super::super) fn is_title(word: &str) -> bool {
    TITLES.contains(word.trim_end_matches('.'))
}

/// Whether the word makes the run of capitals before it a building, a road, a river or the like.
pub(in super::super) fn is_thing(word: &str) -> bool {
    THINGS.contains(word)
}

/// Whether the word makes the run of capitals after it a ship, an operation, a storm or the like.
pub(in super::super) fn opens_thing(word: &str) -> bool {
    THING_OPENERS.contains(word)
}

/// Whether the word makes the run of capitals before it a newspaper, a broadcaster or a news agency.
pub(in super::super) fn is_medium(word: &str) -> bool {
    MEDIA.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_section_is_empty() {
        for (section, words) in SETS {
            assert!(!words.is_empty(), "[{section}] has no words");
        }
    }
}
