//! What demands ask for, as a table: head words with what they must act on. A word goes in, the lines it heads come
//! out, in the order of the table. Knows nothing of sentences.

use std::sync::LazyLock;

use super::{sections, word_list};
use crate::model::Act;
use crate::text::english::word_map::{WordMap, WordSet};

/// A line of the table: an act, with the words of which one must stand near its head; without any the head is enough.
#[derive(Debug)]
pub(in super::super) struct Cue {
    pub(in super::super) act: Act,
    pub(in super::super) objects: WordSet<&'static str>,
}

struct Table {
    cues: Vec<Cue>,
    /// From a head word to the places of its lines.
    heads: WordMap<&'static str, Vec<usize>>,
    stops: WordSet<&'static str>,
    compounds: WordSet<&'static str>,
    presses: WordSet<&'static str>,
    quiet: WordSet<&'static str>,
    fighting: WordSet<&'static str>,
    holding: WordSet<&'static str>,
    captives: WordSet<&'static str>,
    aid: WordSet<&'static str>,
    spans: WordSet<&'static str>,
    serving: WordSet<&'static str>,
}

const LIST: &str = include_str!("acts.txt");

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let classes: WordMap<&str, WordSet<&'static str>> =
        entries("classes").into_iter().map(|(name, words)| (name, words.into_iter().collect())).collect();
    let mut table = Table {
        cues: Vec::new(),
        heads: WordMap::default(),
        stops: word_list(LIST, "stops").collect(),
        compounds: word_list(LIST, "compounds").collect(),
        presses: word_list(LIST, "presses").collect(),
        quiet: word_list(LIST, "quiet").collect(),
        fighting: word_list(LIST, "fighting").collect(),
        holding: word_list(LIST, "holding").collect(),
        captives: classes.get("captives").cloned().unwrap_or_default(),
        aid: classes.get("aid").cloned().unwrap_or_default(),
        spans: word_list(LIST, "spans").collect(),
        serving: word_list(LIST, "serving").collect(),
    };
    for (name, words) in entries("acts") {
        let Some(act) = Act::parse(name) else { continue };
        let mut objects = WordSet::default();
        let mut head = true;
        for word in words {
            match word {
                "|" => head = false,
                word if head => table.heads.entry(word).or_default().push(table.cues.len()),
                word => match word.strip_prefix('@').and_then(|class| classes.get(class)) {
                    Some(class) => objects.extend(class),
                    None => drop(objects.insert(word)),
                },
            }
        }
        table.cues.push(Cue { act, objects });
    }
    table
});

/// The entries of a section: a name and its words, a bar among them as a word of its own.
fn entries(section: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for (_, line) in sections(LIST).filter(|(name, _)| *name == section) {
        let words = match line.split_once(':') {
            Some((name, words)) => {
                found.push((name, Vec::new()));
                words
            }
            None => line,
        };
        let Some((_, entry)) = found.last_mut() else { continue };
        for (at, side) in words.split('|').enumerate() {
            if at > 0 {
                entry.push("|");
            }
            entry.extend(side.split(',').map(str::trim).filter(|word| !word.is_empty()));
        }
    }
    found
}

/// The lines that one of these forms of a word heads, in the order of the table.
pub(in super::super) fn cues(forms: &[&str]) -> impl Iterator<Item = &'static Cue> + use<> {
    let mut places: Vec<usize> =
        forms.iter().filter_map(|form| TABLE.heads.get(form)).flatten().copied().collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().filter_map(|place| TABLE.cues.get(place))
}

/// Every word that heads a line or asks for an end of violence alone.
pub(in super::super) fn heads() -> impl Iterator<Item = &'static str> {
    TABLE.heads.keys().chain(&TABLE.quiet).copied()
}

/// Whether the rest after this word is no longer what is asked for.
pub(in super::super) fn stops(word: &str) -> bool {
    TABLE.stops.contains(word)
}

/// Whether the word makes the one before a part of a name for people ("aid agency").
pub(in super::super) fn is_compound(word: &str) -> bool {
    TABLE.compounds.contains(word)
}

/// Whether who does this "to demand" something demands it ("march", "continue").
pub(in super::super) fn presses(base: &str) -> bool {
    TABLE.presses.contains(base)
}

/// Whether the word alone asks for an end of violence ("calm").
pub(in super::super) fn is_quiet(word: &str) -> bool {
    TABLE.quiet.contains(word)
}

/// Whether the noun tells of two sides that fight ("clash").
pub(in super::super) fn is_fighting(noun: &str) -> bool {
    TABLE.fighting.contains(noun)
}

/// Whether who does this holds somebody ("detain").
pub(in super::super) fn is_holding(base: &str) -> bool {
    TABLE.holding.contains(base)
}

/// Whether the noun tells of people who can be held.
pub(in super::super) fn is_captive(noun: &str) -> bool {
    TABLE.captives.contains(noun)
}

/// Whether the noun is help for people in need, or its way to them.
pub(in super::super) fn is_aid(noun: &str) -> bool {
    TABLE.aid.contains(noun)
}

/// Whether the word is a unit of time.
pub(in super::super) fn is_span(word: &str) -> bool {
    TABLE.spans.contains(word)
}

/// Whether the verb says what an agreement is for.
pub(in super::super) fn serves(word: &str) -> bool {
    TABLE.serving.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_an_act_and_every_class_is_known() {
        for (name, words) in entries("acts") {
            assert!(Act::parse(name).is_some(), "no act is called {name}");
            for class in words.iter().filter_map(|word| word.strip_prefix('@')) {
                assert!(entries("classes").iter().any(|(known, _)| *known == class), "no class {class}");
            }
        }
    }

    #[test]
    fn the_first_line_decides() {
        assert_eq!(cues(&["lift"]).next().map(|cue| cue.act), Some(Act::LiftSanction));
        assert!(cues(&["umbrella"]).next().is_none());
    }
}
