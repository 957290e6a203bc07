//! One HTTP request to the daemon, written out by hand. Comes in: an address and a path. Goes out: status and body.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The longest an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `GET path` with further header lines. Nothing when nobody answers.
pub(crate) fn ask(address: &str, path: &str, headers: &str) -> Option<(u16, String)> {
    let mut line = TcpStream::connect(address).ok()?;
    line.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    line.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, body.to_owned()))
}
