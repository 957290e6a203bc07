//! Names of places as a sentence gives them. Tokens go in; the name, where it ends, and whether its words make it a part
//! of something larger come out. Never decides what happened there: that is `place`'s work.

use std::ops::Range;
use std::sync::LazyLock;

use super::scene::Here;
use crate::extract::english::lexicon::{is_kind_of_place, speech};
use crate::extract::rule::Reading;
use crate::model::Span;
use crate::text::Tag;
use crate::text::english::calendar::{is_month, is_weekday};
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::gazetteer::{Entity, EntityKind};

/// Prepositions of place.
pub(super) const AT: &[&str] = &["in", "at", "near", "around", "outside", "across"];

/// How many sentences back "there" may point.
const SENTENCES_BACK: usize = 3;
/// How many words may stand between a place and the verb of saying whose subject it belongs to.
const SPEAKER_REACH: usize = 3;
/// How far before a place "according to" may stand.
const ACCORDING_REACH: usize = 8;

/// A place with how it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// As written; several places joined by "and".
    pub(super) name: String,
    /// The words themselves say that it is a part: "in X alone", "there".
    pub(super) part: bool,
    /// Each of several places.
    pub(super) members: Vec<String>,
}

impl Named {
    /// One place.
    pub(super) fn one(name: String, part: bool) -> Self {
        Self { members: vec![name.clone()], name, part }
    }
}

/// A place, and the tokens that lead to it and name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) tokens: Range<usize>,
    pub(super) named: Named,
}

/// The proper name that begins within a few tokens, past "the province of", and the token behind it.
pub(super) fn name_at(view: View<'_>, text: &str, from: usize) -> Option<(String, usize)> {
    let mut at = from;
    for _ in 0..6 {
        if is_name(view, at) {
            break;
        }
        let passes = matches!(view.tag(at), Tag::Determiner | Tag::Adjective | Tag::Noun)
            || view.is(at, &["of", "neighbouring", "neighboring", "nearby"]);
        if !passes {
            return None;
        }
        at += 1;
    }
    let mut end = run_end(view, at);
    if end == at {
        return None;
    }
    // "the Ruritanian town of Bor": it is the town that is named.
    if is_kind_of_place(view.word(end)) && view.is(end + 1, &["of"]) && is_name(view, end + 2) {
        at = end + 2;
        end = run_end(view, at);
    }
    // "the Federal Medical Centre": an institution keeps what it is called.
    if view.is(end - 1, INSTITUTIONS) {
        at = (from..at).rev().take_while(|&before| view.capital(before)).last().unwrap_or(at);
    }
    let span = Span { start: view.token(at)?.span.start, end: view.token(end - 1)?.span.end };
    Some((span.of(text).trim_end_matches("'s").to_owned(), end))
}

/// Where the words of a name that begins at `start` end; `start` when none does.
fn run_end(view: View<'_>, start: usize) -> usize {
    let mut end = start;
    loop {
        let joins = view.is(end, &["-", "\u{2019}", "'"]) && is_name(view, end + 1);
        let particles = (end..end + 2).take_while(|&next| view.is(next, PARTICLES)).count();
        if is_name(view, end) || joins {
            end += 1;
        } else if end > start && particles > 0 && is_name(view, end + particles) {
            end += particles + 1;
        } else {
            return end;
        }
    }
}

/// Small words inside a name: "Rio de Janeiro".
const PARTICLES: &[&str] = &["de", "la", "del", "da", "do", "dos", "das", "du", "des", "el", "al", "es"];
/// Last words of names that are nothing without those before.
const INSTITUTIONS: &[&str] =
    &["centre", "center", "hospital", "clinic", "infirmary", "university", "college", "airport", "school"];

/// Whether a token is part of a name that may be a place's.
pub(super) fn is_name(view: View<'_>, at: usize) -> bool {
    let article = || view.is(at, &["al", "el"]) && view.tag(at + 1) == Tag::ProperNoun;
    // "Block C", "Gate B" are no places of that letter.
    let letter = view.word(at).len() == 1;
    if letter || !view.capital(at) || view.tag(at) != Tag::ProperNoun && !article() {
        return false;
    }
    !OF_THE_CALENDAR.at(view, at)
}

