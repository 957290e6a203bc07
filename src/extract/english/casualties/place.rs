//! Where the people were, when a figure counts only part of the event. A figure goes in; the name of the place comes
//! out, when the words say "in X" of it and X is not where the whole event is. "There", "in the same village" and "in the
//! capital" are resolved from what was named before; a sentence without a place of its own stays where the one before
//! was. The place of who speaks is never that of what happened.

use std::ops::Range;
use std::sync::LazyLock;

use super::figure::FigureKind;
use super::place_item::{before_number, item, of_toll_before, owner_of_toll, shared_out};
use super::place_name::{AT, Named, back, is_name, is_speakers, name_at, names_at};
use super::scene::{Here, last_place};
use super::side::is_force;
use super::sighting::{Sighted, Sighting};
use crate::extract::english::lexicon::{is_kind_of_place, speech};
use crate::model::{Bound, Effect, Relation, Span};
use crate::text::english::vocabulary::Listed;
use crate::text::gazetteer::{Entity, EntityKind};
use crate::text::{Clause, Tag, Tense, Voice};

/// How far before "where" the name of the place may begin.
const WHERE_REACH: usize = 6;
/// How far behind those who were moved "to X" may stand.
const ARRIVAL_REACH: usize = 12;

/// The place of a figure.
pub(super) fn place(here: &Here<'_>, sighted: &Sighted) -> Option<String> {
    let sighting = &sighted.sighting;
    let figure = &sighting.figure;
    let clause = here.clause_around(figure.core.start);
    let end = figure.tokens.end.max(sighting.said.end);
    let behind = || named_in(here, past_verb(here, end), 8).or_else(|| named_in(here, figure.tokens.end, 3));
    // Those who were moved are counted where they arrive.
    let arrives = || {
        matches!(sighting.effect, Effect::Displaced | Effect::Evacuated)
            .then(|| {
                let enters = here.verb_lemma(sighting.said.start) == "enter";
                let from =
                    if enters { sighting.said.end } else { figure.tokens.end.max(sighting.said.start) };
                let own = arrival(here, from);
                own.or_else(|| arrival_of_whole(here, sighting))
            })
            .flatten()
    };
    let named = arrives()
        .or_else(|| item(here, figure.tokens.start))
        .or_else(|| before_number(here, figure.tokens.start))
        .or_else(|| shared_out(here, figure.tokens.start))
        .or_else(|| owner_of_toll(here, sighting))
        .or_else(behind)
        .or_else(|| sighting.of.as_ref().and_then(|of| named_in(here, of.end, 3)))
        .or_else(|| sighting.of.as_ref().and_then(|of| of_toll_before(here, of)))
        .or_else(|| where_(here, clause))
        .or_else(|| reporting(here, clause, sighting))
        .or_else(|| at_start(here, clause))
        .or_else(|| ward(here, sighting))
        .or_else(|| there(here, clause));
    let Some(named) = named else {
        return spoken_for(here, sighted).or_else(|| carried(here, sighting, clause));
    };
    (named.part || contrasts(here, &named) || !here.reading.setting().is_where_it_all_is(here, &named))
        .then_some(named.name)
}

/// "have crossed from the valley into Chad", "flew 300 evacuees to Lima".
fn arrival(here: &Here<'_>, from: usize) -> Option<Named> {
    let last = (from + ARRIVAL_REACH).min(here.sentence.tokens.end);
    let ends = |at: usize| matches!(here.view.tag(at), Tag::Punct | Tag::Subordinator | Tag::Coordinator);
    // "have entered Chad".
    if is_name(here.view, from) && here.verb_lemma(from.checked_sub(1)?) == "enter" {
        let (name, _) = name_at(here.view, &here.reading.article.text, from)?;
        return Some(Named::one(name, true));
    }
    // "20,000 Chad", behind "14,000 have entered Egypt and".
    let entered = (here.sentence.tokens.start..from).any(|at| here.verb_lemma(at) == "enter");
    if entered && here.view.tag(from.wrapping_sub(1)) == Tag::Number && is_name(here.view, from) {
        let (name, _) = name_at(here.view, &here.reading.article.text, from)?;
        return Some(Named::one(name, true));
    }
    let to = (from..last)
        .take_while(|&at| !ends(at))
        .find(|&at| here.view.is(at, &["into", "to"]) && is_name(here.view, at + 1))?;
    let (name, _) = name_at(here.view, &here.reading.article.text, to + 1)?;
    Some(Named::one(name, true))
}

