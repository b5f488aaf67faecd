//! Imports files of readings into a store.
//!
//! Every file becomes batches. Messages of a gateway keep their own; the rows of a table become batches of the import's
//! gateway, numbered by row, under an epoch derived from the file's content. The same file therefore gives the same
//! batches each time, and any store commits them as it commits what gateways send.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use ring::digest::{self, SHA256};

use super::format::{self, Content, Item, next_line};
use super::row::Row;
use super::{csv, line, parquet};
use crate::core::{GatewayId, Reading, Series};
use crate::locales::{Text, transfer as words};
use crate::store::{Sqlite, Store};
use crate::support::Clock;
use crate::wire::{Batch, Birth, BirthSeries, CounterSpec, Epoch, MESSAGE_SIZE_MAX, packed};

/// Rows of a batch: as many readings as the largest gateways send in one batch.
const ROWS_PER_BATCH: u64 = 1_000;

/// About how many readings are committed together: a second's work, and a few MB.
const READINGS_PER_COMMIT: usize = 20_000;

/// How many batches are committed together if they hold few readings.
const BATCHES_PER_COMMIT: usize = 200;

/// How far a reading may be ahead of this machine's clock: as far as one that a gateway sends to a hub.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);

/// What an import came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    pub batches: u64,
    /// Without those that the store refused.
    pub readings: u64,
    /// How many of the readings the store did not have.
    pub new: u64,
    /// How many replaced another value. The store keeps the old ones.
    pub replaced: u64,
    /// Rows or messages left out.
    pub refused: u64,
}

/// An import into a store.
pub struct Import<'a> {
    store: &'a mut dyn Store,
    gateway: GatewayId,
    clock: Clock,
    /// Registers that the store knows. A file does not override them.
    known: BTreeMap<Series, CounterSpec>,
    /// The most that registers can grow by in an hour where neither store nor file says.
    limits: BTreeMap<Series, f64>,
    /// Registers that files describe.
    described: BTreeMap<Series, CounterSpec>,
    /// Whether the store does not have all of `described` yet.
    undelivered: bool,
    /// Whether the batches of this file are messages of gateways, not rows of a table.
    of_gateways: bool,
    /// Waiting to be committed, and the readings in them.
    batches: Vec<Batch>,
    waiting: usize,
    imported: Imported,
    problem: &'a mut dyn FnMut(Text),
    progress: &'a dyn Fn(u64),
}

impl Imported {
    /// Readings that the store had as they are.
    pub fn old(&self) -> u64 {
        self.readings.saturating_sub(self.new).saturating_sub(self.replaced)
    }
}

impl<'a> Import<'a> {
    /// An import whose tables become batches of `gateway`. `known` are the counters whose registers the store knows.
    /// `problem` gets a text for each row left out, `progress` the number of readings imported so far.
    pub fn new(
        store: &'a mut dyn Store,
        gateway: GatewayId,
        known: BTreeMap<Series, CounterSpec>,
        clock: Clock,
        problem: &'a mut dyn FnMut(Text),
        progress: &'a dyn Fn(u64),
    ) -> Self {
        Self {
            store,
            gateway,
            clock,
            known,
            limits: BTreeMap::new(),
            described: BTreeMap::new(),
            undelivered: false,
            of_gateways: false,
            batches: Vec::new(),
            waiting: 0,
            imported: Imported::default(),
            problem,
            progress,
        }
    }

    /// Takes `limits` for the most that registers can grow by in an hour, in their unit, where neither store nor file
    /// says: without any, a register that jumps has grown.
    pub fn with_limits(self, limits: BTreeMap<Series, f64>) -> Self {
        Self { limits, ..self }
    }

    /// Waits until the store has durably what it took.
    ///
    /// # Errors
    /// Some of it may be lost: the import is to be repeated.
    pub fn wait_until_durable(&mut self) -> anyhow::Result<()> {
        Ok(self.store.wait_until_durable()?)
    }

    pub fn imported(&self) -> Imported {
        self.imported
    }

    /// Imports the file at `path`.
    ///
    /// # Errors
    /// The file cannot be read to its end, or the store fails. What was committed stays; a repetition doubles nothing.
    pub fn import(&mut self, path: &Path) -> anyhow::Result<()> {
        let content = format::open(path)?;
        self.of_gateways = matches!(content, Content::Messages(_));
        let read = match content {
            Content::Messages(messages) => self.messages(path, messages),
            Content::Csv(file) => self.table(path, |sink| csv::read(file, sink)),
            Content::Line(file) => self.table(path, |sink| line::read(file, sink)),
            Content::Parquet(file) => self.table(path, |sink| parquet::read(file, sink)),
        };
        // What was read before the damage is imported.
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
        let now = self.clock.now();
        let mut last = 0;
        read(&mut |number, row| {
            match row {
                Ok(Item::Row(row)) => {
                    if let Err(problem) = has_been(&row.reading, now) {
                        self.refuse(1, at_line(path, number, problem));
                        return Ok(());
                    }
                    // By its place in the file, even if rows before it are left out.
                    let seq = number / ROWS_PER_BATCH + 1;
                    self.batches_to(seq, &mut last, epoch)?;
                    self.row(row);
                }
                Ok(Item::Counter(series, counter)) => self.describe(series, counter),
                Ok(Item::Nothing) => {}
                Err(wrong) => self.refuse(1, at_line(path, number, Text::verbatim(wrong))),
            }
            Ok(())
        })
    }

    fn refuse(&mut self, count: u64, problem: Text) {
        self.imported.refused += count;
        (self.problem)(words::left_out(problem));
    }

    /// Begins the batches after `last` up to `seq`. Empty ones are not skipped: the store would report a gap. Only here
    /// are table batches committed, when they are complete: a store ignores the rest of a batch that it already has.
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

