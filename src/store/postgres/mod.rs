//! The shared store: a PostgreSQL database that several instances work on. Comes in: where it is. Goes out: the
//! [`Store`] over it. Instances plan and commit one after the other (`turn.rs`) and deliver side by side, each message
//! leased by one of them. Never depends on an instance being alive: what it held ends with its connection or its lease.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use async_trait::async_trait;
use deadpool_postgres::{Client, Pool};
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio_postgres::IsolationLevel;

use self::failure::Failure;
use self::turn::Held;
use super::overview::{DeliveryEntry, DeliveryQuery, MessageQuery, NumberedMessage, StoryEntry, StoryQuery};
use super::retention::{Bounds, Tidied};
use super::{
    Access, AsOf, Attempt, Commit, DeadLetter, Delivery, DisabledOutput, KnownArticle, Regroup, Resend,
    RetriedItem, Store, StoreError, StoreMetrics, Turn, parcel::Lot, parcel::Told,
};
use crate::assign::Room;
use crate::inputs::Checkpoint;
use crate::model::{ArticleId, AuditEntry, Fact, Message, Mute, Story, StoryId};

mod audit;
mod columns;
mod commit;
mod connect;
mod dead_letters;
mod failure;
mod indexes;
mod metrics;
mod mutes;
mod order;
mod outbox;
mod outputs;
mod overview;
mod parcels;
mod questions;
mod regroup;
mod search;
mod retention;
mod rows;
mod statements;
mod told;
mod turn;
#[cfg(test)]
mod tests;

pub use self::connect::Options;
pub(super) use self::rows::Rows;

/// A store in a database that other instances may share.
pub struct PostgresStore {
    pool: Pool,
    /// How messages call the database.
    name: String,
    read_only: bool,
    /// The turn of this instance, while it has one.
    turn: Mutex<Option<Held>>,
    /// Commits outside of a turn wait here, so that they do not take every connection while they wait for theirs.
    outside: Mutex<()>,
    turns: AtomicU64,
    /// The latest generation that this instance has seen.
    seen: AtomicI64,
    /// How far this instance has tidied.
    tidied_to: Mutex<retention::Reached>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PostgresStore").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Runs work in a transaction: everything or nothing.
macro_rules! write {
    ($store:expr, $transaction:ident => $work:expr) => {{
        let work = async {
            let mut client = $store.writer().await?;
            let transaction = client.transaction().await?;
            let $transaction = &transaction;
            let answer = $work.await?;
            transaction.commit().await?;
            Ok::<_, Failure>(answer)
        };
        work.await.map_err(|failure| $store.failed(failure))
    }};
}

/// What somebody did and its entry in the audit: both or neither.
macro_rules! edit {
    ($store:expr, $audit:expr, $transaction:ident => $work:expr) => {
        write!($store, $transaction => async {
            $work.await?;
            audit::write($transaction, $audit).await
        })
    };
}

/// Asks one statement.
macro_rules! ask {
    ($store:expr, $client:ident => $question:expr) => {{
        let question = async {
            let client = $store.pool.get().await?;
            let $client = &client;
            $question.await
        };
        question.await.map_err(|failure: Failure| $store.failed(failure))
    }};
}

/// Asks several statements that see the same moment.
macro_rules! read {
    ($store:expr, $transaction:ident => $question:expr) => {{
        let question = async {
            let mut client = $store.pool.get().await?;
            let snapshot =
                client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
            let transaction = snapshot.start().await?;
            let $transaction = &transaction;
            let answer = $question.await?;
            transaction.commit().await?;
            Ok::<_, Failure>(answer)
        };
        question.await.map_err(|failure| $store.failed(failure))
    }};
}

impl PostgresStore {
    /// Reaches the database; as the daemon, brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Broken`] with the cure: a wrong address, user or password, no such database, a newer program wrote
    /// it. [`StoreError::Unavailable`] when it cannot be reached now.
    pub async fn open(options: &Options, access: Access) -> Result<Self, StoreError> {
        let connect::Connected { pool, name } = connect::connect(options, access).await?;
        let store = Self {
            pool,
            name,
            read_only: access == Access::ReadOnly,
            turn: Mutex::new(None),
            outside: Mutex::new(()),
            turns: AtomicU64::new(0),
            seen: AtomicI64::new(0),
            tidied_to: Mutex::default(),
        };
        let generation = ask!(store, client => turn::generation(client))?;
        store.seen.store(generation, Ordering::Relaxed);
        tracing::debug!(database = %store.name, generation, "store opened");
        Ok(store)
    }

