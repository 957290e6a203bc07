//! From a file or a record to the alert, with the real daemon, its durable store, real webhooks and a real broker: how
//! many articles a second, how long one takes at 100 a second, how much memory. Run with `cargo bench --bench flow`;
//! prints tables. `-- --quick` measures less, `-- PART` only that part (inbox, kafka, memory). Kafka: tests/bench/all
//! starts a broker and names it in `NEWSDELTA_TEST_KAFKA`; without one, that part is left out and says so.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench is for people to read, waits by the clock, and ends at the first thing that does not work"
)]

mod daemon;
mod load;
mod table;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use daemon::{Daemon, Receiver};
use load::{Day, Sample};
use table::{Table, machine, memory, part, per_second, process_time, quantile, quick};

const SEED: u64 = 20_260_602;
/// Articles a second at which latency is measured.
const RATE: u32 = 100;

fn main() {
    println!("{}", machine());
    if part("inbox") {
        inbox();
    }
    if part("kafka") {
        kafka::measure();
    }
    if part("memory") {
        memories();
    }
}

fn folder() -> TempDir {
    TempDir::with_prefix("newsdelta-bench-").expect("a folder")
}

/// A row: throughput of `count` articles that took `took`.
fn throughput(
    name: &str,
    count: usize,
    bytes: usize,
    took: Duration,
    cpu: Duration,
    peak: f64,
) -> Vec<String> {
    vec![
        name.to_owned(),
        count.to_string(),
        format!("{:.1}", took.as_secs_f64()),
        format!("{:.0}", per_second(count as f64, took)),
        format!("{:.1}", per_second(bytes as f64 / 1e6, took)),
        format!("{:.2}", cpu.as_secs_f64() * 1e3 / count as f64),
        format!("{peak:.0}"),
    ]
}

const THROUGHPUT: &[&str] =
    &["throughput", "articles", "s", "articles/s", "MB/s", "CPU ms/article", "peak MB"];
const LATENCY: &[&str] =
    &["latency at 100 articles/s", "articles", "with alerts", "p50 ms", "p99 ms", "largest ms"];

/// A row: how long the articles that alerted took.
fn latency(name: &str, sent: &HashMap<String, Instant>, arrived: &HashMap<String, Instant>) -> Vec<String> {
    let times: Vec<Duration> = arrived
        .iter()
        .filter_map(|(article, at)| Some(at.saturating_duration_since(*sent.get(article)?)))
        .collect();
    let at = |share: f64| format!("{:.1}", quantile(&times, share).as_secs_f64() * 1e3);
    vec![name.to_owned(), sent.len().to_string(), times.len().to_string(), at(0.5), at(0.99), at(1.0)]
}

/// Sends articles at an even rate and says when each was sent.
fn paced(samples: &[Sample], mut send: impl FnMut(&Sample)) -> HashMap<String, Instant> {
    let began = Instant::now();
    let mut sent = HashMap::new();
    for (number, sample) in (0_u32..).zip(samples) {
        let due = began + Duration::from_secs(1) * number / RATE;
        sleep(due.saturating_duration_since(Instant::now()));
        sent.insert(sample.id.clone(), Instant::now());
        send(sample);
    }
    sent
}

fn inbox_config(folder: &Path, receiver: &Receiver) -> String {
    format!(
        "[inputs.desk]\ntype = \"inbox\"\npath = \"{}\"\n{}",
        folder.join("inbox").display(),
        receiver.output()
    )
}

/// Puts a file into the inbox the way a careful sender does: written elsewhere, then moved.
fn drop_in(folder: &Path, name: &str, bytes: &[u8]) {
    let outside = folder.join("outgoing");
    fs::write(&outside, bytes).expect("a file is written");
    fs::rename(outside, folder.join("inbox").join(name)).expect("a file is moved");
}

