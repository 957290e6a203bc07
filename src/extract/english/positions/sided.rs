//! Stances taken by moving: "came out in favour of", "spoke out against", "distanced itself from", "pulled out of". Comes
//! in: a verb with all its particles. Goes out: a stance toward what follows. Never reads moves from place to place.

use crate::extract::cues::Cues;
use crate::extract::english::demands::{after_adverbs, each_scene};
use crate::extract::english::lexicon::stance_verbs::{self as words, Side};
use crate::extract::english::lexicon::stances;
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::text::english::view::View;
use crate::text::{TokenKind, VerbForm};

use super::{Draft, object_end, targets};

/// Reads verbs whose particles take the side.
pub const RULE: Rule = Rule {
    name: "position_sided",
    summary: "came out in favour of, distanced itself from, pulled out of: a stance taken by a move",
    corpus: include_str!("sided.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let verbs = cues.verbs(words::sides().map(|side| side.verb));
    let tails = cues.words(words::sides().filter_map(|side| side.tail.last().copied()));
    cues.enough_near_where(verbs, tails, takes_side);
}

/// Whether all words of a side stand behind its verb in their order, with no number between.
fn takes_side(view: View<'_>) -> bool {
    (view.start..view.end).any(|at| {
        let verb = view.verb(at);
        words::sides().filter(|side| side.verb == verb).any(|side| {
            let mut at = at + 1;
            side.tail.iter().all(|word| {
                let found = (at..view.end)
                    .take_while(|&at| view.kind(at) != TokenKind::Number)
                    .find(|&at| is_part(view, at, word));
                at = found.unwrap_or(at) + 1;
                found.is_some()
            })
        })
    })
}

/// Whether the word at `at` is this word of a side.
fn is_part(view: View<'_>, at: usize, word: &str) -> bool {
    match word {
        "~self" => view.is(at, &["itself", "himself", "herself", "themselves"]),
        word => view.word(at) == word,
    }
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.form(at) == VerbForm::None {
                continue;
            }
            let verb = scene.view.verb(at);
            for side in words::sides().filter(|side| side.verb == verb) {
                read(scene, at, side, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, side: &Side, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let object = tail(scene, at, side)?;
    let end = object_end(scene, object);
    // "Pulled out of the town" is a march.
    let agreed =
        || (object..end).any(|at| stances::is_settlement(view.word(at)) || stances::is_pact(view.word(at)));
    if side.of_pacts && !agreed() {
        return None;
    }
    let predicate = scene.predicate(at).filter(|predicate| !predicate.negated && !predicate.passive)?;
    let agents: Vec<_> = predicate.agents.iter().filter(|agent| agent.weighty).cloned().collect();
    Draft {
        rule: RULE.name,
        actors: &agents,
        stance: side.stance,
        targets: targets(scene, object..end),
        window: predicate.subject_start.unwrap_or(predicate.start)..end,
        core: at,
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}

/// Where the object begins when all particles follow the verb.
fn tail(scene: &Scene<'_>, verb: usize, side: &Side) -> Option<usize> {
    let view = scene.view;
    let mut at = verb + 1;
    for word in &side.tail {
        at = [at, after_adverbs(scene, at)].into_iter().find(|&at| is_part(view, at, word))? + 1;
    }
    (at < view.end).then_some(at)
}
