//! A copy of the file, as it stood at one moment, beside a daemon that goes on. Comes in: two paths. Goes out: a file that
//! can be put in the place of the first. Never changes the original and never writes over a file that is there.

use std::fs::{self, File};
use std::path::Path;

use super::failure::Failure;
use super::open::{self, Options};
use crate::store::{Access, StoreError};

/// Copies the store at `path` into the new file `to`, which appears whole or not at all.
///
/// # Errors
/// With the cure, when `path` is no store, when `to` exists, or when it cannot be written.
pub fn copy(path: &Path, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::Refused(format!("`{}` is there already: name a new file", to.display())));
    }
    let opened = open::open(path, Access::ReadOnly, Options { readers: 1, ..Options::default() })?;
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    let part = Path::new(&name);
    let unwritten = |error: &dyn std::fmt::Display| {
        StoreError::Refused(format!("`{}` cannot be written: {error}", to.display()))
    };
    let Some(target) = part.to_str() else {
        return Err(unwritten(&"SQLite wants its name to be UTF-8"));
    };
    for reader in opened.readers {
        if let Err(error) = reader.execute("VACUUM INTO ?1", [target]) {
            // What was begun is of no use; that it stays when it cannot be removed changes nothing.
            drop(fs::remove_file(part));
            return Err(match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::Unknown) => unwritten(&error),
                _ => Failure::Sql(error).at(path),
            });
        }
    }
    // On the disk before it has its name: who sees the file has a copy.
    let named = File::open(part).and_then(|file| file.sync_all()).and_then(|()| fs::rename(part, to));
    named.map_err(|error| unwritten(&error))
}
