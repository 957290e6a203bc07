//! The people a sentence counts. Its phrases go in; figures come out: counted people ("at least 29 villagers"), bare
//! numbers ("35 wounded"), one person ("a construction engineer"), nobody ("no one"). Never says what happened to
//! them.

use std::ops::Range;
use std::sync::LazyLock;

use super::as_many::as_many;
use crate::extract::english::lexicon::{Person, is_paired, is_plural_only, person};
use crate::model::{Bound, Group};
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::gazetteer::is_people;
use crate::text::{Analysis, Phrase, Quantity, QuantityKind, Sentence, Tag};

/// How a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FigureKind {
    /// A number with its people.
    Counted,
    /// A number alone.
    Bare,
    /// A number of a set named before: "two of them".
    Share,
    /// One person without a number, not known before: "a man".
    One,
    /// One person known by a description or a name: "the driver".
    TheOne,
    /// "no one", "no passengers".
    Nobody,
}

/// People counted in a sentence.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    /// Position of its phrase; of the number's phrase when noun and number are two ("dozens of people").
    pub(super) phrase: usize,
    /// Position of the noun's phrase.
    pub(super) noun_phrase: usize,
    /// All its tokens, bound words and noun included.
    pub(super) tokens: Range<usize>,
    /// The words that are its own: the number, or the head noun.
    pub(super) core: Range<usize>,
    /// The head noun.
    pub(super) head: Option<usize>,
    /// What the head noun is.
    pub(super) person: Person,
    /// How it counts.
    pub(super) kind: FigureKind,
    /// The figure.
    pub(super) low: u64,
    /// Upper end of a range.
    pub(super) high: Option<u64>,
    /// Its bound.
    pub(super) bound: Bound,
    /// "another four", "two more": on top of others.
    pub(super) more: bool,
}

impl Figure {
    /// A number that says nothing of whom it counts.
    pub(super) fn bare(phrase: usize, quantity: &Quantity) -> Self {
        Self {
            phrase,
            noun_phrase: phrase,
            tokens: quantity.tokens.clone(),
            core: quantity.number.clone(),
            head: None,
            person: Person::Unknown,
            kind: FigureKind::Bare,
            low: quantity.low,
            high: quantity.high,
            bound: quantity.bound,
            more: false,
        }
    }

    /// The group of its head noun, when it has a listed one.
    pub(super) fn group(&self) -> Option<Group> {
        match self.person {
            Person::Known(group) => Some(group),
            Person::Likely | Person::Unknown | Person::No => None,
        }
    }

    /// Whether the head noun may be people: surely so when `only`, else whenever it is not surely something else.
    pub(super) fn may_be_people(&self, only: bool) -> bool {
        match self.person {
            Person::Known(_) | Person::Likely => true,
            Person::Unknown => !only || self.head.is_none(),
            Person::No => false,
        }
    }
}

/// Words that put a figure on top of another.
const MORE: &[&str] = &["more", "other", "others", "another", "further", "additional"];
/// Pronouns that stand for people named before.
const ANAPHORS: &[&str] = &["them", "whom", "those", "these", "us", "which", "their", "its", "own"];
/// Nouns that hold a number of people: "a total of 29 people", "a group of 12".
const HOLDERS: &[&str] = &["total", "family", "group", "crowd", "number", "crew", "team"];

/// Pronouns that are people by themselves.
const SOMEBODY: &[&str] = &["someone", "somebody", "nobody", "none", "one"];

