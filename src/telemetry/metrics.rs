//! The counts and measures that `/metrics` shows, in Prometheus' naming. Comes in: what each stage reports of itself.
//! Goes out: `OpenMetrics` text. Labels are names from the config and closed sets, never stories, addresses or words of
//! articles: the number of series is bounded. Decides nothing and is never asked by the code that decides.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::model::{ChangeKind, FactKey};
use crate::store::StoreMetrics;

/// What became of an article that an input handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArticleOutcome {
    /// Read and committed.
    Committed,
    /// Committed before: the same id came again.
    Known,
    /// Set aside as a dead letter.
    Failed,
}

impl ArticleOutcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Known => "known",
            Self::Failed => "failed",
        }
    }
}

/// How an attempt at a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The output took the message.
    Delivered,
    /// It will be tried again.
    Retried,
    /// Given up: a dead letter.
    Dead,
    /// The receiver wants no more: the output is disabled.
    Disabled,
}

impl DeliveryOutcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retried => "retried",
            Self::Dead => "dead",
            Self::Disabled => "disabled",
        }
    }
}

/// Why an attempt failed, as a closed set; the log and the dead letter have the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureReason {
    /// The receiver asked to be called later (`Retry-After`).
    Throttled,
    /// It could not be reached, or answered that it cannot now.
    Failed,
    /// It refused the message for good.
    Refused,
    /// No answer in time.
    Timeout,
    /// The output itself failed on the message.
    Fault,
}

