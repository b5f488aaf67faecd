//! Readings of the store into a file.

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

/// Readings of a part, and of a row group of Parquet: 20 MB in memory, and a second's work that an interruption costs.
const PART_READINGS: usize = 131_072;

/// What a file of readings looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A table for spreadsheets.
    Csv,
    /// Columns for analysts.
    Parquet,
    /// Line protocol, for servers of time series.
    Line,
}

/// What to export.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    /// The store's file: an export that goes on must be of the same.
    pub store: PathBuf,
    /// Into what.
    pub format: Format,
    /// Only of these stations; of all where it is empty.
    pub stations: Vec<StationId>,
    /// Only these parameters; all where it is empty.
    pub parameters: Vec<Parameter>,
    /// From this instant on.
    pub from: Timestamp,
    /// To before this one.
    pub to: Timestamp,
    /// Readings of a part, and of a row group of Parquet.
    #[serde(skip)]
    pub part: usize,
}

/// What an export came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Series with readings asked for, whether or not there are any in the time.
    pub series: usize,
    /// Readings in the file.
    pub readings: u64,
    /// Of these, readings that an interrupted export had written.
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

    /// Whether it is everything.
    pub fn is_all(&self) -> bool {
        self.stations.is_empty()
            && self.parameters.is_empty()
            && self.from == Timestamp::MIN
            && self.to == Timestamp::MAX
    }

    /// Writes `out` from `store`, times as clocks in `zone` showed them, series by series and in order of time. `advanced` is told the readings
    /// written so far. What the store takes in meanwhile may be in the file or not.
    ///
    /// # Errors
    /// The store cannot be read, or the file not written; what is written stays for an export that is to `resume`.
    pub fn write(
        &self,
        store: &Sqlite,
        zone: &TimeZone,
        out: &Path,
        resume: bool,
        advanced: &dyn Fn(u64),
    ) -> anyhow::Result<Exported> {
        let counters = store.counters()?;
        let mut writing = Writing {
            export: self,
            zone,
            counters: &counters,
            parts: Parts::open(out, &serde_json::to_string(self)?, resume)?,
            waiting: Vec::new(),
            readings: 0,
            advanced,
        };
        let mark = writing.parts.mark().cloned();
        writing.readings = mark.as_ref().map_or(0, |mark| mark.readings);
        let before = writing.readings;
        advanced(before);
        let asked = self.series(store)?;
        for series in &asked {
            let from = match &mark {
                // In the order of `Sqlite::series`, by name.
                Some(mark) if series.to_string() < mark.series.to_string() => continue,
                Some(mark) if *series == mark.series => {
                    self.from.max(Timestamp::from_millisecond(mark.at_ms + 1)?)
                }
                _ => self.from,
            };
            writing.series(store, series, from)?;
        }
        writing.part()?;
        let readings = writing.readings;
        let last = writing.parts.mark().map_or(0, |mark| mark.at_ms);
        let last = Timestamp::from_millisecond(last)?;
        let registers = counters.iter().filter(|(series, _)| asked.contains(series));
        writing.parts.finish(out, |file, parts| {
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

    /// The series asked for, by name.
    fn series(&self, store: &Sqlite) -> Result<Vec<Series>, StoreError> {
        let mut series = store.series()?;
        series.retain(|series| {
            (self.stations.is_empty() || self.stations.contains(&series.station))
                && (self.parameters.is_empty() || self.parameters.contains(&series.parameter))
        });
        Ok(series)
    }
}

/// An export under way.
struct Writing<'a> {
    export: &'a Export,
    zone: &'a TimeZone,
    counters: &'a BTreeMap<Series, CounterSpec>,
    parts: Parts,
    /// Readings of the part to come.
    waiting: Vec<Reading>,
    /// Readings in all parts.
    readings: u64,
    advanced: &'a dyn Fn(u64),
}

impl Writing<'_> {
    fn series(&mut self, store: &Sqlite, series: &Series, from: Timestamp) -> anyhow::Result<()> {
        let mut failed = None;
        let read = store.each_reading(series, from, self.export.to, &mut |reading| {
            self.waiting.push(reading);
            if self.waiting.len() >= self.export.part
                && let Err(error) = self.part()
            {
                failed = Some(error);
                // Ends the reading; what is said is the error above.
                return Err(StoreError::Closed);
            }
            Ok(())
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(read?),
        }
    }

    /// Writes what waits.
    fn part(&mut self) -> anyhow::Result<()> {
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
        (self.advanced)(self.readings);
        Ok(())
    }
}
