//! What a report is about, as weighted terms. Comes in: an article. Goes out: the kinds of event, parties, places, names
//! and telling words in it, weighed by where they stand: the title and the first lines say what is new, the rest recalls.
//! Never looks at other articles.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::model::{Article, Span};
use crate::text::gazetteer::{Entity, EntityKind, Gazetteer};

/// How much of a text is looked at, in bytes: enough for any report; of longer ones the beginning says what they are about.
const LOOKED_AT: usize = 6_000;

/// The first lines of the body, in bytes: the lead of a news report.
const LEAD: usize = 450;

/// Terms kept of one article; the lightest are dropped.
pub const TERMS_KEPT: usize = 80;

/// The weighted terms of an article. Terms begin with their class: `k:` kind of event, `p:` party or place of the
/// gazetteer, `n:` other name, `w:` word.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features {
    /// All of the text.
    pub whole: BTreeMap<String, f32>,
    /// Title and lead alone.
    pub head: BTreeMap<String, f32>,
}

static STOP: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| listed(include_str!("data/stop.txt")).collect());

static NEWS_STEMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let stemmer = Stemmer::create(Algorithm::English);
    listed(include_str!("data/newswords.txt")).map(|word| stemmer.stem(word).into_owned()).collect()
});

static KINDS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
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

/// A word of the text.
struct Word<'a> {
    at: usize,
    text: &'a str,
    lower: String,
    capital: bool,
    /// Whether a sentence or line begins here, so that its capital says nothing.
    opens: bool,
}

/// The features of an article.
pub fn of(article: &Article, gazetteer: &Gazetteer) -> Features {
    let text = beginning(&article.text, LOOKED_AT);
    let lead_end = article.body_start() + LEAD;
    let entities = gazetteer.find(text);
    let words = words(text);
    let names = names(&words, article.body_start());
    let mut whole = Tally::default();
    let mut head = Tally::default();
    let weigh = |at: usize| {
        if at < article.title.len() {
            3.0
        } else if at < lead_end {
            2.0
        } else {
            1.0
        }
    };
    let mut add = |term: &str, at: usize, base: f32| {
        whole.add(term, weigh(at), base);
        if at < lead_end {
            head.add(term, weigh(at), base);
        }
    };
    let named = |entity: &&Entity| entity.name.chars().any(char::is_alphabetic);
    for entity in entities.iter().filter(named) {
        if let Some((class, base)) = entity_weight(entity.kind) {
            add(&classed(class, &entity.name), entity.span.start, base);
            if let Some(party) = entity.party.as_ref().filter(|party| **party != entity.name) {
                add(&classed('c', party), entity.span.start, COUNTRY);
            }
        }
    }
    let stemmer = Stemmer::create(Algorithm::English);
    // Most words come again: what they are as terms is worked out once.
    let mut heard: HashMap<&str, String> = HashMap::new();
    let mut stems: HashMap<&str, (String, f32)> = HashMap::new();
    let mut in_entity = Covered { entities: &entities, next: 0 };
    for word in &words {
        if STOP.contains(word.lower.as_str()) || word.lower.len() < 3 {
            continue;
        }
        if let Some(kind) = KINDS.get(word.lower.as_str()) {
            add(&classed('k', kind), word.at, KIND);
        }
        let covered = in_entity.at(word.at);
        if covered == Some(false) {
            continue;
        }
        if covered.is_none() && names.contains(&word.lower) {
            let term = heard.entry(&word.lower).or_insert_with(|| classed('n', &sound(&word.lower)));
            add(term, word.at, NAME);
        } else if word.text.chars().all(char::is_alphabetic) {
            let (term, base) = stems.entry(&word.lower).or_insert_with(|| {
                let stem = stemmer.stem(&word.lower);
                let base = if NEWS_STEMS.contains(stem.as_ref()) { NEWS_WORD } else { WORD };
                (classed('w', &stem), base)
            });
            add(term, word.at, *base);
        }
    }
    Features { whole: whole.heaviest(TERMS_KEPT), head: head.heaviest(TERMS_KEPT) }
}

/// A term with its class.
fn classed(class: char, term: &str) -> String {
    format!("{class}:{term}")
}

/// Base weights by class, found by trial on streams of several events in the same days.
const KIND: f32 = 1.5;
const COUNTRY: f32 = 1.1;
const NAME: f32 = 1.6;
const WORD: f32 = 1.0;
const NEWS_WORD: f32 = 0.25;

