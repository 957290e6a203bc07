//! Records that could not be read, sent on with their reason. Comes in: the record as it was and why it failed. Goes
//! out: the same key, value and headers on another topic, with headers that say where it stood and why it is there,
//! confirmed by the broker. Never gives up while the input runs: until it is confirmed, the record is not committed.

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::util::Timeout;
use tokio_util::sync::CancellationToken;

use super::client::Quiet;
use crate::inputs::Ticket;

/// First wait before another attempt; it doubles.
const WAIT_MIN: Duration = Duration::from_millis(500);
/// Longest wait before another attempt.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// How long a full local queue may hold up an attempt.
const QUEUE_WAIT: Duration = Duration::from_secs(10);

/// A record on its way to the dead-letter topic.
pub(super) struct DeadLetter {
    pub(super) ticket: Ticket,
    pub(super) record: OwnedMessage,
    pub(super) reason: String,
}

/// Sends until the broker has confirmed; the ticket then, or none when stopped before.
pub(super) async fn send(
    letter: DeadLetter,
    input: String,
    topic: String,
    producer: FutureProducer<Quiet>,
    stop: CancellationToken,
) -> Option<Ticket> {
    let mut headers = headers(&letter, &input);
    let mut payload = letter.record.payload();
    let mut wait = WAIT_MIN;
    loop {
        let mut record = FutureRecord::<[u8], [u8]>::to(&topic).headers(headers.clone());
        if let Some(key) = letter.record.key() {
            record = record.key(key);
        }
        if let Some(payload) = payload {
            record = record.payload(payload);
        }
        let sent = tokio::select! {
            () = stop.cancelled() => return None,
            sent = producer.send(record, Timeout::After(QUEUE_WAIT)) => sent,
        };
        let Err((error, _)) = sent else { return Some(letter.ticket) };
        if is_too_large(&error) && payload.is_some() {
            // The reason and the place must not be lost because the value is large.
            let note =
                format!("{} bytes left out: the topic does not take them", payload.map_or(0, <[u8]>::len));
            headers = headers.insert(Header { key: "newsdelta-payload", value: Some(&note) });
            payload = None;
            continue;
        }
        tracing::warn!(input, topic, %error, "dead letter not confirmed; its record stays uncommitted");
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(WAIT_MAX),
        }
    }
}

fn is_too_large(error: &KafkaError) -> bool {
    error.rdkafka_error_code() == Some(RDKafkaErrorCode::MessageSizeTooLarge)
}

/// The record's own headers, then ours.
fn headers(letter: &DeadLetter, input: &str) -> OwnedHeaders {
    let record = &letter.record;
    let mut all = OwnedHeaders::new();
    for header in record.headers().into_iter().flat_map(Headers::iter) {
        all = all.insert(header);
    }
    let place = [
        ("newsdelta-reason", letter.reason.clone()),
        ("newsdelta-input", input.to_owned()),
        ("newsdelta-topic", record.topic().to_owned()),
        ("newsdelta-partition", record.partition().to_string()),
        ("newsdelta-offset", record.offset().to_string()),
        (
            "newsdelta-timestamp",
            record.timestamp().to_millis().map(|time| time.to_string()).unwrap_or_default(),
        ),
    ];
    place.iter().fold(all, |all, (key, value)| all.insert(Header { key, value: Some(value) }))
}
