//! Answers to what somebody proposed: "accepted a truce brokered by Norway", "rejected a ceasefire proposed by the
//! union". Comes in: the participle that names who proposed it. Goes out: that party's demand, met or rejected. Never
//! reads a proposal that nobody answers.

use crate::extract::cues::Cues;
use crate::extract::english::lexicon::demands as words;
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force};

use std::sync::Arc;

use crate::text::gazetteer::Role;

use super::{Draft, act, context, each_scene};

/// Reads answers to what another party brokered or proposed.
pub const RULE: Rule = Rule {
    name: "demand_brokered",
    summary: "accepted a truce brokered by: an answer to what another party proposed",
    corpus: include_str!("brokered.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let proposed = cues.words(words::proposed());
    let by = cues.words(["by"]);
    cues.enough(proposed | by);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if words::is_proposed(scene.view.word(at)) && scene.view.is(at + 1, &["by"]) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let broker = scene.actors().starting_at(scene.sentence, at + 2, view).filter(|mention| !mention.owner)?;
    let answer = (at.saturating_sub(10).max(view.start)..at).rfind(|&at| status_of(scene, at).is_some())?;
    let status = status_of(scene, answer)?;
    let predicate = scene.predicate(answer).filter(|predicate| !predicate.negated && !predicate.passive)?;
    let act = act::act_within(view, answer + 1..at)?;
    let asks = matches!(act, Act::Ceasefire | Act::Negotiate | Act::Release | Act::Withdraw | Act::Access);
    if !asks {
        return None;
    }
    let by = scene.agents_of(broker);
    let to: Vec<_> = predicate.agents.iter().map(|agent| agent.name.clone()).collect();
    // One of two who fight cannot keep a truce alone.
    if status == DemandStatus::Met && act == Act::Ceasefire && to.len() == 1 && fights_another(scene, &to) {
        return None;
    }
    let demanded = view.is(at, &["demanded"]);
    Draft {
        rule: RULE.name,
        by: &by,
        to,
        window: answer + 1..broker.tokens.end,
        acts: vec![act],
        force: if demanded { Force::Demand } else { Force::Appeal },
        status,
        condition: None,
        core: at,
        start: predicate.subject_start.unwrap_or(answer),
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}

/// Whether the article tells of an army other than those who answer.
fn fights_another(scene: &Scene<'_>, to: &[Arc<str>]) -> bool {
    context::fighting(scene).len() == 2
        || scene.actors().all().iter().any(|mention| {
            mention.role == Some(Role::Military)
                && mention.party.as_ref().is_some_and(|party| !to.contains(party))
                && !mention.modifier
                && !mention.governed
        })
}

fn status_of(scene: &Scene<'_>, at: usize) -> Option<DemandStatus> {
    let view = scene.view;
    if view.is(
        at,
        &["accepted", "accepts", "approved", "backed", "agreed", "agree", "agrees", "endorsed", "signed"],
    ) {
        return Some(DemandStatus::Met);
    }
    view.is(at, &["rejected", "rejects", "refused", "dismissed", "spurned", "rebuffed", "ignored"])
        .then_some(DemandStatus::Rejected)
}
