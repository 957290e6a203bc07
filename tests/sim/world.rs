//! Made-up worlds: a few disasters each, told report by report; tolls rise, are corrected, and reports are withdrawn or
//! held back for a while. Each has two halves, between which people act. Comes in: nothing. Goes out: records, and for each world what its receivers are told when nothing goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use fastrand::Rng;
use newsdelta::model::{Alert, Message};
use newsdelta::store::overview::DeliveryQuery;
use newsdelta::store::sqlite::{Access, Options};
use newsdelta::store::{SqliteStore, Store};
use serde_json::json;
use tempfile::TempDir;

use crate::desk::Channel;
use crate::judge;
use crate::life::{Ending, GATHERING, Outside, RECEIVERS};
use crate::people::Act;
use crate::receiver::{PICKY, Receiver};
use crate::sabotage::Sabotage;
use crate::sim::{Course, Sim, Weather};
use crate::source::{Memory, Shelf};

/// How many worlds there are; each seed takes one.
const WORLDS: u64 = 32;

/// In one of so many seeds there is a channel of Slack: its calls take time.
const DESK_EVERY: u64 = 5;

/// From this figure on a receiver of large figures is told.
pub(crate) const LARGE: u64 = 30;

/// Town, country, what happened there.
const PLACES: [(&str, &str, &str); 6] = [
    ("Qarmi", "Tajikistan", "landslide"),
    ("Puerto Lidia", "Uruguay", "flood"),
    ("Hvalnes", "Iceland", "avalanche"),
    ("Mbulasa", "Zambia", "bridge collapse"),
    ("Vecpils", "Latvia", "factory fire"),
    ("Koroivo", "Fiji", "cyclone"),
];

/// One article as it comes.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Its id once it is read.
    pub(crate) article: String,
    pub(crate) bytes: Vec<u8>,
    /// Whether its publisher holds it back for a while.
    pub(crate) held: bool,
}

impl Record {
    fn new(article: String, bytes: String) -> Self {
        Self { article, bytes: bytes.into_bytes(), held: false }
    }

    /// The same, held back until shortly after the world begins.
    fn hold_back(&mut self) {
        let mut report: serde_json::Value = serde_json::from_slice(&self.bytes).unwrap();
        report["embargo_until"] = json!("2031-05-06T20:00:40Z");
        (self.bytes, self.held) = (report.to_string().into_bytes(), true);
    }
}

struct World {
    topic: Vec<Vec<Record>>,
    folder: Vec<Vec<Record>>,
    /// For each part of the one and of the other, how many records come in the first half.
    half: (Vec<usize>, Vec<usize>),
    /// What people do between the halves.
    acts: Vec<Act>,
    /// What each receiver gets when nothing goes wrong.
    expected: Vec<Vec<Message>>,
}

/// All worlds, and an empty store to copy.
pub(crate) struct Worlds {
    worlds: Vec<World>,
    empty: TempDir,
}

impl Worlds {
    pub(crate) fn new() -> Self {
        let empty = folder();
        drop(SqliteStore::open(&file(empty.path()), Access::Daemon, Options::default()).unwrap());
        let mut all = Self { worlds: Vec::new(), empty };
        for number in 0..WORLDS {
            let world = World::new(number);
            let (course, told) = all.run(&world, number, &[], None);
            assert!(course.complaints.is_empty(), "world {number}, undisturbed: {:?}", course.complaints);
            all.worlds.push(World { expected: told, ..world });
        }
        let at_once = RECEIVERS.iter().enumerate().filter(|(_, name)| !GATHERING.contains(name));
        for (number, receiver) in at_once {
            let is_corrected = |world: &&World| {
                let mut alerts = world.expected[number].iter().flat_map(|message| &message.alerts);
                alerts.any(|alert| !alert.corrects.is_empty())
            };
            let corrected = all.worlds.iter().filter(is_corrected).count();
            assert!(corrected > 2, "only {corrected} worlds in which {receiver} receives a correction");
        }
        all
    }

    /// One seed: its world, its storms, and a calm life at the end.
    pub(crate) fn play(&self, seed: u64, sabotage: Option<Sabotage>) -> Course {
        let world = &self.worlds[usize::try_from(seed % WORLDS).unwrap()];
        let mut random = Rng::with_seed(seed ^ 0x5eed);
        let lives = random.usize(1..=4);
        let storms: Vec<_> = (0..lives).map(|_| (weather(&mut random), ending(&mut random))).collect();
        let (mut course, told) = self.run(world, seed, &storms, sabotage);
        judge::compare(&world.expected, &told, &world.muted(), &mut course);
        course
    }

    /// Lives through the storms, then once more until nothing is left to do.
    fn run(
        &self,
        world: &World,
        seed: u64,
        storms: &[(Weather, Ending)],
        sabotage: Option<Sabotage>,
    ) -> (Course, Vec<Vec<Message>>) {
        let folder = folder();
        let path = file(folder.path());
        std::fs::copy(file(self.empty.path()), &path).unwrap();
        let sim = Arc::new(Sim::new(seed, sabotage));
        let (topic, shelf) = world.half.clone();
        let outside = Arc::new(Outside {
            shelves: vec![
                Shelf::new("topic", Memory::Topic, world.topic.clone(), topic),
                Shelf::new("folder", Memory::Folder, world.folder.clone(), shelf),
            ],
            receivers: RECEIVERS.iter().map(|name| Receiver::new(name, &sim)).collect(),
            channel: u64::is_multiple_of(seed, DESK_EVERY).then(|| Channel::start(&sim)),
            sim,
            acts: world.acts.clone(),
            acted: AtomicBool::new(false),
        });
        for (weather, ending) in storms {
            outside.live(&path, *weather, *ending);
        }
        outside.live(&path, Weather::default(), Ending::Rest);
        let told: Vec<_> = outside.receivers.iter().map(|receiver| receiver.received()).collect();
        let mut course = outside.sim.course();
        let kept = RECEIVERS.iter().zip(&told).filter(|(name, _)| **name != PICKY);
        let outboxes = outboxes(&path);
        for (name, told) in kept {
            let outbox = outboxes.get(*name).map_or(&[][..], Vec::as_slice);
            judge::keeps_order(name, told, outbox, &mut course);
        }
        if let Some(channel) = &outside.channel {
            // Told everything at once, like the first of the receivers.
            channel.judge(&told[0], &mut course.complaints);
            course.removed = channel.removed();
        }
        (course, told)
    }
}

