//! `newsdelta backup`: a copy of the store beside a daemon that goes on. Comes in: the name of a new file. Goes out: that
//! file. Never writes over one that is there.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::{ConfigFile, Done};
use crate::store::sqlite;

/// Where to.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The file to make
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let config = arguments.config.load()?;
    if config.store.url.is_some() {
        bail!("the store is a PostgreSQL database: copy it with `pg_dump`");
    }
    sqlite::copy(&config.store.path, &arguments.file)?;
    let bytes = std::fs::metadata(&arguments.file)?.len();
    writeln!(io::stdout().lock(), "{}: {bytes} bytes", arguments.file.display())?;
    Ok(Done::Well)
}
