//! Figures that share the verb of the one before: "three died in the port, two in the capital and one at sea", "24
//! civilians were killed, as well as 25 rebels". What was already found goes in with the scenes, claims come out.

use super::figure::{Figure, FigureKind};
use super::place_item::shared_out;
use super::place_name::{AT, is_name};
use super::predicate::Sort;
use super::scene::{Here, each, harm_cues};
use super::side::lost_too;
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::english::lexicon::{Frame, speech};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Effect, Relation, Span};
use crate::text::gazetteer::EntityKind;
use crate::text::{Tag, Tense, Voice};

const NAME: &str = "gapped";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "figures that share the verb of the one before: \"three died in the port, two at sea\"",
    corpus: include_str!("gapped.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    harm_cues(cues);
    cues.goes_on();
}

/// Joins that repeat the verb.
const JOINS: &[&[&str]] = &[
    &["as", "well", "as"],
    &["along", "with"],
    &["together", "with"],
    &["in", "addition", "to"],
    &["plus"],
    &["besides"],
];

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for figure in &here.scene.figures {
            if figure.kind == FigureKind::TheOne || already(&here, figure, findings) {
                continue;
            }
            let joined = JOINS.iter().any(|words| here.view.preceded_by(figure.tokens.start, words));
            if !(joined && figure.may_be_people(false)
                || shares_verb(&here, figure)
                || goes_on(&here, figure, findings))
            {
                continue;
            }
            let joined_to = || joined.then(|| befell_before(&here, figure)).flatten();
            let Some(effect) = host(&here, figure, findings).or_else(joined_to) else { continue };
            let list = if joined { here.with_list(figure) } else { vec![figure] };
            for member in list.into_iter().filter(|member| member.may_be_people(false)) {
                let alone = entered(&here, member);
                let member = alone.as_ref().unwrap_or(member);
                sight(&here, Sighting::new(member, effect, member.tokens.clone(), NAME, 35), findings);
            }
        }
    });
}

/// Whether some construction already read the figure.
pub(super) fn already(here: &Here<'_>, figure: &Figure, findings: &Findings) -> bool {
    here.span(&figure.core).is_none_or(|core| findings.casualties_within(core).next().is_some())
}

/// "14,000 have entered Norland and 20,000 Sudland": the number without the country behind it.
fn entered(here: &Here<'_>, figure: &Figure) -> Option<Figure> {
    let head = figure.head.filter(|&head| head == figure.core.end && head + 1 == figure.tokens.end)?;
    let span = here.span(&(head..head + 1))?;
    let country = here.reading.entities_within(span).any(|entity| entity.kind == EntityKind::Country);
    let tokens = figure.tokens.start..head;
    country.then(|| Figure { tokens, head: None, kind: FigureKind::Bare, ..figure.clone() })
}

/// A bare number between a comma or "and" and a place.
fn shares_verb(here: &Here<'_>, figure: &Figure) -> bool {
    let end = figure.tokens.end;
    let country = entered(here, figure).is_some();
    let moved = || {
        here.scene.predicates.iter().any(|predicate| {
            predicate.main < figure.tokens.start
                && matches!(predicate.effect, Effect::Displaced | Effect::Evacuated)
        })
    };
    let bare = country || matches!(figure.kind, FigureKind::Bare | FigureKind::Share);
    let alone = || figure.head.is_none() && matches!(here.view.tag(end), Tag::Punct | Tag::Coordinator);
    if bare
        && (place_before(here, figure)
            || alone() && shared_out(here, figure.tokens.start).is_some()
            || lost_too(here, figure).is_some())
    {
        return true;
    }
    let place = here.view.is(end, &["in", "at", "near", "on", "around", "outside"])
        || (country || here.view.is(end, &["to", "into"])) && moved();
    let opens = figure
        .tokens
        .start
        .checked_sub(1)
        .is_some_and(|at| here.view.is(at, &[",", ";", ":", "and", "while", "with", "but"]));
    bare && place
        && opens
        && (country
            || matches!(
                here.view.tag(end + 1),
                Tag::ProperNoun | Tag::Determiner | Tag::Adjective | Tag::Noun
            ))
}

