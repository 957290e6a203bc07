//! A full disk under the store: nothing is lost, the log says it plainly, and when there is room again the daemon goes
//! on without help.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Place, Receiver, not_run, reports};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed};

/// A file system of a few megabytes in memory. It is unmounted when dropped.
struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts it; only root may, so elsewhere there is none, and the reason.
    fn mount(path: PathBuf) -> Result<Self, String> {
        fs::create_dir(&path).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"]).arg(&path).output();
        match done {
            Ok(done) if done.status.success() => Ok(Self { path }),
            Ok(done) => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Takes every byte that is left.
    fn fill(&self) {
        let mut ballast = File::create(self.ballast()).unwrap();
        for size in [65_536, 512] {
            let block = vec![b'x'; size];
            loop {
                match ballast.write(&block) {
                    Ok(written) if written > 0 => {}
                    Ok(_) => break,
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("filling the disk: {error}"),
                }
            }
        }
    }

    /// Gives the room back.
    fn empty(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // `-l`: a daemon of a failed test may still hold a file open.
        let _status = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

#[test]
fn a_full_disk_costs_only_time() {
    let reports = reports(20_240_516, 4, 30);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let disk = match SmallDisk::mount(place.path("disk")) {
        Ok(disk) => disk,
        Err(why) => {
            return not_run("a_full_disk_costs_only_time", &format!("cannot mount a small tmpfs: {why}"));
        }
    };
    let place = place.with_store(&disk.path.join("store.db"));
    let expected = undisturbed(&reports);
    let (first, second) = reports.split_at(10);

    let mut daemon = place.start();
    for report in first {
        place.drop_in(report);
    }
    daemon.until("the first reports in done/", PATIENCE, || place.names_in("done").len() == first.len());
    disk.fill();
    for report in second {
        place.drop_in(report);
    }
    daemon.until("a log line that says the disk is full", PATIENCE, || says_full(&place.log()));
    let done = place.names_in("done").len();
    assert!(done < reports.len(), "every report was committed on a full disk");
    daemon.assert_alive();

    disk.empty();
    daemon.until("every report in done/", PATIENCE, || place.names_in("done").len() == reports.len());
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
    told_to(&receiver).assert_chained();
    assert!(place.names_in("failed").is_empty(), "a full disk is no fault of a report");
}

fn says_full(log: &str) -> bool {
    log.lines().any(|line| line.contains("ERROR") && line.contains("full"))
}

#[test]
fn a_store_that_is_no_database_is_refused_with_its_name() {
    let place = Place::new().with_inbox().with_journal();
    fs::write(place.path("store.db"), "this is a shopping list\n".repeat(400)).unwrap();
    let mut daemon = place.start();
    let status = daemon.ended(PATIENCE).expect("it runs on a file that is no database");
    assert!(!status.success());
    assert!(place.log().contains("store.db"), "the message must name the file");
    assert_still_a_list(&place.path("store.db"));
}

fn assert_still_a_list(path: &Path) {
    assert!(
        fs::read_to_string(path).unwrap().starts_with("this is a shopping list"),
        "it wrote into the file"
    );
}
