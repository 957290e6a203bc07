//! `newsdelta routes`: who is told what. Comes in: a config, and articles to try it on. Goes out: the routing tree, or
//! for each alert of the articles the outputs, the route that leads there, and when. Never sends and never remembers.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::run::names;
use super::{ConfigFile, Done, articles};
use crate::clock::{Clock, SystemClock};
use crate::extract;
use crate::ledger::{Ledger, Limits, replay};
use crate::model::Alert;
use crate::notify::Router;
use crate::outputs::wording::Headline;
use crate::store::Pace;

/// What to show.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// Show where the alerts of these articles would go: files, folders of them, or - for standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    explain: Vec<PathBuf>,
    /// As if it were this time (RFC 3339); without it, now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// JSON lines, one per alert
    #[arg(long, requires = "explain")]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let config = arguments.config.load()?;
    let outputs: Vec<String> = config.outputs.keys().cloned().collect();
    let router = Router::new(&config.routing, &outputs);
    let mut out = io::BufWriter::new(io::stdout().lock());
    if arguments.explain.is_empty() {
        for line in router.lines() {
            writeln!(out, "{line}")?;
        }
        out.flush()?;
        return Ok(Done::Well);
    }
    let names = names(&config)?;
    let at = arguments.at.unwrap_or_else(|| SystemClock.now());
    let mut ledger = Ledger::with_names(Limits::default(), names.clone());
    let done = articles::all(&arguments.explain, |article| {
        if ledger.knows(&article.id) {
            return Ok(());
        }
        let claims = extract::read(&article, &names).claims;
        let outcome = replay::enter(&mut ledger, article, claims);
        for alert in outcome.message.iter().flat_map(|message| &message.alerts) {
            explain(&mut out, &router, alert, at, arguments.json)?;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(done)
}

fn explain(
    out: &mut impl Write,
    router: &Router,
    alert: &Alert,
    at: Timestamp,
    as_json: bool,
) -> io::Result<()> {
    let destinations = router.destinations(alert);
    let paces = destinations.iter().map(|destination| (destination, destination.rhythm.pace(at)));
    if as_json {
        let to: Vec<_> = paces
            .map(|(destination, pace)| {
                json!({ "output": destination.output, "route": destination.route, "release_at": release(&pace) })
            })
            .collect();
        let line = json!({ "alert": alert.id, "story": alert.story, "article": alert.article, "to": to });
        return writeln!(out, "{line}");
    }
    writeln!(out, "{}  [{}]", Headline::of(alert).line(), alert.story_title)?;
    for (destination, pace) in paces {
        let when = match &pace {
            Pace::Now | Pace::Correction => "at once".to_owned(),
            Pace::Group { release_at, .. } => format!("with its story, at {release_at} or later"),
            Pace::Lot { release_at, .. } => format!("in a digest at {release_at}"),
        };
        writeln!(out, "    → {}  by route {}, {when}", destination.output, destination.route)?;
    }
    if destinations.is_empty() {
        writeln!(out, "    → nobody")?;
    }
    Ok(())
}

fn release(pace: &Pace) -> Option<Timestamp> {
    match pace {
        Pace::Now | Pace::Correction => None,
        Pace::Group { release_at, .. } | Pace::Lot { release_at, .. } => Some(*release_at),
    }
}