/// "flew 300 evacuees to Lima, of whom 40 were Chileans": a part arrives with its whole.
fn arrival_of_whole(here: &Here<'_>, sighting: &Sighting) -> Option<Named> {
    let start = sighting.figure.tokens.start;
    let whole = here.scene.figures.iter().rfind(|other| other.tokens.end <= start)?;
    (sighting.relation == Relation::Part).then(|| arrival(here, whole.tokens.end)).flatten()
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
    if here.view.preceded_by(opener, &["there", ","]) {
        return back(here, opener);
    }
    let first = opener.saturating_sub(WHERE_REACH).max(here.sentence.tokens.start);
    let last =
        (first..opener).rfind(|&at| is_name(here.view, at) && !is_name(here.view, at.wrapping_sub(1)))?;
    name_at(here.view, &here.reading.article.text, last).map(|(name, _)| Named::one(name, false))
}

/// Verbs with which a place tells of its own: "the province has lost 1,643", "officials in Oslo confirmed 30 deaths".
const REPORTS: &[&str] = &[
    "report", "confirm", "record", "register", "count", "lose", "mourn", "treat", "see", "bury", "announce",
];
/// Of these the subject is always those whom it befell, never an office: "Darek mourns 90".
const SUFFERS: &[&str] = &["lose", "mourn", "see", "bury"];

/// The place in the subject of the verb whose object the figure is.
fn reporting(here: &Here<'_>, clause: Option<&Clause>, sighting: &Sighting) -> Option<Named> {
    let figure = &sighting.figure;
    let parsed = clause
        .and_then(|clause| clause.verb.as_ref())
        .filter(|verb| verb.voice == Voice::Active)
        .map(|verb| verb.tokens.clone());
    let adjacent =
        |verb: &Range<usize>| verb.end <= figure.tokens.start && figure.tokens.start <= verb.end + 2;
    // A verb that the grammar took for a noun: "neighbouring Darek mourns 90".
    let said = sighting.said.start..sighting.said.start + 1;
    let verb = parsed.filter(adjacent).or_else(|| Some(said).filter(adjacent))?;
    let lemma = here.verb_lemma(verb.end.checked_sub(1)?);
    // "Chad has lost three soldiers": wherever they fought.
    if !REPORTS.contains(&&*lemma) || lemma == "lose" && is_force(here, figure) {
        return None;
    }
    let near = (here.sentence.tokens.start..verb.start)
        .rev()
        .take_while(|&at| here.view.tag(at) != Tag::Punct)
        .last()?;
    // "Osk, the province at the epicentre, has lost 1,643": an aside does not end the subject.
    let start = clause.map_or(near, |clause| clause.tokens.start.min(near));
    // "Osk, the province at the epicentre, …" cut behind the name.
    let opens = (here.sentence.tokens.start..start)
        .all(|at| is_name(here.view, at) || at + 1 == start && here.view.is(at, &[","]));
    let start = if opens { here.sentence.tokens.start } else { start };
    let text = &here.reading.article.text;
    if let Some(named) = subject_place(here, start..verb.start, SUFFERS.contains(&&*lemma)) {
        return Some(named);
    }
    let at = (start..verb.start).find(|&at| here.view.is(at, AT));
    if let Some((name, _)) = at.and_then(|at| name_at(here.view, text, at + 1)) {
        return Some(Named::one(name, false));
    }
    let subject = here.span(&(start..verb.start))?;
    let entity = here
        .reading
        .entities_within(subject)
        .rfind(|entity| entity.is_place() || entity.kind == EntityKind::Demonym)?;
    // "Kalama's main hospital alone treated 60".
    let alone = here.view.is(verb.start.wrapping_sub(1), &["alone"]);
    Some(Named::one(written(here, entity), alone))
}

/// The name of a place as it is known; of a capital as it is written, for it also stands for its country.
pub(super) fn written(here: &Here<'_>, entity: &Entity) -> String {
    match entity.kind {
        EntityKind::Capital => entity.span.of(&here.reading.article.text).to_owned(),
        _ => entity.name.to_string(),
    }
}

