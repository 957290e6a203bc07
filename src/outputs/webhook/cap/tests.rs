//! Tests of CAP documents against the rules of CAP 1.2, written down here by themselves: elements and their order, closed
//! sets, times, identifiers, references.

use quick_xml::Reader;
use regex::Regex;

use super::*;
use crate::model::{Bound, Value};
use crate::outputs::samples;

fn config() -> CapConfig {
    CapConfig {
        sender: Some("newsdelta@example.org".to_owned()),
        sender_name: "newsdelta".to_owned(),
        status: CapStatus::Draft,
        scope: CapScope::Restricted,
        restriction: "For the desk".to_owned(),
        addresses: Vec::new(),
    }
}

/// The elements of a document as (path, text), in order.
fn elements(xml: &str) -> Vec<(String, String)> {
    let (mut reader, mut path, mut found) = (Reader::from_str(xml), Vec::<String>::new(), Vec::new());
    let mut text = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => {
                path.push(element.name().as_ref().to_owned());
                found.push((path.join("/"), String::new()));
                text.clear();
            }
            Event::Text(part) => text += part.as_ref(),
            Event::GeneralRef(entity) => {
                text.push(match entity.as_ref() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    other => panic!("&{other};"),
                });
            }
            Event::End(_) => {
                let path_now = path.join("/");
                if let Some(last) = found.iter_mut().rev().find(|(path, _)| *path == path_now) {
                    last.1.push_str(&std::mem::take(&mut text));
                }
                path.pop();
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn one<'a>(elements: &'a [(String, String)], path: &str) -> &'a str {
    let found: Vec<&str> =
        elements.iter().filter(|(known, _)| known == path).map(|(_, text)| text.as_str()).collect();
    let [one] = found.as_slice() else { panic!("{} of {path}", found.len()) };
    one
}

/// The sequence of a parent's children: name, least, most.
type Sequence = &'static [(&'static str, usize, usize)];

const MANY: usize = usize::MAX;
const ALERT: Sequence = &[
    ("identifier", 1, 1),
    ("sender", 1, 1),
    ("sent", 1, 1),
    ("status", 1, 1),
    ("msgType", 1, 1),
    ("source", 0, 1),
    ("scope", 1, 1),
    ("restriction", 0, 1),
    ("addresses", 0, 1),
    ("code", 0, MANY),
    ("note", 0, 1),
    ("references", 0, 1),
    ("incidents", 0, 1),
    ("info", 0, MANY),
];
const INFO: Sequence = &[
    ("language", 0, 1),
    ("category", 1, MANY),
    ("event", 1, 1),
    ("responseType", 0, MANY),
    ("urgency", 1, 1),
    ("severity", 1, 1),
    ("certainty", 1, 1),
    ("audience", 0, 1),
    ("eventCode", 0, MANY),
    ("effective", 0, 1),
    ("onset", 0, 1),
    ("expires", 0, 1),
    ("senderName", 0, 1),
    ("headline", 0, 1),
    ("description", 0, 1),
    ("instruction", 0, 1),
    ("web", 0, 1),
    ("contact", 0, 1),
    ("parameter", 0, MANY),
    ("resource", 0, MANY),
    ("area", 0, MANY),
];
const PARAMETER: Sequence = &[("valueName", 1, 1), ("value", 1, 1)];
const AREA: Sequence = &[("areaDesc", 1, 1)];

