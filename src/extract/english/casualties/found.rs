//! Some of those who were missing, found: "ten of the 16 people reported missing were found dead", "of the 16 missing, ten
//! were found dead and two alive", "the bodies of three of the nine missing sailors washed ashore". Scenes go in; claims of
//! those found, and of how many are left, come out. Never reads a rest where the text does not say how many there were.

use std::ops::Range;

use super::figure::{Figure, FigureKind};
use super::scene::{Here, each};
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Bound, Effect, Relation};
use crate::text::{Quantity, Tag};

const NAME: &str = "found";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "some of the missing found: \"ten of the 16 people reported missing were found dead\"",
    corpus: include_str!("found.md"),
    cues,
    find,
};

/// What those are of whom some are found.
const LOST: &[(&str, Effect)] =
    &[("missing", Effect::Missing), ("unaccounted", Effect::Missing), ("trapped", Effect::Trapped)];
/// How they are found.
const FATES: &[(&str, Effect)] = &[
    ("dead", Effect::Killed),
    ("lifeless", Effect::Killed),
    ("drowned", Effect::Killed),
    ("alive", Effect::Rescued),
    ("safe", Effect::Rescued),
    ("unharmed", Effect::Rescued),
    ("unhurt", Effect::Rescued),
];
/// Verbs of finding, as participles.
const FOUND: &[&str] =
    &["found", "recovered", "pulled", "dug", "brought", "located", "discovered", "retrieved", "confirmed"];
/// How far behind the people it may stand that they are missing.
const LOST_REACH: usize = 4;
/// How far behind them it may stand that they were found.
const FOUND_REACH: usize = 24;
/// How far behind "found" it may stand how.
const FATE_REACH: usize = 3;
/// More than what takes those missing for the news.
const WEIGHT: u8 = 78;

fn cues(cues: &mut Cues) {
    let lost = cues.words(LOST.iter().map(|(word, _)| *word));
    let fates = cues.words(FATES.iter().map(|(word, _)| *word).chain(["bodies"]));
    cues.enough(lost | fates);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        let lost = |at: usize| LOST.iter().any(|(word, _)| here.view.is(at, &[word]));
        if !here.sentence.tokens.clone().any(lost) {
            return;
        }
        divided(&here, findings);
        for figure in &here.scene.figures {
            some_of(&here, figure, findings);
        }
    });
}

/// "Ten of the 16 people reported missing were found dead".
fn some_of(here: &Here<'_>, figure: &Figure, findings: &mut Findings) {
    let whole = whole_of(here, figure);
    // "Ten of the missing": of how many the text need not say.
    let of_them =
        || (figure.kind == FigureKind::Share && figure.low > 0).then_some(figure.core.end..figure.tokens.end);
    let behind = whole.as_ref().map(|whole| whole.number.end..figure.tokens.end + LOST_REACH);
    let Some((lost, effect)) = behind.or_else(of_them).and_then(|words| lost_in(here, words)) else { return };
    let bodies = here.view.preceded_by(figure.tokens.start, &["bodies", "of"]);
    let found = found_after(here, figure.tokens.end.max(lost + 1));
    let (fate, said) = match found {
        _ if bodies => (Effect::Killed, figure.tokens.start - 2..figure.tokens.end.max(lost + 1)),
        Some((fate, end)) => (fate, figure.tokens.start..end),
        None => return,
    };
    tell_found(here, figure, fate, said.clone(), findings);
    if let Some(whole) = whole {
        tell_rest(here, figure, &whole, effect, figure.low, said, findings);
    }
}

