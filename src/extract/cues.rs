//! By which words a rule recognises that a sentence may concern it. Comes in: what each rule says of its words. Goes out:
//! the marks of any word, and which rules the marked words of a sentence may concern. May say yes where nothing is to be
//! read, never no where something is: a rule without its words finds nothing.

use std::ops::RangeInclusive;

use crate::text::english::word_map::WordMap;
use crate::text::english::word_scan::prefix_of;
use crate::text::english::{lemma, tag, word_class};
use crate::text::skim::{Marked, Marks, NUMBER, Readers};

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

/// Words that are enough for the rules that said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Enough {
    /// All of these in one sentence.
    together: Marks,
    /// Of two marks, one soon after the other.
    near: Option<(Marks, Marks)>,
    rules: Readers,
}

/// "Soon after" is within so many bytes: eight words of a usual text, and some to spare.
const NEAR_BYTES: usize = 128;

/// What the rules have said of their words.
#[derive(Debug)]
pub struct Cues {
    written: WordMap<Box<str>, Marks>,
    /// By the base form.
    verbs: WordMap<Box<str>, Marks>,
    /// By the singular.
    nouns: WordMap<Box<str>, Marks>,
    /// The marks of the usual words of English, worked out beforehand.
    known: WordMap<Box<str>, Marks>,
    /// How long the words with a mark are that begin so, a bit for each length, by the hash of their beginning.
    beginnings: Box<[u32]>,
    enough: Vec<Enough>,
    /// The sets so far, so that two rules with the same words share a mark.
    sets: Vec<(Forms, Vec<Box<str>>)>,
    /// The rule that speaks.
    rule: Readers,
    /// Rules that also go on from what was found in other sentences.
    going_on: Readers,
}

/// Beginnings are told apart by so many bits of their hash.
const BEGINNING_BITS: u32 = 16;

