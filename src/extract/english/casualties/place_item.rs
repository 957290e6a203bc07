//! The place that stands right before a number: at the head of an item of a list ("Kalama 58 dead, 120 injured; Vereta 37
//! dead", "Kalama: 58 dead"), behind "in" ("In Kalama 58 died, in Vereta 37"), or in the toll before it. A figure goes in; the
//! name comes out. Never reads one lone item: a name before a number may be whoever counts.

use std::ops::Range;

use super::place::written;
use super::place_name::{Named, back, is_name, name_at, names_at};
use super::scene::Here;
use super::sighting::Sighting;
use crate::extract::english::lexicon::is_kind_of_place;
use crate::extract::rule::Reading;
use crate::model::Span;
use crate::text::Tag;
use crate::text::gazetteer::EntityKind;

/// Signs between the name of an item and its number.
const LEADS: &[&str] = &[":", "-", "–", "—", "("];
/// How many sentences on either side are looked at for another item.
const NEAR: usize = 2;
/// How many words an item may take up to its last number.
const ITEM_MAX: usize = 24;

/// The place of the item that a figure stands in.
pub(super) fn item(here: &Here<'_>, figure: usize) -> Option<Named> {
    let text = &here.reading.article.text;
    let starts = here.scene.items(here.reading);
    let (start, end) = *starts.iter().rfind(|(start, _)| *start < figure)?;
    let within = end..figure;
    let plain = |at: usize| {
        !here.view.is(at, &[";", "."])
            && (!matches!(here.view.tag(at), Tag::Verb | Tag::Aux)
                || here.scene.predicates.iter().any(|predicate| predicate.tokens.contains(&at)))
    };
    if within.len() > ITEM_MAX || !within.into_iter().all(plain) {
        return None;
    }
    if starts.len() < 2 && !has_neighbours(here) {
        return None;
    }
    let (name, _) = name_at(here.view, text, start)?;
    let span = Span { start: here.view.token(start)?.span.start, end: here.view.token(end)?.span.start };
    let somebody = here
        .reading
        .entities_within(span)
        .any(|entity| !entity.is_place() || entity.kind == EntityKind::Demonym);
    (!somebody).then(|| Named::one(name, true))
}

/// Where items begin, and where their names end: a name with a number right behind it, at the start of the sentence, behind
/// a semicolon or behind what introduces the list.
pub(super) fn items_of(reading: &Reading<'_>, number: usize) -> Vec<(usize, usize)> {
    let view = reading.analysis.view(number);
    let starts = (view.start..view.end).filter(|&at| {
        let opens = || at == view.start || view.is(at - 1, &[";", ":", "•", "-", "*", "–"]);
        opens() && is_name(view, at)
    });
    starts
        .filter_map(|at| {
            let (_, end) = name_at(view, &reading.article.text, at)?;
            let sign = usize::from(view.is(end, LEADS));
            (view.tag(end + sign) == Tag::Number).then_some((at, end))
        })
        .collect()
}

/// Whether a sentence beside it is an item too.
fn has_neighbours(here: &Here<'_>) -> bool {
    let number = here.scene.sentence;
    (number.saturating_sub(NEAR)..=number + NEAR).filter(|&other| other != number).any(|other| {
        here.analysis
            .sentences
            .get(other)
            .is_some_and(|sentence| sentence.part.speaks() && !items_of(here.reading, other).is_empty())
    })
}

/// "Put the number of dead there at 57 and that of the injured at 200": the second number is of the same place.
pub(super) fn of_toll_before(here: &Here<'_>, of: &Range<usize>) -> Option<Named> {
    let joined = (of.start.saturating_sub(3)..of.start).any(|at| here.view.is(at, &["and"]));
    let before = here.scene.figures.iter().rfind(|figure| figure.tokens.end <= of.start)?;
    let there =
        (before.tokens.start.saturating_sub(4)..before.tokens.start).find(|&at| here.view.is(at, &["there"]));
    there.filter(|_| joined).and_then(|there| back(here, there))
}

/// "In Kalama 58 people died, in Vereta 37": each number right behind its place.
pub(super) fn before_number(here: &Here<'_>, figure: usize) -> Option<Named> {
    let floor = figure.saturating_sub(NAME_REACH).max(here.sentence.tokens.start);
    let at = (floor..figure).rfind(|&at| here.view.is(at, &["in", "at"]))?;
    let (named, end) = names_at(here.reading, here.view, here.sentence.heading, at + 1)?;
    let again = figure + 1..here.sentence.tokens.end;
    let listed = at == here.sentence.tokens.start && again.into_iter().any(|at| opens_place(here, at))
        || opens_place(here, at);
    (listed && end == figure).then_some(Named { part: true, ..named })
}

/// "…, in Vereta 37", "… and in Sona 17".
fn opens_place(here: &Here<'_>, at: usize) -> bool {
    let joined = here.view.is(at.wrapping_sub(1), &[",", ";", "and"]) && here.view.is(at, &["in", "at"]);
    joined
        && name_at(here.view, &here.reading.article.text, at + 1)
            .is_some_and(|(_, end)| here.view.tag(end) == Tag::Number)
}

/// "Kalama is worst hit, with 188 deaths, followed by Vereta with 74", "Kalama accounts for 131 of the deaths, Vereta for
/// 60": the place right before "with" or "for", or the one that the sentence opens with.
pub(super) fn shared_out(here: &Here<'_>, figure: usize) -> Option<Named> {
    let text = &here.reading.article.text;
    let first = here.sentence.tokens.start;
    let with = figure.checked_sub(1).filter(|&at| here.view.is(at, &["with", "for"]))?;
    let accounts = here.view.is(with, &["for"]);
    let divided = (first..with).any(|at| {
        if accounts {
            here.view.is(at, &["account", "accounts", "accounted", "accounting"])
        } else {
            here.view.is(at, &["worst", "hardest"]) || here.view.follows(at, &["followed", "by"])
        }
    });
    if !divided {
        return None;
    }
    let accounting = here.view.is(with.wrapping_sub(1), &["account", "accounts", "accounted"]);
    let end = if accounting { with - 1 } else { with };
    let before = end.saturating_sub(NAME_REACH).max(first)..end;
    let kind = usize::from(is_kind_of_place(here.view.word(end.wrapping_sub(1))));
    let own = before.rev().skip(kind).take_while(|&at| is_name(here.view, at)).last();
    // "Kalama province is worst hit, with 188 deaths".
    let from = own.or_else(|| (!accounts && is_name(here.view, first)).then_some(first))?;
    let (name, end) = name_at(here.view, text, from)?;
    let opens = from > first || !here.view.is(end, &["'s", ","]);
    let listed = from == first || here.view.is(from - 1, &["by", "and", ",", ";"]);
    (opens && listed).then(|| Named::one(name, true))
}

/// How far before a number the preposition of its place may stand.
const NAME_REACH: usize = 5;

/// "Chad's toll is 72": the place whose toll it is.
pub(super) fn owner_of_toll(here: &Here<'_>, sighting: &Sighting) -> Option<Named> {
    let mark =
        sighting.said.start.checked_sub(1).filter(|&at| here.view.is(at, &["'s", "\u{2019}s", "'"]))?;
    let first = (here.sentence.tokens.start..mark).rev().take_while(|&at| is_name(here.view, at)).last()?;
    let span = here.span(&(first..mark)).filter(|_| sighting.rule == "toll")?;
    let entity = here.reading.entities_within(span).rfind(|entity| entity.is_place())?;
    Some(Named::one(written(here, entity), false))
}
