//! The raw configuration: default file, the user's file and the environment laid over each other, as a tree in which
//! every value remembers where it was written. Reads the files that `*_file` keys name. Never judges a value.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::mistake::Mistake;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// In the compiled-in defaults.
    Default,
    /// In a file, at a line counted from 1.
    File(Arc<str>, usize),
    /// In an environment variable.
    Variable(Arc<str>),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => Ok(()),
            Self::File(name, line) => write!(out, "{name}:{line}"),
            Self::Variable(name) => write!(out, "environment variable {name}"),
        }
    }
}

/// The children of a table.
pub(super) type Table = BTreeMap<String, Node>;

/// A value without its place.
#[derive(Clone)]
pub(super) enum Shape {
    Text(String),
    Whole(i64),
    Fraction(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(Table),
    /// A secret whose file could not be read, which is reported already.
    Unread,
}

/// A value and its place. Has no `Debug`, because it may hold secrets.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) origin: Origin,
    pub(super) shape: Shape,
}

impl Node {
    /// An empty table that stands nowhere.
    pub(super) fn empty() -> Self {
        Self { origin: Origin::Default, shape: Shape::Table(Table::new()) }
    }

    /// The child of a table.
    pub(super) fn child(&self, key: &str) -> Option<&Self> {
        match &self.shape {
            Shape::Table(table) => table.get(key),
            _ => None,
        }
    }

    /// Takes the child out of a table.
    pub(super) fn take(&mut self, key: &str) -> Option<Self> {
        match &mut self.shape {
            Shape::Table(table) => table.remove(key),
            _ => None,
        }
    }

    /// Lays `upper` over this value: tables merge key by key, everything else is replaced. A key and its `_file` twin
    /// replace each other, so that the environment can override a file's secret whichever way each is written.
    pub(super) fn overlay(&mut self, upper: Self) {
        match (&mut self.shape, upper.shape) {
            (Shape::Table(lower), Shape::Table(above)) => {
                self.origin = upper.origin;
                for key in above.keys() {
                    match key.strip_suffix("_file") {
                        Some(plain) => lower.remove(plain),
                        None => lower.remove(&format!("{key}_file")),
                    };
                }
                for (key, value) in above {
                    match lower.get_mut(&key) {
                        Some(known) => known.overlay(value),
                        None => {
                            lower.insert(key, value);
                        }
                    }
                }
            }
            (shape, above) => {
                *shape = above;
                self.origin = upper.origin;
            }
        }
    }
}

/// Reads a TOML text into a tree; `name` is `None` for the compiled-in defaults. All syntax errors are reported, with
/// their lines but without the text of the line, which may hold a secret.
pub(super) fn parse(name: Option<&str>, text: &str) -> Result<Node, Vec<Mistake>> {
    let lines = Lines { name: name.map(Arc::from), text };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let origin = lines.origin(0);
        return Ok(Node { origin, shape: Shape::Table(convert_table(table.get_ref(), &lines)) });
    }
    let mistake = |error: toml::de::Error| Mistake {
        place: lines.origin(error.span().map_or(0, |span| span.start)).to_string(),
        key: String::new(),
        words: format!("not valid TOML: {}", error.message().replace('\n', ", ")),
    };
    Err(errors.into_iter().map(mistake).collect())
}

/// Turns byte offsets into lines.
struct Lines<'a> {
    name: Option<Arc<str>>,
    text: &'a str,
}

impl Lines<'_> {
    fn origin(&self, offset: usize) -> Origin {
        match &self.name {
            None => Origin::Default,
            Some(name) => {
                let before = self.text.as_bytes().iter().take(offset);
                Origin::File(Arc::clone(name), 1 + before.filter(|byte| **byte == b'\n').count())
            }
        }
    }
}

fn convert_table(table: &DeTable<'_>, lines: &Lines<'_>) -> Table {
    let entry = |(key, value): (&toml::Spanned<toml::de::DeString<'_>>, &toml::Spanned<DeValue<'_>>)| {
        let origin = lines.origin(key.span().start);
        (key.get_ref().to_string(), Node { origin, shape: convert(value.get_ref(), lines) })
    };
    table.iter().map(entry).collect()
}

fn convert(value: &DeValue<'_>, lines: &Lines<'_>) -> Shape {
    match value {
        DeValue::String(text) => Shape::Text(text.to_string()),
        DeValue::Integer(whole) => i64::from_str_radix(whole.as_str(), whole.radix())
            .map_or_else(|_| Shape::Text(whole.to_string()), Shape::Whole),
        DeValue::Float(fraction) => {
            fraction.as_str().parse().map_or_else(|_| Shape::Text(fraction.to_string()), Shape::Fraction)
        }
        DeValue::Boolean(flag) => Shape::Flag(*flag),
        DeValue::Datetime(moment) => Shape::Text(moment.to_string()),
        DeValue::Array(items) => Shape::List(
            items
                .iter()
                .map(|item| Node {
                    origin: lines.origin(item.span().start),
                    shape: convert(item.get_ref(), lines),
                })
                .collect(),
        ),
        DeValue::Table(table) => Shape::Table(convert_table(table, lines)),
    }
}

