//! `hanqing export -c`: readings of the office's store as a table.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

use super::progress::Progress;
use crate::cli::config_args::{ConfigArgs, setting};
use crate::cli::usage::bail_usage;
use crate::core::{Calendar, Parameter, Period, StationId};
use crate::hub::calendar;
use crate::store::Sqlite;
use crate::transfer::{Export, Format};

/// The readings to export and the format.
#[derive(Args)]
#[command(next_help_heading = "Office")]
pub struct StoreArguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Override one setting, such as store.path=/srv/hanqing/store.db
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting, requires = "config")]
    set: Vec<(String, String)>,
    /// Format of the file
    #[arg(long, requires = "config")]
    format: Option<FormatName>,
    /// Only this station; may be given several times
    #[arg(long, value_name = "ID", requires = "config")]
    station: Vec<StationId>,
    /// Only this parameter, such as level; may be given several times
    #[arg(long, value_name = "ID", requires = "config")]
    parameter: Vec<Parameter>,
    /// First day
    #[arg(long, value_name = "DAY", requires = "config")]
    from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DAY", requires = "config")]
    to: Option<Date>,
    /// Continue an interrupted export; starts from the beginning if there is none
    #[arg(long, requires = "config")]
    resume: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// Table for Excel and LibreOffice: UTF-8, times with the township's UTC offset
    Csv,
    /// Typed, compressed columns for pandas and DuckDB; times in UTC
    Parquet,
    /// Line protocol for InfluxDB and VictoriaMetrics; times in milliseconds
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
        None => bail_usage!("--format is missing: give csv, parquet or line"),
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
        eprintln!("hanqing: the store has no series with this station and parameter");
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
) -> anyhow::Result<(Timestamp, Timestamp)> {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        bail_usage!("--to {to} is before --from {from}");
    }
    let bounds = |day| calendar.bounds(Period { from: day, to: day });
    Ok((
        from.map_or(Timestamp::MIN, |day| bounds(day).0),
        to.map_or(Timestamp::MAX, |day| bounds(day).1),
    ))
}
