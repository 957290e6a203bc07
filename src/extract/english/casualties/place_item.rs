//! The place that heads an item of a list: "Kalama 58 dead, 120 injured; Vereta 37 dead", "Kalama: 58 dead". A figure goes
//! in; the name at the head of its item comes out. Never reads one lone item: a name before a number may be whoever counts.

use super::place_name::{Named, is_name, name_at};
use super::scene::Here;
use crate::model::Span;
use crate::text::english::view::View;
use crate::text::gazetteer::EntityKind;
use crate::text::{Sentence, Tag};

/// Signs between the name of an item and its number.
const LEADS: &[&str] = &[":", "-", "–", "—", "("];
/// How many sentences on either side are looked at for another item.
const NEAR: usize = 2;
/// How many words an item may take up to its last number.
const ITEM_MAX: usize = 24;

/// The place of the item that a figure stands in.
pub(super) fn item(here: &Here<'_>, figure: usize) -> Option<Named> {
    let text = &here.reading.article.text;
    let starts = items(here.view, here.sentence, text);
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
fn items(view: View<'_>, sentence: &Sentence, text: &str) -> Vec<(usize, usize)> {
    let first = sentence.tokens.start;
    sentence
        .tokens
        .clone()
        .filter(|&at| {
            let opens = || at == first || view.is(at - 1, &[";", ":", "•", "-", "*", "–"]);
            is_name(view, at) && opens()
        })
        .filter_map(|at| {
            let (_, end) = name_at(view, text, at)?;
            let sign = usize::from(view.is(end, LEADS));
            (view.tag(end + sign) == Tag::Number).then_some((at, end))
        })
        .collect()
}

/// Whether a sentence beside it is an item too.
fn has_neighbours(here: &Here<'_>) -> bool {
    let number = here.scene.sentence;
    (number.saturating_sub(NEAR)..=number + NEAR).filter(|&other| other != number).any(|other| {
        here.analysis.sentences.get(other).is_some_and(|sentence| {
            sentence.part.speaks()
                && !items(here.analysis.view(other), sentence, &here.reading.article.text).is_empty()
        })
    })
}
