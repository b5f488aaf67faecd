//! `hanqing report`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;

use super::load;
use crate::config;
use crate::core::Period;
use crate::hub;
use crate::support::Clock;

/// Works out the figures of a period and writes the drought-relief section: Markdown, HTML and JSON.
#[derive(Args)]
pub struct Arguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// First day; with --to. Without both, the drought event of the ledger
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
    /// Directory for the documents
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

/// Writes the report and prints its section.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = load(config::load_hub(&arguments.config, &[])) else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    let period = arguments
        .from
        .zip(arguments.to)
        .map(|(from, to)| Period { from, to });
    if let Some(period) = period.filter(|p| p.to < p.from) {
        anyhow::bail!("--to {} lies before --from {}", period.to, period.from);
    }
    let report = hub::report(
        &settings,
        &township,
        period,
        Clock::system().now(),
        &arguments.out,
    )?;
    say!("{}", report.documents.markdown);
    for file in &report.files {
        say!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}
