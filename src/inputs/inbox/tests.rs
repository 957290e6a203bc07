//! The inbox through its trait: real folders, and a pipeline played by the test.

use std::fs::{self, File};
use std::io::Write;
use std::sync::Arc;
use std::time::SystemTime;

use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use std::path::Path;

use super::*;
use crate::clock::SystemClock;
use crate::config::{Config, InputConfig};
use crate::inputs::{Input, Item, Verdict};

/// Longer than anything here should take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing must happen to count as nothing.
const SILENCE: Duration = Duration::from_millis(300);

/// A config with the defaults of the program.
fn config(keys: &str) -> InboxConfig {
    let text = format!("[inputs.inbox]\ntype = \"inbox\"\n{keys}\n");
    let config = Config::read(Some(("test.toml", &text)), []).expect("is right");
    match config.inputs.into_values().next() {
        Some(InputConfig::Inbox(config)) => config,
        other => panic!("{other:?}"),
    }
}

/// A running inbox on a folder of its own.
struct Bench {
    folder: TempDir,
    items: mpsc::Receiver<Item>,
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Bench {
    fn start(folder: TempDir, change: impl FnOnce(&mut InboxConfig)) -> Self {
        let mut config = config(&format!("path = {:?}", folder.path()));
        config.settle_time = Duration::from_millis(50);
        config.rescan_interval = Duration::from_millis(100);
        change(&mut config);
        let (sender, items) = mpsc::channel(64);
        let stop = CancellationToken::new();
        let inbox = Box::new(Inbox::new("inbox", config, Arc::new(SystemClock)));
        let task = tokio::spawn(inbox.run(sender, stop.clone()));
        Self { folder, items, stop, task }
    }

    fn put(&self, name: &str, content: &str) {
        put(self.folder.path(), name, content);
    }

    async fn next(&mut self) -> Item {
        timeout(PATIENCE, self.items.recv()).await.expect("an item in time").expect("the inbox runs")
    }

    /// The next item's label and text, settled.
    async fn commit(&mut self) -> (String, String) {
        let item = self.next().await;
        let text = String::from_utf8(item.bytes.expect("is read")).expect("is text");
        item.receipt.settle(Verdict::Committed).await;
        (item.label, text)
    }

    /// Waits until a file has left the folder.
    async fn moved(&self, name: &str) {
        let is_gone = async {
            while self.folder.path().join(name).exists() {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, is_gone).await.expect("moves in time");
    }

    async fn is_silent(&mut self) -> bool {
        timeout(SILENCE, self.items.recv()).await.is_err()
    }

    /// Stops it; afterwards all it had to move is moved.
    async fn end(self) -> TempDir {
        self.stop.cancel();
        timeout(PATIENCE, self.task)
            .await
            .expect("stops in time")
            .expect("does not panic")
            .expect("ends well");
        self.folder
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn put(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("has a folder")).expect("makes the folder");
    fs::write(path, content).expect("writes");
}

fn put_at(folder: &Path, name: &str, seconds: u64) {
    put(folder, name, name);
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 + seconds);
    File::options()
        .write(true)
        .open(folder.join(name))
        .and_then(|file| file.set_modified(time))
        .expect("sets");
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn owned(label: &str, text: &str) -> (String, String) {
    (label.to_owned(), text.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_files_come_oldest_first_and_move_to_done() {
    let folder = folder();
    for (name, seconds) in [("z.txt", 1), ("b/c.txt", 2), ("a.JSON", 2), ("d.txt", 3)] {
        put_at(folder.path(), name, seconds);
    }
    let mut bench = Bench::start(folder, |_| {});
    let first = bench.next().await;
    assert_eq!((first.label.as_str(), first.form.as_deref()), ("z.txt", Some("txt")));
    assert!(bench.folder.path().join("z.txt").exists(), "it stays until it is committed");
    first.receipt.settle(Verdict::Committed).await;
    let second = bench.next().await;
    assert_eq!((second.label.as_str(), second.form.as_deref()), ("a.JSON", Some("json")));
    second.receipt.settle(Verdict::Committed).await;
    assert_eq!(bench.commit().await.0, "b/c.txt");
    assert_eq!(bench.commit().await.0, "d.txt");
    let folder = bench.end().await;
    for name in ["z.txt", "b/c.txt", "a.JSON", "d.txt"] {
        assert_eq!(read(&folder, &format!("done/{name}")), name);
        assert!(!folder.path().join(name).exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_moves_to_failed_with_its_reason() {
    let mut bench = Bench::start(folder(), |config| config.file_bytes_max = 10);
    bench.put("large.txt", "more than ten bytes");
    let item = bench.next().await;
    let reason = item.bytes.expect_err("is not read");
    assert!(reason.contains("19 bytes") && reason.contains("`file_bytes_max`"), "{reason}");
    item.receipt.settle(Verdict::Failed(reason)).await;
    let folder = bench.end().await;
    assert_eq!(read(&folder, "failed/large.txt"), "more than ten bytes");
    assert!(read(&folder, "failed/large.txt.reason.txt").contains("`file_bytes_max`"));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_when_its_writer_closes_it_and_not_before() {
    let folder = folder();
    put_at(folder.path(), "first.txt", 1);
    let mut bench = Bench::start(folder, |config| config.settle_time = Duration::from_secs(3600));
    // Old enough to be taken by the first walk: from here on the watch runs.
    assert_eq!(bench.commit().await.0, "first.txt");
    let mut writer = File::create(bench.folder.path().join("slow.txt")).expect("creates");
    writer.write_all(b"half").expect("writes");
    bench.put(".hidden.txt", "x");
    bench.put("next.txt.part", "whole");
    let path = bench.folder.path().to_owned();
    fs::rename(path.join("next.txt.part"), path.join("next.txt")).expect("renames");
    assert_eq!(bench.commit().await, owned("next.txt", "whole"));
    writer.write_all(b" and half").expect("writes");
    drop(writer);
    assert_eq!(bench.commit().await, owned("slow.txt", "half and half"));
    assert!(bench.is_silent().await);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_there_before_the_start_is_not_overtaken() {
    let folder = folder();
    put(folder.path(), "b-earlier.txt", "earlier");
    let mut bench = Bench::start(folder, |config| config.settle_time = Duration::from_secs(1));
    let path = bench.folder.path().to_owned();
    // The inbox is open once its shelves are there; its first walk follows at once.
    let is_open = async {
        while !path.join("failed").exists() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, is_open).await.expect("opens in time");
    assert!(bench.is_silent().await);
    put(&path, "a-later.txt.part", "later");
    fs::rename(path.join("a-later.txt.part"), path.join("a-later.txt")).expect("renames");
    assert_eq!(bench.commit().await.0, "b-earlier.txt");
    assert_eq!(bench.commit().await.0, "a-later.txt");
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reused_name_is_a_new_item() {
    let mut bench = Bench::start(folder(), |_| {});
    for content in ["one", "two", "three"] {
        bench.put("flash.txt", content);
        assert_eq!(bench.commit().await, owned("flash.txt", content));
        bench.moved("flash.txt").await;
    }
    let folder = bench.end().await;
    assert_eq!(fs::read_dir(folder.path().join("done")).expect("lists").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_replaces_a_file_in_flight_is_not_lost() {
    let mut bench = Bench::start(folder(), |_| {});
    bench.put("flash.txt", "one");
    let first = bench.next().await;
    bench.put("flash.txt", "another");
    first.receipt.settle(Verdict::Committed).await;
    assert_eq!(bench.commit().await, owned("flash.txt", "another"));
    let folder = bench.end().await;
    assert_eq!(read(&folder, "done/flash.txt"), "another");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn links_and_pipes_are_left_alone() {
    let outside = folder();
    put(outside.path(), "secret.txt", "secret");
    put(outside.path(), "sub/secret.txt", "secret");
    let folder = folder();
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), folder.path().join("a.txt"))
        .expect("links");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("b")).expect("links");
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("c.txt")).status().expect("runs");
    assert!(made.success());
    put(folder.path(), "d.txt", "ours");
    let mut bench = Bench::start(folder, |_| {});
    assert_eq!(bench.commit().await, owned("d.txt", "ours"));
    put(outside.path(), "sub/later.txt", "secret");
    assert!(bench.is_silent().await);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_is_bounded() {
    let folder = folder();
    for number in 0..5 {
        put_at(folder.path(), &format!("{number}.txt"), number);
    }
    let mut bench = Bench::start(folder, |config| config.in_flight_max = 2);
    let (first, second) = (bench.next().await, bench.next().await);
    assert!(bench.is_silent().await);
    second.receipt.settle(Verdict::Committed).await;
    let third = bench.next().await;
    assert_eq!(third.label, "2.txt");
    assert!(bench.is_silent().await);
    for item in [first, third] {
        item.receipt.settle(Verdict::Committed).await;
    }
    assert_eq!(bench.commit().await.0, "3.txt");
    assert_eq!(bench.commit().await.0, "4.txt");
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_comes_in_order() {
    const FILES: u64 = 10_500;
    let folder = folder();
    for number in 0..FILES {
        // Names run against the times.
        put_at(folder.path(), &format!("{:05}.txt", FILES - number), number);
    }
    let mut bench = Bench::start(folder, |_| {});
    for number in 0..FILES {
        assert_eq!(bench.commit().await.0, format!("{:05}.txt", FILES - number));
    }
    let folder = bench.end().await;
    assert_eq!(fs::read_dir(folder.path().join("done")).expect("lists").count() as u64, FILES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_for_done_files_that_cannot_be_made_keeps_them() {
    let folder = folder();
    put(folder.path(), "block", "no folder");
    let mut bench = Bench::start(folder, |config| config.done = PathBuf::from("block/done"));
    assert_eq!(bench.commit().await.0, "block");
    bench.put("a.txt", "one");
    assert_eq!(bench.commit().await, owned("a.txt", "one"));
    assert!(bench.is_silent().await, "a kept file is not offered twice");
    let folder = bench.end().await;
    assert_eq!(read(&folder, "a.txt"), "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_file_comes_again_when_it_changes_or_after_a_restart() {
    let mut bench = Bench::start(folder(), |config| config.after = After::Keep);
    bench.put("a.txt", "one");
    assert_eq!(bench.commit().await, owned("a.txt", "one"));
    assert!(bench.is_silent().await);
    bench.put("a.txt", "other");
    assert_eq!(bench.commit().await, owned("a.txt", "other"));
    let folder = bench.end().await;
    let mut bench = Bench::start(folder, |config| config.after = After::Keep);
    assert_eq!(bench.commit().await, owned("a.txt", "other"));
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_back_is_offered_at_the_next_start() {
    let mut bench = Bench::start(folder(), |_| {});
    bench.put("a.txt", "one");
    bench.next().await.receipt.settle(Verdict::GivenBack).await;
    assert!(bench.is_silent().await);
    let mut bench = Bench::start(bench.end().await, |_| {});
    assert_eq!(bench.commit().await, owned("a.txt", "one"));
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polled_folder_is_noticed() {
    let mut bench = Bench::start(folder(), |config| {
        config.watch = WatchKind::Poll;
        config.poll_interval = Duration::from_millis(50);
        config.rescan_interval = Duration::from_secs(3600);
    });
    // The first look may come before or after the watch: both must find their file.
    bench.put("a.txt", "one");
    assert_eq!(bench.commit().await, owned("a.txt", "one"));
    bench.put("sub/b.txt", "two");
    assert_eq!(bench.commit().await, owned("sub/b.txt", "two"));
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_goes_and_comes_back_is_taken_up_again() {
    let parent = folder();
    put(parent.path(), "in/a.txt", "one");
    let mut bench = Bench::start(parent, |config| config.path = config.path.join("in"));
    assert_eq!(bench.commit().await, owned("a.txt", "one"));
    let path = bench.folder.path().to_owned();
    fs::rename(path.join("in"), path.join("away")).expect("renames");
    put(&path, "new/b.txt", "two");
    // The inbox makes its folder again as soon as it misses it: both orders end in the file being taken.
    while fs::rename(path.join("new/b.txt"), path.join("in/b.txt")).is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.commit().await, owned("b.txt", "two"));
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_moved_in_is_taken_whole() {
    let mut bench = Bench::start(folder(), |config| config.rescan_interval = Duration::from_secs(3600));
    bench.put("first.txt", "first");
    assert_eq!(bench.commit().await.0, "first.txt");
    let outside = folder();
    put(outside.path(), "day/a.txt", "one");
    fs::rename(outside.path().join("day"), bench.folder.path().join("day")).expect("renames");
    assert_eq!(bench.commit().await, owned("day/a.txt", "one"));
    let folder = bench.end().await;
    assert_eq!(read(&folder, "done/day/a.txt"), "one");
}
