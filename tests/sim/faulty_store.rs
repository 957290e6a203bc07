//! The real SQLite store, made to fail. Comes in: calls. Goes out: the store's answers, or a failure before anything was
//! written, or one after it was. A call holds up the whole world until it is done, so that threads bring in no chance;
//! before and after it others may act, and the process may be killed. Most of what a world asks is whether anything is due
//! yet: what the store answered to that is not asked again before something is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use newsdelta::assign::Room;
use newsdelta::inputs::Checkpoint;
use newsdelta::model::{ArticleId, AuditEntry, Fact, Message, Mute, Story, StoryId};
use newsdelta::store::overview::{
    DeliveryEntry, DeliveryQuery, MessageQuery, NumberedMessage, StoryEntry, StoryQuery,
};
use newsdelta::store::retention::{Bounds, Tidied};
use newsdelta::store::{
    AsOf, Attempt, Commit, DeadLetter, Delivery, DisabledOutput, KnownArticle, Lot, Pace, Regroup, Resend,
    RetriedItem, SqliteStore, Store, StoreError, StoreMetrics, Told,
};

use crate::sabotage::Sabotage;
use crate::sim::Sim;

/// Forgets all but one story of what waits.
const ONE_STORY: &str = "DELETE FROM further_stories;
    UPDATE deliveries SET state = 'due' WHERE number IN (
        SELECT min(number) FROM deliveries AS waiting WHERE state = 'queued' AND NOT EXISTS (
            SELECT 1 FROM deliveries AS head
            WHERE head.output = waiting.output AND head.story = waiting.story AND head.state = 'due')
        GROUP BY output, story)";

/// What is written about the deliveries of one output changes nothing for the others.
const OF_ONE_OUTPUT: [&str; 2] = ["lease", "record"];

/// What a mistake keeps to itself.
#[derive(Default)]
struct Mistake {
    /// Leased to the dispatcher though the store would not.
    leased_beside: Vec<Delivery>,
}

/// What the store answered since it was last written.
#[derive(Default)]
struct Answered {
    /// When the next delivery of an output is due.
    due: BTreeMap<String, Option<Timestamp>>,
    /// Whether nothing waits.
    is_told: Option<bool>,
    /// What waits for people.
    letters: Option<Vec<DeadLetter>>,
}

impl Answered {
    /// Something is written about the deliveries of this output alone.
    fn forget(&mut self, output: &str) {
        self.due.remove(output);
        (self.is_told, self.letters) = (None, None);
    }
}

/// The store and its fate.
pub(crate) struct FaultyStore {
    sim: Arc<Sim>,
    store: Arc<SqliteStore>,
    path: PathBuf,
    /// What a mistake keeps to itself.
    mistake: Mutex<Mistake>,
    answered: Mutex<Answered>,
    /// Whether the last commit failed.
    failed: AtomicBool,
    /// Whether the last answer was a lie.
    lied: AtomicBool,
}

impl FaultyStore {
    pub(crate) fn new(sim: &Arc<Sim>, store: SqliteStore, path: &Path) -> Self {
        Self {
            sim: Arc::clone(sim),
            store: Arc::new(store),
            path: path.to_owned(),
            mistake: Mutex::default(),
            answered: Mutex::default(),
            failed: AtomicBool::new(false),
            lied: AtomicBool::new(false),
        }
    }

    /// The store without its faults.
    pub(crate) fn real(&self) -> &Arc<SqliteStore> {
        &self.store
    }

