//! A number told by another: "killed 12 soldiers and as many civilians", "wounded six and left as many missing". The figures
//! of a sentence go in; those that are as many as the one before them come out. Never multiplies: "twice as many" is no
//! number that the text gives.

use super::figure::{Figure, FigureKind, person_at};
use crate::extract::english::lexicon::Person;
use crate::text::english::view::View;
use crate::text::{Analysis, Phrase, Sentence, Tag};

/// Figures that are as many as the one before them, at their places in the sentence.
pub(super) fn as_many(
    analysis: &Analysis<'_>,
    sentence: &Sentence,
    view: View<'_>,
    figures: &[Figure],
) -> Vec<Figure> {
    if figures.iter().all(|figure| figure.low < 2) {
        return Vec::new();
    }
    let said = |&at: &usize| view.follows(at, &["as", "many"]) && !view.is(at + 2, &["as"]);
    let places = sentence.tokens.clone().filter(said);
    places.filter_map(|at| told_by(analysis, sentence, view, figures, at)).collect()
}

fn told_by(
    analysis: &Analysis<'_>,
    sentence: &Sentence,
    view: View<'_>,
    figures: &[Figure],
    at: usize,
) -> Option<Figure> {
    // "Twice as many", "half as many", "in as many days".
    let joins = view.is(at.wrapping_sub(1), &["and", ","]) || view.tag_before(at) == Tag::Verb;
    let before = figures.iter().rfind(|figure| figure.tokens.end <= at && figure.low > 1);
    let before = before.filter(|_| joins)?;
    let counts = matches!(before.kind, FigureKind::Counted | FigureKind::Bare);
    let phrases = sentence.phrases.clone().filter_map(|at| Some((at, analysis.phrases.get(at)?)));
    let holds = |phrase: &Phrase| phrase.tokens.contains(&(at + 2)) || phrase.tokens.contains(&(at + 1));
    let (place, phrase) = phrases.into_iter().find(|(_, phrase)| holds(phrase)).filter(|_| counts)?;
    let noun = (phrase.head > at + 1).then_some(phrase.head);
    let person = noun.map_or(Person::Unknown, |head| person_at(analysis, view, head));
    // "As many were hurt": of people, like those before.
    let people = match noun {
        Some(_) => matches!(person, Person::Known(_) | Person::Likely),
        None => before.may_be_people(true),
    };
    people.then(|| Figure {
        phrase: place,
        noun_phrase: place,
        tokens: at..noun.map_or(at + 2, |head| head + 1),
        core: at..at + 2,
        head: noun,
        person,
        kind: if noun.is_some() { FigureKind::Counted } else { FigureKind::Bare },
        more: false,
        ..before.clone()
    })
}
