//! Being built.

pub mod gazetteer;
mod gazetteer_tables;
