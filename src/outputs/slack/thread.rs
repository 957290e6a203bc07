//! One message per story, its details in its thread. Comes in: a message of a story. Goes out: the story's message,
//! posted or edited, and a reply. Before each post a note is kept that it is being made, so that an answer that never
//! came, or a kill, is looked into at the next attempt: what is found in the channel counts as made, and what is there
//! twice is removed. So is a message that comes again. Never retries by itself.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::{Api, Failure, with};
use super::root::Root;
use crate::clock::SharedClock;
use crate::model::{Alert, Message};
use crate::outputs::slack_blocks::{parts, post};
use crate::outputs::{DeliveryError, Notes};

/// Slack's words for a message that is no longer there, or no longer ours to edit: a new one is posted.
const GONE: &[&str] =
    &["message_not_found", "cant_update_message", "thread_not_found", "edit_window_closed", "is_inactive"];

/// Slack's words for a channel that this bot may not read back.
const NOT_READABLE: &[&str] = &[
    "missing_scope",
    "not_in_channel",
    "channel_not_found",
    "no_permission",
    "not_allowed_token_type",
    "unknown_method",
];

/// The clocks of two machines may differ by so much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(2);

/// Repeated posts that are kept of a story. A message has two, its story's message and its reply; of more, the oldest are
/// forgotten.
const REPEATS_MAX: usize = 8;

/// Where a message stands in Slack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Posted {
    channel: String,
    ts: String,
}

/// A post of which it is not known whether it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unsure {
    /// What the post carries as its mark.
    mark: String,
    is_root: bool,
    /// Whether it stands in the channel for itself and is the message of no story.
    #[serde(default)]
    is_digest: bool,
    since: Timestamp,
}

impl Unsure {
    fn is_of(&self, message: &str) -> bool {
        self.mark.rsplit_once('/').is_some_and(|(id, _)| id == message)
    }
}

/// What is kept of a story between its messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Thread {
    posted: Option<Posted>,
    root: Root,
    unsure: Option<Unsure>,
    /// Posts that were repeated: whether an earlier one came through late is looked into while their message is told, and
    /// once more with the next. At most [`REPEATS_MAX`].
    #[serde(default)]
    repeats: Vec<Unsure>,
    /// The last message that was told whole. It comes again when the daemon ended before that was known elsewhere, or when
    /// somebody sends it again: then it is told if it is not there.
    #[serde(default)]
    told: Option<Unsure>,
}

/// Where a post is to stand.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// In the channel, as the message of its story.
    Root,
    /// In the thread of this message.
    Below(&'a Posted),
    /// In the channel, as the message of no story.
    Digest,
}

/// Writes threads into one channel.
pub(super) struct Threads {
    pub(super) api: Api,
    pub(super) channel: String,
    pub(super) notes: Notes,
    pub(super) clock: SharedClock,
    /// Whether each reply is shown in the channel as well.
    pub(super) broadcast: bool,
}

impl Threads {
    /// One attempt.
    pub(super) async fn deliver(&self, message: &Message) -> Result<(), DeliveryError> {
        let parts = parts(message);
        if parts.len() > 1 {
            return self.deliver_digest(message, &parts).await;
        }
        let mut thread: Thread = self.notes.read(&message.story).await?.unwrap_or_default();
        let (root_mark, reply_mark) = (format!("{}/root", message.id), format!("{}/reply", message.id));
        let is_told = self.look_back(&mut thread, &message.id, &reply_mark).await?;
        thread.root.take(message);
        self.edit_root(&mut thread).await?;
        if thread.posted.is_none() {
            let body = thread.root.body();
            thread.posted = Some(self.post(&mut thread, message, &root_mark, Place::Root, body).await?);
        }
        if let (false, Some(root)) = (is_told, thread.posted.clone()) {
            let body = post(message);
            self.post(&mut thread, message, &reply_mark, Place::Below(&root), body).await?;
        }
        for repeated in thread.repeats.clone() {
            self.made(&mut thread, &repeated).await?;
        }
        self.notes.write(&message.story, &thread).await
    }

