//! The receiving end of an output, with all its moods. Comes in: messages. Goes out: answers, none of them reliable; and
//! everything that was received, in order. It knows when a message must not come again: once it has answered and the
//! answer was heard. A message may come again only for a cause, and each cause excuses one repetition.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use newsdelta::model::Message;
use newsdelta::outputs::{DeliveryError, Output};

use crate::sim::Sim;

/// How a receiver treats one attempt.
#[derive(Debug, Clone, Copy)]
enum Mood {
    Takes,
    /// No connection.
    Refuses,
    /// 429 with `Retry-After`.
    AsksForPatience,
    /// 500.
    Fails,
    /// Says nothing; what came is lost.
    Sleeps,
    /// Takes it, and says nothing.
    FallsSilent,
    /// Takes it, and the line drops before the answer.
    DropsTheLine,
}

const MOODS: [Mood; 6] =
    [Mood::Refuses, Mood::AsksForPatience, Mood::Fails, Mood::Sleeps, Mood::FallsSilent, Mood::DropsTheLine];

/// What came, by the life of the sender in which it came.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// Every message in the order of arrival, repetitions among them.
    pub(crate) all: Vec<Message>,
    /// In which life a message came last, and whether it was told that it had been taken.
    last: BTreeMap<String, (u32, bool)>,
    /// How often a message came, and for how many repetitions there was a cause.
    copies: BTreeMap<String, (u32, u32)>,
    /// What the picky one has refused.
    refused: BTreeSet<String>,
}

/// A receiver.
pub(crate) struct Receiver {
    name: &'static str,
    sim: Arc<Sim>,
    received: Mutex<Received>,
}

impl Receiver {
    pub(crate) fn new(name: &'static str, sim: &Arc<Sim>) -> Arc<Self> {
        Arc::new(Self { name, sim: Arc::clone(sim), received: Mutex::default() })
    }

    /// Everything that came.
    pub(crate) fn received(&self) -> Vec<Message> {
        self.received.lock().unwrap().all.clone()
    }

    /// The picky one refuses some messages for good, some only at first: until somebody looked at it.
    fn refuses(&self, message: &Message) -> bool {
        let is_first = || self.received.lock().unwrap().refused.insert(message.id.clone());
        self.name == PICKY && is_refused(&message.id) && (is_first() || is_discarded(&message.id))
    }

    fn receive(&self, message: &Message, answers: bool) {
        let (name, life) = (self.name, self.sim.life());
        let mut received = self.received.lock().unwrap();
        let last = received.last.get(&message.id).copied();
        let (copies, causes) = received.copies.entry(message.id.clone()).or_default();
        *copies += 1;
        if let Some((last, answered)) = last {
            *causes += u32::from(!answered || (last != life && !self.sim.is_recorded(name, &message.id)));
            if *copies > *causes + 1 {
                self.sim.complain(format!("{name}: {} came {copies} times for {causes} causes", message.id));
            }
            if answered && last == life {
                self.sim.complain(format!("{name}: {} came again though it was answered", message.id));
            }
            if self.sim.is_recorded(name, &message.id) {
                self.sim.complain(format!("{name}: {} came again though the store knew", message.id));
            }
            if received.all.iter().any(|first| first.id == message.id && first != message) {
                self.sim.complain(format!("{name}: {} came with another content", message.id));
            }
        }
        received.last.insert(message.id.clone(), (life, answers));
        received.all.push(message.clone());
        self.sim.note(name, &format_args!("receives {} of {}", message.id, message.article));
    }
}

/// The name of the one that refuses.
pub(crate) const PICKY: &str = "picky";

fn lot(id: &str) -> u32 {
    id.bytes().map(u32::from).sum::<u32>() % 6
}

/// Whether the picky one refuses a message when it first comes.
fn is_refused(id: &str) -> bool {
    lot(id) < 3
}

/// Whether nobody will ever take a message there, so that it is discarded.
pub(crate) fn is_discarded(id: &str) -> bool {
    lot(id) == 0
}

fn retry(reason: &str, after: Option<u64>) -> Result<(), DeliveryError> {
    Err(DeliveryError::Retry { after: after.map(Duration::from_secs), reason: reason.to_owned() })
}

#[async_trait]
impl Output for Receiver {
    fn name(&self) -> &str {
        self.name
    }

    async fn deliver(&self, message: &Message, attempt: u32) -> Result<(), DeliveryError> {
        let sim = &self.sim;
        sim.moment().await;
        let mood = if sim.strikes(|weather| weather.receivers) {
            sim.draw(|random| MOODS[random.usize(..MOODS.len())])
        } else {
            Mood::Takes
        };
        sim.note(self.name, &format_args!("attempt {attempt} of {}: {mood:?}", message.id));
        sim.dawdle(Duration::from_millis(400)).await;
        sim.moment().await;
        match mood {
            Mood::Refuses => return retry("connection refused", None),
            Mood::AsksForPatience => return retry("429", Some(sim.draw(|random| random.u64(1..20)))),
            Mood::Fails => return retry("500", None),
            Mood::Sleeps => std::future::pending().await,
            Mood::Takes | Mood::FallsSilent | Mood::DropsTheLine if self.refuses(message) => {
                return Err(DeliveryError::GiveUp { reason: "422".to_owned() });
            }
            Mood::Takes => self.receive(message, true),
            Mood::FallsSilent | Mood::DropsTheLine => self.receive(message, false),
        }
        sim.moment().await;
        match mood {
            Mood::FallsSilent => std::future::pending().await,
            Mood::DropsTheLine => retry("line dropped", None),
            _ => Ok(()),
        }
    }
}
