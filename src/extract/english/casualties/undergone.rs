//! People as the subject of what befell them: "29 villagers were killed", "12 people died", "the driver, who was
//! arrested", "people trapped under the roof". Scenes go in, claims come out.

use super::figure::{Figure, FigureKind};
use super::predicate::{Predicate, Sort};
use super::scene::{Here, each};
use super::telling::{Sighting, tell};
use crate::extract::english::lexicon::Frame;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::text::{Clause, Link, Tag, Voice};

const NAME: &str = "undergone";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "people as the subject of what befell them: \"29 villagers were killed\", \"12 people died\"",
    corpus: include_str!("undergone.md"),
    find,
};

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for predicate in &here.scene.predicates {
            let Sort::Verb(frame) = predicate.sort else { continue };
            let Some(clause) = here.clause_of_verb(predicate.main) else { continue };
            if !undergoes(clause, frame) {
                continue;
            }
            for figure in subjects(&here, clause, predicate) {
                let several = figure.low > 1;
                if !figure.may_be_people(predicate.people_only) || !here.asserts(clause, several) {
                    continue;
                }
                let weight = weight(figure, clause);
                tell(
                    &here,
                    &Sighting::new(figure, predicate.effect, predicate.tokens.clone(), NAME, weight),
                    findings,
                );
            }
        }
    });
}

/// What the sentence itself says counts more than what is said of its people by the way.
fn weight(figure: &Figure, clause: &Clause) -> u8 {
    match (figure.kind, clause.link) {
        (FigureKind::TheOne, _) => 30,
        (_, Link::Relative) => 50,
        _ => 60,
    }
}

/// Whether the people stand in the subject.
fn undergoes(clause: &Clause, frame: Frame) -> bool {
    let passive = clause.verb.as_ref().is_some_and(|verb| verb.voice == Voice::Passive);
    match frame {
        Frame::Does => passive,
        Frame::Befalls => !passive,
        Frame::Both => passive || clause.objects.is_empty(),
    }
}

fn subjects<'r>(here: &Here<'r>, clause: &Clause, predicate: &Predicate) -> Vec<&'r Figure> {
    let mut found: Vec<&Figure> =
        clause.subject.iter().filter_map(|&phrase| here.figure_of(phrase)).collect();
    found.dedup_by_key(|figure| figure.phrase);
    if found.is_empty() && clause.subject.is_empty() {
        let start = clause.verb.as_ref().map_or(predicate.main, |verb| verb.tokens.start);
        found.extend(nearest_before(here, start));
    }
    found
}

/// The last figure before a verb without another verb in between: what is left when the clause has no subject.
fn nearest_before<'r>(here: &Here<'r>, verb: usize) -> Option<&'r Figure> {
    let figure = here.scene.figures.iter().rev().find(|figure| figure.tokens.end <= verb)?;
    let between = figure.tokens.end..verb;
    let clear = between.len() <= 8
        && !between.clone().any(|at| matches!(here.view.tag(at), Tag::Verb | Tag::Aux | Tag::Coordinator))
        && !between.clone().any(|at| here.view.is(at, &[";", ".", ":"]));
    let governed = here
        .analysis
        .phrases
        .get(figure.phrase)
        .and_then(|phrase| phrase.preposition)
        .is_some_and(|preposition| !here.view.is(preposition, &["of", "than", "to"]));
    (clear && !governed).then_some(figure)
}
