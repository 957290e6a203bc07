//! HTTP requests to the daemon, written out by hand. Comes in: an address and a path. Goes out: status, head and body, or
//! the events of a stream one by one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The longest an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The header lines as they came.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Asks `GET path` with further header lines. Nothing when nobody answers.
pub(crate) fn ask(address: &str, path: &str, headers: &str) -> Option<(u16, String)> {
    request(address, "GET", path, headers, b"").map(|reply| (reply.status, reply.body))
}

/// Any request. Nothing when nobody answers.
pub(crate) fn request(address: &str, method: &str, path: &str, headers: &str, body: &[u8]) -> Option<Reply> {
    let mut line = TcpStream::connect(address).ok()?;
    line.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    // HTTP/1.0 is never answered in chunks.
    let head = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\n{length}{headers}\r\n");
    line.write_all(head.as_bytes()).ok()?;
    // A server that refuses a large body need not read it.
    drop(line.write_all(body));
    let mut answer = Vec::new();
    drop(line.read_to_end(&mut answer));
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Reply { status, head: head.to_owned(), body: body.to_owned() })
}

/// A stream of server-sent events.
pub(crate) struct Stream {
    lines: BufReader<TcpStream>,
}

impl Stream {
    /// Begins to listen, after the event with this id if one is given.
    pub(crate) fn open(address: &str, last: Option<&str>) -> Self {
        let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        Self::listen(address, "/api/live", &last)
    }

    /// Begins to listen as a page does.
    pub(crate) fn brief(address: &str) -> Self {
        Self::listen(address, "/api/live?brief=true", "")
    }

    fn listen(address: &str, path: &str, headers: &str) -> Self {
        let mut line = TcpStream::connect(address).unwrap();
        line.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n{headers}\r\n");
        line.write_all(head.as_bytes()).unwrap();
        let mut lines = BufReader::new(line);
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        assert!(first.contains("200"), "{first}");
        // The first thing sent is a comment: from then on everything is heard.
        let mut stream = Self { lines };
        stream.until(|line| line.starts_with(':')).unwrap();
        stream
    }

    fn until(&mut self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            if wanted(line) {
                return Some(line.to_owned());
            }
        }
    }

    /// The id of the next message; nothing when the stream ends.
    pub(crate) fn next_id(&mut self) -> Option<String> {
        let line = self.until(|line| line.starts_with("id:"))?;
        line.split_once(':').map(|(_, id)| id.trim().to_owned())
    }

    /// The data of the next event; nothing when the stream ends.
    pub(crate) fn next_data(&mut self) -> Option<String> {
        let line = self.until(|line| line.starts_with("data:"))?;
        line.split_once(':').map(|(_, data)| data.trim().to_owned())
    }
}
