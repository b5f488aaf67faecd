//! The command line. Exit codes: 0 done, 1 failed, 2 usage or configuration.

mod demo;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

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
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("HANQING_LOG")
        .unwrap_or_else(|_| EnvFilter::new(cli.command.log_level()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let done = match cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(arguments),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hanqing: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Command {
    /// What is logged unless HANQING_LOG says otherwise.
    fn log_level(&self) -> &'static str {
        match self {
            #[cfg(feature = "demo")]
            Command::Demo(_) => "error,rumqttd=off",
        }
    }
}
