//! One life of the daemon: from opening the store to a kill, to a stop, or to the moment when nothing is left to do.
//! Comes in: the world outside and how long it may last. Goes out: what the receivers and the disk have kept of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use newsdelta::clock::{Clock, SharedClock};
use newsdelta::config::RetryConfig;
use newsdelta::ledger::{self, Ledger};
use newsdelta::notify::watch::Intake;
use newsdelta::notify::{Dispatcher, RouteConfig, Router, Routing};
use newsdelta::outputs::Output;
use newsdelta::pipeline::{self, Limits, Parts};
use newsdelta::read::ReadConfig;
use newsdelta::store::retention::Policy;
use newsdelta::store::sqlite::{Access, Options};
use newsdelta::store::{SqliteStore, Store};
use newsdelta::telemetry::metrics::Metrics;
use newsdelta::text::gazetteer::Gazetteer;
use tokio::sync::broadcast;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::faulty_store::{FaultyStore, at_once};
use crate::receiver::Receiver;
use crate::sim::{Sim, Weather};
use crate::source::{Shelf, Source};

/// Whatever was held up, it is over by then.
const PATIENCE: Duration = Duration::from_secs(6 * 3600);

/// The names of the receivers: one is told everything, one only large figures, one what changed within eight seconds.
pub(crate) const RECEIVERS: [&str; 3] = ["all", "large", "slow"];

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
}

impl Outside {
    /// Lives once.
    pub(crate) fn live(&self, path: &Path, weather: Weather, ending: Ending) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let kill_after = if let Ending::Kill(moments) = ending { Some(moments) } else { None };
            self.sim.begin(weather, kill_after);
            self.run(path, ending).await;
            self.sim.end();
        });
    }

    async fn run(&self, path: &Path, ending: Ending) {
        let options = Options { readers: 1, ..Options::default() };
        let store = SqliteStore::open(path, Access::Daemon, options).unwrap();
        let store = Arc::new(FaultyStore::new(&self.sim, store));
        let stop = CancellationToken::new();
        let mut daemon = std::pin::pin!(pipeline::run(self.parts(&store), stop.clone()));
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
            let rests = self.shelves.iter().all(|shelf| shelf.is_empty()) && is_at_rest(&store);
            if began.elapsed() >= PATIENCE && !rests {
                self.sim.complain(format!("after {PATIENCE:?} it has not come to rest"));
            }
            if rests || began.elapsed() >= stop_at {
                self.sim.note("life", &if rests { "rests" } else { "is told to stop" });
                stop.cancel();
            }
        }
    }

    fn parts(&self, store: &Arc<FaultyStore>) -> Parts {
        let clock: SharedClock = Arc::<Sim>::clone(&self.sim);
        let store: Arc<dyn Store> = Arc::<FaultyStore>::clone(store);
        let metrics = Arc::new(Metrics::new());
        let retry = RetryConfig {
            wait_min: Duration::from_secs(1),
            wait_max: Duration::from_secs(20),
            attempts_max: 10_000,
            age_max: Duration::from_secs(1000 * 3600),
            schedule: Vec::new(),
            disable_after: Duration::ZERO,
            attempt_timeout: Duration::from_secs(10),
        };
        let outputs = self.receivers.iter().map(|receiver| {
            let output: Arc<dyn Output> = Arc::<Receiver>::clone(receiver);
            (output, retry.clone())
        });
        let dispatcher =
            Dispatcher::new(&store, &clock, &metrics, outputs.collect(), Duration::from_secs(20));
        let inputs = self.shelves.iter().map(|shelf| {
            let source =
                Source { sim: Arc::clone(&self.sim), shelf: Arc::clone(shelf), store: Arc::clone(&store) };
            Box::new(source) as _
        });
        let names: Vec<String> = self.shelves.iter().map(|shelf| shelf.name.to_owned()).collect();
        Parts {
            inputs: inputs.collect(),
            dispatcher,
            routing: Routing::new(Router::new(&routes(), &RECEIVERS.map(str::to_owned))),
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

fn is_at_rest(store: &FaultyStore) -> bool {
    let waiting = at_once(store.real().metrics()).unwrap().outboxes;
    waiting.iter().all(|outbox| outbox.waiting == 0)
        && at_once(store.real().next_release()).unwrap().is_none()
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

fn routes() -> RouteConfig {
    let to = |name: &str| RouteConfig { outputs: Some(vec![name.to_owned()]), ..RouteConfig::default() };
    RouteConfig {
        routes: vec![
            RouteConfig { value_min: Some(crate::world::LARGE), continues: true, ..to("large") },
            RouteConfig { group_wait: Some(Duration::from_secs(8)), continues: true, ..to("slow") },
            to("all"),
        ],
        ..RouteConfig::default()
    }
}
