//! `hanqing export`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

#[cfg(feature = "edge")]
use super::gateway::export_spool;
#[cfg(feature = "hub")]
use super::office::export_store;
use super::usage::bail_usage;

/// Export readings from the office's store as a table, or from a gateway's spool to carry them to the office.
///
/// Office: `hanqing export -c hub.toml --format csv --out readings.csv`. The hub may be running. Columns: station,
/// parameter, unit, observed_at, value, flag (1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing), reason, raw
/// registers, and for counters modulus and max_rate_per_hour. Nothing is rounded. FILE appears only when it is
/// complete; until then the parts lie in FILE.parts and need the same space again. If the export is interrupted, the
/// same command with --resume continues it.
///
/// Gateway: `hanqing export --spool spool.db --out FILE`. The gateway may be running, and nothing is removed from its
/// spool: a reading that reaches the office by both ways counts once. A spool that was set aside as damaged is read as
/// far as possible.
///
/// `hanqing import` reads both kinds of file.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(SOURCES)))]
pub struct Arguments {
    /// The file to write; it must not exist
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
    bail_usage!("give --config or --spool")
}