/// "In Kalama 58 people died, in Vereta 37 and in Sona 17": the place stands before its number.
fn place_before(here: &Here<'_>, figure: &Figure) -> bool {
    let first = (here.sentence.tokens.start..figure.tokens.start)
        .rev()
        .take_while(|&at| is_name(here.view, at))
        .last();
    first.is_some_and(|first| {
        here.view.is(first.wrapping_sub(1), AT)
            && here.view.is(first.wrapping_sub(2), &[",", ";", "and", "while", "but"])
            && matches!(here.view.tag(figure.tokens.end), Tag::Punct | Tag::Coordinator)
    })
}

/// "… as well as 25 rebels fighting in the north and 26 tribesmen": a list that goes on behind what hangs on a member.
fn goes_on(here: &Here<'_>, figure: &Figure, findings: &Findings) -> bool {
    let Some(before) = here.scene.figures.iter().rev().find(|other| other.tokens.end <= figure.tokens.start)
    else {
        return false;
    };
    let joined = here.view.is(figure.tokens.start.wrapping_sub(1), &["and", ","]);
    let between = before.tokens.end..figure.tokens.start;
    let finite = here.clauses().filter_map(|clause| clause.verb.as_ref()).any(|verb| {
        between.contains(&verb.main) && !matches!(verb.tense, Tense::Participle | Tense::Infinitive)
    });
    let end = figure.tokens.end;
    let place = here.view.is(end, AT) && is_name(here.view, end + 1);
    // "… killed 35 people, two doctors and a resident said": those who tell it.
    let tells = here.with_list(figure).iter().any(|member| {
        // "…, a local official and residents said".
        let nominal = |at: usize| {
            matches!(
                here.view.tag(at),
                Tag::Coordinator | Tag::Noun | Tag::ProperNoun | Tag::Adjective | Tag::Determiner
            )
        };
        let end = member.tokens.end;
        let behind = (end..end + TELLERS_REACH).find(|&at| !nominal(at)).unwrap_or(end);
        (end..=behind.max(end + 1)).any(|at| speech::is_speech(here.view.word(at)))
    });
    let ends = place || !matches!(here.view.tag(end), Tag::Verb | Tag::Aux | Tag::Adposition);
    let counts = |figure: &Figure| matches!(figure.kind, FigureKind::Counted | FigureKind::One);
    let listed = counts(figure) && counts(before) && figure.may_be_people(true);
    joined && listed && !tells && between.len() <= 12 && !finite && ends && already(here, before, findings)
}

/// How many words may name those who tell it together with the last of a list.
const TELLERS_REACH: usize = 6;

/// "They were shot dead along with 12 nurses": what befell people without a number befell those beside them.
fn befell_before(here: &Here<'_>, figure: &Figure) -> Option<Effect> {
    let near = |end: usize| end <= figure.tokens.start && figure.tokens.start - end <= 4;
    let predicate = here.scene.predicates.iter().rfind(|predicate| near(predicate.tokens.end))?;
    let clause = here.clause_of_verb(predicate.main)?;
    let passive = clause.verb.as_ref().is_some_and(|verb| verb.voice == Voice::Passive);
    let befalls = matches!(predicate.sort, Sort::Verb(Frame::Befalls));
    ((passive || befalls) && here.asserts(clause, true)).then_some(predicate.effect)
}

fn host(here: &Here<'_>, figure: &Figure, findings: &Findings) -> Option<Effect> {
    let start = here.sentence.span.start;
    let end = here.view.token(figure.tokens.start)?.span.start;
    findings
        .casualties_within(Span { start, end })
        .rfind(|(_, casualty)| casualty.relation() != Relation::Previous && casualty.value() > 0)
        .map(|(_, casualty)| casualty.effect())
}
