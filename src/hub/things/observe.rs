//! A page of readings of some series, and how many there are.

use jiff::{SignedDuration, Timestamp};

use crate::core::Reading;
use crate::store::{Sqlite, StoreError};
use crate::web::{ObservationsAsked, Observed, Order, Part, ThingsAnswer};

/// What it costs to find where the readings of a series are: as much as so many readings that are looked at. It takes
/// a dozen lookups in the tables. Engineering judgement.
const FIND_COST: u64 = 20;

/// Readings that are counted, without a look at them, at the cost of one that is looked at: SQLite only goes over the
/// keys. Engineering judgement.
const COUNTED_FOR_ONE: u64 = 25;

/// The next instant that a reading can have.
const TICK: SignedDuration = SignedDuration::from_millis(1);

type Row = (usize, Reading, Option<f64>);

/// The page that is asked for, as long as it costs no more than it may.
pub(super) fn observe(
    store: &Sqlite,
    asked: &ObservationsAsked,
) -> Result<ThingsAnswer, StoreError> {
    let mut look = Look { store, left: asked.budget, each: asked.each };
    let wanted = asked.skip.saturating_add(asked.most).saturating_add(1);
    let page = match asked.order {
        Order::BySeries => look.by_series(asked, wanted)?,
        Order::OldestFirst => look.by_time(asked, wanted, false)?,
        Order::NewestFirst => look.by_time(asked, wanted, true)?,
    };
    let Some(mut rows) = page else { return Ok(ThingsAnswer::TooMuch) };
    let mut count = None;
    if asked.count {
        count = look.count(&asked.parts)?;
        if count.is_none() {
            return Ok(ThingsAnswer::TooMuch);
        }
    }
    rows.drain(..asked.skip.min(rows.len()));
    let more = rows.len() > asked.most;
    rows.truncate(asked.most);
    let rows = rows.into_iter().map(|(_, reading, counted)| (reading, counted)).collect();
    let cost = asked.budget - look.left;
    Ok(ThingsAnswer::Observations(Observed { rows, more, count, cost }))
}

struct Look<'a> {
    store: &'a Sqlite,
    /// What it may still cost.
    left: u64,
    each: u64,
}

impl Look<'_> {
    /// The first `wanted` rows, series by series; `None` where it costs too much.
    fn by_series(
        &mut self,
        asked: &ObservationsAsked,
        wanted: usize,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let mut rows = Vec::new();
        for (number, part) in asked.parts.iter().enumerate() {
            let from = match &asked.after {
                Some((series, _)) if part.series < *series => continue,
                Some((series, at)) if part.series == *series => part.from.max(next(*at)),
                _ => part.from,
            };
            if !self.add(&mut rows, (number, part), (from, part.to), false, wanted)? {
                return Ok(None);
            }
            if rows.len() >= wanted {
                break;
            }
        }
        Ok(Some(rows))
    }

    /// The first `wanted` rows by time: of each series as many, of all together the first.
    fn by_time(
        &mut self,
        asked: &ObservationsAsked,
        wanted: usize,
        newest_first: bool,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let mut rows = Vec::new();
        for (number, part) in asked.parts.iter().enumerate() {
            let mut span = (part.from, part.to);
            if let Some((series, at)) = &asked.after {
                if newest_first {
                    span.1 = span.1.min(if part.series < *series { next(*at) } else { *at });
                } else {
                    span.0 = span.0.max(if part.series > *series { *at } else { next(*at) });
                }
            }
            let mut own = Vec::new();
            if !self.add(&mut own, (number, part), span, newest_first, wanted)? {
                return Ok(None);
            }
            rows.append(&mut own);
        }
        rows.sort_by_key(|(number, reading, _)| (reading.observed_at, *number));
        if newest_first {
            rows.reverse();
        }
        rows.truncate(wanted);
        Ok(Some(rows))
    }

    /// Adds rows of a part until there are `wanted`; `false` where it costs too much.
    fn add(
        &mut self,
        rows: &mut Vec<Row>,
        (number, part): (usize, &Part),
        span: (Timestamp, Timestamp),
        newest_first: bool,
        wanted: usize,
    ) -> Result<bool, StoreError> {
        if span.0 >= span.1 {
            return Ok(true);
        }
        let (mut left, each) = (self.left.checked_sub(FIND_COST), self.each);
        if left.is_some() {
            self.store.walk(&part.series, span, newest_first, &mut |reading, counted| {
                left = left.and_then(|left| left.checked_sub(each));
                if part.wanted.as_ref().is_none_or(|wanted| wanted(reading, counted)) {
                    rows.push((number, reading.clone(), counted));
                }
                rows.len() < wanted && left.is_some()
            })?;
        }
        self.left = left.unwrap_or(0);
        Ok(left.is_some())
    }

    /// How many rows there are; `None` where it costs too much.
    fn count(&mut self, parts: &[Part]) -> Result<Option<u64>, StoreError> {
        let mut count = 0;
        for part in parts.iter().filter(|part| part.from < part.to) {
            let Some(left) = self.left.checked_sub(FIND_COST) else { return Ok(None) };
            let span = (part.from, part.to);
            let cost = match &part.wanted {
                None => {
                    let most = left.saturating_mul(COUNTED_FOR_ONE);
                    let counted = self.store.count_to(&part.series, span, most)?;
                    count += counted;
                    counted.div_ceil(COUNTED_FOR_ONE)
                }
                Some(wanted) => {
                    let (mut cost, each) = (0, self.each);
                    self.store.walk(&part.series, span, false, &mut |reading, counts_as| {
                        cost += each;
                        count += u64::from(wanted(reading, counts_as));
                        cost <= left
                    })?;
                    cost
                }
            };
            match left.checked_sub(cost) {
                Some(left) => self.left = left,
                None => return Ok(None),
            }
        }
        Ok(Some(count))
    }
}

fn next(at: Timestamp) -> Timestamp {
    at.saturating_add(TICK).unwrap_or(at)
}

/// A span that holds all readings of `series`.
#[cfg(test)]
pub(super) fn all_of(series: &crate::core::Series) -> Part {
    let series = series.clone();
    Part { series, from: Timestamp::MIN, to: Timestamp::MAX, wanted: None }
}
