//! What one config would tell of articles. Comes in: articles with their claims, in order of arrival. Goes out: each
//! alert that an output would be told, with the outputs and the time. Pure: an article counts as learned when it was
//! received. How alerts are folded into groups is left aside: each is seen by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::ledger::{Ledger, Limits, replay};
use crate::model::{Alert, Article, ChangeKind, Claim};
use crate::notify::Router;
use crate::notify::demand_clock::{self, Clocks};
use crate::store::{Pace, Parcel};
use crate::text::gazetteer::Gazetteer;

/// What makes an alert the same one under two configs: where it comes from and what it says, not in which story or
/// after what it is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sense {
    /// Counts the articles, so that alerts are in their order.
    pub(super) arrival: usize,
    fact: String,
    after: String,
    deadline: Option<ChangeKind>,
    /// Counts those that are alike: blows of one kind in one report.
    copy: usize,
}

/// An alert and where it goes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) alert: Alert,
    /// The outputs, each with the time until which it is held, if it is.
    pub(super) outputs: BTreeMap<String, Option<Timestamp>>,
}

/// A config at work on an archive.
pub(super) struct Rehearsal {
    pub(super) names: Arc<Gazetteer>,
    ledger: Ledger,
    router: Router,
    arrivals: BTreeMap<String, usize>,
    /// What is told, but for what was settled already.
    pub(super) told: BTreeMap<Sense, Told>,
    /// Which outputs were told an alert, by each of its names: corrections go there.
    reached: BTreeMap<String, BTreeSet<String>>,
    /// Alerts of deadlines that wait for their time.
    held: Vec<Parcel>,
}

impl Sense {
    /// Whether it is that a deadline is near or has passed.
    pub(super) const fn is_deadline(&self) -> bool {
        self.deadline.is_some()
    }
}

impl Rehearsal {
    pub(super) fn new(limits: Limits, names: Arc<Gazetteer>, router: Router) -> Self {
        let ledger = Ledger::with_names(limits, Arc::clone(&names));
        let (arrivals, told, reached) = Default::default();
        Self { names, ledger, router, arrivals, told, reached, held: Vec::new() }
    }

    /// Takes the next article. One that is known already changes nothing.
    pub(super) fn enter(&mut self, article: Article, claims: Vec<Claim>) {
        if self.arrivals.contains_key(&article.id) {
            return;
        }
        self.arrivals.insert(article.id.clone(), self.arrivals.len());
        let outcome = replay::enter(&mut self.ledger, article, claims);
        let now = outcome.learned_at;
        self.release(|at| at <= now);
        if let Some(mut message) = outcome.message.clone() {
            let corrections = message.alerts.extract_if(.., |alert| !alert.corrects.is_empty()).collect();
            let parcels = self.router.parcels(&message, &[], now);
            self.tell(&parcels);
            self.correct(corrections);
        }
        let Clocks { held, dropped } = demand_clock::clocks(&outcome, &self.router, now);
        self.held.retain(|parcel| parcel.subject.as_ref().is_none_or(|subject| !dropped.contains(subject)));
        self.held.extend(held);
    }

    /// Everything told, deadlines after the last article too.
    pub(super) fn end(mut self) -> BTreeMap<Sense, Told> {
        self.release(|_| true);
        self.told
    }

    fn release(&mut self, is_due: impl Fn(Timestamp) -> bool) {
        let held = std::mem::take(&mut self.held);
        let (due, held) = held.into_iter().partition(|parcel| release_at(&parcel.pace).is_none_or(&is_due));
        self.held = held;
        self.tell(&due);
    }

    /// Notes who is told what: parcels of one alert to several outputs are one telling.
    fn tell(&mut self, parcels: &[Parcel]) {
        for parcel in parcels {
            let mut seen: Vec<Sense> = Vec::new();
            for alert in &parcel.message.alerts {
                let mut sense = self.sense(alert);
                while seen.contains(&sense) {
                    sense.copy += 1;
                }
                seen.push(sense.clone());
                let told = self.told.entry(sense);
                let told = told.or_insert_with(|| Told { alert: alert.clone(), outputs: BTreeMap::new() });
                told.outputs.insert(parcel.output.clone(), release_at(&parcel.pace));
                for name in alert.names() {
                    self.reached.entry(name.clone()).or_default().insert(parcel.output.clone());
                }
            }
        }
    }

    /// Corrections go where the errors went, whatever the routes say; an error that nobody was told needs none.
    fn correct(&mut self, corrections: Vec<Alert>) {
        for alert in corrections {
            let wrong = alert.corrects.iter().filter_map(|name| self.reached.get(name));
            let outputs: BTreeMap<String, Option<Timestamp>> =
                wrong.flatten().map(|output| (output.clone(), None)).collect();
            if !outputs.is_empty() {
                for name in alert.names() {
                    self.reached.entry(name.clone()).or_default().extend(outputs.keys().cloned());
                }
                self.told.insert(self.sense(&alert), Told { alert, outputs });
            }
        }
    }

    fn sense(&self, alert: &Alert) -> Sense {
        let arrival = self.arrivals.get(&alert.article).copied().unwrap_or(usize::MAX);
        let deadline = matches!(alert.change, ChangeKind::DeadlineNear | ChangeKind::DeadlinePassed);
        Sense {
            arrival,
            fact: serde_json::to_string(&alert.fact).unwrap_or_default(),
            after: content(&alert.after),
            deadline: deadline.then_some(alert.change),
            copy: 0,
        }
    }
}

/// What a value says, without who says so, where and since when.
pub(super) fn content(value: &crate::model::Value) -> String {
    let mut value = serde_json::to_value(value).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        for circumstance in ["source", "article", "as_of", "condition"] {
            fields.remove(circumstance);
        }
    }
    value.to_string()
}

fn release_at(pace: &Pace) -> Option<Timestamp> {
    match pace {
        Pace::Now | Pace::Correction => None,
        Pace::Group { release_at, .. } | Pace::Lot { release_at, .. } => Some(*release_at),
    }
}
