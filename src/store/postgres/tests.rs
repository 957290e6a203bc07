//! The contract on a real PostgreSQL, and what only a shared store promises: turns that follow on each other, one that
//! ends with its holder, leases that never go to two, a schema made once. Run with the address of a server in
//! `NEWSDELTA_TEST_POSTGRES` (`tests/setup/postgres`); without it they say so and pass.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::OnceCell;
use tokio_postgres::NoTls;

use super::{Options, PostgresStore};
use crate::clock::{Clock, SharedTime, SystemClock};
use crate::store::agreement::agree;
use crate::store::contract::{Place, at, commit, contract_tests, failed, outcome};
use crate::store::copy::{House, copy};
use crate::store::overview::StoryQuery;
use crate::store::{Access, Attempt, Commit, SqliteStore, Store, StoreError, sqlite};

/// A database of its own on the server of the tests.
struct Database {
    server: Option<String>,
    url: OnceCell<String>,
}

impl Database {
    fn new() -> Self {
        let server = std::env::var_os("NEWSDELTA_TEST_POSTGRES").map(|url| url.into_string().unwrap());
        if server.is_none() {
            eprintln!(
                "not run: NEWSDELTA_TEST_POSTGRES is not set (tests/setup/postgres start DIR prints it)"
            );
        }
        Self { server, url: OnceCell::new() }
    }

    /// A connection beside the store's.
    async fn beside(url: &str) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    async fn url(&self) -> &str {
        let make = async || {
            let server = self.server.as_deref().unwrap();
            let name = format!("t{:016x}", fastrand::u64(..));
            Self::beside(server).await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
            server.replace("/postgres?", &format!("/{name}?"))
        };
        self.url.get_or_init(make).await
    }

    async fn options(&self) -> Options {
        options(self.url().await)
    }

    async fn daemon(&self) -> PostgresStore {
        PostgresStore::open(&self.options().await, Access::Daemon).await.unwrap()
    }
}

fn options(url: &str) -> Options {
    Options {
        url: SecretString::from(url.to_owned()),
        tls_ca_file: None,
        connections_max: 4,
        statement_timeout: Duration::from_secs(20),
        turn_timeout: Duration::from_secs(10),
    }
}

#[async_trait]
impl Place for Database {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.daemon().await)
    }

    fn is_there(&self) -> bool {
        self.server.is_some()
    }
}

mod contract {
    use super::*;
    contract_tests!(Database::new());
}

/// Ends the test where there is no server.
macro_rules! database {
    () => {{
        let database = Database::new();
        if !database.is_there() {
            return;
        }
        database
    }};
}

fn in_turn(turn: u64, commit: Commit) -> Commit {
    Commit { turn, ..commit }
}

#[tokio::test]
async fn a_turn_shows_what_others_changed_and_only_that() {
    let database = database!();
    let (one, other) = (database.daemon().await, database.daemon().await);
    let turn = one.take_turn().await.unwrap();
    assert_eq!(turn.moved, []);
    one.commit(&in_turn(turn.number, commit(vec![outcome("s1", 1, "a1")]))).await.unwrap();

    let turn = other.take_turn().await.unwrap();
    assert_eq!(turn.moved.iter().map(|story| story.id.as_str()).collect::<Vec<_>>(), ["s1"]);
    let both = vec![outcome("s1", 2, "a2"), outcome("s2", 1, "b1")];
    other.commit(&in_turn(turn.number, commit(both))).await.unwrap();
    let turn = other.take_turn().await.unwrap();
    assert_eq!(turn.moved, [], "what it changed itself is no news to it");
    drop(other);

    let turn = one.take_turn().await.unwrap();
    assert_eq!(
        turn.moved.iter().map(|story| (story.id.as_str(), story.revision)).collect::<Vec<_>>(),
        [("s1", 2), ("s2", 1)]
    );
}

