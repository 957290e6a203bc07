//! Which form an item is in. Comes in: a file ending or content type, and the bytes. Goes out: the form, or which other
//! form it is. Never decodes more than it must to tell one JSON document from several.

use encoding_rs::Encoding;

use super::error::Reason;
use super::record;

/// A form that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Title, blank line, body.
    Text,
    /// One article.
    Json,
    /// One article a line.
    Lines,
}

/// Endings and content types of forms that people might expect to be read; any other name says nothing, and the
/// content decides.
const OTHER_FORMS: &[&str] = &[
    "html",
    "htm",
    "xhtml",
    "xml",
    "rss",
    "atom",
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
    "eml",
    "warc",
    "zip",
    "gz",
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
    "text/html",
    "text/xml",
    "text/csv",
    "application/xml",
    "application/pdf",
    "application/avro",
];

/// The form of an item.
pub(super) fn recognise(name: Option<&str>, bytes: &[u8]) -> Result<Form, Reason> {
    let name = name.map(|name| name.split(';').next().unwrap_or_default().trim().trim_start_matches('.'));
    match name.unwrap_or_default() {
        "txt" | "text" | "text/plain" => Ok(Form::Text),
        "jsonl" | "ndjson" | "application/jsonl" | "application/x-ndjson" | "application/ndjson" => {
            Ok(Form::Lines)
        }
        "json" | "application/json" | "text/json" => Ok(one_or_several(bytes)),
        json if json.starts_with("application/") && json.ends_with("+json") => Ok(one_or_several(bytes)),
        other if OTHER_FORMS.contains(&other) || other.starts_with("image/") => {
            Err(Reason::UnknownForm(format!("`{other}`")))
        }
        _ => {
            let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
            Ok(if start.starts_with(b"{") { one_or_several(bytes) } else { Form::Text })
        }
    }
}

/// The charset that a content type states.
pub(super) fn charset(name: Option<&str>) -> Option<&'static Encoding> {
    let (_, label) = name?.split_once("charset=")?;
    let label = label.split(';').next().unwrap_or_default();
    Encoding::for_label(label.trim().trim_matches('"').as_bytes())
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
    fn a_known_name_decides() {
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
    fn a_stated_charset_is_found() {
        assert_eq!(
            charset(Some("text/plain; charset=\"iso-8859-2\"")).map(Encoding::name),
            Some("ISO-8859-2")
        );
        assert_eq!(charset(Some("txt")), None);
    }
}
