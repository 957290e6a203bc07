//! One story for people: what is known now, its toll over time, the demands, the positions, the reports with every claim
//! marked. Comes in: the story, its facts, its latest reports. Goes out: HTML, as part of the page of the daemon or as
//! one file that needs nothing else.

use std::collections::BTreeMap;

use super::html::{Text, moment, time};
use super::{chart, history, marked};
use crate::model::{Claim, DemandStatus, Fact, FactKey, Group, KnownClaim, Scope, Story, Value};
use crate::outputs::wording;
use crate::store::KnownArticle;

/// The style of a page that stands alone; the daemon serves the same sheets.
const STYLES: [&str; 2] = [include_str!("../api/page/style.css"), include_str!("../api/page/chart.css")];

/// Charts on one page: of the effects that have the most to show.
const CHARTS_MAX: usize = 3;

/// One self-contained page, to mail or to keep.
pub fn document(story: &Story, facts: &[Fact], articles: &[KnownArticle]) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <style>{}</style></head><body><main class=\"story\">{}</main>\
         <footer class=\"fine\">Written by newsdelta. Times as their authors gave them, else UTC.</footer></body></html>\n",
        Text(&story.title),
        STYLES.join("\n"),
        part(story, facts, articles)
    )
}

/// The chart of the figure that the story is known by, as a file of its own.
pub fn main_chart(facts: &[Fact]) -> Option<String> {
    charted(facts).into_iter().find_map(chart::alone)
}

/// The story as part of a page: it begins with its title as the heading of first rank.
pub fn part(story: &Story, facts: &[Fact], articles: &[KnownArticle]) -> String {
    let mut out = format!(
        "<h1>{}</h1><p class=\"fine\">{} · since {} · last report {}</p>",
        Text(&story.title),
        reports(story.articles),
        time(story.opened_at),
        time(story.last_report_at)
    );
    let sections = [
        tolls(facts),
        breakdown(facts),
        demands(facts),
        positions(facts),
        background(facts),
        all_reports(facts, articles),
    ];
    if facts.is_empty() {
        out += "<p class=\"empty\">No figures, demands or positions were read in this story yet.</p>";
    }
    for section in sections {
        out += &section;
    }
    out
}

/// "1 report", "5 reports".
pub(crate) fn reports(count: u64) -> String {
    if count == 1 { "1 report".to_owned() } else { format!("{count} reports") }
}

/// Figures for the event as a whole, those with the longest history first among equals in rank of effect.
fn charted(facts: &[Fact]) -> Vec<&Fact> {
    let mut whole: Vec<&Fact> =
        facts.iter().filter(|fact| is_whole(&fact.key) && fact.value.is_some()).collect();
    whole.sort_by(|one, other| one.key.cmp(&other.key));
    if whole.is_empty() {
        let mut parts: Vec<&Fact> = facts
            .iter()
            .filter(|fact| {
                matches!(fact.key, FactKey::Casualties { scope: Scope::Event | Scope::Incident, .. })
            })
            .filter(|fact| fact.value.is_some())
            .collect();
        parts.sort_by_key(|fact| std::cmp::Reverse(fact.claims.len()));
        parts.truncate(1);
        return parts;
    }
    whole
}

fn is_whole(key: &FactKey) -> bool {
    matches!(
        key,
        FactKey::Casualties { group: Group::People, side: None, place: None, scope: Scope::Event, .. }
    )
}

fn tolls(facts: &[Fact]) -> String {
    let whole = charted(facts);
    if whole.is_empty() {
        return String::new();
    }
    let mut out =
        "<section aria-labelledby=\"toll\"><h2 id=\"toll\">Toll</h2><ul class=\"tolls\">".to_owned();
    for fact in &whole {
        let Some(value) = &fact.value else { continue };
        let source = value.source().map(|source| format!("{}, ", Text(source))).unwrap_or_default();
        out += &format!(
            "<li><span class=\"figure\">{}</span> <span class=\"what\">{}</span><span class=\"fine\">{source}{}</span></li>",
            Text(&wording::known_in_words(value)),
            Text(&wording::fact_in_words(&fact.key)),
            time(value.as_of())
        );
    }
    out += "</ul>";
    for fact in whole.iter().take(CHARTS_MAX) {
        let Some(drawn) = chart::inline(fact) else { continue };
        out += &format!(
            "<figure><figcaption>{}</figcaption><div class=\"scroll\" tabindex=\"0\" role=\"group\" \
             aria-label=\"Chart: {0}\">{drawn}</div>{}</figure>",
            Text(&wording::fact_in_words(&fact.key)),
            details("History of this figure", &history::list(fact))
        );
    }
    out + "</section>"
}

fn details(summary: &str, content: &str) -> String {
    format!("<details><summary>{}</summary>{content}</details>", Text(summary))
}

/// Figures of a group, a side, a place or a single blow.
fn breakdown(facts: &[Fact]) -> String {
    let parts: Vec<&Fact> = facts
        .iter()
        .filter(|fact| fact.value.is_some() && !is_whole(&fact.key))
        .filter(|fact| matches!(fact.key, FactKey::Casualties { scope: Scope::Event | Scope::Incident, .. }))
        .collect();
    figures("breakdown", "By group, side and place", &parts)
}

