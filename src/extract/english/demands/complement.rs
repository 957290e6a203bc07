//! What a demanding verb asks for, and of whom. Comes in: a scene, where the verb ends, and how the verb takes what it
//! asks for. Goes out: the addressees, the words of the demand and its acts. Never looks at who demands.

use std::ops::Range;
use std::sync::Arc;

use crate::extract::english::actors::Kind;
use crate::extract::english::lexicon::demands::{Frame, WANTED, WANTED_DONE};
use crate::extract::english::predicate::{Predicate, Scene, is_bare};
use crate::model::Act;
use crate::text::gazetteer::Role;
use crate::text::{Tag, VerbForm};

use super::act::is_any;
use super::addressee::{addressed, implied, is_infinitive, list_end, names_of, unnamed, without_article};
use super::{act, after_adverbs};

/// What is asked for, and of whom.
pub(super) struct Complement {
    pub(super) to: Vec<Arc<str>>,
    pub(super) window: Range<usize>,
    pub(super) acts: Vec<Act>,
}

/// What follows a passive: its subject is the one who is asked.
pub(super) fn passive_complement(scene: &Scene<'_>, predicate: &Predicate) -> Option<Complement> {
    let view = scene.view;
    let to = (predicate.verb + 1..(predicate.verb + 14).min(view.end))
        .find(|&at| view.is(at, &["to"]) && is_infinitive(scene, at))?;
    let addressee = scene
        .subject(predicate.verb, predicate.start)
        .map(|mention| names_of(scene, mention))
        .unwrap_or_default();
    finish(scene, addressee, to + 1..view.end, false)
}

/// What follows a verb that takes it in this way.
pub(super) fn complement(scene: &Scene<'_>, at: usize, frame: Frame) -> Option<Complement> {
    let view = scene.view;
    let next = after_adverbs(scene, at + 1);
    match frame {
        Frame::Call | Frame::Appeal => called(scene, next),
        Frame::Ask => asked(scene, next, false),
        Frame::Tell if view.verb(at) == "invite" => invited(scene, next),
        Frame::Tell => asked(scene, next, true),
        Frame::Demand => demanded(scene, next),
        Frame::Insist => insisted(scene, next),
        Frame::Want => wanted(scene, next),
        Frame::Need => {
            let own = view.is(at.saturating_sub(1), &["we", "i"]);
            let found = wanted(scene, next).filter(|_| own)?;
            (found.acts != [Act::Other]).then_some(found)
        }
        Frame::Seek => {
            let found = finish(scene, Vec::new(), next..view.end, false)?;
            let clear = found.acts.iter().all(|act| {
                matches!(
                    act,
                    Act::Surrender | Act::Withdraw | Act::Release | Act::Resign | Act::Ceasefire | Act::Pay
                )
            });
            let ways = (next..next + 3).any(|at| view.is(at, &["ways", "way", "to", "means", "how"]));
            (clear && !ways).then_some(found)
        }
    }
}

/// "on X to V", "on X for N", "for N", "for X to V", "to X for N", "with X to V".
fn called(scene: &Scene<'_>, next: usize) -> Option<Complement> {
    let view = scene.view;
    let mut to = Vec::new();
    let mut at = next;
    // "Called in the army for help".
    if view.is(at, &["in"])
        && let Some((names, end)) = addressed(scene, at + 1)
        && view.is(end, &["for", "to"])
    {
        return finish(scene, names, end + 1..view.end, false);
    }
    let addresses = view.is(at, &["with"]) && addressed(scene, at + 1).is_some();
    if view.is(at, &["in", "with", "once"]) && !addresses {
        // "calls in the strongest terms for"
        at = (at..(at + 7).min(view.end)).find(|&at| view.is(at, &["for", "on", "upon"])).unwrap_or(at);
    }
    if view.is(at, &["on", "upon", "to", "with"])
        && !(view.is(at, &["to"])
            && view.form(at + 1) == VerbForm::Base
            && scene.actors().starting_at(scene.sentence, at + 1, view).is_none())
    {
        let (names, end) = addressed(scene, at + 1).or_else(|| unnamed(scene, at + 1))?;
        to = names;
        at = after_adverbs(scene, end);
    } else if let Some((names, end)) = addressed(scene, at).filter(|_| !view.is(at, &["for"])) {
        to = names;
        at = end;
    }
    if view.is(at, &["to", "not"]) {
        return finish(scene, to, at + 1..view.end, false);
    }
    if view.is(at, &["that"]) {
        return content(scene, at + 1, to);
    }
    if !view.is(at, &["for"]) {
        return None;
    }
    if let Some(found) = to.is_empty().then(|| for_somebody(scene, at)).flatten() {
        return Some(found);
    }
    let infinitive =
        (at + 1..(at + 10).min(view.end)).find(|&to| view.is(to, &["to"]) && view.is(to + 1, &["be"]));
    finish(scene, to, at + 1..infinitive.map_or(view.end, |_| view.end), false)
}

