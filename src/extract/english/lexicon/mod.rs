//! The closed word lists of casualty reading, kept as text beside the code that looks words up in them. Words go in,
//! effects, frames and groups come out. Knows nothing of sentences: a list says what a word can mean, a rule what it
//! means here.

/// Declares the word sets of a list, one for each section, and a test that none of them is empty.
macro_rules! word_sets {
    ($list:literal: $($name:ident = $section:literal;)+) => {
        $(static $name: std::sync::LazyLock<crate::text::english::word_map::WordSet<&'static str>> =
            std::sync::LazyLock::new(|| super::word_list(include_str!($list), $section).collect());)+

        #[cfg(test)]
        mod tests {
            #[test]
            fn no_section_is_empty() {
                $(assert!(!super::$name.is_empty(), "[{}] has no words", $section);)+
            }
        }
    };
}

pub(super) mod acts;
pub(super) mod actors;
pub(super) mod deeds;
pub(super) mod demands;
mod events;
mod harm;
mod people;
pub(super) mod speech;
pub(super) mod stance_verbs;
pub(super) mod stances;
mod sport;

pub(super) use events::{Hint, Hints, hints_at, hints_at_any, hints_of, is_kind_of_place};
pub(super) use harm::{
    CountedKind, Frame, GAP_MAX, HarmVerb, Piece, State, counted, counted_nouns, harm_verbs, harm_words,
    is_closed, state_words, states,
};
pub(super) use people::{Person, force, group_of, is_paired, is_plural_only, person};
pub(super) use sport::{is_sport, may_be_sport};

/// The entries of a list: sections in brackets, comments after `#`, entries as `split` cuts a line.
fn sections(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut section = "";
    list.lines().filter_map(move |line| {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            return None;
        }
        Some((section, line))
    })
}

/// The words of one section of a list, in their order.
fn word_list(list: &'static str, section: &'static str) -> impl Iterator<Item = &'static str> {
    sections(list)
        .filter(move |(name, _)| *name == section)
        .flat_map(|(_, line)| line.split(','))
        .map(str::trim)
        .filter(|word| !word.is_empty())
}
