//! A wish for silence: what is not to be told, and until when. Plain data; what a mute covers is `notify`'s to say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::article::fingerprint;
use super::fact::FactKey;
use super::story::StoryId;

/// What a mute silences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Muted {
    /// Everything of a story.
    Story {
        /// The story.
        story: StoryId,
    },
    /// One fact of a story.
    Fact {
        /// The story.
        story: StoryId,
        /// The fact.
        fact: FactKey,
    },
    /// Every demand and position by or toward a party or person, and figures restricted to its side.
    Actor {
        /// Canonical name, compared without regard to case.
        actor: String,
    },
}

impl Muted {
    /// The story it is in, if it is in one.
    pub const fn story(&self) -> Option<&StoryId> {
        match self {
            Self::Story { story } | Self::Fact { story, .. } => Some(story),
            Self::Actor { .. } => None,
        }
    }
}

/// Until when something is not told. What is muted is read, known and shown all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// Made from what it silences: muting the same again replaces the time.
    pub id: String,
    /// What is silenced.
    pub what: Muted,
    /// From this time on it is told again.
    pub until: Timestamp,
    /// When somebody asked for it.
    pub since: Timestamp,
    /// The story that it was made in, if that story went into the one it is in now: split off again, it takes it back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub came_from: Option<StoryId>,
}

impl Mute {
    /// A mute of something, with the id that follows from it.
    pub fn of(what: Muted, until: Timestamp, since: Timestamp) -> Self {
        let id = fingerprint(["mute", &serde_json::to_string(&what).unwrap_or_default()]);
        Self { id, what, until, since, came_from: None }
    }
}
