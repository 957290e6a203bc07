//! The embedded store: one SQLite file, nothing to install. Comes in: a path. Goes out: the [`Store`] over it, with
//! one writer thread and a few readers. Never opened by two daemons at once; the command line may look in meanwhile.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;

use self::commit::Prepared;
use self::readers::Readers;
use self::writer::Writer;
use super::overview::{DeliveryEntry, DeliveryQuery, MessageQuery, NumberedMessage, StoryEntry, StoryQuery};
use super::retention::{Bounds, Tidied};
use super::{
    AsOf, Attempt, Commit, DeadLetter, Delivery, DisabledOutput, KnownArticle, Regroup, Resend, RetriedItem,
    Store, StoreError, StoreMetrics, parcel::Lot, parcel::Told,
};
use crate::assign::Room;
use crate::inputs::Checkpoint;
use crate::model::{ArticleId, AuditEntry, Fact, Message, Mute, Story, StoryId};

mod audit;
mod backup;
mod columns;
mod commit;
mod dead_letters;
mod failure;
mod lots;
mod metrics;
mod mutes;
mod open;
mod order;
mod outbox;
mod outputs;
mod overview;
mod questions;
mod readers;
mod regroup;
mod search;
mod retention;
mod rows;
mod told;
mod writer;
#[cfg(test)]
mod tests;

pub use self::backup::copy;
pub use self::open::Options;
pub(super) use self::rows::Rows;
pub use super::Access;

/// A store in one file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    readers: Readers,
    writer: Option<Writer>,
}

impl SqliteStore {
    /// Opens the file; as the daemon, creates it when it is missing and frees what an earlier daemon had leased.
    ///
    /// # Errors
    /// [`StoreError::Broken`] with the cure: another daemon works on the file, a newer program wrote it, it is
    /// damaged, it is no store, or it cannot be reached.
    pub fn open(path: &Path, access: Access, options: Options) -> Result<Self, StoreError> {
        let opened = open::open(path, access, options)?;
        let writer = match opened.writer {
            Some(connection) => {
                if access == Access::Daemon {
                    let freed = outbox::end_all_leases(&connection).map_err(|failure| failure.at(path))?;
                    order::restore(&connection).map_err(|failure| failure.at(path))?;
                    tracing::debug!(path = %path.display(), freed, "store opened");
                }
                let started = Writer::start(connection, opened.lock, path.to_owned());
                Some(
                    started.map_err(|error| {
                        StoreError::Unavailable(format!("no thread for the store: {error}"))
                    })?,
                )
            }
            None => None,
        };
        Ok(Self { path: path.to_owned(), readers: Readers::new(opened.readers, path.to_owned()), writer })
    }

    /// The articles committed after the one of this number (0: from the first), oldest first, each with its own, without
    /// claims: for reading through a store page by page.
    ///
    /// # Errors
    /// As every question.
    pub async fn articles_after(
        &self,
        number: i64,
        limit: usize,
    ) -> Result<Vec<(i64, KnownArticle)>, StoreError> {
        self.readers.read(move |connection| questions::articles_after(connection, number, limit)).await
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_ref().ok_or_else(|| {
            StoreError::Refused(format!(
                "`{}` was opened only to look: open it for writing",
                self.path.display()
            ))
        })
    }

