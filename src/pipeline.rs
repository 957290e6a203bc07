//! The only wiring. Comes in: inputs, outputs, a store, a ledger and a clock. Goes out: committed outcomes and woken
//! deliveries. Every channel of the flow is made here and every one is bounded. Nothing here reads English or speaks
//! SQL.
//!
//! ```text
//! inputs ──items──▶ read + extract (all cores, order kept) ──▶ ledger ──one commit──▶ store ──wake──▶ outputs
//!    ▲                                                            │
//!    └───────────────────────── verdicts ─────────────────────────┘
//! ```

mod housekeeping;
mod patience;
mod reading;
mod restoring;
mod withdrawal;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::patience::Patience;
use self::reading::{ItemRest, ReadArticle, ReadItem, read_item};
use self::restoring::open_stories;
use crate::api::Server;
use crate::clock::SharedClock;
use crate::inputs::{Checkpoint, Input, Item};
use crate::ledger::{Ledger, Outcome};
use crate::model::{ArticleId, Message, Status, StoryId};
use crate::notify::correction;
use crate::notify::demand_clock::{self, Clocks};
use crate::notify::watch::Intake;
use crate::notify::{Dispatcher, Routing};
use crate::read::ReadConfig;
use crate::store::retention::Policy;
use crate::store::{Commit, FailedItem, Store, StoreError};
use crate::telemetry::health::{Health, Phase};
use crate::telemetry::metrics::{ArticleOutcome, Metrics};
use crate::text::gazetteer::Gazetteer;

/// Bounds of the flow.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Items read by inputs and not yet taken; beyond it inputs wait.
    pub queue_items: usize,
    /// Items read and extracted at once, ahead of the ledger. With 0 they are read one by one on the task of the flow,
    /// and the same items always meet the same moment.
    pub readers: usize,
    /// Items of one commit: those that are read while the commit before is written; more wait for the next.
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
        message: Option<Box<Message>>,
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
    let wake = dispatcher.waker();
    // Deliveries stop after the last commit, so that what it made still has the grace period to go out.
    let delivered = CancellationToken::new();
    let dispatch_task = tokio::spawn(dispatcher.run(delivered.clone()));

    let desk = Desk {
        store,
        ledger,
        clock,
        routing,
        events,
        metrics,
        intake,
        health: health.clone(),
        retry_wait_max: limits.store_retry_wait_max,
        quiet_after: limits.quiet_after,
        regroupings,
    };
    let mut flow = tokio::spawn(flow(desk, items, limits.clone(), halt.clone(), wake));
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
    mut items: mpsc::Receiver<Item>,
    limits: Limits,
    halt: CancellationToken,
    wake: Arc<tokio::sync::Notify>,
) -> Result<(), PipelineError> {
    let (read_config, names) = (limits.read, limits.names.clone());
    let (ready_in, mut ready) = mpsc::channel::<ReadItem>(limits.batch_items);
    let reading = tokio::spawn(async move {
        let source = stream::poll_fn(move |context| {
            // Closing lets what the inputs handed over drain, and turns away what they would still send.
            if halt.is_cancelled() {
                items.close();
            }
            items.poll_recv(context)
        });
        let mut read = source
            .map(|item| {
                let (config, names) = (read_config, names.clone());
                let here = limits.readers == 0;
                async move {
                    if here {
                        return Ok(read_item(item, &config, &names));
                    }
                    tokio::task::spawn_blocking(move || read_item(item, &config, &names)).await
                }
            })
            .buffered(limits.readers.max(1));
        while let Some(item) = read.next().await {
            let Ok(item) = item else { continue };
            if ready_in.send(item).await.is_err() {
                break;
            }
        }
    });
    let mut batch = Vec::with_capacity(limits.batch_items);
    while ready.recv_many(&mut batch, limits.batch_items).await > 0 {
        if desk.take(std::mem::take(&mut batch)).await? {
            wake.notify_one();
        }
    }
    reading.await?;
    Ok(())
}

/// The single place where articles meet what is known: it alone changes the ledger, so that the order of the articles
/// of a story is the order of their commits.
struct Desk {
    store: Arc<dyn Store>,
    ledger: Ledger,
    clock: SharedClock,
    routing: Routing,
    events: broadcast::Sender<Event>,
    metrics: Arc<Metrics>,
    intake: Arc<Intake>,
    health: Arc<Health>,
    retry_wait_max: Duration,
    quiet_after: SignedDuration,
    /// How far the merges and splits of editors are known.
    regroupings: i64,
}

