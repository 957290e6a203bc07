//! Verbs that demand: "urged both sides to", "called on the council for", "insisted that the minister resign". One
//! claim for each who demands, each addressee and each act.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::extract::cues::Cues;
use crate::extract::english::lexicon::acts as lexicon;
use crate::extract::english::lexicon::demands::{self as words, Frame};
use crate::extract::english::predicate::{Agent, Predicate, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force, Span};
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::{Tag, VerbForm};

use super::addressee::is_infinitive;
use super::complement::{Complement, complement, content, passive_complement};
use super::members::members;
use super::{Draft, act, after_adverbs, condition, each_scene, status};

/// Reads every demanding verb and its complement.
pub const RULE: Rule = Rule {
    name: "demand_verbal",
    summary: "urges, calls on, demands, orders, asks: a verb with who is to do what",
    corpus: include_str!("verbal.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let verbs = |more: bool| words::verbs().filter(move |(_, frame)| frame.wants_more() == more);
    let alone = cues.verbs(verbs(false).map(|(verb, _)| verb));
    cues.enough(alone);
    let with = cues.verbs(verbs(true).map(|(verb, _)| verb));
    let more = cues.words(Frame::MORE.iter().chain(words::WANTED).chain(words::WANTED_DONE).copied());
    cues.enough_where(with | more, goes_on);
}

/// Whether something that its frame takes stands behind a verb that wants more than a noun.
fn goes_on(view: View<'_>) -> bool {
    // The first word is no verb that anybody does.
    (view.start + 1..view.end).any(|at| {
        let behind = |words: &[&str]| (at + 1..view.end).any(|at| view.is(at, words));
        match VERBS.at(view, at) {
            Some((_, Frame::Tell)) => behind(&["to", "for"]),
            Some((_, Frame::Call)) => behind(&["to", "for", "on", "upon"]),
            Some((_, Frame::Appeal)) => behind(Frame::MORE),
            // "Wants to leave": who wants to do something himself asks nobody.
            Some((_, Frame::Want)) => !view.is(at + 1, &["to"]),
            Some((_, Frame::Need)) => {
                view.is(at.saturating_sub(1), &["we", "i"]) && !view.is(at + 1, &["to"])
            }
            _ => false,
        }
    })
}

static VERBS: LazyLock<Listed<Option<(Force, Frame)>>> =
    LazyLock::new(|| Listed::new(|word| words::verb(&lemma::verb(word)).or_else(|| words::verb(word))));

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if let Some((force, frame)) = verb_at(scene, at) {
                read(scene, at, force, frame, findings);
            }
        }
    });
}

fn verb_at(scene: &Scene<'_>, at: usize) -> Option<(Force, Frame)> {
    if scene.view.form(at) == VerbForm::None {
        return None;
    }
    // "Pressed for a ban" names nobody who is to do it.
    let pressed = scene.view.is(at + 1, &["for"]) && matches!(&*scene.view.verb(at), "push" | "press");
    let verb = if pressed { Some((Force::Appeal, Frame::Call)) } else { VERBS.at(scene.view, at) };
    verb.filter(|_| !is_answered(scene.view, at))
}

/// "Kenya demanded it", "the truce that Kenya had demanded took effect": what is asked for is not behind the verb.
fn is_said_elsewhere(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let pronoun = view.is(at + 1, &["it", "this", "so"]) && view.tag(at + 2) == Tag::Punct;
    let told = matches!(view.form(at + 1), VerbForm::Past | VerbForm::PastOrParticiple);
    pronoun || told && view.tag(at + 1) != Tag::Adjective
}

/// "Rejected union demands for higher pay": a noun, whoever stands before it.
fn is_answered(view: View<'_>, at: usize) -> bool {
    if view.form(at) != VerbForm::ThirdPerson {
        return false;
    }
    let phrase = (view.start..at).rev().take(ANSWERED_REACH).take_while(|&at| {
        matches!(view.tag(at), Tag::Noun | Tag::Adjective | Tag::Determiner | Tag::ProperNoun)
    });
    let answer = phrase.last().and_then(|first| first.checked_sub(1));
    answer.is_some_and(|verb| words::handling(view.word(verb)).is_some())
}

/// How many words may stand between an answer and the noun it answers.
const ANSWERED_REACH: usize = 4;

