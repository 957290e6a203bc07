//! The contract on SQLite, and what only SQLite promises: one daemon, clear refusals, a full disk that passes, no
//! scans where it matters, and everything acknowledged still there after a kill.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Connection;

use super::{Access, Options, SqliteStore};
use super::{commit as writes, lots, order, outbox, overview, questions, told};
use crate::model::Action;
use crate::store::contract::order::tell;
use crate::store::contract::{Place, at, checkpoint, commit, contract_tests, due, edit_at, failed, outcome};
use crate::store::overview::StoryQuery;
use crate::store::retention::Bounds;
use crate::store::{Attempt, Commit, FAILED_ITEMS_MAX, Store, StoreError, search};

/// A temporary folder with a store in it.
struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state/newsdelta.db")
    }

    fn daemon(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), Access::Daemon, Options::default()).unwrap()
    }

    fn refused(&self, access: Access) -> String {
        match SqliteStore::open(&self.path(), access, Options::default()) {
            Ok(_) => panic!("it had to be refused"),
            Err(StoreError::Broken(why)) => {
                assert!(why.contains("newsdelta.db"), "the file must be named: {why}");
                why
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[async_trait]
impl Place for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.daemon())
    }
}

mod contract {
    use super::*;
    contract_tests!(Folder::new());
}

#[tokio::test]
async fn a_second_daemon_is_refused_and_told_who_is_there() {
    let folder = Folder::new();
    let first = folder.daemon();
    let why = folder.refused(Access::Daemon);
    assert!(why.contains(&format!("process {}", std::process::id())), "{why}");
    first.commit(&commit(vec![outcome("s1", 1, "a1")])).await.unwrap();
    drop(first);
    assert!(folder.daemon().story("s1").await.unwrap().is_some());
}

#[tokio::test]
async fn the_command_line_looks_in_beside_a_daemon() {
    let folder = Folder::new();
    assert!(folder.refused(Access::ReadOnly).contains("no store"));
    assert!(!folder.path().exists(), "looking makes no file");
    let daemon = folder.daemon();
    daemon.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1")])).await.unwrap();

    let looking = SqliteStore::open(&folder.path(), Access::ReadOnly, Options::default()).unwrap();
    assert_eq!(looking.stories(9).await.unwrap().len(), 2);
    daemon.commit(&commit(vec![outcome("s1", 2, "a2")])).await.unwrap();
    assert_eq!(looking.story("s1").await.unwrap().unwrap().revision, 2, "it sees what comes later");
    assert!(matches!(
        looking.commit(&commit(vec![outcome("s3", 1, "c1")])).await,
        Err(StoreError::Refused(_))
    ));

    let leased = daemon.lease("slack", 9, at(1), at(60)).await.unwrap();
    daemon.record(&leased[0], &Attempt::Dead("gone".to_owned()), at(1)).await.unwrap();
    let beside = SqliteStore::open(&folder.path(), Access::Beside, Options::default()).unwrap();
    let letter = beside.dead_letters(9).await.unwrap().remove(0);
    beside.retry_dead_letter(&letter.id, &edit_at(Action::Retry, 2)).await.unwrap();
    // The daemon's other lease still holds, and it finds what was sent again (or the one behind that).
    assert_eq!(due(&daemon, "slack", 3).await, ["message-of-a2"]);
    drop(beside);
    daemon.commit(&commit(vec![outcome("s3", 1, "c1")])).await.unwrap();
}

#[tokio::test]
async fn it_can_be_read_after_the_daemon_has_gone() {
    let folder = Folder::new();
    folder.daemon().commit(&commit(vec![outcome("s1", 1, "a1")])).await.unwrap();
    let looking = SqliteStore::open(&folder.path(), Access::ReadOnly, Options::default()).unwrap();
    assert!(looking.story("s1").await.unwrap().is_some());
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = Folder::new();
    drop(folder.daemon());
    let file = Connection::open(folder.path()).unwrap();
    file.execute(
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
         VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')",
        [],
    )
    .unwrap();
    drop(file);
    for access in [Access::Daemon, Access::Beside, Access::ReadOnly] {
        let why = folder.refused(access);
        assert!(why.contains("newer newsdelta (schema 99, this one knows"), "{why}");
    }
}

