//! Pages of a series: what comes after a key, so many at most. What is committed meanwhile neither repeats a row nor
//! skips one.

use jiff::Timestamp;
use rusqlite::params;

use super::{Sqlite, StoreError, hours, readings};
use crate::core::{HourCell, Parameter, Reading, Series, StationId};

/// Part of what was asked for.
#[derive(Debug, PartialEq)]
pub struct Paged<T> {
    pub rows: Vec<T>,
    /// There are more after the last of `rows`.
    pub more: bool,
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), more: false }
    }
}

impl<T> Paged<T> {
    /// The first `most` of `rows`.
    fn cut(mut rows: Vec<T>, most: usize) -> Self {
        let more = rows.len() > most;
        rows.truncate(most);
        Self { rows, more }
    }
}

/// A reading, and what corrections make of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PagedReading {
    pub reading: Reading,
    /// Its value as corrections have it; `None` where it is missing, or said to be wrong.
    pub said: Option<f64>,
}

impl Sqlite {
    /// The first `most` readings of `series` from `from_ms` to before `to_ms`, in order.
    pub fn readings_page(
        &self,
        series: &Series,
        (from_ms, to_ms): (i64, i64),
        most: usize,
    ) -> Result<Paged<PagedReading>, StoreError> {
        self.read_series(series, |tables, id| {
            let in_force = tables.in_force(id, (from_ms, to_ms))?;
            let mut rows = Vec::new();
            let read = readings::range(tables, (id, series), (from_ms, to_ms), &mut |reading| {
                let at_ms = reading.observed_at.as_millisecond();
                let said = reading.value().and_then(|value| in_force.value(at_ms, value));
                rows.push(PagedReading { reading, said });
                // Any error ends the reading.
                if rows.len() > most { Err(StoreError::Closed) } else { Ok(()) }
            });
            if rows.len() <= most {
                read?;
            }
            Ok(Paged::cut(rows, most))
        })
    }

    /// The first `most` hours of `series` from `from_ms` to before `to_ms`, in order.
    pub fn hours_page(
        &self,
        series: &Series,
        (from_ms, to_ms): (i64, i64),
        most: usize,
    ) -> Result<Paged<HourCell>, StoreError> {
        self.read_series(series, |tables, id| {
            let wanted = u32::try_from(most.saturating_add(1)).unwrap_or(u32::MAX);
            let found = hours::with_cells(tables, id, (from_ms, to_ms), wanted)?;
            let end = found.get(most).copied().unwrap_or(to_ms);
            let more = found.len() > most;
            Ok(Paged { rows: hours::range(tables, id, (from_ms, end))?, more })
        })
    }

    /// The first `most` series whose names come after `after`, in order; those of a station or a parameter where it is
    /// given.
    pub fn series_page(
        &self,
        after: &str,
        (station, parameter): (Option<&StationId>, Option<Parameter>),
        most: usize,
    ) -> Result<Paged<Series>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name FROM series WHERE name > ?1
             AND (?2 IS NULL OR substr(name, 1, length(?2) + 1) = ?2 || '/')
             AND (?3 IS NULL OR substr(name, instr(name, '/') + 1) = ?3)
             ORDER BY name LIMIT ?4",
        )?;
        let (station, parameter) = (station.map(StationId::as_str), parameter.map(Parameter::id));
        let asked = params![after, station, parameter, most.saturating_add(1)];
        let names = statement.query_map(asked, |row| row.get::<_, String>(0))?;
        let rows = names.map(|name| name?.parse().map_err(StoreError::Corrupt));
        Ok(Paged::cut(rows.collect::<Result<_, _>>()?, most))
    }
}

/// The first millisecond that is not before `at`: where a span of milliseconds begins that begins at `at`, and ends.
pub fn first_ms(at: Timestamp) -> i64 {
    let whole = at.as_millisecond();
    let cut = at.as_nanosecond() > i128::from(whole) * 1_000_000;
    whole.saturating_add(i64::from(cut))
}
