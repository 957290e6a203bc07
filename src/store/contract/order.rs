//! What the order of messages promises: what tells of several stories has its place in each of them, and never do two wait
//! for each other.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use futures_util::future::join_all;

use super::{Place, at, audited, commit, due, edit_at, outcome, parcel};
use crate::model::alert::Digest;
use crate::model::{Action, Message};
use crate::store::{Attempt, Commit, Delivery, Pace, Resend, ResendMessages, Store};

/// Commits a message for `slack` that tells of these stories, and is named by its number.
pub(crate) async fn tell(store: &dyn Store, number: usize, stories: &[&str]) {
    let mut outcome = outcome(&format!("x{number}"), 1, &format!("article-{number}"));
    let plain = outcome.message.take().unwrap();
    let alert = |story: &&str| {
        let mut alert = plain.alerts[0].clone();
        (alert.id, alert.story) = (format!("alert-{number}-{story}"), (*story).to_owned());
        alert
    };
    let message = Message {
        id: format!("m{number:03}"),
        story: stories.last().unwrap().to_string(),
        alerts: stories.iter().map(alert).collect(),
        digest: (stories.len() > 1).then_some(Digest { since: at(0), until: at(1) }),
        ..plain.clone()
    };
    let parcels = vec![parcel("slack", &message, Pace::Now)];
    store.commit(&Commit { parcels, ..commit(vec![outcome]) }).await.unwrap();
}

async fn tell_all(store: &dyn Store, all: &[&[&str]]) {
    for (number, stories) in all.iter().enumerate() {
        tell(store, number, stories).await;
    }
}

/// Leases what is due at a minute, and says which these are.
async fn leased(store: &dyn Store, minute: i64) -> (Vec<Delivery>, Vec<String>) {
    let leased = store.lease("slack", 99, at(minute), at(minute + 50)).await.unwrap();
    let mut names: Vec<String> = leased.iter().map(|delivery| delivery.message.id.clone()).collect();
    names.sort();
    (leased, names)
}

async fn end(store: &dyn Store, leased: &[Delivery], message: &str, attempt: Attempt) {
    let delivery = leased.iter().find(|delivery| delivery.message.id == message).unwrap();
    store.record(delivery, &attempt, at(1)).await.unwrap();
}

pub(crate) async fn a_digest_waits_in_each_of_its_stories(place: &dyn Place) {
    let store = place.open().await;
    let all: [&[&str]; 6] = [&["s1"], &["s2"], &["s1", "s2"], &["s1"], &["s2"], &["s3"]];
    tell_all(store.as_ref(), &all).await;
    let (first, names) = leased(store.as_ref(), 1).await;
    assert_eq!(names, ["m000", "m001", "m005"]);
    end(store.as_ref(), &first, "m000", Attempt::Delivered).await;
    assert_eq!(leased(store.as_ref(), 2).await.1, Vec::<String>::new(), "m001 is still on its way");
    end(store.as_ref(), &first, "m001", Attempt::RetryAt(at(2), "away".to_owned())).await;
    let (again, names) = leased(store.as_ref(), 2).await;
    assert_eq!(names, ["m001"]);
    end(store.as_ref(), &again, "m001", Attempt::Delivered).await;
    let (digest, names) = leased(store.as_ref(), 3).await;
    assert_eq!(names, ["m002"], "what came after it waits in both stories");
    drop(store);

    let store = place.open().await;
    end(store.as_ref(), &digest, "m002", Attempt::Delivered).await;
    assert_eq!(leased(store.as_ref(), 90).await.1, ["m003", "m004", "m005"]);
}

pub(crate) async fn a_dead_digest_lets_go_and_comes_back_in_its_place(place: &dyn Place) {
    let store = place.open().await;
    let all: [&[&str]; 4] = [&["s1", "s2"], &["s1"], &["s2"], &["s1"]];
    tell_all(store.as_ref(), &all).await;
    let (digest, names) = leased(store.as_ref(), 1).await;
    assert_eq!(names, ["m000"]);
    end(store.as_ref(), &digest, "m000", Attempt::Dead("refused".to_owned())).await;
    let (next, names) = leased(store.as_ref(), 2).await;
    assert_eq!(names, ["m001", "m002"]);
    let letter = store.dead_letters(9).await.unwrap().remove(0).id;
    store.retry_dead_letter(&letter, &edit_at(Action::Retry, 3)).await.unwrap();
    assert_eq!(audited(store.as_ref()).await, [Action::Retry]);
    end(store.as_ref(), &next, "m001", Attempt::Delivered).await;
    assert_eq!(
        leased(store.as_ref(), 4).await.1,
        Vec::<String>::new(),
        "m002 is on its way, m003 is younger"
    );
    end(store.as_ref(), &next, "m002", Attempt::Delivered).await;
    let (digest, names) = leased(store.as_ref(), 5).await;
    assert_eq!(names, ["m000"]);
    end(store.as_ref(), &digest, "m000", Attempt::Delivered).await;
    assert_eq!(leased(store.as_ref(), 6).await.1, ["m003"]);
}

