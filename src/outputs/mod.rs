//! Where alerts go. An output makes one attempt and says whether another can help: it never retries, never queues and
//! never decides what is news.
//!
//! Adding an output: one file here, one variant in `config::OutputConfig`, one arm in `build`.

mod cloud_event;
pub mod file;
pub mod heartbeat;
pub(crate) mod http;
mod notes;
pub mod json;
#[cfg(feature = "kafka")]
pub mod kafka;
mod signed;
pub mod slack;
mod slack_blocks;
pub mod stdout;
mod trace;
pub mod webhook;
mod webhook_body;
pub mod wording;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod schema_tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::SharedClock;
use crate::config::OutputConfig;
use crate::model::Message;
use crate::model::notice::Notice;
use crate::proof::Signer;
use crate::store::Store;

use self::notes::Notes;

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Another attempt may succeed.
    #[error("{reason}")]
    Retry {
        /// The receiver's own wish (`Retry-After`).
        after: Option<Duration>,
        /// For people, without secrets.
        reason: String,
    },
    /// The receiver wants no more messages at all: the output is disabled until somebody enables it.
    #[error("{reason}")]
    Gone {
        /// For people, without secrets.
        reason: String,
    },
    /// No further attempt can succeed.
    #[error("{reason}")]
    GiveUp {
        /// For people, without secrets.
        reason: String,
    },
}

impl DeliveryError {
    /// Another attempt may succeed, whenever it is made.
    fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { after: None, reason: reason.into() }
    }

    /// No further attempt can succeed.
    fn give_up(reason: impl Into<String>) -> Self {
        Self::GiveUp { reason: reason.into() }
    }

    /// A message that has no JSON form; the same on every attempt.
    fn unwritable(error: &serde_json::Error) -> Self {
        Self::give_up(format!("the message cannot be written as JSON: {error}"))
    }
}

/// A place where alerts go.
#[async_trait]
pub trait Output: Send + Sync {
    /// Name in the config.
    fn name(&self) -> &str;

    /// One attempt to deliver, bounded in time. `attempt` counts from 1.
    async fn deliver(&self, message: &Message, attempt: u32) -> Result<(), DeliveryError>;

    /// One attempt to tell what newsdelta says of itself, bounded in time. Outputs whose readers are programs that
    /// wait for alerts take it and do nothing.
    async fn tell(&self, _notice: &Notice) -> Result<(), DeliveryError> {
        Ok(())
    }
}

/// An output that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("output `{name}`: {reason}")]
pub struct BuildError {
    /// Name in the config.
    pub name: String,
    /// Why, and the cure.
    pub reason: String,
}

/// What outputs are made with.
#[derive(Clone)]
pub struct Context {
    /// The time.
    pub clock: SharedClock,
    /// Where outputs keep what they told; none for a test alert.
    pub store: Option<Arc<dyn Store>>,
    /// What signs every alert, if anything does.
    pub signer: Option<Arc<Signer>>,
}

impl Context {
    fn notes(&self, output: &str) -> Notes {
        Notes::new(self.store.clone(), output)
    }
}

/// Makes the output that `config` describes. Connects to nothing yet.
///
/// # Errors
/// What the machine lacks; the config itself is checked already.
pub fn build(name: &str, config: &OutputConfig, context: &Context) -> Result<Box<dyn Output>, BuildError> {
    let clock = context.clock.clone();
    let output: Result<Box<dyn Output>, String> = match config {
        OutputConfig::Stdout(config) => Ok(Box::new(stdout::Stdout::new(name, config))),
        OutputConfig::File(config) => {
            file::File::new(name, config, clock).map(|output| Box::new(output) as _)
        }
        #[cfg(feature = "kafka")]
        OutputConfig::Kafka(config) => kafka::Kafka::new(name, config).map(|output| Box::new(output) as _),
        OutputConfig::Slack(config) => {
            slack::Slack::new(name, config, context).map(|output| Box::new(output) as _)
        }
        OutputConfig::Webhook(config) => {
            webhook::Webhook::new(name, config, context).map(|output| Box::new(output) as _)
        }
    };
    let output = output.map_err(|reason| BuildError { name: name.to_owned(), reason })?;
    Ok(match &context.signer {
        Some(signer) => Box::new(signed::Signed { signer: Arc::clone(signer), output }),
        None => output,
    })
}
