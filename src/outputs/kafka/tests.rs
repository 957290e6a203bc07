//! Tests of the Kafka output against librdkafka's own mock cluster, which runs in this process.

use std::collections::BTreeMap;

use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::message::{Headers, Message as _};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

use super::*;
use crate::outputs::samples;

const TOPIC: &str = "alerts";

fn cluster() -> MockCluster<'static, DefaultProducerContext> {
    let cluster = MockCluster::new(3).unwrap();
    cluster.create_topic(TOPIC, 4, 3).unwrap();
    cluster
}

fn config(brokers: String) -> KafkaOutputConfig {
    KafkaOutputConfig {
        brokers: vec![brokers],
        topic: TOPIC.into(),
        source: "/newsdelta".into(),
        timeout: Duration::from_secs(10),
        properties: Properties::default(),
    }
}

struct Seen {
    key: String,
    value: serde_json::Value,
    headers: BTreeMap<String, String>,
    partition: i32,
}

/// Reads `count` records from the start of the topic.
async fn read(brokers: &str, count: usize) -> Vec<Seen> {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "reader")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    let mut all = rdkafka::TopicPartitionList::new();
    for partition in 0..4 {
        all.add_partition_offset(TOPIC, partition, rdkafka::Offset::Beginning).unwrap();
    }
    consumer.assign(&all).unwrap();
    let mut seen = Vec::new();
    while seen.len() < count {
        let record = tokio::time::timeout(Duration::from_secs(30), consumer.recv()).await.unwrap().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        seen.push(Seen {
            key: text(record.key().unwrap()),
            value: serde_json::from_slice(record.payload().unwrap()).unwrap(),
            headers: record
                .headers()
                .unwrap()
                .iter()
                .map(|header| (header.key.to_owned(), text(header.value.unwrap())))
                .collect(),
            partition: record.partition(),
        });
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_one_cloud_event_per_alert_keyed_by_story() {
    let cluster = cluster();
    let brokers = cluster.bootstrap_servers();
    let output = Kafka::new("topic", &config(brokers.clone())).unwrap();
    let message = samples::message(vec![samples::toll_rises(), samples::position()]);
    output.deliver(&message, 1).await.unwrap();
    let seen = read(&brokers, 2).await;
    let first = &seen[0];
    assert_eq!(first.key, "story-1");
    assert_eq!(first.value, serde_json::to_value(&message.alerts[0]).unwrap());
    assert_eq!(seen[0].partition, seen[1].partition);
    for (name, value) in [
        ("content-type", "application/json"),
        ("ce_specversion", "1.0"),
        ("ce_id", "alert-1"),
        ("ce_source", "/newsdelta"),
        ("ce_type", "io.newsdelta.casualties.changed.v1"),
        ("ce_subject", "story-1"),
        ("ce_partitionkey", "story-1"),
        ("ce_time", "2031-05-04T10:00:00Z"),
    ] {
        assert_eq!(first.headers.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(first.headers["traceparent"], trace_parent(&samples::message(vec![])));
    assert_eq!(seen[1].headers["ce_type"], "io.newsdelta.position.changed.v1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_away_is_worth_another_attempt_that_then_succeeds() {
    let cluster = cluster();
    let brokers = cluster.bootstrap_servers();
    let mut config = config(brokers.clone());
    config.timeout = Duration::from_millis(1_500);
    let output = Kafka::new("topic", &config).unwrap();
    for broker in 1..=3 {
        cluster.broker_down(broker).unwrap();
    }
    let message = samples::message(vec![samples::toll_rises()]);
    let error = output.deliver(&message, 1).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { .. }), "{error:?}");
    for broker in 1..=3 {
        cluster.broker_up(broker).unwrap();
    }
    let mut attempt = 2;
    while let Err(error) = output.deliver(&message, attempt).await {
        assert!(attempt < 20, "{error}");
        attempt += 1;
    }
    assert_eq!(read(&brokers, 1).await[0].headers["ce_id"], "alert-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn gives_up_on_a_record_that_is_too_large() {
    let cluster = cluster();
    let mut config = config(cluster.bootstrap_servers());
    config.properties = [("message.max.bytes".to_owned(), "1000".to_owned())].into_iter().collect();
    let output = Kafka::new("topic", &config).unwrap();
    let error = output.deliver(&samples::message(vec![samples::toll_rises()]), 1).await.unwrap_err();
    assert!(matches!(error, DeliveryError::GiveUp { .. }), "{error:?}");
}

#[test]
fn a_property_that_librdkafka_refuses_is_named_without_its_value() {
    let mut config = config("127.0.0.1:9".into());
    config.properties = [("sasl.mechanisms.typo".to_owned(), "very-secret".to_owned())].into_iter().collect();
    let error = Kafka::new("topic", &config).err().unwrap();
    assert!(error.contains("`sasl.mechanisms.typo`") && !error.contains("very-secret"), "{error}");
    config.properties = [("security.protocol".to_owned(), "very-secret".to_owned())].into_iter().collect();
    let error = Kafka::new("topic", &config).err().unwrap();
    assert!(error.contains("`security.protocol`") && !error.contains("very-secret"), "{error}");
}
