//! Faults built in on purpose, one at a time: each does to what the dispatcher and the
//! receivers see, or to the store, what a mistake in newsdelta would do, and the judge
//! must notice. Comes in: nothing. Goes out: the list, and how many seeds may pass until one is noticed.

/// A mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// Sources are told that their items are safe before they are written.
    AcknowledgedBeforeCommit,
    /// That a message was delivered is forgotten: it is sent again after the next start.
    DeliveryForgotten,
    /// A message that failed is never tried again.
    RetryLost,
    /// A message that failed lets the next of its story go ahead.
    OrderLost,
    /// After a commit that failed the next one leaves out what is to be told.
    OutboxLeftOut,
    /// What is held for a group, a digest or the end of the quiet is gone when it goes out.
    HeldLost,
    /// What was muted is told.
    MuteForgotten,
    /// A dead letter that was to be sent again is discarded.
    RetryDiscards,
    /// The checkpoint is one record ahead of what was committed.
    CheckpointRunsAhead,
    /// What is to be told goes out before the commit that then fails.
    SentBeforeCommit,
    /// A message that failed steps aside for the next of its story, and is sent after it.
    OrderForgotten,
    /// A digest keeps its place in one of its stories alone.
    DigestOfOneStory,
    /// A post that is in the channel twice stays there.
    DuplicateLeft,
}

impl Sabotage {
    /// All of them.
    pub(crate) const ALL: [Self; 13] = [
        Self::AcknowledgedBeforeCommit,
        Self::DeliveryForgotten,
        Self::RetryLost,
        Self::OrderLost,
        Self::OutboxLeftOut,
        Self::HeldLost,
        Self::MuteForgotten,
        Self::RetryDiscards,
        Self::CheckpointRunsAhead,
        Self::SentBeforeCommit,
        Self::OrderForgotten,
        Self::DigestOfOneStory,
        Self::DuplicateLeft,
    ];
}

/// Within so many seeds each must be noticed.
pub(crate) const SEEDS: u64 = 300;
