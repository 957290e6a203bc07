//! Corrects tags by their neighbours. Comes in: tagged tokens of one sentence. Goes out: the same with fewer
//! mistakes. Each repair states a fact of English grammar; none knows a particular text. One pass, left to right.

use std::ops::Range;

use super::tag_twofold::closed;
use super::view::View;
use super::{lemma, word_class};
use crate::text::{Tag, Token, VerbForm};

/// Repairs the tags of `range`.
pub(super) fn repair(
    tokens: &mut [Token],
    words: &str,
    range: Range<usize>,
    capitals_speak: bool,
    heading: bool,
) {
    for at in range.clone() {
        let view = View::new(tokens, words, range.clone());
        let tag = closed(view, at).or_else(|| open(view, at, capitals_speak, heading));
        let shape = tag.map_or(VerbForm::None, |_| view.shape(at));
        if let (Some(tag), Some(token)) = (tag, tokens.get_mut(at)) {
            token.tag = tag;
            if matches!(tag, Tag::Verb | Tag::Noun | Tag::Adjective) && token.form == VerbForm::None {
                token.form = shape;
            }
        }
    }
}

pub(super) fn nominal(tag: Tag) -> bool {
    matches!(tag, Tag::Noun | Tag::ProperNoun)
}

/// Whether a noun phrase may begin at `at`.
pub(super) fn opens_phrase(view: View<'_>, at: usize) -> bool {
    matches!(view.tag(at), Tag::Determiner | Tag::Noun | Tag::ProperNoun | Tag::Number | Tag::Adjective)
        || view.is(at, &["$", "€", "£"])
}

/// A phrase stands before `at` whose verb has not come since the last comma or conjunction.
pub(super) fn subject_waits(view: View<'_>, at: usize) -> bool {
    // "Twenty dead after ..." has its predicate.
    if view.tag_before(at) == Tag::Adjective {
        return false;
    }
    let mut nominals = false;
    for place in (view.start..at).rev().take(30) {
        match view.tag(place) {
            Tag::Verb | Tag::Aux => return false,
            Tag::Punct | Tag::Subordinator => break,
            Tag::Noun | Tag::ProperNoun | Tag::Number => nominals = true,
            _ => {}
        }
    }
    nominals
}

/// Nouns, verbs and adjectives.
#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
fn open(view: View<'_>, at: usize, capitals_speak: bool, heading: bool) -> Option<Tag> {
    let tag = view.tag(at);
    if !matches!(tag, Tag::Noun | Tag::Verb | Tag::Adjective) {
        return None;
    }
    let (form, word) = (view.form(at), view.word(at));
    let before = view.tag_before(at);
    let next = view.tag(at + 1);
    let participle = matches!(form, VerbForm::PastOrParticiple | VerbForm::Participle);
    let in_phrase = matches!(before, Tag::Determiner | Tag::Adjective)
        || (before == Tag::Particle && view.is(at.wrapping_sub(1), &["'s", "'"]));
    match tag {
        Tag::Verb
            if participle
                && (in_phrase || before == Tag::Number)
                && nominal(next)
                && !view.is_time(at + 1) =>
        {
            // "the wounded soldiers", "three wounded soldiers"
            Some(Tag::Adjective)
        }
        // "Fourteen people sustained injuries": no adjective stands behind its noun.
        Tag::Adjective
            if form == VerbForm::PastOrParticiple
                && before == Tag::Noun
                && nominal(next)
                && subject_waits(view, at)
                && !has_finite(view, at) =>
        {
            Some(Tag::Verb)
        }
        // "in populated areas", "to capture populated centres"
        Tag::Verb
            if participle
                && nominal(next)
                && (before == Tag::Adposition
                    || before == Tag::Verb && view.form(at.wrapping_sub(1)) == VerbForm::Base)
                && word.ends_with("ed")
                && !view.is_time(at + 1) =>
        {
            Some(Tag::Adjective)
        }
        // "they were only shelling targets": a listed noun in "-ing" behind "be".
        Tag::Noun
            if form == VerbForm::Gerund
                && behind_be(view, at)
                && (opens_phrase(view, at + 1) || next == Tag::Adposition) =>
        {
            Some(Tag::Verb)
        }
        // "the defence forces respected": a noun in "-s" right before the verb.
        Tag::Verb
            if form == VerbForm::ThirdPerson
                && (nominal(before) || before == Tag::Adjective)
                && (matches!(next, Tag::Aux)
                    || next == Tag::Verb
                        && matches!(view.form(at + 1), VerbForm::Past | VerbForm::PastOrParticiple))
                && word_class::is_noun_or_verb(&view.verb(at))
                && !super::verb_class::is_saying(&view.verb(at)) =>
        {
            Some(Tag::Noun)
        }
        // "constantly plant mines"
        Tag::Noun
            if form == VerbForm::Base
                && before == Tag::Adverb
                && view.before(at).ends_with("ly")
                && matches!(next, Tag::Noun | Tag::ProperNoun | Tag::Determiner | Tag::Adjective) =>
        {
            Some(Tag::Verb)
        }
        // "to end the fighting and resume talks", "must lift the siege, release all captives"
        Tag::Noun
            if form == VerbForm::Base
                && (before == Tag::Coordinator && opens_phrase(view, at + 1)
                    || view.is(at.wrapping_sub(1), &[","]) && next == Tag::Determiner)
                && word_class::is_noun_or_verb(word)
                && base_before(view, at) =>
        {
            Some(Tag::Verb)
        }
        Tag::Verb
            if participle
                && before == Tag::Determiner
                && view
                    .is(at.wrapping_sub(1), &["the", "their", "its", "those", "his", "her", "a", "an"]) =>
        {
            // "the wounded were taken"
            Some(Tag::Noun)
        }
        Tag::Verb
            if form == VerbForm::ThirdPerson
                && !word_class::is_noun_or_verb(&view.verb(at))
                && word_class::class_of(word).is_none()
                && super::tag::alone(word) == Some(super::tag::NOUN) =>
        {
            Some(Tag::Noun)
        }
        // "State premier Ida Moe said": a bare verb at the start before a noun, with another verb behind.
        Tag::Verb if at == view.start && form == VerbForm::Base && nominal(next) && has_finite(view, at) => {
            Some(Tag::Noun)
        }
        Tag::Verb if form == VerbForm::Gerund && in_phrase => {
            Some(if nominal(next) { Tag::Adjective } else { Tag::Noun })
        }
        Tag::Verb
            if matches!(form, VerbForm::Base | VerbForm::ThirdPerson)
                && in_phrase
                && !view.is(at.wrapping_sub(1), &["all", "both", "some", "dead", "missing"]) =>
        {
            Some(Tag::Noun)
        }
        Tag::Noun | Tag::Adjective
            if before == Tag::Particle
                && view.is(at.wrapping_sub(1), &["to"])
                && word_class::is_noun_or_verb(word) =>
        {
            Some(Tag::Verb)
        }
        Tag::Noun
            if word_class::is_modal(view.before(at))
                && form == VerbForm::Base
                && !matches!(next, Tag::Verb | Tag::Aux) =>
        {
            Some(Tag::Verb)
        }
        Tag::Verb
            if before == Tag::Adposition
                && form == VerbForm::Base
                && !view.is(at.wrapping_sub(1), &["than", "except"]) =>
        {
            Some(Tag::Noun)
        }
        Tag::Noun if before == Tag::Pronoun && verb_like(word) && subject_pronoun(view.before(at)) => {
            Some(Tag::Verb)
        }
        Tag::Adjective | Tag::Noun
            if participle
                && before == Tag::Aux
                && !view.is(at, &["dead"])
                && !nominal(next)
                && word.ends_with("ed") =>
        {
            Some(Tag::Verb)
        }
        Tag::Noun
            if (capitals_speak || heading)
                && word.ends_with('s')
                && (nominal(before) || heading && view.is(at.wrapping_sub(1), &[","]))
                && verb_like(word)
                && complement_follows(view, at)
                && !has_finite(view, at) =>
        {
            // "Norway launches a search": nothing else in the clause is a verb.
            Some(Tag::Verb)
        }
        _ => None,
    }
}

