//! The articles of one item, read one by one as they are asked for. Comes in: the bytes and their form. Goes out: at
//! least one outcome. Never holds more than one line, record or document of a large item.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use encoding_rs::Encoding;
use jiff::Timestamp;

use super::error::{Place, ReadError, Reason};
use super::form::{self, Form};
use super::formats::{self, warc};
use super::record::{self, Record};
use super::stream::Stream;
use super::{ReadConfig, character, decode, language};
use crate::model::{Article, Draft, Status};

/// Bad records of one item that are told one by one; beyond, they are counted.
pub(super) const BAD_RECORDS_MAX: usize = 1000;

/// A document that holds many articles (a feed, a message in `NewsML-G2`, gzip data) may be this many times as long as one.
const CONTAINER_FACTOR: usize = 16;

/// The articles of one file or record, read one by one as they are asked for; at least one outcome.
#[derive(Debug)]
pub struct Articles<'a> {
    rest: Rest<'a>,
    ready: VecDeque<Result<Article, ReadError>>,
    charset: &'static str,
    received_at: Timestamp,
    limit: usize,
    named: Option<&'static Encoding>,
    /// Articles and failures so far, for the last word.
    good: usize,
    bad: usize,
    size: usize,
}

#[derive(Debug)]
enum Rest<'a> {
    Nothing,
    Lines(Lines<'a>),
    Records(warc::Records<'a>, usize),
    Stream(Stream<'a>),
}

/// Where the reading of JSON lines stands.
#[derive(Debug)]
struct Lines<'a> {
    bytes: Cow<'a, [u8]>,
    /// Set when `bytes` are a decoded copy: then a failure concerns all that was delivered.
    delivered: Option<usize>,
    at: usize,
    line: usize,
}

impl<'a> Articles<'a> {
    pub(super) fn new(
        bytes: &'a [u8],
        form: Option<&str>,
        received_at: Timestamp,
        config: &ReadConfig,
    ) -> Self {
        let mut articles = Articles {
            rest: Rest::Nothing,
            ready: VecDeque::new(),
            charset: encoding_rs::UTF_8.name(),
            received_at,
            limit: config.article_bytes_max,
            named: form::charset(form, bytes),
            good: 0,
            bad: 0,
            size: bytes.len(),
        };
        match articles.open(bytes, form) {
            Ok(rest) => articles.rest = rest,
            Err(reason) => articles.fail(Place::Whole, 0..bytes.len(), reason),
        }
        articles
    }

    /// The articles of JSON lines that are read from somewhere, never more than one line at a time.
    pub(super) fn of_stream(stream: Stream<'a>, received_at: Timestamp, config: &ReadConfig) -> Self {
        Articles {
            rest: Rest::Stream(stream),
            ready: VecDeque::new(),
            charset: encoding_rs::UTF_8.name(),
            received_at,
            limit: config.article_bytes_max,
            named: None,
            good: 0,
            bad: 0,
            size: 0,
        }
    }

    /// The name of the charset the bytes were in; of several, the first that is not UTF-8.
    pub fn charset(&self) -> &'static str {
        self.charset
    }

    fn open(&mut self, bytes: &'a [u8], form: Option<&str>) -> Result<Rest<'a>, Reason> {
        match form::recognise(form, bytes)? {
            Form::Lines => Ok(Rest::Lines(self.lines(bytes)?)),
            Form::Warc => Ok(Rest::Records(warc::Records::new(bytes, self.limit), 0)),
            Form::Gzip => self.unpack(bytes),
            form => {
                self.document(bytes, form, 0..bytes.len())?;
                Ok(Rest::Nothing)
            }
        }
    }

    /// Another form in gzip.
    fn unpack(&mut self, bytes: &[u8]) -> Result<Rest<'a>, Reason> {
        let limit = self.limit.saturating_mul(CONTAINER_FACTOR);
        let mut unpacked = Vec::new();
        let mut reader = std::io::Read::take(
            flate2::read::MultiGzDecoder::new(bytes),
            u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1),
        );
        std::io::Read::read_to_end(&mut reader, &mut unpacked)
            .map_err(|error| Reason::BrokenForm("gzip data", error.to_string()))?;
        if unpacked.len() > limit {
            return Err(Reason::TooLarge { found: unpacked.len(), limit });
        }
        match form::recognise(None, &unpacked)? {
            Form::Gzip | Form::Warc => Err(Reason::BrokenForm("gzip data", "it is packed twice".to_owned())),
            Form::Lines => {
                let lines = self.lines(&unpacked)?.bytes.into_owned();
                Ok(Rest::Lines(Lines {
                    bytes: Cow::Owned(lines),
                    delivered: Some(bytes.len()),
                    at: 0,
                    line: 0,
                }))
            }
            form => {
                self.document(&unpacked, form, 0..bytes.len())?;
                Ok(Rest::Nothing)
            }
        }
    }

    /// Reads one document whole.
    fn document(&mut self, bytes: &[u8], form: Form, range: Range<usize>) -> Result<(), Reason> {
        let limit = match form {
            Form::Feed | Form::NewsMl | Form::Html => self.limit.saturating_mul(CONTAINER_FACTOR),
            _ => self.limit,
        };
        if bytes.len() > limit {
            return Err(Reason::TooLarge { found: bytes.len(), limit });
        }
        let drafts = self.drafts(bytes, form)?;
        let several = drafts.len() > 1;
        for (index, draft) in drafts.into_iter().enumerate() {
            self.take(if several { Place::Record(index + 1) } else { Place::Whole }, range.clone(), draft);
        }
        Ok(())
    }

    fn drafts(&mut self, bytes: &[u8], form: Form) -> Result<formats::Drafts, Reason> {
        if form == Form::Mail {
            // A message states the charset of each of its parts.
            return formats::drafts(form, bytes, "");
        }
        let text = self.decode(bytes)?;
        match form {
            Form::Text => Ok(vec![Ok(text_draft(&text))]),
            Form::Json | Form::Lines => json_drafts(&text),
            form => formats::drafts(form, bytes, &text),
        }
    }

    fn decode<'b>(&mut self, bytes: &'b [u8]) -> Result<Cow<'b, str>, Reason> {
        let (text, charset) = decode::decode(bytes, self.named)?;
        if self.charset == encoding_rs::UTF_8.name() {
            self.charset = charset;
        }
        Ok(text)
    }

    /// Makes an article of a draft and has it ready, or the reason why not.
    fn take(&mut self, place: Place, bytes: Range<usize>, draft: Result<Draft, Reason>) {
        match draft.and_then(|draft| self.article(draft)) {
            Ok(article) => {
                self.good += 1;
                self.ready.push_back(Ok(article));
            }
            Err(reason) => self.fail(place, bytes, reason),
        }
    }

    fn fail(&mut self, place: Place, bytes: Range<usize>, reason: Reason) {
        self.bad += 1;
        if self.bad <= BAD_RECORDS_MAX {
            self.ready.push_back(Err(ReadError { place, bytes, reason }));
        }
    }

    fn article(&self, draft: Draft) -> Result<Article, Reason> {
        if let Some(until) = draft.embargo_until.filter(|until| until.at > self.received_at) {
            return Err(Reason::Embargoed(until));
        }
        if draft.status == Status::Withdrawn {
            return self.withdrawal(draft);
        }
        if draft.text.trim().is_empty() {
            return Err(Reason::Empty);
        }
        if draft.text.len() > self.limit {
            return Err(Reason::TooLarge { found: draft.text.len(), limit: self.limit });
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

    fn lines<'b>(&mut self, bytes: &'b [u8]) -> Result<Lines<'b>, Reason> {
        // UTF-16 has line feeds of two bytes: such a file is decoded as a whole, any other line by line, so that one
        // spoilt line does not decide the charset of the rest.
        let is_wide = Encoding::for_bom(bytes).is_some_and(|(encoding, _)| encoding != encoding_rs::UTF_8);
        let (bytes, delivered) = if is_wide {
            (Cow::Owned(self.decode(bytes)?.into_owned().into_bytes()), Some(bytes.len()))
        } else {
            (Cow::Borrowed(bytes), None)
        };
        Ok(Lines { bytes, delivered, at: 0, line: 0 })
    }

    /// Reads the next line that is not blank; false at the end.
    fn next_line(&mut self, lines: &mut Lines<'_>) -> bool {
        while let Some(range) = lines.advance() {
            let line = lines.bytes.get(range.clone()).unwrap_or_default();
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let delivered = lines.delivered.map_or(range, |length| 0..length);
            self.take_line(line, line.len(), lines.line, delivered);
            return true;
        }
        false
    }

    /// Reads the next line that is not blank from a stream; false at the end.
    fn next_of_stream(&mut self, stream: &mut Stream<'_>) -> bool {
        loop {
            let begin = self.size;
            match stream.advance(self.limit) {
                Ok(None) => return false,
                Ok(Some(length)) => {
                    // With its line feed, as the lines of a file lie one behind the other.
                    self.size = begin.saturating_add(length).saturating_add(1);
                    if stream.text.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    self.take_line(&stream.text, length, stream.line, begin..begin.saturating_add(length));
                }
                Err(error) => {
                    self.fail(Place::Whole, 0..self.size, Reason::BrokenForm(stream.what, error.to_string()));
                    stream.end();
                }
            }
            return true;
        }
    }

    /// Takes the articles of one line of so many bytes; of one that is too long its beginning is enough.
    fn take_line(&mut self, text: &[u8], length: usize, line: usize, delivered: Range<usize>) {
        let drafts = if length > self.limit {
            Err(Reason::TooLarge { found: length, limit: self.limit })
        } else {
            self.drafts(text, Form::Json)
        };
        match drafts {
            Ok(drafts) => {
                drafts.into_iter().for_each(|draft| self.take(Place::Line(line), delivered.clone(), draft));
            }
            Err(reason) => self.fail(Place::Line(line), delivered, reason),
        }
    }

    /// Reads the next record of an archive; false at the end.
    fn next_record(&mut self, records: &mut warc::Records<'_>, number: &mut usize) -> bool {
        *number += 1;
        let all = 0..self.size;
        let payload = match records.next() {
            None => return false,
            Some(Ok(payload)) => payload,
            Some(Err(why)) => {
                self.fail(Place::Record(*number), all, Reason::BrokenForm("a WARC archive", why));
                return true;
            }
        };
        let drafts =
            payload.bytes.map_err(|why| Reason::BrokenForm("a WARC record", why)).and_then(|bytes| {
                let kind = payload.content_type.as_deref();
                self.named = form::charset(kind, &bytes);
                match form::recognise(kind, &bytes)? {
                    Form::Lines | Form::Warc | Form::Gzip => {
                        Err(Reason::BrokenForm("a WARC record", "several articles in one record".to_owned()))
                    }
                    form => self.drafts(&bytes, form),
                }
            });
        match drafts {
            Ok(drafts) => {
                for draft in drafts {
                    let draft = draft.map(|draft| Draft {
                        url: draft.url.or_else(|| payload.url.clone()),
                        published_at: draft.published_at.or(payload.fetched_at),
                        ..draft
                    });
                    self.take(Place::Record(*number), all.clone(), draft);
                }
            }
            Err(reason) => self.fail(Place::Record(*number), all, reason),
        }
        true
    }

    /// What is to be said of the item as a whole, once: that it held nothing, or how much more was bad.
    fn last_word(&mut self) -> Option<Result<Article, ReadError>> {
        let reason = match self.bad {
            0 if self.good == 0 => Reason::Empty,
            bad if bad > BAD_RECORDS_MAX => Reason::FurtherLines(bad - BAD_RECORDS_MAX, BAD_RECORDS_MAX),
            _ => return None,
        };
        (self.good, self.bad) = (1, 0);
        Some(Err(ReadError { place: Place::Whole, bytes: 0..self.size, reason }))
    }
}

