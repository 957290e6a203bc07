//! What became of a demand whose maker is named beside the answer: "the deadline set by the union expired", "let the
//! group's ultimatum lapse", "the strike call was called off".

use std::sync::Arc;

use crate::extract::cues::Cues;
use crate::extract::english::lexicon::acts as lexicon;
use crate::extract::english::lexicon::demands as words;
use crate::extract::english::lexicon::stances;
use crate::extract::english::predicate::{Agent, Scene, agent};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force};
use crate::text::Tag;

use super::addressee::{is_infinitive, list_end, names_of};
use super::{Draft, act, each_scene};

/// Reads deadlines that ran out.
pub const RULE: Rule = Rule {
    name: "demand_answered",
    summary: "its deadline ran out, let the ultimatum lapse: what became of a demand",
    corpus: include_str!("answered.md"),
    cues,
    find,
};

/// What is answered with a pronoun was said at most this many sentences before.
const SENTENCES_BACK: usize = 4;

fn cues(cues: &mut Cues) {
    let nouns = cues.words(["deadline", "ultimatum", "rebuffed", "spurned", "snubbed"]);
    cues.enough(nouns);
    let gave = cues.words(["given", "gave", "set"]);
    let over = cues.words(["over", "up", "passed", "elapsed", "expired", "lapsed", "out"]);
    cues.enough(gave | over);
    let turned = cues.words(["turned", "turn", "turns"]);
    let down = cues.words(["down"]);
    cues.enough(turned | down);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, &["deadline", "ultimatum"]) {
                read(scene, at, findings);
            } else if scene.view.is(at, &["given", "gave", "set"]) {
                run_out(scene, at, findings);
            } else if scene.view.is(at, &["turned", "turn", "turns", "rebuffed", "spurned", "snubbed"]) {
                turned_down(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let near = at.saturating_sub(6).max(view.start)..(at + 14).min(view.end);
    let lapsed = near.clone().find(|&place| {
        words::lapses(view.word(place))
            && (place > at || view.is(place, &["ignored", "defied", "rejected", "dismissed"]))
            && (!view.is(place, &["ran"]) || view.is(place + 1, &["out"]))
    })?;
    if !scene.asserted(lapsed, lapsed) {
        return None;
    }
    // What was asked for stands after the noun, or the article has to say it elsewhere.
    let window = (at + 1..near.end)
        .find(|&place| view.is(place, &["for", "to"]))
        .map(|place| place + 1..if lapsed > place { lapsed } else { near.end })?;
    let window = act::cut(view, window);
    let act = act::act_within(view, window.clone())?;
    let mut back = at;
    let mut by = None;
    while back > view.start && back + 4 > at {
        back -= 1;
        if view.is(back, &["its", "their", "his", "her"]) {
            by = earlier_subject(scene);
            break;
        }
        if view.is(back, &["'s", "'"]) {
            by = scene
                .actors()
                .in_sentence(scene.sentence)
                .iter()
                .find(|mention| mention.owner && mention.tokens.end == back)
                .map(|mention| vec![agent(mention)]);
            break;
        }
        if !matches!(view.tag(back), Tag::Adjective | Tag::Noun | Tag::Number | Tag::Punct) {
            break;
        }
    }
    let set = set_by(scene, at);
    let (by, unasked) = (by.or_else(|| set.clone())?, set.is_some());
    let to: Vec<Arc<str>> = scene
        .actors()
        .in_sentence(scene.sentence)
        .iter()
        .find(|mention| {
            mention.tokens.end <= at && !unasked && !mention.owner && !mention.governed && !mention.modifier
        })
        .map(|mention| names_of(scene, mention))
        .unwrap_or_default();
    Draft {
        rule: RULE.name,
        by: &by,
        to,
        window: window.start..(lapsed + 2).max(window.end),
        acts: vec![if act == Act::Other { return None } else { act }],
        force: Force::Ultimatum,
        status: DemandStatus::Rejected,
        condition: None,
        core: at,
        start: back,
        weight: 3,
    }
    .emit(scene, findings);
    Some(())
}

/// "The deadline set by the rebels".
fn set_by(scene: &Scene<'_>, at: usize) -> Option<Vec<Agent>> {
    let set = at + 1 + usize::from(scene.view.is(at + 1, &["that", "which"]));
    let given = scene.view.is(set, &["set", "given", "issued", "imposed", "made"]);
    let by = Some(set + 1).filter(|&by| given && scene.view.is(by, &["by"]))?;
    let mention = scene.actors().starting_at(scene.sentence, by + 1, scene.view)?;
    Some(scene.agents_of(mention))
}

/// "The seven days that the union had given the ministry to free them are over."
fn run_out(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let time = (at.saturating_sub(9).max(view.start)..at).rfind(|&at| lexicon::is_span(view.word(at)))?;
    let over = (at + 1..view.end).rfind(|&over| {
        view.is(over, &["over", "up"]) && view.is(over - 1, &["are", "is", "were", "was"])
            || view.is(over, &["passed", "elapsed", "expired", "lapsed"])
            || view.is(over, &["out"]) && view.is(over - 1, &["ran", "run"])
    })?;
    let by = scene.predicate_subject(at)?;
    let mention = scene
        .actors()
        .starting_at(scene.sentence, at + 1, view)
        .filter(|mention| !mention.owner && mention.tokens.start <= at + 2)?;
    let to = (list_end(scene, mention)..over).find(|&to| view.is(to, &["to"]) && is_infinitive(scene, to))?;
    let verb = (to..over).rfind(|&at| view.is(at, &["are", "is", "were", "was", "have", "has", "ran"]))?;
    let acts = act::acts(view, to + 1..verb);
    Draft {
        rule: RULE.name,
        by: &by,
        to: names_of(scene, mention),
        window: to + 1..over + 1,
        acts: acts.into_iter().filter(|act| *act != Act::Other).collect(),
        force: Force::Ultimatum,
        status: DemandStatus::Rejected,
        condition: None,
        core: at,
        start: time,
        weight: 5,
    }
    .emit(scene, findings);
    Some(())
}

/// "The strikers turned her down", after she asked them to talks.
fn turned_down(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let asker = scene
        .actors()
        .starting_at(scene.sentence, at + 1, view)
        .filter(|mention| !mention.owner && !mention.modifier && mention.tokens.start == at + 1)?;
    let turned = view.is(at, &["turned", "turn", "turns"]);
    if turned && !view.is(asker.tokens.end, &["down"]) {
        return None;
    }
    let predicate = scene.predicate(at).filter(|predicate| !predicate.negated && !predicate.passive)?;
    // What was turned down was said a moment before.
    let first = scene.sentence.saturating_sub(SENTENCES_BACK);
    let talks = (first..scene.sentence).any(|sentence| {
        let view = scene.analysis.view(sentence);
        (view.start..view.end).any(|at| {
            stances::is_talk(view.word(at)) || view.is(at, &["invited", "invitation", "sit", "listen"])
        })
    });
    if !talks {
        return None;
    }
    Draft {
        rule: RULE.name,
        by: &[agent(asker)],
        to: predicate.agents.iter().map(|agent| Arc::clone(&agent.name)).collect(),
        window: at..asker.tokens.end + usize::from(turned),
        acts: vec![Act::Negotiate],
        force: Force::Appeal,
        status: DemandStatus::Rejected,
        condition: None,
        core: at,
        start: predicate.subject_start.unwrap_or(at),
        weight: 3,
    }
    .emit(scene, findings);
    Some(())
}

/// Who acts in the sentence before: "its deadline" is theirs.
fn earlier_subject(scene: &Scene<'_>) -> Option<Vec<Agent>> {
    let before = scene.sentence.checked_sub(1)?;
    let mention = scene
        .actors()
        .in_sentence(before)
        .iter()
        .find(|mention| !mention.owner && !mention.governed && !mention.modifier)?;
    Some(vec![agent(mention)])
}
