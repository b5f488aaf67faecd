//! Files of readings into a store.
//!
//! Every file comes as batches: those of a gateway's messages are its own, those of a table are batches of a gateway of the
//! import's, numbered by row, under an epoch that the file's content names. The same file is therefore the same batches each time,
//! and a store of any kind takes them as it takes what gateways send.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, Read};
use std::path::Path;

use anyhow::Context;
use ring::digest::{self, SHA256};

use super::format::{self, Content, Item, next_line};
use super::row::Row;
use super::{csv, line, parquet};
use crate::core::{GatewayId, Series};
use crate::store::{Sqlite, Store};
use crate::support::Clock;
use crate::wire::{Batch, Birth, BirthSeries, CounterSpec, Epoch, MESSAGE_SIZE_MAX, packed};

/// Rows of a batch: as many readings as the largest gateways send in one.
const ROWS_PER_BATCH: u64 = 1_000;

/// Readings that are committed together, about: a second's work, and a few MB.
const READINGS_PER_COMMIT: usize = 20_000;

/// Batches that are committed together, where they hold few readings.
const BATCHES_PER_COMMIT: usize = 200;

/// What has been taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Batches.
    pub batches: u64,
    /// Readings in them.
    pub readings: u64,
    /// Of these, those that were not there.
    pub new: u64,
    /// Rows or messages that were left out.
    pub refused: u64,
}

/// An import into a store.
pub struct Import<'a> {
    store: &'a mut dyn Store,
    gateway: GatewayId,
    clock: Clock,
    /// Registers that the store knows: what a file says of others' is not believed over it.
    known: BTreeMap<Series, CounterSpec>,
    /// Registers that files have told of.
    told: BTreeMap<Series, CounterSpec>,
    /// Whether the store has yet to be told.
    to_tell: bool,
    batches: Vec<Batch>,
    waiting: usize,
    taken: Imported,
    problem: &'a mut dyn FnMut(String),
    advanced: &'a dyn Fn(u64),
}

impl<'a> Import<'a> {
    /// An import whose tables are batches of `gateway`. `known` says of which counters the store knows how their registers behave.
    /// `problem` is told of each row that is left out, `advanced` the readings taken in.
    pub fn new(
        store: &'a mut dyn Store,
        gateway: GatewayId,
        known: BTreeMap<Series, CounterSpec>,
        clock: Clock,
        problem: &'a mut dyn FnMut(String),
        advanced: &'a dyn Fn(u64),
    ) -> Self {
        Self {
            store,
            gateway,
            clock,
            known,
            told: BTreeMap::new(),
            to_tell: false,
            batches: Vec::new(),
            waiting: 0,
            taken: Imported::default(),
            problem,
            advanced,
        }
    }

    /// What has been taken in so far.
    pub fn taken(&self) -> Imported {
        self.taken
    }

    /// Takes in the file at `path`.
    ///
    /// # Errors
    /// The file cannot be read to its end, or the store takes no more. What was committed stays, and the same import again goes over
    /// it without doubling anything.
    pub fn take(&mut self, path: &Path) -> anyhow::Result<()> {
        let content = format::open(path)?;
        let read = match content {
            Content::Messages(messages) => self.messages(path, messages),
            Content::Csv(file) => self.table(path, |sink| csv::read(file, sink)),
            Content::Line(file) => self.table(path, |sink| line::read(file, sink)),
            Content::Parquet(file) => self.table(path, |sink| parquet::read(file, sink)),
        };
        // What was whole before a damage is taken.
        let committed = self.commit();
        read.with_context(|| path.display().to_string())?;
        committed
    }