impl Iterator for Articles<'_> {
    type Item = Result<Article, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(outcome) = self.ready.pop_front() {
                return Some(outcome);
            }
            let mut rest = std::mem::replace(&mut self.rest, Rest::Nothing);
            let more = match &mut rest {
                Rest::Nothing => false,
                Rest::Lines(lines) => self.next_line(lines),
                Rest::Records(records, number) => self.next_record(records, number),
                Rest::Stream(stream) => self.next_of_stream(stream),
            };
            if !more {
                return self.last_word();
            }
            self.rest = rest;
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
}

/// The articles of a JSON document: ours, the same in the envelope of a `CloudEvent`, or one of the trade.
fn json_drafts(json: &str) -> Result<formats::Drafts, Reason> {
    if json.trim().is_empty() {
        return Err(Reason::Empty);
    }
    let (bytes, content_type) = match record::parse(json) {
        Ok(Record::Draft(draft)) => return Ok(vec![Ok(draft)]),
        Ok(Record::Wrapped(bytes, content_type)) => (bytes, content_type),
        // Only what is no article of ours is looked at a second time.
        Err(reason @ Reason::NotAnArticle(_)) => return formats::json_drafts(json).unwrap_or(Err(reason)),
        Err(reason) => return Err(reason),
    };
    let form = form::recognise(content_type.as_deref(), &bytes)?;
    let (text, _) = decode::decode(&bytes, form::charset(content_type.as_deref(), &bytes))?;
    match form {
        Form::Text => Ok(vec![Ok(text_draft(&text))]),
        Form::Json => match record::parse(&text) {
            Ok(Record::Draft(draft)) => Ok(vec![Ok(draft)]),
            Ok(Record::Wrapped(..)) => Err(Reason::NotAnArticle("an envelope within an envelope".to_owned())),
            Err(reason) => formats::json_drafts(&text).unwrap_or(Err(reason)),
        },
        Form::Lines | Form::Warc | Form::Gzip => {
            Err(Reason::NotAnArticle("several articles in one envelope".to_owned()))
        }
        form => formats::drafts(form, &bytes, &text),
    }
}

fn text_draft(text: &str) -> Draft {
    Draft { text: character::clean(text).into_owned(), ..Draft::default() }
}
