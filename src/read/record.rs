//! One article in JSON. Comes in: the text of one JSON document. Goes out: a draft, or every mistake in it at once, each
//! with its field and what was found. Unknown fields are skipped unread, however deep they nest, so that no input can
//! exhaust the stack. The envelope of a `CloudEvent` is taken off. Never decides whether the words make an article.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::character::{clean, clean_line};
use super::error::Reason;
use crate::model::{Draft, Moment, Status};

/// Longest `id` and `outlet`, in bytes: they are names and travel with every alert.
const NAME_BYTES_MAX: usize = 512;
/// Longest `url` and `title`, in bytes.
const LINE_BYTES_MAX: usize = 4096;

/// What one JSON document delivers.
#[derive(Debug)]
pub(super) enum Record {
    /// An article's fields.
    Draft(Draft),
    /// An envelope around something that is not a JSON article: its bytes and the content type stated for them.
    Wrapped(Vec<u8>, Option<String>),
}

/// Reads one JSON document.
pub(super) fn parse(json: &str) -> Result<Record, Reason> {
    let mut parser = serde_json::Deserializer::from_str(json);
    let document =
        Depth::Envelope.deserialize(&mut parser).and_then(|document| parser.end().map(|()| document));
    match document.map_err(|error| Reason::NotJson(explain(&error)))? {
        Document::Object(mut fields) if fields.is_event => match fields.data.take() {
            Some(data) => unwrap_event(*data, &fields),
            None => match fields.take("data_base64")? {
                Some(encoded) => decode_event(&encoded, fields.content_type()),
                None => Err(not_an_article("a CloudEvent without `data`")),
            },
        },
        other => into_draft(other).map(Record::Draft),
    }
}

/// Whether the text is one complete JSON object.
pub(super) fn is_object(json: &str) -> bool {
    json.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(json).is_ok()
}

fn unwrap_event(data: Document, event: &Fields) -> Result<Record, Reason> {
    match data {
        Document::Text(text) => Ok(Record::Wrapped(text.into_bytes(), event.content_type())),
        data => into_draft(data).map(Record::Draft),
    }
}

fn decode_event(encoded: &str, content_type: Option<String>) -> Result<Record, Reason> {
    match STANDARD.decode(encoded.trim()) {
        Ok(bytes) => Ok(Record::Wrapped(bytes, content_type)),
        Err(error) => Err(not_an_article(&format!("`data_base64` is not Base64: {error}"))),
    }
}

fn into_draft(document: Document) -> Result<Draft, Reason> {
    let mut fields = match document {
        Document::Object(fields) => fields,
        Document::Text(_) => return Err(not_an_article("expected an object with `text`, found a string")),
        Document::Other("a list") => {
            return Err(not_an_article("found a list: write several articles one per line in a .jsonl file"));
        }
        Document::Whole(_) => return Err(not_an_article("expected an object with `text`, found a number")),
        Document::Other(found) => {
            return Err(not_an_article(&format!("expected an object with `text`, found {found}")));
        }
    };
    let mut mistakes = Vec::new();
    let mut draft = Draft::default();
    let mut line = |name: &'static str, limit: usize, mistakes: &mut Vec<String>| match fields.take(name) {
        Ok(text) => text.map(|text| clean_line(&text)).filter(|text| !text.is_empty()).filter(|text| {
            let fits = text.len() <= limit;
            if !fits {
                mistakes.push(format!("`{name}` holds {} bytes, the limit is {limit}", text.len()));
            }
            fits
        }),
        Err(Reason::NotAnArticle(mistake)) => {
            mistakes.push(mistake);
            None
        }
        Err(other) => {
            mistakes.push(other.to_string());
            None
        }
    };
    draft.id = line("id", NAME_BYTES_MAX, &mut mistakes);
    draft.outlet = line("outlet", NAME_BYTES_MAX, &mut mistakes);
    draft.url = line("url", LINE_BYTES_MAX, &mut mistakes);
    draft.title = line("title", LINE_BYTES_MAX, &mut mistakes);
    // A time that cannot be read is no missing time: taken as absent it would put old figures after new ones.
    match line("published_at", LINE_BYTES_MAX, &mut mistakes).map(|text| Moment::parse(&text)).transpose() {
        Ok(moment) => draft.published_at = moment,
        Err(mistake) => mistakes.push(format!("`published_at`: {mistake}")),
    }
    match line("embargo_until", LINE_BYTES_MAX, &mut mistakes).map(|text| Moment::parse(&text)).transpose() {
        Ok(moment) => draft.embargo_until = moment,
        Err(mistake) => mistakes.push(format!("`embargo_until`: {mistake}")),
    }
    draft.version = line("version", NAME_BYTES_MAX, &mut mistakes);
    match line("status", NAME_BYTES_MAX, &mut mistakes).as_deref() {
        None | Some("usable") => {}
        Some("withdrawn" | "canceled") => draft.status = Status::Withdrawn,
        Some(other) => {
            mistakes.push(format!("`status` must be \"usable\" or \"withdrawn\", found {other:?}"));
        }
    }
    match fields.take("text") {
        Ok(Some(text)) => draft.text = clean(&text).into_owned(),
        Ok(None) if draft.status == Status::Withdrawn => {}
        Ok(None) => mistakes.push("`text` is missing".to_owned()),
        Err(Reason::NotAnArticle(mistake)) => mistakes.push(mistake),
        Err(other) => mistakes.push(other.to_string()),
    }
    if mistakes.is_empty() { Ok(draft) } else { Err(Reason::NotAnArticle(mistakes.join("; "))) }
}

