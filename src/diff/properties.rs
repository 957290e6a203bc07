//! Test only: what must hold of any stream of claims.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::history::{CLAIMS_KEPT, settle};
use super::regroup::{Told, compose};
use super::timeline::{at, casualty, deed, demand, report};
use super::{course, enter};
use crate::model::{Casualty, Change, ChangeKind, Claim, Effect, Fact, FactKey, KnownClaim, Scope, Value};

/// A report: its hour and its figures.
type Report = (i64, usize, Vec<String>);

fn figure() -> impl Strategy<Value = String> {
    let effect = prop::sample::select(vec!["killed", "killed", "injured", "missing", "rescued"]);
    let bound = prop::sample::select(vec!["exact", "exact", "at_least", "nearly", "about", "vague", "up_to"]);
    let kind =
        prop::sample::select(vec!["whole", "whole", "whole", "part", "added", "previous", "correction"]);
    let scope = prop::sample::select(vec!["event", "event", "event", "incident", "background"]);
    let key =
        prop::sample::select(vec!["people", "people", "civilians", "people place=Ica", "people side=Peru"]);
    let source = prop::sample::select(vec![
        "",
        "",
        " by navy",
        " by interior ministry",
        " by residents",
        " by the Peruvian navy",
    ]);
    let stated = prop::sample::select(vec!["", "", "", "as_of=1 ", "as_of=4 "]);
    (effect, bound, kind, scope, key, source, stated, 0_u64..60).prop_map(
        |(effect, bound, kind, scope, key, source, stated, value)| {
            format!("{stated}{effect} {bound} {value} {kind} {scope} {key}{source}")
        },
    )
}

fn stream() -> impl Strategy<Value = Vec<Report>> {
    prop::collection::vec((0_i64..12, 0_usize..4, prop::collection::vec(figure(), 1..5)), 1..14)
}

/// Demands, their answers, and deeds.
fn word() -> impl Strategy<Value = String> {
    let party = || prop::sample::select(vec!["Peru", "Chile", "Oslo"]);
    let act = || prop::sample::select(vec!["ceasefire", "resign"]);
    let force = prop::sample::select(vec!["appeal", "demand", "ultimatum"]);
    let status = prop::sample::select(vec!["made", "made", "repeated", "met", "rejected", "withdrawn"]);
    prop_oneof![
        (party(), party(), act(), force, status)
            .prop_map(|(by, to, act, force, status)| format!("{by} -> {to} {act} {force} {status}")),
        (party(), act()).prop_map(|(doer, act)| format!("deed {doer} {act}")),
    ]
}

/// Reports of figures, and of disputes.
fn mixed() -> impl Strategy<Value = Vec<Report>> {
    let said = prop_oneof![figure(), word(), word()];
    prop::collection::vec((0_i64..60, 0_usize..4, prop::collection::vec(said, 1..5)), 1..14)
}

fn claim(text: &str, start: usize) -> Claim {
    match text.strip_prefix("deed ") {
        Some(text) => deed(text),
        None if text.contains(" -> ") => demand(text),
        None => casualty(text, start),
    }
}