fn background(facts: &[Fact]) -> String {
    let earlier: Vec<&Fact> = facts
        .iter()
        .filter(|fact| matches!(fact.key, FactKey::Casualties { scope: Scope::Background, .. }))
        .collect();
    if earlier.is_empty() {
        return String::new();
    }
    let mut list = String::new();
    for fact in earlier {
        list += &history::list(fact);
    }
    format!(
        "<section aria-labelledby=\"background\"><h2 id=\"background\">Background</h2>{}</section>",
        details("Figures of earlier or other events, which never alert", &list)
    )
}

fn figures(id: &str, heading: &str, facts: &[&Fact]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{heading}</h2><div class=\"scroll\" tabindex=\"0\" role=\"group\" \
         aria-label=\"{heading}\"><table><thead><tr><th scope=\"col\">What</th><th scope=\"col\">Figure</th>\
         <th scope=\"col\">Who says so</th><th scope=\"col\">When</th></tr></thead><tbody>"
    );
    for fact in facts {
        let Some(value) = &fact.value else { continue };
        let outlet = fact
            .claims
            .iter()
            .find(|known| known.article == *value.article())
            .and_then(|known| known.outlet.as_deref());
        let who = value.source().or(outlet).unwrap_or("not stated");
        out += &format!(
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>",
            Text(&wording::fact_in_words(&fact.key)),
            Text(&wording::known_in_words(value)),
            Text(who),
            time(value.as_of())
        );
    }
    out + "</tbody></table></div></section>"
}

fn demands(facts: &[Fact]) -> String {
    let mut cards = String::new();
    for fact in facts {
        let (FactKey::Demand { .. }, Some(Value::Demand { force, status, condition, .. })) =
            (&fact.key, &fact.value)
        else {
            continue;
        };
        let (state, class) = match status {
            DemandStatus::Made | DemandStatus::Repeated => {
                (format!("{force}, open"), format!("open {force}"))
            }
            over => (over.to_string(), "over".to_owned()),
        };
        let condition = condition
            .as_ref()
            .map(|words| format!("<p class=\"condition\">Condition or deadline: {}</p>", Text(words)))
            .unwrap_or_default();
        let quote = last_quote(fact);
        // The closed sets are plain words: they need no escape.
        cards += &format!(
            "<li class=\"card {class}\"><span class=\"badge\">{state}</span><h3>{}</h3>{condition}{quote}{}</li>",
            Text(&wording::fact_in_words(&fact.key)),
            details("History", &history::list(fact))
        );
    }
    if cards.is_empty() {
        return String::new();
    }
    format!(
        "<section aria-labelledby=\"demands\"><h2 id=\"demands\">Demands</h2><ul class=\"cards\">{cards}</ul></section>"
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
fn positions(facts: &[Fact]) -> String {
    let mut actors: BTreeMap<&str, String> = BTreeMap::new();
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
        let entry = actors.entry(actor).or_default();
        let course: Vec<String> = stances.iter().map(|stance| format!("<b>{stance}</b>")).collect();
        let target = target.as_deref().unwrap_or("no one named");
        *entry += &format!(
            "<li>{} <span>{}</span>{}</li>",
            course.join(" <span aria-label=\"then\">→</span> "),
            Text(target),
            details("In their words", &history::list(fact))
        );
    }
    if actors.is_empty() {
        return String::new();
    }
    let mut out =
        "<section aria-labelledby=\"positions\"><h2 id=\"positions\">Positions</h2><ul class=\"cards\">"
            .to_owned();
    for (actor, stances) in actors {
        out +=
            &format!("<li class=\"card\"><h3>{}</h3><ul class=\"stances\">{stances}</ul></li>", Text(actor));
    }
    out + "</ul></section>"
}

fn all_reports(facts: &[Fact], articles: &[KnownArticle]) -> String {
    let mut said: BTreeMap<&str, Vec<(&FactKey, &KnownClaim)>> = BTreeMap::new();
    for fact in facts {
        for known in &fact.claims {
            said.entry(&known.article).or_default().push((&fact.key, known));
        }
    }
    let mut out = "<section aria-labelledby=\"reports\"><h2 id=\"reports\">Reports</h2>".to_owned();
    for known in articles.iter().rev() {
        let article = &known.article;
        let claims = said.get(article.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let when = article.published_at.map_or_else(|| time(article.received_at), moment);
        let copy = if known.origin == article.id { "" } else { ", a reprint" };
        let count = match claims.len() {
            0 => "no claim".to_owned(),
            1 => "1 claim".to_owned(),
            many => format!("{many} claims"),
        };
        out += &format!(
            "<details class=\"report\" id=\"report-{}\"><summary><strong>{}</strong> <span class=\"fine\">{}{copy} · {when} · {count}</span></summary>\
             <div class=\"text\">{}</div>{}</details>",
            Text(&article.id),
            Text(&article.title),
            Text(article.outlet.as_deref().unwrap_or("unnamed outlet")),
            marked::article(article, claims),
            link(article.url.as_deref())
        );
    }
    out + "</section>"
}

/// A link to where the report can be read, if that is a page of the web and nothing else.
fn link(url: Option<&str>) -> String {
    url.filter(|url| url.starts_with("https://") || url.starts_with("http://"))
        .map(|url| {
            format!("<p><a href=\"{0}\" rel=\"noreferrer noopener\" target=\"_blank\">{0}</a></p>", Text(url))
        })
        .unwrap_or_default()
}
