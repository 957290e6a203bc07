//! What holding promises: what waits goes out together, once, and survives whoever held it; what is muted comes back.

use std::time::Duration;

use jiff::Timestamp;

use super::{Place, at, attempt, audited, commit, due, edit, outcome, parcel};
use crate::model::{Action, Message, Mute, Muted};
use crate::store::{Attempt, Commit, Lot, Pace, Resend, ResendMessages, Store, StoreError, Told};

const AT_ONCE: Duration = Duration::ZERO;

fn group(release_at: Timestamp) -> Pace {
    Pace::Group { release_at, interval: AT_ONCE }
}

/// Commits the message of an article at a minute, at this pace.
async fn tell(store: &dyn Store, minute: i64, (story, revision): (&str, u64), pace: Pace) -> Message {
    let outcome = outcome(story, revision, &format!("{story}-{revision}"));
    let message = outcome.message.clone().unwrap();
    let parcels = vec![parcel("slack", &message, pace)];
    let told = Commit { outcomes: vec![outcome], parcels, at: at(minute), ..Commit::default() };
    store.commit(&told).await.unwrap();
    message
}

async fn lots(store: &dyn Store, minute: i64) -> Vec<Lot> {
    store.lots_due(at(minute), 100).await.unwrap()
}

pub(crate) async fn a_group_waits_and_goes_out_together(place: &dyn Place) {
    let store = place.open().await;
    let first = tell(store.as_ref(), 0, ("s1", 1), group(at(5))).await;
    let second = tell(store.as_ref(), 4, ("s1", 2), group(at(9))).await;
    tell(store.as_ref(), 4, ("s2", 1), group(at(9))).await;
    assert_eq!(due(store.as_ref(), "slack", 100).await, Vec::<String>::new());
    drop(store);
    let store = place.open().await;
    assert_eq!(store.next_release().await.unwrap(), Some(at(5)), "the group keeps its time");
    assert_eq!(lots(store.as_ref(), 4).await, []);
    let lots = lots(store.as_ref(), 5).await;
    let [lot] = lots.as_slice() else { panic!("{lots:?}") };
    assert_eq!((&lot.messages, lot.since, &*lot.output), (&vec![first.clone(), second], at(0), "slack"));
    let gathered = Message { id: "both".to_owned(), ..first };
    store.release(lot, std::slice::from_ref(&gathered), at(5)).await.unwrap();
    let leased = store.lease("slack", 9, at(5), at(6)).await.unwrap();
    assert_eq!(leased.iter().map(|delivery| &delivery.message).collect::<Vec<_>>(), [&gathered]);
    assert_eq!(store.next_release().await.unwrap(), Some(at(9)));
}

/// The order of a story holds, however urgent its parts are.
pub(crate) async fn an_urgent_one_takes_along_what_is_held(place: &dyn Place) {
    let store = place.open().await;
    let held = tell(store.as_ref(), 0, ("s1", 1), group(at(60))).await;
    let urgent = tell(store.as_ref(), 3, ("s1", 2), Pace::Now).await;
    assert_eq!(due(store.as_ref(), "slack", 4).await, Vec::<String>::new());
    assert_eq!(store.next_release().await.unwrap(), Some(at(3)));
    assert_eq!(lots(store.as_ref(), 3).await[0].messages, [held, urgent]);
}

pub(crate) async fn an_interval_counts_from_the_last_message(place: &dyn Place) {
    let store = place.open().await;
    let rhythm = |minute| Pace::Group { release_at: at(minute), interval: Duration::from_secs(30 * 60) };
    tell(store.as_ref(), 0, ("s1", 1), rhythm(0)).await;
    assert_eq!(due(store.as_ref(), "slack", 0).await, ["message-of-s1-1"], "the first goes at once");
    tell(store.as_ref(), 10, ("s1", 2), rhythm(10)).await;
    assert_eq!(store.next_release().await.unwrap(), Some(at(30)));
    tell(store.as_ref(), 10, ("s2", 1), rhythm(10)).await;
    assert_eq!(due(store.as_ref(), "slack", 11).await.last().unwrap(), "message-of-s2-1");
}

