//! The history of one fact: each claim in the order it held, with what it did, who says so, and its words, those marked
//! that the claim before did not have. Comes in: a fact. Goes out: a list in HTML.

use super::html::{Text, time, with_marks};
use super::marked;
use crate::diff::course::{Step, follow};
use crate::diff::explain::changed_words;
use crate::model::{ChangeKind, Claim, Fact, KnownClaim, Relation};

/// The list, and nothing for a fact without claims.
pub(super) fn list(fact: &Fact) -> String {
    if fact.claims.is_empty() {
        return String::new();
    }
    let course = follow(&fact.key, &fact.claims);
    let mut out = "<ol class=\"history\">".to_owned();
    let mut before: Option<&str> = None;
    for (known, step) in fact.claims.iter().zip(&course.steps) {
        out += &entry(known, *step, before);
        before = Some(&known.claim.evidence().quote);
    }
    if fact.merged > 0 {
        out +=
            &format!("<li class=\"quiet\">{} older claims that moved nothing are left out</li>", fact.merged);
    }
    out + "</ol>"
}

fn entry(known: &KnownClaim, step: Step, before: Option<&str>) -> String {
    let evidence = known.claim.evidence();
    let spans = match before {
        Some(_) => changed_words(before, &evidence.quote),
        None => Vec::new(),
    };
    let quote = with_marks(&evidence.quote, spans.iter().map(|span| (span.start, span.end)));
    let source = known.claim.source().map(|source| format!(", says {}", Text(source))).unwrap_or_default();
    let outlet = known.outlet.as_deref().unwrap_or("unnamed outlet");
    let copy = if known.origin == known.article { "" } else { ", a reprint" };
    let (class, verdict) = in_words(step);
    let correction = if is_correction(&known.claim) { " <em>a correction</em>" } else { "" };
    format!(
        "<li class=\"{class}\"><div><strong>{}</strong>{source}{correction} <span class=\"verdict\">{verdict}</span></div>\
         <blockquote>{quote}</blockquote><div class=\"fine\">{} · {}{copy}</div></li>",
        Text(&marked::content(&known.claim)),
        Text(outlet),
        time(known.held_at),
    )
}

/// Whether the text calls the figure a correction.
pub(super) fn is_correction(claim: &Claim) -> bool {
    matches!(claim, Claim::Casualty(casualty) if casualty.relation == Relation::Correction)
}

fn in_words(step: Step) -> (&'static str, String) {
    match step {
        Step::Opens => ("moved", "first".to_owned()),
        Step::Moves(kind) => ("moved", kind_in_words(kind).to_owned()),
        Step::RivalMoves(kind, _) => {
            ("moved", format!("{}, by a source that had disagreed", kind_in_words(kind)))
        }
        Step::Conflicts => ("conflict", "sources disagree".to_owned()),
        Step::Silent(why) => ("quiet", format!("changes nothing: {}", why.in_words())),
    }
}

fn kind_in_words(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::New => "new",
        ChangeKind::Up => "risen",
        ChangeKind::Down => "revised down",
        ChangeKind::Conflict => "sources disagree",
        ChangeKind::Hardened => "hardened",
        ChangeKind::Softened => "softened",
        ChangeKind::Met => "met",
        ChangeKind::Rejected => "rejected",
        ChangeKind::Withdrawn => "withdrawn",
        ChangeKind::Changed => "changed",
        ChangeKind::DeadlineNear => "deadline near",
        ChangeKind::DeadlinePassed => "deadline passed",
    }
}