static OF_THE_CALENDAR: LazyLock<Listed<bool>> =
    LazyLock::new(|| Listed::new(|word| is_weekday(word) || is_month(word)));

/// A name with those joined to it: "in Norland and Sudland", in a heading also "in Norland, Sudland". The words behind
/// say whether it is a part ("in X alone").
pub(super) fn names_at(
    reading: &Reading<'_>,
    view: View<'_>,
    heading: bool,
    from: usize,
) -> Option<(Named, usize)> {
    let text = &reading.article.text;
    let (first, mut end) = name_at(view, text, from)?;
    // "in the Norlandian valley", "in South Norlandian mines" names no place.
    let last = view.token(end.checked_sub(1)?)?.span;
    let next = view.token(end).filter(|_| view.capital(end)).map_or(last.end, |next| next.span.end);
    let whole = Span { start: view.token(from)?.span.start, end: next };
    let demonym = |entity: &Entity| entity.kind == EntityKind::Demonym && entity.span.end >= last.end;
    if reading.entities_within(whole).any(demonym) {
        return None;
    }
    // "in the crash of an Osk Air plane": the name is of the plane.
    let of_a_thing = view.tag(end) == Tag::Noun
        && !is_kind_of_place(view.word(end))
        && (from..end).any(|at| view.is(at, &["a", "an"]))
        && !view.is(end, &["suburb", "hospital", "neighbourhood", "neighborhood", "clinic", "school"]);
    if of_a_thing && !reading.entities_within(whole).any(Entity::is_place) {
        return None;
    }
    let mut named = Named::one(first, false);
    while named.members.len() < MEMBERS_MAX {
        let joins = view.is(end, &["and"]) || heading && view.is(end, &[","]);
        if !joins || !is_name(view, end + 1) {
            break;
        }
        let Some((next, behind)) = name_at(view, text, end + 1) else { break };
        // "in Norland, and Osk mourns 30": what has a verb is no member. "in Darek, Norland" lies in it.
        let acts = matches!(view.tag(behind), Tag::Verb | Tag::Aux);
        let countries = || named.members.iter().chain([&next]).all(|name| is_country(reading, name));
        if acts || view.is(end, &[","]) && !countries() {
            break;
        }
        named.members.push(next);
        end = behind;
    }
    if let [before @ .., last] = named.members.as_slice()
        && !before.is_empty()
    {
        named.name = format!("{} and {last}", before.join(", "));
    }
    let kind = usize::from(is_kind_of_place(view.word(end)));
    named.part = view.is(end + kind, &["alone"]);
    Some((named, end))
}

/// How many places one preposition governs at most.
const MEMBERS_MAX: usize = 4;

fn is_country(reading: &Reading<'_>, name: &str) -> bool {
    reading.entities().iter().any(|entity| entity.kind == EntityKind::Country && *entity.name == *name)
}

/// Whether the place at `at` belongs to who speaks ("the ministry in Osk said", "according to officials in Osk") and not
/// to what is said.
pub(super) fn is_speakers(view: View<'_>, at: usize, end: usize) -> bool {
    let says = (end..end + SPEAKER_REACH)
        .take_while(|&next| !matches!(view.tag(next), Tag::Punct | Tag::Adposition | Tag::Noun))
        .any(|next| speech::is_speech(view.word(next)));
    let cited = (at.saturating_sub(ACCORDING_REACH).max(view.start)..at)
        .rev()
        .take_while(|&before| !matches!(view.tag(before), Tag::Punct | Tag::Verb | Tag::Aux))
        .any(|before| view.is(before, &["according", "citing"]))
        || (at.saturating_sub(ACCORDING_REACH).max(view.start)..at)
            .rev()
            .take_while(|&before| view.tag(before) != Tag::Punct)
            .any(|before| view.follows(before, &["according", "to"]));
    // "Ada Brun, in Oslo to offer help, called it": where she is.
    let visits = view.is(at.wrapping_sub(1), &["in"])
        && view.is(at.wrapping_sub(2), &[","])
        && view.is(end, &["to", "for", "on"])
        && view.tag(at.wrapping_sub(3)) == Tag::ProperNoun;
    says || cited || visits
}

