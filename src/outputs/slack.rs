//! A Slack channel. Comes in: a message. Goes out: with a bot token one Slack message per story, edited in place, with the
//! details in its thread; with an incoming webhook one Slack message each. Never retries; says which of Slack's answers
//! another attempt can help.

mod api;
mod root;
mod thread;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::HeaderValue;
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use self::api::{Api, Failure, error_word, judge, with};
use self::thread::Threads;
use super::http::{self, Reach, parse_url};
use super::slack_blocks::post;
use super::{Context, DeliveryError, Output};
use crate::config::{Check, Findings};
use crate::model::Message;
use crate::model::notice::Notice;

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
    /// With a token: one message per story, edited in place, and its details in its thread.
    pub threads: bool,
    /// Whether each reply in a thread is shown in the channel as well.
    pub broadcast: bool,
    /// How long Slack may take to answer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
}

impl Check for SlackConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        match (&self.webhook_url, &self.token, &self.channel) {
            (Some(_), Some(_), _) => {
                findings.add("token", "stands beside `webhook_url`: keep one of them");
            }
            (Some(_), None, Some(_)) => {
                findings
                    .add("channel", "has no effect with `webhook_url`, which has its own channel: remove it");
            }
            (None, Some(_), None) => {
                findings.add("channel", "is missing: name the channel the token is to write to");
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

/// The output.
pub(super) struct Slack {
    name: String,
    way: Way,
}

/// How messages reach the channel.
enum Way {
    /// An incoming webhook: each message by itself, since it says nothing of where a message stands.
    Webhook {
        client: Client,
        url: Url,
        /// Host and port: all that is ever said of the address, since its path is a secret.
        host: String,
    },
    /// A bot: one message per story, with its thread.
    Threads(Box<Threads>),
    /// A bot that posts each message by itself.
    Posts { api: Api, channel: String },
}

impl Slack {
    pub(super) fn new(name: &str, config: &SlackConfig, context: &Context) -> Result<Self, String> {
        let client = http::client(config.timeout, Reach::Anywhere)?;
        let way = match (&config.webhook_url, &config.token, &config.channel) {
            (Some(url), ..) => {
                let url = parse_url(url.expose_secret(), Reach::Anywhere)?;
                Way::Webhook { client, host: http::host_of(&url), url }
            }
            (None, Some(token), Some(channel)) => {
                let mut token = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret().trim()))
                    .map_err(|error| format!("`token` cannot be sent ({error}): correct it"))?;
                token.set_sensitive(true);
                let api = Api::new(client, parse_url(&config.api_url, Reach::Anywhere)?, token);
                let channel = channel.clone();
                if config.threads {
                    let (notes, clock) = (context.notes(name), context.clock.clone());
                    Way::Threads(Box::new(Threads {
                        api,
                        channel,
                        notes,
                        clock,
                        broadcast: config.broadcast,
                    }))
                } else {
                    Way::Posts { api, channel }
                }
            }
            _ => return Err("needs `webhook_url`, or `token` and `channel`".to_owned()),
        };
        Ok(Self { name: name.to_owned(), way })
    }
}

#[async_trait]
impl Output for Slack {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, message: &Message, _attempt: u32) -> Result<(), DeliveryError> {
        match &self.way {
            Way::Threads(threads) => threads.deliver(message).await,
            Way::Webhook { .. } | Way::Posts { .. } => self.send(post(message)).await,
        }
    }

    async fn tell(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let text = format!("newsdelta: {}", notice.text);
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.send(json!({ "text": text, "unfurl_links": false })).await
    }
}

impl Slack {
    /// Posts this by itself, outside all threads.
    async fn send(&self, body: Value) -> Result<(), DeliveryError> {
        let (api, channel) = match &self.way {
            Way::Webhook { client, url, host } => {
                let answer = http::send(client.post(url.clone()).json(&body), host).await?;
                let parsed: Option<Value> = serde_json::from_str(&answer.body).ok();
                // A webhook answers `ok` as a word; what says `"ok": false` is no success whatever its status.
                let is_refused = parsed.is_some_and(|body| body.get("ok") == Some(&Value::Bool(false)));
                if answer.status.is_success() && !is_refused {
                    return Ok(());
                }
                return Err(judge(&answer, error_word(&answer.body).as_deref(), host));
            }
            Way::Posts { api, channel } => (api, channel),
            Way::Threads(threads) => (&threads.api, &threads.channel),
        };
        let body = with(body, [("channel", json!(channel))]);
        api.call("chat.postMessage", &body).await.map(drop).map_err(Failure::error)
    }
}

#[cfg(test)]
mod tests;
