//! Finds verb groups. Comes in: tagged tokens of one sentence. Goes out: groups of auxiliaries, adverbs and one main
//! verb, with voice, tense, negation and modal. A bare participle is a group of its own; whether it is a past tense
//! is decided by the clause, which knows the subject. One pass, linear.

use super::view::View;
use super::word_class::{is_be, is_have, is_modal, is_negation};
use crate::text::{Tag, Tense, VerbForm, VerbGroup, Voice};

/// The verb groups of the sentence, in order.
pub fn find(view: View<'_>) -> Vec<VerbGroup> {
    let mut found = Vec::new();
    let (mut at, mut parts) = (view.start, Vec::new());
    while at < view.end {
        match group_at(view, at, &mut parts) {
            Some(group) => {
                at = group.tokens.end.max(at + 1);
                found.push(group);
            }
            None => at += 1,
        }
    }
    found
}

/// Adverbs allowed inside one group; more than this many tokens between two of its parts end it.
const GAP: usize = 3;

/// The group that begins at `start`; `parts` is only space for its verbs.
fn group_at(view: View<'_>, start: usize, parts: &mut Vec<usize>) -> Option<VerbGroup> {
    let infinitive = view.tag(start) == Tag::Particle && view.is(start, &["to"]);
    if !infinitive && !matches!(view.tag(start), Tag::Verb | Tag::Aux) {
        return None;
    }
    parts.clear();
    let mut negated = false;
    let mut at = if infinitive { start + 1 } else { start };
    let mut gap = 0;
    while at < view.end {
        match view.tag(at) {
            Tag::Aux => {
                if parts.last().is_some_and(|&last| view.tag(last) == Tag::Verb) {
                    break;
                }
                parts.push(at);
                gap = 0;
            }
            Tag::Verb => {
                if parts.last().is_some_and(|&last| !joins(view, last, at)) {
                    break;
                }
                parts.push(at);
                gap = 0;
            }
            Tag::Adverb if gap < GAP && (!parts.is_empty() || infinitive) => {
                negated |= is_negation(view.word(at)) || view.is(at, &["no"]) && view.is(at + 1, &["longer"]);
                gap += 1;
            }
            // "have no longer been", "has, however, been" is left to the clause.
            Tag::Determiner if view.is(at, &["no"]) && view.is(at + 1, &["longer"]) && !parts.is_empty() => {
                negated = true;
                gap += 1;
            }
            // "had in advance called"
            Tag::Adposition
                if parts.last() == at.checked_sub(1).as_ref()
                    && view.tag(at - 1) == Tag::Aux
                    && matches!(view.tag(at + 1), Tag::Noun | Tag::ProperNoun)
                    && view.tag(at + 2) == Tag::Verb
                    && joins(view, at - 1, at + 2) =>
            {
                at += 1;
            }
            _ => break,
        }
        at += 1;
    }
    let main = *parts.last()?;
    let modal = parts.iter().copied().find(|&part| is_modal(view.word(part)));
    negated |= parts.iter().any(|&part| view.is(part, &["cannot"]))
        || (view.start..start)
            .rev()
            .take(2)
            .any(|place| view.is(place, &["never"]) || view.is(place, &["not"]) && place + 1 == start);
    // Trailing adverbs and a trailing "not" after a lone auxiliary belong to the group only when a verb followed.
    let last = if negated && view.tag(main) == Tag::Aux && is_negation(view.word(main + 1)) {
        main + 1
    } else {
        main
    };
    let (voice, tense) = voice_and_tense(view, parts, infinitive, modal.is_some());
    Some(VerbGroup { tokens: start..last + 1, main, voice, tense, negated, modal })
}

/// Whether the verb at `at` joins the group that ends at `last`.
fn joins(view: View<'_>, last: usize, at: usize) -> bool {
    let word = view.word(last);
    let form = view.form(at);
    let participle = matches!(form, VerbForm::Participle | VerbForm::PastOrParticiple);
    if view.tag(last) == Tag::Aux {
        return if is_be(word) {
            participle || form == VerbForm::Gerund || view.is(at, &["run", "overcome", "overrun"])
        } else if is_have(word) {
            participle || form == VerbForm::Base
        } else {
            true
        };
    }
    // "got killed", "remain trapped": the passive without "be"; "left stranded" is a predicate, not a group.
    participle && at == last + 1 && is_like_be(word)
}

/// Verbs that make a passive with the participle right behind them.
pub(crate) fn is_like_be(word: &str) -> bool {
    matches!(
        word,
        "get"
            | "gets"
            | "got"
            | "gotten"
            | "getting"
            | "remain"
            | "remains"
            | "remained"
            | "stay"
            | "stays"
            | "stayed"
    )
}

fn voice_and_tense(view: View<'_>, parts: &[usize], infinitive: bool, modal: bool) -> (Voice, Tense) {
    let main = parts.last().copied().unwrap_or(view.start);
    let form = view.form(main);
    let participle = matches!(form, VerbForm::Participle | VerbForm::PastOrParticiple);
    let before =
        parts.len().checked_sub(2).and_then(|index| parts.get(index)).map_or("", |&part| view.word(part));
    let first = parts.first().map_or("", |&part| view.word(part));
    let full_verb = view.tag(main) == Tag::Verb;
    let passive_be = is_be(before) && !(before == "'s" && parts.len() == 2 && is_have_s(view, main));
    let passive = full_verb && participle && (passive_be || is_like_be(before));
    let voice = if passive { Voice::Passive } else { Voice::Active };
    if infinitive {
        return (voice, Tense::Infinitive);
    }
    if matches!(first, "will" | "shall" | "'ll" | "wo") {
        return (voice, Tense::Future);
    }
    if modal {
        let perfect = parts.iter().any(|&part| view.is(part, &["have"]));
        return (voice, if perfect { Tense::PresentPerfect } else { Tense::Present });
    }
    if parts.len() >= 2 {
        let tense = match first {
            "had" | "'d" => Tense::PastPerfect,
            "has" | "have" | "'ve" => Tense::PresentPerfect,
            "'s" if !passive_be => Tense::PresentPerfect,
            "was" | "were" | "did" | "got" | "remained" | "stayed" => Tense::Past,
            "being" | "having" => Tense::Participle,
            _ => Tense::Present,
        };
        return (voice, tense);
    }
    let tense = match form {
        VerbForm::Gerund => Tense::Participle,
        VerbForm::Participle => return (Voice::Passive, Tense::Participle),
        VerbForm::Past | VerbForm::PastOrParticiple => Tense::Past,
        _ => Tense::Present,
    };
    (voice, tense)
}

/// "'s" before a participle is "has" for verbs that take no object ("he's gone", "it's become").
fn is_have_s(view: View<'_>, main: usize) -> bool {
    view.is(main, &["gone", "become", "been", "come", "fallen", "risen", "died", "got"])
}
