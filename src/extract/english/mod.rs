//! English: the constructions that newsrooms use, and the words they use in them.

pub(super) mod casualties;
mod lexicon;
mod scope;
mod scope_event;
pub mod actors;
pub mod demands;
pub mod positions;
mod predicate;
mod speaker;
mod subject;
