//! `hanqing ledger import`

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::{line, office};
use crate::figures::{Entry, EntryCode};
use crate::ledger::{self, Ledger};
use crate::support::Clock;

/// Enter the rows of an Excel or CSV file; rows with a problem are named and left out, rows already there are skipped
#[derive(Args)]
pub struct Arguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Only show what would be entered
    #[arg(long)]
    dry_run: bool,
    /// Enter nothing where any row has a problem
    #[arg(long)]
    all_or_nothing: bool,
    /// Do not ask; without a terminal nothing is asked either
    #[arg(long)]
    yes: bool,
    /// Sheet of the workbook; without it the first that has the ledger's columns
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The file: .xlsx, .xls, .ods, or CSV in UTF-8
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let file = &arguments.file;
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let now = Clock::system().now();
    let import = ledger::import(&bytes, arguments.sheet.as_deref(), &township, now);
    for problem in &import.problems {
        eprintln!("{}: {problem}", file.display());
    }
    for turned in &import.turned {
        say!("{}: {turned}", file.display());
    }
    let done = if import.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    let asks = std::io::stdin().is_terminal() && !arguments.yes && !arguments.dry_run;
    if arguments.dry_run || asks {
        preview(&import.rows);
    }
    if arguments.dry_run {
        say!(
            "{} rows can be entered, {} problems; nothing entered",
            import.rows.len(),
            import.problems.len()
        );
        return Ok(done);
    }
    let refused = arguments.all_or_nothing && !import.problems.is_empty();
    if refused || (asks && !agreed()?) {
        say!("nothing entered");
        return Ok(ExitCode::FAILURE);
    }
    let imported = Ledger::open(&settings.ledger.path)?.import(&import.rows)?;
    say!(
        "{} rows entered, {} already there, {} problems",
        imported.added.len(),
        imported.skipped,
        import.problems.len()
    );
    if settings.ledger.two_person && !imported.added.is_empty() {
        say!("they count once somebody else has looked them over: hanqing ledger review");
    }
    Ok(done)
}

/// The rows, and what each code adds up to.
fn preview(rows: &[Entry]) {
    let mut sums: BTreeMap<EntryCode, (usize, f64)> = BTreeMap::new();
    for entry in rows {
        say!("{}", line(entry));
        let sum = sums.entry(entry.code).or_default();
        sum.0 += 1;
        sum.1 += entry.value;
    }
    for (code, (count, sum)) in sums {
        say!(
            "  {}：{count}笔，合计 {sum} {}",
            code.name_zh(),
            code.unit()
        );
    }
}

fn agreed() -> anyhow::Result<bool> {
    show!("enter these rows? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
}
