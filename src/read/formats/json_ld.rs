//! schema.org in JSON-LD: news articles, and live pages of which every update is a report of its own. Comes in: a JSON
//! value, alone or out of a page. Goes out: drafts, the oldest first; nothing when it speaks of no article.

use serde_json::Value;

use super::time::moment;
use super::{text_of_html, version_of, with_note};
use crate::model::Draft;

/// Lists within lists that are looked through.
const DEPTH_MAX: usize = 8;

/// The articles that a value describes: alone, in a list, or in a graph.
pub(super) fn articles(value: &Value) -> Option<Vec<Draft>> {
    let mut found = Vec::new();
    collect(value, 0, &mut found);
    (!found.is_empty()).then_some(found)
}

fn collect(value: &Value, depth: usize, found: &mut Vec<Draft>) {
    match value {
        _ if depth > DEPTH_MAX => {}
        Value::Array(values) => values.iter().for_each(|value| collect(value, depth + 1, found)),
        Value::Object(_) if is_type(value, |name| name == "LiveBlogPosting") => live(value, found),
        Value::Object(_) if is_type(value, is_article) => {
            found.extend(draft(value, None).filter(|draft| !draft.text.is_empty()));
        }
        Value::Object(fields) => {
            for name in ["@graph", "mainEntity"] {
                if let Some(inner) = fields.get(name) {
                    collect(inner, depth + 1, found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_article(name: &str) -> bool {
    name.ends_with("NewsArticle")
        || matches!(name, "Article" | "Report" | "BlogPosting" | "ReportageNewsArticle")
}

fn is_type(value: &Value, wanted: impl Fn(&str) -> bool) -> bool {
    match value.get("@type") {
        Some(Value::String(name)) => wanted(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(wanted),
        _ => false,
    }
}

/// Every update of a live page, the oldest first.
fn live(page: &Value, found: &mut Vec<Draft>) {
    let updates = match page.get("liveBlogUpdate") {
        Some(Value::Array(updates)) => updates.as_slice(),
        Some(update) => std::slice::from_ref(update),
        None => &[],
    };
    let mut drafts: Vec<Draft> = updates
        .iter()
        .filter_map(|update| draft(update, Some(page)))
        .filter(|draft| !draft.text.is_empty())
        .collect();
    drafts.sort_by_key(|draft| draft.published_at.map(|moment| moment.at));
    found.append(&mut drafts);
}

/// One article; what it does not say itself, its page may.
fn draft(article: &Value, page: Option<&Value>) -> Option<Draft> {
    let own = |name: &str| article.get(name).and_then(text);
    let either = |name: &str| own(name).or_else(|| page.and_then(|page| page.get(name)).and_then(text));
    let body = own("articleBody").or_else(|| own("text"))?;
    let corrections: Vec<String> = match article.get("correction") {
        Some(Value::Array(corrections)) => corrections.iter().filter_map(text).collect(),
        Some(correction) => text(correction).into_iter().collect(),
        None => Vec::new(),
    };
    let correction = Some(corrections.join(" ")).filter(|text| !text.is_empty());
    let title = own("headline").or_else(|| own("name")).or_else(|| either("headline"));
    let title = title.map(|title| text_of_html(&title));
    let body = with_note(text_of_html(&body), "Correction", correction.as_deref());
    let url = own("url").or_else(|| own("mainEntityOfPage")).or_else(|| either("url"));
    let document = own("@id").or_else(|| own("identifier")).or_else(|| url.clone());
    let published = own("dateModified").or_else(|| own("datePublished")).or_else(|| either("dateModified"));
    Some(Draft {
        version: document.as_ref().map(|_| version_of(title.as_deref(), &body)),
        document,
        outlet: either("publisher"),
        url,
        published_at: published.as_deref().and_then(moment),
        title,
        text: body,
        ..Draft::default()
    })
}

/// A value as text: a string, or the name or address of what an object describes.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Object(fields) => ["name", "@id", "url", "text", "@value"]
            .iter()
            .find_map(|name| fields.get(*name)?.as_str())
            .map(str::to_owned),
        Value::Array(values) => values.first().and_then(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
