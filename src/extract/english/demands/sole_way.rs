//! Demands as the only way: "the only path to peace is the withdrawal of the troops", "dialogue is the sole solution".
//! Comes in: "only" with a way behind it. Goes out: a demand of whoever says so. Never reads what the outlet itself finds.

use std::ops::Range;

use crate::extract::cues::Cues;
use crate::extract::english::lexicon::demands as words;
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force};

use super::addressee::implied;
use super::{Draft, act, each_scene};

/// Reads what somebody calls the only way.
pub const RULE: Rule = Rule {
    name: "demand_sole_way",
    summary: "the only path to peace is the withdrawal of: what a speaker says alone will do",
    corpus: include_str!("sole_way.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let only = cues.words(["only", "sole"]);
    let way = cues.words(words::ways());
    cues.enough(only | way);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, &["only", "sole"]) && words::is_way(scene.view.word(at + 1)) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let window = required(scene, at)?;
    let acts: Vec<Act> = act::acts(view, window.clone())
        .into_iter()
        .filter(|act| {
            matches!(
                act,
                Act::Withdraw
                    | Act::Surrender
                    | Act::Ceasefire
                    | Act::Release
                    | Act::Resign
                    | Act::Negotiate
                    | Act::LiftSanction
            )
        })
        .collect();
    let denied = (window.start.saturating_sub(3)..at).any(|at| view.is(at, &["not", "n't", "if", "whether"]));
    let by: Vec<_> = scene.speaker(at)?.into_iter().filter(|agent| agent.weighty).collect();
    if acts.is_empty() || by.is_empty() || denied {
        return None;
    }
    let to = implied(scene, &window, &acts, false).into_iter().collect();
    Draft {
        rule: RULE.name,
        by: &by,
        to,
        start: window.start.min(at),
        window: window.start..window.end.max(at + 2),
        acts,
        force: Force::Demand,
        status: DemandStatus::Made,
        condition: None,
        core: at,
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}

/// What is said to be the way: behind "the only way … is", or before "is the only way".
fn required(scene: &Scene<'_>, at: usize) -> Option<Range<usize>> {
    let view = scene.view;
    let is = |at: usize| view.is(at, &["is", "are", "was", "remains", "remain", "be"]);
    let before = at.saturating_sub(1).max(view.start);
    let verb = if view.is(before, &["the", "their", "our"]) { before.saturating_sub(1) } else { before };
    if is(verb) && verb > view.start {
        let start = (view.start..verb)
            .rfind(|&at| view.is(at, &["that", ",", ";", "“", "\"", "said", "says", ":"]))
            .map_or(view.start, |mark| mark + 1);
        return (start < verb).then_some(start..verb);
    }
    let verb = (at + 2..(at + 12).min(view.end)).find(|&at| is(at))?;
    let start = verb + 1;
    (start < view.end).then(|| act::cut(view, start..view.end))
}
