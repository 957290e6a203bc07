//! The Kafka input through its trait, against librdkafka's own mock of a cluster: real sockets, groups and commits. Some
//! take seconds, because the mock waits three before it completes a group.

use std::collections::BTreeSet;

use rdkafka::ClientConfig;
use rdkafka::Offset;
use rdkafka::TopicPartitionList;
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{DefaultProducerContext, FutureRecord};
use tokio::task::JoinHandle;

use super::*;
use crate::clock::SystemClock;
use crate::config::{Config, InputConfig};

/// Longer than anything here should take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long nothing must happen to count as nothing.
const SILENCE: Duration = Duration::from_millis(1500);
const TOPIC: &str = "articles";

/// A cluster and a producer.
struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
    producer: FutureProducer,
}

impl Cluster {
    fn start(partitions: i32) -> Self {
        let mock = MockCluster::new(1).expect("a cluster");
        mock.create_topic(TOPIC, partitions, 1).expect("a topic");
        let producer = client(&mock).create().expect("a producer");
        Self { mock, producer }
    }

    fn config(&self, keys: &str) -> KafkaInputConfig {
        config(&format!("brokers = [\"{}\"]\ntopics = [\"{TOPIC}\"]\n{keys}", self.mock.bootstrap_servers()))
            .expect("is right")
    }

    fn run(&self, keys: &str) -> Bench {
        let (sender, items) = mpsc::channel(1000);
        let stop = CancellationToken::new();
        let input = KafkaInput::new("wire", self.config(keys), Arc::new(SystemClock));
        let task = tokio::spawn(Box::new(input).run(sender, stop.clone()));
        Bench { items, stop, task }
    }

    async fn produce(&self, partition: i32, values: impl IntoIterator<Item = String>) {
        for value in values {
            let record = FutureRecord::<[u8], str>::to(TOPIC).partition(partition).payload(&value);
            self.producer.send(record, PATIENCE).await.expect("is produced");
        }
    }

    /// The committed offset of partition 0, asked until it is `wanted`.
    async fn committed(&self, wanted: i64) {
        let config = client(&self.mock).set("group.id", "newsdelta").clone();
        let asked = tokio::task::spawn_blocking(move || {
            let consumer: BaseConsumer = config.create().expect("a consumer");
            let deadline = std::time::Instant::now() + PATIENCE;
            loop {
                let mut list = TopicPartitionList::new();
                list.add_partition(TOPIC, 0);
                let list = consumer.committed_offsets(list, PATIENCE).expect("answers");
                let found = list.find_partition(TOPIC, 0).expect("is listed").offset();
                if found == Offset::Offset(wanted) || std::time::Instant::now() > deadline {
                    return found;
                }
            }
        });
        assert_eq!(asked.await.expect("does not panic"), Offset::Offset(wanted));
    }
}

fn client(mock: &MockCluster<'_, DefaultProducerContext>) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", mock.bootstrap_servers());
    config
}

fn config(keys: &str) -> Result<KafkaInputConfig, String> {
    let text = format!("[inputs.wire]\ntype = \"kafka\"\n{keys}\n");
    let config = Config::read(Some(("test.toml", &text)), []).map_err(|error| error.to_string())?;
    match config.inputs.into_values().next() {
        Some(InputConfig::Kafka(config)) => Ok(config),
        other => panic!("{other:?}"),
    }
}

