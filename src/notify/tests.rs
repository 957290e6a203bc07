//! The dispatcher over a real store, with a time that stands still until everything waits: no test sleeps. What an
//! output does is a script; what reached it is collected.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Dispatcher;
use super::attended::Attended;
use crate::clock::{Clock, SharedClock};
use crate::config::{RetryConfig, Wait};
use crate::model::{Action, AuditEntry, Message};
use crate::outputs::{DeliveryError, Output};
use crate::store::contract::{at, commit_to, edit, edit_at, outcome};
use crate::store::sqlite::{Access, Options};
use crate::store::{DisabledOutput, Letter, SqliteStore, Store};

/// What an output does with one attempt.
#[derive(Debug, Clone)]
enum Act {
    Take,
    Refuse(&'static str),
    RefuseFor(u64),
    GiveUp,
    Panic,
    Silence,
}

/// An output that does what its script says, then takes everything; and what it was handed.
#[derive(Debug)]
struct Collector {
    name: String,
    /// What happens to a message, by its id; without an entry, `otherwise`.
    script: Mutex<BTreeMap<String, VecDeque<Act>>>,
    otherwise: Mutex<Act>,
    seen: Mutex<Vec<Seen>>,
    /// One permit for each attempt seen.
    count: Semaphore,
    started: Instant,
}

/// One attempt as the output saw it.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    message: String,
    attempt: u32,
    second: u64,
    taken: bool,
}

impl Collector {
    fn new(name: &str) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            script: Mutex::default(),
            otherwise: Mutex::new(Act::Take),
            seen: Mutex::default(),
            count: Semaphore::new(0),
            started: Instant::now(),
        })
    }

    fn on(&self, article: &str, acts: &[Act]) {
        self.script.lock().unwrap().insert(format!("message-of-{article}"), acts.iter().cloned().collect());
    }

    fn always(&self, act: Act) {
        *self.otherwise.lock().unwrap() = act;
    }

    /// Waits until there were so many attempts in all.
    async fn attempts(&self, count: u32) -> Vec<Seen> {
        let enough = tokio::time::timeout(Duration::from_hours(100), self.count.acquire_many(count)).await;
        drop(
            enough.unwrap_or_else(|_| panic!("waited for {count} attempts, saw {:?}", self.seen())).unwrap(),
        );
        self.seen()
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The articles whose messages it took, in order.
    fn taken(&self) -> Vec<String> {
        let taken = self.seen().into_iter().filter(|seen| seen.taken);
        taken.map(|seen| seen.message.replace("message-of-", "")).collect()
    }

    /// The seconds at which the message of this article was attempted.
    fn seconds(&self, article: &str) -> Vec<u64> {
        let message = format!("message-of-{article}");
        self.seen().into_iter().filter(|seen| seen.message == message).map(|seen| seen.second).collect()
    }
}

#[async_trait]
impl Output for Collector {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, message: &Message, attempt: u32) -> Result<(), DeliveryError> {
        let act = {
            let mut script = self.script.lock().unwrap();
            let next = script.get_mut(&message.id).and_then(VecDeque::pop_front);
            next.unwrap_or_else(|| self.otherwise.lock().unwrap().clone())
        };
        let second = self.started.elapsed().as_secs();
        let taken = matches!(act, Act::Take);
        self.seen.lock().unwrap().push(Seen { message: message.id.clone(), attempt, second, taken });
        self.count.add_permits(1);
        match act {
            Act::Take => Ok(()),
            Act::Refuse(reason) => Err(DeliveryError::Retry { after: None, reason: reason.to_owned() }),
            Act::RefuseFor(seconds) => Err(DeliveryError::Retry {
                after: Some(Duration::from_secs(seconds)),
                reason: "too many requests".to_owned(),
            }),
            Act::GiveUp => Err(DeliveryError::GiveUp { reason: "no such channel".to_owned() }),
            Act::Panic => panic!("a fault in the output"),
            Act::Silence => std::future::pending().await,
        }
    }
}

/// The time of the store's fixtures, moved by tokio's paused clock.
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        at(0) + SignedDuration::try_from(self.0.elapsed()).unwrap()
    }
}

fn policy() -> RetryConfig {
    RetryConfig {
        wait_min: Duration::from_secs(10),
        wait_max: Duration::from_secs(1000),
        attempts_max: 100,
        age_max: Duration::from_hours(24),
        schedule: Vec::new(),
        disable_after: Duration::ZERO,
        attempt_timeout: Duration::from_secs(60),
    }
}

