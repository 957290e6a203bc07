//! `newsdelta dead-letters`: what could not be read or delivered. Comes in: a verb and an id. Goes out: a list, one
//! letter whole, or a changed store; a running daemon takes a retried letter up by itself.

use std::io::{self, Write};

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;
use tokio::runtime::Runtime;

use super::signed::Signed;
use super::{ConfigFile, Done};
use crate::clock::{Clock, SystemClock};
use crate::model::Action;
use crate::store::{DeadLetter, Letter, Store};

/// What to do with which letter.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    signed: Signed,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List them, the latest first (the default)
    List {
        /// One JSON line per letter
        #[arg(long)]
        json: bool,
        /// At most so many of each kind
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Print one letter whole
    Show {
        /// `item-12` or `delivery-7`
        id: String,
    },
    /// Read an item again, or send a delivery again
    Retry(Which),
    /// Forget a letter
    Discard(Which),
}

/// Which letters.
#[derive(Debug, Args)]
struct Which {
    /// `item-12` or `delivery-7`
    #[arg(required_unless_present = "all")]
    ids: Vec<String>,
    /// Every one, or with --of those of one input or output
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// Name of an input or output
    #[arg(long, value_name = "NAME", requires = "all")]
    of: Option<String>,
}

/// More than are ever kept of a kind.
const EVERY_LETTER: usize = 1_000_000;

impl Which {
    /// The ids meant, oldest first, so that messages of a story keep their order.
    fn ids(&self, runtime: &Runtime, store: &dyn Store) -> anyhow::Result<Vec<String>> {
        if !self.all {
            return Ok(self.ids.clone());
        }
        let mut letters = runtime.block_on(store.dead_letters(EVERY_LETTER))?;
        letters.retain(|letter| self.of.as_ref().is_none_or(|name| place(letter) == name));
        Ok(letters.into_iter().rev().map(|letter| letter.id).collect())
    }
}

/// The input or output that a letter comes from.
fn place(letter: &DeadLetter) -> &str {
    match &letter.letter {
        Letter::Item { item, .. } => &item.input,
        Letter::Delivery(delivery) => &delivery.output,
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let mut out = io::stdout().lock();
    match &arguments.verb {
        None => list(&arguments.config, false, 100, &mut out),
        Some(Verb::List { json, limit }) => list(&arguments.config, *json, *limit, &mut out),
        Some(Verb::Show { id }) => show(&arguments.config, id, &mut out),
        Some(Verb::Retry(which)) => {
            let (runtime, store) = arguments.config.store_to_change()?;
            let (editor, now) = (arguments.signed.editor()?, SystemClock.now());
            for id in which.ids(&runtime, store.as_ref())? {
                let entry = editor.did(Action::Retry, id.clone(), now);
                runtime.block_on(store.retry_dead_letter(&id, &entry))?;
                writeln!(out, "{id}: will be tried again")?;
            }
            Ok(Done::Well)
        }
        Some(Verb::Discard(which)) => {
            let (runtime, store) = arguments.config.store_to_change()?;
            let (editor, now) = (arguments.signed.editor()?, SystemClock.now());
            for id in which.ids(&runtime, store.as_ref())? {
                let entry = editor.did(Action::Discard, id.clone(), now);
                runtime.block_on(store.discard_dead_letter(&id, &entry))?;
                writeln!(out, "{id}: discarded")?;
            }
            Ok(Done::Well)
        }
    }
}

fn list(config: &ConfigFile, as_json: bool, limit: usize, out: &mut impl Write) -> anyhow::Result<Done> {
    let (runtime, store) = config.store()?;
    let letters = runtime.block_on(store.dead_letters(limit))?;
    for letter in &letters {
        if as_json {
            writeln!(out, "{}", as_line(letter))?;
        } else {
            writeln!(out, "{:<14} {:.0}  {}: {}", letter.id, letter.since, what(letter), letter.reason)?;
        }
    }
    if letters.is_empty() && !as_json {
        writeln!(out, "no dead letters")?;
    }
    Ok(Done::Well)
}

fn what(letter: &DeadLetter) -> String {
    match &letter.letter {
        Letter::Item { item, retrying, .. } => {
            let again = if *retrying { " (being tried again)" } else { "" };
            format!("{} from {}{again}", item.label, item.input)
        }
        Letter::Delivery(delivery) => {
            format!("message {} to {}, {} attempts", delivery.message.id, delivery.output, delivery.attempts)
        }
    }
}

fn as_line(letter: &DeadLetter) -> serde_json::Value {
    let mut line = json!({ "id": letter.id, "since": letter.since, "reason": letter.reason });
    let about = match &letter.letter {
        Letter::Item { item, size, retrying } => {
            json!({ "kind": "item", "input": item.input, "label": item.label, "size": size, "retrying": retrying })
        }
        Letter::Delivery(delivery) => json!({
            "kind": "delivery",
            "output": delivery.output,
            "attempts": delivery.attempts,
            "message": delivery.message,
        }),
    };
    if let (Some(line), serde_json::Value::Object(about)) = (line.as_object_mut(), about) {
        line.extend(about);
    }
    line
}

fn show(config: &ConfigFile, id: &str, out: &mut impl Write) -> anyhow::Result<Done> {
    let (runtime, store) = config.store()?;
    let Some(letter) = runtime.block_on(store.dead_letter(id))? else {
        bail!("there is no dead letter `{id}`; `newsdelta dead-letters` lists them");
    };
    writeln!(
        out,
        "{}\nsince  {}\nwhat   {}\nreason {}\n",
        letter.id,
        letter.since,
        what(&letter),
        letter.reason
    )?;
    match &letter.letter {
        Letter::Item { item, size, .. } => {
            out.write_all(&item.bytes)?;
            if (item.bytes.len() as u64) < *size {
                writeln!(out, "\n[{} of {size} bytes are kept]", item.bytes.len())?;
            }
        }
        Letter::Delivery(delivery) => writeln!(out, "{}", serde_json::to_string_pretty(&delivery.message)?)?,
    }
    Ok(Done::Well)
}
