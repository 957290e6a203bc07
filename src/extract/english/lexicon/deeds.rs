//! Verbs of deeds, as a table. A base form goes in; the acts that it can be a deed of come out, and whether the verb itself is
//! the deed or what stands behind it. Knows nothing of sentences.

use std::sync::LazyLock;

use super::{sections, word_list};
use crate::model::Act;
use crate::text::english::word_map::{WordMap, WordSet};

const LIST: &str = include_str!("deeds.txt");

/// What a verb can be a deed of.
#[derive(Debug, Clone)]
pub(in super::super) struct Verb {
    /// Whether the verb itself is the deed ("freed the prisoners"), else what it decides ("ordered the release").
    pub(in super::super) does: bool,
    pub(in super::super) acts: Vec<Act>,
}

static VERBS: LazyLock<WordMap<&'static str, Verb>> = LazyLock::new(|| {
    let mut verbs: WordMap<&str, Verb> = WordMap::default();
    for (section, line) in sections(LIST).filter(|(section, _)| matches!(*section, "does" | "decides")) {
        let Some((verb, acts)) = line.split_once(':') else { continue };
        let acts = acts.split_whitespace().filter_map(Act::parse).collect();
        verbs.insert(verb.trim(), Verb { does: section == "does", acts });
    }
    verbs
});

static OBJECTS: LazyLock<Vec<(Act, WordSet<&'static str>)>> = LazyLock::new(|| {
    let mut objects: Vec<(Act, WordSet<&str>)> = Vec::new();
    for (_, line) in sections(LIST).filter(|(section, _)| *section == "objects") {
        let (act, words) = match line.split_once(':') {
            Some((act, words)) => (Act::parse(act.trim()), words),
            None => (None, line),
        };
        objects.extend(act.map(|act| (act, WordSet::default())));
        if let Some((_, last)) = objects.last_mut() {
            last.extend(words.split(',').map(str::trim).filter(|word| !word.is_empty()));
        }
    }
    objects
});

/// Whether the noun, by its singular, can be what the act is done to.
pub(in super::super) fn is_object(act: Act, noun: &str) -> bool {
    OBJECTS.iter().any(|(of, words)| *of == act && words.contains(noun))
        || act == Act::Withdraw && is_force(noun)
        || act == Act::Ceasefire && is_fought(noun)
}

/// All that some act is done to.
pub(in super::super) fn objects() -> impl Iterator<Item = &'static str> {
    let own = OBJECTS.iter().flat_map(|(_, words)| words);
    own.chain(FORCES.iter()).chain(FOUGHT.iter()).copied()
}

static FORCES: LazyLock<WordSet<&'static str>> = LazyLock::new(|| word_list(LIST, "forces").collect());

/// Whether the noun is who leaves when somebody withdraws.
pub(in super::super) fn is_force(noun: &str) -> bool {
    FORCES.contains(noun)
}

static FOUGHT: LazyLock<WordSet<&'static str>> = LazyLock::new(|| word_list(LIST, "fought").collect());

/// Whether the noun is what ends when somebody ends violence.
pub(in super::super) fn is_fought(noun: &str) -> bool {
    FOUGHT.contains(noun)
}

/// What this verb can be a deed of, by its base form.
pub(in super::super) fn verb(base: &str) -> Option<&'static Verb> {
    VERBS.get(base)
}

/// Every verb with whether it does or decides.
pub(in super::super) fn verbs() -> impl Iterator<Item = (&'static str, bool)> {
    VERBS.iter().map(|(verb, of)| (*verb, of.does))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_verb_with_acts_that_are_known() {
        for (_, line) in sections(LIST).filter(|(section, _)| matches!(*section, "does" | "decides")) {
            let (verb, acts) = line.split_once(':').expect(line);
            assert!(!verb.contains(' ') && !acts.trim().is_empty(), "{line}");
            for act in acts.split_whitespace() {
                assert!(Act::parse(act).is_some(), "no act is called {act}");
            }
        }
    }
}
