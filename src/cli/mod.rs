//! The command line. Exit codes: 0 done, 1 failed, 2 usage or configuration.

/// Prints to standard output and ignores a closed pipe, as in `hanqing ports | head`; `print!` would panic.
macro_rules! show {
    ($($text:tt)*) => { $crate::cli::print(format_args!($($text)*)) };
}

/// Prints a line as `show!` does.
macro_rules! say {
    ($($text:tt)*) => { show!("{}\n", format_args!($($text)*)) };
}

/// Prints a line to standard error as `say!` does to standard output.
macro_rules! complain {
    ($($text:tt)*) => { $crate::cli::print_error(format_args!($($text)*)) };
}

mod check;
#[cfg(any(feature = "edge", feature = "hub"))]
mod config_args;
mod connections;
#[cfg(feature = "demo")]
mod demo;
#[cfg(any(feature = "edge", feature = "hub"))]
mod export;
#[cfg(feature = "edge")]
mod gateway;
mod help;
mod help_errors;
mod help_layout;
#[cfg(any(feature = "edge", feature = "hub"))]
mod init;
mod json;
mod language;
mod log_filter;
#[cfg(feature = "manual")]
mod manual;
#[cfg(feature = "hub")]
mod office;
#[cfg(any(feature = "edge", feature = "hub"))]
mod push;
#[cfg(any(feature = "edge", feature = "hub"))]
mod reload;
#[cfg(any(feature = "edge", feature = "hub"))]
mod runtime;
#[cfg(any(feature = "edge", feature = "hub"))]
mod table;
mod usage;
mod values;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Parser, Subcommand};
use tracing_subscriber::prelude::*;

use crate::locales::{check as words, foreign};
use usage::{ConfigurationProblems, EXIT_USAGE, UsageError};

#[derive(Parser)]
#[command(name = "hanqing", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    // `language` reads it before the arguments are parsed.
    #[arg(long = "lang", global = true, value_name = "zh|en")]
    language: Option<String>,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it, at the start")]
enum Command {
    #[cfg(feature = "demo")]
    Demo(demo::Arguments),
    Check(check::Arguments),
    #[cfg(any(feature = "edge", feature = "hub"))]
    Init(init::Arguments),
    #[cfg(feature = "edge")]
    #[command(flatten)]
    Gateway(gateway::Command),
    #[cfg(feature = "hub")]
    #[command(flatten)]
    Office(office::Command),
    #[cfg(any(feature = "edge", feature = "hub"))]
    Push(push::Arguments),
    #[cfg(any(feature = "edge", feature = "hub"))]
    Export(export::Arguments),
    #[cfg(feature = "manual")]
    #[command(hide = true)]
    Manual(manual::Arguments),
}

/// Why what was printed did not get through: a full disk. A pipe that the other side has closed is no loss.
static OUTPUT_LOST: OnceLock<io::Error> = OnceLock::new();

/// Whether the other side of a pipe has closed it.
static OUTPUT_CLOSED: AtomicBool = AtomicBool::new(false);

#[inline(never)]
fn print(text: fmt::Arguments<'_>) {
    note_loss(io::stdout().write_fmt(text));
}

fn note_loss(printed: io::Result<()>) {
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            OUTPUT_CLOSED.store(true, Ordering::Relaxed);
        }
        Err(error) => {
            let _first_counts = OUTPUT_LOST.set(error);
        }
        Ok(()) => {}
    }
}

/// Whether nobody reads on what is printed: a command that goes on and on ends then.
#[cfg(feature = "edge")]
fn output_is_closed() -> bool {
    OUTPUT_CLOSED.load(Ordering::Relaxed)
}

#[inline(never)]
fn print_error(line: fmt::Arguments<'_>) {
    // One write, so that lines of several processes do not mix.
    let _closed = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Runs the program.
pub fn main() -> ExitCode {
    language::choose();
    let cli: Cli = match help::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(ended) => return ended,
    };
    let level = match &cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(_) => "error,rumqttd=off",
        // Its warnings repeat, a line for each message, what the status says in words.
        _ => "info,rumqttd=warn,rumqttc=error",
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .fmt_fields(language::EnglishFields::new())
        .with_ansi(false);
    tracing_subscriber::registry().with(log_filter::log_filter(level)).with(lines).init();
    let done = match cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(arguments),
        Command::Check(arguments) => check::run(&arguments),
        #[cfg(any(feature = "edge", feature = "hub"))]
        Command::Init(arguments) => init::run(arguments),
        #[cfg(feature = "edge")]
        Command::Gateway(command) => gateway::run(command),
        #[cfg(feature = "hub")]
        Command::Office(command) => office::run(command),
        #[cfg(any(feature = "edge", feature = "hub"))]
        Command::Push(arguments) => push::run(&arguments),
        #[cfg(any(feature = "edge", feature = "hub"))]
        Command::Export(arguments) => export::run(&arguments),
        #[cfg(feature = "manual")]
        Command::Manual(arguments) => manual::run(&arguments),
    };
    note_loss(io::stdout().flush());
    if let (Ok(_), Some(error)) = (&done, OUTPUT_LOST.get()) {
        complain!("hanqing: {}", words::output_lost(foreign::io(error)));
        return ExitCode::FAILURE;
    }
    done.unwrap_or_else(|error| {
        if error.is::<ConfigurationProblems>() {
            complain!("{error}");
            return ExitCode::from(EXIT_USAGE);
        }
        complain!("hanqing: {}", foreign::chain(&error));
        if error.is::<UsageError>() { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE }
    })
}
