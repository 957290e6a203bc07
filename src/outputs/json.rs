//! The JSON lines of alerts, the same in the file and on standard output: everything an alert holds, in the form of
//! `config/schema/alert.schema.json`. Comes in: an alert. Goes out: one line. Never contains a line break.

use serde::Serialize;

use crate::model::{Alert, Message};

use super::DeliveryError;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    alert: &'a Alert,
}

/// One alert as a JSON object with `"type": "alert"`, without the line end.
///
/// # Errors
/// Only when serde itself fails, which plain data does not make it do.
pub fn alert_line(alert: &Alert) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Line { kind: "alert", alert })
}

/// The lines of a message, each with its line end.
pub(super) fn message_lines(message: &Message) -> Result<String, DeliveryError> {
    let mut lines = String::new();
    for alert in &message.alerts {
        let line = alert_line(alert).map_err(|error| DeliveryError::unwritable(&error))?;
        lines.push_str(&line);
        lines.push('\n');
    }
    Ok(lines)
}
