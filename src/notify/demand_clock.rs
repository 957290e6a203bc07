//! The demand clock: a deadline in an ultimatum becomes two alerts that wait for their time, one before it and one when
//! it has passed unmet. Comes in: what an article changed. Goes out: parcels that are held, and the subjects whose
//! parcels are to be dropped because the demand was met or withdrawn. Never reads a clock: a deadline that is past when
//! its article is committed makes no alert.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::route::Router;
use crate::diff::history::stands;
use crate::ledger::Outcome;
use crate::model::alert::AlertEvidence;
use crate::model::article::{fingerprint, sha256_hex};
use crate::model::{
    Alert, ArticleId, ChangeKind, Claim, Demand, DemandStatus, Fact, FactKey, Force, KnownClaim, Message,
    Moment, StoryId, Value,
};
use crate::store::{Pace, Parcel, Store, StoreError};
use crate::text::english::deadline::deadline;

/// How long before a deadline it is recalled, unless a third of the time it gives is less.
const LEAD: SignedDuration = SignedDuration::from_hours(3);

/// What an article does to the clocks of the demands it speaks of.
#[derive(Debug, Default, PartialEq)]
pub struct Clocks {
    /// Alerts that wait for their time.
    pub held: Vec<Parcel>,
    /// Subjects of alerts that are not to be told any more.
    pub dropped: Vec<String>,
}

/// Sets, moves and stops clocks.
pub fn clocks(outcome: &Outcome, router: &Router, now: Timestamp) -> Clocks {
    let mut clocks = Clocks::default();
    for fact in &outcome.facts {
        if !matches!(fact.key, FactKey::Demand { .. }) {
            continue;
        }
        let subject = subject(&outcome.story.id, &fact.key);
        let Some(Value::Demand { status, condition, article, .. }) = &fact.value else {
            // Every report of the demand was taken back.
            clocks.dropped.push(subject);
            continue;
        };
        if matches!(status, DemandStatus::Met | DemandStatus::Withdrawn) {
            clocks.dropped.push(subject);
            continue;
        }
        let Some((known, demand, at)) = set_by(outcome, fact, condition.as_deref(), article, now) else {
            continue;
        };
        // A clock that is set anew replaces the one before.
        clocks.dropped.push(subject.clone());
        let given = at.duration_since(known.spoken_at);
        let lead = LEAD.min(given / 3);
        let near = at.checked_sub(lead).unwrap_or(at);
        for (change, due) in [(ChangeKind::DeadlineNear, near), (ChangeKind::DeadlinePassed, at)] {
            if due <= now {
                continue;
            }
            let message = message(outcome, fact, (known, demand), change, at);
            for destination in message.alerts.iter().flat_map(|alert| router.destinations(alert)) {
                let lot = format!("deadline {subject} {}", change.as_str());
                let pace = Pace::Lot { lot, release_at: destination.rhythm.release_at(due) };
                let (message, subject) = (message.clone(), Some(subject.clone()));
                clocks.held.push(Parcel { output: destination.output, message, pace, subject });
            }
        }
    }
    clocks
}

/// When a demand that is open falls due, if its condition names a time. The words count from when they were first said;
/// `spoken` knows when an article spoke, in its author's zone.
pub fn falls_due(fact: &Fact, spoken: impl Fn(&ArticleId) -> Option<Moment>) -> Option<Timestamp> {
    let known = deadline_said(fact)?;
    let Claim::Demand(demand) = &known.claim else { return None };
    let at = spoken(&known.article).unwrap_or_else(|| Moment::from(known.spoken_at));
    deadline(demand.condition.as_deref()?, at)
}

