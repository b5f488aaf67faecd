//! `hanqing ledger list` and `show`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{office, print};
use crate::figures::Entry;
use crate::ledger::Ledger;

/// The rows that hold, those that wait for a review too
#[derive(Args)]
pub struct ListArguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Only rows of this code or Chinese name
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Only rows that wait for somebody to look them over
    #[arg(long)]
    pending: bool,
}

/// A row with everything that corrects it or that it corrects
#[derive(Args)]
pub struct ShowArguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Its number
    row: i64,
}

pub(super) fn list(arguments: &ListArguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let code = match &arguments.code {
        Some(text) => Some(super::enter::code(text)?),
        None => None,
    };
    let ledger = Ledger::open(&settings.ledger.path)?;
    let two_person = settings.ledger.two_person || arguments.pending;
    let counted = ledger.counted(two_person)?;
    let pending = counted.pending.clone();
    let rows = if arguments.pending { pending.clone() } else { counted.both() };
    let wanted = |entry: &Entry| code.is_none_or(|code| code == entry.code);
    let rows: Vec<Entry> = rows.into_iter().filter(wanted).collect();
    print(&rows, &pending, &township);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn show(arguments: &ShowArguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let ledger = Ledger::open(&settings.ledger.path)?;
    let all = ledger.all()?;
    let zone = jiff::tz::TimeZone::get(&township.zone)?;
    let find = |row: i64| all.iter().find(|entry| entry.id == row);
    let Some(mut first) = find(arguments.row) else {
        anyhow::bail!("the ledger has no row {}", arguments.row);
    };
    while let Some(before) = first.supersedes.and_then(find) {
        first = before;
    }
    let mut rows = Vec::new();
    let mut next = Some(first);
    while let Some(entry) = next {
        rows.push(entry.clone());
        next = all.iter().find(|e| e.supersedes == Some(entry.id));
    }
    let pending = ledger.counted(settings.ledger.two_person)?.pending;
    print(&rows, &pending, &township);
    for entry in &rows {
        let at = entry.entered_at.to_zoned_datetime(zone.clone());
        say!("第{}条 {} {}登记", entry.id, at.strftime("%Y-%m-%d %H:%M"), entry.entered_by);
    }
    Ok(ExitCode::SUCCESS)
}
