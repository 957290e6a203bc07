//! Turns people and what happened to them into a claim. A figure, an effect and the words between them go in; a claim
//! with group, side, place, scope, source, time and quote comes out. Never decides that something happened.

use std::ops::Range;

use jiff::Timestamp;

use super::figure::{Figure, FigureKind};
use super::parts::opens_part;
use super::place::place;
use super::scene::Here;
use super::side::{side, side_of_whole};
use crate::extract::english::scope::scope_at;
use crate::extract::rule::Findings;
use crate::model::{Bound, Casualty, Claim, Effect, Evidence, Group, Relation, Scope, Span};
use crate::text::english::date::{Direction, Grain};

/// People, and what happened to them.
#[derive(Debug, Clone)]
pub(super) struct Sighting<'f> {
    /// The people.
    pub(super) figure: &'f Figure,
    /// What happened.
    pub(super) effect: Effect,
    /// The tokens that say so, besides the figure's own.
    pub(super) said: Range<usize>,
    /// How it relates to the other figures.
    pub(super) relation: Relation,
    /// Another bound than the figure's own: "passes 100".
    pub(super) bound: Option<Bound>,
    /// Another group than the figure's own.
    pub(super) group: Option<Group>,
    /// The construction.
    pub(super) rule: &'static str,
    /// Its strength against other constructions on the same figure.
    pub(super) weight: u8,
}

impl<'f> Sighting<'f> {
    /// A plain sighting.
    pub(super) fn new(
        figure: &'f Figure,
        effect: Effect,
        said: Range<usize>,
        rule: &'static str,
        weight: u8,
    ) -> Self {
        let relation = if figure.more { Relation::Added } else { Relation::Whole };
        Self { figure, effect, said, relation, bound: None, group: None, rule, weight }
    }
}

/// At most this many bytes of a sentence are quoted.
const QUOTE_BYTES_MAX: usize = 400;

/// Makes the claim.
pub(super) fn tell(here: &Here<'_>, sighting: &Sighting<'_>, findings: &mut Findings) {
    let figure = sighting.figure;
    if here.scene.sport && (sighting.effect != Effect::Killed || figure.low <= 1) {
        return;
    }
    let convict = figure.head.is_some_and(|head| {
        here.view.is(head, &["inmates", "prisoners", "convicts", "suspects", "inmate", "prisoner", "convict"])
    });
    if sighting.effect == Effect::Rescued && convict {
        return;
    }
    let Some(core) = here.span(&figure.core) else { return };
    let quoted = figure.tokens.start.min(sighting.said.start)..figure.tokens.end.max(sighting.said.end);
    let near = here.span(&quoted).filter(|span| span.end - span.start <= QUOTE_BYTES_MAX);
    let Some(span) = near.or_else(|| here.span(&figure.tokens)) else { return };
    let text = &here.reading.article.text;
    let claim = Casualty {
        effect: sighting.effect,
        value: figure.low,
        high: figure.high,
        bound: sighting.bound.unwrap_or(figure.bound),
        group: group(here, sighting),
        side: side(here, figure).or_else(|| side_of_whole(here, figure)),
        place: place(here, figure, sighting.effect, &sighting.said),
        scope: scope(here, sighting),
        source: source(here, core),
        as_of: as_of(here, sighting, core),
        relation: sighting.relation,
        evidence: Evidence { quote: span.of(text).to_owned(), span, rule: sighting.rule.to_owned() },
    };
    // "was wounded and later died": the worse of two on one person is how it ended.
    let weight = sighting.weight + u8::from(sighting.effect == Effect::Killed);
    findings.add_at(core, weight, Claim::Casualty(claim));
}

/// Longest name of a source in bytes; a longer one is a sentence that was taken for a name.
const SOURCE_BYTES_MAX: usize = 120;

