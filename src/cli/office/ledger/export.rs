//! `hanqing ledger export`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::civil::Date;

use crate::account::Entry;
use crate::cli::config_args::ConfigArgs;
use crate::ledger::{self, Ledger};
use crate::support::files;

/// Write the ledger as Excel or CSV, to be worked on or handed over; `import` reads it again
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    /// Include superseded rows, as needed for another ledger
    #[arg(long)]
    all: bool,
    /// Only rows about this day or later ones
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Only rows about this day or earlier ones
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// The file to write: .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let ledger = Ledger::open(&settings.ledger.path)?;
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
    let out = arguments.out.display();
    let bytes = match arguments.out.extension().and_then(|ending| ending.to_str()) {
        Some("xlsx") => ledger::to_workbook(&rows, &all, &township)?,
        Some("csv") => ledger::to_csv(&rows, &all)?.into_bytes(),
        _ => anyhow::bail!("--out {out}: the file name must end in .xlsx or .csv"),
    };
    files::replace(&arguments.out, &bytes).with_context(|| format!("cannot write {out}"))?;
    say!("{} rows written to {out}", rows.len());
    Ok(ExitCode::SUCCESS)
}
