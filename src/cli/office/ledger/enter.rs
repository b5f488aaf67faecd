//! `hanqing ledger enter` and `correct`

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::print::print;
use crate::account::{Entry, EntryCode};
use crate::cli::config_args::ConfigArgs;
use crate::core::{Period, nearest};
use crate::hub::HubSettings;
use crate::ledger::{self, Ledger, visible};
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
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
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
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    #[arg(required_unless_present = "withdraw")]
    value: Option<f64>,
    #[arg(long, conflicts_with_all = ["value", "document"])]
    withdraw: bool,
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[arg(long, value_name = "TEXT")]
    document: Option<String>,
    #[arg(long, value_name = "NAME")]
    by: String,
    #[arg(long)]
    yes: bool,
}

/// The code with this id, or this name in either language.
pub(super) fn code(text: &str) -> anyhow::Result<EntryCode> {
    ledger::code(text).with_context(|| words::not_a_code(text, ledger::codes_near(text)))
}

/// The text of `option` as the ledger keeps it.
pub(super) fn text(option: &str, text: &str) -> anyhow::Result<String> {
    let text = text.trim();
    if text.is_empty() {
        anyhow::bail!(words::option_empty(option));
    }
    if let Some(rule) = ledger::refused_text(text) {
        anyhow::bail!(words::option_wrong(option, &*visible(text), rule));
    }
    Ok(text.to_owned())
}

fn value(code: EntryCode, value: f64) -> anyhow::Result<f64> {
    match ledger::refused_value(code, value) {
        Some(fault) => anyhow::bail!(words::option_wrong("value", value, fault.text())),
        None => Ok(value),
    }
}

fn person(settings: &HubSettings, name: &str) -> anyhow::Result<String> {
    text("by", &settings.persons.signature(name)?)
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
    let now = Clock::system().now();
    let today = day_of(now, &township)?;
    for (option, day) in [("from", arguments.from), ("to", to)] {
        if let Some(rule) = ledger::refused_day(day, today.year()) {
            anyhow::bail!(words::option_wrong(option, day.to_string(), rule));
        }
    }
    let village = arguments.village.as_ref().map(|text| {
        let none = |hint| words::no_village(text, hint);
        by_id_or_name(text, &township.villages, |v| [v.id.as_str(), v.name.as_str()], none)
    });
    let crop = arguments.crop.as_ref().map(|text| {
        let none = |hint| words::no_crop(text, hint);
        by_id_or_name(text, &township.crops, |c| [c.id.as_str(), c.name.as_str()], none)
    });
    let code = code(&arguments.code)?;
    let entry = Entry {
        id: 0,
        code,
        value: value(code, arguments.value)?,
        from: arguments.from,
        to,
        village: village.transpose()?.map(|v| v.id.clone()),
        crop: crop.transpose()?.map(|c| c.id.clone()),
        work: arguments.work.as_ref().map(|work| text("work", work)).transpose()?,
        document: text("document", &arguments.document)?,
        entered_by: person(&settings, &arguments.by)?,
        entered_at: now,
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
        withdrawn: false,
    };
    check(&entry, (&township, today))?;
    append(&settings.ledger.path, entry, &township)
}

/// The day of the office.
fn day_of(now: Timestamp, township: &Township) -> anyhow::Result<Date> {
    Ok(TimeZone::get(&township.zone)?.to_datetime(now).date())
}

/// Refuses what of a row cannot be in the township on that day, besides its value.
fn check(entry: &Entry, known: (&Township, Date)) -> anyhow::Result<()> {
    let days = Period { from: entry.from, to: entry.to };
    match ledger::refused_row(entry.code, days, entry.work.as_deref(), known) {
        Some(fault) if fault.field == "work" => {
            let work = entry.work.as_deref().unwrap_or_default();
            Err(anyhow::Error::msg(words::option_wrong("work", work, fault.text())))
        }
        Some(fault) => {
            let day = if fault.field == "from" { entry.from } else { entry.to }.to_string();
            Err(anyhow::Error::msg(words::option_wrong(fault.field, day, fault.text())))
        }
        None => Ok(()),
    }
}

/// Refuses a correction that keeps what cannot be of an old row, besides its value.
fn check_kept(old: i64, entry: &Entry, known: (&Township, Date)) -> anyhow::Result<()> {
    let days = Period { from: entry.from, to: entry.to };
    match ledger::refused_row(entry.code, days, entry.work.as_deref(), known) {
        Some(fault) => Err(anyhow::Error::msg(words::row_cannot_be(old, fault.rule))),
        None => Ok(()),
    }
}