    /// The error for the world. A server that has become read-only, or a replica, is left: the next connection looks for
    /// one that writes.
    fn failed(&self, failure: Failure) -> StoreError {
        if failure.is_read_only() {
            let left = self.pool.retain(|_, _| false);
            tracing::warn!(database = %self.name, connections = left.removed.len(), "it does not take writes any more");
        }
        failure.at(&self.name)
    }

    async fn writer(&self) -> Result<Client, Failure> {
        if self.read_only {
            let words = format!("{} was opened only to look: open it for writing", self.name);
            return Err(StoreError::Refused(words).into());
        }
        Ok(self.pool.get().await?)
    }

    async fn next_turn(&self) -> Result<Turn, Failure> {
        let mut turn = self.turn.lock().await;
        // One that was begun and not committed is taken back first: it would wait for itself.
        drop(turn.take());
        let number = self.turns.fetch_add(1, Ordering::Relaxed) + 1;
        let held = Held::take(&self.pool, number).await?;
        let seen = self.seen.load(Ordering::Relaxed);
        let moved = if held.generation > seen {
            questions::changed_stories(held.client()?, seen).await?
        } else {
            Vec::new()
        };
        self.seen.store(held.generation, Ordering::Relaxed);
        *turn = Some(held);
        Ok(Turn { number, moved })
    }

    async fn write_commit(&self, commit: &Commit) -> Result<(), Failure> {
        if commit.turn == 0 {
            let _one_at_a_time = self.outside.lock().await;
            drop(self.writer().await?);
            // What it changes is news to this instance's own turns, too: `seen` stays where it is.
            let held = Held::take(&self.pool, 0).await?;
            commit::write(held.client()?, commit, held.generation + 1).await?;
            held.commit().await?;
            return Ok(());
        }
        let held = self.turn.lock().await.take().filter(|held| held.number == commit.turn);
        let held = held.ok_or_else(turn::lost)?;
        commit::write(held.client()?, commit, held.generation + 1).await?;
        let generation = held.commit().await?;
        self.seen.store(generation, Ordering::Relaxed);
        Ok(())
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        ask!(self, client => turn::clock(client)).map(Some)
    }

    async fn take_turn(&self) -> Result<Turn, StoreError> {
        self.next_turn().await.map_err(|failure| self.failed(failure))
    }

    async fn known_articles(&self, ids: &[ArticleId]) -> Result<Vec<ArticleId>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        ask!(self, client => questions::known_articles(client, ids))
    }

    async fn checkpoints(&self, input: &str) -> Result<Vec<Checkpoint>, StoreError> {
        ask!(self, client => questions::checkpoints(client, input))
    }

    async fn open_stories(&self, since: Timestamp, room: Room) -> Result<Vec<Story>, StoreError> {
        ask!(self, client => questions::open_stories(client, since, room))
    }

    async fn recent_articles(&self, limit: usize) -> Result<Vec<KnownArticle>, StoreError> {
        ask!(self, client => questions::recent_articles(client, limit))
    }

    async fn facts(&self, story: &StoryId) -> Result<Vec<Fact>, StoreError> {
        self.facts_as_of(story, AsOf::default()).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        self.write_commit(commit).await.map_err(|failure| self.failed(failure))
    }

    async fn regroup(&self, regroup: &Regroup) -> Result<(), StoreError> {
        let work = async {
            let _one_at_a_time = self.outside.lock().await;
            drop(self.writer().await?);
            let held = Held::take(&self.pool, 0).await?;
            regroup::write(held.client()?, regroup, held.generation + 1).await?;
            held.commit().await
        };
        work.await.map(drop).map_err(|failure: Failure| self.failed(failure))
    }

    async fn regroupings(&self) -> Result<i64, StoreError> {
        ask!(self, client => regroup::count(client))
    }

    async fn find_audit(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, AuditEntry)>, StoreError> {
        ask!(self, client => audit::before(client, before, limit))
    }

    async fn items_to_retry(&self, limit: usize, now: Timestamp) -> Result<Vec<RetriedItem>, StoreError> {
        ask!(self, client => questions::items_to_retry(client, limit, now))
    }

