//! `hanqing export -c`: readings of the office's store as a table.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

use super::progress::Progress;
use super::{CONFIGURATION, UsageError, load};
use crate::config;
use crate::core::{Calendar, Parameter, Period, StationId};
use crate::hub::calendar;
use crate::store::Sqlite;
use crate::transfer::{Export, Format};

/// Which readings, and as what.
#[derive(Args)]
#[command(next_help_heading = "Of the office")]
pub struct StoreArguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Overrides a setting, such as store.path=/srv/hanqing/store.db
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting, requires = "config")]
    set: Vec<(String, String)>,
    /// What to write
    #[arg(long, requires = "config")]
    format: Option<Written>,
    /// Only this station; may be given several times
    #[arg(long, value_name = "ID", requires = "config")]
    station: Vec<StationId>,
    /// Only this parameter, such as level; may be given several times
    #[arg(long, value_name = "ID", requires = "config")]
    parameter: Vec<Parameter>,
    /// From the beginning of this day
    #[arg(long, value_name = "DAY", requires = "config")]
    from: Option<Date>,
    /// To the end of this day
    #[arg(long, value_name = "DAY", requires = "config")]
    to: Option<Date>,
    /// Go on with an export that was interrupted; from the beginning where there is none
    #[arg(long, requires = "config")]
    resume: bool,
}

/// What a table is written as.
#[derive(Clone, Copy, ValueEnum)]
enum Written {
    /// A table for Excel and LibreOffice: UTF-8, times with the township's offset
    Csv,
    /// Columns for pandas, DuckDB and their like: typed, compressed, times in UTC
    Parquet,
    /// Line protocol for InfluxDB and VictoriaMetrics, times in milliseconds
    Line,
}

/// Writes `out` where a configuration is given.
pub fn run(arguments: &StoreArguments, out: &Path) -> Option<anyhow::Result<ExitCode>> {
    let config = arguments.config.as_ref()?;
    Some(write(arguments, config, out))
}

fn write(arguments: &StoreArguments, config: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = load(config::load_hub(config, &arguments.set)) else {
        return Ok(ExitCode::from(CONFIGURATION));
    };
    let calendar = calendar(&township)?;
    let format = match arguments.format {
        Some(Written::Csv) => Format::Csv,
        Some(Written::Parquet) => Format::Parquet,
        Some(Written::Line) => Format::Line,
        None => return Err(UsageError("--format is missing: csv, parquet or line".into()).into()),
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
    // Of all of it one knows how much there is without reading it.
    let all = export.is_all().then(|| store.count()).transpose()?;
    let exported = {
        let progress = Progress::readings(all);
        let advanced = |readings| progress.at(readings);
        export.write(&store, calendar.zone(), out, arguments.resume, &advanced)?
    };
    if exported.series == 0 {
        eprintln!("hanqing: the store has no such series");
    }
    if exported.before > 0 {
        say!("接着上次中断的导出，此前已写 {} 个读数", exported.before);
    }
    say!("{} 个序列 {} 个读数已写入 {}", exported.series, exported.readings, out.display());
    Ok(ExitCode::SUCCESS)
}

/// From the beginning of `from` to the end of `to`.
fn span(
    calendar: &Calendar,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<(Timestamp, Timestamp), UsageError> {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(UsageError(format!(
            "--to {to} lies before --from {from}: give the earlier day as --from"
        )));
    }
    let bounds = |day| calendar.bounds(Period { from: day, to: day });
    Ok((
        from.map_or(Timestamp::MIN, |day| bounds(day).0),
        to.map_or(Timestamp::MAX, |day| bounds(day).1),
    ))
}
