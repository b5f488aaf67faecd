//! `hanqing ledger list` and `show`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{line, office};
use crate::figures::EntryCode;
use crate::ledger::Ledger;

/// The rows that hold, one a line
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
    let Some((settings, _)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let code = match &arguments.code {
        Some(text) => Some(super::enter::code(text)?),
        None => None,
    };
    let ledger = Ledger::open(&settings.ledger.path)?;
    let rows = if arguments.pending {
        ledger.counted(true)?.pending
    } else {
        ledger.current()?
    };
    let wanted = |own: EntryCode| code.is_none_or(|code| code == own);
    for entry in rows.iter().filter(|entry| wanted(entry.code)) {
        say!("{}", line(entry));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn show(arguments: &ShowArguments) -> anyhow::Result<ExitCode> {
    let Some((settings, _)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let all = Ledger::open(&settings.ledger.path)?.all()?;
    let find = |row: i64| all.iter().find(|entry| entry.id == row);
    let Some(mut first) = find(arguments.row) else {
        anyhow::bail!("the ledger has no row {}", arguments.row);
    };
    while let Some(before) = first.supersedes.and_then(find) {
        first = before;
    }
    let mut next = Some(first);
    while let Some(entry) = next {
        say!("{}", line(entry));
        say!("    {}", entry.entered_at);
        next = all.iter().find(|e| e.supersedes == Some(entry.id));
    }
    Ok(ExitCode::SUCCESS)
}
