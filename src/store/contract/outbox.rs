//! What the outbox promises: every message once to every output, those of one story in order, nothing lost with a lease.

use super::{Place, at, attempt, commit, commit_to, due, outcome};
use crate::store::Attempt;

const RETRY: fn(i64) -> Attempt = |minute| Attempt::RetryAt(at(minute), "not now".to_owned());

pub(crate) async fn each_output_gets_each_message_once(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit_to(&["slack", "hook"], vec![outcome("s1", 1, "a1")])).await.unwrap();
    for output in ["slack", "hook"] {
        let leased = store.lease(output, 9, at(1), at(2)).await.unwrap();
        assert_eq!(leased.len(), 1);
        assert_eq!((leased[0].attempts, leased[0].queued_at, &*leased[0].output), (0, at(0), output));
        assert_eq!(leased[0].message, outcome("s1", 1, "a1").message.unwrap());
        store.record(&leased[0], &Attempt::Delivered, at(1)).await.unwrap();
        assert_eq!(due(store.as_ref(), output, 1000).await, Vec::<String>::new());
        assert_eq!(store.next_due(output).await.unwrap(), None);
    }
    assert_eq!(due(store.as_ref(), "other", 1000).await, Vec::<String>::new());
}

pub(crate) async fn messages_of_a_story_keep_their_order(place: &dyn Place) {
    let store = place.open().await;
    for revision in 1..=3 {
        store.commit(&commit(vec![outcome("s1", revision, &format!("a{revision}"))])).await.unwrap();
    }
    for revision in 1..=3 {
        // Attempts that fail change nothing about whose turn it is.
        attempt(store.as_ref(), 10, RETRY(10)).await;
        assert_eq!(due(store.as_ref(), "slack", 10).await, [format!("message-of-a{revision}")]);
        attempt(store.as_ref(), 11, Attempt::Delivered).await;
    }
    assert_eq!(store.next_due("slack").await.unwrap(), None);
}

pub(crate) async fn one_message_of_a_story_at_a_time(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit((1..=3).map(|n| outcome("s1", n, &format!("a{n}"))).collect())).await.unwrap();
    assert_eq!(due(store.as_ref(), "slack", 1).await, ["message-of-a1"]);
    assert_eq!(due(store.as_ref(), "slack", 1).await, Vec::<String>::new());
    // One that comes while another is on its way waits too.
    store.commit(&commit(vec![outcome("s1", 4, "a4")])).await.unwrap();
    assert_eq!(due(store.as_ref(), "slack", 1).await, Vec::<String>::new());
    assert_eq!(due(store.as_ref(), "slack", 2).await, ["message-of-a1"]);
}

pub(crate) async fn leases_expire(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1")])).await.unwrap();
    assert_eq!(store.next_due("slack").await.unwrap(), Some(at(0)));
    assert_eq!(store.lease("slack", 9, at(1), at(6)).await.unwrap().len(), 1);
    assert_eq!(store.next_due("slack").await.unwrap(), Some(at(6)));
    assert_eq!(due(store.as_ref(), "slack", 5).await, Vec::<String>::new());
    assert_eq!(due(store.as_ref(), "slack", 6).await, ["message-of-a1"]);
}

pub(crate) async fn a_stale_lease_changes_nothing(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1")])).await.unwrap();
    let slow = store.lease("slack", 9, at(1), at(2)).await.unwrap().remove(0);
    let new = store.lease("slack", 9, at(2), at(9)).await.unwrap().remove(0);
    for late in [RETRY(3), Attempt::Dead("too slow".to_owned())] {
        store.record(&slow, &late, at(3)).await.unwrap();
        assert_eq!(store.next_due("slack").await.unwrap(), Some(at(9)));
    }
    store.give_back(&[slow], at(3)).await.unwrap();
    assert_eq!(store.next_due("slack").await.unwrap(), Some(at(9)));
    store.record(&new, &RETRY(20), at(4)).await.unwrap();
    let again = store.lease("slack", 9, at(20), at(21)).await.unwrap().remove(0);
    assert_eq!(again.attempts, 1, "only the attempt that counted");
}

/// Whoever delivered it, it is delivered: sending it once more would help nobody.
pub(crate) async fn a_late_delivered_counts(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s1", 2, "a2")])).await.unwrap();
    let slow = store.lease("slack", 9, at(1), at(2)).await.unwrap().remove(0);
    let new = store.lease("slack", 9, at(2), at(9)).await.unwrap().remove(0);
    store.record(&slow, &Attempt::Delivered, at(3)).await.unwrap();
    store.record(&new, &RETRY(4), at(4)).await.unwrap();
    assert_eq!(due(store.as_ref(), "slack", 50).await, ["message-of-a2"]);
}

pub(crate) async fn leases_given_back_are_due(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1")])).await.unwrap();
    let leased = store.lease("slack", 9, at(1), at(60)).await.unwrap();
    store.give_back(&leased, at(2)).await.unwrap();
    let again = store.lease("slack", 9, at(2), at(60)).await.unwrap();
    assert_eq!(again.len(), 2);
    assert!(again.iter().all(|delivery| delivery.attempts == 0), "giving back is no attempt");
}

pub(crate) async fn dead_ones_let_the_next_go_ahead(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s1", 2, "a2")])).await.unwrap();
    attempt(store.as_ref(), 1, Attempt::Dead("no such channel".to_owned())).await;
    assert_eq!(due(store.as_ref(), "slack", 2).await, ["message-of-a2"]);
}

pub(crate) async fn stories_do_not_wait_for_each_other(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1")])).await.unwrap();
    attempt(store.as_ref(), 1, RETRY(500)).await;
    store.commit(&commit(vec![outcome("s1", 2, "a2"), outcome("s2", 1, "b1")])).await.unwrap();
    assert_eq!(due(store.as_ref(), "slack", 2).await, ["message-of-b1"]);
}

pub(crate) async fn nothing_is_due_early(place: &dyn Place) {
    let store = place.open().await;
    store
        .commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1"), outcome("s3", 1, "c1")]))
        .await
        .unwrap();
    let leased = store.lease("slack", 2, at(1), at(2)).await.unwrap();
    assert_eq!(leased.len(), 2, "no more than asked for");
    store.record(&leased[0], &RETRY(30), at(1)).await.unwrap();
    store.record(&leased[1], &RETRY(20), at(1)).await.unwrap();
    assert_eq!(due(store.as_ref(), "slack", 2).await, ["message-of-c1"]);
    attempt(store.as_ref(), 3, Attempt::Delivered).await;
    assert_eq!(store.next_due("slack").await.unwrap(), Some(at(20)));
    assert_eq!(due(store.as_ref(), "slack", 19).await, Vec::<String>::new());
    assert_eq!(due(store.as_ref(), "slack", 30).await, ["message-of-b1", "message-of-a1"]);
}
