//! Commands of the office: the hub, its data, the ledger and the report.

mod alarm;
mod backup;
mod correction;
mod drought;
mod explain;
pub mod export_store;
mod gateways;
mod hub;
mod import;
pub mod init;
mod ledger;
mod period_args;
mod progress;
mod quarantine;
mod report;
mod report_issue;
mod retention;
mod store_file;
mod token;
mod user;

use std::process::ExitCode;

use clap::Subcommand;

/// The commands of the office.
#[derive(Subcommand)]
pub enum Command {
    Hub(hub::Arguments),
    Import(import::Arguments),
    Backup(backup::BackupArguments),
    Restore(backup::RestoreArguments),
    Gateway(gateways::Arguments),
    Correction(correction::Arguments),
    Quarantine(quarantine::Arguments),
    Retention(retention::Arguments),
    Report(report::Arguments),
    Explain(explain::Arguments),
    Drought(drought::Arguments),
    Ledger(ledger::Arguments),
    Alarm(alarm::Arguments),
    User(user::Arguments),
    Token(token::Arguments),
}

/// Runs one command.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Hub(arguments) => hub::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Backup(arguments) => backup::back_up(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Gateway(arguments) => gateways::run(&arguments),
        Command::Correction(arguments) => correction::run(&arguments),
        Command::Quarantine(arguments) => quarantine::run(&arguments),
        Command::Retention(arguments) => retention::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Drought(arguments) => drought::run(&arguments),
        Command::Ledger(arguments) => ledger::run(arguments),
        Command::Alarm(arguments) => alarm::run(&arguments),
        Command::User(arguments) => user::run(&arguments),
        Command::Token(arguments) => token::run(&arguments),
    }
}
