//! What goes to which output, and when. Comes in: the decisions of `notify`. Goes out: the forms in which the store
//! keeps them. Plain data: routes, quiet hours and the rest of the deciding are `notify`'s.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::model::Message;

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

impl Pace {
    /// The shortest time after the message of the story before, if that matters.
    pub(super) fn interval(&self) -> Option<SignedDuration> {
        match self {
            Self::Group { interval, .. } if !interval.is_zero() => {
                Some(SignedDuration::try_from(*interval).unwrap_or(SignedDuration::MAX))
            }
            _ => None,
        }
    }

    /// In which lot a parcel of this story waits that is committed at `at`, and until when; nothing when it goes out at
    /// once. `open` is when the story's lot goes out, if one is held already; `told` when the story was last told, if
    /// there is an interval to keep.
    pub(super) fn hold(
        &self,
        story: &str,
        at: Timestamp,
        open: Option<Timestamp>,
        told: Option<Timestamp>,
    ) -> Option<(String, Timestamp)> {
        let release_at = match self {
            Self::Lot { lot, release_at } => return Some((lot.clone(), *release_at)),
            Self::Now | Self::Correction => at,
            Self::Group { release_at, .. } => *release_at,
        };
        if let Some(open) = open {
            return Some((story_lot(story), open.min(release_at)));
        }
        let earliest = told
            .zip(self.interval())
            .map(|(told, interval)| told.checked_add(interval).unwrap_or(Timestamp::MAX));
        let release_at = earliest.map_or(release_at, |earliest| earliest.max(release_at));
        (release_at > at).then(|| (story_lot(story), release_at))
    }
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

/// The names of all alerts of a message, those they tell as one among them.
pub(super) fn names_in(message: &Message) -> Vec<String> {
    message.alerts.iter().flat_map(crate::model::Alert::names).cloned().collect()
}

/// The start of the names of lots that are digests.
pub const DIGEST: &str = "digest ";

/// The lot in which the changes of a story wait for each other.
pub fn story_lot(story: &str) -> String {
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
