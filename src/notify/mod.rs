//! From changes to deliveries: what is told, to whom, in which words. Comes in: the changes an article made. Goes
//! out: messages, and later their delivery. Never decides what a text says.

pub mod correction;
pub mod decide;
pub mod demand_clock;
pub mod dispatcher;
mod failing;
pub mod gather;
mod lane;
mod outage;
pub mod mute;
mod release;
pub mod retry;
pub mod rhythm;
pub mod route;
pub mod sentry;
pub mod watch;
#[cfg(test)]
mod attended;
#[cfg(test)]
mod tests;

pub use dispatcher::Dispatcher;
pub use route::{RouteConfig, Router, Routing};
