//! What a toll is a toll of: "the death toll", "the number of people still missing", "the figure for the wounded",
//! "deaths". A scene goes in; the subjects with their effect come out. Never looks for the number.

use std::ops::Range;

use super::counted::may_count;
use super::scene::Here;
use crate::extract::english::lexicon::{CountedKind, counted, group_of};
use crate::model::{Effect, Group};
use crate::text::{Phrase, Tag};

/// The subject of a toll.
#[derive(Debug, Clone)]
pub(super) struct TollSubject {
    /// From its first word to its last.
    pub(super) tokens: Range<usize>,
    /// What it counts; nothing for "the total", which counts what was counted before.
    pub(super) effect: Option<Effect>,
    /// Whom it counts, where it says so.
    pub(super) group: Option<Group>,
    /// A number may stand right behind it: "Death toll 29".
    pub(super) is_toll: bool,
}

/// Nouns for a number of people that say of themselves not what happened to them.
pub(super) const COUNTS: &[&str] =
    &["number", "figure", "count", "tally", "total", "estimate", "list", "numbers", "figures", "sum"];
/// Nouns of the harmed in a "number of …".
pub(super) const HARMED: &[(&str, Effect)] = &[
    ("victims", Effect::Killed),
    ("victim", Effect::Killed),
    ("martyrs", Effect::Killed),
    ("fallen", Effect::Killed),
    ("survivors", Effect::Rescued),
    ("lives", Effect::Killed),
    ("hostages", Effect::Detained),
    ("detainees", Effect::Detained),
    ("refugees", Effect::Displaced),
    ("evacuees", Effect::Evacuated),
];
/// What stands between people and what befell them.
const HOW_SURE: &[&str] = &[
    "confirmed",
    "feared",
    "believed",
    "presumed",
    "known",
    "reported",
    "reportedly",
    "thought",
    "estimated",
    "registered",
    "declared",
    "officially",
];
/// How many words behind "injured" may say who they are.
const HARMED_REACH: usize = 3;
/// How many words "number of …" may take to say of what.
const REACH: usize = 9;

/// The toll subjects of a sentence, in order, without overlaps.
pub(super) fn subjects(here: &Here<'_>) -> Vec<TollSubject> {
    let opening: Vec<usize> = here.sentence.tokens.clone().filter(|&at| here.view.is(at, OPENING)).collect();
    let mut found: Vec<TollSubject> = opening.iter().filter_map(|&at| toll_at(here, at)).collect();
    found.extend(opening.iter().filter_map(|&at| it_at(here, at)));
    found.extend(opening.iter().filter_map(|&at| of_at(here, at)));
    for at in here.sentence.phrases.clone() {
        let Some(phrase) = here.analysis.phrases.get(at) else { continue };
        if let Some(subject) = subject(here, phrase) {
            found.push(subject);
        }
    }
    found.sort_by_key(|subject| (subject.tokens.start, usize::MAX - subject.tokens.end));
    let mut end = 0;
    found.retain(|subject| {
        let apart = subject.tokens.start >= end;
        end = if apart { subject.tokens.end } else { end };
        apart
    });
    found
}

/// The words at which a subject is looked for that is no phrase.
const OPENING: &[&str] = &["toll", "tolls", "it", "it's", "it’s", "and"];

/// "the death toll" wherever it stands: titles leave out what makes it a phrase.
fn toll_at(here: &Here<'_>, at: usize) -> Option<TollSubject> {
    if !here.view.is(at, &["toll", "tolls"]) {
        return None;
    }
    let before = here.view.before(at);
    let effect = match before {
        "injury" | "casualty" | "injured" | "wounded" => Effect::Injured,
        "missing" => Effect::Missing,
        _ => Effect::Killed,
    };
    // "a toll on the economy", "took its toll", "the bridge toll".
    let figurative = here.view.is(at + 1, &["on", "road", "booth", "roads"])
        || matches!(
            before,
            "its" | "their" | "heavy" | "road" | "bridge" | "motorway" | "tunnel" | "highway"
        );
    let named = matches!(
        before,
        "death" | "injury" | "casualty" | "human" | "missing" | "overall" | "official" | "final"
    );
    let start = if named { at - 1 } else { at };
    (!figurative).then_some(TollSubject {
        tokens: start..at + 1,
        effect: Some(effect),
        group: None,
        is_toll: true,
    })
}

