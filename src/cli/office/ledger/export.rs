//! `hanqing ledger export`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::civil::Date;

use super::out;
use crate::account::Entry;
use crate::cli::config_args::ConfigArgs;
use crate::ledger::{self, Ledger};
use crate::locales::office as words;
use crate::support::files;

/// The arguments of `hanqing ledger export`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long)]
    all: bool,
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    out::must_be_free(&arguments.out, arguments.force)?;
    let ledger = Ledger::open_to_read(&settings.ledger.path)?;
    let all = ledger.all()?;
    let in_days = |entry: &Entry| {
        arguments.from.is_none_or(|from| entry.to >= from)
            && arguments.to.is_none_or(|to| entry.from <= to)
    };
    let mut rows = if arguments.all {
        all.clone()
    } else {
        ledger.rows_in_force(settings.ledger.two_person)?.with_pending()
    };
    rows.retain(in_days);
    let out = &arguments.out;
    let bytes = match out::ending(out) {
        Some("xlsx") => ledger::to_workbook(&rows, &all, &township)?,
        Some("csv") => ledger::to_csv(&rows, &all)?.into_bytes(),
        _ => anyhow::bail!(words::other_ending(out)),
    };
    files::replace(out, &bytes).with_context(|| words::cannot_write(out))?;
    say!("{}", words::rows_written(rows.len(), out));
    Ok(ExitCode::SUCCESS)
}
