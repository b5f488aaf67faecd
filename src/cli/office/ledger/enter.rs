//! `hanqing ledger enter` and `correct`

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::civil::Date;

use super::print::print;
use crate::account::{Entry, EntryCode};
use crate::cli::config_args::ConfigArgs;
use crate::core::nearest;
use crate::ledger::Ledger;
use crate::support::Clock;
use crate::water::Township;

/// Enter one row
#[derive(Args)]
pub struct EnterArguments {
    #[command(flatten)]
    config: ConfigArgs,
    /// Code or Chinese name, such as gasoline or 汽油
    #[arg(long, value_name = "CODE")]
    code: String,
    /// The number, in the unit of the code
    #[arg(long, value_name = "NUMBER")]
    value: f64,
    /// First day that the row is about
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// Last day; by default the first
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// Village, by id or name
    #[arg(long, value_name = "VILLAGE")]
    village: Option<String>,
    /// Crop, by id or name
    #[arg(long, value_name = "CROP")]
    crop: Option<String>,
    /// Name of the drinking-water project
    #[arg(long, value_name = "WORK")]
    work: Option<String>,
    /// The paper that the number comes from
    #[arg(long, value_name = "TEXT")]
    document: String,
    /// Person who enters it
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// Correct a row: a new row supersedes it, and the old one stays in the file
#[derive(Args)]
pub struct CorrectArguments {
    #[command(flatten)]
    config: ConfigArgs,
    /// Number of the row to correct
    row: i64,
    /// The right number, in the same unit
    #[arg(long, value_name = "NUMBER")]
    value: f64,
    /// Reason for the correction
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The paper that the right number comes from; by default that of the row
    #[arg(long, value_name = "TEXT")]
    document: Option<String>,
    /// Person who corrects it
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// The code with this id or Chinese name.
pub(super) fn code(text: &str) -> anyhow::Result<EntryCode> {
    let known = EntryCode::ALL.iter().copied();
    let found = known.clone().find(|c| c.id() == text || c.name_zh() == text);
    found.with_context(|| match nearest(text, known.map(EntryCode::id)) {
        Some(near) => format!("{text} is not a ledger code; did you mean {near}?"),
        None => format!("{text} is not a ledger code; docs/manual/clerk.zh-CN.md lists them"),
    })
}

fn not_empty(option: &str, text: &str) -> anyhow::Result<String> {
    let text = text.trim();
    if text.is_empty() {
        anyhow::bail!("--{option} must not be empty");
    }
    Ok(text.to_owned())
}

fn not_negative(value: f64) -> anyhow::Result<f64> {
    if !(value.is_finite() && value >= 0.0) {
        anyhow::bail!("--value {value}: a value must be finite and not negative");
    }
    Ok(value)
}

/// The entry of `known` whose id or name is `text`.
fn by_id_or_name<'a, T>(
    what: &str,
    text: &str,
    known: &'a [T],
    id_and_name: impl Fn(&'a T) -> (&'a str, &'a str),
) -> anyhow::Result<&'a T> {
    let found = known.iter().find(|item| <[&str; 2]>::from(id_and_name(item)).contains(&text));
    found.with_context(|| {
        let names: Vec<&str> = known.iter().map(|item| id_and_name(item).1).collect();
        format!("the township has no {what} {text}; it has {}", names.join(", "))
    })
}

pub(super) fn enter(arguments: &EnterArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let to = arguments.to.unwrap_or(arguments.from);
    if to < arguments.from {
        anyhow::bail!("--to {to} is before --from {}", arguments.from);
    }
    let village = arguments.village.as_ref().map(|text| {
        by_id_or_name("village", text, &township.villages, |v| (v.id.as_str(), v.name.as_str()))
    });
    let crop = arguments.crop.as_ref().map(|text| {
        by_id_or_name("crop", text, &township.crops, |c| (c.id.as_str(), c.name.as_str()))
    });
    let entry = Entry {
        id: 0,
        code: code(&arguments.code)?,
        value: not_negative(arguments.value)?,
        from: arguments.from,
        to,
        village: village.transpose()?.map(|v| v.id.clone()),
        crop: crop.transpose()?.map(|c| c.id.clone()),
        work: arguments.work.as_ref().map(|text| not_empty("work", text)).transpose()?,
        document: not_empty("document", &arguments.document)?,
        entered_by: not_empty("by", &arguments.by)?,
        entered_at: Clock::system().now(),
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
    };
    append(&settings.ledger.path, entry, &township)
}

pub(super) fn correct(arguments: &CorrectArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let rows = Ledger::open(&settings.ledger.path)?.all()?;
    let old = rows.into_iter().find(|entry| entry.id == arguments.row);
    let old = old.with_context(|| format!("the ledger has no row {}", arguments.row))?;
    let entry = Entry {
        id: 0,
        value: not_negative(arguments.value)?,
        document: not_empty("document", arguments.document.as_ref().unwrap_or(&old.document))?,
        entered_by: not_empty("by", &arguments.by)?,
        entered_at: Clock::system().now(),
        reason: not_empty("reason", &arguments.reason)?,
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
