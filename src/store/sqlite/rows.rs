//! The tables of a file, row by row, for copying whole stores. Comes in: a path. Goes out: pages of rows, or the file
//! filled with such. What is being filled is called `.part` until it is whole. Never changes the file it reads.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::failure::Failure;
use super::open::{self, Options};
use super::{outbox, search};
use crate::store::copy::tables::{COPYING, Cell, Row, Table};
use crate::store::copy::{Source, Target};
use crate::store::{Access, StoreError};

/// A file whose rows are copied.
pub(in crate::store) struct Rows {
    connection: Mutex<Connection>,
    /// Where it will be when it is whole; for one that is only read, where it is.
    path: PathBuf,
    part: PathBuf,
    name: String,
    /// Keeps daemons out.
    lock: Option<File>,
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

impl Rows {
    /// A store to read, on which no daemon works.
    pub(in crate::store) fn source(path: &Path) -> Result<Self, StoreError> {
        let opened = open::open(path, Access::ReadOnly, Options { readers: 1, ..Options::default() })?;
        let lock = open::lock(path)?;
        let connection = opened.readers.into_iter().next().ok_or_else(closed)?;
        // One snapshot for all pages: an edit on the command line meanwhile does not tear it.
        connection.execute_batch("BEGIN").map_err(|error| Failure::Sql(error).at(path))?;
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let name = format!("`{}`", whole.display());
        Ok(Self {
            connection: Mutex::new(connection),
            path: path.to_owned(),
            part: path.to_owned(),
            name,
            lock: Some(lock),
        })
    }

    /// A file to fill. One that was filled already and whose name alone is missing is taken for one that is to be compared.
    pub(in crate::store) fn target(path: &Path) -> Result<Self, StoreError> {
        let name = format!("`{}`", path.display());
        let part = beside(path, ".part");
        let options = Options { readers: 1, unfinished: true, ..Options::default() };
        let opened = open::open(&part, Access::Daemon, options)?;
        let connection = opened.writer.ok_or_else(closed)?;
        let rows =
            Self { connection: Mutex::new(connection), path: path.to_owned(), part, name, lock: opened.lock };
        Ok(rows)
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&connection).map_err(|failure| failure.at(&self.part))
    }

    /// All or nothing.
    fn write_with(&self, work: impl FnOnce(&Connection) -> Result<(), Failure>) -> Result<(), StoreError> {
        self.with(|connection| {
            let transaction = connection.unchecked_transaction()?;
            work(&transaction)?;
            Ok(transaction.commit()?)
        })
    }

    /// Closes the file, which empties its log, and gives it its name.
    fn take_name(self) -> Result<(), StoreError> {
        let Self { connection, path, part, name, lock } = self;
        let connection = connection.into_inner().unwrap_or_else(PoisonError::into_inner);
        connection.close().map_err(|(_, error)| Failure::Sql(error).at(&part))?;
        let unnamed =
            |error: std::io::Error| StoreError::Unavailable(format!("{name} cannot be named: {error}"));
        File::open(&part).and_then(|file| file.sync_all()).map_err(unnamed)?;
        fs::rename(&part, &path).map_err(unnamed)?;
        // What is left of it is empty and in nobody's way.
        drop(fs::remove_file(beside(&part, ".lock")));
        drop(lock);
        Ok(())
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the file was opened without a connection".to_owned())
}

/// `a, b`.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// `?1, ?2`.
fn places(count: usize) -> String {
    (1..=count).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ")
}

fn cell(value: ValueRef<'_>, column: &str) -> Result<Cell, Failure> {
    let is_text = |error: std::str::Utf8Error| Failure::Content(format!("{column}: {error}"));
    match value {
        ValueRef::Null => Ok(Cell::Empty),
        ValueRef::Integer(number) => Ok(Cell::Integer(number)),
        ValueRef::Text(bytes) => Ok(Cell::Text(std::str::from_utf8(bytes).map_err(is_text)?.to_owned())),
        ValueRef::Blob(bytes) => Ok(Cell::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(Failure::Content(format!("{column}: a fraction"))),
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Integer(number) => Value::Integer(*number),
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Bytes(bytes) => Value::Blob(bytes.clone()),
    }
}

fn read(connection: &Connection, sql: &str, names: &[&str], key: &[Cell]) -> Result<Vec<Row>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(key.iter().map(value)))?;
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = names.iter().enumerate().map(|(at, name)| cell(row.get_ref(at)?, name));
        read.push(cells.collect::<Result<Row, Failure>>()?);
    }
    Ok(read)
}

