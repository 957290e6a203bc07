//! Whose the people are. A figure goes in; the party, nationality or community it is restricted to comes out, by its
//! canonical name: "Azerbaijani soldiers", "on the northern side", "three from Jordan", "its soldiers". Never guesses: a
//! figure without such words is restricted to nobody.

use std::ops::Range;

use super::figure::{Figure, FigureKind};
use super::parts::opens_part;
use super::scene::Here;
use crate::model::{Group, Span};
use crate::text::gazetteer::{Entity, EntityKind, is_aid_body};
use crate::text::{Tag, VerbForm};

/// How many tokens behind a figure "on the X side" may begin.
const REACH: usize = 4;
/// How many tokens may lie between a figure and the part that shares its side.
const WHOLE_REACH: usize = 10;

/// The side of a figure.
pub(super) fn side(here: &Here<'_>, figure: &Figure) -> Option<String> {
    let own = here.span(&figure.tokens)?;
    let inside = here.reading.entities_within(own).rfind(|entity| names_people(entity));
    if let Some(entity) = inside {
        return party(entity).filter(|name| !is_aid_body(name));
    }
    behind(here, figure)
        .or_else(|| lost(here, figure))
        .or_else(|| lost_too(here, figure))
        .or_else(|| told_after(here, figure))
        .or_else(|| possessed(here, figure))
        .or_else(|| fought(here, figure))
}

/// Whether a figure counts those who fight for somebody.
pub(super) fn is_force(here: &Here<'_>, figure: &Figure) -> bool {
    figure.group() == Some(Group::Military)
        || figure.head.is_some_and(|head| here.view.is(head, &["men", "peacekeepers"]))
}

/// "Chad has lost three soldiers": those of who lost them.
fn lost(here: &Here<'_>, figure: &Figure) -> Option<String> {
    let verb = figure.tokens.start.checked_sub(1).filter(|&at| here.verb_lemma(at) == "lose")?;
    let last = (here.sentence.tokens.start..verb)
        .rfind(|&at| !matches!(here.view.tag(at), Tag::Aux | Tag::Adverb))
        .filter(|_| is_force(here, figure))?;
    let subject = here.span(&(last..last + 1))?;
    let entity = here.reading.entities_within(subject).next();
    let entity =
        entity.filter(|entity| matches!(entity.kind, EntityKind::Country | EntityKind::ArmedGroup))?;
    party(entity)
}

/// "Chad lost three men, Kenya two and Norway one": the country right before a number without a noun, its verb left out. One
/// that nobody knows is a country where a country is said to have lost the first.
pub(super) fn lost_too(here: &Here<'_>, figure: &Figure) -> Option<String> {
    let name = figure.tokens.start.checked_sub(1).filter(|_| figure.head.is_none())?;
    if !here.view.capital(name) || !matches!(here.view.tag(figure.tokens.end), Tag::Punct | Tag::Coordinator)
    {
        return None;
    }
    let first = here.sentence.tokens.start;
    let lost = (first..name).rfind(|&at| here.view.is(at, &["lost", "loses", "lose"]))?;
    let (start, end) = (here.view.token(lost)?.span, here.view.token(name)?.span.end);
    let behind = Span { start: start.end, end };
    let entity = here.reading.entities_within(behind).next_back().filter(|entity| entity.span.end == end);
    let opens = entity.map_or(Some(name), |entity| here.analysis.token_at(entity.span.start))?;
    // Another verb in between does something else: "lost three men, the ministry in Chad said".
    let verb =
        (lost + 1..opens).any(|at| here.view.form(at) == VerbForm::Past || here.view.is(at, &["said"]));
    if verb || !here.view.is(opens.wrapping_sub(1), &[",", ";", ":", "and", "while"]) {
        return None;
    }
    let is_country = |entity: &Entity| entity.kind == EntityKind::Country;
    if let Some(entity) = entity {
        return party(entity).filter(|_| is_country(entity));
    }
    let before = Span { start: here.sentence.span.start, end: start.start };
    let by_country = here.reading.entities_within(before).any(is_country);
    let written = here.view.token(name)?.span.of(&here.reading.article.text);
    (by_country && here.view.tag(name) == Tag::ProperNoun).then(|| written.to_owned())
}

/// The people that words name: "the number of Kenyan soldiers killed".
pub(super) fn side_within(here: &Here<'_>, words: &Range<usize>) -> Option<String> {
    let span = here.span(words)?;
    here.reading.entities_within(span).rfind(|entity| entity.kind == EntityKind::Demonym).and_then(party)
}

