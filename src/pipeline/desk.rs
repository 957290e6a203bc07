//! The desk, where articles meet what is known. Comes in: what was read, in batches. Goes out: commits, one after the
//! other, and after each the verdicts for the inputs and the wake-up of the outputs. While one commit is written the next
//! batch is thought through on top of it, where the store is this daemon's alone. Never lets two commits be written at
//! the same time, and thinks anew what was built on a commit that could not be made as it was planned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use jiff::Timestamp;
use tokio::sync::{Notify, broadcast};
use tokio_util::task::AbortOnDropHandle;

use super::patience::Patience;
use super::reading::{self, ItemRest, ReadArticle, ReadItem};
use super::restoring::{self, open_stories};
use super::withdrawal;
use super::{Event, Limits, PipelineError};
use crate::clock::SharedClock;
use crate::inputs::Checkpoint;
use crate::ledger::{Ledger, Outcome};
use crate::model::{ArticleId, Status};
use crate::notify::Routing;
use crate::notify::correction;
use crate::notify::demand_clock::{self, Clocks};
use crate::notify::watch::Intake;
use crate::store::{Commit, FailedItem, Store, StoreError};
use crate::telemetry::health::Health;
use crate::telemetry::metrics::{ArticleOutcome, Metrics};

/// The single place where articles meet what is known: it alone changes the ledger, so that the order of the articles
/// of a story is the order of their commits.
pub(super) struct Desk {
    pub(super) store: Arc<dyn Store>,
    pub(super) ledger: Ledger,
    pub(super) clock: SharedClock,
    pub(super) routing: Routing,
    pub(super) events: broadcast::Sender<Event>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) intake: Arc<Intake>,
    pub(super) health: Arc<Health>,
    /// Tells the outputs that there is something to tell.
    pub(super) wake: Arc<Notify>,
    pub(super) limits: Limits,
    /// How far the merges and splits of editors are known.
    pub(super) regroupings: i64,
    pub(super) ahead: Ahead,
}

/// Whether the desk may think ahead of a commit, and of which one it does.
#[derive(Default)]
pub(super) struct Ahead {
    /// Nobody else plans or commits, as far as the last turn has shown.
    alone: bool,
    /// Counts how often what is known was read anew.
    revised: u64,
    under_way: Option<UnderWay>,
}

/// A commit that is being written.
pub(super) struct UnderWay {
    batch: Vec<ReadItem>,
    plan: Arc<Plan>,
    patience: Patience,
    writing: Writing,
}

/// The first try to write a commit: who waits for it a second time is told the same.
type Writing = Shared<BoxFuture<'static, Result<(), StoreError>>>;

/// Writes on a thread of its own, where the rows are made while the desk thinks on. Broken off when nobody waits any more.
fn write(store: &Arc<dyn Store>, plan: &Arc<Plan>) -> Writing {
    let (store, plan) = (Arc::clone(store), Arc::clone(plan));
    let task = AbortOnDropHandle::new(tokio::spawn(async move { store.commit(&plan.commit).await }));
    let panicked = |error| StoreError::Broken(format!("a commit stopped unexpectedly: {error}"));
    task.map(move |written| written.unwrap_or_else(|error| Err(panicked(error)))).boxed().shared()
}

impl Desk {
    /// Thinks a batch through and begins to write it, once the commit before is made.
    pub(super) async fn take(&mut self, batch: Vec<ReadItem>) -> Result<(), PipelineError> {
        if !self.ahead.alone {
            self.finish().await?;
        }
        let revised = self.ahead.revised;
        let mut planned = self.plan(&batch).await;
        self.finish().await?;
        if self.ahead.revised != revised {
            // It rested on stories that have been read anew meanwhile.
            planned = self.plan(&batch).await;
        }
        let mut patience = Patience::new(self.limits.store_retry_wait_max, self.health.clone());
        let plan = Arc::new(self.plan_until_answered(&batch, planned, &mut patience).await?);
        let writing = write(&self.store, &plan);
        self.ahead.under_way = Some(UnderWay { batch, plan, patience, writing });
        Ok(())
    }

    /// Waits until the commit under way has been tried; for ever when there is none.
    pub(super) async fn written(&self) {
        match &self.ahead.under_way {
            Some(under_way) => drop(under_way.writing.clone().await),
            None => std::future::pending().await,
        }
    }

    /// Sees to it that the commit under way is made, and settles its receipts.
    pub(super) async fn finish(&mut self) -> Result<(), PipelineError> {
        let Some(UnderWay { batch, mut plan, mut patience, writing }) = self.ahead.under_way.take() else {
            return Ok(());
        };
        let mut written = writing.await;
        loop {
            match self.persist(&mut plan, written, &mut patience).await {
                Ok(()) => break,
                Err(error) => {
                    plan = Arc::new(self.plan_until_answered(&batch, Err(error), &mut patience).await?);
                    written = self.store.commit(&plan.commit).await;
                }
            }
        }
        patience.done();
        self.count(&plan);
        if plan.commit.outcomes.iter().any(|outcome| outcome.message.is_some()) {
            self.wake.notify_one();
        }
        if self.events.receiver_count() > 0 {
            // They may have left meanwhile.
            plan.events.iter().for_each(|event| drop(self.events.send(event.clone())));
        }
        for read in batch {
            let verdict = reading::verdict(&read.failed);
            read.item.receipt.settle(verdict).await;
        }
        Ok(())
    }