/// A watched folder on one side, a webhook on the other.
fn inbox() {
    let mut table = Table::new(THROUGHPUT);
    let count = if quick() { 1000 } else { 10_000 };
    let samples: Vec<Sample> = Day::new(SEED, 50, 3000).take(count).collect();
    let bytes = samples.iter().map(Sample::bytes).sum();
    for (name, lines) in [("inbox, a file each", 1), ("inbox, 500 in a file", 500)] {
        let (folder, receiver) = (folder(), Receiver::start());
        let mut daemon = Daemon::start(folder.path(), &inbox_config(folder.path(), &receiver));
        let (began, cpu) = (Instant::now(), process_time(daemon.process()));
        for (number, chunk) in samples.chunks(lines).enumerate() {
            let text: Vec<String> = chunk.iter().map(Sample::json).collect();
            drop_in(folder.path(), &format!("{number:06}.jsonl"), text.join("\n").as_bytes());
        }
        daemon.until_done(count);
        let took = began.elapsed();
        let cpu = process_time(daemon.process()).saturating_sub(cpu);
        table.row(&throughput(name, count, bytes, took, cpu, memory(daemon.process()).1));
    }
    println!("{table}");

    let mut table = Table::new(LATENCY);
    let count = if quick() { 500 } else { 3000 };
    for (name, day) in [
        ("inbox to webhook, mix of a day", Day::new(SEED, 50, 3000)),
        ("inbox to webhook, reports only", Day::new(SEED, 50, 3000).with_relevant(999)),
    ] {
        let (folder, receiver) = (folder(), Receiver::start());
        let mut daemon = Daemon::start(folder.path(), &inbox_config(folder.path(), &receiver));
        let samples: Vec<Sample> = day.take(count).collect();
        let sent = paced(&samples, |sample| {
            drop_in(folder.path(), &format!("{}.json", sample.id), sample.json().as_bytes());
        });
        daemon.until_done(count);
        table.row(&latency(name, &sent, &receiver.arrivals()));
    }
    println!("{table}");
}

/// Memory at rest, and whether it grows with the articles seen.
fn memories() {
    let mut table = Table::new(&["articles seen", "resident MB", "peak MB"]);
    let (folder, receiver) = (folder(), Receiver::start());
    let mut daemon = Daemon::start(folder.path(), &inbox_config(folder.path(), &receiver));
    let mut row = |seen: usize, daemon: &Daemon| {
        let (now, peak) = memory(daemon.process());
        table.row(&[seen.to_string(), format!("{now:.0}"), format!("{peak:.0}")]);
    };
    row(0, &daemon);
    let (steps, lines) = if quick() { (3, 1000) } else { (10, 10_000) };
    let mut day = Day::new(SEED, 500, 3000);
    for step in 1..=steps {
        for file in 0..lines / 500 {
            let text: Vec<String> = day.by_ref().take(500).map(|sample| sample.json()).collect();
            drop_in(folder.path(), &format!("{step:03}-{file:03}.jsonl"), text.join("\n").as_bytes());
        }
        daemon.until_done(step * lines);
        row(step * lines, &daemon);
    }
    println!("{table}");
}

#[cfg(feature = "kafka")]
mod kafka {
    //! A topic of articles on one side, a topic of alerts on the other.

    use std::collections::HashMap;
    use std::sync::Mutex;
    use std::time::{Duration, Instant};

    use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
    use rdkafka::client::DefaultClientContext;
    use rdkafka::config::ClientConfig;
    use rdkafka::consumer::{BaseConsumer, Consumer};
    use rdkafka::error::{KafkaError, RDKafkaErrorCode};
    use rdkafka::message::Message;
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

    use super::{LATENCY, SEED, THROUGHPUT, folder, latency, paced, throughput};
    use crate::daemon::{Daemon, note};
    use crate::load::{Day, Sample};
    use crate::table::{Table, memory, per_second, process_time, quick};

    const PATIENCE: Duration = Duration::from_secs(120);
    const PARTITIONS: i32 = 4;

    pub(crate) fn measure() {
        let Ok(address) = std::env::var("NEWSDELTA_TEST_KAFKA") else {
            println!(
                "Kafka: not measured: NEWSDELTA_TEST_KAFKA names no broker (tests/bench/all starts one)\n"
            );
            return;
        };
        let topic = |what: &str| format!("bench-{what}-{}", std::process::id());
        let (articles, alerts, copies) = (topic("articles"), topic("alerts"), topic("copies"));
        make(&address, &[&articles, &alerts, &copies]);
        let count = if quick() { 3000 } else { 30_000 };
        let samples: Vec<Sample> = Day::new(SEED, 50, 3000).take(count).collect();
        let bytes = samples.iter().map(Sample::bytes).sum();
        let producer = producer(&address);
        samples.iter().for_each(|sample| send(&producer, &articles, sample));
        producer.flush(PATIENCE).expect("the broker takes the records");

        let mut table = Table::new(THROUGHPUT);
        let floor = copy(&address, &articles, &copies, count);
        table.row(&throughput("plain consume and produce", count, bytes, floor, Duration::ZERO, 0.0));
        let folder = folder();
        let mut daemon = Daemon::start(folder.path(), &config(&address, &articles, &alerts));
        let began = Instant::now();
        daemon.until_done(count);
        let took = began.elapsed();
        let cpu = process_time(daemon.process());
        table.row(&throughput(
            "Kafka to Kafka, durable",
            count,
            bytes,
            took,
            cpu,
            memory(daemon.process()).1,
        ));
        println!("{table}");
        println!(
            "{:.2} of the plain loop\n",
            per_second(count as f64, took) / per_second(count as f64, floor)
        );
        drop(daemon);
        late(&address);
    }

