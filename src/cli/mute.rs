//! `newsdelta mute`: what is not told for a while. Comes in: a story, a fact or an actor, and until when. Goes out: a
//! changed store, which a running daemon heeds with its next commit, or the list of mutes. What is muted is read and
//! known all the same.

use std::io::{self, Write};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};

use super::signed::Signed;
use super::{ConfigFile, Done};
use crate::clock::{Clock, SystemClock};
use crate::model::{Action, AuditEntry, Mute, Muted};
use crate::notify::mute;
use crate::outputs::wording::fact_in_words;
use crate::store::Store;

/// What to mute.
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
    /// List what is muted, the first to end first (the default)
    List,
    /// Mute everything of a story
    Story {
        /// The story's id, or the start of it
        story: String,
        #[command(flatten)]
        until: Until,
    },
    /// Mute the fact that an alert was about
    Fact {
        /// The story's id, or the start of it
        story: String,
        /// Words of the fact as `newsdelta show` lists it, such as "injured"
        fact: String,
        #[command(flatten)]
        until: Until,
    },
    /// Mute a party or person in every story
    Actor {
        /// The name as alerts show it
        actor: String,
        #[command(flatten)]
        until: Until,
    },
    /// End a mute
    End {
        /// The mute's id, or the start of it
        id: String,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Until {
    /// Until this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// For so long, such as 8h or 2days
    #[arg(long = "for", value_name = "DURATION")]
    lasting: Option<String>,
}

impl Until {
    fn at(&self, now: Timestamp) -> anyhow::Result<Timestamp> {
        let until = match (self.until, &self.lasting) {
            (Some(until), _) => until,
            (None, Some(text)) => {
                let lasting: SignedDuration =
                    text.parse().with_context(|| format!("`{text}` is no duration: write such as 8h"))?;
                now.checked_add(lasting).unwrap_or(Timestamp::MAX)
            }
            (None, None) => bail!("say until when: --until TIME or --for DURATION"),
        };
        if until <= now {
            bail!("{until} is past: name a later time");
        }
        Ok(until)
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let mut out = io::stdout().lock();
    let now = SystemClock.now();
    match &arguments.verb {
        None | Some(Verb::List) => {
            let (runtime, store) = arguments.config.store()?;
            let mutes = runtime.block_on(store.mutes(now))?;
            for mute in &mutes {
                writeln!(out, "{}", line(mute))?;
            }
            if mutes.is_empty() {
                writeln!(out, "nothing is muted")?;
            }
        }
        Some(Verb::End { id }) => {
            let (runtime, store) = arguments.config.store_to_change()?;
            let editor = arguments.signed.editor()?;
            let entry = editor.did(Action::Unmute, format!("mute {id} ended"), now);
            runtime.block_on(store.unmute(id, &entry))?;
            writeln!(out, "{id}: told again")?;
        }
        Some(Verb::Story { until, .. } | Verb::Fact { until, .. } | Verb::Actor { until, .. }) => {
            let (runtime, store) = arguments.config.store_to_change()?;
            let (until, editor) = (until.at(now)?, arguments.signed.editor()?);
            let mute = runtime.block_on(async {
                let mute = Mute::of(what(store.as_ref(), arguments).await?, until, now);
                let entry = editor.did(Action::Mute, mute::in_words(&mute), now);
                store.mute(&mute, &AuditEntry { story: mute.what.story().cloned(), ..entry }).await?;
                anyhow::Ok(mute)
            })?;
            writeln!(out, "{}", line(&mute))?;
        }
    }
    Ok(Done::Well)
}

async fn what(store: &dyn Store, arguments: &Arguments) -> anyhow::Result<Muted> {
    let story_id = async |id: &str| match store.story(id).await? {
        Some(story) => Ok(story.id),
        None => bail!("there is no story `{id}`; `newsdelta stories` lists them"),
    };
    match &arguments.verb {
        Some(Verb::Story { story, .. }) => Ok(Muted::Story { story: story_id(story).await? }),
        Some(Verb::Fact { story, fact, .. }) => {
            let story = story_id(story).await?;
            let facts = store.facts(&story).await?;
            let found: Vec<_> = facts
                .into_iter()
                .map(|known| (fact_in_words(&known.key), known.key))
                .filter(|(words, _)| words.to_lowercase().contains(&fact.to_lowercase()))
                .collect();
            // The very words mean that fact, even where other facts contain them.
            let exact = found.iter().find(|(words, _)| words.eq_ignore_ascii_case(fact)).cloned();
            match (exact, found.as_slice()) {
                (Some((_, fact)), _) => Ok(Muted::Fact { story, fact }),
                (None, [(_, only)]) => Ok(Muted::Fact { story, fact: only.clone() }),
                (None, []) => {
                    bail!("story {story} has no fact `{fact}`; `newsdelta show {story}` lists them")
                }
                (None, several) => {
                    let words: Vec<_> = several.iter().map(|(words, _)| words.as_str()).collect();
                    bail!("`{fact}` may be: {}; write one of them in full", words.join("; "))
                }
            }
        }
        Some(Verb::Actor { actor, .. }) => Ok(Muted::Actor { actor: actor.clone() }),
        None | Some(Verb::List | Verb::End { .. }) => bail!("say what to mute"),
    }
}

fn line(mute: &Mute) -> String {
    let what = match &mute.what {
        Muted::Story { story } => format!("story {story}"),
        Muted::Fact { story, fact } => format!("story {story}: {}", fact_in_words(fact)),
        Muted::Actor { actor } => format!("actor {actor}"),
    };
    format!("{}  until {:.0}  {what}", mute.id.get(..12).unwrap_or(&mute.id), mute.until)
}
