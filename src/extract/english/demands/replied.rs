//! What those answer of whom something was just asked: "Chad rejected the ultimatum", "a call that officials have turned
//! down", "the appeal went unheeded", "the ministry refused". Comes in: an answer without words of its own for what was
//! asked. Goes out: the demand told before it, as met or rejected. Never goes back further than two sentences, and never takes
//! the answer of somebody else for that of whoever was asked.

use std::cell::OnceCell;
use std::ops::Range;

use crate::extract::english::lexicon::demands as words;
use crate::extract::english::predicate::{Agent, Predicate, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Claim, Demand, DemandStatus, Evidence, Force};
use crate::text::gazetteer::Role;
use crate::text::{Tag, VerbForm};

use super::told::{Told, in_one_breath};
use super::{after_adverbs, each_scene, quote};

/// Reads answers to demands just told.
pub const RULE: Rule = Rule {
    name: "demand_replied",
    summary: "rejected the call, a demand it ignored, refused: what became of a demand just told",
    corpus: include_str!("replied.md"),
    cues: |_| {},
    find,
};

/// How many sentences back the demand may have been told.
const SENTENCES_BACK: usize = 2;
/// How many words may stand between a noun and what points to it, or between a verb and the noun.
const NOUN_REACH: usize = 5;
/// Nothing in its words makes this rule's finding stronger than that of another.
const WEIGHT: u8 = 3;

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    if findings.demands().next().is_none() {
        return;
    }
    let told: OnceCell<Told> = OnceCell::new();
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if let Some(reply) = reply(scene, at) {
                reply.emit(scene, told.get_or_init(|| Told::of(findings)), findings);
            }
        }
    });
}

/// An answer.
struct Reply {
    status: DemandStatus,
    /// Who answers, where that is said.
    by: Option<Vec<Agent>>,
    /// How the demand is called; nothing where the verb stands alone.
    called: Option<Force>,
    /// The verb.
    core: usize,
    words: Range<usize>,
}

impl Reply {
    fn emit(self, scene: &Scene<'_>, told: &Told, findings: &mut Findings) {
        let here = scene.span(self.core..self.core + 1).start;
        let near = told.before(scene, SENTENCES_BACK, here);
        let Some(last) = near.iter().rfind(|demand| self.answers(scene, demand)) else { return };
        // "The bishops offered to mediate; the union accepted": the offer is answered, not what was asked before it.
        if self.called.is_none() && offered_between(scene, last, here) {
            return;
        }
        // "Was asked to stop, but refused": the answer stands behind what it answers.
        let start = scene.span(self.words.start..self.words.start + 1).start;
        let start = if start > last.evidence.span.start { self.words.start } else { self.core };
        let span = quote(scene, start..self.words.end);
        let speaker = self.by.as_ref().and_then(|by| by.first());
        for demand in in_one_breath(near, last).filter(|demand| self.answers(scene, demand)) {
            let mut answered = demand.clone();
            answered.status = self.status;
            answered.condition = None;
            answered.to = answered.to.or_else(|| speaker.map(|agent| agent.name.to_string()));
            answered.source = speaker.and_then(|agent| agent.stated_by(&scene.article.text));
            answered.evidence =
                Evidence { quote: span.of(&scene.article.text).to_owned(), span, rule: RULE.name.to_owned() };
            findings.add_at(scene.span(self.core..self.core + 1), WEIGHT, Claim::Demand(answered));
        }
    }

    /// Whether it can be the answer to a demand: of whoever was asked, and called as hard as it was pressed.
    fn answers(&self, scene: &Scene<'_>, demand: &Demand) -> bool {
        if matches!(demand.status, DemandStatus::Met | DemandStatus::Rejected)
            || self.called == Some(Force::Ultimatum) && demand.force == Force::Appeal
        {
            return false;
        }
        let Some(by) = &self.by else { return true };
        if by.iter().any(|agent| *agent.name == *demand.by) {
            return false;
        }
        match &demand.to {
            Some(to) => {
                let asked: Vec<&str> = to.split(" and ").flat_map(|name| name.split(", ")).collect();
                let is =
                    |name: &str, agent: &Agent| *agent.name == *name || agent.person.as_deref() == Some(name);
                asked.iter().all(|name| by.iter().any(|agent| is(name, agent)))
                    || by.iter().any(|agent| is(to, agent))
                    || self.called.is_some() && by.iter().all(|agent| is_nameless_office(scene, agent))
            }
            None => self.called.is_some(),
        }
    }
}

