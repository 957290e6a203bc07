//! One report as received. Comes in: the fields an input could read. Goes out: the stored text to which every
//! offset refers. Never changes after it is made.

use std::fmt;

use jiff::{Timestamp, Zoned, civil, tz};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Identity of an article: given by its input, else made from its outlet, address and words.
pub type ArticleId = String;

/// A byte range of an article's stored text, end exclusive.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    borsh::BorshSerialize,
    borsh::BorshDeserialize,
)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The words of the span, or nothing when it does not lie on character boundaries of `text`.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// A moment with the offset its author wrote, so that "8 p.m." in the text can be read in the author's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// The offset from UTC as written.
    pub offset: tz::Offset,
}

impl Moment {
    /// Reads RFC 3339 ("2023-09-20T06:00:00+04:00") or a bare date, which is taken as its first second in UTC.
    ///
    /// # Errors
    /// A sentence that names the text and the forms understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Ok(at) = text.parse::<Timestamp>() {
            let offset = written_offset(text).unwrap_or(tz::Offset::UTC);
            return Ok(Self { at, offset });
        }
        // A time without an offset begins like a date; taken as one it would lose its hours.
        if text.len() == "2023-09-20".len()
            && let Ok(date) = text.parse::<civil::Date>()
            && let Ok(zoned) = date.to_zoned(tz::TimeZone::UTC)
        {
            return Ok(Self::from(&zoned));
        }
        Err(format!("`{text}` is not a time: write RFC 3339 such as 2023-09-20T06:00:00+04:00, or a date"))
    }
}

/// The numeric offset at the end of an RFC 3339 time; `Z` and an unreadable one give nothing.
fn written_offset(text: &str) -> Option<tz::Offset> {
    let at = text.rfind(['+', '-']).filter(|&at| at > 10)?;
    let (sign, digits) = text.split_at_checked(at)?.1.split_at_checked(1)?;
    let (hours, minutes) = digits
        .split_once(':')
        .or_else(|| (digits.len() == 4).then(|| digits.split_at_checked(2)).flatten())
        .unwrap_or((digits, "0"));
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    tz::Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

impl From<&Zoned> for Moment {
    fn from(zoned: &Zoned) -> Self {
        Self { at: zoned.timestamp(), offset: zoned.offset() }
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self { at, offset: tz::Offset::UTC }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.at.display_with_offset(self.offset))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

/// What the publisher says of a version of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may be used.
    #[default]
    Usable,
    /// The document is withdrawn: what its versions said no longer stands.
    Withdrawn,
}

impl Status {
    /// Whether it is the plain case, which need not be written down.
    pub fn is_usable(&self) -> bool {
        *self == Self::Usable
    }
}

/// An article as an input delivers it, in the JSON form of the documentation: all but `text` may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The publisher's identity of the article.
    pub id: Option<String>,
    /// Who publishes it.
    pub outlet: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// When it was published.
    pub published_at: Option<Moment>,
    /// The headline; when missing, the first line of `text`.
    pub title: Option<String>,
    /// The body, or title and body when `title` is missing.
    pub text: String,
    /// The publisher's identity of the document that this is a version of; without it, `id` is the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// Which version of the document this is. With it, document and version together are the identity of the article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What the publisher says of it.
    #[serde(default, skip_serializing_if = "Status::is_usable")]
    pub status: Status,
    /// Not to be told before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo_until: Option<Moment>,
}

/// One report as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Stable identity: the same article read twice has the same id.
    pub id: ArticleId,
    /// Who publishes it.
    pub outlet: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// When it was published, as its input says.
    pub published_at: Option<Moment>,
    /// When newsdelta first saw it.
    pub received_at: Timestamp,
    /// The headline.
    pub title: String,
    /// Title, blank line, body: all offsets refer to this, in UTF-8 bytes.
    pub text: String,
    /// The publisher's identity of the document that this is a version of: every version has the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// Which version of it, as the publisher counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What the publisher says of it.
    #[serde(default, skip_serializing_if = "Status::is_usable")]
    pub status: Status,
}

impl Article {
    /// Gives a draft its identity and stored text. The title is the first line of the text when none is given.
    pub fn new(draft: Draft, received_at: Timestamp) -> Self {
        let Draft { id, outlet, url, published_at, title, text, document, version, status, embargo_until: _ } =
            draft;
        let (title, body) = if let Some(title) = title.filter(|title| !title.trim().is_empty()) {
            (title.trim().replace(['\n', '\r'], " "), text.trim().to_owned())
        } else {
            let text = text.trim();
            let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
            (first.trim().to_owned(), rest.trim().to_owned())
        };
        let stated =
            |name: Option<String>| name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let (id, version) = (stated(id), stated(version));
        let document = stated(document).or_else(|| id.clone().filter(|_| version.is_some()));
        let id = match (&document, &version) {
            (Some(document), Some(version)) => format!("{document}#{version}"),
            (document, _) => id.or_else(|| document.clone()).unwrap_or_else(|| {
                fingerprint([outlet.as_deref().unwrap_or(""), url.as_deref().unwrap_or(""), &title, &body])
            }),
        };
        let text = if body.is_empty() { title.clone() } else { format!("{title}\n\n{body}") };
        Self { id, outlet, url, published_at, received_at, title, text, document, version, status }
    }

    /// Whether its text is still there. One that was kept long enough is dropped, and its claims stay.
    pub fn has_text(&self) -> bool {
        !self.text.is_empty()
    }

    /// Where the body starts in the stored text.
    pub fn body_start(&self) -> usize {
        (self.title.len() + 2).min(self.text.len())
    }

    /// The moment the article speaks from: publication, else arrival.
    pub fn spoken_at(&self) -> Timestamp {
        self.published_at.map_or(self.received_at, |moment| moment.at)
    }
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// A stable 24-digit hexadecimal name for a list of fields: the start of their SHA-256, each field ended by a zero byte.
pub fn fingerprint<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update(field.as_bytes());
        hash.update([0]);
    }
    let mut name = hex(&hash.finalize());
    name.truncate(24);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_a_document_are_articles_of_their_own() {
        let version = |version: Option<&str>| {
            let draft = Draft {
                id: Some("urn:x:1".to_owned()),
                version: version.map(str::to_owned),
                text: "Four died.".to_owned(),
                ..Draft::default()
            };
            Article::new(draft, Timestamp::UNIX_EPOCH)
        };
        assert_eq!((version(None).id.as_str(), version(None).document), ("urn:x:1", None));
        assert_eq!(version(Some("2")).id, "urn:x:1#2");
        assert_eq!(version(Some("2")).document.as_deref(), Some("urn:x:1"));
    }
}
