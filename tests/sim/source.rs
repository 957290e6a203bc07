//! The input: records in parts, in order in each part. Comes in: the records. Goes out: items, some torn, some repeated,
//! the parts in any turn. One kind starts where the store's checkpoints say, as a topic does; the other where its own
//! acknowledgements say, as a folder does. It complains when something is acknowledged that the store does not hold.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use newsdelta::clock::Clock;
use newsdelta::inputs::{Checkpoint, Input, Item, Receipt, Ticket, Verdict};
use newsdelta::store::Store;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::sim::Sim;
use crate::world::Record;

/// How many items may be on their way.
const WINDOW: usize = 6;

/// By what an input knows where it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// The store's checkpoints.
    Topic,
    /// Its own acknowledgements.
    Folder,
}

/// The records of an input, and what became of them; outlives the daemon.
pub(crate) struct Shelf {
    pub(crate) name: &'static str,
    memory: Memory,
    parts: Vec<Vec<Record>>,
    /// For each part, how many of its records come in the first half.
    half: Vec<usize>,
    second_half: AtomicBool,
    /// For each part, how many of its records are settled.
    settled: Mutex<Vec<usize>>,
}

impl Shelf {
    pub(crate) fn new(
        name: &'static str,
        memory: Memory,
        parts: Vec<Vec<Record>>,
        half: Vec<usize>,
    ) -> Arc<Self> {
        let (settled, second_half) = (Mutex::new(vec![0; parts.len()]), AtomicBool::new(false));
        Arc::new(Self { name, memory, parts, half, second_half, settled })
    }

    /// Whether every record of this half was settled.
    pub(crate) fn rests(&self) -> bool {
        let settled = self.settled.lock().unwrap();
        settled.iter().enumerate().all(|(part, settled)| *settled >= self.end(part))
    }

    /// From now on the rest comes, too.
    pub(crate) fn begin_second_half(&self) {
        self.second_half.store(true, Ordering::SeqCst);
    }

    /// How many records of a part may come now.
    fn end(&self, part: usize) -> usize {
        if self.second_half.load(Ordering::SeqCst) { self.parts[part].len() } else { self.half[part] }
    }
}

/// The input of one life.
pub(crate) struct Source {
    pub(crate) sim: Arc<Sim>,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) store: Arc<dyn Store>,
}

/// What is on its way.
struct Flight {
    on_the_way: BTreeMap<Ticket, Option<(usize, usize)>>,
    next: Vec<usize>,
    tickets: Ticket,
    verdicts: mpsc::Sender<(Ticket, Verdict)>,
}

#[async_trait]
impl Input for Source {
    fn name(&self) -> &str {
        self.shelf.name
    }

    async fn run(self: Box<Self>, items: mpsc::Sender<Item>, stop: CancellationToken) -> anyhow::Result<()> {
        let (verdicts, mut heard) = mpsc::channel(64);
        let next = self.start().await;
        let mut flight = Flight { on_the_way: BTreeMap::new(), next, tickets: 0, verdicts };
        loop {
            let sends = flight.on_the_way.len() < WINDOW && self.has_more(&flight);
            // Mostly close together, now and then so far apart that a group goes out between them.
            let longest = self.sim.draw(|random| if random.u8(..4) == 0 { 20_000 } else { 2000 });
            let pause = Duration::from_millis(self.sim.draw(|random| random.u64(..longest)));
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some((ticket, verdict)) = heard.recv() => self.settle(&mut flight, ticket, &verdict),
                () = tokio::time::sleep(pause) => {
                    let items_now = if sends { self.items(&mut flight) } else { Vec::new() };
                    for item in items_now {
                        if items.send(item).await.is_err() {
                            return Ok(());
                        }
                    }
                }
            }
        }
        while !flight.on_the_way.is_empty() {
            match tokio::time::timeout(Duration::from_secs(5), heard.recv()).await {
                Ok(Some((ticket, verdict))) => self.settle(&mut flight, ticket, &verdict),
                _ => break,
            }
        }
        Ok(())
    }
}

