//! A dead output delays only itself: under a steady load one receiver falls silent for a while and then comes back, and
//! the others' times are measured before, meanwhile and after. Run by `tests/bench/isolation`, since it takes minutes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
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

use crate::harness::{Place, Report, ask, environment, reports, request, wait_for};
use crate::restart::{PATIENCE, stop};

/// How long each of the phases is when nobody says otherwise.
const SECONDS: u64 = 60;

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
    let seconds = number("NEWSDELTA_TEST_SECONDS", SECONDS);
    let rate = number("NEWSDELTA_TEST_RATE", RATE);
    let tolerance = number("NEWSDELTA_TEST_TOLERANCE_PERCENT", 10);
    let phase = usize::try_from(seconds * rate).unwrap();
    let reports = reports(20_250_601, 8, (phase * 3).div_ceil(8));
    let clerks: BTreeMap<&str, Clerk> = ["one", "two", "dies"].map(|name| (name, Clerk::start())).into();
    let place = clerks.iter().fold(Place::new(), |place, (name, clerk)| {
        place.with(&format!(
            "[outputs.{name}]\ntype = \"webhook\"\nurl = \"http://{}/\"\nsecrets = [\"{SECRET}\"]\n\
             timeout = \"5s\"\nallow_private_addresses = true\nretry = {{ wait_max = \"5s\" }}",
            clerk.address
        ))
    });
    let mut daemon = place.start();
    let address = daemon.address();
    daemon.until("a ready daemon", PATIENCE, || {
        ask(&address, "/-/ready", "").is_some_and(|(status, _)| status == 200)
    });
    let mut sent: BTreeMap<String, Instant> = BTreeMap::new();
    let mut p99: Vec<Vec<Duration>> = Vec::new();
    let others = ["one", "two"].map(|name| &clerks[name]);
    for (name, reports) in ["healthy", "one is dead", "it is back"].into_iter().zip(reports.chunks(phase)) {
        clerks["dies"].silent.store(name == "one is dead", Ordering::SeqCst);
        send(&address, reports, rate, &mut sent);
        let all = sent.len();
        let arrived = wait_for(PATIENCE, || others.iter().all(|one| one.count() == all).then_some(()));
        assert!(arrived.is_some(), "{name}: {} and {} of {all}", others[0].count(), others[1].count());
        let times = others.map(|one| quantiles(one, reports, &sent));
        let memory = place_memory(&daemon);
        eprintln!(
            "{name}: (p50, p99) {times:?}, {memory} kB of memory, {} at the third",
            clerks["dies"].count()
        );
        p99.push(times.iter().map(|(_, p99)| *p99).collect());
    }
    let all = sent.len();
    let back = wait_for(PATIENCE * 5, || (clerks["dies"].count() == all).then_some(()));
    assert!(back.is_some(), "only {} of {all} came to the one that was dead", clerks["dies"].count());
    for (name, clerk) in &clerks {
        in_order(name, clerk);
    }
    stop(daemon);
    for (healthy, meanwhile) in p99[0].iter().zip(&p99[1]) {
        let allowed = healthy.mul_f64(1.0 + f64::from(u32::try_from(tolerance).unwrap()) / 100.0);
        assert!(*meanwhile <= allowed, "p99 went from {healthy:?} to {meanwhile:?}");
    }
}

/// Sends reports at their times, whatever happened to the ones before.
fn send(address: &str, reports: &[Report], rate: u64, sent: &mut BTreeMap<String, Instant>) {
    let began = Instant::now();
    for (number, report) in (0_u32..).zip(reports) {
        let due = began + Duration::from_secs(1) / u32::try_from(rate).unwrap() * number;
        let early = due.saturating_duration_since(Instant::now());
        assert!(wait_for(early, || None::<()>).is_none());
        let body = report.json().to_string();
        sent.insert(report.id.clone(), due.max(began));
        let reply =
            request(address, "POST", "/api/articles", "Content-Type: application/json\r\n", body.as_bytes());
        assert!(reply.is_some_and(|reply| reply.status < 300), "{} was not taken", report.id);
    }
}

/// The times from sending to arrival at one receiver: the median and the 99th of a hundred.
fn quantiles(clerk: &Clerk, reports: &[Report], sent: &BTreeMap<String, Instant>) -> (Duration, Duration) {
    let came = clerk.came.lock().unwrap();
    let mut times: Vec<Duration> = reports
        .iter()
        .map(|report| came.at[&report.id].saturating_duration_since(sent[&report.id]))
        .collect();
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
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

fn place_memory(daemon: &crate::harness::Daemon) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
