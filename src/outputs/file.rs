//! A file of JSON lines. Comes in: a message. Goes out: one line per alert, on the disk before the message counts as
//! delivered. Rotates by size and age with a bounded number of files. Never leaves a torn line in the middle of a file.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;

use super::json::message_lines;
use super::{DeliveryError, Output};
use crate::clock::SharedClock;
use crate::config::{Check, Findings};
use crate::model::Message;

/// `[outputs.NAME]` with `type = "file"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileConfig {
    /// The file; its folder must exist.
    pub path: PathBuf,
    /// Size in bytes beyond which it does not grow, or 0.
    pub rotate_bytes: u64,
    /// Age at which it is set aside, or zero.
    #[serde(with = "humantime_serde")]
    pub rotate_age: Duration,
    /// How many set-aside files are kept.
    pub rotated_files_max: usize,
    /// When a message counts as written.
    pub fsync: Fsync,
}

/// When a message counts as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fsync {
    /// Once it is on the disk.
    Always,
    /// Once the operating system has it.
    Never,
}

impl Check for FileConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.path.file_name().is_none() {
            findings.add("path", "names no file: write for instance \"alerts.jsonl\"");
        }
        if (1..1024).contains(&self.rotate_bytes) {
            findings.add(
                "rotate_bytes",
                "is under 1024, less than one alert: write a larger figure, or 0 for never",
            );
        }
        if !self.rotate_age.is_zero() && self.rotate_age < Duration::from_secs(60) {
            findings.add("rotate_age", "is under a minute: write a longer one, or \"0s\" for never");
        }
        findings.expect_between("rotated_files_max", self.rotated_files_max, 0, 10_000);
    }
}

/// The output.
pub(super) struct File {
    name: String,
    clock: SharedClock,
    /// One message at a time, so that the lines of one stay together.
    journal: Arc<Mutex<Journal>>,
}

impl File {
    pub(super) fn new(name: &str, config: &FileConfig, clock: SharedClock) -> Result<Self, String> {
        let folder = folder_of(&config.path);
        if !folder.is_dir() {
            return Err(format!(
                "the folder {} does not exist: make it, or correct `path`",
                folder.display()
            ));
        }
        let journal = Arc::new(Mutex::new(Journal { config: config.clone() }));
        Ok(Self { name: name.to_owned(), clock, journal })
    }
}

#[async_trait]
impl Output for File {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, message: &Message, _attempt: u32) -> Result<(), DeliveryError> {
        let lines = message_lines(message)?;
        let journal = Arc::clone(&self.journal);
        let now = self.clock.now();
        let written = tokio::task::spawn_blocking(move || {
            let journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.append(&lines, now).map_err(|error| (journal.config.path.clone(), error))
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err((path, error))) => {
                Err(DeliveryError::retry(format!("{} cannot be written: {error}", path.display())))
            }
            Err(error) => Err(DeliveryError::retry(format!("writing the file broke off: {error}"))),
        }
    }
}

/// How every line begins; what begins otherwise was not written by newsdelta.
const LINE_START: &[u8] = b"{\"type\":\"alert\"";

/// How far back the start of a torn line is looked for; more is no line of ours.
const TORN_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The file and the ones set aside. Opened anew for every message: a file that logrotate or a person moved away is
/// then simply started again.
struct Journal {
    config: FileConfig,
}

impl Journal {
    fn append(&self, lines: &str, now: Timestamp) -> io::Result<()> {
        let path = &self.config.path;
        if self.is_full(lines.len() as u64, now)? {
            self.rotate()?;
        }
        let fresh = !path.exists();
        let mut file = fs::OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let length = mend_last_line(&mut file)?;
        let written = file.write_all(lines.as_bytes()).and_then(|()| match self.config.fsync {
            Fsync::Always => file.sync_data(),
            Fsync::Never => Ok(()),
        });
        if let Err(error) = written {
            // What cannot be taken back now is mended before the next message.
            if let Err(later) = file.set_len(length) {
                tracing::debug!(%later, "part of a line stays until the next message");
            }
            return Err(error);
        }
        if fresh && self.config.fsync == Fsync::Always {
            sync_folder(folder_of(path))?;
        }
        Ok(())
    }

