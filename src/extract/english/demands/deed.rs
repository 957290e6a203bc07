//! Deeds that demands ask for: "freed the detainees", "has withdrawn its troops", "agreed to a truce", "stepped down". Comes
//! in: a verb of a deed with who does it. Goes out: who did what. A deed alone is no news: the ledger holds it against the
//! demands of the story. Never reads what is only threatened, considered, asked for or long ago.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::extract::cues::Cues;
use crate::extract::english::lexicon::acts as lexicon;
use crate::extract::english::lexicon::deeds::{self as words, Verb};
use crate::extract::english::predicate::{Agent, Predicate, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, Claim, Deed, Evidence};
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::gazetteer::Role;
use crate::text::{Tag, VerbForm};

use super::{act, addressee, after_adverbs, each_scene, quote};

/// Reads what somebody did that others may have demanded.
pub const RULE: Rule = Rule {
    name: "deed",
    summary: "freed them, withdrew its troops, agreed to a truce, stepped down: what demands ask for, done",
    corpus: include_str!("deed.md"),
    cues,
    find,
};

/// How many words of what was done are looked at.
const REACH: usize = 24;

/// How many of the words behind a verb that decides say what.
const DECIDED: usize = 10;

/// How many of the words behind a verb that frees say whom.
const WHOM: usize = 11;

/// How far behind the verb what it is done to is looked for.
const OBJECT_REACH: usize = 13;

/// The same in bytes: no farther than where cues look for one soon after the other.
const OBJECT_BYTES: usize = 120;

/// How far before the verb "will" may stand.
const PLANNED_REACH: usize = 4;

/// How far before "it would" somebody may say so.
const SAID_REACH: usize = 6;

const OWN: &[&str] = &["its", "their", "his", "her", "our", "all"];

fn cues(cues: &mut Cues) {
    let leaves = cues.verbs(["resign", "quit", "abdicate", "step"]);
    cues.enough_where(leaves, may_be_done);
    let frees = cues.verbs(["free", "release", "liberate"]);
    cues.enough_where(frees, may_be_done);
    let verbs = cues.verbs(words::verbs().map(|(verb, _)| verb));
    let what = cues.all_forms(words::objects());
    cues.enough_near_where(verbs, what, may_be_done);
}

/// Whether some verb, in a form that tells it as done or planned, has what makes it a deed behind it.
fn may_be_done(view: View<'_>) -> bool {
    (view.start + 1..view.end).any(|at| VERBS.at(view, at).is_some_and(|verb| may_do(view, at, verb)))
}

/// The same of one verb: nothing is a deed without.
fn may_do(view: View<'_>, at: usize, verb: &Verb) -> bool {
    let base = view.verb(at);
    let planned =
        || (at.saturating_sub(PLANNED_REACH).max(view.start)..at).any(|at| view.is(at, &["will", "would"]));
    if view.word(at) == base && !is_past(&base) && !planned()
        || view.word(at) != base && view.word(at).ends_with("ing")
    {
        return false;
    }
    let start = |at: usize| view.token(at).map_or(0, |token| token.span.start);
    let window = at..(at + REACH).min(view.end);
    verb.acts.iter().any(|&act| match act {
        Act::Resign if verb.does => resigns(view, at, &window, &base),
        Act::Release if matches!(&*base, "free" | "release" | "liberate") => frees(view, at),
        _ => (at + 1..(at + OBJECT_REACH).min(view.end))
            .take_while(|&other| start(other) < start(at) + OBJECT_BYTES)
            .any(|at| words::is_object(act, &view.noun(at))),
    })
}

/// Verbs whose past is their base form.
fn is_past(base: &str) -> bool {
    matches!(base, "let" | "quit")
}

