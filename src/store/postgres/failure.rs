//! What can go wrong below the trait. Comes in: errors of PostgreSQL, of the pool, of JSON and of the store itself. Goes
//! out: a [`StoreError`] that says whether waiting helps, and if not, what does. Never shows a password.

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::store::StoreError;

/// An error before it is known to which database it belongs.
#[derive(Debug)]
pub(super) enum Failure {
    /// PostgreSQL refused, or was not reached.
    Sql(tokio_postgres::Error),
    /// No connection was to be had.
    Pool(String),
    /// A column does not hold what was written there.
    Content(String),
    /// Decided already.
    Store(StoreError),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Sql(error),
            other => Self::Pool(other.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    /// Whether the server refuses because it takes no writes, as a replica does.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(self, Self::Sql(error) if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION))
    }

    /// The same at the start, when somebody is there who can cure what would pass by itself only later.
    pub(super) fn at_start(self, database: &str) -> StoreError {
        let untrusted = matches!(&self, Self::Sql(error) if is_untrusted(error));
        match self.at(database) {
            StoreError::Unavailable(words) if untrusted => StoreError::Broken(words),
            other => other,
        }
    }

    /// The error for the world, naming the database and the cure.
    pub(super) fn at(self, database: &str) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Pool(reason) => {
                StoreError::Unavailable(format!("no connection to {database} ({reason}): it is tried again"))
            }
            Self::Content(what) => StoreError::Broken(format!(
                "{database} holds a row this program cannot read ({what}): use the version that wrote it, or restore a \
                 copy"
            )),
            Self::Sql(error) => sql_error(&error, database),
        }
    }
}

/// Classes of errors that pass, or pass after the server was seen to: connections, resources, an operator's
/// intervention, the system below, a conflict with another transaction, a lock, an idle session that was ended or a
/// server that has become a replica.
const PASSING: [&str; 7] = ["08", "53", "57", "58", "40", "55", "25"];

/// Sorts PostgreSQL's errors into those that pass and those that an operator must cure.
fn sql_error(error: &tokio_postgres::Error, database: &str) -> StoreError {
    let Some(code) = error.code() else {
        if is_untrusted(error) {
            return StoreError::Unavailable(format!(
                "{database} shows a certificate that is not trusted ({}): name the certificates of its authority in \
                 `store.tls_ca_file`, or its right name in `store.url`",
                in_full(error)
            ));
        }
        // No answer of a server: the line, the name, the address or the certificate.
        return StoreError::Unavailable(format!("{database} cannot be reached ({})", in_full(error)));
    };
    let words = in_full(error);
    if *code == SqlState::INVALID_PASSWORD || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        return StoreError::Broken(format!(
            "{database} does not let newsdelta in ({words}): correct user and password in `store.url`"
        ));
    }
    if *code == SqlState::INVALID_CATALOG_NAME {
        return StoreError::Broken(format!("{database} does not exist ({words}): make it with `createdb`"));
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return StoreError::Broken(format!(
            "{database} does not let newsdelta do this ({words}): give its user the rights on the schema and its tables"
        ));
    }
    if code.code().get(..2).is_some_and(|class| PASSING.contains(&class)) {
        return StoreError::Unavailable(format!("{database}: {words}"));
    }
    StoreError::Broken(format!(
        "{database} does not fit this program ({words}): use the version that wrote it, or report this as a fault"
    ))
}

/// Whether the server's certificate is what is wrong.
fn is_untrusted(error: &tokio_postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        // An error of the system hides the one it was made of from `source`.
        let hidden = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inner
            .downcast_ref::<rustls::Error>()
            .or_else(|| hidden.and_then(|hidden| hidden.downcast_ref::<rustls::Error>()));
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The error with its causes: the library's own first line says little.
pub(super) fn in_full(error: &tokio_postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        return format!("{}, {}", answer.message(), answer.code().code());
    }
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        words = format!("{words}: {inner}");
        source = inner.source();
    }
    words
}
