//! The watched folder as people and programs really fill it: slowly, by renaming, under names used before, ten thousand
//! at once, in subfolders, with links that lead elsewhere.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::time::Duration;

use crate::harness::{Place, Receiver, Report, names_below, reports, wait_for, wait_until};
use crate::restart::{LOOK, PATIENCE, finish, replayed, stop, told_to, undisturbed};

fn done(place: &Place, reports: usize) {
    wait_until("the reports in done/", PATIENCE, || place.names_in("done").len() == reports);
}

/// Runs a daemon on what `fill` puts into the inbox, and compares with the undisturbed run of the same reports.
fn same_as_undisturbed(reports: &[Report], config: &str, fill: impl FnOnce(&Place)) -> Place {
    let expected = undisturbed(reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox_settings(config).with_webhook("hook", &receiver);
    let mut daemon = place.start();
    fill(&place);
    finish(&mut daemon, &receiver, &expected);
    done(&place, reports.len());
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
    told_to(&receiver).assert_chained();
    assert!(place.names_in("failed").is_empty(), "nothing may fail: {:?}", place.names_in("failed"));
    place
}

#[test]
fn a_file_that_is_written_slowly_is_read_once_and_whole() {
    let reports = reports(20_240_520, 1, 2);
    same_as_undisturbed(&reports, "settle_time = \"1s\"", |place| {
        let text = reports[0].json().to_string();
        let mut file =
            OpenOptions::new().append(true).create(true).open(place.inbox().join("slow.json")).unwrap();
        for piece in text.as_bytes().chunks(text.len().div_ceil(30)) {
            file.write_all(piece).unwrap();
            // The pause is the test: a writer slower than a scan of the folder, faster than the settle time.
            assert!(wait_for(Duration::from_millis(100), || None::<()>).is_none());
        }
        done(place, 1);
        place.drop_in(&reports[1]);
    });
}

#[test]
fn a_file_is_taken_when_it_gets_its_final_name() {
    let reports = reports(20_240_521, 1, 3);
    same_as_undisturbed(&reports, "", |place| {
        let json = |report: &Report| report.json().to_string();
        for (report, unready) in reports.iter().zip(["a.json.part", "b.json.tmp", ".c.json"]) {
            let path = place.inbox().join(unready);
            fs::write(&path, json(report)).unwrap();
            // A file that follows shows that the folder was looked at meanwhile.
            assert!(path.exists());
        }
        place
            .drop_bytes("0.txt", b"Weather\n\nIt stayed dry in the north on Monday and the wind was weak.\n");
        done(place, 1);
        fs::remove_file(place.inbox().join("done").join("0.txt")).unwrap();
        for (number, unready) in ["a.json.part", "b.json.tmp", ".c.json"].iter().enumerate() {
            let path = place.inbox().join(unready);
            assert!(path.exists(), "{unready} was taken before it was ready");
            fs::rename(path, place.inbox().join(format!("{number}.json"))).unwrap();
            done(place, number + 1);
        }
    });
}

#[test]
fn a_name_used_again_is_another_report_and_nothing_is_overwritten() {
    let reports = reports(20_240_522, 1, 4);
    let place = same_as_undisturbed(&reports, "", |place| {
        for (number, report) in reports.iter().enumerate() {
            place.drop_bytes("latest.json", report.json().to_string().as_bytes());
            done(place, number + 1);
        }
    });
    let kept: Vec<_> =
        place.names_in("done").iter().map(|name| fs::read(place.inbox().join("done").join(name))).collect();
    for report in &reports {
        let bytes = report.json().to_string().into_bytes();
        assert!(kept.iter().any(|kept| kept.as_ref().unwrap() == &bytes), "{} was overwritten", report.id);
    }
}

#[test]
fn subfolders_are_read_and_the_poll_watcher_reads_them_too() {
    let reports = reports(20_240_523, 2, 4);
    for config in ["", "watch = \"poll\"\npoll_interval = \"200ms\""] {
        same_as_undisturbed(&reports, config, |place| {
            let folder = place.inbox().join("agency").join("night");
            fs::create_dir_all(&folder).unwrap();
            for (number, report) in reports.iter().enumerate() {
                fs::write(place.path("outgoing"), report.json().to_string()).unwrap();
                fs::rename(place.path("outgoing"), folder.join(format!("{number}.json"))).unwrap();
            }
        });
    }
}

#[test]
fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let reports = reports(20_240_524, 2, 3);
    let outside = tempfile::tempdir().unwrap();
    let secret = &crate::harness::reports(7, 1, 1)[0];
    fs::create_dir(outside.path().join("folder")).unwrap();
    for name in ["secret.json", "folder/secret.json"] {
        fs::write(outside.path().join(name), secret.json().to_string()).unwrap();
    }
    let before = names_below(outside.path());
    let place = same_as_undisturbed(&reports, "", |place| {
        symlink(outside.path().join("secret.json"), place.inbox().join("0-link.json")).unwrap();
        symlink(outside.path().join("folder"), place.inbox().join("0-folder")).unwrap();
        symlink("nowhere.json", place.inbox().join("0-broken.json")).unwrap();
        for report in &reports {
            place.drop_in(report);
        }
    });
    assert_eq!(names_below(outside.path()), before, "files outside the inbox were touched");
    assert!(place.log().contains("0-link.json"), "the log must name the link that is not followed");
}

#[test]
fn ten_thousand_files_at_once_are_read_in_order() {
    let reports = reports(20_240_525, 8, 1250);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let foretold = replayed(&place, &reports);
    assert!(foretold.len() > 1000, "{} alerts are too few to show an order", foretold.len());
    for (number, report) in reports.iter().enumerate() {
        place.drop_bytes(&format!("{number:05}.json"), report.json().to_string().as_bytes());
    }
    let mut daemon = place.start();
    let long = PATIENCE * 4;
    daemon.until("ten thousand files in done/", long, || place.names_in("done").len() == reports.len());
    daemon.until("every alert", PATIENCE, || receiver.has_all(&foretold, LOOK));
    stop(daemon);
    let told = told_to(&receiver);
    assert_eq!(told.ids(), foretold.iter().map(String::as_str).collect());
    told.assert_chained();
    assert!(place.names_in("failed").is_empty());
}

#[test]
fn a_report_that_comes_twice_is_told_once() {
    let reports = reports(20_240_526, 2, 4);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let mut daemon = place.start();
    for round in 1..=2 {
        for report in &reports {
            place.drop_in(report);
        }
        done(&place, reports.len() * round);
    }
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
    let sent = receiver.received();
    let distinct: std::collections::BTreeSet<_> = sent.iter().map(|request| &request.id).collect();
    assert_eq!(sent.len(), distinct.len(), "a message was sent twice without need");
}
