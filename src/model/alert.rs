//! A change worth telling, in the public JSON form, and the message that carries the alerts of one article. Plain data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::article::{ArticleId, Moment, Span};
use super::fact::{ChangeKind, FactKey, Value};
use super::story::StoryId;

/// The words an alert rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertEvidence {
    /// Exactly the bytes `start..end` of the article's stored text.
    pub quote: String,
    /// Where the quote stands.
    #[serde(flatten)]
    pub span: Span,
    /// The rule that read it.
    pub rule: String,
}

/// A change worth telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The same on every retry and on every replay of the same input.
    pub id: String,
    /// The article that made the change.
    pub article: ArticleId,
    /// Its headline.
    pub article_title: String,
    /// Its publisher.
    pub outlet: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// When it was published.
    pub published_at: Option<Moment>,
    /// The story it belongs to.
    pub story: StoryId,
    /// The story's title.
    pub story_title: String,
    /// `casualties`, `demand` or `position`.
    pub about: String,
    /// The fact that changed.
    pub fact: FactKey,
    /// How.
    pub change: ChangeKind,
    /// What was told before.
    pub before: Option<Value>,
    /// What holds now.
    pub after: Value,
    /// The words that say so.
    pub evidence: AlertEvidence,
    /// The words that said what was told before, when they were a sentence of the same story.
    pub quote_before: Option<String>,
    /// How many independent sources stand behind it.
    pub sources: u32,
    /// Why it was sent, for people.
    pub reason: String,
    /// Ids of earlier alerts that this one proves wrong: it belongs to exactly those who received one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrects: Vec<String>,
    /// Ids of the alerts that this one tells as one, since they waited together: whoever received it received them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folds: Vec<String>,
    /// The SHA-256 of the article's stored text, in hexadecimal: in this text the quote stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_sha256: Option<String>,
    /// The signature, once the alert is on its way to an output and there is a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Alert {
    /// Every id under which a correction may speak of it.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.id).chain(&self.folds)
    }
}

/// A signature over what an alert says and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The id of the key.
    pub key: String,
    /// ed25519, in base64.
    pub signature: String,
}

/// The alerts that one article makes for one story: they travel together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The same on every retry: made from the ids of article and story.
    pub id: String,
    /// The story.
    pub story: StoryId,
    /// The article.
    pub article: ArticleId,
    /// When it was decided.
    pub created_at: Timestamp,
    /// When the article came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// The trace (W3C `traceparent`) that the article came with, to be carried on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_parent: Option<String>,
    /// Set when it gathers the changes of a longer time, perhaps of several stories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// At least one.
    pub alerts: Vec<Alert>,
}

impl Message {
    /// The stories it tells of, its own among them: nearly always that one alone.
    pub fn stories(&self) -> std::collections::BTreeSet<&str> {
        let of_alerts = self.alerts.iter().map(|alert| alert.story.as_str());
        std::iter::once(self.story.as_str()).chain(of_alerts).collect()
    }
}

/// Of which time a message gathers the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// When the first of them was decided.
    pub since: Timestamp,
    /// When it was put together.
    pub until: Timestamp,
}
