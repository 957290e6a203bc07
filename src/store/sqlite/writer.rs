//! The one writer. Comes in: jobs through a bounded queue, each all or nothing. Goes out: their answers, given only
//! after the disk has the data. Jobs that wait at the same time share one transaction, so that a burst of small
//! writes costs one flush of the disk instead of one each. Never retries: the caller knows when that makes sense.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;
use crate::store::StoreError;

/// How many jobs may wait; callers beyond wait for a place.
const QUEUE: usize = 256;

/// How many jobs share one transaction at most, so that the first is not kept waiting by the last.
const GROUP: usize = 64;

/// A handle to the writer thread. The thread ends, and the lock is given back, when the handle is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
    path: Arc<Path>,
}

impl Writer {
    /// Starts the thread. `lock` is held until the connection is closed.
    pub(super) fn start(connection: Connection, lock: Option<File>, path: PathBuf) -> std::io::Result<Self> {
        let path: Arc<Path> = path.into();
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn({
            let path = Arc::clone(&path);
            move || {
                serve(&connection, waiting, &path);
                drop(connection);
                drop(lock);
            }
        })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), path })
    }

    /// Runs one job, all or nothing, and answers when it is on disk.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        self.queue(work, false).await
    }

    /// The same for a job of many rows, which goes before others that wait at the same time.
    pub(super) async fn write_much<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        self.queue(work, true).await
    }

    async fn queue<T, F>(&self, work: F, large: bool) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let path = Arc::clone(&self.path);
        let task = Task { work: Some(work), large, result: None, found_full: false, reply, path };
        let stopped = || {
            StoreError::Broken(format!(
                "the writer of `{}` has stopped: restart newsdelta",
                self.path.display()
            ))
        };
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        if jobs.send(Box::new(task)).await.is_err() {
            return Err(stopped());
        }
        answer.await.unwrap_or_else(|_dropped| Err(stopped()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing the queue ends the thread once it has finished what waits there.
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(path = %self.path.display(), "the writer of the store ended in a panic");
        }
    }
}

/// Something to write, and somebody to tell.
trait Job: Send {
    /// Writes, and says whether what was written is to be kept.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Whether it writes many rows.
    fn is_large(&self) -> bool;
    /// Whether it failed for want of room.
    fn found_full(&self) -> bool;
    /// Tells the caller; `group` says whether the transaction is on disk.
    fn answer(self: Box<Self>, group: Result<(), StoreError>);
}

struct Task<T, F> {
    work: Option<F>,
    large: bool,
    result: Option<Result<T, StoreError>>,
    found_full: bool,
    reply: oneshot::Sender<Result<T, StoreError>>,
    path: Arc<Path>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let result = self.work.take().map(|work| work(connection));
        self.found_full = matches!(&result, Some(Err(failure)) if failure.is_full());
        self.result = result.map(|result| result.map_err(|failure| failure.at(&self.path)));
        matches!(self.result, Some(Ok(_)))
    }

    fn is_large(&self) -> bool {
        self.large
    }

    fn found_full(&self) -> bool {
        self.found_full
    }

    fn answer(self: Box<Self>, group: Result<(), StoreError>) {
        let not_run = || Err(StoreError::Unavailable("the transaction ended before its turn".to_owned()));
        let Self { result, reply, .. } = *self;
        let answer = group.and_then(|()| result.unwrap_or_else(not_run));
        if reply.send(answer).is_err() {
            tracing::debug!("a caller of the store left before its answer");
        }
    }
}

/// Takes jobs until the queue is closed and empty.
fn serve(connection: &Connection, mut waiting: mpsc::Receiver<Box<dyn Job>>, path: &Path) {
    let mut group = Vec::with_capacity(GROUP);
    let mut was_full = false;
    while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
        let written = write_group(connection, &mut group);
        was_full |= written.as_ref().is_err_and(Failure::is_full) || group.iter().any(|job| job.found_full());
        if was_full {
            // Once on the way down, and again on the way up: only when there is room can the database take the log.
            was_full = !make_room(connection);
        }
        let written = written.map_err(|failure| failure.at(path));
        for job in group.drain(..) {
            job.answer(written.clone());
        }
    }
}

/// Moves what the log holds into the database and empties the log. SQLite does this by itself only when the log has
/// grown to some megabytes, for which a full disk has no room: the log would keep it full. True when it is empty.
fn make_room(connection: &Connection) -> bool {
    let held_up = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    tracing::debug!(?held_up, "tried to empty the log of the store");
    matches!(held_up, Ok(false))
}

/// Runs a group in one transaction; on an error nothing of it is kept.
fn write_group(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    let committed = write_all(connection, group).and_then(|()| {
        // After jobs that all failed there is nothing to commit.
        if connection.is_autocommit() { Ok(()) } else { run(connection, "COMMIT") }
    });
    if committed.is_err() && !connection.is_autocommit() {
        run(connection, "ROLLBACK")?;
    }
    committed
}

/// Runs all jobs of a group. What has nothing before it in the transaction is taken back with the transaction itself, which
/// spares SQLite the second journal that a savepoint needs: so that the job with the most rows is one of these, it is first.
fn write_all(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    group.sort_by_key(|job| !job.is_large());
    for job in group {
        if connection.is_autocommit() {
            run(connection, "BEGIN IMMEDIATE")?;
            write_first(connection, job.as_mut())?;
        } else {
            write_behind(connection, job.as_mut())?;
        }
    }
    Ok(())
}

/// Runs a job with nothing before it in the transaction, which ends with it when it fails.
fn write_first(connection: &Connection, job: &mut dyn Job) -> Result<(), Failure> {
    let keep = job.run(connection);
    match (keep, connection.is_autocommit()) {
        (true, true) => Err(taken_back()),
        (false, false) => run(connection, "ROLLBACK"),
        // Kept until the commit; or it failed and was taken back by SQLite, and its own error says why.
        (true, false) | (false, true) => Ok(()),
    }
}

/// Runs a job so that its failure takes back nothing of those before it.
fn write_behind(connection: &Connection, job: &mut dyn Job) -> Result<(), Failure> {
    run(connection, "SAVEPOINT job")?;
    let keep = job.run(connection);
    if connection.is_autocommit() {
        return Err(taken_back());
    }
    if !keep {
        run(connection, "ROLLBACK TO job")?;
    }
    run(connection, "RELEASE job")
}

/// Runs a statement that ends or begins something, many times a second.
fn run(connection: &Connection, statement: &str) -> Result<(), Failure> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}

/// On a full disk or a failed write SQLite may take back the whole transaction by itself.
fn taken_back() -> Failure {
    StoreError::Unavailable("the disk is full or failing, and the transaction was taken back".to_owned())
        .into()
}
