//! Which files are whole. Comes in: looks at files over time. Goes out: those that have looked the same for the settle
//! time. Holds a bounded number; what does not fit is found again by a later walk. Never reads a clock of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::scan::{Found, Look, Sight, look_at};

/// Files watched for change at a time.
pub(super) const SETTLING_MAX: usize = 10_000;

/// A file that may still be written to.
#[derive(Debug)]
struct Unsettled {
    look: Look,
    since: Instant,
}

/// Files that may still be written to.
#[derive(Debug, Default)]
pub(super) struct Settling {
    files: BTreeMap<PathBuf, Unsettled>,
    /// Those that a walk found and nobody was seen to write to, in the order in which files are taken.
    still: BTreeSet<(SystemTime, PathBuf)>,
    time: Duration,
    /// No file is whole before this.
    due: Option<Instant>,
}

impl Settling {
    pub(super) fn new(time: Duration) -> Self {
        Self { files: BTreeMap::new(), still: BTreeSet::new(), time, due: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Starts or goes on watching a file; false when there is no room.
    pub(super) fn note(&mut self, path: PathBuf, look: Look, now: Instant) -> bool {
        if let Some(file) = self.files.get_mut(&path) {
            if file.look != look {
                self.still.remove(&(file.look.modified, path));
                (file.look, file.since) = (look, now);
            }
            return true;
        }
        let has_room = self.files.len() < SETTLING_MAX;
        if has_room {
            self.files.insert(path, Unsettled { look, since: now });
            self.due.get_or_insert(now + self.time);
        }
        has_room
    }

    /// The same for a file that a walk has found: unless it changes it holds back what is newer.
    pub(super) fn note_found(&mut self, path: PathBuf, look: Look, now: Instant) -> bool {
        let is_new = !self.files.contains_key(&path);
        let still = (look.modified, path.clone());
        let has_room = self.note(path, look, now);
        if is_new && has_room {
            self.still.insert(still);
        }
        has_room
    }

    pub(super) fn forget(&mut self, path: &Path) {
        if let Some(file) = self.files.remove(path) {
            self.still.remove(&(file.look.modified, path.to_path_buf()));
        }
    }

    /// Whether an older file, found by a walk, still has to settle before this one may be taken.
    pub(super) fn holds_back(&self, next: &Found) -> bool {
        self.still.first().is_some_and(|(modified, path)| (modified, path) < (&next.modified, &next.path))
    }

    /// When the next file may be whole.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes out the files that have not changed for the settle time, as they look now.
    pub(super) fn settled(&mut self, root: &Path, now: Instant) -> Vec<Found> {
        let mut whole = Vec::new();
        let (time, still) = (self.time, &mut self.still);
        self.files.retain(|path, file| {
            if now < file.since + time {
                return true;
            }
            still.remove(&(file.look.modified, path.clone()));
            match look_at(&root.join(path)) {
                Sight::File(look) if look == file.look => {
                    whole.push(Found::new(path.clone(), look));
                    false
                }
                Sight::File(look) => {
                    (file.look, file.since) = (look, now);
                    true
                }
                _ => false,
            }
        });
        self.due = self.files.values().map(|file| file.since + time).min();
        whole
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_whole_when_it_looks_the_same_twice() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("a.txt");
        let look = |content: &str| {
            fs::write(&path, content).expect("writes");
            match look_at(&path) {
                Sight::File(look) => look,
                other => panic!("{other:?}"),
            }
        };
        let time = Duration::from_secs(1);
        let start = Instant::now();
        let mut settling = Settling::new(time);
        assert!(settling.note("a.txt".into(), look("half"), start));
        let whole = look("half and whole");
        assert!(settling.settled(root.path(), start + time / 2).is_empty());
        assert!(settling.settled(root.path(), start + time).is_empty(), "it has changed meanwhile");
        assert_eq!(settling.settled(root.path(), start + time * 2), [Found::new("a.txt".into(), whole)]);
        assert!(settling.is_empty());
    }
}
