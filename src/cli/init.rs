//! `hanqing init`: the first configuration of a gateway or of an office.

pub mod dialogue;
pub mod grouped;
pub mod place;
pub mod toml_text;

use std::process::ExitCode;

use clap::{Args, Subcommand};

#[cfg(feature = "edge")]
use super::gateway::init as gateway;
#[cfg(feature = "hub")]
use super::office::init as office;

/// The arguments of `hanqing init`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "edge")]
    Edge(Box<gateway::Edge>),
    #[cfg(feature = "hub")]
    Hub(Box<office::Office>),
}

/// Runs the subcommand.
///
/// # Errors
/// What is given would not pass the check, nobody answers, or a file cannot be written.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        #[cfg(feature = "edge")]
        Command::Edge(edge) => gateway::run(&edge),
        #[cfg(feature = "hub")]
        Command::Hub(hub) => office::run(&hub),
    }
}
