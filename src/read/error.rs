//! Why a file, a record or a line could not become an article. Comes in: what was found. Goes out: one sentence for
//! people that names the thing and its cure. Never holds the bytes themselves, only where they stand.

use std::fmt;
use std::ops::Range;

use jiff::Timestamp;

use crate::model::Moment;

/// Where in an item something stands, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is the whole item.
    Whole,
    /// A line of a `.jsonl` file.
    Line(usize),
    /// An entry, item, update or record of a document that holds several.
    Record(usize),
}

/// A record that did not become an article. The others of its file go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Where it stands in its item.
    pub place: Place,
    /// Which of the delivered bytes it concerns, so that they can be kept for another try.
    pub bytes: Range<usize>,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Whole => self.reason.fmt(out),
            Place::Line(line) => write!(out, "line {line}: {}", self.reason),
            Place::Record(record) => write!(out, "article {record}: {}", self.reason),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.reason)
    }
}

/// What was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// More bytes than one article may have.
    #[error("holds {found} bytes, an article may have {limit}: shorten it or raise `article_bytes_max`")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Nothing, or nothing but space and invisible characters.
    #[error("is empty: it holds no text")]
    Empty,
    /// Figures and punctuation alone.
    #[error("holds no words, only figures or punctuation")]
    NoWords,
    /// Not text at all.
    #[error("is not text: {0}")]
    Binary(&'static str),
    /// Text in a form that is not read.
    #[error(
        "is {0}, which is not read: give text, JSON, JSON lines, ninjs, NewsML-G2, NITF, a feed, HTML, WARC or e-mail"
    )]
    UnknownForm(String),
    /// A document in a form that is read, but broken or without an article.
    #[error("is {0}, but cannot be read: {1}")]
    BrokenForm(&'static str, String),
    /// Broken JSON, with the place.
    #[error("is not JSON: {0}")]
    NotJson(String),
    /// JSON of another shape than an article.
    #[error("is JSON but not an article: {0}")]
    NotAnArticle(String),
    /// In a language that cannot be read yet.
    #[error("is set aside: its language seems to be {0}, and only English is read")]
    Language(&'static str),
    /// Not to be told yet.
    #[error("is set aside: its publisher holds it back until {0}, when it is read by itself")]
    Embargoed(Moment),
    /// Not to be used.
    #[error("is set aside: its publisher withholds it")]
    Withheld,
    /// Bad lines beyond those that are told one by one.
    #[error("{0} further lines could not be read; only the first {1} are told one by one")]
    FurtherLines(usize, usize),
}

impl Reason {
    /// When the article may be read, if its publisher holds it back.
    pub fn held_until(&self) -> Option<Timestamp> {
        match self {
            Self::Embargoed(until) => Some(until.at),
            _ => None,
        }
    }

    /// Whether the article is sound and only waits: for a language to be supported, or for its publisher's word.
    pub fn is_set_aside(&self) -> bool {
        matches!(self, Self::Language(_) | Self::Embargoed(_) | Self::Withheld)
    }
}
