//! What is remembered. Comes in: outcomes to commit, attempts to record, questions. Goes out: what was committed.
//! The only code that speaks SQL. Everything an article changes is committed in one transaction: its text, claims,
//! facts, story, the messages to send, and the input's checkpoint. Never decides what is news and never reads a clock.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::assign::Room;
use crate::config::StoreConfig;
use crate::inputs::Checkpoint;
use crate::ledger::Outcome;
use crate::model::{
    Article, ArticleId, AuditEntry, Fact, FactKey, KnownClaim, Message, Mute, Story, StoryId,
};

pub mod agreement;
pub mod copy;
pub mod overview;
pub mod parcel;
pub mod postgres;
pub mod regroup;
pub mod retention;
pub mod sqlite;
mod form;
mod search;
#[cfg(test)]
pub(crate) mod contract;

use copy::House;
use overview::{DeliveryEntry, DeliveryQuery, MessageQuery, NumberedMessage, StoryEntry, StoryQuery};
pub use parcel::{Lot, Pace, Parcel, Told};
pub use postgres::PostgresStore;
pub use regroup::{Moved, Regroup};
use retention::{Bounds, Tidied};
pub use sqlite::SqliteStore;

/// How many bytes of an item that could not be read are kept: nearly every article fits whole, and a flood of bad
/// items cannot fill the disk. A longer one is cut there, and can be retried only by offering it to its input again.
pub const FAILED_BYTES_MAX: usize = 64 * 1024;

/// How many bytes of an item that its publisher holds back are kept: it must be whole when its time has come.
pub const HELD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How many items that could not be read are kept: beyond, the oldest go, with a warning in the log.
pub const FAILED_ITEMS_MAX: i64 = 10_000;

/// For what a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// As the daemon: making the store and bringing its schema up to date when needed. One in a file then belongs to this
    /// daemon alone; one in a database may be shared.
    Daemon,
    /// Beside a daemon that may be running, to look and to make small changes.
    Beside,
    /// Beside a daemon that may be running, only to look.
    ReadOnly,
}

/// Opens the store that the config names.
///
/// # Errors
/// As the backends say: [`StoreError::Broken`] with the cure, or [`StoreError::Unavailable`] when a database cannot be
/// reached now.
pub async fn open(config: &StoreConfig, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    let Some(url) = &config.url else {
        let store = SqliteStore::open(&config.path, access, sqlite::Options::default())?;
        return Ok(Arc::new(store));
    };
    Ok(Arc::new(PostgresStore::open(&shared(config, url.clone()), access).await?))
}

/// The store that the config names, as one to copy from or into.
pub fn house(config: &StoreConfig) -> House {
    match &config.url {
        Some(url) => House::Postgres(shared(config, url.clone())),
        None => House::Sqlite(config.path.clone()),
    }
}

/// The database at this address, used as the config says.
pub fn shared(config: &StoreConfig, url: SecretString) -> postgres::Options {
    postgres::Options {
        url,
        tls_ca_file: config.tls_ca_file.clone(),
        connections_max: config.connections_max,
        statement_timeout: config.statement_timeout,
        turn_timeout: config.turn_timeout,
    }
}

/// Why the store could not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another instance moved these stories meanwhile: read them again and diff again. Nothing was written.
    #[error("stories moved meanwhile: {0:?}")]
    StoryMoved(Vec<StoryId>),
    /// These articles are committed already: leave them out and diff the rest again. Nothing was written.
    #[error("articles committed already: {0:?}")]
    ArticlesKnown(Vec<ArticleId>),
    /// It may work later: busy, disk full, connection lost. Nothing was written, except when the connection was lost
    /// at the very end; the next try then answers [`StoreError::ArticlesKnown`].
    #[error("the store cannot answer now: {0}")]
    Unavailable(String),
    /// The request itself cannot be met: an unknown id, a dead letter that cannot be retried.
    #[error("{0}")]
    Refused(String),
    /// It will not work without an operator: damaged file, newer schema, a second daemon.
    #[error("{0}")]
    Broken(String),
}

/// An item that could not be read, kept with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedItem {
    /// Name of the input.
    pub input: String,
    /// File name or record position.
    pub label: String,
    /// File ending or content type, as far as it was known: a retry reads the bytes by it.
    pub form: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub failed_at: Timestamp,
    /// The bytes; the store keeps the first [`FAILED_BYTES_MAX`] of them, or [`HELD_BYTES_MAX`] of one that is held back.
    pub bytes: Vec<u8>,
    /// When it is to be read again by itself, if its publisher only holds it back.
    pub retry_at: Option<Timestamp>,
}

