//! A topic of articles on one side, a topic of alerts on the other; the store in a file or in a database.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use super::database::Server;
use super::{LATENCY, Run, SEED, THROUGHPUT, folder, latency, paced};
use crate::daemon::{Daemon, Keeping, note};
use crate::load::{Day, Sample};
use crate::table::{Table, articles, memory, part, per_second, process_time};

const PATIENCE: Duration = Duration::from_secs(120);
const PARTITIONS: i32 = 4;

/// The parts that are asked for.
pub(super) fn measure() {
    if !["kafka", "rates", "instances"].into_iter().any(part) {
        return;
    }
    let Ok(address) = std::env::var("NEWSDELTA_TEST_KAFKA") else {
        println!("Kafka: not measured: NEWSDELTA_TEST_KAFKA names no broker (tests/bench/all starts one)\n");
        return;
    };
    let mut server = Server::known();
    if server.is_none() {
        println!(
            "PostgreSQL: not measured: NEWSDELTA_TEST_POSTGRES names none (tests/bench/all starts one)\n"
        );
    }
    let topics = Topics { address, made: Cell::new(0) };
    if part("kafka") {
        throughputs(&topics, server.as_mut());
    }
    if part("rates") {
        rates(&topics);
    }
    if part("instances")
        && let Some(server) = server.as_mut()
    {
        instances(&topics, server);
    }
}

/// The plain loop, then the daemon with its store in a file and in a database, over the same records.
fn throughputs(topics: &Topics, server: Option<&mut Server>) {
    let samples: Vec<Sample> = Day::new(SEED, 50, 3000).take(articles(30_000, 3000)).collect();
    let source = topics.filled(&samples);
    let mut table = Table::new(THROUGHPUT);
    let floor = copy(topics, &source, samples.len());
    let plain = Run {
        articles: samples.len(),
        bytes: samples.iter().map(Sample::bytes).sum(),
        took: floor,
        cpu: Duration::ZERO,
        peak_mb: 0.0,
    };
    table.row(&plain.row("plain consume and produce"));
    let in_file = run(topics, &source, &samples, Keeping::File, || ());
    table.row(&in_file.row("Kafka to Kafka, SQLite"));
    if let Some(server) = server {
        let (database, before) = (server.database(), server.spent());
        let mut spent = Duration::ZERO;
        // Its processes that serve the daemon end with it.
        let in_database = run(topics, &source, &samples, Keeping::Database(&database), || {
            spent = server.spent().saturating_sub(before);
        });
        table.row(&in_database.row("Kafka to Kafka, PostgreSQL"));
        println!("{table}");
        let each = spent.as_secs_f64() * 1e3 / samples.len() as f64;
        println!("PostgreSQL itself: {each:.2} CPU ms/article");
    } else {
        println!("{table}");
    }
    println!("With SQLite: {:.2} of the plain loop\n", floor.as_secs_f64() / in_file.took.as_secs_f64());
}

fn run(
    topics: &Topics,
    source: &str,
    samples: &[Sample],
    keeping: Keeping<'_>,
    at_the_end: impl FnOnce(),
) -> Run {
    let (folder, group) = (folder(), topics.name("group"));
    let config = topics.config(source, &group, &topics.make("alerts"));
    let mut daemon = Daemon::start_keeping(folder.path(), &config, keeping);
    // Joining the group is no work.
    daemon.until("the first article", |daemon| daemon.committed() > 0.0);
    let (began, before, cpu) = (Instant::now(), daemon.committed(), process_time(daemon.process()));
    daemon.until_done(samples.len());
    let took = began.elapsed();
    at_the_end();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of articles")]
    let before = before as usize;
    Run {
        articles: samples.len() - before,
        bytes: samples.iter().skip(before).map(Sample::bytes).sum(),
        took,
        cpu: process_time(daemon.process()).saturating_sub(cpu),
        peak_mb: memory(daemon.process()).1,
    }
}