/// How much the name of a party or place says about what a report is about; nothing for roles.
const fn entity_weight(kind: EntityKind) -> Option<(char, f32)> {
    match kind {
        EntityKind::Country | EntityKind::Demonym | EntityKind::Capital | EntityKind::Metonym => {
            Some(('c', COUNTRY))
        }
        // International bodies comment on every event.
        EntityKind::Body => Some(('c', 0.5)),
        EntityKind::City
        | EntityKind::Region
        | EntityKind::Territory
        | EntityKind::ArmedGroup
        | EntityKind::Person
        | EntityKind::Organisation => Some(('p', NAME)),
        EntityKind::Role(_) => None,
    }
}

/// The sum of position weights per term.
#[derive(Default)]
struct Tally {
    terms: BTreeMap<String, (f32, f32)>,
}

impl Tally {
    fn add(&mut self, term: &str, weight: f32, base: f32) {
        match self.terms.get_mut(term) {
            Some((sum, most)) => (*sum, *most) = (*sum + weight, most.max(base)),
            None => drop(self.terms.insert(term.to_owned(), (weight, base))),
        }
    }

    /// The heaviest terms; of equal ones the first by name.
    fn heaviest(self, limit: usize) -> BTreeMap<String, f32> {
        let weighed = self.terms.into_iter().map(|(term, (sum, base))| (term, sum.ln_1p() * base));
        cut(weighed.collect(), limit)
    }
}

/// Keeps the heaviest terms; of equal ones the first by name.
pub fn cut(mut terms: Vec<(String, f32)>, limit: usize) -> BTreeMap<String, f32> {
    terms.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    terms.truncate(limit);
    terms.into_iter().collect()
}

/// Entities in order, asked for rising places.
struct Covered<'a> {
    entities: &'a [Entity],
    next: usize,
}

impl Covered<'_> {
    /// Whether a word lies in an entity, and if so, whether that is only a role: "President" is a word like others.
    fn at(&mut self, at: usize) -> Option<bool> {
        while self.entities.get(self.next).is_some_and(|entity| entity.span.end <= at) {
            self.next += 1;
        }
        self.entities
            .get(self.next)
            .filter(|entity| {
                let Span { start, end } = entity.span;
                (start..end).contains(&at)
            })
            .map(|entity| matches!(entity.kind, EntityKind::Role(_)))
    }
}

/// The beginning of a text, not longer than `limit` bytes and whole in its characters.
fn beginning(text: &str, limit: usize) -> &str {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut opens = true;
    for (at, piece) in text.split_word_bound_indices() {
        match piece.chars().next() {
            Some(first) if first.is_alphanumeric() => {
                let bare =
                    piece.strip_suffix("'s").or_else(|| piece.strip_suffix("\u{2019}s")).unwrap_or(piece);
                let lower: String = if bare.is_ascii() { bare.to_ascii_lowercase() } else { plain(bare) };
                words.push(Word { at, text: bare, lower, capital: first.is_uppercase(), opens });
                opens = false;
            }
            Some(
                '.' | '!' | '?' | ':' | '\n' | '\r' | '"' | '\u{201c}' | '\u{201d}' | '-' | '\u{2013}'
                | '\u{2014}',
            ) => opens = true,
            _ => {}
        }
    }
    words
}

/// Lower case without accents.
fn plain(word: &str) -> String {
    word.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// Words written with a capital where no sentence begins. Titles do not count: many write every word large.
fn names(words: &[Word<'_>], body_start: usize) -> BTreeSet<String> {
    words
        .iter()
        .filter(|word| word.capital && !word.opens && word.at >= body_start && word.lower.len() > 2)
        .filter(|word| !STOP.contains(word.lower.as_str()))
        .map(|word| word.lower.clone())
        .collect()
}

/// A name as it sounds, so that transliterations meet: vowels are one, doubled and mute letters fall away.
pub fn sound(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut last = ' ';
    for (at, letter) in name.chars().enumerate() {
        let class = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'j' => 'a',
            'c' | 'k' | 'q' => 'k',
            'z' | 's' => 's',
            'w' | 'v' => 'v',
            'h' if at > 0 => continue,
            other => other,
        };
        if class != last {
            out.push(class);
        }
        last = class;
    }
    // A vowel at the end is often only one way to write the last consonant.
    if out.len() > 4 { out.trim_end_matches('a').to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transliterations_sound_alike() {
        assert_eq!(sound("halonen"), sound("hallonen"));
        assert_eq!(sound("tchaikovsky"), sound("tchaikovski"));
        assert_eq!(sound("mahmoud"), sound("mahmud"));
        assert_ne!(sound("lima"), sound("lisbon"));
    }
}
