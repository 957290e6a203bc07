//! `CloudEvents` 1.0 out of alerts. Comes in: an alert and its message. Goes out: the attributes of the event, and for
//! receivers of the structured mode the event as JSON. Never sends.

use serde_json::{Map, Value, json};

use crate::model::notice::Notice;
use crate::model::{Alert, Message};

/// The attributes of an alert's event, by name. Who gives it a `source` names this installation.
pub(super) fn attributes(
    alert: &Alert,
    message: &Message,
    source: &str,
    trace: &str,
) -> Vec<(&'static str, String)> {
    vec![
        ("specversion", "1.0".to_owned()),
        ("id", alert.id.clone()),
        ("source", source.to_owned()),
        ("type", format!("io.newsdelta.{}.changed.v1", alert.about)),
        ("subject", alert.story.clone()),
        ("time", message.created_at.to_string()),
        ("partitionkey", alert.story.clone()),
        ("causationid", alert.article.clone()),
        ("traceparent", trace.to_owned()),
    ]
}

/// An alert's event in structured mode.
pub(super) fn structured(
    alert: &Alert,
    message: &Message,
    source: &str,
    trace: &str,
) -> Result<Value, serde_json::Error> {
    let attributes = attributes(alert, message, source, trace).into_iter();
    let mut event: Map<String, Value> =
        attributes.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    event.insert("datacontenttype".to_owned(), json!("application/json"));
    event.insert("data".to_owned(), serde_json::to_value(alert)?);
    Ok(Value::Object(event))
}

/// The event of what newsdelta says of itself. Each telling has an id of its own.
pub(super) fn of_notice(notice: &Notice, id: &str, source: &str, time: jiff::Timestamp) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": source, "type": "io.newsdelta.notice.v1",
        "subject": notice.subject, "time": time, "datacontenttype": "application/json", "data": notice,
    })
}
