//! `hanqing export --spool`: what a gateway has, to be exported to the office by hand.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::spool::export::export;
use crate::wire::packed;

/// Which readings of which gateway.
#[derive(Args)]
#[command(next_help_heading = "Of a gateway")]
pub struct SpoolArguments {
    /// The spool, spool.path of the gateway's configuration; the file is then such as /media/usb/gw-dongmen.jsonl.gz
    #[arg(long, value_name = "FILE")]
    spool: Option<PathBuf>,
    /// Also what the office has already
    #[arg(long, requires = "spool")]
    all: bool,
}

/// Writes `out` where a spool is given.
pub fn run(arguments: &SpoolArguments, out: &Path) -> Option<anyhow::Result<ExitCode>> {
    let spool = arguments.spool.as_ref()?;
    Some(write(spool, arguments.all, out))
}

/// Writes one message a line, compressed by gzip.
fn write(spool: &Path, all: bool, out: &Path) -> anyhow::Result<ExitCode> {
    let file = std::fs::File::create_new(out).with_context(|| {
        format!(
            "cannot make {}; give another name, or a directory that can be written",
            out.display()
        )
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
    let exported = match exported {
        Ok(exported) => exported,
        Err(error) => {
            // An empty file would pass for an export.
            let _left = std::fs::remove_file(out);
            return Err(error);
        }
    };
    let written = file.finish().and_then(|file| file.sync_all());
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
        eprintln!("hanqing: {unread} batches cannot be read any more and are left out");
    }
    if let Some(broken) = &exported.broken {
        eprintln!("hanqing: {} cannot be read any further: {broken}", spool.display());
    }
    let whole = unread == 0 && exported.broken.is_none();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