/// The start of every variable that overrides a key: `NEWSDELTA__LOG__LEVEL` is `log.level`.
pub(super) const PREFIX: &str = "NEWSDELTA__";

/// Builds the environment's layer. A part of a variable's name means the existing key that differs only in case and in
/// `-`, `.` or `_`; else the key in lower case.
pub(super) fn from_variables(
    known: &Node,
    variables: impl IntoIterator<Item = (String, String)>,
    mistakes: &mut Vec<Mistake>,
) -> Node {
    let mut root = Node::empty();
    let sorted: BTreeMap<String, String> =
        variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    for (name, value) in sorted {
        let parts: Vec<&str> = name.split("__").skip(1).collect();
        if parts.iter().any(|part| part.is_empty()) {
            let words = "has an empty part: write NEWSDELTA__SECTION__KEY".to_owned();
            mistakes.push(Mistake { place: String::new(), key: name, words });
            continue;
        }
        let origin = Origin::Variable(Arc::from(name.as_str()));
        insert(&mut root, Some(known), &parts, &Node { origin, shape: Shape::Text(value) });
    }
    root
}

fn insert(into: &mut Node, known: Option<&Node>, parts: &[&str], leaf: &Node) {
    let Some((first, rest)) = parts.split_first() else {
        into.clone_from(leaf);
        return;
    };
    let own = match_key(Some(into), first);
    let key = own.or_else(|| match_key(known, first)).unwrap_or_else(|| first.to_ascii_lowercase());
    let below = known.and_then(|node| node.child(&key));
    if !matches!(into.shape, Shape::Table(_)) {
        into.shape = Shape::Table(Table::new());
    }
    if let Shape::Table(table) = &mut into.shape {
        let fresh = || Node { origin: leaf.origin.clone(), shape: Shape::Table(Table::new()) };
        insert(table.entry(key).or_insert_with(fresh), below, rest, leaf);
    }
}

fn match_key(node: Option<&Node>, part: &str) -> Option<String> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '.'], "_");
    match &node?.shape {
        Shape::Table(table) => table.keys().find(|key| plain(key) == plain(part)).cloned(),
        _ => None,
    }
}

/// The most a secret file may hold; a longer one is a wrong path.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// Replaces every `KEY_file = "path"` below `node` by `KEY` with the file's content, without the line end.
pub(super) fn read_secret_files(node: &mut Node, path: &str, mistakes: &mut Vec<Mistake>) {
    match &mut node.shape {
        Shape::Table(table) => {
            let keys: Vec<String> = table.keys().filter(|key| key.ends_with("_file")).cloned().collect();
            for key in keys {
                let plain = key.trim_end_matches("_file").to_owned();
                let Some(named) = table.remove(&key) else { continue };
                let place = named.origin.to_string();
                let words = match table.entry(plain) {
                    Entry::Occupied(plain) => format!("stands beside `{}`: keep one of them", plain.key()),
                    Entry::Vacant(plain) => match secret_of(&named) {
                        Ok(content) => {
                            plain.insert(content);
                            continue;
                        }
                        Err(words) => {
                            // The value is unknown, but the key was given: no second complaint that it is missing.
                            plain.insert(Node { origin: named.origin, shape: Shape::Unread });
                            words
                        }
                    },
                };
                mistakes.push(Mistake { place, key: format!("{path}.{key}"), words });
            }
            for (key, child) in table.iter_mut() {
                read_secret_files(child, &format!("{path}.{key}"), mistakes);
            }
        }
        Shape::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                read_secret_files(item, &format!("{path}[{index}]"), mistakes);
            }
        }
        Shape::Text(_) | Shape::Whole(_) | Shape::Fraction(_) | Shape::Flag(_) | Shape::Unread => {}
    }
}

/// The content of the file, or of each file of a list.
fn secret_of(named: &Node) -> Result<Node, String> {
    let shape = match &named.shape {
        Shape::Text(path) => Shape::Text(read_secret(Path::new(path))?),
        Shape::List(items) => Shape::List(items.iter().map(secret_of).collect::<Result<_, _>>()?),
        _ => return Err("must be the path of a file, in quotes".to_owned()),
    };
    Ok(Node { origin: named.origin.clone(), shape })
}

fn read_secret(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if size > SECRET_BYTES_MAX {
        return Err(format!(
            "names {}, which holds {size} bytes: a secret has at most {SECRET_BYTES_MAX}",
            path.display()
        ));
    }
    let content = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    match content.trim() {
        "" => Err(format!("names {}, which is empty: write the secret into it", path.display())),
        secret => Ok(secret.to_owned()),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "may not be read by this user".to_owned(),
        std::io::ErrorKind::InvalidData => "is not UTF-8".to_owned(),
        _ => format!("cannot be read ({error})"),
    };
    format!("names {}, which {reason}: correct the path or the file", path.display())
}