/// A failed item that somebody asked to have read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetriedItem {
    /// To be named in [`Commit::retried`] once it is done.
    pub id: i64,
    /// The item, whole.
    pub item: FailedItem,
}

/// One transaction's worth.
#[derive(Debug, Default)]
pub struct Commit {
    /// What articles changed, in order. Each raises the revision of its story by one; the first of a story is 1.
    pub outcomes: Vec<Outcome>,
    /// What could not be read.
    pub failed: Vec<FailedItem>,
    /// Failed items that have been read again: they are forgotten (one that failed again is in `failed` anew).
    pub retried: Vec<i64>,
    /// How far the inputs have been consumed. One that lies behind what is stored changes nothing.
    pub checkpoints: Vec<Checkpoint>,
    /// What goes to which output, in order. Each is told to its output once, however often it is committed.
    pub parcels: Vec<Parcel>,
    /// Subjects of held parcels of earlier commits that are not to be told any more.
    pub dropped: Vec<String>,
    /// What people did by it.
    pub audit: Vec<AuditEntry>,
    /// When the commit is made.
    pub at: Timestamp,
    /// The turn in which it was planned; 0 outside of any, where only the revisions of the stories protect it.
    pub turn: u64,
}

/// The right to plan and commit, which one instance has at a time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Turn {
    /// To be named in [`Commit::turn`].
    pub number: u64,
    /// The stories that others changed or opened since the last turn, as they are now.
    pub moved: Vec<Story>,
}

impl Commit {
    /// Takes parcels of some subjects back, those of earlier commits and those of this one, and holds others.
    pub fn stop_and_hold(&mut self, dropped: Vec<String>, held: Vec<Parcel>) {
        self.parcels
            .retain(|parcel| parcel.subject.as_ref().is_none_or(|subject| !dropped.contains(subject)));
        self.dropped.extend(dropped);
        self.parcels.extend(held);
    }
}

/// A message on its way to one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Names the delivery in the store.
    pub id: i64,
    /// Counts the leases of this delivery: what a holder of an older lease records later is not taken.
    pub lease: i64,
    /// Name of the output.
    pub output: String,
    /// What is delivered.
    pub message: Message,
    /// Attempts recorded so far.
    pub attempts: u32,
    /// When the message was committed.
    pub queued_at: Timestamp,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The output took it.
    Delivered,
    /// Try again at this time.
    RetryAt(Timestamp, String),
    /// Given up: kept as a dead letter. The next message of the story goes ahead.
    Dead(String),
    /// The receiver wants no more messages: the output is disabled, and this one waits with all others.
    Disabled(String),
}

/// An output that takes nothing until somebody enables it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisabledOutput {
    /// Its name.
    pub output: String,
    /// What the receiver answered.
    pub reason: String,
    /// When.
    pub since: Timestamp,
}

/// Which messages are sent to an output again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resend {
    /// Name of the output; it may be a new one that never got any.
    pub output: String,
    /// Which of its messages.
    pub messages: ResendMessages,
    /// Only those that are dead letters.
    pub only_dead: bool,
}

/// Messages by id or by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResendMessages {
    /// These.
    Ids(Vec<String>),
    /// Those whose article was learned in this time: the first moment counts, the last does not. What was put together for
    /// one output goes to that one alone, and what the output was told in another form goes in that form.
    Learned(Timestamp, Timestamp),
}

/// A past moment to ask about, in both times. An empty one asks about the present.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AsOf {
    /// Only claims that held at this time or before.
    pub held_at: Option<Timestamp>,
    /// Only claims that newsdelta had learned by this time.
    pub learned_at: Option<Timestamp>,
}

/// A committed article with what was read in it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownArticle {
    /// The article.
    pub article: Article,
    /// Its story.
    pub story: StoryId,
    /// The article it repeats, or its own id.
    pub origin: ArticleId,
    /// When newsdelta learned it.
    pub learned_at: Timestamp,
    /// Its claims in the order read, each with the key of the fact it speaks to.
    pub claims: Vec<(FactKey, KnownClaim)>,
}

/// Something that went no further and waits for somebody to look at it.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// Names it on the command line: `item-12`, `delivery-7`.
    pub id: String,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: String,
    /// What it is.
    pub letter: Letter,
}

/// What a dead letter is.
#[derive(Debug, Clone, PartialEq)]
pub enum Letter {
    /// An item that could not be read.
    Item {
        /// The item; without its bytes when it comes from a list.
        item: FailedItem,
        /// How many bytes it had; more than `item.bytes` when it was cut.
        size: u64,
        /// Whether somebody asked already to have it read again.
        retrying: bool,
    },
    /// A message that an output did not take.
    Delivery(Box<Delivery>),
}

