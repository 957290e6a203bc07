//! The readers. Comes in: questions, each a closure over a connection. Goes out: answers from one consistent
//! snapshot. A small, fixed number of connections; further questions wait. Never writes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::failure::Failure;
use crate::store::StoreError;

/// The connections that are free, and the permits to take one.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    path: Arc<Path>,
}

impl Readers {
    /// Takes over connections that were opened for reading.
    pub(super) fn new(connections: Vec<Connection>, path: PathBuf) -> Self {
        let permits = Arc::new(Semaphore::new(connections.len()));
        Self { idle: Arc::new(Mutex::new(connections)), permits, path: path.into() }
    }

    /// Asks one question on a thread that may block.
    pub(super) async fn read<T, F>(&self, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let stopped = || StoreError::Unavailable(format!("`{}` is being closed", self.path.display()));
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_closed| stopped())?;
        let readers = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let answer = readers.ask(question);
            drop(permit);
            answer
        });
        asked.await.unwrap_or_else(|_panicked_or_cancelled| Err(stopped()))
    }

    fn ask<T, F>(&self, question: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> Result<T, Failure>,
    {
        let taken = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(connection) = taken else {
            return Err(StoreError::Unavailable(format!("no free reader of `{}`", self.path.display())));
        };
        let answer = snapshot(&connection, question).map_err(|failure| failure.at(&self.path));
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }
}

/// All statements of a question see the same moment.
fn snapshot<T, F>(connection: &Connection, question: F) -> Result<T, Failure>
where
    F: FnOnce(&Connection) -> Result<T, Failure>,
{
    let transaction = connection.unchecked_transaction()?;
    let answer = question(&transaction)?;
    transaction.finish()?;
    Ok(answer)
}
