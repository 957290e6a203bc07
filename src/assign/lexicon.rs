//! What words are as terms of a report. Comes in: words in small letters, and names with their class. Goes out: the terms
//! they may count as, by number. That follows from the word alone, and nearly every word of a report was in one of the
//! reports before: so it is remembered, and forgotten as a whole beyond a bound. Never changes an answer by it.

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use foldhash::HashMap;
use rust_stemmers::{Algorithm, Stemmer};

use super::features::{NEWS_WORD, WORD, sound};
use super::terms::beginning;
use crate::text::english::word_map::{WordMap, WordSet, in_eight};

/// Words remembered, and their bytes with those of the terms; a report has a few hundred words, and reports in one
/// language share most of theirs.
const WORDS_REMEMBERED: usize = 32_768;
const BYTES_REMEMBERED: usize = 1 << 20;

/// Lexicons that are kept while nobody uses them: one for each report that is read at the same time on usual machines.
const KEPT: usize = 8;

static STOP: LazyLock<WordSet<&'static str>> =
    LazyLock::new(|| listed(include_str!("data/stop.txt")).collect());

static NEWS_STEMS: LazyLock<WordSet<String>> = LazyLock::new(|| {
    let stemmer = Stemmer::create(Algorithm::English);
    listed(include_str!("data/newswords.txt")).map(|word| stemmer.stem(word).into_owned()).collect()
});

static KINDS: LazyLock<WordMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("data/kinds.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .flat_map(|(kind, words)| words.split_whitespace().map(move |word| (word, kind)))
        .collect()
});

fn listed(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

static IDLE: Mutex<Vec<Lexicon>> = Mutex::new(Vec::new());

/// What is remembered of words.
pub(super) struct Lexicon {
    words: HashMap<Box<str>, u32>,
    /// Those of at most eight bytes, which most are, by these.
    short: HashMap<u64, u32>,
    lexemes: Vec<Lexeme>,
    numbers: HashMap<Arc<str>, u32>,
    terms: Vec<Arc<str>>,
    /// Their beginnings: numbers that are ordered as these.
    beginnings: Vec<u64>,
    /// Of words and terms.
    bytes: usize,
    /// The text of the term that is looked for.
    text: String,
    stemmer: Stemmer,
}

/// A word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lexeme {
    /// It tells nothing: it is on the list of such, or shorter than three letters.
    pub(super) idle: bool,
    /// The kind of event that it names, if it names one.
    pub(super) kind: Option<u32>,
    /// The term that it is as a name, and as a word with what that weighs; worked out when first asked.
    name: Option<u32>,
    word: Option<(u32, f32)>,
}

impl Lexicon {
    /// Lends one to a report.
    pub(super) fn lend<T>(read: impl FnOnce(&mut Self) -> T) -> T {
        let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let mut lexicon = kept.filter(|lexicon| !lexicon.is_full()).unwrap_or_else(Self::new);
        let answer = read(&mut lexicon);
        let mut idle = idle();
        if idle.len() < KEPT {
            idle.push(lexicon);
        }
        answer
    }

    fn new() -> Self {
        Self {
            words: HashMap::default(),
            short: HashMap::default(),
            lexemes: Vec::new(),
            numbers: HashMap::default(),
            terms: Vec::new(),
            beginnings: Vec::new(),
            bytes: 0,
            text: String::new(),
            stemmer: Stemmer::create(Algorithm::English),
        }
    }

    fn is_full(&self) -> bool {
        self.lexemes.len() > WORDS_REMEMBERED || self.bytes > BYTES_REMEMBERED
    }

    /// The number of a word.
    pub(super) fn word(&mut self, lower: &str) -> u32 {
        let short = in_eight(lower);
        let known = short.map_or_else(|| self.words.get(lower), |short| self.short.get(&short));
        if let Some(&number) = known {
            return number;
        }
        let kind = KINDS.get(lower).map(|kind| self.term('k', kind));
        let idle = lower.len() < 3 || STOP.contains(lower);
        self.lexemes.push(Lexeme { idle, kind, ..Lexeme::default() });
        let number = u32::try_from(self.lexemes.len() - 1).unwrap_or(u32::MAX);
        self.bytes += lower.len();
        match short {
            Some(short) => self.short.insert(short, number),
            None => self.words.insert(Box::from(lower), number),
        };
        number
    }

    /// What is known of a word.
    pub(super) fn lexeme(&self, word: u32) -> Lexeme {
        self.lexemes.get(word as usize).copied().unwrap_or_default()
    }

    /// The term that a word is as a name.
    pub(super) fn as_name(&mut self, word: u32, lower: &str) -> u32 {
        if let Some(name) = self.lexeme(word).name {
            return name;
        }
        let name = self.term('n', &sound(lower));
        if let Some(lexeme) = self.lexemes.get_mut(word as usize) {
            lexeme.name = Some(name);
        }
        name
    }

    /// The term that a word is as a word, and its base weight.
    pub(super) fn as_word(&mut self, word: u32, lower: &str) -> (u32, f32) {
        if let Some(known) = self.lexeme(word).word {
            return known;
        }
        let stem = self.stemmer.stem(lower);
        let base = if NEWS_STEMS.contains(stem.as_ref()) { NEWS_WORD } else { WORD };
        let known = (self.term('w', &stem), base);
        if let Some(lexeme) = self.lexemes.get_mut(word as usize) {
            lexeme.word = Some(known);
        }
        known
    }

    /// The number of a term by its class and name.
    pub(super) fn term(&mut self, class: char, name: &str) -> u32 {
        self.text.clear();
        self.text.extend([class, ':']);
        self.text.push_str(name);
        if let Some(&number) = self.numbers.get(self.text.as_str()) {
            return number;
        }
        let text: Arc<str> = Arc::from(self.text.as_str());
        let number = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
        self.bytes += text.len();
        self.beginnings.push(beginning(&text));
        self.terms.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// Which of two terms comes first by its text.
    pub(super) fn by_text(&self, one: u32, other: u32) -> Ordering {
        let beginning = |term: u32| self.beginnings.get(term as usize);
        let text = |term: u32| self.terms.get(term as usize);
        beginning(one).cmp(&beginning(other)).then_with(|| text(one).cmp(&text(other)))
    }

    /// The text of a term: class and name.
    pub(super) fn text(&self, term: u32) -> Arc<str> {
        self.terms.get(term as usize).map_or_else(Arc::default, Arc::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_lexicon_is_forgotten_and_answers_as_before() {
        let lent = || {
            Lexicon::lend(|lexicon| {
                let word = lexicon.word("flooding");
                let (term, base) = lexicon.as_word(word, "flooding");
                (lexicon.text(term), base, lexicon.lexeme(word).kind.map(|kind| lexicon.text(kind)))
            })
        };
        let before = lent();
        assert_eq!((&*before.0, before.2.as_deref()), ("w:flood", Some("k:flood")));
        let full = |fill: fn(usize) -> String, count: usize| {
            Lexicon::lend(|lexicon| {
                for number in 0..=count {
                    lexicon.word(&fill(number));
                }
                lexicon.is_full()
            })
        };
        assert!(full(|number| format!("word{number}"), WORDS_REMEMBERED), "of many words");
        assert!(full(|number| format!("{number:06000}"), BYTES_REMEMBERED / 6000), "of long ones");
        assert_eq!(lent(), before);
    }
}
