//! Where a file goes when it is done. Comes in: a file, the look it had when it was read, and its verdict. Goes out: the
//! file's new place. Never overwrites, never moves content that was not read, never deletes.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::scan::{Look, Sight, look_at};

/// Names tried before giving up; each carries the moment, so that a second is rarely needed.
const NAMES_MAX: usize = 1000;

/// How a file left the folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shelved {
    /// To this path.
    Moved(PathBuf),
    /// It did not: it was replaced meanwhile, and what is there now is another item.
    Replaced,
    /// Somebody else took it away.
    Gone,
}

/// Moves `root/relative` to the same relative path under `shelf`. With a reason, a `.reason.txt` is put beside it.
pub(super) fn shelve(
    root: &Path,
    relative: &Path,
    look: &Look,
    shelf: &Path,
    reason: Option<&str>,
    now: Timestamp,
) -> io::Result<Shelved> {
    let from = root.join(relative);
    match look_at(&from) {
        Sight::Nothing => return Ok(Shelved::Gone),
        Sight::File(found) if found == *look => {}
        _ => return Ok(Shelved::Replaced),
    }
    let to = reserve(&shelf.join(relative), now)?;
    if let Err(error) = transfer(&from, &to) {
        // The reserved name is empty and ours: without the file it would only mislead.
        fs::remove_file(&to)?;
        return if error.kind() == io::ErrorKind::NotFound { Ok(Shelved::Gone) } else { Err(error) };
    }
    if let Sight::File(found) = look_at(&to)
        && !found.is_alike(look)
    {
        // Replaced between the look and the move: this content was never read and goes back.
        let back = reserve(&from, now)?;
        transfer(&to, &back)?;
        return Ok(Shelved::Replaced);
    }
    if let Some(reason) = reason {
        fs::write(reason_path(&to), format!("{reason}\n\nfile: {}\ntime: {now}\n", relative.display()))?;
    }
    Ok(Shelved::Moved(to))
}

/// Creates a folder for done files and makes sure that files can be made in it.
pub(super) fn prepare(shelf: &Path) -> io::Result<()> {
    fs::create_dir_all(shelf)?;
    let probe = shelf.join(format!(".newsdelta-{}", std::process::id()));
    drop(File::create(&probe)?);
    fs::remove_file(probe)
}

/// Renames; to another file system, copies and then removes.
fn transfer(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let modified = fs::symlink_metadata(from)?.modified()?;
            fs::copy(from, to)?;
            let copy = OpenOptions::new().write(true).open(to)?;
            copy.set_modified(modified)?;
            copy.sync_all()?;
            fs::remove_file(from)
        }
        other => other,
    }
}

/// Takes a free name with an empty file, so that a rename onto it overwrites nothing of anybody's.
fn reserve(wanted: &Path, now: Timestamp) -> io::Result<PathBuf> {
    if let Some(folder) = wanted.parent() {
        fs::create_dir_all(folder)?;
    }
    for attempt in 0..NAMES_MAX {
        let path = wanted.with_file_name(name(wanted, now, attempt));
        if reason_path(&path).exists() {
            continue;
        }
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("no free name for {}", wanted.display())))
}

/// `flash.txt`, then `flash.20240501T060000.5.txt`, then the same with a number.
fn name(wanted: &Path, now: Timestamp, attempt: usize) -> OsString {
    let mut name = wanted.file_stem().unwrap_or_default().to_owned();
    if attempt > 0 {
        name.push(format!(".{}", now.strftime("%Y%m%dT%H%M%S%.f")));
    }
    if attempt > 1 {
        name.push(format!("-{attempt}"));
    }
    if let Some(ending) = wanted.extension() {
        name.push(".");
        name.push(ending);
    }
    name
}

fn reason_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".reason.txt");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_714_543_200).expect("a moment")
    }

    fn put(root: &Path, content: &str) -> Look {
        fs::write(root.join("flash.txt"), content).expect("writes");
        match look_at(&root.join("flash.txt")) {
            Sight::File(look) => look,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn never_overwrites() {
        let root = tempfile::tempdir().expect("a folder");
        let shelf = root.path().join("done");
        for content in ["one", "two", "three"] {
            let look = put(root.path(), content);
            let shelved =
                shelve(root.path(), Path::new("flash.txt"), &look, &shelf, None, now()).expect("moves");
            let Shelved::Moved(to) = shelved else { panic!("{shelved:?}") };
            assert_eq!(fs::read_to_string(to).expect("reads"), content);
        }
        let mut names: Vec<_> =
            fs::read_dir(&shelf).expect("lists").flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        assert_eq!(names, ["flash.20240501T060000-2.txt", "flash.20240501T060000.txt", "flash.txt"]);
    }

    #[test]
    fn leaves_content_that_was_not_read() {
        let root = tempfile::tempdir().expect("a folder");
        let look = put(root.path(), "one");
        put(root.path(), "another");
        let shelved =
            shelve(root.path(), Path::new("flash.txt"), &look, &root.path().join("done"), None, now());
        assert_eq!(shelved.expect("looks"), Shelved::Replaced);
        assert_eq!(fs::read_to_string(root.path().join("flash.txt")).expect("reads"), "another");
    }

    #[test]
    fn tells_why_a_file_failed() {
        let root = tempfile::tempdir().expect("a folder");
        let look = put(root.path(), "x");
        let shelf = root.path().join("failed");
        shelve(root.path(), Path::new("flash.txt"), &look, &shelf, Some("holds no words"), now())
            .expect("moves");
        let reason = fs::read_to_string(shelf.join("flash.txt.reason.txt")).expect("reads");
        assert!(reason.starts_with("holds no words\n") && reason.contains("flash.txt"), "{reason}");
    }
}
