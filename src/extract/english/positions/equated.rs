//! Solidarity told as a threat: "an attack on Kenya would be an attack on all of us", "any invasion of Chad will be
//! treated as a declaration of war". Who says so stands by the one who would be attacked. Never reads what is so already.

use crate::extract::cues::Cues;
use crate::extract::english::demands::each_scene;
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;

use super::{Draft, object_end};

/// Reads what an attack on somebody else would count as.
pub const RULE: Rule = Rule {
    name: "position_equated",
    summary: "an attack on X would be a declaration of war: who says so backs X",
    corpus: include_str!("equated.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let future = cues.words(["would", "will"]);
    let war = cues.words(["war", "attack", "aggression"]);
    cues.enough(future | war);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, &["would", "will"]) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let counts = (at + 1..(at + 4).min(view.end)).any(|at| {
        view.is(
            at,
            &[
                "be",
                "constitute",
                "amount",
                "mean",
                "considered",
                "treated",
                "regarded",
                "seen",
                "viewed",
                "count",
            ],
        )
    });
    let reach = at + 1..(at + 14).min(view.end);
    let war = reach.clone().find(|&at| {
        view.is(at, &["war"]) && (at.saturating_sub(3)..at).any(|at| view.is(at, &["declaration", "act"]))
            || view.is(at, &["attack", "aggression"])
                && view.is(at + 1, &["on", "against"])
                && (at + 2..at + 5)
                    .any(|at| view.is(at, &["us", "them", "itself", "themselves", "all", "both"]))
    })?;
    let back = at.saturating_sub(12).max(view.start)..at;
    let blow = back.clone().find(|&at| {
        view.is(
            at,
            &[
                "attack",
                "intervention",
                "invasion",
                "aggression",
                "strike",
                "assault",
                "incursion",
                "operation",
                "offensive",
            ],
        )
    })?;
    let victim = scene.actors().in_sentence(scene.sentence).iter().find(|mention| {
        mention.tokens.start > blow && mention.tokens.end <= at && mention.governed && mention.party.is_some()
    });
    let victim = victim.filter(|_| counts)?;
    let speakers = scene.speaker(at)?;
    let speakers: Vec<_> =
        speakers.into_iter().filter(|speaker| speaker.weighty && speaker.name != victim.name).collect();
    Draft {
        rule: RULE.name,
        actors: &speakers,
        stance: Stance::Support,
        targets: vec![Some(victim.name.clone())],
        window: blow..object_end(scene, war).max(war + 1),
        core: at,
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}
