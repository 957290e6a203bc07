//! The bodies of webhook requests. Comes in: a message. Goes out: one or more JSON bodies of less than 20 kB, the
//! same on every attempt. Alerts are never left out: a message that is too large is split between its alerts, and an
//! alert that is too large alone has its longest texts cut, which it says of itself (`"trimmed": true`). One that was
//! signed is then signed as it is sent.

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::Message;
use crate::proof::Signer;
use crate::proof::checked::CUT;

/// Standard Webhooks asks for bodies under 20 kB; it does not say which kB, so the smaller one.
pub(super) const BODY_BYTES_MAX: usize = 20_000;

/// Room for everything of a body but its alerts, when its ids are of usual length.
const FRAME_BYTES: usize = 1_000;

/// One request of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The message's id, for the second part on with `.2`, `.3`: the receiver's key against duplicates.
    pub(super) id: String,
    /// The JSON.
    pub(super) body: String,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    message: &'a str,
    story: &'a str,
    article: &'a str,
    part: usize,
    parts: usize,
    alerts: &'a [Value],
}

/// Writes the bodies of a message; `signer` signs what has to be cut.
pub(super) fn parts(message: &Message, signer: Option<&Signer>) -> Result<Vec<Part>, serde_json::Error> {
    let ids = message.id.len() + message.story.len() + message.article.len();
    let room = BODY_BYTES_MAX.saturating_sub(FRAME_BYTES + 2 * ids).max(1);
    let mut groups: Vec<Vec<Value>> = Vec::new();
    let mut used = usize::MAX;
    for alert in &message.alerts {
        let mut value = serde_json::to_value(alert)?;
        if trim(&mut value, room) && alert.proof.is_some() {
            let proof = signer.and_then(|signer| signer.sign_json(&value).ok());
            if let (Value::Object(fields), Some(proof)) = (&mut value, proof) {
                fields.insert("proof".to_owned(), serde_json::to_value(proof)?);
            }
        }
        let size = size_of(&value) + 1;
        match groups.last_mut() {
            Some(group) if used.saturating_add(size) <= room => {
                group.push(value);
                used += size;
            }
            _ => {
                groups.push(vec![value]);
                used = size;
            }
        }
    }
    let count = groups.len();
    let part = |(index, alerts): (usize, &Vec<Value>)| {
        let data = Data {
            message: &message.id,
            story: &message.story,
            article: &message.article,
            part: index + 1,
            parts: count,
            alerts,
        };
        let timestamp = message.created_at.to_string();
        let body = serde_json::to_string(&Body { r#type: "alerts.created", timestamp, data })?;
        let id = if index == 0 { message.id.clone() } else { format!("{}.{}", message.id, index + 1) };
        Ok(Part { id, body })
    };
    groups.iter().enumerate().map(part).collect()
}

fn size_of(value: &Value) -> usize {
    value.to_string().len()
}

/// Halves the longest text until the alert fits; says whether that was necessary. Identities are not texts: they stay
/// whole.
fn trim(alert: &mut Value, room: usize) -> bool {
    if size_of(alert) <= room {
        return false;
    }
    if let Value::Object(fields) = alert {
        fields.insert("trimmed".to_owned(), json!(true));
    }
    // Each round halves a text of at least `SHORT` bytes, so this ends.
    while size_of(alert) > room {
        let Some(longest) = longest_text(alert) else { break };
        let mut cut = longest.len() / 2;
        while !longest.is_char_boundary(cut) {
            cut -= 1;
        }
        longest.truncate(cut);
        longest.push(CUT);
    }
    true
}

/// A text this short is never cut.
const SHORT: usize = 64;

fn longest_text(value: &mut Value) -> Option<&mut String> {
    match value {
        Value::String(text) => (text.len() >= SHORT).then_some(text),
        Value::Array(items) => items.iter_mut().filter_map(longest_text).max_by_key(|text| text.len()),
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(key, _)| !["id", "article", "story", "text_sha256", "proof"].contains(&key.as_str()))
            .filter_map(|(_, value)| longest_text(value))
            .max_by_key(|text| text.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::article::sha256_hex;
    use crate::model::{Article, Draft, Span};
    use crate::outputs::samples;
    use crate::proof::checked::{self, Source};

    fn bodies(message: &Message) -> Vec<Value> {
        let parts = parts(message, None).unwrap();
        assert!(parts.iter().all(|part| part.body.len() < BODY_BYTES_MAX), "a body is too large");
        parts.iter().map(|part| serde_json::from_str(&part.body).unwrap()).collect()
    }

    #[test]
    fn a_usual_message_is_one_body_in_the_standard_form() {
        let bodies = bodies(&samples::message(vec![samples::toll_rises(), samples::position()]));
        let [body] = bodies.as_slice() else { panic!("{} bodies", bodies.len()) };
        assert_eq!(body["type"], "alerts.created");
        assert_eq!(body["timestamp"], "2031-05-04T10:00:00Z");
        assert_eq!(body["data"]["alerts"][0]["after"]["bound"], "at_least");
        assert_eq!(body["data"]["alerts"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_large_message_is_split_and_loses_no_alert() {
        let alerts: Vec<_> = (0..100)
            .map(|number| {
                let mut alert = samples::toll_rises();
                alert.id = format!("alert-{number}");
                alert
            })
            .collect();
        let message = samples::message(alerts);
        let ids: Vec<String> = parts(&message, None).unwrap().into_iter().map(|part| part.id).collect();
        assert_eq!(ids[..2], ["message-1".to_owned(), "message-1.2".to_owned()]);
        let seen: Vec<String> = bodies(&message)
            .iter()
            .flat_map(|body| body["data"]["alerts"].as_array().unwrap().clone())
            .map(|alert| alert["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(seen, message.alerts.iter().map(|alert| alert.id.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn an_alert_that_is_too_large_alone_says_that_it_was_cut() {
        let mut alert = samples::toll_rises();
        alert.evidence.quote = "ü\"\n".repeat(50_000);
        alert.quote_before = Some("x".repeat(100_000));
        let bodies = bodies(&samples::message(vec![alert, samples::position()]));
        let cut = &bodies[0]["data"]["alerts"][0];
        assert_eq!(cut["trimmed"], true);
        assert!(cut["evidence"]["quote"].as_str().unwrap().ends_with('…'));
        assert_eq!(cut["after"]["value"], 29);
        assert!(bodies.iter().any(|body| body.to_string().contains("alert-position")));
    }

    #[test]
    fn what_was_cut_is_signed_as_it_is_sent() {
        let signer = Signer::read(&Signer::new_pem(&[9; 32]).unwrap()).unwrap();
        let text = format!("Toll\n\n{}", "so many were named. ".repeat(2_000));
        let draft = Draft { id: Some("a-2".to_owned()), text: text.clone(), ..Draft::default() };
        let article = Article::new(draft, samples::moment());
        let mut alert = samples::toll_rises();
        alert.evidence.quote = article.text.get(6..).unwrap().to_owned();
        alert.evidence.span = Span { start: 6, end: article.text.len() };
        alert.text_sha256 = Some(sha256_hex(&article.text));
        alert.proof = Some(signer.sign(&alert).unwrap());
        let parts = parts(&samples::message(vec![alert]), Some(&signer)).unwrap();
        let body: Value = serde_json::from_str(&parts[0].body).unwrap();
        let sent = &body["data"]["alerts"][0];
        assert_eq!(sent["trimmed"], true);
        let keys = BTreeMap::from([(signer.public_key().id().to_owned(), signer.public_key())]);
        let checked = checked::check(sent, &keys, Source::Article(&article));
        assert!(!checked.fails(), "{checked:?}");
        let mut other = sent.clone();
        other["evidence"]["quote"] = json!("Something else…");
        assert!(checked::check(&other, &keys, Source::Article(&article)).quote.fails());
    }
}