/// A part and a number that shares the verb or the people of the figure before it belong to the same side: "27 on the
/// northern side, including seven civilians, and wounded 35".
pub(super) fn side_of_whole(here: &Here<'_>, figure: &Figure) -> Option<String> {
    let whole = here.scene.figures.iter().rfind(|other| other.tokens.end <= figure.tokens.start)?;
    let near = figure.tokens.start - whole.tokens.end <= WHOLE_REACH;
    let shares = || figure.head.is_none() && figure.kind == FigureKind::Bare || opens_part(here, figure);
    let other =
        || (whole.tokens.end..figure.tokens.start).any(|at| here.view.is(at, &[";", "while", "but", "said"]));
    if !near || other() || !shares() {
        return None;
    }
    side(here, whole).or_else(|| side_of_whole(here, whole))
}

/// "The Front said it had killed 20 soldiers": the army that an armed group fights is that of the country it is at home in.
fn fought(here: &Here<'_>, figure: &Figure) -> Option<String> {
    if figure.group() != Some(Group::Military) || figure.low < 2 {
        return None;
    }
    let first = here.view.token(figure.tokens.start)?.span.start;
    let before = Span { start: here.sentence.span.start, end: first };
    // "The Front claimed the attack. It said it had killed 20 soldiers."
    let own = here.reading.entities_within(before).any(Entity::is_party);
    let above = here.scene.sentence.checked_sub(1).and_then(|at| here.analysis.sentences.get(at));
    let near = above.filter(|above| !own && above.paragraph == here.sentence.paragraph);
    let within = near.map_or(before, |above| Span { start: above.span.start, end: first });
    // "The group said it had killed 20 soldiers": the group named last.
    let the = here.sentence.tokens.start;
    let the_group =
        here.view.is(the, &["the"]) && here.view.is(the + 1, &["group", "rebels", "militants", "insurgents"]);
    let within = if the_group { Span { start: last_group(here, before.start)?, end: first } } else { within };
    let mut named = here.reading.entities_within(within).filter(|entity| entity.is_party());
    let group = named.next().filter(|entity| entity.kind == EntityKind::ArmedGroup)?;
    let alone = the_group || named.all(|entity| entity.kind == EntityKind::ArmedGroup);
    alone.then(|| here.reading.home(&group.name)).flatten().map(str::to_owned)
}

/// Where the armed group named last before a place stands.
fn last_group(here: &Here<'_>, before: usize) -> Option<usize> {
    let earlier = Span { start: 0, end: before };
    let group = |entity: &&Entity| entity.kind == EntityKind::ArmedGroup;
    here.reading.entities_within(earlier).rfind(group).map(|entity| entity.span.start)
}

/// "577 of them French", "114 were Saudis": a name of a people right behind a number without a noun.
fn told_after(here: &Here<'_>, figure: &Figure) -> Option<String> {
    if figure.head.is_some() {
        return None;
    }
    let end = figure.tokens.end;
    let be = usize::from(here.view.is(end, &["is", "are", "was", "were"]));
    let span = here.span(&(end + be..end + be + 1))?;
    let people = here.reading.entities_within(span).find(|entity| entity.kind == EntityKind::Demonym)?;
    let adjective =
        here.view.tag(end + be + 1) == Tag::Noun && !here.view.is(end + be + 1, &["nationals", "citizens"]);
    if adjective { None } else { party(people) }
}

/// Whether a name before a noun says whose the people are: a town does not.
fn names_people(entity: &Entity) -> bool {
    matches!(
        entity.kind,
        EntityKind::Demonym
            | EntityKind::Country
            | EntityKind::Territory
            | EntityKind::ArmedGroup
            | EntityKind::Body
            | EntityKind::Organisation
    )
}

fn party(entity: &Entity) -> Option<String> {
    entity.party.as_ref().or(Some(&entity.name)).map(ToString::to_string)
}

