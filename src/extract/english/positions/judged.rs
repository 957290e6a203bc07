//! Judgements with "is": "said the marchers were not workers but vandals", "what the guards did was murder, she said",
//! "'The mayor is a thief!' they shouted". Comes in: the words of a speaker. Goes out: who is judged, condemned or
//! accused. Never reads what the outlet itself finds.

use std::sync::Arc;

use crate::extract::cues::Cues;
use crate::extract::english::demands::each_scene;
use crate::extract::english::lexicon::{speech, stances};
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::text::english::word_class::is_negation;
use crate::text::{Tag, VerbForm};

use super::characterised::judgement;
use super::{Draft, object_end, topic};

/// Reads judgements in somebody's words.
pub const RULE: Rule = Rule {
    name: "position_judged",
    summary: "said they were vandals, what he did was murder: a judgement with \"is\"",
    corpus: include_str!("judged.md"),
    cues,
    find,
};

/// How far behind "is" a word may judge.
const REACH: usize = 8;

fn cues(cues: &mut Cues) {
    let is = cues.words(["is", "are", "was", "were", "'re"]);
    let judgements = cues.words(stances::judgements());
    cues.enough(is | judgements);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, &["is", "are", "was", "were", "'re"]) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let told =
        (view.start..view.end).any(|verb| speech::is_speech(view.word(verb)) && !scene.in_quotes(verb));
    let judged = judgement_after(scene, at)?;
    let uncertain = (at.saturating_sub(8).max(view.start)..at)
        .any(|at| view.is(at, &["if", "whether", "unless", "who", "which", "that's"]));
    let question = view.is(view.end.saturating_sub(1), &["?"]) || view.is(view.end.saturating_sub(2), &["?"]);
    let conditional = (view.start..at).any(|at| view.is(at, &["if", "unless", "whether"]));
    if !(told || scene.in_quotes(at)) || question || conditional || uncertain && !is_clause_subject(scene, at)
    {
        return None;
    }
    let speakers = scene.speaker(at)?;
    let speakers: Vec<_> = speakers.into_iter().filter(|speaker| speaker.weighty).collect();
    let mention = scene
        .actors()
        .in_sentence(scene.sentence)
        .iter()
        .rfind(|mention| mention.tokens.end == at)
        .filter(|mention| !mention.modifier && !mention.governed);
    let from = (view.start..at)
        .rfind(|&at| view.is(at, &[",", ";", ":", "that", "“", "\"", "said", "says"]))
        .map_or(view.start, |at| at + 1);
    let empty = view.is(from, &["it", "this", "that", "there", "he", "she", "we", "i", "they", "you"])
        && from + 1 >= at;
    let target = match mention {
        Some(mention) => Some(mention.name.clone()),
        None if empty => Some(said_of(scene, judged)?),
        None => topic(scene, from..at),
    };
    // What somebody says of himself, or of what is done to him, judges nobody.
    let about_self =
        target.as_ref().is_some_and(|target| speakers.iter().any(|speaker| speaker.name == *target))
            || scene.actors().in_sentence(scene.sentence).iter().any(|named| {
                named.tokens.start >= from
                    && named.tokens.end <= at
                    && speakers.iter().any(|speaker| speaker.name == named.name)
            });
    // Where only some sentences were read, nobody knows yet who is who.
    if about_self && !scene.reading.is_partial() {
        return None;
    }
    let start = speakers
        .iter()
        .filter_map(|speaker| {
            scene.actors().in_sentence(scene.sentence).iter().find(|mention| mention.span == speaker.voice)
        })
        .map(|mention| mention.tokens.start)
        .min()
        .map_or(from, |start| start.min(from));
    Draft {
        rule: RULE.name,
        actors: &speakers,
        stance: judgement(scene, judged, mention),
        targets: vec![target],
        window: start..object_end(scene, judged).max(judged + 1),
        core: at,
        weight: 1,
    }
    .emit(scene, findings);
    Some(())
}

/// "“This is a crime,” she said of the raid": what "this" means is told behind the quotation.
fn said_of(scene: &Scene<'_>, judged: usize) -> Option<Arc<str>> {
    let view = scene.view;
    let said =
        (judged..view.end).find(|&at| view.is(at, &["said", "says"]) && view.is(at + 1, &["of", "about"]))?;
    let object = said + 2;
    topic(scene, object..object_end(scene, object))
}

/// The judging word behind "is", with nothing but a noun phrase between; "not workers but vandals" judges.
fn judgement_after(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    let mut denied = false;
    for place in at + 1..(at + 1 + REACH).min(view.end) {
        let word = view.word(place);
        if is_negation(word) || view.is(place, &["no", "n't", "never", "neither"]) {
            denied = true;
        } else if view.is(place, &["but"]) {
            denied = false;
        } else if stances::is_judgement(word) {
            return (!denied).then_some(place);
        } else if matches!(word, "," | ";" | "." | "because" | "after" | "when" | "who" | "that" | "which")
            || view.tag(place) == Tag::Verb
            || view.tag(place) == Tag::Adposition && !view.is(place, &["like", "of"])
            || matches!(view.form(place), VerbForm::Gerund | VerbForm::Past)
        {
            return None;
        }
    }
    None
}

/// "Those who were out were vandals", "what he did was a crime": the clause before is the subject.
fn is_clause_subject(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    (at.saturating_sub(10).max(view.start)..at).any(|at| view.is(at, &["those", "what", "anyone", "people"]))
}
