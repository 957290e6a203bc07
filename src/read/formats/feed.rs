//! RSS, Atom and JSON Feed: each entry is a report. Comes in: the document. Goes out: a draft an entry, the oldest first.
//! An entry whose words changed is a new version; one whose date alone moved is the same as before.

use super::super::error::Reason;
use super::{Drafts, text_of_html, version_of};
use crate::model::{Draft, Moment};

/// The entries of a document.
pub(super) fn read(text: &str) -> Result<Drafts, Reason> {
    let feed = feed_rs::parser::parse(text.as_bytes())
        .map_err(|error| Reason::BrokenForm("a feed", error.to_string()))?;
    let outlet = feed.title.map(|title| text_of_html(&title.content));
    let mut drafts: Drafts =
        feed.entries.into_iter().map(|entry| Ok(draft(entry, outlet.as_deref()))).collect();
    if drafts.is_empty() {
        return Err(Reason::Empty);
    }
    // Feeds list the latest first; a story is told from its beginning.
    drafts.reverse();
    Ok(drafts)
}

fn draft(entry: feed_rs::model::Entry, outlet: Option<&str>) -> Draft {
    let title = entry.title.map(|title| text_of_html(&title.content)).filter(|title| !title.is_empty());
    let body = entry.content.and_then(|content| content.body).filter(|body| !body.trim().is_empty());
    let text =
        text_of_html(&body.or_else(|| entry.summary.map(|summary| summary.content)).unwrap_or_default());
    let link = entry.links.iter().find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    let time = entry
        .updated
        .or(entry.published)
        .and_then(|time| jiff::Timestamp::from_second(time.timestamp()).ok());
    Draft {
        version: Some(version_of(title.as_deref(), &text)),
        document: Some(entry.id).filter(|id| !id.is_empty()),
        outlet: outlet.map(str::to_owned),
        url: link.map(|link| link.href.clone()),
        published_at: time.map(Moment::from),
        // A headline alone is a report, too.
        text: if text.is_empty() { title.clone().unwrap_or_default() } else { text },
        title,
        ..Draft::default()
    }
}
