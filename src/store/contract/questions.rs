//! What the questions promise: everything as it was committed, bounded, and as of any past time in both senses.

use super::{Place, ROOM, at, commit, killed, outcome, value};
use crate::assign::Room;
use crate::model::FactKey;
use crate::store::{AsOf, StoreError};

/// Minute 5 is told late: learned after minute 9.
pub(crate) async fn both_times_are_kept(place: &dyn Place) {
    let store = place.open().await;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s1", 2, "a2")])).await.unwrap();
    let mut late = outcome("s1", 3, "a3");
    late.claims[0].1.held_at = at(-60);
    let demand = FactKey::Position { actor: "Union of Pilots".to_owned(), target: None };
    late.claims.push((demand.clone(), late.claims[0].1.clone()));
    store.commit(&commit(vec![late])).await.unwrap();

    let claims = async |held_at: Option<i64>, learned_at: Option<i64>| {
        let at = AsOf { held_at: held_at.map(at), learned_at: learned_at.map(at) };
        let facts = store.facts_as_of(&"s1".to_owned(), at).await.unwrap();
        let of = facts.into_iter().filter(|fact| fact.key == killed());
        of.flat_map(|fact| fact.claims).map(|claim| claim.article.clone()).collect::<Vec<_>>()
    };
    assert_eq!(claims(None, None).await, ["a3", "a1", "a2"]);
    assert_eq!(claims(Some(1), None).await, ["a3", "a1"]);
    assert_eq!(claims(Some(0), None).await, ["a3"]);
    assert_eq!(claims(None, Some(2)).await, ["a1", "a2"]);
    assert_eq!(claims(Some(1), Some(2)).await, ["a1"]);
    assert_eq!(claims(Some(-61), None).await, Vec::<String>::new());

    let present = store.facts_as_of(&"s1".to_owned(), AsOf::default()).await.unwrap();
    assert_eq!(present, store.facts(&"s1".to_owned()).await.unwrap());
    assert_eq!(present.len(), 2);
    let past =
        store.facts_as_of(&"s1".to_owned(), AsOf { learned_at: Some(at(2)), held_at: None }).await.unwrap();
    assert_eq!(past.len(), 1, "the other fact was not known then");
    assert_eq!((&past[0].value, &past[0].told), (&None, &None));
    let now = present.iter().find(|fact| fact.key == killed()).unwrap();
    assert_eq!(now.told.as_ref(), Some(&value(&outcome("s1", 3, "a3").claims[0].1)));
}

pub(crate) async fn the_start_of_an_id_is_enough(place: &dyn Place) {
    let store = place.open().await;
    let outcomes =
        [("ab", "x"), ("abc", "xy%_"), ("abcd", "xyz"), ("b", "日本-1")].map(|(s, a)| outcome(s, 1, a));
    store.commit(&commit(outcomes.to_vec())).await.unwrap();
    let found = async |id: &str| store.story(id).await.map(|story| story.map(|story| story.id));
    assert_eq!(found("b").await, Ok(Some("b".to_owned())));
    assert_eq!(found("abcd").await, Ok(Some("abcd".to_owned())));
    assert_eq!(found("abc").await, Ok(Some("abc".to_owned())), "the exact one wins");
    assert_eq!(found("zz").await, Ok(None));
    assert_eq!(found("%").await, Ok(None));
    let ambiguous = found("a").await.unwrap_err();
    assert!(matches!(&ambiguous, StoreError::Refused(why) if why.contains("ab, abc, abcd")), "{ambiguous}");

    let article = async |id: &str| store.article(id).await.map(|known| known.map(|known| known.article.id));
    assert_eq!(article("xyz").await, Ok(Some("xyz".to_owned())));
    assert_eq!(article("日").await, Ok(Some("日本-1".to_owned())));
    assert!(article("xy").await.is_err());
    assert_eq!(article("").await.unwrap_err().to_string().matches("several articles").count(), 1);
}

