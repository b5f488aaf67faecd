//! Commands that run a gateway, and those that a technician uses in front of it.

mod edge;
pub mod export_spool;
mod line;
mod mode;
mod numbers;
pub mod plan_table;
mod ports;
mod probe;
mod profile;
mod read;
mod scan;
mod status;
mod words;

use std::process::ExitCode;

use clap::Subcommand;

/// The commands of a gateway.
#[derive(Subcommand)]
pub enum Command {
    Edge(edge::Arguments),
    Read(read::Arguments),
    Scan(scan::Arguments),
    Probe(probe::Arguments),
    Ports(ports::Arguments),
    Profile(profile::Arguments),
    Status(status::Arguments),
    Mode(mode::Arguments),
}

/// Runs one command.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Edge(arguments) => edge::run(&arguments),
        Command::Read(arguments) => read::run(&arguments),
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Probe(arguments) => probe::run(&arguments),
        Command::Ports(_) => Ok(ports::run()),
        Command::Profile(arguments) => profile::run(arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Mode(arguments) => mode::run(&arguments),
    }
}
