//! What an article changes about the facts of its story. Comes in: the story's facts, an article's claims. Goes out:
//! the facts afterwards and the changes worth telling. Facts are a function of the set of claims; what is told depends
//! on what was told before. Never does I/O, never reads a clock.

pub mod name;
pub mod figure;
pub mod key;
pub mod course;
mod casualty;
mod context;
mod demand;
mod position;
mod echo;
mod worth;
mod tell;
pub mod history;
pub mod explain;
#[cfg(test)]
mod timeline;
#[cfg(test)]
mod properties;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Article, ArticleId, Change, Claim, Fact, FactKey, KnownClaim};

pub use casualty::EDITOR;

/// What entering an article's claims did.
#[derive(Debug, Default)]
pub struct Entry {
    /// The claims, each with the key of the fact it speaks to.
    pub claims: Vec<(FactKey, KnownClaim)>,
    /// The facts touched, as they are afterwards.
    pub facts: Vec<Fact>,
    /// What is worth telling: facts in the order of the text, and of one fact the conflicts before the move, because
    /// they speak of the value before it.
    pub changes: Vec<Change>,
}

/// Enters the claims of an article into the facts of its story. A claim that is in already (the same article entered
/// twice) changes nothing.
pub fn enter(
    facts: &mut BTreeMap<FactKey, Fact>,
    article: &Article,
    origin: &ArticleId,
    claims: Vec<Claim>,
    learned_at: Timestamp,
) -> Entry {
    let mut entry = Entry::default();
    let mut touched: Vec<FactKey> = Vec::new();
    for claim in context::read(claims) {
        let key = key::of(&claim);
        let known = KnownClaim {
            held_at: held_at(&claim, article),
            spoken_at: article.spoken_at(),
            article: article.id.clone(),
            outlet: article.outlet.clone(),
            origin: origin.clone(),
            learned_at,
            claim,
        };
        let fact = facts.entry(key.clone()).or_insert_with(|| Fact::empty(key.clone()));
        if fact.claims.iter().any(|earlier| earlier.article == known.article && earlier.claim == known.claim)
        {
            continue;
        }
        fact.claims.push(known.clone());
        if !touched.contains(&key) {
            touched.push(key.clone());
        }
        entry.claims.push((key, known));
    }
    for key in &touched {
        if let Some(fact) = facts.get_mut(key) {
            history::settle(fact);
        }
    }
    for key in &touched {
        let told = tell::changes(facts, key, article);
        if let Some(fact) = facts.get_mut(key) {
            tell::record(fact, &told, article);
            entry.facts.push(fact.clone());
        }
        entry.changes.extend(told);
    }
    entry
}

/// When a claim held: as the text states, but never after the article spoke.
fn held_at(claim: &Claim, article: &Article) -> Timestamp {
    let spoken = article.spoken_at();
    match claim {
        Claim::Casualty(casualty) => casualty.as_of.map_or(spoken, |stated| stated.min(spoken)),
        Claim::Demand(_) | Claim::Position(_) => spoken,
    }
}
