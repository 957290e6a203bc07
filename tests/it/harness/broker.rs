//! Apache Kafka as the tests meet it: the broker `tests/all` has started, or one of the test's own that it may stop;
//! a sender of reports, and a reader of alert topics.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;
use tempfile::TempDir;

use super::set_up::set_up;
use super::{Line, Report, environment, not_run};

/// Set by `tests/all` once its broker answers.
const ADDRESS: &str = "NEWSDELTA_TEST_KAFKA";

/// Partitions of every topic of the tests.
const PARTITIONS: i32 = 4;

/// How long a broker may take for anything a test asks of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The address of the broker all tests share, or nothing, said aloud in the name of `test`.
pub(crate) fn shared_broker(test: &str) -> Option<String> {
    let address = environment(ADDRESS);
    if address.is_none() {
        not_run(test, "no Kafka broker: tests/all starts one and names it in NEWSDELTA_TEST_KAFKA");
    }
    address
}

/// A broker of a test's own, so that it can be stopped without harm to others. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Broker {
    folder: TempDir,
    address: String,
}

impl Broker {
    /// Chooses its address; it is not started yet. Nothing, said aloud, where `tests/all` could not set up Kafka.
    pub(crate) fn prepare(test: &str) -> Option<Self> {
        shared_broker(test).map(|_| Self::prepared(&[]))
    }

    fn prepared(ports: &[&str]) -> Self {
        let folder = TempDir::with_prefix("newsdelta-broker-").unwrap();
        let mut broker = Self { folder, address: String::new() };
        broker.address = broker.script("prepare", ports);
        broker
    }

    /// The same, reached by each of these lines as well: whoever comes by one is told of no other way.
    pub(crate) fn behind(test: &str, lines: &[Line]) -> Option<Self> {
        shared_broker(test)?;
        let ports: Vec<String> = lines.iter().map(|line| line.port().to_string()).collect();
        let broker = Self::prepared(&ports.iter().map(String::as_str).collect::<Vec<_>>());
        let own = std::fs::read_to_string(broker.folder.path().join("lines")).unwrap();
        let own: Vec<u16> = own.split_whitespace().map(|port| port.parse().unwrap()).collect();
        assert_eq!(own.len(), lines.len(), "a port for each line");
        lines.iter().zip(own).for_each(|(line, port)| line.lead_to(port));
        Some(broker)
    }

    /// Where it answers while it runs.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Starts it and waits until it answers.
    pub(crate) fn start(&self) {
        self.script("start", &[]);
    }

    /// Stops it; its data stays.
    pub(crate) fn stop(&self) {
        self.script("stop", &[]);
    }

    fn script(&self, verb: &str, further: &[&str]) -> String {
        set_up("broker", verb, self.folder.path(), further)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Makes topics with several partitions, and waits until they are there.
pub(crate) fn make_topics(address: &str, names: &[&str]) {
    let admin: AdminClient<DefaultClientContext> = settings(address).create().unwrap();
    let topics: Vec<_> =
        names.iter().map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1))).collect();
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for made in runtime.block_on(admin.create_topics(&topics, &options)).unwrap() {
        made.unwrap();
    }
}

/// Sends reports in order, each story under its own key, and waits until the broker has them all.
pub(crate) fn produce(address: &str, topic: &str, reports: &[Report]) {
    let records =
        reports.iter().map(|report| (report.story.to_string(), report.json().to_string().into_bytes()));
    produce_records(address, topic, records);
}

/// Sends keys and values in order, and waits until the broker has them all.
pub(crate) fn produce_records(
    address: &str,
    topic: &str,
    records: impl IntoIterator<Item = (String, Vec<u8>)>,
) {
    let producer: BaseProducer = settings(address).set("enable.idempotence", "true").create().unwrap();
    for (key, value) in records {
        producer.send(BaseRecord::to(topic).key(&key).payload(&value)).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}

/// Sends a report with the trace that it came about in, and waits until the broker has it.
pub(crate) fn produce_traced(address: &str, topic: &str, report: &Report, trace_parent: &str) {
    let producer: BaseProducer = settings(address).create().unwrap();
    let (key, value) = (report.story.to_string(), report.json().to_string());
    let headers =
        OwnedHeaders::new().insert(Header { key: "traceparent", value: Some(trace_parent.as_bytes()) });
    let record = BaseRecord::to(topic).key(&key).payload(&value).headers(headers);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(PATIENCE).unwrap();
}

/// Sends reports in order, without keys, to one partition after the other, and waits until the broker has them all.
pub(crate) fn produce_scattered(address: &str, topic: &str, reports: &[(usize, Report)]) {
    let producer: BaseProducer = settings(address).set("enable.idempotence", "true").create().unwrap();
    for (number, report) in reports {
        let partition = i32::try_from(*number).unwrap() % PARTITIONS;
        let value = report.json().to_string().into_bytes();
        let record = BaseRecord::<(), _>::to(topic).payload(&value).partition(partition);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}

/// Reads a topic from its beginning, however often.
pub(crate) struct Consumer {
    consumer: BaseConsumer,
    /// The values so far, each with its headers.
    pub(crate) records: Vec<Record>,
}

/// One record as read.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Its key.
    pub(crate) key: String,
    /// Its headers as text.
    pub(crate) headers: Vec<(String, String)>,
    /// Its value as it came.
    pub(crate) bytes: Vec<u8>,
}

impl Record {
    /// The text of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }
}

impl Consumer {
    /// Stands at the beginning of every partition.
    pub(crate) fn new(address: &str, topic: &str) -> Self {
        let consumer: BaseConsumer = settings(address).set("group.id", "it-reader").create().unwrap();
        let mut places = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            places.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
        }
        consumer.assign(&places).unwrap();
        Self { consumer, records: Vec::new() }
    }

    /// Reads on until `enough` holds of all records so far; false when it did not within `limit`.
    pub(crate) fn read_until(&mut self, limit: Duration, enough: impl Fn(&[Record]) -> bool) -> bool {
        let end = std::time::Instant::now() + limit;
        while !enough(&self.records) {
            if std::time::Instant::now() >= end {
                return false;
            }
            // An error here is a broker that is away; the reader waits for it like everybody.
            let Some(Ok(record)) = self.consumer.poll(Duration::from_millis(100)) else { continue };
            let headers = record.headers().map(|headers| {
                let text =
                    |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
                headers.iter().map(|header| (header.key.to_owned(), text(header.value))).collect()
            });
            self.records.push(Record {
                key: String::from_utf8_lossy(record.key().unwrap_or_default()).into_owned(),
                headers: headers.unwrap_or_default(),
                bytes: record.payload().unwrap_or_default().to_vec(),
            });
        }
        true
    }
}

fn settings(address: &str) -> ClientConfig {
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", address).set("message.timeout.ms", "60000");
    settings
}
