//! Reaching the database. Comes in: where it is and what is wanted of it. Goes out: a pool of connections, with the
//! schema up to date. Refuses, with the cure, a database that a newer program wrote. Never shows the password.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use refinery::{Migration, Runner};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::columns::get;
use super::failure::{Failure, in_full};
use super::{indexes, order, search};
use crate::store::copy::tables;
use crate::store::{Access, StoreError};

/// How long reaching the server may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long somebody waits for a free connection of the pool.
const FREE_TIMEOUT: Duration = Duration::from_secs(30);

/// A line on which nothing moved for so long is asked whether it still stands; after three such waits it does not.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Keeps two instances from changing the schema at once: the letters "nwsd".
const MIGRATION_LOCK: i64 = 0x6e77_7364;

const TRY_LOCK: &str = "SELECT pg_try_advisory_lock($1) AS free";

/// How often it is asked for.
const LOCK_LOOK: Duration = Duration::from_millis(100);

/// Every schema change ever made, in order. One that was released is never edited.
const MIGRATIONS: [(&str, &str); 5] = [
    ("V1__all", include_str!("../migrations/postgres/0001_all.sql")),
    ("V80__search", include_str!("../migrations/postgres/0080_search.sql")),
    ("V90__retention", include_str!("../migrations/postgres/0090_retention.sql")),
    ("V96__order", include_str!("../migrations/postgres/0096_order.sql")),
    ("V97__bare", include_str!("../migrations/postgres/0097_bare.sql")),
];

/// Where the database is and how it is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`, or the key=value form of libpq.
    pub url: SecretString,
    /// Certificates to trust beside the system's own.
    pub tls_ca_file: Option<PathBuf>,
    /// Connections at the same time.
    pub connections_max: usize,
    /// A statement that takes longer is ended by the server.
    pub statement_timeout: Duration,
    /// An instance whose turn it is and that does nothing for so long loses it.
    pub turn_timeout: Duration,
}

impl Options {
    /// Whether the address holds a password, which everyone sees who sees the address.
    pub fn holds_password(&self) -> bool {
        let config = self.url.expose_secret().parse::<Config>();
        config.is_ok_and(|config| config.get_password().is_some())
    }
}

/// What is done with a database that is a copy not yet finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copies {
    /// It is no store yet.
    Refused,
    /// It is to be finished.
    Taken,
}

/// A pool, and how the database is called in messages.
pub(super) struct Connected {
    pub(super) pool: Pool,
    pub(super) name: String,
}

/// Makes the pool, reaches the server once and brings the schema up to date.
pub(super) async fn connect(options: &Options, access: Access) -> Result<Connected, StoreError> {
    let Connected { pool, name } = reach(options, access)?;
    let prepared = prepare(&pool, access, Copies::Refused, &name).await;
    prepared.map_err(|failure| failure.at_start(&name))?;
    Ok(Connected { pool, name })
}

/// Makes the pool; nothing is reached yet.
pub(super) fn reach(options: &Options, access: Access) -> Result<Connected, StoreError> {
    let config = configured(options, access)?;
    let name = name(&config);
    let manager = manager(config, options)?;
    let pool = Pool::builder(manager)
        .max_size(options.connections_max)
        .wait_timeout(Some(FREE_TIMEOUT))
        .create_timeout(Some(CONNECT_TIMEOUT))
        .recycle_timeout(Some(CONNECT_TIMEOUT))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Broken(format!("no pool for {name}: {error}")))?;
    Ok(Connected { pool, name })
}

fn configured(options: &Options, access: Access) -> Result<Config, StoreError> {
    let mut config: Config =
        options.url.expose_secret().parse().map_err(|error: tokio_postgres::Error| {
            // The library's words name the part that is wrong, never its value.
            let cause =
                std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            StoreError::Broken(format!(
                "`store.url` is no address of a PostgreSQL database ({cause}): write \
             postgres://USER:PASSWORD@HOST:PORT/DATABASE"
            ))
        })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(StoreError::Broken(
            "`store.url` names no host: write postgres://USER@HOST/DATABASE".to_owned(),
        ));
    }
    let given = config.get_options().map(|options| format!("{options} ")).unwrap_or_default();
    config.options(format!(
        "{given}-c statement_timeout={} -c idle_in_transaction_session_timeout={}",
        options.statement_timeout.as_millis(),
        options.turn_timeout.as_millis()
    ));
    if config.get_application_name().is_none() {
        config.application_name("newsdelta");
    }
    // Of several hosts the one that writes; a replica answers only those who look.
    if access != Access::ReadOnly && config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    config.connect_timeout(CONNECT_TIMEOUT);
    config.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE).keepalives_retries(3);
    config.tcp_user_timeout(KEEPALIVE * 3);
    Ok(config)
}

/// `the database news at db-1:5432`.
fn name(config: &Config) -> String {
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    let ports = config.get_ports();
    let hosts: Vec<String> = hosts
        .enumerate()
        .map(|(index, host)| match ports.get(index).or_else(|| ports.first()) {
            Some(port) => format!("{host}:{port}"),
            None => host,
        })
        .collect();
    format!("the database {} at {}", config.get_dbname().unwrap_or("of the user's name"), hosts.join(", "))
}