impl Source {
    /// Where each part goes on, now and then a little before.
    async fn start(&self) -> Vec<usize> {
        let mut next = match self.shelf.memory {
            Memory::Folder => self.shelf.settled.lock().unwrap().clone(),
            Memory::Topic => {
                let known = loop {
                    match self.store.checkpoints(self.shelf.name).await {
                        Ok(known) => break known,
                        Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
                    }
                };
                let mut next = vec![0; self.shelf.parts.len()];
                for checkpoint in known {
                    next[checkpoint.part.parse::<usize>().unwrap()] =
                        usize::try_from(checkpoint.next).unwrap();
                }
                // What a checkpoint lies behind needs no verdict any more.
                self.shelf.settled.lock().unwrap().clone_from(&next);
                next
            }
        };
        for part in &mut next {
            if self.sim.strikes(|weather| weather.source) {
                *part = part.saturating_sub(self.sim.draw(|random| random.usize(1..3)));
            }
        }
        self.sim.note(self.shelf.name, &format_args!("starts at {next:?}"));
        next
    }

    fn has_more(&self, flight: &Flight) -> bool {
        flight.next.iter().enumerate().any(|(part, next)| *next < self.shelf.end(part))
    }

    /// The next item of some part, perhaps with a torn one before it or itself again behind it.
    fn items(&self, flight: &mut Flight) -> Vec<Item> {
        let open: Vec<usize> =
            (0..flight.next.len()).filter(|part| flight.next[*part] < self.shelf.end(*part)).collect();
        let part = open[self.sim.draw(|random| random.usize(..open.len()))];
        let at = flight.next[part];
        flight.next[part] += 1;
        let bytes = &self.shelf.parts[part][at].bytes;
        let mut items = Vec::new();
        if self.sim.strikes(|weather| weather.source) {
            let cut = self.sim.draw(|random| random.usize(1..bytes.len()));
            items.push(self.item(flight, None, bytes[..cut].to_vec()));
        }
        items.push(self.item(flight, Some((part, at)), bytes.clone()));
        if self.sim.strikes(|weather| weather.source) {
            items.push(self.item(flight, Some((part, at)), bytes.clone()));
        }
        items
    }

    fn item(&self, flight: &mut Flight, place: Option<(usize, usize)>, bytes: Vec<u8>) -> Item {
        flight.tickets += 1;
        let ticket = flight.tickets;
        flight.on_the_way.insert(ticket, place);
        let label = place.map_or_else(|| "torn".to_owned(), |(part, at)| format!("{part}/{at}"));
        self.sim.note(self.shelf.name, &format_args!("hands over {label}"));
        let input = self.shelf.name.to_owned();
        let checkpoint = place.filter(|_| self.shelf.memory == Memory::Topic).map(|(part, at)| Checkpoint {
            input: input.clone(),
            part: part.to_string(),
            next: i64::try_from(at + 1).unwrap(),
        });
        Item {
            input,
            label,
            form: Some("json".to_owned()),
            bytes: Ok(bytes),
            received_at: self.sim.now(),
            checkpoint,
            trace_parent: None,
            retried: None,
            receipt: Receipt { ticket, verdicts: flight.verdicts.clone() },
        }
    }

    fn settle(&self, flight: &mut Flight, ticket: Ticket, verdict: &Verdict) {
        let Some(place) = flight.on_the_way.remove(&ticket) else {
            return self.sim.complain(format!("{}: ticket {ticket} was settled twice", self.shelf.name));
        };
        // What its publisher holds back is safe in the store until its time.
        let is_held = |(part, at): (usize, usize)| self.shelf.parts[part][at].held;
        match (place, verdict) {
            (Some(place), Verdict::Held(..)) if is_held(place) => {
                let mut settled = self.shelf.settled.lock().unwrap();
                settled[place.0] = settled[place.0].max(place.1 + 1);
            }
            (_, Verdict::GivenBack) | (None, Verdict::Failed(_)) => {}
            (Some((part, at)), Verdict::Committed) => {
                let article = &self.shelf.parts[part][at].article;
                if !self.sim.is_committed(article) {
                    self.sim.complain(format!("{article} was acknowledged before it was committed"));
                }
                let mut settled = self.shelf.settled.lock().unwrap();
                settled[part] = settled[part].max(at + 1);
            }
            (place, verdict) => self.sim.complain(format!("{place:?} ended as {verdict:?}")),
        }
    }
}
