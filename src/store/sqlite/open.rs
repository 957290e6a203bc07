//! Opening the file. Comes in: a path and what is wanted of it. Goes out: connections that are ready, with the schema
//! up to date, and for the daemon a lock that keeps a second one out. Refuses, with the cure, a file that a newer
//! program wrote, one that is no store, and one that is damaged. Never changes a file it refuses.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use refinery::{Migration, Runner};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::columns::integer;
use super::failure::Failure;
use super::search;
use crate::store::copy::tables;
use crate::store::{Access, StoreError};

/// Marks the file as ours: the letters "nwsd".
const APPLICATION_ID: i32 = 0x6e77_7364;

/// How long a statement waits for another process that is writing.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Every schema change ever made, in order. One that was released is never edited.
const MIGRATIONS: [(&str, &str); 11] = [
    ("V1__facts", include_str!("../migrations/sqlite/0001_facts.sql")),
    ("V10__lots", include_str!("../migrations/sqlite/0010_lots.sql")),
    ("V20__outputs", include_str!("../migrations/sqlite/0020_outputs.sql")),
    ("V50__documents", include_str!("../migrations/sqlite/0050_documents.sql")),
    ("V60__told", include_str!("../migrations/sqlite/0060_told.sql")),
    ("V70__editing", include_str!("../migrations/sqlite/0070_editing.sql")),
    ("V80__search", include_str!("../migrations/sqlite/0080_search.sql")),
    ("V90__retention", include_str!("../migrations/sqlite/0090_retention.sql")),
    ("V96__order", include_str!("../migrations/sqlite/0096_order.sql")),
    ("V97__bare", include_str!("../migrations/sqlite/0097_bare.sql")),
    ("V98__fewer_pages", include_str!("../migrations/sqlite/0098_fewer_pages.sql")),
];

/// What one commit changes fits, so that no page goes into the log twice because of it.
const WRITER_CACHE_KIB: i64 = 32 * 1024;

/// What may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many questions are answered at the same time.
    pub readers: usize,
    /// How many bytes the file may take at most; beyond, commits answer [`StoreError::Unavailable`] until there is room.
    pub size_max: Option<u64>,
    /// Whether a copy that is not finished is opened; to a daemon it is no store yet.
    pub unfinished: bool,
}

impl Default for Options {
    fn default() -> Self {
        // Two cores are the machine that newsdelta is made for; a third and fourth reader hide waits for the disk.
        Self { readers: 4, size_max: None, unfinished: false }
    }
}

/// What an opened file consists of.
pub(super) struct Opened {
    /// For the writer thread, unless only reading is wanted.
    pub(super) writer: Option<Connection>,
    /// For the readers, at least one.
    pub(super) readers: Vec<Connection>,
    /// Keeps a second daemon out for as long as it lives.
    pub(super) lock: Option<File>,
}

/// Opens the file, or says why not and what helps.
pub(super) fn open(path: &Path, access: Access, options: Options) -> Result<Opened, StoreError> {
    if access == Access::Daemon {
        create_folder(path)?;
    } else if !path.exists() {
        return Err(StoreError::Broken(format!(
            "there is no store at `{}`: run the daemon first, or name the right file",
            path.display()
        )));
    }
    let lock = if access == Access::Daemon { Some(lock(path)?) } else { None };
    connect_all(path, access, options, lock).map_err(|failure| match failure {
        // At the start a file that cannot be opened is a matter of rights or of the path, which do not cure themselves.
        Failure::Sql(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::CannotOpen) => {
            StoreError::Broken(format!(
                "`{}` cannot be opened ({error}): it must be a file in a folder where newsdelta may write",
                path.display()
            ))
        }
        other => other.at(path),
    })
}

fn connect_all(path: &Path, access: Access, options: Options, lock: Option<File>) -> Result<Opened, Failure> {
    let writer = match access {
        Access::ReadOnly => None,
        Access::Beside | Access::Daemon => {
            let mut writer = connect(path, access, options)?;
            bring_up_to_date(&mut writer, path, access)?;
            Some(writer)
        }
    };
    let readers = (0..options.readers.max(1))
        .map(|_| connect(path, Access::ReadOnly, options))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(reader) = readers.first() {
        if writer.is_none() {
            check_schema(reader, path)?;
        }
        if !options.unfinished && is_unfinished(reader)? {
            return Err(tables::unfinished(&format!("`{}`", path.display())).into());
        }
    }
    Ok(Opened { writer, readers, lock })
}

fn create_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| {
        StoreError::Broken(format!("the folder `{}` of the store cannot be made: {error}", folder.display()))
    })
}

