//! `hanqing check`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::config;

/// Checks configuration files: every problem at once, each with its place, value, rule and a hint. Of a gateway in order it
/// prints what it will ask its devices for, and how busy that keeps its buses.
#[derive(Args)]
pub struct Arguments {
    /// Files of any kind: gateway, hub, township
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Checks the files and prints what is wrong.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut sound = true;
    for file in &arguments.files {
        let report = config::check_file(file);
        for problem in &report.problems {
            say!("{problem}");
        }
        if report.problems.is_empty() {
            say!("{}: {} in order", file.display(), report.kind);
            #[cfg(feature = "edge")]
            plan(file, report.kind);
        }
        sound &= report.problems.is_empty();
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(super::CONFIGURATION) })
}

/// Prints the plan of a gateway that is in order.
#[cfg(feature = "edge")]
fn plan(file: &std::path::Path, kind: config::Kind) {
    use super::plan_table::{Planned, render};
    use crate::modbus::{Mode, forecast};

    if kind != config::Kind::Edge {
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
