//! A Kafka topic of articles. Comes in: records of a consumer group's share of the topics. Goes out: each record's value
//! as an item; its offset is committed only after its verdict and those of all records before it on its partition.
//! At least once: a record may come again after a crash or a lost partition, and the store knows its article then.
//!
//! - A value is an article in JSON, a text, or a `CloudEvent` (structured or binary). Keys are ignored, records
//!   without a value are passed over.
//! - A record that cannot be read goes to the dead-letter topic, if there is one, confirmed before its offset is
//!   committed; the store remembers it in any case.
//! - While brokers are away, newsdelta keeps trying and says so once a minute.

mod client;
mod consume;
mod dead_letter;
mod record;
mod window;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::OwnedMessage;
use rdkafka::producer::FutureProducer;
use rdkafka::types::RDKafkaConfRes;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use self::client::{Callbacks, Quiet, Shared, consumer_config, producer, store};
use self::consume::{Consume, Taken};
use self::dead_letter::DeadLetter;
use self::window::Part;
use super::{Input, Item, Ticket, Verdict};
use crate::clock::SharedClock;
use crate::config::{Check, Findings, Properties};
use crate::telemetry::metrics::Metrics;

/// How long a stopping input waits for its verdicts, and then for leaving the group.
const STOP_WAIT: Duration = Duration::from_secs(10);

/// Properties that newsdelta sets itself, and what to write instead.
const OWN_PROPERTIES: &[(&str, &str)] = &[
    ("bootstrap.servers", "write `brokers`"),
    ("metadata.broker.list", "write `brokers`"),
    ("group.id", "write `group`"),
    ("auto.offset.reset", "write `start_at`"),
    ("enable.auto.commit", "leave it out: offsets are committed after the store's commit"),
    ("enable.auto.offset.store", "leave it out: offsets are committed after the store's commit"),
];

/// Where a group without committed offsets begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartAt {
    /// With the oldest record that is kept.
    Earliest,
    /// With the next record.
    Latest,
}

impl StartAt {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Earliest => "earliest",
            Self::Latest => "latest",
        }
    }
}

/// `[inputs.NAME]` with `type = "kafka"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaInputConfig {
    /// `host:port` of one or more brokers.
    pub brokers: Vec<String>,
    /// The topics; a name beginning with `^` is a pattern.
    pub topics: Vec<String>,
    /// The consumer group: instances that share it share the work.
    pub group: String,
    /// Where a group without committed offsets begins: `earliest` or `latest`.
    pub start_at: StartAt,
    /// Where records go that cannot be read.
    pub dead_letter_topic: Option<String>,
    /// Largest record, in bytes; larger ones fail unread.
    pub record_bytes_max: usize,
    /// Records handed over and not yet committed; beyond, the topics are paused.
    pub in_flight_max: usize,
    /// Bytes handed over and not yet committed; beyond, the topics are paused.
    pub in_flight_bytes_max: usize,
    /// How long records in hand may take when their partitions move to another instance.
    #[serde(with = "humantime_serde")]
    pub revoke_wait: Duration,
    /// Passed to librdkafka as they are.
    pub properties: Properties,
}

impl Check for KafkaInputConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.brokers.is_empty() {
            findings.add("brokers", "is empty: name at least one broker such as \"kafka-1:9092\"");
        }
        if self.topics.is_empty() {
            findings.add("topics", "is empty: name at least one topic such as \"articles\"");
        }
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_topic = |name: &str| (1..=249).contains(&name.len()) && name.bytes().all(legal);
        for (at, topic) in self.topics.iter().enumerate().filter(|(_, topic)| !topic.starts_with('^')) {
            if !is_topic(topic) {
                findings.add(
                    &format!("topics[{at}]"),
                    "is no topic name: use 1 to 249 letters, digits, `.`, `_` and `-`, or a pattern after `^`",
                );
            }
        }
        if let Some(topic) = &self.dead_letter_topic {
            if !is_topic(topic) {
                findings.add(
                    "dead_letter_topic",
                    "is no topic name: use 1 to 249 letters, digits, `.`, `_` and `-`",
                );
            } else if self.topics.contains(topic) {
                findings.add(
                    "dead_letter_topic",
                    "is among `topics`: name another, or every bad record would come again",
                );
            }
        }
        if self.group.trim().is_empty() {
            findings.add("group", "is empty: write a name such as \"newsdelta\"");
        }
        findings.expect_between("record_bytes_max", self.record_bytes_max, 1024, 1 << 30);
        findings.expect_between("in_flight_max", self.in_flight_max, 1, 100_000);
        findings.expect_between("in_flight_bytes_max", self.in_flight_bytes_max, 1024, 1 << 40);
        if self.revoke_wait > Duration::from_secs(60) {
            findings.add(
                "revoke_wait",
                "is longer than a minute: the whole group would wait, write for instance \"10s\"",
            );
        }
        let own = OWN_PROPERTIES.iter().filter(|(name, _)| self.properties.contains(name));
        let mut has_own = false;
        for (name, cure) in own {
            has_own = true;
            findings.add("properties", format!("holds \"{name}\", which newsdelta sets: {cure}"));
        }
        if !has_own && let Err(error) = consumer_config(self).create_native_config() {
            findings.add("properties", refusal(&error));
        }
    }
}

