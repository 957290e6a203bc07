//! Taking reports back. Comes in: the facts of a story, the notice that takes reports back (a withdrawal by their
//! publisher, a retraction by an editor), and the reports. Goes out: the facts without what those said, and a correction
//! of what was told because of them. The history keeps both the claims and the notice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{
    Article, ArticleId, Change, ChangeKind, Evidence, Fact, FactKey, KnownClaim, Scope, Span, Value,
};

use super::Entry;
use super::course;
use super::history::{self, independent_sources, stands};
use super::tell::{quote_of, words_of};

/// The rule name under which a notice takes back.
pub const RETRACTION: &str = "retraction";

/// Takes back every claim of these articles, in the facts under `keys` or, without keys, in all.
pub fn retract(
    facts: &mut BTreeMap<FactKey, Fact>,
    notice: &Article,
    articles: &BTreeSet<ArticleId>,
    keys: Option<&BTreeSet<FactKey>>,
    learned_at: Timestamp,
) -> Entry {
    let mut entry = Entry::default();
    for fact in facts.values_mut().filter(|fact| keys.is_none_or(|keys| keys.contains(&fact.key))) {
        let taken: Vec<Arc<KnownClaim>> =
            articles.iter().filter_map(|article| first_of(fact, article)).cloned().collect();
        if taken.is_empty() {
            continue;
        }
        let before = fact.value.clone();
        for known in taken {
            let back = take_back(&known, notice, learned_at);
            course::insert(&mut fact.claims, Arc::new(back.clone()));
            entry.claims.push((fact.key.clone(), back));
        }
        let dropped = history::settle(fact).dropped;
        entry.dropped.extend(dropped.into_iter().map(|known| (fact.key.clone(), known)));
        entry.changes.extend(corrections(fact, notice, articles, before.as_ref()));
        entry.facts.push(fact.clone());
    }
    entry
}

/// The first claim of an article that stands in a fact.
fn first_of<'a>(fact: &'a Fact, article: &ArticleId) -> Option<&'a Arc<KnownClaim>> {
    fact.claims.iter().find(|known| known.article == *article && stands(fact, known))
}

/// The claim by which the notice takes back an article's. It holds from when that did: what is taken back never held.
fn take_back(known: &KnownClaim, notice: &Article, learned_at: Timestamp) -> KnownClaim {
    let mut claim = known.claim.clone();
    *claim.evidence_mut() = evidence(notice);
    KnownClaim {
        claim,
        article: notice.id.clone(),
        outlet: notice.outlet.clone(),
        origin: notice.id.clone(),
        held_at: known.held_at,
        spoken_at: notice.spoken_at(),
        learned_at,
        retracts: Some(known.article.clone()),
    }
}

/// The words of the notice: its title.
fn evidence(notice: &Article) -> Evidence {
    let quote = notice.text.get(..notice.title.len()).unwrap_or_default().to_owned();
    Evidence { span: Span { start: 0, end: quote.len() }, quote, rule: RETRACTION.to_owned() }
}

/// What must be told now; from then on it counts as told.
fn corrections(
    fact: &mut Fact,
    notice: &Article,
    articles: &BTreeSet<ArticleId>,
    before: Option<&Value>,
) -> Vec<Change> {
    if matches!(fact.key, FactKey::Casualties { scope: Scope::Background, .. }) {
        return Vec::new();
    }
    let rivals = std::mem::take(&mut fact.conflicts_told);
    let (gone, kept): (Vec<Value>, Vec<Value>) =
        rivals.into_iter().partition(|told| articles.contains(told.article()));
    fact.conflicts_told = kept;
    let mut changes: Vec<Change> =
        gone.iter().map(|told| correction(fact, notice, ChangeKind::Withdrawn, told, told)).collect();
    let Some(told) = fact.told.clone() else { return changes };
    let figure = |value: Option<&Value>| value.and_then(Value::figure);
    let told_value_moved = figure(before) == told.figure() && figure(before) != figure(fact.value.as_ref());
    if !articles.contains(told.article()) && !told_value_moved {
        return changes;
    }
    // Blows stand for themselves: none takes the place of another.
    let stands_alone = matches!(fact.key, FactKey::Casualties { scope: Scope::Incident, .. });
    let after = fact.value.clone().filter(|_| !stands_alone);
    match &after {
        Some(after) if tells_the_same(&told, after) => {}
        Some(after) => {
            let kind = match after.figure().cmp(&told.figure()) {
                std::cmp::Ordering::Greater => ChangeKind::Up,
                std::cmp::Ordering::Less => ChangeKind::Down,
                std::cmp::Ordering::Equal => ChangeKind::Changed,
            };
            changes.push(correction(fact, notice, kind, &told, after));
        }
        None => changes.push(correction(fact, notice, ChangeKind::Withdrawn, &told, &told)),
    }
    fact.told = after;
    changes
}

/// Whether somebody else had said the same.
fn tells_the_same(told: &Value, after: &Value) -> bool {
    match (told, after) {
        (Value::Casualties { value, .. }, Value::Casualties { value: other, .. }) => value == other,
        (Value::Demand { force, status, .. }, Value::Demand { force: other, status: stands, .. }) => {
            force == other && status == stands
        }
        (Value::Position { stance, .. }, Value::Position { stance: other, .. }) => stance == other,
        _ => false,
    }
}

fn correction(fact: &Fact, notice: &Article, kind: ChangeKind, told: &Value, after: &Value) -> Change {
    let was = words_of(told);
    let reason = match kind {
        ChangeKind::Withdrawn => format!("the report that said {was} was taken back; no other says it"),
        _ => format!("the report that said {was} was taken back; without it stands {}", words_of(after)),
    };
    Change {
        key: fact.key.clone(),
        kind,
        before: Some(told.clone()),
        quote_before: quote_of(fact, told),
        after: after.clone(),
        evidence: evidence(notice),
        sources: independent_sources(fact, after),
        reason,
        corrects: vec![told.clone()],
    }
}
