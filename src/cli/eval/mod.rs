//! `newsdelta eval`: precision and recall against gold. Comes in: folders of annotated streams, or of annotated news.
//! Goes out: the figures of the scoring scripts that come with the corpora, and with --verbose every miss and every
//! spurious claim. Nothing here is used to decide what is news.

mod against;
mod gold;
mod names;
mod news;
mod streams;
mod tally;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::{Span as TimeSpan, Timestamp};

use super::Done;
use crate::extract;
use crate::ledger::replay::enter;
use crate::ledger::{Ledger, Limits, Outcome};
use crate::model::{Alert, Article, Moment};
use gold::GoldReport;
use news::NewsScore;
use streams::{StreamScore, b_cubed};
use tally::{Figures, share};

/// What to score against.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// List every miss, every spurious claim and every false alert, and the figures of each rule
    #[arg(long, short)]
    verbose: bool,
    /// List only this many of the errors, drawn evenly from the whole list
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Where article files are that are not inside the stream's folder
    #[arg(long, value_name = "DIR")]
    texts: Vec<PathBuf>,
    /// Instead of scoring, print what another build of this program reads differently over the texts in these folders
    #[arg(long, value_name = "PROGRAM")]
    against: Option<PathBuf>,
    /// Folders with `stream.json`, folders of such folders, or folders with `articles.jsonl` and `gold.jsonl`
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    if let Some(other) = &arguments.against {
        return print_difference(other, arguments);
    }
    let (news_dirs, stream_roots): (Vec<PathBuf>, Vec<PathBuf>) =
        arguments.dirs.iter().cloned().partition(|dir| dir.join("gold.jsonl").is_file());
    let mut figures = Figures::default();
    let mut remarks = Vec::new();
    let stream_dirs = gold::stream_dirs(&stream_roots)?;
    if !stream_dirs.is_empty() {
        let mut texts = arguments.texts.clone();
        // The corpus keeps the texts of some streams in a folder beside the one of the streams.
        texts.extend(
            stream_roots.iter().flat_map(|root| [root.join("../../seeds"), root.join("../../../seeds")]),
        );
        let streams: Vec<Vec<GoldReport>> =
            stream_dirs.iter().map(|dir| gold::stream(dir, &texts)).collect::<anyhow::Result<_>>()?;
        remarks.extend(score_streams(&streams, &mut figures));
    }
    for dir in &news_dirs {
        let mut score = NewsScore::default();
        for report in gold::news(dir)? {
            score.add(&report, &extract::extract(&report.article));
        }
        score.put_into(&mut figures);
        remarks.extend(score.remarks);
    }
    let mut out = io::stdout().lock();
    if let Some(size) = arguments.sample {
        let errors: Vec<&String> = remarks.iter().filter(|remark| !remark.starts_with(OF_A_RULE)).collect();
        for error in evenly(&errors, size) {
            writeln!(out, "{error}")?;
        }
        writeln!(out, "sample   {} of {} errors", size.min(errors.len()), errors.len())?;
    } else if arguments.verbose {
        for remark in &remarks {
            writeln!(out, "{remark}")?;
        }
    }
    if arguments.json {
        writeln!(out, "{}", figures.json())?;
    } else {
        for (name, value) in figures.rows() {
            writeln!(out, "{name:32} {value}")?;
        }
    }
    Ok(Done::Well)
}

/// What a remark begins with that counts a rule and tells of no error.
const OF_A_RULE: &str = "rule ";

/// So many of the items, at even distances: the same ones every time.
fn evenly<T>(items: &[T], size: usize) -> impl Iterator<Item = &T> {
    let size = size.min(items.len());
    (0..size).filter_map(move |step| items.get(step * items.len() / size.max(1)))
}

/// What this build reads otherwise than the other one: claims gained, lost and changed.
fn print_difference(other: &Path, arguments: &Arguments) -> anyhow::Result<Done> {
    let mut articles = Vec::new();
    let done = super::articles::texts(&arguments.dirs, |article| {
        articles.push(article);
        Ok(())
    })?;
    let difference = against::compare(other, &articles)?;
    let mut out = io::stdout().lock();
    let total =
        |column: usize| difference.by_rule.values().filter_map(|counts| counts.get(column)).sum::<usize>();
    if arguments.json {
        let rules = &difference.by_rule;
        writeln!(
            out,
            "{}",
            serde_json::json!({
                "articles": articles.len(), "gained": total(0), "lost": total(1), "changed": total(2), "rules": rules,
            })
        )?;
        return Ok(done);
    }
    difference.lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    for (rule, [gained, lost, changed]) in &difference.by_rule {
        writeln!(out, "rule     {rule}: {gained} gained, {lost} lost, {changed} changed")?;
    }
    let (gained, lost, changed) = (total(0), total(1), total(2));
    writeln!(out, "{} articles: {gained} claims gained, {lost} lost, {changed} changed", articles.len())?;
    Ok(done)
}

