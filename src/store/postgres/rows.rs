//! The tables of a database, row by row, for copying whole stores. Comes in: its address. Goes out: pages of rows as of
//! one moment, or the database filled with such. What other backends do not have is made from what they have. Never
//! changes the database it reads.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Object;
use tokio_postgres::types::ToSql;

use super::columns::{count, get, plain, string, text};
use super::commit::Searched;
use super::connect::{self, Copies, Options};
use super::failure::Failure;
use super::statements::{execute, first, rows};
use super::{outbox, search};
use crate::model::{FactKey, Story};
use crate::store::copy::tables::{COPYING, Cell, Kind, Row, Table};
use crate::store::copy::{Source, Target};
use crate::store::{Access, StoreError, form};

/// How often it is looked whether daemons have gone, and for how long: a killed one is missed only after a while.
const LOOKS: u32 = 25;
const LOOK_EVERY: Duration = Duration::from_millis(200);

const OTHERS: &str = "SELECT count(*) AS others FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'newsdelta' AND pid <> pg_backend_pid()";
const FOREIGN: &str = "SELECT table_name::text AS name FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name LIMIT 3";

/// Columns that only this backend has.
pub(super) const OWN: &[(&str, &[(&str, Kind)])] = &[
    ("stories", &[("title", Kind::Text), ("changed_in", Kind::Integer)]),
    ("facts", &[("about", Kind::Text), ("place", Kind::Text), ("names", Kind::Text)]),
];

/// A database whose rows are copied.
pub(in crate::store) struct Rows {
    client: Object,
    name: String,
}

impl Rows {
    /// A store to read, on which no daemon works.
    pub(in crate::store) async fn source(options: &Options) -> Result<Self, StoreError> {
        let rows = Self::open(options, Access::ReadOnly).await?;
        let snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        rows.client.batch_execute(snapshot).await.map_err(|error| rows.failed(error.into()))?;
        Ok(rows)
    }

    /// A database to fill.
    pub(in crate::store) async fn target(options: &Options) -> Result<Self, StoreError> {
        Self::open(options, Access::Daemon).await
    }

    async fn open(options: &Options, access: Access) -> Result<Self, StoreError> {
        let options = Options { connections_max: 1, ..options.clone() };
        let connect::Connected { pool, name } = connect::reach(&options, access)?;
        let opened = async {
            let client = pool.get().await?;
            if access == Access::Daemon && !connect::is_store(&client).await? {
                refuse_foreign(&client, &name).await?;
            }
            refuse_company(&client, &name).await?;
            drop(client);
            let copies = if access == Access::Daemon { Copies::Taken } else { Copies::Refused };
            connect::prepare(&pool, access, copies, &name).await?;
            let client = pool.get().await?;
            // A page of a large table, or a pause of the other side, may take longer than the work of a daemon.
            client
                .batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
                .await?;
            Ok(client)
        };
        let client = opened.await.map_err(|failure: Failure| failure.at_start(&name))?;
        Ok(Self { client, name })
    }

    fn failed(&self, failure: Failure) -> StoreError {
        failure.at(&self.name)
    }

    async fn write_with(
        &self,
        work: impl Future<Output = Result<(), Failure>> + Send,
    ) -> Result<(), StoreError> {
        let written = async {
            self.client.batch_execute("BEGIN").await?;
            work.await?;
            Ok(self.client.batch_execute("COMMIT").await?)
        };
        written.await.map_err(|failure| self.failed(failure))
    }
}

/// A database in which another program has its tables is none for a store.
async fn refuse_foreign(client: &Object, name: &str) -> Result<(), Failure> {
    let found = rows(client, FOREIGN, &[]).await?;
    let found: Vec<String> = found.iter().map(|row| get(row, "name")).collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Ok(());
    }
    Err(StoreError::Refused(format!(
        "{name} holds tables of another program ({}): make an empty database with `createdb`",
        found.join(", ")
    ))
    .into())
}