/// The input.
pub struct KafkaInput {
    name: String,
    config: KafkaInputConfig,
    clock: SharedClock,
    metrics: Arc<Metrics>,
}

impl KafkaInput {
    /// An input by the name it has in the config.
    pub fn new(name: impl Into<String>, config: KafkaInputConfig, clock: SharedClock) -> Self {
        Self { name: name.into(), config, clock, metrics: Arc::default() }
    }

    /// The same, reporting its consumer lag there.
    #[must_use]
    pub fn with_metrics(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..self }
    }
}

/// The input while it runs: what the tasks around the consumer's thread need.
struct Running {
    name: String,
    shared: Arc<Shared>,
    consumer: Arc<BaseConsumer<Callbacks>>,
    rewinds: mpsc::Sender<(Part, i64)>,
    /// Records in hand as they were, where a dead letter may be needed.
    originals: HashMap<Ticket, OwnedMessage>,
    dead_letters: Option<(String, FutureProducer<Quiet>)>,
    /// Dead letters on their way; at most as many as records in hand.
    letters: FuturesUnordered<BoxFuture<'static, Option<Ticket>>>,
    /// Ends the attempts at dead letters.
    give_up: CancellationToken,
}

#[async_trait]
impl Input for KafkaInput {
    fn name(&self) -> &str {
        &self.name
    }

    async fn run(self: Box<Self>, items: mpsc::Sender<Item>, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { name, config, clock, metrics } = *self;
        let shared = Arc::new(Shared::new(&name, config.revoke_wait, metrics));
        let refused = |error: KafkaError| anyhow::anyhow!("input `{name}`: `properties` {}", refusal(&error));
        let consumer: BaseConsumer<Callbacks> =
            consumer_config(&config).create_with_context(Callbacks(Arc::clone(&shared))).map_err(refused)?;
        let consumer = Arc::new(consumer);
        let dead_letters = match &config.dead_letter_topic {
            Some(topic) => Some((topic.clone(), producer(&config).map_err(refused)?)),
            None => None,
        };
        let topics: Vec<&str> = config.topics.iter().map(String::as_str).collect();
        consumer
            .subscribe(&topics)
            .with_context(|| format!("input `{name}`: cannot subscribe to {topics:?}"))?;
        // A few places more than records in hand: a rebalance can bring one record beyond the limit.
        let places = config.in_flight_max + 64;
        let (taken_sender, mut taken) = mpsc::channel(places);
        let (verdict_sender, mut verdicts) = mpsc::channel(places);
        let (rewind_sender, rewinds) = mpsc::channel(64);
        let consume = Consume {
            name: name.clone(),
            config,
            clock,
            shared: Arc::clone(&shared),
            consumer: Arc::clone(&consumer),
            taken: taken_sender,
            verdicts: verdict_sender,
            rewinds,
            unfinished: Vec::new(),
        };
        let mut thread = tokio::task::spawn_blocking(move || consume.run());
        let mut running = Running {
            name,
            shared,
            consumer,
            rewinds: rewind_sender,
            originals: HashMap::new(),
            dead_letters,
            letters: FuturesUnordered::new(),
            give_up: CancellationToken::new(),
        };
        let mut waiting: Option<Item> = None;
        let ended = loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break None,
                ended = &mut thread => break Some(ended),
                Some((ticket, verdict)) = verdicts.recv() => running.decide(ticket, verdict),
                Some(sent) = running.letters.next() => if let Some(ticket) = sent { running.done(ticket) },
                permit = items.reserve(), if waiting.is_some() => match permit {
                    Ok(permit) => if let Some(item) = waiting.take() { permit.send(item) },
                    Err(_) => break None,
                },
                Some(next) = taken.recv(), if waiting.is_none() => waiting = Some(running.keep(next)),
            }
        };
        running.stop(waiting, &mut taken, &mut verdicts).await;
        let consumer = Arc::clone(&running.consumer);
        drop(running);
        let leave = async {
            let ended = match ended {
                Some(ended) => ended,
                None => thread.await,
            };
            // The last owner commits and leaves the group, which takes its time: not on a thread of the runtime.
            let left = tokio::task::spawn_blocking(move || drop(consumer)).await;
            ended.and_then(|ended| left.map(|()| ended)).context("the consumer's thread panicked")?
        };
        timeout(STOP_WAIT, leave).await.unwrap_or_else(|_| {
            tracing::warn!("the group was not left in time; its brokers will notice by themselves");
            Ok(())
        })
    }
}

