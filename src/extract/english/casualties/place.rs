//! Where the people were, when a figure counts only part of the event. A figure goes in; the name of the place comes
//! out, when the words say "in X" of it and X is not where the whole event is. "There", "in the same village" and "in the
//! capital" are resolved from what was named before. Never guesses.

use std::ops::Range;

use super::figure::Figure;
use super::scene::Here;
use crate::model::{Effect, Span};
use crate::text::english::view::View;
use crate::text::gazetteer::{Entity, EntityKind};
use crate::text::{Clause, Tag, Voice};

/// Prepositions of place.
const AT: &[&str] = &["in", "at", "near", "around", "outside", "across"];

/// Nouns that point back at a place: "in the same village".
const KINDS: &[&str] = &[
    "village",
    "town",
    "city",
    "district",
    "province",
    "region",
    "area",
    "county",
    "camp",
    "neighbourhood",
    "suburb",
    "place",
    "state",
    "island",
    "valley",
];

/// How many sentences back "there" may point.
const SENTENCES_BACK: usize = 2;
/// How far before "where" the name of the place may begin.
const WHERE_REACH: usize = 6;
/// How far behind those who were moved "to X" may stand.
const ARRIVAL_REACH: usize = 12;

/// A place with how it was said.
struct Named {
    name: String,
    /// The words themselves say that it is a part: "in X alone", "there".
    part: bool,
}

/// The place of a figure whose predicate ends before `end`.
pub(super) fn place(here: &Here<'_>, figure: &Figure, effect: Effect, said: &Range<usize>) -> Option<String> {
    let clause = here.clause_around(figure.core.start);
    let end = figure.tokens.end.max(said.end);
    let behind = named_in(here, past_verb(here, end), 8).or_else(|| named_in(here, figure.tokens.end, 3));
    // Those who were moved are counted where they arrive.
    let arrives = || {
        matches!(effect, Effect::Displaced | Effect::Evacuated)
            .then(|| arrival(here, figure.tokens.end))
            .flatten()
    };
    let named = arrives()
        .or(behind)
        .or_else(|| where_(here, clause))
        .or_else(|| at_start(here, clause))
        .or_else(|| reporting(here, clause, figure))
        .or_else(|| there(here, clause))?;
    (named.part || contrasts(here) || !is_where_it_all_is(here, &named.name)).then_some(named.name)
}

/// "have crossed from the valley into Chad", "brought 2,148 evacuees to Jeddah".
fn arrival(here: &Here<'_>, from: usize) -> Option<Named> {
    let last = (from + ARRIVAL_REACH).min(here.sentence.tokens.end);
    let to = (from..last)
        .take_while(|&at| !matches!(here.view.tag(at), Tag::Punct | Tag::Subordinator | Tag::Coordinator))
        .find(|&at| here.view.is(at, &["into", "to"]) && is_name(here.view, at + 1))?;
    let (name, _) = name_at(here.view, &here.reading.article.text, to + 1)?;
    Some(Named { name, part: true })
}

/// "1,293 deaths were recorded in the province": the verb of the figure belongs to what was said.
fn past_verb(here: &Here<'_>, end: usize) -> usize {
    let group = here
        .clauses()
        .filter_map(|clause| clause.verb.as_ref())
        .find(|verb| verb.tokens.start == end && verb.voice == Voice::Passive);
    group.map_or(end, |verb| verb.tokens.end)
}

/// "117 died in the valley, where 749 others were hurt": the name before "where".
fn where_(here: &Here<'_>, clause: Option<&Clause>) -> Option<Named> {
    let opener = clause?.opener.filter(|&at| here.view.is(at, &["where"]))?;
    let first = opener.saturating_sub(WHERE_REACH).max(here.sentence.tokens.start);
    let last =
        (first..opener).rfind(|&at| is_name(here.view, at) && !is_name(here.view, at.wrapping_sub(1)))?;
    name_at(here.view, &here.reading.article.text, last).map(|(name, _)| Named { name, part: false })
}

/// Verbs with which a place tells of its own: "the province has lost 1,643", "officials in Oslo confirmed 30 deaths".
const REPORTS: &[&str] = &[
    "report", "confirm", "record", "register", "count", "lose", "mourn", "treat", "see", "bury", "announce",
];

/// The place in the subject of the verb whose object the figure is.
fn reporting(here: &Here<'_>, clause: Option<&Clause>, figure: &Figure) -> Option<Named> {
    let clause = clause?;
    let verb = clause.verb.as_ref().filter(|verb| verb.voice == Voice::Active)?;
    let adjacent = verb.tokens.end <= figure.tokens.start && figure.tokens.start <= verb.tokens.end + 2;
    if !adjacent || !REPORTS.contains(&&*here.verb_lemma(verb.main)) {
        return None;
    }
    let start = clause.tokens.start.min(verb.tokens.start);
    let at = (start..verb.tokens.start).find(|&at| here.view.is(at, AT));
    if let Some((name, _)) = at.and_then(|at| name_at(here.view, &here.reading.article.text, at + 1)) {
        return Some(Named { name, part: false });
    }
    let subject = here.span(&(start..verb.tokens.start))?;
    let entity = here
        .reading
        .entities_within(subject)
        .find(|entity| entity.is_place() || entity.kind == EntityKind::Demonym)?;
    Some(Named { name: entity.name.to_string(), part: false })
}

/// "The clinic there had received 25 bodies": "there" behind a noun anywhere in the clause.
fn there(here: &Here<'_>, clause: Option<&Clause>) -> Option<Named> {
    let at = clause?
        .tokens
        .clone()
        .find(|&at| here.view.is(at, &["there"]) && here.view.tag(at.wrapping_sub(1)) == Tag::Noun)?;
    back(here, at)
}

