//! From changes to deliveries: what is told, to whom, in which words. Comes in: the changes an article made. Goes
//! out: messages. Never decides what a text says.

pub mod decide;
