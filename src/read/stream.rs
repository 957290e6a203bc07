//! Articles of JSON lines from a source that need not fit into memory. Comes in: a reader. Goes out: its lines, one at a
//! time; of one that is too long only the beginning, with its length. Anything but JSON lines is given back as it was: it
//! has to be read whole.

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::Encoding;
use jiff::Timestamp;

use super::ReadConfig;
use super::articles::Articles;
use super::form::{self, Form};

/// How much of a source is looked at to recognise it.
const HEAD_BYTES: u64 = 64 * 1024;

/// What a source turned out to be.
pub enum Source<'a> {
    /// JSON lines, plain or in gzip.
    Lines(Articles<'a>),
    /// Something else, from its first byte on.
    Other(Box<dyn Read + Send + 'a>),
}

/// Looks what a source holds. `form` is a file ending or content type, as far as it is known.
///
/// # Errors
/// The source cannot be read.
pub fn recognise<'a>(
    mut source: impl Read + Send + 'a,
    form: Option<&str>,
    received_at: Timestamp,
    config: &ReadConfig,
) -> io::Result<Source<'a>> {
    let mut head = Vec::new();
    source.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let lines = |reader: Box<dyn BufRead + Send + 'a>, what| {
        Source::Lines(Articles::of_stream(Stream::new(reader, what), received_at, config))
    };
    let (is_plain, is_packed) = (is_lines(form, &head), is_packed(&head));
    let whole = Cursor::new(head).chain(source);
    if is_plain {
        return Ok(lines(Box::new(BufReader::new(whole)), "a file of JSON lines"));
    }
    if is_packed {
        let unpacked = flate2::read::MultiGzDecoder::new(BufReader::new(whole));
        return Ok(lines(Box::new(BufReader::new(unpacked)), "gzip data"));
    }
    Ok(Source::Other(Box::new(whole)))
}

/// Whether bytes begin as JSON lines whose characters stand for themselves.
fn is_lines(form: Option<&str>, head: &[u8]) -> bool {
    let is_wide = Encoding::for_bom(head).is_some_and(|(encoding, _)| encoding != encoding_rs::UTF_8);
    !is_wide && matches!(form::recognise(form, head), Ok(Form::Lines))
}

/// Whether bytes are gzip data of JSON lines.
fn is_packed(head: &[u8]) -> bool {
    if !matches!(form::recognise(None, head), Ok(Form::Gzip)) {
        return false;
    }
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(head).take(HEAD_BYTES);
    // The head is cut somewhere: what can be unpacked of it is enough.
    drop(reader.read_to_end(&mut unpacked));
    is_lines(None, &unpacked)
}

/// Where the reading of a source stands.
pub(super) struct Stream<'a> {
    reader: Box<dyn BufRead + Send + 'a>,
    /// What it is, for errors.
    pub(super) what: &'static str,
    /// The number of the present line.
    pub(super) line: usize,
    /// The present line without its line feed, or its beginning.
    pub(super) text: Vec<u8>,
}

impl<'a> Stream<'a> {
    fn new(reader: Box<dyn BufRead + Send + 'a>, what: &'static str) -> Self {
        Self { reader, what, line: 0, text: Vec::new() }
    }

    /// Goes to the next line and says how long it is; nothing at the end. Keeps no more of it than one byte over `most`.
    pub(super) fn advance(&mut self, most: usize) -> io::Result<Option<usize>> {
        let most = most.saturating_add(1);
        self.text.clear();
        let (mut length, mut began) = (0_usize, false);
        loop {
            let part = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                part => part?,
            };
            if part.is_empty() {
                break;
            }
            began = true;
            let feed = part.iter().position(|byte| *byte == b'\n');
            let of_line = part.get(..feed.unwrap_or(part.len())).unwrap_or(part);
            let room = most.saturating_sub(self.text.len()).min(of_line.len());
            self.text.extend_from_slice(of_line.get(..room).unwrap_or_default());
            length = length.saturating_add(of_line.len());
            let used = of_line.len() + usize::from(feed.is_some());
            self.reader.consume(used);
            if feed.is_some() {
                break;
            }
        }
        self.line += usize::from(began);
        Ok(began.then_some(length))
    }

    /// Nothing more is read.
    pub(super) fn end(&mut self) {
        self.reader = Box::new(io::empty());
    }
}

impl fmt::Debug for Stream<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Stream")
            .field("what", &self.what)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::model::Article;
    use crate::read::ReadError;

    fn read_whole(bytes: &[u8], config: &ReadConfig) -> Vec<Result<Article, ReadError>> {
        crate::read::read(bytes, Some("jsonl"), Timestamp::UNIX_EPOCH, config).collect()
    }

    fn read_streamed(
        bytes: &[u8],
        form: Option<&str>,
        config: &ReadConfig,
    ) -> Vec<Result<Article, ReadError>> {
        match recognise(bytes, form, Timestamp::UNIX_EPOCH, config).unwrap() {
            Source::Lines(articles) => articles.collect(),
            Source::Other(_) => panic!("these are lines"),
        }
    }

    fn lines() -> String {
        let article = |number: usize| {
            format!("{{\"id\": \"{number}\", \"text\": \"The flood killed {number} people in Kasumbwe.\"}}\n")
        };
        let mut all: String = (1..=3000).map(article).collect();
        all.insert(0, '\u{feff}');
        all + "  \n\n{broken\n" + &"x".repeat(90_000) + "\n{\"text\": \"\"}\n" + article(3001).trim_end()
    }

    #[test]
    fn a_stream_gives_what_the_bytes_give() {
        let text = lines();
        let config = ReadConfig { article_bytes_max: 80_000 };
        let whole = read_whole(text.as_bytes(), &config);
        assert_eq!(whole.iter().filter(|one| one.is_ok()).count(), 3001);
        assert_eq!(whole.len(), 3004);
        assert_eq!(read_streamed(text.as_bytes(), Some("jsonl"), &config), whole);
        assert_eq!(read_streamed(text.as_bytes(), Some("json"), &config), whole, "by its first line");
        assert_eq!(read_whole(b"", &config), read_streamed(b"", Some("jsonl"), &config), "nothing says so");

        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        let mut packed = packer.finish().unwrap();
        assert_eq!(read_streamed(&packed, Some("gz"), &config), whole);
        packed.truncate(packed.len() - 100);
        let cut = read_streamed(&packed, Some("gz"), &config);
        let end = cut.last().unwrap().as_ref().unwrap_err().to_string();
        assert!(cut.len() > 2000 && end.contains("gzip data"), "{} articles, then {end}", cut.len());
    }

    #[test]
    fn what_is_no_lines_comes_back_whole() {
        let config = ReadConfig::default();
        let wide: Vec<u8> = "\u{feff}{\"text\":\"a\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let text = "word ".repeat(40_000);
        let others: [(&[u8], &str); 3] =
            [(text.as_bytes(), "txt"), (b"{\"text\": \"Four died.\"}", "json"), (&wide, "jsonl")];
        for (bytes, form) in others {
            match recognise(bytes, Some(form), Timestamp::UNIX_EPOCH, &config).unwrap() {
                Source::Lines(_) => panic!("{form} is no JSON lines here"),
                Source::Other(mut other) => {
                    let mut back = Vec::new();
                    other.read_to_end(&mut back).unwrap();
                    assert!(back == bytes, "{form}");
                }
            }
        }
    }
}
