//! What corrections say of the readings of a series, while they are folded or read.

use rusqlite::{Connection, Row, params};

use super::StoreError;
use crate::core::{Correction, HOUR_MS, Reading};

/// The longest span of a correction, ms.
pub(super) const SPAN_MAX_MS: i64 = Correction::SPAN_DAYS_MAX * 24 * HOUR_MS;

/// What is said of the readings of a series within a span.
#[derive(Debug, Default, PartialEq)]
pub(super) struct InForce(Vec<Said>);

/// What a correction says: by how much values are shifted, or that they are wrong.
#[derive(Debug, PartialEq)]
struct Said {
    from_ms: i64,
    to_ms: i64,
    shift: Option<f64>,
}

impl InForce {
    /// What is in force of series `id` from `from_ms` to before `to_ms`.
    pub fn read(
        connection: &Connection,
        id: i64,
        (from_ms, to_ms): (i64, i64),
    ) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT from_ms, to_ms, shift FROM correction INDEXED BY correction_in_force
             WHERE withdrawn_ms IS NULL AND series = ?1 AND from_ms < ?3 AND from_ms >= ?4 AND to_ms > ?2 AND kind <> 'note'
             ORDER BY id",
        )?;
        let span = params![id, from_ms, to_ms, from_ms.saturating_sub(SPAN_MAX_MS)];
        let said = |row: &Row<'_>| -> rusqlite::Result<Said> {
            Ok(Said { from_ms: row.get(0)?, to_ms: row.get(1)?, shift: row.get(2)? })
        };
        Ok(Self(statement.query_map(span, said)?.collect::<Result<_, _>>()?))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the `value` of `at_ms` counts as; `None` where it is wrong.
    pub fn value(&self, at_ms: i64, mut value: f64) -> Option<f64> {
        for said in self.0.iter().filter(|said| said.from_ms <= at_ms && at_ms < said.to_ms) {
            value += said.shift?;
        }
        Some(value)
    }

    /// What a reading counts as; `None` where it does not count.
    pub fn counted(&self, reading: &Reading) -> Option<f64> {
        let value = reading.value().filter(|_| reading.flag.counts())?;
        self.value(reading.observed_at.as_millisecond(), value)
    }

    /// The parts of a span of which something is said, in order and apart from each other.
    pub fn spans(&self, (from_ms, to_ms): (i64, i64)) -> Vec<(i64, i64)> {
        let of = |said: &Said| (said.from_ms.max(from_ms), said.to_ms.min(to_ms));
        let mut all: Vec<(i64, i64)> = self.0.iter().map(of).collect();
        all.sort_unstable();
        let mut apart: Vec<(i64, i64)> = Vec::new();
        for (from, to) in all {
            match apart.last_mut() {
                Some(last) if from <= last.1 => last.1 = to.max(last.1),
                _ => apart.push((from, to)),
            }
        }
        apart
    }
}
