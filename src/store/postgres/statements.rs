//! Running statements. Comes in: SQL with its parameters, on a connection or inside a transaction. Goes out: rows. Each
//! statement is prepared once per connection.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::failure::Failure;

/// A parameter of a statement.
pub(super) type Parameter<'a> = &'a (dyn ToSql + Sync);

/// All rows.
pub(super) async fn rows(
    client: &impl GenericClient,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<Vec<Row>, Failure> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, parameters).await?)
}

/// The first row, if there is one.
pub(super) async fn first(
    client: &impl GenericClient,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<Option<Row>, Failure> {
    Ok(rows(client, sql, parameters).await?.into_iter().next())
}

/// How many rows were changed.
pub(super) async fn execute(
    client: &impl GenericClient,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<u64, Failure> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.execute(&statement, parameters).await?)
}

/// Every row, read.
pub(super) async fn collect<T>(
    client: &impl GenericClient,
    sql: &str,
    parameters: &[Parameter<'_>],
    read: impl Fn(&Row) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    rows(client, sql, parameters).await?.iter().map(read).collect()
}
