//! The dead man's switch: a sign of life to a monitoring service, which raises the alarm when it stays away. Comes in:
//! an address and the state of the daemon. Goes out: one request per interval, only while articles are taken. Never
//! sends anything of a story.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::http::{self, Reach, parse_url};
use crate::config::{Check, Findings};
use crate::telemetry::health::Health;

/// `[heartbeat]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatConfig {
    /// Where to; without it, nowhere.
    pub url: Option<SecretString>,
    /// How often.
    #[serde(with = "humantime_serde")]
    pub interval: Duration,
    /// Whether the receiver may have a private address.
    pub allow_private_addresses: bool,
}

impl HeartbeatConfig {
    fn reach(&self) -> Reach {
        if self.allow_private_addresses { Reach::Anywhere } else { Reach::PublicOnly }
    }
}

impl Check for HeartbeatConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if let Some(url) = &self.url
            && let Err(words) = parse_url(url.expose_secret(), self.reach())
        {
            findings.add("url", words);
        }
        if self.interval < Duration::from_millis(100) {
            findings.add("interval", "is too short: write for instance \"1m\"");
        }
    }
}

/// Sends signs of life until it is stopped.
pub async fn run(config: HeartbeatConfig, health: Arc<Health>, stop: CancellationToken) {
    let Some(url) = &config.url else { return };
    let (url, client) = match (
        parse_url(url.expose_secret(), config.reach()),
        http::client(config.interval.max(Duration::from_secs(5)), config.reach()),
    ) {
        (Ok(url), Ok(client)) => (url, client),
        (Err(reason), _) | (_, Err(reason)) => {
            tracing::error!(%reason, "no heartbeat can be sent");
            return;
        }
    };
    let host = http::host_of(&url);
    let mut ticks = tokio::time::interval(config.interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        // Silence is the alarm: a daemon that cannot take articles must not sound alive.
        if !health.reasons().is_empty() {
            continue;
        }
        let reason = match http::send(client.get(url.clone()), &host).await {
            Ok(answer) if answer.status.is_success() => None,
            Ok(answer) => Some(format!("{host} answered {}", answer.status)),
            Err(error) => Some(error.to_string()),
        };
        if let Some(reason) = &reason
            && !failing
        {
            tracing::warn!(%reason, "the heartbeat was not taken");
        }
        failing = reason.is_some();
    }
}