#[tokio::test]
async fn the_next_waits_until_the_turn_is_over() {
    let database = database!();
    let (one, other) = (Arc::new(database.daemon().await), Arc::new(database.daemon().await));
    let turn = one.take_turn().await.unwrap();
    let waiting = tokio::spawn({
        let other = Arc::clone(&other);
        async move { other.take_turn().await.unwrap() }
    });
    // The server says that somebody waits for the row.
    let beside = Database::beside(database.url().await).await;
    loop {
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        if beside.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            break;
        }
    }
    assert!(!waiting.is_finished());
    one.commit(&in_turn(turn.number, commit(vec![outcome("s1", 1, "a1")]))).await.unwrap();
    assert_eq!(waiting.await.unwrap().moved.len(), 1);
}

#[tokio::test]
async fn a_turn_ends_with_its_holder() {
    let database = database!();
    let hanging = Options { turn_timeout: Duration::from_millis(200), ..database.options().await };
    let hanging = PostgresStore::open(&hanging, Access::Daemon).await.unwrap();
    let lost = hanging.take_turn().await.unwrap();
    let other = database.daemon().await;
    let turn = other.take_turn().await.unwrap();
    other.commit(&in_turn(turn.number, commit(vec![outcome("s1", 1, "a1")]))).await.unwrap();

    let late = in_turn(lost.number, commit(vec![outcome("s2", 1, "b1")]));
    let error = hanging.commit(&late).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    let error = hanging.commit(&late).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "not without a turn: {error}");
    let turn = hanging.take_turn().await.unwrap();
    assert_eq!(turn.moved.len(), 1);
    hanging.commit(&in_turn(turn.number, late)).await.unwrap();
    assert_eq!(other.known_articles(&["a1".to_owned(), "b1".to_owned()]).await.unwrap().len(), 2);
}

/// Four instances deliver while a fifth commits: each message goes out once, those of a story in order, none is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn instances_share_the_outbox() {
    const STORIES: usize = 5;
    const EACH: u64 = 30;
    let database = database!();
    let writer = database.daemon().await;
    let (told, mut listening) = tokio::sync::mpsc::channel(1000);
    let mut deliverers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (store, told) = (database.daemon().await, told.clone());
        deliverers.spawn(async move {
            while !told.is_closed() {
                for delivery in store.lease("slack", 2, at(1), at(2)).await.unwrap() {
                    let article = delivery.message.article.clone();
                    // Told before it is recorded: only then may the next of the story be leased.
                    if told.send((delivery.message.story.clone(), article)).await.is_err() {
                        return;
                    }
                    store.record(&delivery, &Attempt::Delivered, at(1)).await.unwrap();
                }
            }
        });
    }
    for revision in 1..=EACH {
        let outcomes = (0..STORIES)
            .map(|story| outcome(&format!("s{story}"), revision, &format!("{story}-{revision:03}")));
        writer.commit(&commit(outcomes.collect())).await.unwrap();
    }
    let mut by_story: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for _ in 0..STORIES * usize::try_from(EACH).unwrap() {
        let next = tokio::time::timeout(Duration::from_secs(60), listening.recv()).await;
        let (story, article) = next.expect("a message is stuck").unwrap();
        by_story.entry(story).or_default().push(article);
    }
    drop(listening);
    while let Some(ended) = deliverers.join_next().await {
        ended.unwrap();
    }
    for (story, articles) in by_story {
        let number = story.trim_start_matches('s').to_owned();
        let expected: Vec<String> = (1..=EACH).map(|revision| format!("{number}-{revision:03}")).collect();
        assert_eq!(articles, expected);
    }
}

#[tokio::test]
async fn text_keeps_characters_that_the_server_refuses() {
    let database = database!();
    let store = database.daemon().await;
    let mut strange = outcome("s1", 1, "a\0\u{1a}0");
    // Ids of messages are newsdelta's own.
    strange.message = None;
    strange.article.text = "zero \0 and \u{1a}1 and \u{1a}".to_owned();
    strange.article.outlet = Some("\0".to_owned());
    let items = vec![failed("bad\0.txt", vec![0, 26, 255])];
    store.commit(&Commit { failed: items.clone(), ..commit(vec![strange.clone()]) }).await.unwrap();
    assert_eq!(store.article("a\0").await.unwrap().unwrap().article, strange.article);
    assert_eq!(
        store.known_articles(std::slice::from_ref(&strange.article.id)).await.unwrap(),
        [strange.article.id.clone()]
    );
    let letters = store.dead_letters(9).await.unwrap();
    let whole = store.dead_letter(&letters[0].id).await.unwrap().unwrap();
    assert!(matches!(whole.letter, crate::store::Letter::Item { item, .. } if item == items[0]));
}

