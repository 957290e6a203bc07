//! Where articles come from. Each input hands over bytes with a receipt, and is told through the receipt what became
//! of them: at least once, acknowledged only after the store's commit. An input never parses an article and never
//! drops one.
//!
//! Adding an input: one file here, one variant in `config::InputConfig`, one arm in `build`.

pub mod again;
pub mod feed;
pub mod http;
pub mod inbox;
#[cfg(feature = "kafka")]
pub mod kafka;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::SharedClock;
use crate::config::InputConfig;
use crate::telemetry::metrics::Metrics;

/// What became of a delivered item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its articles are committed, or were known already.
    Committed,
    /// It cannot be read, and why; the store remembers it as a dead letter.
    Failed(String),
    /// Its publisher holds it back, and why; the store keeps it, and it is read by itself at this time.
    Held(String, Timestamp),
    /// Nothing was decided (shutdown): the input must offer it again at the next start.
    GivenBack,
}

/// The number by which an input recognises its item when the verdict comes.
pub type Ticket = u64;

/// The way back to the input.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The item.
    pub ticket: Ticket,
    /// Where the verdict goes.
    pub verdicts: mpsc::Sender<(Ticket, Verdict)>,
}

impl Receipt {
    /// Tells the input what became of the item. An input that has already stopped needs no answer.
    pub async fn settle(self, verdict: Verdict) {
        if self.verdicts.send((self.ticket, verdict)).await.is_err() {
            tracing::debug!(ticket = self.ticket, "input gone before its verdict");
        }
    }
}

/// How far an input has been consumed; written in the same transaction as what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the input in the config.
    pub input: String,
    /// Topic and partition, or empty.
    pub part: String,
    /// The next offset to read.
    pub next: i64,
}

/// One file or record.
#[derive(Debug)]
pub struct Item {
    /// Name of the input in the config.
    pub input: String,
    /// What people call it: a file name, `topic/partition/offset`.
    pub label: String,
    /// File ending or content type, lower case, as far as it is known: `txt`, `json`, `jsonl`.
    pub form: Option<String>,
    /// The bytes, or why they could not be had (too large, vanished, unreadable).
    pub bytes: Result<Vec<u8>, String>,
    /// When the input saw it.
    pub received_at: Timestamp,
    /// Where the input stands once this item is done.
    pub checkpoint: Option<Checkpoint>,
    /// Trace context to carry to deliveries (W3C `traceparent`).
    pub trace_parent: Option<String>,
    /// The dead letter that this is, when somebody asked to have it read again.
    pub retried: Option<i64>,
    /// The way back.
    pub receipt: Receipt,
}

/// A place where articles come from.
#[async_trait]
pub trait Input: Send {
    /// Name in the config.
    fn name(&self) -> &str;

    /// Delivers items in a defined order until `stop` is cancelled, waiting whenever `items` is full; then waits,
    /// within a bounded time, for the verdicts of what it handed over.
    async fn run(self: Box<Self>, items: mpsc::Sender<Item>, stop: CancellationToken) -> anyhow::Result<()>;
}

/// Makes the input of this name; it starts when it is run.
pub fn build(name: &str, config: &InputConfig, clock: SharedClock, metrics: &Arc<Metrics>) -> Box<dyn Input> {
    match config {
        InputConfig::Inbox(config) => Box::new(inbox::Inbox::new(name, config.clone(), clock)),
        InputConfig::Feed(config) => Box::new(feed::FeedInput::new(name, config.clone(), clock)),
        #[cfg(feature = "kafka")]
        InputConfig::Kafka(config) => {
            let input = kafka::KafkaInput::new(name, config.clone(), clock);
            Box::new(input.with_metrics(Arc::clone(metrics)))
        }
    }
}