fn read(scene: &Scene<'_>, at: usize, force: Force, frame: Frame, findings: &mut Findings) {
    let view = scene.view;
    if asks_nothing(scene, at, frame) || frame == Frame::Call && is_naming(scene, at) {
        return;
    }
    let found = scene
        .predicate(at)
        .or_else(|| told(scene, at, frame))
        .or_else(|| purposed(scene, at))
        .or_else(|| crowd(scene, at));
    let Some(predicate) = found else { return };
    // "No longer insists that": taken back.
    let dropped = (at.saturating_sub(4).max(view.start)..at).any(|no| view.follows(no, &["no", "longer"]));
    if predicate.negated && !dropped {
        return;
    }
    let complement =
        if predicate.passive { passive_complement(scene, &predicate) } else { complement(scene, at, frame) };
    let Some(complement) = complement else { return };
    // "Told him to wait", "expects rain to fall": without an act these are no demands.
    let idle = complement.acts == [Act::Other] && frame == Frame::Tell && !view.is(at, PRESSES);
    // "Asked its standby force to get ready": whoever commands asks nothing.
    let own = complement.acts == [Act::Other] && commands(view, at);
    let self_told = predicate.passive && complement.acts == [Act::Other] && frame == Frame::Tell;
    let small = view.is(at + 1, &["us", "me", "each", "himself", "themselves"])
        || view.is(at + 1, &["him", "her"]) && complement.acts == [Act::Other];
    let nobody = predicate.agents.iter().any(|agent| agent.voice.end == 0);
    // "We want them to feel the pain": a wish.
    let wish = frame == Frame::Want
        && complement.acts == [Act::Other]
        && view.is(at + 1, &["them", "him", "her", "it"]);
    let elsewhere = complement.acts == [Act::Other] && is_said_elsewhere(scene, at);
    if nobody && complement.acts != [Act::Evacuate]
        || wish
        || elsewhere
        || own
        || idle
        || self_told
        || small && frame != Frame::Call
    {
        return;
    }
    let condition = condition(scene, complement.window.start..complement.window.end).filter(|_| {
        force != Force::Appeal || frame == Frame::Tell || super::is_threat(view, &complement.window)
    });
    let force = super::demand_force(condition.is_some(), force);
    let from = predicate.subject_start.unwrap_or(predicate.start).max(at.saturating_sub(5));
    let draft = Draft {
        rule: RULE.name,
        by: &predicate.agents,
        to: complement.to,
        window: complement.window.clone(),
        acts: complement.acts,
        force,
        status: if dropped { DemandStatus::Withdrawn } else { status(scene, from, at, view.end) },
        condition,
        core: at,
        start: predicate.subject_start.unwrap_or(predicate.start),
        weight: 3,
    };
    let mut listed = members(scene, &draft.window, frame).into_iter();
    let first = listed.next();
    for more in later_clauses(scene, &complement.window).into_iter().chain(listed) {
        let draft = Draft { to: more.to, window: more.window, acts: more.acts, ..draft.clone() };
        draft.emit(scene, findings);
    }
    let first = match first {
        Some(first) => Draft { to: first.to, window: first.window, acts: first.acts, ..draft },
        None => draft,
    };
    first.emit(scene, findings);
}

/// Verbs that press for whatever it is.
const PRESSES: &[&str] = &["told", "tells", "warned", "pressed", "pressured", "pushed"];

/// Whether those asked are the asker's own: "its standby force", "his ministers".
fn commands(view: View<'_>, at: usize) -> bool {
    let owner = (at + 1..at + 3).find(|&at| view.is(at, &["its", "his", "her", "their"]));
    owner.is_some_and(|owner| (owner + 1..owner + 4).any(|at| view.is(at, SUBORDINATES)))
}

/// Who takes orders.
const SUBORDINATES: &[&str] = &[
    "force",
    "forces",
    "army",
    "troops",
    "soldiers",
    "police",
    "ministry",
    "ministries",
    "minister",
    "ministers",
    "officials",
    "staff",
    "aides",
    "envoy",
    "envoys",
    "advisers",
    "commanders",
    "diplomats",
    "navy",
    "agencies",
    "lawyers",
];

/// Whether the words behind the verb say that nothing is demanded, whoever acts: who acts is known only once all of the
/// article is read.
fn asks_nothing(scene: &Scene<'_>, at: usize, frame: Frame) -> bool {
    let view = scene.view;
    let purpose = (at.saturating_sub(2)..at).any(|to| view.is(to, &["to"]));
    let Some((_, passive)) = scene.group(at).filter(|_| !purpose) else { return false };
    if passive {
        let to =
            (at + 1..(at + 14).min(view.end)).find(|&to| view.is(to, &["to"]) && is_infinitive(scene, to));
        return frame == Frame::Tell && to.is_none_or(|to| act::acts(view, to + 1..view.end) == [Act::Other]);
    }
    let next = after_adverbs(scene, at + 1);
    // "Expected the number to go up": of things nothing is asked.
    let thing = || scene.actors().starting_at(scene.sentence, next, view).is_none();
    if view.is(at, &["expect", "expects", "expected"]) && thing() {
        return true;
    }
    match frame {
        Frame::Tell => !(at + 1..view.end).any(|at| view.is(at, &["to", "for"])),
        Frame::Want => view.is(next, &["to"]),
        Frame::Need => view.is(next, &["to"]) || !view.is(at.saturating_sub(1), &["we", "i"]),
        _ => false,
    }
}

