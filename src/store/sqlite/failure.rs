//! What can go wrong below the trait. Comes in: errors of SQLite, of JSON and of the store itself. Goes out: a
//! [`StoreError`] that says whether waiting helps, and if not, what does. Never hides the original words.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::store::StoreError;

/// An error before it is known to which file it belongs.
#[derive(Debug)]
pub(super) enum Failure {
    /// SQLite refused.
    Sql(rusqlite::Error),
    /// A column does not hold what was written there.
    Content(String),
    /// Decided already.
    Store(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Content(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    /// Whether the disk, or the size limit, is what stands in the way.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Sql(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull))
    }

    /// The error for the world, naming the file and the cure.
    pub(super) fn at(self, path: &Path) -> StoreError {
        let file = path.display();
        match self {
            Self::Store(error) => error,
            Self::Content(what) => StoreError::Broken(format!(
                "`{file}` holds a row this program cannot read ({what}): use the version that wrote it, or restore a copy"
            )),
            Self::Sql(error) => sql_error(&error, path),
        }
    }
}

/// Sorts SQLite's errors into those that pass and those that an operator must cure.
fn sql_error(error: &rusqlite::Error, path: &Path) -> StoreError {
    let file = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Broken(format!(
            "`{file}` is damaged ({error}): stop newsdelta, then restore a copy, or save what can be saved with \
             `sqlite3 {file} .recover`"
        )),
        Some(
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied,
        ) => StoreError::Broken(format!(
            "`{file}` cannot be written ({error}): give the user of newsdelta write access to the file and its folder"
        )),
        Some(ErrorCode::DiskFull) => StoreError::Unavailable(format!(
            "no room for `{file}` ({error}): free space on its disk, or raise its size limit"
        )),
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted
            | ErrorCode::OperationAborted
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport,
        ) => StoreError::Unavailable(format!("`{file}`: {error}")),
        _ => StoreError::Broken(format!(
            "`{file}` does not fit this program ({error}): use the version that wrote it, or report this as a fault"
        )),
    }
}
