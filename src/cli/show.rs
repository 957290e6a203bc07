//! `newsdelta stories` and `newsdelta show`: what is known. Comes in: the store of the config, read-only, beside a
//! running daemon. Goes out: a list of stories, or one story with its facts and their history.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstyle::Style;
use anyhow::{Context, bail};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::{ConfigFile, Done, marked};
use crate::diff::{history, key};
use crate::model::{Fact, FactKey, KnownClaim, Moment, Story};
use crate::notify::demand_clock;
use crate::outputs::wording;
use crate::store::Store;
use crate::view;

const TITLE: Style = Style::new().bold();
const NOTE: Style = Style::new().dimmed();

/// What to list.
#[derive(Debug, Args)]
pub(super) struct StoriesArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// One JSON line per story
    #[arg(long)]
    json: bool,
    /// At most so many, the latest first
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// What to show.
#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// What was the case then, from all that is known now (RFC 3339 or a date)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    as_of: Option<Moment>,
    /// Only what newsdelta had learned by then (RFC 3339 or a date)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    learned_by: Option<Moment>,
    /// Write one self-contained page, to mail or to keep
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    html: Option<PathBuf>,
    /// Write the chart of its toll over time as SVG
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    svg: Option<PathBuf>,
    /// A story's id, or the start of it
    story: String,
}

fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text)
}

pub(super) fn stories(arguments: &StoriesArguments) -> anyhow::Result<Done> {
    let (runtime, store) = arguments.config.store()?;
    let stories = runtime.block_on(store.stories(arguments.limit))?;
    let mut out = anstream::AutoStream::auto(io::stdout());
    for story in &stories {
        if arguments.json {
            writeln!(out, "{}", summary(story))?;
        } else {
            let Story { id, title, articles, last_report_at, .. } = story;
            writeln!(
                out,
                "{id}  {TITLE}{title}{TITLE:#}  {NOTE}{articles} reports, last {last_report_at:.0}{NOTE:#}"
            )?;
        }
    }
    if stories.is_empty() && !arguments.json {
        writeln!(out, "no stories yet")?;
    }
    Ok(Done::Well)
}

fn summary(story: &Story) -> serde_json::Value {
    json!({
        "id": story.id,
        "title": story.title,
        "opened_at": story.opened_at,
        "last_report_at": story.last_report_at,
        "articles": story.articles,
    })
}

pub(super) fn show(arguments: &ShowArguments) -> anyhow::Result<Done> {
    let (runtime, store) = arguments.config.store()?;
    let story = runtime.block_on(store.story(&arguments.story))?;
    let Some(story) = story else {
        bail!("there is no story `{}`; `newsdelta stories` lists them", arguments.story);
    };
    let mut facts = runtime.block_on(store.facts(&story.id))?;
    if arguments.as_of.is_some() || arguments.learned_by.is_some() {
        let held = arguments.as_of.map_or(Timestamp::MAX, |moment| moment.at);
        let learned = arguments.learned_by.map_or(Timestamp::MAX, |moment| moment.at);
        for fact in &mut facts {
            fact.value = history::as_of(fact, held, learned);
            fact.claims.retain(|known| known.held_at <= held && known.learned_at <= learned);
        }
        // A demand that nobody had made by then may have a deed among its claims already.
        facts.retain(|fact| fact.claims.iter().any(|known| key::of(&known.claim) == fact.key));
    }
    facts.sort_by(|one, other| one.key.cmp(&other.key));
    if arguments.html.is_some() || arguments.svg.is_some() {
        return draw(arguments, &runtime, store.as_ref(), &story, &facts);
    }
    let mut out = anstream::AutoStream::auto(io::stdout());
    if arguments.json {
        let mut json = summary(&story);
        if let Some(object) = json.as_object_mut() {
            object.insert(
                "facts".to_owned(),
                serde_json::to_value(&facts).context("facts cannot be written as JSON")?,
            );
        }
        writeln!(out, "{json}")?;
        return Ok(Done::Well);
    }
    writeln!(out, "{TITLE}{}{TITLE:#}\n{NOTE}{}{NOTE:#}", story.title, story.id)?;
    for fact in &facts {
        print_fact(&mut out, fact)?;
    }
    if facts.is_empty() {
        writeln!(out, "nothing known")?;
    }
    Ok(Done::Well)
}

/// Reports on a page that stands alone, the latest ones.
const REPORTS_SHOWN: usize = 500;

/// Writes the files that were asked for.
fn draw(
    arguments: &ShowArguments,
    runtime: &tokio::runtime::Runtime,
    store: &dyn Store,
    story: &Story,
    facts: &[Fact],
) -> anyhow::Result<Done> {
    let write = |path: &Path, content: String| {
        std::fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
    };
    if let Some(path) = &arguments.html {
        let articles = runtime.block_on(store.articles_of(&story.id, REPORTS_SHOWN))?;
        let spoken = runtime.block_on(demand_clock::spoken(store, facts))?;
        write(path, view::story::document(story, facts, &articles, &spoken))?;
    }
    if let Some(path) = &arguments.svg {
        let chart = view::story::main_chart(facts);
        write(path, chart.with_context(|| format!("story `{}` has no figure to draw", story.id))?)?;
    }
    Ok(Done::Well)
}

fn print_fact(out: &mut impl Write, fact: &Fact) -> io::Result<()> {
    let valueless = if matches!(fact.key, FactKey::Deed { .. }) { "reported" } else { "background only" };
    let value = fact.value.as_ref().map_or_else(|| valueless.to_owned(), wording::known_in_words);
    writeln!(out, "\n{TITLE}{}: {value}{TITLE:#}", wording::fact_in_words(&fact.key))?;
    for known in &fact.claims {
        print_claim(out, known, history::stands(fact, known))?;
    }
    Ok(())
}

fn print_claim(out: &mut impl Write, known: &KnownClaim, stands: bool) -> io::Result<()> {
    let outlet = known.outlet.as_deref().unwrap_or("unnamed outlet");
    let copy = if known.origin == known.article { "" } else { ", a reprint" };
    let evidence = known.claim.evidence();
    let fate = match &known.retracts {
        Some(article) => format!(", which takes back what {article} said"),
        None if stands => String::new(),
        None => ", taken back since".to_owned(),
    };
    writeln!(out, "  {:.0}  {}{fate}", known.held_at, marked::summary(&known.claim))?;
    writeln!(out, "      {NOTE}\u{201c}{}\u{201d} {outlet}{copy} ({}){NOTE:#}", evidence.quote, known.article)
}
