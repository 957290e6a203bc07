//! A Slack channel. Comes in: a message. Goes out: one Slack message, by incoming webhook or bot token. Never retries;
//! says which of Slack's answers another attempt can help.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::http::{self, Answer, Reach, parse_url};
use super::slack_blocks::post;
use super::{DeliveryError, Output};
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
    client: Client,
    url: Url,
    /// Host and port: all that is ever said of the address, since the path of an incoming webhook is a secret.
    host: String,
    /// Token and channel; without them, `url` is an incoming webhook.
    bot: Option<(HeaderValue, String)>,
}

impl Slack {
    pub(super) fn new(name: &str, config: &SlackConfig) -> Result<Self, String> {
        let (url, bot) = match (&config.webhook_url, &config.token, &config.channel) {
            (Some(url), ..) => (url.expose_secret().to_owned(), None),
            (None, Some(token), Some(channel)) => {
                let mut token = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret().trim()))
                    .map_err(|error| format!("`token` cannot be sent ({error}): correct it"))?;
                token.set_sensitive(true);
                let url = format!("{}/chat.postMessage", config.api_url.trim_end_matches('/'));
                (url, Some((token, channel.clone())))
            }
            _ => return Err("needs `webhook_url`, or `token` and `channel`".to_owned()),
        };
        let url = parse_url(&url, Reach::Anywhere)?;
        let client = http::client(config.timeout, Reach::Anywhere)?;
        Ok(Self { name: name.to_owned(), client, host: http::host_of(&url), url, bot })
    }
}

#[async_trait]
impl Output for Slack {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, message: &Message, _attempt: u32) -> Result<(), DeliveryError> {
        self.send(post(message)).await
    }

    async fn tell(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let text = format!("newsdelta: {}", notice.text);
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.send(json!({ "text": text, "unfurl_links": false })).await
    }
}

impl Slack {
    async fn send(&self, mut body: Value) -> Result<(), DeliveryError> {
        let mut request = self.client.post(self.url.clone());
        if let Some((token, channel)) = &self.bot {
            if let Value::Object(fields) = &mut body {
                fields.insert("channel".to_owned(), json!(channel));
            }
            request = request.header(AUTHORIZATION, token.clone());
        }
        let answer = http::send(request.json(&body), &self.host).await?;
        judge(&answer, self.bot.is_some(), &self.host)
    }
}

/// Errors of Slack's that find fault with the message itself, which stays the same on every attempt. Every other one
/// is tried again: a revoked token, a missing scope or an archived channel can be put right by a person, and must not
/// cost an alert meanwhile.
const FAULTS_OF_THE_MESSAGE: &[&str] = &[
    "invalid_payload",
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "markdown_text_conflict",
    "too_many_attachments",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_form_data",
    "invalid_post_type",
    "json_not_object",
    "duplicate_message_not_allowed",
];

/// What an answer means. An incoming webhook says what is wrong in a word of text, the API in `{"ok":false,"error":…}`
/// under a status of 200.
fn judge(answer: &Answer, bot: bool, host: &str) -> Result<(), DeliveryError> {
    let parsed: Option<Value> = serde_json::from_str(&answer.body).ok();
    let field = |name: &str| parsed.as_ref().and_then(|body| body.get(name)).cloned();
    let ok = match field("ok") {
        Some(ok) => ok == Value::Bool(true),
        // The API always says `ok`; a page that does not is somebody else's.
        None => !bot,
    };
    if answer.status.is_success() && ok {
        return Ok(());
    }
    let error = field("error").and_then(|error| error.as_str().map(str::to_owned));
    let word = error_word(error.as_deref().unwrap_or(&answer.body));
    let status = answer.status.as_u16();
    let reason = match &word {
        Some(word) => format!("{host} answered {status}: {word}"),
        None => format!("{host} answered {status}"),
    };
    let faulty = word.as_deref().is_some_and(|word| FAULTS_OF_THE_MESSAGE.contains(&word));
    if faulty || answer.status == StatusCode::PAYLOAD_TOO_LARGE {
        return Err(DeliveryError::give_up(reason));
    }
    Err(DeliveryError::Retry { after: answer.retry_after, reason })
}

/// Slack's error word; anything longer or of another form is not repeated, since it may quote what was sent.
fn error_word(text: &str) -> Option<String> {
    let word = text.trim();
    let legal = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    ((1..=64).contains(&word.len()) && word.chars().all(legal)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests;