/// A running input.
struct Bench {
    items: mpsc::Receiver<Item>,
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Bench {
    async fn next(&mut self) -> Item {
        timeout(PATIENCE, self.items.recv()).await.expect("an item in time").expect("the input runs")
    }

    async fn commit(&mut self) -> String {
        let item = self.next().await;
        let text = text(&item);
        item.receipt.settle(Verdict::Committed).await;
        text
    }

    async fn is_silent(&mut self) -> bool {
        timeout(SILENCE, self.items.recv()).await.is_err()
    }

    async fn end(self) {
        self.stop.cancel();
        timeout(PATIENCE, self.task)
            .await
            .expect("stops in time")
            .expect("does not panic")
            .expect("ends well");
    }
}

fn text(item: &Item) -> String {
    String::from_utf8(item.bytes.clone().expect("is read")).expect("is text")
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn offsets_are_committed_after_the_verdicts_and_without_gaps() {
    let cluster = Cluster::start(1);
    cluster.produce(0, numbers(0..4)).await;
    let mut bench = cluster.run("");
    let mut items = Vec::new();
    for number in 0..4 {
        let item = bench.next().await;
        assert_eq!(item.label, format!("{TOPIC}/0/{number}"));
        assert_eq!(item.checkpoint.as_ref().map(|checkpoint| checkpoint.next), Some(number + 1));
        items.push(item);
    }
    let last = items.pop().expect("four");
    let third = items.pop().expect("three");
    last.receipt.settle(Verdict::Committed).await;
    for item in items {
        item.receipt.settle(Verdict::Committed).await;
    }
    cluster.committed(2).await;
    // The third is decided by nobody: what comes after it must not be committed.
    bench.stop.cancel();
    third.receipt.settle(Verdict::GivenBack).await;
    bench.end().await;
    cluster.committed(2).await;
    let mut bench = cluster.run("");
    assert_eq!(bench.commit().await, "2");
    assert_eq!(bench.commit().await, "3");
    bench.end().await;
    cluster.committed(4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_hand_is_bounded_and_nothing_is_lost_by_pausing() {
    let cluster = Cluster::start(1);
    cluster.produce(0, numbers(0..30)).await;
    let mut bench = cluster.run("in_flight_max = 4");
    let mut items = std::collections::VecDeque::new();
    for _ in 0..4 {
        items.push_back(bench.next().await);
    }
    assert!(bench.is_silent().await, "the fifth waits while the partitions are paused");
    let mut seen = Vec::new();
    while let Some(item) = items.pop_front() {
        seen.push(text(&item));
        item.receipt.settle(Verdict::Committed).await;
        if items.is_empty() && seen.len() < 30 {
            items.push_back(bench.next().await);
        }
    }
    assert_eq!(seen, numbers(0..30));
    bench.end().await;
    cluster.committed(30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_is_confirmed_on_the_dead_letter_topic_before_its_offset_is_committed() {
    let cluster = Cluster::start(1);
    cluster.mock.create_topic("failed", 1, 1).expect("a topic");
    let headers = OwnedHeaders::new().insert(Header { key: "content-type", value: Some("text/plain") });
    let record =
        FutureRecord::to(TOPIC).key("k").payload("12345").headers(headers).timestamp(1_700_000_000_000);
    cluster.producer.send(record, PATIENCE).await.expect("is produced");
    let mut bench = cluster.run("dead_letter_topic = \"failed\"");
    let item = bench.next().await;
    assert_eq!(item.form.as_deref(), Some("text/plain"));
    item.receipt.settle(Verdict::Failed("holds no words".to_owned())).await;
    cluster.committed(1).await;
    let reader: rdkafka::consumer::StreamConsumer = client(&cluster.mock)
        .set("group.id", "reader")
        .set("auto.offset.reset", "earliest")
        .create()
        .expect("a reader");
    let mut list = TopicPartitionList::new();
    list.add_partition_offset("failed", 0, Offset::Beginning).expect("is right");
    reader.assign(&list).expect("is assigned");
    let letter = timeout(PATIENCE, reader.recv()).await.expect("in time").expect("is read");
    assert_eq!((letter.key(), letter.payload()), (Some(&b"k"[..]), Some(&b"12345"[..])));
    let found: Vec<(String, String)> = letter
        .headers()
        .expect("has headers")
        .iter()
        .map(|header| {
            (header.key.to_owned(), String::from_utf8_lossy(header.value.unwrap_or_default()).into_owned())
        })
        .collect();
    let wanted = [
        ("content-type", "text/plain"),
        ("newsdelta-reason", "holds no words"),
        ("newsdelta-input", "wire"),
        ("newsdelta-topic", TOPIC),
        ("newsdelta-partition", "0"),
        ("newsdelta-offset", "0"),
        ("newsdelta-timestamp", "1700000000000"),
    ];
    assert_eq!(found, wanted.map(|(key, value)| (key.to_owned(), value.to_owned())));
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_records_are_passed_over_and_large_ones_fail_unread() {
    let cluster = Cluster::start(1);
    for _ in 0..2 {
        let record = FutureRecord::<str, [u8]>::to(TOPIC).key("k");
        cluster.producer.send(record, PATIENCE).await.expect("is produced");
    }
    cluster.produce(0, ["x".repeat(2000)]).await;
    let mut bench = cluster.run("record_bytes_max = 1024");
    let item = bench.next().await;
    assert_eq!(item.label, format!("{TOPIC}/0/2"));
    assert!(item.bytes.expect_err("is not read").contains("`record_bytes_max`"));
    cluster.committed(2).await;
    item.receipt.settle(Verdict::Failed("too large".to_owned())).await;
    cluster.committed(3).await;
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_member_repeats_nothing_that_was_decided_in_time() {
    let cluster = Cluster::start(4);
    for partition in 0..4 {
        cluster.produce(partition, (0..5).map(|number| format!("{partition}.{number}"))).await;
    }
    // The mock completes a rebalance only when a member's session would end.
    let quick = "properties = { \"session.timeout.ms\" = 6000, \"heartbeat.interval.ms\" = 500 }";
    let mut first = cluster.run(quick);
    let mut in_hand = Vec::new();
    for _ in 0..20 {
        in_hand.push(first.next().await);
    }
    let mut second = cluster.run(quick);
    let mut seen: Vec<String> = in_hand.iter().map(text).collect();
    // The revocation waits for these.
    for item in in_hand {
        item.receipt.settle(Verdict::Committed).await;
    }
    // Records for every partition arrive at one of the two; which one owns what is the group's to say.
    let mut reached = BTreeSet::new();
    for round in 0.. {
        for partition in 0..4 {
            cluster.produce(partition, [format!("{partition}.late{round}")]).await;
        }
        for _ in 0..4 {
            let (member, item) = tokio::select! {
                item = first.next() => (1, item),
                item = second.next() => (2, item),
            };
            reached.insert(member);
            seen.push(text(&item));
            item.receipt.settle(Verdict::Committed).await;
        }
        if reached.len() == 2 {
            break;
        }
        assert!(round < 1000, "the second member gets no partition");
    }
    let distinct: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "something came twice: {seen:?}");
    first.end().await;
    second.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_while_running_comes_again_in_order() {
    let cluster = Cluster::start(1);
    cluster.produce(0, numbers(0..5)).await;
    let mut bench = cluster.run("");
    let mut items = Vec::new();
    for _ in 0..5 {
        items.push(bench.next().await);
    }
    let mut items = items.into_iter();
    items.next().expect("five").receipt.settle(Verdict::Committed).await;
    let second = items.next().expect("four");
    items.next().expect("three").receipt.settle(Verdict::GivenBack).await;
    for number in 1..5 {
        assert_eq!(bench.commit().await, number.to_string());
    }
    second.receipt.settle(Verdict::Committed).await;
    bench.end().await;
    cluster.committed(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn brokers_that_are_away_are_waited_for() {
    let cluster = Cluster::start(1);
    cluster.produce(0, numbers(0..1)).await;
    cluster.mock.broker_down(-1).expect("goes down");
    let mut bench = cluster.run("");
    assert!(bench.is_silent().await);
    cluster.mock.broker_up(-1).expect("comes up");
    assert_eq!(bench.commit().await, "0");
    cluster.mock.broker_down(-1).expect("goes down");
    assert!(bench.is_silent().await);
    cluster.mock.broker_up(-1).expect("comes up");
    cluster.produce(0, numbers(1..2)).await;
    assert_eq!(bench.commit().await, "1");
    bench.end().await;
    cluster.committed(2).await;
}

#[test]
fn mistakes_in_the_config_are_told_with_their_cure_and_without_secrets() {
    let error = config(
        "brokers = []\ntopics = [\"a b\"]\ngroup = \"\"\nproperties = { \"group.id\" = \"x\", \"sasl.password\" = \"secret\" }",
    )
    .expect_err("is wrong");
    for part in ["brokers` is empty", "topics[0]` is no topic name", "group` is empty", "write `group`"] {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
    let keys = "brokers = [\"a:1\"]\ntopics = [\"a\"]\n";
    let unknown =
        config(&format!("{keys}properties = {{ \"sasl.pasword\" = \"secret\" }}")).expect_err("is wrong");
    assert!(unknown.contains("\"sasl.pasword\", which librdkafka does not know"), "{unknown}");
    let wrong = config(&format!("{keys}properties = {{ \"security.protocol\" = \"secret\" }}"))
        .expect_err("is wrong");
    assert!(wrong.contains("\"security.protocol\" with a value"), "{wrong}");
    for error in [error, unknown, wrong] {
        assert!(!error.contains("secret"), "{error}");
    }
    let same = config(&format!("{keys}dead_letter_topic = \"a\"")).expect_err("is wrong");
    assert!(same.contains("is among `topics`"), "{same}");
}

#[test]
fn tls_and_sasl_are_in_this_build() {
    let config = config(
        "brokers = [\"a:1\"]\ntopics = [\"a\"]\n[inputs.wire.properties]\n\"security.protocol\" = \"SASL_SSL\"\n\
         \"sasl.mechanism\" = \"SCRAM-SHA-512\"\n\"sasl.username\" = \"desk\"\n\"sasl.password\" = \"secret\"",
    )
    .expect("is right");
    let made: Result<BaseConsumer, _> = consumer_config(&config).create();
    assert!(made.is_ok(), "{:?}", made.err());
    assert!(producer(&config).is_ok());
}