    fn answered(&self) -> MutexGuard<'_, Answered> {
        self.answered.lock().unwrap()
    }

    /// Nothing waits, nothing is held back, and nobody has to see to anything.
    pub(crate) fn is_told(&self) -> bool {
        let known = self.answered().is_told;
        known.unwrap_or_else(|| {
            let metrics = at_once(self.store.metrics()).unwrap();
            let is_told = metrics.outboxes.iter().all(|outbox| outbox.waiting == 0)
                && metrics.dead_items + metrics.dead_deliveries == 0
                && at_once(self.store.next_release()).unwrap().is_none();
            self.answered().is_told = Some(is_told);
            is_told
        })
    }

    /// What waits for people, so many at most.
    pub(crate) fn letters(&self, limit: usize) -> Vec<DeadLetter> {
        let known = self.answered().letters.clone();
        known.unwrap_or_else(|| {
            let letters = at_once(self.store.dead_letters(limit)).unwrap();
            self.answered().letters = Some(letters.clone());
            letters
        })
    }

    async fn remembered_items(&self, limit: usize, now: Timestamp) -> Result<Vec<RetriedItem>, StoreError> {
        let none = self.answered().letters.as_ref().is_some_and(Vec::is_empty);
        if none { Ok(Vec::new()) } else { self.store.items_to_retry(limit, now).await }
    }

    async fn remembered_due(&self, output: &str) -> Result<Option<Timestamp>, StoreError> {
        let known = self.answered().due.get(output).copied();
        if let Some(due) = known {
            return Ok(due);
        }
        let due = self.store.next_due(output).await?;
        self.answered().due.insert(output.to_owned(), due);
        Ok(due)
    }

    /// One call: `took_effect` is told of an answer before anything can happen to it.
    async fn call<T>(
        &self,
        name: &str,
        writes: bool,
        answer: impl Future<Output = Result<T, StoreError>>,
        took_effect: impl FnOnce(&Sim),
    ) -> Result<T, StoreError> {
        let sim = &self.sim;
        sim.moment().await;
        if sim.strikes(|weather| weather.clock) {
            sim.jump();
        }
        let fails = sim.strikes(|weather| weather.store);
        let after = fails && writes && sim.draw(fastrand::Rng::bool);
        let failed_before = name == "commit" && self.failed.load(Ordering::SeqCst);
        if writes {
            sim.dawdle(Duration::from_millis(40)).await;
            sim.moment().await;
        }
        if fails && !after {
            self.failed.store(failed_before || name == "commit", Ordering::SeqCst);
            sim.note("store", &format_args!("{name} fails"));
            return Err(StoreError::Unavailable("the disk is full".to_owned()));
        }
        let answer = at_once(answer);
        if writes && !OF_ONE_OUTPUT.contains(&name) {
            *self.answered() = Answered::default();
        }
        if answer.is_ok() && !self.lied.swap(false, Ordering::SeqCst) {
            took_effect(sim);
        }
        if writes {
            sim.note("store", &format_args!("{name} {}", if answer.is_ok() { "done" } else { "refused" }));
            sim.moment().await;
            sim.dawdle(Duration::from_millis(40)).await;
        }
        if after {
            sim.note("store", &format_args!("the answer to {name} is lost"));
            return Err(StoreError::Unavailable("the connection was lost".to_owned()));
        }
        answer
    }
}

/// Calls as a mistake would make them; without one, as they are.
impl FaultyStore {
    fn has(&self, sabotage: Sabotage) -> bool {
        self.sim.sabotage == Some(sabotage)
    }