/// "on the Ecuadorian side", "three from Jordan", "soldiers of the Kenyan army".
fn behind(here: &Here<'_>, figure: &Figure) -> Option<String> {
    // "Of the 19 dead, 11 were from Kenya".
    let be = figure.head.is_none() && here.view.is(figure.tokens.end, &["were", "are", "was", "is"]);
    let start = figure.tokens.end + usize::from(be && here.view.is(figure.tokens.end + 1, &["from"]));
    for at in start..start + REACH {
        let word = here.view.word(at);
        let side = word == "on" && (at + 1..at + 6).any(|token| here.view.is(token, &["side"]));
        let from = word == "from" && at == start;
        let of = word == "of" && at == start;
        if side || from || of {
            let span = here.span(&(at..(at + 6).min(here.sentence.tokens.end)))?;
            let close = here
                .reading
                .entities_within(span)
                .find(|entity| names_people(entity) && (!from || entity.kind == EntityKind::Country))?;
            let near = here.span(&(at..at + 1)).is_some_and(|first| close.span.start - first.start < 30);
            // "Two engineers of the German firm": the firm is German.
            let of_firm = || {
                let token = here.analysis.token_at(close.span.start).map_or(at, |token| token + 1);
                close.kind == EntityKind::Demonym && here.view.is(token, FIRMS)
            };
            // "Foreigners from Chad, Norway and Peru": of none of them alone.
            let of_several = || {
                let next = here.analysis.token_at(close.span.end).unwrap_or(here.sentence.tokens.end);
                let joins = here.view.is(next, &[",", "and"]);
                joins
                    && here.span(&(next + 1..next + 2)).is_some_and(|span| {
                        here.reading.entities_within(span).any(|entity| entity.kind == EntityKind::Country)
                    })
            };
            if of_firm() || from && of_several() {
                return None;
            }
            return near.then(|| party(close)).flatten();
        }
    }
    None
}

/// Undertakings that a nationality tells of, and not of who works there.
const FIRMS: &[&str] = &[
    "firm",
    "company",
    "group",
    "manufacturer",
    "maker",
    "operator",
    "bank",
    "airline",
    "subsidiary",
    "newspaper",
    "charity",
    "organisation",
    "organization",
    "agency",
    "channel",
    "broadcaster",
    "builder",
    "contractor",
];

/// "its soldiers", "of its citizens": of the party named last before.
fn possessed(here: &Here<'_>, figure: &Figure) -> Option<String> {
    let its = figure.tokens.clone().any(|at| here.view.is(at, &["its", "their", "our"]));
    let belongs = figure.head.is_some_and(|head| {
        here.view.is(
            head,
            &[
                "soldiers",
                "troops",
                "citizens",
                "nationals",
                "servicemen",
                "men",
                "fighters",
                "members",
                "soldier",
                "employees",
                "staff",
                "peacekeepers",
                "personnel",
                "students",
                "people",
                "officers",
            ],
        )
    });
    if !its || !belongs {
        return None;
    }
    if figure.head.is_some_and(|head| here.view.is(head, EMPLOYED)) {
        return employer(here, figure).and_then(party).filter(|name| !is_aid_body(name));
    }
    let first = here.view.token(figure.tokens.start)?.span.start;
    let before = Span { start: here.sentence.span.start, end: first };
    here.reading.entities_within(before).rfind(|entity| entity.is_party()).and_then(party)
}

/// Nouns for those who work for somebody.
pub(super) const EMPLOYED: &[&str] = &[
    "employee",
    "employees",
    "staff",
    "staffer",
    "staffers",
    "worker",
    "workers",
    "volunteer",
    "volunteers",
    "member",
    "members",
    "colleague",
    "colleagues",
    "driver",
    "drivers",
    "people",
    "official",
    "officials",
    "personnel",
];

/// Whom the people of a figure work for: a body named in the figure, behind it ("employees of X") or, when they are
/// "its" or "their" people, the last one named before.
pub(super) fn employer<'r>(here: &Here<'r>, figure: &Figure) -> Option<&'r Entity> {
    let body = |entity: &&Entity| matches!(entity.kind, EntityKind::Body | EntityKind::Organisation);
    let own = here.span(&figure.tokens)?;
    if let Some(entity) = here.reading.entities_within(own).rfind(body) {
        return Some(entity);
    }
    let end = figure.tokens.end;
    if here.view.is(end, &["of", "from", "with", "for", "working"]) {
        let behind = here.span(&(end..(end + REACH + 4).min(here.sentence.tokens.end)))?;
        return here.reading.entities_within(behind).find(body);
    }
    let its = figure.tokens.clone().any(|at| here.view.is(at, &["its", "their", "our"]));
    let before = Span { start: here.sentence.span.start, end: own.start };
    its.then(|| here.reading.entities_within(before).rfind(body)).flatten()
}
