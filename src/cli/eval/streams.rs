//! Scores reading and alerting on annotated streams, by the same arithmetic as the scoring script that comes with the
//! corpus. Comes in: annotated reports, the claims read in them, the alerts of a replay. Goes out: counts, and a line
//! for each miss and each spurious claim. Never reads files.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Alert, Casualty, Claim, Demand, FactKey, Position, Scope, Value};

use crate::outputs::wording::Headline;

use super::gold::{GoldAlert, GoldCasualty, GoldReport};
use super::names::same_name;
use super::tally::{Attributes, Tally};

/// All counts of one run over streams.
#[derive(Debug, Default)]
pub(super) struct StreamScore {
    pub(super) casualties: Tally,
    pub(super) demands: Tally,
    pub(super) positions: Tally,
    /// Background figures given as news: right = leaked, missed = kept back.
    pub(super) background: Tally,
    pub(super) attributes: Attributes,
    /// By `casualties`, `demand`, `position`.
    pub(super) must: BTreeMap<&'static str, Tally>,
    pub(super) strict: BTreeMap<&'static str, Tally>,
    pub(super) sent: usize,
    /// One line for each miss and each spurious claim or alert.
    pub(super) remarks: Vec<String>,
    /// Figures right, spurious and missed by the rule that read them.
    pub(super) by_rule: BTreeMap<String, (usize, usize)>,
}

const ABOUT: [&str; 3] = ["casualties", "demand", "position"];

impl StreamScore {
    /// Counts the claims of one report.
    pub(super) fn reading(&mut self, report: &GoldReport, claims: &[Claim]) {
        self.casualties_of(report, claims);
        self.demands_of(report, claims);
        self.positions_of(report, claims);
    }

    fn casualties_of(&mut self, report: &GoldReport, claims: &[Claim]) {
        let id = &report.article.id;
        let read: Vec<&Casualty> =
            claims.iter().filter_map(casualty).filter(|c| c.scope != Scope::Background).collect();
        let gold: Vec<&GoldCasualty> =
            report.casualties.iter().filter(|c| c.scope != Scope::Background).collect();
        let wanted = first_of(&gold, |c| (c.effect, c.value));
        let given = first_of(&read, |c| (c.effect, c.value));
        let (pairs, missed, spurious) =
            pair(&wanted, &given, |g, c| (g.effect, g.value) == (c.effect, c.value));
        self.casualties.add(pairs.len(), spurious.len(), missed.len());
        for (_, right) in &pairs {
            self.by_rule.entry(right.evidence.rule.clone()).or_default().0 += 1;
        }
        for gold in &missed {
            let quote = gold.quote.as_deref().unwrap_or_default();
            self.remarks.push(format!("missed   {id}: {} {} | {quote}", gold.effect, gold.value));
        }
        for wrong in &spurious {
            self.by_rule.entry(wrong.evidence.rule.clone()).or_default().1 += 1;
            self.remarks
                .push(format!("spurious {id}: {} {} | {}", wrong.effect, wrong.value, wrong.evidence.quote));
        }
        for gold in &gold {
            let same: Vec<&&Casualty> =
                read.iter().filter(|c| (c.effect, c.value) == (gold.effect, gold.value)).collect();
            if same.is_empty() {
                continue;
            }
            self.attributes_of(id, gold, &same);
        }
        let live: BTreeSet<_> = wanted.iter().map(|c| (c.effect, c.value)).collect();
        let background: Vec<&GoldCasualty> = report
            .casualties
            .iter()
            .filter(|c| c.scope == Scope::Background && !live.contains(&(c.effect, c.value)))
            .collect();
        let background = first_of(&background, |c| (c.effect, c.value));
        let leaked = background
            .iter()
            .filter(|gold| given.iter().any(|c| (c.effect, c.value) == (gold.effect, gold.value)))
            .count();
        self.background.add(leaked, 0, background.len() - leaked);
    }

    /// Counts the attributes of a figure that was read, and remarks on each that is wrong.
    fn attributes_of(&mut self, id: &str, gold: &GoldCasualty, same: &[&&Casualty]) {
        let right = [
            ("group", same.iter().any(|c| c.group == gold.group)),
            ("side", same.iter().any(|c| same_name(gold.side.as_deref(), c.side.as_deref()))),
            ("place", same.iter().any(|c| same_name(gold.place.as_deref(), c.place.as_deref()))),
            ("bound", same.iter().any(|c| c.bound == gold.bound)),
            ("scope", same.iter().any(|c| c.scope == gold.scope)),
        ];
        for (name, right) in right {
            self.attributes.add(name, right);
            if right {
                continue;
            }
            let (wanted, read) = match name {
                "group" => (gold.group.to_string(), same.first().map(|c| c.group.to_string())),
                "side" => (or_none(gold.side.as_deref()), same.first().map(|c| or_none(c.side.as_deref()))),
                "place" => {
                    (or_none(gold.place.as_deref()), same.first().map(|c| or_none(c.place.as_deref())))
                }
                "bound" => (gold.bound.to_string(), same.first().map(|c| c.bound.to_string())),
                _ => (gold.scope.to_string(), same.first().map(|c| c.scope.to_string())),
            };
            let quote = gold.quote.as_deref().unwrap_or_default();
            let read = read.unwrap_or_default();
            self.remarks.push(format!(
                "{name:8} {id}: {} {} is {wanted}, read as {read} | {quote}",
                gold.effect, gold.value
            ));
        }
    }