#[tokio::test]
async fn instances_that_start_together_make_the_schema_once() {
    let database = database!();
    let options = database.options().await;
    let opening = (0..6).map(|_| PostgresStore::open(&options, Access::Daemon));
    for opened in futures_util::future::join_all(opening).await {
        opened.unwrap();
    }
    PostgresStore::open(&options, Access::ReadOnly).await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_is_named_and_the_password_is_not() {
    let database = database!();
    let url = database.url().await.to_owned();
    let name = url.rsplit_once('/').unwrap().1.split_once('?').unwrap().0;
    let refused = async |url: String, access| {
        let error = PostgresStore::open(&options(&url), access).await.unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
        error
    };
    let unknown = url.replace(name, "nowhere").replace("newsdelta@", "newsdelta:s3cret@");
    let error = refused(unknown, Access::Daemon).await;
    assert!(
        matches!(&error, StoreError::Broken(why) if why.contains("nowhere") && why.contains("createdb")),
        "{error}"
    );
    let error = refused("postgres://u:s3cret@127.0.0.1:1/x?sslmode=disable".to_owned(), Access::Daemon).await;
    assert!(matches!(&error, StoreError::Unavailable(why) if why.contains("127.0.0.1:1")), "{error}");
    let error = refused("postgres://u:s3cret@127.0.0.1:port/x".to_owned(), Access::Daemon).await;
    assert!(matches!(&error, StoreError::Broken(why) if why.contains("store.url")), "{error}");
    let error = refused(url, Access::ReadOnly).await;
    assert!(matches!(&error, StoreError::Broken(why) if why.contains("start the daemon once")), "{error}");
}

#[tokio::test]
async fn copying_a_store_knows_every_table_and_column() {
    let database = database!();
    drop(database.daemon().await);
    let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name <> 'refinery_schema_history'";
    let mut schema: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in Database::beside(database.url().await).await.query(columns, &[]).await.unwrap() {
        schema.entry(row.get(0)).or_default().insert(row.get(1));
    }
    let own = super::rows::OWN
        .iter()
        .map(|(table, columns)| (*table, columns.iter().map(|(name, _)| *name).collect()));
    let own: Vec<(&str, Vec<&str>)> =
        own.chain([("turn", vec!["one", "generation"]), ("search", vec!["story", "kind", "term"])]).collect();
    let own: Vec<(&str, &[&str])> = own.iter().map(|(table, columns)| (*table, columns.as_slice())).collect();
    crate::store::copy::tables::assert_complete(&own, &schema);
}

/// From a file to the database and back into another file: the same rows, the same answers, numbers that go on.
#[tokio::test]
async fn a_store_moves_in_and_out_again() {
    let database = database!();
    let folder = tempfile::tempdir().unwrap();
    let (file, back) = (folder.path().join("news.db"), folder.path().join("back.db"));
    let open =
        |path: &std::path::Path| SqliteStore::open(path, Access::Daemon, sqlite::Options::default()).unwrap();
    let strange = {
        let store = open(&file);
        crate::store::copy::tests::furnish(&store).await;
        let mut strange = outcome("zz", 1, "a\0\u{1a}0");
        strange.message = None;
        strange.article.text = "zero \0 and \u{1a}1".to_owned();
        store.commit(&commit(vec![strange.clone()])).await.unwrap();
        strange
    };
    let in_file = House::Sqlite(file.clone());
    let in_database = House::Postgres(database.options().await);
    let copied = copy(&in_file, &in_database, |_| {}).await.unwrap();
    {
        let (old, new) = (open(&file), database.daemon().await);
        assert_eq!(new.article("a\0").await.unwrap().unwrap().article, strange.article);
        for story in ["s00", "s17", "zz"].map(str::to_owned) {
            assert_eq!(old.story(&story).await.unwrap(), new.story(&story).await.unwrap());
            assert_eq!(old.facts(&story).await.unwrap(), new.facts(&story).await.unwrap());
            assert_eq!(
                old.articles_of(&story, 99).await.unwrap(),
                new.articles_of(&story, 99).await.unwrap()
            );
        }
        let all = StoryQuery { words: Some("ferry".to_owned()), limit: 99, ..StoryQuery::default() };
        assert_eq!(old.find_stories(&all).await.unwrap(), new.find_stories(&all).await.unwrap());
    }
    assert_eq!(copy(&in_file, &in_database, |_| {}).await.unwrap(), copied, "it is done already");
    let back_again = copy(&in_database, &House::Sqlite(back.clone()), |_| {}).await.unwrap();
    assert_eq!(copied, back_again);
    let (old, new) = (open(&back), database.daemon().await);
    for store in [&old as &dyn Store, &new] {
        store
            .commit(&Commit { failed: vec![failed("x", vec![1])], ..commit(vec![outcome("n", 1, "n1")]) })
            .await
            .unwrap();
    }
    assert_eq!(old.dead_letters(1).await.unwrap()[0].id, new.dead_letters(1).await.unwrap()[0].id);
    let leased = async |store: &dyn Store| store.lease("file", 999, at(9), at(10)).await.unwrap();
    assert_eq!(leased(&old).await, leased(&new).await);
    drop(new);
    let error = copy(&in_file, &in_database, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("holds something else"), "{error}");
}

#[tokio::test]
async fn a_database_of_another_program_or_in_use_or_half_filled_is_refused() {
    let database = database!();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("news.db");
    drop(SqliteStore::open(&file, Access::Daemon, sqlite::Options::default()).unwrap());
    let (in_file, options) = (House::Sqlite(file), database.options().await);
    let in_database = House::Postgres(options.clone());
    let beside = Database::beside(database.url().await).await;

    beside.batch_execute("CREATE TABLE invoices (number BIGINT)").await.unwrap();
    let error = copy(&in_file, &in_database, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("another program (invoices)"), "{error}");
    beside.batch_execute("DROP TABLE invoices").await.unwrap();

    let daemon = database.daemon().await;
    let error = copy(&in_file, &in_database, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("stop every daemon"), "{error}");
    drop(daemon);

    beside
        .batch_execute("CREATE TABLE copying (source TEXT NOT NULL); INSERT INTO copying VALUES ('another')")
        .await
        .unwrap();
    let error = copy(&in_file, &in_database, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("unfinished copy of another"), "{error}");
    let error = PostgresStore::open(&options, Access::Daemon).await.unwrap_err();
    assert!(matches!(&error, StoreError::Broken(why) if why.contains("store copy")), "{error}");
}

#[tokio::test]
async fn tls_is_spoken_to_whom_the_config_trusts_and_to_nobody_else() {
    let database = database!();
    let url = database.url().await.to_owned();
    let beside = Database::beside(&url).await;
    let certificate: String = beside.query_one("SHOW ssl_cert_file", &[]).await.unwrap().get(0);
    let authority = std::path::Path::new(&certificate).with_file_name("ca.pem");
    if !authority.is_file() {
        eprintln!(
            "not run: the server speaks no TLS (tests/setup/postgres makes its certificate with openssl)"
        );
        return;
    }
    let url = url.replace("sslmode=disable", "sslmode=require");
    let trusting = Options { tls_ca_file: Some(authority), ..options(&url) };
    let store = PostgresStore::open(&trusting, Access::Daemon).await.unwrap();
    store.commit(&commit(vec![outcome("s1", 1, "a1")])).await.unwrap();
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE datname = current_database() AND application_name = 'newsdelta'";
    assert!(
        beside.query_one(encrypted, &[]).await.unwrap().get::<_, bool>(0),
        "a connection is in the clear"
    );

    let error = PostgresStore::open(&options(&url), Access::Daemon).await.unwrap_err();
    assert!(matches!(&error, StoreError::Broken(why) if why.contains("tls_ca_file")), "{error}");
    let by_name = Options { url: SecretString::from(url.replace("127.0.0.1", "localhost")), ..trusting };
    let error = PostgresStore::open(&by_name, Access::Daemon).await.unwrap_err();
    assert!(matches!(&error, StoreError::Broken(why) if why.contains("its right name")), "{error}");
}

#[tokio::test]
async fn a_statement_that_hangs_is_ended_and_connections_are_bounded() {
    let database = database!();
    let impatient = Options {
        statement_timeout: Duration::from_millis(300),
        connections_max: 2,
        ..database.options().await
    };
    let store = Arc::new(PostgresStore::open(&impatient, Access::Daemon).await.unwrap());
    let beside = Database::beside(database.url().await).await;
    beside.batch_execute("BEGIN; SELECT generation FROM turn FOR UPDATE").await.unwrap();
    let error = store.take_turn().await.unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable(why) if why.contains("timeout")), "{error}");
    beside.batch_execute("ROLLBACK").await.unwrap();
    store.take_turn().await.unwrap();

    let ids = ["a1".to_owned()];
    let asking = (0..40).map(|_| store.known_articles(&ids));
    for answer in futures_util::future::join_all(asking).await {
        answer.unwrap();
    }
    let connections = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'newsdelta'";
    assert!(beside.query_one(connections, &[]).await.unwrap().get::<_, i64>(0) <= 2);
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_left_and_found_again() {
    let database = database!();
    let store = database.daemon().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1")])).await.unwrap();
    let beside = Database::beside(database.url().await).await;
    let name: String = beside.query_one("SELECT current_database()::text", &[]).await.unwrap().get(0);
    let set = async |value: &str| {
        let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}");
        beside.batch_execute(&sql).await.unwrap();
    };
    set("on").await;
    // Who is connected already finds out by being refused; then by looking first.
    beside
        .batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'newsdelta'",
        )
        .await
        .unwrap();
    let second = commit(vec![outcome("s1", 2, "a2")]);
    for _ in 0..3 {
        let error = store.commit(&second).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    }
    let looking = PostgresStore::open(&database.options().await, Access::ReadOnly).await.unwrap();
    assert!(looking.story("s1").await.unwrap().is_some(), "looking needs no writes");
    set("off").await;
    store.commit(&second).await.unwrap();
}

