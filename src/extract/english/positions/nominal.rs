//! Stances as nouns: "expressed support for", "its condemnation of", "the party's rejection of", "lodged a protest with".

use crate::extract::cues::Cues;
use crate::extract::english::demands::each_scene;
use crate::extract::english::lexicon::{stance_verbs as words, stances};
use crate::extract::english::predicate::{Agent, Scene, agent};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::english::view::View;
use crate::text::{Tag, VerbForm};

use super::{Draft, object_end, targets};

/// Reads nouns of stance with whose they are.
pub const RULE: Rule = Rule {
    name: "position_nominal",
    summary: "expressed support for, its condemnation of: a stance as a noun",
    corpus: include_str!("nominal.md"),
    cues,
    find,
};

/// How far before its noun the verb may stand that takes the stance.
const TAKEN_REACH: usize = 6;

fn cues(cues: &mut Cues) {
    let nouns = cues.words(words::stance_nouns());
    cues.enough_where(nouns, is_taken);
}

/// Whether somebody may take a stance with one of the nouns: a verb before it, an owner, or solidarity in person; and
/// whether what leads from it to a target stands behind it.
fn is_taken(view: View<'_>) -> bool {
    (view.start..view.end).any(|at| {
        let Some((stance, leads)) = words::stance_noun(view.word(at)) else { return false };
        let before = at.saturating_sub(TAKEN_REACH)..at;
        let taken = before.clone().any(|at| stances::takes(view.word(at)) || view.is(at, &["'s", "'"]));
        let led = stance == Stance::Offer || (at + 1..at + 3).any(|at| view.is(at, leads));
        led && (taken || view.is(at, &["solidarity"]))
    })
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if let Some((stance, leads)) = words::stance_noun(scene.view.word(at)) {
                read(scene, at, stance, leads, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, stance: Stance, leads: &[&str], findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let from = at.saturating_sub(TAKEN_REACH).max(view.start);
    let verb = (from..at)
        .rev()
        .take_while(|&verb| !view.is(verb, &[",", ";", "that"]))
        .find(|&verb| stances::takes(view.word(verb)));
    // "Sent a delegation in solidarity with": the stance of whoever acts.
    let in_solidarity = view.is(at, &["solidarity"]) && view.is(at.saturating_sub(1), &["in"]);
    let verb = verb.or_else(|| {
        (view.start..at)
            .rfind(|&at| view.tag(at) == Tag::Verb && view.form(at) != VerbForm::None)
            .filter(|_| in_solidarity)
    });
    let (actors, start) = if let Some(predicate) = verb
        .and_then(|verb| scene.predicate(verb))
        .filter(|predicate| !predicate.negated && !predicate.passive)
    {
        (predicate.agents, predicate.subject_start.unwrap_or(predicate.start))
    } else {
        let owner = owner(scene, at)?;
        if !scene.asserted(at, at)
            || matches!(stance, Stance::Vow | Stance::Offer | Stance::Accept)
                && view.is(at, &["offer", "agreement", "approval"])
        {
            return None;
        }
        // The stance of an owner is told in passing: only where something is said against or for somebody.
        (vec![owner.0], owner.1)
    };
    let lead = (at + 1..(at + 3).min(view.end)).find(|&lead| view.is(lead, leads));
    // "Have made similar offers", "made known their availability": what is offered was said before.
    let bare_offer = stance == Stance::Offer
        && verb.is_some_and(|verb| view.is(verb, &["made", "makes"]) || !view.is(at, &["offer", "offers"]));
    if lead.is_none() && !bare_offer {
        return None;
    }
    let lead = lead.unwrap_or(at);
    let end = object_end(scene, lead + 1).max(at + 1);
    let stance = if stance == Stance::Condemn
        && view.is(at, &["protest"])
        && (at..view.end).any(|at| view.is(at, &["accusing", "charging", "blaming"]))
    {
        Stance::Accuse
    } else {
        stance
    };
    Draft {
        rule: RULE.name,
        actors: &actors,
        stance,
        targets: if lead == at { vec![None] } else { targets(scene, lead + 1..end) },
        window: start..end,
        core: at,
        weight: 2,
    }
    .emit(scene, findings);
    Some(())
}

/// "The union's condemnation of": only a named owner right before the noun and its adjectives.
fn owner(scene: &Scene<'_>, at: usize) -> Option<(Agent, usize)> {
    let view = scene.view;
    let mut back = at;
    while back > view.start && back + 3 > at {
        back -= 1;
        if view.is(back, &["'s", "'"]) {
            let mention = scene
                .actors()
                .in_sentence(scene.sentence)
                .iter()
                .find(|mention| mention.owner && mention.tokens.end == back)?;
            return Some((agent(mention), mention.tokens.start));
        }
        if view.tag(back) != Tag::Adjective {
            return None;
        }
    }
    None
}