pub(crate) async fn a_lot_is_released_once(place: &dyn Place) {
    let store = place.open().await;
    let lot = Pace::Lot { lot: "digest x".to_owned(), release_at: at(5) };
    let message = tell(store.as_ref(), 0, ("s1", 1), lot.clone()).await;
    tell(store.as_ref(), 1, ("s2", 1), lot).await;
    let lot = lots(store.as_ref(), 5).await.remove(0);
    assert_eq!((lot.messages.len(), &*lot.name), (2, "digest x"));
    store.release(&lot, std::slice::from_ref(&message), at(5)).await.unwrap();
    let again = store.release(&lot, &[Message { id: "other".to_owned(), ..message }], at(6)).await;
    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    attempt(store.as_ref(), 7, Attempt::Delivered).await;
    assert_eq!((store.next_due("slack").await.unwrap(), store.next_release().await.unwrap()), (None, None));
}

pub(crate) async fn what_is_dropped_is_never_told(place: &dyn Place) {
    let store = place.open().await;
    for (story, subject) in [("s1", "clock 1"), ("s2", "clock 2")] {
        let outcome = outcome(story, 1, story);
        let pace = Pace::Lot { lot: subject.to_owned(), release_at: at(50) };
        let mut held = parcel("slack", outcome.message.as_ref().unwrap(), pace);
        held.subject = Some(subject.to_owned());
        store.commit(&Commit { parcels: vec![held], ..commit(vec![outcome]) }).await.unwrap();
    }
    store.commit(&Commit { dropped: vec!["clock 1".to_owned()], ..Commit::default() }).await.unwrap();
    let lots = lots(store.as_ref(), 50).await;
    assert_eq!(lots.iter().map(|lot| lot.name.as_str()).collect::<Vec<_>>(), ["clock 2"]);
}

/// What an output is told of an article is shown as that output's; the article's message stays whole.
pub(crate) async fn a_share_is_no_message_of_its_article(place: &dyn Place) {
    let store = place.open().await;
    let outcome = outcome("s1", 1, "a1");
    let message = outcome.message.clone().unwrap();
    let share = Message { id: "share".to_owned(), ..message.clone() };
    let parcels = vec![parcel("slack", &share, Pace::Now), parcel("hook", &message, Pace::Now)];
    store.commit(&Commit { parcels, ..commit(vec![outcome]) }).await.unwrap();
    assert_eq!(store.messages_of(&"a1".to_owned()).await.unwrap(), [message]);
    assert_eq!(due(store.as_ref(), "slack", 1).await, ["share"]);
    assert_eq!(due(store.as_ref(), "hook", 1).await, ["message-of-a1"]);
}

pub(crate) async fn who_was_told_is_known(place: &dyn Place) {
    let store = place.open().await;
    let mut outcome = outcome("s1", 1, "a1");
    let mut message = outcome.message.take().unwrap();
    message.alerts[0].folds = vec!["earlier".to_owned()];
    outcome.message = Some(message.clone());
    let digest = Pace::Lot { lot: "digest x".to_owned(), release_at: at(50) };
    let parcels = vec![parcel("slack", &message, Pace::Now), parcel("hook", &message, digest.clone())];
    store.commit(&Commit { parcels, ..commit(vec![outcome]) }).await.unwrap();
    let ids = ["alert-of-a1", "earlier", "never"].map(str::to_owned);
    let told = |alert: &str, output: &str, held: Option<&Pace>| Told {
        alert: alert.to_owned(),
        output: output.to_owned(),
        held: held.cloned(),
    };
    let both = |output: &str, held: Option<&Pace>| {
        [told("alert-of-a1", output, held), told("earlier", output, held)]
    };
    let s1 = "s1".to_owned();
    assert_eq!(
        store.told(&s1, &ids).await.unwrap(),
        [both("slack", None), both("hook", Some(&digest))].concat()
    );

    let lot = lots(store.as_ref(), 50).await.remove(0);
    store.release(&lot, &[], at(50)).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(
        store.told(&s1, &ids).await.unwrap(),
        both("slack", None),
        "what was let go untold is not told"
    );
    let messages = ResendMessages::Ids(vec![message.id.clone()]);
    let resend = Resend { output: "new".to_owned(), messages, only_dead: false };
    store.resend(&resend, at(51)).await.unwrap();
    let outputs = store.told(&s1, &ids).await.unwrap();
    let outputs: Vec<_> = outputs.iter().map(|told| (&*told.alert, &*told.output)).collect();
    let expected = ["alert-of-a1", "earlier"].map(|alert| [(alert, "new"), (alert, "slack")]);
    assert_eq!(outputs, expected.concat());
}