/// "For X to V": the addressee stands between.
pub(super) fn for_somebody(scene: &Scene<'_>, at: usize) -> Option<Complement> {
    let view = scene.view;
    let mention =
        scene.actors().starting_at(scene.sentence, at + 1, view).filter(|mention| !mention.owner)?;
    let end = after_adverbs(scene, list_end(scene, mention));
    let infinitive = view.is(end, &["to"]) && is_infinitive(scene, end);
    let passive = view.is(end + 1, &["be"]);
    let names = if passive { Vec::new() } else { names_of(scene, mention) };
    infinitive.then(|| finish(scene, names, end + 1..view.end, passive)).flatten()
}

/// "X to V", "that X V", "N": `only_infinitive` for verbs that take nothing else.
fn asked(scene: &Scene<'_>, next: usize, only_infinitive: bool) -> Option<Complement> {
    let view = scene.view;
    if view.is(
        next,
        &[
            "about", "whether", "if", "why", "what", "how", "when", "where", "who", "which", ":", "\"", "“",
            ",", ".",
        ],
    ) && !only_infinitive
    {
        return None;
    }
    if view.is(next, &["that"]) {
        return if only_infinitive { None } else { content(scene, next + 1, Vec::new()) };
    }
    if let Some((names, end)) = addressed(scene, next) {
        let end = after_adverbs(scene, end);
        let infinitive = infinitive_after(scene, end);
        if let Some(to) = infinitive {
            // "not to attack": the "not" is part of what is asked.
            let start = if to > end { end } else { to + 1 };
            return unless_about_self(scene, finish(scene, names, start..view.end, false)?);
        }
        if view.is(end, &["for"]) && !only_infinitive {
            return unless_about_self(scene, finish(scene, names, end + 1..view.end, false)?);
        }
        if only_infinitive {
            let talks = view
                .is(end, &["to", "for"])
                .then(|| finish(scene, names, end + 1..view.end, false))
                .flatten()?;
            return (talks.acts == [Act::Negotiate]).then_some(talks);
        }
        // "urged Kenya's withdrawal" and "urged an immediate halt" are nouns with an owner.
        let mention = scene.actors().starting_at(scene.sentence, next, view)?;
        return if mention.owner {
            finish(scene, vec![Arc::clone(&mention.name)], next..view.end, false)
        } else {
            None
        };
    }
    if let Some((names, end)) = unnamed(scene, next).filter(|_| !only_noun_with_infinitive(scene, next)) {
        let to = infinitive_after(scene, end);
        let noun = view.is(end, &["for"]) && !only_infinitive;
        if to.is_some() || noun {
            let start = if to.is_some_and(|to| to == end) || noun { end + 1 } else { end };
            return unless_about_self(scene, finish(scene, names, start..view.end, false)?);
        }
    }
    if only_infinitive {
        return None;
    }
    let start = next + usize::from(view.is(next, &["for"]));
    let found = finish(scene, Vec::new(), start..view.end, false)?;
    // "Asked for the result to be respected" is clear by its grammar.
    let to_be = (start..found.window.end).any(|at| view.follows(at, &["to", "be"]));
    let clear = found.acts.iter().any(|act| *act != Act::Other) || view.is(next, &["for"]) && to_be;
    unless_about_self(scene, found).filter(|_| clear)
}

