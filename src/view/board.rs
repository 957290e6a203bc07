//! The board of demands and the positions of a story. Comes in: its facts, and when their articles were published. Goes
//! out: HTML: demands that are open before those that are settled, the hardest first, with the time at which they fall
//! due; positions by actor, each stance in its order.

use std::collections::BTreeMap;

use super::history;
use super::html::{Text, time};
use super::story::{Spoken, details, editable};
use crate::model::{Claim, DemandStatus, Fact, FactKey, Force, Value};
use crate::notify::demand_clock::falls_due;
use crate::outputs::wording;

/// Demands that are seen at a glance; more are folded away.
const SHOWN: usize = 6;

/// The demands, and nothing for a story without any.
pub(super) fn demands(facts: &[Fact], spoken: &Spoken) -> String {
    let mut open: Vec<(bool, Force, &Fact)> = Vec::new();
    for fact in facts {
        if let Some(Value::Demand { force, status, .. }) = &fact.value {
            let stands = matches!(status, DemandStatus::Made | DemandStatus::Repeated);
            open.push((!stands, *force, fact));
        }
    }
    // Those that are open first, of these the hardest, of these the latest.
    let latest = |fact: &Fact| fact.value.as_ref().map(Value::as_of);
    open.sort_by(|one, other| {
        (one.0, other.1, latest(other.2))
            .cmp(&(other.0, one.1, latest(one.2)))
            .then(one.2.key.cmp(&other.2.key))
    });
    if open.is_empty() {
        return String::new();
    }
    let cards: Vec<String> = open.iter().map(|(_, _, fact)| card(fact, spoken)).collect();
    let (first, rest) = cards.split_at(cards.len().min(SHOWN));
    let mut out = format!(
        "<section aria-labelledby=\"demands\"><h2 id=\"demands\">Demands</h2><ul class=\"cards\">{}</ul>",
        first.concat()
    );
    if !rest.is_empty() {
        let more =
            if rest.len() == 1 { "1 more demand".to_owned() } else { format!("{} more demands", rest.len()) };
        out += &details(&more, &format!("<ul class=\"cards\">{}</ul>", rest.concat()));
    }
    out + "</section>"
}

fn card(fact: &Fact, spoken: &Spoken) -> String {
    let Some(Value::Demand { force, status, condition, .. }) = &fact.value else { return String::new() };
    let (state, class) = match status {
        DemandStatus::Made | DemandStatus::Repeated => (format!("{force}, open"), format!("open {force}")),
        over => (over.to_string(), "over".to_owned()),
    };
    let condition = condition
        .as_ref()
        .map(|words| format!("<p class=\"condition\">Condition or deadline: {}</p>", Text(words)))
        .unwrap_or_default();
    let due = falls_due(fact, |article| spoken.get(article).copied())
        .map(|at| format!("<p class=\"due\">Falls due <strong data-due>{}</strong></p>", time(at)))
        .unwrap_or_default();
    // The closed sets are plain words: they need no escape.
    format!(
        "<li class=\"card {class}\"{}><span class=\"badge\">{state}</span><h3>{}</h3>{due}{condition}{}{}</li>",
        editable(fact),
        Text(&wording::fact_in_words(&fact.key)),
        last_quote(fact),
        details("History", &history::list(fact))
    )
}

fn last_quote(fact: &Fact) -> String {
    let said = fact
        .value
        .as_ref()
        .and_then(|value| fact.claims.iter().rev().find(|known| known.article == *value.article()));
    said.or(fact.claims.last()).map_or_else(String::new, |known| {
        let who = known.outlet.as_deref().unwrap_or("unnamed outlet");
        format!(
            "<blockquote>{}</blockquote><p class=\"fine\">{} · {}</p>",
            Text(&known.claim.evidence().quote),
            Text(who),
            time(known.held_at)
        )
    })
}

/// By actor, each stance in its order: a reversal is seen at a glance.
pub(super) fn positions(facts: &[Fact]) -> String {
    let mut actors: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for fact in facts {
        let FactKey::Position { actor, target } = &fact.key else { continue };
        let mut stances: Vec<&str> = Vec::new();
        for known in &fact.claims {
            if let Claim::Position(position) = &known.claim
                && stances.last() != Some(&position.stance.as_str())
            {
                stances.push(position.stance.as_str());
            }
        }
        let (list, words) = actors.entry(actor).or_default();
        let course: Vec<String> = stances.iter().map(|stance| format!("<b>{stance}</b>")).collect();
        let target = target.as_deref().unwrap_or("no one named");
        *list += &format!(
            "<li{}>{} <span>{}</span></li>",
            editable(fact),
            course.join(" <span aria-label=\"then\">→</span> "),
            Text(target)
        );
        *words += &format!("<h4>{}</h4>{}", Text(target), history::list(fact));
    }
    if actors.is_empty() {
        return String::new();
    }
    let mut out =
        "<section aria-labelledby=\"positions\"><h2 id=\"positions\">Positions</h2><ul class=\"cards\">"
            .to_owned();
    for (actor, (stances, words)) in actors {
        out += &format!(
            "<li class=\"card\"><h3>{}</h3><ul class=\"stances\">{stances}</ul>{}</li>",
            Text(actor),
            details("In their words", &words)
        );
    }
    out + "</ul></section>"
}
