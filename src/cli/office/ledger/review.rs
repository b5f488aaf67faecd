//! `hanqing ledger review`

use std::process::ExitCode;

use clap::Args;

use super::print::print;
use crate::cli::config_args::ConfigArgs;
use crate::ledger::{Ledger, Reviewable};
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
    let persons = &settings.persons;
    let by = persons.signature(&arguments.by)?;
    let mut ledger = Ledger::open(&settings.ledger.path)?;
    let Reviewable { rows, own, unlisted } = if arguments.all_pending {
        let mut pending = ledger.rows_in_force(true)?.pending;
        let reviewable = Reviewable::of(&pending, &by, persons);
        pending.retain(|entry| reviewable.rows.contains(&entry.id));
        if !pending.is_empty() {
            print(&pending, &pending, &township);
        }
        reviewable
    } else {
        Reviewable { rows: arguments.rows.clone(), ..Reviewable::default() }
    };
    let added = ledger.review(&rows, &by, persons, Clock::system().now())?.len();
    say!("{}", words::reviewed(added, rows.len() - added));
    if own > 0 {
        complain!("{}", words::own_rows_left(own));
    }
    for left in &unlisted {
        complain!("{}", left.text());
    }
    // Rows that wait for somebody else are no failure where others were reviewed.
    let done = unlisted.is_empty() && (own == 0 || !rows.is_empty());
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
