//! What lies in the folder. Comes in: the folder and what is known already. Goes out: the files to take next, oldest
//! first, and whether there are more. Looks at names and sizes only: never opens a file, never follows a link.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::hash::Hash;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::Xxh3Default;

/// Deeper subfolders are not searched; deeper than any layout by date, and a bound for odd mounts.
const DEPTH_MAX: usize = 32;
/// Names of files that are still being written, or that are a program's own.
const UNFINISHED_ENDINGS: &[&str] =
    &[".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp", "~"];
/// Kept files that are remembered; at some 40 bytes each. Beyond, kept files are offered again at each rescan, and the
/// store recognises them.
const HELD_MAX: usize = 1_000_000;

/// What tells one content of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Look {
    pub(super) modified: SystemTime,
    pub(super) size: u64,
    inode: (u64, u64),
}

impl Look {
    pub(super) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let inode = (0, 0);
        let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Self { modified, size: metadata.len(), inode }
    }

    /// Whether `other` has the same content, though it may be a copy.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        (self.modified, self.size) == (other.modified, other.size)
    }
}

/// A file to take. Ordered as files are taken: by time of last change, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) modified: SystemTime,
    /// Relative to the folder.
    pub(super) path: PathBuf,
    pub(super) look: Look,
}

impl Found {
    pub(super) fn new(path: PathBuf, look: Look) -> Self {
        Self { modified: look.modified, path, look }
    }
}

/// What stands at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sight {
    File(Look),
    Folder,
    Link,
    /// Gone, a pipe, a device.
    Nothing,
}

/// Looks at one path without following a link.
pub(super) fn look_at(path: &Path) -> Sight {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Sight::File(Look::of(&metadata)),
        Ok(metadata) if metadata.is_dir() => Sight::Folder,
        Ok(metadata) if metadata.is_symlink() => Sight::Link,
        _ => Sight::Nothing,
    }
}

/// Files that stay in the folder though they are done, each in 16 bytes: a hash of the path and of its look.
#[derive(Debug, Default)]
pub(super) struct Held {
    looks: HashMap<u64, u64>,
}

impl Held {
    /// Remembers a file; false when the memory is full.
    pub(super) fn insert(&mut self, path: &Path, look: &Look) -> bool {
        let has_room = self.looks.len() < HELD_MAX;
        if has_room {
            self.looks.insert(hash(path), hash(look));
        }
        has_room
    }

    pub(super) fn contains(&self, path: &Path, look: &Look) -> bool {
        self.looks.get(&hash(path)) == Some(&hash(look))
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = Xxh3Default::new();
    value.hash(&mut hasher);
    hasher.digest()
}

/// The rules of a walk.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    pub(super) root: PathBuf,
    pub(super) recursive: bool,
    /// Folders that hold what is done already.
    pub(super) shelves: Vec<PathBuf>,
}

impl Bounds {
    /// The path relative to the folder, when it lies in it and its name does not say that it is none of ours.
    pub(super) fn relative<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        let relative =
            path.strip_prefix(&self.root).ok().filter(|relative| !relative.as_os_str().is_empty())?;
        let is_deep = relative.components().count() > if self.recursive { DEPTH_MAX } else { 1 };
        let is_done = self.shelves.iter().any(|shelf| path.starts_with(shelf));
        (!is_deep && !is_done && !relative.iter().any(is_unfinished)).then_some(relative)
    }
}

/// Whether a name says that the file is unfinished or hidden.
fn is_unfinished(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let lower = name.to_ascii_lowercase();
    name.starts_with('.') || UNFINISHED_ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The first files in order, at most the limit.
    pub(super) found: Vec<Found>,
    /// There are more.
    pub(super) more: bool,
    /// Links and unreadable subfolders, with what is odd about them.
    pub(super) odd: Vec<(PathBuf, String)>,
}

/// Oddities reported by one walk; the rest waits for the next.
const ODD_MAX: usize = 100;