    /// A digest of several stories stands in the channel for itself; their messages are edited to show how they stand.
    async fn deliver_digest(&self, message: &Message, parts: &[&[Alert]]) -> Result<(), DeliveryError> {
        for part in parts {
            let Some(story) = part.first().map(|alert| alert.story.clone()) else { continue };
            let mut thread: Thread = self.notes.read(&story).await?.unwrap_or_default();
            let part = Message { story, alerts: part.to_vec(), ..message.clone() };
            thread.root.take(&part);
            self.edit_root(&mut thread).await?;
            self.notes.write(&part.story, &thread).await?;
        }
        let mark = format!("{}/digest", message.id);
        let mut thread: Thread = self.notes.read(&message.story).await?.unwrap_or_default();
        if !self.look_back(&mut thread, &message.id, &mark).await? {
            self.post(&mut thread, message, &mark, Place::Digest, post(message)).await?;
        }
        for repeated in thread.repeats.clone() {
            self.made(&mut thread, &repeated).await?;
        }
        self.notes.write(&message.story, &thread).await
    }

    /// Looks into a post that had no answer, and whether some came twice. True when the post of this mark was made.
    async fn look_back(&self, thread: &mut Thread, id: &str, mark: &str) -> Result<bool, DeliveryError> {
        let mut is_told = false;
        for repeated in std::mem::take(&mut thread.repeats) {
            let is_made = self.made(thread, &repeated).await?;
            if is_made && repeated.mark == mark {
                (thread.unsure, thread.told) = (None, Some(repeated.clone()));
                is_told = true;
            }
            if repeated.is_of(id) {
                // Of the very message that is to be told: its copies may be more than were found until now.
                thread.repeats.push(repeated);
            }
        }
        if is_told {
            return Ok(true);
        }
        if let Some(told) = thread.told.clone().filter(|told| told.mark == mark)
            && self.made(thread, &told).await?
        {
            return Ok(true);
        }
        let Some(unsure) = thread.unsure.take() else { return Ok(false) };
        if self.made(thread, &unsure).await? {
            let is_told = unsure.mark == mark;
            if is_told {
                thread.told = Some(unsure);
            }
            return Ok(is_told);
        }
        thread.repeats.retain(|repeated| repeated.mark != unsure.mark);
        thread.repeats.push(unsure);
        let surplus = thread.repeats.len().saturating_sub(REPEATS_MAX);
        thread.repeats.drain(..surplus);
        Ok(false)
    }

