//! What newsdelta says of itself: that it may be blind, or sees again. Plain data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Nothing has come from an input for longer than usual.
    InputSilent,
    /// Too many articles of an input cannot be read.
    ArticlesFail,
    /// Messages have waited for an output for too long.
    OutboxOld,
    /// An output is disabled: its messages wait until somebody enables it.
    OutputDisabled,
    /// The disk of the store is nearly full.
    DiskNearlyFull,
}

/// One such saying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The same for every repetition of one trouble, and for its end.
    pub id: String,
    /// What is wrong.
    pub trouble: Trouble,
    /// With which input or output; the store's path for the disk.
    pub subject: String,
    /// Whether it is over.
    pub resolved: bool,
    /// For people.
    pub text: String,
    /// Since when.
    pub since: Timestamp,
}
