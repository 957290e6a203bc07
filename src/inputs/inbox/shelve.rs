//! Where a file goes when it is done. Comes in: a file, the look it had when it was read, and its verdict. Goes out: the
//! file's new place. Never overwrites, never moves content that was not read, never deletes.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::scan::{Look, Sight, look_at};

/// Names tried before giving up; each carries the moment, so that a second is rarely needed.
const NAMES_MAX: usize = 1000;

/// Begins the line of a reason that says until when a file is held back.
pub(super) const UNTIL: &str = "until: ";

/// Ends the name of the text beside a file that says why it lies there.
const REASON_ENDING: &str = ".reason.txt";

/// Files that are put back at once; more wait for the next look.
const BACK_MAX: usize = 1000;

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
    let to = match move_to(&from, &shelf.join(relative), look, now) {
        Ok(to) => to,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Shelved::Gone),
        Err(error) => return Err(error),
    };
    if let Sight::File(found) = look_at(&to)
        && !found.is_alike(look)
    {
        // Replaced between the look and the move: this content was never read and goes back.
        move_to(&to, &from, &found, now)?;
        return Ok(Shelved::Replaced);
    }
    if let Some(reason) = reason {
        fs::write(reason_path(&to), format!("{reason}\n\nfile: {}\ntime: {now}\n", relative.display()))?;
    }
    Ok(Shelved::Moved(to))
}

/// Moves every file under `shelf` whose time has come back to the same relative path under `root`; says when the next
/// one's time comes.
pub(super) fn come_back(shelf: &Path, root: &Path, now: Timestamp) -> io::Result<Option<Timestamp>> {
    let (mut folders, mut next, mut back) = (vec![shelf.to_path_buf()], None::<Timestamp>, 0);
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
                continue;
            }
            let Some(file) = path.to_str().and_then(|path| path.strip_suffix(REASON_ENDING)) else {
                continue;
            };
            let Some(until) = held_until(&path) else { continue };
            if until > now || back >= BACK_MAX {
                next = Some(next.map_or(until, |next| next.min(until)).max(now));
                continue;
            }
            let file = Path::new(file);
            if let (Sight::File(look), Ok(relative)) = (look_at(file), file.strip_prefix(shelf)) {
                move_to(file, &root.join(relative), &look, now)?;
                back += 1;
            }
            fs::remove_file(&path)?;
        }
    }
    Ok(next)
}

/// Until when the reason beside a file says that it is held back.
fn held_until(reason: &Path) -> Option<Timestamp> {
    let words = fs::read_to_string(reason).ok()?;
    words.lines().find_map(|line| line.strip_prefix(UNTIL)?.trim().parse().ok())
}

/// Creates a folder for done files and makes sure that files can be made in it.
pub(super) fn prepare(shelf: &Path) -> io::Result<()> {
    fs::create_dir_all(shelf)?;
    // A file without a name: a kill at this moment leaves nothing behind that looks like a done report.
    tempfile::tempfile_in(shelf).map(drop)
}

/// Moves a file to the first free name after `wanted`.
fn move_to(from: &Path, wanted: &Path, look: &Look, now: Timestamp) -> io::Result<PathBuf> {
    if let Some(folder) = wanted.parent() {
        fs::create_dir_all(folder)?;
    }
    for attempt in 0..NAMES_MAX {
        let to = wanted.with_file_name(name(wanted, now, attempt));
        if reason_path(&to).exists() {
            continue;
        }
        let moved = match rename_new(from, &to) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy_new(from, &to, look),
            other => other,
        };
        match moved {
            Ok(()) => return Ok(to),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("no free name for {}", wanted.display())))
}

/// Renames, but not onto a file that exists.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Some network file systems cannot do it in one step.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
            done => return done.map_err(io::Error::from),
        }
    }
    // An empty file takes the name, so that the rename overwrites nothing of anybody's.
    drop(OpenOptions::new().write(true).create_new(true).open(to)?);
    fs::rename(from, to).or_else(|error| fs::remove_file(to).and(Err(error)))
}

/// Moves to another file system: a hidden copy first, so that no half file is ever seen under its name.
fn copy_new(from: &Path, to: &Path, look: &Look) -> io::Result<()> {
    let mut hidden = OsString::from(".");
    hidden.push(to.file_name().unwrap_or_default());
    let hidden = to.with_file_name(hidden);
    fs::copy(from, &hidden)?;
    let copy = OpenOptions::new().write(true).open(&hidden)?;
    copy.set_modified(look.modified)?;
    copy.sync_all()?;
    if look_at(from) != Sight::File(*look) {
        fs::remove_file(&hidden)?;
        return Err(io::Error::new(io::ErrorKind::NotFound, "replaced while it was copied"));
    }
    rename_new(&hidden, to).or_else(|error| fs::remove_file(&hidden).and(Err(error)))?;
    fs::remove_file(from)
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
    name.push(REASON_ENDING);
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

    #[test]
    fn what_is_held_back_comes_back_at_its_time() {
        let root = tempfile::tempdir().expect("a folder");
        let look = put(root.path(), "x");
        let shelf = root.path().join("held");
        let later = now() + jiff::SignedDuration::from_mins(5);
        let reason = format!("under embargo\n{UNTIL}{later}");
        shelve(root.path(), Path::new("flash.txt"), &look, &shelf, Some(&reason), now()).expect("moves");
        assert_eq!(come_back(&shelf, root.path(), now()).expect("looks"), Some(later));
        assert!(shelf.join("flash.txt").exists() && !root.path().join("flash.txt").exists());
        assert_eq!(come_back(&shelf, root.path(), later).expect("moves"), None);
        assert!(root.path().join("flash.txt").exists());
        assert_eq!(fs::read_dir(&shelf).expect("lists").count(), 0, "nothing stays behind");
    }

    #[test]
    fn a_move_to_another_file_system_overwrites_nothing_either() {
        let root = tempfile::tempdir().expect("a folder");
        let look = put(root.path(), "one");
        let (from, to) = (root.path().join("flash.txt"), root.path().join("copy.txt"));
        fs::write(&to, "other").expect("writes");
        let error = copy_new(&from, &to, &look).expect_err("is refused");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        fs::remove_file(&to).expect("removes");
        copy_new(&from, &to, &look).expect("moves");
        assert!(!from.exists());
        assert!(matches!(look_at(&to), Sight::File(found) if found.is_alike(&look)));
        assert_eq!(fs::read_dir(root.path()).expect("lists").count(), 1);
    }
}
