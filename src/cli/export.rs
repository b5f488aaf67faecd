//! `hanqing export`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

#[cfg(feature = "edge")]
use super::export_spool;
#[cfg(feature = "hub")]
use super::export_store;

/// Writes readings into a file: of the office's store as a table for others, or of a gateway's spool to be carried to the office.
///
/// Of the office: `hanqing export -c hub.toml --format csv --out readings.csv`. The hub may run meanwhile. Columns: station,
/// parameter, unit, observed_at, value, flag (1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing), reason, raw registers, and of
/// counters modulus and max_rate_per_hour. Nothing is rounded. While it is written, parts lie in FILE.parts, which takes as much
/// room again; under its name there is nothing or all of it. After an interruption the same command with --resume goes on.
///
/// Of a gateway: `hanqing export --spool spool.db --out FILE`. The gateway may run meanwhile, and nothing is taken out of its spool:
/// what arrives both ways counts once. Also reads what can be read of a spool that was set aside as spoilt.
///
/// `hanqing import` takes in either.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(SOURCES)))]
pub struct Arguments {
    /// The file to write; it must not be there
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[cfg(feature = "hub")]
    #[command(flatten)]
    store: export_store::StoreArguments,
    #[cfg(feature = "edge")]
    #[command(flatten)]
    spool: export_spool::SpoolArguments,
}

/// Where readings may come from: exactly one of them.
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
    Err(super::UsageError("give what to export".into()).into())
}
