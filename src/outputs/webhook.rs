//! A webhook receiver. Comes in: a message. Goes out: one signed request, or several when the message is too large for
//! one or the form asks for it: Standard Webhooks, `CloudEvents`, Alertmanager's or CAP. Never follows a redirect, never
//! retries, never connects to a private address unless the config allows it.

mod alertmanager;
pub mod cap;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, StatusCode, Url};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use self::alertmanager::{Firing, Frame};
use self::cap::{CapConfig, Sent};
use super::cloud_event;
use super::http::{self, Answer, Reach, parse_url};
use super::trace::{trace_of, trace_parent};
use super::webhook_body::{Part, parts};
use super::{Context, DeliveryError, Notes, Output};
use crate::clock::SharedClock;
use crate::config::{Check, Findings};
use crate::model::Message;
use crate::model::article::fingerprint;
use crate::model::notice::Notice;
use crate::proof::Signer;

/// `[outputs.NAME]` with `type = "webhook"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// The receiver's address.
    pub url: SecretString,
    /// The form of the requests' bodies.
    pub format: Format,
    /// `whsec_` keys; the request carries one signature for each. Only receivers of Alertmanager's form and of CAP, which
    /// know nothing of them, may do without.
    #[serde(default)]
    pub secrets: Vec<SecretString>,
    /// Sent with every request.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretString>,
    /// How long the receiver may take to answer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Whether the receiver may have a private address.
    pub allow_private_addresses: bool,
    /// The `source` of every `CloudEvent`, a URI.
    pub source: String,
    /// Address of this installation's page, for people at receivers of Alertmanager's form.
    pub external_url: String,
    /// What CAP messages say of their sender.
    pub cap: CapConfig,
}

/// The form of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Standard Webhooks, with all alerts of a message.
    Standard,
    /// One `CloudEvent` per alert, in structured mode.
    Cloudevents,
    /// Version 4 of Alertmanager's webhook, with all alerts of a message.
    Alertmanager,
    /// One CAP 1.2 document per alert.
    Cap,
}

impl Format {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Standard | Self::Alertmanager => "application/json",
            Self::Cloudevents => "application/cloudevents+json; charset=utf-8",
            Self::Cap => "application/cap+xml; charset=utf-8",
        }
    }

    const fn needs_secrets(self) -> bool {
        matches!(self, Self::Standard | Self::Cloudevents)
    }
}

impl WebhookConfig {
    fn reach(&self) -> Reach {
        if self.allow_private_addresses { Reach::Anywhere } else { Reach::PublicOnly }
    }
}

impl Check for WebhookConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if let Err(words) = parse_url(self.url.expose_secret(), self.reach()) {
            findings.add("url", words);
        }
        match self.format {
            Format::Cap => self.cap.check(findings),
            Format::Cloudevents if self.source.trim().is_empty() => {
                findings.add("source", "is empty: write a URI such as \"/newsdelta\"");
            }
            _ => {}
        }
        if self.secrets.is_empty() && self.format.needs_secrets() {
            findings.add("secrets", "is empty: give at least one, or the receiver cannot know who calls");
        }
        for (index, secret) in self.secrets.iter().enumerate() {
            if let Err(words) = signing_key(secret) {
                findings.add(&format!("secrets[{index}]"), words);
            }
        }
        for (name, value) in &self.headers {
            if HeaderName::from_bytes(name.as_bytes()).is_err()
                || OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str())
            {
                findings.add("headers", format!("holds `{name}`, which cannot be set: remove it"));
            } else if HeaderValue::from_str(value.expose_secret()).is_err() {
                findings
                    .add("headers", format!("has a value for `{name}` that no header can hold: correct it"));
            }
        }
        if self.timeout.is_zero() {
            findings.add("timeout", "is zero: the receiver could never answer, write for instance \"20s\"");
        }
    }
}