    /// What somebody did and its entry in the audit: both or neither.
    async fn edit<F>(&self, audit: &AuditEntry, work: F) -> Result<(), StoreError>
    where
        F: FnOnce(&rusqlite::Connection) -> Result<(), failure::Failure> + Send + 'static,
    {
        let audit = audit.clone();
        let both = move |connection: &rusqlite::Connection| {
            work(connection)?;
            audit::write(connection, &audit)
        };
        self.writer()?.write(both).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn known_articles(&self, ids: &[ArticleId]) -> Result<Vec<ArticleId>, StoreError> {
        let ids = ids.to_vec();
        self.readers.read(move |connection| questions::known_articles(connection, ids)).await
    }

    async fn checkpoints(&self, input: &str) -> Result<Vec<Checkpoint>, StoreError> {
        let input = input.to_owned();
        self.readers.read(move |connection| questions::checkpoints(connection, &input)).await
    }

    async fn open_stories(&self, since: Timestamp, room: Room) -> Result<Vec<Story>, StoreError> {
        self.readers.read(move |connection| questions::open_stories(connection, since, room)).await
    }

    async fn recent_articles(&self, limit: usize) -> Result<Vec<KnownArticle>, StoreError> {
        self.readers.read(move |connection| questions::recent_articles(connection, limit)).await
    }

    async fn facts(&self, story: &StoryId) -> Result<Vec<Fact>, StoreError> {
        self.facts_as_of(story, AsOf::default()).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let prepared = Prepared::new(commit).map_err(|failure| failure.at(&self.path))?;
        self.writer()?.write_much(move |connection| prepared.write(connection)).await
    }

    async fn regroup(&self, regroup: &Regroup) -> Result<(), StoreError> {
        let regroup = regroup.clone();
        self.writer()?.write_much(move |connection| regroup::write(connection, &regroup)).await
    }

    async fn regroupings(&self) -> Result<i64, StoreError> {
        self.readers.read(regroup::count).await
    }

    async fn items_to_retry(&self, limit: usize, now: Timestamp) -> Result<Vec<RetriedItem>, StoreError> {
        self.readers.read(move |connection| questions::items_to_retry(connection, limit, now)).await
    }

    async fn lease(
        &self,
        output: &str,
        limit: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError> {
        let output = output.to_owned();
        self.writer()?.write(move |connection| outbox::lease(connection, &output, limit, now, until)).await
    }

    async fn record(&self, delivery: &Delivery, attempt: &Attempt, now: Timestamp) -> Result<(), StoreError> {
        let (id, lease, attempt) = (delivery.id, delivery.lease, attempt.clone());
        self.writer()?.write(move |connection| outbox::end(connection, id, lease, &attempt, now)).await
    }

    async fn give_back(&self, deliveries: &[Delivery], now: Timestamp) -> Result<(), StoreError> {
        let leases: Vec<(i64, i64)> =
            deliveries.iter().map(|delivery| (delivery.id, delivery.lease)).collect();
        let give_back = move |connection: &rusqlite::Connection| {
            leases.iter().try_for_each(|&(id, lease)| outbox::give_back(connection, id, lease, now))
        };
        self.writer()?.write(give_back).await
    }

    async fn next_due(&self, output: &str) -> Result<Option<Timestamp>, StoreError> {
        let output = output.to_owned();
        self.readers.read(move |connection| outbox::next_due(connection, &output)).await
    }

    async fn stories(&self, limit: usize) -> Result<Vec<Story>, StoreError> {
        self.readers.read(move |connection| questions::stories(connection, limit)).await
    }

    async fn story(&self, id: &str) -> Result<Option<Story>, StoreError> {
        let id = id.to_owned();
        self.readers.read(move |connection| questions::story(connection, &id)).await
    }

    async fn facts_as_of(&self, story: &StoryId, at: AsOf) -> Result<Vec<Fact>, StoreError> {
        let story = story.clone();
        self.readers.read(move |connection| questions::facts(connection, &story, at)).await
    }

    async fn articles_of(&self, story: &StoryId, limit: usize) -> Result<Vec<KnownArticle>, StoreError> {
        let story = story.clone();
        self.readers.read(move |connection| questions::articles_of(connection, &story, limit)).await
    }

    async fn article(&self, id: &str) -> Result<Option<KnownArticle>, StoreError> {
        let id = id.to_owned();
        self.readers.read(move |connection| questions::article(connection, &id)).await
    }

    async fn versions_of(&self, document: &str) -> Result<Vec<(ArticleId, StoryId)>, StoreError> {
        let document = document.to_owned();
        self.readers.read(move |connection| questions::versions_of(connection, &document)).await
    }

    async fn messages_of(&self, article: &ArticleId) -> Result<Vec<Message>, StoreError> {
        let article = article.clone();
        self.readers.read(move |connection| questions::messages_of(connection, &article)).await
    }

    async fn told(&self, story: &StoryId, alerts: &[String]) -> Result<Vec<Told>, StoreError> {
        let (story, alerts) = (story.clone(), alerts.to_vec());
        self.readers.read(move |connection| told::of(connection, &story, &alerts)).await
    }

    async fn lots_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Lot>, StoreError> {
        self.readers.read(move |connection| lots::due(connection, now, limit)).await
    }

    async fn next_release(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.read(lots::next_release).await
    }

    async fn release(&self, lot: &Lot, messages: &[Message], at: Timestamp) -> Result<(), StoreError> {
        let with_json = |message: &Message| Ok((message.clone(), columns::json(message)?));
        let messages = messages.iter().map(with_json).collect::<Result<Vec<_>, failure::Failure>>();
        let messages = messages.map_err(|failure| failure.at(&self.path))?;
        let lot = lot.clone();
        self.writer()?.write(move |connection| lots::release(connection, &lot, &messages, at)).await
    }

    async fn mute(&self, mute: &Mute, audit: &AuditEntry) -> Result<(), StoreError> {
        let mute = mute.clone();
        self.edit(audit, move |connection| mutes::write(connection, &mute)).await
    }

    async fn unmute(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.edit(audit, move |connection| mutes::end(connection, &id)).await
    }

    async fn mutes(&self, now: Timestamp) -> Result<Vec<Mute>, StoreError> {
        self.readers.read(move |connection| mutes::until(connection, now)).await
    }

    async fn disabled_outputs(&self) -> Result<Vec<DisabledOutput>, StoreError> {
        self.readers.read(outputs::disabled).await
    }

    async fn enable_output(&self, output: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        let (output, entry) = (output.to_owned(), audit.clone());
        self.writer()?.write(move |connection| outputs::enable(connection, &output, &entry)).await
    }

    async fn resend(&self, resend: &Resend, now: Timestamp) -> Result<u64, StoreError> {
        let resend = resend.clone();
        self.writer()?.write(move |connection| outputs::resend(connection, &resend, now)).await
    }

    async fn note(&self, output: &str, story: &StoryId) -> Result<Option<String>, StoreError> {
        let (output, story) = (output.to_owned(), story.clone());
        self.readers.read(move |connection| outputs::note(connection, &output, &story)).await
    }

    async fn keep_note(&self, output: &str, story: &StoryId, note: &str) -> Result<(), StoreError> {
        let (output, story, note) = (output.to_owned(), story.clone(), note.to_owned());
        self.writer()?.write(move |connection| outputs::keep_note(connection, &output, &story, &note)).await
    }

    async fn find_audit(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, AuditEntry)>, StoreError> {
        self.readers.read(move |connection| audit::before(connection, before, limit)).await
    }

    async fn tidy(&self, bounds: &Bounds, limit: usize) -> Result<Tidied, StoreError> {
        let bounds = *bounds;
        let writer = self.writer()?;
        let found = self.readers.read(move |connection| retention::find(connection, &bounds, limit)).await?;
        if found.is_nothing() {
            return Ok(Tidied::default());
        }
        writer.write(move |connection| retention::let_go(connection, &found, limit)).await
    }

    async fn metrics(&self) -> Result<StoreMetrics, StoreError> {
        self.readers.read(metrics::all).await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.readers.read(move |connection| dead_letters::list(connection, limit)).await
    }

    async fn dead_letter(&self, id: &str) -> Result<Option<DeadLetter>, StoreError> {
        let id = id.to_owned();
        self.readers.read(move |connection| dead_letters::show(connection, &id)).await
    }

    async fn retry_dead_letter(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        let (id, now) = (id.to_owned(), audit.at);
        self.edit(audit, move |connection| dead_letters::retry(connection, &id, now)).await
    }

    async fn forget_dead_letters(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.writer()?.write(move |connection| dead_letters::forget(connection, before)).await
    }

    async fn discard_dead_letter(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        let (id, now) = (id.to_owned(), audit.at);
        self.edit(audit, move |connection| dead_letters::discard(connection, &id, now)).await
    }

    async fn find_stories(&self, query: &StoryQuery) -> Result<Vec<StoryEntry>, StoreError> {
        let query = query.clone();
        self.readers.read(move |connection| overview::stories(connection, &query)).await
    }

    async fn find_messages(&self, query: &MessageQuery) -> Result<Vec<NumberedMessage>, StoreError> {
        let query = query.clone();
        self.readers.read(move |connection| overview::messages(connection, &query)).await
    }

    async fn find_deliveries(&self, query: &DeliveryQuery) -> Result<Vec<DeliveryEntry>, StoreError> {
        let query = query.clone();
        self.readers.read(move |connection| overview::deliveries(connection, &query)).await
    }
}