pub(crate) async fn stories_come_latest_first(place: &dyn Place) {
    let store = place.open().await;
    store
        .commit(&commit(vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1"), outcome("s2", 2, "b2")]))
        .await
        .unwrap();
    let ids = async |limit| {
        store.stories(limit).await.unwrap().into_iter().map(|story| story.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(9).await, ["s2", "s1"]);
    assert_eq!(ids(1).await, ["s2"]);
}

pub(crate) async fn old_stories_are_closed(place: &dyn Place) {
    let store = place.open().await;
    store
        .commit(&commit(vec![outcome("s2", 1, "a1"), outcome("s1", 1, "b1"), outcome("s1", 2, "b2")]))
        .await
        .unwrap();
    let open = async |since| {
        let stories = store.open_stories(at(since), ROOM).await.unwrap();
        stories.into_iter().map(|story| story.id).collect::<Vec<_>>()
    };
    assert_eq!(open(1).await, ["s1", "s2"]);
    assert_eq!(open(2).await, ["s1"]);
    assert_eq!(open(3).await, Vec::<String>::new());
}

pub(crate) async fn of_many_stories_the_last_are_open(place: &dyn Place) {
    let store = place.open().await;
    let bare = |story: &str, revision: u64, id: &str| {
        let mut outcome = outcome(story, revision, id);
        outcome.story.profile.bare = true;
        outcome
    };
    let reports = [
        outcome("t1", 1, "a1"),
        outcome("t2", 1, "b1"),
        outcome("t2", 2, "b2"),
        bare("n1", 1, "c1"),
        bare("n2", 1, "d1"),
        bare("n2", 2, "d2"),
    ];
    store.commit(&commit(reports.to_vec())).await.unwrap();
    let open = async |stories, bare| {
        let stories = store.open_stories(at(0), Room { stories, bare }).await.unwrap();
        stories.into_iter().map(|story| story.id).collect::<Vec<_>>()
    };
    assert_eq!(open(9, 9).await, ["n1", "n2", "t1", "t2"]);
    assert_eq!(open(9, 1).await, ["n2", "t1", "t2"], "bare ones have little room, the last has it");
    assert_eq!(open(1, 1).await, ["n2", "t2"]);
    // One that claims something at last has room like the others.
    store.commit(&commit(vec![outcome("n1", 2, "c2")])).await.unwrap();
    assert_eq!(open(9, 1).await, ["n1", "n2", "t1", "t2"]);
}

pub(crate) async fn articles_come_with_their_claims(place: &dyn Place) {
    let store = place.open().await;
    let mut copy = outcome("s1", 2, "a2");
    copy.origin = "a1".to_owned();
    copy.article.outlet = None;
    copy.article.url = None;
    copy.article.published_at = None;
    copy.claims.push(copy.claims[0].clone());
    store.commit(&commit(vec![outcome("s1", 1, "a1"), copy.clone()])).await.unwrap();
    let known = store.article("a2").await.unwrap().unwrap();
    assert_eq!((&known.article, &known.origin, &known.story), (&copy.article, &copy.origin, &copy.story.id));
    assert_eq!(known.claims, copy.claims);
    assert_eq!(store.article("a3").await.unwrap(), None);
}

pub(crate) async fn recent_articles_are_bounded(place: &dyn Place) {
    let store = place.open().await;
    let outcomes = [("s1", 1, "a1"), ("s2", 1, "b1"), ("s1", 2, "a2")].map(|(s, r, a)| outcome(s, r, a));
    store.commit(&commit(outcomes.to_vec())).await.unwrap();
    let ids =
        |known: Vec<crate::store::KnownArticle>| known.into_iter().map(|k| k.article.id).collect::<Vec<_>>();
    assert_eq!(ids(store.recent_articles(2).await.unwrap()), ["b1", "a2"]);
    assert_eq!(ids(store.recent_articles(9).await.unwrap()), ["a1", "b1", "a2"]);
    assert_eq!(ids(store.articles_of(&"s1".to_owned(), 9).await.unwrap()), ["a1", "a2"]);
    assert_eq!(ids(store.articles_of(&"s1".to_owned(), 1).await.unwrap()), ["a2"]);
}

pub(crate) async fn versions_of_a_document_are_found(place: &dyn Place) {
    let store = place.open().await;
    let mut second = outcome("s1", 2, "a#2");
    second.article.document = Some("urn:harbour:a#1".to_owned());
    store.commit(&commit(vec![outcome("s1", 1, "a#1"), second, outcome("s2", 1, "b")])).await.unwrap();
    let found = async |document: &str| store.versions_of(document).await.unwrap();
    let both = [("a#1".to_owned(), "s1".to_owned()), ("a#2".to_owned(), "s1".to_owned())];
    assert_eq!(found("urn:harbour:a#1").await, both);
    assert_eq!(found("b").await, [("b".to_owned(), "s2".to_owned())], "its own name is enough");
    assert_eq!(found("urn:harbour").await, []);
}