    /// Whether the file is to be set aside before `more` bytes are added.
    fn is_full(&self, more: u64, now: Timestamp) -> io::Result<bool> {
        let data = match fs::metadata(&self.config.path) {
            Ok(data) => data,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if data.len() == 0 {
            return Ok(false);
        }
        if self.config.rotate_bytes > 0 && data.len() + more > self.config.rotate_bytes {
            return Ok(true);
        }
        if self.config.rotate_age.is_zero() {
            return Ok(false);
        }
        // Some file systems keep no time of birth; there the last write stands in for it.
        let born = Timestamp::try_from(data.created().or_else(|_| data.modified())?).unwrap_or(now);
        let age = Duration::try_from(born.until(now).unwrap_or_default()).unwrap_or_default();
        Ok(age >= self.config.rotate_age)
    }

    /// Sets the file aside as PATH.1, PATH.1 as PATH.2 and so on, oldest first: whenever it is interrupted, no file has
    /// been overwritten that was to be kept.
    fn rotate(&self) -> io::Result<()> {
        let path = &self.config.path;
        let most = self.config.rotated_files_max;
        let mut oldest = 0;
        while numbered(path, oldest + 1).exists() {
            oldest += 1;
        }
        for number in most.max(1)..=oldest {
            fs::remove_file(numbered(path, number))?;
        }
        for number in (1..most.min(oldest + 1)).rev() {
            fs::rename(numbered(path, number), numbered(path, number + 1))?;
        }
        match most {
            0 => fs::remove_file(path)?,
            _ => fs::rename(path, numbered(path, 1))?,
        }
        sync_folder(folder_of(path))
    }
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Makes the file end with a whole line and gives its length. A line that a crash tore is removed when it is one of
/// ours: its message was not recorded as delivered and comes again. Anything else is ended with a line break.
fn mend_last_line(file: &mut fs::File) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    if length == 0 {
        return Ok(0);
    }
    let start = last_line_start(file, length)?;
    if start == Some(length) {
        return Ok(length);
    }
    if let Some(start) = start {
        let mut head = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        (&*file).take(LINE_START.len() as u64).read_to_end(&mut head)?;
        if LINE_START.starts_with(&head) {
            file.set_len(start)?;
            tracing::warn!(
                bytes = length - start,
                "removed a torn last line; its message is delivered again"
            );
            return Ok(start);
        }
    }
    file.write_all(b"\n")?;
    Ok(length + 1)
}

/// Where the text after the last line break starts; nothing when it is longer than any line of ours.
fn last_line_start(file: &mut fs::File, length: u64) -> io::Result<Option<u64>> {
    const STEP: u64 = 8 * 1024;
    let mut end = length;
    while end > 0 && length - end < TORN_BYTES_MAX {
        let from = end.saturating_sub(STEP);
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        (&*file).take(end - from).read_to_end(&mut piece)?;
        if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(Some(from + at as u64 + 1));
        }
        end = from;
    }
    Ok((end == 0).then_some(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, FixedClock, SystemClock};
    use crate::outputs::samples;

    struct Desk {
        folder: tempfile::TempDir,
        config: FileConfig,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let config = FileConfig {
                path: folder.path().join("alerts.jsonl"),
                rotate_bytes: 0,
                rotate_age: Duration::ZERO,
                rotated_files_max: 2,
                fsync: Fsync::Always,
            };
            Self { folder, config }
        }

        async fn deliver(&self, id: &str) {
            self.deliver_at(id, SystemClock.now()).await;
        }

        async fn deliver_at(&self, id: &str, now: Timestamp) {
            let output = File::new("archive", &self.config, Arc::new(FixedClock(now))).unwrap();
            let mut alert = samples::toll_rises();
            alert.id = id.to_owned();
            output.deliver(&samples::message(vec![alert]), 1).await.unwrap();
        }

        /// The ids in a file of the folder, every line of which must be whole.
        fn ids(&self, name: &str) -> Vec<String> {
            let text = fs::read_to_string(self.folder.path().join(name)).unwrap();
            assert!(text.is_empty() || text.ends_with('\n'), "{name} ends inside a line");
            let id = |line: &str| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                line["id"].as_str().unwrap().to_owned()
            };
            text.lines().map(id).collect()
        }