/// The name behind the first preposition of place within a few tokens, or "there".
fn named_in(here: &Here<'_>, from: usize, reach: usize) -> Option<Named> {
    for at in from..from + reach {
        if here.view.is(at, AT) {
            // "in a mosque in the old town of X": the first that names a place.
            if let Some(named) = named_behind(here, at + 1) {
                return Some(named);
            }
            continue;
        }
        if here.view.is(at, &["there"]) && closes(here, at + 1) {
            return back(here, at);
        }
        if matches!(here.view.tag(at), Tag::Verb | Tag::Punct | Tag::Subordinator | Tag::Coordinator)
            && at > from
        {
            return None;
        }
    }
    None
}

/// Nothing follows that makes "there" the subject of what comes ("there were").
fn closes(here: &Here<'_>, at: usize) -> bool {
    at >= here.sentence.tokens.end
        || matches!(
            here.view.tag(at),
            Tag::Punct | Tag::Coordinator | Tag::Adposition | Tag::Subordinator | Tag::Adverb
        )
}

/// "In the province of X, 12 people died".
fn at_start(here: &Here<'_>, clause: Option<&Clause>) -> Option<Named> {
    let start = clause.map_or(here.sentence.tokens.start, |clause| clause.tokens.start);
    [start, here.sentence.tokens.start].into_iter().find_map(|first| {
        here.view.is(first, &["in", "at", "near"]).then(|| named_behind(here, first + 1)).flatten()
    })
}

/// What a preposition of place governs: a name, "the capital", "the same village".
fn named_behind(here: &Here<'_>, from: usize) -> Option<Named> {
    let text = &here.reading.article.text;
    if let Some((name, end)) = name_at(here.view, text, from) {
        let end = if here.view.is(end, KINDS) { end + 1 } else { end };
        return Some(Named { name, part: here.view.is(end, &["alone"]) });
    }
    let determined = here.view.is(from, &["the", "that", "this"]);
    let at = if here.view.is(from + 1, &["same"]) { from + 2 } else { from + 1 };
    if determined && here.view.is(at, &["capital"]) {
        return here.reading.capital().map(|name| Named { name: name.to_owned(), part: true });
    }
    let points = here.view.is(from, &["that"]) || here.view.is(from + 1, &["same"]);
    if determined && points && here.view.is(at, KINDS) { back(here, from) } else { None }
}

/// The place named last before a token, in this sentence or shortly before.
fn back(here: &Here<'_>, before: usize) -> Option<Named> {
    let first = here.scene.sentence.saturating_sub(SENTENCES_BACK);
    for number in (first..=here.scene.sentence).rev() {
        let sentence = here.analysis.sentences.get(number)?;
        if !sentence.part.speaks() {
            return None;
        }
        let view = here.analysis.view(number);
        for at in (sentence.tokens.start..sentence.tokens.end.min(before)).rev() {
            if view.is(at, AT)
                && let Some((name, _)) = name_at(view, &here.reading.article.text, at + 1)
            {
                return Some(Named { name, part: true });
            }
        }
    }
    None
}

/// Two figures of one sentence in two places: each counts its own part ("12 in X and 15 in Y").
fn contrasts(here: &Here<'_>) -> bool {
    let text = &here.reading.article.text;
    let mut names: Vec<String> = Vec::new();
    for at in here.sentence.tokens.clone().filter(|at| here.view.is(*at, AT)) {
        if let Some((name, _)) = name_at(here.view, text, at + 1)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names.len() > 1 && here.scene.figures.len() > 1
}

/// The proper name that begins within a few tokens, past "the province of", and the token behind it.
fn name_at(view: View<'_>, text: &str, from: usize) -> Option<(String, usize)> {
    let mut at = from;
    for _ in 0..6 {
        if is_name(view, at) {
            break;
        }
        let passes =
            matches!(view.tag(at), Tag::Determiner | Tag::Adjective | Tag::Noun) || view.is(at, &["of"]);
        if !passes {
            return None;
        }
        at += 1;
    }
    let mut end = at;
    while is_name(view, end) || view.is(end, &["-", "\u{2019}", "'"]) && is_name(view, end + 1) {
        end += 1;
    }
    if end == at {
        return None;
    }
    let span = Span { start: view.token(at)?.span.start, end: view.token(end - 1)?.span.end };
    Some((span.of(text).trim_end_matches("'s").to_owned(), end))
}

fn is_name(view: View<'_>, at: usize) -> bool {
    view.tag(at) == Tag::ProperNoun && view.capital(at) && !view.is(at, DAYS)
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
    if is_one_of_countries(here, name) {
        return false;
    }
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

/// "floods in Norland and Sudland": of an event in several countries each is a part.
fn is_one_of_countries(here: &Here<'_>, name: &str) -> bool {
    let article = here.reading.article;
    let lead = here
        .analysis
        .sentences
        .iter()
        .find(|sentence| sentence.part.speaks() && sentence.span.start >= article.body_start());
    let Some(lead) = lead else { return false };
    let opening = Span { start: 0, end: lead.span.end };
    let countries: Vec<&Entity> =
        here.reading.entities_within(opening).filter(|entity| entity.kind == EntityKind::Country).collect();
    let is_place = |entity: &Entity| {
        let before = article.text.get(..entity.span.start).unwrap_or_default().trim_end();
        before.ends_with(" in") || before.ends_with(" and") || before.ends_with("In") || before.ends_with(',')
    };
    let named = countries.iter().any(|entity| *entity.name == *name);
    named && countries.iter().any(|entity| *entity.name != *name && is_place(entity))
}
