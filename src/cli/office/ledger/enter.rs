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
use crate::ledger::{self, Ledger};
use crate::locales::{Text, ledger as rules, office as words};
use crate::support::Clock;
use crate::water::Township;

/// The arguments of `hanqing ledger enter`.
#[derive(Args)]
pub struct EnterArguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long, value_name = "CODE")]
    code: String,
    #[arg(long, value_name = "NUMBER")]
    value: f64,
    #[arg(long, value_name = "DAY")]
    from: Date,
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    #[arg(long, value_name = "VILLAGE")]
    village: Option<String>,
    #[arg(long, value_name = "CROP")]
    crop: Option<String>,
    #[arg(long, value_name = "WORK")]
    work: Option<String>,
    #[arg(long, value_name = "TEXT")]
    document: String,
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// The arguments of `hanqing ledger correct`.
#[derive(Args)]
pub struct CorrectArguments {
    #[command(flatten)]
    config: ConfigArgs,
    row: i64,
    #[arg(long, value_name = "NUMBER")]
    value: f64,
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[arg(long, value_name = "TEXT")]
    document: Option<String>,
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// The code with this id, or this name in either language.
pub(super) fn code(text: &str) -> anyhow::Result<EntryCode> {
    ledger::code(text).with_context(|| words::not_a_code(text, ledger::codes_near(text)))
}

fn not_empty(option: &str, text: &str) -> anyhow::Result<String> {
    let text = text.trim();
    if text.is_empty() {
        anyhow::bail!(words::option_empty(option));
    }
    Ok(text.to_owned())
}

fn not_negative(value: f64) -> anyhow::Result<f64> {
    if !(value.is_finite() && value >= 0.0) {
        anyhow::bail!(words::value_wrong(value));
    }
    Ok(value)
}

/// The entry of `known` whose id or name is `text`; `none` says that there is none, with a hint.
fn by_id_or_name<'a, T>(
    text: &str,
    known: &'a [T],
    names: impl Fn(&'a T) -> [&'a str; 2],
    none: impl FnOnce(Text) -> Text,
) -> anyhow::Result<&'a T> {
    let found = known.iter().find(|item| names(item).contains(&text));
    found.with_context(|| {
        none(match nearest(text, known.iter().flat_map(&names)) {
            Some(near) => rules::did_you_mean(near),
            None => rules::township_has(Text::list(known.iter().map(|item| names(item)[1]))),
        })
    })
}

pub(super) fn enter(arguments: &EnterArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let to = arguments.to.unwrap_or(arguments.from);
    if to < arguments.from {
        anyhow::bail!(words::ends_before_it_begins(arguments.from.to_string(), to.to_string()));
    }
    let village = arguments.village.as_ref().map(|text| {
        let none = |hint| words::no_village(text, hint);
        by_id_or_name(text, &township.villages, |v| [v.id.as_str(), v.name.as_str()], none)
    });
    let crop = arguments.crop.as_ref().map(|text| {
        let none = |hint| words::no_crop(text, hint);
        by_id_or_name(text, &township.crops, |c| [c.id.as_str(), c.name.as_str()], none)
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
        entered_by: settings.persons.signature(&arguments.by)?,
        entered_at: Clock::system().now(),
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
    };
    append(&settings.ledger.path, entry, &township)
}

pub(super) fn correct(arguments: &CorrectArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let rows = Ledger::open_to_read(&settings.ledger.path)?.all()?;
    let old = rows.into_iter().find(|entry| entry.id == arguments.row);
    let old = old.with_context(|| rules::no_such_row(arguments.row))?;
    let entry = Entry {
        id: 0,
        value: not_negative(arguments.value)?,
        document: not_empty("document", arguments.document.as_ref().unwrap_or(&old.document))?,
        entered_by: settings.persons.signature(&arguments.by)?,
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
