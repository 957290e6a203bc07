//! What a figure was before: "up from 25", "compared with 12 a day earlier", "from 174 to 172". What was already found
//! goes in with the scenes; claims that do not speak for the present come out.

use std::sync::LazyLock;

use super::figure::Figure;
use super::gapped::already;
use super::scene::{Here, each};
use super::sighting::{Sighted, Sighting, sight};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Effect, Relation, Scope, Span};
use crate::text::Tag;
use crate::text::english::vocabulary::Listed;

const NAME: &str = "previous";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "what a figure was before: \"up from 25\", \"compared with 12 a day earlier\"",
    corpus: include_str!("previous.md"),
    cues: |_| {},
    find,
};

/// What leads back.
const BACK: &[&[&str]] = &[
    &["up", "from"],
    &["down", "from"],
    &["compared", "with"],
    &["compared", "to"],
    &["against"],
    &["from"],
    &["rather", "than"],
    &["instead", "of"],
];

/// More than any construction that takes the figure for what holds.
const OVERRIDES: u8 = 90;

/// How many tokens lie between a figure and what it was before, at most.
const REACH: usize = 14;

/// What a figure that no longer holds was: "initial reports of 20 dead were wrong".
const FIRST: &[&str] = &["initial", "early", "earlier", "first", "preliminary", "previous"];
const GIVEN: &[&str] = &[
    "statement",
    "report",
    "reports",
    "figure",
    "figures",
    "count",
    "toll",
    "estimate",
    "estimates",
    "bulletin",
    "tally",
    "rumours",
    "rumors",
    "claims",
    "claim",
    "version",
    "post",
];
static IS_GIVEN: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(|word| GIVEN.contains(&word)));
/// Verbs that do so before it.
const CORRECTS: &[&str] = &["correcting", "corrected", "retracting", "retracted", "revising", "withdrawing"];
/// Words that take it back.
const TAKEN_BACK: &[&str] =
    &["wrong", "incorrect", "inaccurate", "mistaken", "corrected", "retracted", "exaggerated"];

/// "Initial reports of 20 dead turned out to be wrong": given at first and taken back in the same sentence.
fn taken_back(here: &Here<'_>, figure: &Figure) -> bool {
    let start = figure.tokens.start;
    let near = start.saturating_sub(GIVEN_REACH)..start;
    // Neither way of taking it back goes without a word for what was given.
    if !near.clone().any(|at| IS_GIVEN.at(here.view, at)) {
        return false;
    }
    let given = near.clone().any(|at| {
        here.view.is(at, GIVEN)
            && (at.saturating_sub(2)..at).any(|before| here.view.is(before, FIRST))
            && !(at..start).any(|between| here.view.tag(between) == Tag::Punct)
    });
    // "Correcting an earlier statement that two had died", "an earlier bulletin had spoken of 15 dead".
    let corrects = (start.saturating_sub(REACH)..start).any(|at| here.view.is(at, CORRECTS));
    let had = near.clone().any(|at| here.view.is(at, &["had"]));
    let mut behind = (figure.tokens.end..here.sentence.tokens.end).take(REACH);
    // "The figure of 300 dead going round is false" was never right.
    let opens = here.sentence.tokens.start..=here.sentence.tokens.start + OPENING;
    let never = || near.clone().any(|at| opens.contains(&at) && here.view.is(at, GIVEN));
    // "An earlier version of this page said 28 had died".
    let superseded = near
        .clone()
        .any(|at| here.view.is(at, &["version", "post"]) && here.view.is(at.wrapping_sub(1), FIRST));
    superseded
        || given && (corrects || had)
        || behind.any(|at| {
            given && here.view.is(at, TAKEN_BACK) || here.view.is(at, FALSE) && is_called(here, at) && never()
        })
}

/// "Earlier he had spoken of 39 dead", "the ministry had initially put the toll at 12": what somebody had told before.
fn had_been_told(here: &Here<'_>, figure: &Figure) -> bool {
    let (first, start) = (here.sentence.tokens.start, figure.tokens.start);
    let Some(had) = (first..start).rfind(|&at| here.view.is(at, &["had"])) else { return false };
    let told = (had + 1..start.min(had + TOLD_REACH)).find(|&at| TELLS.contains(&&*here.verb_lemma(at)));
    let told = told.filter(|&told| {
        // "Had spoken of 39 dead, but 40 are known": what follows is told now. "Had said 12 had died" goes on.
        (had + 1..told).all(|at| matches!(here.view.tag(at), Tag::Adverb | Tag::Verb))
            && !(told..start).any(|at| here.view.is(at, &[";", "but", "while", "now"]))
    });
    let before = first.max(had.saturating_sub(EARLIER_REACH))..start;
    told.is_some()
        && before.clone().any(|at| {
            here.view.is(at, &["earlier", "previously", "initially", "originally"])
                && !here.view.is(at + 1, &["this", "estimates", "reports", "figures"])
        })
}

