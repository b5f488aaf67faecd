//! `hanqing explain`

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::period_args::PeriodArgs;
use crate::core::nearest;
use crate::figures::FigureId;
use crate::hub;
use crate::report;
use crate::support::Clock;

/// Levels that are printed by default: figure, inputs, and what happened to each meter.
const DEPTH: usize = 3;

/// Where a figure comes from: stations, days, what happened to a meter, ledger rows, people
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    period: PeriodArgs,
    /// Levels below the figure; 4 reaches the single days
    #[arg(long, value_name = "N", default_value_t = DEPTH)]
    depth: usize,
    /// The whole tree as JSON
    #[arg(long)]
    json: bool,
    /// Id or Chinese name of the figure, as in docs/figures.md
    figure: String,
}

/// Prints the tree.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let asked = arguments.figure.as_str();
    let figures = || FigureId::ALL.iter().copied();
    let Some(figure) = figures().find(|f| f.id() == asked || f.spec().name_zh == asked) else {
        let near = nearest(asked, figures().map(FigureId::id));
        let hint = near
            .map_or("docs/figures.md lists them".into(), |near| format!("did you mean {near}?"));
        anyhow::bail!("there is no figure {asked}: {hint}");
    };
    let (settings, township, period) = arguments.period.load()?;
    let statement = hub::statement(&settings, &township, period, Clock::system().now())?;
    let tree =
        report::explain(&statement, &township, figure).context("the figure was not worked out")?;
    if arguments.json {
        say!("{}", serde_json::to_string_pretty(&tree)?);
    } else {
        for line in tree.lines(arguments.depth) {
            say!("{line}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