/// Who states the figure: the one relied on where somebody else passes it on ("X said, citing Y").
fn source(here: &Here<'_>, core: Span) -> Option<String> {
    let attribution = here.analysis.speaker_of(core)?;
    let via = attribution.via.map(|phrase| here.analysis.span(here.analysis.extent(phrase)));
    let span = via.unwrap_or(attribution.span);
    let written = span.of(&here.reading.article.text).split_whitespace().collect::<Vec<_>>().join(" ");
    let name = written.strip_prefix("the ").or_else(|| written.strip_prefix("The ")).unwrap_or(&written);
    let pronoun = matches!(
        name.to_lowercase().as_str(),
        "" | "he" | "she" | "it" | "they" | "who" | "which" | "that" | "we" | "i" | "one" | "this"
    );
    (!pronoun && name.len() <= SOURCE_BYTES_MAX).then(|| name.to_owned())
}

/// When the figure held: "as of 8 p.m.", "by Wednesday evening"; of a toll also the day on which it was reached.
fn as_of(here: &Here<'_>, sighting: &Sighting<'_>, core: Span) -> Option<Timestamp> {
    let when = here.analysis.date_of(core)?;
    let states = match when.direction {
        Direction::UpTo => true,
        Direction::During => sighting.rule == "toll" && when.grain <= Grain::Day,
        _ => false,
    };
    let published = here.reading.article.published_at.map(|moment| moment.at);
    let end = when.ends_at().filter(|_| states)?;
    Some(published.map_or(end, |published| end.min(published)))
}

/// Background where the figure or what is said of it is.
fn scope(here: &Here<'_>, sighting: &Sighting<'_>) -> Scope {
    let last = sighting.said.end.saturating_sub(1);
    [sighting.figure.core.start, sighting.said.start, last]
        .into_iter()
        .map(|at| scope_at(&here.scene.stretches, at))
        .max()
        .unwrap_or(Scope::Event)
}

impl Here<'_> {
    /// The bytes of some tokens.
    pub(super) fn span(&self, tokens: &Range<usize>) -> Option<Span> {
        let first = self.view.token(tokens.start)?;
        let last = self.view.token(tokens.end.checked_sub(1)?)?;
        (first.span.start < last.span.end).then_some(Span { start: first.span.start, end: last.span.end })
    }
}

/// How badly: a subset of the injured is a group of its own.
const SEVERE: &[&str] =
    &["seriously", "critically", "severely", "gravely", "badly", "serious", "critical", "life-threatening"];

fn group(here: &Here<'_>, sighting: &Sighting<'_>) -> Group {
    if let Some(group) = sighting.group {
        return group;
    }
    let figure = sighting.figure;
    let severe = sighting.effect == Effect::Injured
        && matches!(figure.kind, FigureKind::Bare | FigureKind::Share)
        && sighting.said.clone().any(|at| here.view.is(at, SEVERE));
    if severe {
        return Group::Other;
    }
    if figure.tokens.clone().any(|at| here.view.is(at, &["civilian", "civilians"])) {
        return Group::Civilians;
    }
    let suspect = sighting.effect == Effect::Detained && figure.low == 1;
    if let Some(group) = figure.group() {
        // Somebody arrested alone is held for what he is thought to have done, not as one of the people.
        return if suspect && group == Group::People { Group::Other } else { group };
    }
    if figure.head.is_some() {
        return Group::People;
    }
    counted_before(here, figure).unwrap_or(Group::People)
}

/// "two civilians were killed and 23 wounded": a bare number counts the people counted before it. A part does not:
/// "12 died, including two nurses, and 20 were hurt". "Twenty more" and "two of them" also look one sentence back.
fn counted_before(here: &Here<'_>, figure: &Figure) -> Option<Group> {
    let own = here
        .scene
        .figures
        .iter()
        .rev()
        .filter(|other| other.tokens.end <= figure.tokens.start && other.low > 0)
        .filter(|other| figure.kind == FigureKind::Share || !opens_part(here, other));
    if let Some(group) = own.clone().find_map(Figure::group) {
        return Some(group);
    }
    let opens = figure.tokens.start <= here.sentence.tokens.start + 1;
    if own.count() > 0 || !opens || !(figure.more || figure.kind == FigureKind::Share) {
        return None;
    }
    let before = here.scene_before()?;
    before.figures.iter().rev().filter(|other| other.low > 1).find_map(Figure::group)
}
