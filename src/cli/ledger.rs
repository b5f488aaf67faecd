//! `hanqing ledger`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::load;
use crate::config;
use crate::ledger::{self, Ledger};
use crate::support::Clock;

/// The ledger 台账: what people enter.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Enter the rows of a CSV file; rows with a problem are named and left out, rows already there are skipped
    Import {
        /// The hub's configuration
        #[arg(short, long, value_name = "FILE")]
        config: PathBuf,
        /// Only show what would be entered
        #[arg(long)]
        dry_run: bool,
        /// The CSV file, UTF-8
        file: PathBuf,
    },
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Command::Import {
        config,
        dry_run,
        file,
    } = arguments.command;
    let Some((settings, township)) = load(config::load_hub(&config, &[])) else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    let text = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let import = ledger::parse(&text, &township, Clock::system().now());
    for problem in &import.problems {
        eprintln!("{}: {problem}", file.display());
    }
    if dry_run {
        say!(
            "{} rows can be entered, {} problems; nothing entered",
            import.rows.len(),
            import.problems.len()
        );
    } else {
        let imported = Ledger::open(&settings.ledger.path)?.import(&import.rows)?;
        say!(
            "{} rows entered, {} already there, {} problems",
            imported.added.len(),
            imported.skipped,
            import.problems.len()
        );
    }
    Ok(if import.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
