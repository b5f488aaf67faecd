//! `hanqing check`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::usage::EXIT_USAGE;
use crate::config;
use crate::locales::{Text, cli as words};

/// The arguments of `hanqing check`.
#[derive(Args)]
pub struct Arguments {
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Checks the files and prints their problems.
pub fn run(arguments: &Arguments) -> ExitCode {
    let mut valid = true;
    for file in &arguments.files {
        let report = config::check_file(file);
        for problem in &report.problems {
            say!("{problem}");
        }
        if report.problems.is_empty() {
            say!("{}", words::in_order(file, report.kind.name()));
            #[cfg(feature = "edge")]
            plan(file, report.kind);
        }
        for warning in &report.warnings {
            say!("{}", words::warning(warning));
        }
        if !report.environment.is_empty() {
            say!("{}", words::with_environment(Text::list(&report.environment)));
        }
        valid &= report.problems.is_empty();
    }
    if valid { ExitCode::SUCCESS } else { ExitCode::from(EXIT_USAGE) }
}

#[cfg(feature = "edge")]
fn plan(file: &std::path::Path, kind: config::FileKind) {
    use super::gateway::plan_table::{Planned, render};
    use crate::modbus::{Mode, forecast};

    if kind != config::FileKind::Edge {
        return;
    }
    let Ok((settings, profiles)) = config::load_edge(file, &[]) else {
        return;
    };
    let planned = settings.buses.iter().map(|bus| {
        let usual = forecast(bus, &profiles, Mode::Normal);
        let drought = forecast(bus, &profiles, Mode::Drought);
        Planned { drought: (drought.load != usual.load).then_some(drought), usual }
    });
    show!("{}", render(&planned.collect::<Vec<_>>()));
}