/// Whether somebody offers something between a demand and the byte `here`.
fn offered_between(scene: &Scene<'_>, demand: &Demand, here: usize) -> bool {
    (scene.sentence.saturating_sub(SENTENCES_BACK)..=scene.sentence).any(|sentence| {
        let view = scene.analysis.view(sentence);
        (view.start..view.end)
            .filter(|&at| view.is(at, &["offered", "offer", "offers", "invited", "invitation", "proposed"]))
            .any(|at| {
                view.token(at)
                    .is_some_and(|token| (demand.evidence.span.end..here).contains(&token.span.start))
            })
    })
}

/// "Officials", "the authorities", "a spokesman": an office that the text leaves without a country.
fn is_nameless_office(scene: &Scene<'_>, agent: &Agent) -> bool {
    let mut here = scene.actors().in_sentence(scene.sentence).iter();
    let mention = here.find(|mention| mention.span == agent.voice);
    mention.is_some_and(|mention| {
        mention.party.is_none()
            && mention.person.is_none()
            && mention.role.is_some_and(|role| role.speaks_for_state() || role == Role::Voice)
    })
}

fn reply(scene: &Scene<'_>, at: usize) -> Option<Reply> {
    let view = scene.view;
    let word = view.word(at);
    if UNHEARD.contains(&word) {
        return unheard(scene, at);
    }
    if view.form(at) == VerbForm::None {
        return None;
    }
    let status = words::handling(word)
        .filter(|status| matches!(status, DemandStatus::Met | DemandStatus::Rejected))
        .or_else(|| ALONE_MET.contains(&word).then_some(DemandStatus::Met));
    let does_so = &*view.verb(at) == "do" && view.is(at + 1, &["so"]);
    let status = status.or_else(|| does_so.then_some(DemandStatus::Met))?;
    if let Some(noun) = noun_before(scene, at) {
        return done_to(scene, at, noun, status);
    }
    let (by, status, start) = told_of(scene, at, status)
        .or_else(|| announced(scene, at, status))
        .or_else(|| told_aside(scene, at, status))?;
    let reply = |called, words| Reply { status, by: Some(by.clone()), called, core: at, words };
    if let Some(noun) = noun_behind(scene, at) {
        return Some(reply(words::noun(view.word(noun)), start..noun + 1));
    }
    if let Some(noun) = start.checked_sub(1).and_then(|before| relative_noun(scene, before)) {
        return Some(reply(
            words::noun(view.word(noun)),
            determiner(scene, noun)?..after_particle(scene, at),
        ));
    }
    let alone = does_so || ALONE.contains(&word) || ALONE_MET.contains(&word);
    (alone && ends_here(scene, at)).then(|| reply(None, start..after_particle(scene, at)))
}

/// Who answers, how, and where the words begin.
type Answer = (Vec<Agent>, DemandStatus, usize);

fn told_of(scene: &Scene<'_>, at: usize, status: DemandStatus) -> Option<Answer> {
    let predicate = scene.predicate(at).filter(|predicate| !predicate.passive)?;
    let status = stated(scene, &predicate, status)?;
    let start = predicate.subject_start.unwrap_or(predicate.start);
    Some((predicate.agents, status, start))
}

/// "Chad said it would not comply": what somebody says he will not do is refused.
fn announced(scene: &Scene<'_>, at: usize, status: DemandStatus) -> Option<Answer> {
    let view = scene.view;
    let will = at.checked_sub(2).filter(|&will| will > view.start && view.is(at - 1, &["not", "n't"]))?;
    let conditional = (view.start..view.end).any(|at| view.is(at, &["if", "unless", "?"]));
    if status != DemandStatus::Met || conditional || !view.is(will, &["would", "will", "wo"]) {
        return None;
    }
    let subject = scene.subject(at, will)?;
    Some((scene.agents_of(subject), DemandStatus::Rejected, subject.tokens.start.min(will)))
}

