//! `newsdelta check-config`: every mistake of a config file at once, each with its cure. Comes in: a path. Goes out:
//! what is configured, or the mistakes. Never opens the store, an input or an output.

use std::io::{self, Write};

use super::{ConfigFile, Done};

pub(super) fn run(arguments: &ConfigFile) -> anyhow::Result<Done> {
    let config = arguments.load()?;
    super::run::names(&config)?;
    let mut out = io::stdout().lock();
    let names = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    writeln!(
        out,
        "ok: inputs {}; outputs {}",
        names(config.inputs.keys().collect()),
        names(config.outputs.keys().collect())
    )?;
    Ok(Done::Well)
}
