//! Bytes to articles. Comes in: the bytes of one file or record, what is known of its form, and when it was received.
//! Goes out: its articles one after the other, each or the reason why not. Pure: no clock, no I/O; never panics and
//! never holds more than one article of a large file.
//!
//! Forms: text (title, blank line, body), JSON (one article), JSON lines (one article a line; a bad line is one failure
//! and the others go on). A known name decides, else the content does. `character` says what the stored text keeps.

mod character;
mod decode;
mod error;
mod form;
mod language;
mod record;

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::Encoding;
use jiff::Timestamp;

use self::form::Form;
use self::record::Record;
use crate::model::{Article, Draft, Status};

pub use self::error::{ReadError, Reason};

/// Bad lines of one file that are told one by one; beyond, they are counted.
const BAD_LINES_MAX: usize = 1000;

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

/// The articles of one file or record, read one by one as they are asked for; at least one outcome.
#[derive(Debug)]
pub struct Articles<'a> {
    rest: Rest<'a>,
    charset: &'static str,
    received_at: Timestamp,
    limit: usize,
    named: Option<&'static Encoding>,
}

#[derive(Debug)]
enum Rest<'a> {
    One(Option<Box<Result<Article, ReadError>>>),
    Lines(Lines<'a>),
}

/// Where the reading of JSON lines stands.
#[derive(Debug)]
struct Lines<'a> {
    bytes: Cow<'a, [u8]>,
    /// Set when `bytes` are a decoded copy: then a failure concerns all that was delivered.
    delivered: Option<usize>,
    at: usize,
    line: usize,
    articles: usize,
    bad: usize,
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
    let limit = config.article_bytes_max;
    let mut articles = Articles {
        rest: Rest::One(None),
        charset: encoding_rs::UTF_8.name(),
        received_at,
        limit,
        named: form::charset(form),
    };
    articles.rest = match articles.open(bytes, form) {
        Ok(rest) => rest,
        Err(reason) => Rest::One(Some(Box::new(Err(whole(bytes, reason))))),
    };
    articles
}

impl<'a> Articles<'a> {
    /// The name of the charset the bytes were in; of several, the first that is not UTF-8.
    pub fn charset(&self) -> &'static str {
        self.charset
    }

    fn open(&mut self, bytes: &'a [u8], form: Option<&str>) -> Result<Rest<'a>, Reason> {
        match form::recognise(form, bytes)? {
            Form::Lines => Ok(Rest::Lines(self.lines(bytes)?)),
            _ if bytes.len() > self.limit => Err(Reason::TooLarge { found: bytes.len(), limit: self.limit }),
            form => {
                let outcome = self.one(bytes, form).map_err(|reason| whole(bytes, reason));
                Ok(Rest::One(Some(Box::new(outcome))))
            }
        }
    }

    fn one(&mut self, bytes: &[u8], form: Form) -> Result<Article, Reason> {
        let text = self.decode(bytes)?;
        let draft = match form {
            Form::Text => text_draft(&text)?,
            Form::Json | Form::Lines => json_draft(&text)?,
        };
        self.article(draft)
    }

    fn decode<'b>(&mut self, bytes: &'b [u8]) -> Result<Cow<'b, str>, Reason> {
        let (text, charset) = decode::decode(bytes, self.named)?;
        if self.charset == encoding_rs::UTF_8.name() {
            self.charset = charset;
        }
        Ok(text)
    }

    fn article(&self, draft: Draft) -> Result<Article, Reason> {
        if let Some(until) = draft.embargo_until.filter(|until| until.at > self.received_at) {
            return Err(Reason::Embargoed(until.to_string()));
        }
        if draft.status == Status::Withdrawn {
            return self.withdrawal(draft);
        }
        if draft.text.trim().is_empty() {
            return Err(Reason::Empty);
        }
        let article = Article::new(draft, self.received_at);
        if !article.text.chars().any(char::is_alphabetic) {
            return Err(Reason::NoWords);
        }
        let body = article.text.get(article.body_start()..).unwrap_or_default();
        let body = if body.trim().is_empty() { &article.text } else { body };
        match language::foreign_language(body) {
            Some(language) => Err(Reason::Language(language)),
            None => Ok(article),
        }
    }

    /// A withdrawal says little, and in whatever words: it must only name the document.
    fn withdrawal(&self, mut draft: Draft) -> Result<Article, Reason> {
        if draft.id.is_none() && draft.document.is_none() {
            return Err(Reason::NotAnArticle("a withdrawal must name its document in `id`".to_owned()));
        }
        if draft.text.trim().is_empty() && draft.title.is_none() {
            draft.title = Some("Withdrawn by its publisher".to_owned());
        }
        if draft.version.is_none() {
            draft.version = Some("withdrawn".to_owned());
        }
        Ok(Article::new(draft, self.received_at))
    }

    fn lines(&mut self, bytes: &'a [u8]) -> Result<Lines<'a>, Reason> {
        // UTF-16 has line feeds of two bytes: such a file is decoded as a whole, any other line by line, so that one
        // spoilt line does not decide the charset of the rest.
        let is_wide = Encoding::for_bom(bytes).is_some_and(|(encoding, _)| encoding != encoding_rs::UTF_8);
        let (bytes, delivered) = if is_wide {
            (Cow::Owned(self.decode(bytes)?.into_owned().into_bytes()), Some(bytes.len()))
        } else {
            (Cow::Borrowed(bytes), None)
        };
        Ok(Lines { bytes, delivered, at: 0, line: 0, articles: 0, bad: 0 })
    }

    fn next_line(&mut self, lines: &mut Lines<'_>) -> Option<Result<Article, ReadError>> {
        while let Some(range) = lines.advance() {
            let line = lines.bytes.get(range.clone()).unwrap_or_default();
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let outcome = if line.len() > self.limit {
                Err(Reason::TooLarge { found: line.len(), limit: self.limit })
            } else {
                self.one(line, Form::Json)
            };
            match outcome {
                Ok(article) => {
                    lines.articles += 1;
                    return Some(Ok(article));
                }
                Err(reason) => {
                    lines.bad += 1;
                    if lines.bad <= BAD_LINES_MAX {
                        return Some(Err(lines.error(Some(lines.line), range, reason)));
                    }
                }
            }
        }
        lines.last_word()
    }
}