/// Takes the lock file beside the store, in which the holder's process id stands for people to read.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let refused = |error: &std::io::Error| {
        StoreError::Broken(format!(
            "`{}` cannot be locked ({error}): newsdelta must be able to write there",
            name.display()
        ))
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&name)
        .map_err(|error| refused(&error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Only for the message: an unreadable name of the holder changes nothing.
            let holder = file.read_to_string(&mut holder).map_or("unknown", |_| holder.trim());
            return Err(StoreError::Broken(format!(
                "another newsdelta (process {holder}) works on `{}`: stop it, or give this one a store of its own",
                path.display()
            )));
        }
        Err(TryLockError::Error(error)) => return Err(refused(&error)),
    }
    let named =
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
    if let Err(error) = named {
        // The lock holds all the same; a full disk must not keep the daemon from starting and reporting it properly.
        tracing::debug!(%error, "the process id could not be written into the lock file");
    }
    Ok(file)
}

/// One connection with the settings that every connection shares.
fn connect(path: &Path, access: Access, options: Options) -> Result<Connection, Failure> {
    let mode = match access {
        Access::Daemon => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Access::Beside => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    if access != Access::ReadOnly {
        // Flushed at every commit: the alert that is promised to an output must survive a power cut.
        connection.pragma_update(None, "synchronous", "full")?;
        // A long reader lets the log grow; afterwards it shrinks back to this many bytes.
        connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        if let Some(size) = options.size_max {
            let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
            connection.pragma_update(None, "max_page_count", (integer(size) / page.max(1)).max(1))?;
        }
    }
    Ok(connection)
}

/// Refuses what is not ours or too new, then applies what is missing.
fn bring_up_to_date(connection: &mut Connection, path: &Path, access: Access) -> Result<(), Failure> {
    let version = check_ours(connection, path)?;
    if access == Access::Beside {
        return check_schema(connection, path);
    }
    if version == 0 {
        // Only before the first table: room that is no longer needed can be given back in small steps.
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    if version < newest() {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    let migrations = MIGRATIONS
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| migration_failed(&error, path))?;
    let report = Runner::new(&migrations).run(connection).map_err(|error| migration_failed(&error, path))?;
    for migration in report.applied_migrations() {
        tracing::info!(path = %path.display(), %migration, "schema of the store brought up to date");
    }
    // Of a copy that is done when it is finished.
    if is_unfinished(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    search::fill(&transaction)?;
    Ok(transaction.commit()?)
}

/// An error of the disk inside a migration is still one of the disk.
fn migration_failed(error: &refinery::Error, path: &Path) -> Failure {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(sql) = inner.downcast_ref::<rusqlite::Error>()
            && let rusqlite::Error::SqliteFailure(code, message) = sql
        {
            return Failure::Sql(rusqlite::Error::SqliteFailure(*code, message.clone()));
        }
        source = inner.source();
    }
    Failure::Store(StoreError::Broken(format!(
        "the schema of `{}` cannot be brought up to date ({error}): restore a copy, or use the version that wrote it",
        path.display()
    )))
}

/// The schema version that this program writes.
fn newest() -> i32 {
    let number = |name: &str| name.strip_prefix('V')?.split_once("__")?.0.parse().ok();
    MIGRATIONS.iter().filter_map(|(name, _)| number(name)).max().unwrap_or_default()
}

/// Whether it is a copy that was begun and not finished.
pub(super) fn is_unfinished(connection: &Connection) -> Result<bool, Failure> {
    let there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1)";
    Ok(connection.query_row(there, [tables::COPYING], |row| row.get(0))?)
}

/// The schema version of the file, 0 for an empty one; refuses a file of another program and one too new.
fn check_ours(connection: &Connection, path: &Path) -> Result<i32, Failure> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(0);
    }
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != APPLICATION_ID {
        return Err(Failure::Store(StoreError::Broken(format!(
            "`{}` is a database of another program: name another file for the store",
            path.display()
        ))));
    }
    let version = connection
        .query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get::<_, Option<i32>>(0))
        .optional()?
        .flatten()
        .unwrap_or(0);
    if version > newest() {
        return Err(Failure::Store(StoreError::Broken(format!(
            "`{}` was written by a newer newsdelta (schema {version}, this one knows {}): install that version, or \
             restore a copy from before",
            path.display(),
            newest()
        ))));
    }
    Ok(version)
}

/// For those who must not change the schema: it has to be the newest.
fn check_schema(connection: &Connection, path: &Path) -> Result<(), Failure> {
    let version = check_ours(connection, path)?;
    if version < newest() {
        return Err(Failure::Store(StoreError::Broken(format!(
            "`{}` has an older schema ({version}, this one needs {}): start the daemon once to bring it up to date",
            path.display(),
            newest()
        ))));
    }
    Ok(())
}
