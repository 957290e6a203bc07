//! What is wrong with a configuration, for people. Comes in: a place, a key and a sentence with the cure. Goes out:
//! one line per mistake. Never holds a value that could be a secret.

use std::fmt;

use super::layers::{Node, Shape};

/// One mistake: where it stands, which key it is about, what is wrong and how to put it right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// File and line, environment variable, or empty when the key stands nowhere.
    pub place: String,
    /// The dotted key.
    pub key: String,
    /// What is wrong, and the cure.
    pub words: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(out, "{}: ", self.place)?;
        }
        if !self.key.is_empty() {
            write!(out, "`{}` ", self.key)?;
        }
        out.write_str(&self.words)
    }
}

/// Every mistake of a configuration at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one, in order of place.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mistakes.len() {
            1 => write!(out, "the configuration has 1 mistake:")?,
            count => write!(out, "the configuration has {count} mistakes:")?,
        }
        for mistake in &self.mistakes {
            write!(out, "\n  {mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Where the check of one table writes what it finds.
pub struct Findings<'a> {
    table: &'a Node,
    path: String,
    mistakes: &'a mut Vec<Mistake>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(table: &'a Node, path: &str, mistakes: &'a mut Vec<Mistake>) -> Self {
        Self { table, path: path.to_owned(), mistakes }
    }

    /// Records that `key` (empty for the table itself) is wrong; `words` end with the cure.
    pub fn add(&mut self, key: &str, words: impl Into<String>) {
        let mut node = self.table;
        for step in key.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
            let next = match &node.shape {
                Shape::Table(table) => table.get(step),
                Shape::List(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        let key = match (self.path.is_empty(), key.is_empty()) {
            (_, true) => self.path.clone(),
            (true, false) => key.to_owned(),
            (false, false) => format!("{}.{key}", self.path),
        };
        self.mistakes.push(Mistake { place: node.origin.to_string(), key, words: words.into() });
    }

    /// Records `key` when its figure lies outside `low..=high`.
    pub fn expect_between(&mut self, key: &str, value: usize, low: usize, high: usize) {
        if !(low..=high).contains(&value) {
            self.add(key, format!("is {value}: write a figure from {low} to {high}"));
        }
    }
}

/// A config struct that can say what is wrong with its values taken together.
pub trait Check {
    /// Adds what is wrong; adds nothing when all is well.
    fn check(&self, findings: &mut Findings<'_>);
}

/// The member of `known` that `word` was probably meant to be.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let limit = (word.chars().count() / 3).max(2);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "`a`, `b` or `c`".
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::from("nothing"),
    }
}