impl Iterator for Articles<'_> {
    type Item = Result<Article, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.rest, Rest::One(None)) {
            Rest::One(outcome) => outcome.map(|outcome| *outcome),
            Rest::Lines(mut lines) => {
                let outcome = self.next_line(&mut lines);
                if outcome.is_some() {
                    self.rest = Rest::Lines(lines);
                }
                outcome
            }
        }
    }
}

impl Lines<'_> {
    /// The bytes of the next line.
    fn advance(&mut self) -> Option<Range<usize>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let range = self.at..self.at + length;
        self.at = range.end + 1;
        self.line += 1;
        Some(range)
    }

    fn error(&self, line: Option<usize>, range: Range<usize>, reason: Reason) -> ReadError {
        ReadError { line, bytes: self.delivered.map_or(range, |length| 0..length), reason }
    }

    /// What is to be said of the file as a whole, once: that it held nothing, or how much more was bad.
    fn last_word(&mut self) -> Option<Result<Article, ReadError>> {
        let reason = match self.bad {
            0 if self.articles == 0 => Reason::Empty,
            bad if bad > BAD_LINES_MAX => Reason::FurtherLines(bad - BAD_LINES_MAX, BAD_LINES_MAX),
            _ => return None,
        };
        (self.articles, self.bad) = (1, 0);
        Some(Err(self.error(None, 0..self.bytes.len(), reason)))
    }
}

fn json_draft(json: &str) -> Result<Draft, Reason> {
    if json.trim().is_empty() {
        return Err(Reason::Empty);
    }
    let (bytes, content_type) = match record::parse(json)? {
        Record::Draft(draft) => return Ok(draft),
        Record::Wrapped(bytes, content_type) => (bytes, content_type),
    };
    let form = form::recognise(content_type.as_deref(), &bytes)?;
    let (text, _) = decode::decode(&bytes, form::charset(content_type.as_deref()))?;
    match form {
        Form::Text => text_draft(&text),
        Form::Json => match record::parse(&text)? {
            Record::Draft(draft) => Ok(draft),
            Record::Wrapped(..) => Err(Reason::NotAnArticle("an envelope within an envelope".to_owned())),
        },
        Form::Lines => Err(Reason::NotAnArticle("several articles in one envelope".to_owned())),
    }
}

fn text_draft(text: &str) -> Result<Draft, Reason> {
    if let Some(markup) = decode::markup(text) {
        return Err(Reason::UnknownForm(markup.to_owned()));
    }
    Ok(Draft { text: character::clean(text).into_owned(), ..Draft::default() })
}

fn whole(bytes: &[u8], reason: Reason) -> ReadError {
    ReadError { line: None, bytes: 0..bytes.len(), reason }
}

#[cfg(test)]
mod tests;
