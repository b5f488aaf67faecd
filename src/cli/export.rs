//! `hanqing export`

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::spool::carry::carry;
use crate::wire::packed;

/// Writes the readings of a gateway's spool into a file, to be carried to the office by hand: `hanqing import` takes it in there.
///
/// The gateway may run meanwhile, and nothing is taken out of its spool: what arrives both ways counts once. Also reads what can
/// be read of a spool that was set aside as spoilt.
#[derive(Args)]
pub struct Arguments {
    /// The spool, spool.path of the gateway's configuration
    #[arg(long, value_name = "FILE")]
    spool: PathBuf,
    /// The file to write, such as /media/usb/gw-dongmen.jsonl.gz; it must not be there
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also what the office has already
    #[arg(long)]
    all: bool,
}

/// Writes one message a line, compressed by gzip.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { spool, out, all } = arguments;
    let file = std::fs::File::create_new(out).with_context(|| {
        format!(
            "cannot make {}; give another name, or a directory that can be written",
            out.display()
        )
    })?;
    let mut file = GzEncoder::new(file, Compression::default());
    let mut unread = 0;
    let carried = carry(spool, *all, |batch| match packed::plain(&batch.message) {
        Ok(message) => {
            file.write_all(&message)?;
            file.write_all(b"\n")
        }
        Err(_) => {
            unread += 1;
            Ok(())
        }
    });
    let carried = match carried {
        Ok(carried) => carried,
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
        carried.gateway,
        carried.batches - unread,
        carried.readings,
        out.display()
    );
    if carried.held > 0 {
        say!("另有 {} 批等待校时，未导出", carried.held);
    }
    if unread > 0 {
        eprintln!("hanqing: {unread} batches cannot be read any more and are left out");
    }
    if let Some(broken) = &carried.broken {
        eprintln!(
            "hanqing: {} cannot be read any further: {broken}",
            spool.display()
        );
    }
    let whole = unread == 0 && carried.broken.is_none();
    Ok(if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
