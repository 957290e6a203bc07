//! librdkafka for one input. Comes in: the config. Goes out: a consumer and a producer whose words end in our log, and
//! whose rebalances wait for the records in hand. Never logs a property's value.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::FutureProducer;
use rdkafka::statistics::Statistics;
use rdkafka::{Offset, TopicPartitionList};

use super::KafkaInputConfig;
use super::window::{Part, Progress, Window};
use crate::telemetry::metrics::Metrics;

/// The same trouble is logged again after this time.
const REMIND: Duration = Duration::from_secs(60);

/// What the consumer's thread, its callbacks and the input share.
pub(super) struct Shared {
    input: String,
    revoke_wait: Duration,
    window: Mutex<Window>,
    changed: Condvar,
    metrics: Arc<Metrics>,
    /// The input stops: nobody waits for anything any more.
    pub(super) is_stopping: AtomicBool,
    /// Assigned partitions are paused; an assignment resumes them.
    pub(super) is_paused: AtomicBool,
    trouble: Mutex<Option<(String, Instant)>>,
}

impl Shared {
    pub(super) fn new(input: &str, revoke_wait: Duration, metrics: Arc<Metrics>) -> Self {
        Self {
            input: input.to_owned(),
            revoke_wait,
            window: Mutex::default(),
            changed: Condvar::new(),
            metrics,
            is_stopping: AtomicBool::new(false),
            is_paused: AtomicBool::new(false),
            trouble: Mutex::default(),
        }
    }

    /// The records in hand.
    pub(super) fn window(&self) -> MutexGuard<'_, Window> {
        // A panic elsewhere leaves the window as it was before a call: it is still right.
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records in hand became fewer.
    pub(super) fn announce(&self) {
        self.changed.notify_all();
    }

    /// Waits until `is_so` of the window, at most `limit`; whether it is so.
    pub(super) fn wait_until(&self, limit: Duration, is_so: impl Fn(&Window) -> bool) -> bool {
        let may_go = |window: &Window| self.is_stopping.load(Ordering::Relaxed) || is_so(window);
        let waited = self.changed.wait_timeout_while(self.window(), limit, |window| !may_go(window));
        is_so(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Logs trouble when it is new, and from time to time while it lasts.
    pub(super) fn trouble(&self, error: &KafkaError, reason: &str) {
        let what = error.to_string();
        let mut last = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_some_and(|(before, at)| *before == what && at.elapsed() < REMIND) {
            return;
        }
        *last = Some((what, Instant::now()));
        drop(last);
        tracing::warn!(input = self.input, %error, reason, "Kafka in trouble; nothing is lost, newsdelta keeps trying");
    }

    /// Logs that trouble is over.
    pub(super) fn fine(&self) {
        if self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            tracing::info!(input = self.input, "Kafka answers again");
        }
    }
}

/// The consumer's callbacks.
pub(super) struct Callbacks(pub(super) Arc<Shared>);

impl ClientContext for Callbacks {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.0.trouble(&error, reason);
    }

    /// Comes as often as `statistics.interval.ms` says.
    fn stats(&self, statistics: Statistics) {
        let Shared { input, metrics, .. } = self.0.as_ref();
        // One figure for each partition: their order means nothing, and sorting makes it plain.
        let topics: BTreeMap<_, _> = statistics.topics.iter().collect();
        let partitions =
            topics.values().flat_map(|topic| topic.partitions.values().map(|part| (&topic.topic, part)));
        for (topic, partition) in partitions.filter(|(_, partition)| partition.partition >= 0) {
            // Partitions that others consume are listed as well, without a lag (-1).
            match partition.consumer_lag {
                lag if lag >= 0 && partition.desired => {
                    metrics.consumer_lag(input, topic, partition.partition, lag);
                }
                _ => metrics.partition_gone(input, topic, partition.partition),
            }
        }
    }
}

