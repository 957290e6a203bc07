//! The way to one output. Comes in: deliveries leased from the store, a few at a time. Goes out: attempts, each
//! followed by a record of how it ended. With the store's due times this is the only loop that tries again: outputs
//! make single attempts. Of one story only one message is on its way, since the store leases no more. While the receiver is
//! away the whole lane rests, and its backlog is left alone but for one message that asks now and then.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::failing::Failing;
use super::outage::{Began, Outage};
use super::retry::{self, Next, later, until};
use crate::clock::SharedClock;
use crate::config::RetryConfig;
use crate::outputs::{DeliveryError, Output};
use crate::store::{Attempt, Delivery, Store, StoreError};
use crate::telemetry::metrics::{DeliveryOutcome, FailureReason, Metrics};

/// How many attempts to one output run at the same time.
const WORKERS: usize = 8;

/// How many attempts that have ended may wait for their record besides, since all of them are recorded in one write. Those
/// that a store does not take are repeated after a start, so they are few.
const RECORDING: usize = 24;

/// How many deliveries are leased ahead, so that a backlog costs one lease for many messages.
const AHEAD: usize = 32;

/// How often the store is asked without a wake-up: for what somebody sent again by hand, or another instance left.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The shortest pause between two looks that nothing woke: the store may call due what is only being recorded.
const LOOK_AFTER: Duration = Duration::from_millis(20);

/// What a lease leaves for recording how the attempt ended.
const RECORD_TIME: Duration = Duration::from_secs(60);

/// How long the last words with the store may take once the grace period is over.
const GIVE_BACK_TIME: Duration = Duration::from_secs(1);

/// The way to one output.
pub(super) struct Lane {
    shared: Arc<Shared>,
    wake: Arc<Notify>,
    grace: Duration,
    /// Leased until the time beside it, and not yet attempted.
    waiting: VecDeque<(Delivery, Timestamp)>,
    /// Attempts until they are recorded; each ends with the id of its delivery.
    running: JoinSet<i64>,
    /// What `running` attempts, by id: to be given back when it has to be broken off.
    on_the_way: BTreeMap<i64, Delivery>,
}

/// What the attempts of a lane share.
struct Shared {
    store: Arc<dyn Store>,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    output: Arc<dyn Output>,
    policy: RetryConfig,
    /// The receiver asked for quiet until then, or is away.
    hold_until: Mutex<Option<Timestamp>>,
    /// Attempts that have not ended, whether or not they are recorded.
    attempting: AtomicUsize,
    /// One of them has ended.
    ended: Notify,
    /// Since when nothing succeeds.
    failing: Failing,
    /// Whether the receiver is away.
    outage: Outage,
    delivery_trouble: Trouble,
    store_trouble: Trouble,
}

