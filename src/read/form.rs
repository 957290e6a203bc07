//! Which form an item is in. Comes in: a file ending or content type, and the bytes. Goes out: the form, or which other
//! form it is. What the bytes certainly are decides, else the name, else a guess. Never decodes more than it must.

use encoding_rs::Encoding;

use super::error::Reason;
use super::record;

/// A form that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Title, blank line, body.
    Text,
    /// One article, or a document of the trade in JSON.
    Json,
    /// One article a line.
    Lines,
    /// NewsML-G2.
    NewsMl,
    /// NITF.
    Nitf,
    /// RSS or Atom.
    Feed,
    /// A page.
    Html,
    /// An e-mail.
    Mail,
    /// A web archive, gzipped or not.
    Warc,
    /// Another form, gzipped.
    Gzip,
}

/// Endings and content types of forms that people might expect to be read; any other name says nothing.
const OTHER_FORMS: &[&str] = &[
    "pdf",
    "doc",
    "docx",
    "odt",
    "rtf",
    "csv",
    "tsv",
    "xls",
    "xlsx",
    "yaml",
    "yml",
    "zip",
    "tar",
    "tgz",
    "zst",
    "xz",
    "bz2",
    "7z",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "mp3",
    "mp4",
    "avro",
    "parquet",
    "text/csv",
    "application/pdf",
    "application/avro",
];

/// How much of an item is looked at to recognise it, in bytes.
const HEAD_BYTES: usize = 4096;

/// The form of an item.
pub(super) fn recognise(name: Option<&str>, bytes: &[u8]) -> Result<Form, Reason> {
    if let Some(form) = certain(bytes)? {
        return Ok(form);
    }
    let name = name.map(|name| name.split(';').next().unwrap_or_default().trim().trim_start_matches('.'));
    match name.unwrap_or_default() {
        "txt" | "text" | "text/plain" => Ok(Form::Text),
        "jsonl" | "ndjson" | "application/jsonl" | "application/x-ndjson" | "application/ndjson" => {
            Ok(Form::Lines)
        }
        "json" | "application/json" | "text/json" => Ok(one_or_several(bytes)),
        json if json.starts_with("application/") && json.ends_with("+json") => Ok(one_or_several(bytes)),
        "html" | "htm" | "xhtml" | "text/html" | "application/xhtml+xml" => Ok(Form::Html),
        "eml" | "message/rfc822" => Ok(Form::Mail),
        other if OTHER_FORMS.contains(&other) || other.starts_with("image/") => {
            Err(Reason::UnknownForm(format!("`{other}`")))
        }
        _ => {
            let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
            Ok(if start.starts_with(b"{") || start.starts_with(b"[{") {
                one_or_several(bytes)
            } else {
                Form::Text
            })
        }
    }
}

/// The form that the first bytes leave no doubt about.
fn certain(bytes: &[u8]) -> Result<Option<Form>, Reason> {
    if bytes.starts_with(b"\x1f\x8b") {
        return Ok(Some(if unpacked_head(bytes).starts_with(b"WARC/") { Form::Warc } else { Form::Gzip }));
    }
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    let head = match Encoding::for_bom(head) {
        Some((encoding, mark)) => {
            encoding.decode_without_bom_handling(head.get(mark..).unwrap_or_default()).0
        }
        None => String::from_utf8_lossy(head),
    };
    let start = head.trim_start();
    if start.starts_with("WARC/1.") || start.starts_with("WARC/0.") {
        return Ok(Some(Form::Warc));
    }
    if start.starts_with('<') {
        return of_markup(start);
    }
    Ok(is_mail(start).then_some(Form::Mail))
}

/// The first bytes of gzip data.
fn unpacked_head(bytes: &[u8]) -> Vec<u8> {
    let mut head = vec![0; 8];
    let read = std::io::Read::read(&mut flate2::read::GzDecoder::new(bytes), &mut head).unwrap_or_default();
    head.truncate(read);
    head
}

/// The form of a document by its root element. Markup without a root that is known is text with marks in it, unless it
/// says that it is XML.
fn of_markup(start: &str) -> Result<Option<Form>, Reason> {
    let mut rest = start;
    let mut is_xml = false;
    while let Some(after) = ["<?", "<!"].iter().find_map(|mark| rest.strip_prefix(mark)) {
        is_xml |= rest.get(..5).is_some_and(|mark| mark.eq_ignore_ascii_case("<?xml"));
        if after.get(..12).is_some_and(|name| name.eq_ignore_ascii_case("doctype html")) {
            return Ok(Some(Form::Html));
        }
        let end = if after.starts_with("--") { "-->" } else { ">" };
        let Some(at) = after.find(end) else { break };
        rest = after.get(at + end.len()..).unwrap_or_default().trim_start();
    }
    let name = rest.strip_prefix('<').unwrap_or_default();
    let name = name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
    let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
    let form = match local.to_ascii_lowercase().as_str() {
        "newsitem" | "newsmessage" => Form::NewsMl,
        "nitf" => Form::Nitf,
        "rss" | "feed" | "rdf" => Form::Feed,
        "html" => Form::Html,
        _ if is_xml => return Err(Reason::UnknownForm(format!("XML with the root element `{local}`"))),
        _ => return Ok(None),
    };
    Ok(Some(form))
}

