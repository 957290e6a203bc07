//! WARC (ISO 28500), plain or with a gzip member a record. Comes in: the bytes of an archive. Goes out: the payload of
//! each record that can hold a report, one after the other, with its address, its time and its content type. Requests,
//! metadata, revisits and what is no text are passed over. Never holds more than one record.

use std::io::{BufRead, BufReader, Read};

use flate2::read::{GzDecoder, MultiGzDecoder, ZlibDecoder};

use super::time::moment;
use crate::model::Moment;

/// Longest head of a record or of an HTTP answer, in bytes.
const HEAD_BYTES_MAX: u64 = 64 * 1024;

/// A payload as the archive holds it.
#[derive(Debug)]
pub(in super::super) struct Payload {
    /// `WARC-Target-URI`.
    pub(in super::super) url: Option<String>,
    /// `WARC-Date`: when it was fetched.
    pub(in super::super) fetched_at: Option<Moment>,
    /// The content type stated for it, in lower case.
    pub(in super::super) content_type: Option<String>,
    /// The payload without transfer and content encoding, or why it cannot be had.
    pub(in super::super) bytes: Result<Vec<u8>, String>,
}

/// The records of one archive.
#[derive(Debug)]
pub(in super::super) struct Records<'a> {
    from: Source<'a>,
    /// Longest payload, in bytes.
    limit: u64,
    over: bool,
}

#[derive(Debug)]
enum Source<'a> {
    Plain(&'a [u8]),
    Packed(Box<BufReader<MultiGzDecoder<&'a [u8]>>>),
}

impl Source<'_> {
    fn reader(&mut self) -> &mut dyn BufRead {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Packed(reader) => reader,
        }
    }
}

impl<'a> Records<'a> {
    /// The records of an archive, gzipped or not.
    pub(in super::super) fn new(bytes: &'a [u8], limit: usize) -> Self {
        let from = if bytes.starts_with(b"\x1f\x8b") {
            Source::Packed(Box::new(BufReader::new(MultiGzDecoder::new(bytes))))
        } else {
            Source::Plain(bytes)
        };
        Self { from, limit: u64::try_from(limit).unwrap_or(u64::MAX), over: false }
    }

    /// The next payload; an error is the last word, for what follows it cannot be told apart.
    pub(in super::super) fn next(&mut self) -> Option<Result<Payload, String>> {
        while !self.over {
            match self.record() {
                Ok(Some(payload)) => return Some(Ok(payload)),
                Ok(None) => {}
                Err(why) => {
                    self.over = true;
                    return why.map(Err);
                }
            }
        }
        None
    }

    /// One record: its payload when it can hold a report. The empty error is the end of the archive.
    fn record(&mut self) -> Result<Option<Payload>, Option<String>> {
        let limit = self.limit;
        let from = self.from.reader();
        let Some(head) = head(from).map_err(Some)? else { return Err(None) };
        if !head.first.starts_with("WARC/") {
            return Err(Some(format!("a record begins with `{}` instead of WARC/1.x", shown(&head.first))));
        }
        let length = head.get("content-length").and_then(|length| length.parse::<u64>().ok());
        let length = length.ok_or_else(|| Some("a record does not state its Content-Length".to_owned()))?;
        let kind = head.get("warc-type").unwrap_or_default();
        let mut block = from.take(length);
        let payload = match kind {
            "response" if is_http(&head) => http_payload(&mut block, limit),
            "resource" | "conversion" => {
                Ok(Some((head.get("content-type").map(str::to_lowercase), read_bounded(&mut block, limit))))
            }
            _ => Ok(None),
        };
        let skipped = std::io::copy(&mut block, &mut std::io::sink());
        if skipped.is_err() || block.limit() > 0 {
            return Err(Some("the archive ends inside a record".to_owned()));
        }
        let Some((content_type, bytes)) = payload.map_err(Some)? else { return Ok(None) };
        if content_type.as_deref().is_some_and(|kind| !may_speak(kind)) {
            return Ok(None);
        }
        Ok(Some(Payload {
            url: head.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_owned()),
            fetched_at: head.get("warc-date").and_then(moment),
            content_type,
            bytes,
        }))
    }
}