    /// Tries a commit that was tried once until the store takes it. A refused one changed nothing, so the same one is tried
    /// again; only when another instance changed something meanwhile does the batch have to be thought through anew.
    async fn persist(
        &self,
        plan: &mut Arc<Plan>,
        mut written: Result<(), StoreError>,
        patience: &mut Patience,
    ) -> Result<(), StoreError> {
        loop {
            match written {
                Ok(()) => return Ok(()),
                Err(StoreError::Unavailable(reason)) => patience.wait(&reason).await,
                Err(error) => return Err(error),
            }
            let turn = self.store.take_turn().await?;
            if !turn.moved.is_empty() {
                return Err(StoreError::StoryMoved(turn.moved.into_iter().map(|story| story.id).collect()));
            }
            // Whoever tried to write it has let go of it.
            if let Some(plan) = Arc::get_mut(plan) {
                plan.commit.turn = turn.number;
            }
            written = self.store.commit(&plan.commit).await;
        }
    }

    /// Thinks a batch through again and again until the store answers all that is asked of it.
    async fn plan_until_answered(
        &mut self,
        batch: &[ReadItem],
        mut planned: Result<Plan, StoreError>,
        patience: &mut Patience,
    ) -> Result<Plan, PipelineError> {
        loop {
            match planned {
                Ok(plan) => return Ok(plan),
                Err(error) => self.start_over(error, patience).await?,
            }
            planned = self.plan(batch).await;
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
            match open_stories(self.store.as_ref(), self.limits.quiet_after, self.ledger.room()).await {
                Ok(stories) => {
                    self.ledger.clear();
                    self.ledger.restore(stories);
                    self.ahead.revised += 1;
                    return Ok(());
                }
                Err(next) => error = next,
            }
        }
    }

    /// Reads the open stories again when an editor merged or split some, so that what comes now goes to the right one.
    async fn heed_regroupings(&mut self) -> Result<(), StoreError> {
        if self.store.regroupings().await? != self.regroupings {
            self.stored().await?;
            let (regroupings, stories) =
                restoring::current(self.store.as_ref(), self.limits.quiet_after, self.ledger.room()).await?;
            self.ledger.clear();
            self.ledger.restore(stories);
            self.regroupings = regroupings;
        }
        Ok(())
    }

    /// Thinks a batch through in order: what each article changes, what cannot be read, how far the inputs are.
    async fn plan(&mut self, batch: &[ReadItem]) -> Result<Plan, StoreError> {
        let turn = self.store.take_turn().await?;
        self.ahead.alone = turn.number == 0;
        self.ledger.restore(turn.moved);
        self.heed_regroupings().await?;
        self.ledger.shed();
        self.metrics.known(self.ledger.awake_facts(), self.ledger.claims_in_memory());
        let now = self.clock.now();
        let ids: Vec<ArticleId> =
            batch.iter().flat_map(|read| &read.articles).map(|read| read.article.id.clone()).collect();
        let mut known: BTreeSet<ArticleId> = self.store.known_articles(&ids).await?.into_iter().collect();
        known.extend(self.unwritten().map(|outcome| outcome.article.id.clone()));
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
            if message.alerts.iter().any(|alert| !alert.corrects.is_empty()) {
                self.stored().await?;
            }
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

    /// What the commit under way brings, which the store may not know yet.
    fn unwritten(&self) -> impl Iterator<Item = &Outcome> {
        self.ahead.under_way.iter().flat_map(|under_way| &under_way.plan.commit.outcomes)
    }

    /// Waits until the store answers as it will when the commit under way is made. Refused, that has to be seen to first.
    async fn stored(&self) -> Result<(), StoreError> {
        match &self.ahead.under_way {
            Some(under_way) => under_way.writing.clone().await,
            None => Ok(()),
        }
    }

    async fn article(
        &mut self,
        item: &ItemRest,
        ReadArticle { article, claims, traits }: &ReadArticle,
        plan: &mut Plan,
    ) -> Result<(), StoreError> {
        if article.status == Status::Withdrawn {
            self.stored().await?;
            let outcomes =
                withdrawal::outcomes(&mut self.ledger, self.store.as_ref(), article, plan.commit.at).await?;
            if !outcomes.is_empty() {
                outcomes.into_iter().for_each(|outcome| plan.committed(item, outcome));
                return Ok(());
            }
        }
        let assignment = self.ledger.assign_by(article, claims, Arc::clone(traits));
        if self.ledger.needs(&assignment, claims) {
            if self.unwritten().any(|outcome| outcome.story.id == assignment.story) {
                self.stored().await?;
            }
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
            message: outcome.message.clone().map(Arc::new),
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
