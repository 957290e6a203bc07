//! How long closed stories keep what they are made of. Comes in: the section `[retention]`. Goes out: it checked, and as the
//! store takes it.

use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::IntoDeserializer;

use super::{Check, Findings};
use crate::store::retention::Policy;

/// `[retention]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionConfig {
    /// How long the texts of reports are kept.
    pub text: Keep,
    /// How long messages that went out are kept.
    pub alerts: Keep,
    /// How long it is kept what people did.
    pub audit: Keep,
}

impl RetentionConfig {
    /// The same as the store takes it.
    pub fn policy(&self) -> Policy {
        let length =
            |keep: Keep| keep.0.map(|keep| SignedDuration::try_from(keep).unwrap_or(SignedDuration::MAX));
        Policy { text: length(self.text), alerts: length(self.alerts), audit: length(self.audit) }
    }
}

/// How long something is kept: "always", or a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep(pub Option<Duration>);

impl<'de> Deserialize<'de> for Keep {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "always" {
            return Ok(Self(None));
        }
        let duration: Result<Duration, serde::de::value::Error> =
            humantime_serde::deserialize(text.as_str().into_deserializer());
        duration.map(|duration| Self(Some(duration))).map_err(|_not_one| {
            serde::de::Error::custom("is neither \"always\" nor a duration such as \"90days\"")
        })
    }
}

impl Check for RetentionConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        for (name, keep) in [("alerts", self.alerts), ("audit", self.audit)] {
            if keep.0.is_some_and(|keep| keep < Duration::from_secs(24 * 3600)) {
                findings.add(name, "is under a day: write for instance \"365days\", or \"always\"");
            }
        }
    }
}
