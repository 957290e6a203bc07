//! What an article costs when few and when many stories are open: finding its story, reading what is known of it,
//! taking it in, and the durable commit. Then the daemon on the store that this leaves: how long it takes to start, and
//! its memory. Run with `cargo bench --bench stories`; prints tables. `-- --quick` opens fewer stories, `--stories=10,1000` so
//! many.

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
use table::{Stopwatch, Table, articles, machine, memory, process_time, quick};

/// As the daemon has it: that of the system slows down where many small things lie about.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SEED: u64 = 20_260_603;
/// Outcomes in one commit, as `batch_items_max` has it.
const BATCH: usize = 200;
/// Outcomes in one commit while the stories are opened, which is not what is measured.
const OPENED_AT_ONCE: usize = 2000;

#[tokio::main]
async fn main() {
    println!("{}\n", machine());
    let names = Gazetteer::builtin();
    let counts = counts();
    let measured = u32::try_from(articles(4000, 1000)).unwrap_or(u32::MAX);
    let mut table = Table::new(&[
        "open stories",
        "opened in s",
        "articles",
        "ledger µs/article",
        "with the store, CPU µs/article",
        "passed µs/article",
        "against the first",
        "about nothing, CPU µs/article",
    ]);
    let mut starts = Table::new(STARTS);
    let mut first = 0.0;
    for &count in &counts {
        let folder = tempfile::TempDir::with_prefix("newsdelta-bench-").expect("a folder");
        let store = SqliteStore::open(&folder.path().join("store.db"), Access::Daemon, Options::default());
        let mut desk = Desk::new(Arc::new(store.expect("a fresh store")), count);
        let opening = Stopwatch::start();
        let opened_at = desk.open(count, &names).await;
        let opened_in = opening.read().1;
        let opened = desk.ledger.open_stories();
        // Reports on stories anywhere among them, then what nine in ten articles are.
        let day = || Day::new(SEED + 1, count, 3000).starting_at(opened_at);
        let (mut reports, mut spread) = (day().with_relevant(1001), fastrand::Rng::with_seed(SEED));
        let on_stories: Vec<Sample> = (0..measured)
            .map(|_| spread.u32(0..count))
            .filter_map(|story| Some(named("report", distinct(story, reports.on(story)?))))
            .collect();
        let cost = desk.measure(&on_stories, &names).await;
        let about_nothing: Vec<Sample> = Day::new(SEED + 2, count, 3000)
            .with_relevant(0)
            .starting_at(reports.now())
            .take(measured as usize)
            .map(|sample| named("nothing", sample))
            .collect();
        let nothing = desk.measure(&about_nothing, &names).await;
        if first == 0.0 {
            first = cost.cpu;
        }
        table.row(&[
            opened.to_string(),
            format!("{:.0}", opened_in.as_secs_f64()),
            measured.to_string(),
            format!("{:.0}", cost.ledger),
            format!("{:.0}", cost.cpu),
            format!("{:.0}", cost.passed),
            format!("{:.2}", cost.cpu / first),
            format!("{:.0}", nothing.cpu),
        ]);
        drop(desk);
        starts.row(&daemon_on(folder.path(), opened));
    }
    println!("{table}\n{starts}");
}

/// With names that only this story has, in title and lead, as real events have them: stories that differ in nothing but
/// their figures would be one.
fn distinct(story: u32, sample: Sample) -> Sample {
    let mut random = fastrand::Rng::with_seed(u64::from(story) + 7_001);
    let mut name = || {
        let syllables: String = (0..4)
            .map(|_| SYLLABLES.get(random.usize(0..SYLLABLES.len())).copied().unwrap_or("ba"))
            .collect();
        let (first, rest) = syllables.split_at(1);
        first.to_uppercase() + rest
    };
    let names: Vec<String> = (0..8).map(|_| name()).collect();
    let title = format!("{}: {} {}", sample.title, names.join(" "), sample.story.unwrap_or(story));
    let text = format!("{} {}.\n\n{}", "The names are", names.join(", "), sample.text);
    Sample { title, text, ..sample }
}

const SYLLABLES: &[&str] = &[
    "bar", "cal", "dor", "fen", "gor", "hal", "jor", "kel", "lom", "mer", "nar", "pol", "quen", "ros", "sil",
    "tor", "ulm", "var", "wes", "yor",
];

/// Under a name that no other day gives.
fn named(kind: &str, sample: Sample) -> Sample {
    Sample { id: format!("{kind}-{}", sample.id), ..sample }
}