/// A daemon's delivering half on a temporary store.
struct House {
    folder: tempfile::TempDir,
    clock: SharedClock,
    policy: RetryConfig,
}

/// It at work.
struct Running {
    store: Arc<Attended>,
    wake: Arc<tokio::sync::Notify>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

const GRACE: Duration = Duration::from_secs(30);

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, clock: Arc::new(PausedClock(Instant::now())), policy: policy() }
    }

    async fn open(&self) -> Arc<Attended> {
        let path = self.folder.path().join("store.db");
        // The tasks of one that crashed let go of the file when the runtime next gets to them.
        for _ in 0..1000 {
            match SqliteStore::open(&path, Access::Daemon, Options::default()) {
                Ok(store) => return Arc::new(Attended::new(store)),
                Err(_) => tokio::task::yield_now().await,
            }
        }
        panic!("the store is still in use");
    }

    async fn start(&self, outputs: &[&Arc<Collector>]) -> Running {
        let store = self.open().await;
        let shared: Arc<dyn Store> = Arc::<Attended>::clone(&store);
        let outputs = outputs.iter().map(|&output| {
            let output: Arc<dyn Output> = Arc::<Collector>::clone(output);
            (output, self.policy.clone())
        });
        let dispatcher = Dispatcher::new(&shared, &self.clock, &Arc::default(), outputs.collect(), GRACE);
        let (wake, stop) = (dispatcher.waker(), CancellationToken::new());
        let task = tokio::spawn(dispatcher.run(stop.clone()));
        Running { store, wake, stop, task }
    }
}

impl Running {
    /// Commits one message for each (story, revision, article), as the pipeline does.
    async fn tell(&self, outputs: &[&Arc<Collector>], articles: &[(&str, u64, &str)]) {
        let outcomes =
            articles.iter().map(|(story, revision, article)| outcome(story, *revision, article)).collect();
        let outputs: Vec<&str> = outputs.iter().map(|output| output.name.as_str()).collect();
        self.store.commit(&commit_to(&outputs, outcomes)).await.unwrap();
        self.wake.notify_one();
    }

