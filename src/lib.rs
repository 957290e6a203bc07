#![doc = include_str!("README.md")]

pub mod model;
pub mod inputs;
pub mod read;
pub mod text;
pub mod extract;
pub mod assign;
pub mod diff;
pub mod ledger;
pub mod notify;
pub mod outputs;
pub mod store;
pub mod pipeline;
pub mod clock;
pub mod config;
pub mod telemetry;
pub mod cli;
