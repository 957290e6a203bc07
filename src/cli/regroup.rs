//! `newsdelta merge` and `newsdelta split`: which reports make one story. Comes in: stories and reports. Goes out: the
//! stories as they are afterwards, beside a daemon that may be running; nothing is told because of it.

use std::io::{self, Write};

use anyhow::bail;
use clap::Args;

use super::signed::Signed;
use super::{ConfigFile, Done, run};
use crate::clock::{Clock, SystemClock};
use crate::editing::regroup::{Regrouping, regroup};
use crate::store::Store;

/// Which stories become one.
#[derive(Debug, Args)]
pub(super) struct MergeArguments {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    signed: Signed,
    /// The story that goes into the other: its id, or the start of it
    from: String,
    /// The story that stays
    into: String,
}

/// What becomes a story of its own.
#[derive(Debug, Args)]
pub(super) struct SplitArguments {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    signed: Signed,
    /// The story that the reports leave: its id, or the start of it
    story: String,
    /// The reports' ids, or the starts of them
    #[arg(required = true)]
    articles: Vec<String>,
}

pub(super) fn merge(arguments: &MergeArguments) -> anyhow::Result<Done> {
    let (runtime, store) = arguments.config.store_to_change()?;
    runtime.block_on(async {
        let wish = Regrouping::Merge(
            story(store.as_ref(), &arguments.from).await?,
            story(store.as_ref(), &arguments.into).await?,
        );
        carry_out(&arguments.config, store.as_ref(), &wish, &arguments.signed).await
    })
}

pub(super) fn split(arguments: &SplitArguments) -> anyhow::Result<Done> {
    let (runtime, store) = arguments.config.store_to_change()?;
    runtime.block_on(async {
        let mut articles = Vec::with_capacity(arguments.articles.len());
        for id in &arguments.articles {
            match store.article(id).await? {
                Some(known) => articles.push(known.article.id),
                None => bail!("there is no article `{id}`"),
            }
        }
        let wish = Regrouping::Split(story(store.as_ref(), &arguments.story).await?, articles);
        carry_out(&arguments.config, store.as_ref(), &wish, &arguments.signed).await
    })
}

async fn story(store: &dyn Store, id: &str) -> anyhow::Result<String> {
    match store.story(id).await? {
        Some(story) => Ok(story.id),
        None => bail!("there is no story `{id}`; `newsdelta stories` lists them"),
    }
}

async fn carry_out(
    config: &ConfigFile,
    store: &dyn Store,
    wish: &Regrouping,
    signed: &Signed,
) -> anyhow::Result<Done> {
    let names = run::names(&config.load()?)?;
    let done = regroup(store, &names, wish, &signed.editor()?, SystemClock.now()).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", done.what)?;
    writeln!(out, "{}  {}, {} reports", done.joined.id, done.joined.title, done.joined.articles)?;
    if done.left.articles > 0 {
        writeln!(out, "{}  {}, {} reports", done.left.id, done.left.title, done.left.articles)?;
    }
    Ok(Done::Well)
}
