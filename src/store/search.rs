//! By which words stories are found. Comes in: titles of stories and reports, keys of facts, and what somebody looks
//! for. Goes out: the terms under which a story stands in the table `search`, and the ranges of terms that are asked of
//! it, the same in every database. A word is found by how it begins, without regard to case and to marks over letters.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::form::LAST;
use super::overview::StoryQuery;
use crate::ledger::Outcome;
use crate::model::{Fact, FactKey};

/// Characters of a term that are kept; a longer word is found by these.
const TERM_MAX: usize = 40;

/// Words of one title or name that are kept.
const WORDS_MAX: usize = 64;

/// Words that a question may have; what follows is left out.
const ASKED_MAX: usize = 8;

/// In which question a term answers. The texts stand in the database.
pub(super) const TITLE: &str = "title";
pub(super) const PLACE: &str = "place";
pub(super) const ACTOR: &str = "actor";
const ABOUT: &str = "about";

/// What a story is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term {
    pub(super) kind: &'static str,
    pub(super) term: String,
}

/// Terms that a story must have one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) kind: &'static str,
    /// The first that fits.
    pub(super) from: String,
    /// Behind the last that fits.
    pub(super) to: String,
}

/// The terms of a title.
pub(super) fn of_title(title: &str) -> impl Iterator<Item = Term> {
    named(TITLE, title)
}

/// The terms of a fact.
pub(super) fn of_key(key: &FactKey) -> Vec<Term> {
    let (place, actors) = match key {
        FactKey::Casualties { side, place, .. } => (place.as_deref(), [side.as_deref(), None]),
        FactKey::Demand { by, to, .. } => (None, [Some(by.as_str()), to.as_deref()]),
        FactKey::Position { actor, target } => (None, [Some(actor.as_str()), target.as_deref()]),
        FactKey::Deed { doer, .. } => (None, [Some(doer.as_str()), None]),
    };
    let about = Term { kind: ABOUT, term: key.about().to_owned() };
    let places = place.into_iter().flat_map(|place| named(PLACE, place));
    let actors = actors.into_iter().flatten().flat_map(|name| named(ACTOR, name));
    std::iter::once(about).chain(places).chain(actors).collect()
}

/// Every story that outcomes touch with what it is found by because of them, each once, in the order of the table. What
/// it is found by because of earlier ones was written with those: its title, and the facts that were there before.
pub(super) fn of_outcomes(outcomes: &[Outcome]) -> BTreeSet<(&str, Term)> {
    let mut terms = BTreeSet::new();
    for outcome in outcomes {
        let story = outcome.story.id.as_str();
        if outcome.story.revision == 1 {
            terms.extend(of_title(&outcome.story.title).map(|term| (story, term)));
        }
        if outcome.article.title != outcome.story.title {
            terms.extend(of_title(&outcome.article.title).map(|term| (story, term)));
        }
        let is_old = |fact: &&Fact| {
            fact.merged > 0 || fact.claims.iter().any(|known| known.article != outcome.article.id)
        };
        let old: BTreeSet<&FactKey> = outcome.facts.iter().filter(is_old).map(|fact| &fact.key).collect();
        let touched = outcome.facts.iter().map(|fact| &fact.key);
        let keys = touched.chain(outcome.claims.iter().map(|(key, _)| key)).filter(|key| !old.contains(key));
        terms.extend(keys.flat_map(of_key).map(|term| (story, term)));
    }
    terms
}

/// What a question asks of the table: a story must fit all of it. Nothing when no story can fit, since the question has
/// no word.
pub(super) fn asked(query: &StoryQuery) -> Option<Vec<Asked>> {
    let mut all = Vec::new();
    for (kind, text) in [(TITLE, &query.words), (PLACE, &query.place), (ACTOR, &query.actor)] {
        let Some(text) = text else { continue };
        let before = all.len();
        all.extend(words(text).take(ASKED_MAX).map(|from| Asked { kind, to: format!("{from}{LAST}"), from }));
        if all.len() == before {
            return None;
        }
    }
    // No kind is the start of another.
    all.extend(query.about.iter().map(|about| Asked {
        kind: ABOUT,
        from: about.clone(),
        to: format!("{about}{LAST}"),
    }));
    Some(all)
}

fn named(kind: &'static str, text: &str) -> impl Iterator<Item = Term> {
    words(text).take(WORDS_MAX).map(move |term| Term { kind, term })
}

/// The words of a text as they are compared.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter))
        .map(|word| {
            let plain = word.nfkd().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase);
            plain.take(TERM_MAX).collect::<String>()
        })
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(title: &str, words: &str) -> bool {
        let terms: Vec<Term> = of_title(title).collect();
        let asked = asked(&StoryQuery { words: Some(words.to_owned()), ..StoryQuery::default() });
        asked.is_some_and(|asked| {
            asked.iter().all(|asked| terms.iter().any(|term| asked.from <= term.term && term.term < asked.to))
        })
    }

    #[test]
    fn words_are_found_by_how_they_begin() {
        for words in ["toll", "TOL", "in sao paulo", "São", "29", "paulo toll", "12th"] {
            assert!(found("Toll in São Paulo’s 12th district: 29", words), "{words}");
        }
        for words in ["oll", "tolls", "9", "%", "", "toll berlin"] {
            assert!(!found("Toll in São Paulo’s 12th district: 29", words), "{words}");
        }
    }
}