#[async_trait]
impl Source for Rows {
    fn name(&self) -> &str {
        &self.name
    }

    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) AS rows FROM {}", table.name);
        self.with(|connection| {
            connection.query_row(&sql, [], |row| Ok(super::columns::count(row, "rows")))?
        })
    }

    async fn page(&self, table: &'static Table, after: Option<&[Cell]>) -> Result<Vec<Row>, StoreError> {
        let names: Vec<&str> = table.names().collect();
        let (columns, key, limit) = (list(table.names()), list(table.key_names()), table.page);
        let behind = match after {
            Some(after) => format!("WHERE ({key}) > ({})", places(after.len())),
            None => String::new(),
        };
        let sql = format!("SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {limit}", table.name);
        self.with(|connection| read(connection, &sql, &names, after.unwrap_or_default()))
    }

    async fn highest(&self, table: &'static Table) -> Result<i64, StoreError> {
        let given = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
        let last = format!("SELECT max(number) FROM {}", table.name);
        self.with(|connection| {
            let given = connection.query_row(given, [table.name], |row| row.get::<_, i64>(0)).optional()?;
            let last = connection.query_row(&last, [], |row| row.get::<_, Option<i64>>(0))?;
            Ok(given.max(last).unwrap_or(0))
        })
    }
}

#[async_trait]
impl Target for Rows {
    async fn filled_from(&self) -> Result<Option<String>, StoreError> {
        self.with(|connection| {
            if !open::is_unfinished(connection)? {
                return Ok(None);
            }
            Ok(connection
                .query_row(&format!("SELECT source FROM {COPYING}"), [], |row| row.get(0))
                .optional()?)
        })
    }

    async fn begin(&self, from: &str) -> Result<(), StoreError> {
        self.write_with(|connection| {
            connection.execute_batch(&format!("CREATE TABLE {COPYING} (source TEXT NOT NULL) STRICT"))?;
            connection.execute(&format!("INSERT INTO {COPYING} (source) VALUES (?1)"), [from])?;
            Ok(())
        })
    }

    async fn last(&self, table: &'static Table) -> Result<Option<Vec<Cell>>, StoreError> {
        let names: Vec<&str> = table.key_names().collect();
        let key = list(table.key_names());
        let down = table.key_names().map(|name| format!("\"{name}\" DESC")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {key} FROM {} ORDER BY {down} LIMIT 1", table.name);
        self.with(|connection| Ok(read(connection, &sql, &names, &[])?.into_iter().next()))
    }

    async fn write(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError> {
        let (columns, places) = (list(table.names()), places(table.columns.len()));
        let sql = format!("INSERT INTO {} ({columns}) VALUES ({places})", table.name);
        self.write_with(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            for row in &rows {
                statement.execute(params_from_iter(row.iter().map(value)))?;
            }
            Ok(())
        })
    }

    async fn finish(self: Box<Self>, highest: &[(&'static Table, i64)]) -> Result<(), StoreError> {
        self.write_with(|connection| {
            for (table, number) in highest {
                let counts = "SELECT instr(sql, 'AUTOINCREMENT') > 0 FROM sqlite_schema WHERE name = ?1";
                if connection.query_row(counts, [table.name], |row| row.get::<_, bool>(0))? {
                    connection.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [table.name])?;
                    let go_on = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
                    connection.execute(go_on, (table.name, number))?;
                }
            }
            outbox::end_all_leases(connection)?;
            search::fill(connection)?;
            Ok(connection.execute_batch(&format!("DROP TABLE IF EXISTS {COPYING}"))?)
        })?;
        self.take_name()
    }
}
