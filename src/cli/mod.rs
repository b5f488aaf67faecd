//! The command line. Exit codes: 0 done, 1 failed, 2 usage or configuration.

/// Prints. Where nobody reads on, as in `hanqing ports | head`, the rest is not missed: `print!` would panic.
macro_rules! show {
    ($($text:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!($($text)*));
    }};
}

/// Prints a line.
macro_rules! say {
    ($($text:tt)*) => { show!("{}\n", format_args!($($text)*)) };
}

#[cfg(feature = "hub")]
mod backup;
mod check;
#[cfg(feature = "demo")]
mod demo;
#[cfg(feature = "hub")]
mod drought;
#[cfg(feature = "edge")]
mod edge;
#[cfg(feature = "hub")]
mod explain;
#[cfg(any(feature = "edge", feature = "hub"))]
mod export;
#[cfg(feature = "edge")]
mod export_spool;
#[cfg(feature = "hub")]
mod export_store;
#[cfg(feature = "hub")]
mod hub;
#[cfg(feature = "hub")]
mod import;
#[cfg(feature = "hub")]
mod ledger;
#[cfg(feature = "edge")]
mod line;
#[cfg(feature = "edge")]
mod mode;
#[cfg(feature = "edge")]
mod plan_table;

#[cfg(feature = "edge")]
mod ports;
#[cfg(feature = "edge")]
mod probe;
#[cfg(feature = "edge")]
mod profile;
#[cfg(feature = "hub")]
mod progress;
#[cfg(feature = "hub")]
mod quarantine;
#[cfg(feature = "edge")]
mod read;
#[cfg(feature = "hub")]
mod report;
#[cfg(feature = "edge")]
mod scan;
#[cfg(feature = "edge")]
mod status;
#[cfg(feature = "edge")]
mod table;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::config::FileProblem;

/// The code for a configuration that cannot be used; clap exits with the same for a wrong call.
const CONFIGURATION: u8 = 2;

/// Agricultural and drought data collector 旱情采集
#[derive(Parser)]
#[command(name = "hanqing", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole chain on loopback: a simulated township through the drought of 2022
    #[cfg(feature = "demo")]
    Demo(demo::Arguments),
    /// Run a gateway
    #[cfg(feature = "edge")]
    Edge(edge::Arguments),
    /// Run the office side
    #[cfg(feature = "hub")]
    Hub(hub::Arguments),
    #[cfg(feature = "edge")]
    Read(read::Arguments),
    #[cfg(feature = "edge")]
    Scan(scan::Arguments),
    #[cfg(feature = "edge")]
    Probe(probe::Arguments),
    #[cfg(feature = "edge")]
    Ports(ports::Arguments),
    #[cfg(feature = "edge")]
    Profile(profile::Arguments),
    #[cfg(feature = "edge")]
    Status(status::Arguments),
    #[cfg(feature = "edge")]
    Mode(mode::Arguments),
    #[cfg(any(feature = "edge", feature = "hub"))]
    Export(export::Arguments),
    #[cfg(feature = "hub")]
    Import(import::Arguments),
    #[cfg(feature = "hub")]
    Backup(backup::BackupArguments),
    #[cfg(feature = "hub")]
    Restore(backup::RestoreArguments),
    #[cfg(feature = "hub")]
    Quarantine(quarantine::Arguments),
    /// Check configuration files, every problem at once
    Check(check::Arguments),
    /// Write the drought-relief section of a period
    #[cfg(feature = "hub")]
    Report(report::Arguments),
    #[cfg(feature = "hub")]
    Explain(explain::Arguments),
    #[cfg(feature = "hub")]
    Drought(drought::Arguments),
    /// Enter rows into the ledger
    #[cfg(feature = "hub")]
    Ledger(ledger::Arguments),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = match &cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(_) => "error,rumqttd=off",
        _ => "info,rumqttd=warn",
    };
    let asked = std::env::var("HANQING_LOG").ok();
    let filter = asked.and_then(|asked| asked.parse::<Targets>().ok());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    tracing_subscriber::registry()
        .with(filter.unwrap_or_else(|| level.parse().unwrap_or_default()))
        .with(lines)
        .init();
    let done = match cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(arguments),
        #[cfg(feature = "edge")]
        Command::Edge(arguments) => edge::run(arguments),
        #[cfg(feature = "edge")]
        Command::Read(arguments) => read::run(arguments),
        #[cfg(feature = "edge")]
        Command::Scan(arguments) => scan::run(arguments),
        #[cfg(feature = "edge")]
        Command::Probe(arguments) => probe::run(arguments),
        #[cfg(feature = "edge")]
        Command::Ports(arguments) => ports::run(arguments),
        #[cfg(feature = "edge")]
        Command::Profile(arguments) => profile::run(arguments),
        #[cfg(feature = "edge")]
        Command::Status(arguments) => status::run(&arguments),
        #[cfg(feature = "edge")]
        Command::Mode(arguments) => mode::run(&arguments),
        #[cfg(feature = "hub")]
        Command::Hub(arguments) => hub::run(arguments),
        #[cfg(any(feature = "edge", feature = "hub"))]
        Command::Export(arguments) => export::run(&arguments),
        #[cfg(feature = "hub")]
        Command::Import(arguments) => import::run(&arguments),
        #[cfg(feature = "hub")]
        Command::Backup(arguments) => backup::back_up(&arguments),
        #[cfg(feature = "hub")]
        Command::Quarantine(arguments) => quarantine::run(&arguments),
        #[cfg(feature = "hub")]
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Check(arguments) => check::run(arguments),
        #[cfg(feature = "hub")]
        Command::Report(arguments) => report::run(arguments),
        #[cfg(feature = "hub")]
        Command::Explain(arguments) => explain::run(arguments),
        #[cfg(feature = "hub")]
        Command::Drought(arguments) => drought::run(&arguments),
        #[cfg(feature = "hub")]
        Command::Ledger(arguments) => ledger::run(arguments),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hanqing: {error:#}");
            if error.is::<UsageError>() { ExitCode::from(CONFIGURATION) } else { ExitCode::FAILURE }
        }
    }
}

/// A call or a configuration that cannot be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// What was loaded; where there are problems, prints them all and gives nothing.
#[cfg(any(feature = "edge", feature = "hub"))]
fn load<T>(loaded: Result<T, Vec<FileProblem>>) -> Option<T> {
    match loaded {
        Ok(settings) => Some(settings),
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            None
        }
    }
}

/// Reads `KEY=VALUE`.
#[cfg(any(feature = "edge", feature = "hub"))]
fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), value.into())),
        _ => Err("KEY=VALUE, such as mqtt.url=mqtt://127.0.0.1:1883".into()),
    }
}

/// Is cancelled when the process is asked to end: SIGTERM, or Ctrl-C.
#[cfg(any(feature = "edge", feature = "hub"))]
fn stop_signal() -> std::io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        told.cancel();
    });
    Ok(stop)
}
