//! Payloads in the form of Alertmanager's webhook, version 4, for the many receivers that know it. Comes in: the alerts
//! of one story, and since when each of its facts is told. Goes out: the JSON. What an alert is about stands in labels,
//! so that a receiver sees one alert that changes; what changes stands in annotations. Never sends.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::notice::Notice;
use crate::model::{Alert, ChangeKind, FactKey, Scope};
use crate::outputs::wording::{Headline, fact_in_words, known_in_words};

/// Facts of one story whose beginning is remembered; of more, the oldest begin anew.
const REMEMBERED_MAX: usize = 500;

/// How Alertmanager writes that an alert has not ended.
const NOT_ENDED: &str = "0001-01-01T00:00:00Z";

/// Texts by name.
type Texts = BTreeMap<&'static str, String>;

/// Since when the facts of a story are told: kept between messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Firing(BTreeMap<String, Since>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Since {
    since: Timestamp,
    /// The message that ended it: told again, it ends it again; after any other one the fact begins anew.
    ended_by: Option<String>,
}

/// What all payloads of an output say alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// Name of the output.
    pub(super) receiver: &'a str,
    /// Where the page of this installation is.
    pub(super) external_url: &'a str,
}

/// The payload of some alerts of one story; `firing` then says what is to be kept once it is sent.
pub(super) fn payload(
    frame: Frame<'_>,
    message: &str,
    alerts: &[Alert],
    at: Timestamp,
    firing: &mut Firing,
) -> Result<Value, serde_json::Error> {
    let mut entries = Vec::with_capacity(alerts.len());
    for alert in alerts {
        let labels = labels(alert);
        let is_over = matches!(alert.change, ChangeKind::Met | ChangeKind::Withdrawn);
        let since = firing.since(&fingerprint(&labels), message, is_over, at);
        entries.push(Entry {
            labels,
            annotations: annotations(alert)?,
            since,
            is_over,
            url: alert.url.as_deref(),
        });
    }
    let story = alerts.first().map_or("", |alert| alert.story.as_str());
    Ok(frame.wrap(&Texts::from([("story", story.to_owned())]), &entries, at))
}

/// The payload of what newsdelta says of itself.
pub(super) fn notice(frame: Frame<'_>, notice: &Notice, at: Timestamp) -> Value {
    let trouble = serde_json::to_value(notice.trouble).ok();
    let trouble = trouble.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let labels = Texts::from([
        ("alertname", "NewsdeltaTrouble".to_owned()),
        ("trouble", trouble),
        ("subject", notice.subject.clone()),
    ]);
    let annotations = Texts::from([("summary", notice.text.clone())]);
    let entry = Entry { labels, annotations, since: notice.since, is_over: notice.resolved, url: None };
    frame.wrap(&Texts::from([("alertname", "NewsdeltaTrouble".to_owned())]), &[entry], at)
}

struct Entry<'a> {
    labels: Texts,
    annotations: Texts,
    since: Timestamp,
    is_over: bool,
    url: Option<&'a str>,
}

impl Entry<'_> {
    fn json(&self, at: Timestamp) -> Value {
        json!({
            "status": status(!self.is_over), "labels": self.labels, "annotations": self.annotations,
            "startsAt": self.since, "endsAt": if self.is_over { at.to_string() } else { NOT_ENDED.to_owned() },
            "generatorURL": self.url.unwrap_or_default(), "fingerprint": fingerprint(&self.labels),
        })
    }
}

impl Frame<'_> {
    fn wrap(&self, group: &Texts, entries: &[Entry<'_>], at: Timestamp) -> Value {
        let pairs: Vec<String> = group.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        json!({
            "version": "4", "groupKey": format!("{{}}:{{{}}}", pairs.join(", ")), "truncatedAlerts": 0,
            "status": status(entries.iter().any(|entry| !entry.is_over)), "receiver": self.receiver,
            "groupLabels": group, "commonLabels": common(entries.iter().map(|entry| &entry.labels)),
            "commonAnnotations": common(entries.iter().map(|entry| &entry.annotations)),
            "externalURL": self.external_url,
            "alerts": entries.iter().map(|entry| entry.json(at)).collect::<Vec<_>>(),
        })
    }
}