    async fn sabotaged_commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut commit = again(commit);
        if self.has(Sabotage::AcknowledgedBeforeCommit) && self.sim.draw(|random| random.u8(..20) == 0) {
            self.lied.store(true, Ordering::SeqCst);
            return Ok(());
        }
        if self.has(Sabotage::OutboxLeftOut) && self.failed.swap(false, Ordering::SeqCst) {
            commit.parcels.clear();
        }
        if self.has(Sabotage::SentBeforeCommit) && self.sim.draw(|random| random.u8(..10) == 0) {
            let at_once = commit.parcels.iter().filter(|parcel| parcel.pace == Pace::Now);
            let early = at_once.map(|parcel| Delivery {
                id: -1,
                lease: 0,
                output: parcel.output.clone(),
                message: parcel.message.clone(),
                attempts: 0,
                queued_at: commit.at,
            });
            self.mistake.lock().unwrap().leased_beside.extend(early);
            return Err(StoreError::Unavailable("busy".to_owned()));
        }
        if self.has(Sabotage::CheckpointRunsAhead) {
            commit.checkpoints.iter_mut().for_each(|checkpoint| checkpoint.next += 1);
        }
        self.store.commit(&commit).await
    }

    /// Beside what is due: what a mistake sends as well.
    async fn sabotaged_lease(
        &self,
        output: &str,
        limit: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError> {
        let due = self.answered().due.get(output).copied();
        let nothing_is_due = due.is_some_and(|due| due.is_none_or(|due| due > now));
        let mut leased =
            if nothing_is_due { Vec::new() } else { self.store.lease(output, limit, now, until).await? };
        if !leased.is_empty() {
            self.answered().forget(output);
        }
        let beside = &mut self.mistake.lock().unwrap().leased_beside;
        leased.extend(beside.extract_if(.., |delivery| delivery.output == output));
        Ok(leased)
    }

    async fn sabotaged_record(
        &self,
        delivery: &Delivery,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.answered().forget(&delivery.output);
        let attempt = match attempt {
            Attempt::Delivered if self.has(Sabotage::DeliveryForgotten) => return Ok(()),
            // It steps aside, and is sent all the same.
            Attempt::RetryAt(..) if self.has(Sabotage::OrderForgotten) => {
                self.mistake.lock().unwrap().leased_beside.push(delivery.clone());
                Attempt::Delivered
            }
            Attempt::RetryAt(..) if self.has(Sabotage::RetryLost) => Attempt::Delivered,
            Attempt::RetryAt(_, reason) if self.has(Sabotage::OrderLost) => Attempt::Dead(reason.clone()),
            as_it_is => as_it_is.clone(),
        };
        self.store.record(delivery, &attempt, now).await
    }

    async fn sabotaged_release(
        &self,
        lot: &Lot,
        messages: &[Message],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let lost = self.has(Sabotage::HeldLost) && self.sim.draw(|random| random.u8(..4) == 0);
        self.store.release(lot, if lost { &[] } else { messages }, at).await?;
        if self.has(Sabotage::DigestOfOneStory) {
            let file = rusqlite::Connection::open(&self.path).unwrap();
            file.busy_timeout(Duration::from_secs(5)).unwrap();
            file.execute_batch(ONE_STORY).unwrap();
        }
        Ok(())
    }

    async fn sabotaged_mutes(&self, now: Timestamp) -> Result<Vec<Mute>, StoreError> {
        if self.has(Sabotage::MuteForgotten) { Ok(Vec::new()) } else { self.store.mutes(now).await }
    }

    async fn sabotaged_retry(&self, id: &str, audit: &AuditEntry) -> Result<(), StoreError> {
        if self.has(Sabotage::RetryDiscards) {
            self.store.discard_dead_letter(id, audit).await
        } else {
            self.store.retry_dead_letter(id, audit).await
        }
    }
}

