//! The forms in which others want to be told, from the real daemon: Alertmanager's payloads and CAP documents over the
//! life of a story, a restart within.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::Value;

use crate::editing::{FIRST, SECOND, report, run, tell};
use crate::harness::{Place, Received, Receiver};
use crate::restart::{PATIENCE, stop};

fn place(cap: &Receiver, on_call: &Receiver, events: &Receiver) -> Place {
    let output = |name: &str, receiver: &Receiver, more: &str| {
        format!(
            "[outputs.{name}]\ntype = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n{more}",
            receiver.url()
        )
    };
    Place::new()
        .with_inbox()
        .with_journal()
        .with(&output("cap", cap, "format = \"cap\"\ncap = { sender = \"newsdelta@example.org\" }"))
        .with(&output(
            "on-call",
            on_call,
            "format = \"alertmanager\"\nexternal_url = \"https://desk.example.org\"",
        ))
        .with(&output(
            "events",
            events,
            "format = \"cloudevents\"\nsecrets = [\"whsec_bmV3c2RlbHRhLXRlc3Qtc2VjcmV0LTEy\"]",
        ))
}

fn text_of(xml: &str, element: &str) -> String {
    let found = Regex::new(&format!("(?s)<{element}>(.*?)</{element}>")).unwrap();
    found.captures(xml).map(|found| found[1].to_owned()).unwrap_or_default()
}

/// The documents in order, as (kind, own triple, triples referred to).
fn documents(received: &[Received]) -> Vec<(String, String, BTreeSet<String>)> {
    let document = |one: &Received| {
        let element = |name| text_of(&one.text, name);
        assert_eq!(element("identifier"), one.id);
        assert_eq!((element("status").as_str(), element("scope").as_str()), ("Draft", "Restricted"));
        let triple = format!("{},{},{}", element("sender"), element("identifier"), element("sent"));
        let references = element("references").split_whitespace().map(str::to_owned).collect();
        (element("msgType"), triple, references)
    };
    received.iter().filter(|one| one.accepted).map(document).collect()
}

#[test]
fn a_story_is_told_in_every_form_from_its_first_figure_to_its_withdrawal() {
    let (cap, on_call, events) = (Receiver::start(), Receiver::start(), Receiver::start());
    let place = place(&cap, &on_call, &events);
    let mut daemon = place.start();
    tell(&place, "1.json", &report("urn:a", 8, FIRST));
    daemon.until("the first figure", PATIENCE, || !place.journal().is_empty());
    stop(daemon);
    let mut daemon = place.start();
    let before = place.journal().len();
    tell(&place, "2.json", &report("urn:b", 10, SECOND));
    daemon.until("the rise", PATIENCE, || place.journal().len() > before);
    let before = place.journal().len();
    for article in ["urn:b#1", "urn:a#1"] {
        let done = run(&place, "retract", &[article, "--by", "Ada", "--note", "a hoax"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    daemon.until("the corrections", PATIENCE, || place.journal().len() > before + 1);
    let told = place.journal();
    assert!(cap.wait(PATIENCE, |received| received.len() >= told.len()), "{} of {}", cap.count(), told.len());
    assert!(events.wait(PATIENCE, |received| received.len() >= told.len()));
    let entries = |received: &[Received]| {
        let groups =
            received.iter().flat_map(|one| one.body["alerts"].as_array().cloned().unwrap_or_default());
        groups.collect::<Vec<Value>>()
    };
    assert!(on_call.wait(PATIENCE, |received| entries(received).len() >= told.len()));
    stop(daemon);

    // CAP: Alert, then Updates and Cancels that refer to what was sent before.
    let documents = documents(&cap.received());
    let mut sent: BTreeSet<&String> = BTreeSet::new();
    for (kind, triple, references) in &documents {
        assert_eq!(kind == "Alert", references.is_empty(), "{documents:#?}");
        assert!(references.iter().all(|reference| sent.contains(reference)), "{documents:#?}");
        sent.insert(triple);
    }
    let kinds: Vec<&str> = documents.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"Alert"), Some(&"Cancel")), "{kinds:?}");
    assert!(kinds.contains(&"Update"), "{kinds:?}");

    // Alertmanager: one fingerprint for a fact from its beginning until it is resolved.
    let mut facts: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for entry in entries(&on_call.received()) {
        let alert: Value = serde_json::from_str(entry["annotations"]["alert"].as_str().unwrap()).unwrap();
        facts.entry(alert["fact"].to_string()).or_default().push(entry);
    }
    for entries in facts.values() {
        for name in ["fingerprint", "startsAt", "labels"] {
            assert!(entries.iter().all(|entry| entry[name] == entries[0][name]), "{name}: {entries:#?}");
        }
    }
    let killed = facts.iter().find(|(fact, _)| fact.contains("killed")).unwrap().1;
    let values: Vec<&Value> = killed.iter().map(|entry| &entry["annotations"]["value"]).collect();
    assert!(values.contains(&&Value::from("25")) && values.contains(&&Value::from("41")), "{values:?}");
    let last = killed.last().unwrap();
    assert_eq!(last["status"], "resolved", "{killed:#?}");
    assert_ne!(last["endsAt"], "0001-01-01T00:00:00Z");
    assert_eq!(on_call.received()[0].body["receiver"], "on-call");

    // CloudEvents: one for each alert, under its id.
    let ids =
        |alerts: &mut dyn Iterator<Item = Value>| alerts.map(|id| id.to_string()).collect::<BTreeSet<_>>();
    let received = events.received();
    let of_events = ids(&mut received.iter().map(|one| one.body["id"].clone()));
    assert_eq!(of_events, ids(&mut told.iter().map(|alert| alert["id"].clone())));
}
