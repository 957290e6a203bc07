//! Pages: what the page says of its article in JSON-LD, else its main text without menus, related links and captions.
//! Comes in: the HTML. Goes out: a draft, or one for each update of a live page. Scripts are never run.

use dom_smoothie::{Config, Readability, TextMode};

use super::super::error::Reason;
use super::time::moment;
use super::{Drafts, json_ld, version_of};
use crate::model::Draft;

/// Elements of one page; real ones have a few thousand.
const ELEMENTS_MAX: usize = 100_000;

/// A main text shorter than this is a teaser, a login or an error page.
const WORDS_MIN: usize = 8;

/// The articles of a page.
pub(super) fn read(html: &str) -> Drafts {
    let page = dom_query::Document::from(html);
    let mut stated = Vec::new();
    for script in &page.select("script[type='application/ld+json']") {
        if let Ok(value) = serde_json::from_str(script.text().trim()) {
            stated.extend(json_ld::articles(&value).unwrap_or_default());
        }
    }
    if !stated.is_empty() {
        let address = address(&page);
        let with_address = |mut draft: Draft| {
            draft.url = draft.url.or_else(|| address.clone());
            Ok(draft)
        };
        return stated.into_iter().map(with_address).collect();
    }
    vec![main_text(html, &page)]
}

fn address(page: &dom_query::Document) -> Option<String> {
    let link = page.select("link[rel='canonical']").attr("href");
    link.or_else(|| page.select("meta[property='og:url']").attr("content")).map(|address| address.to_string())
}

fn main_text(html: &str, page: &dom_query::Document) -> Result<Draft, Reason> {
    let config =
        Config { text_mode: TextMode::Formatted, max_elements_to_parse: ELEMENTS_MAX, ..Config::default() };
    let read = |error: dom_smoothie::ReadabilityError| Reason::BrokenForm("HTML", error.to_string());
    let article = Readability::new(html, None, Some(config)).map_err(read)?.parse().map_err(read)?;
    let text = article.text_content.trim().to_owned();
    if text.split_whitespace().count() < WORDS_MIN {
        return Err(Reason::BrokenForm("HTML", "no article was found in it".to_owned()));
    }
    let url = article.url.or_else(|| address(page));
    let title = Some(article.title).filter(|title| !title.trim().is_empty());
    Ok(Draft {
        version: url.as_ref().map(|_| version_of(title.as_deref(), &text)),
        document: url.clone(),
        url,
        outlet: article.site_name,
        published_at: article.modified_time.or(article.published_time).as_deref().and_then(moment),
        title,
        text,
        ..Draft::default()
    })
}
