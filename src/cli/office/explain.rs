//! `hanqing explain`

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::period_args::PeriodArgs;
use crate::core::nearest;
use crate::figures::FigureId;
use crate::hub;
use crate::locales::{Lang, report as words, within};
use crate::report;
use crate::support::Clock;

/// Levels that are printed by default: figure, inputs, and what happened to each meter.
const DEPTH: usize = 3;

/// The arguments of `hanqing explain`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    period: PeriodArgs,
    #[arg(long, value_name = "N", default_value_t = DEPTH)]
    depth: usize,
    #[arg(long)]
    json: bool,
    figure: String,
}

/// Prints the tree.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let asked = arguments.figure.as_str();
    let figures = || FigureId::ALL.iter().copied();
    let named = |figure: &FigureId| {
        let spec = figure.spec();
        [spec.id, spec.name_zh, spec.name_en].contains(&asked)
    };
    let Some(figure) = figures().find(named) else {
        let near = nearest(asked, figures().map(FigureId::id));
        return Err(anyhow::Error::msg(match near {
            Some(near) => words::no_such_figure_near(asked, near),
            None => words::no_such_figure(asked),
        }));
    };
    let (settings, township, period) = arguments.period.load()?;
    let statement = hub::statement(&settings, &township, period, Clock::system().now())?;
    let tree = report::explain(&statement, &township, figure)
        .with_context(words::figure_not_worked_out)?;
    if arguments.json {
        // As the JSON of a report: its notes are Chinese whatever language is spoken.
        let json = within(Lang::Chinese, || serde_json::to_string_pretty(&tree))?;
        say!("{json}");
    } else {
        for line in tree.lines(arguments.depth) {
            say!("{line}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