/// Headers that newsdelta sets itself.
const OWN_HEADERS: &[&str] =
    &["webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "content-length", "host"];

/// The key inside a `whsec_` secret: 24 to 64 bytes, as Standard Webhooks demands.
fn signing_key(secret: &SecretString) -> Result<Vec<u8>, &'static str> {
    let cure = "is no signing secret: write `whsec_` and the base64 of 24 to 64 random bytes";
    let encoded = secret.expose_secret().trim().strip_prefix("whsec_").ok_or(cure)?;
    match BASE64_STANDARD.decode(encoded) {
        Ok(key) if (24..=64).contains(&key.len()) => Ok(key),
        Ok(_) | Err(_) => Err(cure),
    }
}

/// The output.
pub(super) struct Webhook {
    name: String,
    client: Client,
    url: Url,
    /// Host and port: all that is ever said of the address.
    host: String,
    keys: Vec<SecretSlice<u8>>,
    headers: HeaderMap,
    clock: SharedClock,
    format: Format,
    source: String,
    external_url: String,
    cap: CapConfig,
    notes: Notes,
    /// Signs alerts that do not fit whole.
    signer: Option<Arc<Signer>>,
}

impl Webhook {
    pub(super) fn new(name: &str, config: &WebhookConfig, context: &Context) -> Result<Self, String> {
        let url = parse_url(config.url.expose_secret(), config.reach())?;
        let keys: Result<Vec<_>, _> =
            config.secrets.iter().map(|secret| signing_key(secret).map(SecretSlice::from)).collect();
        let mut headers = HeaderMap::new();
        for (name, value) in &config.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?;
            let mut value =
                HeaderValue::from_str(value.expose_secret()).map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(config.format.content_type()));
        Ok(Self {
            name: name.to_owned(),
            client: http::client(config.timeout, config.reach())?,
            host: http::host_of(&url),
            url,
            keys: keys?,
            headers,
            clock: context.clock.clone(),
            format: config.format,
            source: config.source.clone(),
            external_url: config.external_url.clone(),
            cap: config.cap.clone(),
            notes: context.notes(name),
            signer: context.signer.clone(),
        })
    }

    async fn send(&self, part: Part, trace: &str) -> Result<(), DeliveryError> {
        // The time of the attempt, not of the message: receivers refuse old timestamps as replays.
        let timestamp = self.clock.now().as_second();
        let mut request = self
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            .header("webhook-id", &part.id)
            .header("webhook-timestamp", timestamp)
            .header("traceparent", trace);
        if !self.keys.is_empty() {
            request = request.header("webhook-signature", self.signatures(&part, timestamp)?);
        }
        let request = request.body(part.body);
        judge(&http::send(request, &self.host).await?, &self.host)
    }

    /// One `CloudEvent` for each alert.
    async fn send_events(&self, message: &Message, trace: &str) -> Result<(), DeliveryError> {
        for alert in &message.alerts {
            let event = cloud_event::structured(alert, message, &self.source, trace)
                .map_err(|error| DeliveryError::unwritable(&error))?;
            self.send(Part { id: alert.id.clone(), body: event.to_string() }, trace).await?;
        }
        Ok(())
    }

    /// One payload for each story: that is what Alertmanager would group by.
    async fn send_groups(&self, message: &Message, trace: &str) -> Result<(), DeliveryError> {
        for (index, alerts) in message.alerts.chunk_by(|one, next| one.story == next.story).enumerate() {
            let Some(story) = alerts.first().map(|alert| &alert.story) else { continue };
            let mut firing: Firing = self.notes.read(story).await?.unwrap_or_default();
            let body =
                alertmanager::payload(self.frame(), &message.id, alerts, message.created_at, &mut firing)
                    .map_err(|error| DeliveryError::unwritable(&error))?;
            let id = if index == 0 { message.id.clone() } else { format!("{}.{}", message.id, index + 1) };
            self.send(Part { id, body: body.to_string() }, trace).await?;
            self.notes.write(story, &firing).await?;
        }
        Ok(())
    }

    /// One document for each alert.
    async fn send_documents(&self, message: &Message, trace: &str) -> Result<(), DeliveryError> {
        for alert in &message.alerts {
            let mut sent: Sent = self.notes.read(&alert.story).await?.unwrap_or_default();
            let body = cap::document(&self.cap, alert, message.created_at, &mut sent)
                .map_err(DeliveryError::give_up)?;
            self.send(Part { id: alert.id.clone(), body }, trace).await?;
            // Only now: what follows may refer to what has arrived. Until it is kept, an attempt is repeated as it was.
            self.notes.write(&alert.story, &sent).await?;
        }
        Ok(())
    }

    fn frame(&self) -> Frame<'_> {
        Frame { receiver: &self.name, external_url: &self.external_url }
    }

    /// One `v1` signature per key over `id.timestamp.body`, so that a receiver may know the old key or the new one.
    fn signatures(&self, part: &Part, timestamp: i64) -> Result<String, DeliveryError> {
        let sign = |key: &SecretSlice<u8>| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret()).map_err(|error| {
                DeliveryError::give_up(format!("the signing key cannot be used: {error}"))
            })?;
            for piece in [part.id.as_str(), ".", &timestamp.to_string(), ".", &part.body] {
                mac.update(piece.as_bytes());
            }
            Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
        };
        let signatures: Vec<String> = self.keys.iter().map(sign).collect::<Result<_, DeliveryError>>()?;
        Ok(signatures.join(" "))
    }
}

