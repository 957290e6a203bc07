//! The real program, started as its user starts it, with real files, sockets and a real broker. Comes in: the built
//! binary. Goes out: a verdict. Never calls the daemon's code: what these tests know of it is its command line, its
//! config, its JSON and its folders.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected ends there and says so"
)]

mod harness;

mod api;
mod backtest;
mod bad_inputs;
mod commands;
mod corrections;
mod deadlines;
mod deeds;
mod deploy;
mod editing;
mod failover;
mod embargo;
mod health;
mod house;
mod inbox;
mod isolation;
mod judge;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "kafka")]
mod kills;
mod memory;
mod outputs;
mod payloads;
mod proof;
mod regroup;
mod reload;
mod restart;
mod retention;
#[cfg(feature = "kafka")]
mod rounds;
mod rhythm;
mod routing;
mod schemas;
mod shared;
mod slack;
mod stop;
mod store;
mod tidy;
mod watch;
mod webhooks;
