//! Indexes of tables that may be large already. Comes in: a connection of the one instance that may change the schema. Goes
//! out: the indexes, made while other instances go on writing, which a migration would hold up. One whose making was broken
//! off is made anew. Never inside a transaction: the server makes them in several.

use deadpool_postgres::Client;

use super::columns::get;
use super::failure::Failure;

const IS_WHOLE: &str =
    "SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)), FALSE) AS whole";

/// Each by its name.
const INDEXES: &[(&str, &str)] = &[
    // A page of the list of stories is read from this alone.
    ("stories_listed", "ON stories (last_report_at, id) WHERE merged_into IS NULL"),
    // Those that are read at a start.
    ("stories_open", "ON stories (last_report_at) WHERE NOT bare AND merged_into IS NULL"),
    // Reports whose text is still there, the oldest first.
    ("articles_with_text", "ON articles (learned_at, number) WHERE text <> ''"),
];

/// Makes those that are missing.
pub(super) async fn make(client: &Client) -> Result<(), Failure> {
    for (name, on) in INDEXES {
        if get(&client.query_one(IS_WHOLE, &[name]).await?, "whole")? {
            continue;
        }
        client.batch_execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")).await?;
        client.batch_execute(&format!("CREATE INDEX CONCURRENTLY {name} {on}")).await?;
        tracing::debug!(index = name, "made");
    }
    Ok(())
}