/// Rows that move while they are copied are copied in vain.
async fn refuse_company(client: &Object, name: &str) -> Result<(), Failure> {
    let mut others = 0;
    for _ in 0..LOOKS {
        let row = client.query_one(OTHERS, &[]).await?;
        others = count(&row, "others")?;
        if others == 0 {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(StoreError::Refused(format!(
        "newsdelta works on {name} ({others} connections): stop every daemon that uses it, then copy"
    ))
    .into())
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn cells(row: &tokio_postgres::Row, table: &Table, columns: usize) -> Result<Row, Failure> {
    let cell = |(name, kind): &(&str, Kind)| {
        let cell = match kind {
            Kind::Integer => get::<Option<i64>>(row, name)?.map(Cell::Integer),
            Kind::Flag => get::<Option<bool>>(row, name)?.map(|flag| Cell::Integer(flag.into())),
            Kind::Text => get::<Option<String>>(row, name)?.map(|text| Cell::Text(plain(text))),
            Kind::Bytes => get::<Option<Vec<u8>>>(row, name)?.map(Cell::Bytes),
        };
        Ok(cell.unwrap_or(Cell::Empty))
    };
    table.columns.iter().take(columns).map(cell).collect()
}

/// A value as a parameter of its own.
fn parameter(cell: &Cell) -> Box<dyn ToSql + Sync + Send> {
    match cell {
        Cell::Empty => Box::new(None::<String>),
        Cell::Integer(number) => Box::new(*number),
        Cell::Text(plain) => Box::new(text(plain).into_owned()),
        Cell::Bytes(bytes) => Box::new(bytes.clone()),
    }
}

/// All values of one column as one parameter.
fn column(rows: &[Row], at: usize, kind: Kind) -> Box<dyn ToSql + Sync + Send> {
    let cells = rows.iter().map(|row| row.get(at));
    let number = |cell: Option<&Cell>| match cell {
        Some(Cell::Integer(number)) => Some(*number),
        _ => None,
    };
    match kind {
        Kind::Integer => Box::new(cells.map(number).collect::<Vec<_>>()),
        Kind::Flag => Box::new(cells.map(|cell| number(cell).map(|flag| flag != 0)).collect::<Vec<_>>()),
        Kind::Text => {
            let texts = cells.map(|cell| match cell {
                Some(Cell::Text(plain)) => Some(text(plain).into_owned()),
                _ => None,
            });
            Box::new(texts.collect::<Vec<_>>())
        }
        Kind::Bytes => {
            let bytes = cells.map(|cell| match cell {
                Some(Cell::Bytes(bytes)) => Some(bytes.clone()),
                _ => None,
            });
            Box::new(bytes.collect::<Vec<_>>())
        }
    }
}

/// How the server calls an array of a kind.
fn array(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "bigint[]",
        Kind::Flag => "bool[]",
        Kind::Text => "text[]",
        Kind::Bytes => "bytea[]",
    }
}

/// The columns of this backend alone, with what stands in them; beyond every generation that is to come, none has changed
/// yet.
fn derive(table: &Table, row: &mut Row) -> Result<(), Failure> {
    let json = |name: &str| {
        let at = table.names().position(|column| column == name);
        match at.and_then(|at| row.get(at)) {
            Some(Cell::Text(text)) => Ok(text.as_str()),
            _ => Err(Failure::Content(format!("{name}: no text"))),
        }
    };
    match table.name {
        "stories" => {
            let story: Story = form::parse(json("body")?, "body").map_err(Failure::Content)?;
            row.extend([Cell::Text(story.title), Cell::Integer(0)]);
        }
        "facts" => {
            let key: FactKey = form::parse(json("key")?, "key").map_err(Failure::Content)?;
            let Searched { about, place, names } = Searched::of(&key);
            let place = place.map_or(Cell::Empty, |place| Cell::Text(plain(place)));
            row.extend([Cell::Text(about.to_owned()), place, Cell::Text(plain(names))]);
        }
        _ => {}
    }
    Ok(())
}

#[async_trait]
impl Source for Rows {
    fn name(&self) -> &str {
        &self.name
    }

    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) AS rows FROM {}", table.name);
        let counted = async {
            let row = self.client.query_one(&sql, &[]).await?;
            count(&row, "rows")
        };
        counted.await.map_err(|failure| self.failed(failure))
    }

    async fn page(&self, table: &'static Table, after: Option<&[Cell]>) -> Result<Vec<Row>, StoreError> {
        let (columns, key, limit) = (list(table.names()), list(table.key_names()), table.page);
        let after: Vec<_> = after.unwrap_or_default().iter().map(parameter).collect();
        let places: Vec<_> = (1..=after.len()).map(|place| format!("${place}")).collect();
        let behind = match after.as_slice() {
            [] => String::new(),
            _ => format!("WHERE ({key}) > ({})", places.join(", ")),
        };
        let sql = format!("SELECT {columns} FROM {} {behind} ORDER BY {key} LIMIT {limit}", table.name);
        let after: Vec<&(dyn ToSql + Sync)> = after.iter().map(|cell| cell.as_ref() as _).collect();
        let read = async {
            let found = rows(&self.client, &sql, &after).await?;
            found
                .iter()
                .map(|row| cells(row, table, table.columns.len()))
                .collect::<Result<Vec<_>, Failure>>()
        };
        read.await.map_err(|failure| self.failed(failure))
    }

    async fn highest(&self, table: &'static Table) -> Result<i64, StoreError> {
        let asked = async {
            let sequence = "SELECT pg_get_serial_sequence($1, 'number') AS name";
            let row = self.client.query_one(sequence, &[&table.name]).await?;
            let sequence: String = get(&row, "name")?;
            let given =
                format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS given FROM {sequence}");
            get(&self.client.query_one(&given, &[]).await?, "given")
        };
        asked.await.map_err(|failure| self.failed(failure))
    }
}

