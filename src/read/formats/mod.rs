//! The formats of the trade: a document in one of them goes in, the articles it holds come out as drafts, each or the
//! reason why not. A format is one file here and one form in `form`. Pure; never fetches what a document links to.

mod feed;
mod html;
mod json_ld;
mod mail;
mod newsml;
mod ninjs;
mod nitf;
mod time;
pub(super) mod warc;
mod xml;

use super::character::{clean, clean_line};
use super::error::Reason;
use super::form::Form;
use crate::model::Draft;

/// What one document holds.
pub(super) type Drafts = Vec<Result<Draft, Reason>>;

/// Articles taken from one document; beyond, the rest is refused: a live page has hundreds of updates, not tens of
/// thousands.
const ARTICLES_MAX: usize = 10_000;

/// The articles of a document in this form. `bytes` are the document as delivered, `text` the same decoded.
pub(super) fn drafts(form: Form, bytes: &[u8], text: &str) -> Result<Drafts, Reason> {
    let mut drafts = match form {
        Form::NewsMl => newsml::read(text)?,
        Form::Nitf => vec![nitf::read(text)],
        Form::Feed => feed::read(text)?,
        Form::Html => html::read(text),
        Form::Mail => vec![mail::read(bytes)],
        Form::Text | Form::Json | Form::Lines | Form::Warc | Form::Gzip => Vec::new(),
    };
    if drafts.len() > ARTICLES_MAX {
        drafts.truncate(ARTICLES_MAX);
        drafts.push(Err(Reason::NotAnArticle(format!(
            "only the first {ARTICLES_MAX} articles of it are read"
        ))));
    }
    Ok(drafts.into_iter().map(|draft| draft.map(cleaned)).collect())
}

/// The articles of a JSON document that is none of ours: ninjs, or schema.org in JSON-LD. Nothing when it is neither.
pub(super) fn json_drafts(json: &str) -> Option<Result<Drafts, Reason>> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    let drafts: Drafts = match ninjs::read(&value) {
        Some(draft) => vec![draft],
        None => json_ld::articles(&value)?.into_iter().map(Ok).collect(),
    };
    Some(Ok(drafts.into_iter().map(|draft| draft.map(cleaned)).collect()))
}

/// A draft with the characters that the stored text keeps.
fn cleaned(draft: Draft) -> Draft {
    let line = |text: Option<String>| text.map(|text| clean_line(&text)).filter(|text| !text.is_empty());
    Draft {
        id: line(draft.id),
        outlet: line(draft.outlet),
        url: line(draft.url),
        title: line(draft.title),
        document: line(draft.document),
        version: line(draft.version),
        text: clean(draft.text.trim()).into_owned(),
        ..draft
    }
}

/// The plain text of a piece of HTML, its blocks apart.
fn text_of_html(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.trim().to_owned();
    }
    dom_query::Document::from(html).formatted_text().trim().to_owned()
}

/// A name for the words of a version whose publisher does not count versions.
fn version_of(title: Option<&str>, text: &str) -> String {
    let mut name = crate::model::article::fingerprint([title.unwrap_or_default(), text]);
    name.truncate(12);
    name
}

/// Paragraphs that a publisher adds about the document itself, in the words that the reader knows.
fn with_note(text: String, label: &str, note: Option<&str>) -> String {
    match note.map(str::trim).filter(|note| !note.is_empty()) {
        Some(note) => format!("{text}\n\n{label}: {note}"),
        None => text,
    }
}
