//! The judge of the tests that kill, pause and cut off daemons, held against alerts in which something went wrong on purpose:
//! what it lets pass here it would let pass there.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use crate::harness::{Told, reports};
use crate::restart::undisturbed;

/// Where the alerts of the fact stand that is told of most often, without those that need not chain.
fn longest(alerts: &[Value]) -> Vec<usize> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, alert) in alerts.iter().enumerate() {
        if alert["fact"]["scope"] != "incident" && alert["change"] != "conflict" {
            places.entry(format!("{} {}", alert["story"], alert["fact"])).or_default().push(place);
        }
    }
    places.into_values().max_by_key(Vec::len).unwrap_or_default()
}

/// What goes wrong with the alerts of a run.
type Wrong<'a> = &'a dyn Fn(&mut Vec<Value>);

#[test]
fn the_judge_notices_what_is_lost_repeated_changed_or_out_of_order() {
    let expected = undisturbed(&reports(20_240_507, 6, 20));
    let alerts: Vec<Value> = expected.in_order().cloned().collect();
    let chain = longest(&alerts);
    assert!(chain.len() >= 4, "the reports give no chain worth breaking: {chain:?}");
    // With each story on one partition everything must be the same; scattered, each fact must chain.
    let passes = |scattered: bool, doctor: &dyn Fn(&mut Vec<Value>)| {
        let mut doctored = alerts.clone();
        doctor(&mut doctored);
        let judged = catch_unwind(AssertUnwindSafe(|| {
            let told = Told::of(doctored);
            if !scattered {
                told.assert_same_as(&expected);
            }
            told.assert_chained();
        }));
        judged.is_ok()
    };
    let again = |alert: &Value, field: &str, value: &str| {
        let mut alert = alert.clone();
        alert[field] = json!(value);
        alert
    };
    assert!(passes(false, &|_| {}) && passes(true, &|_| {}), "as it was, nothing is wrong");
    assert!(
        passes(false, &|alerts| alerts.push(alerts[chain[1]].clone())),
        "a repetition under its id is none"
    );
    let wrongs: [(&str, bool, Wrong<'_>); 7] = [
        ("an alert is lost", false, &|alerts| drop(alerts.remove(chain[1]))),
        ("an alert of a fact is lost", true, &|alerts| drop(alerts.remove(chain[1]))),
        ("an alert comes under a second id", false, &|alerts| {
            alerts.push(again(&alerts[chain[1]], "id", "another"));
        }),
        ("a change is told twice", true, &|alerts| {
            alerts.insert(chain[2], again(&alerts[chain[1]], "id", "another"));
        }),
        ("an id comes with other words", false, &|alerts| {
            alerts.push(again(&alerts[chain[1]], "reason", "another"));
        }),
        ("two alerts of a fact change places", true, &|alerts| alerts.swap(chain[1], chain[2])),
        ("a fact starts anew, as when two instances open its story", true, &|alerts| {
            alerts[chain[2]]["before"] = Value::Null;
        }),
    ];
    for (wrong, scattered, doctor) in wrongs {
        assert!(!passes(scattered, doctor), "not noticed: {wrong}");
    }
}
