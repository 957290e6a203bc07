//! Denials without a verb of denying: "said it has no troops there", "had nothing to do with", "was not involved", "there
//! was no evidence of".

use crate::extract::cues::Cues;
use crate::extract::english::demands::each_scene;
use crate::extract::english::lexicon::{speech, stances};
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;

use super::{Draft, object_end, topic};

/// Reads what a speaker says is not so about itself.
pub const RULE: Rule = Rule {
    name: "position_disclaimed",
    summary: "said it had no forces there, had nothing to do with it: a denial in other words",
    corpus: include_str!("disclaimed.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let have = cues.words(["has", "have", "had"]);
    let no = cues.words(["no", "not", "n't"]);
    let held = cues.words(stances::disclaimed_things());
    cues.enough(have | no | held);
    let nothing = cues.words(["nothing"]);
    cues.enough(have | nothing);
    let involved = cues.words(["involved", "responsible", "behind", "aware"]);
    cues.enough(no | involved);
    let is = cues.words(["was", "is", "were", "are"]);
    let alleged = cues.words(stances::rumours());
    let untrue = cues.words(stances::untruths());
    cues.enough(is | alleged | untrue);
    let absent = cues.words(["evidence", "truth", "proof", "question"]);
    cues.enough(is | no | absent);
}

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
    let held =
        |from: usize| (from..(from + 4).min(view.end)).find(|&at| stances::is_disclaimed(view.word(at)));
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
    if (negates_truth(scene, at)).is_some() {
        return negates_truth(scene, at);
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

/// "The reports were a lie": what is said to be false, whoever it is about.
fn negates_truth(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    if !view.is(at, &["was", "is", "were", "are"]) {
        return None;
    }
    let alleged = (at.saturating_sub(8).max(view.start)..at).any(|at| stances::is_rumour(view.word(at)));
    let untrue = (at + 1..(at + 6).min(view.end))
        .take_while(|&at| !view.is(at, &["not", "n't", ","]))
        .find(|&at| stances::is_untrue(view.word(at)))?;
    alleged.then_some(untrue + 1)
}

fn read(scene: &Scene<'_>, at: usize, end: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let told =
        (view.start..view.end).any(|verb| speech::is_speech(view.word(verb)) && !scene.in_quotes(verb));
    // "Rumours about mines were “a lie”": the words in quotation marks are of whoever spoke before.
    let quoted =
        scene.in_quotes(end.saturating_sub(1)).then(|| scene.speaker(end.saturating_sub(1))).flatten();
    let speakers = scene.speaker(at).filter(|_| told || scene.in_quotes(at)).or(quoted)?;
    let untrue = negates_truth(scene, at).is_some();
    let said = (at.saturating_sub(8).max(view.start)..at)
        .rfind(|&at| view.is(at, &["that", "said", "says", "the", ","]))
        .map_or(view.start, |at| at + 1);
    let impersonal = view.is(at.saturating_sub(1), &["there"]) || untrue;
    // "There was no evidence of survivors" denies nothing unless somebody claimed it.
    if impersonal && !untrue && !is_alleged(scene) {
        return None;
    }
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
        .actors()
        .in_sentence(scene.sentence)
        .iter()
        .find(|mention| speakers.iter().any(|speaker| speaker.name == mention.name))
        .map_or(at, |mention| mention.tokens.start.min(at));
    Draft {
        rule: RULE.name,
        actors: &speakers,
        stance: Stance::Deny,
        targets: vec![topic(scene, if untrue { said..at } else { at + 1..stop })],
        window: start..stop,
        core: at,
        weight: 1,
    }
    .emit(scene, findings);
    Some(())
}

/// Whether this sentence or the one before tells of an accusation or a claim.
fn is_alleged(scene: &Scene<'_>) -> bool {
    (scene.sentence.saturating_sub(1)..=scene.sentence).any(|sentence| {
        let view = scene.analysis.view(sentence);
        (view.start..view.end).any(|at| stances::accuses(view.word(at)))
    })
}
