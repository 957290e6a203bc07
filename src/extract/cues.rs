//! By which words a rule recognises that a sentence may concern it. Comes in: what each rule says of its words. Goes out:
//! the marks of any word, and whether the marks of a sentence are enough for some rule. May say yes where nothing is to be
//! read, never no where something is: a rule without its words finds nothing.

use crate::text::english::word_map::WordMap;
use crate::text::english::{lemma, tag};
use crate::text::skim::{Marks, QUOTED};

use super::rule::Rule;

/// Which words of a text a word of a set stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forms {
    /// Itself.
    Written,
    /// Every form of the verb.
    Verb,
    /// Every form of the verb and the plural of the noun.
    All,
}

/// What the rules have said of their words.
#[derive(Debug, Default)]
pub struct Cues {
    written: WordMap<Box<str>, Marks>,
    /// By the base form.
    verbs: WordMap<Box<str>, Marks>,
    /// By the singular.
    nouns: WordMap<Box<str>, Marks>,
    /// The marks of the usual words of English, worked out beforehand.
    known: WordMap<Box<str>, Marks>,
    /// Marks that are enough when all of them stand in one sentence.
    enough: Vec<Marks>,
    /// The sets so far, so that two rules with the same words share a mark.
    sets: Vec<(Forms, Vec<Box<str>>)>,
}

impl Cues {
    /// Of these rules.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut cues = Self::default();
        for rule in rules {
            (rule.cues)(&mut cues);
        }
        let listed = cues.sets.iter().flat_map(|(_, words)| words).cloned();
        let usual = tag::vocabulary().filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()));
        cues.known = usual
            .map(Box::from)
            .chain(listed)
            .map(|word: Box<str>| {
                let marks = cues.marks_of_any(&word);
                (word, marks)
            })
            .collect();
        cues
    }

    /// A set of words as they are written, in lower case.
    pub fn words<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) -> Marks {
        self.set(Forms::Written, words)
    }

    /// A set of verbs by their base forms.
    pub fn verbs<'w>(&mut self, bases: impl IntoIterator<Item = &'w str>) -> Marks {
        self.set(Forms::Verb, bases)
    }

    /// A set of words that count as nouns and as verbs.
    pub fn all_forms<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) -> Marks {
        self.set(Forms::All, words)
    }

    /// These marks together in one sentence are enough for the rule.
    pub fn enough(&mut self, marks: Marks) {
        if !self.enough.contains(&marks) {
            self.enough.push(marks);
        }
    }

    fn set<'w>(&mut self, forms: Forms, words: impl IntoIterator<Item = &'w str>) -> Marks {
        let mut words: Vec<Box<str>> = words.into_iter().map(Box::from).collect();
        words.sort_unstable();
        words.dedup();
        let set = (forms, words);
        let place = self.sets.iter().position(|other| *other == set);
        let mark = mark_of(place.unwrap_or(self.sets.len()));
        if place.is_none() {
            for word in &set.1 {
                *self.written.entry(letters(word)).or_default() |= mark;
                if forms != Forms::Written {
                    *self.verbs.entry(word.clone()).or_default() |= mark;
                }
                if forms == Forms::All {
                    *self.nouns.entry(word.clone()).or_default() |= mark;
                }
            }
            self.sets.push(set);
        }
        mark
    }

    /// The marks of a word in lower case.
    pub(super) fn marks(&self, word: &str) -> Marks {
        self.known.get(word).copied().unwrap_or_else(|| self.marks_of_any(word))
    }

    fn marks_of_any(&self, word: &str) -> Marks {
        let own = self.written.get(word).copied().unwrap_or(0);
        let as_verb = self.verbs.get(&*lemma::verb(word)).copied().unwrap_or(0);
        let as_noun = self.nouns.get(&*lemma::noun(word)).copied().unwrap_or(0);
        own | as_verb | as_noun
    }

    /// Whether some rule may find something in a sentence with these marks.
    pub(super) fn suffice(&self, marks: Marks) -> bool {
        marks != 0 && self.enough.iter().any(|enough| marks & enough == *enough)
    }
}

/// The mark of the set at a place. Beyond the bits there are, sets share the last: too many sentences pass then, never
/// too few.
fn mark_of(place: usize) -> Marks {
    let bits = usize::try_from(Marks::BITS).unwrap_or(usize::MAX);
    let free = usize::try_from(QUOTED.trailing_zeros()).unwrap_or(0) + 1;
    1 << (place + free).min(bits - 1)
}

/// The longest run of letters of a word: by it the word is found in a text that is not cut into tokens.
fn letters(word: &str) -> Box<str> {
    let runs = word.split(|sign: char| !sign.is_alphabetic());
    Box::from(runs.max_by_key(|run| run.len()).unwrap_or_default())
}
