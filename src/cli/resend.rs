//! `newsdelta resend`: messages once more to one output. Comes in: the output, and messages by id or by the time their
//! article was learned. Goes out: how many wait there now; a running daemon sends them by itself.

use std::io::{self, Write};

use anyhow::bail;
use clap::Args;
use jiff::Timestamp;

use super::{ConfigFile, Done};
use crate::clock::{Clock, SystemClock};
use crate::model::Moment;
use crate::store::{Resend, ResendMessages};

/// What to send where.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The output's name in the config
    output: String,
    /// Ids of messages
    #[arg(value_name = "MESSAGE", conflicts_with_all = ["since", "until"])]
    messages: Vec<String>,
    /// All messages of articles learned at this time or later (RFC 3339 or a date)
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    since: Option<Moment>,
    /// All messages of articles learned before this time
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    until: Option<Moment>,
    /// Only those that were given up
    #[arg(long)]
    failed: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let Arguments { config, output, messages, since, until, failed } = arguments;
    let outputs = config.load()?.outputs;
    if !outputs.contains_key(output) {
        let names: Vec<&str> = outputs.keys().map(String::as_str).collect();
        bail!("there is no output `{output}`: the config has {}", names.join(", "));
    }
    if messages.is_empty() && since.is_none() && until.is_none() {
        bail!("name messages by their ids, or a time with --since or --until");
    }
    let messages = if messages.is_empty() {
        let from = since.map_or(Timestamp::MIN, |moment| moment.at);
        ResendMessages::Learned(from, until.map_or(Timestamp::MAX, |moment| moment.at))
    } else {
        ResendMessages::Ids(messages.clone())
    };
    let resend = Resend { output: output.clone(), messages, only_dead: *failed };
    let (runtime, store) = config.store_to_change()?;
    let count = runtime.block_on(store.resend(&resend, SystemClock.now()))?;
    writeln!(io::stdout().lock(), "{output}: {count} messages will be sent again")?;
    Ok(Done::Well)
}
