//! `newsdelta backtest`: what another config would have told. Comes in: two configs, and articles as files or in a store.
//! Goes out: the alerts that the new config would have told more, no more, elsewhere or otherwise, in the order of the
//! articles; the same for the same input. Never sends, never remembers, never changes a store.

mod difference;
mod rehearsal;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use tokio::runtime::Runtime;

use self::difference::{Counts, Difference};
use self::rehearsal::Rehearsal;
use super::run::{ledger_limits, names};
use super::{ConfigFile, Done, articles};
use crate::config::Config;
use crate::extract;
use crate::model::Article;
use crate::notify::{RouteConfig, Router};
use crate::store::SqliteStore;
use crate::store::sqlite::{Access, Options};

/// How many articles of a store are in memory at once.
const PAGE: usize = 256;

/// After so many articles what both configs tell alike is counted and forgotten.
const SETTLE_EVERY: usize = 512;

/// What to compare, over what.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The config to compare with; without it, the defaults, by which every output is told everything
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// JSON lines, one per alert that differs, and one with the counts
    #[arg(long)]
    json: bool,
    /// End with exit code 1 when anything differs
    #[arg(long)]
    check: bool,
    /// Article files, folders of them, - for standard input, or the database file of a store; in the order given
    #[arg(required = true, value_name = "ARCHIVE")]
    archives: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let new = arguments.config.load()?;
    let outputs: Vec<String> = new.outputs.keys().cloned().collect();
    let old = if let Some(path) = &arguments.against {
        rehearsal(&Config::load(Some(path))?)?
    } else {
        let defaults = Config::read(None, [])?;
        let router = Router::new(&RouteConfig::default(), &outputs);
        Rehearsal::new(ledger_limits(&defaults), names(&defaults)?, router)
    };
    let (mut old, mut new) = (old, rehearsal(&new)?);
    let same_names = Arc::ptr_eq(&old.names, &new.names);
    let (mut count, mut same) = (0, 0);
    let done = each(&arguments.archives, |article| {
        count += 1;
        let claims = extract::read(&article, &new.names).claims;
        let theirs = if same_names { claims.clone() } else { extract::read(&article, &old.names).claims };
        old.enter(article.clone(), theirs);
        new.enter(article, claims);
        if usize::is_multiple_of(count, SETTLE_EVERY) {
            same += difference::settle(&mut old.told, &mut new.told);
        }
        Ok(())
    })?;
    let (differences, same_at_the_end) = difference::between(old.end(), new.end());
    same += same_at_the_end;
    let mut out = io::BufWriter::new(anstream::AutoStream::auto(io::stdout()));
    write(&mut out, &differences, &Counts::of(&differences, same, count), arguments.json)?;
    out.flush()?;
    Ok(if arguments.check && !differences.is_empty() { Done::WithFailures } else { done })
}

/// What a config makes of articles.
fn rehearsal(config: &Config) -> anyhow::Result<Rehearsal> {
    let outputs: Vec<String> = config.outputs.keys().cloned().collect();
    Ok(Rehearsal::new(ledger_limits(config), names(config)?, Router::new(&config.routing, &outputs)))
}

/// Every article of every archive, in order.
fn each(archives: &[PathBuf], mut take: impl FnMut(Article) -> anyhow::Result<()>) -> anyhow::Result<Done> {
    let mut done = Done::Well;
    for archive in archives {
        if is_store(archive) {
            stored(archive, &mut take)
                .with_context(|| format!("cannot read the store {}", archive.display()))?;
        } else if articles::all(std::slice::from_ref(archive), &mut take)? == Done::WithFailures {
            done = Done::WithFailures;
        }
    }
    Ok(done)
}

/// Whether a file begins as SQLite's do.
fn is_store(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(16).read_to_end(&mut start));
    path.is_file() && read.is_ok() && start == b"SQLite format 3\0"
}

/// The articles of a store as they arrived. What editors said there is no report and is left out.
fn stored(path: &Path, take: &mut impl FnMut(Article) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let _entered = runtime.enter();
    let store = SqliteStore::open(path, Access::ReadOnly, Options::default())?;
    let (mut last, mut gone) = (0, 0);
    loop {
        let page = runtime.block_on(store.articles_after(last, PAGE))?;
        let Some((number, _)) = page.last() else { break };
        last = *number;
        let reports = page.into_iter().map(|(_, known)| known.article);
        for article in reports.filter(|article| !article.id.starts_with("edit-")) {
            if article.has_text() {
                take(article)?;
            } else {
                gone += 1;
            }
        }
    }
    if gone > 0 {
        let mut stderr = io::stderr().lock();
        // Whoever reads no messages reads the count of articles.
        drop(writeln!(
            stderr,
            "{}: {gone} reports are left out, since their texts were kept long enough and are gone ([retention] text)",
            path.display(),
        ));
    }
    Ok(())
}

fn write(out: &mut impl Write, differences: &[Difference], counts: &Counts, as_json: bool) -> io::Result<()> {
    for difference in differences {
        if as_json {
            writeln!(out, "{}", difference.json())?;
        } else {
            difference.print(out)?;
        }
    }
    if as_json { writeln!(out, "{}", counts.json()) } else { writeln!(out, "{}", counts.in_words()) }
}
