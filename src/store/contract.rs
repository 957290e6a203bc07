//! What every backend must do, as tests that know no backend. Comes in: a [`Place`] that opens a store, and opens it
//! again with everything that was committed. A backend runs them all by `contract_tests!(its place)`.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{Attempt, Commit, FailedItem, Pace, Parcel, Store, StoreError};
use crate::assign::Room;
use crate::inputs::Checkpoint;
use crate::ledger::Outcome;
use crate::model::alert::AlertEvidence;
use crate::model::story::Profile;
use crate::model::{
    Action, Alert, Article, AuditEntry, Bound, Casualty, ChangeKind, Claim, Draft, Effect, Evidence, Fact,
    FactKey, Group, KnownClaim, Message, Moment, Relation, Scope, Span, Story, Value, Via,
};

pub(crate) mod commits;
pub(crate) mod dead_letters;
pub(crate) mod lots;
pub(crate) mod metrics;
pub(crate) mod order;
pub(crate) mod outbox;
pub(crate) mod outputs;
pub(crate) mod overview;
pub(crate) mod questions;
pub(crate) mod regroup;
pub(crate) mod retention;

/// Where a store lives.
#[async_trait]
pub(crate) trait Place: Send + Sync {
    /// Opens it as the daemon. Whoever held it before is gone.
    async fn open(&self) -> Arc<dyn Store>;
    /// Whether it is to be had on this machine; otherwise its tests are not run, which whoever starts them counts.
    fn is_there(&self) -> bool {
        true
    }
}

/// Runs every test of the contract on a fresh place.
macro_rules! contract_tests {
    ($place:expr) => {
        contract_tests! { $place;
            commits: a_commit_comes_back_whole, a_failed_commit_leaves_nothing, a_known_article_is_refused,
                the_same_article_twice_is_refused, a_moved_story_is_refused, revisions_must_not_leap,
                checkpoints_only_move_forward, ten_thousand_outcomes, commits_at_once_all_count,
                a_claim_may_speak_to_an_untouched_fact, dropped_claims_stay_in_the_past,
                everything_survives_reopening;
            outbox: each_output_gets_each_message_once, messages_of_a_story_keep_their_order,
                one_message_of_a_story_at_a_time, leases_expire, a_stale_lease_changes_nothing,
                a_late_delivered_counts, leases_given_back_are_due, dead_ones_let_the_next_go_ahead,
                stories_do_not_wait_for_each_other, nothing_is_due_early;
            order: a_digest_waits_in_each_of_its_stories, a_dead_digest_lets_go_and_comes_back_in_its_place,
                a_digest_that_is_sent_again_waits_in_each_of_its_stories, nothing_waits_in_a_circle;
            questions: both_times_are_kept, the_start_of_an_id_is_enough, stories_come_latest_first,
                old_stories_are_closed, of_many_stories_the_last_are_open, articles_come_with_their_claims, versions_of_a_document_are_found, recent_articles_are_bounded;
            dead_letters: a_failed_item_is_kept_and_bounded, a_failed_item_is_read_again,
                a_cut_item_cannot_be_read_again, a_dead_delivery_is_sent_again_in_order, discarded_ones_are_gone,
                wrong_names_are_refused, what_is_held_back_comes_through_by_itself;
            regroup: a_story_goes_into_another_and_answers_with_it,
                reports_leave_a_story_and_take_back_its_old_name,
                what_waits_keeps_its_place_when_its_story_goes_into_another,
                mutes_go_with_the_reports_and_come_back;
            lots: a_group_waits_and_goes_out_together, an_urgent_one_takes_along_what_is_held,
                an_interval_counts_from_the_last_message, a_lot_is_released_once, what_is_dropped_is_never_told,
                a_share_is_no_message_of_its_article, who_was_told_is_known,
                a_correction_takes_along_what_is_held, what_is_due_goes_ahead_of_what_comes_after, mutes_end;
            overview: stories_are_found_by_what_they_are_about, stories_come_page_by_page,
                messages_come_in_both_directions, deliveries_say_where_they_stand;
            retention: closed_stories_lose_their_texts_and_nothing_else, what_is_younger_stays,
                old_messages_go_with_their_deliveries, what_waits_is_never_let_go;
            metrics: what_waits_is_counted;
            outputs: notes_are_kept_apart, a_disabled_output_gets_nothing_until_it_is_enabled,
                messages_are_sent_again_by_id, messages_are_sent_again_by_time,
                by_time_goes_only_what_is_meant_for_the_output, old_dead_letters_are_forgotten;
        }
    };
    ($place:expr; $($module:ident: $($name:ident),+;)+) => {
        $(mod $module {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                let place = $place;
                if Place::is_there(&place) {
                    $crate::store::contract::$module::$name(&place).await;
                }
            })+
        })+
    };
}
pub(crate) use contract_tests;