impl Desk {
    /// Commits a batch and settles its receipts, trying until the store takes it. True when there is something to tell.
    async fn take(&mut self, batch: Vec<ReadItem>) -> Result<bool, PipelineError> {
        let mut patience = Patience::new(self.retry_wait_max, self.health.clone());
        let plan = loop {
            let plan = match self.plan(&batch).await {
                Ok(plan) => plan,
                Err(error) => {
                    self.start_over(error, &mut patience).await?;
                    continue;
                }
            };
            match self.commit(plan, &mut patience).await {
                Ok(plan) => break plan,
                Err(error) => self.start_over(error, &mut patience).await?,
            }
        };
        patience.done();
        self.count(&plan);
        for event in plan.events {
            // Nobody need listen.
            drop(self.events.send(event));
        }
        for read in batch {
            let verdict = reading::verdict(&read.failed);
            read.item.receipt.settle(verdict).await;
        }
        Ok(plan.commit.outcomes.iter().any(|outcome| outcome.message.is_some()))
    }

    /// Tries a commit until the store takes it. A refused one changed nothing, so the same one is tried again; only when
    /// another instance changed something meanwhile does the batch have to be thought through anew.
    async fn commit(&mut self, mut plan: Plan, patience: &mut Patience) -> Result<Plan, StoreError> {
        loop {
            match self.store.commit(&plan.commit).await {
                Ok(()) => return Ok(plan),
                Err(StoreError::Unavailable(reason)) => patience.wait(&reason).await,
                Err(error) => return Err(error),
            }
            let turn = self.store.take_turn().await?;
            if !turn.moved.is_empty() {
                return Err(StoreError::StoryMoved(turn.moved.into_iter().map(|story| story.id).collect()));
            }
            plan.commit.turn = turn.number;
        }
    }

    /// Counts what a commit holds, once it is made.
    fn count(&self, plan: &Plan) {
        for (input, outcome) in &plan.articles {
            self.intake.saw(input, *outcome == ArticleOutcome::Failed, plan.commit.at);
            self.metrics.article(input, *outcome, plan.commit.at);
        }
        for outcome in &plan.commit.outcomes {
            outcome.claims.iter().for_each(|(key, _)| self.metrics.claim(key));
            let alerts = outcome.message.iter().flat_map(|message| &message.alerts);
            alerts.for_each(|alert| self.metrics.alert(&alert.fact, alert.change));
        }
    }

    /// Forgets what was not committed and reads the open stories again.
    async fn start_over(&mut self, error: StoreError, patience: &mut Patience) -> Result<(), PipelineError> {
        let mut error = error;
        loop {
            match error {
                StoreError::Broken(_) => return Err(PipelineError::Store(error)),
                StoreError::Unavailable(reason) => patience.wait(&reason).await,
                StoreError::Refused(reason) => patience.wait(&reason).await,
                StoreError::StoryMoved(stories) => {
                    tracing::info!(?stories, "another instance moved these stories");
                }
                // A commit whose answer was lost had arrived after all, or another instance was faster.
                StoreError::ArticlesKnown(articles) => tracing::info!(?articles, "committed meanwhile"),
            }
            match open_stories(self.store.as_ref(), self.quiet_after, self.ledger.room()).await {
                Ok(stories) => {
                    self.ledger.clear();
                    self.ledger.restore(stories);
                    return Ok(());
                }
                Err(next) => error = next,
            }
        }
    }

    /// Reads the open stories again when an editor merged or split some, so that what comes now goes to the right one.
    async fn heed_regroupings(&mut self) -> Result<(), StoreError> {
        if self.store.regroupings().await? != self.regroupings {
            let (regroupings, stories) =
                restoring::current(self.store.as_ref(), self.quiet_after, self.ledger.room()).await?;
            self.ledger.clear();
            self.ledger.restore(stories);
            self.regroupings = regroupings;
        }
        Ok(())
    }