/// More claims of one fact than are kept, each with its hour and outlet: figures under one key, or a demand and its answers.
fn long_history() -> impl Strategy<Value = Fact> {
    let said = |word: BoxedStrategy<String>| {
        prop::collection::vec((0_i64..40, 0_usize..4, word), CLAIMS_KEPT + 1..CLAIMS_KEPT + 30)
    };
    prop_oneof![said(figure().boxed()), said(word().boxed())].prop_map(|said| {
        let scope = match claim(&said[0].2, 0) {
            Claim::Casualty(casualty) => casualty.scope,
            _ => Scope::Event,
        };
        let known = (0..said.len()).map(|number| {
            // Of every three claims two are of one report.
            let (hour, outlet, _) = said[number - number % 3 % 2];
            let article = report(&format!("report-{:03}", number - number % 3 % 2), "", hour);
            let mut claim = claim(&said[number].2, number * 100);
            let mut held_at = at(hour);
            if let Claim::Casualty(casualty) = &mut claim {
                *casualty =
                    Casualty { effect: Effect::Killed, place: None, side: None, scope, ..casualty.clone() };
                held_at = casualty.as_of.map_or(held_at, |stated| stated.min(held_at));
            }
            Arc::new(KnownClaim {
                claim,
                origin: article.id.clone(),
                article: article.id,
                outlet: (outlet > 0).then(|| format!("outlet-{outlet}")),
                held_at,
                spoken_at: at(hour),
                learned_at: at(hour),
                retracts: None,
            })
        });
        let mut claims: Vec<Arc<KnownClaim>> = known.collect();
        course::sort(&mut claims);
        let keys = claims.iter().map(|known| super::key::of(&known.claim));
        let key = keys.into_iter().find(|key| !matches!(key, FactKey::Deed { .. })).unwrap();
        Fact { claims: claims.into(), ..Fact::empty(key) }
    })
}

fn enter_all(reports: &[(usize, &Report)]) -> (BTreeMap<FactKey, Fact>, Vec<Change>) {
    let mut facts = BTreeMap::new();
    let mut changes = Vec::new();
    for (arrival, (number, (hour, outlet, figures))) in reports.iter().enumerate() {
        let article = report(&format!("report-{number:02}"), &format!("outlet-{outlet}"), *hour);
        let claims = figures.iter().enumerate().map(|(at, text)| claim(text, at * 100)).collect();
        let learned = at(i64::try_from(arrival).unwrap());
        changes.extend(enter(&mut facts, &article, &article.id, claims, learned).changes);
    }
    (facts, changes)
}

/// A change as it was told.
fn told(reports: &[Report], change: &Change) -> Told {
    let number: usize = change.after.article().trim_start_matches("report-").parse().unwrap();
    Told {
        key: change.key.clone(),
        kind: change.kind,
        before: change.before.clone(),
        after: change.after.clone(),
        takes_back: false,
        spoken_at: at(reports[number].0),
    }
}

/// What must not depend on the order of arrival.
fn known(facts: &BTreeMap<FactKey, Fact>) -> Vec<(FactKey, Option<Value>, Vec<KnownClaim>)> {
    let timeless = |known: &KnownClaim| KnownClaim { learned_at: at(0), ..known.clone() };
    facts
        .values()
        .map(|fact| {
            (fact.key.clone(), fact.value.clone(), fact.claims.iter().map(|known| timeless(known)).collect())
        })
        .collect()
}

