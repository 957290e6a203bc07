//! Standard output. Comes in: a message. Goes out: coloured one-liners for people, or the JSON lines of `replay --json`
//! for machines. Never writes half a line.

use serde::Deserialize;

use crate::config::{Check, Findings};

/// `[outputs.NAME]` with `type = "stdout"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StdoutConfig {
    /// For whom.
    pub format: StdoutFormat,
}

/// For whom lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StdoutFormat {
    /// People on a terminal, machines in a pipe.
    Auto,
    /// People.
    People,
    /// Machines.
    Json,
}

impl Check for StdoutConfig {
    fn check(&self, _findings: &mut Findings<'_>) {}
}
