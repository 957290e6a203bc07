//! Test only: the annotated streams as input of the ledger, as if every claim had been read right. What is measured
//! is then the diff and the assignment alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Ledger, Limits};
use std::sync::Arc;

use crate::assign::Assignment;
use crate::diff::name::marks;
use crate::model::{
    Alert, Article, Bound, Casualty, Claim, Demand, Draft, Evidence, FactKey, Moment, Position, Relation,
    Span, Value,
};

#[derive(Deserialize)]
struct Stream {
    stream: String,
    articles: Vec<GoldArticle>,
}

#[derive(Deserialize)]
struct GoldArticle {
    file: String,
    outlet: String,
    published_at: String,
    story: String,
    casualties: Vec<serde_json::Value>,
    demands: Vec<serde_json::Value>,
    positions: Vec<serde_json::Value>,
    alerts: GoldAlerts,
}

#[derive(Deserialize)]
struct GoldAlerts {
    must: Vec<serde_json::Value>,
    #[serde(default)]
    may: Vec<serde_json::Value>,
}

/// The folders that hold streams: the project's own, and the shared ones when they are there.
/// Whether there are no streams to score, which is said where the test command counts what was not run.
fn nothing_to_score() -> bool {
    let none = stream_dirs().is_empty();
    if none && let Some(list) = std::env::var_os("NEWSDELTA_TEST_NOT_RUN") {
        let mut list = std::fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "stories and alerts of annotated streams: ../shared/eval/streams is not there")
            .unwrap();
    }
    none
}

fn stream_dirs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("tests/gold/streams");
    let shared = root.join("../shared/eval/streams");
    let mut dirs: Vec<PathBuf> = Vec::new();
    for base in [shared, own] {
        for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
            let known = dirs.iter().any(|dir| dir.file_name() == Some(&entry.file_name()));
            if !known && entry.path().join("stream.json").exists() {
                dirs.push(entry.path());
            }
        }
    }
    dirs.sort();
    dirs
}

fn load(dir: &Path) -> (Stream, Vec<(Article, Vec<Claim>)>) {
    let stream: Stream = serde_json::from_slice(&std::fs::read(dir.join("stream.json")).unwrap()).unwrap();
    let read = stream
        .articles
        .iter()
        .map(|gold| {
            let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seeds").join(&gold.file);
            let text = std::fs::read_to_string(dir.join(&gold.file))
                .or_else(|_| std::fs::read_to_string(seeds))
                .unwrap();
            let moment = Moment::parse(&gold.published_at).unwrap();
            let draft = Draft {
                id: Some(format!("{}/{}", stream.stream, gold.file.rsplit('/').next().unwrap())),
                outlet: Some(gold.outlet.clone()),
                published_at: Some(moment),
                text,
                ..Draft::default()
            };
            let article = Article::new(draft, moment.at);
            let claims = claims_of(gold, &article);
            (article, claims)
        })
        .collect();
    (stream, read)
}

fn text_of(value: &serde_json::Value, field: &str) -> Option<String> {
    value.get(field).and_then(|text| text.as_str()).map(str::to_owned)
}

fn member<T: serde::de::DeserializeOwned>(value: &serde_json::Value, field: &str) -> T {
    serde_json::from_value(value[field].clone()).unwrap_or_else(|error| panic!("{field} of {value}: {error}"))
}

fn claims_of(gold: &GoldArticle, article: &Article) -> Vec<Claim> {
    let evidence = |value: &serde_json::Value| {
        let quote = text_of(value, "quote").unwrap_or_default();
        let start = article.text.find(&quote).unwrap_or(0);
        Evidence { span: Span { start, end: start + quote.len() }, quote, rule: "gold".to_owned() }
    };
    let casualties = gold.casualties.iter().map(|value| {
        Claim::Casualty(Casualty {
            effect: member(value, "effect"),
            value: member(value, "value"),
            high: member(value, "high"),
            bound: serde_json::from_value(value["bound"].clone()).unwrap_or(Bound::Exact),
            group: member(value, "group"),
            side: text_of(value, "side"),
            place: text_of(value, "place"),
            scope: member(value, "scope"),
            source: text_of(value, "source"),
            as_of: None,
            relation: Relation::Whole,
            evidence: evidence(value),
        })
    });
    let demands = gold.demands.iter().map(|value| {
        Claim::Demand(Demand {
            by: text_of(value, "by").unwrap(),
            to: text_of(value, "to"),
            act: member(value, "act"),
            force: member(value, "force"),
            status: member(value, "status"),
            condition: text_of(value, "condition"),
            source: None,
            evidence: evidence(value),
        })
    });
    let positions = gold.positions.iter().map(|value| {
        Claim::Position(Position {
            actor: text_of(value, "actor").unwrap(),
            stance: member(value, "stance"),
            target: text_of(value, "target"),
            source: None,
            evidence: evidence(value),
        })
    });
    let mut claims: Vec<Claim> = casualties.chain(demands).chain(positions).collect();
    claims.sort_by_key(|claim| claim.evidence().span);
    claims
}

