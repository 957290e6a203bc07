//! What a store promises of letting go: small steps, closed stories only, nothing that still waits, and afterwards everything
//! that stays says the same as before.

use jiff::Timestamp;

use super::{Place, at, commit, edit_at, outcome};
use crate::model::Action;
use crate::store::retention::{Bounds, Tidied};
use crate::store::{Attempt, Commit, Store};

/// Everything learned before this minute may go; stories that were silent since minute 3 are closed.
fn bounds(minute: i64) -> Bounds {
    let before = Some(at(minute));
    Bounds { closed: at(3), text: before, alerts: before, audit: before }
}

/// The steps until nothing is left, together; how many there were.
async fn tidy(store: &dyn Store, bounds: &Bounds, limit: usize) -> (Tidied, usize) {
    let (mut all, mut steps) = (Tidied::default(), 0);
    loop {
        let step = store.tidy(bounds, limit).await.unwrap();
        if step.is_nothing() {
            return (all, steps);
        }
        assert!(step.texts.max(step.messages).max(step.audit) <= limit as u64, "{step:?}");
        (all, steps) = (all.and(step), steps + 1);
    }
}

/// One story with two reports that is closed, one with five that is open; all was delivered.
async fn settled(place: &dyn Place) -> std::sync::Arc<dyn Store> {
    let store = place.open().await;
    let closed = (1..=2).map(|revision| outcome("closed", revision, &format!("c{revision}")));
    let open = (1..=5).map(|revision| outcome("open", revision, &format!("o{revision}")));
    let audit = vec![edit_at(Action::Merge, 1), edit_at(Action::Pin, 2), edit_at(Action::Pin, 9)];
    store.commit(&Commit { audit, ..commit(closed.chain(open).collect()) }).await.unwrap();
    loop {
        let due = store.lease("slack", 99, at(6), at(60)).await.unwrap();
        if due.is_empty() {
            return store;
        }
        for delivery in due {
            store.record(&delivery, &Attempt::Delivered, at(6)).await.unwrap();
        }
    }
}

pub(crate) async fn closed_stories_lose_their_texts_and_nothing_else(place: &dyn Place) {
    let store = settled(place).await;
    let facts = store.facts(&"closed".to_owned()).await.unwrap();
    let only_texts = Bounds { alerts: None, audit: None, ..bounds(99) };
    let (tidied, steps) = tidy(store.as_ref(), &only_texts, 1).await;
    assert_eq!((tidied.texts, tidied.messages, tidied.audit), (2, 0, 0));
    assert!(steps >= 2, "in small steps");
    let known = store.article("c1").await.unwrap().unwrap();
    assert!(!known.article.has_text());
    assert_eq!(known.article.title, outcome("closed", 1, "c1").article.title);
    assert_eq!(known.claims, outcome("closed", 1, "c1").claims);
    assert_eq!(store.facts(&"closed".to_owned()).await.unwrap(), facts);
    assert_eq!(store.messages_of(&"c1".to_owned()).await.unwrap().len(), 1);
    assert!(store.article("o1").await.unwrap().unwrap().article.has_text());
    // Read again it is still known, and a later report still joins.
    assert_eq!(store.known_articles(&["c1".to_owned()]).await.unwrap(), ["c1"]);
    store.commit(&commit(vec![outcome("closed", 3, "c3")])).await.unwrap();
}

pub(crate) async fn what_is_younger_stays(place: &dyn Place) {
    let store = settled(place).await;
    let (tidied, _) = tidy(store.as_ref(), &bounds(2), 99).await;
    assert_eq!((tidied.texts, tidied.messages), (1, 1), "what was learned at minute 1");
    let nothing = Bounds { closed: at(99), text: None, alerts: None, audit: None };
    assert_eq!(tidy(store.as_ref(), &nothing, 99).await.0, Tidied::default(), "kept for ever");
    let (tidied, _) = tidy(store.as_ref(), &Bounds { closed: Timestamp::MIN, ..bounds(99) }, 99).await;
    assert_eq!((tidied.texts, tidied.messages), (0, 0), "no story is closed");
}

pub(crate) async fn old_messages_go_with_their_deliveries(place: &dyn Place) {
    let store = settled(place).await;
    let (tidied, steps) = tidy(store.as_ref(), &bounds(99), 1).await;
    assert_eq!((tidied.messages, tidied.audit), (2, 2), "the latest merge stays");
    assert!(steps >= 2, "in small steps");
    assert!(store.messages_of(&"c1".to_owned()).await.unwrap().is_empty());
    let told = store.told(&"closed".to_owned(), &["alert-of-c1".to_owned()]).await.unwrap();
    assert_eq!(told, []);
    assert_eq!(store.messages_of(&"o1".to_owned()).await.unwrap().len(), 1);
    assert!(store.regroupings().await.unwrap() > 0, "how far merges have gone is still known");
}

pub(crate) async fn what_waits_is_never_let_go(place: &dyn Place) {
    let store = place.open().await;
    let reports = (1..=3).map(|revision| outcome("closed", revision, &format!("c{revision}")));
    store.commit(&commit(reports.collect())).await.unwrap();
    super::attempt(store.as_ref(), 1, Attempt::Dead("gone".to_owned())).await;
    let late = Bounds { closed: at(99), ..bounds(99) };
    assert_eq!(tidy(store.as_ref(), &late, 99).await.0.messages, 0, "one is dead, the others wait");
    let letters = store.dead_letters(9).await.unwrap();
    store.discard_dead_letter(&letters[0].id, &edit_at(Action::Discard, 9)).await.unwrap();
    assert_eq!(tidy(store.as_ref(), &late, 99).await.0.messages, 1);
    assert_eq!(super::due(store.as_ref(), "slack", 20).await, ["message-of-c2"]);
}
