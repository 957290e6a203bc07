//! What somebody looking in may ask across stories, and the answers. Plain data: how it is found is each backend's.

use jiff::Timestamp;

use crate::model::{FactKey, Message, Story, StoryId, Value};

/// Which stories to list. What is not given does not restrict. Each word of a text must be the start of a word of what
/// is looked through, without regard to case and to marks over letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoryQuery {
    /// Words in the titles of the story and of its reports.
    pub words: Option<String>,
    /// Words in the names of the places of its facts.
    pub place: Option<String>,
    /// Words in the names of sides, and of those who demand, are addressed or take a position.
    pub actor: Option<String>,
    /// It has a fact of this kind: `casualties`, `demand` or `position`.
    pub about: Option<String>,
    /// Its latest report spoke at this time or later.
    pub since: Option<Timestamp>,
    /// Its latest report spoke before this time.
    pub until: Option<Timestamp>,
    /// Where the page before ended: the last story's latest report, and its id.
    pub after: Option<(Timestamp, StoryId)>,
    /// At most so many.
    pub limit: usize,
}

/// A story as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryEntry {
    /// The story.
    pub story: Story,
    /// What is known, without its history, by key.
    pub known: Vec<(FactKey, Value)>,
    /// What was told last.
    pub last_message: Option<Message>,
}

/// Which messages to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageQuery {
    /// Of this story only.
    pub story: Option<StoryId>,
    /// Which end to begin at.
    pub from: From,
    /// At most so many.
    pub limit: usize,
}

/// Which end of a list to begin at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum From {
    /// The latest first.
    #[default]
    Latest,
    /// Those before this number, the latest first.
    Before(i64),
    /// Those after this number, the oldest first.
    After(i64),
}

/// A message in the order of commits.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedMessage {
    /// Rises from one message to the next.
    pub number: i64,
    /// The message.
    pub message: Message,
}

/// Which deliveries to list, the latest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// To this output only.
    pub output: Option<String>,
    /// In this state only: `due`, `queued`, `delivered`, `dead` or `discarded`.
    pub state: Option<String>,
    /// Those before this number.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// Where a message to one output stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryEntry {
    /// Names the delivery: rises from one to the next.
    pub number: i64,
    /// Id of the message.
    pub message: String,
    /// The story of the message.
    pub story: StoryId,
    /// Name of the output.
    pub output: String,
    /// `due`, `queued`, `delivered`, `dead` or `discarded`.
    pub state: String,
    /// Attempts that ended.
    pub attempts: u64,
    /// When the message was committed.
    pub queued_at: Timestamp,
    /// When it will be attempted, while it waits.
    pub due_at: Option<Timestamp>,
    /// When it was delivered, given up or discarded.
    pub ended_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub reason: Option<String>,
}