fn status(is_firing: bool) -> &'static str {
    if is_firing { "firing" } else { "resolved" }
}

/// The texts that all have alike.
fn common<'a>(mut all: impl Iterator<Item = &'a Texts>) -> Texts {
    let mut common = all.next().cloned().unwrap_or_default();
    for texts in all {
        common.retain(|name, value| texts.get(name) == Some(value));
    }
    common
}

/// What an alert is about: the same for every change of one fact. Alertmanager has no empty labels.
fn labels(alert: &Alert) -> Texts {
    let mut labels = Texts::from([("story", alert.story.clone()), ("about", alert.about.clone())]);
    let mut add = |name, value: &dyn ToString| drop(labels.insert(name, value.to_string()));
    match &alert.fact {
        FactKey::Casualties { effect, group, side, place, scope } => {
            add("alertname", &"CasualtiesChanged");
            add("effect", effect);
            add("group", group);
            side.iter().for_each(|side| add("side", side));
            place.iter().for_each(|place| add("place", place));
            add("scope", scope);
            if *scope == Scope::Incident {
                // Blows stand for themselves: one is not the next one changed.
                add("article", &alert.article);
            }
        }
        FactKey::Demand { by, to, act } => {
            add("alertname", &"DemandChanged");
            add("by", by);
            to.iter().for_each(|to| add("to", to));
            add("act", act);
        }
        FactKey::Position { actor, target } => {
            add("alertname", &"PositionChanged");
            add("actor", actor);
            target.iter().for_each(|target| add("target", target));
        }
        FactKey::Deed { doer, act } => {
            add("alertname", &"DeedReported");
            add("doer", doer);
            add("act", act);
        }
    }
    labels.retain(|_, value| !value.is_empty());
    labels
}

fn annotations(alert: &Alert) -> Result<Texts, serde_json::Error> {
    let mut annotations = Texts::from([
        ("summary", Headline::of(alert).line()),
        ("description", format!("{}: “{}”", alert.reason, alert.evidence.quote)),
        ("fact", fact_in_words(&alert.fact)),
        ("value", known_in_words(&alert.after)),
        ("change", alert.change.as_str().to_owned()),
        ("quote", alert.evidence.quote.clone()),
        ("reason", alert.reason.clone()),
        ("sources", alert.sources.to_string()),
        ("story_title", alert.story_title.clone()),
        ("article", alert.article.clone()),
        ("article_title", alert.article_title.clone()),
        // All of it, for programs; `newsdelta verify` reads it, too.
        ("alert", serde_json::to_string(alert)?),
    ]);
    let given = [
        ("before", alert.before.as_ref().map(known_in_words)),
        ("source", alert.after.source().map(str::to_owned)),
        ("outlet", alert.outlet.clone()),
        ("published_at", alert.published_at.map(|moment| moment.to_string())),
    ];
    annotations.extend(given.into_iter().filter_map(|(name, value)| Some((name, value?))));
    Ok(annotations)
}

/// Alertmanager's own: FNV-1a of 64 bits over the labels in order, each part ended by a byte that no text holds.
fn fingerprint(labels: &Texts) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for text in labels.iter().flat_map(|(name, value)| [*name, value]) {
        text.bytes().for_each(&mut add);
        add(0xff);
    }
    format!("{hash:016x}")
}

