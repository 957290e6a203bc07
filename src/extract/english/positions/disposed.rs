//! Stances as dispositions: "is ready to mediate", "stands by", "remains opposed to", "is committed to", "is determined to".

use crate::extract::cues::Cues;
use crate::extract::english::demands::each_scene;
use crate::extract::english::lexicon::{stance_verbs as words, stances};
use crate::extract::english::predicate::{Scene, is_bare};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::Tag;
use crate::text::english::word_class::is_be;

use super::{Draft, object_end, topic};

/// Reads adjectives of stance after "be", "stand" and "remain".
pub const RULE: Rule = Rule {
    name: "position_disposed",
    summary: "is ready to, remains opposed to, is committed to: a stance as a disposition",
    corpus: include_str!("disposed.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let adjectives = cues.words(words::stance_adjectives());
    let leads = cues.words(["to", "for", "door", "doors"]);
    cues.enough(adjectives | leads);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if let Some(stance) = words::stance_adjective(scene.view.word(at)) {
                read(scene, at, stance, findings);
                open_door(scene, at, findings);
            }
        }
    });
}

/// "Declared itself ready to mediate".
fn reflexively(scene: &Scene<'_>, at: usize, stance: Stance, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let predicate = scene.predicate(at - 2).filter(|predicate| !predicate.negated && !predicate.passive)?;
    if !view.is(at + 1, &["to", "for"]) {
        return None;
    }
    let start = at + 2;
    let end = object_end(scene, start);
    let talks = (start..end.min(start + 5)).any(|at| stances::is_talk(view.word(at)));
    let stance = if stance == Stance::Offer && talks { Stance::Accept } else { stance };
    Draft {
        rule: RULE.name,
        actors: &predicate.agents,
        stance,
        targets: vec![topic(scene, start..end)],
        window: predicate.subject_start.unwrap_or(predicate.start)..end,
        core: at,
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}

fn read(scene: &Scene<'_>, at: usize, stance: Stance, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    // "Declared itself ready to": the verb before the reflexive stands for "is".
    let reflexive = view.is(at.saturating_sub(1), &["itself", "themselves", "himself", "herself"])
        && view.is(at.saturating_sub(2), &["declared", "declares", "declaring", "called", "pronounced"]);
    if reflexive {
        return reflexively(scene, at, stance, findings);
    }
    let mut copula = at;
    while copula > view.start && copula + 4 > at {
        copula -= 1;
        let word = view.word(copula);
        if is_be(word)
            || view.is(
                copula,
                &["stand", "stands", "stood", "remain", "remains", "remained", "'re", "'s", "’re"],
            ) && !view.is(copula + 1, &["'s"])
        {
            break;
        }
        if !matches!(view.tag(copula), Tag::Adverb | Tag::Determiner) {
            return None;
        }
    }
    let is_copula = is_be(view.word(copula))
        || view.is(copula, &["stand", "stands", "stood", "remain", "remains", "remained", "'re", "'s"]);
    if !is_copula || !view.is(at + 1, &["to", "for"]) || !scene.asserted(copula, at) {
        return None;
    }
    let negated = (copula..at).any(|at| view.is(at, &["not", "n't", "never", "no", "hardly"]));
    let start = at + 2;
    let end = object_end(scene, start);
    let near = start..end.min(start + 5);
    let kind = near.clone().any(|at| stances::is_kind(view.word(at)) || stances::is_kind(&view.verb(at)));
    // "Had ruled out negotiations, said he was ready to resume them".
    let again = view.is(start, &["resume", "restart", "continue", "hold"])
        && view.is(start + 1, &["them", "it"])
        && (view.start..copula).any(|at| stances::is_talk(view.word(at)));
    let talks = again || near.clone().any(|at| stances::is_talk(view.word(at)));
    let stance = match (stance, negated) {
        // "Ready to talk" agrees to what others want; "open to talks" offers them.
        (Stance::Offer, false) if talks && !kind && !view.is(at, &["open"]) => Stance::Accept,
        (Stance::Offer, false) if kind || talks => Stance::Offer,
        (Stance::Offer, false)
            if is_bare(view, start)
                && view.is(at, &["ready", "prepared"])
                && !stances::is_idle(&view.verb(start)) =>
        {
            Stance::Vow
        }
        (Stance::Offer, true) => Stance::Reject,
        (stance, false) if stance != Stance::Offer => stance,
        _ => return None,
    };
    let agents = if scene.first_person(copula).is_some() || view.is(copula, &["'re"]) {
        scene.speaker(at)
    } else {
        scene.subject(copula, copula).map(|subject| scene.agents_of(subject))
    };
    let agents: Vec<_> = agents?.into_iter().filter(|agent| agent.weighty).collect();
    let window =
        scene.subject(copula, copula).map_or(copula, |subject| subject.tokens.start.min(copula))..end;
    Draft {
        rule: RULE.name,
        actors: &agents,
        stance,
        targets: vec![topic(scene, start..end)],
        window,
        core: at,
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}

/// "The door is open", says somebody: an offer to talk.
fn open_door(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let door =
        at.checked_sub(2).filter(|&door| view.is(door, &["door", "doors"]) && is_be(view.word(door + 1)))?;
    let ends = view.is(at + 1, &[".", ",", "”", "\"", "for", "!"]);
    if !ends || door < view.start || !scene.asserted(door + 1, at) {
        return None;
    }
    let agents: Vec<_> = scene.speaker(at)?.into_iter().filter(|agent| agent.weighty).collect();
    Draft {
        rule: RULE.name,
        actors: &agents,
        stance: Stance::Offer,
        targets: vec![Some(std::sync::Arc::from("talks"))],
        window: door..at + 1,
        core: at,
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}