/// How long an article takes at an even rate, and when they come as fast as the broker takes them.
fn rates(topics: &Topics) {
    let mut table = Table::new(LATENCY);
    for (name, rate, count) in [
        ("Kafka to Kafka at 100/s", Some(100), articles(3000, 500)),
        ("Kafka to Kafka at 1,000/s", Some(1000), articles(20_000, 2000)),
        ("Kafka to Kafka, all at once", None, articles(20_000, 2000)),
    ] {
        let (source, alerts) = (topics.make("articles"), topics.make("alerts"));
        let folder = folder();
        let mut daemon = Daemon::start(folder.path(), &topics.config(&source, &source, &alerts));
        // The group is joined once a first record is through.
        let samples: Vec<Sample> = Day::new(SEED, 50, 3000).take(count + 1).collect();
        let producer = topics.producer();
        let (first, rest) = samples.split_first().expect("a first article");
        send(&producer, &source, first);
        daemon.until_done(1);
        let (arrivals, ended) = (Mutex::new(HashMap::new()), AtomicBool::new(false));
        let consumer = topics.consumer(&alerts);
        let sent = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    if let Some(Ok(record)) = consumer.poll(Duration::from_millis(20)) {
                        note(record.payload().unwrap_or_default(), Instant::now(), &arrivals);
                    }
                }
            });
            let sent = paced(rest, rate, |sample| {
                send(&producer, &source, sample);
                producer.poll(Duration::ZERO);
            });
            producer.flush(PATIENCE).expect("the broker takes the records");
            daemon.until_done(count + 1);
            std::thread::sleep(Duration::from_secs(1));
            ended.store(true, Ordering::Relaxed);
            sent
        });
        let arrivals = arrivals.lock().expect("nobody else has it").clone();
        table.row(&latency(name, &sent, &arrivals));
    }
    println!("{table}");
}

/// One, two and four daemons on one database and one topic: what each did, and what all of it cost.
fn instances(topics: &Topics, server: &mut Server) {
    let count = articles(12_000, 2000);
    let mut table = Table::new(&[
        "instances on one PostgreSQL",
        "s",
        "articles/s",
        "least and most of one",
        "daemons, CPU ms/article",
        "PostgreSQL, CPU ms/article",
        "peak MB of one",
    ]);
    for size in [1, 2, 4] {
        let (source, database) = (topics.make("articles"), server.database());
        let config = topics.config(&source, &topics.name("group"), &topics.make("alerts"));
        let folders: Vec<_> = (0..size).map(|_| folder()).collect();
        let start =
            |at: &tempfile::TempDir| Daemon::start_keeping(at.path(), &config, Keeping::Database(&database));
        let mut daemons: Vec<Daemon> = folders.iter().map(start).collect();
        let mut day = Day::new(SEED, 50, 3000);
        let producer = topics.producer();
        let mut give = |count: usize| {
            day.by_ref().take(count).for_each(|sample| send(&producer, &source, &sample));
            producer.flush(PATIENCE).expect("the broker takes the records");
        };
        // The partitions are shared out once each has had some.
        let mut given = 0;
        while daemons.iter().any(|daemon| daemon.committed() < 1.0) {
            give(8);
            given += 8;
            std::thread::sleep(Duration::from_millis(300));
        }
        until_all(&mut daemons, given);
        let before: Vec<f64> = daemons.iter().map(Daemon::committed).collect();
        let spent = |daemons: &[Daemon]| daemons.iter().map(|daemon| process_time(daemon.process())).sum();
        let (cpu, server_cpu): (Duration, _) = (spent(&daemons), server.spent());
        let began = Instant::now();
        give(count);
        until_all(&mut daemons, given + count);
        let took = began.elapsed();
        let cpu = spent(&daemons).saturating_sub(cpu);
        let server_cpu = server.spent().saturating_sub(server_cpu);
        let shares: Vec<f64> =
            daemons.iter().zip(before).map(|(daemon, before)| daemon.committed() - before).collect();
        let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
        let most = shares.iter().copied().fold(0.0, f64::max);
        let peak = daemons.iter().map(|daemon| memory(daemon.process()).1).fold(0.0, f64::max);
        table.row(&[
            size.to_string(),
            format!("{:.1}", took.as_secs_f64()),
            format!("{:.0}", per_second(count as f64, took)),
            format!("{least:.0} to {most:.0}"),
            format!("{:.2}", cpu.as_secs_f64() * 1e3 / count as f64),
            format!("{:.2}", server_cpu.as_secs_f64() * 1e3 / count as f64),
            format!("{peak:.0}"),
        ]);
    }
    println!("{table}");
}