/// "Invited the strikers to the palace", "to a meeting": those who can be talked with are asked to talks.
fn invited(scene: &Scene<'_>, next: usize) -> Option<Complement> {
    let view = scene.view;
    if let Some(found) = asked(scene, next, true) {
        return Some(found);
    }
    let (names, end) = addressed(scene, next)?;
    let mention = scene.actors().starting_at(scene.sentence, next, view)?;
    let partner = mention.kind == Kind::Reference
        || mention.party.is_some()
        || matches!(mention.role, Some(Role::Protesters | Role::Opposition | Role::Rebels | Role::Civil));
    let place = (end + 1..(end + 5).min(view.end)).any(|at| {
        view.capital(at)
            || view.is(
                at,
                &[
                    "meeting",
                    "meetings",
                    "table",
                    "conference",
                    "summit",
                    "office",
                    "residence",
                    "palace",
                    "house",
                    "ministry",
                    "capital",
                ],
            )
    });
    (partner && place && view.is(end, &["to", "for"])).then(|| Complement {
        to: names,
        window: act::cut(view, end + 1..view.end),
        acts: vec![Act::Negotiate],
    })
}

/// "An end to", "a right to": the infinitive belongs to the noun.
fn only_noun_with_infinitive(scene: &Scene<'_>, at: usize) -> bool {
    (at..at + 3).any(|at| scene.view.is(at, &["end", "halt", "right", "return", "plan", "effort", "efforts"]))
}

/// "Asked not to be named", "asked for comment": of the reporter, and no news.
fn unless_about_self(scene: &Scene<'_>, complement: Complement) -> Option<Complement> {
    let view = scene.view;
    let private = complement.window.clone().take(8).any(|at| {
        view.is(
            at,
            &[
                "named",
                "identified",
                "anonymity",
                "anonymous",
                "comment",
                "clarification",
                "surname",
                "photographed",
                "unnamed",
            ],
        ) || view.is(at, &["name", "names"]) && !view.is(at + 1, &["of"])
    });
    (!private).then_some(complement)
}

/// "That X V", "N from X", "X's N", and bare "X V".
fn demanded(scene: &Scene<'_>, next: usize) -> Option<Complement> {
    let view = scene.view;
    if view.is(next, &["that"]) {
        return content(scene, next + 1, Vec::new());
    }
    if view.is(next, &["to"]) {
        // "Demanded to meet the minister" asks of the minister.
        let mention = (next + 1..(next + 6).min(view.end)).find_map(|at| {
            scene
                .actors()
                .starting_at(scene.sentence, at, view)
                .filter(|mention| mention.tokens.start <= at + 1)
        });
        let names = mention.map(|mention| names_of(scene, mention)).unwrap_or_default();
        return finish(scene, names, next + 1..view.end, false);
    }
    if view.is(next, &["an", "the", "a"]) && view.is(next + 1, &["answer", "answers"]) {
        return finish(scene, Vec::new(), next..view.end, false);
    }
    if let Some(mention) = scene
        .actors()
        .starting_at(scene.sentence, next, view)
        .filter(|mention| !mention.owner && !mention.modifier)
    {
        let end = list_end(scene, mention);
        let verb = after_adverbs(scene, end);
        if view.is(verb, &["to"]) && is_infinitive(scene, verb) {
            return finish(scene, names_of(scene, mention), verb + 1..view.end, false);
        }
        if is_bare(view, verb) {
            let passive = view.is(verb, &["be"]);
            return finish(
                scene,
                if passive { Vec::new() } else { names_of(scene, mention) },
                verb..view.end,
                passive,
            );
        }
    }
    finish(scene, Vec::new(), next..view.end, false)
}

