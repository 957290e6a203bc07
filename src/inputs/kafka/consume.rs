//! The thread that speaks to the group. Comes in: records of the assigned partitions. Goes out: the same as items, as
//! many as may be in hand; beyond, the partitions are paused while the thread goes on answering the group. Never decides
//! what becomes of a record.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message, OwnedMessage};
use tokio::sync::mpsc;

use super::client::{Callbacks, Shared, store};
use super::window::Part;
use super::{KafkaInputConfig, record};
use crate::clock::SharedClock;
use crate::inputs::{Checkpoint, Item, Receipt, Ticket, Verdict};

/// How long one look for a record may take: the bound of every reaction of this thread.
const POLL: Duration = Duration::from_millis(100);
/// How long a full window is waited for before the partitions are paused: pausing throws away what was fetched ahead.
const ROOM_WAIT: Duration = Duration::from_millis(500);
/// How long setting back a partition may take.
const SEEK_WAIT: Duration = Duration::from_secs(5);

/// A record on its way, with the original where a dead letter may be needed.
pub(super) struct Taken {
    pub(super) item: Item,
    pub(super) original: Option<OwnedMessage>,
}

/// The consumer at work.
pub(super) struct Consume {
    pub(super) name: String,
    pub(super) config: KafkaInputConfig,
    pub(super) clock: SharedClock,
    pub(super) shared: Arc<Shared>,
    pub(super) consumer: Arc<BaseConsumer<Callbacks>>,
    pub(super) taken: mpsc::Sender<Taken>,
    pub(super) verdicts: mpsc::Sender<(Ticket, Verdict)>,
    /// Partitions to set back, and to which offset.
    pub(super) rewinds: mpsc::Receiver<(Part, i64)>,
    /// Those that did not succeed yet.
    pub(super) unfinished: Vec<(Part, i64)>,
}

impl Consume {
    /// Polls until the input stops.
    ///
    /// # Errors
    /// One that librdkafka calls fatal: a new client is needed.
    pub(super) fn run(mut self) -> anyhow::Result<()> {
        while !self.shared.is_stopping.load(Ordering::Relaxed) {
            self.rewind();
            self.wait_for_room();
            match self.consumer.poll(POLL) {
                None | Some(Err(KafkaError::PartitionEOF(_))) => {}
                Some(Ok(message)) => {
                    self.shared.fine();
                    if !self.take(&message) {
                        break;
                    }
                }
                Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => return Err(error.into()),
                Some(Err(error)) => self.shared.trouble(&error, cure(&error)),
            }
        }
        Ok(())
    }

    /// Hands one record over; false when nobody takes it any more.
    fn take(&self, message: &BorrowedMessage<'_>) -> bool {
        let (part, offset) = (record::part(message), message.offset());
        let Some(payload) = message.payload() else {
            let mut window = self.shared.window();
            if let Some(progress) = window.skip(&part, offset)
                && let Err(error) = store(&self.consumer, &progress)
            {
                self.shared.trouble(&error, "offset of an empty record not stored");
            }
            return true;
        };
        let Some(ticket) = self.shared.window().take(part.clone(), offset, payload.len()) else {
            return true;
        };
        let limit = self.config.record_bytes_max;
        let bytes = if payload.len() > limit {
            let found = payload.len();
            Err(format!(
                "holds {found} bytes, a record may have {limit}: shorten it or raise `record_bytes_max`"
            ))
        } else {
            Ok(payload.to_vec())
        };
        let (topic, partition) = part;
        let item = Item {
            input: self.name.clone(),
            label: format!("{topic}/{partition}/{offset}"),
            form: record::form(message),
            bytes,
            received_at: self.clock.now(),
            checkpoint: Some(Checkpoint {
                input: self.name.clone(),
                part: format!("{topic}/{partition}"),
                next: offset + 1,
            }),
            trace_parent: record::trace_parent(message),
            retried: None,
            receipt: Receipt { ticket, verdicts: self.verdicts.clone() },
        };
        let original = self.config.dead_letter_topic.is_some().then(|| message.detach());
        self.taken.blocking_send(Taken { item, original }).is_ok()
    }

    /// While the window is full, pauses what is assigned, so that polling goes on and brings no records.
    fn wait_for_room(&self) {
        let is_paused = self.shared.is_paused.load(Ordering::Relaxed);
        // Once paused, half of the room must be free, or every record would cost a pause.
        let share = if is_paused { 2 } else { 1 };
        let records = self.config.in_flight_max.div_ceil(share);
        let bytes = self.config.in_flight_bytes_max.div_ceil(share);
        let has_room =
            self.shared.wait_until(ROOM_WAIT, |window| window.len() < records && window.bytes() < bytes);
        if has_room != is_paused {
            return;
        }
        let change = |list| if has_room { self.consumer.resume(&list) } else { self.consumer.pause(&list) };
        match self.consumer.assignment().and_then(change) {
            Ok(()) => self.shared.is_paused.store(!has_room, Ordering::Relaxed),
            Err(error) => self.shared.trouble(&error, "partitions not paused or resumed"),
        }
    }

    fn rewind(&mut self) {
        while let Ok(rewind) = self.rewinds.try_recv() {
            self.unfinished.push(rewind);
        }
        let (consumer, shared) = (&self.consumer, &self.shared);
        self.unfinished.retain(|((topic, partition), offset)| {
            let part = (topic.clone(), *partition);
            if !shared.window().is_rewinding(&part) {
                // Given up meanwhile: whoever has it starts at the committed offset.
                return false;
            }
            match consumer.seek(topic, *partition, Offset::Offset(*offset), SEEK_WAIT) {
                Ok(()) => {
                    shared.window().rewound(&part);
                    false
                }
                Err(error) => {
                    shared.trouble(&error, "partition not set back yet");
                    true
                }
            }
        });
    }
}

/// What an operator can do, where something can be done.
fn cure(error: &KafkaError) -> &'static str {
    match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
            "make the topic, or correct `topics`"
        }
        Some(RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::GroupAuthorizationFailed) => {
            "let this user read the topic and join the group"
        }
        Some(RDKafkaErrorCode::SaslAuthenticationFailed | RDKafkaErrorCode::Authentication) => {
            "correct the user and password in `properties`"
        }
        _ => "polling goes on",
    }
}
