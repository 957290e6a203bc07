//! From changes to the message that tells them. Comes in: an article, its story, the changes it made. Goes out: one
//! message, with ids that are the same on every replay. Never delivers, never reads a clock.

use jiff::Timestamp;

use crate::model::article::{fingerprint, sha256_hex};
use crate::model::{Alert, Article, ArticleId, Change, FactKey, Message, Story, Value, alert::AlertEvidence};

/// The message that tells these changes; none when there is nothing to tell.
pub fn message(
    article: &Article,
    story: &Story,
    changes: Vec<Change>,
    created_at: Timestamp,
) -> Option<Message> {
    if changes.is_empty() {
        return None;
    }
    let text_sha256 = sha256_hex(&article.text);
    let alerts = changes.into_iter().map(|change| alert(article, &text_sha256, story, change)).collect();
    let id = fingerprint(["message", &story.id, &article.id]);
    Some(Message {
        id,
        story: story.id.clone(),
        article: article.id.clone(),
        created_at,
        received_at: Some(article.received_at),
        trace_parent: None,
        digest: None,
        alerts,
    })
}

/// The id under which an article tells a value of a fact: known to whoever knows what was told, so that a correction
/// can name what it corrects, though the article may have changed its story since.
fn alert_id(article: &ArticleId, key: &FactKey, after: &Value) -> String {
    fingerprint(["alert", article, &serde_json::to_string(key).unwrap_or_default(), &content(after)])
}

fn alert(article: &Article, text_sha256: &str, story: &Story, change: Change) -> Alert {
    let Change { key, kind, before, quote_before, after, evidence, sources, reason, corrects } = change;
    Alert {
        id: alert_id(&article.id, &key, &after),
        folds: Vec::new(),
        corrects: corrects.iter().map(|told| alert_id(told.article(), &key, told)).collect(),
        article: article.id.clone(),
        article_title: article.title.clone(),
        outlet: article.outlet.clone(),
        url: article.url.clone(),
        published_at: article.published_at,
        story: story.id.clone(),
        story_title: story.title.clone(),
        about: key.about().to_owned(),
        fact: key,
        change: kind,
        before,
        after,
        evidence: AlertEvidence { quote: evidence.quote, span: evidence.span, rule: evidence.rule },
        quote_before,
        sources,
        reason,
        text_sha256: Some(text_sha256.to_owned()),
        proof: None,
    }
}

/// A value as text without what may differ between two runs over the same articles (the time of arrival).
fn content(value: &Value) -> String {
    match value {
        Value::Casualties { value, high, bound, .. } => format!("{value} {} {bound}", high.unwrap_or(*value)),
        Value::Demand { force, status, .. } => format!("{force} {status}"),
        Value::Position { stance, .. } => stance.to_string(),
    }
}
