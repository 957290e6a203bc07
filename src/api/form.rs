//! The JSON that the HTTP interface answers. Comes in: the nouns of the model. Goes out: the same with their words for
//! people beside them. Claims, facts and values stand in it as `config/schema` describes them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

use crate::diff::course::{Step, follow};
use crate::model::{Alert, ArticleId, Fact, Moment, Story};
use crate::notify::demand_clock::falls_due;
use crate::outputs::wording::{self, Headline};
use crate::store::overview::{DeliveryEntry, NumberedMessage, StoryEntry};

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The entries, in order.
    pub(super) entries: Vec<T>,
    /// Send as `cursor` to get the next page; null on the last one.
    pub(super) next: Option<String>,
}

/// A story without its facts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoryForm {
    /// Identity.
    pub(super) id: String,
    /// Title of the report that opened it.
    pub(super) title: String,
    /// When its first report spoke.
    #[schema(value_type = String, format = DateTime)]
    pub(super) opened_at: Timestamp,
    /// When its latest report spoke.
    #[schema(value_type = String, format = DateTime)]
    pub(super) last_report_at: Timestamp,
    /// How many reports belong to it.
    pub(super) articles: u64,
}

impl From<&Story> for StoryForm {
    fn from(story: &Story) -> Self {
        Self {
            id: story.id.clone(),
            title: story.title.clone(),
            opened_at: story.opened_at,
            last_report_at: story.last_report_at,
            articles: story.articles,
        }
    }
}

/// A fact without its history.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KnownForm {
    /// `casualties`, `demand` or `position`.
    pub(super) about: &'static str,
    /// Which fact, as in the schema of alerts.
    #[schema(value_type = Object)]
    pub(super) fact: Json,
    /// Its value, as `after` in the schema of alerts.
    #[schema(value_type = Object)]
    pub(super) value: Json,
    /// The fact for people: "killed (civilians)".
    pub(super) fact_in_words: String,
    /// The value for people: "at least 29".
    pub(super) value_in_words: String,
}

/// A story as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoryEntryForm {
    /// The story.
    #[serde(flatten)]
    pub(super) story: StoryForm,
    /// What is known, without history.
    pub(super) known: Vec<KnownForm>,
    /// What was told last; null while nothing was.
    pub(super) last_message: Option<MessageForm>,
}

impl From<&StoryEntry> for StoryEntryForm {
    fn from(entry: &StoryEntry) -> Self {
        let known = entry.known.iter().map(|(key, value)| KnownForm {
            about: key.about(),
            fact: json!(key),
            value: json!(value),
            fact_in_words: wording::fact_in_words(key),
            value_in_words: wording::known_in_words(value),
        });
        let last_message = entry
            .last_message
            .as_ref()
            .map(|message| MessageForm::from(&NumberedMessage { number: 0, message: message.clone() }));
        Self { story: StoryForm::from(&entry.story), known: known.collect(), last_message }
    }
}

/// A claim in the history of its fact.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClaimForm {
    /// What the article says, with quote and offsets, as in the schema of claims.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub(super) known: Json,
    /// What it did: `opens`, `moves`, `conflicts` or `silent`.
    pub(super) step: &'static str,
}

/// A fact with its history.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FactForm {
    /// `casualties`, `demand` or `position`.
    pub(super) about: &'static str,
    /// Which fact, as in the schema of alerts.
    #[schema(value_type = Object)]
    pub(super) fact: Json,
    /// Its value, as `after` in the schema of alerts; null for background.
    #[schema(value_type = Option<Object>)]
    pub(super) value: Json,
    /// The fact for people.
    pub(super) fact_in_words: String,
    /// The value for people.
    pub(super) value_in_words: Option<String>,
    /// When an open demand falls due, if its condition names a time.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) deadline: Option<Timestamp>,
    /// The claims in the order they held.
    pub(super) claims: Vec<ClaimForm>,
    /// Older claims that moved nothing and are only counted.
    pub(super) merged: u64,
}

