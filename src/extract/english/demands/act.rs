//! What is asked for: the act of a demand, told from its head word and what it acts on. Comes in: the words after the
//! verb that demands. Goes out: one act for each part of "stop firing and begin talks". Never looks at who demands.
//!
//! The words and their classes are in `lexicon/acts.txt`.

use std::ops::Range;

use crate::extract::english::lexicon::acts as lexicon;
use crate::extract::english::lexicon::speech;
use crate::model::Act;
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::english::word_map::WordSet;
use crate::text::{Tag, VerbForm};

use super::threatens;

/// The acts asked for in `window`, the first words of which belong to the verb or noun asked for; [`Act::Other`] when
/// no class fits, nothing when the window is empty.
pub(super) fn acts(view: View<'_>, window: Range<usize>) -> Vec<Act> {
    let window = cut(view, window);
    if window.is_empty() {
        return Vec::new();
    }
    let mut acts = Vec::new();
    if let Some(act) = bare_head(view, window.clone()) {
        acts.push(act);
    }
    let mut open: Option<usize> = None;
    for (index, part) in conjuncts(view, window.clone()).into_iter().enumerate() {
        // What is said aside of the one before asks for nothing.
        if view.is(part.start, &["which", "who", "where"]) {
            continue;
        }
        // "Hold the organisers and paymasters to account": a part that begins with no verb goes on with the one before.
        let goes_on = open.filter(|_| !matches!(view.form(part.start), VerbForm::Base | VerbForm::Gerund));
        let whole = goes_on.unwrap_or(part.start)..part.end;
        let act = act_of(view, whole, index == 0 || goes_on.is_some());
        open = if act.is_none() { goes_on.or(Some(part.start)) } else { None };
        if let Some(act) = act
            && !acts.contains(&act)
        {
            acts.push(act);
        }
    }
    if acts.is_empty() {
        // "Leave" alone: forces and envoys withdraw.
        let leaves = window.clone().take(5).any(|at| view.is(at, &["leave"]))
            || view.is(window.start, &["go"]) && !view.is(window.start + 1, &["to", "on", "home", "and"]);
        acts.push(if leaves { Act::Withdraw } else { Act::Other });
    }
    acts
}

/// "Calm", "a lasting peace": what is asked for is the absence of violence.
fn bare_head(view: View<'_>, window: Range<usize>) -> Option<Act> {
    let head = window.clone().find(|&at| {
        lexicon::is_quiet(view.word(at)) || !matches!(view.tag(at), Tag::Determiner | Tag::Adjective)
    })?;
    let whole = !matches!(view.tag(head + 1), Tag::Noun | Tag::ProperNoun) || head + 1 >= window.end;
    (whole && lexicon::is_quiet(view.word(head))).then_some(Act::Ceasefire)
}

/// The acts of each member of a list in `window`, commas included: "reopen the port, lift the curfew and free the
/// sailors". Members of no class are left out.
pub(super) fn listed(view: View<'_>, window: Range<usize>) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut start = window.start;
    for at in window.clone().chain([window.end]) {
        if at < window.end && !view.is(at, &[",", ";", "and"]) {
            continue;
        }
        if start < at
            && let Some(act) = act_of(view, start..at, true)
            && !acts.contains(&act)
        {
            acts.push(act);
        }
        start = at + 1;
    }
    acts
}

/// The one act of a stretch, or nothing.
pub(super) fn act_within(view: View<'_>, window: Range<usize>) -> Option<Act> {
    act_of(view, cut(view, window), true)
}

/// Ends the window where something else begins.
pub(super) fn cut(view: View<'_>, window: Range<usize>) -> Range<usize> {
    let mut marks = 0;
    let mut aside = window.start;
    for at in window.clone() {
        if at < aside {
            continue;
        }
        if let Some(close) = relative_aside(view, at) {
            aside = close;
            continue;
        }
        let word = view.word(at);
        marks += usize::from(matches!(word, "\"" | "“" | "”"));
        let opens_aside = matches!(word, "," | "—" | "–" | ";" | "(") && !continues(view, at);
        let stops = lexicon::stops(word)
            && at > window.start
            && !(word == "against"
                || word == "as" && (view.is(at + 1, &["well"]) || view.is(at.saturating_sub(1), &["such"])));
        let closing = word == "”" && view.is(at.saturating_sub(1), &[","]) || (marks > 2);
        let next_clause = at > window.start
            && (view.follows(at, &["and", "that"]) || joins_verb(view, at) || threatens(view, at));
        if next_clause
            || opens_aside
            || stops
            || closing
            || matches!(word, "." | ";" | ":" | "!") && at + 1 >= view.end
        {
            return window.start..at;
        }
    }
    window
}

