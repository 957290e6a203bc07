//! What every bench prints and asks for: the machine and the commit, tables, medians, the time of this thread on the
//! processor. Comes in: measured times. Goes out: text. Never measures by itself.

#![allow(dead_code, reason = "each bench uses its own part")]

use std::fmt;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// One line: processor, cores, memory, kernel, commit.
pub(crate) fn machine() -> String {
    let first = |path: &str, key: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map_or("", |(_, value)| value).trim().to_owned()
    };
    let run = |program: &str, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).output();
        done.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned()).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!(
        "{}, {cores} cores, {} memory, Linux {}, load {}; commit {}; {}",
        first("/proc/cpuinfo", "model name"),
        first("/proc/meminfo", "MemTotal"),
        run("uname", &["-r"]),
        load.split_whitespace().next().unwrap_or_default(),
        run("git", &["describe", "--always", "--dirty"]),
        run("date", &["-u", "+%F %H:%M UTC"]),
    )
}

/// Whether less is to be measured.
pub(crate) fn quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}

/// How many articles are measured: as many as `--articles=N` says; else so many, or when less is to be measured, so few.
pub(crate) fn articles(many: usize, few: usize) -> usize {
    let asked = std::env::args().find_map(|argument| argument.strip_prefix("--articles=")?.parse().ok());
    asked.unwrap_or(if quick() { few } else { many })
}

/// Whether this part of the bench is asked for: all are when none is named.
pub(crate) fn part(name: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    named.peek().is_none() || named.any(|argument| argument == name)
}

/// Measures from its start.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    began: Instant,
    cpu: Duration,
}

impl Stopwatch {
    /// Starts.
    pub(crate) fn start() -> Self {
        Self { began: Instant::now(), cpu: on_processor() }
    }

    /// Time of this thread on the processor, and time passed.
    pub(crate) fn read(&self) -> (Duration, Duration) {
        (on_processor().saturating_sub(self.cpu), self.began.elapsed())
    }
}

/// How long this thread has been on a processor.
fn on_processor() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// How long a process, all its threads together, has been on processors.
pub(crate) fn process_time(process: u32) -> Duration {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name may hold spaces; what follows its closing bracket does not.
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

/// Memory of a process that is resident now and that was at its most, in megabytes.
pub(crate) fn memory(process: u32) -> (f64, f64) {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let field = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.trim_end_matches("kB").trim().parse::<f64>().unwrap_or(0.0) / 1024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// The middle one.
pub(crate) fn median(times: Vec<Duration>) -> Duration {
    quantile(&times, 0.5)
}

/// The time that this share does not exceed.
pub(crate) fn quantile(times: &[Duration], share: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
    let at = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or_default()
}

/// How many in a second.
pub(crate) fn per_second(count: f64, took: Duration) -> f64 {
    count / took.as_secs_f64()
}

/// Rows under heads, as Markdown.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With its heads.
    pub(crate) fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.to_vec());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        for (number, row) in self.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                if column == 0 {
                    write!(out, "| {cell:<wide$} |", wide = width(column))?;
                } else {
                    write!(out, " {cell:>wide$} |", wide = width(column))?;
                }
            }
            writeln!(out)?;
            if number == 0 {
                let rules: Vec<String> = (0..columns)
                    .map(|column| {
                        format!("{}{}", "-".repeat(width(column) + 1), if column == 0 { "-" } else { ":" })
                    })
                    .collect();
                writeln!(out, "|{}|", rules.join("|"))?;
            }
        }
        Ok(())
    }
}
