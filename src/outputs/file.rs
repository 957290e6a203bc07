//! A file of JSON lines. Comes in: a message. Goes out: one line per alert, on the disk before the message counts as
//! delivered. Rotates by size and age with a bounded number of files. Never leaves a torn line in the middle of a file.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::config::{Check, Findings};

/// `[outputs.NAME]` with `type = "file"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileConfig {
    /// The file; its folder must exist.
    pub path: PathBuf,
    /// Size in bytes beyond which it does not grow, or 0.
    pub rotate_bytes: u64,
    /// Age at which it is set aside, or zero.
    #[serde(with = "humantime_serde")]
    pub rotate_age: Duration,
    /// How many set-aside files are kept.
    pub rotated_files_max: usize,
    /// When a message counts as written.
    pub fsync: Fsync,
}

/// When a message counts as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fsync {
    /// Once it is on the disk.
    Always,
    /// Once the operating system has it.
    Never,
}

impl Check for FileConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.path.file_name().is_none() {
            findings.add("path", "names no file: write for instance \"alerts.jsonl\"");
        }
        if (1..1024).contains(&self.rotate_bytes) {
            findings.add(
                "rotate_bytes",
                "is under 1024, less than one alert: write a larger figure, or 0 for never",
            );
        }
        if !self.rotate_age.is_zero() && self.rotate_age < Duration::from_secs(60) {
            findings.add("rotate_age", "is under a minute: write a longer one, or \"0s\" for never");
        }
        findings.expect_between("rotated_files_max", self.rotated_files_max, 0, 10_000);
    }
}