/// Room for all stories of a test.
pub(crate) const ROOM: Room = Room { stories: 99, bare: 99 };

/// `minutes` after a fixed moment.
pub(crate) fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2024-05-02T08:00:00.000000001Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

/// An article that speaks at `minute`.
pub(crate) fn article(id: &str, minute: i64) -> Article {
    let draft = Draft {
        id: Some(id.to_owned()),
        outlet: Some("Harbour Post".to_owned()),
        url: Some(format!("https://harbour.example/{id}")),
        published_at: Some(Moment::parse("2024-05-02T10:00:00+02:00").unwrap()),
        title: Some(format!("Ferry capsizes, report {id}")),
        text: "At least 12 people died when the ferry capsized – officials said.".to_owned(),
        document: Some(format!("urn:harbour:{id}")),
        ..Draft::default()
    };
    Article {
        published_at: Some(Moment { at: at(minute), ..draft.published_at.unwrap() }),
        version: Some("3".to_owned()),
        ..Article::new(draft, at(minute))
    }
}

/// The key under which [`outcome`] keeps its claim.
pub(crate) fn killed() -> FactKey {
    FactKey::Casualties {
        effect: Effect::Killed,
        group: Group::People,
        side: None,
        place: None,
        scope: Scope::Event,
    }
}

/// What `article` says: `value` people killed.
pub(crate) fn claim(article: &Article, value: u64, learned_at: Timestamp) -> KnownClaim {
    KnownClaim {
        claim: Claim::Casualty(Casualty {
            effect: Effect::Killed,
            value,
            high: None,
            bound: Bound::AtLeast,
            group: Group::People,
            side: None,
            place: None,
            scope: Scope::Event,
            source: Some("officials".to_owned()),
            as_of: None,
            relation: Relation::Whole,
            evidence: Evidence {
                quote: "At least 12 people died".to_owned(),
                span: Span { start: article.body_start(), end: article.body_start() + 23 },
                rule: "people_died".to_owned(),
            },
        }),
        article: article.id.clone(),
        outlet: article.outlet.clone(),
        origin: article.id.clone(),
        spoken_at: article.spoken_at(),
        held_at: article.spoken_at(),
        learned_at,
        retracts: None,
    }
}

/// The value that follows from a claim.
pub(crate) fn value(claim: &KnownClaim) -> Value {
    let Claim::Casualty(casualty) = &claim.claim else { panic!("only casualties here") };
    Value::Casualties {
        value: casualty.value,
        high: None,
        bound: casualty.bound,
        source: casualty.source.clone(),
        article: claim.article.clone(),
        as_of: claim.held_at,
    }
}

/// The story `id` after its `revision`th article, which spoke at `minute`.
pub(crate) fn story(id: &str, revision: u64, minute: i64) -> Story {
    Story {
        id: id.to_owned(),
        title: "Ferry capsizes".to_owned(),
        opened_at: at(0),
        last_report_at: at(minute),
        articles: revision,
        revision,
        profile: Profile {
            terms: [("ferry".into(), 0.1), ("harbour".into(), 1.0 / 3.0)].into_iter().collect(),
            ..Profile::default()
        },
    }
}

/// A message with one alert.
pub(crate) fn message(article: &Article, story: &str, claim: &KnownClaim) -> Message {
    let alert = Alert {
        id: format!("alert-of-{}", article.id),
        article: article.id.clone(),
        article_title: article.title.clone(),
        outlet: article.outlet.clone(),
        url: article.url.clone(),
        published_at: article.published_at,
        story: story.to_owned(),
        story_title: "Ferry capsizes".to_owned(),
        about: "casualties".to_owned(),
        fact: killed(),
        change: ChangeKind::Up,
        before: None,
        after: value(claim),
        evidence: AlertEvidence {
            quote: claim.claim.evidence().quote.clone(),
            span: claim.claim.evidence().span,
            rule: claim.claim.evidence().rule.clone(),
        },
        quote_before: None,
        sources: 1,
        reason: "the toll rose".to_owned(),
        corrects: Vec::new(),
        folds: Vec::new(),
        text_sha256: None,
        proof: None,
    };
    Message {
        id: format!("message-of-{}", article.id),
        story: story.to_owned(),
        article: article.id.clone(),
        created_at: claim.learned_at,
        received_at: Some(article.received_at),
        trace_parent: None,
        digest: None,
        alerts: vec![alert],
    }
}