/// "the province of X", "neighbouring X", "X alone"; of verbs that befall a place also a bare X.
fn subject_place(here: &Here<'_>, subject: Range<usize>, suffers: bool) -> Option<Named> {
    let text = &here.reading.article.text;
    for at in subject.clone() {
        let of_kind = here.view.is(at + 1, &["of"]) && is_kind_of_place(here.view.word(at));
        let beside = here.view.is(at, &["neighbouring", "neighboring", "nearby", "adjacent"]);
        let from = if of_kind { at + 2 } else { at + usize::from(beside) };
        if (of_kind || beside || is_name(here.view, at)) && is_name(here.view, from) {
            let (name, end) = name_at(here.view, text, from)?;
            let alone = here.view.is(end, &["alone"]);
            let kind = is_kind_of_place(here.view.word(end));
            let bare = suffers && (end == subject.end || here.view.is(end, &[","]));
            return (of_kind || beside || alone || kind || bare).then(|| Named::one(name, alone || beside));
        }
    }
    None
}

/// Verbs of those who look after the harmed.
const TENDS: &[&str] = &["treat", "receive", "admit"];
/// Where they do.
const WARDS: &[&str] = &["hospital", "hospitals", "clinic", "clinics", "morgue", "mortuary", "infirmary"];

static IS_WARD: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(|word| WARDS.contains(&word)));

/// "Doctors at Torhall's main hospital said they had treated 60": the place of the hospital before the figure.
fn ward(here: &Here<'_>, sighting: &Sighting) -> Option<Named> {
    let figure = &sighting.figure;
    let before = here.sentence.tokens.start..figure.tokens.start.min(sighting.said.start);
    let ward = before.clone().find(|&at| IS_WARD.at(here.view, at))?;
    let tends = |at: usize| TENDS.contains(&&*here.verb_lemma(at));
    let verb = tends(sighting.said.start) || before.clone().rev().take(3).any(tends);
    if !verb {
        return None;
    }
    if let Some((named, _)) = (here.view.is(ward + 1, AT))
        .then(|| names_at(here.reading, here.view, here.sentence.heading, ward + 2))
        .flatten()
    {
        return Some(named);
    }
    let whole = here.span(&(here.sentence.tokens.start..ward))?;
    let alone = here.view.is(ward + 1, &["alone"]);
    let entity = here.reading.entities_within(whole).rfind(|entity| entity.is_place());
    if let Some(entity) = entity {
        return Some(Named::one(written(here, entity), alone));
    }
    let owner = (before.start..ward).rfind(|&at| here.view.is(at + 1, &["'s"]) && is_name(here.view, at))?;
    let first = (before.start..=owner).rev().take_while(|&at| is_name(here.view, at)).last()?;
    name_at(here.view, &here.reading.article.text, first).map(|(name, _)| Named::one(name, false))
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
        // "In retaliation for a raid in Chad": why, and not where.
        if here.view.is(at, &["in"]) && here.view.is(at + 1, REASONS) {
            return None;
        }
        let from_there =
            here.view.is(at, &["from"]) && here.view.is(at.wrapping_sub(1), &["come", "came", "comes"]);
        if here.view.is(at, AT) || from_there {
            // "in a mosque in the old town of X": the first that names a place.
            if let Some(named) = named_behind(here, at + 1) {
                return Some(named);
            }
            continue;
        }
        // "At least 150 there are still being looked for".
        let right_behind = at == from && here.view.tag(at + 1) == Tag::Aux;
        if here.view.is(at, &["there"]) && (closes(here, at + 1) || right_behind) {
            return back(here, at);
        }
        let ends = !here.view.is(at, &["come", "came", "comes"])
            && matches!(here.view.tag(at), Tag::Verb | Tag::Punct | Tag::Subordinator | Tag::Coordinator);
        // "died, in the north alone, …": of what follows a comma only a place right behind it.
        let aside = here.view.is(at, &[","]) && here.view.is(at + 1, AT);
        if ends && (at > from || here.view.tag(at) == Tag::Punct && !aside) {
            return None;
        }
    }
    None
}

/// What "in" opens the reason with.
const REASONS: &[&str] =
    &["retaliation", "response", "revenge", "reprisal", "reprisals", "protest", "solidarity", "connection"];

/// Nothing follows that makes "there" the subject of what comes ("there were").
fn closes(here: &Here<'_>, at: usize) -> bool {
    at >= here.sentence.tokens.end
        || matches!(
            here.view.tag(at),
            Tag::Punct | Tag::Coordinator | Tag::Adposition | Tag::Subordinator | Tag::Adverb
        )
}

