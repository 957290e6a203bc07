//! The pure composition of the middle: an article and its claims go in, the outcome to commit comes out. Used alike by
//! the daemon (memory restored from the store) and by `replay` (empty memory). Never does I/O, never reads a clock.

use jiff::Timestamp;

use crate::model::{Article, ArticleId, Fact, FactKey, KnownClaim, Message, Story};

/// Everything one article changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The article.
    pub article: Article,
    /// The article it repeats, or its own id.
    pub origin: ArticleId,
    /// Its story as it is afterwards.
    pub story: Story,
    /// Its claims, each with the key of the fact it speaks to.
    pub claims: Vec<(FactKey, KnownClaim)>,
    /// The facts it touched, as they are afterwards.
    pub facts: Vec<Fact>,
    /// What is to be told, if anything.
    pub message: Option<Message>,
    /// When newsdelta learned it.
    pub learned_at: Timestamp,
}