/// What one article changes: its story goes to `revision`, its claim is told. The article speaks, and is learned, at
/// minute `revision` of the story.
pub(crate) fn outcome(story_id: &str, revision: u64, article_id: &str) -> Outcome {
    let minute = i64::try_from(revision).unwrap();
    let article = article(article_id, minute);
    let claim = claim(&article, 10 + revision, at(minute));
    let fact = Fact {
        key: killed(),
        value: Some(value(&claim)),
        told: Some(value(&claim)),
        conflicts_told: vec![value(&claim)],
        told_at: Some(at(minute)),
        claims: vec![Arc::new(claim.clone())].into(),
        merged: 0,
    };
    Outcome {
        origin: article.id.clone(),
        story: story(story_id, revision, minute),
        claims: vec![(killed(), claim.clone())],
        facts: vec![fact],
        dropped: Vec::new(),
        message: Some(message(&article, story_id, &claim)),
        learned_at: at(minute),
        article,
    }
}

/// A commit of these outcomes to one output named `slack`.
pub(crate) fn commit(outcomes: Vec<Outcome>) -> Commit {
    commit_to(&["slack"], outcomes)
}

/// A commit whose messages go to each of these outputs at once.
pub(crate) fn commit_to(outputs: &[&str], outcomes: Vec<Outcome>) -> Commit {
    let messages = outcomes.iter().filter_map(|outcome| outcome.message.as_ref());
    let parcels =
        messages.flat_map(|message| outputs.iter().map(|output| parcel(output, message, Pace::Now)));
    Commit { parcels: parcels.collect(), outcomes, at: at(0), ..Commit::default() }
}

/// A message for an output.
pub(crate) fn parcel(output: &str, message: &Message, pace: Pace) -> Parcel {
    Parcel { output: output.to_owned(), message: message.clone(), pace, subject: None }
}

/// An item that could not be read.
pub(crate) fn failed(label: &str, bytes: Vec<u8>) -> FailedItem {
    FailedItem {
        input: "inbox".to_owned(),
        label: label.to_owned(),
        form: Some("txt".to_owned()),
        reason: "no text".to_owned(),
        failed_at: at(3),
        bytes,
        retry_at: None,
    }
}

/// What somebody did at minute 4.
pub(crate) fn edit(action: Action) -> AuditEntry {
    edit_at(action, 4)
}

/// What somebody did at a minute.
pub(crate) fn edit_at(action: Action, minute: i64) -> AuditEntry {
    AuditEntry {
        at: at(minute),
        editor: "Ada".to_owned(),
        via: Via::CommandLine,
        action,
        what: "something was done".to_owned(),
        story: None,
        article: None,
        note: None,
    }
}

/// What stands in the audit, the latest first.
pub(crate) async fn audited(store: &dyn Store) -> Vec<Action> {
    store.find_audit(None, 99).await.unwrap().into_iter().map(|(_, entry)| entry.action).collect()
}

/// How far the input `articles` has got.
pub(crate) fn checkpoint(next: i64) -> Checkpoint {
    Checkpoint { input: "articles".to_owned(), part: "news/0".to_owned(), next }
}

/// The ids of the messages that are due at minute `now`; each is leased for a minute.
pub(crate) async fn due(store: &dyn Store, output: &str, now: i64) -> Vec<String> {
    let leased = store.lease(output, 1000, at(now), at(now + 1)).await.unwrap();
    leased.into_iter().map(|delivery| delivery.message.id).collect()
}

/// Leases the only due delivery and records how its attempt ended.
pub(crate) async fn attempt(store: &dyn Store, now: i64, attempt: Attempt) {
    let leased = store.lease("slack", 1000, at(now), at(now + 1)).await.unwrap();
    assert_eq!(leased.len(), 1, "{leased:?}");
    store.record(&leased[0], &attempt, at(now)).await.unwrap();
}

/// The error that a commit must give.
pub(crate) async fn refused(store: &dyn Store, commit: Commit) -> StoreError {
    store.commit(&commit).await.expect_err("the commit had to be refused")
}
