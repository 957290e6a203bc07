//! What was told: the alerts a receiver ends with, in the order of their first arrival. Fails the test when one id
//! comes with two contents, and when the alerts of a fact do not form a chain.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The alerts one output was given.
#[derive(Debug, Default, Clone)]
pub(crate) struct Told {
    order: Vec<String>,
    by_id: BTreeMap<String, Value>,
}

impl Told {
    /// Takes alerts as they came, repeats included.
    pub(crate) fn of(alerts: impl IntoIterator<Item = Value>) -> Self {
        let mut told = Self::default();
        for mut alert in alerts {
            // The lines of a file say what they are; elsewhere the envelope does.
            alert.as_object_mut().map(|fields| fields.remove("type"));
            let id =
                alert["id"].as_str().unwrap_or_else(|| panic!("an alert without id: {alert}")).to_owned();
            if let Some(first) = told.by_id.get(&id) {
                assert_eq!(first, &alert, "alert {id} was told twice with different content");
                continue;
            }
            told.order.push(id.clone());
            told.by_id.insert(id, alert);
        }
        told
    }

    /// The ids, sorted.
    pub(crate) fn ids(&self) -> BTreeSet<&str> {
        self.by_id.keys().map(String::as_str).collect()
    }

    /// The alerts in the order of their first arrival.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &Value> {
        self.order.iter().map(|id| &self.by_id[id])
    }

    /// Fails unless both were told the same alerts, whatever their order across stories.
    pub(crate) fn assert_same_as(&self, undisturbed: &Self) {
        let (mine, expected) = (self.ids(), undisturbed.ids());
        let missing: Vec<_> =
            expected.difference(&mine).map(|id| undisturbed.by_id[*id].to_string()).collect();
        let extra: Vec<_> = mine.difference(&expected).map(|id| self.by_id[*id].to_string()).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "of {} alerts {} are missing and {} are under unknown ids, the first of each:\n{}\n{}",
            expected.len(),
            missing.len(),
            extra.len(),
            missing.first().map_or("", String::as_str),
            extra.first().map_or("", String::as_str),
        );
        for (id, alert) in &self.by_id {
            assert_eq!(alert, &undisturbed.by_id[id], "alert {id} differs from the undisturbed run");
        }
    }

    /// Fails unless, for every fact, each alert's `before` is the last one's `after`. A conflict keeps both figures:
    /// after it the next alert may start from either. A single blow (`incident`) has no running figure.
    pub(crate) fn assert_chained(&self) {
        let mut standing: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for alert in self.in_order().filter(|alert| alert["fact"]["scope"] != "incident") {
            let fact = format!("{} {}", alert["story"], alert["fact"]);
            let stand = standing.entry(fact).or_insert_with(|| vec![Value::Null]);
            assert!(
                stand.contains(&alert["before"]),
                "the chain is broken at {alert}\nwhat stood before: {}",
                Value::from(stand.clone())
            );
            if alert["change"] != "conflict" {
                stand.clear();
            }
            stand.push(alert["after"].clone());
        }
    }

    /// The longest chain of one fact, to show that a test had something to chain.
    pub(crate) fn longest_chain(&self) -> usize {
        let mut lengths: BTreeMap<String, usize> = BTreeMap::new();
        for alert in self.in_order() {
            *lengths.entry(format!("{} {}", alert["story"], alert["fact"])).or_default() += 1;
        }
        lengths.into_values().max().unwrap_or(0)
    }
}
