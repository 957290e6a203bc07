//! The program. Comes in: the command line. Goes out: an exit code. Everything else is the library's.

use std::process::ExitCode;

/// What is read on one thread is written and let go on others, thousands of small pieces for each article: the system's
/// allocator spends more of the processor on that, and keeps a little less memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    newsdelta::cli::main()
}