/// "That X V" with a bare verb, "on N", "on X V-ing". "Insisted that it was true" demands nothing.
fn insisted(scene: &Scene<'_>, next: usize) -> Option<Complement> {
    let view = scene.view;
    if view.is(next, &["on"]) {
        let found = finish(scene, Vec::new(), next + 1..view.end, false)?;
        return found.acts.iter().any(|act| *act != Act::Other).then_some(found);
    }
    if !view.is(next, &["that", "the"]) && scene.actors().starting_at(scene.sentence, next, view).is_none() {
        return None;
    }
    let start = next + usize::from(view.is(next, &["that"]));
    let window = act::cut(view, start..view.end);
    let subject = scene.actors().starting_at(scene.sentence, start, view).filter(|mention| !mention.owner);
    let verb = subject
        .map(|subject| after_adverbs(scene, list_end(scene, subject)))
        .filter(|&at| is_bare(view, at))
        .or_else(|| {
            window.clone().find(|&at| matches!(view.tag(at), Tag::Verb | Tag::Aux) || view.is(at, &["be"]))
        })?;
    let bare = is_bare(view, verb)
        && !view.is(verb, &["are", "do", "have", "were"])
        && !view.is(verb, &["will", "would", "can", "could", "must", "should"])
        && !view.is(verb - 1, &["to"]);
    let found = content(scene, start, Vec::new())?;
    // "Insists that the benefits be kept": the form alone says that it is wanted.
    let subjunctive = view.is(verb, &["be"])
        && matches!(view.form(verb + 1), VerbForm::Participle | VerbForm::PastOrParticiple);
    (bare && (subjunctive || found.acts.iter().any(|act| *act != Act::Other))).then_some(found)
}

/// "X to V".
fn wanted(scene: &Scene<'_>, next: usize) -> Option<Complement> {
    let view = scene.view;
    if let Some(noun) = (next..next + WANTED_REACH).find(|&at| view.is(at, WANTED))
        && (next..noun).all(|at| {
            matches!(
                view.tag(at),
                Tag::Determiner | Tag::Adjective | Tag::Adverb | Tag::Noun | Tag::ProperNoun | Tag::Number
            ) || view.is(at, &["per", "%", "pay"])
        })
    {
        return finish(scene, Vec::new(), next..view.end, false).filter(|found| found.acts != [Act::Other]);
    }
    // "Want the law scrapped": what is done to a thing.
    if let Some(done) = (next + 1..next + DONE_REACH).rfind(|&at| view.is(at, WANTED_DONE))
        && (next..done).all(|at| matches!(view.tag(at), Tag::Determiner | Tag::Adjective | Tag::Noun))
        && scene.actors().starting_at(scene.sentence, next, view).is_none()
    {
        return finish(scene, Vec::new(), next..view.end, true).filter(|found| found.acts != [Act::Other]);
    }
    let (names, end) = addressed(scene, next)?;
    let to = after_adverbs(scene, end);
    if view.is(to, &["to"]) && is_infinitive(scene, to) {
        return finish(scene, names, to + 1..view.end, view.is(to + 1, &["be"]));
    }
    let out = view.is(end, WANTED_DONE);
    out.then(|| finish(scene, names, end..view.end, false)).flatten()
}

/// How many words may stand before what is wanted to be done.
const DONE_REACH: usize = 5;

/// How many words may stand before what is wanted.
const WANTED_REACH: usize = 6;

/// "X V" after "that": the subject is asked, unless the verb is passive.
pub(super) fn content(scene: &Scene<'_>, start: usize, to: Vec<Arc<str>>) -> Option<Complement> {
    let view = scene.view;
    let window = act::cut(view, start..view.end);
    let subject = scene
        .actors()
        .starting_at(scene.sentence, start, view)
        .filter(|mention| !mention.owner && mention.tokens.end <= window.end);
    // "The minister step down", "the detained nurses be freed": words of the subject look like verbs too.
    let from = subject.map_or(start + 1, |subject| subject.tokens.end);
    let verb = (from..window.end)
        .find(|&at| matches!(view.tag(at), Tag::Verb | Tag::Aux))
        .or_else(|| (from..window.end).find(|&at| view.form(at) == VerbForm::Base));
    // "That drivers accused of theft be jailed": behind a participle, which tells what they did, the verb is still to come.
    let later = verb
        .filter(|&verb| matches!(view.form(verb), VerbForm::PastOrParticiple | VerbForm::Participle))
        .and_then(|verb| (verb + 1..window.end).find(|&at| view.is(at, &["be"])));
    let verb = later.or(verb);
    let passive = verb.is_some_and(|verb| {
        (verb..verb + 3).any(|at| view.is(at, &["be", "been"]))
            && (verb..verb + 5)
                .any(|at| matches!(view.form(at), VerbForm::Participle | VerbForm::PastOrParticiple))
    });
    let mut names = to;
    if let Some(subject) = subject
        && (!passive
            || names.is_empty()
                && subject.party.is_some()
                && subject.person.is_none()
                && subject.kind != Kind::Reference)
    {
        names = names_of(scene, subject);
    }
    let asked = later.map(|verb| act::acts(view, verb..view.end));
    let found = finish(scene, names, start..view.end, passive)?;
    let acts = asked.filter(|acts| !acts.contains(&Act::Other)).unwrap_or(found.acts);
    Some(Complement { acts, ..found })
}

