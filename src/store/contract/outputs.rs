//! What is kept about outputs: notes, which are disabled, and what goes to them again.

use jiff::Timestamp;

use super::{Place, at, attempt, commit, due, edit, edit_at, failed, outcome, parcel};
use crate::model::{Action, AuditEntry, Message};
use crate::store::{Attempt, Commit, DisabledOutput, Pace, Resend, ResendMessages, Store, StoreError};

pub(crate) async fn notes_are_kept_apart(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1")])).await.unwrap();
    let (one, two) = ("s1".to_owned(), "s2".to_owned());
    assert_eq!(store.note("slack", &one).await.unwrap(), None);
    for (output, story, note) in
        [("slack", &one, "1"), ("slack", &two, "2"), ("cap", &one, "3"), ("slack", &one, "4")]
    {
        store.keep_note(output, story, note).await.unwrap();
    }
    drop(store);
    let store = place.open().await;
    for (output, story, note) in [("slack", &one, "4"), ("slack", &two, "2"), ("cap", &one, "3")] {
        assert_eq!(store.note(output, story).await.unwrap().as_deref(), Some(note));
    }
}

pub(crate) async fn a_disabled_output_gets_nothing_until_it_is_enabled(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1")])).await.unwrap();
    let mut leased = store.lease("slack", 2, at(1), at(9)).await.unwrap();
    let (first, second) = (leased.remove(0), leased.remove(0));
    store.record(&first, &Attempt::Disabled("410".to_owned()), at(2)).await.unwrap();
    store.record(&second, &Attempt::RetryAt(at(5_000), "503".to_owned()), at(2)).await.unwrap();
    let disabled = DisabledOutput { output: "slack".to_owned(), reason: "410".to_owned(), since: at(2) };
    assert_eq!(store.disabled_outputs().await.unwrap(), [disabled]);
    assert_eq!(store.metrics().await.unwrap().disabled, ["slack"]);
    assert_eq!(due(store.as_ref(), "slack", 99).await, Vec::<String>::new());
    assert_eq!(store.next_due("slack").await.unwrap(), None);
    assert_eq!(store.dead_letters(9).await.unwrap(), vec![]);
    let entry = AuditEntry { what: "slack".to_owned(), at: at(50), ..edit(Action::Enable) };
    store.enable_output("slack", &entry).await.unwrap();
    let mut waited = due(store.as_ref(), "slack", 99).await;
    waited.sort();
    assert_eq!(waited, ["message-of-a1", "message-of-b1"], "nothing is lost meanwhile, nor waits any longer");
    assert!(matches!(store.enable_output("slack", &entry).await, Err(StoreError::Refused(_))));
    let edits: Vec<_> = store.find_audit(None, 9).await.unwrap().into_iter().map(|(_, edit)| edit).collect();
    assert_eq!(edits, [entry], "what was refused is no edit");
}

async fn resend(store: &dyn Store, output: &str, messages: ResendMessages, only_dead: bool) -> u64 {
    let resend = Resend { output: output.to_owned(), messages, only_dead };
    store.resend(&resend, at(20)).await.unwrap()
}

fn ids(names: &[&str]) -> ResendMessages {
    ResendMessages::Ids(names.iter().map(|name| format!("message-of-{name}")).collect())
}

pub(crate) async fn messages_are_sent_again_by_id(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit((1..=3).map(|n| outcome("s1", n, &format!("a{n}"))).collect())).await.unwrap();
    attempt(store.as_ref(), 1, Attempt::Delivered).await;
    attempt(store.as_ref(), 1, Attempt::Dead("no such channel".to_owned())).await;
    // The third waits, and is not sent twice.
    assert_eq!(resend(store.as_ref(), "slack", ids(&["a1", "a2", "a3"]), false).await, 2);
    for expected in ["message-of-a3", "message-of-a1", "message-of-a2"] {
        assert_eq!(due(store.as_ref(), "slack", 30).await, [expected]);
        attempt(store.as_ref(), 31, Attempt::Delivered).await;
    }
    assert_eq!(resend(store.as_ref(), "slack", ids(&["a1"]), true).await, 0, "it is no dead letter");
    let unknown = Resend { output: "slack".to_owned(), messages: ids(&["a9"]), only_dead: false };
    let error = store.resend(&unknown, at(40)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Refused(why) if why.contains("message-of-a9")), "{error}");
}

/// Also to an output that is new and never got them.
pub(crate) async fn messages_are_sent_again_by_time(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit((1..=4).map(|n| outcome("s1", n, &format!("a{n}"))).collect())).await.unwrap();
    let learned = ResendMessages::Learned(at(2), at(4));
    assert_eq!(resend(store.as_ref(), "new", learned.clone(), true).await, 0);
    assert_eq!(resend(store.as_ref(), "new", learned, false).await, 2);
    for expected in ["message-of-a2", "message-of-a3"] {
        assert_eq!(due(store.as_ref(), "new", 30).await, [expected]);
        let leased = store.lease("new", 9, at(31), at(32)).await.unwrap();
        store.record(&leased[0], &Attempt::Delivered, at(31)).await.unwrap();
    }
    let all = ResendMessages::Learned(Timestamp::MIN, Timestamp::MAX);
    assert_eq!(resend(store.as_ref(), "new", all, false).await, 4);
}

/// What was put together for one output is sent again to that one, and to no other.
pub(crate) async fn by_time_goes_only_what_is_meant_for_the_output(place: &dyn Place) {
    let store = place.open().await;
    let outcome = outcome("s1", 1, "a1");
    let message = outcome.message.clone().unwrap();
    let share = Message { id: "share".to_owned(), ..message.clone() };
    let parcels = vec![parcel("slack", &share, Pace::Now), parcel("hook", &message, Pace::Now)];
    store.commit(&Commit { parcels, ..commit(vec![outcome]) }).await.unwrap();
    for (output, expected) in [("slack", "share"), ("hook", "message-of-a1"), ("new", "message-of-a1")] {
        for delivery in store.lease(output, 9, at(1), at(2)).await.unwrap() {
            store.record(&delivery, &Attempt::Delivered, at(1)).await.unwrap();
        }
        let all = ResendMessages::Learned(Timestamp::MIN, Timestamp::MAX);
        assert_eq!(resend(store.as_ref(), output, all, false).await, 1, "{output}");
        assert_eq!(due(store.as_ref(), output, 40).await, [expected]);
    }
}

pub(crate) async fn old_dead_letters_are_forgotten(place: &dyn Place) {
    let store = place.open().await;
    let items = vec![failed("bad.txt", vec![1]), failed("again.txt", vec![2])];
    store.commit(&Commit { failed: items, ..commit(vec![outcome("s1", 1, "a1")]) }).await.unwrap();
    attempt(store.as_ref(), 5, Attempt::Dead("gone".to_owned())).await;
    let letters = store.dead_letters(9).await.unwrap();
    assert_eq!(letters.len(), 3);
    let again = letters.iter().find(|letter| format!("{:?}", letter.letter).contains("again.txt")).unwrap();
    store.retry_dead_letter(&again.id, &edit_at(Action::Retry, 6)).await.unwrap();
    assert_eq!(store.forget_dead_letters(at(3)).await.unwrap(), 0, "none is from before that");
    assert_eq!(store.forget_dead_letters(at(4)).await.unwrap(), 1);
    assert_eq!(store.forget_dead_letters(at(6)).await.unwrap(), 1);
    let left = store.dead_letters(9).await.unwrap();
    assert_eq!(
        left.iter().map(|letter| &letter.id).collect::<Vec<_>>(),
        [&again.id],
        "it is being tried again"
    );
}