    fn demands_of(&mut self, report: &GoldReport, claims: &[Claim]) {
        let id = &report.article.id;
        let read: Vec<&Demand> = claims.iter().filter_map(demand).collect();
        let given = first_of(&read, |d| (d.by.clone(), d.to.clone(), d.act));
        let gold: Vec<_> = report.demands.iter().collect();
        let wanted = first_of(&gold, |d| (d.by.clone(), d.to.clone(), d.act));
        let (pairs, missed, spurious) =
            pair(&wanted, &given, |g, d| g.act == d.act && same_name(g.by.as_deref(), Some(&d.by)));
        self.demands.add(pairs.len(), spurious.len(), missed.len());
        for (gold, read) in &pairs {
            let same = same_name(gold.to.as_deref(), read.to.as_deref());
            self.attributes.add("demand.to", same);
            if !same {
                let quote = gold.quote.as_deref().unwrap_or_default();
                let (to, other) = (or_none(gold.to.as_deref()), or_none(read.to.as_deref()));
                self.remarks.push(format!(
                    "to       {id}: {} {} is asked of {to}, read as {other} | {quote}",
                    read.by, gold.act
                ));
            }
        }
        for gold in &missed {
            let quote = gold.quote.as_deref().unwrap_or_default();
            let (by, to) = (gold.by.as_deref().unwrap_or("nobody"), gold.to.as_deref().unwrap_or("nobody"));
            self.remarks.push(format!("missed   {id}: demand {by} -> {to}: {} | {quote}", gold.act));
        }
        for wrong in &spurious {
            let to = wrong.to.as_deref().unwrap_or("nobody");
            let quote = &wrong.evidence.quote;
            self.remarks.push(format!("spurious {id}: demand {} -> {to}: {} | {quote}", wrong.by, wrong.act));
        }
    }

    fn positions_of(&mut self, report: &GoldReport, claims: &[Claim]) {
        let id = &report.article.id;
        let read: Vec<&Position> = claims.iter().filter_map(position).collect();
        let given = first_of(&read, |p| (p.actor.clone(), p.stance, p.target.clone()));
        let gold: Vec<_> = report.positions.iter().collect();
        let wanted = first_of(&gold, |p| (p.actor.clone(), p.stance, p.target.clone()));
        let (pairs, missed, spurious) = pair(&wanted, &given, |g, p| {
            g.stance == p.stance && same_name(g.actor.as_deref(), Some(&p.actor))
        });
        self.positions.add(pairs.len(), spurious.len(), missed.len());
        for gold in &missed {
            let quote = gold.quote.as_deref().unwrap_or_default();
            let (actor, target) =
                (gold.actor.as_deref().unwrap_or("nobody"), gold.target.as_deref().unwrap_or("-"));
            self.remarks.push(format!("missed   {id}: {actor} {} {target} | {quote}", gold.stance));
        }
        for wrong in &spurious {
            let target = wrong.target.as_deref().unwrap_or("-");
            let quote = &wrong.evidence.quote;
            self.remarks.push(format!("spurious {id}: {} {} {target} | {quote}", wrong.actor, wrong.stance));
        }
    }

    /// Counts the alerts that one report made.
    pub(super) fn alerts(&mut self, report: &GoldReport, alerts: &[&Alert]) {
        let id = &report.article.id;
        self.sent += alerts.len();
        for about in ABOUT {
            let sent: Vec<&&Alert> = alerts.iter().filter(|alert| alert.about == about).collect();
            let must: Vec<&GoldAlert> =
                report.alerts.must.iter().filter(|gold| gold.about == about).collect();
            let told = |gold: &GoldAlert, strict| sent.iter().any(|alert| same_alert(gold, alert, strict));
            let hit = must.iter().filter(|gold| told(gold, false)).count();
            let exact = must.iter().filter(|gold| told(gold, true)).count();
            let fine = |alert: &Alert| {
                let wanted = report.alerts.must.iter().chain(&report.alerts.may);
                wanted.filter(|gold| gold.about == about).any(|gold| same_alert(gold, alert, false))
            };
            let wrong: Vec<&&&Alert> = sent.iter().filter(|alert| !fine(alert)).collect();
            for gold in must.iter().filter(|gold| !told(gold, false)) {
                self.remarks.push(format!("no alert {id}: {}", gold_line(gold)));
            }
            for gold in must.iter().filter(|gold| told(gold, false) && !told(gold, true)) {
                self.remarks.push(format!("inexact  {id}: {}", gold_line(gold)));
            }
            for alert in &wrong {
                let (line, quote) = (Headline::of(alert).line(), &alert.evidence.quote);
                self.remarks.push(format!("false    {id}: {line} | {} | {quote}", alert.change.as_str()));
            }
            self.must.entry(about).or_default().add(hit, wrong.len(), must.len() - hit);
            self.strict.entry(about).or_default().add(exact, 0, must.len() - exact);
        }
    }
}