#[test]
fn an_older_schema_needs_the_daemon() {
    let folder = Folder::new();
    drop(folder.daemon());
    Connection::open(folder.path()).unwrap().execute("DELETE FROM refinery_schema_history", []).unwrap();
    assert!(folder.refused(Access::ReadOnly).contains("start the daemon once"));
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let folder = Folder::new();
    fs::create_dir(folder.path().parent().unwrap()).unwrap();
    Connection::open(folder.path()).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    let before = fs::read(folder.path()).unwrap();
    assert!(folder.refused(Access::Daemon).contains("another program"));
    assert_eq!(fs::read(folder.path()).unwrap(), before);
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let folder = Folder::new();
    fs::create_dir(folder.path().parent().unwrap()).unwrap();
    let list = "flour, eggs, milk\n".repeat(400);
    fs::write(folder.path(), &list).unwrap();
    for access in [Access::Daemon, Access::ReadOnly] {
        let why = folder.refused(access);
        assert!(why.contains("damaged") && why.contains("restore a copy"), "{why}");
    }
    assert_eq!(fs::read_to_string(folder.path()).unwrap(), list);

    let folder = Folder::new();
    fs::create_dir_all(folder.path()).unwrap();
    assert!(folder.refused(Access::Daemon).contains("must be a file"));
}

#[tokio::test]
async fn a_damaged_file_says_so_with_the_cure() {
    let folder = Folder::new();
    {
        let store = folder.daemon();
        let outcomes = (0..300).map(|n| outcome(&format!("s{n}"), 1, &format!("a{n}"))).collect();
        store.commit(&commit(outcomes)).await.unwrap();
    }
    let mut bytes = fs::read(folder.path()).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..64].fill(0xa5);
    }
    fs::write(folder.path(), bytes).unwrap();
    let found = match SqliteStore::open(&folder.path(), Access::Daemon, Options::default()) {
        Err(error) => error,
        Ok(store) => store.stories(9).await.unwrap_err(),
    };
    assert!(
        matches!(&found, StoreError::Broken(why) if why.contains("damaged") && why.contains(".recover")),
        "{found}"
    );
}

/// A commit that does not fit leaves nothing; a smaller one still does; and with more room it fits after all.
#[tokio::test]
async fn a_size_limit_refuses_for_now_and_keeps_all_or_nothing() {
    let folder = Folder::new();
    drop(folder.daemon());
    let limit = fs::metadata(folder.path()).unwrap().len() + 200_000;
    let limited = Options { size_max: Some(limit), ..Options::default() };
    let many = |name: &str| {
        commit((0..300).map(|n| outcome(&format!("{name}{n}"), 1, &format!("{name}{n}"))).collect())
    };
    {
        let store = SqliteStore::open(&folder.path(), Access::Daemon, limited).unwrap();
        store.commit(&commit(vec![outcome("before", 1, "before")])).await.unwrap();
        for _ in 0..2 {
            let error = store.commit(&many("s")).await.unwrap_err();
            assert!(matches!(&error, StoreError::Unavailable(why) if why.contains("full")), "{error}");
        }
        store.commit(&commit(vec![outcome("after", 1, "after")])).await.unwrap();
        assert_eq!(store.stories(999).await.unwrap().len(), 2, "nothing of what did not fit");
        assert_eq!(due(&store, "slack", 9).await.len(), 2);
    }
    folder.daemon().commit(&many("s")).await.unwrap();
}

/// A file system of two megabytes in memory, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Only root may mount one; elsewhere there is none, and the test above has to do.
    fn mount(path: PathBuf) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&path).output();
        mount.is_ok_and(|mount| mount.status.success()).then_some(Self(path))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _status = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_passes_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path().join("disk")) else {
        eprintln!("not run: cannot mount a small tmpfs here");
        return;
    };
    let store = SqliteStore::open(&disk.0.join("newsdelta.db"), Access::Daemon, Options::default()).unwrap();
    store.commit(&commit(vec![outcome("s0", 1, "a0")])).await.unwrap();
    let mut ballast = fs::File::create(disk.0.join("ballast")).unwrap();
    while ballast.write(&[b'x'; 512]).is_ok_and(|written| written > 0) {}

    let waiting = commit((0..50).map(|n| outcome(&format!("t{n}"), 1, &format!("t{n}"))).collect());
    for _ in 0..3 {
        let error = store.commit(&waiting).await.unwrap_err();
        assert!(matches!(&error, StoreError::Unavailable(why) if why.contains("full")), "{error}");
    }
    assert_eq!(store.stories(99).await.unwrap().len(), 1, "reading goes on");
    fs::remove_file(disk.0.join("ballast")).unwrap();
    drop(ballast);
    store.commit(&waiting).await.unwrap();
    assert_eq!(store.stories(99).await.unwrap().len(), 51);

    // The log may not keep the disk full: it is smaller than the size at which SQLite empties the log by itself, and
    // all this is written over the same few rows.
    let mut tries = 0;
    for next in 1..2000 {
        let move_on = Commit { checkpoints: vec![checkpoint(next)], ..Commit::default() };
        while let Err(error) = store.commit(&move_on).await {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
            tries += 1;
            assert!(tries < 100, "the log keeps the disk full: {error}");
        }
    }
}

