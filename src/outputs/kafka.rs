//! A Kafka topic. Comes in: a message. Goes out: one CloudEvents 1.0 record (binary mode) per alert, keyed by story,
//! confirmed by the broker. Never retries by itself beyond what librdkafka does within the timeout.

use std::time::Duration;

use serde::Deserialize;

use crate::config::{Check, Findings, Properties};

/// `[outputs.NAME]` with `type = "kafka"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaOutputConfig {
    /// `host:port` of one or more brokers.
    pub brokers: Vec<String>,
    /// The topic.
    pub topic: String,
    /// The `source` of every CloudEvent.
    pub source: String,
    /// How long the broker may take to confirm.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Passed to librdkafka as they are.
    pub properties: Properties,
}

impl Check for KafkaOutputConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.brokers.is_empty() {
            findings.add("brokers", "is empty: name at least one broker such as \"kafka-1:9092\"");
        }
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !(1..=249).contains(&self.topic.len()) || !self.topic.bytes().all(legal) {
            findings.add("topic", "is no topic name: use 1 to 249 letters, digits, `.`, `_` and `-`");
        }
        if self.source.trim().is_empty() {
            findings.add("source", "is empty: write a URI such as \"/newsdelta\"");
        }
        if self.timeout.is_zero() {
            findings.add("timeout", "is zero: no message could be confirmed, write for instance \"30s\"");
        }
    }
}
