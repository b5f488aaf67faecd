//! `hanqing doctor`

mod aside;
mod field;
mod finding;
mod machine;
mod office;

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use tokio::runtime::Builder;

use self::finding::{Finding, Report};
use super::service;
use crate::cli::language;
use crate::cli::usage::EXIT_USAGE;
use crate::config::{self, FileProblem, LoadedEdge};
use crate::edge::control::{Client, ClientError, GatewayStatus};
use crate::locales::{Text, cli, setup as words};
use crate::support::accounts::is_root;

/// The arguments of `hanqing doctor`.
#[derive(Args)]
pub struct Arguments {
    #[arg(short, long, value_name = "FILE", default_value = service::CONFIG)]
    config: PathBuf,
}

/// A gateway of the configuration, as far as this user can ask it.
enum Gateway {
    Runs(Box<GatewayStatus>),
    /// It runs, or something answers in its place, and cannot be asked.
    Unasked(ClientError),
    Stopped,
}

impl Gateway {
    fn status(&self) -> Option<&GatewayStatus> {
        match self {
            Self::Runs(status) => Some(status),
            _ => None,
        }
    }
}

/// What is examined.
struct Patient {
    file: PathBuf,
    loaded: LoadedEdge,
    /// Whether files of the configuration are closed to this user.
    hidden: bool,
}

/// Examines the gateway and prints a line for each finding as it is made.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    let Some(patient) = configuration(arguments, &mut report) else {
        return Ok(ExitCode::from(EXIT_USAGE));
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(examine(&patient, &mut report));
    // A name server that does not answer is not waited for.
    runtime.shutdown_background();
    Ok(report.sum_up())
}

async fn examine(patient: &Patient, report: &mut Report) {
    let (settings, _) = &patient.loaded;
    let gateway = match Client::connect(&settings.socket_path()).await {
        Ok(Some(client)) => Gateway::Runs(Box::new(client.status().clone())),
        Ok(None) => Gateway::Stopped,
        Err(error) => Gateway::Unasked(error),
    };
    report.tell(machine::service(patient, &gateway));
    report.tell(machine::clock(settings, &gateway));
    report.tell_all(machine::disk(patient, &gateway));
    report.tell_all(office::certificates(patient));
    report.tell_all(office::broker(patient, &gateway).await);
    field::examine(patient, &gateway, report).await;
    report.tell_all(office::hub(settings, &gateway));
    report.tell_all(aside::views(&gateway));
    report.tell_all(aside::pushed(&gateway));
}

/// The configuration, if it can be used: its problems are printed, and what is wrong though it passes the check.
fn configuration(arguments: &Arguments, report: &mut Report) -> Option<Patient> {
    let file = &arguments.config;
    let set = match file == Path::new(service::CONFIG) {
        true => service::settings(Path::new("/")),
        false => Vec::new(),
    };
    let (loaded, problems) = config::inspect_edge(file, &set);
    if let Some((settings, _)) = &loaded {
        language::configured(settings.lang);
    }
    let (hidden, problems): (Vec<_>, Vec<_>) = problems.into_iter().partition(is_hidden);
    let subject = words::configuration;
    if !problems.is_empty() || loaded.is_none() {
        for problem in hidden.iter().chain(&problems) {
            report.tell(Finding::wrong(subject(), Text::verbatim(problem)));
        }
        let closed = File::open(file).is_err_and(|e| e.kind() == ErrorKind::PermissionDenied);
        let way_out = match closed {
            true => words::ask_as_root(),
            false if !file.exists() => words::make_one(file),
            false => words::rest_needs_it(),
        };
        report.tell(Finding::doubtful(subject(), way_out));
        return None;
    }
    let checked = config::check_file(file);
    if hidden.is_empty() {
        let kind = checked.kind.name();
        report.tell(Finding::right(subject(), cli::in_order(file, kind)));
    }
    for problem in &hidden {
        let found = Text::clauses([Text::verbatim(problem), words::ask_as_root()]);
        report.tell(Finding::doubtful(subject(), found));
    }
    let loaded = loaded?;
    let of_disk = config::gateway_files_in_memory(&loaded.0);
    for warning in checked.warnings.into_iter().filter(|warning| !of_disk.contains(warning)) {
        report.tell(Finding::doubtful(subject(), warning));
    }
    if !checked.environment.is_empty() {
        let names = Text::list(&checked.environment);
        report.tell(Finding::doubtful(subject(), cli::with_environment(names)));
    }
    let patient = Patient { file: file.clone(), loaded, hidden: !hidden.is_empty() };
    report.tell_all(machine::readable(&patient));
    Some(patient)
}

/// Whether a problem of the configuration is only that this user may not look into a file, which the service may.
fn is_hidden(problem: &FileProblem) -> bool {
    let denied =
        |path: &str| File::open(path).is_err_and(|e| e.kind() == ErrorKind::PermissionDenied);
    !is_root() && problem.problem.path.ends_with("_file") && denied(&problem.problem.value)
}