#[tokio::test]
async fn failed_items_are_bounded_in_number() {
    let folder = Folder::new();
    let store = folder.daemon();
    let beyond = usize::try_from(FAILED_ITEMS_MAX).unwrap() + 5;
    let items = (0..beyond).map(|n| failed(&format!("{n}.txt"), vec![1])).collect();
    store.commit(&Commit { failed: items, ..Commit::default() }).await.unwrap();
    let letters = store.dead_letters(beyond).await.unwrap();
    assert_eq!(letters.len(), beyond - 5);
    assert_eq!(letters.last().unwrap().id, "item-6");
}

/// Every statement that runs once or more for each article or delivery goes straight to its rows.
#[tokio::test]
async fn nothing_on_the_hot_path_scans_a_table() {
    let folder = Folder::new();
    drop(folder.daemon());
    let file = Connection::open(folder.path()).unwrap();
    let hot = [
        writes::IS_KNOWN,
        writes::REVISION,
        writes::WRITE_STORY,
        writes::WRITE_ARTICLE,
        writes::WRITE_FACT,
        writes::OPEN_FACT,
        writes::FIND_FACT,
        writes::WRITE_CLAIM,
        writes::DROP_FROM_COMPARED,
        writes::WRITE_MESSAGE,
        order::WRITE,
        order::WRITE_QUEUED,
        order::WRITE_FURTHER,
        order::TAKE_TURN,
        order::NEXT,
        writes::WRITE_CHECKPOINT,
        lots::WRITE_PART,
        lots::MESSAGE_NUMBER,
        lots::OPEN_LOT,
        lots::LAST_TOLD,
        lots::HOLD,
        lots::DROP,
        lots::OF_LOT,
        lots::LET_GO,
        told::TELL,
        told::TOLD,
        told::HELD_OF_STORY,
        told::TAKE_ALONG,
        told::TAKE_DUE,
        outbox::DUE,
        outbox::TAKE,
        outbox::DELIVERED,
        outbox::RETRY_AT,
        outbox::DEAD,
        outbox::GIVE_BACK,
        outbox::NEXT_DUE,
        questions::FACTS,
        questions::CLAIMS,
        questions::CLAIMS_AS_OF,
        questions::OPEN_STORIES,
        questions::STORIES,
        questions::STORY,
        questions::ARTICLE,
        questions::ARTICLES_OF,
        questions::ARTICLES_AFTER,
        questions::CLAIMS_OF,
        questions::MESSAGES_OF,
        questions::CHECKPOINTS,
        questions::ITEMS_TO_RETRY,
        questions::ITEMS_HELD,
        super::regroup::LATEST,
        super::search::NUMBER,
        super::search::WRITE,
    ];
    for sql in hot {
        assert_eq!(scan(&file, sql), None, "{sql}");
    }
    assert!(scan(&file, "SELECT 1 FROM claims WHERE body = ?1").is_some(), "this test can fail");
    assert!(scan(&file, "SELECT 1 FROM claims ORDER BY body LIMIT 1").is_some(), "this test can fail");
}

