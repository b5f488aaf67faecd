//! The readings of a span one after the other, either way, until whoever asks has enough: what pages of any depth are
//! made of, since each begins where the one before has ended.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Statement, params, params_from_iter};

use super::in_force::InForce;
use super::tables::{SLOT_MS, Tables};
use super::{Latest, Sqlite, StoreError, readings};
use crate::core::{Outcome, Reading, Series};

/// Takes a reading, with what it counts as; says whether it wants the next.
pub type Taker<'a> = dyn FnMut(&Reading, Option<f64>) -> bool + 'a;

impl Sqlite {
    /// Passes the readings of `series` from `from` to before `to` to `each`, the oldest or the newest first, until it
    /// wants no more, as the file is at one instant. With each goes what it counts as: as it came, shifted as a
    /// correction says, or `None` where it does not count.
    pub fn walk(
        &self,
        series: &Series,
        (from, to): (Timestamp, Timestamp),
        newest_first: bool,
        each: &mut Taker<'_>,
    ) -> Result<(), StoreError> {
        let span = (from.as_millisecond(), to.as_millisecond());
        self.read_series(series, |tables, id| {
            let walk =
                Walk { tables, key: (id, series), span, in_force: tables.in_force(id, span)? };
            if newest_first { walk.back(each) } else { walk.forth(each) }
        })
    }

    /// The last readings of `series` as if there were none after `until`; `None` where there is none before.
    pub fn latest_until(
        &self,
        series: &Series,
        until: Timestamp,
    ) -> Result<Option<Latest>, StoreError> {
        let end = until.checked_add(SignedDuration::from_millis(1)).unwrap_or(until);
        let (mut last, mut counted) = (None, None);
        self.walk(series, (Timestamp::MIN, end), true, &mut |reading, value| {
            last.get_or_insert_with(|| reading.clone());
            counted =
                value.map(|value| Reading { outcome: Outcome::Value(value), ..reading.clone() });
            counted.is_none()
        })?;
        Ok(last.map(|last| Latest { last, counted }))
    }

    /// The times of the first and the last reading of `series`; `None` where there is none.
    pub fn extent(&self, series: &Series) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        let mut ends = [None; 2];
        for (end, newest_first) in ends.iter_mut().zip([false, true]) {
            self.walk(
                series,
                (Timestamp::MIN, Timestamp::MAX),
                newest_first,
                &mut |reading, _| {
                    *end = Some(reading.observed_at);
                    false
                },
            )?;
        }
        Ok(ends[0].zip(ends[1]))
    }

    /// How many readings `series` has from `from` to before `to`; where it has more than `most`, a number above that.
    pub fn count_to(
        &self,
        series: &Series,
        (from, to): (Timestamp, Timestamp),
        most: u64,
    ) -> Result<u64, StoreError> {
        let span = (from.as_millisecond(), to.as_millisecond());
        self.read_series(series, |tables, id| {
            let mut cold = tables.prepare(
                "SELECT count(*) FROM (SELECT 1 FROM reading
                 WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 LIMIT ?4)",
            )?;
            let end = span.1.min(tables.hot_from_ms);
            let bound = most.saturating_add(1).min(i64::MAX.unsigned_abs());
            let mut count: u64 =
                cold.query_row(params![id, span.0, end, bound], |row| row.get(0))?;
            let mut hot = tables.prepare(
                "SELECT count(*) FROM reading_hot
                 WHERE slot = ?4 AND series = ?1 AND at_ms >= ?2 AND at_ms < ?3",
            )?;
            let in_force = InForce::default();
            let walk = Walk { tables, key: (id, series), span, in_force };
            let mut next = walk.first_slot();
            while count <= most
                && let Some(slot) =
                    walk.slot("SELECT min(slot) FROM reading_hot WHERE slot >= ?1", next)?
            {
                count +=
                    hot.query_row(params![id, span.0, span.1, slot], |row| row.get::<_, u64>(0))?;
                next = slot + 1;
            }
            Ok(count)
        })
    }
}

/// A walk over the readings of a series within a span.
struct Walk<'a> {
    tables: &'a Tables<'a>,
    key: (i64, &'a Series),
    span: (i64, i64),
    in_force: InForce,
}