impl FactForm {
    /// The fact; `spoken` knows when articles spoke, in their authors' zones.
    pub(super) fn of(fact: &Fact, spoken: &BTreeMap<ArticleId, Moment>) -> Self {
        let steps = follow(&fact.key, &fact.claims).steps;
        let claims = fact.claims.iter().zip(steps).map(|(known, step)| ClaimForm {
            known: json!(known),
            step: match step {
                Step::Opens => "opens",
                Step::Moves(_) | Step::RivalMoves(..) => "moves",
                Step::Conflicts => "conflicts",
                Step::Silent(_) => "silent",
            },
        });
        Self {
            about: fact.key.about(),
            fact: json!(fact.key),
            value: json!(fact.value),
            fact_in_words: wording::fact_in_words(&fact.key),
            value_in_words: fact.value.as_ref().map(wording::known_in_words),
            deadline: falls_due(fact, |article| spoken.get(article).copied()),
            claims: claims.collect(),
            merged: fact.merged,
        }
    }
}

/// A story with everything known.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoryWithFacts {
    /// The story.
    #[serde(flatten)]
    pub(super) story: StoryForm,
    /// Its facts with their history.
    pub(super) facts: Vec<FactForm>,
}

/// Words of a quote, changed or not.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuotePart {
    /// The words.
    pub(super) text: String,
    /// Whether the quote before did not have them.
    pub(super) changed: bool,
}

/// An alert with its words for people.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertForm {
    /// The alert, as in its schema.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub(super) alert: Json,
    /// What changed on one line: "killed: at least 25 → at least 29".
    pub(super) headline: String,
    /// The quote, its changed words told apart.
    pub(super) quote: Vec<QuotePart>,
}

impl From<&Alert> for AlertForm {
    fn from(alert: &Alert) -> Self {
        let text = alert.evidence.quote.as_str();
        let (mut quote, mut at) = (Vec::new(), 0);
        let mut part = |range: std::ops::Range<usize>, changed| {
            let text = text.get(range).unwrap_or_default();
            if !text.is_empty() {
                quote.push(QuotePart { text: text.to_owned(), changed });
            }
        };
        for range in wording::changed_words(alert) {
            part(at..range.start, false);
            part(range.clone(), true);
            at = range.end;
        }
        part(at..text.len(), false);
        Self { alert: json!(alert), headline: Headline::of(alert).line(), quote }
    }
}

/// The alerts that one report made for its story.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageForm {
    /// Rises from one message to the next; the id of its event in the live stream.
    pub(super) number: i64,
    /// The same on every retry and in every output.
    pub(super) id: String,
    /// The story.
    pub(super) story: String,
    /// The report.
    pub(super) article: String,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    pub(super) created_at: Timestamp,
    /// At least one.
    pub(super) alerts: Vec<AlertForm>,
}

impl From<&NumberedMessage> for MessageForm {
    fn from(numbered: &NumberedMessage) -> Self {
        let message = &numbered.message;
        Self {
            number: numbered.number,
            id: message.id.clone(),
            story: message.story.clone(),
            article: message.article.clone(),
            created_at: message.created_at,
            alerts: message.alerts.iter().map(AlertForm::from).collect(),
        }
    }
}

/// Where a message to one output stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryForm {
    /// Rises from one to the next.
    pub(super) number: i64,
    /// Id of the message.
    pub(super) message: String,
    /// Its story.
    pub(super) story: String,
    /// Name of the output.
    pub(super) output: String,
    /// `due`, `queued`, `delivered`, `dead` or `discarded`.
    pub(super) state: String,
    /// Attempts that ended.
    pub(super) attempts: u64,
    /// When the message was committed.
    #[schema(value_type = String, format = DateTime)]
    pub(super) queued_at: Timestamp,
    /// When it will be attempted, while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) due_at: Option<Timestamp>,
    /// When it was delivered, given up or discarded.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) ended_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub(super) reason: Option<String>,
}

impl From<DeliveryEntry> for DeliveryForm {
    fn from(entry: DeliveryEntry) -> Self {
        let DeliveryEntry {
            number,
            message,
            story,
            output,
            state,
            attempts,
            queued_at,
            due_at,
            ended_at,
            reason,
        } = entry;
        Self { number, message, story, output, state, attempts, queued_at, due_at, ended_at, reason }
    }
}
