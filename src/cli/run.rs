//! `newsdelta run`: the daemon. Comes in: a config file. Goes out: a running daemon that stops on SIGTERM or SIGINT
//! within its grace period. The wiring itself is `pipeline`'s.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::{ConfigFile, Done};
use crate::api;
use crate::clock::{SharedClock, SharedTime, SystemClock};
use crate::config::{Config, RetryConfig, actors};
use crate::inputs::again::Again;
use crate::inputs::{self, Input};
use crate::ledger::{self, Ledger};
use crate::notify::dispatcher::{Replacement, Sending};
use crate::notify::sentry::{Duty, Sentry, SharedDuty};
use crate::notify::watch::Intake;
use crate::notify::{Dispatcher, Router, Routing};
use crate::outputs::{self, Output, heartbeat};
use crate::pipeline::{self, Event, Parts};
use crate::proof::Signer;
use crate::reload::{Load, Reload};
use crate::store::{self, Access, Store, StoreError, agreement};
use crate::telemetry;
use crate::telemetry::health::Health;
use crate::telemetry::metrics::Metrics;
use crate::text::gazetteer::Gazetteer;

/// Events that a slow listener may be behind; beyond it the oldest are missed.
const EVENTS_WAITING_MAX: usize = 1024;

/// Outputs of a new config that may wait for the dispatcher, which takes them at once.
const REPLACEMENTS_WAITING_MAX: usize = 64;

/// How long the store is waited for at the start, and how often it is tried.
const STORE_PATIENCE: Duration = Duration::from_secs(60);
const STORE_RETRY_WAIT: Duration = Duration::from_secs(2);

/// For each story whose facts are kept in memory, so many claims: most stories have fewer, a few have thousands.
const CLAIMS_A_STORY: usize = 40;
/// Of these so many are open; the others are folded.
const OPEN_CLAIMS_A_STORY: usize = 2;
/// And so many facts are awake; stories untouched for longest sleep.
const AWAKE_FACTS_A_STORY: usize = 1;

pub(super) fn run(arguments: &ConfigFile) -> anyhow::Result<Done> {
    let config = arguments.load()?;
    telemetry::start(&config.log).map_err(anyhow::Error::msg)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        // Heard from the first moment on: who starts the daemon may want it gone before the store is open.
        let stopper = tokio::spawn(stop_on_signal(Signals::listen()?, stop.clone()));
        let hangup = signal(SignalKind::hangup()).context("signals cannot be heard")?;
        let file = arguments.clone();
        let daemon = Daemon::new(&config, Box::new(move || file.load_again())).await?;
        let reloader = tokio::spawn(reload_on_signal(hangup, daemon.reload()));
        let ended = daemon.run(stop).await;
        stopper.abort();
        reloader.abort();
        ended
    })?;
    Ok(Done::Well)
}

/// The parts of a daemon, put together from its config.
pub(super) struct Daemon {
    config: Config,
    store: Arc<dyn Store>,
    /// The time of all who share the store.
    time: Arc<SharedTime>,
    inputs: Vec<Box<dyn Input>>,
    outputs: Vec<Sending>,
    events: broadcast::Sender<Event>,
    names: Arc<Gazetteer>,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    server: Option<api::Server>,
    routing: Routing,
    duty: SharedDuty,
    reload: Arc<Reload>,
    replacements: mpsc::Receiver<Replacement>,
    wake: Arc<Notify>,
}

