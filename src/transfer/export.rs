//! Exports readings of the store into a file.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::parts::{Mark, Parts};
use super::{csv, line, parquet};
use crate::core::{Parameter, Reading, Series, StationId};
use crate::store::{Sqlite, StoreError};
use crate::wire::CounterSpec;

/// Readings in a part and a row group of Parquet: 20 MB of memory. An interruption costs at most one part: a second.
const PART_READINGS: usize = 131_072;

/// The format of a file of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// For spreadsheets.
    Csv,
    /// For analysts.
    Parquet,
    /// Line protocol, for time series databases.
    Line,
}

/// What to export.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    /// The store's file: an export can be resumed only from the same one.
    pub store: PathBuf,
    pub format: Format,
    /// Empty means all.
    pub stations: Vec<StationId>,
    /// Empty means all.
    pub parameters: Vec<Parameter>,
    pub from: Timestamp,
    /// Exclusive.
    pub to: Timestamp,
    #[serde(skip)]
    pub part: usize,
}

/// What an export came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Series that were asked for, with or without readings in the period.
    pub series: usize,
    pub readings: u64,
    /// How many of the readings an interrupted export had already written.
    pub before: u64,
}

impl Export {
    /// All readings of the store at `store`.
    pub fn all(store: &Path, format: Format) -> Self {
        Self {
            store: store.into(),
            format,
            stations: Vec::new(),
            parameters: Vec::new(),
            from: Timestamp::MIN,
            to: Timestamp::MAX,
            part: PART_READINGS,
        }
    }

    /// Whether nothing is left out.
    pub fn is_all(&self) -> bool {
        self.stations.is_empty()
            && self.parameters.is_empty()
            && self.from == Timestamp::MIN
            && self.to == Timestamp::MAX
    }

    /// Writes `out` from `store`, series by series and in order of time, with local times of `zone`. `progress` gets
    /// the number of readings written so far. Readings committed in the meantime may be in the file or not.
    ///
    /// # Errors
    /// The store cannot be read or the file not written. What was written stays, so that another call can `resume`.
    pub fn write(
        &self,
        store: &Sqlite,
        zone: &TimeZone,
        out: &Path,
        resume: bool,
        progress: &dyn Fn(u64),
    ) -> anyhow::Result<Exported> {
        let counters = store.counters()?;
        let mut run = Run {
            export: self,
            zone,
            counters: &counters,
            parts: Parts::open(out, &serde_json::to_string(self)?, resume)?,
            waiting: Vec::new(),
            readings: 0,
            progress,
        };
        let mark = run.parts.mark().cloned();
        run.readings = mark.as_ref().map_or(0, |mark| mark.readings);
        let before = run.readings;
        progress(before);
        let asked = self.series(store)?;
        for series in &asked {
            let from = match &mark {
                // Before the mark: `Sqlite::series` is ordered by name.
                Some(mark) if series.to_string() < mark.series.to_string() => continue,
                Some(mark) if *series == mark.series => {
                    self.from.max(Timestamp::from_millisecond(mark.at_ms + 1)?)
                }
                _ => self.from,
            };
            run.series(store, series, from)?;
        }
        run.write_part()?;
        let readings = run.readings;
        let last = run.parts.mark().map_or(0, |mark| mark.at_ms);
        let last = Timestamp::from_millisecond(last)?;
        let registers = counters.iter().filter(|(series, _)| asked.contains(series));
        run.parts.finish(out, |file, parts| {
            match self.format {
                Format::Csv => file.write_all(&csv::header())?,
                Format::Line => line::begin(file, registers, last)?,
                Format::Parquet => return parquet::join(file, parts),
            }
            for part in parts {
                std::io::copy(&mut part?, file)?;
            }
            Ok(())
        })?;
        Ok(Exported { series: asked.len(), readings, before })
    }

    /// The series to export, by name.
    fn series(&self, store: &Sqlite) -> Result<Vec<Series>, StoreError> {
        let mut series = store.series()?;
        series.retain(|series| {
            (self.stations.is_empty() || self.stations.contains(&series.station))
                && (self.parameters.is_empty() || self.parameters.contains(&series.parameter))
        });
        Ok(series)
    }
}

struct Run<'a> {
    export: &'a Export,
    zone: &'a TimeZone,
    counters: &'a BTreeMap<Series, CounterSpec>,
    parts: Parts,
    /// Readings of the next part.
    waiting: Vec<Reading>,
    /// Readings in all parts.
    readings: u64,
    progress: &'a dyn Fn(u64),
}

impl Run<'_> {
    /// Reads part by part: a long look at one instant would keep the store's log from being folded back.
    fn series(
        &mut self,
        store: &Sqlite,
        series: &Series,
        mut from: Timestamp,
    ) -> anyhow::Result<()> {
        loop {
            let mut full = false;
            let read = store.each_reading(series, from, self.export.to, &mut |reading| {
                self.waiting.push(reading);
                full = self.waiting.len() >= self.export.part;
                // Any error stops the reading.
                if full { Err(StoreError::Closed) } else { Ok(()) }
            });
            if !full {
                return Ok(read?);
            }
            let last = self.waiting.last().map(|reading| reading.observed_at.as_millisecond());
            from = Timestamp::from_millisecond(last.unwrap_or_default() + 1)?;
            self.write_part()?;
        }
    }

    fn write_part(&mut self) -> anyhow::Result<()> {
        let Some(last) = self.waiting.last() else {
            return Ok(());
        };
        let mark = Mark {
            readings: self.readings + self.waiting.len() as u64,
            series: last.series.clone(),
            at_ms: last.observed_at.as_millisecond(),
        };
        let counter = |reading: &Reading| self.counters.get(&reading.series).copied();
        self.readings = mark.readings;
        self.parts.add(mark, |file| match self.export.format {
            Format::Csv => csv::write(file, &self.waiting, &counter, self.zone),
            Format::Parquet => parquet::write(file, &self.waiting, &counter),
            Format::Line => line::write(file, &self.waiting),
        })?;
        self.waiting.clear();
        (self.progress)(self.readings);
        Ok(())
    }
}
