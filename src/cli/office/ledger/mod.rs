//! `hanqing ledger`

mod accept;
mod enter;
mod export;
mod import;
mod list;
mod out;
mod print;
mod review;
mod template;
mod understood;

use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(super) use out::must_be_free;

/// The arguments of `hanqing ledger`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(import::Arguments),
    Export(export::Arguments),
    Template(template::Arguments),
    List(list::ListArguments),
    Show(list::ShowArguments),
    Enter(enter::EnterArguments),
    Correct(enter::CorrectArguments),
    Review(review::Arguments),
    Accept(accept::Arguments),
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Import(arguments) => import::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Template(arguments) => template::run(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Show(arguments) => list::show(&arguments),
        Command::Enter(arguments) => enter::enter(&arguments),
        Command::Correct(arguments) => enter::correct(&arguments),
        Command::Review(arguments) => review::run(&arguments),
        Command::Accept(arguments) => accept::run(&arguments),
    }
}
