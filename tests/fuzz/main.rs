//! Hostile and mutated inputs through the reader and the rules. Comes in: the seeds, bad files, and chance. Goes out: a
//! verdict, and the input that broke a promise. The promises: nothing panics, no rule is lost, what is accepted has
//! text, every quote is in it, and time grows no faster than length.
//!
//! Chance runs for `NEWSDELTA_FUZZ_SECONDS` (3 when unset; 600 is a thorough run) from `NEWSDELTA_FUZZ_SEED`, which is
//! printed, so that a failure can be repeated. An input that breaks a promise is kept in the target folder.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected ends there and says so; its length is set by the environment"
)]

mod hostile;
mod mutate;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::Timestamp;
use newsdelta::extract;
use newsdelta::model::{Article, Draft};
use newsdelta::read::{ReadConfig, read};
use newsdelta::text::gazetteer::Gazetteer;

/// How an input is taken.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// By the reader, under this name.
    Read(Option<&'static str>),
    /// By the rules alone.
    Unread,
}

/// Every way.
const WAYS: [Way; 7] = [
    Way::Read(None),
    Way::Read(Some("txt")),
    Way::Read(Some("json")),
    Way::Read(Some("jsonl")),
    Way::Read(Some("application/cloudevents+json")),
    Way::Read(Some("text/plain; charset=iso-8859-1")),
    Way::Unread,
];
/// Quadratic growth would be eight times this against eight times the length; the rest is for a busy machine.
const GROWTH_MAX: f64 = 3.0;
/// Shorter times say nothing about growth.
const TIME_MIN: Duration = Duration::from_millis(20);

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => {
            text.parse().unwrap_or_else(|_| panic!("{variable} must be a whole number, not `{text}`"))
        }
        Err(_) => default,
    }
}

/// Reads all of `bytes` and says how many articles and claims came out, or which promise broke.
fn run(bytes: &[u8], form: Option<&str>) -> Result<(usize, usize), String> {
    let (mut outcomes, mut articles, mut claims) = (0, 0, 0);
    for outcome in read(bytes, form, Timestamp::UNIX_EPOCH, &ReadConfig::default()) {
        outcomes += 1;
        let article = match outcome {
            Ok(article) => article,
            Err(error) if bytes.get(error.bytes.clone()).is_none() => {
                return Err(format!("{:?} lies outside the item", error.bytes));
            }
            Err(error) if error.to_string().len() < 8 => return Err(format!("`{error}` is no reason")),
            Err(_) => continue,
        };
        articles += 1;
        if article.text.trim().is_empty()
            || article.id.is_empty()
            || !article.text.starts_with(&article.title)
        {
            return Err("an article without text, id or title was accepted".to_owned());
        }
        claims += claims_of(&article)?;
    }
    if outcomes == 0 { Err("neither read nor refused".to_owned()) } else { Ok((articles, claims)) }
}

/// Reads the claims of an article, or says which promise broke.
fn claims_of(article: &Article) -> Result<usize, String> {
    let found = extract::read(article, &Gazetteer::builtin());
    if !found.lost_rules.is_empty() {
        return Err(format!("rules panicked: {:?}", found.lost_rules));
    }
    for claim in &found.claims {
        let evidence = claim.evidence();
        if evidence.quote.is_empty() || evidence.span.of(&article.text) != evidence.quote {
            return Err(format!("`{}` is not the text at {:?}", evidence.quote, evidence.span));
        }
    }
    Ok(found.claims.len())
}

/// The same for words that the reader would have cleaned or refused: the rules do not lean on it.
fn run_unread(bytes: &[u8]) -> Result<(usize, usize), String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let article = Article::new(Draft { text, ..Draft::default() }, Timestamp::UNIX_EPOCH);
    claims_of(&article).map(|claims| (1, claims))
}

/// Runs and keeps the input when a promise breaks.
fn check(name: &str, bytes: &[u8], way: Way) -> (usize, usize) {
    let outcome = catch_unwind(AssertUnwindSafe(|| match way {
        Way::Read(form) => run(bytes, form),
        Way::Unread => run_unread(bytes),
    }));
    let broken = match outcome {
        Ok(Ok(counts)) => return counts,
        Ok(Err(promise)) => promise,
        Err(_) => "it panicked".to_owned(),
    };
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}.bin"));
    std::fs::write(&kept, bytes).unwrap();
    panic!("{name} as {way:?}: {broken}; the input is kept in {}", kept.display());
}

#[test]
fn hostile_inputs_are_read_or_refused() {
    for (name, make) in hostile::INPUTS {
        let bytes = make(20_000);
        for way in WAYS {
            check(name, &bytes, way);
        }
    }
}

#[test]
fn nothing_is_slower_than_its_length() {
    let mut slow = Vec::new();
    let lines = Way::Read(Some("jsonl"));
    let ways =
        |name: &str| if name == "json lines" { [lines, Way::Unread] } else { [Way::Read(None), Way::Unread] };
    for (name, make, way) in
        hostile::INPUTS.iter().flat_map(|(name, make)| ways(name).map(|way| (name, make, way)))
    {
        // As long as it must be to be measured, at most a sixteenth of the largest article.
        let mut size = 4 * 1024;
        let short = loop {
            let time = fastest(&make(size), way);
            if time >= TIME_MIN || size >= 128 * 1024 {
                break time;
            }
            size *= 2;
        };
        let long = fastest(&make(8 * size), way);
        let growth = long.as_secs_f64() / 8.0 / short.max(TIME_MIN / 8).as_secs_f64();
        eprintln!("{name} {way:?}: {size} bytes {short:?}, eight times as long {long:?}, growth {growth:.2}");
        if growth > GROWTH_MAX {
            slow.push(format!("{name} {way:?}: {size} bytes take {short:?}, eight times as many {long:?}"));
        }
    }
    assert!(slow.is_empty(), "time grows faster than length:\n  {}", slow.join("\n  "));
}

/// The shortest of a few runs: the machine may be busy, but it is never too fast.
fn fastest(bytes: &[u8], way: Way) -> Duration {
    let begin = Instant::now();
    // What this thread has worked, where the system tells it: others on the machine do not count.
    let worked = || {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let nanoseconds = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
        nanoseconds.map_or_else(|| begin.elapsed(), Duration::from_nanos)
    };
    let time = |()| {
        let before = worked();
        check("slow", bytes, way);
        worked().saturating_sub(before)
    };
    let first = time(());
    if first > Duration::from_secs(2) { first } else { first.min(time(())).min(time(())) }
}

#[test]
fn mutated_reports_are_read_or_refused() {
    let seconds = number("NEWSDELTA_FUZZ_SECONDS", 3);
    let seed = number("NEWSDELTA_FUZZ_SEED", 20_231_120);
    let mut rng = Rng::with_seed(seed);
    let corpus = mutate::corpus();
    let (mut runs, mut articles, mut claims) = (0_u64, 0, 0);
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(seconds) {
        let bytes = mutate::mutate(&corpus, &mut rng);
        let way = rng.choice(WAYS).unwrap_or(Way::Unread);
        let found = check("mutated", &bytes, way);
        runs += 1;
        articles += found.0;
        claims += found.1;
    }
    eprintln!("seed {seed}: {runs} inputs in {seconds} s, {articles} articles read, {claims} claims");
    assert!(
        articles > 0 && claims > 0,
        "nothing was read: the mutations destroy everything and test nothing"
    );
}