/// Whether a text begins with the head of an e-mail: fields only, a sender among them and one that only mail has.
fn is_mail(start: &str) -> bool {
    let (mut sender, mut mail) = (false, false);
    for line in start.lines().take_while(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return false;
        }
        let name = name.to_ascii_lowercase();
        sender |= name == "from";
        mail |= matches!(
            name.as_str(),
            "message-id" | "mime-version" | "received" | "return-path" | "dkim-signature"
        );
    }
    sender && mail
}

/// The charset that a content type states, or the document itself in its first bytes.
pub(super) fn charset(name: Option<&str>, bytes: &[u8]) -> Option<&'static Encoding> {
    let stated = |text: &str| {
        let (_, label) = text.split_once("charset=").or_else(|| text.split_once("encoding="))?;
        let label = label.trim_start_matches(['"', '\'']);
        let end = label.find(|c: char| matches!(c, '"' | '\'' | ';' | '>' | '?') || c.is_whitespace());
        Encoding::for_label(label.get(..end.unwrap_or(label.len()))?.as_bytes())
    };
    let head = bytes.get(..1024).unwrap_or(bytes).trim_ascii_start();
    name.and_then(stated).or_else(|| {
        head.starts_with(b"<").then(|| stated(&String::from_utf8_lossy(head).to_ascii_lowercase())).flatten()
    })
}

/// A JSON document whose first line is complete and not the last is really a file of JSON lines, whatever its name.
fn one_or_several(bytes: &[u8]) -> Form {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    let several = bytes.split(|byte| *byte == b'\n').next().is_some_and(|first| {
        first.len() < bytes.len() && std::str::from_utf8(first).is_ok_and(record::is_object)
    });
    if several { Form::Lines } else { Form::Json }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_name_decides_where_the_bytes_do_not() {
        assert_eq!(recognise(Some("txt"), b"{\"text\":\"a\"}"), Ok(Form::Text));
        assert_eq!(recognise(Some("application/json; charset=utf-8"), b"{}"), Ok(Form::Json));
        assert_eq!(recognise(Some("application/cloudevents+json"), b"{}"), Ok(Form::Json));
        assert_eq!(recognise(Some("jsonl"), b"{}"), Ok(Form::Lines));
        assert_eq!(recognise(Some("pdf"), b"a"), Err(Reason::UnknownForm("`pdf`".to_owned())));
    }

    #[test]
    fn else_the_content_does() {
        assert_eq!(recognise(None, b"\xef\xbb\xbf {\n\"text\":\"a\"}\n"), Ok(Form::Json));
        assert_eq!(recognise(Some("2024"), b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n"), Ok(Form::Lines));
        assert_eq!(recognise(Some("json"), b"{\"text\":\"a\"}\nnonsense"), Ok(Form::Lines));
        assert_eq!(recognise(None, b"[ad] Four died"), Ok(Form::Text));
    }

    #[test]
    fn the_bytes_decide_whatever_the_name() {
        for (bytes, form) in [
            ("<?xml version=\"1.0\"?>\n<!-- a -->\n<n:newsItem guid=\"a\">", Form::NewsMl),
            ("<?xml version=\"1.0\"?><!DOCTYPE nitf SYSTEM \"nitf.dtd\"><nitf>", Form::Nitf),
            ("<rss version=\"2.0\">", Form::Feed),
            ("<feed xmlns=\"http://www.w3.org/2005/Atom\">", Form::Feed),
            ("<!DOCTYPE html><html>", Form::Html),
            ("WARC/1.1\r\nWARC-Type: warcinfo\r\n", Form::Warc),
            ("From: Desk <a@b.example>\r\nMessage-ID: <1@b.example>\r\n\r\nFour died.", Form::Mail),
        ] {
            assert_eq!(recognise(Some("txt"), bytes.as_bytes()), Ok(form), "{bytes}");
        }
        assert_eq!(recognise(Some("txt"), b"From: the front\n\nFour died."), Ok(Form::Text));
        assert_eq!(recognise(Some("txt"), b"<b>Four</b> died."), Ok(Form::Text));
        assert!(matches!(recognise(None, b"<?xml version=\"1.0\"?><svg>"), Err(Reason::UnknownForm(_))));
    }

    #[test]
    fn a_stated_charset_is_found() {
        let name = |name, bytes| charset(name, bytes).map(Encoding::name);
        assert_eq!(name(Some("text/plain; charset=\"iso-8859-2\""), b""), Some("ISO-8859-2"));
        assert_eq!(name(None, b"<?xml version=\"1.0\" encoding='ISO-8859-2'?><nitf>"), Some("ISO-8859-2"));
        assert_eq!(name(None, b"<html><meta charset=windows-1250>"), Some("windows-1250"));
        assert_eq!(name(Some("txt"), b"charset=utf-8"), None);
    }
}