/// The "to" of the infinitive that begins at `at`, "not" and adverbs before it aside.
fn infinitive_after(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    let at = if view.is(at, &["not"]) { at + 1 } else { at };
    if view.is(at, &["to"]) && is_infinitive(scene, at) {
        return Some(at);
    }
    None
}

/// Classifies the window and, where nobody was addressed yet, finds who would have to do it.
fn finish(
    scene: &Scene<'_>,
    mut to: Vec<Arc<str>>,
    window: Range<usize>,
    passive: bool,
) -> Option<Complement> {
    let view = scene.view;
    let acts = act::acts(view, window.clone());
    let window = act::cut(view, window);
    if acts.is_empty() || window.is_empty() {
        return None;
    }
    let implied = implied(scene, &window, &acts, passive);
    if let Some(name) = implied.filter(|_| to.is_empty() || acts.first() == Some(&Act::Resign)) {
        to = vec![name];
    }
    // "For Berg to resign": it is about the person, whoever that person speaks for.
    let person = scene.actors().in_sentence(scene.sentence).iter().rfind(|mention| {
        mention.tokens.end <= window.start && to.contains(&mention.name) && mention.person.is_some()
    });
    if acts.first() == Some(&Act::Resign)
        && let Some(person) = person.and_then(|mention| mention.person.clone())
    {
        to = vec![person];
    }
    // "That the interior minister step down": the country he speaks for is not asked to resign.
    let office = scene.actors().in_sentence(scene.sentence).iter().find(|mention| {
        window.contains(&mention.tokens.start)
            && to.contains(&mention.name)
            && mention.person.is_none()
            && matches!(
                mention.role,
                Some(Role::Minister | Role::Head | Role::Local | Role::Police | Role::Voice)
            )
    });
    if acts.first() == Some(&Act::Resign)
        && let Some(office) = office
    {
        // "The minister of agriculture".
        let mut end = office.tokens.end;
        if view.is(end, &["of", "for"]) && matches!(view.tag(end + 1), Tag::Noun | Tag::ProperNoun) {
            end += 2;
        }
        let words = scene.span(office.tokens.start..end).of(&scene.article.text);
        to = vec![Arc::from(without_article(words))];
    }
    let acts = if goes_from_office(scene, &window, &acts, &to) { vec![Act::Resign] } else { acts };
    let people_leave = acts.contains(&Act::Withdraw)
        && scene.actors().in_sentence(scene.sentence).iter().any(|mention| {
            to.contains(&mention.name) && matches!(mention.role, Some(Role::People | Role::Protesters))
        });
    let acts = if people_leave { vec![Act::Evacuate] } else { acts };
    Some(Complement { to, window, acts })
}

/// "Called on the country's rulers to go": out of office, when nothing more is said.
pub(super) fn goes_from_office(
    scene: &Scene<'_>,
    window: &Range<usize>,
    acts: &[Act],
    to: &[Arc<str>],
) -> bool {
    let bare = window.len() == 1 && scene.view.is(window.start, &["go", "quit", "leave"]);
    let office = || {
        let mut named = scene.actors().in_sentence(scene.sentence).iter();
        named.any(|mention| {
            mention.tokens.end <= window.start
                && to.contains(&mention.name)
                && matches!(mention.role, Some(Role::Head | Role::Minister | Role::Government))
                && !is_any(scene.view, mention.tokens.end - 1, &["diplomat", "ambassador", "envoy"])
        })
    };
    bare && acts == [Act::Withdraw] && office()
}
