//! How fast articles are read on one core: megabytes a second on the mix of a day and on text full of figures, the time of
//! one article by its size, and whether text that nobody writes by hand costs more for a byte when there is more of it.
//! Run with `cargo bench --bench reading`; prints tables. `-- --quick` measures less, `-- PART` only that part (mix,
//! sizes, hostile). Times are those of the thread on the processor, so that a busy machine changes little; the time that
//! passed stands beside them. One article is read thrice and its shortest time by the clock counts. `-- claims FOLDER…`
//! measures nothing: it prints what is read in the articles of the generator and in the files under the folders, to hold two
//! builds against each other.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench is for people to read, and ends at the first thing that does not work"
)]

mod load;
mod table;

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use newsdelta::extract;
use newsdelta::model::{Article, Draft};
use newsdelta::read::{self, ReadConfig};
use newsdelta::text::gazetteer::Gazetteer;

use load::{Day, HOSTILE, Sample, hostile};
use table::{Stopwatch, Table, machine, median, part, per_second, quantile, quick};

/// As the daemon has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SEED: u64 = 20_260_601;

fn main() {
    let names = Gazetteer::builtin();
    if std::env::args().nth(1).as_deref() == Some("claims") {
        return claims(&names);
    }
    println!("{}", machine());
    if part("mix") {
        mix(&names);
    }
    if part("sizes") {
        sizes(&names);
    }
    if part("hostile") {
        grow(&names);
    }
}

/// Prints each claim of the generator's articles and of the articles under the folders that the arguments name.
fn claims(names: &Arc<Gazetteer>) {
    let print = |article: &Article| {
        for claim in extract::read(article, names).claims {
            println!(
                "{}\t{}",
                article.id,
                serde_json::to_string(&claim).expect("a claim is written as JSON")
            );
        }
    };
    for day in [Day::new(SEED, 50, 3000), Day::new(SEED, 50, 3000).with_relevant(0), Day::dense(SEED, 3000)] {
        day.take(2000).for_each(|sample| print(&sample.article()));
    }
    let mut folders: Vec<PathBuf> = std::env::args_os().skip(2).map(PathBuf::from).collect();
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("a folder that can be read");
            folders.extend(inside.map(|entry| entry.expect("an entry of a folder").path()));
            folders.sort();
            continue;
        }
        let form = path.extension().and_then(|form| form.to_str());
        let bytes = std::fs::read(&path).expect("a file that can be read");
        for article in read::read(&bytes, form, Timestamp::UNIX_EPOCH, &ReadConfig::default()).flatten() {
            print(&article);
        }
    }
}

/// Megabytes a second: the text alone, and from the bytes of a record to claims.
fn mix(names: &Arc<Gazetteer>) {
    let rounds = if quick() { 3 } else { 9 };
    let count = if quick() { 300 } else { 2000 };
    let mut table =
        Table::new(&["text", "articles", "claims", "MB/s", "MB/s passed", "MB/s from bytes", "articles/s"]);
    let kinds = [
        ("mix of a day", Day::new(SEED, 50, 3000)),
        ("nothing to tell", Day::new(SEED, 50, 3000).with_relevant(0)),
        ("full of figures", Day::dense(SEED, 3000)),
    ];
    for (name, day) in kinds {
        let samples: Vec<Sample> = day.take(count).collect();
        let bytes: usize = samples.iter().map(Sample::bytes).sum();
        let articles: Vec<Article> = samples.iter().map(Sample::article).collect();
        let records: Vec<String> = samples.iter().map(Sample::json).collect();
        let mut claims = 0;
        let (mut alone, mut passed, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let watch = Stopwatch::start();
            claims =
                articles.iter().map(|article| black_box(extract::read(article, names)).claims.len()).sum();
            let (cpu, wall) = watch.read();
            alone.push(cpu);
            passed.push(wall);
            let watch = Stopwatch::start();
            for record in &records {
                let read = read::read(
                    record.as_bytes(),
                    Some("json"),
                    Timestamp::UNIX_EPOCH,
                    &ReadConfig::default(),
                );
                for article in read {
                    black_box(extract::read(&article.expect("an article"), names));
                }
            }
            whole.push(watch.read().0);
        }
        let speed = |times: Vec<Duration>| format!("{:.1}", per_second(bytes as f64 / 1e6, median(times)));
        table.row(&[
            name.to_owned(),
            count.to_string(),
            claims.to_string(),
            speed(alone.clone()),
            speed(passed),
            speed(whole),
            format!("{:.0}", per_second(count as f64, median(alone))),
        ]);
    }
    println!("{table}");
}

/// Time of one article by its size.
fn sizes(names: &Arc<Gazetteer>) {
    let count = if quick() { 200 } else { 1000 };
    let mut table = Table::new(&["one article", "text", "p50 ms", "p99 ms", "largest ms"]);
    for size in [1000, 4000, 16_000, 64_000] {
        let count = (count * 4000 / size).clamp(50, 2000);
        for (name, day) in
            [("mix of a day", Day::new(SEED, 50, size)), ("full of figures", Day::dense(SEED, size))]
        {
            let mut times: Vec<Duration> = Vec::with_capacity(count);
            for sample in day.take(count) {
                let article = sample.article();
                // The time on the processor is counted in steps of milliseconds; of three readings, the one that nothing
                // interrupted.
                let passed = |()| {
                    let watch = Stopwatch::start();
                    black_box(extract::read(&article, names));
                    watch.read().1
                };
                times.extend([(); 3].map(passed).into_iter().min());
            }
            let at = |share: f64| format!("{:.3}", quantile(&times, share).as_secs_f64() * 1e3);
            table.row(&[format!("{} kB", size / 1000), name.to_owned(), at(0.5), at(0.99), at(1.0)]);
        }
    }
    println!("{table}");
}

/// Time for a byte of hostile text, when there is little and when there is much.
fn grow(names: &Arc<Gazetteer>) {
    let sizes: &[usize] = if quick() { &[60_000, 240_000] } else { &[100_000, 1_000_000, 6_000_000] };
    let mut heads = vec!["hostile text".to_owned()];
    heads.extend(sizes.iter().map(|size| format!("ns/byte at {} kB", size / 1000)));
    heads.push("growth".to_owned());
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    for kind in HOSTILE {
        let mut costs = Vec::new();
        for &size in sizes {
            let draft =
                Draft { title: Some("Hostile".to_owned()), text: hostile(kind, size), ..Draft::default() };
            let article = Article::new(draft, Timestamp::UNIX_EPOCH);
            let watch = Stopwatch::start();
            black_box(extract::read(&article, names));
            costs.push(watch.read().0.as_secs_f64() * 1e9 / article.text.len() as f64);
        }
        let growth = costs.last().zip(costs.first()).map_or(0.0, |(last, first)| last / first);
        let mut row = vec![(*kind).to_owned()];
        row.extend(costs.iter().map(|cost| format!("{cost:.0}")));
        row.push(format!("{growth:.2}"));
        table.row(&row);
    }
    println!("{table}");
}
