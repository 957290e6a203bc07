//! What the tests share: the daemon as a process, receivers that write down what they get, a broker, made-up reports.

mod ask;
mod daemon;
mod database;
mod line;
mod receiver;
mod reports;
mod set_up;
mod slack;
mod told;
mod wait;
#[cfg(feature = "kafka")]
mod broker;

pub(crate) use ask::{Reply, Stream, ask, request};
#[cfg(feature = "kafka")]
pub(crate) use broker::{
    Broker, Consumer, Record, make_topics, produce, produce_records, produce_scattered, produce_traced,
    shared_broker,
};
pub(crate) use daemon::{Daemon, Place, names_below};
pub(crate) use database::{Database, Server};
pub(crate) use line::Line;
pub(crate) use receiver::{Answer, Received, Receiver};
pub(crate) use reports::{Report, bulletins, reports};
pub(crate) use slack::{FakeSlack, Mishap};
pub(crate) use told::Told;
pub(crate) use wait::{environment, not_run, now, wait_for, wait_until};
