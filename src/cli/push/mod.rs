//! `hanqing push`: settings that the office signs and pushes to gateways.

#[cfg(feature = "edge")]
mod drop;
#[cfg(feature = "hub")]
mod key;
#[cfg(feature = "hub")]
mod list;
#[cfg(feature = "hub")]
mod send;
mod step;

use std::process::ExitCode;

use clap::{Args, Subcommand};

#[cfg(feature = "edge")]
pub(super) use step::last;

/// The arguments of `hanqing push`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "hub")]
    Key(key::Arguments),
    #[cfg(feature = "hub")]
    Send(send::Arguments),
    #[cfg(feature = "hub")]
    List(list::Arguments),
    #[cfg(feature = "edge")]
    Drop(drop::Arguments),
}

/// Runs the subcommand.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        #[cfg(feature = "hub")]
        Command::Key(arguments) => key::run(arguments),
        #[cfg(feature = "hub")]
        Command::Send(arguments) => send::run(arguments),
        #[cfg(feature = "hub")]
        Command::List(arguments) => list::run(arguments),
        #[cfg(feature = "edge")]
        Command::Drop(arguments) => drop::run(arguments),
    }
}