/// "In the south it is 20, with another 20 missing": the count told of before, for another place.
fn it_at(here: &Here<'_>, at: usize) -> Option<TollSubject> {
    let be = || here.view.is(at + 1, &["'s", "’s", "is", "was"]);
    let joined = here.view.is(at, &["it's", "it’s"]);
    if !(here.view.is(at, &["it"]) && be() || joined) {
        return None;
    }
    let behind = at + if joined { 1 } else { 2 };
    let figure = here.scene.figures.iter().find(|figure| figure.tokens.start == behind)?;
    let ends = here.view.is(figure.tokens.end, &[",", ".", ";", "and", "with"]);
    let placed = (at.saturating_sub(5)..at).any(|before| here.view.is(before, &["in", "at"]));
    (ends && placed && figure.head.is_none()).then_some(TollSubject {
        tokens: at..behind,
        effect: None,
        group: None,
        is_toll: true,
    })
}

/// "put the number of dead at 57 and of injured at 200": the number of others, its noun left out.
fn of_at(here: &Here<'_>, at: usize) -> Option<TollSubject> {
    if !here.view.is(at, &["and"]) {
        return None;
    }
    let again = here.view.follows(at, &["and", "of"]) || here.view.follows(at, &["and", "that", "of"]);
    let of = if here.view.is(at + 1, &["of"]) { at + 1 } else { at + 2 };
    let counts = || (here.sentence.tokens.start..at).any(|before| here.view.is(before, COUNTS));
    let (effect, group, end) = (again && counts()).then(|| harm_of(here, of + 1)).flatten()?;
    let ends = here.view.is(end, &["at", "to"]);
    ends.then_some(TollSubject { tokens: of..end, effect: Some(effect), group, is_toll: false })
}

fn subject(here: &Here<'_>, phrase: &Phrase) -> Option<TollSubject> {
    let head = phrase.head;
    let word = here.view.word(head);
    let before =
        head.checked_sub(1).filter(|at| phrase.tokens.contains(at)).map_or("", |at| here.view.word(at));
    let tokens = phrase.tokens.clone();
    if matches!(word, "count" | "tally" | "figure" | "number")
        && matches!(before, "death" | "body" | "fatality" | "deaths")
    {
        return Some(TollSubject { tokens, effect: Some(Effect::Killed), group: None, is_toll: true });
    }
    if here.view.is(head, COUNTS) && phrase.quantity.get().is_none() {
        let next = here.view.word(phrase.tokens.end);
        if matches!(next, "of" | "for") {
            let (effect, group, end) = harm_of(here, phrase.tokens.end + 1)?;
            return Some(TollSubject {
                tokens: tokens.start..end,
                effect: Some(effect),
                group,
                is_toll: false,
            });
        }
        let still = here.view.is(
            phrase.tokens.end,
            &["still", "killed", "dead", "missing", "unaccounted", "injured", "wounded", "arrested"],
        );
        if still {
            let (effect, group, end) = harm_of(here, phrase.tokens.end)?;
            return Some(TollSubject {
                tokens: tokens.start..end,
                effect: Some(effect),
                group,
                is_toll: false,
            });
        }
        let definite = phrase
            .determiner
            .get()
            .is_some_and(|at| here.view.is(at, &["the", "this", "that", "its", "their", "a"]));
        return definite.then_some(TollSubject { tokens, effect: None, group: None, is_toll: false });
    }
    if phrase.quantity.get().is_some() {
        return None;
    }
    let lemma = here.analysis.lemma(head);
    let noun = if may_count(here.view, head) { counted(&lemma) } else { None };
    if let Some(noun) = noun.filter(|noun| noun.kind == CountedKind::Event && *lemma != *word) {
        return Some(TollSubject { tokens, effect: Some(noun.effect), group: None, is_toll: false });
    }
    // "the dead", "the injured": people named by their state; "their own injured" too.
    let own = word == "own";
    let named = if own { head + 1 } else { head };
    let state = here.scene.predicates.iter().find(|predicate| predicate.main == named)?;
    if own && !here.view.is(state.tokens.end, &["at", "to"]) {
        return None;
    }
    let the = phrase
        .determiner
        .get()
        .is_some_and(|at| here.view.is(at, &["the", "those", "its", "their", "own", "our"]));
    let among = here.view.is(tokens.start.wrapping_sub(1), &["among", "amongst", "of", "all"]);
    (the && !among && here.view.tag(head) != Tag::Verb).then_some(TollSubject {
        tokens: tokens.start..state.tokens.end,
        effect: Some(state.effect),
        group: None,
        is_toll: false,
    })
}

