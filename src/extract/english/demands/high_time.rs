//! Demands as the moment that has come: "it is time for the junta to go", "the time has come for both sides to talk".
//! Comes in: "time" with whom it is for. Goes out: a demand of whoever says so. Never reads what the outlet itself finds.

use crate::extract::cues::Cues;
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force};
use crate::text::english::word_class::is_negation;

use super::complement::for_somebody;
use super::{Draft, each_scene};

/// Reads what somebody says it is time for.
pub const RULE: Rule = Rule {
    name: "demand_high_time",
    summary: "it is time for the junta to go, the time has come for: what a speaker says is due",
    corpus: include_str!("high_time.md"),
    cues,
    find,
};

/// How many words may stand between "time" and whom it is for.
const REACH: usize = 4;

fn cues(cues: &mut Cues) {
    let time = cues.words(["time"]);
    let whom = cues.words(["for"]);
    cues.enough_near(time, whom);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, &["time"]) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let is = (at.saturating_sub(3).max(view.start)..at).any(|at| view.is(at, &["is", "was", "'s", "’s"]));
    let whom = (at + 1..(at + REACH).min(view.end)).find(|&at| view.is(at, &["for"]))?;
    let come = (at + 1..whom).any(|at| view.is(at, &["come", "came"]));
    let bare = whom == at + 1 || view.is(at + 1, &["now"]);
    let denied = (at.saturating_sub(4).max(view.start)..whom).any(|at| is_negation(view.word(at)));
    if !(come || is && bare) || denied || view.is(at.wrapping_sub(1), &["first", "second", "last", "next"]) {
        return None;
    }
    let found = for_somebody(scene, whom)?;
    let clear = found.acts.iter().all(|act| *act != Act::Other);
    let by: Vec<_> = scene.speaker(at)?.into_iter().filter(|agent| agent.weighty).collect();
    if !clear || by.is_empty() {
        return None;
    }
    Draft {
        rule: RULE.name,
        by: &by,
        to: found.to,
        start: at,
        window: found.window,
        acts: found.acts,
        force: Force::Demand,
        status: DemandStatus::Made,
        condition: None,
        core: at,
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}