/// The claim that first said the condition of a demand that is open.
fn deadline_said(fact: &Fact) -> Option<&KnownClaim> {
    let Some(Value::Demand { status, condition: Some(condition), .. }) = &fact.value else { return None };
    let open = matches!(status, DemandStatus::Made | DemandStatus::Repeated);
    let says = |known: &KnownClaim| matches!(&known.claim, Claim::Demand(demand) if demand.condition.as_ref() == Some(condition));
    fact.claims
        .iter()
        .filter(|_| open)
        .filter(|known| stands(fact, known))
        .find(|known| says(known))
        .map(Arc::as_ref)
}

/// When the articles were published that gave open demands their conditions, in their authors' zones.
pub async fn spoken(store: &dyn Store, facts: &[Fact]) -> Result<BTreeMap<ArticleId, Moment>, StoreError> {
    let mut spoken = BTreeMap::new();
    for known in facts.iter().filter_map(deadline_said) {
        if !spoken.contains_key(&known.article)
            && let Some(found) = store.article(&known.article).await?
            && let Some(at) = found.article.published_at
        {
            spoken.insert(known.article.clone(), at);
        }
    }
    Ok(spoken)
}

/// What the clock of a demand hangs on.
pub fn subject(story: &StoryId, key: &FactKey) -> String {
    fingerprint(["deadline", story, &key_text(key)])
}

fn key_text(key: &FactKey) -> String {
    serde_json::to_string(key).unwrap_or_default()
}

/// The claim of this article that sets the clock, and for when. A report that repeats the condition in the known words
/// sets nothing: "within 48 hours" said again a day later is the same deadline.
fn set_by<'a>(
    outcome: &'a Outcome,
    fact: &Fact,
    known_condition: Option<&str>,
    known_article: &str,
    now: Timestamp,
) -> Option<(&'a KnownClaim, &'a Demand, Timestamp)> {
    let article = &outcome.article;
    outcome.claims.iter().rev().filter(|(key, _)| *key == fact.key).find_map(|(_, known)| {
        let Claim::Demand(demand) = &known.claim else { return None };
        let stands = matches!(demand.status, DemandStatus::Made | DemandStatus::Repeated);
        let condition = demand.condition.as_deref().filter(|_| stands && demand.force == Force::Ultimatum)?;
        if known_article != article.id && known_condition == Some(condition) {
            return None;
        }
        let spoken = article.published_at.unwrap_or_else(|| Moment::from(known.spoken_at));
        let at = deadline(condition, spoken).filter(|at| *at > now)?;
        Some((known, demand, at))
    })
}