    async fn lease(
        &self,
        output: &str,
        limit: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError> {
        write!(self, client => outbox::lease(client, output, limit, now, until))
    }

    async fn record(&self, delivery: &Delivery, attempt: &Attempt, now: Timestamp) -> Result<(), StoreError> {
        write!(self, client => outbox::end(client, delivery.id, delivery.lease, attempt, now))
    }

    async fn give_back(&self, deliveries: &[Delivery], now: Timestamp) -> Result<(), StoreError> {
        write!(self, client => async {
            for delivery in deliveries {
                outbox::give_back(client, delivery.id, delivery.lease, now).await?;
            }
            Ok::<_, Failure>(())
        })
    }

    async fn next_due(&self, output: &str) -> Result<Option<Timestamp>, StoreError> {
        ask!(self, client => outbox::next_due(client, output))
    }

    async fn stories(&self, limit: usize) -> Result<Vec<Story>, StoreError> {
        ask!(self, client => questions::stories(client, limit))
    }

    async fn story(&self, id: &str) -> Result<Option<Story>, StoreError> {
        ask!(self, client => questions::story(client, id))
    }

    async fn facts_as_of(&self, story: &StoryId, at: AsOf) -> Result<Vec<Fact>, StoreError> {
        read!(self, client => questions::facts(client, story, at))
    }

    async fn articles_of(&self, story: &StoryId, limit: usize) -> Result<Vec<KnownArticle>, StoreError> {
        ask!(self, client => questions::articles_of(client, story, limit))
    }

    async fn article(&self, id: &str) -> Result<Option<KnownArticle>, StoreError> {
        read!(self, client => questions::article(client, id))
    }

    async fn versions_of(&self, document: &str) -> Result<Vec<(ArticleId, StoryId)>, StoreError> {
        ask!(self, client => questions::versions_of(client, document))
    }

    async fn messages_of(&self, article: &ArticleId) -> Result<Vec<Message>, StoreError> {
        ask!(self, client => questions::messages_of(client, article))
    }

    async fn told(&self, story: &StoryId, alerts: &[String]) -> Result<Vec<Told>, StoreError> {
        read!(self, client => told::of(client, story, alerts))
    }

    async fn lots_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Lot>, StoreError> {
        read!(self, client => parcels::due(client, now, limit))
    }

    async fn next_release(&self) -> Result<Option<Timestamp>, StoreError> {
        ask!(self, client => parcels::next_release(client))
    }

    async fn release(&self, lot: &Lot, messages: &[Message], at: Timestamp) -> Result<(), StoreError> {
        write!(self, client => parcels::release(client, lot, messages, at))
    }

    async fn mute(&self, mute: &Mute, audit: &AuditEntry) -> Result<(), StoreError> {
        edit!(self, audit, client => mutes::write(client, mute))
    }

    async fn unmute(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        edit!(self, audit, client => mutes::end(client, id))
    }

    async fn mutes(&self, now: Timestamp) -> Result<Vec<Mute>, StoreError> {
        ask!(self, client => mutes::until(client, now))
    }

    async fn disabled_outputs(&self) -> Result<Vec<DisabledOutput>, StoreError> {
        ask!(self, client => outputs::disabled(client))
    }

    async fn enable_output(&self, output: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        write!(self, client => outputs::enable(client, output, audit))
    }

    async fn resend(&self, resend: &Resend, now: Timestamp) -> Result<u64, StoreError> {
        write!(self, client => outputs::resend(client, resend, now))
    }

    async fn note(&self, output: &str, story: &StoryId) -> Result<Option<String>, StoreError> {
        ask!(self, client => outputs::note(client, output, story))
    }

    async fn keep_note(&self, output: &str, story: &StoryId, note: &str) -> Result<(), StoreError> {
        write!(self, client => outputs::keep_note(client, output, story, note))
    }

    async fn tidy(&self, bounds: &Bounds, limit: usize) -> Result<Tidied, StoreError> {
        let mut reached = self.tidied_to.lock().await;
        let mut next = reached.clone();
        let tidied = write!(self, client => retention::step(client, bounds, limit, &mut next))?;
        *reached = next;
        Ok(tidied)
    }

    async fn metrics(&self) -> Result<StoreMetrics, StoreError> {
        read!(self, client => metrics::all(client))
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        read!(self, client => dead_letters::list(client, limit))
    }

    async fn dead_letter(&self, id: &str) -> Result<Option<DeadLetter>, StoreError> {
        ask!(self, client => dead_letters::show(client, id))
    }

    async fn retry_dead_letter(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        edit!(self, audit, client => dead_letters::retry(client, id, audit.at))
    }

    async fn forget_dead_letters(&self, before: Timestamp) -> Result<u64, StoreError> {
        write!(self, client => dead_letters::forget(client, before))
    }

    async fn discard_dead_letter(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        edit!(self, audit, client => dead_letters::discard(client, id, audit.at))
    }

    async fn find_stories(&self, query: &StoryQuery) -> Result<Vec<StoryEntry>, StoreError> {
        read!(self, client => overview::stories(client, query))
    }

    async fn find_messages(&self, query: &MessageQuery) -> Result<Vec<NumberedMessage>, StoreError> {
        ask!(self, client => overview::messages(client, query))
    }

    async fn find_deliveries(&self, query: &DeliveryQuery) -> Result<Vec<DeliveryEntry>, StoreError> {
        ask!(self, client => overview::deliveries(client, query))
    }
}