/// "Earlier it was reported about 29 dead": told at the start of a sentence as something earlier.
fn told_earlier(here: &Here<'_>, figure: &Figure) -> bool {
    let first = here.sentence.tokens.start;
    let tells = |at: usize| here.view.tag(at) == Tag::Verb && TELLS.contains(&&*here.verb_lemma(at));
    here.view.is(first, &["earlier", "previously", "initially"])
        && !here.view.is(first + 1, &["this", "estimates", "reports", "figures"])
        && (first + 1..figure.tokens.start).take(REACH).any(tells)
}

/// Whether the report tells a higher figure of the same effect elsewhere.
fn is_exceeded(here: &Here<'_>, figure: &Figure, findings: &Findings) -> bool {
    let told = || here.span(&figure.core).and_then(|core| findings.casualties_within(core).next());
    let Some((_, own)) = told() else { return false };
    let all = Span { start: 0, end: here.reading.article.text.len() };
    findings.casualties_within(all).any(|(_, other)| {
        other.effect() == own.effect()
            && other.relation() == Relation::Whole
            && other.scope() == Scope::Event
            && other.value() > own.value()
    })
}

/// Verbs with which somebody gives a figure.
const TELLS: &[&str] = &[
    "speak", "put", "say", "report", "give", "count", "list", "announce", "estimate", "mention", "confirm",
    "tell",
];
/// How far behind "had" the verb may stand.
const TOLD_REACH: usize = 4;
/// How far before "had" it may stand that it was earlier.
const EARLIER_REACH: usize = 10;

/// Of which count "up from 4,349" was said: of those in the words before, the one that is nearest to it.
fn led_up_to(findings: &Findings, before: Span, previous: u64) -> Option<Effect> {
    let away = |value: u64| value.max(previous) * 100 / value.min(previous).max(1);
    let told = findings.casualties_within(before).map(|(_, casualty)| casualty);
    told.rev().min_by_key(|casualty| away(casualty.value())).map(Sighted::effect)
}

/// Whether a verb of being stands right before, with at most one word between: "is false", "were entirely invented".
fn is_called(here: &Here<'_>, at: usize) -> bool {
    (at.saturating_sub(2)..at).any(|be| here.view.is(be, &["is", "are", "was", "were"]))
}

/// What was never true.
const FALSE: &[&str] =
    &["false", "untrue", "fake", "invented", "fabricated", "baseless", "unfounded", "wrong"];
/// How far into its sentence what is called false may begin.
const OPENING: usize = 3;

/// How far before the figure the word for it may stand.
const GIVEN_REACH: usize = 8;

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for figure in &here.scene.figures {
            let no_more = taken_back(&here, figure)
                || had_been_told(&here, figure)
                || told_earlier(&here, figure) && is_exceeded(&here, figure, findings);
            if !no_more {
                continue;
            }
            let Some(core) = here.span(&figure.core) else { continue };
            let told = findings.casualties_within(core).next().map(|(_, casualty)| casualty.effect());
            let Some(effect) = told else { continue };
            let mut sighting = Sighting::new(figure, effect, figure.tokens.clone(), NAME, OVERRIDES);
            sighting.relation = Relation::Previous;
            sight(&here, sighting, findings);
        }
        for figure in &here.scene.figures {
            let last = here.view.before(figure.tokens.start);
            let led = |words: &&&[&str]| {
                words.last() == Some(&last) && here.view.preceded_by(figure.tokens.start, words)
            };
            let Some(words) = BACK.iter().find(led) else {
                continue;
            };
            if already(&here, figure, findings) || !figure.may_be_people(true) && figure.head.is_some() {
                continue;
            }
            // A bare "from" needs its "to".
            let to = here.view.is(figure.tokens.end, &["to"]);
            if words.len() == 1 && !to && words.first() == Some(&"from") {
                continue;
            }
            let start = here.view.token(figure.tokens.start).map_or(0, |token| token.span.start);
            let near = here
                .view
                .token(figure.tokens.start.saturating_sub(REACH))
                .map_or(here.sentence.span.start, |token| token.span.start);
            let Some(effect) = led_up_to(findings, Span { start: near, end: start }, figure.low) else {
                continue;
            };
            let mut sighting = Sighting::new(figure, effect, figure.tokens.clone(), NAME, 45);
            sighting.relation = Relation::Previous;
            sight(&here, sighting, findings);
        }
    });
}