/// Waits until all of them together have committed so many and nothing waits for the output.
fn until_all(daemons: &mut [Daemon], count: usize) {
    let Some((first, others)) = daemons.split_first_mut() else { return };
    let all = |first: &Daemon, others: &[Daemon]| {
        first.committed() + others.iter().map(Daemon::committed).sum::<f64>()
    };
    first.until("the articles", |first| {
        std::thread::sleep(Duration::from_millis(100));
        all(first, others) >= count as f64
    });
    first.until_done(0);
}

/// Reads all records and writes each of them to another topic: what nobody who passes records on can be faster than.
fn copy(topics: &Topics, from: &str, count: usize) -> Duration {
    let to = format!("{from}-copies");
    topics.create(&to);
    let (consumer, producer) = (topics.consumer(from), topics.producer());
    let mut began = Instant::now();
    let mut copied = 0;
    while copied < count {
        let Some(Ok(record)) = consumer.poll(Duration::from_millis(100)) else { continue };
        if copied == 0 {
            began = Instant::now();
        }
        write(&producer, &to, record.key().unwrap_or_default(), record.payload().unwrap_or_default());
        copied += 1;
    }
    producer.flush(PATIENCE).expect("the broker takes the records");
    began.elapsed()
}

/// A broker, and how many topics this run has made on it.
struct Topics {
    address: String,
    made: Cell<u32>,
}

impl Topics {
    /// A name that nobody has used.
    fn name(&self, what: &str) -> String {
        self.made.set(self.made.get() + 1);
        format!("bench-{}-{what}-{}", std::process::id(), self.made.get())
    }

    /// A topic that nobody has used.
    fn make(&self, what: &str) -> String {
        let name = self.name(what);
        self.create(&name);
        name
    }

    fn create(&self, name: &str) {
        let admin: AdminClient<DefaultClientContext> = self.settings().create().expect("an admin client");
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
        let topic = NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        for made in runtime.block_on(admin.create_topics(&[topic], &options)).expect("topics are made") {
            made.expect("a topic is made");
        }
    }

    /// A topic with these articles.
    fn filled(&self, samples: &[Sample]) -> String {
        let (name, producer) = (self.make("articles"), self.producer());
        samples.iter().for_each(|sample| send(&producer, &name, sample));
        producer.flush(PATIENCE).expect("the broker takes the records");
        name
    }

    fn config(&self, articles: &str, group: &str, alerts: &str) -> String {
        let address = &self.address;
        format!(
            "[inputs.wire]\ntype = \"kafka\"\nbrokers = [\"{address}\"]\ntopics = [\"{articles}\"]\ngroup = \"{group}\"\n\
             [outputs.topic]\ntype = \"kafka\"\nbrokers = [\"{address}\"]\ntopic = \"{alerts}\"\n"
        )
    }

    fn settings(&self) -> ClientConfig {
        let mut settings = ClientConfig::new();
        settings.set("bootstrap.servers", &self.address).set("message.timeout.ms", "120000");
        settings
    }

    fn producer(&self) -> BaseProducer {
        self.settings().set("enable.idempotence", "true").set("linger.ms", "5").create().expect("a producer")
    }

    fn consumer(&self, topic: &str) -> BaseConsumer {
        let consumer: BaseConsumer = self
            .settings()
            .set("group.id", format!("{topic}-bench"))
            .set("auto.offset.reset", "earliest")
            .create()
            .expect("a consumer");
        consumer.subscribe(&[topic]).expect("a topic");
        consumer
    }
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