/// "A call that officials have turned down": behind "call that" the grammar expects what is asked for.
fn told_aside(scene: &Scene<'_>, at: usize, status: DemandStatus) -> Option<Answer> {
    let view = scene.view;
    let (start, passive) = scene.group(at)?;
    let subject = scene.subject(at, start).filter(|_| !passive && view.form(at) != VerbForm::Base)?;
    let before = subject.tokens.start.checked_sub(1).filter(|&before| view.is(before, &["that"]))?;
    relative_noun(scene, before)?;
    let plain = (start..at).all(|at| matches!(view.word(at), "have" | "has" | "had" | "so" | "far" | "also"));
    plain.then(|| (scene.agents_of(subject), status, subject.tokens.start))
}

/// What the text says of the answer: a "not" turns it round, what may come is no answer.
fn stated(scene: &Scene<'_>, predicate: &Predicate, status: DemandStatus) -> Option<DemandStatus> {
    let view = scene.view;
    let among = |words: &[&str]| (predicate.start..predicate.verb).any(|at| view.is(at, words));
    if among(&["may", "might", "could", "should", "must", "can", "yet"]) {
        return None;
    }
    match (status, predicate.negated) {
        (DemandStatus::Met, true) => Some(DemandStatus::Rejected),
        (DemandStatus::Rejected, true) => None,
        (DemandStatus::Met, false) if among(&["would", "will", "'ll", "to"]) => None,
        (status, false) => Some(status),
        _ => None,
    }
}

/// "The call", "that demand", "its appeal" as the object of the verb at `at`, with nothing behind that says what it asks.
fn noun_behind(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    let noun = (at + 1..(at + 1 + NOUN_REACH).min(view.end))
        .take_while(|&noun| !matches!(view.tag(noun), Tag::Punct))
        .find(|&noun| words::noun(view.word(noun)).is_some())?;
    let pointed = (at + 1..noun).any(|at| view.is(at, POINTS) || view.is(at, &["'s"]));
    (pointed && is_without_words(scene, noun)).then_some(noun)
}

/// Words that point to what was told before.
const POINTS: &[&str] = &["the", "that", "this", "these", "those", "its", "their", "his", "her", "both"];

/// Whether nothing behind a noun of demanding says what it asks for: those that do are read with what they ask.
fn is_without_words(scene: &Scene<'_>, noun: usize) -> bool {
    let behind = after_adverbs(scene, noun + 1);
    !scene.view.is(behind, &["for", "to", "that", "of", "from", "not", "by"])
}

/// The noun whose verb at `at` is passive: "the call was rejected", "a demand swiftly dismissed by Chad".
fn noun_before(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    let mut before = at;
    let mut auxiliary = false;
    while before > view.start {
        before -= 1;
        let word = view.word(before);
        let is_be =
            matches!(word, "was" | "were" | "been" | "is" | "are" | "be" | "being" | "had" | "has" | "have");
        auxiliary |= is_be;
        if !is_be
            && !matches!(view.tag(before), Tag::Adverb)
            && !view.is(before, &["not", "so", "far", "that", "which"])
        {
            break;
        }
    }
    words::noun(view.word(before)).filter(|_| auxiliary || view.is(at + 1, &["by"]))?;
    determiner(scene, before).map(|_| before)
}

