//! Whose turn it is. Comes in: the wish to plan and commit. Goes out: a transaction that holds the one row of `turn`
//! locked until it ends, so that instances plan one after the other on what all of them know. An instance that dies
//! loses its connection and with it the turn; one that hangs is cut off by the server after `turn_timeout`.

use deadpool_postgres::{Client, GenericClient, Object, Pool};
use jiff::Timestamp;

use super::columns::{get, time};
use super::failure::Failure;
use super::statements::{execute, first};
use crate::store::StoreError;

const TAKE: &str = "SELECT generation FROM turn FOR UPDATE";
const LOOK: &str = "SELECT generation FROM turn";
const CLOCK: &str =
    r#"SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now"#;
const COUNT: &str = "UPDATE turn SET generation = $1";

/// The latest generation, without waiting.
pub(super) async fn generation(client: &impl GenericClient) -> Result<i64, Failure> {
    let row = first(client, LOOK, &[]).await?;
    get(&row.ok_or_else(nobodys)?, "generation")
}

/// What the server's clock shows: that of all instances.
pub(super) async fn clock(client: &impl GenericClient) -> Result<Timestamp, Failure> {
    let row = first(client, CLOCK, &[]).await?;
    time(&row.ok_or_else(nobodys)?, "now")
}

fn nobodys() -> Failure {
    Failure::Content("the table `turn` is empty".to_owned())
}

/// An open transaction that holds the turn. Dropped unfinished it closes its connection, which takes everything back.
pub(super) struct Held {
    client: Option<Object>,
    /// Names it among the turns of this instance.
    pub(super) number: u64,
    /// The generation before this turn.
    pub(super) generation: i64,
}

impl Held {
    /// Waits for the turn, at most as long as a statement may take.
    pub(super) async fn take(pool: &Pool, number: u64) -> Result<Self, Failure> {
        let client = pool.get().await?;
        let mut held = Self { client: Some(client), number, generation: 0 };
        let client = held.client()?;
        client.batch_execute("BEGIN").await?;
        let row = first(client, TAKE, &[]).await?;
        held.generation = get(&row.ok_or_else(nobodys)?, "generation")?;
        Ok(held)
    }

    /// The connection inside its transaction.
    pub(super) fn client(&self) -> Result<&Client, Failure> {
        self.client.as_ref().ok_or_else(|| lost().into())
    }

    /// Commits everything as the next generation, and ends the turn.
    pub(super) async fn commit(mut self) -> Result<i64, Failure> {
        let generation = self.generation + 1;
        let client = self.client()?;
        execute(client, COUNT, &[&generation]).await?;
        client.batch_execute("COMMIT").await?;
        // Whole again: back into the pool.
        drop(self.client.take());
        Ok(generation)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

/// The turn ended before its commit: it has to be taken anew.
pub(super) fn lost() -> StoreError {
    StoreError::Unavailable("the turn to commit was lost, and is taken again".to_owned())
}
