//! The command line. Comes in: arguments. Goes out: an exit code (0 done, 1 some item failed, 2 cannot start). Each verb
//! is one file; none of them decides what is news.

mod articles;
mod audit;
mod backtest;
mod backup;
mod check_config;
mod completions;
mod dead_letters;
mod demo;
mod edit;
mod eval;
mod health;
mod man;
mod marked;
mod mute;
mod outputs;
mod read;
mod regroup;
mod replay;
mod resend;
mod routes;
mod rules;
mod run;
mod send_test;
mod signed;
mod show;
mod store_copy;
mod verify;
mod why;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, CommandFactory, Parser, Subcommand};
use tokio::runtime::Runtime;

use crate::config::Config;
use crate::store::{self, Access, Store};

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
    /// Run the daemon until it is told to stop
    Run(ConfigFile),
    /// Run the daemon on a temporary folder and feed it five reports, to see it work
    Demo(demo::Arguments),
    /// Print the claims of each article; without --json, the text with its claims marked
    Read(read::Arguments),
    /// Print what would have been alerted, in order, against an empty memory
    Replay(replay::Arguments),
    /// Score reading and alerting against annotated streams
    Eval(eval::Arguments),
    /// List what stories are known
    Stories(show::StoriesArguments),
    /// Show what is known of one story, with its history
    Show(show::ShowArguments),
    /// Account for each claim of an article: how it was read, and why it did or did not alert
    Why(why::Arguments),
    /// State what a fact stands at; no report moves it any more, and whoever was told otherwise is told
    Correct(edit::CorrectArguments),
    /// Confirm a fact as it is known; no report moves it any more
    Pin(edit::PinArguments),
    /// Take back what a report, or an editor, said
    Retract(edit::RetractArguments),
    /// Make two stories one: the first goes into the second, and answers with it from then on
    Merge(regroup::MergeArguments),
    /// Make reports that are about something else a story of their own
    Split(regroup::SplitArguments),
    /// List what editors did, the latest first
    Audit(audit::Arguments),
    /// Check a config file and print every mistake with its cure
    CheckConfig(ConfigFile),
    /// Send a test alert to one output
    SendTest(send_test::Arguments),
    /// List, show, retry or discard what could not be read or delivered
    DeadLetters(dead_letters::Arguments),
    /// Show the routing tree, or where the alerts of some articles would go
    Routes(routes::Arguments),
    /// Compare what two configs would have told of an archive of articles
    Backtest(backtest::Arguments),
    /// Mute a story, a fact or an actor until a time, list mutes, or end one
    Mute(mute::Arguments),
    /// List the outputs with what waits for them, or enable one that was disabled
    Outputs(outputs::Arguments),
    /// Send messages to an output again, by id or by time
    Resend(resend::Arguments),
    /// Check signed alerts offline, or make a key to sign them with
    Verify(verify::Arguments),
    /// Copy the store into a new file, beside a daemon that may be running
    Backup(backup::Arguments),
    /// Move a store: from a file to PostgreSQL, or back
    Store(store_copy::Arguments),
    /// List the reading rules with an example of each
    Rules(rules::Arguments),
    /// Ask a running daemon whether it takes articles
    Health(health::Arguments),
    /// Print a script that completes the command line in a shell
    Completions(completions::Arguments),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man(man::Arguments),
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

    /// The config once more, for a daemon that runs: an empty file is then taken for one that is being written, since
    /// all its outputs would be gone.
    fn load_again(&self) -> anyhow::Result<Config> {
        if let Some(path) = &self.config
            && std::fs::read(path).is_ok_and(|bytes| bytes.trim_ascii().is_empty())
        {
            anyhow::bail!(
                "{}: is empty, perhaps not yet written: write the new file beside it and move it there",
                path.display()
            );
        }
        self.load()
    }

    /// The store of the config, only to look at, beside a daemon that may be running.
    fn store(&self) -> anyhow::Result<(Runtime, Arc<dyn Store>)> {
        self.open(Access::ReadOnly)
    }

    /// The store of the config, for small changes beside a daemon that may be running.
    fn store_to_change(&self) -> anyhow::Result<(Runtime, Arc<dyn Store>)> {
        self.open(Access::Beside)
    }

    fn open(&self, access: Access) -> anyhow::Result<(Runtime, Arc<dyn Store>)> {
        let config = self.load()?;
        let runtime = Runtime::new().context("cannot start the runtime")?;
        let store = runtime.block_on(store::open(&config.store, access))?;
        Ok((runtime, store))
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
        Verb::Run(arguments) => run::run(&arguments),
        Verb::Demo(arguments) => demo::run(&arguments),
        Verb::Read(arguments) => read::run(&arguments),
        Verb::Replay(arguments) => replay::run(&arguments),
        Verb::Eval(arguments) => eval::run(&arguments),
        Verb::Stories(arguments) => show::stories(&arguments),
        Verb::Show(arguments) => show::show(&arguments),
        Verb::Why(arguments) => why::run(&arguments),
        Verb::Correct(arguments) => edit::correct(&arguments),
        Verb::Pin(arguments) => edit::pin(&arguments),
        Verb::Retract(arguments) => edit::retract(&arguments),
        Verb::Merge(arguments) => regroup::merge(&arguments),
        Verb::Split(arguments) => regroup::split(&arguments),
        Verb::Audit(arguments) => audit::run(&arguments),
        Verb::CheckConfig(arguments) => check_config::run(&arguments),
        Verb::SendTest(arguments) => send_test::run(&arguments),
        Verb::DeadLetters(arguments) => dead_letters::run(&arguments),
        Verb::Routes(arguments) => routes::run(&arguments),
        Verb::Backtest(arguments) => backtest::run(&arguments),
        Verb::Mute(arguments) => mute::run(&arguments),
        Verb::Outputs(arguments) => outputs::run(&arguments),
        Verb::Resend(arguments) => resend::run(&arguments),
        Verb::Verify(arguments) => verify::run(&arguments),
        Verb::Backup(arguments) => backup::run(&arguments),
        Verb::Store(arguments) => store_copy::run(&arguments),
        Verb::Rules(arguments) => rules::run(&arguments),
        Verb::Health(arguments) => health::run(&arguments),
        Verb::Completions(arguments) => completions::run(&arguments, Cli::command()),
        Verb::Man(arguments) => man::run(&arguments, Cli::command()),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
