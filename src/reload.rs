//! The config, read again into a running daemon. Comes in: the wish for it (SIGHUP, or `POST /-/reload`). Goes out: new
//! routes, and outputs of their new settings in the place of the old ones; or why everything stays as it was. All or
//! nothing; nothing is sent again and nothing in flight is cut: an output that changes ends what it has begun first.
//! What cannot change while the daemon runs is named and waits for the next start.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use crate::config::{Config, Fingerprints};
use crate::notify::dispatcher::Replacement;
use crate::notify::sentry::{Duty, SharedDuty};
use crate::notify::{Router, Routing};
use crate::outputs::{self, Output};
use crate::telemetry::metrics::Metrics;

/// Reads the config anew, from wherever it came at the start.
pub type Load = Box<dyn Fn() -> anyhow::Result<Config> + Send + Sync>;

/// What a reload did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Outputs that are new, gone, or have new settings.
    pub outputs: Vec<String>,
    /// Sections that changed and take effect at the next start only.
    pub at_next_start: Vec<String>,
}

/// Reloads one daemon.
pub struct Reload {
    load: Load,
    context: outputs::Context,
    routing: Routing,
    duty: SharedDuty,
    replace: mpsc::Sender<Replacement>,
    metrics: Arc<Metrics>,
    /// Of the config in use; held while a reload is under way, so that two do not mix.
    current: Mutex<Fingerprints>,
}

impl Reload {
    /// A reload of the daemon that was started with `config`.
    pub fn new(
        load: Load,
        config: &Config,
        context: outputs::Context,
        routing: Routing,
        duty: SharedDuty,
        replace: mpsc::Sender<Replacement>,
        metrics: Arc<Metrics>,
    ) -> Self {
        metrics.config_read(true, context.clock.now());
        let current = Mutex::new(config.fingerprints.clone());
        Self { load, context, routing, duty, replace, metrics, current }
    }

    /// Reads the config and takes it over.
    ///
    /// # Errors
    /// Every mistake of the config, for people; then the old one stays in use as a whole.
    pub async fn reload(&self) -> Result<Reloaded, String> {
        let mut current = self.current.lock().await;
        let taken = self.take_over(&current).await;
        self.metrics.config_read(taken.is_ok(), self.context.clock.now());
        match taken {
            Ok((reloaded, fingerprints)) => {
                *current = fingerprints;
                tracing::info!(outputs = ?reloaded.outputs, "the config was read again");
                if !reloaded.at_next_start.is_empty() {
                    tracing::warn!(sections = ?reloaded.at_next_start, "these changes take effect at the next start");
                }
                Ok(reloaded)
            }
            Err(reason) => {
                tracing::error!(%reason, "the config was not read again; the old one stays in use");
                Err(reason)
            }
        }
    }

    async fn take_over(&self, current: &Fingerprints) -> Result<(Reloaded, Fingerprints), String> {
        let config = (self.load)().map_err(|error| format!("{error:#}"))?;
        let new = config.fingerprints.clone();
        let changed = new.changed_outputs(current);
        let mut replacements: Vec<Replacement> = Vec::with_capacity(changed.len());
        for name in &changed {
            let sending = match config.outputs.get(name) {
                Some(settings) => {
                    let output = outputs::build(name, &settings.output, &self.context)
                        .map_err(|error| error.to_string())?;
                    let output: Arc<dyn Output> = Arc::from(output);
                    Some((output, settings.retry.clone()))
                }
                None => None,
            };
            replacements.push((name.clone(), sending));
        }
        let mut sending = self.duty.current().outputs.clone();
        for (name, new) in &replacements {
            match new {
                Some(new) => drop(sending.insert(name.clone(), new.clone())),
                None => drop(sending.remove(name)),
            }
        }
        // From here on nothing can fail.
        for replacement in replacements {
            if self.replace.send(replacement).await.is_err() {
                return Err("the daemon is stopping".to_owned());
            }
        }
        let names: Vec<String> = config.outputs.keys().cloned().collect();
        self.routing.replace(Router::new(&config.routing, &names));
        self.duty.replace(Duty { config: config.self_alerts, outputs: sending });
        let at_next_start = new.changed_sections(current);
        Ok((Reloaded { outputs: changed, at_next_start }, new))
    }
}
