//! A store for tests whose clock stands still. Comes in: a real store. Goes out: its answers; while one is awaited the
//! clock does not run ahead, and records and leases can be made to fail or to hang. Never used outside tests.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::assign::Room;
use crate::inputs::Checkpoint;
use crate::model::{ArticleId, AuditEntry, Fact, Message, Mute, Story, StoryId};
use crate::store::overview::{
    DeliveryEntry, DeliveryQuery, MessageQuery, NumberedMessage, StoryEntry, StoryQuery,
};
use crate::store::retention::{Bounds, Tidied};
use crate::store::{
    AsOf, Attempt, Commit, DeadLetter, Delivery, DisabledOutput, KnownArticle, Lot, Regroup, Resend,
    RetriedItem, SqliteStore, Store, StoreError, StoreMetrics, Told,
};

/// The store and what is to go wrong with it.
pub(super) struct Attended {
    store: SqliteStore,
    records_hang: AtomicBool,
    records_fail: AtomicU32,
    leases_fail: AtomicU32,
    leases: AtomicU32,
}

impl Attended {
    pub(super) fn new(store: SqliteStore) -> Self {
        let (records_hang, records_fail, leases_fail, leases) = Default::default();
        Self { store, records_hang, records_fail, leases_fail, leases }
    }

    /// From now on no record is made and no answer comes, as in a process that is about to be killed.
    pub(super) fn hang_records(&self) {
        self.records_hang.store(true, Ordering::SeqCst);
    }

    /// The next so many records are refused for now.
    pub(super) fn fail_records(&self, count: u32) {
        self.records_fail.store(count, Ordering::SeqCst);
    }

    /// The next so many leases are refused for now.
    pub(super) fn fail_leases(&self, count: u32) {
        self.leases_fail.store(count, Ordering::SeqCst);
    }

    /// How often deliveries were leased.
    pub(super) fn leases(&self) -> u32 {
        self.leases.load(Ordering::SeqCst)
    }

    fn count_lease(&self) -> Result<(), StoreError> {
        self.leases.fetch_add(1, Ordering::SeqCst);
        one_less(&self.leases_fail)
    }
}

fn one_less(count: &AtomicU32) -> Result<(), StoreError> {
    let taken = count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
    match taken {
        Ok(_) => Err(StoreError::Unavailable("the disk is full".to_owned())),
        Err(_) => Ok(()),
    }
}

/// Awaits an answer from another thread. Tokio moves a paused clock on as soon as all tasks wait, unless a blocking
/// task runs: so one does.
async fn attended<T>(answer: impl Future<Output = T>) -> T {
    let (over, waits) = oneshot::channel::<()>();
    let watch = tokio::task::spawn_blocking(move || waits.blocking_recv().is_ok());
    let answer = answer.await;
    drop(over);
    assert!(!watch.await.unwrap());
    answer
}

macro_rules! attend {
    ($($name:ident($($argument:ident: $type:ty),*) -> $answer:ty $(, first $check:expr)?;)+) => {
        #[async_trait]
        impl Store for Attended {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                $(let check: fn(&Self) -> Result<bool, StoreError> = $check;
                if !check(self)? {
                    std::future::pending::<()>().await;
                })?
                attended(self.store.$name($($argument),*)).await
            })+
        }
    };
}

attend! {
    known_articles(ids: &[ArticleId]) -> Vec<ArticleId>;
    checkpoints(input: &str) -> Vec<Checkpoint>;
    open_stories(since: Timestamp, room: Room) -> Vec<Story>;
    recent_articles(limit: usize) -> Vec<KnownArticle>;
    facts(story: &StoryId) -> Vec<Fact>;
    commit(commit: &Commit) -> ();
    regroup(regroup: &Regroup) -> ();
    regroupings() -> i64;
    items_to_retry(limit: usize, now: Timestamp) -> Vec<RetriedItem>;
    lease(output: &str, limit: usize, now: Timestamp, until: Timestamp) -> Vec<Delivery>,
        first |this| this.count_lease().map(|()| true);
    record(delivery: &Delivery, attempt: &Attempt, now: Timestamp) -> (),
        first |this| one_less(&this.records_fail).map(|()| !this.records_hang.load(Ordering::SeqCst));
    give_back(deliveries: &[Delivery], now: Timestamp) -> ();
    next_due(output: &str) -> Option<Timestamp>;
    stories(limit: usize) -> Vec<Story>;
    story(id: &str) -> Option<Story>;
    facts_as_of(story: &StoryId, at: AsOf) -> Vec<Fact>;
    articles_of(story: &StoryId, limit: usize) -> Vec<KnownArticle>;
    article(id: &str) -> Option<KnownArticle>;
    versions_of(document: &str) -> Vec<(ArticleId, StoryId)>;
    messages_of(article: &ArticleId) -> Vec<Message>;
    told(story: &StoryId, alerts: &[String]) -> Vec<Told>;
    lots_due(now: Timestamp, limit: usize) -> Vec<Lot>;
    next_release() -> Option<Timestamp>;
    release(lot: &Lot, messages: &[Message], at: Timestamp) -> ();
    mute(mute: &Mute, audit: &AuditEntry) -> ();
    unmute(id: &str, audit: &AuditEntry) -> ();
    mutes(now: Timestamp) -> Vec<Mute>;
    disabled_outputs() -> Vec<DisabledOutput>;
    enable_output(output: &str, audit: &AuditEntry) -> ();
    resend(resend: &Resend, now: Timestamp) -> u64;
    note(output: &str, story: &StoryId) -> Option<String>;
    keep_note(output: &str, story: &StoryId, note: &str) -> ();
    forget_dead_letters(before: Timestamp) -> u64;
    find_stories(query: &StoryQuery) -> Vec<StoryEntry>;
    find_messages(query: &MessageQuery) -> Vec<NumberedMessage>;
    find_deliveries(query: &DeliveryQuery) -> Vec<DeliveryEntry>;
    find_audit(before: Option<i64>, limit: usize) -> Vec<(i64, AuditEntry)>;
    tidy(bounds: &Bounds, limit: usize) -> Tidied;
    metrics() -> StoreMetrics;
    dead_letters(limit: usize) -> Vec<DeadLetter>;
    dead_letter(id: &str) -> Option<DeadLetter>;
    retry_dead_letter(id: &str, audit: &AuditEntry) -> ();
    discard_dead_letter(id: &str, audit: &AuditEntry) -> ();
}