impl Walk<'_> {
    fn forth(&self, each: &mut Taker<'_>) -> Result<(), StoreError> {
        if !self.cold("ASC", each)? {
            return Ok(());
        }
        let mut next = self.first_slot();
        while let Some(slot) =
            self.slot("SELECT min(slot) FROM reading_hot WHERE slot >= ?1", next)?
        {
            if !self.hot(slot, "ASC", each)? {
                break;
            }
            next = slot + 1;
        }
        Ok(())
    }

    fn back(&self, each: &mut Taker<'_>) -> Result<(), StoreError> {
        let mut below = (self.span.1 - 1).div_euclid(SLOT_MS) + 1;
        while let Some(slot) =
            self.slot("SELECT max(slot) FROM reading_hot WHERE slot < ?1", below)?
        {
            if !self.hot(slot, "DESC", each)? {
                return Ok(());
            }
            below = slot;
        }
        self.cold("DESC", each)?;
        Ok(())
    }

    /// The first slot that hot readings of the span can lie in.
    fn first_slot(&self) -> i64 {
        self.span.0.max(self.tables.hot_from_ms).div_euclid(SLOT_MS)
    }

    /// The next slot of the span with hot readings of any series, as `sql` finds it.
    fn slot(&self, sql: &str, from: i64) -> Result<Option<i64>, StoreError> {
        let found: Option<i64> = self.tables.prepare(sql)?.query_row([from], |row| row.get(0))?;
        let last = (self.span.1 - 1).div_euclid(SLOT_MS);
        Ok(found.filter(|slot| (self.first_slot()..=last).contains(slot)))
    }

    fn cold(&self, order: &str, each: &mut Taker<'_>) -> Result<bool, StoreError> {
        let mut statement = self.tables.prepare(&format!(
            "SELECT at_ms, value, flag, reason, raw FROM reading
             WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms {order}"
        ))?;
        let to = self.span.1.min(self.tables.hot_from_ms);
        self.pass(&mut statement, &[self.key.0, self.span.0, to], each)
    }

    fn hot(&self, slot: i64, order: &str, each: &mut Taker<'_>) -> Result<bool, StoreError> {
        let mut statement = self.tables.prepare(&format!(
            "SELECT at_ms, value, flag, reason, raw FROM reading_hot
             WHERE slot = ?4 AND series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms {order}"
        ))?;
        self.pass(&mut statement, &[self.key.0, self.span.0, self.span.1, slot], each)
    }

    /// Passes the rows that a statement finds; returns whether more are wanted.
    fn pass(
        &self,
        statement: &mut Statement<'_>,
        parameters: &[i64],
        each: &mut Taker<'_>,
    ) -> Result<bool, StoreError> {
        let mut rows = statement.query(params_from_iter(parameters))?;
        while let Some(row) = rows.next()? {
            let reading = readings::from_row(self.key.1, row)?;
            if !each(&reading, self.in_force.counted(&reading)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Correction, CorrectionKind};
    use crate::store::Store;
    use crate::store::tests::{at, batch, good, series};

    const POND: &str = "pond-1/level";

    /// Two days of a pond each half hour, of which the last hours are hot, and of another beside it.
    fn filled(path: &std::path::Path) -> Sqlite {
        let mut store = Sqlite::open(path).unwrap();
        let pond = (0..96).map(|i| good(POND, 30 * i, 98.0 + 0.01 * i as f64));
        let other = (0..96).map(|i| good("pond-2/level", 30 * i + 1, 5.0));
        store.commit(&[batch(1, pond.chain(other).collect())], at(60 * 48)).unwrap();
        store
    }

    #[test]
    fn both_ways_pass_the_same_readings_of_any_span() {
        let folder = tempfile::tempdir().unwrap();
        let (store, pond) = (filled(&folder.path().join("store.db")), series(POND));
        let spans = [0, 15, 30, 1_500, 2_790, 2_850, 2_880, 9_000];
        for (from, to) in spans.iter().flat_map(|from| spans.map(|to| (at(*from), at(to)))) {
            let expected = store.readings(&pond, from, to).unwrap();
            for newest_first in [false, true] {
                let mut found = Vec::new();
                let mut take = |reading: &Reading, counted: Option<f64>| {
                    assert_eq!(counted, reading.value());
                    found.push(reading.clone());
                    true
                };
                store.walk(&pond, (from, to), newest_first, &mut take).unwrap();
                if newest_first {
                    found.reverse();
                }
                assert_eq!(found, expected, "{from} {to} {newest_first}");
            }
            let count = expected.len() as u64;
            assert_eq!(store.count_to(&pond, (from, to), 1_000).unwrap(), count);
            assert!(store.count_to(&pond, (from, to), 3).unwrap() >= count.min(4));
        }
        assert_eq!(store.extent(&pond).unwrap(), Some((at(0), at(2_850))));
        assert_eq!(store.extent(&series("pond-9/level")).unwrap(), None);
    }

    #[test]
    fn it_ends_where_no_more_is_wanted_and_says_what_counts() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = filled(&folder.path().join("store.db"));
        for (from, to, kind) in
            [(30, 60, CorrectionKind::Wrong), (60, 90, CorrectionKind::Shift { by: 1.0 })]
        {
            let (series, by) = (series(POND), "水利站".to_owned());
            let (from, to, reason) = (at(from), at(to), "水尺".to_owned());
            let said = Correction {
                id: 0,
                series,
                from,
                to,
                kind,
                reason,
                by,
                at: at(1),
                withdrawn: None,
            };
            store.correct(&said).unwrap().unwrap();
        }
        let mut found = Vec::new();
        let mut take = |reading: &Reading, counted: Option<f64>| {
            found.push((reading.value().unwrap(), counted));
            found.len() < 3
        };
        store.walk(&series(POND), (at(0), at(9_000)), false, &mut take).unwrap();
        assert_eq!(found, [(98.0, Some(98.0)), (98.01, None), (98.02, Some(99.02))]);
    }
}