pub(crate) async fn a_digest_that_is_sent_again_waits_in_each_of_its_stories(place: &dyn Place) {
    let store = place.open().await;
    tell(store.as_ref(), 0, &["s1", "s2"]).await;
    let (digest, _) = leased(store.as_ref(), 1).await;
    end(store.as_ref(), &digest, "m000", Attempt::Delivered).await;
    tell(store.as_ref(), 1, &["s1"]).await;
    let (next, _) = leased(store.as_ref(), 2).await;
    for output in ["slack", "new"] {
        let messages = ResendMessages::Ids(vec!["m000".to_owned()]);
        let resend = Resend { output: output.to_owned(), messages, only_dead: false };
        assert_eq!(store.resend(&resend, at(2)).await.unwrap(), 1);
    }
    assert_eq!(leased(store.as_ref(), 3).await.1, Vec::<String>::new(), "m001 is on its way");
    end(store.as_ref(), &next, "m001", Attempt::Delivered).await;
    assert_eq!(leased(store.as_ref(), 4).await.1, ["m000"]);
    assert_eq!(due(store.as_ref(), "new", 4).await, ["m000"]);
}

/// Digests of all mixtures of five stories: at no moment are two messages of one story on their way, each story is told in
/// order, and everything arrives, whatever is tried again, refused, or sent again by hand.
pub(crate) async fn nothing_waits_in_a_circle(place: &dyn Place) {
    const MESSAGES: usize = 60;
    const STORIES: [&str; 5] = ["s1", "s2", "s3", "s4", "s5"];
    let store = place.open().await;
    let mut random = Rng::with_seed(7);
    let (mut told, mut on_the_way) = (0, Vec::<Delivery>::new());
    let mut arrived: Vec<Delivery> = Vec::new();
    let mut revived: BTreeSet<String> = BTreeSet::new();
    let mut idle = 0;
    while arrived.len() < MESSAGES {
        assert!(idle < 50, "{} of {MESSAGES} arrived, and nothing is due", arrived.len());
        for _ in 0..random.usize(..4).min(MESSAGES - told) {
            let mut stories = STORIES.to_vec();
            random.shuffle(&mut stories);
            stories.truncate(if random.bool() { 1 } else { random.usize(2..=4) });
            tell(store.as_ref(), told, &stories).await;
            told += 1;
        }
        on_the_way.extend(leased(store.as_ref(), 1).await.0);
        let stories: Vec<&str> = on_the_way.iter().flat_map(|delivery| delivery.message.stories()).collect();
        let apart: BTreeSet<&str> = stories.iter().copied().collect();
        assert_eq!(stories.len(), apart.len(), "two of one story are on their way");
        random.shuffle(&mut on_the_way);
        let ending = on_the_way.split_off(on_the_way.len().saturating_sub(random.usize(1..4)));
        let ends: Vec<(Delivery, Attempt)> = ending
            .into_iter()
            .map(|delivery| {
                let attempt = match random.u8(..10) {
                    0 => Attempt::Dead("refused".to_owned()),
                    1 | 2 => Attempt::RetryAt(at(1), "away".to_owned()),
                    _ => Attempt::Delivered,
                };
                (delivery, attempt)
            })
            .collect();
        // All at once: where several instances deliver, none may overlook what another ends.
        let records = ends.iter().map(|(delivery, attempt)| store.record(delivery, attempt, at(1)));
        join_all(records).await.into_iter().for_each(|recorded| recorded.unwrap());
        idle = if ends.is_empty() { idle + 1 } else { 0 };
        arrived.extend(ends.into_iter().filter(|(_, end)| *end == Attempt::Delivered).map(|(one, _)| one));
        for letter in store.dead_letters(99).await.unwrap() {
            store.retry_dead_letter(&letter.id, &edit_at(Action::Retry, 1)).await.unwrap();
            let crate::store::Letter::Delivery(dead) = letter.letter else {
                panic!("only deliveries die here")
            };
            revived.insert(dead.message.id);
        }
    }
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    // Somebody sent these again: they come when they come.
    let in_order = arrived.iter().filter(|delivery| !revived.contains(&delivery.message.id));
    for message in in_order.map(|delivery| &delivery.message) {
        for story in message.stories() {
            let before = last.insert(story, &message.id);
            assert!(before < Some(&message.id), "{story}: {before:?}, then {}", message.id);
        }
    }
    assert_eq!(store.next_due("slack").await.unwrap(), None);
}