impl ConsumerContext for Callbacks {
    /// Before partitions go to another member, records in hand get some time to be decided, so that they are committed
    /// here and not done twice. What is undecided then is dropped: the other member does it.
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let Rebalance::Revoke(list) = rebalance else { return };
        let parts: Vec<Part> =
            list.elements().iter().map(|element| (element.topic().to_owned(), element.partition())).collect();
        let is_lost = consumer.assignment_lost();
        if !is_lost {
            self.0.wait_until(self.0.revoke_wait, |window| !window.awaits(&parts));
        }
        let mut window = self.0.window();
        let dropped = parts.iter().filter(|part| window.awaits(std::slice::from_ref(*part))).count();
        for part in &parts {
            window.lose(part);
        }
        drop(window);
        let (input, partitions) = (&self.0.input, parts.len());
        if is_lost {
            tracing::warn!(input, partitions, "partitions lost: another instance repeats what was in hand");
        } else {
            tracing::info!(input, partitions, unfinished = dropped, "partitions given up");
        }
    }

    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        self.0.is_paused.store(false, Ordering::Relaxed);
        match rebalance {
            Rebalance::Assign(list) => {
                self.0.fine();
                tracing::info!(input = self.0.input, partitions = list.count(), "partitions assigned");
            }
            Rebalance::Error(error) => self.0.trouble(error, "rebalance"),
            Rebalance::Revoke(_) => {}
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        match result {
            // There was nothing new to commit, or the group is just sharing out: the next commit says the same.
            Err(error)
                if matches!(
                    error.rdkafka_error_code(),
                    Some(RDKafkaErrorCode::NoOffset | RDKafkaErrorCode::RebalanceInProgress)
                ) => {}
            Err(error) => self.0.trouble(&error, "offsets not committed yet"),
            Ok(()) => self.0.fine(),
        }
    }
}

/// The producer's callbacks: a failure is told by the delivery itself.
#[derive(Clone)]
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, reason);
    }
}

/// librdkafka speaks of lost connections as errors and at each attempt; `trouble` has said it already.
fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        _ if matches!(facility, "FAIL" | "ERROR") => tracing::debug!(target: "librdkafka", facility, message),
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error
        | RDKafkaLogLevel::Warning => tracing::warn!(target: "librdkafka", facility, message),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => {
            tracing::debug!(target: "librdkafka", facility, message);
        }
    }
}

/// The consumer's properties: ours, then the user's.
pub(super) fn consumer_config(config: &KafkaInputConfig) -> ClientConfig {
    let mut all = ClientConfig::new();
    all.set("bootstrap.servers", config.brokers.join(","))
        .set("group.id", &config.group)
        .set("client.id", "newsdelta")
        .set("auto.offset.reset", config.start_at.as_str())
        // Only stored offsets are committed, and only `store` stores them.
        .set("enable.auto.commit", "true")
        .set("enable.auto.offset.store", "false")
        .set("auto.commit.interval.ms", "1000")
        // Partitions that stay where they are go on during a rebalance.
        .set("partition.assignment.strategy", "cooperative-sticky")
        // A topic that is made after the start is noticed within this time instead of five minutes.
        .set("topic.metadata.refresh.interval.ms", "10000")
        // Records that wait inside librdkafka, for each partition; its own default is 64 MB.
        .set("queued.max.messages.kbytes", "8192")
        // Tells the consumer lag.
        .set("statistics.interval.ms", "5000")
        .set("socket.keepalive.enable", "true");
    for (name, value) in config.properties.iter() {
        all.set(name, value);
    }
    all
}

/// The dead-letter producer's properties.
pub(super) fn producer(config: &KafkaInputConfig) -> KafkaResult<FutureProducer<Quiet>> {
    let mut all = ClientConfig::new();
    all.set("bootstrap.servers", config.brokers.join(","))
        .set("client.id", "newsdelta")
        .set("enable.idempotence", "true")
        .set("message.timeout.ms", "30000");
    for (name, value) in config.properties.iter().filter(|(name, _)| is_for_every_client(name)) {
        all.set(name, value);
    }
    all.create_with_context(Quiet)
}

/// Properties that say how to reach the brokers concern the producer as well.
fn is_for_every_client(name: &str) -> bool {
    [
        "security.",
        "sasl.",
        "ssl.",
        "socket.",
        "broker.",
        "client.",
        "reconnect.",
        "metadata.",
        "api.",
        "debug",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}

/// Stores how far a partition is done; librdkafka commits it within a second, and before the partition is given up.
pub(super) fn store(consumer: &BaseConsumer<Callbacks>, progress: &Progress) -> KafkaResult<()> {
    let (topic, partition) = &progress.part;
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, *partition, Offset::Offset(progress.next))?;
    consumer.store_offsets(&list)
}
