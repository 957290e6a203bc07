//! What an article changes about the facts of its story. Comes in: the story's facts, an article's claims. Goes out:
//! the facts afterwards and the changes worth telling. Facts are a function of the set of claims; what is told depends
//! on what was told before. Never does I/O, never reads a clock.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Article, ArticleId, Change, Claim, Fact, FactKey, KnownClaim};

/// What entering an article's claims did.
#[derive(Debug, Default)]
pub struct Entry {
    /// The claims, each with the key of the fact it speaks to.
    pub claims: Vec<(FactKey, KnownClaim)>,
    /// The facts touched, as they are afterwards.
    pub facts: Vec<Fact>,
    /// What is worth telling, in the order of the text.
    pub changes: Vec<Change>,
}

/// Enters the claims of an article into the facts of its story.
pub fn enter(
    _facts: &mut BTreeMap<FactKey, Fact>,
    _article: &Article,
    _origin: &ArticleId,
    _claims: Vec<Claim>,
    _learned_at: Timestamp,
) -> Entry {
    Entry::default()
}
