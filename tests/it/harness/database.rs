//! PostgreSQL as the tests meet it: a database of a test's own on the server that `tests/all` has started.

use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::set_up::set_up;
use super::{environment, not_run};

/// Set by `tests/all` once its server answers.
const ADDRESS: &str = "NEWSDELTA_TEST_POSTGRES";

/// Tells the databases of one run apart.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An empty database.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
}

impl Database {
    /// Makes it; nothing, said aloud in the name of `test`, where there is no server.
    pub(crate) fn new(test: &str) -> Option<Self> {
        let Some(server) = environment(ADDRESS) else {
            not_run(test, "no PostgreSQL: tests/all starts one and names it in NEWSDELTA_TEST_POSTGRES");
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("it{}x{number}", std::process::id());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&server, NoTls).await.unwrap();
            let connection = tokio::spawn(connection);
            client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
            connection.abort();
        });
        Some(Self { url: server.replace("/postgres?", &format!("/{name}?")) })
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// A server of a test's own, so that it can be stopped without harm to others. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    folder: TempDir,
    url: String,
}

impl Server {
    /// Makes and starts it; nothing, said aloud in the name of `test`, where `tests/all` could not set up PostgreSQL.
    pub(crate) fn new(test: &str) -> Option<Self> {
        if environment(ADDRESS).is_none() {
            not_run(test, "no PostgreSQL: tests/all starts one and names it in NEWSDELTA_TEST_POSTGRES");
            return None;
        }
        Some(Self::made(|server| server.script("start", &[])))
    }

    fn made(make: impl FnOnce(&Self) -> String) -> Self {
        let folder = TempDir::with_prefix("newsdelta-postgres-").unwrap();
        let mut server = Self { folder, url: String::new() };
        server.url = make(&server);
        server
    }

    /// Another one that follows this one and takes no writes.
    pub(crate) fn replica(&self) -> Self {
        let of = self.folder.path().to_str().unwrap();
        Self::made(|server| server.script("replica", &[of]))
    }

    /// Lets a replica take writes.
    pub(crate) fn promote(&self) {
        self.script("promote", &[]);
    }

    /// Runs one statement.
    pub(crate) fn execute(&self, sql: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
            let connection = tokio::spawn(connection);
            client.batch_execute(sql).await.unwrap();
            connection.abort();
        });
    }

    /// The address of its empty database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The port it answers at.
    pub(crate) fn port(&self) -> u16 {
        let (_, rest) = self.url.rsplit_once(':').unwrap();
        rest.split('/').next().unwrap().parse().unwrap()
    }

    /// Starts it and waits until it answers.
    pub(crate) fn start(&self) {
        self.script("start", &[]);
    }

    /// Stops it as an operator does: whoever works on it is cut off.
    pub(crate) fn stop(&self) {
        self.script("stop", &[]);
    }

    /// Ends it as a power cut would.
    pub(crate) fn crash(&self) {
        self.script("crash", &[]);
    }

    fn script(&self, verb: &str, further: &[&str]) -> String {
        set_up("postgres", verb, self.folder.path(), further)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
