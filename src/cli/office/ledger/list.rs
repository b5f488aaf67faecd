//! `hanqing ledger list` and `show`

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::print::print;
use crate::account::Entry;
use crate::cli::config_args::ConfigArgs;
use crate::hub;
use crate::ledger::Ledger;
use crate::locales::{ledger, moment, office as words};
use crate::support::Clock;

/// The arguments of `hanqing ledger list`.
#[derive(Args)]
pub struct ListArguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    #[arg(long)]
    pending: bool,
}

/// The arguments of `hanqing ledger show`.
#[derive(Args)]
pub struct ShowArguments {
    #[command(flatten)]
    config: ConfigArgs,
    row: i64,
}

pub(super) fn list(arguments: &ListArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let code = arguments.code.as_deref().map(super::enter::code).transpose()?;
    let ledger = Ledger::open_to_read(&settings.ledger.path)?;
    let two_person = settings.ledger.two_person || arguments.pending;
    let in_force = ledger.rows_in_force(two_person)?;
    let pending = in_force.pending.clone();
    let mut rows = if arguments.pending { pending.clone() } else { in_force.with_pending() };
    rows.retain(|entry| code.is_none_or(|code| code == entry.code));
    if rows.is_empty() {
        complain!("{}", words::no_rows());
    } else {
        print(&rows, &pending, &township);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn show(arguments: &ShowArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let ledger = Ledger::open_to_read(&settings.ledger.path)?;
    let all = ledger.all()?;
    let calendar = hub::calendar(&township)?;
    let now = Clock::system().now();
    let find = |row: i64| all.iter().find(|entry| entry.id == row);
    let asked = find(arguments.row).with_context(|| ledger::no_such_row(arguments.row))?;
    let first = std::iter::successors(Some(asked), |entry| entry.supersedes.and_then(find)).last();
    let correction_of = |entry: &&Entry| all.iter().find(|e| e.supersedes == Some(entry.id));
    let rows: Vec<Entry> = std::iter::successors(first, correction_of).cloned().collect();
    let pending = ledger.rows_in_force(settings.ledger.two_person)?.pending;
    print(&rows, &pending, &township);
    for entry in &rows {
        let at = moment(entry.entered_at, now, calendar.zone());
        say!("{}", words::entered(entry.id, at, &entry.entered_by));
    }
    Ok(ExitCode::SUCCESS)
}
