//! What a report is about, as weighted terms. Comes in: an article. Goes out: the kinds of event, parties, places, names
//! and telling words in it, weighed by where they stand: the title and the first lines say what is new, the rest recalls.
//! Never looks at other articles.

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use foldhash::{HashMap, HashMapExt};

use super::lexicon::{Lexeme, Lexicon};
use super::words::{Word, words};
use crate::model::{Article, Span};
use crate::text::gazetteer::{Entity, EntityKind, Gazetteer};

/// How much of a text is looked at, in bytes: enough for any report; of longer ones the beginning says what they are about.
const LOOKED_AT: usize = 6_000;

/// The first lines of the body, in bytes: the lead of a news report.
const LEAD: usize = 450;

/// Terms kept of one article, and of its title and lead; the lightest are dropped.
const TERMS_KEPT: usize = 80;

/// The weighted terms of an article, sorted by their text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features {
    /// Those of the whole text and those of title and lead.
    pub terms: Vec<Term>,
}

/// A term of an article. Its text begins with its class: `k:` kind of event, `c:` country or international body, `p:`
/// another party or place of the gazetteer, `n:` other name, `w:` word.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Class and word.
    pub text: Arc<str>,
    /// Its weight in the whole text, if it is among the heaviest there.
    pub whole: Option<f32>,
    /// Its weight in title and lead alone, if it is among the heaviest there.
    pub head: Option<f32>,
}

/// The features of an article.
pub fn of(article: &Article, gazetteer: &Gazetteer) -> Features {
    let text = beginning(&article.text, LOOKED_AT);
    let small = text.to_ascii_lowercase();
    let parts = Parts { title_end: article.title.len(), lead_end: article.body_start() + LEAD };
    let entities = gazetteer.find(text);
    let words = words(text, &small);
    Lexicon::lend(|lexicon| {
        let mut tally = Tally { terms: HashMap::with_capacity(words.len()) };
        let named = |entity: &&Entity| entity.name.chars().any(char::is_alphabetic);
        for entity in entities.iter().filter(named) {
            if let Some((class, base)) = entity_weight(entity.kind) {
                let weight = parts.weight(entity.span.start);
                tally.add(lexicon.term(class, &entity.name), weight, base);
                if let Some(party) = entity.party.as_ref().filter(|party| **party != entity.name) {
                    tally.add(lexicon.term('c', party), weight, COUNTRY);
                }
            }
        }
        for word in distinct(&words, &entities, &parts, article.body_start(), lexicon) {
            if let Some(kind) = word.lexeme.kind.filter(|_| word.kind.is_some()) {
                tally.add(kind, word.kind, KIND);
            }
            if word.name.is_some() {
                tally.add(lexicon.as_name(word.number, word.lower), word.name, NAME);
            }
            if word.word.is_some() {
                let (term, base) = lexicon.as_word(word.number, word.lower);
                tally.add(term, word.word, base);
            }
        }
        tally.heaviest(lexicon)
    })
}

/// Where the parts of a text end.
struct Parts {
    title_end: usize,
    lead_end: usize,
}

impl Parts {
    /// What it weighs that a term stands there.
    const fn weight(&self, at: usize) -> Weight {
        let weight = if at < self.title_end {
            3.0
        } else if at < self.lead_end {
            2.0
        } else {
            1.0
        };
        Weight { whole: weight, head: if at < self.lead_end { weight } else { 0.0 } }
    }
}

/// The places where a term stands, weighed: whole numbers, so that their sum is the same in any order.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    whole: f32,
    /// Of the places in title and lead.
    head: f32,
}

impl Weight {
    fn is_some(self) -> bool {
        self.whole > 0.0
    }

    fn add(&mut self, other: Self) {
        self.whole += other.whole;
        self.head += other.head;
    }
}

/// A word of the text with all places where it stands.
struct Distinct<'a> {
    lower: &'a str,
    number: u32,
    lexeme: Lexeme,
    /// It is written with a capital where no sentence begins. Titles do not count: many write every word large.
    named: bool,
    /// Where it may name a kind of event, where it counts as a name, and where as a word.
    kind: Weight,
    name: Weight,
    word: Weight,
}