impl Lane {
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: SharedClock,
        metrics: Arc<Metrics>,
        (output, policy): (Arc<dyn Output>, RetryConfig),
        wake: Arc<Notify>,
        grace: Duration,
    ) -> Self {
        let shared = Shared {
            store,
            clock,
            metrics,
            output,
            policy,
            hold_until: Mutex::default(),
            attempting: AtomicUsize::new(0),
            ended: Notify::new(),
            failing: Failing::default(),
            outage: Outage::default(),
            delivery_trouble: Trouble::default(),
            store_trouble: Trouble::default(),
        };
        Self {
            shared: Arc::new(shared),
            wake,
            grace,
            waiting: VecDeque::new(),
            running: JoinSet::new(),
            on_the_way: BTreeMap::new(),
        }
    }

    /// Delivers until `stop` is cancelled, then sees to what is on its way.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let pause = self.start_what_is_due().await;
            // In this order, so that the same run can be had again: chance has no part in what is done next.
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                Some(ended) = self.running.join_next() => self.settle(ended),
                () = self.shared.ended.notified() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.finish().await;
    }

    /// Whether another attempt may begin.
    fn has_room(&self, workers: usize) -> bool {
        let recording = if workers < WORKERS { 0 } else { RECORDING };
        self.shared.attempting.load(Ordering::Relaxed) < workers && self.running.len() < workers + recording
    }

    /// Leases and starts as much as there is room for; says after which time to look again if nothing happens.
    async fn start_what_is_due(&mut self) -> Duration {
        let now = self.shared.clock.now();
        if let Some(hold_until) = self.shared.held(now) {
            self.give_back_waiting(now).await;
            return until(now, hold_until).clamp(LOOK_AFTER, LOOK_EVERY);
        }
        let (workers, ahead) = if self.shared.outage.is_on() { (1, 1) } else { (WORKERS, AHEAD) };
        if workers < WORKERS && !self.has_room(workers) {
            // The answer to this one attempt decides about all others.
            self.give_back_waiting(now).await;
            return LOOK_EVERY;
        }
        let looked = self.look(ahead, now).await;
        self.start_waiting(workers, now).await;
        match looked {
            Err(error) => {
                self.shared.store_failed(&error);
                LOOK_EVERY
            }
            Ok(Some(due)) if self.has_room(workers) => until(now, due).clamp(LOOK_AFTER, LOOK_EVERY),
            Ok(_) => LOOK_EVERY,
        }
    }

    /// Leases what is due, as much as there is room for; says when to look again. Asks first, since a lease writes.
    async fn look(&mut self, ahead: usize, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        if self.waiting.len() >= ahead.div_ceil(2) {
            return Ok(Some(now));
        }
        let due = self.shared.store.next_due(self.shared.output.name()).await?;
        if due.is_some_and(|due| due <= now) {
            self.lease(ahead, now).await?;
        }
        Ok(due)
    }

    /// Fills `waiting`. The lease lasts until every one of them can have had its attempt.
    async fn lease(&mut self, ahead: usize, now: Timestamp) -> Result<(), StoreError> {
        let rounds = u32::try_from(AHEAD / WORKERS + 1).unwrap_or(u32::MAX);
        let leased_for =
            self.shared.policy.attempt_timeout.saturating_mul(rounds).saturating_add(RECORD_TIME);
        let leased_until = later(now, leased_for);
        let room = ahead.saturating_sub(self.waiting.len());
        let leased = self.shared.store.lease(self.shared.output.name(), room, now, leased_until).await?;
        self.shared.store_trouble.over();
        // One whose record takes longer than its lease comes up again; it is still the running attempt's to end.
        let fresh = leased.into_iter().filter(|delivery| !self.on_the_way.contains_key(&delivery.id));
        self.waiting.extend(fresh.map(|delivery| (delivery, leased_until)));
        Ok(())
    }

    /// Starts attempts while there are free workers. What waited so long that its lease might end first is given back.
    async fn start_waiting(&mut self, workers: usize, now: Timestamp) {
        let needed = later(now, self.shared.policy.attempt_timeout);
        let mut stale = Vec::new();
        while self.has_room(workers)
            && self.shared.held(now).is_none()
            && let Some((delivery, leased_until)) = self.waiting.pop_front()
        {
            if needed > leased_until {
                stale.push(delivery);
                continue;
            }
            self.on_the_way.insert(delivery.id, delivery.clone());
            let began = self.shared.outage.begin();
            self.shared.attempting.fetch_add(1, Ordering::Relaxed);
            self.running.spawn(Arc::clone(&self.shared).attempt(delivery, began));
        }
        self.give_back(stale, now).await;
    }

    fn settle(&mut self, ended: Result<i64, JoinError>) {
        match ended {
            Ok(delivery) => drop(self.on_the_way.remove(&delivery)),
            // Its lease ends by itself.
            Err(error) => tracing::error!(output = self.shared.output.name(), %error, "an attempt was lost"),
        }
    }

    /// Lets out what is due and ends what runs, within the grace period; gives back the rest.
    async fn finish(mut self) {
        let drained = tokio::time::timeout(self.grace, async {
            loop {
                self.start_what_is_due().await;
                let Some(ended) = self.running.join_next().await else { break };
                self.settle(ended);
            }
        });
        if drained.await.is_err() {
            tracing::info!(
                output = self.shared.output.name(),
                "not everything went out before the stop; the rest is sent after the next start"
            );
        }
        self.running.abort_all();
        let now = self.shared.clock.now();
        let mut rest: Vec<Delivery> = std::mem::take(&mut self.on_the_way).into_values().collect();
        rest.extend(self.waiting.drain(..).map(|(delivery, _)| delivery));
        if tokio::time::timeout(GIVE_BACK_TIME, self.give_back(rest, now)).await.is_err() {
            tracing::debug!(
                output = self.shared.output.name(),
                "the store was too slow to take leases back; they end by themselves"
            );
        }
    }

    async fn give_back_waiting(&mut self, now: Timestamp) {
        let waiting = self.waiting.drain(..).map(|(delivery, _)| delivery).collect();
        self.give_back(waiting, now).await;
    }

    /// A lease that cannot be given back ends by itself.
    async fn give_back(&self, deliveries: Vec<Delivery>, now: Timestamp) {
        if deliveries.is_empty() {
            return;
        }
        if let Err(error) = self.shared.store.give_back(&deliveries, now).await {
            self.shared.store_failed(&error);
        }
    }
}

