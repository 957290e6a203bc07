//! Whether the daemon can do its work. Comes in: what the flow says of itself. Goes out: ready, or the reasons why not,
//! for people and for the probes of an orchestrator. Never decides anything for the flow.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// In which part of its life the daemon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The store is being opened, open stories are read.
    Starting,
    /// Articles are taken.
    Running,
    /// Told to stop: what was begun is finished.
    Stopping,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// What stands in the way, by the part that said so.
    troubles: BTreeMap<&'static str, String>,
}

/// The state of one daemon.
#[derive(Debug)]
pub struct Health(Mutex<State>);

impl Default for Health {
    fn default() -> Self {
        Self(Mutex::new(State { phase: Phase::Starting, troubles: BTreeMap::new() }))
    }
}

impl Health {
    /// The daemon enters this phase.
    pub fn enter(&self, phase: Phase) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).phase = phase;
    }

    /// A part of the daemon cannot go on for now.
    pub fn trouble(&self, part: &'static str, reason: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.troubles.insert(part, reason.to_owned());
    }

    /// That part goes on.
    pub fn fine(&self, part: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).troubles.remove(part);
    }

    /// Why articles are not taken now; empty when they are.
    pub fn reasons(&self) -> Vec<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let phase = match state.phase {
            Phase::Starting => Some("starting".to_owned()),
            Phase::Stopping => Some("stopping".to_owned()),
            Phase::Running => None,
        };
        phase
            .into_iter()
            .chain(state.troubles.iter().map(|(part, reason)| format!("{part}: {reason}")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_ready_only_while_it_runs_without_trouble() {
        let health = Health::default();
        assert_eq!(health.reasons(), ["starting"]);
        health.enter(Phase::Running);
        assert_eq!(health.reasons(), Vec::<String>::new());
        health.trouble("store", "the disk is full");
        assert_eq!(health.reasons(), ["store: the disk is full"]);
        health.enter(Phase::Stopping);
        assert_eq!(health.reasons(), ["stopping", "store: the disk is full"]);
        health.fine("store");
        assert_eq!(health.reasons(), ["stopping"]);
    }
}
