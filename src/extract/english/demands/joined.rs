//! Who takes up a demand that was just told: "Britain and France echoed the appeal", "the union backed the call". Comes in:
//! a verb of joining and a noun of demanding without words of its own. Goes out: the same demand of those who join. Never
//! goes back further than two sentences.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::extract::english::predicate::{Agent, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Demand, DemandStatus};
use crate::text::VerbForm;

use super::told::{Told, in_one_breath};
use super::{Draft, after_adverbs, each_scene};

/// Reads verbs of joining before a call that has been told.
pub const RULE: Rule = Rule {
    name: "demand_joined",
    summary: "echoed the appeal, joined the call: who takes up a demand just told",
    corpus: include_str!("joined.md"),
    cues: |_| {},
    find,
};

/// What those do who take up the demand of somebody else, by base form. CAMEO 02 with the agent as a second voice.
const JOINS: &[&str] = &["echo", "join", "back", "second", "repeat", "support", "endorse"];
/// What they take up.
const TAKEN_UP: &[&str] = &["call", "calls", "appeal", "appeals", "demand", "demands", "plea", "pleas"];

/// "Germany followed suit".
fn follows_suit(scene: &Scene<'_>, at: usize) -> bool {
    scene.view.is(at + 1, &["suit"]) && scene.view.verb(at) == "follow"
}

/// How many sentences back the demand may have been told.
const SENTENCES_BACK: usize = 2;

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    let told: OnceCell<Told> = OnceCell::new();
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            let joins = scene.view.form(at) != VerbForm::None && JOINS.contains(&&*scene.view.verb(at));
            if joins || follows_suit(scene, at) {
                let told = told.get_or_init(|| Told::of(findings));
                if let Some(joined) = joined(scene, at, told) {
                    joined.emit(scene, findings);
                }
            }
        }
    });
}

/// Those who join, what they take up and the words that say so.
struct Joined<'t> {
    by: Vec<Agent>,
    demands: Vec<&'t Demand>,
    start: usize,
    noun: usize,
}

impl Joined<'_> {
    fn emit(self, scene: &Scene<'_>, findings: &mut Findings) {
        for demand in self.demands {
            Draft {
                rule: RULE.name,
                by: &self.by,
                to: demand.to.iter().map(|to| Arc::from(to.as_str())).collect(),
                window: self.noun..self.noun + 1,
                acts: vec![demand.act],
                force: demand.force,
                status: DemandStatus::Made,
                condition: None,
                core: self.noun,
                start: self.start,
                weight: 2,
            }
            .emit(scene, findings);
        }
    }
}

/// Who joins at `at`, and in what.
fn joined<'t>(scene: &Scene<'_>, at: usize, told: &'t Told) -> Option<Joined<'t>> {
    let view = scene.view;
    let suit = follows_suit(scene, at);
    let noun = (at + 1..(at + NOUN_REACH).min(view.end)).find(|&at| suit || view.is(at, TAKEN_UP))?;
    let behind = after_adverbs(scene, noun + 1);
    let has_words = view.is(behind, &["for", "to", "that", "on", "upon", "by", "of", "from", "not"]);
    let pointed =
        (at + 1..noun).any(|at| view.is(at, &["the", "that", "this", "these", "those", "its", "'s"]));
    let predicate = scene.predicate(at).filter(|predicate| !predicate.negated && !predicate.passive)?;
    if !suit && (has_words || !pointed) {
        return None;
    }
    let here = scene.span(predicate.subject_start.unwrap_or(at)..at + 1).start;
    let near = told.before(scene, SENTENCES_BACK, here);
    let owner = scene
        .actors()
        .in_sentence(scene.sentence)
        .iter()
        .find(|mention| mention.owner && mention.tokens.start > at && mention.tokens.end < noun);
    let joins = |demand: &&Demand| predicate.agents.iter().all(|agent| *agent.name != *demand.by);
    let last =
        near.iter().filter(joins).rfind(|demand| owner.is_none_or(|owner| *owner.name == *demand.by))?;
    let demands = in_one_breath(near, last).collect();
    Some(Joined { by: predicate.agents, demands, start: predicate.subject_start.unwrap_or(at), noun })
}

/// How many words may stand between the verb and its noun.
const NOUN_REACH: usize = 6;
