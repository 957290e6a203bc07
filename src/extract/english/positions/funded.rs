//! Money that somebody commits to those in need: "approved 200 million euros of aid", "each household will receive 3,000
//! dollars, the ministry said". Comes in: a sum of money. Goes out: a vow. Never reads budgets, prices and profits.

use crate::extract::cues::Cues;
use crate::extract::english::demands::each_scene;
use crate::extract::english::lexicon::stances;
use crate::extract::english::predicate::{Agent, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::{Quantity, QuantityKind};

use super::{Draft, object_end, topic};

/// Reads sums set aside for people in need.
pub const RULE: Rule = Rule {
    name: "position_funded",
    summary: "approved 200 million euros of aid, households will receive: money committed",
    corpus: include_str!("funded.md"),
    cues,
    find,
};

/// Before the sum the verb stands this many tokens away at most, after it what the sum is for.
const REACH: usize = 6;

fn cues(cues: &mut Cues) {
    let relief = cues.words(stances::relief());
    let funds = cues.words(stances::funding_verbs());
    cues.enough(funds | relief);
    let gets = cues.words(["receive", "get", "paid", "given", "granted"]);
    cues.enough(gets | relief);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for sum in scene.analysis.quantities_in(scene.sentence) {
            if sum.kind == QuantityKind::Money && committed(scene, sum, findings).is_none() {
                received(scene, sum, findings);
            }
        }
    });
}

/// "The cabinet approved 200 million euros of immediate aid".
fn committed(scene: &Scene<'_>, sum: &Quantity, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let from = sum.tokens.start.saturating_sub(REACH).max(view.start);
    let verb = (from..sum.tokens.start)
        .rev()
        .take_while(|&at| !view.is(at, &[",", ";", "that", "and"]))
        .find(|&at| stances::funds(view.word(at)))?;
    let needy = (sum.tokens.start..(sum.tokens.end + 2 * REACH).min(view.end))
        .any(|at| stances::is_relief(view.word(at)));
    let predicate = scene.predicate(verb).filter(|predicate| !predicate.negated && !predicate.passive)?;
    let agents: Vec<_> = predicate.agents.iter().filter(|agent| agent.weighty).cloned().collect();
    if !needy || agents.is_empty() {
        return None;
    }
    vow(scene, sum, &agents, predicate.subject_start.unwrap_or(verb), verb, findings);
    Some(())
}

/// "Each affected household will receive 30,000 dirhams, the royal cabinet said".
fn received(scene: &Scene<'_>, sum: &Quantity, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let will = (sum.tokens.start.saturating_sub(REACH).max(view.start)..sum.tokens.start)
        .rfind(|&at| view.is(at, &["will", "would", "shall"]))?;
    let gets = view.is(will + 1, &["receive", "get"])
        || view.is(will + 1, &["be"]) && view.is(will + 2, &["paid", "given", "granted"]);
    let needy = (view.start..will).any(|at| stances::is_relief(view.word(at)));
    let agents: Vec<_> = scene.speaker(will)?.into_iter().filter(|agent| agent.weighty).collect();
    if !gets || !needy || agents.is_empty() {
        return None;
    }
    vow(scene, sum, &agents, will, will, findings);
    Some(())
}

/// These actors vow the sum, in words that begin at `start`.
fn vow(
    scene: &Scene<'_>,
    sum: &Quantity,
    actors: &[Agent],
    start: usize,
    core: usize,
    findings: &mut Findings,
) {
    let end = object_end(scene, sum.tokens.start).max(sum.tokens.end);
    let targets = vec![topic(scene, sum.tokens.start..end)];
    Draft { rule: RULE.name, actors, stance: Stance::Vow, targets, window: start..end, core, weight: 2 }
        .emit(scene, findings);
}