/// What is wrong with the properties, without their values: a password may be among them.
fn refusal(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, _, name, _) => {
            format!("holds \"{name}\", which librdkafka does not know: correct the name or leave it out")
        }
        KafkaError::ClientConfig(_, _, name, _) => {
            format!("holds \"{name}\" with a value that librdkafka does not take: correct the value")
        }
        KafkaError::ClientCreation(reason) => format!("do not make a client: {reason}"),
        other => format!("are refused by librdkafka: {other}"),
    }
}

impl Running {
    /// Keeps the original of a record while it is in hand.
    fn keep(&mut self, taken: Taken) -> Item {
        if let Some(original) = taken.original {
            self.originals.insert(taken.item.receipt.ticket, original);
        }
        taken.item
    }

    fn decide(&mut self, ticket: Ticket, verdict: Verdict) {
        let original = self.originals.remove(&ticket);
        match verdict {
            // What is held back is in the store, and read from there.
            Verdict::Committed | Verdict::Held(..) => self.done(ticket),
            Verdict::Failed(reason) => {
                tracing::warn!(input = self.name, reason, "record set aside");
                match (original, &self.dead_letters) {
                    (Some(record), Some((topic, producer))) => {
                        let letter = DeadLetter { ticket, record, reason };
                        let (name, topic, producer) = (self.name.clone(), topic.clone(), producer.clone());
                        let sent = dead_letter::send(letter, name, topic, producer, self.give_up.clone());
                        self.letters.push(Box::pin(sent));
                    }
                    _ => self.done(ticket),
                }
            }
            Verdict::GivenBack => self.give_back(ticket),
        }
    }

    /// The record is done: its partition may move forward.
    fn done(&mut self, ticket: Ticket) {
        let mut window = self.shared.window();
        let progress = window.done(ticket);
        // Stored under the lock, so that a partition is not given up between the two.
        if let Some(progress) = progress
            && let Err(error) = store(&self.consumer, &progress)
        {
            self.shared.trouble(&error, "offset not stored; the record comes again");
        }
        drop(window);
        self.shared.announce();
    }

    /// Nobody decided on the record: it comes again, now or at the next start.
    fn give_back(&mut self, ticket: Ticket) {
        let mut window = self.shared.window();
        let part = window.give_back(ticket);
        if !self.shared.is_stopping.load(Ordering::Relaxed)
            && let Some(part) = part
            && let Some(offset) = window.rewind(&part)
            && self.rewinds.try_send((part, offset)).is_err()
        {
            tracing::debug!(
                input = self.name,
                offset,
                "not set back: its records come again at the next start"
            );
        }
        drop(window);
        self.shared.announce();
    }

    /// Waits, within bounds, for what was handed over; gives back the rest.
    async fn stop(
        &mut self,
        waiting: Option<Item>,
        taken: &mut mpsc::Receiver<Taken>,
        verdicts: &mut mpsc::Receiver<(Ticket, Verdict)>,
    ) {
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        self.shared.announce();
        taken.close();
        if let Some(item) = waiting {
            self.give_back(item.receipt.ticket);
        }
        while let Some(taken) = taken.recv().await {
            self.give_back(taken.item.receipt.ticket);
        }
        let deadline = Instant::now() + STOP_WAIT;
        while self.shared.window().len() > 0 {
            let step = async {
                tokio::select! {
                    Some((ticket, verdict)) = verdicts.recv() => self.decide(ticket, verdict),
                    Some(sent) = self.letters.next() => if let Some(ticket) = sent { self.done(ticket) },
                    else => return false,
                }
                true
            };
            if !timeout_at(deadline, step).await.unwrap_or(false) {
                let records = self.shared.window().len();
                tracing::warn!(
                    input = self.name,
                    records,
                    "stopped before their verdicts: offered again at the next start"
                );
                break;
            }
        }
        self.give_up.cancel();
    }
}

#[cfg(test)]
mod tests;
