//! What people did to what is known or told, for those who must account for it. Plain data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::article::ArticleId;
use super::story::StoryId;

/// From where an edit came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "via", rename_all = "snake_case")]
pub enum Via {
    /// The command line, on the machine of the store.
    #[default]
    CommandLine,
    /// The HTTP interface.
    Http {
        /// The token that was sent, by its key in the config; `loopback` when none is needed.
        token: String,
    },
}

/// Which edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A fact was stated.
    Correct,
    /// A fact was confirmed.
    Pin,
    /// What a report said was taken back.
    Retract,
    /// A story went into another.
    Merge,
    /// Reports left a story.
    Split,
    /// Something was silenced.
    Mute,
    /// A silence was ended.
    Unmute,
    /// A dead letter was tried again.
    Retry,
    /// A dead letter was taken off the list.
    Discard,
    /// An output that was disabled takes messages again.
    Enable,
}

impl Action {
    /// The name in the public JSON form and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Pin => "pin",
            Self::Retract => "retract",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Mute => "mute",
            Self::Unmute => "unmute",
            Self::Retry => "retry",
            Self::Discard => "discard",
            Self::Enable => "enable",
        }
    }

    /// The edit of this name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [
            Self::Correct,
            Self::Pin,
            Self::Retract,
            Self::Merge,
            Self::Split,
            Self::Mute,
            Self::Unmute,
            Self::Retry,
            Self::Discard,
            Self::Enable,
        ];
        all.into_iter().find(|action| action.as_str() == name)
    }
}

/// One edit as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who, as the editor signed.
    pub editor: String,
    /// From where.
    #[serde(flatten)]
    pub via: Via,
    /// Which edit.
    pub action: Action,
    /// What it did, for people.
    pub what: String,
    /// The story it was made in.
    pub story: Option<StoryId>,
    /// The article that carries the editor's word, or the one that was dealt with.
    pub article: Option<ArticleId>,
    /// Why, as the editor says.
    pub note: Option<String>,
}
