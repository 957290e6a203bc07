//! PostgreSQL as the tests meet it: a database of a test's own on the server that `tests/all` has started.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;

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
