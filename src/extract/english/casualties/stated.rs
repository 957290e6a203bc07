//! A number beside a state: "29 dead and 35 wounded", "leaving 17 soldiers dead", "dozens are missing", "45 dead
//! soldiers", "20 in custody". Scenes go in, claims come out.

use super::figure::{Figure, FigureKind};
use super::predicate::{Predicate, Sort};
use super::scene::{Here, each};
use super::telling::{Sighting, tell};
use crate::extract::english::lexicon::Frame;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::text::{Tag, Voice};

const NAME: &str = "stated";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "a number beside a state: \"29 dead and 35 wounded\", \"leaving 17 dead\", \"dozens are missing\"",
    corpus: include_str!("stated.md"),
    find,
};

/// Words that may stand between the people and their state.
const BETWEEN: &[&str] = &[
    "confirmed",
    "feared",
    "presumed",
    "believed",
    "reported",
    "now",
    "still",
    "already",
    "more",
    "others",
    "other",
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "being",
    "remain",
    "remained",
    "left",
    "lay",
    "lie",
    "also",
    "listed",
    "as",
    "seriously",
    "critically",
    "severely",
    "badly",
    "lightly",
    "slightly",
    "known",
    "to",
    "have",
    "has",
    "had",
    "found",
    ",",
];

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for predicate in &here.scene.predicates {
            if !beside_a_number(&here, predicate) {
                continue;
            }
            for (figure, weight) in people(&here, predicate) {
                let state = predicate.sort == Sort::State;
                let known = matches!(figure.kind, FigureKind::One | FigureKind::TheOne) && !state;
                if !known && figure.may_be_people(predicate.people_only && !state) {
                    let said = figure.tokens.end.min(predicate.main)..predicate.tokens.end;
                    tell(&here, &Sighting::new(figure, predicate.effect, said, NAME, weight), findings);
                }
            }
        }
    });
}

/// States always, verbs only as participles that something else did not make active.
fn beside_a_number(here: &Here<'_>, predicate: &Predicate) -> bool {
    match predicate.sort {
        Sort::State => true,
        Sort::Verb(Frame::Befalls) => false,
        Sort::Verb(_) => {
            let active = here
                .clause_of_verb(predicate.main)
                .and_then(|clause| clause.verb.as_ref())
                .is_some_and(|verb| verb.voice == Voice::Active);
            predicate.participle
                && !active
                && here.figure_after(predicate.tokens.end, 0).is_none()
                && !here
                    .view
                    .follows(predicate.tokens.end, &["and"])
                    .then(|| here.view.form(predicate.tokens.end + 1))
                    .is_some_and(|form| form != crate::text::VerbForm::None)
        }
    }
}

fn people<'r>(here: &Here<'r>, predicate: &Predicate) -> Vec<(&'r Figure, u8)> {
    // "45 dead soldiers": the state lies inside the figure.
    if let Some(figure) = here
        .scene
        .figures
        .iter()
        .find(|figure| figure.tokens.contains(&predicate.main) && figure.core.end <= predicate.main)
    {
        return vec![(figure, 70)];
    }
    // "29 dead", "29 people dead": nothing in between. "10 tourists, 2 guides dead": the list shares its state.
    let weight = if predicate.sort == Sort::State { 70 } else { 55 };
    if let Some(figure) = here.scene.figures.iter().find(|figure| figure.tokens.end == predicate.main) {
        let list = here.list_before(figure).into_iter().map(|member| (member, 38));
        return std::iter::once((figure, weight)).chain(list).collect();
    }
    // "Missing: 12".
    if here.view.is(predicate.tokens.end, &[":", "–", "-", "—"])
        && let Some(figure) =
            here.scene.figures.iter().find(|figure| figure.tokens.start == predicate.tokens.end + 1)
    {
        return vec![(figure, 70)];
    }
    if predicate.sort != Sort::State {
        return Vec::new();
    }
    // "at least nine people are dead".
    let clause =
        here.clauses().find(|clause| clause.predicate.is_some_and(|at| predicate.tokens.contains(&at)));
    if let Some(clause) = clause {
        let found: Vec<(&Figure, u8)> = clause
            .subject
            .iter()
            .chain(&clause.objects)
            .filter_map(|&phrase| here.figure_of(phrase))
            .filter(|figure| here.asserts(clause, figure.low > 1))
            .map(|figure| (figure, 60))
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    let negated = predicate.main.checked_sub(1).is_some_and(|at| here.view.is(at, &["not", "no"]));
    let noun_follows =
        matches!(here.view.tag(predicate.tokens.end), Tag::Noun) && predicate.tokens.len() == 1;
    if negated || noun_follows {
        return Vec::new();
    }
    here.figure_before(predicate.main, BETWEEN).map(|figure| vec![(figure, 50)]).unwrap_or_default()
}
