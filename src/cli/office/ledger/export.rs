//! `hanqing ledger export`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::civil::Date;

use super::office;
use crate::figures::Entry;
use crate::ledger::{self, Ledger};

/// Write the ledger as Excel or CSV, to be worked on or handed over; `import` reads it again
#[derive(Args)]
pub struct Arguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Superseded rows too, as another ledger needs them
    #[arg(long)]
    all: bool,
    /// Rows that speak of this day or later
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Rows that speak of this day or earlier
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// The file to write: .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let ledger = Ledger::open(&settings.ledger.path)?;
    let all = ledger.all()?;
    let wanted = |entry: &Entry| {
        arguments.from.is_none_or(|from| entry.to >= from)
            && arguments.to.is_none_or(|to| entry.from <= to)
    };
    let rows = if arguments.all {
        all.clone()
    } else {
        ledger.counted(settings.ledger.two_person)?.both()
    };
    let rows: Vec<Entry> = rows.into_iter().filter(wanted).collect();
    let bytes = match arguments.out.extension().and_then(|ending| ending.to_str()) {
        Some("xlsx") => ledger::to_workbook(&rows, &all, &township)?,
        Some("csv") => ledger::to_csv(&rows, &all, &township)?.into_bytes(),
        _ => anyhow::bail!("--out {}: the ending is .xlsx or .csv", arguments.out.display()),
    };
    let written = std::fs::write(&arguments.out, bytes);
    written.with_context(|| format!("cannot write {}", arguments.out.display()))?;
    say!("{} rows in {}", rows.len(), arguments.out.display());
    Ok(ExitCode::SUCCESS)
}