/// An error that waits in a digest must not be told after its correction.
pub(crate) async fn a_correction_takes_along_what_is_held(place: &dyn Place) {
    let store = place.open().await;
    let digest = Pace::Lot { lot: "digest x".to_owned(), release_at: at(50) };
    let wrong = tell(store.as_ref(), 0, ("s1", 1), digest.clone()).await;
    let other = tell(store.as_ref(), 1, ("s2", 1), digest).await;
    let clock = tell(store.as_ref(), 1, ("s3", 1), Pace::Correction).await;
    assert_eq!(due(store.as_ref(), "slack", 1).await, [clock.id], "with nothing held it goes at once");
    let outcome = outcome("s1", 2, "s1-2");
    let message = Message { id: "deadline".to_owned(), ..outcome.message.clone().unwrap() };
    let mut deadline =
        parcel("slack", &message, Pace::Lot { lot: "deadline".to_owned(), release_at: at(60) });
    deadline.subject = Some("clock".to_owned());
    store.commit(&Commit { parcels: vec![deadline], ..commit(vec![outcome]) }).await.unwrap();
    let right = tell(store.as_ref(), 3, ("s1", 3), Pace::Correction).await;
    let due = lots(store.as_ref(), 3).await;
    assert_eq!(due.iter().map(|lot| &lot.messages).collect::<Vec<_>>(), [&vec![wrong, right]]);
    store.release(&due[0], &[], at(3)).await.unwrap();
    let later: Vec<_> = lots(store.as_ref(), 60).await.into_iter().flat_map(|lot| lot.messages).collect();
    assert_eq!(later, [other, message]);
}

/// A daemon that was away when a digest was due finds the next report before it lets the digest out.
pub(crate) async fn what_is_due_goes_ahead_of_what_comes_after(place: &dyn Place) {
    let store = place.open().await;
    let digest = |minute| Pace::Lot { lot: format!("digest {minute}"), release_at: at(minute) };
    tell(store.as_ref(), 0, ("s1", 1), digest(5)).await;
    tell(store.as_ref(), 0, ("s2", 1), digest(5)).await;
    tell(store.as_ref(), 1, ("s1", 2), digest(50)).await;
    tell(store.as_ref(), 6, ("s1", 3), Pace::Now).await;
    let found = lots(store.as_ref(), 6).await;
    let held: Vec<Vec<&str>> = found
        .iter()
        .map(|lot| lot.messages.iter().map(|message| message.article.as_str()).collect())
        .collect();
    assert!(held.contains(&vec!["s1-1", "s1-3"]) && held.contains(&vec!["s2-1"]), "{held:?}");
    assert_eq!(held.len(), 2, "what is not due waits for its time: {held:?}");
}

pub(crate) async fn mutes_end(place: &dyn Place) {
    let store = place.open().await;
    let mute = |id: &str, until| Mute {
        id: id.to_owned(),
        what: Muted::Story { story: id.to_owned() },
        until: at(until),
        since: at(0),
        came_from: None,
    };
    let (made, ended) = (edit(Action::Mute), edit(Action::Unmute));
    store.mute(&mute("abc", 10), &made).await.unwrap();
    store.mute(&mute("abd", 20), &made).await.unwrap();
    store.mute(&mute("abc", 30), &made).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.mutes(at(5)).await.unwrap(), [mute("abd", 20), mute("abc", 30)]);
    assert_eq!(store.mutes(at(20)).await.unwrap(), [mute("abc", 30)]);
    assert!(matches!(store.unmute("ab", &ended).await, Err(StoreError::Refused(_))), "two start so");
    assert!(matches!(store.unmute("x", &ended).await, Err(StoreError::Refused(_))));
    store.unmute("abc", &ended).await.unwrap();
    assert_eq!(store.mutes(at(5)).await.unwrap(), [mute("abd", 20)]);
    assert_eq!(audited(store.as_ref()).await, [Action::Unmute, Action::Mute, Action::Mute, Action::Mute]);
}
