//! Demands as nouns: "its call for a truce", "renewed appeals to both sides to", "rejected the demand of the union that".

use std::sync::Arc;

use crate::extract::cues::Cues;
use crate::extract::english::lexicon::demands as words;
use crate::extract::english::predicate::{Agent, Scene, agent};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force};
use crate::text::Tag;

use super::addressee::{implied, is_infinitive, list_end, names_of};
use super::complement::goes_from_office;
use super::{Draft, act, after_adverbs, condition, demand_force, each_scene};

/// Reads nouns of demanding with whose they are and what became of them.
pub const RULE: Rule = Rule {
    name: "demand_nominal",
    summary: "its call for, appeals by, rejected the demand: a demand as a noun",
    corpus: include_str!("nominal.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let nouns = cues.words(words::nouns());
    let leads = cues.words(["for", "to", "that", "not"]);
    cues.enough(nouns | leads);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if let Some(force) = words::noun(scene.view.word(at))
                && is_noun(scene, at)
            {
                read(scene, at, force, findings);
            }
        }
    });
}

/// A call on the telephone, a court of appeal and the demand for oil are other things.
fn is_noun(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    if view.is(at + 1, &["court", "centre", "center", "box", "judge"])
        || view.is(
            at.saturating_sub(1),
            &["of", "phone", "telephone", "video", "distress", "emergency", "court", "market", "consumer"],
        ) && !view.is(at.saturating_sub(1), &["of"])
    {
        return false;
    }
    view.is(at, &["ultimatum", "plea", "pleas", "insistence"])
        || scene.is_noun_here(at)
        || view.tag(at) == Tag::Noun
}

/// What happens to the demand in the sentence, and who does it.
struct Setting {
    verb: Option<usize>,
    status: DemandStatus,
}

fn setting(scene: &Scene<'_>, at: usize) -> Setting {
    let view = scene.view;
    let from = at.saturating_sub(9).max(view.start);
    for verb in (from..at).rev() {
        if view.is(verb, &[",", ";", "that", "which"]) {
            break;
        }
        // "gave in to the demand".
        let gives_in = view.is(verb, &["gave", "give", "gives", "given", "caved", "caves"])
            && view.is(verb + 1, &["in"]);
        let status = words::handling(view.word(verb)).filter(|_| !gives_in);
        let status = status.or(gives_in.then_some(DemandStatus::Met));
        if let Some(status) = status {
            return Setting { verb: Some(verb), status };
        }
    }
    Setting { verb: None, status: DemandStatus::Made }
}

fn read(scene: &Scene<'_>, at: usize, force: Force, findings: &mut Findings) {
    let view = scene.view;
    let setting = setting(scene, at);
    if setting.verb.is_none() && !scene.asserted(at, at) {
        return;
    }
    let actor = setting.verb.and_then(|verb| scene.predicate(verb)).filter(|predicate| !predicate.negated);
    if setting.verb.is_some() && actor.is_none() {
        return;
    }
    let made_by_actor =
        matches!(setting.status, DemandStatus::Made | DemandStatus::Repeated | DemandStatus::Withdrawn);
    let by = owner(scene, at, made_by_actor || setting.verb.is_none())
        .or_else(|| source(scene, at))
        .or_else(|| actor.as_ref().filter(|_| made_by_actor).map(|actor| actor.agents.clone()));
    let Some(by) = by.filter(|by| !by.is_empty()) else { return };
    // A proposal asks for something only where somebody answers it, a deadline only where somebody sets it.
    let answered = matches!(setting.status, DemandStatus::Met | DemandStatus::Rejected);
    if view.is(at, &["proposal"]) && !answered || view.is(at, &["deadline"]) && setting.verb.is_none() {
        return;
    }
    let Some((mut to, window)) = asked(scene, at) else { return };
    if to.is_empty() && !made_by_actor {
        to = actor.iter().flat_map(|actor| &actor.agents).map(|agent| Arc::clone(&agent.name)).collect();
    }
    let mut acts = act::acts(view, window.clone());
    if acts == [Act::Other] && setting.verb.is_none() {
        return;
    }
    if goes_from_office(scene, &act::cut(view, window.clone()), &acts, &to) {
        acts = vec![Act::Resign];
    }
    if acts.first() == Some(&Act::Resign) {
        acts.truncate(1);
    }
    let passive = (window.start..window.start + 6).any(|at| view.is(at, &["be"]));
    let named = implied(scene, &act::cut(view, window.clone()), &acts, passive);
    if let Some(name) = named.filter(|_| to.is_empty() || acts.first() == Some(&Act::Resign)) {
        to = vec![name];
    }
    let condition = condition(scene, window.clone()).filter(|_| force != Force::Appeal);
    let answer = answered_behind(scene, at).filter(|_| setting.verb.is_none());
    if let Some((_, by)) = answer.as_ref().filter(|_| to.is_empty()) {
        to = by.iter().map(|agent| Arc::clone(&agent.name)).collect();
    }
    let window = act::cut(view, window);
    Draft {
        rule: RULE.name,
        by: &by,
        to,
        window,
        acts,
        force: demand_force(condition.is_some(), force),
        status: answer.map_or(setting.status, |(status, _)| status),
        condition,
        core: at,
        start: actor.and_then(|actor| actor.subject_start).unwrap_or(at),
        weight: 2,
    }
    .emit(scene, findings);
}

