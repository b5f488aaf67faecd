//! `hanqing export --spool`: the contents of a gateway's spool, to be carried to the office by hand.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::spool::export::export;
use crate::support::files;
use crate::wire::packed;

/// The spool to export.
#[derive(Args)]
#[command(next_help_heading = "Gateway")]
pub struct SpoolArguments {
    /// The spool: spool.path of the gateway's configuration; FILE is then a name such as /media/usb/gw-dongmen.jsonl.gz
    #[arg(long, value_name = "FILE")]
    spool: Option<PathBuf>,
    /// Include readings that the office has confirmed
    #[arg(long, requires = "spool")]
    all: bool,
}

/// Writes `out` if a spool is given.
pub fn run(arguments: &SpoolArguments, out: &Path) -> Option<anyhow::Result<ExitCode>> {
    Some(write(arguments.spool.as_ref()?, arguments.all, out))
}

/// Writes one message per line, compressed with gzip.
fn write(spool: &Path, all: bool, out: &Path) -> anyhow::Result<ExitCode> {
    let file = std::fs::File::create_new(out).with_context(|| {
        format!("cannot create {}; give another name, or a writable directory", out.display())
    })?;
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
    written.with_context(|| format!("cannot write {}", out.display()))?;
    say!(
        "网关 {}：{} 批 {} 个读数已写入 {}",
        exported.gateway,
        exported.batches - unread,
        exported.readings,
        out.display()
    );
    if exported.held > 0 {
        say!("另有 {} 批等待校时，未导出", exported.held);
    }
    if unread > 0 {
        eprintln!("hanqing: {unread} unreadable batches were left out");
    }
    if let Some(broken) = &exported.broken {
        eprintln!("hanqing: {} is unreadable from here on: {broken}", spool.display());
    }
    let whole = unread == 0 && exported.broken.is_none();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
