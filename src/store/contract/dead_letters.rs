//! What dead letters promise: nothing that failed is out of sight, and it can be tried again or let go.

use super::{Place, at, attempt, audited, commit, due, edit_at, failed, outcome};
use crate::model::Action;
use crate::store::{Attempt, Commit, FAILED_BYTES_MAX, FailedItem, Letter, Store, StoreError};

async fn ids(store: &dyn Store) -> Vec<String> {
    store.dead_letters(99).await.unwrap().into_iter().map(|letter| letter.id).collect()
}

pub(crate) async fn a_failed_item_is_kept_and_bounded(place: &dyn Place) {
    let store = place.open().await;
    let long = vec![7; FAILED_BYTES_MAX + 1];
    let short = failed("short.txt", vec![1, 2, 3]);
    store
        .commit(&Commit { failed: vec![short.clone(), failed("long.txt", long)], ..Commit::default() })
        .await
        .unwrap();

    let listed = store.dead_letters(9).await.unwrap();
    assert_eq!(listed.len(), 2);
    for letter in listed {
        assert_eq!((letter.reason.as_str(), letter.since), ("no text", at(3)));
        let shown = store.dead_letter(&letter.id).await.unwrap().unwrap();
        let Letter::Item { item, size, retrying } = shown.letter else { panic!("an item") };
        assert!(!retrying);
        if item.label == "short.txt" {
            assert_eq!((item, size), (short.clone(), 3));
        } else {
            assert_eq!((item.bytes.len(), size), (FAILED_BYTES_MAX, FAILED_BYTES_MAX as u64 + 1));
        }
    }
}

pub(crate) async fn a_failed_item_is_read_again(place: &dyn Place) {
    let store = place.open().await;
    let item = failed("bad.txt", vec![1, 2, 3]);
    store.commit(&Commit { failed: vec![item.clone()], ..Commit::default() }).await.unwrap();
    assert_eq!(store.items_to_retry(9, at(99)).await.unwrap(), vec![]);
    let id = ids(store.as_ref()).await.remove(0);
    store.retry_dead_letter(&id, &edit_at(Action::Retry, 4)).await.unwrap();
    let shown = store.dead_letter(&id).await.unwrap().unwrap();
    assert!(matches!(shown.letter, Letter::Item { retrying: true, .. }));
    assert_eq!(audited(store.as_ref()).await, [Action::Retry]);

    let retried = store.items_to_retry(9, at(99)).await.unwrap();
    assert_eq!(retried.len(), 1);
    assert_eq!(retried[0].item, item);
    let read = Commit { retried: vec![retried[0].id], ..commit(vec![outcome("s1", 1, "a1")]) };
    store.commit(&read).await.unwrap();
    assert_eq!(store.items_to_retry(9, at(99)).await.unwrap(), vec![]);
    assert_eq!(ids(store.as_ref()).await, Vec::<String>::new());
}

pub(crate) async fn a_cut_item_cannot_be_read_again(place: &dyn Place) {
    let store = place.open().await;
    let long = failed("long.txt", vec![7; FAILED_BYTES_MAX + 1]);
    store.commit(&Commit { failed: vec![long], ..Commit::default() }).await.unwrap();
    let id = ids(store.as_ref()).await.remove(0);
    let error = store.retry_dead_letter(&id, &edit_at(Action::Retry, 4)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Refused(why) if why.contains("to its input again")), "{error}");
    assert_eq!(store.items_to_retry(9, at(99)).await.unwrap(), vec![]);
}

/// An article under embargo is whole when its time has come, and neither before nor after.
pub(crate) async fn what_is_held_back_comes_through_by_itself(place: &dyn Place) {
    let store = place.open().await;
    let long = vec![7; FAILED_BYTES_MAX + 5];
    let held = FailedItem { retry_at: Some(at(60)), ..failed("held.json", long.clone()) };
    let plain = failed("bad.txt", vec![1]);
    store.commit(&Commit { failed: vec![plain, held.clone()], ..commit(vec![]) }).await.unwrap();
    assert_eq!(store.forget_dead_letters(at(98)).await.unwrap(), 1, "only the plain one");
    assert_eq!(store.items_to_retry(9, at(59)).await.unwrap(), vec![]);
    drop(store);

    let store = place.open().await;
    let due = store.items_to_retry(9, at(60)).await.unwrap();
    assert_eq!(due.iter().map(|due| &due.item).collect::<Vec<_>>(), [&held]);
    store.commit(&Commit { retried: vec![due[0].id], ..commit(vec![]) }).await.unwrap();
    assert_eq!(store.items_to_retry(9, at(99)).await.unwrap(), vec![]);
    assert_eq!(store.dead_letters(9).await.unwrap(), vec![]);
}

