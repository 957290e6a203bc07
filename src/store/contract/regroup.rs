//! What reports that change their story promise: they go with their claims and messages, all or nothing, and a story that
//! all reports left answers with the one they went into.

use super::{Place, ROOM, at, commit, due, edit, killed, outcome, parcel};
use crate::ledger::regroup::Regrouped;
use crate::model::{Action, AuditEntry, Fact, Message, Mute, Muted, Story, Via};
use crate::store::overview::{MessageQuery, StoryQuery};
use crate::store::{Attempt, Commit, Moved, Pace, Regroup, Store, StoreError};

fn entry(action: Action, story: &str) -> AuditEntry {
    AuditEntry {
        at: at(50),
        editor: "Ada".to_owned(),
        via: Via::Http { token: "http.edit_token".to_owned() },
        action,
        what: "something was done".to_owned(),
        story: Some(story.to_owned()),
        article: None,
        note: Some("why not".to_owned()),
    }
}

/// The story as it is, with these claims of others among its own.
async fn with(store: &dyn Store, story: &str, others: &str) -> Regrouped {
    let stands = store.story(story).await.unwrap().unwrap();
    let mut fact = store.facts(&story.to_owned()).await.unwrap().remove(0);
    let more = store.facts(&others.to_owned()).await.unwrap().remove(0);
    fact.claims.extend(more.claims);
    Regrouped { story: Story { articles: 3, ..stands }, facts: vec![Fact { value: more.value, ..fact }] }
}

async fn merge(store: &dyn Store, from: &str, into: &str) -> Regroup {
    let left = store.story(from).await.unwrap().unwrap();
    Regroup {
        into: with(store, into, from).await,
        from: Regrouped { story: left, facts: Vec::new() },
        opens: false,
        moved: Moved::All,
        subjects: Vec::new(),
        audit: entry(Action::Merge, into),
    }
}

/// The reports b1 and b2 leave `from` for `into`; afterwards they have these facts.
async fn split(store: &dyn Store, from: &str, into: &str, facts: (Vec<Fact>, Vec<Fact>)) -> Regroup {
    let stands = store.story(from).await.unwrap().unwrap();
    Regroup {
        from: Regrouped { story: Story { articles: 1, ..stands.clone() }, facts: facts.0 },
        into: Regrouped { story: Story { id: into.to_owned(), articles: 2, ..stands }, facts: facts.1 },
        opens: true,
        moved: Moved::Articles(vec!["b1".to_owned(), "b2".to_owned()]),
        subjects: Vec::new(),
        audit: entry(Action::Split, from),
    }
}

async fn articles(store: &dyn Store, story: &str) -> Vec<String> {
    let known = store.articles_of(&story.to_owned(), 9).await.unwrap();
    known.into_iter().map(|known| known.article.id).collect()
}

async fn claims(store: &dyn Store, story: &str) -> Vec<String> {
    let facts = store.facts(&story.to_owned()).await.unwrap();
    facts.into_iter().flat_map(|fact| fact.claims).map(|known| known.article.clone()).collect()
}

async fn by_words(store: &dyn Store, words: &str) -> Vec<String> {
    let query = StoryQuery { words: Some(words.to_owned()), limit: 9, ..StoryQuery::default() };
    store.find_stories(&query).await.unwrap().into_iter().map(|entry| entry.story.id).collect()
}