/// The figures of a sentence, in order.
pub(super) fn figures(analysis: &Analysis<'_>, sentence: &Sentence, view: View<'_>) -> Vec<Figure> {
    let mut found: Vec<Figure> = sentence
        .phrases
        .clone()
        .filter_map(|at| {
            let phrase = analysis.phrases.get(at)?;
            // "a 42-year-old driver" is one driver: only a count counts.
            let quantity =
                phrase.quantity.get().and_then(|quantity| analysis.quantities.get(quantity)).filter(
                    |quantity| quantity.kind == QuantityKind::Count || quantity.number.contains(&phrase.head),
                );
            match quantity {
                Some(quantity) => counted(analysis, sentence, view, at, phrase, quantity),
                None => single(analysis, sentence, view, at, phrase),
            }
        })
        .collect();
    count_heads(view, &mut found);
    let told_by_others = as_many(analysis, sentence, view, &found);
    if !told_by_others.is_empty() {
        found.extend(told_by_others);
        found.sort_by_key(|figure| figure.tokens.start);
    }
    found
}

/// Nouns for several people at once.
const HOUSEHOLDS: &[&str] = &["families", "households", "couples"];

/// "3,400 families (around 17,000 persons)": the people are the figure, whatever they are counted in.
fn count_heads(view: View<'_>, figures: &mut Vec<Figure>) {
    let mut at = 0;
    while let [homes, people, ..] = figures.get(at..).unwrap_or_default() {
        let inside = people.head.is_some_and(|head| view.is(head, &["people", "persons", "individuals"]))
            && view.is(people.tokens.start.wrapping_sub(1), &["("])
            && homes.tokens.end + 1 == people.tokens.start;
        let closed = view.is(people.tokens.end, &[")"]);
        if inside && closed && homes.head.is_some_and(|head| view.is(head, HOUSEHOLDS)) {
            let tokens = homes.tokens.start..people.tokens.end + 1;
            let merged =
                Figure { tokens, phrase: homes.phrase, noun_phrase: homes.noun_phrase, ..people.clone() };
            figures.splice(at..at + 2, [merged]);
        }
        at += 1;
    }
}

fn counted(
    analysis: &Analysis<'_>,
    sentence: &Sentence,
    view: View<'_>,
    at: usize,
    phrase: &Phrase,
    quantity: &Quantity,
) -> Option<Figure> {
    let age = || is_age_of(analysis, view, phrase) || is_set_off_age(analysis, view, phrase, quantity);
    if quantity.kind != QuantityKind::Count || is_year(view, quantity) || age() {
        return None;
    }
    if view.preceded_by(quantity.tokens.start, &["all", "but"]) {
        return all_but(analysis, sentence, view, at, quantity);
    }
    // "Five dead, Chinese media said": what follows the comma is another phrase.
    let state = quantity.number.end;
    if view.is(state, &["dead", "missing", "injured", "wounded", "hurt", "killed"])
        && view.is(state + 1, &[","])
    {
        let start = phrase.tokens.start.min(quantity.tokens.start);
        let tokens = start..quantity.tokens.end;
        return Some(Figure { tokens, more: more(view, phrase, quantity), ..Figure::bare(at, quantity) });
    }
    let mut figure = Figure {
        tokens: phrase.tokens.start.min(quantity.tokens.start)..phrase.tokens.end.max(quantity.tokens.end),
        more: more(view, phrase, quantity),
        ..Figure::bare(at, quantity)
    };
    if !quantity.number.contains(&phrase.head) && is_nominal(view, phrase.head) {
        // "took 14 aid workers hostage": the last word is what became of them.
        let state = phrase.head > quantity.number.end
            && view.is(phrase.head, &["hostage", "captive", "prisoner", "dead", "missing"])
            && is_several(analysis, view, phrase.head - 1);
        let head = if state { phrase.head - 1 } else { phrase.head };
        figure.tokens.end = figure.tokens.end.min(head + 1);
        figure.head = Some(head);
    } else if let Some((other, noun)) = of_phrase(analysis, sentence, at) {
        figure.tokens.end = noun.tokens.end;
        figure.noun_phrase = other;
        let anaphoric = view.is(noun.head, ANAPHORS);
        let definite = noun
            .determiner
            .get()
            .is_some_and(|token| view.is(token, &["the", "those", "these", "its", "their", "his", "our"]));
        figure.kind = if anaphoric || definite { FigureKind::Share } else { FigureKind::Counted };
        if !anaphoric {
            figure.head = Some(noun.head);
        }
    }
    // "killed a family of six and four guests": the family is what is killed, the number says how many they are.
    if figure.kind == FigureKind::Bare
        && let Some((of, holder)) = phrase.of.get().and_then(|of| Some((of, analysis.phrases.get(of)?)))
        && view.is(holder.head, HOLDERS)
        && holder.quantity.get().is_none()
    {
        figure.noun_phrase = of;
        figure.kind = FigureKind::Counted;
        figure.tokens.start = holder.tokens.start.min(figure.tokens.start);
    }
    if view.is(figure.tokens.end, &["more", "others"]) {
        figure.tokens.end += 1;
        figure.more = true;
    }
    if let Some(head) = figure.head {
        figure.person = person_at(analysis, view, head);
        if figure.person == Person::No {
            return None;
        }
        if figure.kind == FigureKind::Bare {
            figure.kind = FigureKind::Counted;
        }
        if view.is(head, &["others", "other"]) {
            figure.more = true;
        }
    }
    Some(figure)
}