impl Shared {
    /// One attempt, and its record.
    async fn attempt(self: Arc<Self>, delivery: Delivery, began: Began) -> i64 {
        let worker = Worker(&self);
        let error = self.deliver(&delivery).await.err();
        let now = self.clock.now();
        let is_away = matches!(error, Some(DeliveryError::Retry { .. }));
        let Next { attempt, hold_until } = match error {
            None => Next { attempt: Attempt::Delivered, hold_until: None },
            Some(error) => {
                let next = retry::after_failure(&self.policy, &delivery, error, now);
                self.unless_hopeless(next, &delivery, now).await
            }
        };
        if attempt == Attempt::Delivered {
            self.failing.succeeded();
        }
        self.hold(hold_until);
        if is_away {
            self.rest(&delivery, began, now);
        } else {
            self.outage.answered();
        }
        self.report(&delivery, &attempt);
        drop(worker);
        self.record(&delivery, &attempt, now).await;
        // Only now, so that what the figures call delivered no longer waits in the store.
        self.count(&delivery, &attempt, now);
        delivery.id
    }

    /// Disables the output instead when nothing has succeeded for as long as the policy bears.
    async fn unless_hopeless(&self, next: Next, delivery: &Delivery, now: Timestamp) -> Next {
        let bears = self.policy.disable_after;
        if bears.is_zero() || matches!(next.attempt, Attempt::Disabled(_)) {
            return next;
        }
        let since = self.failing.since(self.store.as_ref(), delivery, now).await;
        let (Attempt::RetryAt(_, reason) | Attempt::Dead(reason)) = &next.attempt else { return next };
        if later(since, bears) > now {
            return next;
        }
        // Whoever enables it gives it the whole time again.
        self.failing.succeeded();
        retry::disable(format!("it has taken nothing since {since:.0}; at last: {reason}"), now)
    }

    /// Lets the lane rest when this failure is one too many.
    fn rest(&self, delivery: &Delivery, began: Began, now: Timestamp) {
        let output = self.output.name();
        let rests_until = self.outage.failed(began, delivery.id, output, &self.policy, now);
        if let Some(until) = rests_until {
            tracing::debug!(output, %until, "the receiver seems to be away: everything waits");
        }
        self.hold(rests_until);
    }

    /// Nothing goes out before this time.
    fn hold(&self, until: Option<Timestamp>) {
        let mut held = self.hold_until.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (*held).max(until);
    }

    /// Until when nothing goes out, if there is such a time.
    fn held(&self, now: Timestamp) -> Option<Timestamp> {
        let held = *self.hold_until.lock().unwrap_or_else(PoisonError::into_inner);
        held.filter(|&until| until > now)
    }

    /// Calls the output; one that takes too long or panics has failed like any other.
    async fn deliver(&self, delivery: &Delivery) -> Result<(), DeliveryError> {
        let number = delivery.attempts.saturating_add(1);
        let called = AssertUnwindSafe(self.output.deliver(&delivery.message, number)).catch_unwind();
        let failed = |why: FailureReason| self.metrics.delivery_failure(self.output.name(), why);
        let retry = |reason: String| Err(DeliveryError::Retry { after: None, reason });
        match tokio::time::timeout(self.policy.attempt_timeout, called).await {
            Ok(Ok(result)) => result.inspect_err(|error| {
                failed(match error {
                    DeliveryError::Retry { after: Some(_), .. } => FailureReason::Throttled,
                    DeliveryError::Retry { after: None, .. } => FailureReason::Failed,
                    DeliveryError::GiveUp { .. } | DeliveryError::Gone { .. } => FailureReason::Refused,
                });
            }),
            Ok(Err(panic)) => {
                failed(FailureReason::Fault);
                retry(format!("the output failed on this message: {}", panic_text(panic.as_ref())))
            }
            Err(_elapsed) => {
                failed(FailureReason::Timeout);
                retry(format!("no answer within {:?}", self.policy.attempt_timeout))
            }
        }
    }

