//! The command line. Comes in: arguments. Goes out: an exit code (0 done, 1 some item failed, 2 cannot start). Each verb
//! is one file; none of them decides what is news.

mod articles;
mod check_config;
mod eval;
mod marked;
mod read;
mod replay;
mod rules;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;

/// Watches for new articles, diffs each against the known facts of its story, and alerts when a toll, a demand or a
/// position changes.
#[derive(Debug, Parser)]
#[command(name = "newsdelta", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print the claims of each article; without --json, the text with its claims marked
    Read(read::Arguments),
    /// Print what would have been alerted, in order, against an empty memory
    Replay(replay::Arguments),
    /// Score reading and alerting against annotated streams
    Eval(eval::Arguments),
    /// Check a config file and print every mistake with its cure
    CheckConfig(ConfigFile),
    /// List the reading rules with an example of each
    Rules(rules::Arguments),
}

/// Which config file to use.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigFile {
    /// The config file; without it, the built-in defaults
    #[arg(long, value_name = "FILE", env = "NEWSDELTA_CONFIG")]
    config: Option<PathBuf>,
}

impl ConfigFile {
    fn load(&self) -> anyhow::Result<Config> {
        Ok(Config::load(self.config.as_deref())?)
    }
}

/// How a verb ended, when it could do its work at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// Everything asked for.
    Well,
    /// Some items failed; each was named on stderr.
    WithFailures,
}

/// Runs the program.
pub fn main() -> ExitCode {
    match dispatch(Cli::parse().verb) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::WithFailures) => ExitCode::from(1),
        // The reader of our output has gone (`newsdelta stories | head`): nothing is left to say.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let mut stderr = io::stderr().lock();
            // When stderr itself is gone there is nobody left to tell.
            drop(writeln!(stderr, "newsdelta: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn dispatch(verb: Verb) -> anyhow::Result<Done> {
    match verb {
        Verb::Read(arguments) => read::run(&arguments),
        Verb::Replay(arguments) => replay::run(&arguments),
        Verb::Eval(arguments) => eval::run(&arguments),
        Verb::CheckConfig(arguments) => check_config::run(&arguments),
        Verb::Rules(arguments) => rules::run(&arguments),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