/// What waits for one output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMetrics {
    /// Name of the output, also of one that the config no longer has.
    pub output: String,
    /// Messages that are neither delivered nor given up.
    pub waiting: u64,
    /// Since when the first of them waits.
    pub oldest: Option<Timestamp>,
}

/// What the store says of itself, for figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreMetrics {
    /// By output, in order of name; one that nothing waits for may be missing.
    pub outboxes: Vec<OutboxMetrics>,
    /// Items that could not be read.
    pub dead_items: u64,
    /// Deliveries that were given up.
    pub dead_deliveries: u64,
    /// Names of the outputs that are disabled, in order.
    pub disabled: Vec<String>,
    /// What it takes on the disk.
    pub bytes: u64,
}

/// What newsdelta remembers. Every backend passes the same contract tests.
///
/// A call that is dropped before it answers may still have been carried out.
#[async_trait]
pub trait Store: Send + Sync {
    /// What time it is for all who share this store; nothing when it is one daemon's own.
    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
    /// Waits until no other instance plans or commits, and keeps it so until the commit that names this turn, or until
    /// the next turn is taken. A store that only one daemon may open answers at once.
    async fn take_turn(&self) -> Result<Turn, StoreError> {
        Ok(Turn::default())
    }
    /// Which of these articles are committed already, in the order asked.
    async fn known_articles(&self, ids: &[ArticleId]) -> Result<Vec<ArticleId>, StoreError>;
    /// How far an input has been consumed, by part.
    async fn checkpoints(&self, input: &str) -> Result<Vec<Checkpoint>, StoreError>;
    /// The stories whose latest report spoke at `since` or later, by id: for the assignment index. When there are more than
    /// have room, those that spoke last.
    async fn open_stories(&self, since: Timestamp, room: Room) -> Result<Vec<Story>, StoreError>;
    /// The articles committed last, at most `limit`, oldest first, without claims: for finding reprints after a start.
    async fn recent_articles(&self, limit: usize) -> Result<Vec<KnownArticle>, StoreError>;
    /// All facts of a story as the latest commits left them, by key: claims that the limit of the history dropped
    /// there do not come back. Claims in order of `held_at`, then of commit.
    async fn facts(&self, story: &StoryId) -> Result<Vec<Fact>, StoreError>;
    /// Writes everything or nothing.
    async fn commit(&self, commit: &Commit) -> Result<(), StoreError>;
    /// Gives reports with their claims and messages to another story: everything or nothing. A story that all reports
    /// left is in no list any more.
    async fn regroup(&self, regroup: &Regroup) -> Result<(), StoreError>;
    /// Rises with each regrouping: a daemon that knows a smaller one must read the open stories again.
    async fn regroupings(&self) -> Result<i64, StoreError>;
    /// Failed items that somebody asked to have read again, and those held back whose time has come at `now`; at most
    /// `limit`, oldest first.
    async fn items_to_retry(&self, limit: usize, now: Timestamp) -> Result<Vec<RetriedItem>, StoreError>;