#[async_trait]
impl Output for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, message: &Message, _attempt: u32) -> Result<(), DeliveryError> {
        let trace = trace_parent(message);
        match self.format {
            Format::Standard => {}
            Format::Cloudevents => return self.send_events(message, &trace).await,
            Format::Alertmanager => return self.send_groups(message, &trace).await,
            Format::Cap => return self.send_documents(message, &trace).await,
        }
        // A part that was taken before a later one failed is sent again under its same id.
        for part in
            parts(message, self.signer.as_deref()).map_err(|error| DeliveryError::unwritable(&error))?
        {
            self.send(part, &trace).await?;
        }
        Ok(())
    }

    async fn tell(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let timestamp = self.clock.now();
        let state = if notice.resolved { "resolved" } else { "raised" };
        // Each telling is a message of its own; only the tries of one share an id.
        let id = fingerprint(["notice", &notice.id, state, &notice.text]);
        let body = match self.format {
            Format::Standard => {
                serde_json::json!({ "type": "notice", "timestamp": timestamp, "data": notice })
            }
            Format::Cloudevents => cloud_event::of_notice(notice, &id, &self.source, timestamp),
            Format::Alertmanager => alertmanager::notice(self.frame(), notice, timestamp),
            // What newsdelta has to say of itself is no emergency of others.
            Format::Cap => return Ok(()),
        };
        self.send(Part { id, body: body.to_string() }, &trace_of(&notice.id, None)).await
    }
}

/// What an answer means.
///
/// Only 2xx is success. By 410 a receiver unsubscribes. Given up are the answers that find fault with the message itself, which stays the same on every attempt: 400, 406, 413, 414, 415, 422, 431. All others are tried
/// again: what a person at either end can put right (401, 403, 404, a redirect) must not cost an alert.
fn judge(answer: &Answer, host: &str) -> Result<(), DeliveryError> {
    let status = answer.status;
    let reason = |words: &str| format!("{host} answered {}{words}", status.as_u16());
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::GONE => Err(DeliveryError::Gone { reason: reason(": it wants no more messages") }),
        StatusCode::BAD_REQUEST
        | StatusCode::NOT_ACCEPTABLE
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::URI_TOO_LONG
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY
        | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            Err(DeliveryError::give_up(reason(": it does not accept this message")))
        }
        status => {
            let words = match status {
                status if status.is_redirection() => ", a redirect, which is not followed: correct the url",
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ": correct the secret or the headers",
                StatusCode::NOT_FOUND => ": correct the url",
                _ => "",
            };
            Err(DeliveryError::Retry { after: answer.retry_after, reason: reason(words) })
        }
    }
}

#[cfg(test)]
mod tests;