    fn row(&mut self, row: Row) {
        let Row { reading, counter } = row;
        let counter = self.completed(&reading.series, counter);
        if let Some(counter) =
            counter.filter(|new| self.described.get(&reading.series) != Some(new))
        {
            self.describe(reading.series.clone(), counter);
        }
        if let Some(batch) = self.batches.last_mut() {
            batch.readings.push(reading);
            self.waiting += 1;
        }
    }

    /// How the register `series` behaves by its file, with its limit where nobody says one.
    fn completed(&self, series: &Series, counter: Option<CounterSpec>) -> Option<CounterSpec> {
        let known = self.known.get(series).copied().or(counter);
        let limit = self.limits.get(series).copied();
        let own = known.unwrap_or(CounterSpec { modulus: None, max_rate_per_hour: None });
        match limit.filter(|_| own.max_rate_per_hour.is_none()) {
            Some(limit) => Some(CounterSpec { max_rate_per_hour: Some(limit), ..own }),
            None => counter.filter(|_| !self.known.contains_key(series)),
        }
    }

    fn describe(&mut self, series: Series, counter: CounterSpec) {
        self.undelivered |= self.described.insert(series, counter) != Some(counter);
    }

    fn messages(&mut self, path: &Path, mut messages: Box<dyn BufRead>) -> anyhow::Result<()> {
        let mut line = Vec::new();
        let now = self.clock.now();
        for number in 1.. {
            if !next_line(&mut messages, number, MESSAGE_SIZE_MAX, &mut line)? {
                break;
            }
            match message(&line, now) {
                Ok(came) => {
                    self.waiting += came.iter().map(|batch| batch.readings.len()).sum::<usize>();
                    self.batches.extend(came);
                }
                Err(problem) => {
                    self.refuse(1, at_line(path, number, problem));
                    let fits = line.len() <= MESSAGE_SIZE_MAX;
                    anyhow::ensure!(fits, words::line_not_of_an_export(number));
                }
            }
            self.commit_much()?;
        }
        Ok(())
    }

    /// Commits if enough waits.
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
        if self.undelivered {
            self.store.birth(&self.gateway, &birth(&self.described), now)?;
            self.undelivered = false;
        }
        let batches = std::mem::take(&mut self.batches);
        self.waiting = 0;
        let committed = if self.of_gateways {
            let committed = self.store.commit(&batches, now)?;
            while self.store.work_on()? {}
            committed
        } else {
            self.store.import(&batches, now)?
        };
        let mut not_stored = 0;
        for refused in &committed.refused {
            let Batch { seq, gateway, readings, .. } = &refused.batch;
            not_stored += readings.len() as u64;
            let problem = words::batch(seq, gateway.as_str(), &refused.problem);
            self.refuse(readings.len() as u64, problem);
        }
        self.imported.new += committed.new_readings;
        self.imported.replaced += committed.replaced;
        self.imported.batches += batches.len() as u64;
        let came: u64 = batches.iter().map(|b| b.readings.len() as u64).sum();
        self.imported.readings += came.saturating_sub(not_stored);
        (self.progress)(self.imported.readings);
        Ok(())
    }
}

fn at_line(path: &Path, number: u64, problem: Text) -> Text {
    Text::chain([Text::verbatim(format_args!("{}:{number}", path.display())), problem])
}

/// The batches of a message, if a store can hold them all. One with a reading from after `now` is left out whole: of a
/// batch that is stored in part, the rest could not be imported any more.
fn message(bytes: &[u8], now: Timestamp) -> Result<Vec<Batch>, Text> {
    let batches = packed::unpack(bytes).map_err(Text::verbatim)?;
    batches.iter().try_for_each(Sqlite::holds)?;
    let mut readings = batches.iter().flat_map(|batch| &batch.readings);
    readings.try_for_each(|reading| has_been(reading, now))?;
    Ok(batches)
}

/// Whether a reading can have been taken at `now`; the error names it.
fn has_been(reading: &Reading, now: Timestamp) -> Result<(), Text> {
    let Reading { series, observed_at, .. } = reading;
    if observed_at.duration_since(now) <= AHEAD_MAX {
        return Ok(());
    }
    let [series, at, now] = [series.to_string(), observed_at.to_string(), now.to_string()];
    let value = reading.value().map_or_else(words::no_value, Text::verbatim);
    Err(words::ahead(series, value, at, now))
}

/// The birth that describes these counters to a store.
fn birth(counters: &BTreeMap<Series, CounterSpec>) -> Birth {
    let series = counters.iter().map(|(series, counter)| BirthSeries {
        series: series.clone(),
        unit: series.parameter.spec().unit,
        // Not known, and nothing depends on it.
        interval_s: 0,
        counter: Some(*counter),
    });
    Birth::new(env!("CARGO_PKG_VERSION"), "import".into(), series.collect())
}

/// The epoch of a file: the beginning of the SHA-256 of its content.
fn epoch_of(path: &Path) -> anyhow::Result<Epoch> {
    let digest = digest_of(path)?;
    let first = digest.as_ref().first_chunk().expect("SHA-256 has 32 bytes");
    Ok(Epoch(u64::from_be_bytes(*first)))
}

/// SHA-256 of the file at `path`.
pub(super) fn digest_of(path: &Path) -> anyhow::Result<digest::Digest> {
    let file = File::open(path).with_context(|| words::cannot_open(path))?;
    let mut file = BufReader::with_capacity(64 * 1024, file);
    let mut context = digest::Context::new(&SHA256);
    loop {
        let block = file.fill_buf().with_context(|| words::cannot_read(path))?;
        if block.is_empty() {
            return Ok(context.finish());
        }
        context.update(block);
        let length = block.len();
        file.consume(length);
    }
}