/// "To stop the raids, which have killed dozens, and return to talks": where an aside ends behind which the list of verbs
/// goes on.
fn relative_aside(view: View<'_>, comma: usize) -> Option<usize> {
    if !(view.is(comma, &[","]) && view.is(comma + 1, &["which", "who", "where"])) {
        return None;
    }
    let close = (comma + 2..(comma + ASIDE_REACH).min(view.end)).find(|&at| view.is(at, &[","]))?;
    let and = (close + 1..close + 3).find(|&at| view.is(at, &["and"]))?;
    let verb = and + 1 + usize::from(view.is(and + 1, &["to"]));
    (view.form(verb) == VerbForm::Base && view.tag(verb) == Tag::Verb).then_some(close + 1)
}

/// How many words may be said aside of what is asked for.
const ASIDE_REACH: usize = 18;

/// "Asked for patience and denied the report": behind the "and" whoever asks does something else.
fn joins_verb(view: View<'_>, and: usize) -> bool {
    view.is(and, &["and", "but"])
        && !view.is(and.wrapping_sub(1), &[","])
        && is_done(view, and + 1)
        && (view.tag(and + 2) == Tag::Determiner
            || view.is(and + 2, &["short", "for", "on", "upon"])
            || view.is(and + 2, &["that", "to", "he", "she", "they", "it"]))
}

/// A comma inside a list of things asked for: what follows is a verb or a noun phrase that "and" closes.
fn continues(view: View<'_>, comma: usize) -> bool {
    if view.is(comma + 1, &["and", "to", "or"]) {
        return !view.is(comma + 2, &["said", "he", "she", "it", "they", "that", "has", "have", "had"])
            && !opens_clause(view, comma + 2);
    }
    if view.is(comma + 1, &["immediately", "urgently", "without", "unconditionally"]) {
        return true;
    }
    let verb = matches!(view.form(comma + 1), VerbForm::Base)
        && matches!(view.tag(comma + 1), Tag::Verb | Tag::Noun);
    let near_and = (comma + 1..comma + 9).any(|at| view.is(at, &["and"]));
    let speech = (comma + 1..comma + 6).any(|at| {
        speech::is_speech(view.word(at)) || view.is(at, &["which", "who", "a", "the"]) && at == comma + 1
    });
    near_and && (verb || matches!(view.tag(comma + 1), Tag::Noun | Tag::Adjective)) && !speech
}

/// "…, and the council offered to mediate": behind the comma somebody else does something.
fn opens_clause(view: View<'_>, start: usize) -> bool {
    let named = view.tag(start) == Tag::ProperNoun || view.is(start, &["the", "a", "an"]);
    let subject = (start..(start + CLAUSE_REACH).min(view.end)).take_while(|&at| {
        matches!(view.tag(at), Tag::ProperNoun | Tag::Noun | Tag::Determiner | Tag::Adjective)
            || view.is(at, &["of", "in", "'s"])
    });
    let Some(verb) = subject.last().map(|last| last + 1).filter(|_| named) else { return false };
    is_done(view, verb)
        && (view.is(verb + 1, &["to", "that", "it", "them", "him", "on"])
            || view.tag(verb + 1) == Tag::Determiner)
}

/// Whether a verb is one that somebody does or did, and not one that is asked for.
fn is_done(view: View<'_>, at: usize) -> bool {
    let form = view.form(at);
    view.tag(at) == Tag::Verb
        && matches!(form, VerbForm::Past | VerbForm::PastOrParticiple | VerbForm::ThirdPerson)
}

/// How many words may stand before the verb of a clause behind "and".
const CLAUSE_REACH: usize = 8;

/// The parts of "stop firing, release the prisoners and begin talks".
fn conjuncts(view: View<'_>, window: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = window.start;
    for at in window.clone() {
        if view.is(at, &["and", ",", "or", "&"]) && at > start {
            parts.push(start..at);
            start = at + 1;
        }
    }
    if start < window.end {
        parts.push(start..window.end);
    }
    parts
}

/// "Suspend the strike", "end their strike": one strike that goes on is one of workers.
fn is_walkout(view: View<'_>, part: &Range<usize>) -> bool {
    let ends = |at: usize| {
        is_any(view, at, &["end", "suspend", "stop", "halt", "call", "abandon", "delay", "postpone"])
    };
    let named = |at: usize| {
        view.is(at, &["strike"]) && view.is(at.wrapping_sub(1), &["the", "their", "its", "general", "hunger"])
    };
    part.clone().any(named)
        && part.clone().take(3).any(ends)
        && !part.clone().any(|at| view.is(at, &["on", "against"]))
}