impl Daemon {
    /// Opens what the config names; `load` reads the config again when somebody wishes it.
    pub(super) async fn new(config: &Config, load: Load) -> anyhow::Result<Self> {
        let store = open_store(config).await?;
        let time = Arc::new(SharedTime::new(Arc::new(SystemClock)));
        agreement::agree(store.as_ref(), &time).await.context("cannot read the clock of the store")?;
        let clock: SharedClock = time.clone();
        let (metrics, health): (Arc<Metrics>, Arc<Health>) = Default::default();
        let build_input = |(name, input): (&String, _)| inputs::build(name, input, clock.clone(), &metrics);
        let inputs = config.inputs.iter().map(build_input).collect();
        let (clock_of, store_of) = (clock.clone(), Some(store.clone()));
        let signer = signer(config)?;
        let context = outputs::Context { clock: clock_of, store: store_of, signer: signer.clone() };
        let outputs: Vec<Sending> = config
            .outputs
            .iter()
            .map(|(name, settings)| {
                let output = outputs::build(name, &settings.output, &context)?;
                Ok((Arc::from(output), settings.retry.clone()))
            })
            .collect::<anyhow::Result<_>>()?;
        let (events, _) = broadcast::channel(EVENTS_WAITING_MAX);
        let names = names(config)?;
        let routing = Routing::new(Router::new(&config.routing, &names_of(&outputs)));
        let by_name = outputs.iter().map(|sending| (sending.0.name().to_owned(), sending.clone())).collect();
        let duty = SharedDuty::new(Duty { config: config.self_alerts.clone(), outputs: by_name });
        let (replace, replacements) = mpsc::channel(REPLACEMENTS_WAITING_MAX);
        let (routes, duties, figures) = (routing.clone(), duty.clone(), metrics.clone());
        let reload = Arc::new(Reload::new(load, config, context, routes, duties, replace, figures));
        let wake: Arc<Notify> = Arc::default();
        let (post, posted) = inputs::http::pair(clock.clone());
        let mut inputs: Vec<Box<dyn Input>> = inputs;
        if config.http.enabled {
            inputs.push(Box::new(posted));
        }
        let context = api::Context {
            store: store.clone(),
            metrics: metrics.clone(),
            health: health.clone(),
            clock: clock.clone(),
            reload: Some(reload.clone()),
            events: events.clone(),
            post,
            article_bytes_max: config.limits.article_bytes_max,
            feed: api::Feed::default(),
            routing: routing.clone(),
            names: names.clone(),
            wake: wake.clone(),
            signer,
        };
        let server = server(config, context)?;
        Ok(Self {
            config: config.clone(),
            store,
            time,
            inputs,
            outputs,
            events,
            names,
            metrics,
            health,
            server,
            routing,
            duty,
            reload,
            replacements,
            wake,
        })
    }

    /// Adds an output that no config names.
    pub(super) fn add_output(&mut self, output: Arc<dyn Output>, retry: RetryConfig) {
        self.outputs.push((output, retry));
        self.routing.replace(Router::new(&self.config.routing, &names_of(&self.outputs)));
    }

    /// Reads the config again into this daemon.
    pub(super) fn reload(&self) -> Arc<Reload> {
        self.reload.clone()
    }

    /// What happens from now on.
    pub(super) fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Runs until `stop` is cancelled.
    pub(super) async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self {
            config,
            store,
            time,
            mut inputs,
            outputs,
            events,
            names,
            metrics,
            health,
            server,
            routing,
            duty,
            reload: _,
            replacements,
            wake,
        } = self;
        let limits = limits(&config, &names);
        let clock: SharedClock = time.clone();
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            inputs = ?config.inputs.keys().collect::<Vec<_>>(),
            outputs = ?config.outputs.keys().collect::<Vec<_>>(),
            "started"
        );
        let intake = Arc::new(Intake::new(config.inputs.keys(), clock.now()));
        let sentry = Sentry {
            intake: intake.clone(),
            store: store.clone(),
            path: config.store.url.is_none().then(|| config.store.path.clone()),
            duty,
            clock: clock.clone(),
        };
        let agreeing = tokio::spawn(agreement::keep(store.clone(), time));
        let looking = tokio::spawn(sentry.run(stop.clone()));
        let beating = tokio::spawn(heartbeat::run(config.heartbeat.clone(), health.clone(), stop.clone()));
        let dispatcher = Dispatcher::new(&store, &clock, &metrics, outputs, config.shutdown.grace)
            .with_replacements(replacements)
            .with_waker(wake);
        inputs.push(Box::new(Again::new(store.clone(), clock.clone())));
        let parts = Parts {
            store,
            inputs,
            dispatcher,
            routing,
            ledger: Ledger::with_names(ledger_limits(&config), names),
            clock,
            limits,
            events,
            metrics,
            intake,
            health,
            server,
        };
        let ended = pipeline::run(parts, stop).await;
        looking.abort();
        agreeing.abort();
        beating.abort();
        ended?;
        tracing::info!("stopped");
        Ok(())
    }
}