/// A page of the list of stories is read along an index of what is asked, whatever is asked.
#[tokio::test]
async fn no_page_of_stories_scans_or_sorts_a_table() {
    let folder = Folder::new();
    drop(folder.daemon());
    let file = Connection::open(folder.path()).unwrap();
    let plan = |query: StoryQuery| {
        let (sql, given) = overview::question(&query, search::asked(&query).unwrap());
        let mut explain = file.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = explain
            .query_map(rusqlite::params_from_iter(given), |row| row.get::<_, String>("detail"))
            .unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    };
    let text = |text: &str| Some(text.to_owned());
    let all = || StoryQuery { limit: 50, ..StoryQuery::default() };
    let along_time = "stories USING COVERING INDEX stories_listed";
    assert!(plan(all()).contains(along_time));
    let times =
        StoryQuery { since: Some(at(1)), until: Some(at(2)), after: Some((at(1), "s".to_owned())), ..all() };
    assert!(plan(times).contains("SEARCH stories USING COVERING INDEX stories_listed"));
    for query in [
        StoryQuery { words: text("ferry harbour"), ..all() },
        StoryQuery { place: text("port"), actor: text("pilots"), about: text("demand"), ..all() },
    ] {
        let plan = plan(query);
        assert!(plan.contains("SCAN search VIRTUAL TABLE INDEX"), "along the words that are asked: {plan}");
        assert!(!plan.contains("SCAN stories") && !plan.contains("SCAN facts"), "{plan}");
    }
}

#[tokio::test]
async fn stories_of_an_older_store_are_found_by_their_words() {
    let folder = Folder::new();
    folder.daemon().commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1")])).await.unwrap();
    let found = async || {
        let query = StoryQuery { words: Some("report b1".to_owned()), limit: 9, ..StoryQuery::default() };
        let found = folder.daemon().find_stories(&query).await.unwrap();
        found.into_iter().map(|entry| entry.story.id).collect::<Vec<_>>()
    };
    let with = |sql: &str| Connection::open(folder.path()).unwrap().execute_batch(sql).unwrap();
    with("DELETE FROM search");
    assert_eq!(found().await, ["s2"], "of a store without an index");
    // As schema 97 had it.
    with("DROP TABLE search;
        CREATE TABLE search (story TEXT NOT NULL REFERENCES stories (id) ON DELETE CASCADE, kind TEXT NOT NULL,
            term TEXT NOT NULL, PRIMARY KEY (story, kind, term)) STRICT, WITHOUT ROWID;
        CREATE INDEX search_by_term ON search (kind, term);
        INSERT INTO search VALUES ('s1', 'title', 'report'), ('s2', 'title', 'b1'), ('s2', 'title', 'report'),
            ('s2', 'place', 'b1'), ('s2', 'about', 'casualties');
        DROP INDEX claims_of_fact;
        CREATE INDEX claims_by_fact ON claims (fact, held_at, number);
        CREATE INDEX claims_compared ON claims (fact, held_at, number) WHERE compared = 1;
        DELETE FROM refinery_schema_history WHERE version = 98");
    assert_eq!(found().await, ["s2"], "of a store with another index");
}

/// A version before this one knew one story of a digest: what waits there keeps its place in all from the next start on.
#[tokio::test]
async fn digests_of_an_older_store_take_their_places() {
    let folder = Folder::new();
    let store = folder.daemon();
    tell(&store, 0, &["s1", "s2"]).await;
    let digest = store.lease("slack", 9, at(1), at(9)).await.unwrap().remove(0);
    tell(&store, 1, &["s1"]).await;
    tell(&store, 2, &["s1", "s2"]).await;
    drop(store);
    let forget = "DELETE FROM further_stories; UPDATE deliveries SET state = 'queued' WHERE number = 2";
    Connection::open(folder.path()).unwrap().execute_batch(forget).unwrap();
    let store = folder.daemon();
    tell(&store, 3, &["s2"]).await;
    assert_eq!(due(&store, "slack", 1).await, ["m000"]);
    store.record(&digest, &Attempt::Delivered, at(1)).await.unwrap();
    assert_eq!(due(&store, "slack", 2).await, ["m001"], "and nothing of s2 goes past m002");
}

/// The step of a statement's plan that reads, or sorts, all rows of a table, if there is one.
fn scan(file: &Connection, sql: &str) -> Option<String> {
    let mut explain = file.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Values of the right number are enough: the plan does not depend on them.
    for index in 1..=explain.parameter_count() {
        explain.raw_bind_parameter(index, "1").unwrap();
    }
    let mut rows = explain.raw_query();
    while let Some(row) = rows.next().unwrap() {
        let step: String = row.get("detail").unwrap();
        // In order of an index and up to a limit is no scan of the table; a list passed in is read once.
        let bounded = [
            "INDEX stories_open",
            "INDEX stories_listed",
            "failed_items_to_retry",
            "json_each",
            "SCAN CONSTANT ROW",
            "SCAN mine",
        ];
        let scans = step.starts_with("SCAN") && !bounded.iter().any(|bounded| step.contains(bounded));
        if scans || step.contains("TEMP B-TREE") {
            return Some(step);
        }
    }
    None
}

/// The other half of [`what_was_acknowledged_survives_a_kill`]: commits without end to the file named on its standard
/// input, and says so after each. Run by hand it finds no name, and ends.
#[test]
#[ignore = "started by another test"]
fn commits_until_it_is_killed() {
    let mut path = String::new();
    std::io::stdin().read_line(&mut path).unwrap();
    let path = path.trim();
    if path.is_empty() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(Path::new(path), Access::Daemon, Options::default()).unwrap();
        let done =
            store.checkpoints("articles").await.unwrap().first().map_or(0, |checkpoint| checkpoint.next);
        let first = u64::try_from(done).unwrap() + 1;
        for batch in first.. {
            let outcomes =
                (0..10).map(|n| outcome(&format!("s{n}"), batch, &format!("{batch}-{n}"))).collect();
            let next = vec![checkpoint(i64::try_from(batch).unwrap())];
            store.commit(&Commit { checkpoints: next, ..commit(outcomes) }).await.unwrap();
            println!("committed {batch}");
        }
    });
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = Folder::new();
    let mut last = 0;
    for round in 0..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["store::sqlite::tests::commits_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{}", folder.path().display()).unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let batches =
            lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("committed ")?.parse().ok());
        let acknowledged: u64 = batches.take(3 + round * 7).last().expect("the child commits");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(acknowledged > last);

        let store = folder.daemon();
        let next = store.checkpoints("articles").await.unwrap()[0].next;
        last = u64::try_from(next).unwrap();
        assert!(last >= acknowledged, "{acknowledged} was acknowledged, {last} is there");
        for n in 0..10 {
            let told = store.story(&format!("s{n}")).await.unwrap().unwrap();
            assert_eq!(told.revision, last, "a batch is there whole or not at all");
            let facts = store.facts(&told.id).await.unwrap();
            assert_eq!(u64::try_from(facts[0].claims.len()).unwrap(), last);
            let id = format!("{last}-{n}");
            assert_eq!(store.messages_of(&id).await.unwrap().len(), 1);
            assert!(store.article(&format!("{}-{n}", last + 1)).await.unwrap().is_none());
        }
        assert_eq!(due(&store, "slack", 1).await.len(), 10);
    }
}