proptest! {
    #[test]
    fn facts_do_not_depend_on_the_order_of_arrival(
        (reports, order) in mixed().prop_flat_map(|reports| {
            let twice: Vec<usize> = (0..reports.len()).chain(0..reports.len()).collect();
            (Just(reports), Just(twice).prop_shuffle())
        }),
    ) {
        let in_order: Vec<(usize, &Report)> = reports.iter().enumerate().collect();
        let shuffled: Vec<(usize, &Report)> = order.iter().map(|&number| (number, &reports[number])).collect();
        prop_assert_eq!(known(&enter_all(&in_order).0), known(&enter_all(&shuffled).0));
    }

    #[test]
    fn every_alert_starts_where_the_one_before_ended(reports in stream()) {
        let in_order: Vec<(usize, &Report)> = reports.iter().enumerate().collect();
        let (_, changes) = enter_all(&in_order);
        let mut told: BTreeMap<FactKey, Vec<Value>> = BTreeMap::new();
        let mut conflicts: BTreeMap<FactKey, Vec<Value>> = BTreeMap::new();
        for change in changes {
            let before = told.entry(change.key.clone()).or_default();
            let rivals = conflicts.entry(change.key.clone()).or_default();
            let incident = matches!(&change.key, FactKey::Casualties { scope: Scope::Incident, .. });
            match (&change.before, change.kind) {
                (None, kind) => prop_assert!(kind == ChangeKind::New && (incident || before.is_empty())),
                (Some(start), ChangeKind::Conflict) => prop_assert_eq!(Some(start), before.last()),
                (Some(start), _) => prop_assert!(Some(start) == before.last() || rivals.contains(start)),
            }
            let figures = (change.before.as_ref().and_then(Value::figure), change.after.figure());
            match change.kind {
                ChangeKind::Up => prop_assert!(figures.0 < figures.1),
                ChangeKind::Down => prop_assert!(figures.0 > figures.1),
                _ => {}
            }
            prop_assert!(!change.evidence.quote.is_empty() && change.sources >= 1);
            prop_assert!(!change.evidence.quote.contains("background"));
            if change.kind == ChangeKind::Conflict { rivals.push(change.after) } else { before.push(change.after) }
        }
    }

    #[test]
    fn stories_that_are_merged_and_split_again_are_as_they_were(reports in mixed(), leaves in prop::collection::vec(any::<bool>(), 14)) {
        let all: Vec<(usize, &Report)> = reports.iter().enumerate().collect();
        let (one, other): (Vec<_>, Vec<_>) = all.iter().copied().partition(|(number, _)| leaves[*number]);
        let (one, other) = (enter_all(&one), enter_all(&other));
        let claims = |facts: &BTreeMap<FactKey, Fact>| -> Vec<(FactKey, Arc<KnownClaim>)> {
            // As they are stored: a deed under its own key alone.
            let own = |fact: &Fact, known: &KnownClaim| super::key::of(&known.claim) == fact.key;
            let of = |fact: &Fact| -> Vec<_> {
                fact.claims.iter().filter(|known| own(fact, known)).map(|known| (fact.key.clone(), known.clone())).collect()
            };
            facts.values().flat_map(of).collect()
        };
        let all_told = |changes: &[Change]| changes.iter().map(|change| told(&reports, change)).collect::<Vec<_>>();
        let both = [claims(&one.0), claims(&other.0)].concat();
        let merged = compose(both, &[all_told(&one.1), all_told(&other.1)].concat(), true);
        // As if the reports had always been in one story.
        prop_assert_eq!(known(&merged), known(&enter_all(&all).0));
        // And apart again, whatever was composed in between.
        for (facts, changes) in [one, other] {
            let mine = |known: &KnownClaim| facts.values().any(|fact| fact.claims.iter().any(|one| one.article == known.article));
            let back = claims(&merged).into_iter().filter(|(_, known)| mine(known)).collect();
            prop_assert_eq!(compose(back, &all_told(&changes), false), facts);
        }
    }

    /// What the limit drops is not followed again where nothing hangs on it; that must make no difference.
    #[test]
    fn what_is_kept_takes_the_course_that_follows_from_it(mut fact in long_history()) {
        let settled = settle(&mut fact);
        prop_assert_eq!(fact.claims.len(), CLAIMS_KEPT);
        prop_assert_eq!(&fact.value, &settled.course.value);
        prop_assert_eq!(settled.course, course::follow(&fact.key, &fact.claims));
    }

    #[test]
    fn nothing_is_told_twice(reports in stream()) {
        let once: Vec<(usize, &Report)> = reports.iter().enumerate().collect();
        let twice: Vec<(usize, &Report)> = once.iter().flat_map(|report| [*report, *report]).collect();
        let told = |reports: &[(usize, &Report)]| -> Vec<String> {
            enter_all(reports).1.iter().map(|change| format!("{:?} {:?}", change.kind, change.after.figure())).collect()
        };
        prop_assert_eq!(told(&once), told(&twice));
    }
}

#[test]
fn a_claim_that_is_in_already_changes_nothing() {
    let article = report("one", "Post", 1);
    let mut facts = BTreeMap::new();
    let claims = || -> Vec<Claim> { vec![casualty("25 by navy", 0)] };
    assert_eq!(enter(&mut facts, &article, &article.id, claims(), at(1)).changes.len(), 1);
    let again = enter(&mut facts, &article, &article.id, claims(), at(2));
    assert!(again.changes.is_empty() && again.claims.is_empty() && again.facts.is_empty());
}