fn not_an_article(why: &str) -> Reason {
    Reason::NotAnArticle(why.to_owned())
}

/// The parser's own words, with the place in front.
fn explain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    match error.line() {
        0 => what.to_owned(),
        1 => format!("column {}: {what}", error.column()),
        line => format!("line {line}, column {}: {what}", error.column()),
    }
}

/// A JSON value as far as an article cares.
#[derive(Debug)]
enum Document {
    Object(Fields),
    Text(String),
    /// A whole number, not negative.
    Whole(u64),
    /// Anything else, by the name people give it.
    Other(&'static str),
}

/// The fields of an object that mean something here.
#[derive(Debug, Default)]
struct Fields {
    values: Vec<(&'static str, Document)>,
    is_event: bool,
    data: Option<Box<Document>>,
}

impl Fields {
    /// The text of a field; none when it is missing or null.
    fn take(&mut self, name: &str) -> Result<Option<String>, Reason> {
        let at = self.values.iter().position(|(field, _)| *field == name);
        let found = match at.map(|at| self.values.swap_remove(at).1) {
            None | Some(Document::Other("null")) => return Ok(None),
            Some(Document::Text(text)) => return Ok(Some(text)),
            Some(Document::Whole(number)) if name == "version" => return Ok(Some(number.to_string())),
            Some(Document::Whole(_)) => "a number",
            Some(Document::Other(found)) => found,
            Some(Document::Object(_)) => "an object",
        };
        let allowed = if name == "text" { "a string" } else { "a string or null" };
        Err(Reason::NotAnArticle(format!("`{name}` must be {allowed}, found {found}")))
    }

