//! Demands told one after the other: "the strikers' demands include", "presented three conditions: …". Comes in: the
//! noun and the list behind it. Goes out: a demand for each member of a known act. Never reads a member that fits none.

use std::ops::Range;

use crate::extract::cues::Cues;
use crate::extract::english::lexicon::demands as words;
use crate::extract::english::predicate::{Agent, Scene, agent};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, Force};

use super::addressee::implied;
use super::complement::content;
use super::{Draft, act, each_scene, status};

/// Reads lists of demands and conditions.
pub const RULE: Rule = Rule {
    name: "demand_listed",
    summary: "the strikers' demands include, three conditions: demands told one after the other",
    corpus: include_str!("listed.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let nouns = cues.words(["demand", "demands", "conditions"]);
    cues.enough(nouns);
    let points = cues.words(["points"]);
    let that = cues.words(["that"]);
    cues.enough(points | that);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, &["demand", "demands", "conditions", "points"]) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    if let Some(first) = first_clause(scene, at) {
        return clauses(scene, at, first, findings);
    }
    // Points are demands only where clauses say so.
    let list = list_after(scene, at).filter(|_| !view.is(at, &["points"]))?;
    let by = owner(scene, at).filter(|by| !by.is_empty())?;
    let acts = act::listed(view, list.clone());
    if acts.is_empty() {
        return None;
    }
    for act in acts {
        let to = match implied(scene, &list, &[act], false) {
            Some(name) if act == Act::Resign => vec![name],
            _ => Vec::new(),
        };
        Draft {
            rule: RULE.name,
            by: &by,
            to,
            window: list.clone(),
            acts: vec![act],
            force: Force::Demand,
            status: status(scene, at.saturating_sub(4).max(view.start), at, at),
            condition: None,
            core: at,
            start: at,
            weight: 1,
        }
        .emit(scene, findings);
    }
    Some(())
}

/// "Nine demands, among them that X resign": the first "that" of a list of clauses behind the noun.
fn first_clause(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    (at + 1..(at + 12).min(view.end)).find(|&that| {
        view.is(that, &["that"])
            && (view.is(that - 1, &["including", ":"])
                || view.is(that - 1, &["them", "these", "which", "those"])
                    && view.is(that - 2, &["among", "of"]))
    })
}

/// Each "that X V" of the list is a demand of its own.
fn clauses(scene: &Scene<'_>, at: usize, first: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let by = owner(scene, at).or_else(|| scene.speaker(at)).filter(|by| !by.is_empty())?;
    let opens =
        |that: usize| view.is(that, &["that"]) && (that == first || view.is(that - 1, &[",", ";", "and"]));
    for that in (first..view.end).filter(|&that| opens(that)) {
        let Some(complement) = content(scene, that + 1, Vec::new()) else { continue };
        Draft {
            rule: RULE.name,
            by: &by,
            to: complement.to,
            window: complement.window,
            acts: complement.acts,
            force: Force::Demand,
            status: status(scene, at.saturating_sub(4).max(view.start), at, at),
            condition: None,
            core: that,
            start: that,
            weight: 3,
        }
        .emit(scene, findings);
    }
    Some(())
}

/// The words after "include", "are", "is that" or a colon that follow the noun at once.
fn list_after(scene: &Scene<'_>, at: usize) -> Option<Range<usize>> {
    let view = scene.view;
    let verb = (at + 1..(at + 5).min(view.end))
        .find(|&at| view.is(at, &["include", "includes", "included", "are", "is", "were", "was", ":"]))?;
    // "Three conditions for talks: a truce, …": what they are for stands before the colon.
    let far: &[&str] =
        if view.is(verb, &[":"]) { &[",", "by", "that"] } else { &[",", "for", "to", "by", "that"] };
    // "Its demands, which include his resignation".
    let aside = view.is(at + 1, &[","]) && (verb == at + 3 && view.is(at + 2, &["which", "these"]));
    let plain = aside || (at + 1..verb).all(|at| !view.is(at, far));
    let start = verb + 1 + usize::from(view.is(verb + 1, &["that", ":"]));
    // "The demands were rejected" and "is up" are no lists.
    let noun = view.is(verb, &[":"])
        || !matches!(
            view.form(start),
            crate::text::VerbForm::PastOrParticiple
                | crate::text::VerbForm::Participle
                | crate::text::VerbForm::Gerund
        ) && !view.is(start, &["not", "being", "still", "unacceptable"]);
    (plain && noun && start < view.end).then_some(start..view.end)
}

/// Whose they are: an owner before the noun within a few tokens, or who has, makes or presents them.
fn owner(scene: &Scene<'_>, at: usize) -> Option<Vec<Agent>> {
    let view = scene.view;
    let from = at.saturating_sub(5).max(view.start);
    let owning = scene.actors().in_sentence(scene.sentence).iter().rfind(|mention| {
        mention.owner && mention.tokens.end >= from && mention.tokens.end < at
            || mention.tokens.end == at && mention.modifier
    });
    if let Some(owning) = owning {
        return Some(vec![agent(owning)]);
    }
    if let Some(mention) = (from..at)
        .find(|&at| view.is(at, &["their", "its", "his", "her"]))
        .and_then(|at| scene.actors().covering(scene.sentence, at))
    {
        return Some(vec![agent(mention)]);
    }
    // "They will go on until nine points are met".
    if let Some(until) = (from..at).rfind(|&at| view.is(at, &["until", "unless"])) {
        return (view.start..until)
            .rev()
            .find_map(|verb| scene.predicate(verb))
            .map(|goes_on| goes_on.agents);
    }
    let verb = (from..at).rfind(|&at| words::presents(view.word(at)))?;
    let predicate = scene.predicate(verb).filter(|predicate| !predicate.negated)?;
    Some(predicate.agents)
}
