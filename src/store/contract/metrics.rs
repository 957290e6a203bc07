//! What the figures of a store promise: what waits and what failed is counted, and nothing else.

use super::{Place, at, attempt, commit, commit_to, failed, outcome};
use crate::store::{Attempt, Commit, OutboxMetrics, StoreMetrics};

pub(crate) async fn what_waits_is_counted(place: &dyn Place) {
    let store = place.open().await;
    let bytes = store.metrics().await.unwrap().bytes;
    assert_eq!(store.metrics().await.unwrap(), StoreMetrics { bytes, ..StoreMetrics::default() });

    let first = Commit { failed: vec![failed("bad.txt", vec![1])], ..commit(vec![outcome("s1", 1, "a1")]) };
    store.commit(&first).await.unwrap();
    let later = vec![outcome("s1", 2, "a2"), outcome("s2", 1, "b1")];
    store.commit(&Commit { at: at(5), ..commit_to(&["hook", "slack"], later) }).await.unwrap();
    let waits = |output: &str, waiting, since| {
        let output = output.to_owned();
        OutboxMetrics { output, waiting, oldest: Some(at(since)) }
    };
    let found = store.metrics().await.unwrap();
    assert_eq!(found.outboxes, [waits("hook", 2, 5), waits("slack", 3, 0)]);
    assert_eq!((found.dead_items, found.dead_deliveries), (1, 0));
    assert!(found.bytes > 0, "{found:?}");

    // What was delivered or given up waits no more; what is leased still does.
    attempt(store.as_ref(), 1, Attempt::Dead("gone".to_owned())).await;
    let leased = store.lease("slack", 9, at(6), at(60)).await.unwrap();
    store.record(&leased[0], &Attempt::Delivered, at(6)).await.unwrap();
    let found = store.metrics().await.unwrap();
    assert_eq!(found.outboxes, [waits("hook", 2, 5), waits("slack", 1, 5)]);
    assert_eq!((found.dead_items, found.dead_deliveries), (1, 1));
}
