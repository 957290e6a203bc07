//! From changes to deliveries: what is told, to whom, in which words. Comes in: the changes an article made. Goes
//! out: messages, and later their delivery. Never decides what a text says.

pub mod decide;
pub mod dispatcher;
mod lane;
pub mod retry;
#[cfg(test)]
mod attended;
#[cfg(test)]
mod tests;

pub use dispatcher::Dispatcher;
