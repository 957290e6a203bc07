//! One life of the daemon: from opening the store to a kill, to a stop, or to the moment when nothing is left to do.
//! Comes in: the world outside and how long it may last. Goes out: what the receivers and the disk have kept of it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use newsdelta::clock::{Clock, SharedClock};
use newsdelta::config::RetryConfig;
use newsdelta::inputs::again::Again;
use newsdelta::ledger::{self, Ledger};
use newsdelta::notify::dispatcher::Replacement;
use newsdelta::notify::rhythm::{QuietHours, TimeOfDay};
use newsdelta::notify::watch::Intake;
use newsdelta::notify::{Dispatcher, RouteConfig, Routing};
use newsdelta::outputs::Output;
use newsdelta::pipeline::{self, Limits, Parts};
use newsdelta::read::ReadConfig;
use newsdelta::store::retention::Policy;
use newsdelta::store::sqlite::{Access, Options};
use newsdelta::store::{SqliteStore, Store};
use newsdelta::telemetry::metrics::Metrics;
use newsdelta::text::gazetteer::Gazetteer;
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::desk::{Channel, DESK};
use crate::faulty_store::FaultyStore;
use crate::people::{Act, People, router};
use crate::receiver::{PICKY, Receiver};
use crate::sim::{Sim, Weather};
use crate::source::{Shelf, Source};

/// Whatever was held up, it is over by then.
const PATIENCE: Duration = Duration::from_secs(6 * 3600);

/// The names of the receivers: one is told everything, one only large figures, one what changed within eight seconds, one
/// refuses some of it, one is left alone in quiet hours, and one has a digest every two minutes.
pub(crate) const RECEIVERS: [&str; 6] = ["all", "large", "slow", PICKY, "night", "digest"];

/// Those who are told several things as one.
pub(crate) const GATHERING: [&str; 3] = ["slow", "night", "digest"];

/// Those of them who are told of several stories at once.
pub(crate) const DIGESTING: [&str; 2] = ["night", "digest"];

/// When the one is left alone: the world begins in them.
const QUIET: [&str; 5] = ["20:00-20:01", "20:02-20:04", "20:05-20:07", "20:09-20:12", "20:14-20:17"];

/// How a life ends, if it does not end by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    /// Killed after so many moments.
    Kill(u32),
    /// Told to stop after so many seconds.
    Stop(u64),
    /// When nothing is left to do.
    Rest,
}

/// What outlives the daemon.
pub(crate) struct Outside {
    pub(crate) sim: Arc<Sim>,
    pub(crate) shelves: Vec<Arc<Shelf>>,
    pub(crate) receivers: Vec<Arc<Receiver>>,
    /// A channel of Slack, in some worlds.
    pub(crate) channel: Option<Arc<Channel>>,
    /// What is done between the halves.
    pub(crate) acts: Vec<Act>,
    pub(crate) acted: AtomicBool,
}

impl Outside {
    /// Whether the first half has come and the second has not begun.
    pub(crate) fn waits_for_acts(&self) -> bool {
        !self.acted.load(Ordering::SeqCst) && self.shelves.iter().all(|shelf| shelf.rests())
    }

    /// The rest may come.
    pub(crate) fn second_half(&self) {
        self.acted.store(true, Ordering::SeqCst);
        self.shelves.iter().for_each(|shelf| shelf.begin_second_half());
    }

    fn rests(&self) -> bool {
        self.acted.load(Ordering::SeqCst) && self.shelves.iter().all(|shelf| shelf.rests())
    }

