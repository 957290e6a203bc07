//! `newsdelta read`: the claims of each article. Comes in: files. Goes out: one JSON line per article, or for people the
//! text with its claims marked. Never remembers.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::extract;
use crate::model::{ArticleId, Claim};

use super::run::names;
use super::{ConfigFile, Done, articles, marked};

/// What to read.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// One JSON line per article
    #[arg(long)]
    json: bool,
    /// Article files, folders of them, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// One line of `read --json`.
#[derive(Serialize)]
struct Line<'a> {
    article: &'a ArticleId,
    claims: &'a [Claim],
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let names = names(&arguments.config.load()?)?;
    let mut out = io::BufWriter::new(anstream::AutoStream::auto(io::stdout()));
    let done = articles::all(&arguments.files, |article| {
        let claims = extract::read(&article, &names).claims;
        if arguments.json {
            serde_json::to_writer(&mut out, &Line { article: &article.id, claims: &claims })
                .map_err(io::Error::from)?;
            out.write_all(b"\n")?;
        } else {
            marked::print(&mut out, &article, &claims)?;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(done)
}
