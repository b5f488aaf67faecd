//! `hanqing ledger review`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{office, print};
use crate::ledger::Ledger;
use crate::support::Clock;

/// Note that you have looked rows over that somebody else entered
#[derive(Args)]
pub struct Arguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Who has looked them over
    #[arg(long, value_name = "NAME")]
    by: String,
    /// All rows that wait
    #[arg(long, conflicts_with = "rows")]
    all_pending: bool,
    /// Numbers of the rows
    #[arg(required_unless_present = "all_pending")]
    rows: Vec<i64>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    if arguments.by.trim().is_empty() {
        anyhow::bail!("--by names who has looked the rows over");
    }
    let mut ledger = Ledger::open(&settings.ledger.path)?;
    let rows = if arguments.all_pending {
        let pending = ledger.counted(true)?.pending;
        print(&pending, &pending, &township);
        pending.iter().map(|entry| entry.id).collect()
    } else {
        arguments.rows.clone()
    };
    let added = ledger.review(&rows, &arguments.by, Clock::system().now())?;
    say!("{added} rows looked over, {} were already", rows.len() - added);
    Ok(ExitCode::SUCCESS)
}