pub(super) fn correct(arguments: &CorrectArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let rows = Ledger::open_to_read(&settings.ledger.path)?.all()?;
    let old = rows.into_iter().find(|entry| entry.id == arguments.row);
    let old = old.with_context(|| rules::no_such_row(arguments.row))?;
    let (id, unit) = (arguments.row, old.code.unit_name());
    let reason = text("reason", &arguments.reason)?;
    let (by, now) = (person(&settings, &arguments.by)?, Clock::system().now());
    let path = &settings.ledger.path;
    let Some(new) = arguments.value else {
        let changed = words::withdrawn(id, old.code.name(), old.value, unit);
        let done = append(path, ledger::withdrawal(&old, reason, by, now), &township)?;
        say!("{changed}");
        return Ok(done);
    };
    let value = value(old.code, new)?;
    if ledger::is_far(old.value, value) && !arguments.yes {
        anyhow::bail!(words::correction_is_far(id, old.code.name(), old.value, value, unit));
    }
    let changed = words::corrected(id, old.code.name(), old.value, value, unit);
    let document = arguments.document.clone().unwrap_or_else(|| old.document.clone());
    let entry = Entry {
        id: 0,
        value,
        document: text("document", &document)?,
        entered_by: by,
        entered_at: now,
        reason,
        supersedes: Some(id),
        reviewed_by: None,
        withdrawn: false,
        ..old
    };
    check_kept(id, &entry, (&township, day_of(now, &township)?))?;
    let done = append(path, entry, &township)?;
    say!("{changed}");
    Ok(done)
}

fn append(path: &Path, mut entry: Entry, township: &Township) -> anyhow::Result<ExitCode> {
    let ids = Ledger::open(path)?.append(std::slice::from_ref(&entry))?;
    entry.id = ids.first().copied().unwrap_or(0);
    print(&[entry], &[], township);
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_cannot_be_is_withdrawn_and_not_corrected() {
        let township: Township =
            toml::from_str(include_str!("../../../../config/township.toml")).unwrap();
        let day = jiff::civil::date(2022, 8, 1);
        let event = |to| Entry {
            id: 0,
            code: EntryCode::DroughtEvent,
            value: 1.0,
            from: day,
            to,
            village: None,
            crop: None,
            work: None,
            document: "抗旱总结".into(),
            entered_by: "黄某".into(),
            entered_at: jiff::Timestamp::UNIX_EPOCH,
            reason: "x".into(),
            supersedes: Some(7),
            reviewed_by: None,
            withdrawn: false,
        };
        let known = (&township, day);
        assert!(check_kept(7, &event(day), known).is_ok());
        let error = check_kept(7, &event(jiff::civil::date(2032, 8, 1)), known).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("row 7") && error.contains("--withdraw"), "{error}");
    }

    #[test]
    fn a_row_of_a_day_to_come_is_refused_with_that_day() {
        let township: Township =
            toml::from_str(include_str!("../../../../config/township.toml")).unwrap();
        let [today, from, to] = [1, 9, 11].map(|day| jiff::civil::date(2022, 8, day));
        let entry = Entry {
            id: 0,
            code: EntryCode::AreaAffected,
            value: 1.0,
            from,
            to,
            village: None,
            crop: None,
            work: None,
            document: "调查表".into(),
            entered_by: "黄某".into(),
            entered_at: jiff::Timestamp::UNIX_EPOCH,
            reason: String::new(),
            supersedes: None,
            reviewed_by: None,
            withdrawn: false,
        };
        let error = check(&entry, (&township, today)).unwrap_err().to_string();
        assert!(error.starts_with("--from 2022-08-09: "), "{error}");
        assert!(check(&entry, (&township, from)).is_ok());
    }

    #[test]
    fn what_cannot_be_a_value_or_a_text_is_refused_by_its_option() {
        let error = value(EntryCode::Gasoline, -5.0).unwrap_err().to_string();
        assert!(error.starts_with("--value -5: ") && error.contains("negative"), "{error}");
        let error = value(EntryCode::LossRateWith, 120.0).unwrap_err().to_string();
        assert!(error.contains("100 %"), "{error}");
        let error = text("document", "票\u{1b}[2J").unwrap_err().to_string();
        assert!(error.starts_with("--document 票\\u{1b}[2J: "), "{error}");
        assert!(text("work", "  ").is_err());
        assert_eq!(text("work", " 上坑 ").unwrap(), "上坑");
    }
}
