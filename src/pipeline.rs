//! The only wiring. Comes in: inputs, outputs, a store, a ledger and a clock. Goes out: committed outcomes and woken
//! deliveries. Every channel of the flow is made here and every one is bounded. Nothing here reads English or speaks
//! SQL.
//!
//! ```text
//! inputs ──items──▶ read + extract (all cores, order kept) ──▶ ledger ──one commit──▶ store ──wake──▶ outputs
//!    ▲                                                            │
//!    └───────────────────────── verdicts ─────────────────────────┘
//! ```

mod desk;
mod housekeeping;
mod patience;
mod reading;
mod restoring;
mod withdrawal;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::SignedDuration;
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::desk::{Ahead, Desk};
use self::reading::ReadItem;
use crate::api::Server;
use crate::clock::SharedClock;
use crate::inputs::{Input, Item};
use crate::ledger::Ledger;
use crate::model::{ArticleId, Message, StoryId};
use crate::notify::watch::Intake;
use crate::notify::{Dispatcher, Routing};
use crate::read::ReadConfig;
use crate::store::retention::Policy;
use crate::store::{Store, StoreError};
use crate::telemetry::health::{Health, Phase};
use crate::telemetry::metrics::Metrics;
use crate::text::gazetteer::Gazetteer;

/// Items that are read one after the other on one core, when so many wait.
const READ_TOGETHER: usize = 16;

/// An item may be an archive of hundreds of articles: a commit takes no further item once it has so many times as many
/// articles as it may have items. What a commit changes is in memory several times over until it is written.
const ARTICLES_AN_ITEM: usize = 5;

/// Bounds of the flow.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Items read by inputs and not yet taken; beyond it inputs wait.
    pub queue_items: usize,
    /// Groups of items read and extracted at once, ahead of the ledger. With 0 they are read one by one on the task of the flow,
    /// and the same items always meet the same moment.
    pub readers: usize,
    /// Items of one commit: those that are read while the commit before is written; more wait for the next. Fewer when they
    /// have many articles each.
    pub batch_items: usize,
    /// Longest wait between two tries to write to a store that refuses.
    pub store_retry_wait_max: Duration,
    /// How long to finish what was begun once told to stop.
    pub shutdown_grace: Duration,
    /// A story without a report for so long, in the articles' own time, is closed.
    pub quiet_after: SignedDuration,
    /// Dead letters are kept for so long.
    pub keep_dead_letters: SignedDuration,
    /// How long closed stories keep what they are made of.
    pub retention: Policy,
    /// How articles are read.
    pub read: ReadConfig,
    /// The names that the reader knows.
    pub names: Arc<Gazetteer>,
}

/// What happened, for whoever looks on (the demo, later the live page). Lossy: a slow listener misses events.
#[derive(Debug, Clone)]
pub enum Event {
    /// An article is committed; how many claims it made, and what will be told.
    Committed {
        /// The article.
        article: ArticleId,
        /// Its story.
        story: StoryId,
        /// How many claims were read in it.
        claims: usize,
        /// What will be told, if anything.
        message: Option<Arc<Message>>,
    },
    /// The article was known already.
    Known {
        /// The article.
        article: ArticleId,
    },
    /// An editor gave reports to another story.
    Regrouped {
        /// The story that they left.
        left: StoryId,
        /// The story that they are in now.
        joined: StoryId,
    },
    /// An item could not be read.
    Failed {
        /// File name or record.
        label: String,
        /// Why.
        reason: String,
    },
}

/// Everything that the daemon is made of.
pub struct Parts {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// Where articles come from.
    pub inputs: Vec<Box<dyn Input>>,
    /// Delivers what the store holds for the outputs.
    pub dispatcher: Dispatcher,
    /// Which output is told what.
    pub routing: Routing,
    /// The middle.
    pub ledger: Ledger,
    /// The time.
    pub clock: SharedClock,
    /// Bounds.
    pub limits: Limits,
    /// Where events go.
    pub events: broadcast::Sender<Event>,
    /// What the stages report of themselves.
    pub metrics: Arc<Metrics>,
    /// What the inputs brought, for those who watch whether they fall silent.
    pub intake: Arc<Intake>,
    /// Whether articles are taken.
    pub health: Arc<Health>,
    /// Answers over HTTP until everything else has ended.
    pub server: Option<Server>,
}

