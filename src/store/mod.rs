//! What is remembered. The only code that speaks SQL. Everything an article changes is committed in one transaction:
//! its text, claims, facts, story, the messages to send, and the input's checkpoint.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::inputs::Checkpoint;
use crate::ledger::Outcome;
use crate::model::{Article, ArticleId, Claim, Fact, FactKey, Message, Story, StoryId};

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another instance moved these stories meanwhile: read them again and diff again.
    #[error("stories moved meanwhile: {0:?}")]
    StoryMoved(Vec<StoryId>),
    /// It may work later: busy, disk full, connection lost.
    #[error("the store cannot write now: {0}")]
    Unavailable(String),
    /// It will not work without an operator: damaged file, newer schema.
    #[error("{0}")]
    Broken(String),
}

/// An item that could not be read, kept with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedItem {
    /// Name of the input.
    pub input: String,
    /// File name or record position.
    pub label: String,
    /// Why.
    pub reason: String,
    /// When.
    pub failed_at: Timestamp,
    /// The first bytes, bounded, for `dead-letters show` and `retry`.
    pub bytes: Vec<u8>,
}

/// One transaction's worth.
#[derive(Debug, Default)]
pub struct Commit {
    /// What articles changed, in order.
    pub outcomes: Vec<Outcome>,
    /// What could not be read.
    pub failed: Vec<FailedItem>,
    /// How far the inputs have been consumed.
    pub checkpoints: Vec<Checkpoint>,
    /// Names of the outputs every message goes to.
    pub outputs: Vec<String>,
    /// When the commit is made.
    pub at: Timestamp,
}

/// A message on its way to one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Names the delivery in the store.
    pub id: i64,
    /// Name of the output.
    pub output: String,
    /// What is delivered.
    pub message: Message,
    /// Attempts made so far.
    pub attempts: u32,
    /// When the message was committed.
    pub queued_at: Timestamp,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The output took it.
    Delivered,
    /// Try again at this time.
    RetryAt(Timestamp, String),
    /// Given up: kept as a dead letter.
    Dead(String),
}

/// What newsdelta remembers. Two backends pass the same contract tests.
#[async_trait]
pub trait Store: Send + Sync {
    /// Which of these articles are committed already.
    async fn known_articles(&self, ids: &[ArticleId]) -> Result<Vec<ArticleId>, StoreError>;
    /// Every open story, for the assignment index.
    async fn open_stories(&self) -> Result<Vec<Story>, StoreError>;
    /// All facts of a story with their history.
    async fn facts(&self, story: &StoryId) -> Result<Vec<Fact>, StoreError>;
    /// Writes everything or nothing.
    async fn commit(&self, commit: &Commit) -> Result<(), StoreError>;
    /// Up to `limit` due deliveries of one output in order, at most one message per story, leased until `until`.
    async fn lease(
        &self,
        output: &str,
        limit: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError>;
    /// Records how an attempt ended and ends the lease.
    async fn record(&self, delivery: i64, attempt: &Attempt, now: Timestamp) -> Result<(), StoreError>;
    /// When the next delivery of this output falls due, if any is waiting.
    async fn next_due(&self, output: &str) -> Result<Option<Timestamp>, StoreError>;
    /// Stories, latest report first.
    async fn stories(&self, limit: usize) -> Result<Vec<Story>, StoreError>;
    /// One story by id or by the start of its id.
    async fn story(&self, id: &str) -> Result<Option<Story>, StoreError>;
    /// One article with its story and its claims, each with the key of the fact it speaks to.
    async fn article(
        &self,
        id: &str,
    ) -> Result<Option<(Article, StoryId, Vec<(FactKey, Claim)>)>, StoreError>;
    /// The messages that an article made.
    async fn messages_of(&self, article: &ArticleId) -> Result<Vec<Message>, StoreError>;
}
