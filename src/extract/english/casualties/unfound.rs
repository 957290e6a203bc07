//! Whom nobody has found: "at least 40 workers have not come home", "six fishermen have not been heard from", "all but four
//! have been traced". Scenes go in; claims of people missing come out. Never reads those who only stayed away from something
//! ("have not returned to work"), nor bodies and things.

use super::figure::{Figure, FigureKind};
use super::scene::{Here, each};
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Effect;
use crate::text::english::verb::is_like_be;
use crate::text::english::view::View;
use crate::text::english::word_class::is_be;
use crate::text::{Clause, Link, Tense, Voice};

const NAME: &str = "unfound";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "whom nobody has found: \"40 workers have not come home\", \"all but four have been traced\"",
    corpus: include_str!("unfound.md"),
    cues,
    find,
};

/// What those do who come back, and what must follow, if anything.
const COME_BACK: &[(&str, &[&str])] = &[
    ("return", &[]),
    ("come", &["home", "back"]),
    ("reappear", &[]),
    ("resurface", &[]),
    ("surface", &[]),
    ("answer", &["calls", "their"]),
];
/// What is done with those who are found.
const FOUND: &[(&str, &[&str])] = &[
    ("find", &[]),
    ("locate", &[]),
    ("trace", &[]),
    ("hear", &["from", "of"]),
    ("see", &["since", "again"]),
    ("account", &["for"]),
    ("contact", &[]),
];
/// To what somebody may fail to return without being lost.
const LOST_TO: &[&str] = &["port", "base", "shore", "camp", "land", "harbour", "harbor"];
/// How far behind "all but" its verb may stand.
const REACH: usize = 10;

fn cues(cues: &mut Cues) {
    let verbs = cues.verbs(COME_BACK.iter().chain(FOUND).map(|(verb, _)| *verb));
    let not = cues.words([
        "not",
        "never",
        "but",
        "n't",
        "n’t",
        "hasn't",
        "haven't",
        "hadn't",
        "didn't",
        "hasn’t",
        "haven’t",
        "hadn’t",
        "didn’t",
    ]);
    cues.enough_near_where(not, verbs, is_told);
    let fates = cues.words(FATES.iter().copied());
    let unknown = cues.words(UNKNOWN.iter().copied());
    cues.enough(fates | unknown);
}

/// Whether what must follow one of the verbs does. Those who are found are so in the passive; a title leaves it out.
fn is_told(view: View<'_>) -> bool {
    let title = !view.is(view.end.saturating_sub(1), &[".", "!", "?", "”", "\""]);
    let passive =
        |verb: usize| (view.start..verb).any(|at| is_be(view.word(at)) || is_like_be(view.word(at)));
    (view.start..view.end)
        .any(|at| is_one_of(view, at, COME_BACK) || is_one_of(view, at, FOUND) && (title || passive(at)))
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        here.clauses().for_each(|clause| not_back(&here, clause, findings));
        here.sentence.tokens.clone().for_each(|at| unknown_fate(&here, at, findings));
        for at in here.sentence.tokens.clone().filter(|&at| here.view.follows(at, &["all", "but"])) {
            if let Some((rest, end)) = rest(&here, at) {
                sight(&here, Sighting::new(&rest, Effect::Missing, at..end, NAME, 62), findings);
            }
        }
    });
}

/// "Forty workers have not come home", "two boys were never found".
fn not_back(here: &Here<'_>, clause: &Clause, findings: &mut Findings) {
    let Some(verb) = clause.verb.as_ref().filter(|verb| verb.negated && verb.modal.is_none()) else { return };
    let past = !matches!(verb.tense, Tense::Future | Tense::Infinitive | Tense::Participle);
    let told = past && !clause.hypothetical && clause.link != Link::Infinitive;
    let list = if verb.voice == Voice::Passive { FOUND } else { COME_BACK };
    if told && is_one_of(here.view, verb.main, list) {
        for figure in people(here, clause, verb.tokens.start) {
            let said = verb.tokens.clone();
            sight(here, Sighting::new(figure, Effect::Missing, said, NAME, 58), findings);
        }
    }
}

/// "The fate of 14 others is unknown", "the whereabouts of two crewmen remain unclear".
fn unknown_fate(here: &Here<'_>, at: usize, findings: &mut Findings) {
    if !here.view.is(at, FATES) || !here.view.is(at + 1, &["of"]) {
        return;
    }
    let Some(figure) = here.figure_after(at + 2, 1).filter(|figure| counted(figure)) else { return };
    let end = (figure.tokens.end..figure.tokens.end + UNKNOWN_REACH).find(|&at| here.view.is(at, UNKNOWN));
    if let Some(end) = end {
        sight(here, Sighting::new(figure, Effect::Missing, at..end + 1, NAME, 62), findings);
    }
}

/// What of somebody is not known.
const FATES: &[&str] = &["fate", "fates", "whereabouts"];
/// That it is not known.
const UNKNOWN: &[&str] = &["unknown", "unclear", "uncertain", "mystery"];
/// How far behind the people that may stand.
const UNKNOWN_REACH: usize = 8;

/// Whether a verb is one of a list, with what must follow it.
fn is_one_of(view: View<'_>, main: usize, list: &[(&str, &[&str])]) -> bool {
    let lemma = view.verb(main);
    list.iter().filter(|(verb, _)| *verb == &*lemma).any(|(_, follows)| {
        let elsewhere = || view.is(main + 1, &["to"]) && !(main + 2..main + 4).any(|at| view.is(at, LOST_TO));
        follows.is_empty() && !elsewhere() || view.is(main + 1, follows)
    })
}

/// The people counted in the subject.
fn people<'r>(here: &Here<'r>, clause: &Clause, verb: usize) -> Vec<&'r Figure> {
    let near = here.figure_before(verb, &[]);
    let subject = clause.subject.iter().find_map(|&phrase| here.figure_of(phrase));
    near.or(subject)
        .filter(|figure| counted(figure))
        .map(|figure| here.list_up_to(figure))
        .unwrap_or_default()
}

/// Whether a figure is of people who may be missed.
fn counted(figure: &Figure) -> bool {
    figure.low > 0
        && figure.may_be_people(true)
        && !matches!(figure.kind, FigureKind::TheOne | FigureKind::Nobody)
}

/// "All but four of them have since been traced": those who have not.
fn rest(here: &Here<'_>, all: usize) -> Option<(Figure, usize)> {
    let quantity = here.sentence.quantities.clone().filter_map(|at| here.analysis.quantities.get(at));
    let quantity = quantity.into_iter().find(|quantity| quantity.tokens.start == all + 2)?;
    let end = quantity.tokens.end;
    let verb = (end..end + REACH).find(|&at| {
        let passive = (at.saturating_sub(3)..at).any(|be| here.view.is(be, &["been", "were", "was", "are"]));
        passive && is_one_of(here.view, at, FOUND)
    })?;
    let phrase = here.sentence.phrases.clone().find(|&at| {
        here.analysis.phrases.get(at).is_some_and(|phrase| phrase.tokens.contains(&quantity.number.start))
    })?;
    let figure = Figure::bare(phrase, quantity);
    Some((figure, verb + 1))
}
