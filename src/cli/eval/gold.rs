//! Annotated streams and news as they lie on disk. Comes in: a folder with `stream.json`, or with `articles.jsonl` and
//! `gold.jsonl`. Goes out: articles with what a careful editor reads in them. Never scores.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::Deserialize;

use crate::model::{Act, Article, Bound, ChangeKind, Draft, Effect, Group, Moment, Scope, Stance};

/// One annotated figure.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct GoldCasualty {
    pub(super) effect: Effect,
    pub(super) value: u64,
    pub(super) high: Option<u64>,
    pub(super) bound: Bound,
    pub(super) group: Group,
    pub(super) side: Option<String>,
    pub(super) place: Option<String>,
    pub(super) scope: Scope,
    pub(super) quote: Option<String>,
    /// Debatable: costs nothing when missed and nothing when read.
    #[serde(default)]
    pub(super) opt: bool,
}

/// One annotated demand.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct GoldDemand {
    pub(super) by: Option<String>,
    pub(super) to: Option<String>,
    pub(super) act: Act,
    pub(super) quote: Option<String>,
}

/// One annotated position.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct GoldPosition {
    pub(super) actor: Option<String>,
    pub(super) stance: Stance,
    pub(super) target: Option<String>,
    pub(super) quote: Option<String>,
}

/// An alert an editor wants (`must`) or does not mind (`may`).
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct GoldAlert {
    pub(super) about: String,
    pub(super) change: Option<ChangeKind>,
    pub(super) effect: Option<Effect>,
    pub(super) group: Option<Group>,
    pub(super) side: Option<String>,
    pub(super) to: Option<serde_json::Value>,
    pub(super) from: Option<serde_json::Value>,
    pub(super) by: Option<String>,
    pub(super) act: Option<Act>,
    pub(super) actor: Option<String>,
    pub(super) stance: Option<Stance>,
}

/// What should be told after a report.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct GoldAlerts {
    #[serde(default)]
    pub(super) must: Vec<GoldAlert>,
    #[serde(default)]
    pub(super) may: Vec<GoldAlert>,
}

#[derive(Debug, Deserialize)]
struct StreamFile {
    stream: String,
    articles: Vec<StreamArticle>,
}

#[derive(Debug, Deserialize)]
struct StreamArticle {
    file: String,
    outlet: Option<String>,
    url: Option<String>,
    published_at: Moment,
    story: String,
    casualties: Vec<GoldCasualty>,
    demands: Vec<GoldDemand>,
    positions: Vec<GoldPosition>,
    alerts: GoldAlerts,
}

/// One annotated report.
#[derive(Debug, Clone)]
pub(super) struct GoldReport {
    pub(super) article: Article,
    /// Stream and story, as one name.
    pub(super) story: (String, String),
    pub(super) casualties: Vec<GoldCasualty>,
    pub(super) demands: Vec<GoldDemand>,
    pub(super) positions: Vec<GoldPosition>,
    pub(super) alerts: GoldAlerts,
}

/// The folders with a `stream.json` among `dirs` and directly below them, in order of name.
pub(super) fn stream_dirs(dirs: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for dir in dirs {
        if dir.join("stream.json").is_file() {
            found.push(dir.clone());
            continue;
        }
        let entries =
            fs::read_dir(dir).with_context(|| format!("cannot read the folder {}", dir.display()))?;
        let mut below: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.join("stream.json").is_file())
            .collect();
        below.sort();
        found.extend(below);
    }
    Ok(found)
}

/// Reads one stream; articles that are not in it are looked for in `texts`.
pub(super) fn stream(dir: &Path, texts: &[PathBuf]) -> anyhow::Result<Vec<GoldReport>> {
    let path = dir.join("stream.json");
    let json = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let spec: StreamFile = serde_json::from_slice(&json)
        .with_context(|| format!("{} is not an annotated stream", path.display()))?;
    spec.articles.into_iter().map(|annotated| report(dir, texts, &spec.stream, annotated)).collect()
}

fn report(
    dir: &Path,
    texts: &[PathBuf],
    stream: &str,
    annotated: StreamArticle,
) -> anyhow::Result<GoldReport> {
    let places = std::iter::once(dir).chain(texts.iter().map(PathBuf::as_path));
    let Some(path) = places.map(|place| place.join(&annotated.file)).find(|path| path.is_file()) else {
        bail!("{}: no file {}; name its folder with --texts", dir.display(), annotated.file);
    };
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let received_at = annotated.published_at.at;
    let draft = Draft {
        id: Some(format!("{stream}/{file}")),
        outlet: annotated.outlet,
        url: annotated.url,
        published_at: Some(annotated.published_at),
        text,
        ..Draft::default()
    };
    Ok(GoldReport {
        article: Article::new(draft, received_at),
        story: (stream.to_owned(), annotated.story),
        casualties: annotated.casualties,
        demands: annotated.demands,
        positions: annotated.positions,
        alerts: annotated.alerts,
    })
}

/// Annotated news without streams: an article and its figures.
#[derive(Debug, Clone)]
pub(super) struct GoldNews {
    pub(super) article: Article,
    pub(super) casualties: Vec<GoldCasualty>,
}

#[derive(Debug, Deserialize)]
struct NewsGold {
    id: String,
    casualties: Vec<GoldCasualty>,
}

/// Reads a folder with `articles.jsonl` and `gold.jsonl`.
pub(super) fn news(dir: &Path) -> anyhow::Result<Vec<GoldNews>> {
    let drafts: Vec<Draft> = lines(&dir.join("articles.jsonl"))?;
    let gold: Vec<NewsGold> = lines(&dir.join("gold.jsonl"))?;
    let articles: Vec<Article> =
        drafts.into_iter().map(|draft| Article::new(draft, Timestamp::UNIX_EPOCH)).collect();
    gold.into_iter()
        .map(|gold| {
            let article = articles.iter().find(|article| article.id == gold.id).cloned();
            let article = article.with_context(|| format!("{}: no article {}", dir.display(), gold.id))?;
            Ok(GoldNews { article, casualties: gold.casualties })
        })
        .collect()
}

fn lines<T: for<'de> Deserialize<'de>>(path: &Path) -> anyhow::Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            serde_json::from_str(line).with_context(|| format!("{} line {}", path.display(), number + 1))
        })
        .collect()
}
