//! `hanqing ledger enter` and `correct`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::civil::Date;

use super::{office, print};
use crate::figures::{Entry, EntryCode};
use crate::ledger::Ledger;
use crate::support::{Clock, nearest};
use crate::water::Township;

/// Enter one row
#[derive(Args)]
pub struct EnterArguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Code or Chinese name, such as gasoline or 汽油
    #[arg(long, value_name = "CODE")]
    code: String,
    /// The number, in the code's unit
    #[arg(long, value_name = "NUMBER")]
    value: f64,
    /// First day that it speaks of
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// Last day; left out, the first
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// Village, by id or name
    #[arg(long, value_name = "VILLAGE")]
    village: Option<String>,
    /// Crop, by id or name
    #[arg(long, value_name = "CROP")]
    crop: Option<String>,
    /// Name of the drinking-water work
    #[arg(long, value_name = "WORK")]
    work: Option<String>,
    /// The paper behind the number
    #[arg(long, value_name = "TEXT")]
    document: String,
    /// Who enters it
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// Correct a row: a new one supersedes it, the old one stays
#[derive(Args)]
pub struct CorrectArguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// The row to correct
    row: i64,
    /// The right number, in the same unit
    #[arg(long, value_name = "NUMBER")]
    value: f64,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The paper behind the right number; left out, that of the row
    #[arg(long, value_name = "TEXT")]
    document: Option<String>,
    /// Who corrects it
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// The code with this id or Chinese name.
pub(super) fn code(text: &str) -> anyhow::Result<EntryCode> {
    let known = EntryCode::ALL.iter().copied();
    let found = known.clone().find(|c| c.id() == text || c.name_zh() == text);
    found.with_context(|| match nearest(text, known.map(EntryCode::id)) {
        Some(near) => format!("{text} is no code of the ledger; did you mean {near}?"),
        None => format!("{text} is no code of the ledger; docs/manual/clerk.zh-CN.md lists them"),
    })
}

fn named(what: &str, text: &str) -> anyhow::Result<String> {
    let text = text.trim();
    if text.is_empty() {
        anyhow::bail!("--{what} must not be empty");
    }
    Ok(text.to_owned())
}

fn number(value: f64) -> anyhow::Result<f64> {
    if !(value.is_finite() && value >= 0.0) {
        anyhow::bail!("--value {value}: a value is finite and not negative");
    }
    Ok(value)
}

pub(super) fn enter(arguments: &EnterArguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let to = arguments.to.unwrap_or(arguments.from);
    if to < arguments.from {
        anyhow::bail!("--to {to} lies before --from {}", arguments.from);
    }
    let village = arguments.village.as_ref().map(|text| {
        let known = township.villages.iter();
        let found = known.clone().find(|v| v.id.as_str() == text || &v.name == text);
        found.map(|v| v.id.clone()).with_context(|| {
            let names: Vec<&str> = known.map(|v| v.name.as_str()).collect();
            format!("the township has no village {text}: {}", names.join(", "))
        })
    });
    let crop = arguments.crop.as_ref().map(|text| {
        let known = township.crops.iter();
        let found = known.clone().find(|c| c.id.as_str() == text || &c.name == text);
        found.map(|c| c.id.clone()).with_context(|| {
            let names: Vec<&str> = known.map(|c| c.name.as_str()).collect();
            format!("the township has no crop {text}: {}", names.join(", "))
        })
    });
    let entry = Entry {
        id: 0,
        code: code(&arguments.code)?,
        value: number(arguments.value)?,
        from: arguments.from,
        to,
        village: village.transpose()?,
        crop: crop.transpose()?,
        work: arguments.work.as_ref().map(|text| named("work", text)).transpose()?,
        document: named("document", &arguments.document)?,
        entered_by: named("by", &arguments.by)?,
        entered_at: Clock::system().now(),
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
    };
    append(&settings.ledger.path, entry, &township)
}

pub(super) fn correct(arguments: &CorrectArguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let rows = Ledger::open(&settings.ledger.path)?.all()?;
    let old = rows.into_iter().find(|entry| entry.id == arguments.row);
    let old = old.with_context(|| format!("the ledger has no row {}", arguments.row))?;
    let document = arguments.document.as_ref().unwrap_or(&old.document);
    let entry = Entry {
        id: 0,
        value: number(arguments.value)?,
        document: named("document", document)?,
        entered_by: named("by", &arguments.by)?,
        entered_at: Clock::system().now(),
        reason: named("reason", &arguments.reason)?,
        supersedes: Some(arguments.row),
        reviewed_by: None,
        ..old
    };
    append(&settings.ledger.path, entry, &township)
}

fn append(path: &Path, mut entry: Entry, township: &Township) -> anyhow::Result<ExitCode> {
    let ids = Ledger::open(path)?.append(std::slice::from_ref(&entry))?;
    entry.id = ids.first().copied().unwrap_or(0);
    print(&[entry], &[], township);
    Ok(ExitCode::SUCCESS)
}
