//! A report with the words of every claim marked. Comes in: an article and its claims. Goes out: its text as HTML, each
//! marked passage with what was read in it, for the eye and for a screen reader.

use super::html::Text;
use crate::model::{Article, Claim, FactKey, KnownClaim, Scope};
use crate::outputs::wording;

/// The whole text, paragraph by paragraph. Claims that share words share one mark.
pub(super) fn article(article: &Article, claims: &[(&FactKey, &KnownClaim)]) -> String {
    let mut sorted: Vec<&(&FactKey, &KnownClaim)> = claims.iter().collect();
    sorted.sort_by_key(|(_, known)| known.claim.evidence().span);
    if !article.has_text() {
        return gone(&sorted);
    }
    let text = article.text.as_str();
    let (mut out, mut at) = ("<p>".to_owned(), 0);
    let mut rest = sorted.into_iter().peekable();
    while let Some(first) = rest.next() {
        let span = first.1.claim.evidence().span;
        let (start, mut end) = (span.start, span.end);
        let mut together = vec![first];
        while let Some(next) = rest.next_if(|next| next.1.claim.evidence().span.start < end) {
            end = end.max(next.1.claim.evidence().span.end);
            together.push(next);
        }
        let (Some(before), Some(inside)) = (text.get(at..start), text.get(start..end)) else { continue };
        let read: Vec<String> = together.iter().map(|(key, known)| in_words(key, &known.claim)).collect();
        let class = class(&first.1.claim);
        out += &paragraphs(before);
        out += &format!("<mark class=\"{class}\">{}</mark>", Text(inside));
        out += &format!("<small class=\"read\"> [{}]</small>", Text(&read.join("; ")));
        at = end;
    }
    out += &paragraphs(text.get(at..).unwrap_or_default());
    out + "</p>"
}

/// What was read in a text that was kept long enough.
fn gone(claims: &[&(&FactKey, &KnownClaim)]) -> String {
    let quoted = |(key, known): &&(&FactKey, &KnownClaim)| {
        let (class, quote) = (class(&known.claim), &known.claim.evidence().quote);
        let read = in_words(key, &known.claim);
        format!(
            "<p><mark class=\"{class}\">{}</mark><small class=\"read\"> [{}]</small></p>",
            Text(quote),
            Text(&read)
        )
    };
    let quotes: String = claims.iter().map(quoted).collect();
    format!(
        "<p class=\"fine\">The text of this report was kept long enough and is gone; its claims stay.</p>{quotes}"
    )
}

fn paragraphs(text: &str) -> String {
    Text(text).to_string().replace("\n\n", "</p><p>").replace('\n', "<br>")
}

fn class(claim: &Claim) -> &'static str {
    match claim {
        Claim::Casualty(casualty) if casualty.scope == Scope::Background => "background",
        Claim::Casualty(_) => "casualties",
        Claim::Demand(_) => "demand",
        Claim::Position(_) => "position",
        Claim::Deed(_) => "deed",
    }
}

/// What was read: "killed: at least 29, says the ombudsman".
pub(super) fn in_words(key: &FactKey, claim: &Claim) -> String {
    let source = claim.source().map(|source| format!(", says {source}")).unwrap_or_default();
    format!("{}: {}{source}", wording::fact_in_words(key), content(claim))
}

/// The content of a claim alone: "at least 29", "an ultimatum", "supports".
pub(super) fn content(claim: &Claim) -> String {
    match claim {
        Claim::Casualty(casualty) => crate::diff::figure::in_words(crate::diff::figure::Figure::of(casualty)),
        Claim::Demand(demand) => {
            let condition = demand.condition.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
            format!("{}, {}{condition}", demand.force, demand.status)
        }
        Claim::Position(position) => position.stance.to_string(),
        Claim::Deed(_) => "done".to_owned(),
    }
}