fn same_name(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => marks(one).intersection(&marks(other)).next().is_some(),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Whether an alert is the gold one: leniently by what it tells, strictly also by change, place of the change and start.
fn matches(gold: &serde_json::Value, alert: &Alert, strict: bool) -> bool {
    let text = |field| gold.get(field).and_then(|text| text.as_str());
    if text("about") != Some(alert.about.as_str()) {
        return false;
    }
    let change = text("change") == Some(alert.change.as_str());
    match (&alert.fact, &alert.after) {
        (FactKey::Casualties { effect, group, side, .. }, Value::Casualties { value, .. }) => {
            let from = alert.before.as_ref().and_then(Value::figure);
            let lenient = text("effect") == Some(effect.as_str()) && gold["to"].as_u64() == Some(*value);
            lenient
                && (!strict
                    || change
                        && text("group") == Some(group.as_str())
                        && same_name(text("side"), side.as_deref())
                        && (text("change") == Some("new") || gold["from"].as_u64() == from))
        }
        (FactKey::Demand { by, to, act }, _) => {
            let lenient = text("act") == Some(act.as_str()) && same_name(text("by"), Some(by));
            lenient && (!strict || change && same_name(text("to"), to.as_deref()))
        }
        (FactKey::Position { actor, .. }, Value::Position { stance, .. }) => {
            let lenient = text("stance") == Some(stance.as_str()) && same_name(text("actor"), Some(actor));
            lenient && (!strict || change)
        }
        _ => false,
    }
}

/// One alert in a line, for the log of a failing run.
fn line(alert: &Alert) -> String {
    format!(
        "{} {} {:?} -> {}",
        alert.change.as_str(),
        serde_json::to_string(&alert.fact).unwrap(),
        alert.before.as_ref().map(|before| serde_json::to_string(before).unwrap()),
        serde_json::to_string(&alert.after).unwrap()
    )
}

#[test]
fn tells_what_an_editor_would_tell() {
    if nothing_to_score() {
        return;
    }
    let (mut must, mut lenient, mut strict, mut wrong, mut reports) = (0, 0, 0, 0, 0);
    for dir in stream_dirs() {
        let (stream, read) = load(&dir);
        let mut ledger = Ledger::new(Limits::default());
        println!("# {}", stream.stream);
        for (gold, (article, claims)) in stream.articles.iter().zip(read) {
            reports += 1;
            let story = format!("{}/{}", stream.stream, gold.story);
            let assignment = Assignment {
                opens: false,
                origin: article.id.clone(),
                score: 1.0,
                traits: Arc::default(),
                story,
            };
            let id = article.id.clone();
            let received = article.received_at;
            let outcome = ledger.apply(article, claims, assignment, received);
            let alerts = outcome.message.map(|message| message.alerts).unwrap_or_default();
            for wanted in &gold.alerts.must {
                must += 1;
                let found = alerts.iter().any(|alert| matches(wanted, alert, false));
                let exact = alerts.iter().any(|alert| matches(wanted, alert, true));
                lenient += usize::from(found);
                strict += usize::from(exact);
                if !exact {
                    println!("  {} {id}: {wanted}", if found { "inexact" } else { "MISSED" });
                    for alert in alerts.iter().filter(|alert| matches(wanted, alert, false)) {
                        println!("          {}", line(alert));
                    }
                }
            }
            for alert in &alerts {
                let mut all = gold.alerts.must.iter().chain(&gold.alerts.may);
                if !all.any(|wanted| matches(wanted, alert, false)) {
                    wrong += 1;
                    println!("  FALSE {id}: {}", line(alert));
                }
            }
        }
    }
    println!("must {must} lenient {lenient} strict {strict} false {wrong} reports {reports}");
    assert!(lenient * 100 >= must * 98, "lenient recall {lenient}/{must}");
    assert!(strict * 100 >= must * 95, "strict recall {strict}/{must}");
    assert!(wrong * 100 <= reports * 5, "false alerts {wrong} in {reports} reports");
}

/// A report with its gold story and its gold claims.
type Told = (String, Article, Vec<Claim>);

/// Precision, recall and F1 of a grouping, each article weighing the same (B-cubed).
fn bcubed(groups: &[(String, String)]) -> (f64, f64, f64) {
    let (mut precision, mut recall) = (0.0, 0.0);
    for (gold, got) in groups {
        let both = groups.iter().filter(|(other, theirs)| other == gold && theirs == got).count() as f64;
        precision += both / groups.iter().filter(|(_, theirs)| theirs == got).count() as f64;
        recall += both / groups.iter().filter(|(other, _)| other == gold).count() as f64;
    }
    let (precision, recall) = (precision / groups.len() as f64, recall / groups.len() as f64);
    (precision, recall, 2.0 * precision * recall / (precision + recall))
}

/// Replays articles with their gold story and says how well the stories were found again.
fn grouped(mut articles: Vec<Told>, log: bool) -> (f64, f64, f64) {
    articles.sort_by_key(|(_, article, _)| article.spoken_at());
    let mut ledger = Ledger::new(Limits::default());
    let mut groups = Vec::new();
    let mut opened: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for (gold, article, claims) in articles {
        let assignment = ledger.assign(&article, &claims);
        let first = opened.entry(assignment.story.clone()).or_insert_with(|| gold.clone()).clone();
        let known = groups.iter().any(|(other, _)| *other == gold);
        if log && (first != gold || assignment.opens && known) {
            println!("  {} | {} -> {first}: {:.3}", article.id, article.title, assignment.score);
        }
        groups.push((gold, assignment.story.clone()));
        let received = article.received_at;
        ledger.apply(article, claims, assignment, received);
    }
    bcubed(&groups)
}

/// How far apart the right and the wrong stories score when every report before was assigned right: the rights that
/// score lowest and the wrongs that score highest.
fn separation(mut articles: Vec<Told>) {
    articles.sort_by_key(|(_, article, _)| article.spoken_at());
    let mut ledger = Ledger::new(Limits::default());
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for (gold, article, claims) in articles {
        for (score, story, line) in ledger.index.rivals(&article, &claims) {
            let short: String =
                format!("{score:.3} {} <> {story} | {line}", article.id).chars().take(230).collect();
            if story == gold { own.push((score, short)) } else { other.push((score, short)) }
        }
        let mut assignment = ledger.assign(&article, &claims);
        assignment.story = gold;
        let received = article.received_at;
        ledger.apply(article, claims, assignment, received);
    }
    own.sort_by(|one, other| one.0.total_cmp(&other.0));
    other.sort_by(|one, other| other.0.total_cmp(&one.0));
    println!("rights {}, lowest:", own.len());
    own.iter().take(24).for_each(|(_, line)| println!("  {line}"));
    println!("wrongs, highest:");
    other.iter().take(24).for_each(|(_, line)| println!("  {line}"));
}

fn shift(articles: Vec<Told>, event: impl Fn(&str) -> String) -> Vec<Told> {
    let mut start: std::collections::BTreeMap<String, jiff::Timestamp> = std::collections::BTreeMap::new();
    for (story, article, _) in &articles {
        let first = start.entry(event(story)).or_insert_with(|| article.spoken_at());
        *first = (*first).min(article.spoken_at());
    }
    let base: jiff::Timestamp = "2024-03-04T06:00:00Z".parse().unwrap();
    articles
        .into_iter()
        .map(|(story, mut article, claims)| {
            let at = base + article.spoken_at().duration_since(start[&event(&story)]);
            article.published_at = Some(Moment::from(at));
            article.received_at = at;
            (story, article, claims)
        })
        .collect()
}

#[test]
fn keeps_stories_apart_and_together() {
    if nothing_to_score() {
        return;
    }
    let mut articles = Vec::new();
    for dir in stream_dirs() {
        let (stream, read) = load(&dir);
        for (gold, (article, claims)) in stream.articles.iter().zip(read) {
            articles.push((format!("{}#{}", stream.stream, gold.story), article, claims));
        }
    }
    let event = |story: &str| story.split('#').next().unwrap().to_owned();
    println!("# alone");
    let mut alone = Vec::new();
    for stream in stream_dirs().iter().map(|dir| dir.file_name().unwrap().to_string_lossy().into_owned()) {
        let own: Vec<Told> = articles.iter().filter(|(story, ..)| event(story) == stream).cloned().collect();
        alone.push(grouped(own, true).2);
    }
    println!("alone {:.3} {alone:.2?}", alone.iter().sum::<f64>() / alone.len() as f64);
    println!("# separation, together");
    separation(articles.clone());
    println!("# separation, same days");
    separation(shift(articles.clone(), |story| story.split('#').next().unwrap().to_owned()));
    if let Some(real) = real() {
        println!("# separation, real, same days");
        separation(shift(real, str::to_owned));
    }
    println!("# together");
    let together = grouped(articles.clone(), true);
    println!("# same days");
    let same_days = grouped(shift(articles, event), true);
    println!("together {together:.3?} same days {same_days:.3?}");
    if let Some(real) = real() {
        println!("# real");
        let together = grouped(real.clone(), true);
        println!("# real, same days");
        let same_days = grouped(shift(real, str::to_owned), true);
        println!("real together {together:.3?} same days {same_days:.3?}");
    }
    assert!(together.2 >= 0.98, "{together:?}");
    assert!(same_days.2 >= 0.95, "{same_days:?}");
}

/// Real news with the event each is about, when it is there.
fn real() -> Option<Vec<Told>> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/eval/real");
    let texts = std::fs::read_to_string(base.join("articles.jsonl")).ok()?;
    let gold = std::fs::read_to_string(base.join("gold.jsonl")).ok()?;
    let events: std::collections::BTreeMap<String, String> = gold
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|gold| (text_of(&gold, "id").unwrap(), text_of(&gold, "event").unwrap_or_default()))
        .collect();
    let articles = texts.lines().map(|line| {
        let draft: Draft = serde_json::from_str(line).unwrap();
        let id = draft.id.clone().unwrap();
        let moment = draft.published_at.unwrap();
        let event = events.get(&id).filter(|event| !event.is_empty()).cloned().unwrap_or_else(|| id.clone());
        (event, Article::new(draft, moment.at), Vec::new())
    });
    Some(articles.collect())
}