fn behind_be(view: View<'_>, at: usize) -> bool {
    let before = (view.start..at).rev().find(|&place| view.tag(place) != Tag::Adverb);
    before.is_some_and(|place| view.tag(place) == Tag::Aux && word_class::is_be(view.word(place)))
}

/// A base form behind "to" or a modal stands not far before `at`.
fn base_before(view: View<'_>, at: usize) -> bool {
    (view.start..at).rev().take(12).take_while(|&place| !view.is(place, &[";"])).any(|place| {
        view.tag(place) == Tag::Verb
            && view.form(place) == VerbForm::Base
            && place > view.start
            && (view.is(place.wrapping_sub(1), &["to"])
                || word_class::is_modal(view.before(place))
                || view.tag_before(place) == Tag::Adverb)
    })
}

fn subject_pronoun(word: &str) -> bool {
    matches!(word, "he" | "she" | "they" | "we" | "i" | "it" | "who" | "you")
}

/// A noun form that is also a verb form.
fn verb_like(word: &str) -> bool {
    let base = lemma::verb(word);
    word_class::is_noun_or_verb(&base)
}

/// An object, a content clause or an infinitive begins after `at`.
fn complement_follows(view: View<'_>, at: usize) -> bool {
    matches!(
        view.tag(at + 1),
        Tag::Determiner
            | Tag::ProperNoun
            | Tag::Pronoun
            | Tag::Number
            | Tag::Subordinator
            | Tag::Adjective
            | Tag::Noun
    ) || view.is(at + 1, &["on", "to", "for", "that", "at", "after", "with", "over", "in"])
}

/// A finite verb stands elsewhere in the stretch between commas or subordinators around `at`.
fn has_finite(view: View<'_>, at: usize) -> bool {
    let finite = |place: usize| {
        matches!(view.tag(place), Tag::Aux)
            || view.tag(place) == Tag::Verb
                && matches!(
                    view.form(place),
                    VerbForm::Past | VerbForm::PastOrParticiple | VerbForm::ThirdPerson
                )
    };
    let stops = |place: usize| {
        view.tag(place) == Tag::Subordinator || view.is(place, &[",", ";", ":", "“", "”", "\""])
    };
    let left = (view.start..at).rev().take(20).take_while(|&place| !stops(place)).any(finite);
    let right = (at + 1..view.end).take(20).take_while(|&place| !stops(place)).any(finite);
    left || right
}