fn names_of(outputs: &[Sending]) -> Vec<String> {
    outputs.iter().map(|(output, _)| output.name().to_owned()).collect()
}

/// The built-in names and those of the user's list.
pub(super) fn names(config: &Config) -> anyhow::Result<Arc<Gazetteer>> {
    let Some(path) = &config.reading.actors_file else { return Ok(Gazetteer::builtin()) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read `reading.actors_file` {}", path.display()))?;
    let additions =
        actors::additions(&text).map_err(anyhow::Error::msg).with_context(|| path.display().to_string())?;
    Ok(Arc::new(Gazetteer::with(&additions)))
}

/// What signs alerts, if the config has a key.
pub(super) fn signer(config: &Config) -> anyhow::Result<Option<Arc<Signer>>> {
    let signer = config.proof.signer().map_err(|words| anyhow::anyhow!("`proof.key` {words}"))?;
    Ok(signer.map(Arc::new))
}

/// Takes the port of the config, if it names one.
fn server(config: &Config, context: api::Context) -> anyhow::Result<Option<api::Server>> {
    if !config.http.enabled {
        return Ok(None);
    }
    api::Server::bind(&config.http, context).map(Some).map_err(anyhow::Error::msg)
}

/// A database server may come up later than this daemon: it is waited for, within bounds.
async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let mut waited = Duration::ZERO;
    loop {
        match store::open(&config.store, Access::Daemon).await {
            Err(StoreError::Unavailable(reason)) if waited < STORE_PATIENCE => {
                tracing::warn!(%reason, "the store is not there yet: trying again");
                tokio::time::sleep(STORE_RETRY_WAIT).await;
                waited += STORE_RETRY_WAIT;
            }
            opened => return opened.context("cannot open the store"),
        }
    }
}

/// What the config lets the ledger hold.
pub(super) fn ledger_limits(config: &Config) -> ledger::Limits {
    let quiet_after = SignedDuration::try_from(config.stories.quiet_time).unwrap_or(SignedDuration::MAX);
    let loaded_stories = config.stories.in_memory_max;
    ledger::Limits {
        loaded_stories,
        loaded_claims: loaded_stories.saturating_mul(CLAIMS_A_STORY),
        open_claims: loaded_stories.saturating_mul(OPEN_CLAIMS_A_STORY),
        awake_facts: loaded_stories.saturating_mul(AWAKE_FACTS_A_STORY),
        quiet_after,
        ..ledger::Limits::default()
    }
}

fn limits(config: &Config, names: &Arc<Gazetteer>) -> pipeline::Limits {
    pipeline::Limits {
        queue_items: config.limits.items_waiting_max,
        // One article per core is read while the next ones wait their turn; more would only use memory.
        readers: std::thread::available_parallelism().map_or(2, usize::from) * 2,
        batch_items: config.limits.batch_items_max,
        store_retry_wait_max: Duration::from_secs(5),
        shutdown_grace: config.shutdown.grace,
        quiet_after: ledger_limits(config).quiet_after,
        retention: config.retention.policy(),
        keep_dead_letters: SignedDuration::try_from(config.dead_letters.keep).unwrap_or(SignedDuration::MAX),
        read: crate::read::ReadConfig { article_bytes_max: config.limits.article_bytes_max },
        names: Arc::clone(names),
    }
}

/// Cancels `stop` at the first SIGTERM or SIGINT; at the second the daemon ends at once, which loses nothing but time.
async fn stop_on_signal(mut signals: Signals, stop: CancellationToken) {
    let name = signals.next().await;
    tracing::info!(signal = name, "stopping: finishing what was begun");
    stop.cancel();
    let name = signals.next().await;
    tracing::warn!(signal = name, "ending at once; unfinished work is taken up at the next start");
    #[expect(clippy::exit, reason = "the operator asked twice")]
    std::process::exit(130);
}

/// Reads the config again at every SIGHUP. What comes of it stands in the log.
async fn reload_on_signal(mut hangup: Signal, reload: Arc<Reload>) {
    while hangup.recv().await.is_some() {
        drop(reload.reload().await);
    }
}

/// The signals that stop a daemon.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Hears them from now on.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("signals cannot be heard");
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Waits for the next one and names it.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
