//! `newsdelta correct`, `pin` and `retract`: an editor's word. Comes in: a story, a fact or a report, and what holds.
//! Goes out: the change in the store, beside a daemon that may be running; it delivers the correction.

use std::io::{self, Write};

use anyhow::{Context, bail};
use clap::Args;

use super::signed::Signed;
use super::{ConfigFile, Done};
use crate::clock::{Clock, SystemClock};
use crate::editing::{self, Edit};
use crate::ledger::Outcome;
use crate::ledger::edit::Stated;
use crate::model::StoryId;
use crate::notify::Router;
use crate::outputs::wording::Headline;
use crate::store::Store;

/// What a fact is to stand at.
#[derive(Debug, Args)]
pub(super) struct CorrectArguments {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    signed: Signed,
    /// A story's id, or the start of it
    story: String,
    /// The fact: its heading in `newsdelta show`, or words that only this heading has
    fact: String,
    /// 19, "at least 19", 19-25; for a demand met, rejected or withdrawn; for a position a stance
    #[arg(value_parser = Stated::parse)]
    value: Stated,
}

/// Which fact is to stay as it is.
#[derive(Debug, Args)]
pub(super) struct PinArguments {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    signed: Signed,
    /// A story's id, or the start of it
    story: String,
    /// The fact: its heading in `newsdelta show`, or words that only this heading has
    fact: String,
}

/// Which report is to be taken back.
#[derive(Debug, Args)]
pub(super) struct RetractArguments {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    signed: Signed,
    /// Take back only what it said of this fact
    #[arg(long)]
    fact: Option<String>,
    /// The report's id, or the start of it; an editor's own word has one too (`newsdelta show` prints it)
    article: String,
}

pub(super) fn correct(arguments: &CorrectArguments) -> anyhow::Result<Done> {
    let stated = arguments.value;
    on_fact(&arguments.config, &arguments.signed, &arguments.story, &arguments.fact, |key| {
        Edit::Correct(key, stated)
    })
}

pub(super) fn pin(arguments: &PinArguments) -> anyhow::Result<Done> {
    on_fact(&arguments.config, &arguments.signed, &arguments.story, &arguments.fact, Edit::Pin)
}

pub(super) fn retract(arguments: &RetractArguments) -> anyhow::Result<Done> {
    let (runtime, store) = arguments.config.store_to_change()?;
    let Some(known) = runtime.block_on(store.article(&arguments.article))? else {
        bail!("there is no article `{}`", arguments.article);
    };
    let key = match &arguments.fact {
        Some(words) => {
            let facts = runtime.block_on(store.facts(&known.story))?;
            Some(editing::fact_named(&facts, words).map_err(anyhow::Error::msg)?.key.clone())
        }
        None => None,
    };
    let edit = Edit::Retract(known.article.id, key);
    runtime.block_on(carry_out(&arguments.config, store.as_ref(), &known.story, &edit, &arguments.signed))
}

fn on_fact(
    config: &ConfigFile,
    signed: &Signed,
    story: &str,
    fact: &str,
    edit: impl FnOnce(crate::model::FactKey) -> Edit,
) -> anyhow::Result<Done> {
    let (runtime, store) = config.store_to_change()?;
    let Some(story) = runtime.block_on(store.story(story))? else {
        bail!("there is no story `{story}`; `newsdelta stories` lists them");
    };
    let facts = runtime.block_on(store.facts(&story.id))?;
    let fact = editing::fact_named(&facts, fact).map_err(anyhow::Error::msg)?;
    let edit = edit(fact.key.clone());
    runtime.block_on(carry_out(config, store.as_ref(), &story.id, &edit, signed))
}

async fn carry_out(
    config: &ConfigFile,
    store: &dyn Store,
    story: &StoryId,
    edit: &Edit,
    signed: &Signed,
) -> anyhow::Result<Done> {
    let config = config.load()?;
    let outputs: Vec<String> = config.outputs.keys().cloned().collect();
    let router = Router::new(&config.routing, &outputs);
    let editor = signed.editor()?;
    let outcome = editing::carry_out(store, &router, story, edit, &editor, SystemClock.now()).await?;
    print(&outcome).context("cannot write")?;
    Ok(Done::Well)
}

fn print(outcome: &Outcome) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{} ({})", outcome.article.title, outcome.article.id)?;
    for alert in outcome.message.iter().flat_map(|message| &message.alerts) {
        writeln!(out, "will be told: {}", Headline::of(alert).line())?;
    }
    if outcome.message.is_none() {
        writeln!(out, "nothing told before is wrong by this: nothing will be sent")?;
    }
    Ok(())
}
