//! Some of the harmed: "among the dead are 14 Kenyans", "three firefighters were among the injured", "10 tourists among
//! 12 dead". Scenes go in, claims come out.

use super::figure::Figure;
use super::predicate::Predicate;
use super::scene::{Here, each, harm_cues};
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Effect, Relation};
use crate::text::Tag;

const NAME: &str = "among";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "some of the harmed: \"among the dead are 14 Kenyans\"",
    corpus: include_str!("among.md"),
    cues,
    find,
};

/// How far behind "among" the harm may stand: "among the more than 80 people killed".
const REACH: usize = 9;

/// Nouns of those who died.
const HARMED: &[&str] = &["victims", "fatalities", "deaths", "martyrs", "fallen"];

fn cues(cues: &mut Cues) {
    harm_cues(cues);
    let harmed = cues.words(HARMED.iter().copied());
    cues.enough(harmed);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for at in here.sentence.tokens.clone() {
            if here.view.is(at, &["those", "the"]) {
                made_up_of(&here, at, findings);
            }
            if !here.view.is(at, &["among", "amongst"]) {
                continue;
            }
            let Some((effect, end)) = harm_after(&here, at) else { continue };
            for figure in members(&here, at, end) {
                if !figure.may_be_people(false) {
                    continue;
                }
                let mut sighting = Sighting::new(figure, effect, at..end, NAME, 62);
                sighting.relation = Relation::Part;
                sight(&here, sighting, findings);
            }
        }
    });
}

/// "Those freed comprise 58 men, 31 women and 15 children", "the dead included seven women", "the victims are a nurse and
/// two drivers".
fn made_up_of(here: &Here<'_>, those: usize, findings: &mut Findings) {
    let predicate = here.scene.predicates.iter().find(|predicate| predicate.main == those + 1);
    let (effect, verb) = match predicate {
        Some(predicate) if is_group(predicate) => (predicate.effect, predicate.tokens.end),
        None if here.view.is(those + 1, &["victims", "fatalities"]) => (Effect::Killed, those + 2),
        _ => return,
    };
    let includes = here.view.is(verb, &["comprise", "comprised", "include", "included", "includes"]);
    let are = here.view.is(verb, &["are", "were"]) && here.view.is(those, &["those"]);
    let Some(first) = here.figure_after(verb + 1, 1).filter(|_| includes || are) else { return };
    for figure in here.with_list(first).into_iter().filter(|figure| figure.may_be_people(true)) {
        let mut sighting = Sighting::new(figure, effect, those..verb, NAME, 62);
        sighting.relation = Relation::Part;
        sight(here, sighting, findings);
    }
}

/// The harm of the group named after "among", and where its words end.
fn harm_after(here: &Here<'_>, among: usize) -> Option<(Effect, usize)> {
    // "Treated 21, among them a woman who later died": what befell her is not what befell them.
    if here.view.is(among + 1, &["them", "whom", "these", "which", "us"]) {
        return None;
    }
    for at in among + 1..=among + REACH {
        if let Some(predicate) = here.scene.predicates.iter().find(|predicate| predicate.main == at) {
            let those = (among + 1..at).any(|token| here.view.is(token, &["those"]));
            return (those || is_group(predicate)).then_some((predicate.effect, predicate.tokens.end));
        }
        if here.view.is(at, HARMED) {
            return Some((Effect::Killed, at + 1));
        }
        let those = here.view.is(among + 1, &["those"]);
        if matches!(here.view.tag(at), Tag::Punct | Tag::Coordinator)
            || !those && here.view.tag(at) == Tag::Aux
        {
            return None;
        }
    }
    None
}

/// "Ada Brun, a reporter for the daily": the person behind a name.
fn described<'r>(here: &Here<'r>, from: usize) -> Option<&'r Figure> {
    let phrases = here.sentence.phrases.clone().filter_map(|at| here.analysis.phrases.get(at));
    let name = phrases.into_iter().find(|phrase| phrase.tokens.start == from && phrase.name)?;
    let comma = here.view.is(name.tokens.end, &[","]);
    here.figure_after(name.tokens.end + 1, 0).filter(|figure| comma && figure.low == 1)
}

fn is_group(predicate: &Predicate) -> bool {
    predicate.participle || predicate.sort == super::predicate::Sort::State
}

/// Words between those counted and "among".
const BEING: &[&str] = &["is", "are", "was", "were", "be", "also", "been", "have", "has", "had"];

/// "20 foreigners from Kenya, Chad and Norway are among": the figure before a list of names.
fn from_places<'r>(here: &Here<'r>, among: usize) -> Option<&'r Figure> {
    let verb = (here.sentence.tokens.start..among).rev().find(|&at| !here.view.is(at, BEING))? + 1;
    let figure = here.scene.figures.iter().rfind(|figure| figure.tokens.end <= verb)?;
    let mut between = figure.tokens.end..verb;
    let placed = here.view.is(between.start, &["from", "of"]);
    let names =
        between.all(|at| here.view.capital(at) || here.view.is(at, &[",", "and", "from", "of", "the"]));
    (placed && names && verb < among).then_some(figure)
}

fn members<'r>(here: &Here<'r>, among: usize, end: usize) -> Vec<&'r Figure> {
    // "among the dead were …"
    let verb =
        (end..end + 4).find(|&at| here.view.is(at, &["is", "are", "was", "were", "include", "included"]));
    let opens = among == here.sentence.tokens.start
        || here.view.tag_before(among) == Tag::Punct
        || here.view.tag_before(among) == Tag::Coordinator;
    if let Some(verb) = verb.filter(|_| opens) {
        let first = here.figure_after(verb + 1, 3).or_else(|| described(here, verb + 1));
        return first.map(|figure| here.with_list(figure)).unwrap_or_default();
    }
    let clause = here.clause_around(among);
    let mut subjects: Vec<&Figure> = clause
        .into_iter()
        .flat_map(|clause| &clause.subject)
        .filter_map(|&phrase| here.figure_of(phrase))
        .collect();
    if let Some(&first) = subjects.first() {
        subjects.extend(here.list_before(first));
        return subjects;
    }
    here.figure_before(among, BEING).or_else(|| from_places(here, among)).into_iter().collect()
}
