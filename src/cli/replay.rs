//! `newsdelta replay`: what would have been alerted, in order, against an empty memory. Comes in: files. Goes out: one
//! report line per article followed by its alert lines. Never sends and never remembers.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::run::names;
use super::{ConfigFile, Done, articles};
use crate::extract;
use crate::ledger::{Ledger, Limits, Outcome, replay};

/// What to replay.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// JSON lines, one per report and per alert
    #[arg(long)]
    json: bool,
    /// Article files, folders of them, or - for standard input; taken in the order given
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let names = names(&arguments.config.load()?)?;
    let mut out = io::BufWriter::new(anstream::AutoStream::auto(io::stdout()));
    let mut ledger = Ledger::with_names(Limits::default(), names.clone());
    let done = articles::all(&arguments.files, |article| {
        if ledger.knows(&article.id) {
            return Ok(());
        }
        let claims = extract::read(&article, &names).claims;
        let outcome = replay::enter(&mut ledger, article, claims);
        if arguments.json {
            for line in replay::lines(&outcome) {
                writeln!(out, "{line}")?;
            }
        } else {
            print(&mut out, &outcome)?;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(done)
}

fn print(out: &mut impl Write, outcome: &Outcome) -> io::Result<()> {
    let Outcome { article, story, message, .. } = outcome;
    writeln!(
        out,
        "{}: {}  [story {}]",
        article.outlet.as_deref().unwrap_or(&article.id),
        article.title,
        story.id
    )?;
    for alert in message.iter().flat_map(|message| &message.alerts) {
        writeln!(out, "    {}", alert.reason)?;
    }
    Ok(())
}
