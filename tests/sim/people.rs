//! The people around the daemon. Comes in: what happens in the world. Goes out: what they do about it, through the same
//! store that fails: an operator tries dead letters again or discards them and has the config read again in the middle of
//! everything; between the two halves of a world an editor corrects a figure, or somebody mutes a story. What they do
//! depends on the world alone, never on the weather.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use newsdelta::clock::Clock;
use newsdelta::config::RetryConfig;
use newsdelta::editing::{self, Edit, EditError, Editor};
use newsdelta::ledger::edit::Stated;
use newsdelta::model::{Action, AuditEntry, Bound, Effect, FactKey, Mute, Muted, Via};
use newsdelta::notify::dispatcher::Replacement;
use newsdelta::notify::{Router, Routing};
use newsdelta::outputs::Output;
use newsdelta::store::{DeadLetter, Letter, Store, StoreError};
use tokio::sync::mpsc;

use crate::desk::DESK;
use crate::faulty_store::{FaultyStore, at_once};
use crate::life::{Outside, RECEIVERS, routes};
use crate::receiver::{Receiver, is_discarded};
use crate::sim::Sim;

/// What somebody does once the first half of a world is told.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// An editor states the toll of the story of this article.
    Correct(String, u64),
    /// Nothing new of the story of this article is told any more.
    Mute(String),
}

impl Act {
    /// The first article of the story that it is about.
    pub(crate) fn article(&self) -> &str {
        match self {
            Self::Correct(article, _) | Self::Mute(article) => article,
        }
    }
}

/// How many people look at dead letters at once.
const LETTERS: usize = 16;

/// Those of one life.
pub(crate) struct People {
    pub(crate) sim: Arc<Sim>,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) routing: Routing,
    pub(crate) has_desk: bool,
    pub(crate) replace: mpsc::Sender<Replacement>,
    pub(crate) receivers: Vec<Arc<Receiver>>,
    pub(crate) retry: RetryConfig,
}

impl People {
    /// Go about their business until the life ends.
    pub(crate) async fn live(self, outside: Arc<Outside>) {
        loop {
            let pause = self.sim.draw(|random| random.u64(1_000..9_000));
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.see_to_dead_letters().await;
            if self.sim.strikes(|weather| weather.reloads) {
                self.reload().await;
            }
            if outside.waits_for_acts() && self.store.is_told() {
                self.act(&outside).await;
            }
        }
    }

    /// What was read in vain is read once more or discarded; what was refused is sent once more or discarded.
    async fn see_to_dead_letters(&self) {
        for DeadLetter { id, letter, .. } in self.store.letters(LETTERS) {
            let entry = |action| self.entry(action, &id);
            let again = match &letter {
                Letter::Item { item, retrying, .. } if *retrying || item.retry_at.is_some() => continue,
                Letter::Item { .. } => self.sim.draw(fastrand::Rng::bool),
                Letter::Delivery(delivery) => !is_discarded(&delivery.message.id),
            };
            let done = if again {
                self.store.retry_dead_letter(&id, &entry(Action::Retry)).await
            } else {
                self.store.discard_dead_letter(&id, &entry(Action::Discard)).await
            };
            self.sim.note("operator", &format_args!("{id}: again {again}, {done:?}"));
        }
    }

    fn entry(&self, action: Action, what: &str) -> AuditEntry {
        AuditEntry {
            at: self.sim.now(),
            editor: "Ada".to_owned(),
            via: Via::CommandLine,
            action,
            what: what.to_owned(),
            story: None,
            article: None,
            note: None,
        }
    }

    /// The routes are the same, and one output is another by its settings.
    async fn reload(&self) {
        let which = self.sim.draw(|random| random.usize(..RECEIVERS.len()));
        let output: Arc<dyn Output> = Arc::<Receiver>::clone(&self.receivers[which]);
        let wait_max = Duration::from_secs(self.sim.draw(|random| random.u64(5..30)));
        let retry = RetryConfig { wait_max, ..self.retry.clone() };
        self.sim.note("reload", &RECEIVERS[which]);
        if self.replace.send((RECEIVERS[which].to_owned(), Some((output, retry)))).await.is_ok() {
            self.routing.replace(router(self.has_desk));
        }
    }

    /// Everything that is to be done between the halves; what fails is done again.
    async fn act(&self, outside: &Outside) {
        for act in &outside.acts {
            self.sim.note("act", &format_args!("{act:?}"));
            while let Err(error) = self.one(act).await {
                self.sim.note("act", &format_args!("fails: {error}"));
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        outside.second_half();
    }

    async fn one(&self, act: &Act) -> Result<(), EditError> {
        let known = at_once(self.store.real().article(act.article())).unwrap().unwrap();
        // The same moment in every course, so that what is told bears the same ids.
        let at: Timestamp = "2031-05-06T19:59:00Z".parse().unwrap();
        match act {
            Act::Correct(_, toll) => {
                let stated = Stated::Figure { value: *toll, high: None, bound: Bound::Exact };
                let facts = at_once(self.store.real().facts(&known.story)).unwrap();
                let key = facts
                    .into_iter()
                    .map(|fact| fact.key)
                    .find(|key| matches!(key, FactKey::Casualties { effect: Effect::Killed, .. }));
                let edit = Edit::Correct(key.unwrap(), stated);
                let editor = Editor::new(Some("Ada"), None, Via::CommandLine).unwrap();
                let store: &dyn Store = self.store.as_ref();
                let routes = self.routing.router();
                match editing::carry_out(store, &routes, &known.story, &edit, &editor, at).await {
                    // The answer to the try before was lost.
                    Ok(_) | Err(EditError::Store(StoreError::ArticlesKnown(_))) => Ok(()),
                    Err(error) => Err(error),
                }
            }
            Act::Mute(_) => {
                let mute = Mute::of(Muted::Story { story: known.story }, Timestamp::MAX, at);
                Ok(self.store.mute(&mute, &self.entry(Action::Mute, "a story")).await?)
            }
        }
    }
}

/// Who is told what.
pub(crate) fn router(has_desk: bool) -> Router {
    let names = RECEIVERS.into_iter().chain(has_desk.then_some(DESK));
    Router::new(&routes(has_desk), &names.map(str::to_owned).collect::<Vec<_>>())
}
