//! Help that a state or a body is about to send to others: "Israel is to send 130 engineers to help with the search", "Turkey
//! is sending two planes with tents". Comes in: a verb of sending with its subject and object. Goes out: an offer. Never
//! reads help that has arrived, help at home, arms and troops that come to fight.

use std::sync::Arc;

use crate::extract::cues::Cues;
use crate::extract::english::demands::each_scene;
use crate::extract::english::lexicon::stances;
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::VerbForm;
use crate::text::english::lemma;

use super::{Draft, object_end, topic};

/// Reads help that is being sent.
pub const RULE: Rule = Rule {
    name: "position_aided",
    summary: "is to send tents, is flying in doctors: help that somebody is about to send",
    corpus: include_str!("aided.md"),
    cues,
    find,
};

/// Verbs of sending.
const SENDS: &[&str] = &["send", "dispatch", "fly", "ship", "airlift", "donate"];
/// How far behind the verb what the help is for may stand.
const REACH: usize = 16;

fn cues(cues: &mut Cues) {
    let sends = cues.verbs(SENDS.iter().copied());
    let help = cues.words(stances::helpers());
    cues.enough(sends | help);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if SENDS.contains(&&*lemma::verb(scene.view.word(at))) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let is_to = view.is(at.wrapping_sub(1), &["to"]) && view.is(at.wrapping_sub(2), &["is", "are"]);
    let sending =
        view.form(at) == VerbForm::Gerund && view.is(at.wrapping_sub(1), &["is", "are", "was", "were"]);
    let end = object_end(scene, at + 1);
    let helps = (at + 1..end.max(at + 1).min(at + REACH)).any(|at| stances::is_helper(view.word(at)));
    if !helps || !is_to && !sending {
        return None;
    }
    let (agents, start) = if is_to {
        let subject = scene.subject(at, at - 2)?;
        (scene.agents_of(subject), subject.tokens.start)
    } else {
        let predicate = scene.predicate(at).filter(|predicate| !predicate.passive && !predicate.negated)?;
        (predicate.agents, predicate.subject_start.unwrap_or(predicate.start))
    };
    let home = scene.actors().home.as_ref();
    let abroad = |name: &Arc<str>| home != Some(name) && scene.actors().is_state_or_body(name);
    let agents: Vec<_> = agents.into_iter().filter(|agent| agent.weighty && abroad(&agent.name)).collect();
    if agents.is_empty() || end <= at + 1 {
        return None;
    }
    let targets = vec![topic(scene, at + 1..end)];
    Draft {
        rule: RULE.name,
        actors: &agents,
        stance: Stance::Offer,
        targets,
        window: start..end,
        core: at,
        weight: 1,
    }
    .emit(scene, findings);
    Some(())
}
