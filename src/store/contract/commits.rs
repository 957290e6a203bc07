//! What a commit promises: everything or nothing, nothing twice, nothing over the head of another writer.

use std::sync::Arc;

use super::{Place, ROOM, at, checkpoint, commit, due, failed, killed, outcome, refused};
use crate::store::{AsOf, Commit, StoreError};

pub(crate) async fn a_commit_comes_back_whole(place: &dyn Place) {
    let store = place.open().await;
    let mut first = outcome("s1", 1, "a1");
    first.facts[0].claims.clear();
    store.commit(&commit(vec![first.clone()])).await.unwrap();

    assert_eq!(store.story("s1").await.unwrap().unwrap(), first.story);
    let known = store.article("a1").await.unwrap().unwrap();
    assert_eq!(known.article, first.article);
    assert_eq!(known.origin, first.origin);
    assert_eq!(known.learned_at, first.learned_at);
    assert_eq!(known.claims, first.claims);
    first.facts[0].claims = vec![Arc::new(first.claims[0].1.clone())].into();
    assert_eq!(store.facts(&"s1".to_owned()).await.unwrap(), first.facts);
    assert_eq!(store.messages_of(&"a1".to_owned()).await.unwrap(), vec![first.message.unwrap()]);
}

/// The commit fails at its very last part, after all else was written.
pub(crate) async fn a_failed_commit_leaves_nothing(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1")])).await.unwrap();

    let stale = Commit {
        outcomes: vec![outcome("s2", 1, "b1"), outcome("s1", 2, "a2"), outcome("s3", 7, "c1")],
        failed: vec![failed("bad.txt", vec![1])],
        checkpoints: vec![checkpoint(9)],
        ..commit(vec![])
    };
    assert_eq!(refused(store.as_ref(), stale).await, StoreError::StoryMoved(vec!["s3".to_owned()]));

    assert_eq!(store.story("s1").await.unwrap().unwrap().revision, 1);
    assert_eq!(store.story("s2").await.unwrap(), None);
    assert_eq!(store.facts(&"s1".to_owned()).await.unwrap()[0].claims.len(), 1);
    assert_eq!(
        store.known_articles(&["b1".to_owned(), "a2".to_owned()]).await.unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(store.messages_of(&"b1".to_owned()).await.unwrap(), vec![]);
    assert_eq!(store.dead_letters(9).await.unwrap(), vec![]);
    assert_eq!(store.checkpoints("articles").await.unwrap(), vec![]);
    assert_eq!(due(store.as_ref(), "slack", 5).await, ["message-of-a1"]);
}

pub(crate) async fn a_known_article_is_refused(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s1", 2, "a2")])).await.unwrap();
    let again = commit(vec![outcome("s1", 3, "a3"), outcome("s1", 4, "a2"), outcome("s2", 1, "a1")]);
    let error = refused(store.as_ref(), again).await;
    assert_eq!(error, StoreError::ArticlesKnown(vec!["a2".to_owned(), "a1".to_owned()]));
    let asked = ["a3", "a2", "a1", "zz"].map(str::to_owned);
    assert_eq!(store.known_articles(&asked).await.unwrap(), ["a2", "a1"]);
}

pub(crate) async fn the_same_article_twice_is_refused(place: &dyn Place) {
    let store = place.open().await;
    let twice = commit(vec![outcome("s1", 1, "a1"), outcome("s1", 2, "a1")]);
    assert_eq!(refused(store.as_ref(), twice).await, StoreError::ArticlesKnown(vec!["a1".to_owned()]));
    assert_eq!(store.stories(9).await.unwrap(), vec![]);
}

pub(crate) async fn a_moved_story_is_refused(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1")])).await.unwrap();
    store.commit(&commit(vec![outcome("s1", 2, "a2"), outcome("s2", 2, "b2")])).await.unwrap();
    // This writer saw both stories before the second commit, and opened one that exists.
    let late = commit(vec![outcome("s2", 2, "b3"), outcome("s1", 2, "a3"), outcome("s3", 1, "c1")]);
    let moved = vec!["s1".to_owned(), "s2".to_owned()];
    assert_eq!(refused(store.as_ref(), late).await, StoreError::StoryMoved(moved));
    let opened_again = commit(vec![outcome("s1", 1, "a4")]);
    assert_eq!(refused(store.as_ref(), opened_again).await, StoreError::StoryMoved(vec!["s1".to_owned()]));
    store.commit(&commit(vec![outcome("s2", 3, "b3"), outcome("s1", 3, "a3")])).await.unwrap();
}

pub(crate) async fn revisions_must_not_leap(place: &dyn Place) {
    let store = place.open().await;
    for wrong in [vec![outcome("s1", 1, "a1"), outcome("s1", 3, "a2")], vec![outcome("s1", 0, "a1")]] {
        let error = refused(store.as_ref(), commit(wrong)).await;
        assert!(matches!(&error, StoreError::Refused(why) if why.contains("s1")), "{error}");
    }
}

pub(crate) async fn checkpoints_only_move_forward(place: &dyn Place) {
    let store = place.open().await;
    for (next, then) in [(5, 5), (3, 5), (6, 6)] {
        store.commit(&Commit { checkpoints: vec![checkpoint(next)], ..Commit::default() }).await.unwrap();
        assert_eq!(store.checkpoints("articles").await.unwrap(), vec![checkpoint(then)]);
    }
    assert_eq!(store.checkpoints("another").await.unwrap(), vec![]);
}

/// Many stories with a growing history: the figures add up, and nothing gets lost between commits.
pub(crate) async fn ten_thousand_outcomes(place: &dyn Place) {
    let store = place.open().await;
    for batch in 0..50 {
        let outcomes = (0..200)
            .map(|n| outcome(&format!("s{}", n % 40), batch * 5 + n / 40 + 1, &format!("a{batch}-{n}")));
        let mut commit = commit(outcomes.collect());
        commit.checkpoints = vec![checkpoint(i64::try_from(batch).unwrap())];
        store.commit(&commit).await.unwrap();
    }
    let stories = store.stories(100).await.unwrap();
    assert_eq!(stories.len(), 40);
    for story in stories {
        assert_eq!(story.revision, 250);
        let facts = store.facts(&story.id).await.unwrap();
        assert_eq!((facts.len(), facts[0].claims.len()), (1, 250));
        assert!(facts[0].claims.is_sorted_by_key(|claim| claim.held_at));
    }
    assert_eq!(due(store.as_ref(), "slack", 5).await.len(), 40);
    assert_eq!(store.checkpoints("articles").await.unwrap(), vec![checkpoint(49)]);
}

/// Commits that wait together may share a transaction; one that is refused takes nothing of the others with it.
pub(crate) async fn commits_at_once_all_count(place: &dyn Place) {
    let store = place.open().await;
    let mut waiting = tokio::task::JoinSet::new();
    for n in 0..100 {
        let store = store.clone();
        let revision = if n % 10 == 9 { 2 } else { 1 };
        waiting.spawn(async move {
            let result =
                store.commit(&commit(vec![outcome(&format!("s{n}"), revision, &format!("a{n}"))])).await;
            (revision, result)
        });
    }
    while let Some(ended) = waiting.join_next().await {
        let (revision, result) = ended.unwrap();
        assert_eq!(result.is_ok(), revision == 1, "{result:?}");
    }
    assert_eq!(store.stories(1000).await.unwrap().len(), 90);
    assert_eq!(due(store.as_ref(), "slack", 5).await.len(), 90);
}

pub(crate) async fn a_claim_may_speak_to_an_untouched_fact(place: &dyn Place) {
    let store = place.open().await;
    let mut opened = outcome("s1", 1, "a1");
    opened.facts.clear();
    let mut known = outcome("s1", 2, "a2");
    known.facts.clear();
    store.commit(&commit(vec![opened.clone(), known.clone()])).await.unwrap();
    let facts = store.facts(&"s1".to_owned()).await.unwrap();
    assert_eq!(facts.len(), 1);
    assert_eq!((&facts[0].key, &facts[0].value), (&killed(), &None));
    assert_eq!(*facts[0].claims, [opened, known].map(|outcome| Arc::new(outcome.claims[0].1.clone())));
}

/// The ledger compares with a bounded history; what it dropped is there only for questions about the past.
pub(crate) async fn dropped_claims_stay_in_the_past(place: &dyn Place) {
    let store = place.open().await;
    let mut outcomes: Vec<_> = (1..=4).map(|n| outcome("s1", n, &format!("a{n}"))).collect();
    let claims: Vec<_> = outcomes.iter().map(|outcome| Arc::new(outcome.claims[0].1.clone())).collect();
    let claim = |n: usize| claims[n].clone();
    let left = [vec![claim(0)], vec![claim(0), claim(1)], vec![claim(1), claim(2)], vec![claim(1), claim(3)]];
    for (n, (outcome, left)) in outcomes.iter_mut().zip(left).enumerate() {
        outcome.facts[0].claims = left.into();
        outcome.facts[0].merged = u64::try_from(n).unwrap().saturating_sub(1);
        let dropped = [None, None, Some(claim(0)), Some(claim(2))];
        outcome.dropped.extend(dropped[n].clone().map(|claim| (killed(), claim)));
    }
    let last = outcomes[3].facts.clone();
    let rest = outcomes.split_off(2);
    store.commit(&commit(outcomes)).await.unwrap();
    store.commit(&commit(rest)).await.unwrap();
    assert_eq!(store.facts(&"s1".to_owned()).await.unwrap(), last);
    let past = AsOf { learned_at: Some(at(3)), held_at: None };
    let past = store.facts_as_of(&"s1".to_owned(), past).await.unwrap();
    assert_eq!(
        past[0].claims.iter().map(|claim| claim.article.as_str()).collect::<Vec<_>>(),
        ["a1", "a2", "a3"]
    );
    assert_eq!(store.article("a1").await.unwrap().unwrap().claims.len(), 1);
}

pub(crate) async fn everything_survives_reopening(place: &dyn Place) {
    let first = outcome("s1", 1, "a1");
    {
        let store = place.open().await;
        store
            .commit(&Commit { checkpoints: vec![checkpoint(4)], ..commit(vec![first.clone()]) })
            .await
            .unwrap();
        let leased = store.lease("slack", 9, at(1), at(100)).await.unwrap();
        assert_eq!(leased.len(), 1);
    }
    let store = place.open().await;
    assert_eq!(store.open_stories(at(0), ROOM).await.unwrap(), vec![first.story]);
    assert_eq!(store.facts(&"s1".to_owned()).await.unwrap(), first.facts);
    assert_eq!(store.checkpoints("articles").await.unwrap(), vec![checkpoint(4)]);
    // The lease may be given up at once or when it ends, but not be forgotten.
    assert_eq!(due(store.as_ref(), "slack", 100).await, ["message-of-a1"]);
}