/// How far behind the noun its answer may stand.
const ANSWER_REACH: usize = 16;

/// "the demand that Iceland pay was rejected by Oslo": what became of it, and who says so.
fn answered_behind(scene: &Scene<'_>, at: usize) -> Option<(DemandStatus, Vec<Agent>)> {
    let view = scene.view;
    let be = (at + 1..(at + ANSWER_REACH).min(view.end))
        .take_while(|&be| !view.is(be, &[",", ";", "and", "but", "which", "who"]))
        .find(|&be| view.is(be, &["was", "were", "is", "are", "been"]))?;
    let verb = after_adverbs(scene, be + 1);
    let status = words::handling(view.word(verb))
        .filter(|status| matches!(status, DemandStatus::Met | DemandStatus::Rejected))?;
    let by = (verb + 1..(verb + 6).min(view.end)).find(|&by| view.is(by, &["by"]));
    let agents = by
        .and_then(|by| scene.actors().starting_at(scene.sentence, by + 1, view))
        .map(|mention| scene.agents_of(mention))
        .unwrap_or_default();
    Some((status, agents))
}

/// "Kenya's call", "its demand": whose it is. A pronoun owner is the actor of the sentence, unless that one answers.
fn owner(scene: &Scene<'_>, at: usize, pronoun_is_actor: bool) -> Option<Vec<Agent>> {
    let view = scene.view;
    let mut back = at;
    while back > view.start && back + 3 > at {
        back -= 1;
        if view.is(back, &["'s", "'"]) {
            let mention = scene
                .actors()
                .in_sentence(scene.sentence)
                .iter()
                .find(|mention| mention.owner && mention.tokens.end == back)?;
            return Some(vec![agent(mention)]);
        }
        if view.is(back, &["its", "his", "her", "their"]) {
            if !pronoun_is_actor {
                return None;
            }
            let subject = scene.subject(at, back)?;
            return Some(scene.agents_of(subject));
        }
        if !matches!(view.tag(back), Tag::Adjective | Tag::Noun | Tag::Verb | Tag::Number) {
            break;
        }
    }
    // "A Kenyan appeal": the adjective says whose.
    scene
        .actors()
        .in_sentence(scene.sentence)
        .iter()
        .find(|mention| mention.tokens.end == at && mention.modifier)
        .map(|mention| vec![agent(mention)])
}

/// "calls from the union", "an appeal by": who stands after the noun or after what it asks for.
fn source(scene: &Scene<'_>, at: usize) -> Option<Vec<Agent>> {
    let view = scene.view;
    let place = (at + 1..(at + 40).min(view.end)).find(|&place| {
        view.is(place, &["from", "by"])
            && (place == at + 1 || view.is(place, &["from"]) || view.is(place, &["by"]) && place < at + 3)
            && scene
                .actors()
                .starting_at(scene.sentence, place + 1, view)
                .is_some_and(|mention| mention.tokens.start <= place + 2 && !mention.modifier)
    })?;
    let mention = scene.actors().starting_at(scene.sentence, place + 1, view)?;
    // "the withdrawal of troops from Kenya" is no call from Kenya.
    if place > at + 1
        && mention.kind == crate::extract::english::actors::Kind::Party
        && mention.party.is_some()
        && (at..place).any(|at| view.is(at, &["withdrawal", "withdraw", "troops", "expulsion", "removal"]))
    {
        return None;
    }
    Some(scene.agents_of(mention))
}

/// Addressees and what is asked for after the noun.
fn asked(scene: &Scene<'_>, at: usize) -> Option<(Vec<Arc<str>>, std::ops::Range<usize>)> {
    let view = scene.view;
    let mut next = after_adverbs(scene, at + 1);
    let mut to = Vec::new();
    if view.is(next, &["from", "by"]) {
        let mention = scene.actors().starting_at(scene.sentence, next + 1, view)?;
        next = after_adverbs(scene, list_end(scene, mention));
    }
    if view.is(next, &["on", "to", "upon"])
        && let Some(mention) = scene
            .actors()
            .starting_at(scene.sentence, next + 1, view)
            .filter(|mention| !mention.owner && mention.tokens.start <= next + 2)
    {
        to = names_of(scene, mention);
        next = after_adverbs(scene, list_end(scene, mention));
        if view.is(next, &["from", "by"]) {
            let mention = scene.actors().starting_at(scene.sentence, next + 1, view)?;
            next = list_end(scene, mention);
        }
    }
    if !view.is(next, &["for", "to", "that", "not"]) {
        return None;
    }
    // "that Iceland V", "for Iceland to V": the subject is asked, unless it is what something is done to.
    let subject = scene
        .actors()
        .starting_at(scene.sentence, next + 1, view)
        .filter(|mention| to.is_empty() && !mention.owner && !mention.modifier);
    if let Some(subject) = subject {
        let verb = after_adverbs(scene, list_end(scene, subject));
        let infinitive = view.is(next, &["for"]) && view.is(verb, &["to"]) && is_infinitive(scene, verb);
        let clause = view.is(next, &["that"]);
        if (infinitive || clause) && !view.is(verb + usize::from(infinitive), &["be"]) {
            to = names_of(scene, subject);
        }
        if infinitive {
            return Some((to, verb + 1..view.end));
        }
    }
    Some((to, next + 1..view.end))
}
