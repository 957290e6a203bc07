//! Where the people were, when a figure counts only part of the event. A figure goes in; the name of the place comes
//! out, when the words say "in X" of it and X is not where the whole event is. Never guesses.

use std::ops::Range;

use super::figure::Figure;
use super::scene::Here;
use crate::text::{Clause, Tag};

/// Prepositions of place.
const AT: &[&str] = &["in", "at", "near", "around", "outside", "across"];

/// The place of a figure whose predicate ends before `end`.
pub(super) fn place(here: &Here<'_>, figure: &Figure, said: &Range<usize>) -> Option<String> {
    let clause = here.clause_around(figure.core.start);
    let end = figure.tokens.end.max(said.end);
    let behind = named_in(here, end, 8).or_else(|| named_in(here, figure.tokens.end, 3));
    behind.or_else(|| at_start(here, clause)).filter(|name| !is_where_it_all_is(here, name))
}

/// The name behind the first preposition of place within a few tokens.
fn named_in(here: &Here<'_>, from: usize, reach: usize) -> Option<String> {
    for at in from..from + reach {
        if here.view.is(at, AT) {
            return name_at(here, at + 1);
        }
        if matches!(here.view.tag(at), Tag::Verb | Tag::Punct | Tag::Subordinator | Tag::Coordinator)
            && at > from
        {
            return None;
        }
    }
    None
}

/// "In the province of X, 12 people died".
fn at_start(here: &Here<'_>, clause: Option<&Clause>) -> Option<String> {
    let start = clause.map_or(here.sentence.tokens.start, |clause| clause.tokens.start);
    [start, here.sentence.tokens.start].into_iter().find_map(|first| {
        here.view.is(first, &["in", "at", "near"]).then(|| name_at(here, first + 1)).flatten()
    })
}

/// The proper name that begins within a few tokens, past "the province of".
fn name_at(here: &Here<'_>, from: usize) -> Option<String> {
    let mut at = from;
    for _ in 0..6 {
        if is_name(here, at) {
            break;
        }
        let passes = matches!(here.view.tag(at), Tag::Determiner | Tag::Adjective | Tag::Noun)
            || here.view.is(at, &["of"]);
        if !passes {
            return None;
        }
        at += 1;
    }
    let mut end = at;
    while is_name(here, end) || here.view.is(end, &["-", "’", "'"]) && is_name(here, end + 1) {
        end += 1;
    }
    if end == at {
        return None;
    }
    let span = here.span(&(at..end))?;
    Some(span.of(&here.reading.article.text).trim_end_matches("'s").to_owned())
}

fn is_name(here: &Here<'_>, at: usize) -> bool {
    here.view.tag(at) == Tag::ProperNoun && here.view.capital(at) && !here.view.is(at, DAYS)
}

const DAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The title and the first paragraph say where the whole event is.
fn is_where_it_all_is(here: &Here<'_>, name: &str) -> bool {
    let article = here.reading.article;
    if article.title.contains(name) {
        return true;
    }
    let lead = here
        .analysis
        .sentences
        .iter()
        .find(|sentence| sentence.part.speaks() && sentence.span.start >= article.body_start())
        .map(|sentence| sentence.span);
    lead.is_some_and(|lead| lead.of(&article.text).contains(name) || here.sentence.span.start <= lead.start)
}