/// A clock that a machine's owner has set wrong.
struct Wrong(jiff::SignedDuration);

impl Clock for Wrong {
    fn now(&self) -> jiff::Timestamp {
        SystemClock.now() + self.0
    }
}

#[tokio::test]
async fn instances_with_wrong_clocks_agree_by_that_of_the_database() {
    let database = database!();
    let (one, other) = (database.daemon().await, database.daemon().await);
    let clock = async |store: &PostgresStore, hours: i64| {
        let time = SharedTime::new(Arc::new(Wrong(jiff::SignedDuration::from_hours(hours))));
        agree(store, &time).await.unwrap();
        time
    };
    let (late, early) = (clock(&one, -5).await, clock(&other, 7).await);
    let apart = late.now().duration_until(early.now()).abs();
    assert!(apart < jiff::SignedDuration::from_secs(2), "{apart}");

    one.commit(&Commit { at: late.now(), ..commit(vec![outcome("s1", 1, "a1")]) }).await.unwrap();
    let minute = jiff::SignedDuration::from_mins(1);
    let leased = one.lease("slack", 9, late.now(), late.now() + minute).await.unwrap();
    assert_eq!(leased.len(), 1);
    let again = other.lease("slack", 9, early.now(), early.now() + minute).await.unwrap();
    assert_eq!(again, [], "a clock that is twelve hours ahead took over a lease that holds");
}
