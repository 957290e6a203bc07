//! A watched folder. Comes in: files that people or programs put there. Goes out: each file's bytes, oldest first; once
//! it is committed the file moves to `done/`, or with its reason to `failed/`, or stays. Walks of the folder are the
//! truth, the watch only makes them early. Never parses a file, never overwrites or deletes one.
//!
//! - Order: among the files that wait, by time of last change, then by name with its subfolder.
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

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use self::scan::{Bounds, Found, Held, Look};
use self::settle::Settling;
use self::watch::Watch;
use super::Ticket;
use crate::clock::SharedClock;

/// How changes are noticed between two walks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchKind {
    /// By the operating system.
    #[default]
    Native,
    /// By looking at every file again and again: for network folders and container mounts, which send no events.
    Poll,
}

/// What happens to a file once it is committed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// It moves to `done` or `failed`.
    #[default]
    Move,
    /// It stays where it is; after a restart it is offered again, and the store knows it.
    Keep,
}

/// A watched folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboxConfig {
    /// The folder; made when it is missing.
    pub path: PathBuf,
    /// Whether files in subfolders are taken, too. Default true.
    #[serde(default = "yes")]
    pub recursive: bool,
    /// How changes are noticed: `native`, or `poll` for network folders and container mounts. Default `native`.
    #[serde(default)]
    pub watch: WatchKind,
    /// With `watch = "poll"`: time between two looks. Default 2 s.
    #[serde(default = "default_poll_interval", with = "humantime_serde")]
    pub poll_interval: Duration,
    /// Time between two walks of the whole folder, which find what the watch missed. Default 60 s.
    #[serde(default = "default_rescan_interval", with = "humantime_serde")]
    pub rescan_interval: Duration,
    /// How long size and time of a file must stand still when its writer's end cannot be seen. Default 500 ms.
    #[serde(default = "default_settle_time", with = "humantime_serde")]
    pub settle_time: Duration,
    /// What happens to a committed file: `move` or `keep`. Default `move`.
    #[serde(default)]
    pub after: After,
    /// Where committed files go; relative to `path`. Default `done`.
    #[serde(default = "default_done")]
    pub done: PathBuf,
    /// Where files go that cannot be read, each with a `.reason.txt`; relative to `path`. Default `failed`.
    #[serde(default = "default_failed")]
    pub failed: PathBuf,
    /// Largest file, in bytes; larger ones fail unread. Default 64 MiB.
    #[serde(default = "default_file_bytes_max")]
    pub file_bytes_max: u64,
    /// Files handed over and not yet committed; the next waits. Default 256.
    #[serde(default = "default_in_flight_max")]
    pub in_flight_max: usize,
    /// Bytes handed over and not yet committed; the next waits, one file alone may be larger. Default 64 MiB.
    #[serde(default = "default_file_bytes_max")]
    pub in_flight_bytes_max: u64,
}

fn yes() -> bool {
    true
}

fn default_poll_interval() -> Duration {
    Duration::from_secs(2)
}

fn default_rescan_interval() -> Duration {
    Duration::from_secs(60)
}

fn default_settle_time() -> Duration {
    Duration::from_millis(500)
}

fn default_done() -> PathBuf {
    PathBuf::from("done")
}

fn default_failed() -> PathBuf {
    PathBuf::from("failed")
}

fn default_file_bytes_max() -> u64 {
    64 * 1024 * 1024
}

fn default_in_flight_max() -> usize {
    256
}

impl InboxConfig {
    /// A folder with the defaults.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            recursive: true,
            watch: WatchKind::Native,
            poll_interval: default_poll_interval(),
            rescan_interval: default_rescan_interval(),
            settle_time: default_settle_time(),
            after: After::Move,
            done: default_done(),
            failed: default_failed(),
            file_bytes_max: default_file_bytes_max(),
            in_flight_max: default_in_flight_max(),
            in_flight_bytes_max: default_file_bytes_max(),
        }
    }

    /// Every mistake in it, each with its cure.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut refuse = |wrong: bool, what: &str| {
            if wrong {
                mistakes.push(what.to_owned());
            }
        };
        refuse(self.path.as_os_str().is_empty(), "`path` is empty: name the folder to watch");
        let shelves = [self.path.join(&self.done), self.path.join(&self.failed)];
        refuse(
            self.after == After::Move && shelves.contains(&self.path.join("")),
            "`done` and `failed` must be folders of their own, or finished files would be read again",
        );
        refuse(self.in_flight_max == 0, "`in_flight_max` is 0: nothing would ever be read; 256 is usual");
        refuse(self.file_bytes_max == 0, "`file_bytes_max` is 0: nothing would ever be read; write bytes");
        refuse(self.rescan_interval.is_zero(), "`rescan_interval` is 0: write a time such as \"60s\"");
        refuse(
            self.watch == WatchKind::Poll && self.poll_interval.is_zero(),
            "`poll_interval` is 0: write a time such as \"2s\"",
        );
        mistakes
    }
}

/// A file handed over and not yet decided.
#[derive(Debug)]
struct InFlight {
    path: PathBuf,
    look: Look,
    bytes: u64,
}

/// The input.
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
    in_flight_bytes: u64,
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