/// A message sent again goes behind the one on its way and ahead of those that wait.
pub(crate) async fn a_dead_delivery_is_sent_again_in_order(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit((1..=3).map(|n| outcome("s1", n, &format!("a{n}"))).collect())).await.unwrap();
    attempt(store.as_ref(), 1, Attempt::RetryAt(at(1), "busy".to_owned())).await;
    attempt(store.as_ref(), 1, Attempt::Dead("no such channel".to_owned())).await;
    let letter = store.dead_letters(9).await.unwrap().remove(0);
    assert_eq!((letter.reason.as_str(), letter.since), ("no such channel", at(1)));
    let Letter::Delivery(dead) = &letter.letter else { panic!("a delivery") };
    assert_eq!((dead.message.id.as_str(), dead.attempts), ("message-of-a1", 2));
    assert_eq!(store.dead_letter(&letter.id).await.unwrap().as_ref(), Some(&letter));

    store.retry_dead_letter(&letter.id, &edit_at(Action::Retry, 5)).await.unwrap();
    assert_eq!(ids(store.as_ref()).await, Vec::<String>::new());
    for expected in ["message-of-a2", "message-of-a1", "message-of-a3"] {
        let leased = store.lease("slack", 9, at(6), at(7)).await.unwrap();
        assert_eq!(leased.iter().map(|one| one.message.id.as_str()).collect::<Vec<_>>(), [expected]);
        if expected == "message-of-a1" {
            assert_eq!(
                (leased[0].attempts, leased[0].queued_at),
                (0, at(5)),
                "with the patience of a new one"
            );
        }
        store.record(&leased[0], &Attempt::Delivered, at(6)).await.unwrap();
    }

    // When nothing is on its way, it goes at once.
    store.commit(&commit(vec![outcome("s2", 1, "b1")])).await.unwrap();
    attempt(store.as_ref(), 7, Attempt::Dead("gone".to_owned())).await;
    let id = ids(store.as_ref()).await.remove(0);
    store.retry_dead_letter(&id, &edit_at(Action::Retry, 8)).await.unwrap();
    assert_eq!(due(store.as_ref(), "slack", 8).await, ["message-of-b1"]);
}

pub(crate) async fn discarded_ones_are_gone(place: &dyn Place) {
    let store = place.open().await;
    let both = Commit { failed: vec![failed("bad.txt", vec![1])], ..commit(vec![outcome("s1", 1, "a1")]) };
    store.commit(&both).await.unwrap();
    attempt(store.as_ref(), 1, Attempt::Dead("gone".to_owned())).await;
    let letters = ids(store.as_ref()).await;
    assert_eq!(letters.len(), 2);
    for id in letters {
        store.discard_dead_letter(&id, &edit_at(Action::Discard, 2)).await.unwrap();
        assert!(matches!(
            store.discard_dead_letter(&id, &edit_at(Action::Discard, 2)).await,
            Err(StoreError::Refused(_))
        ));
    }
    assert_eq!(ids(store.as_ref()).await, Vec::<String>::new());
    assert_eq!(due(store.as_ref(), "slack", 99).await, Vec::<String>::new());
    assert_eq!(audited(store.as_ref()).await, [Action::Discard; 2], "each with what it did");
}

pub(crate) async fn wrong_names_are_refused(place: &dyn Place) {
    let store = place.open().await;
    for name in ["", "7", "item-", "item-x", "letter-1"] {
        assert!(matches!(store.dead_letter(name).await, Err(StoreError::Refused(_))), "{name}");
    }
    assert_eq!(store.dead_letter("item-7").await.unwrap(), None);
    for name in ["item-7", "delivery-7"] {
        let error = store.retry_dead_letter(name, &edit_at(Action::Retry, 1)).await.unwrap_err();
        assert!(matches!(&error, StoreError::Refused(why) if why.contains(name)), "{error}");
    }
    assert_eq!(audited(store.as_ref()).await, [], "what was refused is in no audit");
}
