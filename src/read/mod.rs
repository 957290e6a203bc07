//! Bytes to articles. Comes in: the bytes of one file or record, what is known of its form, and when it was received.
//! Goes out: its articles one after the other, each or the reason why not. Pure: no clock, no I/O, but for `stream`, which takes
//! lines from a reader as they are asked for; never panics and never holds more than one article of a large file.
//!
//! Forms: text (title, blank line, body), JSON (one article), JSON lines (one article a line; a bad line is one failure
//! and the others go on), and the formats of the trade (`formats`), all of them gzipped or not. What the bytes certainly
//! are decides, then the name, then a guess. `character` says what the stored text keeps.

mod articles;
mod character;
mod decode;
mod error;
mod form;
mod formats;
mod language;
mod record;
pub mod stream;

use jiff::Timestamp;

pub use self::articles::Articles;
pub use self::error::{Place, ReadError, Reason};

/// Limits of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadConfig {
    /// Longest article, in bytes as delivered: a text file, a JSON document, or one line of a `.jsonl` file. Longer ones
    /// are refused. Default 2 MiB.
    pub article_bytes_max: usize,
}

impl Default for ReadConfig {
    fn default() -> Self {
        Self { article_bytes_max: 2 * 1024 * 1024 }
    }
}

/// Reads the articles in `bytes`.
///
/// `form` is a file ending or a content type in lower case (`txt`, `application/json`), as far as it is known.
pub fn read<'a>(
    bytes: &'a [u8],
    form: Option<&str>,
    received_at: Timestamp,
    config: &ReadConfig,
) -> Articles<'a> {
    Articles::new(bytes, form, received_at, config)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod format_tests;