fn or_none(name: Option<&str>) -> String {
    name.unwrap_or("none").to_owned()
}

fn gold_line(gold: &GoldAlert) -> String {
    let named = [gold.effect.map(|e| e.to_string()), gold.by.clone(), gold.actor.clone()];
    let act = [
        gold.act.map(|a| a.to_string()),
        gold.stance.map(|s| s.to_string()),
        gold.to.as_ref().map(ToString::to_string),
    ];
    named.into_iter().chain(act).flatten().collect::<Vec<_>>().join(" ")
}

fn same_alert(gold: &GoldAlert, alert: &Alert, strict: bool) -> bool {
    match (&alert.fact, &alert.after) {
        (FactKey::Casualties { effect, group, side, .. }, Value::Casualties { value, .. }) => {
            let from = match &alert.before {
                Some(Value::Casualties { value, .. }) => Some(*value),
                _ => None,
            };
            let number = |json: &Option<serde_json::Value>| json.as_ref().and_then(serde_json::Value::as_u64);
            let change = gold.change == Some(alert.change);
            gold.effect == Some(*effect)
                && number(&gold.to) == Some(*value)
                && (!strict
                    || change
                        && gold.group == Some(*group)
                        && same_name(gold.side.as_deref(), side.as_deref())
                        && (alert.change.as_str() == "new" || number(&gold.from) == from))
        }
        (FactKey::Demand { by, to, act }, _) => {
            let gold_to = gold.to.as_ref().and_then(serde_json::Value::as_str);
            gold.act == Some(*act)
                && same_name(gold.by.as_deref(), Some(by))
                && (!strict || same_name(gold_to, to.as_deref()) && gold.change == Some(alert.change))
        }
        (FactKey::Position { actor, .. }, Value::Position { stance, .. }) => {
            gold.stance == Some(*stance)
                && same_name(gold.actor.as_deref(), Some(actor))
                && (!strict || gold.change == Some(alert.change))
        }
        _ => false,
    }
}

/// B-cubed precision and recall of a clustering: `(given story, wanted story)` of each report.
pub(super) fn b_cubed(stories: &[(String, (String, String))]) -> Tally3 {
    let (mut precision, mut recall) = (0.0, 0.0);
    for (given, wanted) in stories {
        let together = stories.iter().filter(|(other, _)| other == given).count();
        let belonging = stories.iter().filter(|(_, other)| other == wanted).count();
        let both = stories.iter().filter(|(one, other)| one == given && other == wanted).count();
        precision += both as f64 / together as f64;
        recall += both as f64 / belonging as f64;
    }
    let count = (stories.len() as f64).max(1.0);
    let (precision, recall) = (precision / count, recall / count);
    let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    Tally3 { precision, recall, f1 }
}

/// Precision, recall and their harmonic mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tally3 {
    pub(super) precision: f64,
    pub(super) recall: f64,
    pub(super) f1: f64,
}

fn casualty(claim: &Claim) -> Option<&Casualty> {
    if let Claim::Casualty(casualty) = claim { Some(casualty) } else { None }
}

fn demand(claim: &Claim) -> Option<&Demand> {
    if let Claim::Demand(demand) = claim { Some(demand) } else { None }
}

fn position(claim: &Claim) -> Option<&Position> {
    if let Claim::Position(position) = claim { Some(position) } else { None }
}

/// The first of each key, so that repeating a claim is neither rewarded nor punished.
pub(super) fn first_of<'a, T, K: Ord>(items: &[&'a T], key: impl Fn(&T) -> K) -> Vec<&'a T> {
    let mut seen = BTreeSet::new();
    items.iter().copied().filter(|item| seen.insert(key(item))).collect()
}

/// Pairs each wanted item with the first free given one: (pairs, missed, spurious).
fn pair<'a, G, R>(
    wanted: &[&'a G],
    given: &[&'a R],
    same: impl Fn(&G, &R) -> bool,
) -> (Vec<(&'a G, &'a R)>, Vec<&'a G>, Vec<&'a R>) {
    let mut left: Vec<&R> = given.to_vec();
    let (mut pairs, mut missed) = (Vec::new(), Vec::new());
    for gold in wanted {
        match left.iter().position(|read| same(gold, read)) {
            Some(at) => pairs.push((*gold, left.remove(at))),
            None => missed.push(*gold),
        }
    }
    (pairs, missed, left)
}