/// "Freed all but two of the 27 villagers": the two are those whom it did not befall, 25 those whom it did.
fn all_but(
    analysis: &Analysis<'_>,
    sentence: &Sentence,
    view: View<'_>,
    at: usize,
    rest: &Quantity,
) -> Option<Figure> {
    let (noun_phrase, noun) = of_phrase(analysis, sentence, at)?;
    let whole = noun.quantity.get().and_then(|whole| analysis.quantities.get(whole))?;
    let low = whole.low.checked_sub(rest.low).filter(|low| *low > 1 && rest.high.or(whole.high).is_none())?;
    let person = person_at(analysis, view, noun.head);
    Some(Figure {
        phrase: at,
        noun_phrase,
        tokens: rest.tokens.start - 2..noun.tokens.end,
        core: rest.number.start..whole.number.end,
        head: Some(noun.head),
        person,
        kind: FigureKind::Counted,
        low,
        bound: whole.bound,
        ..Figure::bare(at, rest)
    })
    .filter(|figure| figure.person != Person::No)
}

/// "In 1959 floods drowned dozens": a number of four digits without a comma behind "in" is a year.
fn is_year(view: View<'_>, quantity: &Quantity) -> bool {
    let word = view.word(quantity.number.start);
    quantity.number.len() == 1
        && word.len() == 4
        && word.bytes().all(|byte| byte.is_ascii_digit())
        && (1500..2100).contains(&quantity.low)
        && view.is(
            quantity.tokens.start.wrapping_sub(1),
            &["in", "since", "during", "until", "of", "from", "by"],
        )
}

/// "A man of 40", "a boy of four": one person and how old he is.
fn is_age_of(analysis: &Analysis<'_>, view: View<'_>, phrase: &Phrase) -> bool {
    let Some(noun) = phrase.of.get().and_then(|of| analysis.phrases.get(of)) else { return false };
    let bare = phrase.quantity.get().is_some_and(|at| {
        analysis.quantities.get(at).is_some_and(|quantity| quantity.number.contains(&phrase.head))
    });
    let one = noun.determiner.get().is_some_and(|at| view.is(at, &["a", "an", "the", "one"]));
    bare && one
        && noun.quantity.get().is_none()
        && matches!(person_at(analysis, view, noun.head), Person::Known(_))
        && !is_several(analysis, view, noun.head)
        && !view.is(noun.head, HOLDERS)
}

