//! `hanqing correction`: what people say of spans of readings, without the page.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;

use super::gateways::read_instant;
use super::store_file;
use crate::cli::config_args::OfficeConfig;
use crate::cli::usage::{UsageError, bail_usage};
use crate::core::{Calendar, Correction, CorrectionKind, Period, Series};
use crate::hub::{self, HubSettings};
use crate::locales::{Argument, Text, moment, store as words};
use crate::store::{Lock, Sqlite};
use crate::support::Clock;

/// Hours that are folded in one transaction: a running hub waits a tenth of a second for it. Engineering judgement.
const HOURS_PER_PORTION: u32 = 1_000;

/// The arguments of `hanqing correction`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: OfficeConfig,
}

#[derive(Subcommand)]
enum Command {
    List {
        #[arg(long)]
        json: bool,
        #[arg(value_parser = series)]
        series: Option<Series>,
    },
    Add(AddArguments),
    Withdraw {
        number: i64,
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[arg(long, value_name = "NAME")]
        by: String,
    },
}

#[derive(Args)]
struct AddArguments {
    #[arg(value_parser = series)]
    series: Series,
    #[arg(long, value_name = "TIME")]
    from: String,
    #[arg(long, value_name = "TIME")]
    to: String,
    #[command(flatten)]
    kind: KindArguments,
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct KindArguments {
    #[arg(long)]
    wrong: bool,
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    shift: Option<f64>,
    #[arg(long)]
    note: bool,
}

impl KindArguments {
    fn kind(&self) -> CorrectionKind {
        match self.shift {
            Some(by) => CorrectionKind::Shift { by },
            None if self.wrong => CorrectionKind::Wrong,
            None => CorrectionKind::Note,
        }
    }
}

fn series(text: &str) -> Result<Series, UsageError> {
    text.parse().map_err(UsageError)
}

/// Runs the subcommand.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.file.load_hub()?;
    let (calendar, now) = (hub::calendar(&township)?, Clock::system().now());
    store_file::must_exist(&settings.store.path)?;
    let _lock = Lock::shared(&settings.store.path)?;
    match &arguments.command {
        Command::List { json, series } => {
            let store = Sqlite::open_reader(&settings.store.path)?;
            let all = store.corrections(series.as_ref(), Timestamp::MIN, Timestamp::MAX)?;
            list(&all, *json, &calendar, now)?;
        }
        Command::Add(arguments) => add(&settings, arguments, &calendar, now)?,
        Command::Withdraw { number, reason, by } => {
            let by = settings.persons.signature(by)?;
            let mut store = Sqlite::open(&settings.store.path)?;
            if let Err(problem) = store.withdraw(*number, &by, reason, now)? {
                bail_usage!(problem);
            }
            fold(&mut store)?;
            say!("{}", words::correction_ended(*number));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn add(
    settings: &HubSettings,
    arguments: &AddArguments,
    calendar: &Calendar,
    now: Timestamp,
) -> anyhow::Result<()> {
    let by = settings.persons.signature(&arguments.by)?;
    // A day that it ends with belongs to it.
    let to = match arguments.to.parse::<Date>() {
        Ok(day) if !arguments.to.contains(':') => calendar.bounds(Period { from: day, to: day }).1,
        _ => instant("to", &arguments.to, calendar)?,
    };
    let correction = Correction {
        id: 0,
        series: arguments.series.clone(),
        from: instant("from", &arguments.from, calendar)?,
        to,
        kind: arguments.kind.kind(),
        reason: arguments.reason.clone(),
        by,
        at: now,
        withdrawn: None,
    };
    let mut store = Sqlite::open(&settings.store.path)?;
    let number = match store.correct(&correction)? {
        Ok(number) => number,
        Err(problem) => bail_usage!(problem),
    };
    fold(&mut store)?;
    say!("{}", words::correction_entered(number));
    Ok(())
}

fn instant(option: &str, text: &str, calendar: &Calendar) -> anyhow::Result<Timestamp> {
    let read = read_instant(text, calendar);
    read.ok_or_else(|| UsageError(words::correction_time_wrong(option, text)).into())
}

/// Folds the hours that have changed, as a running hub does too.
fn fold(store: &mut Sqlite) -> anyhow::Result<()> {
    while store.fold_pending(HOURS_PER_PORTION)? {}
    Ok(())
}

fn list(all: &[Correction], json: bool, calendar: &Calendar, now: Timestamp) -> anyhow::Result<()> {
    if all.is_empty() && !json {
        say!("{}", words::corrections_none());
    }
    for correction in all {
        match json {
            true => say!("{}", serde_json::to_string(correction)?),
            false => say!("{}", line(correction, calendar, now)),
        }
    }
    Ok(())
}

/// A correction in a line.
fn line(correction: &Correction, calendar: &Calendar, now: Timestamp) -> Text {
    let Correction { id, series, from, to, kind, reason, by, at, withdrawn } = correction;
    let moment = |at: &Timestamp| moment(*at, now, calendar.zone());
    let unit = series.parameter.spec().unit.symbol();
    let kind = match *kind {
        CorrectionKind::Note => words::correction_note(),
        CorrectionKind::Wrong => words::correction_wrong(),
        CorrectionKind::Shift { by } => words::correction_shift(format!("{by:+} {unit}")),
    };
    let (from, to, series) = (moment(from), moment(to), Argument::of(series));
    let line = words::correction_line(*id, series, from, to, kind, reason, by, moment(at));
    match withdrawn {
        None => line,
        Some(end) => words::correction_line_withdrawn(line, moment(&end.at), &end.reason, &end.by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Withdrawal;
    use crate::locales::{Lang, within};
    use jiff::tz::TimeZone;

    #[test]
    fn a_line_names_span_kind_reason_and_who() {
        let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 0);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let correction = Correction {
            id: 3,
            series: "pond-1/level".parse().unwrap(),
            from: at("2026-11-01T00:00:00Z"),
            to: at("2026-11-02T00:00:00Z"),
            kind: CorrectionKind::Shift { by: -0.25 },
            reason: "水尺重新测过".into(),
            by: "水利站 陈".into(),
            at: at("2026-11-03T00:00:00Z"),
            withdrawn: None,
        };
        let now = at("2026-11-30T00:00:00Z");
        let said = within(Lang::English, || line(&correction, &calendar, now).to_string());
        for part in ["3", "pond-1/level", "-0.25 m", "水尺重新测过", "水利站 陈"] {
            assert!(said.contains(part), "{said}");
        }
        let (reason, by) = ("看错了".to_owned(), "水利站 李".to_owned());
        let withdrawn = Some(Withdrawal { reason, by, at: now });
        let ended = Correction { withdrawn, ..correction };
        let said = within(Lang::English, || line(&ended, &calendar, now).to_string());
        assert!(said.contains("withdrawn") && said.contains("看错了"), "{said}");
    }
}
