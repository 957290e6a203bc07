//! `newsdelta completions`: what a shell needs to complete the command line. Comes in: the shell's name. Goes out: a
//! script on standard output. Never writes a file.

use std::io::{self, Write};

use clap::Args;
use clap_complete::Shell;

use super::Done;

/// For whom.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, mut command: clap::Command) -> anyhow::Result<Done> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "newsdelta", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Done::Well)
}