/// "Of the 16 missing, ten were found dead and two alive".
fn divided(here: &Here<'_>, findings: &mut Findings) {
    let first = here.sentence.tokens.start;
    if !here.view.is(first, &["of"]) || !here.view.is(first + 1, &["the", "those"]) {
        return;
    }
    let Some(comma) = here.sentence.tokens.clone().find(|&at| here.view.is(at, &[","])) else { return };
    let Some((_, effect)) = lost_in(here, first..comma) else { return };
    let within = |quantity: &&Quantity| first < quantity.tokens.start && quantity.tokens.end < comma;
    let quantities = here.sentence.quantities.clone().filter_map(|at| here.analysis.quantities.get(at));
    let whole = quantities.into_iter().find(within);
    let mut sum: u64 = 0;
    let mut last: Option<&Figure> = None;
    for figure in here.scene.figures.iter().filter(|figure| figure.tokens.start > comma) {
        if !matches!(figure.kind, FigureKind::Bare | FigureKind::Counted) || figure.low == 0 {
            break;
        }
        // Behind the first the verb is left out: "ten were found dead and two alive".
        let gapped =
            last.and_then(|_| fate_at(here, figure.core.end)).map(|fate| (fate, figure.core.end + 1));
        let near =
            here.view.is(figure.tokens.end, BE).then(|| found_after(here, figure.tokens.end)).flatten();
        let Some((fate, end)) = gapped.or(near) else { break };
        tell_found(here, figure, fate, figure.tokens.start..end, findings);
        sum = sum.saturating_add(figure.low);
        last = Some(figure);
    }
    if let (Some(whole), Some(figure)) = (whole, last) {
        tell_rest(here, figure, whole, effect, sum, first..comma, findings);
    }
}

/// They come on top of the dead, or of those saved, who were known before.
fn tell_found(here: &Here<'_>, figure: &Figure, fate: Effect, said: Range<usize>, findings: &mut Findings) {
    let mut sighting = Sighting::new(figure, fate, said, NAME, WEIGHT);
    sighting.relation = Relation::Added;
    sight(here, sighting, findings);
}

/// How many are left, where both numbers are firm.
fn tell_rest(
    here: &Here<'_>,
    figure: &Figure,
    whole: &Quantity,
    effect: Effect,
    found: u64,
    said: Range<usize>,
    findings: &mut Findings,
) {
    let firm = whole.bound == Bound::Exact && whole.high.is_none() && figure.bound == Bound::Exact;
    let Some(low) = whole.low.checked_sub(found).filter(|left| *left > 0 && firm) else { return };
    let rest = Figure {
        core: whole.number.clone(),
        kind: FigureKind::Counted,
        low,
        high: None,
        more: false,
        ..figure.clone()
    };
    sight(here, Sighting::new(&rest, effect, said, NAME, WEIGHT), findings);
}

/// The number of those of whom a figure is a part: the 16 of "ten of the 16 passengers".
fn whole_of(here: &Here<'_>, figure: &Figure) -> Option<Quantity> {
    let noun =
        here.analysis.phrases.get(figure.noun_phrase).filter(|_| figure.noun_phrase != figure.phrase)?;
    let whole = here.analysis.quantities.get(noun.quantity.get()?)?;
    (figure.low > 0 && figure.low <= whole.low).then(|| whole.clone())
}

/// The first word among these tokens that says they are out of reach.
fn lost_in(here: &Here<'_>, tokens: Range<usize>) -> Option<(usize, Effect)> {
    let tokens = tokens.start..tokens.end.min(here.sentence.tokens.end);
    tokens.into_iter().find_map(|at| {
        LOST.iter().find(|(word, _)| here.view.is(at, &[word])).map(|(_, effect)| (at, *effect))
    })
}

const BE: &[&str] = &["is", "are", "was", "were", "been", "have", "has", "had"];

/// How those before were found, and where the words for it end.
fn found_after(here: &Here<'_>, from: usize) -> Option<(Effect, usize)> {
    let until = (from + FOUND_REACH).min(here.sentence.tokens.end);
    let found = (from..until).take_while(|&at| !here.view.is(at, &[";"])).find(|&at| {
        let before = if here.view.tag_before(at) == Tag::Adverb { at.saturating_sub(2) } else { at - 1 };
        here.view.is(at, FOUND) && (here.view.is(before, BE) || here.sentence.heading)
    })?;
    (found + 1..(found + 1 + FATE_REACH).min(until)).find_map(|at| Some((fate_at(here, at)?, at + 1)))
}

fn fate_at(here: &Here<'_>, at: usize) -> Option<Effect> {
    FATES.iter().find(|(word, _)| here.view.is(at, &[word])).map(|(_, effect)| *effect)
}
