//! `hanqing export -c`: readings of the office's store as a table.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

use super::progress::Progress;
use crate::cli::config_args::{ConfigArgs, setting};
use crate::cli::usage::bail_usage;
use crate::cli::values::read;
use crate::core::{Calendar, Parameter, Period, StationId};
use crate::hub::calendar;
use crate::locales::office as words;
use crate::store::Sqlite;
use crate::transfer::{Export, Format};

/// The readings to export and the format.
#[derive(Args)]
#[command(next_help_heading = "Office")]
pub struct StoreArguments {
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting, requires = "config")]
    set: Vec<(String, String)>,
    #[arg(long, requires = "config")]
    format: Option<FormatName>,
    #[arg(long, value_name = "ID", requires = "config")]
    station: Vec<StationId>,
    #[arg(long, value_name = "ID", value_parser = read::<Parameter>, requires = "config")]
    parameter: Vec<Parameter>,
    #[arg(long, value_name = "DAY", requires = "config")]
    from: Option<Date>,
    #[arg(long, value_name = "DAY", requires = "config")]
    to: Option<Date>,
    #[arg(long, requires = "config")]
    resume: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    Csv,
    Parquet,
    Line,
}

/// Writes `out` if a configuration is given.
pub fn run(arguments: &StoreArguments, out: &Path) -> Option<anyhow::Result<ExitCode>> {
    let config = arguments.config.clone()?;
    Some(write(arguments, &ConfigArgs { config, set: arguments.set.clone() }, out))
}

fn write(arguments: &StoreArguments, config: &ConfigArgs, out: &Path) -> anyhow::Result<ExitCode> {
    let (settings, township) = config.load_hub()?;
    let calendar = calendar(&township)?;
    let format = match arguments.format {
        Some(FormatName::Csv) => Format::Csv,
        Some(FormatName::Parquet) => Format::Parquet,
        Some(FormatName::Line) => Format::Line,
        None => bail_usage!(words::format_missing()),
    };
    let (from, to) = span(&calendar, arguments.from, arguments.to)?;
    let export = Export {
        stations: arguments.station.clone(),
        parameters: arguments.parameter.clone(),
        from,
        to,
        ..Export::all(&settings.store.path, format)
    };
    let store = Sqlite::open_reader(&settings.store.path)?;
    // Only the size of the whole store is known without reading it.
    let all = export.is_all().then(|| store.count()).transpose()?;
    let exported = {
        let progress = Progress::readings(all);
        let advanced = |readings| progress.at(readings);
        export.write(&store, calendar.zone(), out, arguments.resume, &advanced)?
    };
    if exported.series == 0 {
        complain!("hanqing: {}", words::no_series());
    }
    if exported.before > 0 {
        say!("{}", words::resumed(exported.before));
    }
    say!("{}", words::exported(exported.series, exported.readings, out));
    Ok(ExitCode::SUCCESS)
}

/// From the beginning of `from` to the end of `to`.
fn span(
    calendar: &Calendar,
    from: Option<Date>,
    to: Option<Date>,
) -> anyhow::Result<(Timestamp, Timestamp)> {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        bail_usage!(words::ends_before_it_begins(from.to_string(), to.to_string()));
    }
    let bounds = |day| calendar.bounds(Period { from: day, to: day });
    Ok((
        from.map_or(Timestamp::MIN, |day| bounds(day).0),
        to.map_or(Timestamp::MAX, |day| bounds(day).1),
    ))
}
