//! Victims given by their names: "police named the victims as Ada Brun, 41, and Jan Dill, 17", "the dead were identified
//! as …". Scenes go in; one claim with the count of the names comes out. Without ages it reads nothing: names alone do
//! not say where one person ends and the next begins.

use std::ops::Range;

use super::figure::{Figure, FigureKind};
use super::scene::{Here, each};
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::english::lexicon::Person;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Bound, Effect, Group};
use crate::text::{QuantityKind, Tag};

const NAME: &str = "identified";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "victims given by their names and ages: \"named the victims as Ada Brun, 41, and Jan Dill, 17\"",
    corpus: include_str!("identified.md"),
    cues,
    find,
};

/// Who is named.
const NAMED: &[(&str, Effect)] = &[
    ("victims", Effect::Killed),
    ("victim", Effect::Killed),
    ("dead", Effect::Killed),
    ("deceased", Effect::Killed),
    ("killed", Effect::Killed),
    ("fatalities", Effect::Killed),
    ("injured", Effect::Injured),
    ("wounded", Effect::Injured),
    ("missing", Effect::Missing),
    ("arrested", Effect::Detained),
    ("detained", Effect::Detained),
    ("hostages", Effect::Detained),
];
/// What names them.
const NAMES: &[&str] = &["identify", "name"];
/// How far behind those named the names may begin.
const REACH: usize = 8;

fn cues(cues: &mut Cues) {
    let verbs = cues.verbs(NAMES.iter().copied());
    let named = cues.words(NAMED.iter().map(|(word, _)| *word));
    cues.enough(verbs | named);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        let names = |at: usize| NAMES.contains(&&*here.verb_lemma(at));
        if !here.sentence.tokens.clone().any(names) {
            return;
        }
        for at in here.sentence.tokens.clone() {
            let Some((_, effect)) = NAMED.iter().find(|(word, _)| here.view.is(at, &[word])) else {
                continue;
            };
            let near = at.saturating_sub(REACH)..at + REACH;
            let opens = (at + 1..at + REACH).find(|&as_| here.view.is(as_, &["as", ":"]));
            let Some(first) = opens.filter(|_| near.clone().any(names)).map(|at| at + 1) else { continue };
            if let Some(people) = listed(&here, first) {
                // "named the two victims as": told already.
                let mut told = findings.casualties_within(here.sentence.span);
                if told.any(|(_, casualty)| casualty.effect() == *effect && casualty.value() == people.low) {
                    return;
                }
                drop(told);
                sight(&here, Sighting::new(&people, *effect, at..first, NAME, 85), findings);
                return;
            }
        }
    });
}

/// The names with ages from a token to the end of the sentence, as one figure.
fn listed(here: &Here<'_>, first: usize) -> Option<Figure> {
    let end = here.sentence.tokens.end;
    let aged = |name: &Range<usize>| {
        let comma = here.view.is(name.end, &[",", "("]);
        let quantities = here.analysis.quantities.get(here.sentence.quantities.clone()).unwrap_or_default();
        comma
            && quantities.iter().any(|quantity| {
                quantity.tokens.start == name.end + 1 && quantity.kind == QuantityKind::Age
                    || here.view.word(name.end + 1).parse::<u64>().is_ok_and(|age| age <= AGE_MAX)
            })
    };
    let mut names: Vec<Range<usize>> = Vec::new();
    let mut at = first;
    while at < end {
        let stop = (at..end).find(|&token| here.view.tag(token) != Tag::ProperNoun).unwrap_or(end);
        if stop > at && aged(&(at..stop)) {
            names.push(at..stop);
        }
        at = stop.max(at + 1);
    }
    let whole = names.first()?.start..names.last()?.end;
    let head = whole.end.checked_sub(1)?;
    let count = u64::try_from(names.len()).ok()?;
    let phrase = here.sentence.phrases.clone().find(|&phrase| {
        here.analysis.phrases.get(phrase).is_some_and(|phrase| phrase.tokens.contains(&whole.start))
    })?;
    Some(Figure {
        phrase,
        noun_phrase: phrase,
        tokens: whole.clone(),
        core: whole,
        head: Some(head),
        person: Person::Known(Group::People),
        kind: FigureKind::Counted,
        low: count,
        high: None,
        bound: Bound::Exact,
        more: false,
    })
}

/// The oldest age that a name is given.
const AGE_MAX: u64 = 110;