    /// Records how it ended, trying until the store takes it: until then no further message takes this worker, so
    /// that a store that cannot write does not make the outputs repeat everything later.
    async fn record(&self, delivery: &Delivery, attempt: &Attempt, now: Timestamp) {
        let mut pause = LOOK_AFTER;
        loop {
            match self.store.record(delivery, attempt, now).await {
                Ok(()) => {
                    self.store_trouble.over();
                    return;
                }
                Err(error @ StoreError::Unavailable(_)) => self.store_failed(&error),
                // Nothing is lost: its lease ends, and it is attempted again under the same id.
                Err(error) => return self.store_failed(&error),
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(LOOK_EVERY);
        }
    }

    fn count(&self, delivery: &Delivery, attempt: &Attempt, now: Timestamp) {
        let output = self.output.name();
        self.metrics.delivery(
            output,
            match attempt {
                Attempt::Delivered => DeliveryOutcome::Delivered,
                Attempt::RetryAt(..) => DeliveryOutcome::Retried,
                Attempt::Dead(_) => DeliveryOutcome::Dead,
                Attempt::Disabled(_) => DeliveryOutcome::Disabled,
            },
        );
        if let (Attempt::Delivered, Some(received_at)) = (attempt, delivery.message.received_at) {
            self.metrics.article_to_alert(output, until(received_at, now));
        }
    }

    /// Writes into the log what is new: the first failure of a kind, each other kind, and the end of it.
    fn report(&self, delivery: &Delivery, attempt: &Attempt) {
        let (output, message) = (self.output.name(), delivery.message.id.as_str());
        match attempt {
            Attempt::Delivered => {
                tracing::debug!(output, message, "delivered");
                if self.delivery_trouble.over() {
                    tracing::info!(output, "deliveries succeed again");
                }
            }
            Attempt::RetryAt(at, reason) if self.delivery_trouble.is_new(reason) => {
                tracing::warn!(output, message, reason, next = %at, "a delivery failed and will be tried again");
            }
            Attempt::Dead(reason) if self.delivery_trouble.is_new(reason) => {
                tracing::error!(
                    output,
                    message,
                    reason,
                    "a delivery was given up; see `newsdelta dead-letters`"
                );
            }
            Attempt::Disabled(reason) if self.delivery_trouble.is_new(reason) => {
                tracing::error!(
                    output,
                    message,
                    reason,
                    "the output is disabled and its messages wait; see `newsdelta outputs`"
                );
            }
            Attempt::RetryAt(..) | Attempt::Dead(_) | Attempt::Disabled(_) => {
                tracing::debug!(output, message, ?attempt, "failed as before");
            }
        }
    }

    fn store_failed(&self, error: &StoreError) {
        let text = error.to_string();
        if self.store_trouble.is_new(&text) {
            tracing::error!(output = self.output.name(), error = text, "deliveries wait for the store");
        }
    }
}

/// Stands for an attempt until it has ended, however it ends.
struct Worker<'a>(&'a Shared);

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        self.0.attempting.fetch_sub(1, Ordering::Relaxed);
        self.0.ended.notify_one();
    }
}

/// The last trouble of a kind, so that the log tells it once and not at every attempt.
#[derive(Default)]
struct Trouble(Mutex<Option<String>>);

impl Trouble {
    /// Remembers the trouble; true when it differs from the last.
    fn is_new(&self, text: &str) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = last.as_deref() != Some(text);
        if is_new {
            *last = Some(text.to_owned());
        }
        is_new
    }

    /// Forgets it; true when there was one.
    fn over(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}
