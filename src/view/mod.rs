//! What is known, drawn for people: a story as HTML, its toll over time as SVG. Comes in: a story with its facts and
//! reports. Goes out: markup in which every text is escaped. Pure; decides nothing and asks nobody.

#![expect(clippy::format_push_string, reason = "markup reads best as the template it is")]

mod board;
pub mod chart;
mod history;
mod html;
mod marked;
pub mod story;
mod versions;

#[cfg(test)]
mod tests;
