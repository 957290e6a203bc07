//! Where alerts go. An output makes one attempt and says whether another can help: it never retries, never queues and
//! never decides what is news.
//!
//! Adding an output: one file here, one variant in `config::OutputConfig`, one arm in `build`.

pub mod file;
mod http;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod slack;
pub mod stdout;
pub mod webhook;

use std::time::Duration;

use async_trait::async_trait;

use crate::model::Message;

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
    /// No further attempt can succeed.
    #[error("{reason}")]
    GiveUp {
        /// For people, without secrets.
        reason: String,
    },
}

/// A place where alerts go.
#[async_trait]
pub trait Output: Send + Sync {
    /// Name in the config.
    fn name(&self) -> &str;

    /// One attempt to deliver, bounded in time. `attempt` counts from 1.
    async fn deliver(&self, message: &Message, attempt: u32) -> Result<(), DeliveryError>;
}
