//! How a phrase stands in its clause: behind a preposition, or as what a verb does something to. Comes in: a draft in its
//! sentence. Goes out: yes or no. Never decides whom the phrase means.

use super::draft::Draft;
use crate::extract::english::lexicon::{actors as lexicon, speech};
use crate::text::english::view::View;
use crate::text::{Tag, VerbForm};

/// Whether the phrase stands behind a preposition. "Until Kenya withdraws" opens a clause.
pub(super) fn is_governed(draft: &Draft, view: View<'_>) -> bool {
    let before = draft.tokens.start.saturating_sub(1);
    let opens_clause = view.is(before, &["until", "after", "before", "since", "as"])
        && (view.tag(draft.tokens.end) == Tag::Aux || view.form(draft.tokens.end) != VerbForm::None);
    (view.tag_before(draft.tokens.start) == Tag::Adposition
        || lexicon::is_preposition(view.before(draft.tokens.start)))
        && !opens_clause
}

/// Whether the phrase stands right after a verb: "supporting Kenya", "received the envoy". After a verb of saying stands
/// who speaks as often.
pub(super) fn is_done_to(draft: &Draft, view: View<'_>) -> bool {
    let does = |at: usize| {
        !speech::is_speech(view.word(at))
            && (view.tag(at) == Tag::Verb && view.form(at) != VerbForm::None
                || view.form(at) == VerbForm::Gerund)
    };
    let before = draft.tokens.start.saturating_sub(1);
    if draft.tokens.start == view.start {
        return false;
    }
    // "Received the new envoy, former minister Jon Berg": the apposition is the object too.
    let phrase = (before.saturating_sub(6).max(view.start)..before)
        .rev()
        .find(|&at| !matches!(view.tag(at), Tag::Noun | Tag::Adjective | Tag::Determiner));
    does(before) || view.is(before, &[","]) && phrase.is_some_and(|at| at + 1 < before && does(at))
}

/// Whether a pronoun stands after a verb or a preposition: then it is not the subject of its clause, and does not mean it.
pub(super) fn is_object(view: View<'_>, at: usize) -> bool {
    view.is(at, &["him", "them", "her"])
        || (view.is(at, &["it"]) && (view.tag_before(at) == Tag::Adposition || is_transitive(view, at)))
}

/// A full verb right before, that does not open a clause ("said it would").
fn is_transitive(view: View<'_>, at: usize) -> bool {
    view.tag_before(at) == Tag::Verb
        && !matches!(view.tag(at + 1), Tag::Verb | Tag::Aux)
        && view.form(at + 1) == VerbForm::None
}

/// "Said that Chad's minister Ada Brun": whether the phrase opens what somebody says.
pub(super) fn is_reported(draft: &Draft, view: View<'_>) -> bool {
    let from = draft.tokens.start.saturating_sub(OWNERS_REACH).max(view.start);
    let opens = (from..draft.tokens.start).rfind(|&at| {
        !matches!(view.tag(at), Tag::ProperNoun | Tag::Noun | Tag::Adjective)
            && !view.is(at, &["the", "'s", "'"])
    });
    // "Berg said that the party would stay until the mayor was free".
    let under = |at: usize| {
        view.is(at, &["until", "unless", "if", "when", "because", "after", "before"])
            && (view.start..at).any(|at| view.tag(at) == Tag::Verb && speech::is_speech(view.word(at)))
    };
    opens.is_some_and(|at| {
        under(at)
            || view.is(at, &["that"])
            || view.form(at) != VerbForm::None && speech::is_speech(view.word(at))
    })
}

/// How many words may say whose somebody is.
const OWNERS_REACH: usize = 6;
