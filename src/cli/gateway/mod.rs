//! Commands that run a gateway, and those that a technician uses in front of it.

mod apart;
mod blocks;
mod doctor;
mod edge;
mod enroll;
pub mod export_spool;
pub mod init;
mod line;
mod mode;
mod numbers;
pub mod plan_table;
mod ports;
mod probe;
mod probe_address;
mod probe_report;
mod profile;
mod read;
mod readings;
mod remote;
mod requests;
mod scan;
mod scan_lists;
mod service;
mod status;
mod texts;
mod wire;
mod words;

use std::process::ExitCode;

use clap::Subcommand;

/// The commands of a gateway.
#[derive(Subcommand)]
pub enum Command {
    Edge(edge::Arguments),
    Enroll(enroll::Arguments),
    Doctor(doctor::Arguments),
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
        Command::Enroll(arguments) => enroll::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Read(arguments) => read::run(&arguments),
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Probe(arguments) => probe::run(&arguments),
        Command::Ports(arguments) => ports::run(&arguments),
        Command::Profile(arguments) => profile::run(arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Mode(arguments) => mode::run(&arguments),
    }
}