/// "A woman, 34, and her son were hurt": a number between commas behind one person is an age.
fn is_set_off_age(analysis: &Analysis<'_>, view: View<'_>, phrase: &Phrase, quantity: &Quantity) -> bool {
    let (first, end) = (quantity.tokens.start, quantity.tokens.end);
    let bare = quantity.number.contains(&phrase.head) && quantity.high.is_none();
    let noun =
        first.checked_sub(2).filter(|_| view.is(first.wrapping_sub(1), &[","]) && view.is(end, &[",", "."]));
    let one = |noun: usize| {
        view.tag(noun) == Tag::Noun
            && !is_several(analysis, view, noun)
            && matches!(person_at(analysis, view, noun), Person::Known(_) | Person::Likely)
    };
    bare && (1..=AGE_MAX).contains(&quantity.low) && noun.is_some_and(one)
}

fn single(
    analysis: &Analysis<'_>,
    sentence: &Sentence,
    view: View<'_>,
    at: usize,
    phrase: &Phrase,
) -> Option<Figure> {
    let head = phrase.head;
    let word = view.word(head);
    if !matches!(view.tag(head), Tag::Noun | Tag::ProperNoun | Tag::Adjective) && !SOMEBODY.contains(&word) {
        return None;
    }
    if let Some(figure) = named(analysis, view, at, phrase) {
        return Some(figure);
    }
    let determiner = phrase.determiner.get().map_or("", |token| view.word(token));
    let (kind, low) = if matches!(word, "nobody" | "none") || determiner == "no" {
        (FigureKind::Nobody, 0)
    } else if determiner == "both" {
        (FigureKind::Share, 2)
    } else if matches!(determiner, "a" | "an" | "another" | "one") {
        (FigureKind::One, 1)
    } else if determiner.is_empty() && sentence.heading {
        (FigureKind::One, 1)
    } else {
        (FigureKind::TheOne, 1)
    };
    let person = match person_at(analysis, view, head) {
        // "A Briton": one of a people, whatever the word ends in.
        Person::Unknown
            if kind == FigureKind::One && view.capital(head) && is_people(&format!("{word}s")) =>
        {
            Person::Likely
        }
        known => known,
    };
    if kind == FigureKind::Nobody {
        if !matches!(person, Person::Known(_) | Person::Likely) && !matches!(word, "nobody" | "none" | "one")
        {
            return None;
        }
    } else if !matches!(person, Person::Known(_) | Person::Likely)
        || is_several(analysis, view, head) != (low == 2)
        || low == 2 && phrase.tokens.clone().chain([phrase.tokens.end]).any(|at| view.is(at, &["and"]))
    {
        // "Both drivers" are two; "both drivers and passengers" are not.
        return None;
    }
    // "My father died": who speaks tells of himself, not of the event.
    if matches!(determiner, "my" | "our") {
        return None;
    }
    // "a family of five" counts five: the number speaks for itself.
    if HOLDERS.contains(&word) {
        return None;
    }
    let low = if matches!(word, "couple" | "twins" | "newlyweds") { 2 } else { low };
    Some(Figure {
        phrase: at,
        noun_phrase: at,
        tokens: phrase.tokens.clone(),
        core: head..head + 1,
        head: Some(head),
        person,
        kind,
        low,
        high: None,
        bound: Bound::Exact,
        more: determiner == "another",
    })
}

/// "Ada Brun, 31, was hit": a name with an age is somebody the report introduces.
fn named(analysis: &Analysis<'_>, view: View<'_>, at: usize, phrase: &Phrase) -> Option<Figure> {
    let end = phrase.tokens.end;
    let age = view.is(end, &[","])
        && view.word(end + 1).parse::<u64>().is_ok_and(|age| (1..=AGE_MAX).contains(&age))
        && (view.is(end + 2, &[","]) || view.is(end + 2, &["of", "from", "was"]));
    if !age || !phrase.name || phrase.determiner.get().is_some() {
        return None;
    }
    let group = phrase.tokens.clone().find_map(|token| match person_at(analysis, view, token) {
        Person::Known(group) => Some(group),
        _ => None,
    });
    Some(Figure {
        phrase: at,
        noun_phrase: at,
        tokens: phrase.tokens.clone(),
        core: phrase.head..phrase.head + 1,
        head: Some(phrase.head),
        person: Person::Known(group.unwrap_or(Group::People)),
        kind: FigureKind::One,
        low: 1,
        high: None,
        bound: Bound::Exact,
        more: false,
    })
}