fn message(
    outcome: &Outcome,
    fact: &Fact,
    (known, demand): (&KnownClaim, &Demand),
    change: ChangeKind,
    at: Timestamp,
) -> Message {
    let (article, story) = (&outcome.article, &outcome.story);
    let value = Value::Demand {
        force: demand.force,
        status: DemandStatus::Made,
        condition: demand.condition.clone(),
        source: demand.source.clone(),
        article: article.id.clone(),
        as_of: known.held_at,
    };
    let reason = match change {
        ChangeKind::DeadlineNear => {
            format!("the deadline, {at}, is near; no report says that the demand was met")
        }
        _ => format!("the deadline, {at}, has passed; no report says that the demand was met"),
    };
    let ids = ["alert", change.as_str(), &story.id, &key_text(&fact.key), &at.to_string()];
    let alert = Alert {
        id: fingerprint(ids),
        corrects: Vec::new(),
        folds: Vec::new(),
        article: article.id.clone(),
        article_title: article.title.clone(),
        outlet: article.outlet.clone(),
        url: article.url.clone(),
        published_at: article.published_at,
        story: story.id.clone(),
        story_title: story.title.clone(),
        about: fact.key.about().to_owned(),
        fact: fact.key.clone(),
        change,
        before: None,
        after: value,
        evidence: AlertEvidence {
            quote: demand.evidence.quote.clone(),
            span: demand.evidence.span,
            rule: demand.evidence.rule.clone(),
        },
        quote_before: None,
        sources: 1,
        reason,
        text_sha256: Some(sha256_hex(&article.text)),
        proof: None,
    };
    Message {
        id: fingerprint(["message", &alert.id]),
        story: story.id.clone(),
        article: article.id.clone(),
        created_at: outcome.learned_at,
        received_at: None,
        trace_parent: None,
        digest: None,
        alerts: vec![alert],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract;
    use crate::ledger::replay::enter;
    use crate::ledger::{Ledger, Limits};
    use crate::model::{Article, Draft};
    use crate::notify::RouteConfig;

    const DEMAND: &str = "Teachers' pay talks stall\n\nThe union gave the government until midnight on Friday to \
                          release the detained teachers, union leaders said.";

    /// When the demand is first reported.
    const MADE: &str = "2031-05-07T15:00:00+02:00";

    /// What reports of the demand, published at these times, do to one memory.
    fn reported(times: &[&str]) -> Vec<Outcome> {
        let mut ledger = Ledger::new(Limits::default());
        let outcomes = times.iter().map(|time| {
            let published_at = Moment::parse(time).unwrap();
            let draft = Draft {
                published_at: Some(published_at),
                text: DEMAND.to_owned(),
                outlet: Some((*time).to_owned()),
                ..Draft::default()
            };
            let article = Article::new(draft, published_at.at);
            let claims = extract::extract(&article);
            enter(&mut ledger, article, claims)
        });
        outcomes.collect()
    }

    fn clocks_at(outcome: &Outcome, now: &str) -> Clocks {
        let router = Router::new(&RouteConfig::default(), &["desk".to_owned()]);
        clocks(outcome, &router, Moment::parse(now).unwrap().at)
    }

    fn due(clocks: &Clocks) -> Vec<(&'static str, String)> {
        let due = clocks.held.iter().map(|parcel| {
            let Pace::Lot { release_at, .. } = &parcel.pace else { panic!("{parcel:?}") };
            (parcel.message.alerts[0].change.as_str(), release_at.to_string())
        });
        due.collect()
    }

    #[test]
    fn an_ultimatum_sets_two_clocks_that_a_repetition_leaves_alone() {
        let again = "2031-05-08T15:00:00+02:00";
        let outcomes = reported(&[MADE, again]);
        let set = clocks_at(&outcomes[0], MADE);
        let expected =
            [("deadline_near", "2031-05-09T19:00:00Z"), ("deadline_passed", "2031-05-09T22:00:00Z")];
        assert_eq!(due(&set), expected.map(|(change, at)| (change, at.to_owned())));
        assert_eq!(clocks_at(&outcomes[1], again), Clocks::default());
        let alert = &set.held[1].message.alerts[0];
        assert!(alert.reason.contains("2031-05-09T22:00:00Z, has passed"), "{}", alert.reason);
        assert!(DEMAND.contains(&alert.evidence.quote), "{}", alert.evidence.quote);
        assert_ne!(set.held[0].message.id, set.held[1].message.id);
    }

    #[test]
    fn a_demand_that_is_met_or_withdrawn_stops_its_clocks() {
        let mut outcome = reported(&[MADE]).remove(0);
        let set = clocks_at(&outcome, MADE);
        assert_eq!(set.dropped.len(), 1);
        for ended in [DemandStatus::Met, DemandStatus::Withdrawn] {
            for fact in &mut outcome.facts {
                if let Some(Value::Demand { status, .. }) = &mut fact.value {
                    *status = ended;
                }
            }
            assert_eq!(clocks_at(&outcome, MADE), Clocks { held: Vec::new(), dropped: set.dropped.clone() });
        }
    }

    #[test]
    fn a_deadline_that_is_past_when_it_is_read_is_no_news() {
        let outcome = reported(&[MADE]).remove(0);
        assert_eq!(clocks_at(&outcome, "2031-06-01T00:00:00Z"), Clocks::default());
        assert_eq!(
            clocks_at(&outcome, "2031-05-09T20:00:00Z").held.len(),
            1,
            "near already: only its passing"
        );
    }
}