    /// Thinks a batch through in order: what each article changes, what cannot be read, how far the inputs are.
    async fn plan(&mut self, batch: &[ReadItem]) -> Result<Plan, StoreError> {
        let turn = self.store.take_turn().await?;
        self.ledger.restore(turn.moved);
        self.heed_regroupings().await?;
        let now = self.clock.now();
        let ids: Vec<ArticleId> =
            batch.iter().flat_map(|read| &read.articles).map(|read| read.article.id.clone()).collect();
        let mut known: BTreeSet<ArticleId> = self.store.known_articles(&ids).await?.into_iter().collect();
        let mut plan = Plan {
            commit: Commit { at: now, turn: turn.number, ..Commit::default() },
            events: Vec::new(),
            articles: Vec::new(),
        };
        let mut checkpoints: BTreeMap<(String, String), i64> = BTreeMap::new();
        for read in batch {
            for one in &read.articles {
                let article = &one.article;
                if known.insert(article.id.clone()) {
                    self.article(&read.item, one, &mut plan).await?;
                } else {
                    plan.saw(&read.item, ArticleOutcome::Known);
                    tracing::debug!(
                        input = %read.item.input, label = %read.item.label, article = %article.id, outcome = "known",
                        "article"
                    );
                    plan.events.push(Event::Known { article: article.id.clone() });
                }
            }
            plan.failures(read, now);
            plan.commit.retried.extend(read.item.retried);
            if let Some(Checkpoint { input, part, next }) = read.item.checkpoint.clone() {
                let furthest = checkpoints.entry((input, part)).or_insert(next);
                *furthest = next.max(*furthest);
            }
        }
        let (router, mutes) = (self.routing.router(), self.store.mutes(now).await?);
        for message in plan.commit.outcomes.iter().filter_map(|outcome| outcome.message.as_ref()) {
            let earlier = &plan.commit.parcels;
            let parcels =
                correction::parcels(self.store.as_ref(), &router, message, earlier, &mutes, now).await?;
            plan.commit.parcels.extend(parcels);
        }
        let outcomes = plan.commit.outcomes.iter();
        let clocks: Vec<_> = outcomes.map(|outcome| demand_clock::clocks(outcome, &router, now)).collect();
        for Clocks { held, dropped } in clocks {
            plan.commit.stop_and_hold(dropped, held);
        }
        plan.commit.checkpoints =
            checkpoints.into_iter().map(|((input, part), next)| Checkpoint { input, part, next }).collect();
        Ok(plan)
    }

    async fn article(
        &mut self,
        item: &ItemRest,
        ReadArticle { article, claims, traits }: &ReadArticle,
        plan: &mut Plan,
    ) -> Result<(), StoreError> {
        if article.status == Status::Withdrawn {
            let outcomes =
                withdrawal::outcomes(&mut self.ledger, self.store.as_ref(), article, plan.commit.at).await?;
            if !outcomes.is_empty() {
                outcomes.into_iter().for_each(|outcome| plan.committed(item, outcome));
                return Ok(());
            }
        }
        let assignment = self.ledger.assign_by(article, claims, Arc::clone(traits));
        if self.ledger.needs(&assignment, claims) {
            let facts = self.store.facts(&assignment.story).await?;
            self.ledger.load(&assignment.story, facts);
        }
        let outcome = self.ledger.apply(article.clone(), claims.clone(), assignment, plan.commit.at);
        plan.committed(item, outcome);
        Ok(())
    }
}

/// One batch thought through: what to commit, and what to say once it is.
struct Plan {
    commit: Commit,
    events: Vec<Event>,
    /// What became of each article, with the name of its input.
    articles: Vec<(String, ArticleOutcome)>,
}

impl Plan {
    /// Takes an outcome into the commit.
    fn committed(&mut self, item: &ItemRest, mut outcome: Outcome) {
        if let Some(message) = &mut outcome.message {
            message.trace_parent.clone_from(&item.trace_parent);
        }
        self.saw(item, ArticleOutcome::Committed);
        tracing::debug!(
            input = %item.input,
            label = %item.label,
            article = %outcome.article.id,
            outcome = "committed",
            story = %outcome.story.id,
            claims = outcome.claims.len(),
            alerts = outcome.message.as_ref().map_or(0, |message| message.alerts.len()),
            "article"
        );
        self.events.push(Event::Committed {
            article: outcome.article.id.clone(),
            story: outcome.story.id.clone(),
            claims: outcome.claims.len(),
            message: outcome.message.clone().map(Box::new),
        });
        self.commit.outcomes.push(outcome);
    }

    fn saw(&mut self, item: &ItemRest, outcome: ArticleOutcome) {
        self.articles.push((item.input.clone(), outcome));
    }

    fn failures(&mut self, read: &ReadItem, now: Timestamp) {
        for failed in &read.failed {
            let (input, label, reason) = (&read.item.input, &read.item.label, &failed.reason);
            tracing::warn!(%input, %label, %reason, outcome = "failed", "article set aside as a dead letter");
            self.articles.push((input.clone(), ArticleOutcome::Failed));
            self.events.push(Event::Failed { label: label.clone(), reason: reason.clone() });
            self.commit.failed.push(FailedItem {
                input: input.clone(),
                label: label.clone(),
                form: read.item.form.clone(),
                reason: reason.clone(),
                failed_at: now,
                bytes: failed.bytes.clone(),
                retry_at: failed.retry_at,
            });
        }
    }
}