impl FailureReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Fault => "fault",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ArticleLabels {
    input: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InputLabels {
    input: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClaimLabels {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AlertLabels {
    kind: &'static str,
    change: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    output: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    output: String,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutputLabels {
    output: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PartitionLabels {
    input: String,
    topic: String,
    partition: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabels {
    queue: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeadLetterLabels {
    kind: &'static str,
}

/// How full a queue is: items in it, and how many it holds at most. Nothing once the queue is gone.
type Fill = Box<dyn Fn() -> Option<(usize, usize)> + Send + Sync>;

/// Seconds. From a wake-up to an outage of a working day: where an alert is late, and by how much.
const LATENCY_BUCKETS: [f64; 16] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 28800.0];

type Histograms = Family<OutputLabels, Histogram, fn() -> Histogram>;

/// All series of one daemon.
pub struct Metrics {
    registry: Registry,
    articles: Family<ArticleLabels, Counter>,
    last_article: Family<InputLabels, Gauge>,
    claims: Family<ClaimLabels, Counter>,
    alerts: Family<AlertLabels, Counter>,
    deliveries: Family<DeliveryLabels, Counter>,
    failures: Family<FailureLabels, Counter>,
    latency: Histograms,
    lag: Family<PartitionLabels, Gauge>,
    config_read: Gauge,
    config_taken_over: Gauge,
    facts_awake: Gauge,
    claims_in_memory: Gauge,
    queues: Mutex<Vec<(&'static str, Fill)>>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Series that all start at nothing.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("newsdelta");
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program that runs", build);
        let new_histogram: fn() -> Histogram = || Histogram::new(LATENCY_BUCKETS);
        let metrics = Self {
            articles: Family::default(),
            last_article: Family::default(),
            claims: Family::default(),
            alerts: Family::default(),
            deliveries: Family::default(),
            failures: Family::default(),
            latency: Family::new_with_constructor(new_histogram),
            lag: Family::default(),
            config_read: Gauge::default(),
            config_taken_over: Gauge::default(),
            facts_awake: Gauge::default(),
            claims_in_memory: Gauge::default(),
            queues: Mutex::default(),
            registry: Registry::default(),
        };
        registry.register("articles", "Articles by input and what became of them", metrics.articles.clone());
        registry.register_with_unit(
            "last_article_timestamp",
            "When an input last handed over an article, in Unix time",
            Unit::Seconds,
            metrics.last_article.clone(),
        );
        registry.register("claims", "Claims read in committed articles", metrics.claims.clone());
        registry.register("alerts", "Changes that were worth telling", metrics.alerts.clone());
        registry.register("deliveries", "Attempts by output and how they ended", metrics.deliveries.clone());
        registry.register(
            "delivery_failures",
            "Failed attempts by output and reason",
            metrics.failures.clone(),
        );
        registry.register_with_unit(
            "article_to_alert",
            "From the arrival of an article to the delivery of what it changed",
            Unit::Seconds,
            metrics.latency.clone(),
        );
        registry.register(
            "consumer_lag_records",
            "Records of a partition that are not yet consumed, as the broker client counts them",
            metrics.lag.clone(),
        );
        registry.register(
            "config_last_reload_successful",
            "1 when the config was last read without a mistake, at the start or since",
            metrics.config_read.clone(),
        );
        registry.register_with_unit(
            "config_last_reload_success_timestamp",
            "When the config in use was read, in Unix time",
            Unit::Seconds,
            metrics.config_taken_over.clone(),
        );
        registry.register(
            "facts_awake",
            "Facts in memory ready to be compared; others sleep or are in the store alone",
            metrics.facts_awake.clone(),
        );
        registry.register(
            "claims_in_memory",
            "Claims of all facts in memory, awake or asleep",
            metrics.claims_in_memory.clone(),
        );
        Self { registry, ..metrics }
    }

    /// So many facts are awake, and so many claims in memory, when a batch begins.
    pub fn known(&self, facts_awake: usize, claims: usize) {
        self.facts_awake.set(gauge(facts_awake));
        self.claims_in_memory.set(gauge(claims));
    }

    /// The config was read: is it in use now?
    pub fn config_read(&self, is_in_use: bool, now: Timestamp) {
        self.config_read.set(i64::from(is_in_use));
        if is_in_use {
            self.config_taken_over.set(now.as_second());
        }
    }

    /// An input handed over an article, and this became of it.
    pub fn article(&self, input: &str, outcome: ArticleOutcome, now: Timestamp) {
        let labels = ArticleLabels { input: input.to_owned(), outcome: outcome.as_str() };
        self.articles.get_or_create(&labels).inc();
        self.last_article.get_or_create(&InputLabels { input: input.to_owned() }).set(now.as_second());
    }

    /// A claim was committed.
    pub fn claim(&self, key: &FactKey) {
        self.claims.get_or_create(&ClaimLabels { kind: key.about() }).inc();
    }

    /// An alert was committed.
    pub fn alert(&self, key: &FactKey, change: ChangeKind) {
        self.alerts.get_or_create(&AlertLabels { kind: key.about(), change: change.as_str() }).inc();
    }

    /// An attempt ended.
    pub fn delivery(&self, output: &str, outcome: DeliveryOutcome) {
        let labels = DeliveryLabels { output: output.to_owned(), outcome: outcome.as_str() };
        self.deliveries.get_or_create(&labels).inc();
    }

    /// An attempt failed.
    pub fn delivery_failure(&self, output: &str, reason: FailureReason) {
        let labels = FailureLabels { output: output.to_owned(), reason: reason.as_str() };
        self.failures.get_or_create(&labels).inc();
    }

    /// A message was delivered so long after its article came.
    pub fn article_to_alert(&self, output: &str, took: Duration) {
        self.latency.get_or_create(&OutputLabels { output: output.to_owned() }).observe(took.as_secs_f64());
    }

    /// So many records of a partition are not yet consumed.
    pub fn consumer_lag(&self, input: &str, topic: &str, partition: i32, records: i64) {
        let labels = PartitionLabels { input: input.to_owned(), topic: topic.to_owned(), partition };
        self.lag.get_or_create(&labels).set(records);
    }

    /// A partition is another instance's now: its lag is not ours to report.
    pub fn partition_gone(&self, input: &str, topic: &str, partition: i32) {
        let labels = PartitionLabels { input: input.to_owned(), topic: topic.to_owned(), partition };
        self.lag.remove(&labels);
    }

    /// Has the fill of a queue shown from now on: `fill` says how many items are in it, and how many it can hold.
    pub fn watch_queue(
        &self,
        queue: &'static str,
        fill: impl Fn() -> Option<(usize, usize)> + Send + Sync + 'static,
    ) {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        queues.push((queue, Box::new(fill)));
    }

    /// Everything as `OpenMetrics` text; without `store`, what the store says of itself is left out.
    ///
    /// # Errors
    /// Only when a label cannot be written, which the closed sets of labels exclude.
    pub fn text(&self, store: Option<&StoreMetrics>, now: Timestamp) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode_registry(&mut text, &self.registry)?;
        text::encode_registry(&mut text, &self.of_queues())?;
        if let Some(store) = store {
            text::encode_registry(&mut text, &of_store(store, now))?;
        }
        text::encode_eof(&mut text)?;
        Ok(text)
    }

    fn of_queues(&self) -> Registry {
        let (items, capacity) =
            (Family::<QueueLabels, Gauge>::default(), Family::<QueueLabels, Gauge>::default());
        for (queue, fill) in self.queues.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            if let Some((held, most)) = fill() {
                items.get_or_create(&QueueLabels { queue }).set(gauge(held));
                capacity.get_or_create(&QueueLabels { queue }).set(gauge(most));
            }
        }
        let mut registry = Registry::with_prefix("newsdelta");
        registry.register("queue_items", "Items that wait in a queue", items);
        registry.register("queue_capacity_items", "Items that a queue can hold", capacity);
        registry
    }
}

/// What the store says of itself.
fn of_store(store: &StoreMetrics, now: Timestamp) -> Registry {
    let (depth, age) =
        (Family::<OutputLabels, Gauge>::default(), Family::<OutputLabels, Gauge<f64, AtomicU64>>::default());
    for outbox in &store.outboxes {
        let labels = OutputLabels { output: outbox.output.clone() };
        depth.get_or_create(&labels).set(gauge(outbox.waiting));
        let waited = outbox.oldest.map_or(0.0, |oldest| now.duration_since(oldest).as_secs_f64().max(0.0));
        age.get_or_create(&labels).set(waited);
    }
    let dead = Family::<DeadLetterLabels, Gauge>::default();
    dead.get_or_create(&DeadLetterLabels { kind: "item" }).set(gauge(store.dead_items));
    dead.get_or_create(&DeadLetterLabels { kind: "delivery" }).set(gauge(store.dead_deliveries));
    let disabled = Family::<OutputLabels, Gauge>::default();
    for output in &store.disabled {
        disabled.get_or_create(&OutputLabels { output: output.clone() }).set(1);
    }
    let size: Gauge = Gauge::default();
    size.set(gauge(store.bytes));
    let mut registry = Registry::with_prefix("newsdelta");
    registry.register("outbox_messages", "Messages that wait for an output", depth);
    registry.register_with_unit(
        "outbox_oldest_age",
        "How long the oldest of them has waited; 0 when none does",
        Unit::Seconds,
        age,
    );
    registry.register("dead_letters", "What could not be read or delivered and waits for somebody", dead);
    registry.register("output_disabled", "1 for an output whose receiver wants no more messages", disabled);
    registry.register_with_unit("store_size", "What the store takes", Unit::Bytes, size);
    registry
}

fn gauge(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::OutboxMetrics;

    fn now() -> Timestamp {
        "2031-05-04T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn series_carry_the_names_that_dashboards_rely_on() {
        let metrics = Metrics::new();
        metrics.article("wire", ArticleOutcome::Committed, now());
        metrics.article("wire", ArticleOutcome::Known, now());
        metrics.delivery("desk", DeliveryOutcome::Retried);
        metrics.delivery_failure("desk", FailureReason::Throttled);
        metrics.article_to_alert("desk", Duration::from_millis(40));
        metrics.consumer_lag("wire", "articles", 3, 17);
        metrics.config_read(true, now());
        metrics.config_read(false, now() + jiff::SignedDuration::from_secs(60));
        metrics.known(30, 400);
        metrics.watch_queue("items", || Some((5, 512)));
        metrics.watch_queue("gone", || None);
        let oldest = now() - jiff::SignedDuration::from_secs(90);
        let store = StoreMetrics {
            outboxes: vec![OutboxMetrics { output: "desk".to_owned(), waiting: 2, oldest: Some(oldest) }],
            dead_items: 1,
            dead_deliveries: 0,
            disabled: vec!["hook".to_owned()],
            bytes: 4096,
        };
        let text = metrics.text(Some(&store), now()).unwrap();
        for line in [
            concat!("newsdelta_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
            "newsdelta_articles_total{input=\"wire\",outcome=\"committed\"} 1",
            "newsdelta_articles_total{input=\"wire\",outcome=\"known\"} 1",
            "newsdelta_last_article_timestamp_seconds{input=\"wire\"} 1935655200",
            "newsdelta_deliveries_total{output=\"desk\",outcome=\"retried\"} 1",
            "newsdelta_delivery_failures_total{output=\"desk\",reason=\"throttled\"} 1",
            "newsdelta_article_to_alert_seconds_bucket{le=\"0.05\",output=\"desk\"} 1",
            "newsdelta_consumer_lag_records{input=\"wire\",topic=\"articles\",partition=\"3\"} 17",
            "newsdelta_config_last_reload_successful 0",
            "newsdelta_config_last_reload_success_timestamp_seconds 1935655200",
            "newsdelta_facts_awake 30",
            "newsdelta_claims_in_memory 400",
            "newsdelta_queue_items{queue=\"items\"} 5",
            "newsdelta_queue_capacity_items{queue=\"items\"} 512",
            "newsdelta_outbox_messages{output=\"desk\"} 2",
            "newsdelta_outbox_oldest_age_seconds{output=\"desk\"} 90.0",
            "newsdelta_output_disabled{output=\"hook\"} 1",
            "newsdelta_dead_letters{kind=\"item\"} 1",
            "newsdelta_store_size_bytes 4096",
        ] {
            assert!(text.lines().any(|found| found == line), "`{line}` is not in\n{text}");
        }
        assert!(text.ends_with("# EOF\n") && !text.contains("gone"), "{text}");
    }

    #[test]
    fn a_partition_that_moved_away_has_no_lag_here() {
        let metrics = Metrics::new();
        metrics.consumer_lag("wire", "articles", 3, 17);
        metrics.partition_gone("wire", "articles", 3);
        assert!(!metrics.text(None, now()).unwrap().contains("partition=\"3\""));
    }
}
