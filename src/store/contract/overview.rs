//! What lists across stories promise: everything that fits is found, once, in order, page by page.

use super::{Place, at, commit, killed, outcome};
use crate::model::FactKey;
use crate::store::Attempt;
use crate::store::overview::{DeliveryQuery, From, MessageQuery, StoryQuery};

pub(crate) async fn stories_are_found_by_what_they_are_about(place: &dyn Place) {
    let store = place.open().await;
    let mut strike = outcome("s2", 1, "b1");
    strike.story.title = "Strike at 100%_Harbour".to_owned();
    strike.article.title = "Pilots walk out".to_owned();
    let key = FactKey::Position { actor: "Union of Pilots".to_owned(), target: Some("Coastland".to_owned()) };
    strike.claims[0].0 = key.clone();
    strike.facts[0].key = key;
    strike.message = None;
    let mut local = outcome("s3", 1, "c1");
    let key = FactKey::Casualties {
        effect: crate::model::Effect::Killed,
        group: crate::model::Group::People,
        side: Some("Coastland".to_owned()),
        place: Some("Port Town".to_owned()),
        scope: crate::model::Scope::Event,
    };
    local.claims[0].0 = key.clone();
    local.facts[0].key = key;
    store.commit(&commit(vec![outcome("s1", 1, "a1"), strike, local])).await.unwrap();
    let found = async |query: StoryQuery| {
        let entries = store.find_stories(&StoryQuery { limit: 9, ..query }).await.unwrap();
        let mut ids: Vec<_> = entries.into_iter().map(|entry| entry.story.id).collect();
        ids.sort();
        ids
    };
    let text = |text: &str| Some(text.to_owned());
    let all = StoryQuery::default;
    assert_eq!(found(all()).await, ["s1", "s2", "s3"]);
    assert_eq!(found(StoryQuery { words: text("strike at"), ..all() }).await, ["s2"]);
    assert_eq!(found(StoryQuery { words: text("WALK"), ..all() }).await, ["s2"], "the title of a report");
    assert_eq!(found(StoryQuery { words: text("100%_h"), ..all() }).await, ["s2"]);
    assert_eq!(found(StoryQuery { words: text("k%o"), ..all() }).await, Vec::<String>::new());
    assert_eq!(found(StoryQuery { words: text("pilots strike"), ..all() }).await, ["s2"], "of both titles");
    assert_eq!(found(StoryQuery { words: text("trike"), ..all() }).await, Vec::<String>::new(), "no start");
    assert_eq!(found(StoryQuery { words: text("%"), ..all() }).await, Vec::<String>::new(), "no word");
    assert_eq!(found(StoryQuery { place: text("port"), ..all() }).await, ["s3"]);
    assert_eq!(found(StoryQuery { place: text("town"), actor: text("coast"), ..all() }).await, ["s3"]);
    assert_eq!(found(StoryQuery { actor: text("coastland"), ..all() }).await, ["s2", "s3"]);
    assert_eq!(found(StoryQuery { about: text("position"), ..all() }).await, ["s2"]);
    assert_eq!(found(StoryQuery { about: text("casualties"), ..all() }).await, ["s1", "s3"]);
    assert_eq!(found(StoryQuery { about: text("demand"), ..all() }).await, Vec::<String>::new());
    assert_eq!(found(StoryQuery { since: Some(at(99)), ..all() }).await, Vec::<String>::new());
    assert_eq!(found(StoryQuery { until: Some(at(99)), ..all() }).await, ["s1", "s2", "s3"]);
    let entries = store.find_stories(&StoryQuery { limit: 9, ..all() }).await.unwrap();
    let first = entries.iter().find(|entry| entry.story.id == "s1").unwrap();
    assert_eq!(first.known.first().map(|(key, _)| key), Some(&killed()));
    assert_eq!(first.last_message.as_ref().map(|message| message.article.as_str()), Some("a1"));
    assert!(entries.iter().any(|entry| entry.story.id == "s2" && entry.last_message.is_none()));
}

pub(crate) async fn stories_come_page_by_page(place: &dyn Place) {
    let store = place.open().await;
    let outcomes = ["s1", "s2", "s3", "s4", "s5"].map(|id| outcome(id, 1, &format!("of-{id}")));
    store.commit(&commit(outcomes.to_vec())).await.unwrap();
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page =
            store.find_stories(&StoryQuery { after, limit: 2, ..StoryQuery::default() }).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.story.last_report_at, last.story.id.clone()));
        seen.extend(page.into_iter().map(|entry| entry.story.id));
    }
    assert_eq!(seen, ["s5", "s4", "s3", "s2", "s1"]);
}

pub(crate) async fn messages_come_in_both_directions(place: &dyn Place) {
    let store = place.open().await;
    let outcomes = [("s1", 1, "a1"), ("s2", 1, "b1"), ("s1", 2, "a2")].map(|(s, r, a)| outcome(s, r, a));
    store.commit(&commit(outcomes.to_vec())).await.unwrap();
    let found = async |story: Option<&str>, from, limit| {
        let query = MessageQuery { story: story.map(str::to_owned), from, limit };
        store.find_messages(&query).await.unwrap()
    };
    let articles = |found: &[crate::store::overview::NumberedMessage]| {
        found.iter().map(|numbered| numbered.message.article.clone()).collect::<Vec<_>>()
    };
    let latest = found(None, From::Latest, 9).await;
    assert_eq!(articles(&latest), ["a2", "b1", "a1"]);
    assert_eq!(articles(&found(None, From::Before(latest[0].number), 1).await), ["b1"]);
    assert_eq!(articles(&found(None, From::After(latest[2].number), 9).await), ["b1", "a2"]);
    assert_eq!(articles(&found(None, From::After(0), 1).await), ["a1"]);
    assert_eq!(articles(&found(Some("s1"), From::Latest, 9).await), ["a2", "a1"]);
    assert_eq!(articles(&found(Some("s1"), From::After(latest[2].number), 9).await), ["a2"]);
}

pub(crate) async fn deliveries_say_where_they_stand(place: &dyn Place) {
    let store = place.open().await;
    let outcomes = vec![outcome("s1", 1, "a1"), outcome("s2", 1, "b1")];
    store.commit(&commit(outcomes)).await.unwrap();
    let leased = store.lease("slack", 9, at(60), at(61)).await.unwrap();
    store.record(&leased[0], &Attempt::Delivered, at(60)).await.unwrap();
    store.record(&leased[1], &Attempt::RetryAt(at(70), "busy".to_owned()), at(60)).await.unwrap();
    let all = store.find_deliveries(&DeliveryQuery { limit: 9, ..DeliveryQuery::default() }).await.unwrap();
    assert_eq!(all.len(), 2);
    let delivered = all.iter().find(|entry| entry.state == "delivered").unwrap();
    assert_eq!((delivered.ended_at, delivered.due_at, delivered.attempts), (Some(at(60)), None, 1));
    let waiting = DeliveryQuery {
        state: Some("due".to_owned()),
        output: Some("slack".to_owned()),
        before: None,
        limit: 9,
    };
    let waiting = store.find_deliveries(&waiting).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].due_at, waiting[0].reason.as_deref()), (Some(at(70)), Some("busy")));
    let before = DeliveryQuery { before: Some(all[0].number), limit: 9, ..DeliveryQuery::default() };
    assert_eq!(store.find_deliveries(&before).await.unwrap(), all[1..]);
    let other = DeliveryQuery { output: Some("hook".to_owned()), limit: 9, ..DeliveryQuery::default() };
    assert_eq!(store.find_deliveries(&other).await.unwrap(), []);
}