/// The places that a sentence sets what it tells in, in order: those behind a preposition and "the town of X", without
/// those of its speakers.
pub(super) fn places_of(reading: &Reading<'_>, number: usize, tokens: Range<usize>) -> Vec<Placed> {
    places(reading, number, tokens, false)
}

/// Verbs whose object a place is when it is struck.
const STRIKES: &[&str] = &[
    "shell",
    "bomb",
    "bombard",
    "strike",
    "hit",
    "attack",
    "raid",
    "storm",
    "pound",
    "devastate",
    "flatten",
    "batter",
    "ravage",
    "engulf",
    "flood",
];

/// Whether the name from `at` to `end` is told as a place where something happened: "shelling Osk", "Osk, a village in
/// the hills".
fn is_scene(view: View<'_>, at: usize, end: usize) -> bool {
    let aside = view.is(end, &[",", "–", "—", "-"]) && view.is(end + 1, &["a", "an", "the"]);
    let kind = || (end + 2..end + 2 + ASIDE_REACH).any(|next| is_kind_of_place(view.word(next)));
    let struck = || STRIKES.contains(&&*view.verb(at.wrapping_sub(1)));
    aside && kind() && (at == view.start || struck())
}

/// How far into the aside the word for a kind of place may stand.
const ASIDE_REACH: usize = 3;

fn places(reading: &Reading<'_>, number: usize, tokens: Range<usize>, speakers: bool) -> Vec<Placed> {
    let Some(sentence) = reading.analysis.sentences.get(number) else { return Vec::new() };
    let view = reading.analysis.view(number);
    let mut found = Vec::new();
    let mut at = tokens.start.max(sentence.tokens.start);
    while at < tokens.end.min(sentence.tokens.end) {
        // A place begins with its name, or with the words that lead to one.
        if !may_lead_to_a_place(view, at) {
            at += 1;
            continue;
        }
        let of_kind = view.is(at + 1, &["of"]) && is_kind_of_place(view.word(at));
        // "The Netherlands, where thousands had been told to leave".
        let opens = is_name(view, at) && !is_name(view, at.wrapping_sub(1));
        let relative = opens
            && name_at(view, &reading.article.text, at)
                .is_some_and(|(_, end)| view.follows(end, &[",", "where"]) || is_scene(view, at, end));
        let from = if of_kind { at + 2 } else { at + usize::from(!relative) };
        let sets = of_kind && is_name(view, from) || relative || view.is(at, AT) || view.is(at, &["over"]);
        match sets.then(|| names_at(reading, view, sentence.heading, from)).flatten() {
            Some((named, end)) => {
                if speakers || !is_speakers(view, at, end) {
                    found.push(Placed { tokens: at..end, named });
                }
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    found
}

static LEADS: LazyLock<Listed<bool>> =
    LazyLock::new(|| Listed::new(|word| word == "over" || AT.contains(&word)));

/// Whether a token is a name, a preposition of place or stands before "of": with no other [`places`] finds one.
fn may_lead_to_a_place(view: View<'_>, at: usize) -> bool {
    match view.tag(at) {
        Tag::ProperNoun => true,
        _ => view.is(at + 1, &["of"]) || LEADS.at(view, at),
    }
}

/// The place named last before a token, in this sentence or shortly before.
pub(super) fn back(here: &Here<'_>, before: usize) -> Option<Named> {
    let first = here.scene.sentence.saturating_sub(SENTENCES_BACK);
    for number in (first..=here.scene.sentence).rev() {
        let sentence = here.analysis.sentences.get(number)?;
        if !sentence.part.speaks() {
            return None;
        }
        let tokens = sentence.tokens.start..sentence.tokens.end.min(before);
        // "Authorities in Osk said 60 people had died there".
        let found = places(here.reading, number, tokens, number == here.scene.sentence).pop();
        if let Some(Placed { named, .. }) = found {
            return Some(Named { part: true, ..named });
        }
    }
    None
}
