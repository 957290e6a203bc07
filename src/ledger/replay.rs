//! What would have been alerted, as lines of JSON. Comes in: articles in order of arrival and a reader. Goes out: per
//! article one report line and its alert lines, in the documented form. Never does I/O, never reads a clock: each
//! article counts as learned when it was received.

use serde_json::{Value, json};

use crate::model::{Alert, Article, Claim, Status};

use super::{Ledger, Limits, Outcome};

/// Replays articles against an empty memory. An article that arrives a second time makes no line.
pub fn replay<'a>(
    articles: impl IntoIterator<Item = Article> + 'a,
    read: impl Fn(&Article) -> Vec<Claim> + 'a,
) -> impl Iterator<Item = Value> + 'a {
    let mut ledger = Ledger::new(Limits::default());
    articles.into_iter().flat_map(move |article| {
        if ledger.knows(&article.id) {
            return Vec::new();
        }
        let claims = read(&article);
        lines(&enter(&mut ledger, article, claims))
    })
}

/// Enters one article with its claims into a ledger whose stories are all in memory.
/// An article counts as received when it spoke, unless it is known to have come later.
pub fn enter(ledger: &mut Ledger, mut article: Article, claims: Vec<Claim>) -> Outcome {
    article.received_at = article.received_at.max(article.spoken_at());
    if article.status == Status::Withdrawn {
        let versions = ledger.versions_of(article.document.as_ref().unwrap_or(&article.id));
        if let Some(story) = versions.last().map(|(_, story)| story.clone()) {
            let of_story = versions.into_iter().filter(|(_, other)| *other == story);
            let articles = of_story.map(|(article, _)| article).collect();
            let learned_at = article.received_at;
            if let Some(outcome) = ledger.retract(article.clone(), &story, &articles, None, learned_at) {
                return outcome;
            }
        }
    }
    let assignment = ledger.assign(&article, &claims);
    let learned_at = article.received_at;
    ledger.apply(article, claims, assignment, learned_at)
}

/// The lines of one outcome: the report, then its alerts.
pub fn lines(outcome: &Outcome) -> Vec<Value> {
    let report = json!({
        "type": "report",
        "article": outcome.article.id,
        "story": outcome.story.id,
        "claims": outcome.claims.len(),
    });
    let alerts = outcome.message.iter().flat_map(|message| message.alerts.iter().map(alert_line));
    std::iter::once(report).chain(alerts).collect()
}

/// One alert in the documented form.
pub fn alert_line(alert: &Alert) -> Value {
    let fact = match &alert.fact {
        crate::model::FactKey::Casualties { effect, group, side, place, scope } => {
            json!({"effect": effect, "group": group, "side": side, "place": place, "scope": scope})
        }
        crate::model::FactKey::Demand { by, to, act } => json!({"by": by, "to": to, "act": act}),
        crate::model::FactKey::Position { actor, target } => json!({"actor": actor, "target": target}),
        crate::model::FactKey::Deed { doer, act } => json!({"doer": doer, "act": act}),
    };
    let mut line = json!({
        "type": "alert",
        "id": alert.id,
        "article": alert.article,
        "story": alert.story,
        "story_title": alert.story_title,
        "about": alert.about,
        "fact": fact,
        "change": alert.change.as_str(),
        "before": alert.before,
        "after": alert.after,
        "evidence": {"quote": alert.evidence.quote, "start": alert.evidence.span.start, "end": alert.evidence.span.end},
        "sources": alert.sources,
        "reason": alert.reason,
    });
    if let (false, Some(fields)) = (alert.corrects.is_empty(), line.as_object_mut()) {
        fields.insert("corrects".to_owned(), json!(alert.corrects));
    }
    line
}