/// Prepositions that set the place at the start of a sentence.
const OPENING: &[&str] = &[
    "in", "on", "at", "near", "outside", "around", "across", "below", "above", "off", "along", "inside",
    "beyond",
];

/// "In the province of X, 12 people died".
fn at_start(here: &Here<'_>, clause: Option<&Clause>) -> Option<Named> {
    let start = clause.map_or(here.sentence.tokens.start, |clause| clause.tokens.start);
    // What stands behind a semicolon is told of anew.
    let anew = (here.sentence.tokens.start..start).rfind(|&at| here.view.is(at, &[";"]));
    let first = anew.map_or(here.sentence.tokens.start, |mark| mark + 1);
    [start, first]
        .into_iter()
        .find_map(|first| here.view.is(first, OPENING).then(|| named_behind(here, first + 1)).flatten())
}

/// What a preposition of place governs: a name, "the capital", "the same village".
fn named_behind(here: &Here<'_>, from: usize) -> Option<Named> {
    if let Some((named, end)) = names_at(here.reading, here.view, here.sentence.heading, from) {
        return (!is_speakers(here.view, from - 1, end)).then_some(named);
    }
    if here.view.is(from, &["either", "both"]) && here.view.is(from + 1, &["country", "countries"]) {
        return last_two_countries(here, from);
    }
    if !here.view.is(from, &["the", "that", "this"]) {
        return None;
    }
    let at = if here.view.is(from + 1, &["same"]) { from + 2 } else { from + 1 };
    if here.view.is(at, &["capital"]) {
        return here.reading.capital().map(|name| Named::one(name.to_owned(), true));
    }
    let points = here.view.is(from, &["that"]) || here.view.is(from + 1, &["same"]);
    let place =
        || is_kind_of_place(here.view.word(at)) || here.view.is(at, &["incident", "attack", "strike"]);
    if points && place() { back(here, from).or_else(|| told_of(here)) } else { None }
}

/// "Nobody speaks of El Marsa. In that city 113 people were killed": the name that the sentence before ends with.
fn told_of(here: &Here<'_>) -> Option<Named> {
    let number = here.scene.sentence.checked_sub(1)?;
    let sentence = here.analysis.sentences.get(number).filter(|sentence| sentence.part.speaks())?;
    let view = here.analysis.view(number);
    let last = sentence.tokens.clone().rev().find(|&at| view.tag(at) != Tag::Punct)?;
    let first = (sentence.tokens.start..=last).rev().take_while(|&at| is_name(view, at)).last()?;
    let (name, _) = name_at(view, &here.reading.article.text, first)?;
    (view.tag(first.wrapping_sub(1)) == Tag::Adposition).then(|| Named::one(name, true))
}

/// "No deaths have been reported in either country".
fn last_two_countries(here: &Here<'_>, before: usize) -> Option<Named> {
    let end = here.view.token(before)?.span.start;
    let mut countries: Vec<&str> = Vec::new();
    let entities = here.reading.entities_within(Span { start: 0, end });
    for entity in entities.rev().filter(|entity| entity.kind == EntityKind::Country) {
        if !countries.contains(&&*entity.name) {
            countries.push(&entity.name);
        }
        if let [second, first] = countries.as_slice() {
            let members = vec![(*first).to_owned(), (*second).to_owned()];
            return Some(Named { name: format!("{first} and {second}"), part: true, members });
        }
    }
    None
}

/// Two figures of one sentence in two places: each counts its own part ("12 in X and 15 in Y").
fn contrasts(here: &Here<'_>, named: &Named) -> bool {
    if named.members.len() != 1 || here.scene.figures.len() < 2 {
        return false;
    }
    let mut places = here.scene.places(here.reading).iter();
    let first = places.next();
    first.is_some_and(|first| places.any(|other| other.named.name != first.named.name))
}

