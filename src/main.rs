//! The `hanqing` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    hanqing::cli::main()
}
