//! `hanqing import`

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use flate2::bufread::MultiGzDecoder;

use super::{CONFIGURATION, load};
use crate::config;
use crate::store::{Sqlite, Store};
use crate::support::Clock;
use crate::wire::{Batch, MESSAGE_SIZE_MAX, packed};

/// Batches that are committed together.
const BATCHES_MAX: usize = 200;

/// Takes in what `hanqing export` wrote on a gateway.
///
/// The hub may run meanwhile. What has arrived already, or arrives later by radio, counts once. Ends with 1 where a line could not
/// be taken; all others are.
#[derive(Args)]
pub struct Arguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Overrides a setting, such as store.path=/srv/hanqing/store.db
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting)]
    set: Vec<(String, String)>,
    /// What was exported
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What has been taken in.
#[derive(Default)]
struct Taken {
    batches: u64,
    readings: u64,
    new: u64,
    refused: u64,
}

/// Takes in each file.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, _)) = load(config::load_hub(&arguments.config, &arguments.set)) else {
        return Ok(ExitCode::from(CONFIGURATION));
    };
    let mut store = Sqlite::open(&settings.store.path)?;
    let mut taken = Taken::default();
    for path in &arguments.files {
        take(path, &mut store, &mut taken)?;
    }
    say!(
        "{} 批 {} 个读数：新增 {} 个，已有 {} 个",
        taken.batches,
        taken.readings,
        taken.new,
        taken.readings - taken.new
    );
    Ok(if taken.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn take(path: &Path, store: &mut Sqlite, taken: &mut Taken) -> anyhow::Result<()> {
    let file =
        std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut lines = BufReader::new(MultiGzDecoder::new(BufReader::new(file)));
    let mut batches = Vec::new();
    let mut number = 0;
    loop {
        number += 1;
        let mut line = Vec::new();
        let most = MESSAGE_SIZE_MAX as u64 + 2;
        let read = lines.by_ref().take(most).read_until(b'\n', &mut line);
        let read = read.with_context(|| {
            format!(
                "{}:{number}: the file is damaged or cut off here; copy it once more",
                path.display()
            )
        });
        match read {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                // What was whole before it is taken.
                commit(store, &mut batches, taken)?;
                return Err(error);
            }
        }
        let message = line.strip_suffix(b"\n").unwrap_or(&line);
        match read_line(message) {
            Ok(came) => batches.extend(came),
            Err(problem) => {
                eprintln!("hanqing: {}:{number}: {problem}; left out", path.display());
                taken.refused += 1;
                if line.len() as u64 == most {
                    anyhow::bail!("{}:{number}: no file of hanqing export", path.display());
                }
            }
        }
        if batches.len() >= BATCHES_MAX {
            commit(store, &mut batches, taken)?;
        }
    }
    commit(store, &mut batches, taken)
}

fn read_line(message: &[u8]) -> Result<Vec<Batch>, String> {
    let batches = packed::unpack(message).map_err(|error| error.to_string())?;
    batches.iter().try_for_each(Sqlite::holds)?;
    Ok(batches)
}

fn commit(store: &mut Sqlite, batches: &mut Vec<Batch>, taken: &mut Taken) -> anyhow::Result<()> {
    let committed = store.commit(batches, Clock::system().now())?;
    taken.new += committed.new_readings;
    taken.batches += batches.len() as u64;
    taken.readings += batches
        .iter()
        .map(|batch| batch.readings.len() as u64)
        .sum::<u64>();
    batches.clear();
    Ok(())
}
