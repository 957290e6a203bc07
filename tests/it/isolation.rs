//! A dead output delays only itself: under a steady load one receiver falls silent for a while and then comes back, and
//! the others' times are measured before, meanwhile and after, with the daemon's memory. Run by `tests/bench/isolation`,
//! since it takes minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::harness::{Daemon, Place, Report, bulletins, environment, request, wait_for};
use crate::restart::{PATIENCE, stop};

/// How long the receiver is silent when nobody says otherwise.
const SECONDS: u64 = 60;

/// How long the times without a silent receiver are measured, before and after.
const QUIET_SECONDS: u64 = 60;

/// So many bulletins come first: by then every history is as long as it may become, and the files are warm.
const WARM_UP: usize = 2000;

/// What the backlog of the silent receiver may cost in memory, in kB: the store keeps it, not the daemon.
const MEMORY_FOR_BACKLOG: u64 = 64 * 1024;

/// Articles in a second when nobody says otherwise.
const RATE: u64 = 200;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLBSw";

/// A receiver that keeps little: which article came when, first arrivals only.
struct Clerk {
    address: SocketAddr,
    came: Arc<Mutex<Came>>,
    silent: Arc<AtomicBool>,
    _runtime: Runtime,
}

#[derive(Default)]
struct Came {
    at: BTreeMap<String, Instant>,
    order: Vec<String>,
}

impl Clerk {
    fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (came, silent): (Arc<Mutex<Came>>, Arc<AtomicBool>) = Default::default();
        runtime.spawn(serve(listener, came.clone(), silent.clone()));
        Self { address, came, silent, _runtime: runtime }
    }

    fn count(&self) -> usize {
        self.came.lock().unwrap().at.len()
    }
}

async fn serve(listener: TcpListener, came: Arc<Mutex<Came>>, silent: Arc<AtomicBool>) {
    while let Ok((line, _)) = listener.accept().await {
        let (came, silent) = (came.clone(), silent.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| handle(request, came.clone(), silent.clone()));
            let _broken = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(line), service)
                .await;
        });
    }
}

async fn handle(
    request: Request<Incoming>,
    came: Arc<Mutex<Came>>,
    silent: Arc<AtomicBool>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    if silent.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    let body: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
    if let Some(article) = body["data"]["article"].as_str() {
        let mut came = came.lock().unwrap();
        if !came.at.contains_key(article) {
            came.at.insert(article.to_owned(), Instant::now());
            came.order.push(article.to_owned());
        }
    }
    Ok(Response::new(Full::new(Bytes::from_static(b"{}"))))
}

#[test]
#[ignore = "takes minutes: tests/bench/isolation runs it"]
fn a_dead_output_delays_only_itself() {
    let number =
        |name: &str, otherwise| environment(name).map_or(otherwise, |text| text.parse().expect("a number"));
    let silent = number("NEWSDELTA_TEST_SECONDS", SECONDS);
    let rate = number("NEWSDELTA_TEST_RATE", RATE);
    let tolerance = number("NEWSDELTA_TEST_TOLERANCE_PERCENT", 10);
    let count = |seconds: u64| usize::try_from(seconds * rate).unwrap();
    let quiet = count(QUIET_SECONDS.min(silent));
    let parts = [WARM_UP, quiet, count(silent), quiet, quiet];
    let bulletins = bulletins(parts.iter().sum());
    let mut rest = bulletins.as_slice();
    let [warm_up, before, meanwhile, returning, after] = parts.map(|length| {
        let (part, others) = rest.split_at(length);
        rest = others;
        part
    });

    let clerks: BTreeMap<&str, Clerk> = ["one", "two", "dies"].map(|name| (name, Clerk::start())).into();
    let place = clerks.iter().fold(Place::new(), |place, (name, clerk)| {
        place.with(&format!(
            "[outputs.{name}]\ntype = \"webhook\"\nurl = \"http://{}/\"\nsecrets = [\"{SECRET}\"]\n\
             timeout = \"5s\"\nallow_private_addresses = true\nretry = {{ wait_max = \"5s\" }}",
            clerk.address
        ))
    });
    let (daemon, address) = place.start_ready();
    let mut run = Run { address, rate, clerks, daemon, sent: BTreeMap::new() };
    run.phase("warming up", warm_up);
    let healthy = run.phase("all are well", before);
    run.clerks["dies"].silent.store(true, Ordering::SeqCst);
    let dead = run.phase("one is dead", meanwhile);
    let missing = run.sent.len() - run.clerks["dies"].count();
    assert!(missing + 10 > meanwhile.len(), "only {missing} wait for the one that is dead");
    run.clerks["dies"].silent.store(false, Ordering::SeqCst);
    run.phase("it is back", returning);
    run.has_all("dies");
    let again = run.phase("all are well again", after);
    run.has_all("dies");
    for (name, clerk) in &run.clerks {
        in_order(name, clerk);
    }
    stop(run.daemon);
    let most = healthy.memory.max(again.memory);
    assert!(dead.memory < most + MEMORY_FOR_BACKLOG, "{} kB of memory, otherwise {most} kB", dead.memory);
    for place in 0..2 {
        let mut calm = healthy.times[place].clone();
        calm.extend(&again.times[place]);
        let (calm, meanwhile) = (quantile(calm, 99), quantile(dead.times[place].clone(), 99));
        let allowed = calm.mul_f64(1.0 + f64::from(u32::try_from(tolerance).unwrap()) / 100.0);
        eprintln!("p99 {calm:?} before and after, {meanwhile:?} meanwhile");
        assert!(meanwhile <= allowed, "p99 went from {calm:?} to {meanwhile:?}");
    }
}

