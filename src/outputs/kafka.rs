//! A Kafka topic. Comes in: a message. Goes out: one `CloudEvents` 1.0 record (binary mode) per alert, keyed by story,
//! confirmed by the broker. Never retries by itself beyond what librdkafka does within the timeout.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::ClientConfig;
use rdkafka::ClientContext;
use rdkafka::config::{FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use serde::Deserialize;

use super::cloud_event;
use super::trace::trace_parent;
use super::{DeliveryError, Output};
use crate::config::{Check, Findings, Properties};
use crate::model::{Alert, Message};

/// `[outputs.NAME]` with `type = "kafka"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaOutputConfig {
    /// `host:port` of one or more brokers.
    pub brokers: Vec<String>,
    /// The topic.
    pub topic: String,
    /// The `source` of every event, a URI.
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
        // librdkafka itself says whether it knows a property; its words name the property and never the value.
        if let Err(error) = self.client().create_native_config() {
            findings.add("properties", refusal(&error));
        }
    }
}

impl KafkaOutputConfig {
    /// librdkafka's settings: ours first, so that `properties` can override any of them.
    fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        client
            .set("bootstrap.servers", self.brokers.join(","))
            .set("client.id", "newsdelta")
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("linger.ms", "0")
            .set("compression.type", "zstd")
            .set("message.timeout.ms", self.timeout.as_millis().to_string());
        for (name, value) in self.properties.iter() {
            client.set(name, value);
        }
        client
    }
}

/// What librdkafka refuses, without the value, which may be a secret.
fn refusal(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, reason, name, _) if reason.contains("No such") => {
            format!("holds `{name}`, which librdkafka does not know: correct or remove it")
        }
        KafkaError::ClientConfig(_, _, name, _) => {
            format!("has a value for `{name}` that librdkafka refuses: correct it")
        }
        other => format!("cannot be used ({other}): correct them"),
    }
}

/// librdkafka's own log: a broker that is away is reported by the deliveries that fail, so nothing here is an error.
struct Log(String);

impl ClientContext for Log {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        let output = self.0.as_str();
        match level {
            RDKafkaLogLevel::Emerg
            | RDKafkaLogLevel::Alert
            | RDKafkaLogLevel::Critical
            | RDKafkaLogLevel::Error => {
                tracing::warn!(target: "librdkafka", output, facility, "{message}");
            }
            _ => tracing::debug!(target: "librdkafka", output, facility, "{message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", output = self.0.as_str(), %error, "{reason}");
    }
}

/// The output.
pub(super) struct Kafka {
    name: String,
    config: KafkaOutputConfig,
    /// Made again after a fatal error, from which librdkafka does not recover.
    producer: Mutex<Option<FutureProducer<Log>>>,
}

impl Kafka {
    pub(super) fn new(name: &str, config: &KafkaOutputConfig) -> Result<Self, String> {
        let kafka = Self { name: name.to_owned(), config: config.clone(), producer: Mutex::new(None) };
        match kafka.producer() {
            Ok(_kept_in_its_slot) => Ok(kafka),
            Err(error) => Err(format!("no producer can be made: its properties {}", refusal(&error))),
        }
    }

    /// The producer, made anew when there is none or when it has failed for good.
    fn producer(&self) -> Result<FutureProducer<Log>, KafkaError> {
        let mut slot = self.producer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(producer) = slot.as_ref().filter(|producer| producer.client().fatal_error().is_none()) {
            return Ok(producer.clone());
        }
        let made = FutureProducer::from_config_and_context(&self.config.client(), Log(self.name.clone()))?;
        *slot = Some(made.clone());
        Ok(made)
    }

    /// The `CloudEvents` attributes of an alert, in binary mode.
    fn headers(&self, alert: &Alert, message: &Message, trace: &str) -> OwnedHeaders {
        let attributes = cloud_event::attributes(alert, message, &self.config.source, trace);
        let attributes = attributes.into_iter().map(|(name, value)| (format!("ce_{name}"), value));
        let own = [("content-type", "application/json"), ("traceparent", trace)];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        own.into_iter().chain(attributes).fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key: &key, value: Some(&value) })
        })
    }
}

#[async_trait]
impl Output for Kafka {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, message: &Message, _attempt: u32) -> Result<(), DeliveryError> {
        let producer = self.producer().map_err(|error| judge(&error))?;
        let trace = trace_parent(message);
        let mut confirmations = Vec::new();
        for alert in &message.alerts {
            let value = serde_json::to_vec(alert).map_err(|error| DeliveryError::unwritable(&error))?;
            let record = FutureRecord::to(&self.config.topic)
                .key(&alert.story)
                .payload(&value)
                .headers(self.headers(alert, message, &trace));
            confirmations.push(producer.send_result(record).map_err(|(error, _)| judge(&error))?);
        }
        // All are on their way; one that fails makes the message come again, each alert under its same id.
        for confirmation in confirmations {
            // librdkafka answers within its own timeout; this one only guards against an answer that never comes.
            match tokio::time::timeout(self.config.timeout + Duration::from_secs(5), confirmation).await {
                Ok(Ok(Ok(_))) => {}
                Ok(Ok(Err((error, _)))) => return Err(judge(&error)),
                Ok(Err(_)) => {
                    return Err(DeliveryError::retry("the Kafka producer stopped before its confirmation"));
                }
                Err(_) => return Err(DeliveryError::retry("the Kafka broker did not confirm in time")),
            }
        }
        Ok(())
    }
}

/// Gives up on what is wrong with the record itself; everything else can be put right at the broker.
fn judge(error: &KafkaError) -> DeliveryError {
    let code = error.rdkafka_error_code();
    let words = match code {
        Some(code) => format!("Kafka did not take the message: {code}"),
        None => format!("Kafka did not take the message: {error}"),
    };
    match code {
        Some(
            RDKafkaErrorCode::MessageSizeTooLarge
            | RDKafkaErrorCode::InvalidMessageSize
            | RDKafkaErrorCode::InvalidRecord
            | RDKafkaErrorCode::InvalidTimestamp,
        ) => DeliveryError::give_up(words),
        _ => DeliveryError::retry(words),
    }
}

#[cfg(test)]
mod tests;