    /// Up to `limit` due deliveries of one output, longest due first, at most one message per story, leased until
    /// `until`. The next message of a story is not due before the one ahead of it was delivered or given up; one that
    /// tells of several stories waits in each of them, and is waited for in each.
    async fn lease(
        &self,
        output: &str,
        limit: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError>;
    /// Records how an attempt ended and ends the lease. A lease that another has taken over meanwhile changes nothing,
    /// except that a message delivered under it counts as delivered.
    async fn record(&self, delivery: &Delivery, attempt: &Attempt, now: Timestamp) -> Result<(), StoreError>;
    /// Gives leases back unused: these deliveries are due at once.
    async fn give_back(&self, deliveries: &[Delivery], now: Timestamp) -> Result<(), StoreError>;
    /// When the next delivery of this output falls due (a leased one: when its lease ends), if any is waiting.
    async fn next_due(&self, output: &str) -> Result<Option<Timestamp>, StoreError>;

    /// Stories, latest report first.
    async fn stories(&self, limit: usize) -> Result<Vec<Story>, StoreError>;
    /// One story by id or by the start of its id; refused when several ids start so. One that went into another answers
    /// with that.
    async fn story(&self, id: &str) -> Result<Option<Story>, StoreError>;
    /// Facts of a story from the claims that satisfy `at` alone, however many; an empty one asks as `facts` does. Unless `at` is empty, `value`, `told` and
    /// `conflicts_told` are left empty: what follows from the claims is `diff`'s to say.
    async fn facts_as_of(&self, story: &StoryId, at: AsOf) -> Result<Vec<Fact>, StoreError>;
    /// The articles of a story in order of commit, at most `limit`, the latest ones, without claims.
    async fn articles_of(&self, story: &StoryId, limit: usize) -> Result<Vec<KnownArticle>, StoreError>;
    /// One article by id or by the start of its id; refused when several ids start so.
    async fn article(&self, id: &str) -> Result<Option<KnownArticle>, StoreError>;
    /// The articles that are versions of a document, or bear its name as their id, with their stories, in order of
    /// commit; withdrawals among them.
    async fn versions_of(&self, document: &str) -> Result<Vec<(ArticleId, StoryId)>, StoreError>;
    /// The messages that an article made, in order.
    async fn messages_of(&self, article: &ArticleId) -> Result<Vec<Message>, StoreError>;

    /// Which outputs were told these alerts of a story, or have them in the outbox, and for which they are held.
    async fn told(&self, story: &StoryId, alerts: &[String]) -> Result<Vec<Told>, StoreError>;

    /// Lots whose time has come, the longest due first; at most `limit` held parcels are looked at for them.
    async fn lots_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Lot>, StoreError>;
    /// When the next lot falls due, if anything is held.
    async fn next_release(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Ends the holding of a lot and puts what was made of it into the outbox, all or nothing. Refused when the lot
    /// was released or changed meanwhile.
    async fn release(&self, lot: &Lot, messages: &[Message], at: Timestamp) -> Result<(), StoreError>;

    /// Mutes something, or changes until when it is muted; with its entry in the audit, or not at all.
    async fn mute(&self, mute: &Mute, audit: &AuditEntry) -> Result<(), StoreError>;
    /// Ends the mute whose id is, or starts with, `id`, with its entry in the audit; refused when there is none, or several.
    async fn unmute(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError>;
    /// What is muted at this time, the first to end first.
    async fn mutes(&self, now: Timestamp) -> Result<Vec<Mute>, StoreError>;

    /// The outputs that are disabled, by name. No delivery of theirs is due.
    async fn disabled_outputs(&self) -> Result<Vec<DisabledOutput>, StoreError>;
    /// Lets an output take messages again, those that wait first and with the patience of new ones, and keeps who did it.
    /// Refused when it is not disabled.
    async fn enable_output(&self, output: &str, audit: &AuditEntry) -> Result<(), StoreError>;
    /// Sends messages to an output again that it has taken, that were given up, or that never went there; says how
    /// many. One that is waiting is not sent twice. Refused when an id is unknown.
    async fn resend(&self, resend: &Resend, now: Timestamp) -> Result<u64, StoreError>;

    /// What an output noted about a story last.
    async fn note(&self, output: &str, story: &StoryId) -> Result<Option<String>, StoreError>;
    /// Keeps an output's note about a story in place of the one before.
    async fn keep_note(&self, output: &str, story: &StoryId, note: &str) -> Result<(), StoreError>;

    /// What people did before the entry of this number, the latest first, each with its number.
    async fn find_audit(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, AuditEntry)>, StoreError>;

    /// Lets go of a little that is kept longer than wanted, at most `limit` rows of each kind, and gives room back to the
    /// disk; says how much. To be called until it was nothing. A text that was let go is empty.
    async fn tidy(&self, bounds: &Bounds, limit: usize) -> Result<Tidied, StoreError>;

    /// What waits, what went no further, and how much room all takes. The cost grows with what waits, not with what was.
    async fn metrics(&self) -> Result<StoreMetrics, StoreError>;

    /// What could not be read or delivered, latest first, at most `limit` of each kind.
    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError>;
    /// One dead letter, whole.
    async fn dead_letter(&self, id: &str) -> Result<Option<DeadLetter>, StoreError>;
    /// Sends a dead delivery again, or has a failed item read again, at the time of its entry in the audit. Refused when
    /// there is no such dead letter, or when it is an item that was cut.
    async fn retry_dead_letter(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError>;
    /// Discards every dead letter from before this time, but for items that are being tried again or held back; says how
    /// many.
    async fn forget_dead_letters(&self, before: Timestamp) -> Result<u64, StoreError>;
    /// Forgets a failed item, or takes a dead delivery off the list, at the time of its entry in the audit. Refused when
    /// there is no such dead letter.
    async fn discard_dead_letter(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError>;

    /// Stories that fit, latest report first.
    async fn find_stories(&self, query: &StoryQuery) -> Result<Vec<StoryEntry>, StoreError>;
    /// Messages in the order of commits, or against it.
    async fn find_messages(&self, query: &MessageQuery) -> Result<Vec<NumberedMessage>, StoreError>;
    /// Deliveries, the latest first.
    async fn find_deliveries(&self, query: &DeliveryQuery) -> Result<Vec<DeliveryEntry>, StoreError>;
}
