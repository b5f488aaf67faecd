//! `hanqing check`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::connections;
use super::usage::EXIT_USAGE;
use crate::config;
use crate::locales::{Text, cli as words};
use crate::mqtt::certificate_warnings;
use crate::support::Clock;

/// The arguments of `hanqing check`.
#[derive(Args)]
pub struct Arguments {
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[arg(long)]
    connect: bool,
}

impl Arguments {
    /// Those that check one file.
    #[cfg(feature = "edge")]
    pub fn of(file: &Path) -> Self {
        Self { files: vec![file.into()], connect: false }
    }
}

/// Checks the files and prints their problems. With `--connect`, those that are in order are tried.
pub fn run(arguments: &Arguments) -> ExitCode {
    let (mut valid, mut usable) = (true, true);
    let mut kinds: Vec<(&Path, config::FileKind)> = Vec::new();
    for file in &arguments.files {
        let report = config::check_file(file);
        for problem in &report.problems {
            say!("{problem}");
        }
        let unusable = match report.problems.is_empty() {
            true => connections::unusable_file(file, report.kind),
            false => None,
        };
        let in_order = report.problems.is_empty() && unusable.is_none();
        if let Some(problem) = unusable {
            say!("{problem}");
        }
        if in_order {
            say!("{}", words::in_order(file, report.kind.name()));
            #[cfg(feature = "edge")]
            gateway(file, report.kind);
        }
        let now = Clock::system().now();
        let ending = certificate_warnings(&report.certificates, now);
        for warning in report.warnings.iter().chain(&ending) {
            say!("{}", words::warning(warning));
        }
        if in_order && arguments.connect {
            for tried in connections::of(file, report.kind) {
                let (said, shown, right) = match tried {
                    Ok((said, shown)) => (said, shown, true),
                    Err(problem) => (problem, None, false),
                };
                say!("{said}");
                for warning in certificate_warnings(shown.as_slice(), now) {
                    say!("{}", words::warning(warning));
                }
                usable &= right;
            }
        }
        if !report.environment.is_empty() {
            say!("{}", words::with_environment(Text::list(&report.environment)));
        }
        valid &= in_order;
        kinds.push((file.as_path(), report.kind));
    }
    #[cfg(all(feature = "edge", feature = "hub"))]
    together(&kinds).iter().for_each(|warning| say!("{}", words::warning(warning)));
    match (valid, usable) {
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::FAILURE,
        (false, _) => ExitCode::from(EXIT_USAGE),
    }
}

/// What is not wrong with one file, but with a gateway and a township together.
#[cfg(all(feature = "edge", feature = "hub"))]
fn together(files: &[(&Path, config::FileKind)]) -> Vec<Text> {
    let of = |kind| files.iter().filter(move |(_, k)| *k == kind).map(|(file, _)| *file);
    of(config::FileKind::Edge)
        .flat_map(|edge| {
            let townships = of(config::FileKind::Township);
            townships.flat_map(move |township| config::levels_out_of_reach(edge, township))
        })
        .collect()
}

/// Prints what a gateway of this configuration would do here: its plan of polls, and that it would wait for a clock.
#[cfg(feature = "edge")]
fn gateway(file: &Path, kind: config::FileKind) {
    use super::gateway::plan_table::{Planned, render};
    use crate::modbus::{Mode, forecast};
    use crate::support::Clock;

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
    let clock = Clock::validated(settings.clock.trust, None);
    if clock.base().provisional {
        let why = clock.refusal().map(|refusal| refusal.text());
        let why = why.unwrap_or_else(|| words::no_time_service(settings.clock.hold_min));
        say!("{}", words::warning(why));
    }
}
