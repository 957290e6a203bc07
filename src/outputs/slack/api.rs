//! Calls of Slack's API, and what its answers mean. Comes in: a method and its arguments. Goes out: Slack's answer, or a
//! failure that says whether the call may have taken effect all the same. Never retries, and repeats no word of an
//! answer but Slack's own error words.

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;

use crate::outputs::DeliveryError;
use crate::outputs::http::{self, Answer};

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

/// Errors under which Slack itself does not know whether the call took effect.
const SLACK_IN_TROUBLE: &[&str] =
    &["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];

/// Why a call did not succeed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Slack said no: nothing was changed.
    Refused {
        /// Slack's error word.
        word: Option<String>,
        /// What it means for the delivery.
        error: DeliveryError,
    },
    /// No clear answer: it may have taken effect.
    Unsure(DeliveryError),
}

impl Failure {
    /// Whether Slack refused with one of these words.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        matches!(self, Self::Refused { word: Some(word), .. } if words.contains(&word.as_str()))
    }

    /// Whether the same call may succeed a little later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Refused { word: None, .. } | Self::Unsure(_) => true,
            Self::Refused { .. } => self.is(&["rate_limited", "ratelimited"]),
        }
    }

    /// What it means for the delivery.
    pub(super) fn error(self) -> DeliveryError {
        match self {
            Self::Refused { error, .. } | Self::Unsure(error) => error,
        }
    }
}

/// The body of a call with further fields.
pub(super) fn with<const N: usize>(body: Value, fields: [(&str, Value); N]) -> Value {
    match body {
        Value::Object(mut all) => {
            all.extend(fields.map(|(name, value)| (name.to_owned(), value)));
            Value::Object(all)
        }
        other => other,
    }
}

/// The API with a bot's token.
pub(super) struct Api {
    client: Client,
    base: Url,
    host: String,
    token: HeaderValue,
}

impl Api {
    pub(super) fn new(client: Client, base: Url, token: HeaderValue) -> Self {
        Self { client, host: http::host_of(&base), base, token }
    }

    /// A method that changes something, with its arguments as JSON.
    pub(super) async fn call(&self, method: &str, arguments: &Value) -> Result<Value, Failure> {
        self.send(self.client.post(self.url(method)).json(arguments)).await
    }

    /// A method that reads, with its arguments in the query.
    pub(super) async fn ask(&self, method: &str, arguments: &[(&str, &str)]) -> Result<Value, Failure> {
        let mut url = self.url(method);
        url.query_pairs_mut().extend_pairs(arguments);
        self.send(self.client.get(url)).await
    }

    fn url(&self, method: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{method}", self.base.path().trim_end_matches('/')));
        url
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let request = request.header(AUTHORIZATION, self.token.clone());
        let answer = http::send(request, &self.host).await.map_err(Failure::Unsure)?;
        let body: Option<Value> = serde_json::from_str(&answer.body).ok();
        match body {
            // The API always says `ok`; a page that does not is somebody else's.
            Some(body) if answer.status.is_success() && body.get("ok") == Some(&Value::Bool(true)) => {
                Ok(body)
            }
            body => Err(failure(&answer, body.as_ref(), &self.host)),
        }
    }
}

fn failure(answer: &Answer, body: Option<&Value>, host: &str) -> Failure {
    let error = body.and_then(|body| body.get("error")?.as_str());
    let word = error_word(error.unwrap_or(&answer.body));
    let error = judge(answer, word.as_deref(), host);
    let says_no = body.is_some_and(|body| body.get("ok") == Some(&Value::Bool(false)))
        && !word.as_deref().is_some_and(|word| SLACK_IN_TROUBLE.contains(&word));
    if (says_no && !answer.status.is_server_error()) || answer.status == StatusCode::TOO_MANY_REQUESTS {
        Failure::Refused { word, error }
    } else {
        Failure::Unsure(error)
    }
}

/// What an answer that is no success means. An incoming webhook says what is wrong in a word of text, the API in
/// `{"ok":false,"error":…}` under a status of 200.
pub(super) fn judge(answer: &Answer, word: Option<&str>, host: &str) -> DeliveryError {
    let status = answer.status.as_u16();
    let reason = match word {
        Some(word) => format!("{host} answered {status}: {word}"),
        None => format!("{host} answered {status}"),
    };
    let faulty = word.is_some_and(|word| FAULTS_OF_THE_MESSAGE.contains(&word));
    if faulty || answer.status == StatusCode::PAYLOAD_TOO_LARGE {
        return DeliveryError::give_up(reason);
    }
    DeliveryError::Retry { after: answer.retry_after, reason }
}

/// Slack's error word; anything longer or of another form is not repeated, since it may quote what was sent.
pub(super) fn error_word(text: &str) -> Option<String> {
    let word = text.trim();
    let legal = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    ((1..=64).contains(&word.len()) && word.chars().all(legal)).then(|| word.to_owned())
}
