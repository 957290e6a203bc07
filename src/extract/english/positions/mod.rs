//! Positions: who takes which stance toward whom or what. Each rule is one construction; what they share is here:
//! targets, and the making of a claim. Reporting verbs take no stance; what is asked, feared or supposed is silent.

pub mod aided;
pub mod characterised;
pub mod disclaimed;
pub mod disposed;
pub mod equated;
pub mod funded;
pub mod future;
pub mod judged;
pub mod nominal;
mod object;
pub mod sided;
pub mod verbal;

use std::ops::Range;
use std::sync::Arc;

use crate::extract::rule::Findings;
use crate::model::{Claim, Evidence, Position, Stance};
use crate::text::english::calendar::is_weekday;
use crate::text::english::view::View;
use crate::text::{Tag, VerbForm};

use super::demands::quote;
use super::predicate::{Agent, Scene};

/// A position before it is a claim: one claim is made for each actor and target.
pub(super) struct Draft<'a> {
    pub(super) rule: &'static str,
    pub(super) actors: &'a [Agent],
    pub(super) stance: Stance,
    pub(super) targets: Vec<Option<Arc<str>>>,
    /// The words of the stance and what it is taken toward.
    pub(super) window: Range<usize>,
    pub(super) core: usize,
    pub(super) weight: u8,
}

impl Draft<'_> {
    /// Adds the claims.
    pub(super) fn emit(self, scene: &Scene<'_>, findings: &mut Findings) {
        let span = quote(scene, self.window.start..self.window.end.max(self.core + 1));
        let text = span.of(&scene.article.text);
        if text.is_empty() {
            return;
        }
        let core = scene.span(self.core..self.core + 1);
        for actor in self.actors {
            for target in &self.targets {
                let blames = self.stance == Stance::Accuse;
                // Nobody blames himself: whom the words mean is not known.
                if blames && target.as_deref() == Some(&*actor.name) {
                    continue;
                }
                // "The union denied it": a pronoun that seems to mean the actor means something said before. A noun
                // does too, and goes with its own words: "voiced support for the council".
                // "The government rejected Kenya's offer": nobody turns down his own; who acts was misunderstood.
                let turns_down = matches!(self.stance, Stance::Reject | Stance::Accept | Stance::Deny);
                if turns_down && target.as_ref().is_some_and(|target| owns(&actor.name, target)) {
                    continue;
                }
                let own = target.as_ref().filter(|target| ***target == *actor.name);
                let described = own.and_then(|own| described(scene, own, self.core..self.window.end));
                let target = described.as_ref().or(target.as_ref().filter(|_| own.is_none()));
                let own = actor.person.as_ref().filter(|_| is_own_affair(scene, &self.window));
                let position = Position {
                    actor: own.unwrap_or(&actor.name).to_string(),
                    stance: self.stance,
                    target: target.map(ToString::to_string),
                    source: actor.stated_by(&scene.article.text),
                    evidence: Evidence { quote: text.to_owned(), span, rule: self.rule.to_owned() },
                };
                findings.add_at(core, self.weight, Claim::Position(position));
            }
        }
    }
}

/// Whether the words of a target begin with somebody's possessive: "Kenya's offer".
fn owns(actor: &str, target: &str) -> bool {
    target.strip_prefix(actor).is_some_and(|rest| rest.starts_with("'s ") || rest.starts_with("’s "))
}

/// The words of a noun between two tokens that seemed to mean somebody.
fn described(scene: &Scene<'_>, name: &str, within: Range<usize>) -> Option<Arc<str>> {
    let mention = scene.actors().in_sentence(scene.sentence).iter().find(|mention| {
        within.contains(&mention.tokens.start)
            && *mention.name == *name
            && !mention.owner
            && mention.tokens.len() > 1
    })?;
    topic(scene, mention.tokens.clone())
}

/// Whether a stance is about the actor's own office: who is asked to resign answers for himself and not for his country.
/// A bare "rejected that" is about what was said right before.
fn is_own_affair(scene: &Scene<'_>, window: &Range<usize>) -> bool {
    let view = scene.view;
    let leaves = |view: View<'_>, run: Range<usize>| {
        run.into_iter().any(|at| {
            view.is(at, &["resign", "resigning", "resignation", "resigned", "quit", "quitting"])
                || view.is(at, &["step", "stepping", "stepped"]) && view.is(at + 1, &["down", "aside"])
        })
    };
    let points = window.clone().any(|at| {
        view.is(at, &["that", "this", "it"]) && view.is(at - 1, &["rejected", "dismissed", "refused"])
    });
    let before = || {
        scene.sentence.checked_sub(1).is_some_and(|before| {
            let view = scene.analysis.view(before);
            leaves(view, view.start..view.end)
        })
    };
    leaves(view, window.clone()) || points && (leaves(view, view.start..window.start) || before())
}