    /// Shows the state of the story in its message; forgets the message when it is gone.
    async fn edit_root(&self, thread: &mut Thread) -> Result<(), DeliveryError> {
        let Some(posted) = &thread.posted else { return Ok(()) };
        let place = [("channel", json!(posted.channel)), ("ts", json!(posted.ts))];
        let body = with(thread.root.body(), place);
        match self.api.call("chat.update", &body).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.is(GONE) => {
                tracing::info!("the message of a story is gone from Slack: it is posted anew");
                thread.posted = None;
                Ok(())
            }
            Err(failure) => Err(failure.error()),
        }
    }

    /// Posts under a mark; the note that says so is kept first.
    async fn post(
        &self,
        thread: &mut Thread,
        message: &Message,
        mark: &str,
        place: Place<'_>,
        mut body: Value,
    ) -> Result<Posted, DeliveryError> {
        let since = self.clock.now();
        let root = match place {
            Place::Below(root) => Some(root),
            Place::Root | Place::Digest => None,
        };
        let (is_root, is_digest) = (root.is_none(), matches!(place, Place::Digest));
        thread.unsure = Some(Unsure { mark: mark.to_owned(), is_root, is_digest, since });
        self.notes.write(&message.story, thread).await?;
        let channel = root.map_or(&self.channel, |root| &root.channel);
        let mark = json!({ "event_type": "newsdelta", "event_payload": { "mark": mark } });
        body = with(body, [("channel", json!(channel)), ("metadata", mark)]);
        if let Some(root) = root {
            body = with(body, [("thread_ts", json!(root.ts)), ("reply_broadcast", json!(self.broadcast))]);
        }
        match self.api.call("chat.postMessage", &body).await {
            Ok(answer) => {
                let made = thread.unsure.take();
                if !matches!(place, Place::Root) {
                    thread.told = made;
                }
                let text = |name: &str| answer.get(name)?.as_str().map(str::to_owned);
                let channel = text("channel").unwrap_or_else(|| self.channel.clone());
                Ok(Posted { channel, ts: text("ts").unwrap_or_default() })
            }
            Err(failure) => {
                if matches!(failure, Failure::Refused { .. }) {
                    thread.unsure = None;
                    if failure.is(GONE) {
                        thread.posted = None;
                    }
                    self.notes.write(&message.story, thread).await?;
                }
                Err(failure.error())
            }
        }
    }

    /// Whether a post was made, as the channel shows it. One that is there several times is left there once. When the
    /// bot may not read the channel it counts as not made.
    async fn made(&self, thread: &mut Thread, unsure: &Unsure) -> Result<bool, DeliveryError> {
        let found = match self.find(thread, unsure).await {
            Ok(found) => found,
            Err(failure) if failure.is(NOT_READABLE) => {
                tracing::warn!(
                    "a post to Slack had no answer, and the bot may not read the channel to see whether it is there: \
                     give it the scope channels:history (groups:history) and the channel by its id"
                );
                return Ok(false);
            }
            Err(failure) => return Err(failure.error()),
        };
        let is_message = unsure.is_root && !unsure.is_digest;
        let own = thread.posted.as_ref().filter(|_| is_message).map(|posted| posted.ts.clone());
        // The message of the story that is edited is the one that stays, whether or not it still carries the mark. Of
        // others, since Slack lists the channel latest first, the one that people saw first.
        let Some(kept) = own.or_else(|| found.iter().map(|one| one.ts.clone()).min()) else {
            return Ok(false);
        };
        for twice in found.iter().filter(|one| one.ts != kept) {
            let arguments = json!({ "channel": twice.channel, "ts": twice.ts });
            match self.api.call("chat.delete", &arguments).await {
                Ok(_) => tracing::info!("removed a message that had reached Slack twice"),
                // The next attempt finds it again, and posts nothing that is there.
                Err(failure) if failure.may_pass() => return Err(failure.error()),
                Err(failure) => tracing::warn!(error = %failure.error(), "a message stands in Slack twice"),
            }
        }
        if is_message && thread.posted.is_none() {
            let channel = found.first().map_or_else(|| self.channel.clone(), |one| one.channel.clone());
            thread.posted = Some(Posted { channel, ts: kept });
        }
        Ok(true)
    }

    /// The posts that carry this mark.
    async fn find(&self, thread: &Thread, unsure: &Unsure) -> Result<Vec<Posted>, Failure> {
        let since = unsure.since.checked_sub(CLOCKS_DIFFER).unwrap_or(Timestamp::UNIX_EPOCH);
        let oldest = format!("{}.000000", since.as_second());
        let channel = thread.posted.as_ref().map_or(&self.channel, |posted| &posted.channel);
        let mut arguments = vec![
            ("channel", channel.as_str()),
            ("oldest", &oldest),
            ("include_all_metadata", "true"),
            ("limit", "100"),
        ];
        let answer = match &thread.posted {
            Some(posted) if !unsure.is_root => {
                arguments.push(("ts", &posted.ts));
                match self.api.ask("conversations.replies", &arguments).await {
                    // The whole thread is gone, and the post with it.
                    Err(failure) if failure.is(GONE) => return Ok(Vec::new()),
                    answer => answer?,
                }
            }
            _ => self.api.ask("conversations.history", &arguments).await?,
        };
        let messages = answer.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        let mark =
            |message: &Value| Some(message.pointer("/metadata/event_payload/mark")?.as_str()? == unsure.mark);
        let marked = messages.iter().filter(|message| mark(message).unwrap_or(false));
        let ts = marked.filter_map(|message| message.get("ts")?.as_str());
        Ok(ts.map(|ts| Posted { channel: channel.clone(), ts: ts.to_owned() }).collect())
    }
}