/// The class of one part: the cue whose head comes first. A later part must begin with its head, for "attacks on
/// civilians and aid workers" asks for one thing.
fn act_of(view: View<'_>, part: Range<usize>, first: bool) -> Option<Act> {
    if is_walkout(view, &part) {
        return None;
    }
    // "… and to return to the talks": the mark of the infinitive is no head.
    let later = part.start + 4 + usize::from(view.is(part.start, &["to"]));
    let reach = if first { part.end } else { part.end.min(later) };
    for at in part.start..reach {
        if matches!(view.tag(at), Tag::Determiner | Tag::Punct)
            || lexicon::is_compound(view.word(at + 1)) && !view.is(at, &["free", "release", "let"])
        {
            continue;
        }
        // "To bar her from leaving": what is to be kept from happening.
        let kept_from = view.form(at) == VerbForm::Gerund && view.is(at.wrapping_sub(1), &["from"]);
        if kept_from
            && (part.start..at)
                .any(|at| is_any(view, at, &["bar", "ban", "prevent", "keep", "stop", "block"]))
        {
            continue;
        }
        // "Should be left to finish": nobody leaves.
        if view.is(at, &["left"]) && view.is(at.wrapping_sub(1), &["be", "being", "is", "are"]) {
            continue;
        }
        // "That those arrested be set free", "that the jailed reporters be freed": what befell them is not asked for.
        let befell = matches!(view.form(at), VerbForm::PastOrParticiple | VerbForm::Participle)
            && (view.is(at.wrapping_sub(1), &["those", "all", "people", "everyone", "anyone", "protesters"])
                || view.tag(at + 1) == Tag::Noun && at + 1 < part.end && lexicon::is_holding(&view.verb(at)));
        if befell {
            continue;
        }
        let word = view.word(at);
        let (noun, verb) = (lemma::noun(word), lemma::verb(word));
        for cue in lexicon::cues(&[word, &noun, &verb]) {
            // "acts of war", "an act of": a noun that asks for nothing.
            if view.is(at, &["act", "acts", "response"]) && view.is(at + 1, &["of"]) {
                continue;
            }
            if view.is(at, &["free"])
                && view.is(at + 1, &["and", "elections", "election", "press", "trade", "speech", "vote"])
            {
                continue;
            }
            if cue.objects.is_empty() {
                return Some(for_what(view, part.clone(), cue.act));
            }
            let around = at.saturating_sub(5).max(part.start)..(at + 9).min(part.end.max(at + 1));
            let object = around.clone().any(|other| {
                other != at
                    && is_object(view, other, &cue.objects)
                    && !lexicon::is_compound(view.word(other + 1))
            });
            if object {
                return Some(for_what(view, part.clone(), cue.act));
            }
        }
    }
    None
}

/// Arms laid down "for three days" are a truce; an agreement "that would let aid through" is asked for the aid.
fn for_what(view: View<'_>, part: Range<usize>, act: Act) -> Act {
    match act {
        Act::Surrender => {
            let timed = part.clone().any(|at| {
                view.is(at, &["for", "during", "over"])
                    && (at + 1..(at + 6).min(part.end)).any(|at| lexicon::is_span(view.word(at)))
            });
            if timed { Act::Ceasefire } else { act }
        }
        Act::Negotiate => {
            let serves = part.clone().any(|at| {
                view.is(at, &["that", "to"])
                    && (at + 1..(at + 4).min(part.end)).any(|verb| {
                        lexicon::serves(view.word(verb))
                            && (verb + 1..(verb + 4).min(part.end))
                                .any(|noun| lexicon::is_aid(&view.noun(noun)))
                    })
            });
            if serves { Act::Access } else { act }
        }
        _ => act,
    }
}

/// Whether a word or its base form is one of those a cue asks for.
fn is_object(view: View<'_>, at: usize, objects: &WordSet<&'static str>) -> bool {
    let word = view.word(at);
    objects.contains(word) || objects.contains(&*lemma::noun(word)) || objects.contains(&*lemma::verb(word))
}

/// Whether a word or its base form is in a list.
pub(super) fn is_any(view: View<'_>, at: usize, list: &[&str]) -> bool {
    let word = view.word(at);
    if word.is_empty() {
        return false;
    }
    list.contains(&word) || list.contains(&&*lemma::noun(word)) || list.contains(&&*lemma::verb(word))
}