/// Where the object that begins at `at` ends: at the next verb, comma or word that opens a clause.
pub(super) fn object_end(scene: &Scene<'_>, at: usize) -> usize {
    let view = scene.view;
    let mut end = at;
    while end < view.end {
        let word = view.word(end);
        let boundary = matches!(word, "," | "." | ";" | ":" | "—" | "–" | "(" | "”" | "!" | "?")
            || (end > at
                && matches!(
                    word,
                    "which"
                        | "who"
                        | "that"
                        | "after"
                        | "as"
                        | "because"
                        | "while"
                        | "when"
                        | "where"
                        | "since"
                        | "but"
                        | "if"
                        | "unless"
                        | "before"
                        | "despite"
                        | "saying"
                        | "calling"
                        | "describing"
                        | "amid"
                        | "until"
                        | "said"
                        | "says"
                        | "following"
                        | "though"
                        | "although"
                ));
        let finite = end > at + 1
            && view.tag(end) == Tag::Verb
            && matches!(view.form(end), VerbForm::Past | VerbForm::ThirdPerson);
        let coordinated_verb =
            finite || word == "and" && end > at && matches!(view.tag(end + 1), Tag::Verb | Tag::Aux);
        if boundary || coordinated_verb {
            break;
        }
        end += 1;
    }
    end
}

/// A topic is told in at most this many words.
const TOPIC_WORDS_MAX: usize = 7;

/// Toward whom or what: the actors named by the object, else its words in short.
pub(super) fn targets(scene: &Scene<'_>, object: Range<usize>) -> Vec<Option<Arc<str>>> {
    let view = scene.view;
    if let Some(mention) = scene.actors().starting_at(scene.sentence, object.start, view)
        && !mention.modifier
        && mention.tokens.start < object.end
        && !mention.owner
    {
        return scene.agents_of(mention).into_iter().map(|agent| Some(agent.name)).collect();
    }
    vec![topic(scene, object)]
}

/// The words of an object without determiners, in short.
pub(super) fn topic(scene: &Scene<'_>, object: Range<usize>) -> Option<Arc<str>> {
    let view = scene.view;
    let mut start = object.start;
    // "What they called a coup attempt".
    if view.is(start, &["what"])
        && let Some(verb) = (start + 2..start + 5)
            .find(|&at| view.is(at, &["called", "calls", "described", "describes", "termed", "saw"]))
        && verb + 1 < object.end
    {
        start = verb + 1 + usize::from(view.is(verb + 1, &["as"]));
    }
    while start < object.end
        && (matches!(view.tag(start), Tag::Determiner | Tag::Punct)
            || view.is(
                start,
                &[
                    "the", "a", "an", "to", "any", "its", "their", "his", "her", "that", "for", "on", "of",
                    "with", "“", "\"",
                ],
            ))
    {
        start += 1;
    }
    // "Will not comply", "agreed to do so", "a step he refused to take": it was said before what.
    let alone = view.is(start, &["comply", "obey", "take", "do", "grant"]) && object.end <= start + 1;
    if alone || view.is(start, &["do"]) && view.is(start + 1, &["so", "it", "that"]) {
        return None;
    }
    let mut end = object.end.min(start + TOPIC_WORDS_MAX);
    // "Kenya's demand for …", "talks until …": the rest says what the thing is about or when.
    if let Some(cut) = (start + 1..end).find(|&at| {
        view.is(at, &["until", "unless"])
            || view.is(at, &["the", "that"])
                && view.follows(at + 1, &["same"])
                && view.is(at + 2, &["day", "evening", "night", "morning", "week"])
            || view.is(at, &["for"])
                && view.is(at - 1, &["demand", "demands", "request", "call", "proposal", "appeal"])
    }) {
        end = cut;
    }
    // "the deal on Tuesday": when it was is not what it is about.
    if end > start + 2 && view.is(end - 2, &["on"]) && is_weekday(view.word(end - 1)) {
        end -= 2;
    }
    // "Will go on": the "on" belongs to the verb.
    let goes_on = view.is(start, &["go", "carry", "press"]) && view.is(start + 1, &["on", "ahead"]);
    while end > start + 1 + usize::from(goes_on)
        && view.is(
            end - 1,
            &["of", "to", "on", "and", "for", "in", "with", "by", "from", "at", "the", "a", "is", "or"],
        )
    {
        end -= 1;
    }
    let text = scene.span(start..end).of(&scene.article.text);
    let text = text.trim_matches([' ', '“', '”', '"', ',', '’']);
    (start < end && !text.is_empty()).then(|| Arc::from(text))
}
