//! `newsdelta outputs`: what waits for each output. Comes in: nothing, or the name of one to enable. Goes out: a line per
//! output; a running daemon takes an enabled one up by itself.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use super::signed::Signed;
use super::{ConfigFile, Done};
use crate::clock::{Clock, SystemClock};
use crate::model::Action;

/// What to do.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List them (the default)
    List {
        /// One JSON line per output
        #[arg(long)]
        json: bool,
    },
    /// Let an output take messages again whose receiver had wanted no more
    Enable {
        /// Its name in the config
        output: String,
        #[command(flatten)]
        signed: Signed,
    },
}

/// What is known of an output.
#[derive(Debug, Default)]
struct Line {
    waiting: u64,
    oldest: Option<Timestamp>,
    disabled: Option<(Timestamp, String)>,
    is_configured: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    match &arguments.verb {
        None => list(&arguments.config, false),
        Some(Verb::List { json }) => list(&arguments.config, *json),
        Some(Verb::Enable { output, signed }) => {
            let (runtime, store) = arguments.config.store_to_change()?;
            let entry = signed.editor()?.did(Action::Enable, output.clone(), SystemClock.now());
            runtime.block_on(store.enable_output(output, &entry))?;
            writeln!(io::stdout().lock(), "{output}: enabled")?;
            Ok(Done::Well)
        }
    }
}

fn list(config: &ConfigFile, as_json: bool) -> anyhow::Result<Done> {
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    for name in config.load()?.outputs.into_keys() {
        lines.entry(name).or_default().is_configured = true;
    }
    let (runtime, store) = config.store()?;
    for outbox in runtime.block_on(store.metrics())?.outboxes {
        let line = lines.entry(outbox.output).or_default();
        (line.waiting, line.oldest) = (outbox.waiting, outbox.oldest);
    }
    for disabled in runtime.block_on(store.disabled_outputs())? {
        lines.entry(disabled.output).or_default().disabled = Some((disabled.since, disabled.reason));
    }
    let mut out = io::stdout().lock();
    for (name, line) in &lines {
        if as_json {
            let disabled =
                line.disabled.as_ref().map(|(since, why)| json!({ "since": since, "reason": why }));
            let line = json!({
                "output": name, "waiting": line.waiting, "oldest": line.oldest, "disabled": disabled,
                "configured": line.is_configured,
            });
            writeln!(out, "{line}")?;
        } else {
            writeln!(out, "{name:<20} {}", in_words(line))?;
        }
    }
    Ok(Done::Well)
}

fn in_words(line: &Line) -> String {
    let mut words = match line.oldest {
        Some(oldest) => format!("{} waiting since {oldest:.0}", line.waiting),
        None => "nothing waiting".to_owned(),
    };
    if let Some((since, reason)) = &line.disabled {
        words = format!("{words}; disabled since {since:.0}: {reason}");
    }
    if !line.is_configured {
        words += "; not in this config";
    }
    words
}
