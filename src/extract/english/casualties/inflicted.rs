//! People as the object of what was done to them: "the blast killed 29", "killing at least 12 and wounding 30",
//! "rescuers saved two boys". Scenes go in, claims come out.

use super::counted::ordinal;
use super::figure::{Figure, FigureKind};
use super::predicate::{Predicate, Sort};
use super::scene::{Here, each, harm_cues};
use super::sighting::{Sighting, sight};
use crate::extract::english::lexicon::Frame;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::text::Voice;

const NAME: &str = "inflicted";

/// Words before a verb without a clause of its own that leave it undone.
const NOT_DONE: &[&str] = &[
    "denied", "deny", "denies", "denying", "from", "without", "avoid", "avoided", "against", "to", "not",
    "never", "would", "could", "will", "can", "should", "must", "may", "might",
];

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "people as the object of what was done to them: \"the blast killed 29 people\"",
    corpus: include_str!("inflicted.md"),
    cues: harm_cues,
    find,
};

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for predicate in &here.scene.predicates {
            let Sort::Verb(frame) = predicate.sort else { continue };
            if frame == Frame::Befalls {
                continue;
            }
            for figure in objects(&here, predicate) {
                if predicate.several_only && figure.low < 2 {
                    continue;
                }
                if !figure.may_be_people(predicate.people_only) {
                    continue;
                }
                let weight = if figure.kind == FigureKind::TheOne { 30 } else { 60 };
                let nth = nth_victim(&here, figure);
                let figure = nth.as_ref().unwrap_or(figure);
                sight(
                    &here,
                    Sighting::new(figure, predicate.effect, predicate.tokens.clone(), NAME, weight),
                    findings,
                );
            }
        }
    });
}

/// "The collapse claimed its 13th victim": the count has reached 13.
fn nth_victim(here: &Here<'_>, figure: &Figure) -> Option<Figure> {
    let victim = figure.head.is_some_and(|head| here.view.is(head, &["victim", "fatality"]));
    let phrase = here.analysis.phrases.get(figure.phrase).filter(|_| victim && figure.low == 1)?;
    ordinal(here, figure.phrase, phrase)
}

fn objects<'r>(here: &Here<'r>, predicate: &Predicate) -> Vec<&'r Figure> {
    let clause = here.clause_of_verb(predicate.main);
    if let Some(clause) = clause {
        if clause.verb.as_ref().is_some_and(|verb| verb.voice == Voice::Passive) {
            return Vec::new();
        }
        let found: Vec<&Figure> = clause
            .objects
            .iter()
            .filter_map(|&phrase| here.figure_of(phrase))
            .filter(|figure| here.asserts(clause, figure.low > 1))
            .collect();
        if !found.is_empty() || !clause.objects.is_empty() && !here.asserts(clause, true) {
            return found;
        }
        if !here.asserts(clause, true) {
            return Vec::new();
        }
    }
    let before = here.view.before(predicate.main);
    if NOT_DONE.contains(&before) {
        return Vec::new();
    }
    let from = if predicate.split { predicate.main + 1 } else { predicate.tokens.end };
    // "Twelve drowned and 30 were rescued": behind a conjunction something new begins.
    if here.view.is(from, &["and", "or", "but", "while"]) {
        return Vec::new();
    }
    here.figure_after(from, 3).map(|figure| here.with_list(figure)).unwrap_or_default()
}
