//! `newsdelta store copy`: a whole store carried into another. Comes in: two stores by name. Goes out: the second, filled,
//! with what it holds on stdout and the progress on stderr. Never takes a password from the command line, where everyone
//! on the machine can read it.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::SecretString;
use tokio::runtime::Runtime;

use super::Done;
use crate::config::Config;
use crate::store;
use crate::store::copy::{self, House, Progress, Stage};

/// What to do with whole stores.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Copy a store into an empty one, compare both row by row, and print what they hold. No daemon may work on either.
    /// When it was broken off, the same command goes on where it was
    Copy(Places),
}

/// Each a config file (NAME.toml) whose [store] is meant, the file of a store, or `postgres://USER@HOST/DATABASE`
#[derive(Debug, Args)]
struct Places {
    /// The store to read: a config file (NAME.toml), a store's file, or `postgres://USER@HOST/DATABASE`
    from: String,
    /// The store to fill, in the same way; a file must not be there yet, a database must be empty
    to: String,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let Verb::Copy(places) = &arguments.verb;
    let (from, to) = (house(&places.from)?, house(&places.to)?);
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let shown = Shown::new();
    let copied = runtime.block_on(copy::copy(&from, &to, |progress| shown.show(progress)));
    shown.bar.finish_and_clear();
    let copied = copied?;
    let mut out = io::stdout().lock();
    let width = copied.iter().map(|one| one.table.len()).max().unwrap_or_default();
    for one in &copied {
        writeln!(out, "{:width$}  {:>12} rows  {:032x}", one.table, one.rows, one.hash)?;
    }
    let rows: u64 = copied.iter().map(|one| one.rows).sum();
    writeln!(out, "{} is a copy of {}: {rows} rows, compared", places.to, places.from)?;
    Ok(Done::Well)
}

/// The store that is meant.
fn house(place: &str) -> anyhow::Result<House> {
    if Path::new(place).extension().is_some_and(|ending| ending == "toml") {
        return Ok(store::house(&Config::load(Some(Path::new(place)))?.store));
    }
    if !place.contains("://") {
        return Ok(House::Sqlite(place.into()));
    }
    let config = Config::load(None)?;
    let options = store::shared(&config.store, SecretString::from(place.to_owned()));
    if options.holds_password() {
        bail!(
            "a password on the command line is seen by everyone on this machine: write the address into a config file \
             (`url_file` of [store]) and name that file instead"
        );
    }
    Ok(House::Postgres(options))
}

/// A bar for people; for a log, a line for each table.
struct Shown {
    bar: ProgressBar,
    last: Mutex<Option<(Stage, &'static str)>>,
}

impl Shown {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        let form = "{msg:32} {wide_bar} {pos}/{len} rows  {eta}";
        bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, last: Mutex::default() }
    }

    fn show(&self, progress: Progress) {
        let Progress { stage, table, done, all } = progress;
        let verb = match stage {
            Stage::Copying => "copying",
            Stage::Comparing => "comparing",
        };
        self.bar.set_length(all);
        self.bar.set_position(done);
        self.bar.set_message(format!("{verb} {table}"));
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.replace((stage, table)) != Some((stage, table)) && !io::stderr().is_terminal() {
            // When nobody reads it, the copy goes on all the same.
            drop(writeln!(io::stderr().lock(), "{verb} {table} ({done} of {all} rows)"));
        }
    }
}
