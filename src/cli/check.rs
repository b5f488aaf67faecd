//! `hanqing check`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::config;

/// Checks configuration files: every problem at once, each with its place, value, rule and a hint.
#[derive(Args)]
pub struct Arguments {
    /// Files of any kind: gateway, hub, township
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Checks the files and prints what is wrong.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut sound = true;
    for file in &arguments.files {
        let report = config::check_file(file);
        for problem in &report.problems {
            println!("{problem}");
        }
        if report.problems.is_empty() {
            println!("{}: {} in order", file.display(), report.kind);
        }
        sound &= report.problems.is_empty();
    }
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(super::CONFIGURATION)
    })
}
