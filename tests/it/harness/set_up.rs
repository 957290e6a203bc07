//! The scripts that set up what tests need, called for a server of a test's own. Comes in: a script of `tests/setup`, what
//! it is to do, and the server's folder. Goes out: what it printed. A script that fails fails the test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs `tests/setup/SCRIPT VERB FOLDER FURTHER…`.
pub(crate) fn set_up(script: &str, verb: &str, folder: &Path, further: &[&str]) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/setup").join(script);
    let done =
        Command::new(path).arg(verb).arg(folder).args(further).stderr(Stdio::inherit()).output().unwrap();
    assert!(done.status.success(), "tests/setup/{script} {verb}: {}", done.status);
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}