fn is_http(head: &Head) -> bool {
    head.get("content-type").is_some_and(|kind| kind.to_lowercase().starts_with("application/http"))
}

/// Whether a content type can hold a report.
fn may_speak(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    (kind.starts_with("text/") && !matches!(kind, "text/css" | "text/javascript" | "text/calendar"))
        || kind.ends_with("xml")
        || kind.ends_with("json")
        || kind == "message/rfc822"
}

type Content = (Option<String>, Result<Vec<u8>, String>);

/// The body of an HTTP answer that was a success.
fn http_payload(block: &mut dyn BufRead, limit: u64) -> Result<Option<Content>, String> {
    let Some(head) = head(block)? else { return Ok(None) };
    let status = head.first.split_whitespace().nth(1).unwrap_or_default();
    if status != "200" {
        return Ok(None);
    }
    let content_type = head.get("content-type").map(str::to_lowercase);
    if content_type.as_deref().is_some_and(|kind| !may_speak(kind)) {
        return Ok(None);
    }
    let mut bytes = read_bounded(block, limit);
    if head.get("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        // Many archives hold the body already joined; then it does not begin with the size of a chunk.
        bytes = bytes.map(|bytes| joined(&bytes).unwrap_or(bytes));
    }
    let bytes = match head.get("content-encoding").map(str::to_lowercase).as_deref() {
        Some("gzip" | "x-gzip") => {
            bytes.and_then(|bytes| read_bounded(&mut GzDecoder::new(bytes.as_slice()), limit))
        }
        Some("deflate") => {
            bytes.and_then(|bytes| read_bounded(&mut ZlibDecoder::new(bytes.as_slice()), limit))
        }
        Some("identity" | "") | None => bytes,
        Some(other) => Err(format!("its content encoding `{other}` is not read")),
    };
    Ok(Some((content_type, bytes)))
}

/// The chunks of a body joined, or nothing when it is not in chunks.
fn joined(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    loop {
        let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
        let (size, rest) = bytes.split_at_checked(end)?;
        let size = std::str::from_utf8(size).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(out);
        }
        let rest = rest.get(2..)?;
        out.extend_from_slice(rest.get(..size)?);
        bytes = rest.get(size + 2..)?;
    }
}

fn read_bounded(from: &mut dyn Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = from.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| format!("it cannot be unpacked: {error}"))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(format!("it holds more than {limit} bytes, the limit of an article"));
    }
    Ok(bytes)
}

/// A first line and the named fields after it.
struct Head {
    first: String,
    fields: Vec<(String, String)>,
}

impl Head {
    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a head up to its empty line; empty lines before it are what ends the record before. Nothing at the end.
fn head(from: &mut dyn BufRead) -> Result<Option<Head>, String> {
    let mut from = from.take(HEAD_BYTES_MAX);
    let mut lines = std::iter::from_fn(|| {
        let mut line = Vec::new();
        match from.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(Ok(String::from_utf8_lossy(&line).trim_end().to_owned())),
            Err(error) => Some(Err(format!("it cannot be unpacked: {error}"))),
        }
    });
    let first = loop {
        match lines.next() {
            None => return Ok(None),
            Some(line) => match line? {
                line if line.is_empty() => {}
                line => break line,
            },
        }
    };
    let mut fields = Vec::new();
    for line in lines {
        let line = line?;
        if line.is_empty() {
            return Ok(Some(Head { first, fields }));
        }
        if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    Err(format!("the head that begins with `{}` does not end", shown(&first)))
}

/// The start of a line, for a message.
fn shown(line: &str) -> String {
    line.chars().take(40).collect()
}
