//! A wish for silence: what is not to be told, and until when. Plain data; what a mute covers is `notify`'s to say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
}
