//! `hanqing export`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

#[cfg(feature = "edge")]
use super::gateway::export_spool;
#[cfg(feature = "hub")]
use super::office::export_store;
use super::usage::bail_usage;
use crate::locales::cli as words;

/// The arguments of `hanqing export`.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(SOURCES)))]
pub struct Arguments {
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[cfg(feature = "hub")]
    #[command(flatten)]
    store: export_store::StoreArguments,
    #[cfg(feature = "edge")]
    #[command(flatten)]
    spool: export_spool::SpoolArguments,
}

/// The options that name a source; exactly one of them is given.
const SOURCES: &[&str] = &[
    #[cfg(feature = "hub")]
    "config",
    #[cfg(feature = "edge")]
    "spool",
];

/// Writes the file.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    #[cfg(feature = "edge")]
    if let Some(done) = export_spool::run(&arguments.spool, &arguments.out) {
        return done;
    }
    #[cfg(feature = "hub")]
    if let Some(done) = export_store::run(&arguments.store, &arguments.out) {
        return done;
    }
    bail_usage!(words::source_missing())
}