fn manager(config: Config, options: &Options) -> Result<Manager, StoreError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    if config.get_ssl_mode() == SslMode::Disable {
        return Ok(Manager::from_config(config, NoTls, recycling));
    }
    let broken = |words: String| StoreError::Broken(format!("TLS to the database cannot be set up: {words}"));
    let extra: Vec<CertificateDer<'static>> = match &options.tls_ca_file {
        Some(path) => CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect)
            .map_err(|error| broken(format!("`store.tls_ca_file` {} ({error})", path.display())))?,
        None => Vec::new(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider.clone())
        .map_err(|error| broken(error.to_string()))?;
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Manager::from_config(config, MakeRustlsConnect::new(tls), recycling))
}

/// Brings the schema up to date, or looks whether it is.
pub(super) async fn prepare(pool: &Pool, access: Access, copies: Copies, name: &str) -> Result<(), Failure> {
    let mut client = pool.get().await?;
    if copies == Copies::Refused && is_unfinished(&client).await? {
        return Err(tables::unfinished(name).into());
    }
    if access != Access::Daemon {
        return check_schema(version(&client).await?, name);
    }
    // What is made anew may take longer than a statement.
    client.batch_execute("SET statement_timeout = 0").await?;
    // Asked again and again: whoever waits inside a statement would hold up the making of an index, which waits for all
    // statements begun before.
    while !get(&client.query_one(TRY_LOCK, &[&MIGRATION_LOCK]).await?, "free")? {
        tokio::time::sleep(LOCK_LOOK).await;
    }
    let version = version(&client).await?;
    if version > newest() {
        return check_schema(version, name);
    }
    let migrations = MIGRATIONS
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| migration_failed(&error, name))?;
    let applied = Runner::new(&migrations).run_async(&mut **client).await;
    // A copy brings them along.
    let fills = applied.is_ok() && !is_unfinished(&client).await?;
    let filled = if fills { fill(&mut client).await } else { Ok(()) };
    let mut filled = if fills && filled.is_ok() { order::restore(&mut client).await } else { filled };
    if applied.is_ok() && filled.is_ok() {
        filled = indexes::make(&client).await;
    }
    // The session ends here, and with it the lock and the setting.
    drop(deadpool_postgres::Object::take(client));
    for migration in applied.map_err(|error| migration_failed(&error, name))?.applied_migrations() {
        tracing::info!(database = name, %migration, "schema of the store brought up to date");
    }
    filled
}

/// What stories of before are found by, all or nothing.
async fn fill(client: &mut deadpool_postgres::Client) -> Result<(), Failure> {
    let transaction = client.transaction().await?;
    search::fill(&transaction).await?;
    Ok(transaction.commit().await?)
}

/// Whether it is a copy that was begun and not finished.
pub(super) async fn is_unfinished(client: &deadpool_postgres::Client) -> Result<bool, Failure> {
    has(client, tables::COPYING).await
}

/// Whether a daemon, or a copy, has made its schema.
pub(super) async fn is_store(client: &deadpool_postgres::Client) -> Result<bool, Failure> {
    has(client, "refinery_schema_history").await
}

async fn has(client: &deadpool_postgres::Client, table: &str) -> Result<bool, Failure> {
    get(&client.query_one("SELECT to_regclass($1) IS NOT NULL AS there", &[&table]).await?, "there")
}

/// The schema version of the database, 0 for an empty one.
async fn version(client: &deadpool_postgres::Client) -> Result<i32, Failure> {
    if !is_store(client).await? {
        return Ok(0);
    }
    let row = client.query_one("SELECT max(version) AS version FROM refinery_schema_history", &[]).await?;
    Ok(get::<Option<i32>>(&row, "version")?.unwrap_or(0))
}

/// The schema version that this program writes.
fn newest() -> i32 {
    let number = |name: &str| name.strip_prefix('V')?.split_once("__")?.0.parse().ok();
    MIGRATIONS.iter().filter_map(|(name, _)| number(name)).max().unwrap_or_default()
}

fn check_schema(version: i32, name: &str) -> Result<(), Failure> {
    let newest = newest();
    let words = match version {
        0 => format!("{name} holds no store yet: start the daemon once"),
        version if version > newest => format!(
            "{name} was written by a newer newsdelta (schema {version}, this one knows {newest}): install that version"
        ),
        version if version < newest => format!(
            "{name} has an older schema ({version}, this one needs {newest}): start the daemon once to bring it up to date"
        ),
        _ => return Ok(()),
    };
    Err(StoreError::Broken(words).into())
}

/// With the server's own words, which stand deep in the error.
fn migration_failed(error: &refinery::Error, name: &str) -> Failure {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(answer) = inner.downcast_ref::<tokio_postgres::Error>() {
            words = in_full(answer);
        }
        source = inner.source();
    }
    StoreError::Broken(format!(
        "the schema of {name} cannot be brought up to date ({words}): restore a copy, or use the version that wrote it"
    ))
    .into()
}