/// The passive answer.
fn done_to(scene: &Scene<'_>, at: usize, noun: usize, status: DemandStatus) -> Option<Reply> {
    let view = scene.view;
    let (start, _) = scene.group(at)?;
    let negated = (start..at).any(|at| view.is(at, &["not", "n't", "never"]));
    let open =
        (noun..at).any(|at| view.is(at, &["may", "might", "could", "should", "must", "will", "would", "be"]));
    let status = match (status, negated) {
        (status, false) => status,
        (DemandStatus::Met, true) => DemandStatus::Rejected,
        _ => return None,
    };
    let by = view.is(at + 1, &["by"]).then(|| {
        let mention = scene.actors().starting_at(scene.sentence, at + 2, view);
        mention.map(|mention| (scene.agents_of(mention), mention.tokens.end))
    });
    let end = by.as_ref().and_then(Option::as_ref).map_or(at + 1, |(_, end)| *end);
    (!open && scene.asserted(at, at)).then(|| Reply {
        status,
        by: by.flatten().map(|(agents, _)| agents),
        called: words::noun(view.word(noun)),
        core: at,
        words: determiner(scene, noun).unwrap_or(noun)..end,
    })
}

/// What becomes of an appeal that nobody hears.
const UNHEARD: &[&str] = &["unheeded", "unanswered", "unmet", "deaf"];

/// "An appeal that went unheeded", "the call fell on deaf ears".
fn unheard(scene: &Scene<'_>, at: usize) -> Option<Reply> {
    let view = scene.view;
    let went = (at.saturating_sub(3).max(view.start)..at).rfind(|&at| {
        view.is(at, &["went", "gone", "remained", "remains", "fell", "fallen", "was", "were"])
    })?;
    // "That appeal, too, has gone unanswered."
    let noun = (went.saturating_sub(5).max(view.start)..went)
        .rfind(|&noun| words::noun(view.word(noun)).is_some())?;
    let start = determiner(scene, noun)?;
    let end = at + 1 + usize::from(view.is(at, &["deaf"]));
    Some(Reply {
        status: DemandStatus::Rejected,
        by: None,
        called: words::noun(view.word(noun)),
        core: at,
        words: start..end,
    })
}

/// The noun that a clause with its subject right behind `before` tells of: "a call that", "a demand".
fn relative_noun(scene: &Scene<'_>, before: usize) -> Option<usize> {
    let view = scene.view;
    let noun = if view.is(before, &["that", "which"]) { before.checked_sub(1)? } else { before };
    words::noun(view.word(noun))?;
    let start = determiner(scene, noun)?;
    // A clause of its own would say what the demand is: "the demand workers made".
    (start == view.start || matches!(view.tag(start - 1), Tag::Punct)).then_some(noun)
}

/// The article or pointing word of a noun; nothing when it has none nearby.
fn determiner(scene: &Scene<'_>, noun: usize) -> Option<usize> {
    let view = scene.view;
    (noun.saturating_sub(NOUN_REACH - 1).max(view.start)..noun)
        .rev()
        .take_while(|&at| {
            matches!(
                view.tag(at),
                Tag::Determiner | Tag::Adjective | Tag::Noun | Tag::Number | Tag::Adverb | Tag::ProperNoun
            ) || view.is(at, POINTS)
                || view.is(at, &["'s"])
        })
        .find(|&at| view.is(at, POINTS) || view.is(at, &["a", "an"]))
}

/// The token behind the verb and its particle.
fn after_particle(scene: &Scene<'_>, at: usize) -> usize {
    at + 1 + usize::from(scene.view.is(at + 1, &["down", "off", "aside", "out", "in", "so"]))
}

/// Verbs that answer without an object, as refusals.
const ALONE: &[&str] =
    &["refused", "refuses", "declined", "agreed", "agrees", "complied", "consented", "relented", "acceded"];
/// Verbs of doing as one is told that take no demand as their object.
const ALONE_MET: &[&str] = &["obliged", "obeyed", "acquiesced", "comply"];

/// Whether what is refused or agreed to was told before: nothing stands behind the verb, or "to do so".
fn ends_here(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let behind = after_adverbs(scene, after_particle(scene, at));
    behind >= view.end
        || matches!(view.tag(behind), Tag::Punct) && !view.is(behind, &["“", "\""])
        || view.is(behind, &["but", "and", "after", "when", "because", "saying"])
        || view.is(behind, &["to"])
            && (view.is(behind + 1, &["do"]) && view.is(behind + 2, &["so", "it"])
                || view.is(behind + 1, &["comply", "obey"]))
}