/// How many stories are open, from `--stories=10,1000` or as usual.
fn counts() -> Vec<u32> {
    let asked = std::env::args().find_map(|argument| {
        argument.strip_prefix("--stories=").map(|list| list.split(',').flat_map(str::parse).collect())
    });
    asked.unwrap_or_else(|| if quick() { vec![10, 1000] } else { vec![10, 1000, 100_000] })
}

fn read(sample: &Sample, names: &Gazetteer) -> (Article, Vec<Claim>) {
    let article = sample.article();
    let claims = extract::read(&article, names).claims;
    (article, claims)
}

/// Reads on both cores what a batch holds.
fn read_all(samples: &[Sample], names: &Gazetteer) -> Vec<(Article, Vec<Claim>)> {
    let (one, other) = samples.split_at(samples.len() / 2);
    std::thread::scope(|scope| {
        let half = scope.spawn(|| one.iter().map(|sample| read(sample, names)).collect::<Vec<_>>());
        let rest: Vec<_> = other.iter().map(|sample| read(sample, names)).collect();
        let mut all = half.join().expect("reading does not panic");
        all.extend(rest);
        all
    })
}

/// What one article costs, in microseconds.
struct Cost {
    /// Of this thread in the ledger.
    ledger: f64,
    /// Of all threads, with the store.
    cpu: f64,
    /// By the clock.
    passed: f64,
}

/// What the daemon does with a batch once it is read.
struct Desk {
    store: Arc<SqliteStore>,
    ledger: Ledger,
    ledger_time: Duration,
}

impl Desk {
    fn new(store: Arc<SqliteStore>, stories: u32) -> Self {
        let limits = Limits {
            loaded_stories: 10_000,
            loaded_claims: 400_000,
            open_claims: 20_000,
            awake_facts: 10_000,
            open_stories: Limits::default().open_stories.max(stories as usize),
            quiet_after: SignedDuration::from_hours(24 * 14),
            ..Limits::default()
        };
        Self { store, ledger: Ledger::new(limits), ledger_time: Duration::ZERO }
    }

    /// Opens so many stories; says when the last was opened.
    async fn open(&mut self, count: u32, names: &Gazetteer) -> jiff::Timestamp {
        let mut opening = Day::new(SEED, count, 300).with_relevant(1001);
        for start in (0..count).step_by(OPENED_AT_ONCE) {
            let stories = start..count.min(start + u32::try_from(OPENED_AT_ONCE).unwrap_or(1));
            let batch: Vec<Sample> =
                stories.filter_map(|story| Some(distinct(story, opening.on(story)?))).collect();
            self.take(read_all(&batch, names)).await;
        }
        opening.now()
    }

    async fn measure(&mut self, samples: &[Sample], names: &Gazetteer) -> Cost {
        let read = read_all(samples, names);
        self.ledger_time = Duration::ZERO;
        let (cpu, watch) = (process_time(std::process::id()), Stopwatch::start());
        for batch in read.chunks(BATCH) {
            self.take(batch.to_vec()).await;
        }
        let each = |time: Duration| time.as_secs_f64() * 1e6 / samples.len() as f64;
        Cost {
            ledger: each(self.ledger_time),
            cpu: each(process_time(std::process::id()).saturating_sub(cpu)),
            passed: each(watch.read().1),
        }
    }

    async fn take(&mut self, batch: Vec<(Article, Vec<Claim>)>) {
        let ids: Vec<_> = batch.iter().map(|(article, _)| article.id.clone()).collect();
        assert!(self.store.known_articles(&ids).await.expect("an answer").is_empty(), "articles are new");
        self.ledger.shed();
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(batch.len());
        for (article, claims) in batch {
            let watch = Stopwatch::start();
            let assignment = self.ledger.assign(&article, &claims);
            let mut spent = watch.read().0;
            if self.ledger.needs(&assignment, &claims) {
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

const STARTS: &[&str] =
    &["daemon on a store of so many", "store MB", "ready after s", "resident MB", "peak MB"];

/// The daemon on a store full of open stories.
fn daemon_on(folder: &Path, stories: usize) -> Vec<String> {
    let receiver = Receiver::start();
    let config = format!(
        "[inputs.desk]\ntype = \"inbox\"\npath = \"{}\"\n{}",
        folder.join("inbox").display(),
        receiver.output()
    );
    let size = std::fs::metadata(folder.join("store.db")).map_or(0, |file| file.len());
    let daemon = Daemon::start(folder, &config);
    let (now, peak) = memory(daemon.process());
    vec![
        stories.to_string(),
        format!("{:.0}", size as f64 / 1e6),
        format!("{:.2}", daemon.started_in.as_secs_f64()),
        format!("{now:.0}"),
        format!("{peak:.0}"),
    ]
}
