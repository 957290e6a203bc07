//! Reading beside what others offer for finding figures, on the same texts, one core each, in one run: text2num,
//! Recognizers-Text, quantulum3, spaCy's blank pipeline with its Matcher, and a regular expression. Run with
//! `cargo bench --bench peers`; prints a table for each kind of text. `-- --quick` measures less. The others come from
//! `PyPI` (tests/setup/python); where they cannot be had, it says so and ends. Times are those of the thread on the processor.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench is for people to read, and ends at the first thing that does not work"
)]

#[path = "../load/mod.rs"]
mod load;
#[path = "../table.rs"]
mod table;

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use newsdelta::extract;
use newsdelta::model::Article;
use newsdelta::text::gazetteer::Gazetteer;
use serde::Deserialize;
use serde_json::json;

use load::{Day, Sample};
use table::{Stopwatch, Table, machine, median, per_second, quick};

const SEED: u64 = 20_260_601;

/// What one peer did, as peers.py prints it.
#[derive(Deserialize)]
struct Measured {
    name: String,
    bytes: u32,
    found: u32,
    seconds: f64,
}

fn main() {
    println!("{}\n", machine());
    let Some(python) = python() else {
        println!("The others cannot be had here (see above): nothing to compare with.");
        return;
    };
    let names = Gazetteer::builtin();
    let (rounds, count) = if quick() { (1, 100) } else { (5, 700) };
    for (name, day) in
        [("mix of a day", Day::new(SEED, 50, 3000)), ("full of figures", Day::dense(SEED, 3000))]
    {
        let samples: Vec<Sample> = day.take(count).collect();
        let mut table = Table::new(&[name, "bytes", "found", "MB/s"]);
        let mut row = |one: &Measured| {
            table.row(&[
                one.name.clone(),
                one.bytes.to_string(),
                one.found.to_string(),
                format!("{:.2}", f64::from(one.bytes) / 1e6 / one.seconds),
            ]);
        };
        row(&ours(&samples, &names, rounds));
        for one in others(&python, &samples, rounds) {
            row(&one);
        }
        println!("{table}");
    }
}

fn tests() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}

/// The environment that holds the peers.
fn python() -> Option<String> {
    let made = Command::new(tests().join("setup/python"))
        .arg("peers")
        .arg(tests().join("bench/peers/requirements.txt"))
        .arg("--no-deps")
        .stderr(Stdio::inherit())
        .output()
        .ok()?;
    let path = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    (made.status.success() && !path.is_empty()).then_some(path)
}

fn ours(samples: &[Sample], names: &Arc<Gazetteer>, rounds: usize) -> Measured {
    let articles: Vec<Article> = samples.iter().map(Sample::article).collect();
    let mut found = 0;
    let times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let watch = Stopwatch::start();
            found =
                articles.iter().map(|article| black_box(extract::read(article, names)).claims.len()).sum();
            watch.read().0
        })
        .collect();
    let small = |count: usize| u32::try_from(count).expect("a small number");
    Measured {
        name: "newsdelta, all claims".to_owned(),
        bytes: small(articles.iter().map(|article| article.text.len()).sum()),
        found: small(found),
        seconds: 1.0 / per_second(1.0, median(times)),
    }
}

fn others(python: &str, samples: &[Sample], rounds: usize) -> Vec<Measured> {
    let folder = tempfile::tempdir().expect("a folder");
    let texts = folder.path().join("texts.jsonl");
    let lines: Vec<String> = samples.iter().map(|sample| json!(sample.article().text).to_string()).collect();
    fs::write(&texts, lines.join("\n")).expect("the texts are written");
    let done = Command::new(python)
        .arg(tests().join("bench/peers/peers.py"))
        .arg(texts)
        .arg(rounds.to_string())
        .stderr(Stdio::inherit())
        .output()
        .expect("the peers run");
    assert!(done.status.success(), "the peers end well");
    let lines = String::from_utf8_lossy(&done.stdout).into_owned();
    lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
