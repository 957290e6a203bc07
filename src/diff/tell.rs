//! What of an article's effect on a fact is told. Comes in: the story's facts with the article's claims entered. Goes
//! out: the changes, each starting where the one before ended. Late reports, background, echoes and repetitions are
//! silent.

use std::collections::BTreeMap;

use crate::model::{
    Article, Change, ChangeKind, Claim, DemandStatus, Effect, Fact, FactKey, Force, KnownClaim, Relation,
    Scope, Value,
};

use super::answer;
use super::course::{Course, Step, is_by_editor};
use super::echo;
use super::figure::{Figure, in_words};
use super::history::independent_sources;
use super::worth::withheld;

/// Conflicts remembered per fact; beyond it the oldest may be told again.
pub(super) const CONFLICTS_REMEMBERED: usize = 16;

/// Earlier alerts that one correction names at most.
const CORRECTED_MAX: usize = 16;

/// The changes this article makes to one fact, whose claims take this course.
pub(super) fn changes(
    facts: &BTreeMap<FactKey, Fact>,
    key: &FactKey,
    course: &Course,
    article: &Article,
) -> Vec<Change> {
    let Some(fact) = facts.get(key) else { return Vec::new() };
    let by_editor = |known: &KnownClaim| known.article == article.id && is_by_editor(&known.claim);
    // An editor is never late: what he says holds from now on, whatever date a report bears.
    let late = fact.told_at.is_some_and(|told_at| article.spoken_at() < told_at)
        && !fact.claims.iter().any(|known| by_editor(known));
    if late || matches!(key, FactKey::Casualties { scope: Scope::Background, .. }) {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mine = |at: &usize| fact.claims.get(*at).is_some_and(|known| known.article == article.id);
    if matches!(key, FactKey::Casualties { scope: Scope::Incident, .. }) {
        for (at, step) in course.steps.iter().enumerate().filter(|(at, _)| mine(at)) {
            if *step == Step::Opens
                && let Some(known) = fact.claims.get(at)
                && !echo::is_echo(facts, key, known)
                && withheld(facts, key, known).is_none()
            {
                changes.push(change(fact, ChangeKind::New, None, value_of(known), known));
            }
        }
        return changes;
    }
    if matches!(key, FactKey::Position { .. }) {
        return stances(facts, fact, article, &course.steps);
    }
    let moved = course.by.filter(mine).and_then(|by| {
        let (known, after, step) = (fact.claims.get(by)?, course.value.clone()?, *course.steps.get(by)?);
        let mut change = movement(facts, fact, known, after, step)?;
        change.corrects = corrected(fact, course, &change, known);
        Some(change)
    });
    // In the first report of a fact a contradiction starts from the figure told beside it.
    let base = fact.told.clone().or_else(|| moved.as_ref().map(|change| change.after.clone()));
    for (at, step) in course.steps.iter().enumerate().filter(|(at, _)| mine(at)) {
        if *step == Step::Conflicts
            && let Some(known) = fact.claims.get(at)
        {
            let after = value_of(known);
            let told_already = fact.conflicts_told.iter().any(|told| told.figure() == after.figure());
            if base.is_some() && !told_already {
                changes.push(change(fact, ChangeKind::Conflict, base.clone(), after, known));
            }
        }
    }
    match moved {
        Some(moved) if moved.kind == ChangeKind::New => changes.insert(0, moved),
        Some(moved) => changes.push(moved),
        None => {}
    }
    changes
}

/// The change that the article's claim made by giving the fact its running value.
fn movement(
    facts: &BTreeMap<FactKey, Fact>,
    fact: &Fact,
    known: &KnownClaim,
    after: Value,
    step: Step,
) -> Option<Change> {
    let Some(told) = &fact.told else {
        return first(facts, fact, known, after, step);
    };
    let (kind, before) = match (told, &after, step) {
        (Value::Casualties { .. }, Value::Casualties { .. }, Step::RivalMoves(kind, left)) => {
            let left = fact.claims.get(left).map(|known| value_of(known));
            let told_rival = fact
                .conflicts_told
                .iter()
                .find(|told| told.figure() == left.as_ref().and_then(Value::figure));
            match told_rival {
                Some(rival) => (kind, Some(rival.clone())),
                None => (between(told, &after)?, Some(told.clone())),
            }
        }
        (Value::Casualties { .. }, Value::Casualties { .. }, _) => {
            (between(told, &after)?, Some(told.clone()))
        }
        // A demand made anew after it was settled or taken back.
        (_, _, Step::Moves(ChangeKind::New)) => (ChangeKind::New, None),
        (_, _, Step::Moves(_)) if answer::told_elsewhere(facts, &fact.key, known) => return None,
        (_, _, Step::Moves(kind)) => (kind, Some(told.clone())),
        _ => return None,
    };
    Some(change(fact, kind, before, after, known))
}

/// The stances this article adds to a position: several may hold at once ("condemned" and "accused"), and each is told.
fn stances(facts: &BTreeMap<FactKey, Fact>, fact: &Fact, article: &Article, steps: &[Step]) -> Vec<Change> {
    let mut told = fact.told.clone();
    let mut changes = Vec::new();
    for (known, step) in fact.claims.iter().zip(steps).filter(|(known, _)| known.article == article.id) {
        let after = value_of(known);
        let change = match (step, &told) {
            (Step::Silent(_), _) => None,
            (step, None) => first(facts, fact, known, after, *step),
            (Step::Moves(ChangeKind::Changed), Some(before)) => {
                Some(change(fact, ChangeKind::Changed, Some(before.clone()), after, known))
            }
            _ if echo::is_echo(facts, &fact.key, known) => None,
            _ => Some(change(fact, ChangeKind::New, None, after, known)),
        };
        told = change.as_ref().map(|change| change.after.clone()).or(told);
        changes.extend(change);
    }
    changes
}

/// The first value told under a key.
fn first(
    facts: &BTreeMap<FactKey, Fact>,
    fact: &Fact,
    known: &KnownClaim,
    after: Value,
    step: Step,
) -> Option<Change> {
    if let Some((old, value)) = echo::reversed(facts, &fact.key, known) {
        let mut change = change(fact, ChangeKind::Changed, Some(value.clone()), after, known);
        change.quote_before = quote_of(old, value);
        return Some(change);
    }
    let kind = match step {
        Step::Moves(_) if answer::told_elsewhere(facts, &fact.key, known) => return None,
        Step::Moves(kind @ (ChangeKind::Met | ChangeKind::Rejected | ChangeKind::Withdrawn)) => kind,
        _ if is_by_editor(&known.claim) => ChangeKind::New,
        _ if echo::is_echo(facts, &fact.key, known) || withheld(facts, &fact.key, known).is_some() => {
            return None;
        }
        _ => ChangeKind::New,
    };
    Some(change(fact, kind, None, after, known))
}

/// Why a claim that moved its fact was no news by itself, in words for `newsdelta why`: it was withheld, or the story knew
/// it under a neighbouring key. Nothing when neither is so.
pub fn untold(facts: &BTreeMap<FactKey, Fact>, key: &FactKey, known: &KnownClaim) -> Option<&'static str> {
    withheld(facts, key, known).or_else(|| {
        echo::is_echo(facts, key, known).then_some("the story knows it under another name or in other words")
    })
}

