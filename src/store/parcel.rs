//! What goes to which output, and when. Comes in: the decisions of `notify`. Goes out: the forms in which the store
//! keeps them. Plain data: routes, quiet hours and the rest of the deciding are `notify`'s.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Message, StoryId};

/// A message for one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// Name of the output.
    pub output: String,
    /// What is told.
    pub message: Message,
    /// When.
    pub pace: Pace,
    /// What it hangs on: while it is held, [`super::Commit::dropped`] can take it back by this name.
    pub subject: Option<String>,
}

/// When a parcel goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pace {
    /// At once. What is held of the same story goes along, so that the story stays in order.
    Now,
    /// At once, with everything that is held of the same story in whatever lot, but for what hangs on a subject: the
    /// error may be among it.
    Correction,
    /// With whatever else comes of the same story.
    Group {
        /// When the group goes out that this parcel opens; one that is open already keeps its time.
        release_at: Timestamp,
        /// The shortest time after the message of the story before.
        interval: Duration,
    },
    /// With everything that is held for this output under one name.
    Lot {
        /// The name.
        lot: String,
        /// When the lot goes out.
        release_at: Timestamp,
    },
}

/// That an output was told an alert, or is going to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Id of the alert.
    pub alert: String,
    /// Name of the output.
    pub output: String,
    /// The pace with which something joins it, while it is still held.
    pub held: Option<Pace>,
}

/// The start of the names of lots that are digests.
pub const DIGEST: &str = "digest ";

/// The lot in which the changes of a story wait for each other.
pub fn story_lot(story: &StoryId) -> String {
    format!("story {story}")
}

/// Parcels that are held for one output and go out together.
#[derive(Debug, Clone, PartialEq)]
pub struct Lot {
    /// Name of the output.
    pub output: String,
    /// What holds it together.
    pub name: String,
    /// Since when the first of them is held.
    pub since: Timestamp,
    /// The store's numbers of them.
    pub numbers: Vec<i64>,
    /// Their messages, in order of commit.
    pub messages: Vec<Message>,
}
