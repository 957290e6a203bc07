//! What reports that change their story promise: they go with their claims and messages, all or nothing, and a story that
//! all reports left answers with the one they went into.

use super::{Place, at, commit, killed, outcome};
use crate::ledger::regroup::Regrouped;
use crate::model::{Action, AuditEntry, Fact, Story, Via};
use crate::store::overview::{MessageQuery, StoryQuery};
use crate::store::{Moved, Regroup, Store, StoreError};

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

async fn articles(store: &dyn Store, story: &str) -> Vec<String> {
    let known = store.articles_of(&story.to_owned(), 9).await.unwrap();
    known.into_iter().map(|known| known.article.id).collect()
}

async fn claims(store: &dyn Store, story: &str) -> Vec<String> {
    let facts = store.facts(&story.to_owned()).await.unwrap();
    facts.into_iter().flat_map(|fact| fact.claims).map(|known| known.article).collect()
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
    assert_eq!(store.stories(9).await.unwrap().len(), 1);
    assert_eq!(store.open_stories(at(0)).await.unwrap().len(), 1);
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
    let stands = store.story("s1").await.unwrap().unwrap();
    let split = Regroup {
        from: Regrouped { story: Story { articles: 1, ..stands.clone() }, facts: before.0.clone() },
        into: Regrouped {
            story: Story { id: "s2".to_owned(), articles: 2, ..stands },
            facts: before.1.clone(),
        },
        opens: true,
        moved: Moved::Articles(vec!["b1".to_owned(), "b2".to_owned()]),
        subjects: Vec::new(),
        audit: entry(Action::Split, "s1"),
    };
    let stale = Regroup {
        from: Regrouped { story: Story { revision: 1, ..split.from.story.clone() }, ..split.from.clone() },
        ..split.clone()
    };
    assert_eq!(store.regroup(&stale).await.unwrap_err(), StoreError::StoryMoved(vec!["s1".to_owned()]));
    assert_eq!(articles(store.as_ref(), "s1").await, ["a1", "b1", "b2"], "nothing was written");

    store.regroup(&split).await.unwrap();
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