/// A commit has no copies, so that none is made by accident.
fn again(commit: &Commit) -> Commit {
    let Commit { outcomes, failed, retried, checkpoints, parcels, dropped, audit, at, turn } = commit;
    Commit {
        outcomes: outcomes.clone(),
        failed: failed.clone(),
        retried: retried.clone(),
        checkpoints: checkpoints.clone(),
        parcels: parcels.clone(),
        dropped: dropped.clone(),
        audit: audit.clone(),
        at: *at,
        turn: *turn,
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for the threads of the store and lets nobody else act meanwhile.
pub(crate) fn at_once<T>(answer: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut answer = pin!(tokio::task::unconstrained(answer));
    loop {
        match answer.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}

fn committed(commit: &Commit) -> impl FnOnce(&Sim) {
    move |sim| commit.outcomes.iter().for_each(|outcome| sim.committed(&outcome.article.id))
}

fn recorded(delivery: &Delivery, attempt: &Attempt) -> impl FnOnce(&Sim) {
    move |sim| {
        if *attempt == Attempt::Delivered {
            sim.recorded(&delivery.output, &delivery.message.id);
        }
    }
}

/// What is called: the store, or what does a mistake in its place.
macro_rules! call_of {
    ($this:expr, $name:ident($($argument:ident),*)) => { $this.store.$name($($argument),*) };
    ($this:expr, $name:ident($($argument:ident),*), $instead:ident) => { $this.$instead($($argument),*) };
}

macro_rules! calls {
    ($($kind:ident $name:ident($($argument:ident: $type:ty),*) -> $answer:ty $(, by $instead:ident)? $(, then $effect:ident($($of:ident),*))?;)+) => {
        #[async_trait]
        impl Store for FaultyStore {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                let effect = ($($effect($($of),*),)? |_: &Sim| {},);
                self.call(
                    stringify!($name),
                    stringify!($kind) == "write",
                    call_of!(self, $name($($argument),*) $(, $instead)?),
                    effect.0,
                ).await
            })+
        }
    };
}

calls! {
    read known_articles(ids: &[ArticleId]) -> Vec<ArticleId>;
    read checkpoints(input: &str) -> Vec<Checkpoint>;
    read open_stories(since: Timestamp, room: Room) -> Vec<Story>;
    read recent_articles(limit: usize) -> Vec<KnownArticle>;
    read facts(story: &StoryId) -> Vec<Fact>;
    write commit(commit: &Commit) -> (), by sabotaged_commit, then committed(commit);
    read items_to_retry(limit: usize, now: Timestamp) -> Vec<RetriedItem>, by remembered_items;
    write regroup(regroup: &Regroup) -> ();
    read regroupings() -> i64;
    write lease(output: &str, limit: usize, now: Timestamp, until: Timestamp) -> Vec<Delivery>, by sabotaged_lease;
    write record(delivery: &Delivery, attempt: &Attempt, now: Timestamp) -> (), by sabotaged_record,
        then recorded(delivery, attempt);
    write give_back(deliveries: &[Delivery], now: Timestamp) -> ();
    read next_due(output: &str) -> Option<Timestamp>, by remembered_due;
    read stories(limit: usize) -> Vec<Story>;
    read story(id: &str) -> Option<Story>;
    read facts_as_of(story: &StoryId, at: AsOf) -> Vec<Fact>;
    read articles_of(story: &StoryId, limit: usize) -> Vec<KnownArticle>;
    read article(id: &str) -> Option<KnownArticle>;
    read versions_of(document: &str) -> Vec<(ArticleId, StoryId)>;
    read messages_of(article: &ArticleId) -> Vec<Message>;
    read told(story: &StoryId, alerts: &[String]) -> Vec<Told>;
    read lots_due(now: Timestamp, limit: usize) -> Vec<Lot>;
    read next_release() -> Option<Timestamp>;
    write release(lot: &Lot, messages: &[Message], at: Timestamp) -> (), by sabotaged_release;
    write mute(mute: &Mute, audit: &AuditEntry) -> ();
    write unmute(id: &str, audit: &AuditEntry) -> ();
    read mutes(now: Timestamp) -> Vec<Mute>, by sabotaged_mutes;
    read disabled_outputs() -> Vec<DisabledOutput>;
    write enable_output(output: &str, audit: &AuditEntry) -> ();
    write resend(resend: &Resend, now: Timestamp) -> u64;
    read note(output: &str, story: &StoryId) -> Option<String>;
    write keep_note(output: &str, story: &StoryId, note: &str) -> ();
    write tidy(bounds: &Bounds, limit: usize) -> Tidied;
    write forget_dead_letters(before: Timestamp) -> u64;
    read find_stories(query: &StoryQuery) -> Vec<StoryEntry>;
    read find_messages(query: &MessageQuery) -> Vec<NumberedMessage>;
    read find_deliveries(query: &DeliveryQuery) -> Vec<DeliveryEntry>;
    read find_audit(before: Option<i64>, limit: usize) -> Vec<(i64, AuditEntry)>;
    read metrics() -> StoreMetrics;
    read dead_letters(limit: usize) -> Vec<DeadLetter>;
    read dead_letter(id: &str) -> Option<DeadLetter>;
    write retry_dead_letter(id: &str, audit: &AuditEntry) -> (), by sabotaged_retry;
    write discard_dead_letter(id: &str, audit: &AuditEntry) -> ();
}