/// For each output the ids of its messages, in the order in which they entered the outbox.
fn outboxes(path: &Path) -> BTreeMap<String, Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let options = Options { readers: 1, ..Options::default() };
    let store = SqliteStore::open(path, Access::ReadOnly, options).unwrap();
    let query = DeliveryQuery { output: None, state: None, before: None, limit: 100_000 };
    let entries = runtime.block_on(store.find_deliveries(&query)).unwrap();
    let mut outboxes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in entries.into_iter().rev() {
        outboxes.entry(entry.output).or_default().push(entry.message);
    }
    outboxes
}

fn weather(random: &mut Rng) -> Weather {
    let mut of = |choices: [u8; 4]| choices[random.usize(..choices.len())];
    Weather {
        receivers: of([0, 10, 40, 80]),
        store: of([0, 1, 5, 20]),
        source: of([0, 10, 20, 40]),
        clock: of([0, 0, 1, 2]),
        reloads: of([0, 0, 10, 40]),
    }
}

fn ending(random: &mut Rng) -> Ending {
    match random.u8(..8) {
        0 => Ending::Stop(random.u64(1..60)),
        1..4 => Ending::Kill(random.u32(1..60)),
        _ => Ending::Kill(random.u32(1..600)),
    }
}

/// In memory where the machine has such a place: no disk is part of the simulation.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("store.db")
}

impl World {
    fn new(number: u64) -> Self {
        let mut random = Rng::with_seed(number);
        let mut places = PLACES.to_vec();
        random.shuffle(&mut places);
        let mut parts: Vec<Vec<Record>> =
            places.into_iter().take(random.usize(2..=3)).map(|place| story(place, &mut random)).collect();
        let half: Vec<usize> = parts.iter().map(|part| random.usize(1..=part.len())).collect();
        // The last of a half, so that nothing of its story is told before it.
        let held = random.usize(..parts.len());
        let last = &mut parts[held][half[held] - 1];
        if half[held] > 1 && last.article.ends_with("#1") {
            last.hold_back();
        }
        let first = |part: usize| parts[part][0].article.clone();
        let acts = match random.u8(..4) {
            0 => Vec::new(),
            1 => vec![Act::Correct(first(0), random.u64(31..60))],
            2 => vec![Act::Mute(first(1))],
            _ => vec![Act::Mute(first(0)), Act::Correct(first(1), random.u64(2..60))],
        };
        let folder = parts.split_off(1);
        let half = (half[..1].to_vec(), half[1..].to_vec());
        Self { topic: parts, folder, half, acts, expected: Vec::new() }
    }

    /// The stories that somebody mutes.
    fn muted(&self) -> BTreeSet<String> {
        let is_muted = |alert: &&Alert| {
            self.acts.iter().any(|act| matches!(act, Act::Mute(article) if *article == alert.article))
        };
        let alerts = self.expected.iter().flatten().flat_map(|message| &message.alerts);
        alerts.filter(is_muted).map(|alert| alert.story.clone()).collect()
    }
}

/// The reports on one disaster.
fn story((town, country, event): (&str, &str, &str), random: &mut Rng) -> Vec<Record> {
    let mut toll = random.u64(5..28);
    let mut records = Vec::new();
    let mut last = String::new();
    for number in 0..random.usize(2..=5) {
        let id = format!("urn:{}-{number}", town.to_lowercase().replace(' ', "-"));
        let published_at = format!("2031-05-06T{:02}:00:00Z", 8 + number);
        let kind = if number == 0 { 0 } else { random.u8(1..8) };
        let (title, words) = match kind {
            0 => (
                format!("{town} in {country} hit by a {event}"),
                format!(
                    "A {event} hit the town of {town} in {country} on Tuesday. The emergencies committee said that"
                ),
            ),
            1..=4 => {
                toll += random.u64(1..15);
                (
                    format!("Toll of the {town} {event} in {country} rises"),
                    "The emergencies committee said that".to_owned(),
                )
            }
            5 | 6 => {
                toll = toll.saturating_sub(random.u64(1..8)).max(2);
                (
                    format!("Toll of the {town} {event} in {country} corrected"),
                    "Correcting an earlier figure, the emergencies committee said that".to_owned(),
                )
            }
            _ => {
                let bytes =
                    json!({
                    "id": last, "version": "2", "status": "withdrawn", "published_at": published_at, "text": "",
                }).to_string();
                records.push(Record::new(format!("{last}#2"), bytes));
                continue;
            }
        };
        let text = format!(
            "{title}\n\n{words} {toll} people had been killed in the {event} that hit the town of {town} in {country}."
        );
        let report = json!({
            "id": id, "version": "1", "outlet": "Meridian Wire", "published_at": published_at, "text": text,
        });
        records.push(Record::new(format!("{id}#1"), report.to_string()));
        last = id;
    }
    records
}