fn score_streams(streams: &[Vec<GoldReport>], figures: &mut Figures) -> Vec<String> {
    let mut score = StreamScore::default();
    for reports in streams {
        let outcomes = replay(reports.iter().map(|report| &report.article));
        let alerts: BTreeMap<&str, Vec<&Alert>> = outcomes
            .iter()
            .map(|outcome| {
                (
                    outcome.article.id.as_str(),
                    outcome.message.iter().flat_map(|message| &message.alerts).collect(),
                )
            })
            .collect();
        for report in reports {
            score.reading(report, &extract::extract(&report.article));
            score.alerts(report, alerts.get(report.article.id.as_str()).map_or(&[], Vec::as_slice));
        }
    }
    let mut together: Vec<&GoldReport> = streams.iter().flatten().collect();
    together.sort_by_key(|report| report.article.spoken_at());
    let shifted = on_the_same_days(streams);
    put_stream_figures(&score, &together, &shifted, figures);
    let mut remarks = std::mem::take(&mut score.remarks);
    remarks.extend(
        score
            .by_rule
            .iter()
            .map(|(rule, (right, spurious))| format!("rule     {rule}: {right} right, {spurious} spurious")),
    );
    remarks
}

fn put_stream_figures(
    score: &StreamScore,
    together: &[&GoldReport],
    shifted: &[GoldReport],
    figures: &mut Figures,
) {
    let reports = together.len();
    figures.count("reports", reports);
    figures.prf("casualties", score.casualties);
    figures.prf("demands", score.demands);
    figures.prf("positions", score.positions);
    let background = score.background.right + score.background.missed;
    figures.share(
        "background.leaked",
        if background == 0 { 0.0 } else { share(score.background.right, background) },
    );
    score.attributes.put_into(figures);
    for (about, tally) in &score.must {
        figures.share(format!("must.{about}"), tally.recall());
    }
    for (about, tally) in &score.strict {
        figures.share(format!("strict.{about}"), tally.recall());
    }
    let wrong: usize = score.must.values().map(|tally| tally.spurious).sum();
    figures.count("alerts.sent", score.sent);
    figures.count("alerts.false", wrong);
    figures.share("alerts.false_per_report", if reports == 0 { 0.0 } else { share(wrong, reports) });
    let stories = clustering(together.iter().copied());
    figures.share("stories.bcubed", stories.f1);
    figures.share("stories.bcubed_same_days", clustering(shifted.iter()).f1);
    figures.share("stories.p", stories.precision);
    figures.share("stories.r", stories.recall);
}

/// What each article changes, against an empty memory.
fn replay<'a>(articles: impl IntoIterator<Item = &'a Article>) -> Vec<Outcome> {
    let mut ledger = Ledger::new(Limits::default());
    articles
        .into_iter()
        .map(|article| enter(&mut ledger, article.clone(), extract::extract(article)))
        .collect()
}

fn clustering<'a>(reports: impl Iterator<Item = &'a GoldReport> + Clone) -> streams::Tally3 {
    let outcomes = replay(reports.clone().map(|report| &report.article));
    let given = outcomes.into_iter().map(|outcome| outcome.story.id);
    let pairs: Vec<_> = given.zip(reports.map(|report| report.story.clone())).collect();
    b_cubed(&pairs)
}

/// The hard case for stories: every stream begins at the same moment (the scoring script's: 2024-03-04 06:00 UTC).
fn on_the_same_days(streams: &[Vec<GoldReport>]) -> Vec<GoldReport> {
    let common = Timestamp::from_second(1_709_532_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut shifted: Vec<GoldReport> = Vec::new();
    for reports in streams {
        // The script takes as a stream's start its earliest report.
        let Some(start) = reports.iter().map(|report| report.article.spoken_at()).min() else { continue };
        for report in reports {
            let mut report = report.clone();
            let since: TimeSpan = report.article.spoken_at() - start;
            let at = common + since;
            report.article.published_at = Some(Moment::from(at));
            report.article.received_at = at;
            shifted.push(report);
        }
    }
    shifted.sort_by_key(|report| report.article.spoken_at());
    shifted
}

#[cfg(test)]
mod tests {
    use super::evenly;

    #[test]
    fn a_sample_is_even_and_never_larger_than_the_whole() {
        let items: Vec<u32> = (0..10).collect();
        assert_eq!(evenly(&items, 5).copied().collect::<Vec<_>>(), [0, 2, 4, 6, 8]);
        assert_eq!(evenly(&items, 20).count(), 10);
        assert_eq!(evenly(&items, 0).count(), 0);
        assert_eq!(evenly::<u32>(&[], 3).count(), 0);
    }
}