const SETS: &[(&str, &[&str])] = &[
    ("alert/status", &["Actual", "Exercise", "System", "Test", "Draft"]),
    ("alert/msgType", &["Alert", "Update", "Cancel", "Ack", "Error"]),
    ("alert/scope", &["Public", "Restricted", "Private"]),
    (
        "alert/info/category",
        &[
            "Geo",
            "Met",
            "Safety",
            "Security",
            "Rescue",
            "Fire",
            "Health",
            "Env",
            "Transport",
            "Infra",
            "CBRNE",
            "Other",
        ],
    ),
    ("alert/info/urgency", &["Immediate", "Expected", "Future", "Past", "Unknown"]),
    ("alert/info/severity", &["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
    ("alert/info/certainty", &["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
];

#[track_caller]
fn assert_cap(xml: &str) {
    let elements = elements(xml);
    assert!(xml.contains("<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">"), "{xml}");
    for (parent, sequence) in [
        ("alert", ALERT),
        ("alert/info", INFO),
        ("alert/info/parameter", PARAMETER),
        ("alert/info/area", AREA),
    ] {
        // The children of each such parent, one parent after the other.
        let mut families: Vec<Vec<&str>> = Vec::new();
        for (path, _) in &elements {
            if path == parent {
                families.push(Vec::new());
            } else if let Some(child) = path.strip_prefix(parent).and_then(|rest| rest.strip_prefix('/'))
                && !child.contains('/')
            {
                families.last_mut().unwrap().push(child);
            }
        }
        for family in families {
            let places: Vec<usize> = family
                .iter()
                .map(|child| {
                    sequence.iter().position(|(name, ..)| name == child).unwrap_or_else(|| panic!("{child}"))
                })
                .collect();
            assert!(places.is_sorted(), "{parent}: {family:?}");
            for (name, least, most) in sequence {
                let count = family.iter().filter(|child| *child == name).count();
                assert!((*least..=*most).contains(&count), "{parent}: {count} of {name}");
            }
        }
    }
    for (path, set) in SETS {
        for (_, text) in elements.iter().filter(|(known, _)| known == path) {
            assert!(set.contains(&text.as_str()), "{path}: {text}");
        }
    }
    let time = Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$").unwrap();
    let identity = Regex::new(r"^[^\s,<&]+$").unwrap();
    assert!(time.is_match(one(&elements, "alert/sent")));
    assert!(identity.is_match(one(&elements, "alert/identifier")));
    assert!(identity.is_match(one(&elements, "alert/sender")));
    let is_first = one(&elements, "alert/msgType") == "Alert";
    let references = elements.iter().find(|(path, _)| path == "alert/references");
    assert_eq!(references.is_none(), is_first, "Update and Cancel refer to something");
    for triple in references.iter().flat_map(|(_, text)| text.split(' ')) {
        let [sender, identifier, sent] = triple.split(',').collect::<Vec<_>>()[..] else {
            panic!("{triple}")
        };
        assert!(
            identity.is_match(sender) && identity.is_match(identifier) && time.is_match(sent),
            "{triple}"
        );
    }
    assert!(one(&elements, "alert/info/headline").chars().count() <= 160);
    assert!(!one(&elements, "alert/info/event").is_empty());
    if one(&elements, "alert/scope") == "Restricted" {
        assert!(!one(&elements, "alert/restriction").is_empty());
    }
    if one(&elements, "alert/scope") == "Private" {
        assert!(!one(&elements, "alert/addresses").is_empty());
    }
}

fn told(alert: &Alert, minutes: i64, sent: &mut Sent) -> String {
    let at = samples::moment() + jiff::SignedDuration::from_mins(minutes);
    let xml = document(&config(), alert, at, sent).unwrap();
    assert_cap(&xml);
    xml
}

fn later_toll(id: &str, value: u64, change: ChangeKind) -> Alert {
    let after = samples::count(value, Bound::Exact);
    Alert { id: id.to_owned(), after, change, ..samples::toll_rises() }
}

#[test]
fn what_is_new_is_an_alert_and_what_changes_an_update_of_it() {
    let mut sent = Sent::default();
    let first = told(&samples::toll_rises(), 0, &mut sent);
    let elements_of_first = elements(&first);
    assert_eq!(one(&elements_of_first, "alert/msgType"), "Alert");
    assert_eq!(one(&elements_of_first, "alert/sent"), "2031-05-04T10:00:00-00:00");
    assert_eq!(
        (one(&elements_of_first, "alert/status"), one(&elements_of_first, "alert/scope")),
        ("Draft", "Restricted")
    );
    assert_eq!(one(&elements_of_first, "alert/info/headline"), "killed: 25 → at least 29 (Freedonia side)");
    let update = elements(&told(&later_toll("alert-2", 34, ChangeKind::Up), 5, &mut sent));
    assert_eq!(one(&update, "alert/msgType"), "Update");
    assert_eq!(one(&update, "alert/references"), "newsdelta@example.org,alert-1,2031-05-04T10:00:00-00:00");
    assert_eq!(one(&update, "alert/incidents"), "story-1");
    // Another fact is another alert.
    let demand = elements(&told(&samples::demand(ChangeKind::New), 6, &mut sent));
    assert_eq!(one(&demand, "alert/msgType"), "Alert");
    // Told again, the same; also when something was told since.
    assert_eq!(told(&samples::toll_rises(), 0, &mut sent), first);
}

#[test]
fn a_correction_refers_to_what_was_wrong_and_a_withdrawal_cancels() {
    let mut sent = Sent::default();
    told(&samples::toll_rises(), 0, &mut sent);
    told(&later_toll("alert-2", 340, ChangeKind::Up), 5, &mut sent);
    let mut correction = later_toll("alert-3", 34, ChangeKind::Down);
    correction.corrects = vec!["alert-1".to_owned(), "alert-2".to_owned(), "told-to-others".to_owned()];
    let correction = elements(&told(&correction, 9, &mut sent));
    assert_eq!(one(&correction, "alert/msgType"), "Update");
    assert_eq!(
        one(&correction, "alert/references"),
        "newsdelta@example.org,alert-1,2031-05-04T10:00:00-00:00 newsdelta@example.org,alert-2,2031-05-04T10:05:00-00:00"
    );
    let cancel = elements(&told(&later_toll("alert-4", 34, ChangeKind::Withdrawn), 12, &mut sent));
    assert_eq!(one(&cancel, "alert/msgType"), "Cancel");
    assert_eq!(one(&cancel, "alert/references"), "newsdelta@example.org,alert-3,2031-05-04T10:09:00-00:00");
    // What comes after is new; and where nothing was told nothing can be cancelled.
    let anew = elements(&told(&later_toll("alert-5", 12, ChangeKind::New), 20, &mut sent));
    assert_eq!(one(&anew, "alert/msgType"), "Alert");
    let alone = elements(&told(&later_toll("alert-6", 12, ChangeKind::Withdrawn), 20, &mut Sent::default()));
    assert_eq!(one(&alone, "alert/msgType"), "Alert");
}

#[test]
fn texts_of_others_stay_texts() {
    let mut alert = samples::toll_rises();
    alert.evidence.quote = "<script>&amp; ]]> \u{0} \u{7} \u{ffff} \"29\" ü 😀".to_owned();
    alert.article_title = "a < b & c".to_owned();
    alert.reason = "x".repeat(5_000);
    alert.url = Some("no address".to_owned());
    if let FactKey::Casualties { place, .. } = &mut alert.fact {
        *place = Some("Port & Town".repeat(50));
    }
    if let Value::Casualties { source, .. } = &mut alert.after {
        *source = Some("<him>".to_owned());
    }
    let elements = elements(&told(&alert, 0, &mut Sent::default()));
    assert_eq!(one(&elements, "alert/info/description"), "a < b & c\n\n“<script>&amp; ]]>    \"29\" ü 😀”");
    assert_eq!(one(&elements, "alert/info/area/areaDesc"), "Port & Town".repeat(50));
}

#[test]
fn every_scope_and_kind_of_alert_is_cap() {
    let mut sent = Sent::default();
    let mut config = config();
    config.addresses = vec!["desk@example.org".to_owned(), "The desk of X".to_owned()];
    for scope in [CapScope::Public, CapScope::Restricted, CapScope::Private] {
        config.scope = scope;
        for alert in [samples::toll_rises(), samples::demand(ChangeKind::Hardened), samples::position()] {
            let xml = document(&config, &alert, samples::moment(), &mut sent).unwrap();
            assert_cap(&xml);
            let addresses = elements(&xml).into_iter().find(|(path, _)| path == "alert/addresses");
            let expected = (scope == CapScope::Private).then_some("desk@example.org \"The desk of X\"");
            assert_eq!(addresses.as_ref().map(|(_, text)| text.as_str()), expected);
        }
    }
}
