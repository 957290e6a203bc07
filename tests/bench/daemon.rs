//! The daemon as a process that is measured, and the receiving end of its webhooks. Comes in: a config. Goes out: what
//! its `/metrics` says, what arrived and when, its memory and its time on the processor. It ends when dropped.

#![allow(dead_code, reason = "each bench uses its own part")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Between two looks at the daemon while it starts.
const LOOK: Duration = Duration::from_millis(10);
/// Between two looks at its figures: they ask the store, which has other things to do.
const LOOK_AT_WORK: Duration = Duration::from_millis(100);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(900);

/// A running daemon.
pub(crate) struct Daemon {
    process: Child,
    log: PathBuf,
    address: String,
    /// From the start of the process until it answers that it is ready.
    pub(crate) started_in: Duration,
}

/// Where a daemon keeps what it knows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keeping<'a> {
    /// In a file in its folder.
    File,
    /// In the database at this address.
    Database(&'a str),
}

/// The daemon that is measured: that of this build, or the one that `--daemon=PATH` names.
fn program() -> PathBuf {
    let asked = std::env::args().find_map(|argument| argument.strip_prefix("--daemon=").map(PathBuf::from));
    asked.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_newsdelta")))
}

impl Daemon {
    /// Starts it in a folder, in which its store is too, with this config, and waits until it is ready.
    pub(crate) fn start(folder: &Path, config: &str) -> Self {
        Self::start_keeping(folder, config, Keeping::File)
    }

    /// The same, with the store elsewhere.
    pub(crate) fn start_keeping(folder: &Path, config: &str, keeping: Keeping<'_>) -> Self {
        let (file, log) = (folder.join("newsdelta.toml"), folder.join("daemon.log"));
        let store = match keeping {
            Keeping::File => format!("path = \"{}\"", folder.join("store.db").display()),
            Keeping::Database(address) => format!("url = \"{address}\""),
        };
        let text = format!("{config}\n[store]\n{store}\n[http]\nlisten = \"127.0.0.1:0\"\n");
        fs::write(&file, text).expect("the config is written");
        let screen = File::create(&log).expect("a log");
        let began = Instant::now();
        let process = Command::new(program())
            .args(["run", "--config"])
            .arg(file)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(screen)
            .spawn()
            .expect("the daemon starts");
        let mut daemon = Self { process, log, address: String::new(), started_in: Duration::ZERO };
        daemon.until("its address", |daemon| {
            let text = fs::read_to_string(&daemon.log).unwrap_or_default();
            let address = text.lines().find_map(|line| line.split_once("HTTP listens address="));
            daemon.address = address.map(|(_, address)| address.trim().to_owned()).unwrap_or_default();
            !daemon.address.is_empty()
        });
        daemon.until("readiness", |daemon| {
            daemon.get("/-/ready").is_some_and(|answer| answer.contains(" 200 "))
        });
        daemon.started_in = began.elapsed();
        daemon
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Waits until something holds.
    pub(crate) fn until(&mut self, what: &str, holds: impl FnMut(&mut Self) -> bool) {
        self.until_every(LOOK, what, holds);
    }

    fn until_every(&mut self, look: Duration, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self) {
            let ended = self.process.try_wait().expect("a process");
            assert!(
                ended.is_none(),
                "the daemon ended: {}",
                fs::read_to_string(&self.log).unwrap_or_default()
            );
            assert!(Instant::now() < end, "waited too long for {what}");
            sleep(look);
        }
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut line = TcpStream::connect(&self.address).ok()?;
        write!(line, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).ok()?;
        let mut answer = String::new();
        line.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// The sum of a figure over all its labels.
    pub(crate) fn figure(&self, name: &str) -> f64 {
        self.figure_with(name, "")
    }

    /// The sum of a figure over the labels that contain this text.
    fn figure_with(&self, name: &str, label: &str) -> f64 {
        let text = self.get("/metrics").unwrap_or_default();
        let lines = text.lines().filter(|line| {
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{') || rest.starts_with(' '))
                && line.contains(label)
        });
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
    }

    /// How many articles it has committed.
    pub(crate) fn committed(&self) -> f64 {
        self.figure_with("newsdelta_articles_total", "\"committed\"")
    }

    /// Waits until so many articles are committed.
    pub(crate) fn until_committed(&mut self, articles: usize) {
        self.until_every(LOOK_AT_WORK, "the articles", |daemon| daemon.committed() >= articles as f64);
    }

    /// Waits until so many articles are committed and nothing waits for an output any more.
    pub(crate) fn until_done(&mut self, articles: usize) {
        self.until_committed(articles);
        self.until_every(LOOK_AT_WORK, "the deliveries", |daemon| {
            daemon.figure("newsdelta_outbox_messages") < 0.5
        });
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if self.process.kill().is_ok() {
            drop(self.process.wait());
        }
    }
}

/// When the first alert of each article arrived.
type Arrivals = Arc<Mutex<HashMap<String, Instant>>>;

/// Takes webhooks and notes when the alerts of which article arrived.
pub(crate) struct Receiver {
    address: SocketAddr,
    arrivals: Arrivals,
}

impl Receiver {
    /// Listens on a free port of the loopback address for as long as the program runs.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let arrivals = Arrivals::default();
        let shared = Arc::clone(&arrivals);
        thread::spawn(move || {
            for line in listener.incoming().map_while(Result::ok) {
                let arrivals = Arc::clone(&shared);
                thread::spawn(move || answer(line, &arrivals));
            }
        });
        Self { address, arrivals }
    }

    /// The part of a config that sends to it.
    pub(crate) fn output(&self) -> String {
        format!(
            "[outputs.hook]\ntype = \"webhook\"\nurl = \"http://{}/\"\n\
             secrets = [\"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"]\nallow_private_addresses = true\n",
            self.address
        )
    }

    /// What arrived so far.
    pub(crate) fn arrivals(&self) -> HashMap<String, Instant> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers the requests of one connection until it ends.
fn answer(line: TcpStream, arrivals: &Mutex<HashMap<String, Instant>>) -> Option<()> {
    let mut writer = line.try_clone().ok()?;
    let mut reader = BufReader::new(line);
    loop {
        let mut length = 0;
        loop {
            let mut head = String::new();
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
            let head = head.trim().to_ascii_lowercase();
            if head.is_empty() {
                break;
            }
            if let Some(value) = head.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let now = Instant::now();
        writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
        note(&body, now, arrivals);
    }
}

/// Notes the articles whose alerts stand in a body.
pub(crate) fn note(body: &[u8], now: Instant, arrivals: &Mutex<HashMap<String, Instant>>) {
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let data = body.get("data").unwrap_or(&body);
    let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
    let alerts =
        data.get("alerts").and_then(Value::as_array).map_or(std::slice::from_ref(data), Vec::as_slice);
    for article in alerts.iter().filter_map(|alert| alert.get("article")?.as_str()) {
        arrivals.entry(article.to_owned()).or_insert(now);
    }
}
