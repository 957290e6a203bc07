//! A whole store carried into another, of either backend. Comes in: the names of two stores. Goes out: the second with
//! every row of the first, compared row by row. May be killed at any point and run again: it goes on where it was. A
//! store that is not filled to its end is opened by no daemon. Never changes the first, and never writes into a store that
//! holds something else. Memory: one page of rows of each.

use std::path::PathBuf;

use async_trait::async_trait;
use xxhash_rust::xxh3::Xxh3;

use super::{StoreError, postgres, sqlite};

pub(super) mod tables;
#[cfg(test)]
pub(crate) mod tests;

use tables::{Cell, Row, TABLES, Table};

/// A store to copy from or into.
#[derive(Debug, Clone)]
pub enum House {
    /// A file.
    Sqlite(PathBuf),
    /// A database.
    Postgres(postgres::Options),
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is done with the rows now.
    pub stage: Stage,
    /// Of which table.
    pub table: &'static str,
    /// Rows of all tables that are done in this stage.
    pub done: u64,
    /// Rows of all tables.
    pub all: u64,
}

/// What is done with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// They are written.
    Copying,
    /// They are compared.
    Comparing,
}

/// What a table holds on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// How many rows.
    pub rows: u64,
    /// The hash (XXH3, 128 bits) of all of them, in order.
    pub hash: u128,
}