/// Up or down; nothing between equal figures.
fn between(told: &Value, after: &Value) -> Option<ChangeKind> {
    match after.figure()?.cmp(&told.figure()?) {
        std::cmp::Ordering::Greater => Some(ChangeKind::Up),
        std::cmp::Ordering::Less => Some(ChangeKind::Down),
        std::cmp::Ordering::Equal => None,
    }
}

/// Remembers what was told, so that the next change starts from it.
pub(super) fn record(fact: &mut Fact, changes: &[Change], article: &Article) {
    for change in changes {
        if change.kind == ChangeKind::Conflict {
            fact.conflicts_told.push(change.after.clone());
            if fact.conflicts_told.len() > CONFLICTS_REMEMBERED {
                fact.conflicts_told.remove(0);
            }
        } else {
            fact.told = Some(change.after.clone());
        }
        fact.told_at =
            Some(fact.told_at.map_or(article.spoken_at(), |told_at| told_at.max(article.spoken_at())));
    }
}

/// A claim's own content as a value.
pub(super) fn value_of(known: &KnownClaim) -> Value {
    let (article, as_of) = (known.article.clone(), known.held_at);
    match &known.claim {
        Claim::Casualty(casualty) => super::casualty::value_of(known, Figure::of(casualty), casualty),
        Claim::Demand(demand) => Value::Demand {
            force: demand.force,
            status: demand.status,
            condition: demand.condition.clone(),
            source: demand.source.clone(),
            article,
            as_of,
        },
        Claim::Deed(_) => Value::Demand {
            force: Force::Appeal,
            status: DemandStatus::Met,
            condition: None,
            source: None,
            article,
            as_of,
        },
        Claim::Position(position) => {
            Value::Position { stance: position.stance, source: position.source.clone(), article, as_of }
        }
    }
}