/// Why the daemon ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The store needs an operator.
    #[error("the store cannot go on: {0}")]
    Store(#[from] StoreError),
    /// An input needs an operator.
    #[error("input `{name}` cannot go on: {reason}")]
    Input {
        /// Its name in the config.
        name: String,
        /// Why.
        reason: String,
    },
    /// A task of the flow panicked.
    #[error("a part of the flow stopped unexpectedly: {0}")]
    Panicked(#[from] tokio::task::JoinError),
}

/// Runs until `stop` is cancelled, then finishes what was begun within the grace period. Items that were not decided
/// by then are given back to their inputs, which offer them again at the next start.
pub async fn run(parts: Parts, stop: CancellationToken) -> Result<(), PipelineError> {
    let Parts {
        store,
        inputs,
        dispatcher,
        routing,
        mut ledger,
        clock,
        limits,
        events,
        metrics,
        intake,
        health,
        server,
    } = parts;
    let serving = server.map(Server::start);
    let open = restoring::at_start(store.as_ref(), &limits, ledger.room(), &health, &stop).await?;
    let Some((regroupings, open)) = open else { return Ok(()) };
    ledger.restore(open);
    let (items_in, items) = mpsc::channel::<Item>(limits.queue_items);
    watch_queue(&metrics, &items_in);

    let halt = stop.child_token();
    let mut input_tasks = start_inputs(inputs, items_in, &halt);

    let housekeeping =
        tokio::spawn(housekeeping::run(store.clone(), clock.clone(), limits.clone(), halt.clone()));
    let desk = Desk {
        store,
        ledger,
        clock,
        routing,
        events,
        metrics,
        intake,
        health: health.clone(),
        wake: dispatcher.waker(),
        limits: limits.clone(),
        regroupings,
        ahead: Ahead::default(),
    };
    // Deliveries stop after the last commit, so that what it made still has the grace period to go out.
    let delivered = CancellationToken::new();
    let dispatch_task = tokio::spawn(dispatcher.run(delivered.clone()));

    let mut flow = tokio::spawn(flow(desk, items, limits.clone(), halt.clone()));
    health.enter(Phase::Running);

    let mut failure = None;
    let flow_ended = loop {
        tokio::select! {
            biased;
            ended = &mut flow => break ended,
            Some(ended) = input_tasks.join_next() => {
                // One input that cannot go on ends the daemon: silence would look like a quiet day.
                if let Err(error) = ended? { failure = Some(error); halt.cancel(); }
            }
            () = overdue(&halt, limits.shutdown_grace) => {
                tracing::warn!("the flow did not finish within the grace period; the rest is taken up at the next start");
                flow.abort();
                break Ok(Ok(()));
            }
        }
    };
    health.enter(Phase::Stopping);
    halt.cancel();
    stopped(input_tasks, limits.shutdown_grace).await;
    housekeeping.abort();
    delivered.cancel();
    dispatch_task.await?;
    // Until now whoever asked was told that the daemon stops.
    if let Some(serving) = serving {
        serving.stop().await;
    }
    flow_ended??;
    failure.map_or(Ok(()), Err)
}

fn start_inputs(
    inputs: Vec<Box<dyn Input>>,
    items_in: mpsc::Sender<Item>,
    halt: &CancellationToken,
) -> JoinSet<Result<(), PipelineError>> {
    let mut tasks = JoinSet::new();
    for input in inputs {
        let (items_in, halt) = (items_in.clone(), halt.clone());
        tasks.spawn(async move {
            let name = input.name().to_owned();
            let ended = input.run(items_in, halt).await;
            ended.map_err(|error| PipelineError::Input { name, reason: format!("{error:#}") })
        });
    }
    tasks
}

/// Waits for the end of the inputs, for so long.
async fn stopped(mut tasks: JoinSet<Result<(), PipelineError>>, grace: Duration) {
    let inputs_end = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, inputs_end).await.is_err() {
        tracing::warn!("an input did not stop within the grace period");
    }
}

/// Shows how full the queue between the inputs and the readers is, without keeping it open.
fn watch_queue(metrics: &Metrics, items_in: &mpsc::Sender<Item>) {
    let queue = items_in.downgrade();
    metrics.watch_queue("items", move || {
        let queue = queue.upgrade()?;
        Some((queue.max_capacity() - queue.capacity(), queue.max_capacity()))
    });
}

async fn overdue(halt: &CancellationToken, grace: Duration) {
    halt.cancelled().await;
    tokio::time::sleep(grace).await;
}

/// Reads and extracts on all cores, keeping the order, and hands batches to the desk.
async fn flow(
    mut desk: Desk,
    items: mpsc::Receiver<Item>,
    limits: Limits,
    halt: CancellationToken,
) -> Result<(), PipelineError> {
    let (ready_in, mut ready) = mpsc::channel::<ReadItem>(limits.batch_items);
    let reading = tokio::spawn(read_ahead(items, limits.clone(), halt, ready_in));
    loop {
        // What has been read goes first: the commit under way is waited for in any case before the next one.
        tokio::select! {
            biased;
            first = ready.recv() => match first {
                Some(first) => desk.take(together(first, &mut ready, limits.batch_items)).await?,
                None => break,
            },
            () = desk.written() => desk.finish().await?,
        }
    }
    desk.finish().await?;
    reading.await?;
    Ok(())
}

/// What shares a commit with the first: what has been read by now, as far as it fits.
fn together(first: ReadItem, ready: &mut mpsc::Receiver<ReadItem>, items: usize) -> Vec<ReadItem> {
    let mut articles = first.articles.len();
    let mut batch = vec![first];
    while batch.len() < items
        && articles < items.saturating_mul(ARTICLES_AN_ITEM)
        && let Ok(next) = ready.try_recv()
    {
        articles += next.articles.len();
        batch.push(next);
    }
    batch
}

/// Reads and extracts what the inputs hand over, on all cores, and passes it on in the order in which it came. What waits
/// together is read together: a thread that is woken for each article spends as long on waking as on a short one.
async fn read_ahead(
    mut items: mpsc::Receiver<Item>,
    limits: Limits,
    halt: CancellationToken,
    ready: mpsc::Sender<ReadItem>,
) {
    let source = stream::poll_fn(move |context| {
        // Closing lets what the inputs handed over drain, and turns away what they would still send.
        if halt.is_cancelled() {
            items.close();
        }
        let mut some = Vec::new();
        let polled = items.poll_recv_many(context, &mut some, READ_TOGETHER);
        polled.map(|count| (count > 0).then_some(some))
    });
    let mut read = source
        .map(|items| {
            let (config, names) = (limits.read, limits.names.clone());
            let read_all = move || reading::read_items(items, &config, &names);
            let here = limits.readers == 0;
            async move { if here { Ok(read_all()) } else { tokio::task::spawn_blocking(read_all).await } }
        })
        .buffered(limits.readers.max(1));
    while let Some(items) = read.next().await {
        for item in items.unwrap_or_default() {
            if ready.send(item).await.is_err() {
                return;
            }
        }
    }
}