pub(crate) async fn a_story_goes_into_another_and_answers_with_it(place: &dyn Place) {
    let store = place.open().await;
    let outcomes = vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1"), outcome("s2", 2, "b2")];
    store.commit(&commit(outcomes)).await.unwrap();
    assert_eq!(store.regroupings().await.unwrap(), 0);
    store.regroup(&merge(store.as_ref(), "s2", "s1").await).await.unwrap();
    drop(store);

    let store = place.open().await;
    let found = store.story("s2").await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.articles, found.revision), ("s1", 3, 2));
    assert_eq!(articles(store.as_ref(), "s1").await, ["a1", "b1", "b2"]);
    assert_eq!(claims(store.as_ref(), "s1").await, ["a1", "b1", "b2"]);
    assert_eq!(claims(store.as_ref(), "s2").await, Vec::<String>::new());
    assert_eq!(store.article("b1").await.unwrap().unwrap().story, "s1");
    let all = StoryQuery { limit: 9, ..StoryQuery::default() };
    assert_eq!(store.find_stories(&all).await.unwrap().len(), 1);
    assert_eq!(
        by_words(store.as_ref(), "report b2").await,
        ["s1"],
        "by the title of a report that went along"
    );
    assert_eq!(store.stories(9).await.unwrap().len(), 1);
    assert_eq!(store.open_stories(at(0), ROOM).await.unwrap().len(), 1);
    let told = MessageQuery { story: Some("s1".to_owned()), limit: 9, ..MessageQuery::default() };
    assert_eq!(store.find_messages(&told).await.unwrap().len(), 3);

    // Whoever knew the stories from before is refused.
    for late in [outcome("s1", 2, "a2"), outcome("s2", 3, "b3")] {
        let story = late.story.id.clone();
        let error = store.commit(&commit(vec![late])).await.unwrap_err();
        assert_eq!(error, StoreError::StoryMoved(vec![story]));
    }
    let audit = store.find_audit(None, 9).await.unwrap();
    assert!(store.regroupings().await.unwrap() > 0);
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0].1, entry(Action::Merge, "s1"));
    assert_eq!(store.find_audit(Some(audit[0].0), 9).await.unwrap(), vec![]);
}

pub(crate) async fn reports_leave_a_story_and_take_back_its_old_name(place: &dyn Place) {
    let store = place.open().await;
    let outcomes = vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1"), outcome("s2", 2, "b2")];
    store.commit(&commit(outcomes)).await.unwrap();
    let before = (store.facts(&"s1".to_owned()).await.unwrap(), store.facts(&"s2".to_owned()).await.unwrap());
    store.regroup(&merge(store.as_ref(), "s2", "s1").await).await.unwrap();
    let split = split(store.as_ref(), "s1", "s2", before.clone()).await;
    let stale = Regroup {
        from: Regrouped { story: Story { revision: 1, ..split.from.story.clone() }, ..split.from.clone() },
        ..split.clone()
    };
    assert_eq!(store.regroup(&stale).await.unwrap_err(), StoreError::StoryMoved(vec!["s1".to_owned()]));
    assert_eq!(articles(store.as_ref(), "s1").await, ["a1", "b1", "b2"], "nothing was written");

    store.regroup(&split).await.unwrap();
    assert_eq!(by_words(store.as_ref(), "b2").await, ["s2"]);
    assert_eq!(by_words(store.as_ref(), "a1").await, ["s1"]);
    assert_eq!(store.regroup(&split).await.unwrap_err().to_string().matches("moved").count(), 1);
    assert_eq!(articles(store.as_ref(), "s1").await, ["a1"]);
    assert_eq!(articles(store.as_ref(), "s2").await, ["b1", "b2"]);
    let after = (store.facts(&"s1".to_owned()).await.unwrap(), store.facts(&"s2".to_owned()).await.unwrap());
    assert_eq!(after, before);
    assert_eq!(after.0[0].key, killed());
    let back = store.story("s2").await.unwrap().unwrap();
    assert_eq!((back.id.as_str(), back.revision), ("s2", 4), "it counts on from where it was");
    assert_eq!(store.find_audit(None, 9).await.unwrap().len(), 2, "what was refused is in no audit");
}