static VERBS: LazyLock<Listed<Option<&'static Verb>>> =
    LazyLock::new(|| Listed::new(|word| words::verb(&lemma::verb(word))));

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.form(at) != VerbForm::None
                && let Some(verb) = VERBS.at(scene.view, at)
            {
                read(scene, at, verb, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, verb: &Verb, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    if !may_do(view, at, verb) {
        return None;
    }
    let window = act::cut(view, at..(at + REACH).min(view.end));
    let act = if verb.does {
        done(view, at, window.clone(), verb)
    } else {
        decided(scene, at, window.clone(), verb)
    }?;
    // "155 freed": nobody is said to have done it.
    if act == Act::Release && view.tag(at.wrapping_sub(1)) == Tag::Number {
        return None;
    }
    let predicate = scene
        .predicate(at)
        .filter(|predicate| is_told_as_done(scene, predicate, &window))
        .or_else(|| announced(scene, at))?;
    let end = freed_by_order(view, at).map_or(window.end, |freed| freed + 1);
    let span = quote(scene, predicate.subject_start.unwrap_or(at).min(at)..end.max(at + 1));
    let text = span.of(&scene.article.text);
    if text.is_empty() {
        return None;
    }
    // Who leaves an office is a person, whoever he speaks for.
    let name = |agent: &Agent| match &agent.person {
        Some(person) if act == Act::Resign => Arc::clone(person),
        _ => Arc::clone(&agent.name),
    };
    let names: Vec<Arc<str>> = predicate.agents.iter().map(name).collect();
    if act == Act::Release
        && predicate.agents.iter().any(|agent| is_captive(scene, agent) || is_rescuer(scene, agent, at))
    {
        return None;
    }
    for by in addressee::together(&names, act).into_iter().flatten().chain(offices(scene, &predicate, act)) {
        let deed = Deed {
            by: by.to_string(),
            act,
            evidence: Evidence { quote: text.to_owned(), span, rule: RULE.name.to_owned() },
        };
        findings.add_at(scene.span(at..at + 1), 1, Claim::Deed(deed));
    }
    Some(())
}

/// Soldiers who free hostages were not asked to let them go.
fn is_rescuer(scene: &Scene<'_>, agent: &Agent, verb: usize) -> bool {
    let view = scene.view;
    let held_by_others = (verb + 1..(verb + WHOM).min(view.end))
        .any(|at| matches!(&*view.noun(at), "hostage" | "captive" | "passenger" | "abductee" | "kidnapped"));
    let mut mentions = scene.actors().in_sentence(scene.sentence).iter();
    let forces = mentions.any(|mention| {
        mention.span == agent.voice && matches!(mention.role, Some(Role::Military | Role::Police))
    });
    held_by_others
        && (forces || scene.actors().is_state_or_body(&agent.name))
        && matches!(&*view.verb(verb), "free" | "liberate")
}

/// "Hostages freed": those are who was freed.
fn is_captive(scene: &Scene<'_>, agent: &Agent) -> bool {
    let voice = agent.voice.of(&scene.article.text);
    voice.split(' ').next_back().is_some_and(|word| lexicon::is_captive(&lemma::noun(word)))
}

/// For whom those act who hold an office: what a president orders, his country does.
fn offices(scene: &Scene<'_>, predicate: &Predicate, act: Act) -> Vec<Arc<str>> {
    let party = |agent: &Agent| {
        let mentions = scene.actors().in_sentence(scene.sentence).iter();
        let mut own = mentions.filter(|mention| mention.span == agent.voice);
        // A court that orders its release does not give way for the government.
        own.find(|mention| mention.role != Some(Role::Court))
            .and_then(|mention| mention.party.clone())
            .filter(|party| *party != agent.name)
    };
    match predicate.agents.as_slice() {
        [one] if act != Act::Resign => party(one).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether it is done or promised without a condition: not denied, not asked of others, not a thing of the past that only
/// says who somebody is.
fn is_told_as_done(scene: &Scene<'_>, predicate: &Predicate, window: &Range<usize>) -> bool {
    let view = scene.view;
    let (start, at) = (predicate.start, predicate.verb);
    let tense = view.form(at);
    let planned = (start..at).any(|at| view.is(at, &["will"]));
    let bare =
        tense == VerbForm::Base && !planned && !(start..at).any(|at| view.is(at, &["has", "have", "had"]));
    let conditional = planned
        && (window.start..view.end)
            .any(|at| view.is(at, &["if", "unless", "once", "provided", "when", "until", "only"]));
    let long_ago = (start..(at + REACH).min(view.end)).any(|at| {
        let earlier = view.is(at, &["earlier"])
            && (lexicon::is_span(view.word(at.wrapping_sub(1))) || view.is(at + 1, &["this"]));
        view.is(at, &["ago", "previously"])
            || earlier
            || view.is(at, &["last"])
                && view.is(at + 1, &["year", "month", "week", "decade", "spring", "summer", "autumn"])
    });
    let relative = start > view.start && view.is(start - 1, &["who", "which", "that"]);
    let asked = (start..at).any(|at| view.is(at, &["to"]));
    !(predicate.negated || bare || conditional || long_ago || relative || asked || tense == VerbForm::Gerund)
}

/// "Norway said it would withdraw the bill": who says so of himself has decided.
fn announced(scene: &Scene<'_>, at: usize) -> Option<Predicate> {
    let view = scene.view;
    let would = at.checked_sub(1).filter(|&would| view.is(would, &["would"]) && would > view.start + 2)?;
    let conditional = |at: usize| view.is(at, &["if", "unless", "only", "consider", "once", "when", "until"]);
    let itself = view.is(would - 1, &["it", "he", "she", "they"]);
    let says = (would.saturating_sub(SAID_REACH).max(view.start)..would - 1)
        .rfind(|&says| view.is(says, &["said", "announced", "says", "announces", "confirmed", "promised"]))?;
    if !itself || (view.start..view.end).any(conditional) || (says..would).any(|at| view.is(at, &[","])) {
        return None;
    }
    let agents = scene.predicate_subject(says)?;
    let subject_start = Some(would - 1);
    Some(Predicate { verb: at, start: would, agents, subject_start, passive: false, negated: false })
}

/// The act of a verb that is the deed itself, when it has the object or the particle that makes it one.
fn done(view: View<'_>, at: usize, window: Range<usize>, verb: &Verb) -> Option<Act> {
    let behind = |words: &[&str]| window.clone().skip(1).any(|at| view.is(at, words));
    let next = |words: &[&str]| view.is(at + 1, words);
    let base = view.verb(at);
    if verb.acts.contains(&Act::Resign) {
        return resigns(view, at, &window, &base).then_some(Act::Resign);
    }
    let particle: &[&str] = match &*base {
        "pull" => &["out", "back"],
        "bring" => &["home", "back", "out"],
        "hand" => &["over", "back"],
        "lay" => &["down"],
        _ => &[],
    };
    if !particle.is_empty() && !behind(particle) {
        return None;
    }
    let act = act::act_within(view, window.clone()).filter(|act| verb.acts.contains(act))?;
    let fits = match act {
        Act::Release => frees(view, at),
        Act::Access => !next(&["fire"]),
        Act::Withdraw => moves_forces(view, at, &window),
        // "Stopped the attack" is what police do; who halts his own stops it.
        Act::Ceasefire if matches!(&*base, "stop" | "halt" | "suspend" | "pause") => {
            window
                .clone()
                .skip(1)
                .take(6)
                .any(|at| words::is_fought(&view.noun(at)) || view.is(at, &["hostilities"]))
                && !next(&["the", "a", "an"])
        }
        _ => true,
    };
    fits.then_some(act)
}

/// The act that a verb decides.
fn decided(scene: &Scene<'_>, at: usize, window: Range<usize>, verb: &Verb) -> Option<Act> {
    let view = scene.view;
    let base = view.verb(at);
    let from = after_adverbs(scene, at + 1);
    if freed_by_order(view, at).is_some() {
        return Some(Act::Release);
    }
    let what = from..window.end.min(from + DECIDED);
    let has = |words: &[&str]| what.clone().any(|at| view.is(at, words));
    let act = act::act_within(view, what.clone()).filter(|act| verb.acts.contains(act))?;
    let over =
        ["over", "dead", "void", "ended", "end", "violated", "broken", "breached", "collapsed", "suspended"];
    let fits = match &*base {
        "agree" => {
            view.is(from, &["to", "on", "a", "an"])
                && !view.is(from + 1, &["consider", "study", "examine", "disagree"])
        }
        "decide" => view.is(from, &["to"]),
        "declare" | "sign" => view.is(from, &["a", "an", "the"]) && !has(&over),
        "announce" => {
            let itself = view.is(from + 1, &["it", "he", "she", "they"]);
            view.is(from, &["a", "an", "the", "it", "he", "she", "they"]) || view.is(from, OWN) || itself
        }
        "order" => {
            matches!(act, Act::Release | Act::Investigate)
                || view.is(from, OWN)
                || view.is(from, &["a", "an"])
        }
        _ => true,
    };
    let own = match (act, &*base) {
        (Act::Resign, "announce") => has(OWN) && has(&["resignation"]),
        (Act::Withdraw, _) => {
            has(OWN) && moves_forces(view, from, &what) || view.is(from + 1, &["leave", "withdraw"])
        }
        (Act::Release, _) => frees(view, from),
        _ => true,
    };
    (fits && own).then_some(act)
}

/// "Resigned", "stepped down", "quit as minister", "handed in her resignation": not "resigned to his fate".
fn resigns(view: View<'_>, at: usize, window: &Range<usize>, base: &str) -> bool {
    let next = |words: &[&str]| view.is(at + 1, words);
    match base {
        "resign" => !next(&["to", "himself", "herself", "themselves", "itself"]),
        "step" => next(&["down", "aside"]),
        "quit" => {
            at + 1 >= window.end
                || next(&[
                    "as",
                    "on",
                    "over",
                    "after",
                    "in",
                    "amid",
                    "office",
                    "power",
                    "politics",
                    "parliament",
                    ".",
                ])
        }
        "tender" | "submit" | "hand" => window.clone().any(|at| view.is(at, &["resignation"])),
        _ => true,
    }
}

/// "Ordered that all who were arrested be released": the "released".
fn freed_by_order(view: View<'_>, at: usize) -> Option<usize> {
    let reach = at + 1..(at + REACH).min(view.end);
    let that = reach.clone().find(|&at| view.is(at, &["that"])).filter(|_| view.verb(at) == "order")?;
    (that..reach.end).find(|&at| view.is(at, &["released", "freed"]) && view.is(at - 1, &["be"]))
}

/// Whether people are freed: captives by their name, so many people, or somebody named.
fn frees(view: View<'_>, at: usize) -> bool {
    let whom = at + 1..(at + WHOM).min(view.end);
    // "Rescuers freed 12 people trapped under the roof": nobody held them.
    let stuck = ["trapped", "rubble", "debris", "wreckage", "buried", "stuck", "pinned", "mud", "snow"];
    let rescuers = ["rescuers", "firefighters", "divers", "crews", "teams", "volunteers"];
    if view.is(at.wrapping_sub(1), &rescuers) || whom.clone().any(|at| view.is(at, &stuck)) {
        return false;
    }
    whom.clone().any(|at| {
        lexicon::is_captive(&view.noun(at))
            || view.is(at, &["arrested", "detained", "held", "jailed", "imprisoned", "them"])
    }) || whom.take(2).any(|at| view.capital(at)) && view.is(at, &["freed", "released"])
}

/// Whether forces or envoys leave.
fn moves_forces(view: View<'_>, at: usize, window: &Range<usize>) -> bool {
    let before = at.saturating_sub(4).max(view.start)..at;
    before
        .chain(window.clone().skip_while(|&place| place <= at).take(9))
        .any(|at| words::is_force(&view.noun(at)))
}