/// The harm in the words after "number of".
fn harm_of(here: &Here<'_>, from: usize) -> Option<(Effect, Option<Group>, usize)> {
    let named = |word: &str| HARMED.iter().any(|(noun, _)| *noun == word);
    let mut group = None;
    let mut fallback: Option<(Effect, usize)> = None;
    for at in from..from + REACH {
        let word = here.view.word(at);
        let next_too = || here.scene.predicates.iter().any(|predicate| predicate.main == at + 1);
        if let Some(predicate) = here
            .scene
            .predicates
            .iter()
            // "The number of hostages killed": they are hostages, and this is not what is counted.
            .find(|predicate| predicate.main == at && !(named(word) && next_too()))
        {
            // "dead or feared dead", "killed or missing" is a sum of two.
            let joined = here.view.is(predicate.tokens.end, &["and"])
                && here.scene.predicates.iter().any(|other| other.main == predicate.tokens.end + 1);
            let sum = here.view.is(predicate.tokens.end, &["or", "and/or"]) || joined;
            // "The number of injured police officers".
            let harmed = (predicate.tokens.end..predicate.tokens.end + HARMED_REACH)
                .take_while(|&at| matches!(here.view.tag(at), Tag::Noun | Tag::Adjective))
                .filter_map(|at| Some((at, group_of(None, &here.analysis.lemma(at))?)))
                .last()
                .filter(|_| !sum && group.is_none());
            if let Some((at, group)) = harmed {
                let group = Some(group).filter(|group| *group != Group::People);
                return Some((predicate.effect, group, at + 1));
            }
            return Some((
                predicate.effect,
                if sum { Some(Group::Other) } else { group },
                predicate.tokens.end,
            ));
        }
        let lemma = here.analysis.lemma(at);
        if let Some(noun) = counted(&lemma).filter(|_| !(named(word) && next_too())) {
            return Some((noun.effect, group, at + 1));
        }
        if let Some((_, effect)) = HARMED.iter().find(|(noun, _)| *noun == word) {
            fallback = Some((*effect, at + 1));
        }
        group = group.or_else(|| group_of(None, &lemma).filter(|group| *group != Group::People));
        let relative = here.view.is(at.wrapping_sub(1), &["who", "that", "been", "be"])
            || here.view.is(at, &["been", "are", "were", "have"])
                && here.view.is(at.wrapping_sub(2), &["who", "that"]);
        // "Confirmed killed", "feared dead", "known to have died": how sure it is.
        let known_to = here.view.is(at, &["to", "have", "be", "been"])
            && (from..at).any(|before| here.view.is(before, HOW_SURE));
        if relative || known_to || here.view.is(at, HOW_SURE) {
            continue;
        }
        if matches!(here.view.tag(at), Tag::Aux | Tag::Punct)
            || matches!(here.view.tag(at), Tag::Verb) && at > from
        {
            break;
        }
    }
    fallback.map(|(effect, end)| (effect, group, end))
}
