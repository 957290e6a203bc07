//! A watched folder on one side, a webhook on the other.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::{LATENCY, Run, SEED, THROUGHPUT, folder, latency, paced};
use crate::daemon::{Daemon, Receiver};
use crate::load::{Day, Sample};
use crate::table::{Table, articles, memory, process_time, quick};

/// Articles in one file of an archive.
const LINES: usize = 500;

fn config(folder: &Path, receiver: &Receiver) -> String {
    format!(
        "[inputs.desk]\ntype = \"inbox\"\npath = \"{}\"\n{}",
        folder.join("inbox").display(),
        receiver.output()
    )
}

/// Puts a file into the inbox the way a careful sender does: written elsewhere, then moved.
fn drop_in(folder: &Path, name: &str, bytes: &[u8]) {
    let (outside, inbox) = (folder.join("outgoing"), folder.join("inbox"));
    // The daemon makes it, too, but may be ready before it has.
    fs::create_dir_all(&inbox).expect("a folder");
    fs::write(&outside, bytes).expect("a file is written");
    fs::rename(outside, inbox.join(name)).expect("a file is moved");
}

/// Puts articles into the inbox, so many in each file, and waits until all are done.
fn run(samples: &[Sample], lines: usize) -> Run {
    let (folder, receiver) = (folder(), Receiver::start());
    let mut daemon = Daemon::start(folder.path(), &config(folder.path(), &receiver));
    let (began, cpu) = (Instant::now(), process_time(daemon.process()));
    for (number, chunk) in samples.chunks(lines).enumerate() {
        let text: Vec<String> = chunk.iter().map(Sample::json).collect();
        drop_in(folder.path(), &format!("{number:06}.jsonl"), text.join("\n").as_bytes());
    }
    daemon.until_done(samples.len());
    Run {
        articles: samples.len(),
        bytes: samples.iter().map(Sample::bytes).sum(),
        took: began.elapsed(),
        cpu: process_time(daemon.process()).saturating_sub(cpu),
        peak_mb: memory(daemon.process()).1,
    }
}

/// Throughput, and the time to the alert at 100 articles a second.
pub(super) fn measure() {
    let samples: Vec<Sample> = Day::new(SEED, 50, 3000).take(articles(10_000, 1000)).collect();
    let mut table = Table::new(THROUGHPUT);
    table.row(&run(&samples, 1).row("inbox, a file each"));
    table.row(&run(&samples, LINES).row("inbox, 500 in a file"));
    println!("{table}");

    let mut table = Table::new(LATENCY);
    let count = articles(3000, 500);
    for (name, day) in [
        ("inbox to webhook, mix of a day", Day::new(SEED, 50, 3000)),
        ("inbox to webhook, reports only", Day::new(SEED, 50, 3000).with_relevant(999)),
    ] {
        let (folder, receiver) = (folder(), Receiver::start());
        let mut daemon = Daemon::start(folder.path(), &config(folder.path(), &receiver));
        let samples: Vec<Sample> = day.take(count).collect();
        let sent = paced(&samples, Some(100), |sample| {
            drop_in(folder.path(), &format!("{}.json", sample.id), sample.json().as_bytes());
        });
        daemon.until_done(count);
        table.row(&latency(name, &sent, &receiver.arrivals()));
    }
    println!("{table}");
}

/// An archive of articles put in at once.
pub(super) fn backfill() {
    let samples: Vec<Sample> = Day::new(SEED, 500, 3000).take(articles(100_000, 5000)).collect();
    let mut table = Table::new(THROUGHPUT);
    table.row(&run(&samples, LINES).row("backfill of an archive"));
    println!("{table}");
}

/// Memory at rest, and whether it grows with the articles seen: short ones, so that a million are soon through.
pub(super) fn memory_by_articles() {
    let all = articles(1_000_000, 10_000);
    let mut table = Table::new(&["articles seen", "resident MB", "peak MB", "store MB", "articles/s"]);
    let (folder, receiver) = (folder(), Receiver::start());
    let mut daemon = Daemon::start(folder.path(), &config(folder.path(), &receiver));
    let row = |table: &mut Table, seen: usize, daemon: &Daemon, speed: f64| {
        let (now, peak) = memory(daemon.process());
        let store = fs::metadata(folder.path().join("store.db")).map_or(0, |file| file.len());
        let store = format!("{:.0}", store as f64 / 1e6);
        table.row(&[
            seen.to_string(),
            format!("{now:.0}"),
            format!("{peak:.0}"),
            store,
            format!("{speed:.0}"),
        ]);
    };
    row(&mut table, 0, &daemon, 0.0);
    let mut day = Day::new(SEED, 500, if quick() { 300 } else { 200 });
    let (mut seen, mut number) = (0, 0);
    for step in 1..=10 {
        let (before, began) = (seen, Instant::now());
        while seen < all * step / 10 {
            let count = LINES.min(all * step / 10 - seen);
            let text: Vec<String> = day.by_ref().take(count).map(|sample| sample.json()).collect();
            drop_in(folder.path(), &format!("{number:06}.jsonl"), text.join("\n").as_bytes());
            seen += count;
            number += 1;
            // No more lies in the folder than a few files, as when they come one after the other.
            daemon.until_committed(seen.saturating_sub(20 * LINES));
        }
        daemon.until_done(seen);
        row(&mut table, seen, &daemon, (seen - before) as f64 / began.elapsed().as_secs_f64());
    }
    println!("{table}");
}