/// What was measured in one phase.
struct Phase {
    /// For each of the two others, the times from sending to arrival.
    times: [Vec<Duration>; 2],
    /// The most memory that the daemon had, in kB.
    memory: u64,
}

/// The daemon and its receivers.
struct Run {
    address: String,
    rate: u64,
    clerks: BTreeMap<&'static str, Clerk>,
    daemon: Daemon,
    /// When each bulletin was to be sent.
    sent: BTreeMap<String, Instant>,
}

impl Run {
    /// Sends these, each at its time, and waits until the two others have them all.
    #[expect(clippy::print_stderr, reason = "the figures are what it is run for")]
    fn phase(&mut self, name: &str, bulletins: &[Report]) -> Phase {
        let ends = AtomicBool::new(false);
        let (process, memory) = (self.daemon.id(), AtomicU64::new(0));
        let look = || memory.fetch_max(resident(process), Ordering::SeqCst);
        let sent = std::thread::scope(|scope| {
            let sampler = scope.spawn(|| {
                while !ends.load(Ordering::SeqCst) {
                    look();
                    // Woken at the end, else half a second later.
                    std::thread::park_timeout(Duration::from_millis(500));
                }
            });
            let sent = send(&self.address, bulletins, self.rate);
            ends.store(true, Ordering::SeqCst);
            sampler.thread().unpark();
            sampler.join().unwrap();
            sent
        });
        self.sent.extend(sent);
        let late = bulletins.len();
        self.has_all("one");
        self.has_all("two");
        look();
        let times = ["one", "two"].map(|other| {
            let came = self.clerks[other].came.lock().unwrap();
            let time = |report: &Report| came.at[&report.id].saturating_duration_since(self.sent[&report.id]);
            bulletins.iter().map(time).collect::<Vec<_>>()
        });
        let memory = memory.into_inner();
        let shown = times.clone().map(|times| (quantile(times.clone(), 50), quantile(times, 99)));
        let third = self.sent.len() - self.clerks["dies"].count();
        eprintln!(
            "{name}: {late} bulletins, (p50, p99) {shown:?}, at most {memory} kB of memory, {third} wait for the third"
        );
        Phase { times, memory }
    }

    /// Waits until a receiver has everything that was sent.
    fn has_all(&self, name: &str) {
        let all = self.sent.len();
        let has = || self.clerks[name].count();
        let mut last = 0;
        // As long as more arrives it is given more time.
        while has() < all {
            assert!(has() > last || last == 0, "{name} has {last} of {all}, and no more arrive");
            last = has();
            wait_for(PATIENCE, || (has() == all).then_some(()));
        }
    }
}

/// Sends bulletins at their times, whatever happened to the ones before; those of a story one after the other. Says when
/// each was due.
fn send(address: &str, bulletins: &[Report], rate: u64) -> Vec<(String, Instant)> {
    let began = Instant::now();
    let due = |place: usize| {
        began + Duration::from_secs(1) / u32::try_from(rate).unwrap() * u32::try_from(place).unwrap()
    };
    let post = &|story: usize| {
        for (place, report) in bulletins.iter().enumerate().filter(|(_, report)| report.story == story) {
            let early = due(place).saturating_duration_since(Instant::now());
            std::thread::park_timeout(early);
            let body = report.json().to_string();
            let kind = "Content-Type: application/json\r\n";
            let reply = request(address, "POST", "/api/articles", kind, body.as_bytes());
            assert!(reply.is_some_and(|reply| reply.status < 300), "{} was not taken", report.id);
        }
    };
    let stories: BTreeSet<usize> = bulletins.iter().map(|report| report.story).collect();
    std::thread::scope(|scope| stories.into_iter().for_each(|story| drop(scope.spawn(move || post(story)))));
    bulletins.iter().enumerate().map(|(place, report)| (report.id.clone(), due(place))).collect()
}

/// The time that so many of a hundred do not exceed.
fn quantile(mut times: Vec<Duration>, of_hundred: usize) -> Duration {
    times.sort_unstable();
    times[times.len() * of_hundred / 100]
}

/// Story by story the articles came as they were sent.
fn in_order(name: &str, clerk: &Clerk) {
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    for article in &clerk.came.lock().unwrap().order {
        let (story, number) = article.split_once('-').unwrap();
        let before = last.insert(story.to_owned(), number.to_owned());
        let length = |text: &String| (text.len(), text.clone());
        assert!(
            before.as_ref().map(length) < Some(length(&number.to_owned())),
            "{name}: {before:?}, then {article}"
        );
    }
}

/// The memory that a process has at this moment, in kB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