fn change(fact: &Fact, kind: ChangeKind, before: Option<Value>, after: Value, known: &KnownClaim) -> Change {
    let sources = independent_sources(fact, &after);
    let quote_before = before.as_ref().and_then(|before| quote_of(fact, before));
    let outlet = known.outlet.as_deref();
    let mut reason = reason(kind, before.as_ref(), &after, outlet, sources);
    if matches!(known.claim, Claim::Deed(_)) {
        reason.insert_str(0, "what was asked for is reported done: ");
    }
    Change {
        key: fact.key.clone(),
        kind,
        before,
        quote_before,
        after,
        evidence: known.claim.evidence().clone(),
        sources,
        reason,
        corrects: Vec::new(),
    }
}

/// What a move proves wrong of what was told: a count that can only grow and fell, or that a report or an editor calls
/// corrected, was too high before; also the steps before it that stood above the new value.
fn corrected(fact: &Fact, course: &Course, change: &Change, known: &KnownClaim) -> Vec<Value> {
    let (FactKey::Casualties { effect, .. }, Claim::Casualty(casualty)) = (&fact.key, &known.claim) else {
        return if is_by_editor(&known.claim) { change.before.iter().cloned().collect() } else { Vec::new() };
    };
    let falls_by_itself = matches!(effect, Effect::Missing | Effect::Trapped | Effect::Detained);
    let called_so = casualty.relation == Relation::Correction || is_by_editor(&known.claim);
    if !called_so && (falls_by_itself || change.kind != ChangeKind::Down) {
        return Vec::new();
    }
    let above = |value: &Value| change.kind == ChangeKind::Down && value.figure() > change.after.figure();
    let mut wrong: Vec<Value> = change.before.iter().cloned().collect();
    for (earlier, step) in fact.claims.iter().zip(&course.steps) {
        let value = value_of(earlier);
        if matches!(step, Step::Opens | Step::Moves(_)) && above(&value) && !wrong.contains(&value) {
            wrong.push(value);
        }
    }
    wrong.truncate(CORRECTED_MAX);
    wrong
}

/// The words that said a value, as long as the claim is in the history.
pub(super) fn quote_of(fact: &Fact, value: &Value) -> Option<String> {
    let of_article = || fact.claims.iter().filter(|known| known.article == *value.article());
    let exact = of_article().find(|known| value_of(known).figure() == value.figure());
    exact.or_else(|| of_article().next()).map(|known| known.claim.evidence().quote.clone())
}

/// Why this is told, in one sentence for people.
fn reason(
    kind: ChangeKind,
    before: Option<&Value>,
    after: &Value,
    outlet: Option<&str>,
    sources: u32,
) -> String {
    let from = before.map(words_of);
    let to = words_of(after);
    let what = match (kind, from) {
        (ChangeKind::New, _) => format!("first report: {to}"),
        (ChangeKind::Up, Some(from)) => format!("rose from {from} to {to}"),
        (ChangeKind::Down, Some(from)) => format!("fell from {from} to {to}"),
        (ChangeKind::Conflict, Some(from)) => format!("{to} contradicts {from}; both are kept"),
        (ChangeKind::Changed, Some(from)) => format!("turned from {from} to {to}"),
        (ChangeKind::Hardened | ChangeKind::Softened, Some(from)) => {
            format!("{} from {from} to {to}", kind.as_str())
        }
        (ChangeKind::Met | ChangeKind::Rejected | ChangeKind::Withdrawn, _) => {
            format!("the demand was {}", kind.as_str())
        }
        // Deadlines are told by the clock, never by an article.
        (ChangeKind::DeadlineNear | ChangeKind::DeadlinePassed, _) | (_, None) => {
            format!("{}: {to}", kind.as_str())
        }
    };
    let by = match (after.source(), outlet) {
        (Some(source), _) => format!("stated by {source}"),
        (None, Some(outlet)) => format!("stated by {outlet} itself"),
        (None, None) => "no source named".to_owned(),
    };
    let plural = if sources == 1 { "" } else { "s" };
    format!("{what}; {by}; {sources} independent source{plural}")
}

pub(super) fn words_of(value: &Value) -> String {
    match value {
        Value::Casualties { value, high, bound, .. } => {
            in_words(Figure { value: *value, high: *high, bound: *bound })
        }
        Value::Demand { force, .. } => force.to_string(),
        Value::Position { stance, .. } => stance.to_string(),
    }
}