/// Finds the first `limit` files that are neither held nor in flight, in order. Memory is bounded by `limit`, whatever
/// the folder holds.
///
/// # Errors
/// The folder itself cannot be listed.
pub(super) fn walk(
    bounds: &Bounds,
    held: &Held,
    in_flight: &HashSet<(PathBuf, Look)>,
    limit: usize,
    stop: &CancellationToken,
) -> io::Result<Walk> {
    let mut first = BinaryHeap::new();
    let mut walk = Walk::default();
    let mut folders = vec![(bounds.root.clone(), fs::read_dir(&bounds.root)?)];
    while let Some((folder, entries)) = folders.last_mut() {
        if stop.is_cancelled() {
            break;
        }
        let path = match entries.next() {
            Some(Ok(entry)) => entry.path(),
            Some(Err(error)) => {
                // A listing that breaks off is not continued: the next walk begins it again.
                walk.note(folder.clone(), format!("cannot be listed to its end: {error}"));
                folders.pop();
                continue;
            }
            None => {
                folders.pop();
                continue;
            }
        };
        let Some(relative) = bounds.relative(&path) else { continue };
        match look_at(&path) {
            Sight::File(look) => {
                let found = Found::new(relative.to_owned(), look);
                if !held.contains(relative, &look) && !in_flight.contains(&(found.path.clone(), look)) {
                    first.push(found);
                    if first.len() > limit {
                        first.pop();
                        walk.more = true;
                    }
                }
            }
            Sight::Folder if bounds.recursive => match fs::read_dir(&path) {
                Ok(entries) => folders.push((path, entries)),
                Err(error) => walk.note(path, format!("cannot be listed: {error}; let newsdelta read it")),
            },
            Sight::Link => {
                walk.note(path, "is a symbolic link and is not followed: put the file itself here".into());
            }
            Sight::Folder | Sight::Nothing => {}
        }
    }
    walk.found = first.into_sorted_vec();
    Ok(walk)
}

impl Walk {
    fn note(&mut self, path: PathBuf, what: String) {
        if self.odd.len() < ODD_MAX {
            self.odd.push((path, what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(root: &Path) -> Bounds {
        Bounds { root: root.to_owned(), recursive: true, shelves: vec![root.join("done")] }
    }

    fn names(walk: &Walk) -> Vec<String> {
        walk.found.iter().map(|found| found.path.display().to_string()).collect()
    }

    fn set_time(path: &Path, seconds: u64) {
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        fs::File::options()
            .write(true)
            .open(path)
            .and_then(|file| file.set_modified(time))
            .expect("sets the time");
    }

    #[test]
    fn the_oldest_come_first_and_the_rest_is_known_to_be_there() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("sub")).expect("a folder");
        for (name, seconds) in [("b.txt", 20), ("a.txt", 20), ("sub/c.txt", 10), ("d.txt", 30)] {
            fs::write(folder.path().join(name), name).expect("writes");
            set_time(&folder.path().join(name), seconds);
        }
        let find = |limit| {
            walk(&bounds(folder.path()), &Held::default(), &HashSet::new(), limit, &CancellationToken::new())
                .expect("walks")
        };
        assert_eq!(names(&find(3)), ["sub/c.txt", "a.txt", "b.txt"]);
        assert!(find(3).more);
        assert_eq!(find(4).found.len(), 4);
        assert!(!find(4).more);
    }

    #[test]
    fn only_finished_files_of_our_own_count() {
        let folder = tempfile::tempdir().expect("a folder");
        for sub in ["done", ".git"] {
            fs::create_dir(folder.path().join(sub)).expect("a folder");
        }
        for name in ["a.txt", "b.txt.part", "c.TMP", ".d.txt", "e.txt~", "done/f.txt", ".git/g.txt"] {
            fs::write(folder.path().join(name), name).expect("writes");
        }
        let walk =
            walk(&bounds(folder.path()), &Held::default(), &HashSet::new(), 10, &CancellationToken::new());
        assert_eq!(names(&walk.expect("walks")), ["a.txt"]);
    }

    #[test]
    fn a_held_file_counts_again_when_its_content_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.txt");
        fs::write(&path, "one").expect("writes");
        let Sight::File(look) = look_at(&path) else { panic!("is a file") };
        let mut held = Held::default();
        assert!(held.insert(Path::new("a.txt"), &look));
        let find = || walk(&bounds(folder.path()), &held, &HashSet::new(), 9, &CancellationToken::new());
        assert!(find().expect("walks").found.is_empty());
        fs::write(&path, "other").expect("writes");
        assert_eq!(names(&find().expect("walks")), ["a.txt"]);
    }
}