/// The words of a text, each once, with what each of its places counts as.
fn distinct<'a>(
    words: &'a [Word<'_>],
    entities: &[Entity],
    parts: &Parts,
    body_start: usize,
    lexicon: &mut Lexicon,
) -> Vec<Distinct<'a>> {
    let mut all: Vec<Distinct<'a>> = Vec::with_capacity(words.len());
    let mut places: HashMap<u32, usize> = HashMap::with_capacity(words.len());
    let mut which: Vec<usize> = Vec::with_capacity(words.len());
    for word in words {
        let lower: &str = &word.lower;
        let number = lexicon.word(lower);
        let place = *places.entry(number).or_insert_with(|| {
            let (lexeme, nowhere) = (lexicon.lexeme(number), Weight::default());
            let (kind, name, word) = (nowhere, nowhere, nowhere);
            all.push(Distinct { lower, number, lexeme, named: false, kind, name, word });
            all.len() - 1
        });
        if let Some(distinct) = all.get_mut(place) {
            distinct.named |= word.capital && !word.opens && word.at >= body_start;
        }
        which.push(place);
    }
    let mut in_entity = Covered { entities, next: 0 };
    for (word, place) in words.iter().zip(which) {
        let Some(distinct) = all.get_mut(place).filter(|distinct| !distinct.lexeme.idle) else { continue };
        let weight = parts.weight(word.at);
        distinct.kind.add(weight);
        match in_entity.at(word.at) {
            Some(false) => {}
            None if distinct.named => distinct.name.add(weight),
            _ if word.letters => distinct.word.add(weight),
            _ => {}
        }
    }
    all
}

/// Base weights by class, found by trial on streams of several events in the same days.
const KIND: f32 = 1.5;
const COUNTRY: f32 = 1.1;
const NAME: f32 = 1.6;
pub(super) const WORD: f32 = 1.0;
pub(super) const NEWS_WORD: f32 = 0.25;

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

/// The places where a term stands, and the largest of its base weights there.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    places: Weight,
    base: Weight,
}

impl Sum {
    fn add(&mut self, places: Weight, base: f32) {
        self.places.add(places);
        self.base.whole = self.base.whole.max(base);
        if places.head > 0.0 {
            self.base.head = self.base.head.max(base);
        }
    }

    fn weight(self) -> Weight {
        Weight {
            whole: logarithm(self.places.whole) * self.base.whole,
            head: logarithm(self.places.head) * self.base.head,
        }
    }
}

/// What the places of a term weigh together, which is a whole number: of small ones it is looked up.
fn logarithm(places: f32) -> f32 {
    static SMALL: LazyLock<Vec<f32>> =
        LazyLock::new(|| (0..256).map(|places| (places as f32).ln_1p()).collect());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sum of places, which is no fraction"
    )]
    let place = places as usize;
    SMALL.get(place).copied().unwrap_or_else(|| places.ln_1p())
}

/// Terms by their number in the lexicon.
struct Tally {
    terms: HashMap<u32, Sum>,
}

impl Tally {
    fn add(&mut self, term: u32, places: Weight, base: f32) {
        self.terms.entry(term).or_default().add(places, base);
    }

    /// The heaviest terms of the whole text and those of title and lead; of equal ones the first by name.
    fn heaviest(self, lexicon: &Lexicon) -> Features {
        let mut terms: Vec<(u32, Weight)> =
            self.terms.into_iter().map(|(term, sum)| (term, sum.weight())).collect();
        let by_name = |one: u32, other: u32| lexicon.by_text(one, other);
        drop_lightest(&mut terms, |weight| &mut weight.whole, by_name);
        drop_lightest(&mut terms, |weight| &mut weight.head, by_name);
        terms.retain(|(_, weight)| weight.whole > 0.0 || weight.head > 0.0);
        terms.sort_unstable_by(|(one, _), (other, _)| by_name(*one, *other));
        let kept = |weight: f32| Some(weight).filter(|weight| *weight > 0.0);
        let term = |(term, Weight { whole, head })| Term {
            text: lexicon.text(term),
            whole: kept(whole),
            head: kept(head),
        };
        Features { terms: terms.into_iter().map(term).collect() }
    }
}

/// Makes the weight of all but the heaviest terms nothing; of equal ones the first by name are kept.
fn drop_lightest(
    terms: &mut [(u32, Weight)],
    weight: impl Fn(&mut Weight) -> &mut f32,
    by_name: impl Fn(u32, u32) -> Ordering,
) {
    let weighed = terms.iter_mut().enumerate().map(|(at, (term, weights))| (*weight(weights), *term, at));
    let mut weighed: Vec<(f32, u32, usize)> = weighed.filter(|(weight, ..)| *weight > 0.0).collect();
    if weighed.len() <= TERMS_KEPT {
        return;
    }
    weighed.select_nth_unstable_by(TERMS_KEPT, |one, other| {
        other.0.total_cmp(&one.0).then_with(|| by_name(one.1, other.1))
    });
    for (_, _, at) in weighed.into_iter().skip(TERMS_KEPT) {
        if let Some((_, weights)) = terms.get_mut(at) {
            *weight(weights) = 0.0;
        }
    }
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
