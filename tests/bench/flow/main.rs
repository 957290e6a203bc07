//! From a file or a record to the alert, with the real daemon, its durable store, real webhooks and a real broker: how
//! many articles a second, how long one takes at several rates, what several instances share, how much memory, and how
//! long a backfill takes. Run with `cargo bench --bench flow`; prints tables. `-- PART` only that part (inbox, kafka, rates,
//! instances, memory, backfill), `--quick` measures less, `--articles=N` so many. The parts with Kafka and PostgreSQL need
//! what tests/bench/all starts and names in `NEWSDELTA_TEST_KAFKA` and `NEWSDELTA_TEST_POSTGRES`; without it they are left
//! out and say so.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench is for people to read, waits by the clock, and ends at the first thing that does not work"
)]

#[path = "../daemon.rs"]
mod daemon;
#[path = "../load/mod.rs"]
mod load;
#[path = "../table.rs"]
mod table;

mod inbox;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "kafka")]
mod database;

use std::collections::HashMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use load::Sample;
use table::{machine, part, per_second, quantile};

const SEED: u64 = 20_260_602;

fn main() {
    println!("{}\n", machine());
    if part("inbox") {
        inbox::measure();
    }
    #[cfg(feature = "kafka")]
    kafka::measure();
    if part("memory") {
        inbox::memory_by_articles();
    }
    if part("backfill") {
        inbox::backfill();
    }
}

fn folder() -> TempDir {
    TempDir::with_prefix("newsdelta-bench-").expect("a folder")
}

/// What a run did.
struct Run {
    articles: usize,
    bytes: usize,
    took: Duration,
    /// Of the daemon on processors.
    cpu: Duration,
    peak_mb: f64,
}

const THROUGHPUT: &[&str] =
    &["throughput", "articles", "s", "articles/s", "MB/s", "CPU ms/article", "peak MB"];

impl Run {
    fn row(&self, name: &str) -> Vec<String> {
        let count = self.articles as f64;
        vec![
            name.to_owned(),
            self.articles.to_string(),
            format!("{:.1}", self.took.as_secs_f64()),
            format!("{:.0}", per_second(count, self.took)),
            format!("{:.1}", per_second(self.bytes as f64 / 1e6, self.took)),
            format!("{:.2}", self.cpu.as_secs_f64() * 1e3 / count),
            format!("{:.0}", self.peak_mb),
        ]
    }
}

const LATENCY: &[&str] =
    &["time to the alert", "articles", "sent/s", "with alerts", "p50 ms", "p99 ms", "largest ms"];

/// A row: how long the articles that alerted took.
fn latency(name: &str, sent: &HashMap<String, Instant>, arrived: &HashMap<String, Instant>) -> Vec<String> {
    let times: Vec<Duration> = arrived
        .iter()
        .filter_map(|(article, at)| Some(at.saturating_duration_since(*sent.get(article)?)))
        .collect();
    let first_and_last = sent.values().min().zip(sent.values().max());
    let spent = first_and_last.map_or(Duration::ZERO, |(first, last)| *last - *first);
    let at = |share: f64| format!("{:.1}", quantile(&times, share).as_secs_f64() * 1e3);
    vec![
        name.to_owned(),
        sent.len().to_string(),
        format!("{:.0}", per_second(sent.len() as f64, spent)),
        times.len().to_string(),
        at(0.5),
        at(0.99),
        at(1.0),
    ]
}

/// Sends articles at an even rate, or without a rate as fast as they are taken, and says when each was sent.
fn paced(samples: &[Sample], rate: Option<u32>, mut send: impl FnMut(&Sample)) -> HashMap<String, Instant> {
    let began = Instant::now();
    let mut sent = HashMap::new();
    for (number, sample) in (0_u32..).zip(samples) {
        if let Some(rate) = rate {
            let due = began + Duration::from_secs(1) * number / rate;
            sleep(due.saturating_duration_since(Instant::now()));
        }
        sent.insert(sample.id.clone(), Instant::now());
        send(sample);
    }
    sent
}
