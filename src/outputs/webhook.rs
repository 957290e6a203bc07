//! A Standard Webhooks receiver. Comes in: a message. Goes out: one signed request. Never follows a redirect, never
//! retries, never connects to a private address unless the config allows it.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::http::{Reach, parse_url};
use crate::config::{Check, Findings};

/// `[outputs.NAME]` with `type = "webhook"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// The receiver's address.
    pub url: SecretString,
    /// `whsec_` keys; the request carries one signature for each.
    pub secrets: Vec<SecretString>,
    /// Sent with every request.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretString>,
    /// How long the receiver may take to answer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Whether the receiver may have a private address.
    pub allow_private_addresses: bool,
}

impl Check for WebhookConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        let reach = if self.allow_private_addresses { Reach::Anywhere } else { Reach::PublicOnly };
        if let Err(words) = parse_url(self.url.expose_secret(), reach) {
            findings.add("url", words);
        }
        if self.secrets.is_empty() {
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