#[async_trait]
impl Target for Rows {
    async fn filled_from(&self) -> Result<Option<String>, StoreError> {
        let asked = async {
            if !connect::is_unfinished(&self.client).await? {
                return Ok(None);
            }
            let row = first(&self.client, &format!("SELECT source FROM {COPYING}"), &[]).await?;
            row.map(|row| string(&row, "source")).transpose()
        };
        asked.await.map_err(|failure| self.failed(failure))
    }

    async fn begin(&self, from: &str) -> Result<(), StoreError> {
        let made = async {
            self.client.batch_execute(&format!("CREATE TABLE {COPYING} (source TEXT NOT NULL)")).await?;
            execute(&self.client, &format!("INSERT INTO {COPYING} (source) VALUES ($1)"), &[&text(from)])
                .await?;
            Ok(())
        };
        self.write_with(made).await
    }

    async fn last(&self, table: &'static Table) -> Result<Option<Vec<Cell>>, StoreError> {
        let key = list(table.key_names());
        let down = table.key_names().map(|name| format!("\"{name}\" DESC")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {key} FROM {} ORDER BY {down} LIMIT 1", table.name);
        let asked = async {
            let row = first(&self.client, &sql, &[]).await?;
            row.map(|row| cells(&row, table, table.key)).transpose()
        };
        asked.await.map_err(|failure| self.failed(failure))
    }

    async fn write(&self, table: &'static Table, mut rows: Vec<Row>) -> Result<(), StoreError> {
        let derived = rows.iter_mut().try_for_each(|row| derive(table, row));
        derived.map_err(|failure| self.failed(failure))?;
        let own = OWN.iter().filter(|(name, _)| *name == table.name).flat_map(|(_, columns)| *columns);
        let all: Vec<(&str, Kind)> = table.columns.iter().chain(own).copied().collect();
        let values: Vec<_> = all.iter().enumerate().map(|(at, (_, kind))| column(&rows, at, *kind)).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value.as_ref() as _).collect();
        let arrays: Vec<_> =
            all.iter().enumerate().map(|(at, (_, kind))| format!("${}::{}", at + 1, array(*kind))).collect();
        let sql = format!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest({})",
            table.name,
            list(all.iter().map(|(name, _)| *name)),
            arrays.join(", ")
        );
        // One statement is a transaction by itself.
        execute(&self.client, &sql, &values).await.map(drop).map_err(|failure| self.failed(failure))
    }

    async fn finish(self: Box<Self>, highest: &[(&'static Table, i64)]) -> Result<(), StoreError> {
        let finished = async {
            for (table, number) in highest {
                let go_on = "SELECT setval(pg_get_serial_sequence($1, 'number'), greatest($2::bigint, 1), $2::bigint > 0)";
                execute(&self.client, go_on, &[&table.name, number]).await?;
            }
            outbox::end_all_leases(&self.client).await?;
            search::fill(&self.client).await?;
            Ok(self.client.batch_execute(&format!("DROP TABLE IF EXISTS {COPYING}; ANALYZE")).await?)
        };
        self.write_with(finished).await
    }
}