impl Cues {
    /// Of these rules. A rule that names no words goes on from what others have found.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut cues = Self {
            written: WordMap::default(),
            verbs: WordMap::default(),
            nouns: WordMap::default(),
            known: WordMap::default(),
            beginnings: vec![0; 1 << BEGINNING_BITS].into_boxed_slice(),
            enough: Vec::new(),
            sets: Vec::new(),
            rule: 0,
            going_on: 0,
        };
        for number in word_class::number_words() {
            *cues.written.entry(Box::from(number)).or_default() |= NUMBER;
        }
        for (place, rule) in rules.iter().enumerate() {
            cues.rule = reader(place);
            (rule.cues)(&mut cues);
            if cues.enough.iter().all(|enough| enough.rules & cues.rule == 0) {
                cues.goes_on();
            }
        }
        let listed = cues.written.keys().chain(cues.verbs.keys()).chain(cues.nouns.keys()).cloned();
        let usual = tag::vocabulary().filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()));
        let forms = lemma::irregular_forms().map(Box::from);
        let words: Vec<Box<str>> = usual.map(Box::from).chain(forms).chain(listed).collect();
        for word in words {
            let marks = cues.marks_of_any(&word);
            if marks != 0 {
                cues.begin(&word, word.len()..=word.len());
            }
            cues.known.insert(word, marks);
        }
        let bases: Vec<Box<str>> = cues.verbs.keys().chain(cues.nouns.keys()).cloned().collect();
        for base in bases {
            for form in regular_forms(&base) {
                // Endings take at most a letter from the base and add at most four: "kidnapping", "halves".
                cues.begin(&form, base.len().saturating_sub(1)..=base.len() + 4);
            }
        }
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
        self.add(marks, None);
    }

    /// A word with the one mark, and soon after it a word with the other, are enough for the rule.
    pub fn enough_near(&mut self, first: Marks, then: Marks) {
        self.add(first | then, Some((first, then)));
    }

    /// Once something was found in an article, the rule may go on from it in sentences without its words.
    pub fn goes_on(&mut self) {
        self.going_on |= self.rule;
    }

    /// The bit of the rule at a place; none when it may go on from what was found, so that every sentence may concern it.
    pub(super) fn reader(&self, place: usize, found: bool) -> Option<Readers> {
        Some(reader(place)).filter(|reader| !found || self.going_on & reader == 0)
    }

    fn add(&mut self, together: Marks, near: Option<(Marks, Marks)>) {
        let same = |other: &&mut Enough| other.together == together && other.near == near;
        match self.enough.iter_mut().find(same) {
            Some(enough) => enough.rules |= self.rule,
            None => self.enough.push(Enough { together, near, rules: self.rule }),
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

    fn begin(&mut self, word: &str, lengths: RangeInclusive<usize>) {
        let place = beginning(prefix_of(word.as_bytes()));
        if let Some(beginning) = self.beginnings.get_mut(place) {
            *beginning |= lengths.fold(0, |bits, length| bits | length_bit(length));
        }
    }

    /// Whether a word of so many bytes that begins so may have a mark.
    #[inline]
    pub(super) fn may_mark(&self, prefix: u32, length: usize) -> bool {
        self.beginnings.get(beginning(prefix)).is_none_or(|lengths| lengths & length_bit(length) != 0)
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

    /// The rules that the marked words of a stretch may concern, in the order of the text; `around` are marks that hold
    /// of the whole stretch.
    pub(super) fn concerned(&self, marked: &[Marked], around: Marks) -> Readers {
        let marks = marked.iter().fold(around, |marks, word| marks | word.marks);
        let mut rules = 0;
        if marks == 0 {
            return rules;
        }
        for enough in &self.enough {
            if marks & enough.together == enough.together
                && rules & enough.rules != enough.rules
                && enough.near.is_none_or(|pair| follow_soon(marked, pair))
            {
                rules |= enough.rules;
            }
        }
        rules
    }
}

/// Whether a word with the second mark stands soon after one with the first.
fn follow_soon(marked: &[Marked], (first, then): (Marks, Marks)) -> bool {
    let mut last = None;
    marked.iter().any(|word| {
        let follows = word.marks & then != 0 && last.is_some_and(|last| word.at - last <= NEAR_BYTES);
        if word.marks & first != 0 {
            last = Some(word.at);
        }
        follows
    })
}

/// The bit of the rule at a place. Beyond the bits there are, rules share the last: too many sentences are read then,
/// never too few.
fn reader(place: usize) -> Readers {
    1 << u32::try_from(place).unwrap_or(u32::MAX).min(Readers::BITS - 1)
}

/// The mark of the set at a place. Beyond the bits there are, sets share the last: too many sentences pass then, never
/// too few.
fn mark_of(place: usize) -> Marks {
    let bits = usize::try_from(Marks::BITS).unwrap_or(usize::MAX);
    let free = usize::try_from(NUMBER.trailing_zeros()).unwrap_or(0) + 1;
    1 << (place + free).min(bits - 1)
}

/// The bit of a length; long words share the last.
fn length_bit(length: usize) -> u32 {
    1 << u32::try_from(length).unwrap_or(u32::MAX).min(u32::BITS - 1)
}

/// Where in the table a beginning is noted.
const fn beginning(prefix: u32) -> usize {
    (prefix.wrapping_mul(0x9E37_79B1) >> (u32::BITS - BEGINNING_BITS)) as usize
}

/// The letters by which a word is found in a text that is not cut into tokens: of several words the first, of one with
/// a hyphen or an apostrophe the longest run.
fn letters(word: &str) -> Box<str> {
    let first = word.split(' ').next().unwrap_or_default();
    let runs = first.split(|sign: char| !sign.is_alphabetic());
    Box::from(runs.max_by_key(|run| run.len()).unwrap_or_default())
}

/// How the regular forms of a word may begin and end: only their first letters matter.
fn regular_forms(base: &str) -> Vec<String> {
    let mut forms: Vec<String> = ["", "s", "es", "d", "ed", "ing"].map(|end| format!("{base}{end}")).into();
    if let Some(last) = base.chars().next_back() {
        forms.push(format!("{base}{last}ed"));
        forms.push(format!("{base}{last}ing"));
    }
    if let Some(stem) = base.strip_suffix('y') {
        forms.push(format!("{stem}ies"));
    }
    if let Some(stem) = base.strip_suffix("ie") {
        forms.push(format!("{stem}ying"));
    }
    if let Some(stem) = base.strip_suffix('e') {
        forms.push(format!("{stem}ing"));
    }
    if let Some(stem) = base.strip_suffix('f').or_else(|| base.strip_suffix("fe")) {
        forms.push(format!("{stem}ves"));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::rule::RULES;

    #[test]
    fn every_word_with_a_mark_is_wanted() {
        let cues = Cues::of(RULES);
        let bases = cues.verbs.keys().chain(cues.nouns.keys()).cloned();
        let forms = bases.flat_map(|base| regular_forms(&base));
        let mut marked = 0;
        for word in tag::vocabulary().map(str::to_owned).chain(forms) {
            if word.bytes().all(|byte| byte.is_ascii_lowercase()) && cues.marks(&word) != 0 {
                assert!(cues.may_mark(prefix_of(word.as_bytes()), word.len()), "{word}");
                marked += 1;
            }
        }
        assert!(marked > 1000, "{marked}");
    }
}