/// The oldest age that a name is given.
const AGE_MAX: u64 = 110;

/// The phrase that follows through "of": the people of "dozens of people".
fn of_phrase<'a>(analysis: &'a Analysis<'_>, sentence: &Sentence, at: usize) -> Option<(usize, &'a Phrase)> {
    (at + 1..sentence.phrases.end.min(at + 4))
        .filter_map(|other| Some((other, analysis.phrases.get(other)?)))
        .find(|(_, phrase)| phrase.of.get() == Some(at))
}

fn more(view: View<'_>, phrase: &Phrase, quantity: &Quantity) -> bool {
    let first = phrase.tokens.start.min(quantity.tokens.start);
    let last = phrase.tokens.end.max(quantity.tokens.end);
    let bound = quantity.tokens.start..quantity.number.start;
    (first.saturating_sub(1)..=last)
        .filter(|at| !bound.contains(at) && !quantity.number.contains(at))
        .any(|at| view.is(at, MORE))
}

fn is_nominal(view: View<'_>, head: usize) -> bool {
    matches!(view.tag(head), Tag::Noun | Tag::ProperNoun | Tag::Pronoun)
}

/// What a head noun is, looked up with the word before it.
pub(super) fn person_at(analysis: &Analysis<'_>, view: View<'_>, head: usize) -> Person {
    let before = head.checked_sub(1).map(|at| view.word(at)).filter(|word| !word.is_empty());
    // "Holding the nation hostage" holds nobody.
    if view.is(head, &["hostage"]) && view.tag_before(head) == Tag::Noun {
        let held = person(None, &view.noun(head - 1));
        if !matches!(held, Person::Known(_) | Person::Likely) {
            return Person::No;
        }
    }
    if view.known(head).is_some()
        && let Some(person) = PERSONS.at(view, head).alone(view.tag(head), before.is_some())
    {
        return person;
    }
    let lemma = analysis.lemma(head);
    match person(before, &lemma) {
        Person::Unknown | Person::Likely if view.word(head) != lemma => match person(before, view.word(head))
        {
            Person::Unknown => person(before, &lemma),
            found => found,
        },
        found => found,
    }
}

static PERSONS: LazyLock<Listed<ByItself>> = LazyLock::new(|| Listed::new(ByItself::of));

/// What a word is as a head noun, when no word stands before it.
#[derive(Debug, Clone, Copy)]
struct ByItself {
    /// Where it is a noun.
    noun: Person,
    /// Where it is neither noun nor verb.
    written: Person,
    /// No word before it makes it something else.
    single: bool,
}

impl ByItself {
    fn of(word: &str) -> Self {
        let singular = lemma::noun(word);
        let written = person(None, word);
        let noun = match person(None, &singular) {
            found @ (Person::Unknown | Person::Likely) if *singular != *word => match written {
                Person::Unknown => found,
                written => written,
            },
            found => found,
        };
        Self { noun, written, single: !is_paired(word) && !is_paired(&singular) }
    }

    /// What it is with a tag, unless that hangs on the word before it.
    fn alone(self, tag: Tag, behind_a_word: bool) -> Option<Person> {
        match tag {
            _ if behind_a_word && !self.single => None,
            Tag::Noun => Some(self.noun),
            Tag::Verb | Tag::Aux => None,
            _ => Some(self.written),
        }
    }
}

static IS_SEVERAL: LazyLock<Listed<bool>> =
    LazyLock::new(|| Listed::new(|word| is_plural_only(word) || is_people(word)));

fn is_several(analysis: &Analysis<'_>, view: View<'_>, head: usize) -> bool {
    IS_SEVERAL.at(view, head) || *analysis.lemma(head) != *view.word(head)
}
