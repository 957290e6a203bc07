//! A Slack channel. Comes in: a message. Goes out: one Slack message, by incoming webhook or bot token. Never retries;
//! says which of Slack's answers another attempt can help.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::http::{Reach, parse_url};
use crate::config::{Check, Findings};

/// `[outputs.NAME]` with `type = "slack"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {
    /// Address of an incoming webhook.
    pub webhook_url: Option<SecretString>,
    /// A bot token, used with `channel`.
    pub token: Option<SecretString>,
    /// Id or name of the channel.
    pub channel: Option<String>,
    /// Base address of Slack's API.
    pub api_url: String,
    /// How long Slack may take to answer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
}

impl Check for SlackConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        match (&self.webhook_url, &self.token, &self.channel) {
            (Some(_), Some(_), _) => findings.add("token", "stands beside `webhook_url`: keep one of them"),
            (Some(_), None, Some(_)) => {
                findings
                    .add("channel", "has no effect with `webhook_url`, which has its own channel: remove it");
            }
            (None, Some(_), None) => {
                findings.add("channel", "is missing: name the channel the token is to write to")
            }
            (None, None, _) => findings.add("", "has neither `webhook_url` nor `token`: give one of them"),
            (Some(_), None, None) | (None, Some(_), Some(_)) => {}
        }
        if let Some(url) = &self.webhook_url
            && let Err(words) = parse_url(url.expose_secret(), Reach::Anywhere)
        {
            findings.add("webhook_url", words);
        }
        if let Err(words) = parse_url(&self.api_url, Reach::Anywhere) {
            findings.add("api_url", words);
        }
        if self.timeout.is_zero() {
            findings.add("timeout", "is zero: Slack could never answer, write for instance \"15s\"");
        }
    }
}
