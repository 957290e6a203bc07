//! Stores carried from file to file: whole, broken off after each page and taken up again, changed meanwhile, into
//! something else. From file to database and back: `postgres/tests.rs`, and with whole daemons `tests/it/house.rs`.

use std::path::Path;

use super::*;
use crate::model::Action;
use crate::store::contract::{at, checkpoint, commit, commit_to, edit, failed, outcome};
use crate::store::{Access, Commit, SqliteStore, Store};

/// A store with something in most tables, more than a page of articles.
pub(crate) async fn furnish(store: &dyn Store) {
    for story in 0..30_u64 {
        let name = format!("s{story:02}");
        let outcomes = (1..=10).map(|revision| outcome(&name, revision, &format!("{name}-{revision:02}")));
        let one = commit_to(&["slack", "file"], outcomes.collect());
        let failed = vec![failed("bad\u{1a}.txt", vec![0, 255, 26])];
        store.commit(&Commit { failed, checkpoints: vec![checkpoint(7)], ..one }).await.unwrap();
    }
    // A number that was given and is gone: it must not be given again.
    let letters = store.dead_letters(1).await.unwrap();
    store.discard_dead_letter(&letters[0].id, &edit(Action::Discard)).await.unwrap();
    store.lease("slack", 5, at(1), at(9)).await.unwrap();
    store.keep_note("slack", &"s01".to_owned(), "{\"ts\": 1}").await.unwrap();
}

async fn furnished(path: &Path) {
    let store = SqliteStore::open(path, Access::Daemon, sqlite::Options::default()).unwrap();
    furnish(&store).await;
}

fn house(path: &Path) -> House {
    House::Sqlite(path.to_owned())
}

#[tokio::test]
async fn a_copy_is_the_same_and_goes_on_where_the_first_stood() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    furnished(&from).await;
    let copied = copy(&house(&from), &house(&to), |_| {}).await.unwrap();
    let rows = |table: &str| copied.iter().find(|one| one.table == table).unwrap().rows;
    assert_eq!((rows("stories"), rows("articles"), rows("deliveries")), (30, 300, 600));
    assert!(!folder.path().join("to.db.part").exists());

    let open = |path: &Path| SqliteStore::open(path, Access::Daemon, sqlite::Options::default()).unwrap();
    let (old, new) = (open(&from), open(&to));
    assert_eq!(old.facts(&"s07".to_owned()).await.unwrap(), new.facts(&"s07".to_owned()).await.unwrap());
    assert_eq!(
        old.lease("slack", 99, at(2), at(3)).await.unwrap().len(),
        new.lease("slack", 99, at(2), at(3)).await.unwrap().len(),
        "no lease of whoever worked on the first is left"
    );
    for store in [&old, &new] {
        store.commit(&Commit { failed: vec![failed("x", vec![1])], ..commit(vec![]) }).await.unwrap();
    }
    assert_eq!(
        old.dead_letters(1).await.unwrap()[0].id,
        new.dead_letters(1).await.unwrap()[0].id,
        "numbers go on where the first stood"
    );
}

#[tokio::test]
async fn broken_off_after_any_page_it_goes_on_and_no_daemon_takes_it_for_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    furnished(&from).await;
    let source = sqlite::Rows::source(&from).unwrap();
    let mut broken_off = 0;
    // Each life writes one page and ends.
    for table in TABLES {
        loop {
            let target = sqlite::Rows::target(&to).unwrap();
            claim(&source, &target).await.unwrap();
            let rows = source.page(table, target.last(table).await.unwrap().as_deref()).await.unwrap();
            if rows.is_empty() {
                break;
            }
            target.write(table, rows).await.unwrap();
            broken_off += 1;
            drop(target);
            let part = folder.path().join("to.db.part");
            let error = SqliteStore::open(&part, Access::Daemon, sqlite::Options::default()).unwrap_err();
            assert!(error.to_string().contains("store copy"), "{error}");
        }
    }
    drop(source);
    assert!(broken_off > 10, "{broken_off}");
    assert!(!to.exists());
    let honest = |progress: Progress| assert!(progress.done <= progress.all, "{progress:?}");
    let copied = copy(&house(&from), &house(&to), honest).await.unwrap();
    assert_eq!(copied.len(), TABLES.len());
    // Killed after its end and before its last word, the next says that it is done.
    assert_eq!(copy(&house(&from), &house(&to), |_| {}).await.unwrap(), copied);
    std::fs::rename(&to, folder.path().join("to.db.part")).unwrap();
    assert_eq!(copy(&house(&from), &house(&to), |_| {}).await.unwrap(), copied);
    let store = SqliteStore::open(&to, Access::Daemon, sqlite::Options::default()).unwrap();
    store.commit(&commit(vec![outcome("s03", 11, "late")])).await.unwrap();
    drop(store);
    let error = copy(&house(&from), &house(&to), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("holds something else"), "{error}");
}

#[tokio::test]
async fn what_differs_in_the_end_is_named_and_never_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    furnished(&from).await;
    {
        let source = sqlite::Rows::source(&from).unwrap();
        let target = sqlite::Rows::target(&to).unwrap();
        claim(&source, &target).await.unwrap();
        fill(&source, &target, 0, &|_| {}).await.unwrap();
    }
    {
        let store = SqliteStore::open(&from, Access::Daemon, sqlite::Options::default()).unwrap();
        store.commit(&commit(vec![outcome("s03", 11, "late")])).await.unwrap();
    }
    let error = copy(&house(&from), &house(&to), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("differ in `stories` at s03"), "{error}");
    assert!(!to.exists());

    let other = folder.path().join("other.db");
    furnished(&other).await;
    let error = copy(&house(&other), &house(&to), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("unfinished copy of"), "{error}");
}

#[tokio::test]
async fn a_store_that_a_daemon_works_on_is_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    furnished(&from).await;
    let daemon = SqliteStore::open(&from, Access::Daemon, sqlite::Options::default()).unwrap();
    let error = copy(&house(&from), &house(&to), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("another newsdelta"), "{error}");
    drop(daemon);
    copy(&house(&from), &house(&to), |_| {}).await.unwrap();
}