    fn content_type(&self) -> Option<String> {
        self.values.iter().find_map(|(field, value)| match value {
            Document::Text(text) if *field == "datacontenttype" => Some(text.to_lowercase()),
            _ => None,
        })
    }
}

/// How much of a JSON value is kept.
#[derive(Debug, Clone, Copy)]
enum Depth {
    /// The fields of an article or of an envelope, and what the envelope holds.
    Envelope,
    /// The fields of an article.
    Article,
    /// A string; of anything else only what it is.
    Text,
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Document;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Document, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Document;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Document, E> {
        Ok(Document::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Document, E> {
        Ok(Document::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Other("null"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Document, E> {
        Ok(Document::Other("true or false"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Document, E> {
        Ok(Document::Other("a number"))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Document, E> {
        Ok(Document::Whole(number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Document, E> {
        Ok(Document::Other("a number"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Document, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Document::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Document, A::Error> {
        let mut fields = Fields::default();
        while let Some(name) = object.next_key_seed(Name)? {
            match (name, self) {
                (Some("specversion"), Self::Envelope) => {
                    fields.is_event = true;
                    object.next_value::<IgnoredAny>()?;
                }
                (Some("data"), Self::Envelope) => {
                    fields.data = Some(Box::new(object.next_value_seed(Self::Article)?));
                }
                (Some("specversion" | "data") | None, _) | (_, Self::Text) => {
                    object.next_value::<IgnoredAny>()?;
                }
                (Some(name), _) => {
                    if fields.values.iter().any(|(field, _)| *field == name) {
                        return Err(A::Error::duplicate_field(name));
                    }
                    fields.values.push((name, object.next_value_seed(Self::Text)?));
                }
            }
        }
        Ok(Document::Object(fields))
    }
}

/// A field's name, when it is one that is read.
struct Name;

/// The names that are read.
const NAMES: [&str; 13] = [
    "id",
    "outlet",
    "url",
    "published_at",
    "title",
    "text",
    "version",
    "status",
    "embargo_until",
    "specversion",
    "data",
    "data_base64",
    "datacontenttype",
];

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(NAMES.iter().copied().find(|known| *known == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: &str) -> Draft {
        match parse(json) {
            Ok(Record::Draft(draft)) => draft,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(json: &str) -> String {
        parse(json).expect_err("is refused").to_string()
    }

    #[test]
    fn reads_every_field() {
        let draft = draft(
            r#"{"id":"a1","outlet":"Harbour News","url":"https://harbour.example/1","title":"Fire\nin port",
                "published_at":"2024-05-01T06:00:00+02:00","text":"Four died.\r\nMore soon.","editor":{"name":["x"]}}"#,
        );
        assert_eq!(draft.id.as_deref(), Some("a1"));
        assert_eq!(draft.outlet.as_deref(), Some("Harbour News"));
        assert_eq!(draft.title.as_deref(), Some("Fire in port"));
        assert_eq!(draft.published_at.expect("a time").to_string(), "2024-05-01T06:00:00+02:00");
        assert_eq!(draft.text, "Four died.\nMore soon.");
    }

    #[test]
    fn reads_versions_withdrawals_and_embargoes() {
        let second =
            draft(r#"{"id":"a1","version":2,"embargo_until":"2024-05-01T06:00:00Z","text":"Four died."}"#);
        assert_eq!((second.version.as_deref(), second.status), (Some("2"), Status::Usable));
        assert!(second.embargo_until.is_some());
        assert_eq!(draft(r#"{"id":"a1","version":"3","status":"withdrawn"}"#).status, Status::Withdrawn);
        assert!(refusal(r#"{"status":"perhaps","text":"a"}"#).contains("`status` must be"));
    }

    #[test]
    fn null_and_blank_are_missing() {
        let draft = draft(r#"{"id":null,"title":" ","published_at":"","text":"Four died."}"#);
        assert_eq!(draft, Draft { text: "Four died.".to_owned(), ..Draft::default() });
    }

    #[test]
    fn names_every_wrong_field_and_what_was_found() {
        let why = refusal(r#"{"title":7,"outlet":["x"],"published_at":"soon","text":{"a":1}}"#);
        for part in [
            "`outlet` must be a string or null, found a list",
            "`title` must be a string or null, found a number",
            "`published_at`: `soon` is not a time",
            "`text` must be a string, found an object",
        ] {
            assert!(why.contains(part), "{part} is not in: {why}");
        }
        assert!(refusal("{}").contains("`text` is missing"));
        assert!(refusal(r#"{"text":"a","text":"b"}"#).contains("duplicate field `text`"));
        assert!(refusal(&format!(r#"{{"id":"{}","text":"a"}}"#, "x".repeat(600))).contains("600 bytes"));
    }

    #[test]
    fn says_where_json_breaks_and_what_else_it_is() {
        assert!(refusal("{\"text\": \"a\",\n oops}").contains("line 2, column 2"));
        assert!(refusal("[{}]").contains(".jsonl"));
        assert!(refusal("12").contains("found a number"));
    }

    #[test]
    fn depth_does_not_matter() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(draft(&format!(r#"{{"more":{deep},"text":"Four died."}}"#)).text, "Four died.");
        assert!(refusal(&format!(r#"{{"text":{deep}}}"#)).contains("found a list"));
        assert!(refusal(&"[".repeat(200_000)).contains("EOF"));
        assert!(refusal(&"{\"data\":".repeat(200_000)).contains("EOF"));
    }

    #[test]
    fn takes_an_event_out_of_its_envelope() {
        let json = r#"{"data":{"id":"a1","text":"Four died."},"specversion":"1.0","id":"e9","type":"x","source":"/s"}"#;
        assert_eq!(draft(json).id.as_deref(), Some("a1"));
        let wrapped =
            parse(r#"{"specversion":"1.0","datacontenttype":"text/plain","data_base64":"Rm91ciBkaWVkLg=="}"#);
        assert!(
            matches!(wrapped, Ok(Record::Wrapped(bytes, Some(form))) if bytes == b"Four died." && form == "text/plain")
        );
        assert!(refusal(r#"{"specversion":"1.0","id":"e9"}"#).contains("without `data`"));
    }
}
