//! The program. Comes in: the command line. Goes out: an exit code. Everything else is the library's.

use std::process::ExitCode;

fn main() -> ExitCode {
    newsdelta::cli::main()
}
