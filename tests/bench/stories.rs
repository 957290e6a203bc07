//! What an article costs when few and when many stories are open: finding its story, reading what is known of it,
//! taking it in, and the durable commit. Then the daemon on the store that this leaves: how long it takes to start, and
//! its memory. Run with `cargo bench --bench stories`; prints tables. `-- --quick` opens fewer stories.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a bench is for people to read, waits by the clock, and ends at the first thing that does not work"
)]

mod daemon;
mod load;
mod table;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use newsdelta::extract;
use newsdelta::ledger::{Ledger, Limits, Outcome};
use newsdelta::model::{Article, Claim};
use newsdelta::store::sqlite::{Access, Options};
use newsdelta::store::{Commit, SqliteStore, Store};
use newsdelta::text::gazetteer::Gazetteer;

use daemon::{Daemon, Receiver};
use load::{Day, Sample};
use table::{Stopwatch, Table, machine, memory, process_time, quick};

const SEED: u64 = 20_260_603;
/// Outcomes in one commit, as `batch_items_max` has it.
const BATCH: usize = 200;

#[tokio::main]
async fn main() {
    println!("{}", machine());
    let names = Gazetteer::builtin();
    let counts: &[u32] = if quick() { &[10, 1000] } else { &[10, 1000, 100_000] };
    let mut table = Table::new(&[
        "open stories",
        "articles",
        "ledger µs/article",
        "with the store, CPU µs/article",
        "passed µs/article",
        "against the first",
    ]);
    let mut first = 0.0;
    let mut last = None;
    for &count in counts {
        let folder = tempfile::TempDir::with_prefix("newsdelta-bench-").expect("a folder");
        let store = SqliteStore::open(&folder.path().join("store.db"), Access::Daemon, Options::default());
        let mut desk = Desk::new(Arc::new(store.expect("a fresh store")));
        // Every story once, so that it is open; then reports on stories anywhere among them.
        let mut opening = Day::new(SEED, count, 300).with_relevant(1001);
        for start in (0..count).step_by(BATCH) {
            let stories = start..count.min(start + u32::try_from(BATCH).unwrap_or(1));
            let batch = stories.filter_map(|story| opening.on(story)).map(|sample| read(&sample, &names));
            desk.take(batch.collect()).await;
        }
        let opened = desk.ledger.open_stories();
        let measured = if quick() { 1000 } else { 4000 };
        let mut day = Day::new(SEED + 1, count, 3000).with_relevant(1001).starting_at(opening.now());
        let mut spread = fastrand::Rng::with_seed(SEED);
        let reports: Vec<(Article, Vec<Claim>)> = (0..measured)
            .filter_map(|_| day.on(spread.u32(0..count)))
            .map(|sample| read(&sample, &names))
            .collect();
        desk.ledger_time = Duration::ZERO;
        let (cpu, watch) = (process_time(std::process::id()), Stopwatch::start());
        for batch in reports.chunks(BATCH) {
            desk.take(batch.to_vec()).await;
        }
        let passed = watch.read().1.as_secs_f64() * 1e6 / f64::from(measured);
        let cpu =
            process_time(std::process::id()).saturating_sub(cpu).as_secs_f64() * 1e6 / f64::from(measured);
        if first == 0.0 {
            first = passed;
        }
        table.row(&[
            opened.to_string(),
            measured.to_string(),
            format!("{:.0}", desk.ledger_time.as_secs_f64() * 1e6 / f64::from(measured)),
            format!("{cpu:.0}"),
            format!("{passed:.0}"),
            format!("{:.2}", passed / first),
        ]);
        last = Some(folder);
    }
    println!("{table}");
    if let Some(folder) = last {
        daemon_on(folder.path());
    }
}

fn read(sample: &Sample, names: &Gazetteer) -> (Article, Vec<Claim>) {
    let article = sample.article();
    let claims = extract::read(&article, names).claims;
    (article, claims)
}

/// What the daemon does with a batch once it is read.
struct Desk {
    store: Arc<SqliteStore>,
    ledger: Ledger,
    ledger_time: Duration,
}

impl Desk {
    fn new(store: Arc<SqliteStore>) -> Self {
        let limits = Limits {
            loaded_stories: 10_000,
            quiet_after: SignedDuration::from_hours(24 * 14),
            ..Limits::default()
        };
        Self { store, ledger: Ledger::new(limits), ledger_time: Duration::ZERO }
    }

    async fn take(&mut self, batch: Vec<(Article, Vec<Claim>)>) {
        let ids: Vec<_> = batch.iter().map(|(article, _)| article.id.clone()).collect();
        assert!(self.store.known_articles(&ids).await.expect("an answer").is_empty(), "articles are new");
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(batch.len());
        for (article, claims) in batch {
            let watch = Stopwatch::start();
            let assignment = self.ledger.assign(&article, &claims);
            let mut spent = watch.read().0;
            if self.ledger.needs(&assignment) {
                let facts = self.store.facts(&assignment.story).await.expect("facts");
                self.ledger.load(&assignment.story, facts);
            }
            let watch = Stopwatch::start();
            let learned_at = article.received_at;
            outcomes.push(self.ledger.apply(article, claims, assignment, learned_at));
            spent += watch.read().0;
            self.ledger_time += spent;
        }
        let at = outcomes.last().map(|outcome| outcome.learned_at).unwrap_or_default();
        self.store.commit(&Commit { outcomes, at, ..Commit::default() }).await.expect("a commit");
    }
}

/// The daemon on a store full of open stories.
fn daemon_on(folder: &Path) {
    let receiver = Receiver::start();
    let config = format!(
        "[inputs.desk]\ntype = \"inbox\"\npath = \"{}\"\n{}",
        folder.join("inbox").display(),
        receiver.output()
    );
    let size = std::fs::metadata(folder.join("store.db")).map_or(0, |file| file.len());
    let daemon = Daemon::start(folder, &config);
    let (now, peak) = memory(daemon.process());
    let mut table =
        Table::new(&["daemon on this store", "store MB", "ready after s", "resident MB", "peak MB"]);
    table.row(&[
        "inbox and webhook".to_owned(),
        format!("{:.0}", size as f64 / 1e6),
        format!("{:.2}", daemon.started_in.as_secs_f64()),
        format!("{now:.0}"),
        format!("{peak:.0}"),
    ]);
    println!("{table}");
}