#[tokio::test]
async fn copying_a_store_knows_every_table_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.db");
    drop(SqliteStore::open(&path, Access::Daemon, Options::default()).unwrap());
    let connection = Connection::open(&path).unwrap();
    let columns = "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' AND tables.name <> 'refinery_schema_history'
            -- What follows from the other tables.
            AND tables.name NOT LIKE 'search%'";
    let mut statement = connection.prepare(columns).unwrap();
    let mut schema: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap() {
        let (table, column) = row.unwrap();
        schema.entry(table).or_default().insert(column);
    }
    crate::store::copy::tables::assert_complete(&[("stories", &["number"])], &schema);
}

#[tokio::test]
async fn room_that_is_no_longer_needed_goes_back_to_the_disk_in_small_steps() {
    let folder = Folder::new();
    let store = folder.daemon();
    let long = (1..=40).map(|revision| {
        let mut one = outcome("s1", revision, &format!("a{revision}"));
        one.article.text = "a long report ".repeat(10_000);
        one
    });
    store.commit(&commit(long.collect())).await.unwrap();
    let before = store.metrics().await.unwrap().bytes;
    let bounds = Bounds { closed: at(99), text: Some(at(99)), alerts: None, audit: None };
    let mut steps = 0;
    loop {
        let step = store.tidy(&bounds, 100).await.unwrap();
        if step.is_nothing() {
            break;
        }
        assert!(step.pages <= 100, "{step:?}");
        steps += 1;
    }
    let after = store.metrics().await.unwrap().bytes;
    assert!(steps > 5 && after < before / 4, "{before} bytes became {after} in {steps} steps");
}