    fn config(address: &str, articles: &str, alerts: &str) -> String {
        format!(
            "[inputs.wire]\ntype = \"kafka\"\nbrokers = [\"{address}\"]\ntopics = [\"{articles}\"]\ngroup = \"{articles}\"\n\
             [outputs.topic]\ntype = \"kafka\"\nbrokers = [\"{address}\"]\ntopic = \"{alerts}\"\n"
        )
    }

    /// How long an article takes at an even rate.
    fn late(address: &str) {
        let topic = |what: &str| format!("late-{what}-{}", std::process::id());
        let (articles, alerts) = (topic("articles"), topic("alerts"));
        make(address, &[&articles, &alerts]);
        let folder = folder();
        let mut daemon = Daemon::start(folder.path(), &config(address, &articles, &alerts));
        // The group is joined once a first record is through.
        let count = if quick() { 500 } else { 3000 };
        let samples: Vec<Sample> = Day::new(SEED, 50, 3000).take(count + 1).collect();
        let producer = producer(address);
        let (first, rest) = samples.split_first().expect("a first article");
        send(&producer, &articles, first);
        daemon.until_done(1);
        let arrivals = Mutex::new(HashMap::new());
        let ended = std::sync::atomic::AtomicBool::new(false);
        let sent = std::thread::scope(|scope| {
            scope.spawn(|| {
                let consumer = consumer(address, &alerts);
                while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                    if let Some(Ok(record)) = consumer.poll(Duration::from_millis(20)) {
                        note(record.payload().unwrap_or_default(), Instant::now(), &arrivals);
                    }
                }
            });
            let sent = paced(rest, |sample| {
                send(&producer, &articles, sample);
                producer.poll(Duration::ZERO);
            });
            producer.flush(PATIENCE).expect("the broker takes the records");
            daemon.until_done(count + 1);
            std::thread::sleep(Duration::from_secs(1));
            ended.store(true, std::sync::atomic::Ordering::Relaxed);
            sent
        });
        let mut table = Table::new(LATENCY);
        let arrivals = arrivals.lock().expect("nobody else has it").clone();
        table.row(&latency("Kafka to Kafka, mix of a day", &sent, &arrivals));
        println!("{table}");
    }

    /// Reads all records and writes each of them to another topic: what nobody who passes records on can be faster than.
    fn copy(address: &str, from: &str, to: &str, count: usize) -> Duration {
        let (consumer, producer) = (consumer(address, from), producer(address));
        let began = Instant::now();
        let mut copied = 0;
        while copied < count {
            let Some(Ok(record)) = consumer.poll(Duration::from_millis(100)) else { continue };
            write(&producer, to, record.key().unwrap_or_default(), record.payload().unwrap_or_default());
            copied += 1;
        }
        producer.flush(PATIENCE).expect("the broker takes the records");
        began.elapsed()
    }

    fn settings(address: &str) -> ClientConfig {
        let mut settings = ClientConfig::new();
        settings.set("bootstrap.servers", address).set("message.timeout.ms", "120000");
        settings
    }

    fn producer(address: &str) -> BaseProducer {
        settings(address)
            .set("enable.idempotence", "true")
            .set("linger.ms", "5")
            .create()
            .expect("a producer")
    }

    fn consumer(address: &str, topic: &str) -> BaseConsumer {
        let consumer: BaseConsumer = settings(address)
            .set("group.id", format!("{topic}-bench"))
            .set("auto.offset.reset", "earliest")
            .create()
            .expect("a consumer");
        consumer.subscribe(&[topic]).expect("a topic");
        consumer
    }

    fn send(producer: &BaseProducer, topic: &str, sample: &Sample) {
        let key = sample.story.map_or_else(|| sample.id.clone(), |story| story.to_string());
        write(producer, topic, key.as_bytes(), sample.json().as_bytes());
    }

    /// Waits while the producer's queue is full.
    fn write(producer: &BaseProducer, topic: &str, key: &[u8], value: &[u8]) {
        let mut record = BaseRecord::to(topic).key(key).payload(value);
        loop {
            match producer.send(record) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    producer.poll(Duration::from_millis(10));
                }
                Err((error, _)) => panic!("{error}"),
            }
        }
    }

    fn make(address: &str, names: &[&str]) {
        let admin: AdminClient<DefaultClientContext> = settings(address).create().expect("an admin client");
        let topics: Vec<_> =
            names.iter().map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1))).collect();
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        for made in runtime.block_on(admin.create_topics(&topics, &options)).expect("topics are made") {
            made.expect("a topic is made");
        }
    }
}

#[cfg(not(feature = "kafka"))]
mod kafka {
    pub(crate) fn measure() {
        println!("Kafka: not measured: built without it\n");
    }
}
