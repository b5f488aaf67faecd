//! `hanqing check`

mod document;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

#[cfg(any(feature = "edge", feature = "hub"))]
use super::config_args::setting;
use super::connections;
use super::json;
use super::usage::{EXIT_USAGE, UsageError};
#[cfg(feature = "hub")]
use crate::alarm_book::AlarmBook;
use crate::config::{self, CheckReport, FileKind, FileProblem};
use crate::locales::{Text, check as own, cli as words};
use crate::mqtt::certificate_warnings;
use crate::support::Clock;

/// The arguments of `hanqing check`.
#[derive(Args)]
pub struct Arguments {
    #[arg(value_name = "FILE", required_unless_present = "config")]
    files: Vec<PathBuf>,
    #[arg(short, long, value_name = "FILE")]
    config: Vec<PathBuf>,
    #[cfg(any(feature = "edge", feature = "hub"))]
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    #[arg(long)]
    connect: bool,
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Those that check these files.
    #[cfg(any(feature = "edge", feature = "hub"))]
    pub fn of(files: &[&Path]) -> Self {
        let files = files.iter().map(|file| PathBuf::from(*file)).collect();
        Self { files, config: Vec::new(), set: Vec::new(), connect: false, json: false }
    }

    #[cfg(any(feature = "edge", feature = "hub"))]
    fn set(&self) -> &[(String, String)] {
        &self.set
    }

    #[cfg(not(any(feature = "edge", feature = "hub")))]
    fn set(&self) -> &[(String, String)] {
        &[]
    }
}

/// What was found of one file.
struct Checked {
    file: PathBuf,
    report: CheckReport,
    /// A file that it needs cannot be used, though it is there.
    unusable: Option<Text>,
    /// What the trials of its connections said, and whether they went well.
    connections: Vec<(Text, bool)>,
    warnings: Vec<Text>,
}

impl Checked {
    fn of(file: &Path, set: &[(String, String)], connect: bool) -> Self {
        let report = config::check_file_with(file, set);
        let sound = report.problems.is_empty();
        let unusable = Some(report.kind).filter(|_| sound);
        let unusable = unusable.and_then(|kind| connections::unusable_file(file, kind, set));
        let now = Clock::system().now();
        let mut warnings = report.warnings.clone();
        warnings.extend(certificate_warnings(&report.certificates, now));
        if sound && unusable.is_none() {
            warnings.extend(clock_warning(file, report.kind, set));
            warnings.extend(alarms_warning(file, report.kind, set));
        }
        let mut tried = Vec::new();
        if sound && unusable.is_none() && connect {
            for outcome in connections::of(file, report.kind, set) {
                let (said, shown, right) = match outcome {
                    Ok((said, shown)) => (said, shown, true),
                    Err(problem) => (problem, None, false),
                };
                tried.push((said, right));
                warnings.extend(certificate_warnings(shown.as_slice(), now));
            }
        }
        Self { file: file.into(), report, unusable, connections: tried, warnings }
    }

    fn is_in_order(&self) -> bool {
        self.report.problems.is_empty() && self.unusable.is_none()
    }

    fn print(&self, set: &[(String, String)]) {
        let report = &self.report;
        report.problems.iter().for_each(|problem| say!("{problem}"));
        self.unusable.iter().for_each(|problem| say!("{problem}"));
        if self.is_in_order() {
            say!("{}", words::in_order(&self.file, report.kind.name()));
            #[cfg(feature = "edge")]
            plan(&self.file, report.kind, set);
        }
        self.warnings.iter().for_each(|warning| say!("{}", words::warning(warning)));
        self.connections.iter().for_each(|(said, _)| say!("{said}"));
        if !report.environment.is_empty() {
            say!("{}", words::with_environment(Text::list(&report.environment)));
        }
        #[cfg(not(feature = "edge"))]
        let _ = set;
    }
}

/// What is wrong with all files together.
#[derive(Default)]
struct Together {
    problems: Vec<FileProblem>,
    warnings: Vec<Text>,
}

