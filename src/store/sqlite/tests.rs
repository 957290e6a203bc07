//! The contract on SQLite, and what only SQLite promises: one daemon, clear refusals, no scans where it matters.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Access, Options, SqliteStore};
use crate::store::Store;
use crate::store::contract::{Place, contract_tests};

/// A temporary folder with a store in it.
struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state/newsdelta.db")
    }

    fn daemon(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), Access::Daemon, Options::default()).unwrap()
    }
}

#[async_trait]
impl Place for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.daemon())
    }
}

mod contract {
    use super::*;
    contract_tests!(Folder::new());
}