/// "That the minister resign, that charges be dropped and that Chile answer": later clauses have subjects of their own.
fn later_clauses(scene: &Scene<'_>, window: &Range<usize>) -> Vec<Complement> {
    let view = scene.view;
    let mut found = Vec::new();
    let mut end = window.end;
    for that in window.start + 2..view.end.min(window.start + CLAUSES_REACH) {
        let joined = view.is(that, &["that"]) && view.is(that - 1, &["and", ",", ";"]) && that <= end + 2;
        let Some(clause) = joined.then(|| content(scene, that + 1, Vec::new())).flatten() else { continue };
        end = clause.window.end;
        found.extend((clause.acts != [Act::Other]).then_some(clause));
    }
    found
}

/// How many words the clauses that tell of one demand may have together.
const CLAUSES_REACH: usize = 90;

/// "Residents were told to leave": nobody is named who tells them, but somebody says so.
fn told(scene: &Scene<'_>, at: usize, frame: Frame) -> Option<Predicate> {
    let view = scene.view;
    let be = (at.saturating_sub(3)..at).any(|at| view.is(at, &["were", "are", "was", "been", "being", "is"]));
    // "The town, where people had been told to leave": told in passing.
    let aside = (at.saturating_sub(9).max(view.start)..at)
        .rev()
        .take_while(|&at| !view.is(at, &[","]))
        .any(|at| view.is(at, &["where", "who", "which", "whose"]));
    if frame != Frame::Tell && frame != Frame::Ask
        || aside
        || !be
        || !view.is(after_adverbs(scene, at + 1), &["to", "not"])
        || scene.is_noun_here(at)
        || !scene.asserted(at, at)
    {
        return None;
    }
    let agents: Vec<Agent> = scene.speaker(at).unwrap_or_else(|| vec![authorities()]);
    Some(Predicate { verb: at, start: at, agents, subject_start: None, passive: true, negated: false })
}

/// Who orders people out when the text does not say so. Without a voice of their own: nothing else is theirs to ask.
fn authorities() -> Agent {
    Agent { name: Arc::from("authorities"), voice: Span { start: 0, end: 0 }, weighty: true, person: None }
}

/// "Marched on the capital to demand", "continued to press": who does the one does the other.
fn purposed(scene: &Scene<'_>, at: usize) -> Option<Predicate> {
    let view = scene.view;
    let to = (at.saturating_sub(2).max(view.start)..at).rfind(|&to| view.is(to, &["to"]))?;
    let main = (to.saturating_sub(14).max(view.start)..to)
        .rev()
        .take_while(|&main| !view.is(main, &[",", ";", "that", "which", "who"]))
        .find(|&main| {
            lexicon::presses(&view.verb(main))
                && view.form(main) != VerbForm::None
                && !view.is(main + 1, &["on", "upon", "for"])
        })?;
    let predicate = scene.predicate(main).filter(|predicate| !predicate.passive && !predicate.negated)?;
    Some(Predicate { verb: at, ..predicate })
}

/// "Thousands marched through the town to demand", "demanding": those who march without a name are protesters.
fn crowd(scene: &Scene<'_>, at: usize) -> Option<Predicate> {
    let view = scene.view;
    let opens = (at.saturating_sub(1)..at)
        .find(|&before| view.is(before, &["to"]) || view.form(at) == VerbForm::Gerund)?;
    let marches = (view.start + 1..opens.max(view.start + 1))
        .rfind(|&main| view.form(main) != VerbForm::None && words::marches(&view.verb(main)))?;
    if (marches..at).any(|at| view.is(at, &[";", "that", "who", "which"]))
        || !scene.asserted(marches, marches)
    {
        return None;
    }
    let many = (marches.saturating_sub(CROWD_REACH).max(view.start)..marches).find(|&at| {
        view.is(at, &["thousands", "hundreds", "dozens", "scores", "people", "crowds", "tens"])
    })?;
    let voice = scene.span(many..marches);
    let agents = vec![Agent { name: Arc::from("protesters"), voice, weighty: true, person: None }];
    Some(Predicate { verb: at, start: at, agents, subject_start: Some(many), passive: false, negated: false })
}

/// How far before "marched" those who march may stand.
const CROWD_REACH: usize = 8;

/// "Called the ruling a disgrace", "called off", "called a meeting", "called him": no demand.
fn is_naming(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let next = after_adverbs(scene, at + 1);
    let manner = view.is(next, &["in", "with"])
        && (next..(next + 7).min(view.end)).any(|at| view.is(at, &["for", "on", "upon"]));
    !view.is(next, &["on", "upon", "for"])
        && !manner
        && !(next..(next + 8).min(view.end)).any(|to| {
            view.is(to, &["to"])
                && view.form(to + 1) == VerbForm::Base
                && scene
                    .actors()
                    .starting_at(scene.sentence, next, view)
                    .is_some_and(|mention| mention.tokens.end <= to)
        })
        || view.is(next, &["on"]) && is_visit(scene, next + 1)
}

/// "Called on Friday", then nothing that asks.
fn is_visit(scene: &Scene<'_>, at: usize) -> bool {
    at >= scene.view.end
}