        fn names(&self) -> Vec<String> {
            let mut names: Vec<String> = fs::read_dir(self.folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    #[tokio::test]
    async fn appends_one_line_per_alert() {
        let desk = Desk::new();
        desk.deliver("a").await;
        desk.deliver("b").await;
        assert_eq!(desk.ids("alerts.jsonl"), ["a", "b"]);
    }

    #[tokio::test]
    async fn sets_files_aside_by_size_and_keeps_so_many() {
        let mut desk = Desk::new();
        desk.config.rotate_bytes = 1024;
        for id in ["a", "b", "c", "d", "e"] {
            desk.deliver(id).await;
        }
        assert_eq!(desk.names(), ["alerts.jsonl", "alerts.jsonl.1", "alerts.jsonl.2"]);
        assert_eq!(desk.ids("alerts.jsonl"), ["e"]);
        assert_eq!(desk.ids("alerts.jsonl.1"), ["d"]);
        assert_eq!(desk.ids("alerts.jsonl.2"), ["c"]);
        desk.config.rotated_files_max = 0;
        desk.deliver("f").await;
        assert_eq!(desk.ids("alerts.jsonl"), ["f"]);
    }

    #[tokio::test]
    async fn sets_files_aside_by_age() {
        let mut desk = Desk::new();
        desk.config.rotate_age = Duration::from_secs(3600);
        desk.deliver("a").await;
        desk.deliver("b").await;
        desk.deliver_at("c", SystemClock.now() + Duration::from_secs(7200)).await;
        assert_eq!(desk.ids("alerts.jsonl.1"), ["a", "b"]);
        assert_eq!(desk.ids("alerts.jsonl"), ["c"]);
    }

    #[tokio::test]
    async fn mends_a_line_that_a_crash_tore_wherever_it_broke() {
        let whole = {
            let desk = Desk::new();
            desk.deliver("a").await;
            desk.deliver("torn").await;
            fs::read(&desk.config.path).unwrap()
        };
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in [first + 1, first + 7, first + LINE_START.len(), first + 100, whole.len() - 1] {
            let desk = Desk::new();
            fs::write(&desk.config.path, &whole[..cut]).unwrap();
            desk.deliver("b").await;
            assert_eq!(desk.ids("alerts.jsonl"), ["a", "b"], "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn never_removes_what_it_did_not_write() {
        let desk = Desk::new();
        fs::write(&desk.config.path, "notes of a person").unwrap();
        desk.deliver("a").await;
        let text = fs::read_to_string(&desk.config.path).unwrap();
        assert!(text.starts_with("notes of a person\n{"), "{text}");
    }

    #[tokio::test]
    async fn starts_again_when_the_file_was_moved_away() {
        let desk = Desk::new();
        desk.deliver("a").await;
        fs::rename(&desk.config.path, desk.folder.path().join("moved")).unwrap();
        desk.deliver("b").await;
        assert_eq!(
            (desk.ids("moved"), desk.ids("alerts.jsonl")),
            (vec!["a".to_owned()], vec!["b".to_owned()])
        );
    }

    #[test]
    fn a_missing_folder_is_named_with_its_cure() {
        let mut desk = Desk::new();
        desk.config.path = desk.folder.path().join("no/alerts.jsonl");
        let error = File::new("archive", &desk.config, Arc::new(SystemClock)).err().unwrap();
        assert!(error.contains("does not exist: make it"), "{error}");
    }

    #[tokio::test]
    async fn an_unwritable_file_is_tried_again() {
        let desk = Desk::new();
        fs::create_dir(&desk.config.path).unwrap();
        let output = File::new("archive", &desk.config, Arc::new(SystemClock)).unwrap();
        let error = output.deliver(&samples::message(vec![samples::toll_rises()]), 1).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Retry { after: None, .. }), "{error:?}");
    }
}