    /// Lives once.
    pub(crate) fn live(self: &Arc<Self>, path: &Path, weather: Weather, ending: Ending) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let kill_after = if let Ending::Kill(moments) = ending { Some(moments) } else { None };
            self.sim.begin(weather, kill_after);
            self.run(path, ending).await;
            self.sim.end();
        });
    }

    async fn run(self: &Arc<Self>, path: &Path, ending: Ending) {
        let options = Options { readers: 1, ..Options::default() };
        let store = SqliteStore::open(path, Access::Daemon, options).unwrap();
        let store = Arc::new(FaultyStore::new(&self.sim, store, path));
        let stop = CancellationToken::new();
        let (replace, replacements) = mpsc::channel(4);
        let parts = self.parts(&store, replacements);
        let people = People {
            sim: Arc::clone(&self.sim),
            store: Arc::clone(&store),
            routing: parts.routing.clone(),
            has_desk: self.channel.is_some(),
            replace,
            receivers: self.receivers.clone(),
            retry: patience(),
        };
        // They go with the life.
        drop(tokio::spawn(people.live(Arc::clone(self))));
        let mut daemon = std::pin::pin!(pipeline::run(parts, stop.clone()));
        let began = Instant::now();
        let stop_at =
            if let Ending::Stop(seconds) = ending { Duration::from_secs(seconds) } else { PATIENCE };
        loop {
            tokio::select! {
                biased;
                () = self.sim.killed() => return,
                ended = &mut daemon => {
                    if let Err(error) = ended {
                        self.sim.complain(format!("the daemon ended: {error}"));
                    }
                    return;
                }
                () = tokio::time::sleep(Duration::from_secs(5)), if !stop.is_cancelled() => {}
            }
            let rests = self.rests() && store.is_told();
            if began.elapsed() >= PATIENCE && !rests {
                self.sim.complain(format!("after {PATIENCE:?} it has not come to rest"));
            }
            if rests || began.elapsed() >= stop_at {
                self.sim.note("life", &if rests { "rests" } else { "is told to stop" });
                stop.cancel();
            }
        }
    }

    fn parts(&self, store: &Arc<FaultyStore>, replacements: mpsc::Receiver<Replacement>) -> Parts {
        let clock: SharedClock = Arc::<Sim>::clone(&self.sim);
        let real = store.real();
        let store: Arc<dyn Store> = Arc::<FaultyStore>::clone(store);
        let metrics = Arc::new(Metrics::new());
        let outputs = self.receivers.iter().map(|receiver| {
            let output: Arc<dyn Output> = Arc::<Receiver>::clone(receiver);
            (output, patience())
        });
        let desk = self.channel.as_ref().map(|channel| (channel.output(real), patience()));
        let outputs = outputs.chain(desk);
        let dispatcher =
            Dispatcher::new(&store, &clock, &metrics, outputs.collect(), Duration::from_secs(20))
                .with_replacements(replacements);
        let inputs = self.shelves.iter().map(|shelf| {
            let source =
                Source { sim: Arc::clone(&self.sim), shelf: Arc::clone(shelf), store: Arc::clone(&store) };
            Box::new(source) as _
        });
        let again = Again::new(Arc::clone(&store), Arc::clone(&clock));
        let names: Vec<String> = self.shelves.iter().map(|shelf| shelf.name.to_owned()).collect();
        Parts {
            inputs: inputs.chain([Box::new(again) as _]).collect(),
            dispatcher,
            routing: Routing::new(router(self.channel.is_some())),
            ledger: Ledger::new(ledger::Limits::default()),
            limits: limits(),
            events: broadcast::channel(16).0,
            metrics,
            intake: Arc::new(Intake::new(&names, self.sim.now())),
            health: Arc::default(),
            server: None,
            store,
            clock,
        }
    }
}

/// How often and how long is tried.
fn patience() -> RetryConfig {
    RetryConfig {
        wait_min: Duration::from_secs(1),
        wait_max: Duration::from_secs(20),
        attempts_max: 10_000,
        age_max: Duration::from_secs(1000 * 3600),
        schedule: Vec::new(),
        disable_after: Duration::ZERO,
        attempt_timeout: Duration::from_secs(10),
    }
}

fn limits() -> Limits {
    Limits {
        queue_items: 4,
        readers: 0,
        batch_items: 3,
        store_retry_wait_max: Duration::from_secs(5),
        shutdown_grace: Duration::from_secs(20),
        quiet_after: SignedDuration::from_hours(24 * 30),
        keep_dead_letters: SignedDuration::from_hours(24 * 100),
        retention: Policy::default(),
        read: ReadConfig::default(),
        names: Gazetteer::builtin(),
    }
}

/// Who is told what, and when.
pub(crate) fn routes(has_desk: bool) -> RouteConfig {
    let to = |name: &str| RouteConfig { outputs: Some(vec![name.to_owned()]), ..RouteConfig::default() };
    let quiet = QUIET.map(|hours| QuietHours::try_from(hours.to_owned()).unwrap()).to_vec();
    // All evening: longer waits would only take time.
    let digests = (599..720).map(|pair| format!("{:02}:{:02}", pair / 30, pair % 30 * 2));
    let digests = digests.map(|time| TimeOfDay::try_from(time).unwrap());
    let desk = has_desk.then(|| RouteConfig { continues: true, ..to(DESK) });
    RouteConfig {
        routes: desk
            .into_iter()
            .chain([
                RouteConfig { value_min: Some(crate::world::LARGE), continues: true, ..to("large") },
                RouteConfig { group_wait: Some(Duration::from_secs(8)), continues: true, ..to("slow") },
                RouteConfig { continues: true, ..to(PICKY) },
                RouteConfig { quiet_hours: Some(quiet), continues: true, ..to("night") },
                RouteConfig { digest_at: Some(digests.collect()), continues: true, ..to("digest") },
                to("all"),
            ])
            .collect(),
        ..RouteConfig::default()
    }
}
