//! By which words a rule recognises that a sentence may concern it. Comes in: what each rule says of its words. Goes out:
//! the marks of any word, and which rules the marked words of a sentence may concern. May say yes where nothing is to be
//! read, never no where something is: a rule without its words finds nothing.

use crate::text::english::view::View;
use crate::text::english::word_map::{ShortWords, WordMap};
use crate::text::english::{lemma, word_class};
use crate::text::skim::{Marked, Marks, NUMBER, QUOTED, Readers};

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

/// Whether the words of a sentence, not tagged yet, may say what their marks promise.
pub type Words = fn(View<'_>) -> bool;

/// Words that are enough for the rules that said so.
#[derive(Debug, Clone, Copy)]
struct Enough {
    /// All of these in one sentence.
    together: Marks,
    /// Of two marks, one soon after the other.
    near: Option<(Marks, Marks)>,
    /// And what is asked of the words as they stand.
    words: Option<Words>,
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
    /// The marks of every word of ASCII that has some, worked out beforehand.
    known: WordMap<Box<str>, Marks>,
    /// Those of the short ones again.
    short: ShortWords<Marks>,
    enough: Vec<Enough>,
    /// Positions in `enough` by the place of one mark that each of them wants.
    by_mark: Vec<Vec<usize>>,
    /// The sets so far, so that two rules with the same words share a mark.
    sets: Vec<(Forms, Vec<Box<str>>)>,
    /// The rule that speaks.
    rule: Readers,
    /// Rules that also go on from what was found in other sentences.
    going_on: Readers,
}

impl Cues {
    /// Of these rules. A rule that names no words goes on from what others have found.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut cues = Self {
            written: WordMap::default(),
            verbs: WordMap::default(),
            nouns: WordMap::default(),
            known: WordMap::default(),
            short: ShortWords::of(std::iter::empty()),
            enough: Vec::new(),
            by_mark: vec![Vec::new(); Marks::COUNT],
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
        let bases = cues.verbs.keys().chain(cues.nouns.keys());
        let forms = bases.flat_map(|base| regular_forms(base)).map(String::into_boxed_str);
        let irregular = lemma::irregular_forms().map(Box::from);
        let words = cues.written.keys().cloned().chain(irregular).chain(forms);
        let marked = words.map(|word| (cues.marks_of_any(&word), word)).filter(|(marks, _)| !marks.is_none());
        let known = marked.map(|(marks, word)| (word, marks)).collect();
        cues.known = known;
        cues.short = ShortWords::of(cues.known.iter().map(|(word, marks)| (&**word, *marks)));
        for (place, enough) in cues.enough.iter().enumerate() {
            // Words of a set were named first when they say more; numbers and quotations stand everywhere.
            let telling = enough.together.without(NUMBER | QUOTED);
            let mark = telling.places().next().or_else(|| enough.together.places().next());
            if let Some(places) = mark.and_then(|mark| cues.by_mark.get_mut(mark)) {
                places.push(place);
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
        self.add(marks, None, None);
    }

    /// These marks together in one sentence are enough for the rule where its words answer yes.
    pub fn enough_where(&mut self, marks: Marks, words: Words) {
        self.add(marks, None, Some(words));
    }

    /// A word with the one mark, and soon after it a word with the other, are enough for the rule.
    pub fn enough_near(&mut self, first: Marks, then: Marks) {
        self.add(first | then, Some((first, then)), None);
    }

    /// The same where the words of the sentence answer yes.
    pub fn enough_near_where(&mut self, first: Marks, then: Marks, words: Words) {
        self.add(first | then, Some((first, then)), Some(words));
    }

    /// Once something was found in an article, the rule may go on from it in sentences without its words.
    pub fn goes_on(&mut self) {
        self.going_on |= self.rule;
    }

    /// The bit of the rule at a place; none when it may go on from what was found, so that every sentence may concern it.
    pub(super) fn reader(&self, place: usize, found: bool) -> Option<Readers> {
        Some(reader(place)).filter(|reader| !found || self.going_on & reader == 0)
    }

    fn add(&mut self, together: Marks, near: Option<(Marks, Marks)>, words: Option<Words>) {
        let asks_the_same = |other: Option<Words>| match (other, words) {
            (Some(other), Some(words)) => std::ptr::fn_addr_eq(other, words),
            (other, words) => other.is_none() && words.is_none(),
        };
        let same = |other: &&mut Enough| {
            other.together == together && other.near == near && asks_the_same(other.words)
        };
        match self.enough.iter_mut().find(same) {
            Some(enough) => enough.rules |= self.rule,
            None => self.enough.push(Enough { together, near, words, rules: self.rule }),
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

    /// The marks of a word in lower case, of at most eight letters, as [`ShortWords`] knows it, if it has some.
    #[inline]
    pub(super) fn marks_of_short(&self, word: u64) -> Option<Marks> {
        self.short.get(word)
    }

    /// The marks of a word in lower case.
    pub(super) fn marks(&self, word: &str) -> Marks {
        match self.known.get(word) {
            Some(marks) => *marks,
            None if word.bytes().all(|byte| byte.is_ascii_lowercase()) => Marks::NONE,
            None => self.marks_of_any(word),
        }
    }

    fn marks_of_any(&self, word: &str) -> Marks {
        let own = self.written.get(word).copied().unwrap_or_default();
        let as_verb = self.verbs.get(&*lemma::verb(word)).copied().unwrap_or_default();
        let as_noun = self.nouns.get(&*lemma::noun(word)).copied().unwrap_or_default();
        own | as_verb | as_noun
    }

    /// The rules that the marked words of a stretch may concern, in the order of the text; `around` are marks that hold
    /// of the whole stretch.
    pub(super) fn concerned(&self, marked: &[Marked], around: Marks) -> Readers {
        self.concerned_where(marked, around, |_| true)
    }

    /// Those of the rules that the words of the sentence may concern as they stand, whether it is quoted or not.
    pub(super) fn concerned_by_words(&self, marked: &[Marked], view: View<'_>) -> Readers {
        self.concerned_where(marked, QUOTED, |words| words(view))
    }

    fn concerned_where(&self, marked: &[Marked], around: Marks, asked: impl Fn(Words) -> bool) -> Readers {
        let marks = marked.iter().fold(around, |marks, word| marks | word.marks);
        let mut rules = 0;
        self.wanting(marks, |enough| {
            let news = rules & enough.rules != enough.rules;
            if news && enough.met_by(marks, marked) && enough.words.is_none_or(&asked) {
                rules |= enough.rules;
            }
            false
        });
        rules
    }

    /// Whether the marked words of a stretch may concern any rule.
    pub(super) fn concern_some(&self, marked: &[Marked], around: Marks) -> bool {
        let marks = marked.iter().fold(around, |marks, word| marks | word.marks);
        self.wanting(marks, |enough| enough.met_by(marks, marked))
    }

    /// Asks of all that want one of these marks, until one answers yes; says whether one did.
    fn wanting(&self, marks: Marks, mut asked: impl FnMut(&Enough) -> bool) -> bool {
        marks.any_place(|mark| {
            let wanting = self.by_mark.get(mark).map_or(&[][..], Vec::as_slice);
            wanting.iter().any(|&place| self.enough.get(place).is_some_and(&mut asked))
        })
    }
}

impl Enough {
    /// Whether the marked words, which have these marks together, are enough.
    fn met_by(&self, marks: Marks, marked: &[Marked]) -> bool {
        marks.hold(self.together) && self.near.is_none_or(|pair| follow_soon(marked, pair))
    }
}

/// Whether a word with the second mark stands soon after one with the first.
fn follow_soon(marked: &[Marked], (first, then): (Marks, Marks)) -> bool {
    let mut last = None;
    marked.iter().any(|word| {
        let follows = word.marks.meet(then) && last.is_some_and(|last| word.at - last <= NEAR_BYTES);
        if word.marks.meet(first) {
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
const fn mark_of(place: usize) -> Marks {
    // The first two are those of quotations and numbers.
    Marks::at(place + 2)
}

/// The letters by which a word is found in a text that is not cut into tokens: of several words the first, of one with
/// a hyphen or an apostrophe the longest run.
fn letters(word: &str) -> Box<str> {
    let first = word.split(' ').next().unwrap_or_default();
    let runs = first.split(|sign: char| !sign.is_alphabetic());
    Box::from(runs.max_by_key(|run| run.len()).unwrap_or_default())
}

/// Every spelling that a regular ending may make of a word, right or wrong: those from which `lemma` finds it are among them.
fn regular_forms(base: &str) -> Vec<String> {
    let mut forms: Vec<String> = ["", "s", "es", "d", "ed", "ing"].map(|end| format!("{base}{end}")).into();
    if let Some(last) = base.chars().next_back() {
        forms.push(format!("{base}{last}ed"));
        forms.push(format!("{base}{last}ing"));
    }
    if let Some(stem) = base.strip_suffix('y') {
        forms.push(format!("{stem}ies"));
        forms.push(format!("{stem}ied"));
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
    use crate::text::english::tag;

    #[test]
    fn every_set_has_a_mark_of_its_own() {
        // One that shared its mark would let pass every sentence with words of the other.
        let cues = Cues::of(RULES);
        let marks = (0..cues.sets.len()).fold(Marks::NONE, |marks, place| marks | mark_of(place));
        assert_eq!(marks.places().count(), cues.sets.len());
        assert!(RULES.len() < Readers::BITS as usize);
    }

    #[test]
    fn every_word_with_a_mark_is_known() {
        let cues = Cues::of(RULES);
        let bases: Vec<&str> = cues.verbs.keys().chain(cues.nouns.keys()).map(|base| &**base).collect();
        let ends = ["s", "es", "ies", "ves", "d", "ed", "ied", "ing", "ying", "ning", "ted", "e", "y"];
        let cut = |base: &str, bytes: usize| base.get(..base.len().checked_sub(bytes)?).map(str::to_owned);
        let stems = bases.iter().flat_map(|base| (0..=3).filter_map(|bytes| cut(base, bytes)));
        let forms = stems.flat_map(|stem| ends.map(|end| format!("{stem}{end}")));
        let doubled = bases.iter().flat_map(|base| {
            ["ed", "ing"].map(|end| base.to_string() + base.get(base.len() - 1..).unwrap_or_default() + end)
        });
        let usual = tag::vocabulary().map(str::to_owned);
        let mut marked = 0;
        for word in usual.chain(forms).chain(doubled).chain(bases.iter().map(ToString::to_string)) {
            if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
                let marks = cues.marks_of_any(&word);
                assert_eq!(cues.marks(&word), marks, "{word}");
                if let Some(short) = ShortWords::<Marks>::key(&word) {
                    assert_eq!(cues.marks_of_short(short).unwrap_or_default(), marks, "{word}");
                }
                marked += usize::from(!marks.is_none());
            }
        }
        assert!(marked > 1000, "{marked}");
    }
}
