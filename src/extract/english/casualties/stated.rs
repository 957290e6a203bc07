//! A number beside a state: "29 dead and 35 wounded", "leaving 17 soldiers dead", "dozens are missing", "45 dead
//! soldiers", "20 in custody". Scenes go in, claims come out.

use super::figure::{Figure, FigureKind};
use super::parts::called_behind;
use super::predicate::{Predicate, Sort};
use super::scene::{Here, each, harm_cues};
use super::sighting::{Sighting, sight};
use super::undergone::around_insertion;
use crate::extract::english::lexicon::{CountedKind, Frame, counted};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Effect, Group, Relation};
use crate::text::{Tag, Voice};

const NAME: &str = "stated";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "a number beside a state: \"29 dead and 35 wounded\", \"leaving 17 dead\", \"dozens are missing\"",
    corpus: include_str!("stated.md"),
    cues: harm_cues,
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
    "there",
    ",",
];

/// Words between people and state that are neither verbs nor signs.
const STILL: &[&str] = &[
    "still",
    "more",
    "also",
    "now",
    "confirmed",
    "feared",
    "reported",
    "others",
    "other",
    "seriously",
    "already",
    "known",
];
/// Verbs of being before a state.
const BE: &[&str] = &["is", "are", "was", "were", "remain", "remained", "remains", "be", "been"];

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for predicate in &here.scene.predicates {
            if !beside_a_number(&here, predicate) {
                continue;
            }
            for (figure, weight) in people(&here, predicate) {
                let state = predicate.sort == Sort::State;
                let known = matches!(figure.kind, FigureKind::One | FigureKind::TheOne) && !state;
                if !known
                    && !is_told_of(&here, figure)
                    && figure.may_be_people(predicate.people_only && !state)
                {
                    let said = figure.tokens.end.min(predicate.main)..predicate.tokens.end;
                    let mut sighting = Sighting::new(figure, predicate.effect, said, NAME, weight);
                    // "Four of the dead were medics" says of some what they are, not how many there are.
                    if figure.kind == FigureKind::Share && figure.tokens.contains(&predicate.main) {
                        let called = called_behind(&here, figure);
                        // "Sixty of the dead are from the valley" counts all of them that are there, "two of the nine" do not.
                        let there = (figure.tokens.end..figure.tokens.end + THERE_REACH)
                            .any(|at| here.view.is(at, &["in", "from", "at", "near"]));
                        let counted = here.analysis.phrases.get(figure.noun_phrase);
                        let counted = counted.is_some_and(|set| set.quantity.get().is_some());
                        if called.is_some() || !there || counted {
                            sighting.relation = Relation::Part;
                        }
                        sighting.group = called.filter(|group| *group != Group::Other);
                    }
                    sight(&here, sighting, findings);
                }
            }
        }
    });
}

/// "Three new deaths in hospital" are no patients; "the last of the three missing" says what became of one.
fn is_told_of(here: &Here<'_>, figure: &Figure) -> bool {
    let harm =
        |head: usize| counted(&here.analysis.lemma(head)).is_some_and(|noun| noun.kind == CountedKind::Event);
    let of =
        figure.tokens.start.checked_sub(2).filter(|_| here.view.preceded_by(figure.tokens.start, &["of"]));
    figure.head.is_some_and(harm) || of.is_some_and(|last| here.view.is(last, &["last", "first", "final"]))
}

/// How far behind the figure the place may begin.
const THERE_REACH: usize = 4;

/// How far behind the missing it may stand that they were found.
const FOUND_REACH: usize = 5;

/// How far before what became of them "as many" may stand.
const AS_MANY_REACH: usize = 5;

/// How far behind "missing" the fear may stand.
const FEARED_REACH: usize = 8;

