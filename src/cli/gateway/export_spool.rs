//! `hanqing export --spool`: the contents of a gateway's spool, to be carried to the office by hand.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::locales::{foreign, gateway as words};
use crate::spool::export::{export, handed_over};
use crate::support::files;
use crate::wire::packed;

/// The spool to export.
#[derive(Args)]
#[command(next_help_heading = "Gateway")]
pub struct SpoolArguments {
    #[arg(long, value_name = "FILE")]
    spool: Option<PathBuf>,
    #[arg(long, requires = "spool")]
    all: bool,
}

/// Writes `out` if a spool is given.
pub fn run(arguments: &SpoolArguments, out: &Path) -> Option<anyhow::Result<ExitCode>> {
    Some(write(arguments.spool.as_ref()?, arguments.all, out))
}

/// Writes one message per line, compressed with gzip.
fn write(spool: &Path, all: bool, out: &Path) -> anyhow::Result<ExitCode> {
    let file = files::create_new(out)
        .map_err(|error| anyhow::Error::msg(words::cannot_create(out, foreign::io(&error))))?;
    let mut file = GzEncoder::new(file, Compression::default());
    let mut unread = 0;
    let exported = export(spool, all, |batch| match packed::decompress(&batch.message) {
        Ok(message) => {
            file.write_all(&message)?;
            file.write_all(b"\n")
        }
        Err(_) => {
            unread += 1;
            Ok(())
        }
    });
    let exported = exported.inspect_err(|_| {
        // An empty file could be mistaken for an export.
        let _left = std::fs::remove_file(out);
    })?;
    let written = file.finish().and_then(|file| file.sync_all());
    let written = written.and_then(|()| files::sync_dir(files::folder_of(out)));
    written.with_context(|| words::cannot_write(out))?;
    handed_over(spool, &exported);
    let (gateway, batches) = (&exported.gateway, exported.batches - unread);
    say!("{}", words::spool_exported(gateway, batches, exported.readings, out));
    if exported.held > 0 {
        say!("{}", words::batches_held(exported.held));
    }
    let unread_said = (unread > 0).then(|| words::batches_unreadable(unread));
    let broken_said = exported.broken.as_ref().map(|why| words::unreadable_from_here(spool, why));
    for problem in unread_said.into_iter().chain(broken_said) {
        complain!("hanqing: {problem}");
    }
    let whole = unread == 0 && exported.broken.is_none();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