    /// Waits, by the clock that stands still, for the record that disables an output.
    async fn until_disabled(&self) -> DisabledOutput {
        loop {
            if let Some(disabled) = self.store.disabled_outputs().await.unwrap().pop() {
                return disabled;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn stop(self) -> Arc<Attended> {
        self.stop.cancel();
        self.task.await.unwrap();
        self.store
    }

    /// Ends it as a crash would: nothing is recorded any more.
    async fn crash(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

#[tokio::test(start_paused = true)]
async fn every_output_gets_every_message_once() {
    let (house, slack, hook) = (House::new(), Collector::new("slack"), Collector::new("hook"));
    let running = house.start(&[&slack, &hook]).await;
    running.tell(&[&slack, &hook], &[("s1", 1, "a1"), ("s2", 1, "b1"), ("s1", 2, "a2")]).await;
    for output in [&slack, &hook] {
        let seen = output.attempts(3).await;
        assert!(seen.iter().all(|seen| seen.attempt == 1 && seen.second == 0), "{seen:?}");
        assert_eq!(output.taken(), ["a1", "b1", "a2"]);
    }
    let store = running.stop().await;
    assert_eq!(store.next_due("slack").await.unwrap(), None);
    assert_eq!((slack.seen().len(), hook.seen().len()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn waits_double_from_one_failure_to_the_next() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    slack.on("a1", &[const { Act::Refuse("down") }; 9]);
    let running = house.start(&[&slack]).await;
    running.tell(&[&slack], &[("s1", 1, "a1")]).await;
    let seen = slack.attempts(10).await;
    assert_eq!(seen.iter().map(|seen| seen.attempt).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    let seconds = slack.seconds("a1");
    let mut shortest = 10;
    for pair in seconds.windows(2) {
        let wait = pair[1] - pair[0];
        let longest = (shortest + shortest / 4).min(1000);
        // A second more or less: the waits have fractions, and the seconds here have none.
        assert!((shortest.min(800) - 1..=longest + 1).contains(&wait), "{seconds:?}");
        shortest *= 2;
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_asks_for_quiet_gets_it() {
    let (house, slack, hook) = (House::new(), Collector::new("slack"), Collector::new("hook"));
    slack.on("a1", &[Act::RefuseFor(500)]);
    let running = house.start(&[&slack, &hook]).await;
    running.tell(&[&slack, &hook], &[("s1", 1, "a1")]).await;
    slack.attempts(1).await;
    running.tell(&[&slack, &hook], &[("s2", 1, "b1")]).await;
    hook.attempts(2).await;
    assert_eq!(hook.seconds("b1"), [0], "the quiet is for one output only");
    slack.attempts(3).await;
    assert_eq!(slack.seconds("a1"), [0, 500]);
    assert_eq!(slack.seconds("b1"), [500], "no other message meanwhile");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_hopeless_message_becomes_a_dead_letter_and_the_next_goes_ahead() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    slack.on("a1", &[Act::GiveUp]);
    let running = house.start(&[&slack]).await;
    running.tell(&[&slack], &[("s1", 1, "a1"), ("s1", 2, "a2")]).await;
    slack.attempts(2).await;
    assert_eq!(slack.taken(), ["a2"]);
    let letters = running.store.dead_letters(9).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.reason.as_str()).collect::<Vec<_>>(), ["no such channel"]);
    let Letter::Delivery(dead) = &letters[0].letter else { panic!("a delivery") };
    assert_eq!((dead.message.article.as_str(), dead.attempts), ("a1", 1));

    // Sent again by hand, from another process: nothing wakes the lane.
    running.store.retry_dead_letter(&letters[0].id, &edit_at(Action::Retry, 5)).await.unwrap();
    slack.attempts(3).await;
    assert_eq!(slack.taken(), ["a2", "a1"]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn patience_ends_by_number_or_by_age() {
    let mut house = House::new();
    house.policy = RetryConfig { attempts_max: 3, age_max: Duration::from_hours(1), ..policy() };
    let slack = Collector::new("slack");
    slack.always(Act::Refuse("down"));
    slack.on("b1", &[Act::Refuse("down"), Act::RefuseFor(3600)]);
    let running = house.start(&[&slack]).await;
    running.tell(&[&slack], &[("s1", 1, "a1"), ("s2", 1, "b1")]).await;
    slack.attempts(5).await;
    let store = running.stop().await;
    let mut reasons: Vec<_> =
        store.dead_letters(9).await.unwrap().into_iter().map(|dead| dead.reason).collect();
    reasons.sort();
    assert_eq!(
        reasons,
        [
            "given up after 2 attempts, since it would be too old at the next: too many requests",
            "given up after 3 attempts: down"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_dead_output_delays_only_itself() {
    let (house, dead, alive) = (House::new(), Collector::new("dead"), Collector::new("alive"));
    dead.always(Act::Silence);
    let running = house.start(&[&dead, &alive]).await;
    let names: Vec<String> = (0..100).map(|n| format!("s{n}")).collect();
    let articles: Vec<(&str, u64, &str)> =
        names.iter().map(|name| (name.as_str(), 1, name.as_str())).collect();
    running.tell(&[&dead, &alive], &articles).await;
    let seen = alive.attempts(100).await;
    assert!(seen.iter().all(|seen| seen.taken && seen.second == 0), "{seen:?}");
    let seen = dead.attempts(8).await;
    assert_eq!(seen.len(), 8, "no more at a time than there are workers");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn only_its_own_story_waits_for_a_message() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    slack.on("a1", &[Act::Refuse("down"), Act::Refuse("down")]);
    let running = house.start(&[&slack]).await;
    running.tell(&[&slack], &[("s1", 1, "a1"), ("s1", 2, "a2"), ("s2", 1, "b1"), ("s2", 2, "b2")]).await;
    slack.attempts(6).await;
    assert_eq!(slack.taken(), ["b1", "b2", "a1", "a2"]);
    assert_eq!(slack.seconds("b2"), [0]);
    assert!(slack.seconds("a2")[0] >= 30);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn panics_and_silence_are_failures_like_others() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    slack.on("a1", &[Act::Panic, Act::Silence]);
    let running = house.start(&[&slack]).await;
    running.tell(&[&slack], &[("s1", 1, "a1")]).await;
    slack.attempts(3).await;
    assert_eq!(slack.taken(), ["a1"]);
    let seconds = slack.seconds("a1");
    assert!(seconds[2] - seconds[1] >= 60 + 20, "the silence and the wait after it: {seconds:?}");
    running.stop().await;
}

/// Whatever fails in between, each story is told in order, and nothing is told twice.
#[tokio::test(start_paused = true)]
async fn stories_keep_their_order_through_failures() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    let mut attempts = 0;
    let mut articles = Vec::new();
    for revision in 1..=20_u64 {
        for story in ["s1", "s2", "s3", "s4", "s5"] {
            let article = format!("{story}-{revision}");
            let failures = (revision * 7 + story.len() as u64 * 3 + revision / 3) % 4;
            let acts = [Act::Refuse("down"), Act::Panic, Act::RefuseFor(1)];
            slack.on(&article, acts.get(..usize::try_from(failures).unwrap()).unwrap());
            attempts += u32::try_from(failures).unwrap() + 1;
            articles.push((story, revision, article));
        }
    }
    let running = house.start(&[&slack]).await;
    for part in articles.chunks(7) {
        let part: Vec<_> =
            part.iter().map(|(story, revision, article)| (*story, *revision, article.as_str())).collect();
        running.tell(&[&slack], &part).await;
    }
    slack.attempts(attempts).await;
    let taken = slack.taken();
    assert_eq!(taken.len(), 100);
    for story in ["s1", "s2", "s3", "s4", "s5"] {
        let told: Vec<_> = taken.iter().filter(|article| article.starts_with(story)).cloned().collect();
        assert_eq!(told, (1..=20).map(|revision| format!("{story}-{revision}")).collect::<Vec<_>>());
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_out_what_is_due_and_gives_back_the_rest() {
    let (house, slack, mute) = (House::new(), Collector::new("slack"), Collector::new("mute"));
    mute.always(Act::Silence);
    slack.on("b1", &[Act::Refuse("down")]);
    let running = house.start(&[&slack, &mute]).await;
    running.tell(&[&slack, &mute], &[("s1", 1, "a1"), ("s1", 2, "a2"), ("s2", 1, "b1")]).await;
    running.stop.cancel();
    let asked = Instant::now();
    let store = running.stop().await;
    let took = asked.elapsed();
    assert!(took <= GRACE + Duration::from_secs(1), "{took:?}");
    assert_eq!(slack.taken(), ["a1", "a2"]);
    assert_eq!(slack.seconds("b1"), [0], "what failed just now is left for the next start");

    let now = house.clock.now();
    let given_back = store.lease("mute", 9, now, now).await.unwrap();
    let articles: Vec<_> =
        given_back.iter().map(|one| (one.message.article.as_str(), one.attempts)).collect();
    assert_eq!(articles, [("a1", 0), ("b1", 0)]);
}

/// The output has it, the store has not: it is sent once more, under the same id.
#[tokio::test(start_paused = true)]
async fn a_crash_between_delivery_and_record_repeats_the_same_id() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    let running = house.start(&[&slack]).await;
    running.store.hang_records();
    running.tell(&[&slack], &[("s1", 1, "a1"), ("s1", 2, "a2")]).await;
    slack.attempts(1).await;
    running.crash().await;
    assert_eq!(slack.taken(), ["a1"]);

    let running = house.start(&[&slack]).await;
    slack.attempts(3).await;
    assert_eq!(slack.taken(), ["a1", "a1", "a2"]);
    running.stop().await;
}

/// Before the attempt nothing has happened yet: a crash there costs nothing and repeats nothing.
#[tokio::test(start_paused = true)]
async fn a_crash_after_the_lease_repeats_nothing() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    let running = house.start(&[]).await;
    running.tell(&[&slack], &[("s1", 1, "a1")]).await;
    let now = house.clock.now();
    assert_eq!(
        running.store.lease("slack", 9, now, now + SignedDuration::from_hours(9)).await.unwrap().len(),
        1
    );
    running.crash().await;
    let running = house.start(&[&slack]).await;
    slack.attempts(1).await;
    assert_eq!(slack.seconds("a1"), [0], "the next daemon does not wait for the lease of the last");
    running.stop().await;
    assert_eq!(slack.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_the_store_refuses_is_made_later_without_a_second_delivery() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    let running = house.start(&[&slack]).await;
    running.store.fail_records(20);
    running.tell(&[&slack], &[("s1", 1, "a1"), ("s1", 2, "a2")]).await;
    slack.attempts(2).await;
    assert_eq!(slack.taken(), ["a1", "a2"]);
    assert!(slack.seconds("a2")[0] > 20, "it had to wait for the record of the first");
    running.stop().await;
    assert_eq!(slack.seen().len(), 2);
}

/// A lease writes: every output of every instance would, all the time.
#[tokio::test(start_paused = true)]
async fn while_nothing_is_due_nothing_is_leased() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    let running = house.start(&[&slack]).await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(running.store.leases(), 0, "before the first message");
    running.tell(&[&slack], &[("s1", 1, "a1")]).await;
    slack.attempts(1).await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(running.store.leases(), 1, "one for the message");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_answer_for_a_while_loses_nothing() {
    let (house, slack) = (House::new(), Collector::new("slack"));
    let running = house.start(&[&slack]).await;
    running.store.fail_leases(5);
    running.tell(&[&slack], &[("s1", 1, "a1")]).await;
    slack.attempts(1).await;
    assert_eq!(slack.taken(), ["a1"]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_output_that_takes_nothing_for_days_is_disabled_also_over_restarts_and_then_begins_anew() {
    let mut house = House::new();
    let hours = |hours: u64| Wait(Duration::from_hours(hours));
    let schedule = [hours(2), hours(10), hours(10), hours(10), hours(10)];
    house.policy =
        RetryConfig { schedule: schedule.to_vec(), disable_after: Duration::from_hours(30), ..policy() };
    let hook = Collector::new("hook");
    hook.always(Act::Refuse("down"));
    let running = house.start(&[&hook]).await;
    running.tell(&[&hook], &[("s1", 1, "a1")]).await;
    hook.attempts(3).await;
    running.stop().await;
    // The restart forgets nothing: at the attempt after 32 hours or more it is disabled.
    let running = house.start(&[&hook]).await;
    hook.attempts(5).await;
    let disabled = running.until_disabled().await;
    assert!(disabled.reason.starts_with("it has taken nothing since"), "{}", disabled.reason);
    let seconds = hook.seconds("a1");
    let last = *seconds.last().unwrap();
    assert!((32 * 3600..36 * 3600).contains(&last), "{seconds:?}");
    // Enabled, it has the whole time again.
    let entry = AuditEntry { at: house.clock.now(), what: "hook".to_owned(), ..edit(Action::Enable) };
    running.store.enable_output("hook", &entry).await.unwrap();
    running.wake.notify_one();
    hook.attempts(6).await;
    assert!(running.store.disabled_outputs().await.unwrap().is_empty());
    running.stop().await;
    // Also over the next restart, and the message has the whole schedule.
    let running = house.start(&[&hook]).await;
    let again = hook.attempts(9).await;
    assert!(running.store.disabled_outputs().await.unwrap().is_empty(), "{again:?}");
    assert_eq!(again.iter().map(|seen| seen.attempt).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 1, 2, 3, 4]);
    running.stop().await;
}

/// The schedule that Standard Webhooks recommends, a restart in its middle: days are counted, not attempts of one daemon.
#[tokio::test(start_paused = true)]
async fn a_schedule_over_days_is_kept_to_its_end_whoever_restarts() {
    const HOUR: u64 = 3600;
    let waits = [5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
    let schedule = waits.map(|seconds| Wait(Duration::from_secs(seconds))).to_vec();
    let mut house = House::new();
    house.policy = RetryConfig { schedule, ..policy() };
    let hook = Collector::new("hook");
    hook.on("a1", &[const { Act::Refuse("down") }; 10]);
    let running = house.start(&[&hook]).await;
    running.tell(&[&hook], &[("s1", 1, "a1"), ("s1", 2, "a2")]).await;
    hook.attempts(6).await;
    running.stop().await;
    let running = house.start(&[&hook]).await;
    hook.attempts(11).await;
    while running.store.dead_letters(9).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let letter = running.store.dead_letters(9).await.unwrap().remove(0);
    assert!(letter.reason.contains("given up after 10 attempts, with which the schedule ends"), "{letter:?}");
    let seconds = hook.seconds("a1");
    let pauses: Vec<u64> = seconds.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses.len(), waits.len(), "{seconds:?}");
    for (wait, pause) in waits.into_iter().zip(pauses) {
        // Up to a tenth later, that many messages may not come back at one moment, and at the next look.
        assert!((wait..=wait + wait / 10 + 6).contains(&pause), "{pause} s instead of {wait} s: {seconds:?}");
    }
    // The next of its story was not lost with it, nor ahead of it.
    assert_eq!(hook.taken(), ["a2"]);
    running.stop().await;
}