/// "The district of Torhall stressed that phones were dead. 'We assume 1,300 people missing,' it wrote": who speaks for a
/// place counts its people.
fn spoken_for(here: &Here<'_>, sighted: &Sighted) -> Option<String> {
    let speaker = sighted.speaker(here)?.speaker;
    let phrase = here.analysis.phrases.get(speaker)?;
    let mut number = here.analysis.sentence_at(here.analysis.tokens.get(phrase.head)?.span.start)?;
    let mut head = phrase.head;
    // "it wrote": the district that spoke in the sentence before.
    if here.analysis.view(number).is(head, &["it"]) {
        number = number.checked_sub(1)?;
        let first = here.analysis.sentences.get(number)?.phrases.clone().next()?;
        head = here.analysis.phrases.get(first)?.head;
    }
    let view = here.analysis.view(number);
    let of = head + 1;
    let kind = is_kind_of_place(view.word(head)) && view.is(of, &["of"]);
    let name = kind.then(|| name_at(view, &here.reading.article.text, of + 1)).flatten()?.0;
    let named = Named::one(name, false);
    (!here.reading.setting().is_where_it_all_is(here, &named)).then_some(named.name)
}

/// Words of a figure that speaks for more than the place of the sentence before.
const OVERALL: &[&str] = &[
    "total",
    "nationwide",
    "countrywide",
    "overall",
    "altogether",
    "all",
    "country",
    "nation",
    "toll",
    "since",
];

static IS_OVERALL: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(|word| OVERALL.contains(&word)));

/// A sentence without a place of its own stays where the one before was: "A shell hit a clinic in Torhall. Thirteen
/// people were wounded." A running total does not, and a paragraph begins anew.
fn carried(here: &Here<'_>, sighting: &Sighting, clause: Option<&Clause>) -> Option<String> {
    let goes_on = clause
        .and_then(|clause| clause.verb.as_ref())
        .is_some_and(|verb| matches!(verb.tense, Tense::PresentPerfect | Tense::Present | Tense::Future));
    // "On Sunday 94 were killed" is told of the whole again.
    let anew = here.view.is(here.sentence.tokens.start, &["on", "since", "by", "over"]);
    // "later spoke of 180": who speaks of a count speaks of the whole.
    let spoken = clause
        .and_then(|clause| clause.verb.as_ref())
        .is_some_and(|verb| here.view.is(verb.main, &["speak", "speaks", "spoke", "spoken"]));
    // One person stays where he is, whenever the report speaks of him: "whose brother is still under the rubble".
    let one =
        sighting.figure.low == 1 && matches!(sighting.figure.kind, FigureKind::One | FigureKind::TheOne);
    let goes_on = (goes_on || anew || spoken) && !one;
    let overall = || here.sentence.tokens.clone().any(|at| IS_OVERALL.at(here.view, at));
    let total = matches!(sighting.rule, "toll" | "previous" | "among") || sighting.figure.more;
    let vague = sighting.figure.bound == Bound::Vague;
    let whole = || goes_on || total || vague || overall();
    if here.sentence.heading || !sighting.continues && whole() {
        return None;
    }
    let first = here.sentence.tokens.start;
    let until = sighting.figure.tokens.start;
    // "Chad says it killed 15 fighters": where, the sentence before need not have told.
    let by_party = || {
        let opening = here.span(&(first..first + 1));
        let party = opening.is_some_and(|span| here.reading.entities_within(span).any(Entity::is_party));
        party && speech::is_speech(here.view.word(first + 1)) && here.view.is(first + 2, &["it", "its"])
    };
    if sighting.rule == "inflicted" && by_party() {
        return None;
    }
    let own = here.scene.place_before(here.reading, until).cloned();
    let elsewhere = || here.scene.has_place_from(here.reading, until);
    let named = match own {
        Some(named) => Some(named),
        None if !sighting.continues && elsewhere() => None,
        None => (1..=PARAGRAPH_REACH).find_map(|back| {
            let number = here.scene.sentence.checked_sub(back)?;
            let sentence = here.analysis.sentences.get(number)?;
            let same = sentence.paragraph == here.sentence.paragraph && sentence.part.speaks();
            same.then(|| last_place(here.reading, number)).flatten()
        }),
    }?;
    let wide = here.reading.entities().iter().any(|entity| {
        entity.kind == EntityKind::Country && named.members.iter().any(|name| **name == *entity.name)
    });
    // "In Norland the centre lists 31 dead. The mayor said the true figure was 36."
    let wide = wide && !sighting.continues;
    (!wide && !here.reading.setting().is_where_it_all_is(here, &named)).then_some(named.name)
}

/// How many sentences of its paragraph a place is carried through.
const PARAGRAPH_REACH: usize = 3;