pub(crate) async fn mutes_go_with_the_reports_and_come_back(place: &dyn Place) {
    let store = place.open().await;
    let outcomes = vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1"), outcome("s2", 2, "b2")];
    store.commit(&commit(outcomes)).await.unwrap();
    let before = (store.facts(&"s1".to_owned()).await.unwrap(), store.facts(&"s2".to_owned()).await.unwrap());
    let whole = |story: &str| Muted::Story { story: story.to_owned() };
    let fact = |story: &str| Muted::Fact { story: story.to_owned(), fact: killed() };
    for (what, until) in [(whole("s2"), 70), (fact("s2"), 80), (fact("s1"), 90), (whole("s3"), 99)] {
        store.mute(&Mute::of(what, at(until), at(1)), &edit(Action::Mute)).await.unwrap();
    }
    let muted = async || {
        let mutes = store.mutes(at(50)).await.unwrap();
        mutes.into_iter().map(|mute| (mute.what, mute.until)).collect::<Vec<_>>()
    };
    store.regroup(&merge(store.as_ref(), "s2", "s1").await).await.unwrap();
    assert_eq!(muted().await, [(whole("s1"), at(70)), (fact("s1"), at(90)), (whole("s3"), at(99))]);

    // Reports that make a story of their own are as silent as they were.
    let other = split(store.as_ref(), "s1", "s4", before.clone()).await;
    store.regroup(&other).await.unwrap();
    let both = [
        (whole("s1"), at(70)),
        (whole("s4"), at(70)),
        (fact("s1"), at(90)),
        (fact("s4"), at(90)),
        (whole("s3"), at(99)),
    ];
    let now = muted().await;
    assert!(now.len() == both.len() && both.iter().all(|mute| now.contains(mute)), "{now:?}");

    // Back in their own story they take back what came with them.
    store.regroup(&merge(store.as_ref(), "s4", "s1").await).await.unwrap();
    let again = split(store.as_ref(), "s1", "s2", before).await;
    store.regroup(&again).await.unwrap();
    let now = muted().await;
    assert!(now.contains(&(whole("s2"), at(70))) && !now.contains(&(whole("s1"), at(70))), "{now:?}");
    assert!(now.contains(&(fact("s1"), at(90))) && now.contains(&(fact("s2"), at(90))), "{now:?}");
}

/// What was decided before the merge is told before what comes after it, whether it waits for its receiver or for its time.
pub(crate) async fn what_waits_keeps_its_place_when_its_story_goes_into_another(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1")])).await.unwrap();
    let on_the_way = store.lease("slack", 9, at(1), at(99)).await.unwrap();
    let [a1, b1] = on_the_way.as_slice() else { panic!("{on_the_way:?}") };
    store.record(a1, &Attempt::Delivered, at(1)).await.unwrap();
    let held = outcome("s2", 2, "b2");
    let pace = Pace::Lot { lot: "story s2".to_owned(), release_at: at(60) };
    let parcels = vec![parcel("slack", held.message.as_ref().unwrap(), pace)];
    store.commit(&Commit { parcels, ..commit(vec![held]) }).await.unwrap();
    store.regroup(&merge(store.as_ref(), "s2", "s1").await).await.unwrap();

    let mut next = outcome("s1", 3, "a2");
    next.learned_at = at(3);
    store.commit(&Commit { at: at(3), ..commit(vec![next]) }).await.unwrap();
    let lot = store.lots_due(at(3), 9).await.unwrap().remove(0);
    let articles: Vec<&str> = lot.messages.iter().map(|message| message.article.as_str()).collect();
    assert_eq!(articles, ["b2", "a2"], "what was held goes along");
    let both = Message { id: "both".to_owned(), ..lot.messages[1].clone() };
    store.release(&lot, &[both], at(3)).await.unwrap();
    assert_eq!(due(store.as_ref(), "slack", 4).await, Vec::<String>::new(), "b1 is on its way");
    store.record(b1, &Attempt::Delivered, at(5)).await.unwrap();
    assert_eq!(due(store.as_ref(), "slack", 6).await, ["both"]);
}