impl Firing {
    fn since(&mut self, fingerprint: &str, message: &str, is_over: bool, at: Timestamp) -> Timestamp {
        let goes_on = self
            .0
            .get(fingerprint)
            .filter(|since| since.ended_by.as_ref().is_none_or(|ended_by| is_over && ended_by == message));
        let since = goes_on.map_or(at, |known| known.since);
        let ended_by = is_over.then(|| message.to_owned());
        self.0.insert(fingerprint.to_owned(), Since { since, ended_by });
        while self.0.len() > REMEMBERED_MAX
            && let Some(oldest) = self.0.iter().min_by_key(|(_, since)| since.since)
        {
            let oldest = oldest.0.clone();
            self.0.remove(&oldest);
        }
        since
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::samples;

    const FRAME: Frame<'_> = Frame { receiver: "partner", external_url: "https://desk.example.org" };

    fn told(alerts: &[Alert], message: &str, minutes: i64, firing: &mut Firing) -> Value {
        let at = samples::moment() + jiff::SignedDuration::from_mins(minutes);
        payload(FRAME, message, alerts, at, firing).unwrap()
    }

    #[test]
    fn has_every_field_of_version_4_and_the_value_only_in_annotations() {
        let alerts = [samples::toll_rises(), samples::demand(ChangeKind::Hardened)];
        let body = told(&alerts, "m1", 0, &mut Firing::default());
        assert_eq!(
            (&body["version"], &body["status"], &body["receiver"]),
            (&json!("4"), &json!("firing"), &json!("partner"))
        );
        assert_eq!(body["groupKey"], "{}:{story=\"story-1\"}");
        assert_eq!(body["groupLabels"], json!({ "story": "story-1" }));
        assert_eq!(body["commonLabels"], json!({ "story": "story-1" }));
        assert_eq!(body["truncatedAlerts"], 0);
        assert_eq!(body["externalURL"], "https://desk.example.org");
        assert_eq!(body["commonAnnotations"]["story_title"], "Fighting in Freedonia");
        let first = &body["alerts"][0];
        assert_eq!(
            first["labels"],
            json!({
                "alertname": "CasualtiesChanged", "about": "casualties", "story": "story-1", "effect": "killed",
                "group": "people", "side": "Freedonia", "scope": "event"
            })
        );
        assert_eq!(
            (&first["annotations"]["value"], &first["annotations"]["before"]),
            (&json!("at least 29"), &json!("25"))
        );
        assert_eq!(
            (&first["startsAt"], &first["endsAt"]),
            (&json!("2031-05-04T10:00:00Z"), &json!(NOT_ENDED))
        );
        let whole: Alert = serde_json::from_str(first["annotations"]["alert"].as_str().unwrap()).unwrap();
        assert_eq!(whole, alerts[0]);
        for alert in body["alerts"].as_array().unwrap() {
            for texts in ["labels", "annotations"] {
                assert!(alert[texts].as_object().unwrap().values().all(Value::is_string), "{alert}");
            }
        }
    }

    #[test]
    fn a_fact_keeps_its_fingerprint_and_its_beginning_until_it_is_over() {
        let mut firing = Firing::default();
        let (made, mut met) = (samples::demand(ChangeKind::New), samples::demand(ChangeKind::Rejected));
        met.change = ChangeKind::Met;
        let first = told(std::slice::from_ref(&made), "m1", 0, &mut firing);
        let harder = told(&[samples::demand(ChangeKind::Hardened)], "m2", 5, &mut firing);
        assert_eq!(harder["alerts"][0]["fingerprint"], first["alerts"][0]["fingerprint"]);
        assert_eq!(harder["alerts"][0]["startsAt"], first["alerts"][0]["startsAt"]);
        let over = told(std::slice::from_ref(&met), "m3", 9, &mut firing);
        assert_eq!((&over["status"], &over["alerts"][0]["status"]), (&json!("resolved"), &json!("resolved")));
        assert_eq!(over["alerts"][0]["startsAt"], "2031-05-04T10:00:00Z");
        assert_eq!(over["alerts"][0]["endsAt"], "2031-05-04T10:09:00Z");
        assert_eq!(told(&[met], "m3", 9, &mut firing), over, "the same on every attempt");
        let anew = told(&[made], "m4", 20, &mut firing);
        assert_eq!(anew["alerts"][0]["startsAt"], "2031-05-04T10:20:00Z");
    }

    /// The value of a label set of one label, worked out by hand from the definition of FNV-1a.
    #[test]
    fn the_fingerprint_is_fnv_1a() {
        assert_eq!(fingerprint(&Texts::new()), "cbf29ce484222325");
        let by_hand = b"a\xffb\xff".iter().fold(14_695_981_039_346_656_037_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(1_099_511_628_211)
        });
        assert_eq!(fingerprint(&Texts::from([("a", "b".to_owned())])), format!("{by_hand:016x}"));
    }
}
