//! Whether two configs differ, and where. Comes in: the merged tree of a config. Goes out: a number for each section
//! and each output, which differs when anything in it does, secrets too. Never prints a number: one made from a short
//! secret would help to guess it.

use std::collections::BTreeMap;
use std::fmt;

use xxhash_rust::xxh3::Xxh3;

use super::layers::{Node, Shape};

/// Sections that a running daemon takes over by itself, so that they are compared in other ways or not at all.
const TAKEN_OVER: [&str; 5] = ["outputs", "defaults", "retry", "routing", "self_alerts"];

/// One number for each section and each output.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fingerprints {
    sections: BTreeMap<String, u64>,
    outputs: BTreeMap<String, u64>,
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Fingerprints")
    }
}

impl Fingerprints {
    pub(super) fn of(root: &Node) -> Self {
        let Shape::Table(table) = &root.shape else { return Self::default() };
        let defaults = |group: &str| root.child("defaults").and_then(|defaults| defaults.child(group));
        let sections = table.iter().filter(|(name, _)| !TAKEN_OVER.contains(&name.as_str()));
        let sections = sections.map(|(name, node)| (name.clone(), number(&[Some(node), defaults(name)])));
        let outputs = match root.child("outputs").map(|node| &node.shape) {
            Some(Shape::Table(outputs)) => outputs.iter().collect(),
            _ => Vec::new(),
        };
        let outputs = outputs.into_iter().map(|(name, node)| {
            (name.clone(), number(&[Some(node), defaults("outputs"), root.child("retry")]))
        });
        Self { sections: sections.collect(), outputs: outputs.collect() }
    }

    /// Names of outputs that are new, gone or set differently against `earlier`.
    pub fn changed_outputs(&self, earlier: &Self) -> Vec<String> {
        changed(&self.outputs, &earlier.outputs)
    }

    /// Names of sections that differ against `earlier` and that a running daemon does not take over.
    pub fn changed_sections(&self, earlier: &Self) -> Vec<String> {
        changed(&self.sections, &earlier.sections)
    }
}

fn changed(new: &BTreeMap<String, u64>, earlier: &BTreeMap<String, u64>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = new.keys().chain(earlier.keys()).collect();
    names.into_iter().filter(|name| new.get(*name) != earlier.get(*name)).cloned().collect()
}

fn number(nodes: &[Option<&Node>]) -> u64 {
    let mut hash = Xxh3::new();
    for node in nodes {
        match node {
            Some(node) => feed(&mut hash, node),
            None => hash.update(b"-"),
        }
    }
    hash.digest()
}

/// Every value with its kind and length, so that no two trees read alike.
fn feed(hash: &mut Xxh3, node: &Node) {
    let mut value = |kind: u8, bytes: &[u8]| {
        hash.update(&[kind]);
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    match &node.shape {
        Shape::Text(text) => value(b't', text.as_bytes()),
        Shape::Whole(whole) => value(b'w', &whole.to_le_bytes()),
        Shape::Fraction(fraction) => value(b'f', &fraction.to_le_bytes()),
        Shape::Flag(flag) => value(b'b', &[u8::from(*flag)]),
        Shape::Unread => value(b'u', &[]),
        Shape::List(items) => {
            value(b'l', &(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| feed(hash, item));
        }
        Shape::Table(table) => {
            value(b'm', &(table.len() as u64).to_le_bytes());
            for (key, node) in table {
                hash.update(&(key.len() as u64).to_le_bytes());
                hash.update(key.as_bytes());
                feed(hash, node);
            }
        }
    }
}
