//! `newsdelta audit`: what people did to what is known or told. Comes in: the store of the config, read-only. Goes out:
//! a list, the latest first.

use std::io::{self, Write};

use clap::Args;

use super::{ConfigFile, Done};
use crate::model::Via;

/// What to list.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// One JSON line per edit
    #[arg(long)]
    json: bool,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let (runtime, store) = arguments.config.store()?;
    let entries = runtime.block_on(store.find_audit(None, arguments.limit))?;
    let mut out = io::stdout().lock();
    for (_, entry) in &entries {
        if arguments.json {
            writeln!(out, "{}", serde_json::to_string(entry)?)?;
            continue;
        }
        let from = match &entry.via {
            Via::CommandLine => "command line".to_owned(),
            Via::Http { token } => format!("HTTP, {token}"),
        };
        let note = entry.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        let (at, action, editor, what) = (entry.at, entry.action.as_str(), &entry.editor, &entry.what);
        writeln!(out, "{at:.0}  {action:<8} {editor} [{from}]: {what}{note}")?;
    }
    if entries.is_empty() && !arguments.json {
        writeln!(out, "no edits yet")?;
    }
    Ok(Done::Well)
}
