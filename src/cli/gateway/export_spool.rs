//! `hanqing export --spool`: the contents of a gateway's spool, to be carried to the office by hand.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::locales::{Text, foreign, gateway as words};
use crate::spool::export::{Damage, Exported, export, handed_over};
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
    let exported = export(spool, all, |batch| {
        // What export hands over can be read.
        let message = packed::decompress(&batch.message).map_err(std::io::Error::other)?;
        file.write_all(&message)?;
        file.write_all(b"\n")
    });
    let exported = exported.inspect_err(|_| {
        // An empty file could be mistaken for an export.
        let _left = std::fs::remove_file(out);
    })?;
    let written = file.finish().and_then(|file| file.sync_all());
    let written = written.and_then(|()| files::sync_dir(files::folder_of(out)));
    written.with_context(|| words::cannot_write(out))?;
    handed_over(spool, &exported);
    let Exported { gateway, batches, readings, held, damage, .. } = exported;
    say!("{}", words::spool_exported(&gateway, batches, readings, out));
    if held > 0 {
        say!("{}", words::batches_held(held));
    }
    let Some(damage) = damage else { return Ok(ExitCode::SUCCESS) };
    complain!("hanqing: {}", lost(spool, &damage));
    Ok(ExitCode::FAILURE)
}

/// Ranges of numbers that are named; a person reads no more. Engineering judgement.
const NAMED_MAX: usize = 20;

/// What could not be read of the damaged file `spool`.
fn lost(spool: &Path, damage: &Damage) -> Text {
    let ranges = damage.numbers.iter().take(NAMED_MAX).map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}–{last}"),
    });
    let more = damage.numbers.ranges().saturating_sub(NAMED_MAX);
    let more = (more > 0).then(|| "…".to_owned());
    let count = damage.numbers.len();
    let why = damage.why.clone().unwrap_or_else(words::no_batch_there);
    words::unreadable_batches(spool, count, Text::list(ranges.chain(more)), why)
}
