//! A part of a figure given beside it: "27 killed, seven of them children", "including two civilians", "of whom 12 are
//! women", "among them a priest". What was already found goes in with the scenes, claims come out.

use super::figure::{Figure, FigureKind};
use super::scene::{Here, each};
use super::telling::{Sighting, tell};
use crate::extract::english::lexicon::Person;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Effect, Relation, Scope, Span};
use crate::text::Tag;

const NAME: &str = "parts";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "a part of a figure given beside it: \"seven of them children\", \"including two civilians\"",
    corpus: include_str!("parts.md"),
    cues: |_| {},
    find,
};

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    // The last sentence that told something, for "Among them were two priests." at the start of the next.
    let mut last: Option<(usize, Effect)> = None;
    each(reading, |here| {
        for figure in &here.scene.figures {
            if figure.kind == FigureKind::TheOne
                || figure.kind == FigureKind::Nobody
                || !opens_part(&here, figure)
            {
                continue;
            }
            let Some(effect) = whole_of(&here, figure, findings).or(last
                .filter(|(sentence, _)| here.scene.sentence - sentence == 1)
                .map(|(_, effect)| effect))
            else {
                continue;
            };
            for member in here.with_list(figure) {
                if !member.may_be_people(false) {
                    continue;
                }
                let end = (member.tokens.end + 3).min(here.sentence.tokens.end);
                let said = if member.kind == FigureKind::Share || member.head.is_none() {
                    member.tokens.start..end
                } else {
                    member.tokens.clone()
                };
                let mut sighting = Sighting::new(member, effect, trimmed(&here, said), NAME, 40);
                sighting.relation = Relation::Part;
                sighting.group = told_after(&here, member);
                tell(&here, &sighting, findings);
            }
        }
        let mut present = findings
            .casualties_within(here.sentence.span)
            .filter(|(_, casualty)| casualty.scope != Scope::Background);
        if let Some((_, casualty)) = present.next_back() {
            last = Some((here.scene.sentence, casualty.effect));
        }
    });
}

/// Whether the words before a figure, or its own, make it a part of another.
pub(super) fn opens_part(here: &Here<'_>, figure: &Figure) -> bool {
    let start = figure.tokens.start;
    let Some(before) = start.checked_sub(1) else { return false };
    if figure.kind == FigureKind::Share {
        let opens = start == here.sentence.tokens.start
            || here.view.is(before, &[",", "(", "–", "—", "-", ";", "with", "and"]);
        return figure.head.is_none() && opens && says_no_more(here, figure);
    }
    if divides(here, figure) {
        return true;
    }
    if here.view.is(before, &["including", "include", "includes", "included", "notably"]) {
        return true;
    }
    let group: &[&[&str]] = &[
        &["among", "them"],
        &["among", "whom"],
        &["among", "those"],
        &["of", "whom"],
        &["of", "which"],
        &["of", "them"],
        &["of", "those"],
        &["of", "these"],
        &["including", "that", "of"],
        &["including", "those", "of"],
        &["them", "were"],
        &["them", "are"],
        &["them", "is"],
        &["them", "was"],
    ];
    group.iter().any(|words| here.view.preceded_by(start, words))
}

/// "Of the 52 killed, 31 were civilians", "of those hurt, six are in intensive care": a bare number that says of some of
/// those named at the start of the sentence what they are.
fn divides(here: &Here<'_>, figure: &Figure) -> bool {
    let first = here.sentence.tokens.start;
    let opens = here.view.is(first, &["of"]) && here.view.is(first + 1, &["the", "those", "these", "them"]);
    let comma = (first..figure.tokens.start).find(|&at| here.view.is(at, &[","]));
    let near = comma.is_some_and(|comma| comma + 1 == figure.tokens.start);
    let be = here.view.is(figure.tokens.end, &["are", "were", "is", "was", "remain", "remained"]);
    // Another harm behind it speaks for itself: "of those, 117 were killed".
    let harm = here.scene.predicates.iter().any(|predicate| {
        (figure.tokens.end..figure.tokens.end + 3).contains(&predicate.main)
            && !here.view.is(predicate.main, &["in"])
    });
    opens && near && be && !harm && figure.head.is_none()
}

/// "three of whom were fetched from hospital" says something else of the part than was said of the whole.
fn says_no_more(here: &Here<'_>, figure: &Figure) -> bool {
    let end = figure.tokens.end;
    let be = here.view.is(end, &["is", "are", "was", "were"]);
    let next = here.view.tag(end + usize::from(be));
    let verb =
        matches!(next, Tag::Verb | Tag::Aux) || !be && matches!(here.view.tag(end), Tag::Verb | Tag::Aux);
    !verb && !here.view.is(end, &["after", "before", "by", "when", "while", "because", "since", "to", "for"])
}

/// The effect of the nearest figure before a part, in its sentence.
fn whole_of(here: &Here<'_>, figure: &Figure, findings: &Findings) -> Option<Effect> {
    let start = here.sentence.span.start;
    let end = here.view.token(figure.tokens.start)?.span.start;
    findings
        .casualties_within(Span { start, end })
        .rfind(|(_, casualty)| casualty.relation != Relation::Part && casualty.relation != Relation::Previous)
        .map(|(_, casualty)| casualty.effect)
}

/// "seven of them children": the noun stands right behind the figure.
fn told_after(here: &Here<'_>, figure: &Figure) -> Option<crate::model::Group> {
    if figure.head.is_some() {
        return None;
    }
    let be = here.view.is(figure.tokens.end, &["is", "are", "was", "were"]);
    let start = figure.tokens.end + usize::from(be);
    let phrase = here
        .sentence
        .phrases
        .clone()
        .filter_map(|at| here.analysis.phrases.get(at))
        .find(|phrase| phrase.tokens.start == start)?;
    match super::figure::person_at(here.analysis, here.view, phrase.head) {
        Person::Known(group) => Some(group),
        _ => None,
    }
}

/// Up to the first punctuation.
fn trimmed(here: &Here<'_>, said: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end = said.clone().find(|&at| here.view.tag(at) == Tag::Punct).unwrap_or(said.end);
    said.start..end.max(said.start + 1)
}
