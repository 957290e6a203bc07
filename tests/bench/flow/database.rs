//! A fresh database for each run, on the server that tests/bench/all has started, and how long that server was on
//! processors.

use std::time::Duration;

use tokio_postgres::{Client, NoTls};

use crate::table::process_time;

/// A database server.
pub(super) struct Server {
    address: String,
    made: u32,
}

impl Server {
    /// The one that the environment names.
    pub(super) fn known() -> Option<Self> {
        let address = std::env::var("NEWSDELTA_TEST_POSTGRES").ok()?;
        Some(Self { address, made: 0 })
    }

    /// The address of an empty database.
    pub(super) fn database(&mut self) -> String {
        self.made += 1;
        let name = format!("bench{}x{}", std::process::id(), self.made);
        self.ask(async |client| {
            client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database is made");
        });
        self.address.replace("/postgres?", &format!("/{name}?"))
    }

    /// How long all its processes that are there now have been on processors.
    pub(super) fn spent(&self) -> Duration {
        let processes: Vec<i32> = self.ask(async |client| {
            let rows = client.query("SELECT pid FROM pg_stat_activity", &[]).await.expect("its processes");
            rows.iter().map(|row| row.get("pid")).collect()
        });
        processes.into_iter().filter_map(|process| u32::try_from(process).ok()).map(process_time).sum()
    }

    fn ask<T>(&self, question: impl AsyncFnOnce(&Client) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&self.address, NoTls).await.expect("the server answers");
            let connection = tokio::spawn(connection);
            let answer = question(&client).await;
            connection.abort();
            answer
        })
    }
}
