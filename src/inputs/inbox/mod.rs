//! A watched folder. Comes in: files that people or programs put there. Goes out: each file's bytes, oldest first; once
//! it is committed the file moves to `done/`, or with its reason to `failed/`, or until its time to `held/`, or stays. Walks of the folder are the
//! truth, the watch only makes them early. Never parses a file, never overwrites or deletes one.
//!
//! - Order: among the files that wait, by time of last change, then by name with its subfolder. A whole file waits for
//!   an older one that a walk has found, until that one has settled.
//! - A file is whole when its writer closes it, when it is moved here, or when size and time have stood still for the
//!   settle time. A writer that closes a file between two writes should use a name ending in `.part` or `.tmp`, or
//!   beginning with a dot, and rename.
//! - The same name with other content is another item. A file found again after a crash is offered again: the store
//!   knows its articles, and it moves away in silence.
//! - Links, pipes and devices are left alone.

mod run;
mod scan;
mod settle;
mod shelve;
mod take;
mod watch;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use self::scan::{Bounds, Found, Held, Look};
use self::settle::Settling;
use self::watch::Watch;
use super::Ticket;
use crate::clock::SharedClock;
use crate::config::{Check, Findings};

/// How changes are noticed between two walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchKind {
    /// By the operating system.
    Native,
    /// By looking at every file again and again: for network folders and container mounts, which send no events.
    Poll,
}

/// What happens to a file once it is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// It moves to `done` or `failed`.
    Move,
    /// It stays where it is; after a restart it is offered again, and the store knows it.
    Keep,
}

/// A watched folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboxConfig {
    /// The folder; made when it is missing.
    pub path: PathBuf,
    /// Whether files in subfolders are taken, too.
    pub recursive: bool,
    /// How changes are noticed: `native`, or `poll` for network folders and container mounts.
    pub watch: WatchKind,
    /// With `watch = "poll"`: time between two looks.
    #[serde(with = "humantime_serde")]
    pub poll_interval: Duration,
    /// Time between two walks of the whole folder, which find what the watch missed.
    #[serde(with = "humantime_serde")]
    pub rescan_interval: Duration,
    /// How long size and time of a file must stand still when its writer's end cannot be seen.
    #[serde(with = "humantime_serde")]
    pub settle_time: Duration,
    /// What happens to a committed file: `move` or `keep`.
    pub after: After,
    /// Where committed files go; relative to `path`.
    pub done: PathBuf,
    /// Where files go that cannot be read, each with a `.reason.txt`; relative to `path`.
    pub failed: PathBuf,
    /// Where files lie that their publisher holds back, until their time has come; relative to `path`.
    pub held: PathBuf,
    /// Largest file, in bytes; larger ones fail unread.
    pub file_bytes_max: usize,
    /// Files handed over and not yet committed; the next waits.
    pub in_flight_max: usize,
    /// Bytes handed over and not yet committed; the next waits, one file alone may be larger.
    pub in_flight_bytes_max: usize,
}

impl Check for InboxConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.path.as_os_str().is_empty() {
            findings.add("path", "is empty: name the folder to watch");
        }
        for (key, shelf) in [("done", &self.done), ("failed", &self.failed), ("held", &self.held)] {
            // The parts of a path say nothing of `.` and doubled slashes.
            if self.after == After::Move && self.path.join(shelf).components().eq(self.path.components()) {
                findings.add(
                    key,
                    "is the watched folder itself: name another, or finished files would be read again",
                );
            }
        }
        findings.expect_between("in_flight_max", self.in_flight_max, 1, 100_000);
        for (key, bytes) in
            [("file_bytes_max", self.file_bytes_max), ("in_flight_bytes_max", self.in_flight_bytes_max)]
        {
            findings.expect_between(key, bytes, 1024, 1 << 40);
        }
        for (key, time) in [("poll_interval", self.poll_interval), ("rescan_interval", self.rescan_interval)]
        {
            if time.is_zero() {
                findings
                    .add(key, "is zero: the folder would be listed without pause, write for instance \"2s\"");
            }
        }
        if self.settle_time > Duration::from_secs(3600) {
            findings.add("settle_time", "is longer than an hour: write for instance \"500ms\"");
        }
    }
}

/// A file handed over and not yet decided.
#[derive(Debug)]
struct InFlight {
    path: PathBuf,
    look: Look,
    bytes: usize,
}

/// The input.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and all can hold at once")]
pub struct Inbox {
    name: String,
    config: InboxConfig,
    clock: SharedClock,
    bounds: Bounds,
    /// Whether finished files move; not when the folders for them cannot be made.
    moves: bool,
    is_open: bool,
    /// Times are those of another machine's clock, perhaps.
    polls: bool,
    watch: Option<Watch>,
    ready: BTreeSet<Found>,
    settling: Settling,
    in_flight: HashMap<Ticket, InFlight>,
    in_flight_files: HashSet<(PathBuf, Look)>,
    in_flight_bytes: usize,
    denials: HashMap<PathBuf, u8>,
    held: Held,
    /// The folder holds more files than the last walk returned: only walks may queue files, so that the order holds.
    more: bool,
    walked_at: Instant,
    walk_at: Instant,
    next_ticket: Ticket,
    warned: BTreeSet<PathBuf>,
    last_error: Option<String>,
}

impl Inbox {
    /// An inbox by the name it has in the config.
    pub fn new(name: impl Into<String>, config: InboxConfig, clock: SharedClock) -> Self {
        let bounds = Bounds { root: config.path.clone(), recursive: config.recursive, shelves: Vec::new() };
        let settling = Settling::new(config.settle_time);
        Self {
            name: name.into(),
            moves: config.after == After::Move,
            config,
            clock,
            bounds,
            is_open: false,
            polls: false,
            watch: None,
            ready: BTreeSet::new(),
            settling,
            in_flight: HashMap::new(),
            in_flight_files: HashSet::new(),
            in_flight_bytes: 0,
            denials: HashMap::new(),
            held: Held::default(),
            more: false,
            walked_at: Instant::now(),
            walk_at: Instant::now(),
            next_ticket: 0,
            warned: BTreeSet::new(),
            last_error: None,
        }
    }
}

#[cfg(test)]
mod tests;
