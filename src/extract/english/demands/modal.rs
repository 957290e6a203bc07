//! What somebody says must be done: "the militia must disarm", "they need to stop", in quotations and reported speech.
//! The outlet's own "must" demands nothing.

use crate::extract::cues::Cues;
use crate::extract::english::actors::Kind;
use crate::extract::english::predicate::{Scene, is_bare};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, Force};
use crate::text::english::view::View;
use crate::text::{Tag, VerbForm};

use super::addressee::names_of;
use super::{Draft, act, condition, demand_force, each_scene, is_threat, status};

/// Before these words the one who is obliged is the one who speaks, or nobody that is named.
const ITSELF: &[&str] = &["we", "i", "you", "who", "which", "what", "that", "whoever", "how"];

/// Reads "must", "should", "have to", "need to" and "ought to" inside somebody's words.
pub const RULE: Rule = Rule {
    name: "demand_modal",
    summary: "must, should, have to: what a speaker says others must do",
    corpus: include_str!("modal.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let alone = cues.words(["must", "should"]);
    cues.enough_where(alone, obliges);
    let have = cues.words(["has", "have", "needs", "need", "ought"]);
    let to = cues.words(["to"]);
    cues.enough_where(have | to, obliges);
}

/// Whether a word of the sentence obliges somebody else than who speaks.
fn obliges(view: View<'_>) -> bool {
    let must = |at| {
        view.is(at, &["must", "should"])
            || view.is(at, &["has", "have", "needs", "need", "ought"]) && view.is(at + 1, &["to"])
    };
    (view.start..view.end).any(|at| must(at) && !view.is(at.saturating_sub(1), ITSELF))
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if let Some((verb, force)) = obligation(scene, at) {
                read(scene, at, verb, force, findings);
            }
        }
    });
}

/// The verb under the obligation at `at`.
fn obligation(scene: &Scene<'_>, at: usize) -> Option<(usize, Force)> {
    let view = scene.view;
    let (mut verb, force) = if view.is(at, &["must"]) {
        (at + 1, Force::Demand)
    } else if view.is(at, &["should"]) {
        (at + 1, Force::Appeal)
    } else if view.is(at, &["has", "have", "needs", "need", "ought"]) && view.is(at + 1, &["to"]) {
        (at + 2, if view.is(at, &["has", "have", "ought"]) { Force::Appeal } else { Force::Demand })
    } else {
        return None;
    };
    while view.tag(verb) == Tag::Adverb
        || view.is(verb, &["immediately", "also", "now", "not", "\"", "“", "”"])
    {
        verb += 1;
    }
    let bare = is_bare(view, verb) || view.is(verb, &["be"]);
    (bare && !view.is(verb, &["have"])).then_some((verb, force))
}

#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
fn read(scene: &Scene<'_>, at: usize, verb: usize, force: Force, findings: &mut Findings) {
    let view = scene.view;
    let before = at.saturating_sub(1);
    let question = view.is(view.end.saturating_sub(1), &["?"]) || view.is(view.end.saturating_sub(2), &["?"]);
    if question || view.is(before, ITSELF) || conditional(scene, at) {
        return;
    }
    let Some(by) = scene.speaker(at) else { return };
    let by: Vec<_> = by.into_iter().filter(|agent| agent.weighty).collect();
    let subject = scene.actors().in_sentence(scene.sentence).iter().rfind(|mention| {
        // "Berg himself should go".
        let end = mention.tokens.end;
        let right_before = end == at || end + 1 == at && view.is(end, ITSELF_TOO);
        right_before && !mention.owner && !mention.modifier
    });
    let window = verb.saturating_sub(usize::from(view.is(verb.saturating_sub(1), &["not"])))..view.end;
    let passive = view.is(verb, &["be"])
        && matches!(view.form(verb + 1), VerbForm::Participle | VerbForm::PastOrParticiple);
    let mut acts = act::acts(view, window.clone());
    // "He should go": somebody leaves his office, forces their places.
    let goes = view.is(verb, &["go", "quit"]) && subject.is_some_and(|subject| subject.person.is_some());
    if goes && acts == [Act::Withdraw] && act::cut(view, window.clone()).len() == 1 {
        acts = vec![Act::Resign];
    }
    if acts == [Act::Other] {
        // "The violence must stop", "all weapons must be handed over": what must be done stands before the verb.
        let back = (view.start..at)
            .rfind(|&at| view.is(at, &[",", ";", "“", "\"", ":", "that", "and"]))
            .map_or(view.start, |mark| mark + 1);
        if let Some(act) = act::act_within(view, back..at)
            .or_else(|| act::act_within(view, back..act::cut(view, window.clone()).end))
        {
            acts = vec![act];
        } else if view.is(verb, &["stop", "end", "cease"])
            && subject.is_none_or(|subject| subject.kind == Kind::Reference)
        {
            acts = vec![Act::Ceasefire];
        }
    }
    let vague = acts == [Act::Other];
    if by.is_empty()
        || acts.is_empty()
        || (vague
            && (force == Force::Appeal
                || subject.is_none()
                || subject.is_some_and(|subject| subject.party.is_none())))
    {
        return;
    }
    let abstract_end = acts == [Act::Ceasefire]
        && subject.is_some_and(|subject| subject.kind == Kind::Reference)
        && view.is(verb, &["stop", "end", "cease"]);
    let mut to = match subject {
        _ if abstract_end => Vec::new(),
        Some(subject) if !passive || subject.party.is_some() => names_of(scene, subject),
        _ => Vec::new(),
    };
    if acts == [Act::Resign]
        && let Some(person) = subject.and_then(|subject| subject.person.clone())
    {
        to = vec![person];
    }
    if to.iter().any(|name| by.iter().any(|agent| agent.name == *name)) {
        return;
    }
    let condition = condition(scene, window.clone());
    let window = act::cut(view, window);
    let condition = condition.filter(|_| force == Force::Demand || is_threat(view, &window));
    Draft {
        rule: RULE.name,
        by: &by,
        to,
        window,
        acts,
        force: demand_force(condition.is_some(), force),
        status: status(scene, at.saturating_sub(2), at, view.end),
        condition,
        core: at,
        start: subject.map_or(at, |subject| subject.tokens.start),
        weight: 2,
    }
    .emit(scene, findings);
}

/// What may stand behind whoever must do something.
const ITSELF_TOO: &[&str] = &["himself", "herself", "itself", "themselves", "both", "all", "too", "also"];

/// "If he must go", "whether they should".
fn conditional(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let from = at.saturating_sub(8).max(view.start);
    (from..at).any(|at| view.is(at, &["if", "whether", "unless", "why", "when"]))
}