/// States always, verbs only as participles that something else did not make active.
fn beside_a_number(here: &Here<'_>, predicate: &Predicate) -> bool {
    // "300 dead or missing" counts neither.
    let or = here.view.is(predicate.tokens.end, &["or", "and/or"]);
    if or && here.scene.predicates.iter().any(|other| other.main == predicate.tokens.end + 1) {
        return false;
    }
    let second = here.view.is(predicate.main.wrapping_sub(1), &["or", "and/or"]);
    if second && here.scene.predicates.iter().any(|other| other.tokens.end + 1 == predicate.main) {
        return false;
    }
    // "Forty were hurt and twice as many are missing": how many that is no number says.
    let as_many = (predicate.main.saturating_sub(AS_MANY_REACH)..predicate.main)
        .filter(|&at| here.view.follows(at, &["as", "many"]) && !here.view.is(at + 2, &["as"]))
        .any(|at| here.scene.figures.iter().all(|figure| figure.tokens.start != at));
    if as_many {
        return false;
    }
    // "Ten of the 16 missing were found dead": they are missing no more.
    let behind = predicate.tokens.end + 1..predicate.tokens.end + FOUND_REACH;
    let found = predicate.effect == Effect::Missing
        && here.view.is(predicate.tokens.end, &["were", "was", "have"])
        && here.scene.predicates.iter().any(|other| {
            matches!(other.effect, Effect::Killed | Effect::Rescued) && behind.contains(&other.main)
        });
    if found {
        return false;
    }
    // "missing and feared dead": nobody knows more than that they are missing.
    let feared = here.view.is(predicate.main.wrapping_sub(1), &["feared", "presumed", "believed"]);
    let missing = here.scene.predicates.iter().any(|other| {
        other.effect == Effect::Missing
            && (other.tokens.end..other.tokens.end + FEARED_REACH).contains(&predicate.main)
    });
    if feared && missing && predicate.effect == Effect::Killed {
        return false;
    }
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

/// "Fourteen of those rescued were hurt", "the three missing climbers were found dead": the state they are named by is not
/// the news.
fn weight_inside(figure: &Figure, predicate: &Predicate) -> u8 {
    match (figure.kind, predicate.effect) {
        (FigureKind::Share, _) => 45,
        (_, Effect::Killed) => 70,
        _ => 48,
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
        return vec![(figure, weight_inside(figure, predicate))];
    }
    // "29 dead", "29 people dead": nothing in between. "10 tourists, 2 guides dead": the list shares its state.
    let weight = if predicate.sort == Sort::State { 70 } else { 55 };
    if let Some(figure) = here.scene.figures.iter().find(|figure| figure.tokens.end == predicate.main) {
        let list = here.list_before(figure).into_iter().map(|member| (member, 38));
        return std::iter::once((figure, weight)).chain(list).collect();
    }
    // "Missing: 12".
    let begins = predicate.main == here.sentence.tokens.start
        || here.view.is(predicate.main.wrapping_sub(1), &[".", ";", ",", "-", "–", "•", "*"]);
    if let Some(figure) = headed(here, predicate).filter(|_| begins) {
        return vec![(figure, 60)];
    }
    if begins
        && here.view.is(predicate.tokens.end, &[":", "–", "-", "—"])
        && let Some(figure) =
            here.scene.figures.iter().find(|figure| figure.tokens.start == predicate.tokens.end + 1)
    {
        return vec![(figure, 70)];
    }
    if predicate.sort != Sort::State {
        return Vec::new();
    }
    if let Some(figure) = turned_round(here, predicate).filter(|_| begins) {
        return here.with_list(figure).into_iter().map(|member| (member, 60)).collect();
    }
    if let Some(figure) = here.figure_before(predicate.main, STILL) {
        // "19 others and two sailors still missing": the list shares its state.
        let counts = matches!(figure.kind, FigureKind::Counted | FigureKind::One | FigureKind::TheOne);
        let shared = counts && figure.tokens.end < predicate.main;
        let list = here.list_up_to(figure).into_iter().skip(1).filter(|_| shared);
        return std::iter::once(figure).chain(list).map(|figure| (figure, 65)).collect();
    }
    // "180 members of the council under arrest".
    if let Some(figure) = here
        .scene
        .figures
        .iter()
        .find(|figure| here.analysis.extent(figure.noun_phrase).end == predicate.main)
    {
        return vec![(figure, 60)];
    }
    // "290 passengers, three times as many as before, are now missing".
    let verb = (predicate.main.saturating_sub(3)..predicate.main).find(|&at| here.view.is(at, BE));
    if let Some(figure) = verb.and_then(|verb| around_insertion(here, verb)) {
        return vec![(figure, 60)];
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
    let noun_follows = here.view.tag(predicate.tokens.end) == Tag::Noun && predicate.tokens.len() == 1;
    if negated || noun_follows {
        return Vec::new();
    }
    here.figure_before(predicate.main, BETWEEN).map(|figure| sharing(here, figure)).unwrap_or_default()
}

/// "Eleven pupils and their teacher remain in captivity": the list shares its state.
fn sharing<'r>(here: &Here<'r>, figure: &'r Figure) -> Vec<(&'r Figure, u8)> {
    let list = match figure.kind {
        FigureKind::One | FigureKind::TheOne => here.list_up_to(figure),
        _ => vec![figure],
    };
    list.into_iter().map(|figure| (figure, 50)).collect()
}

/// How far behind a state the verb of being may stand.
const TURNED_REACH: usize = 8;

/// "Under the rubble remain 20 workers", "Missing are three sailors": the people behind their state.
fn turned_round<'r>(here: &Here<'r>, predicate: &Predicate) -> Option<&'r Figure> {
    let verb = (predicate.tokens.end..predicate.tokens.end + TURNED_REACH)
        .take_while(|&at| here.view.tag(at) != Tag::Punct)
        .find(|&at| here.view.is(at, BE) || here.view.is(at, &["lie", "lay", "lies"]))?;
    here.figure_after(verb + 1, 1).filter(|figure| figure.kind != FigureKind::TheOne)
}

/// "Dead 4, injured 19" in a title: the state before its number.
fn headed<'r>(here: &Here<'r>, predicate: &Predicate) -> Option<&'r Figure> {
    let ends = |figure: &&Figure| {
        figure.tokens.end == here.sentence.tokens.end
            || here.view.is(figure.tokens.end, &[",", ";", "in", "as", "after", "."])
    };
    here.figure_after(predicate.tokens.end, 0)
        .filter(|figure| here.sentence.heading && figure.kind == FigureKind::Bare)
        .filter(ends)
}
