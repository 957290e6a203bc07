//! Orders in somebody's own words: “Release the sailors at once,” the minister said. Comes in: a quoted sentence that
//! begins with a bare verb. Goes out: a demand of whoever is quoted. Never reads the outlet's own imperatives.

use std::sync::Arc;

use crate::extract::cues::Cues;
use crate::extract::english::lexicon::acts;
use crate::extract::english::predicate::{Scene, is_bare};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, Force};
use crate::text::english::view::View;
use crate::text::english::word_class::class_of;
use crate::text::skim::QUOTED;
use crate::text::{Tag, TokenKind};

use super::addressee::{addressed, implied};
use super::{Draft, act, each_scene, status};

/// Reads quoted imperatives.
pub const RULE: Rule = Rule {
    name: "demand_imperative",
    summary: "“Release the sailors,” he said: an order in somebody's own words",
    corpus: include_str!("imperative.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let heads = cues.all_forms(acts::heads().chain(["leave", "go"]));
    cues.enough_where(heads | QUOTED, orders);
}

/// Whether an order may begin with some word: "we" and "the" begin none.
fn orders(view: View<'_>) -> bool {
    (view.start..view.end).any(|at| {
        let head = head(view, at);
        let begins = view.kind(head) == TokenKind::Word
            && !matches!(class_of(view.word(head)), Some(Tag::Pronoun | Tag::Determiner | Tag::Coordinator));
        begins && opens(view, at) && !is_behind(view, at)
    })
}

/// Whether an utterance may begin at `at`.
fn opens(view: View<'_>, at: usize) -> bool {
    at == view.start || view.is(at - 1, &["“", "\"", "‘", "«", ".", "!"])
}

/// Whether the mark before `at` closes: it is joined to what stands before it and not to what stands behind.
fn is_behind(view: View<'_>, at: usize) -> bool {
    at > view.start + 1 && view.is(at - 1, &["\""]) && !view.spaced(at - 1) && view.spaced(at)
}

/// Where its verb stands when it is an order, "not" aside.
fn head(view: View<'_>, at: usize) -> usize {
    let head = at + usize::from(view.is(at, &["please", "just", "so", "now"]));
    head + usize::from(view.is(head, &[","]))
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            // "urged Kenya to “stop the raids”": no order of Kenya's.
            let infinitive = at >= scene.view.start + 2 && scene.view.is(at - 2, &["to"]);
            if opens(scene.view, at) && !infinitive && scene.in_quotes(at) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let verb = head(view, at);
    let negative = view.follows(verb, &["do", "not"]) || view.follows(verb, &["do", "n't"]);
    let start = if negative { verb + 1 } else { verb };
    let head = if negative { verb + 2 } else { verb };
    let verbal =
        matches!(view.tag(head), Tag::Verb | Tag::Aux) || view.is(head, &["free", "stop", "release", "let"]);
    let question = (head..view.end).any(|at| view.is(at, &["?"]));
    if !verbal
        || !is_bare(view, head)
        || view.is(head, &["let"]) && view.is(head + 1, &["us", "me", "'s"])
        || question
    {
        return None;
    }
    let end = (head + 1..view.end).find(|&at| view.is(at, &["”", "\"", "»", "!", "."])).unwrap_or(view.end);
    let acts = act::acts(view, start..end);
    let clear = acts.iter().all(|act| {
        matches!(
            act,
            Act::Ceasefire
                | Act::Withdraw
                | Act::Surrender
                | Act::Release
                | Act::Resign
                | Act::Access
                | Act::LiftSanction
                | Act::Evacuate
                | Act::Negotiate
        )
    });
    let by: Vec<_> = scene.speaker(head)?.into_iter().filter(|agent| agent.weighty).collect();
    if !clear || acts.is_empty() || by.is_empty() {
        return None;
    }
    let window = act::cut(view, start..end);
    let to = told(scene, end).unwrap_or_else(|| implied(scene, &window, &acts, false).into_iter().collect());
    Draft {
        rule: RULE.name,
        by: &by,
        to,
        window,
        acts,
        force: Force::Demand,
        status: status(scene, head, head, head),
        condition: None,
        core: head,
        start: at,
        weight: 1,
    }
    .emit(scene, findings);
    Some(())
}

/// "“Release them,” the bishop told the kidnappers": to whom it is said.
fn told(scene: &Scene<'_>, end: usize) -> Option<Vec<Arc<str>>> {
    let view = scene.view;
    let verb = (end..view.end).find(|&at| view.is(at, TELLS) && !scene.in_quotes(at))?;
    // Who reports it is not asked to do it.
    let reports = (verb + 1..verb + 4)
        .any(|at| view.is(at, &["reporters", "reporter", "journalists", "media", "press", "newspaper"]));
    addressed(scene, verb + 1).map(|(names, _)| names).filter(|names| !names.is_empty() && !reports)
}

/// Verbs whose object is who is spoken to.
const TELLS: &[&str] = &["told", "tells", "urged", "urges", "warned", "warns", "begged", "implored"];