/// Checks the files and prints their problems. With `--connect`, those that are in order are tried.
///
/// # Errors
/// `--set` without a file that it could be for.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let set = arguments.set();
    let files = arguments.config.iter().chain(&arguments.files);
    let checked = files.map(|file| Checked::of(file, set, arguments.connect));
    let checked: Vec<Checked> = checked.collect();
    // A file that cannot be read may be one.
    let layered = |checked: &Checked| {
        matches!(checked.report.kind, FileKind::Edge | FileKind::Hub | FileKind::Unknown)
    };
    if !set.is_empty() && !checked.iter().any(layered) {
        return Err(UsageError(own::set_needs_layers()).into());
    }
    let together = together(&checked, set);
    if arguments.json {
        json::print(&document::Document::of(&checked, &together))?;
    } else {
        checked.iter().for_each(|checked| checked.print(set));
        together.problems.iter().for_each(|problem| say!("{problem}"));
        together.warnings.iter().for_each(|warning| say!("{}", words::warning(warning)));
    }
    let valid = checked.iter().all(Checked::is_in_order) && together.problems.is_empty();
    let usable = checked.iter().flat_map(|checked| &checked.connections).all(|(_, right)| *right);
    Ok(match (valid, usable) {
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::FAILURE,
        (false, _) => ExitCode::from(EXIT_USAGE),
    })
}

/// What is not wrong with one file, but with gateways, hub and township together.
#[cfg(all(feature = "edge", feature = "hub"))]
fn together(checked: &[Checked], set: &[(String, String)]) -> Together {
    let of = |kind| {
        let files = checked.iter().filter(move |checked| checked.report.kind == kind);
        files.map(|checked| checked.file.as_path()).collect::<Vec<_>>()
    };
    let [edges, hubs, townships] = [FileKind::Edge, FileKind::Hub, FileKind::Township].map(of);
    let config::Together { problems, warnings } = config::together(&edges, &hubs, &townships, set);
    Together { problems, warnings }
}

#[cfg(not(all(feature = "edge", feature = "hub")))]
fn together(_checked: &[Checked], _set: &[(String, String)]) -> Together {
    Together::default()
}

/// A warning where the hub's book of alarms is spoilt, or of a newer version.
#[cfg(feature = "hub")]
fn alarms_warning(file: &Path, kind: FileKind, set: &[(String, String)]) -> Option<Text> {
    let file = Some(file).filter(|_| kind == FileKind::Hub)?;
    let (settings, _) = config::load_hub(file, set).ok()?;
    let looked = AlarmBook::looks(&crate::hub::alarm_book_path(&settings));
    looked.err().map(|error| crate::locales::foreign::chain(&error.into()))
}

#[cfg(not(feature = "hub"))]
fn alarms_warning(_file: &Path, _kind: FileKind, _set: &[(String, String)]) -> Option<Text> {
    None
}

/// Prints what a gateway of this configuration would do here: its plan of polls.
#[cfg(feature = "edge")]
fn plan(file: &Path, kind: FileKind, set: &[(String, String)]) {
    use super::gateway::plan_table::{Planned, render};
    use crate::modbus::{Mode, forecast};

    if kind != FileKind::Edge {
        return;
    }
    let Ok((settings, profiles)) = config::load_edge(file, set) else {
        return;
    };
    let planned = settings.buses.iter().map(|bus| {
        let usual = forecast(bus, &profiles, Mode::Normal);
        let drought = forecast(bus, &profiles, Mode::Drought);
        Planned { drought: (drought.load != usual.load).then_some(drought), usual }
    });
    show!("{}", render(&planned.collect::<Vec<_>>()));
}

/// A warning where a gateway of this configuration would wait for a clock here.
#[cfg(feature = "edge")]
fn clock_warning(file: &Path, kind: FileKind, set: &[(String, String)]) -> Option<Text> {
    let file = Some(file).filter(|_| kind == FileKind::Edge)?;
    let (settings, _) = config::load_edge(file, set).ok()?;
    let clock = Clock::validated(settings.clock.trust, None);
    if !clock.base().provisional {
        return None;
    }
    let why = clock.refusal().map(|refusal| refusal.text());
    Some(why.unwrap_or_else(|| words::no_time_service(settings.clock.hold_min)))
}

#[cfg(not(feature = "edge"))]
fn clock_warning(_file: &Path, _kind: FileKind, _set: &[(String, String)]) -> Option<Text> {
    None
}
