//! Denials without a verb of denying: "said it has no troops there", "had nothing to do with", "was not involved", "there
//! was no evidence of".

use crate::extract::english::demands::each_scene;
use crate::extract::english::lexicon::speech;
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;

use super::{Draft, object_end, topic};

/// Reads what a speaker says is not so about itself.
pub const RULE: Rule = Rule {
    name: "position_disclaimed",
    summary: "said it had no forces there, had nothing to do with it: a denial in other words",
    corpus: include_str!("disclaimed.md"),
    find,
};

/// What somebody can say not to have. Casualties, comments and details are told by other rules or are no stance.
const HELD: &[&str] = &[
    "troops",
    "forces",
    "soldiers",
    "role",
    "involvement",
    "knowledge",
    "links",
    "link",
    "ties",
    "part",
    "hand",
    "intention",
    "intentions",
    "plans",
    "plan",
    "prisoners",
    "hostages",
    "men",
    "weapons",
    "bases",
    "army",
    "units",
    "connection",
    "contact",
    "contacts",
    "responsibility",
    "evidence",
    "proof",
    "truth",
    "fighters",
    "presence",
    "interest",
    "ambition",
    "claim",
    "influence",
];

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if let Some(end) = disclaimer(scene, at) {
                read(scene, at, end, findings);
            }
        }
    });
}

/// The end of a disclaiming stretch that begins at `at`.
fn disclaimer(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    let held = |from: usize| (from..(from + 4).min(view.end)).find(|&at| view.is(at, HELD));
    if view.is(at, &["has", "have", "had"]) {
        if view.is(at + 1, &["no"]) {
            return held(at + 2).map(|found| found + 1);
        }
        if view.follows(at + 1, &["nothing", "to", "do", "with"]) {
            return Some(at + 5);
        }
    }
    let negated = view.is(at, &["not", "n't"]);
    if negated && view.is(at + 1, &["have"]) {
        return held(at + 2).map(|found| found + 1);
    }
    if negated
        && view.is(at + 1, &["involved", "responsible", "behind", "aware"])
        && view
            .is(at.saturating_sub(1), &["was", "is", "were", "are", "been", "wasn", "isn", "weren", "aren"])
    {
        return Some(at + 2);
    }
    if view.is(at, &["was", "is"])
        && view.is(at.saturating_sub(1), &["there"])
        && view.is(at + 1, &["no"])
        && view.is(at + 2, &["evidence", "truth", "proof", "question"])
    {
        return Some(at + 3);
    }
    None
}

fn read(scene: &Scene<'_>, at: usize, end: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let told =
        (view.start..view.end).any(|verb| speech::is_speech(view.word(verb)) && !scene.in_quotes(verb));
    let speakers = scene.speaker(at).filter(|_| told || scene.in_quotes(at))?;
    let impersonal = view.is(at.saturating_sub(1), &["there"]);
    // What somebody says about somebody else is no denial of his own.
    let about_self = impersonal
        || scene.first_person(at).is_some()
        || scene.predicate_subject(at).is_some_and(|subject| {
            subject.iter().any(|one| speakers.iter().any(|speaker| speaker.name == one.name))
        });
    let question = view.is(view.end.saturating_sub(1), &["?"]);
    let conditional = (at.saturating_sub(6).max(view.start)..at)
        .any(|at| view.is(at, &["if", "whether", "unless", "who", "which"]));
    if !about_self || question || conditional {
        return None;
    }
    let speakers: Vec<_> = speakers.into_iter().filter(|speaker| speaker.weighty).collect();
    let stop = object_end(scene, end);
    let start = scene
        .actors
        .in_sentence(scene.sentence)
        .iter()
        .find(|mention| speakers.iter().any(|speaker| speaker.name == mention.name))
        .map_or(at, |mention| mention.tokens.start.min(at));
    Draft {
        rule: RULE.name,
        actors: &speakers,
        stance: Stance::Deny,
        targets: vec![topic(scene, at + 1..stop)],
        window: start..stop,
        core: at,
        weight: 1,
    }
    .emit(scene, findings);
    Some(())
}
