//! `newsdelta man`: the manual pages, one for the program and one for each verb. Comes in: a folder. Goes out: files in
//! it. Made for packagers; what the pages say is what `--help` says.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::Done;

/// Where to.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder, which is made when it is missing
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments, command: clap::Command) -> anyhow::Result<Done> {
    let folder = &arguments.folder;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    clap_mangen::generate_to(command, folder)
        .with_context(|| format!("cannot write the pages into {}", folder.display()))?;
    Ok(Done::Well)
}