    fn table(
        &mut self,
        path: &Path,
        read: impl FnOnce(&mut format::Sink<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let epoch = epoch_of(path)?;
        let mut last = 0;
        read(&mut |number, row| {
            match row {
                Ok(Item::Row(row)) => {
                    // By its place in the file, whatever is left out before it.
                    let seq = number / ROWS_PER_BATCH + 1;
                    self.batches_to(seq, &mut last, epoch)?;
                    self.row(row);
                }
                Ok(Item::Counter(series, counter)) => self.counter(series, counter),
                Ok(Item::Nothing) => {}
                Err(wrong) => {
                    self.taken.refused += 1;
                    (self.problem)(format!("{}:{number}: {wrong}; left out", path.display()));
                }
            }
            Ok(())
        })
    }

    /// Begins the batches after `last` up to `seq`. None is left out, even where there is nothing in it: it would be asked for. What is
    /// whole is committed here only: a store need not take the rest of a batch that it has.
    fn batches_to(&mut self, seq: u64, last: &mut u64, epoch: Epoch) -> anyhow::Result<()> {
        while *last < seq {
            self.commit_much()?;
            *last += 1;
            self.batches.push(Batch {
                gateway: self.gateway.clone(),
                epoch,
                seq: *last,
                clock: None,
                loss: None,
                readings: Vec::new(),
            });
        }
        Ok(())
    }

    /// Adds a row to the last batch.
    fn row(&mut self, row: Row) {
        let Row { reading, counter } = row;
        if let Some(counter) = counter {
            self.counter(reading.series.clone(), counter);
        }
        if let Some(batch) = self.batches.last_mut() {
            batch.readings.push(reading);
            self.waiting += 1;
        }
    }

    fn counter(&mut self, series: Series, counter: CounterSpec) {
        if !self.known.contains_key(&series) && self.told.insert(series, counter) != Some(counter) {
            self.to_tell = true;
        }
    }

    fn messages(&mut self, path: &Path, mut messages: Box<dyn BufRead>) -> anyhow::Result<()> {
        let mut line = Vec::new();
        for number in 1.. {
            let read = next_line(&mut messages, MESSAGE_SIZE_MAX, &mut line);
            let more = read.with_context(|| {
                format!("line {number}: the file is damaged or cut off here; copy it once more")
            })?;
            if !more {
                break;
            }
            match message(&line) {
                Ok(came) => {
                    self.waiting += came.iter().map(|batch| batch.readings.len()).sum::<usize>();
                    self.batches.extend(came);
                }
                Err(problem) => {
                    self.taken.refused += 1;
                    (self.problem)(format!("{}:{number}: {problem}; left out", path.display()));
                    anyhow::ensure!(
                        line.len() <= MESSAGE_SIZE_MAX,
                        "line {number}: no file of hanqing export"
                    );
                }
            }
            self.commit_much()?;
        }
        Ok(())
    }

    /// Commits where enough waits for it.
    fn commit_much(&mut self) -> anyhow::Result<()> {
        if self.batches.len() >= BATCHES_PER_COMMIT || self.waiting >= READINGS_PER_COMMIT {
            self.commit()?;
        }
        Ok(())
    }

    fn commit(&mut self) -> anyhow::Result<()> {
        if self.batches.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        if self.to_tell {
            let birth = birth(&self.told);
            self.store.birth(&self.gateway, &birth, now)?;
            self.to_tell = false;
        }
        let batches = std::mem::take(&mut self.batches);
        self.waiting = 0;
        let committed = self.store.commit(&batches, now)?;
        let readings = |batches: &[Batch]| -> u64 {
            batches.iter().map(|batch| batch.readings.len() as u64).sum()
        };
        for refused in &committed.refused {
            self.taken.refused += readings(std::slice::from_ref(&refused.batch));
            (self.problem)(format!(
                "batch {} of {}: {}; left out",
                refused.batch.seq, refused.batch.gateway, refused.problem
            ));
        }
        self.taken.new += committed.new_readings;
        self.taken.batches += batches.len() as u64;
        self.taken.readings += readings(&batches);
        (self.advanced)(self.taken.readings);
        Ok(())
    }
}

/// The batches of a message, if a store can hold them.
fn message(bytes: &[u8]) -> Result<Vec<Batch>, String> {
    let batches = packed::unpack(bytes).map_err(|error| error.to_string())?;
    batches.iter().try_for_each(Sqlite::holds)?;
    Ok(batches)
}

/// What tells a store how registers behave.
fn birth(told: &BTreeMap<Series, CounterSpec>) -> Birth {
    let series = told.iter().map(|(series, counter)| BirthSeries {
        series: series.clone(),
        unit: series.parameter.spec().unit,
        // Not known, and nothing depends on it.
        interval_s: 0,
        counter: Some(*counter),
    });
    Birth::new(env!("CARGO_PKG_VERSION"), "import".into(), series.collect())
}

/// Bytes that are digested at once.
const DIGEST_BLOCK: usize = 64 * 1024;

/// The epoch of a file: the beginning of the SHA-256 of its content.
fn epoch_of(path: &Path) -> anyhow::Result<Epoch> {
    let digest = digest_of(path)?;
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    Ok(Epoch(u64::from_be_bytes(first)))
}

/// SHA-256 of the file at `path`.
pub(super) fn digest_of(path: &Path) -> anyhow::Result<digest::Digest> {
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut context = digest::Context::new(&SHA256);
    let mut block = vec![0; DIGEST_BLOCK];
    loop {
        let read =
            file.read(&mut block).with_context(|| format!("cannot read {}", path.display()))?;
        if read == 0 {
            return Ok(context.finish());
        }
        context.update(block.get(..read).unwrap_or_default());
    }
}