/// A store whose tables are read.
#[async_trait]
pub(super) trait Source: Send + Sync {
    /// How messages call it; the same on every run.
    fn name(&self) -> &str;
    /// How many rows a table has.
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError>;
    /// The rows after this key in the order of keys, at most a page.
    async fn page(&self, table: &'static Table, after: Option<&[Cell]>) -> Result<Vec<Row>, StoreError>;
    /// The highest number that was ever given to a row.
    async fn highest(&self, table: &'static Table) -> Result<i64, StoreError>;
}

/// A store that is filled.
#[async_trait]
pub(super) trait Target: Source {
    /// The name of the store that it was begun to be filled from; nothing when it is not being filled.
    async fn filled_from(&self) -> Result<Option<String>, StoreError>;
    /// From here on it is being filled from this store.
    async fn begin(&self, from: &str) -> Result<(), StoreError>;
    /// The key of the last row.
    async fn last(&self, table: &'static Table) -> Result<Option<Vec<Cell>>, StoreError>;
    /// Adds rows: all or none.
    async fn write(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError>;
    /// Goes on numbering where the other stood, takes back the leases of whoever worked on that, and is a store like any
    /// other from here on.
    async fn finish(self: Box<Self>, highest: &[(&'static Table, i64)]) -> Result<(), StoreError>;
}

/// Copies `from` into `to` and says what both hold. `report` is told after each page.
///
/// # Errors
/// With the cure: a store that cannot be opened or on which a daemon works; a second one that holds something else; rows
/// that differ at the end, since the first was changed meanwhile.
pub async fn copy(
    from: &House,
    to: &House,
    report: impl Fn(Progress) + Send + Sync,
) -> Result<Vec<Copied>, StoreError> {
    let source: Box<dyn Source> = match from {
        House::Sqlite(path) => Box::new(sqlite::Rows::source(path)?),
        House::Postgres(options) => Box::new(postgres::Rows::source(options).await?),
    };
    let mut all = 0;
    for table in TABLES {
        all += source.count(table).await?;
    }
    if let House::Sqlite(path) = to
        && path.exists()
    {
        refuse_itself(from, path)?;
        let there = sqlite::Rows::source(path)?;
        return copied_already(source.as_ref(), &there, all, &report).await;
    }
    let target: Box<dyn Target> = match to {
        House::Sqlite(path) => Box::new(sqlite::Rows::target(path)?),
        House::Postgres(options) => Box::new(postgres::Rows::target(options).await?),
    };
    if target.filled_from().await?.is_none() && !is_empty(target.as_ref()).await? {
        let copied = copied_already(source.as_ref(), target.as_ref(), all, &report).await?;
        // A file may still be without its name.
        target.finish(&[]).await?;
        return Ok(copied);
    }
    claim(source.as_ref(), target.as_ref()).await?;
    fill(source.as_ref(), target.as_ref(), all, &report).await?;
    let copied = compare(source.as_ref(), target.as_ref(), all, &report).await?;
    let mut highest = Vec::new();
    for table in TABLES.iter().filter(|table| table.numbered) {
        highest.push((table, source.highest(table).await?));
    }
    target.finish(&highest).await?;
    Ok(copied)
}

/// Makes the target ours, unless it holds something else.
async fn claim(source: &dyn Source, target: &dyn Target) -> Result<(), StoreError> {
    let (from, to) = (source.name(), target.name());
    match target.filled_from().await? {
        Some(other) if other != from => Err(StoreError::Refused(format!(
            "{to} is an unfinished copy of {other}: finish that one, or name another"
        ))),
        Some(_) => Ok(()),
        None => target.begin(from).await,
    }
}

async fn is_empty(store: &dyn Source) -> Result<bool, StoreError> {
    for table in TABLES {
        if store.count(table).await? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What was killed between its end and its last word is done. Anything else in the target's place stays as it is.
async fn copied_already(
    source: &dyn Source,
    there: &dyn Source,
    all: u64,
    report: &(impl Fn(Progress) + Send + Sync),
) -> Result<Vec<Copied>, StoreError> {
    match compare(source, there, all, report).await {
        Err(StoreError::Refused(_)) => Err(StoreError::Refused(format!(
            "{} is there already and holds something else than {}: name an empty one",
            there.name(),
            source.name()
        ))),
        compared => compared,
    }
}

fn refuse_itself(from: &House, to: &std::path::Path) -> Result<(), StoreError> {
    let House::Sqlite(from) = from else { return Ok(()) };
    match (from.canonicalize(), to.canonicalize()) {
        (Ok(one), Ok(other)) if one == other => Err(StoreError::Refused(format!(
            "`{}` would be copied into itself: name a new file",
            to.display()
        ))),
        _ => Ok(()),
    }
}

async fn fill(
    source: &dyn Source,
    target: &dyn Target,
    all: u64,
    report: &(impl Fn(Progress) + Send + Sync),
) -> Result<(), StoreError> {
    let mut done = 0;
    for table in TABLES {
        done += target.count(table).await?;
        let mut last = target.last(table).await?;
        loop {
            report(Progress { stage: Stage::Copying, table: table.name, done, all });
            let rows = source.page(table, last.as_deref()).await?;
            let Some(row) = rows.last() else { break };
            last = Some(row.iter().take(table.key).cloned().collect());
            done += rows.len() as u64;
            target.write(table, rows).await?;
        }
    }
    Ok(())
}

/// Reads both in full, side by side.
async fn compare(
    source: &dyn Source,
    target: &dyn Source,
    all: u64,
    report: &(impl Fn(Progress) + Send + Sync),
) -> Result<Vec<Copied>, StoreError> {
    let (mut copied, mut done) = (Vec::new(), 0);
    for table in TABLES {
        let (mut last, mut rows_there) = (None, 0);
        let (mut there, mut here) = (Xxh3::new(), Xxh3::new());
        loop {
            report(Progress { stage: Stage::Comparing, table: table.name, done, all });
            let mut read = source.page(table, last.as_deref()).await?;
            let mut written = target.page(table, last.as_deref()).await?;
            read.iter_mut().chain(&mut written).for_each(|row| without_lease(table, row));
            read.iter().for_each(|row| digest(&mut there, row));
            written.iter().for_each(|row| digest(&mut here, row));
            if there.digest128() != here.digest128() || read.len() != written.len() {
                return Err(differs(source, target, table, &read, &written));
            }
            let Some(row) = read.last() else { break };
            last = Some(row.iter().take(table.key).cloned().collect::<Vec<_>>());
            rows_there += read.len() as u64;
            done += read.len() as u64;
        }
        copied.push(Copied { table: table.name, rows: rows_there, hash: here.digest128() });
    }
    Ok(copied)
}

/// The copy has none of the leases of whoever worked on the first.
fn without_lease(table: &Table, row: &mut Row) {
    let at = |name: &str| table.names().position(|column| column == name);
    let (Some(until), Some(due), Some(queued)) = (at("leased_until"), at("due_at"), at("queued_at")) else {
        return;
    };
    if row.get(until).is_some_and(|cell| *cell != Cell::Empty) {
        let queued_at = row.get(queued).cloned();
        if let (Some(cell), Some(queued_at)) = (row.get_mut(due), queued_at) {
            *cell = queued_at;
        }
        if let Some(cell) = row.get_mut(until) {
            *cell = Cell::Empty;
        }
    }
}

/// So that no two rows are written alike: each cell with its kind and its length.
fn digest(hash: &mut Xxh3, row: &Row) {
    for cell in row {
        let (kind, bytes): (u8, &[u8]) = match cell {
            Cell::Empty => (0, &[]),
            Cell::Integer(number) => {
                hash.update(&[1]);
                hash.update(&number.to_le_bytes());
                continue;
            }
            Cell::Text(text) => (2, text.as_bytes()),
            Cell::Bytes(bytes) => (3, bytes),
        };
        hash.update(&[kind]);
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
}

fn differs(
    source: &dyn Source,
    target: &dyn Source,
    table: &Table,
    read: &[Row],
    written: &[Row],
) -> StoreError {
    let key = |row: &Row| {
        let cells = row.iter().take(table.key).map(|cell| match cell {
            Cell::Integer(number) => number.to_string(),
            Cell::Text(text) => text.clone(),
            Cell::Empty | Cell::Bytes(_) => String::new(),
        });
        cells.collect::<Vec<_>>().join(", ")
    };
    let at = (0..read.len().max(written.len())).find(|&at| read.get(at) != written.get(at)).unwrap_or(0);
    let at = read.get(at).or_else(|| written.get(at)).map_or_else(String::new, key);
    StoreError::Refused(format!(
        "{} and {} differ in `{}` at {at}: the first was changed while it was copied; stop what works on it, remove the \
         second and copy again",
        source.name(),
        target.name(),
        table.name
    ))
}
