//! Demands that are shouted or carried: "chanted “Resign!”", "placards reading “Free the miners”". Comes in: a verb of
//! shouting, or a noun for what is carried, beside a quotation. Goes out: a demand of those who shout or carry.

use std::ops::Range;

use crate::extract::cues::Cues;
use crate::extract::english::predicate::{Agent, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force};
use crate::text::skim::QUOTED;

use super::addressee::implied;
use super::{Draft, act, each_scene};

/// Reads chants and placards.
pub const RULE: Rule = Rule {
    name: "demand_chanted",
    summary: "chanted “Resign!”, placards reading “Free them”: a demand that is shouted or carried",
    corpus: include_str!("chanted.md"),
    cues,
    find,
};

/// How far from its cue a quotation may begin or end, in tokens.
const REACH: usize = 6;

/// Verbs of shouting.
const SHOUTS: &[&str] =
    &["chanted", "chanting", "chant", "chants", "shouted", "shouting", "shout", "chorus", "chorused"];
/// What is carried and can be read.
const CARRIED: &[&str] =
    &["placard", "placards", "banner", "banners", "signs", "posters", "slogan", "slogans"];

fn cues(cues: &mut Cues) {
    let cue = cues.words(SHOUTS.iter().chain(CARRIED).copied());
    cues.enough(cue | QUOTED);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            let shouts = scene.view.is(at, SHOUTS);
            let carried = scene.view.is(at, CARRIED);
            if shouts || carried {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let window = quoted_after(scene, at).or_else(|| quoted_before(scene, at))?;
    let by = voices(scene, at).filter(|by| !by.is_empty())?;
    let act = slogan(scene, window.clone())?;
    let to = implied(scene, &window, &[act], false).into_iter().collect();
    // The quoted words are the claim's own, so that no other rule reads them too.
    let window_start = window.start;
    Draft {
        rule: RULE.name,
        by: &by,
        to,
        window: window.start.max(at)..window.end.max(at + 1),
        acts: vec![act],
        force: Force::Demand,
        status: DemandStatus::Made,
        condition: None,
        core: window_start,
        start: window_start.min(at),
        weight: 3,
    }
    .emit(scene, findings);
    Some(())
}

/// Who shouts, or who does what the sentence says while the placard is carried.
fn voices(scene: &Scene<'_>, at: usize) -> Option<Vec<Agent>> {
    if let Some(predicate) = scene.predicate(at).filter(|predicate| !predicate.negated) {
        return Some(predicate.agents);
    }
    let mention = scene.actors().in_sentence(scene.sentence).iter().find(|mention| {
        mention.tokens.end <= at && !mention.governed && !mention.owner && !mention.modifier
    })?;
    Some(scene.agents_of(mention))
}

fn opens(scene: &Scene<'_>, at: usize) -> bool {
    scene.view.is(at, &["“", "\"", "‘", "«"])
}

fn closes(scene: &Scene<'_>, at: usize) -> bool {
    scene.view.is(at, &["”", "\"", "’", "»"])
}

fn quoted_after(scene: &Scene<'_>, at: usize) -> Option<Range<usize>> {
    let end = scene.view.end;
    let open = (at + 1..(at + REACH).min(end)).find(|&at| opens(scene, at))?;
    let close = (open + 1..end).find(|&at| closes(scene, at)).unwrap_or(end);
    Some(open + 1..close)
}

fn quoted_before(scene: &Scene<'_>, at: usize) -> Option<Range<usize>> {
    let start = scene.view.start;
    let close = (at.saturating_sub(REACH).max(start)..at).rfind(|&at| closes(scene, at))?;
    let open = (start..close).rfind(|&at| opens(scene, at))?;
    Some(open + 1..close)
}

/// What a few shouted words ask for.
fn slogan(scene: &Scene<'_>, window: Range<usize>) -> Option<Act> {
    let view = scene.view;
    let end = (window.start..window.end).rfind(|&at| !view.is(at, &["!", ".", ","]))?;
    let out =
        view.is(end, &["out"]) || view.is(end, &["go"]) || view.follows(window.start, &["down", "with"]);
    act::act_within(view, window.start..end + 1).or_else(|| out.then_some(Act::Resign))
}
