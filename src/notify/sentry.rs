//! Tells what the watch finds, past the outbox: trouble with the store or the disk must not keep it from being told.
//! Comes in: the intake, the store, the outputs. Goes out: notices to outputs, tried again at every look until taken.
//! What is told follows from what is wrong now, so that nothing need be remembered over a restart.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::dispatcher::Sending;
use super::watch::{Intake, SelfAlertsConfig, Surroundings, Watch};
use crate::clock::SharedClock;
use crate::model::notice::Notice;
use crate::store::{Store, StoreError};

/// Notices that may wait for one output; beyond it the oldest are dropped, since newer ones say how things are.
const WAITING_MAX: usize = 100;

/// Whom to tell, and of what: replaced as a whole when the config is read again.
#[derive(Clone)]
pub struct Duty {
    /// What is unusual.
    pub config: SelfAlertsConfig,
    /// Every output, by name.
    pub outputs: BTreeMap<String, Sending>,
}

/// The duty in force.
#[derive(Clone)]
pub struct SharedDuty(Arc<RwLock<Arc<Duty>>>);

impl SharedDuty {
    /// Starts with this one.
    pub fn new(duty: Duty) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(duty))))
    }

    /// The one in force.
    pub fn current(&self) -> Arc<Duty> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on another is in force.
    pub fn replace(&self, duty: Duty) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(duty);
    }
}

/// What a sentry looks at.
pub struct Sentry {
    /// What the inputs brought.
    pub intake: Arc<Intake>,
    /// What waits.
    pub store: Arc<dyn Store>,
    /// Where the store lies, if on a disk of this machine.
    pub path: Option<PathBuf>,
    /// Whom to tell.
    pub duty: SharedDuty,
    /// The time.
    pub clock: SharedClock,
}

impl Sentry {
    /// Looks until it is stopped.
    pub async fn run(self, stop: CancellationToken) {
        let mut watch = Watch::default();
        let mut waiting: BTreeMap<String, VecDeque<Notice>> = BTreeMap::new();
        loop {
            let duty = self.duty.current();
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(duty.config.check_interval) => {}
            }
            let duty = self.duty.current();
            if !duty.config.enabled {
                continue;
            }
            let around = self.surroundings(duty.config.check_interval).await;
            for notice in watch.look(&duty.config, &self.intake, &around, self.clock.now()) {
                tracing::warn!(notice = notice.id, resolved = notice.resolved, "{}", notice.text);
                for name in duty.outputs.keys().filter(|name| duty.tells(name)) {
                    let queue = waiting.entry(name.clone()).or_default();
                    queue.push_back(notice.clone());
                    if queue.len() > WAITING_MAX {
                        queue.pop_front();
                    }
                }
            }
            waiting.retain(|name, queue| duty.outputs.contains_key(name) && !queue.is_empty());
            let telling = waiting
                .iter_mut()
                .filter_map(|(name, queue)| duty.outputs.get(name).map(|sending| tell(sending, queue)));
            tokio::select! {
                () = stop.cancelled() => return,
                _all = futures_util::future::join_all(telling) => {}
            }
        }
    }

    async fn surroundings(&self, limit: Duration) -> Surroundings {
        // A store that does not answer is seen by its outbox growing old, once it does again.
        let asked = async {
            Ok::<_, StoreError>((self.store.metrics().await?, self.store.disabled_outputs().await?))
        };
        let (outboxes, disabled) = match tokio::time::timeout(limit, asked).await {
            Ok(Ok((metrics, disabled))) => (metrics.outboxes, disabled),
            Ok(Err(_)) | Err(_) => Default::default(),
        };
        Surroundings { outboxes, disabled, disk: self.path.as_deref().and_then(disk) }
    }
}

impl Duty {
    fn tells(&self, output: &str) -> bool {
        self.config.outputs.as_ref().is_none_or(|outputs| outputs.iter().any(|name| name == output))
    }
}

/// Tells what waits for one output, in order, until it fails once.
async fn tell((output, retry): &Sending, waiting: &mut VecDeque<Notice>) {
    while let Some(notice) = waiting.front() {
        match tokio::time::timeout(retry.attempt_timeout, output.tell(notice)).await {
            Ok(Ok(())) => drop(waiting.pop_front()),
            Ok(Err(error)) => {
                tracing::warn!(output = output.name(), %error, "a notice was not taken and will be tried again");
                return;
            }
            Err(_) => {
                tracing::warn!(output = output.name(), "a notice was not answered and will be tried again");
                return;
            }
        }
    }
}

/// Free and all bytes of the disk that a file lies on.
fn disk(path: &Path) -> Option<(String, u64, u64)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Some((path.display().to_string(), bytes(found.f_bavail), bytes(found.f_blocks)))
}
