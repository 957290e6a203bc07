//! One story for people: what is known now, its toll over time, the demands, the positions, the reports with every claim
//! marked. Comes in: the story, its facts, its latest reports. Goes out: HTML, as part of the page of the daemon or as
//! one file that needs nothing else.

use std::collections::BTreeMap;

use super::html::{Text, moment, time};
use super::{board, chart, history, marked, versions};
use crate::diff::key;
use crate::model::{
    Article, ArticleId, Effect, Fact, FactKey, Group, KnownClaim, Moment, Scope, Story, Value,
};
use crate::outputs::wording;
use crate::store::KnownArticle;

/// The style of a page that stands alone; the daemon serves the same sheets.
const STYLES: [&str; 2] = [include_str!("../api/page/style.css"), include_str!("../api/page/chart.css")];

/// When articles were published, in the zone of their authors: a deadline "on Friday" ends where it was spoken.
pub type Spoken = BTreeMap<ArticleId, Moment>;

/// Charts on one page: of the effects that have the most to show.
const CHARTS_MAX: usize = 3;

/// One self-contained page, to mail or to keep.
pub fn document(story: &Story, facts: &[Fact], articles: &[KnownArticle], spoken: &Spoken) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <style>{}</style></head><body><main class=\"story\">{}</main>\
         <footer class=\"fine\">Written by newsdelta. Times as their authors gave them, else UTC.</footer></body></html>\n",
        Text(&story.title),
        STYLES.join("\n"),
        part(story, facts, articles, spoken)
    )
}

/// The chart of the figure that the story is known by, as a file of its own.
pub fn main_chart(facts: &[Fact]) -> Option<String> {
    charted(facts).into_iter().find_map(chart::alone)
}

/// The story as part of a page: it begins with its title as the heading of first rank.
pub fn part(story: &Story, facts: &[Fact], articles: &[KnownArticle], spoken: &Spoken) -> String {
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
        board::demands(facts, spoken),
        board::positions(facts),
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
    whole.sort_by(|one, other| weight(&one.key).cmp(&weight(&other.key)).then(one.key.cmp(&other.key)));
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

/// What is read first comes first.
fn weight(key: &FactKey) -> usize {
    const ORDER: [Effect; 3] = [Effect::Killed, Effect::Injured, Effect::Missing];
    let FactKey::Casualties { effect, .. } = key else { return ORDER.len() };
    ORDER.iter().position(|one| one == effect).unwrap_or(ORDER.len())
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
        let source = who_says(fact, value).map(|source| format!("{}, ", Text(source))).unwrap_or_default();
        out += &format!(
            "<li{}><span class=\"figure\">{}</span> <span class=\"what\">{}</span><span class=\"fine\">{source}{}</span></li>",
            editable(fact),
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

/// What an editor's tools need to know of the fact that an element shows: its key, its name, and where it stands.
pub(super) fn editable(fact: &Fact) -> String {
    let key = serde_json::to_string(&fact.key).unwrap_or_default();
    let stands = fact.value.as_ref().map(wording::known_in_words).unwrap_or_default();
    format!(
        " data-fact=\"{}\" data-name=\"{}\" data-stands=\"{}\"",
        Text(&key),
        Text(&wording::fact_in_words(&fact.key)),
        Text(&stands)
    )
}

pub(super) fn details(summary: &str, content: &str) -> String {
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
        let who = who_says(fact, value).unwrap_or("not stated");
        out += &format!(
            "<tr><th scope=\"row\"{}>{}</th><td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>",
            editable(fact),
            Text(&wording::fact_in_words(&fact.key)),
            Text(&wording::known_in_words(value)),
            Text(who),
            time(value.as_of())
        );
    }
    out + "</tbody></table></div></section>"
}

/// Who states a value, else who publishes it.
fn who_says<'a>(fact: &'a Fact, value: &'a Value) -> Option<&'a str> {
    let published = || fact.claims.iter().find(|known| known.article == *value.article())?.outlet.as_deref();
    value.source().or_else(published)
}

fn all_reports(facts: &[Fact], articles: &[KnownArticle]) -> String {
    let mut said: BTreeMap<&str, Vec<(&FactKey, &KnownClaim)>> = BTreeMap::new();
    for fact in facts {
        // A deed stands under each demand that it answers besides: it was said once.
        for known in fact.claims.iter().filter(|known| key::of(&known.claim) == fact.key) {
            said.entry(&known.article).or_default().push((&fact.key, known));
        }
    }
    let mut out = "<section aria-labelledby=\"reports\"><h2 id=\"reports\">Reports</h2>".to_owned();
    for known in articles.iter().rev() {
        let article = &known.article;
        let claims = said.get(article.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let when = article.published_at.map_or_else(|| time(article.received_at), moment);
        let all = articles.iter().map(|known| &known.article);
        let earlier: Option<&Article> = versions::version_before(article, all);
        let copy = if known.origin == article.id { "" } else { ", a reprint" };
        let count = match claims.len() {
            0 => "no claim".to_owned(),
            1 => "1 claim".to_owned(),
            many => format!("{many} claims"),
        };
        out += &format!(
            "<details class=\"report\" id=\"report-{id}\" data-article=\"{id}\"><summary><strong>{}</strong> <span class=\"fine\">{}{copy} · {when} · {count}</span></summary>\
             <div class=\"text\">{}</div>{}{}</details>",
            Text(&article.title),
            Text(article.outlet.as_deref().unwrap_or("unnamed outlet")),
            marked::article(article, claims),
            earlier.map(|before| versions::changes(before, article)).unwrap_or_default(),
            link(article.url.as_deref()),
            id = Text(&article.id)
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
