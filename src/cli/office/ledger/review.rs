//! `hanqing ledger review`

use std::process::ExitCode;

use clap::Args;

use super::print::print;
use crate::cli::config_args::ConfigArgs;
use crate::ledger::Ledger;
use crate::locales::office as words;
use crate::support::Clock;

/// The arguments of `hanqing ledger review`.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["rows", "all_pending"])))]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long, value_name = "NAME")]
    by: String,
    #[arg(long)]
    all_pending: bool,
    rows: Vec<i64>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    if arguments.by.trim().is_empty() {
        anyhow::bail!(words::reviewer_empty());
    }
    let mut ledger = Ledger::open(&settings.ledger.path)?;
    let rows = if arguments.all_pending {
        let pending = ledger.rows_in_force(true)?.pending;
        print(&pending, &pending, &township);
        pending.iter().map(|entry| entry.id).collect()
    } else {
        arguments.rows.clone()
    };
    let added = ledger.review(&rows, &arguments.by, Clock::system().now())?;
    say!("{}", words::reviewed(added, rows.len() - added));
    Ok(ExitCode::SUCCESS)
}
