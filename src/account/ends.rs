//! What lies next to the ends of a period: a reading settles growth that began before it.
//!
//! Growth that the first readings settle may lie before the period: after a gap it does not count and only the upper
//! bound has it, without one the lower bound leaves it out. What the readings after the period settle may lie in it.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::Cells;
use super::gap::Span;
use super::growth::{Growth, HELD_MAX, at_most, hours_over, is_odd, settled_first};
use crate::core::{DayCell, HourCell, Period, Series};

/// How far around the period readings are looked for, days: meters are read at least once a year. Engineering
/// judgement, confidence 0.8.
const AROUND_DAYS: i64 = 400;
/// How far back it is asked whether there was any reading at all, days: twenty years.
const EVER_DAYS: i64 = 7300;

/// By how much a register may move besides what its readings settled, in its unit: a rounding step.
const STEP_MAX: f64 = 1.0;

/// Readings on one side of the period.
#[derive(Debug, Clone, Default)]
struct Side {
    /// The nearest hours with data, in order; of readings further off, none.
    hours: Vec<HourCell>,
    /// What the register showed at the nearest reading.
    raw: Option<f64>,
    /// Whether there is any reading.
    any: bool,
}

/// The ends of the period for one register.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ends {
    /// Hours of the period before the first one with data.
    pub before_h: f64,
    /// Hours of the period after the last one with data.
    pub after_h: f64,
    /// What the first readings settled that may lie before the period; its value does not count.
    pub first: Growth,
    /// Whether nothing was missing between the period and the reading before it.
    pub first_counts: bool,
    /// The most of `first` that lies in the period, with what nobody saw before it.
    pub first_most: f64,
    /// What the first reading after the period settled of what lies in it.
    pub last: Growth,
    /// The most that the register can have grown by in the period after its last reading.
    pub beyond: f64,
    /// The most that readings after the period settled and that may lie in it; 0 without any.
    pub unsettled: f64,
    /// What the register showed before the period.
    pub raw_before: Option<f64>,
}

impl Ends {
    /// Whether readings reach from the first to the last hour of the period.
    pub fn are_closed(&self) -> bool {
        self.before_h == 0.0 && self.after_h == 0.0
    }
}

/// The growth between two readings with an instant between them.
struct Step {
    grown: f64,
    /// What of it lies after the instant.
    after: Growth,
}

/// Reads what lies around a period.
pub(super) struct Around<'a, 'c, C> {
    pub cells: &'c mut C,
    pub span: Span<'a>,
    /// The most that the register grows by in an hour, by the plate.
    pub rate: Option<f64>,
    /// Whether what lies after the period is read.
    pub later: bool,
}

impl<C: Cells> Around<'_, '_, C> {
    /// The ends for the register `series` with its `days` in the period; where there are none, only what it can have
    /// grown by is told, in `beyond`.
    pub fn ends(&mut self, series: &Series, days: &[DayCell]) -> Result<Ends, C::Error> {
        let mut with_data = days.iter().filter(|cell| cell.counted > 0);
        let Some(first_day) = with_data.next().map(|cell| cell.day) else {
            return self.without_data(series);
        };
        let last_day = with_data.next_back().map_or(first_day, |cell| cell.day);
        let (from, to) = self.span.calendar.bounds(self.span.period);
        let first_hours = self.within(series, first_day, from, to)?;
        let last_hours = match last_day == first_day {
            true => first_hours.clone(),
            false => self.within(series, last_day, from, to)?,
        };
        let (Some(first), Some(last)) = (first_hours.first(), last_hours.last()) else {
            return Ok(Ends::default());
        };
        let mut ends = Ends {
            before_h: hours_between(from, first.hour_at),
            after_h: (hours_between(last.hour_at, to) - 1.0).max(0.0),
            first_counts: true,
            ..Ends::default()
        };
        self.at_start(series, &first_hours, &mut ends)?;
        // Polls are spread over the hour: after the last of them a part of it is left.
        let left_h = ends.after_h + 1.0 / f64::from(last.counted.max(1)) + unsettled_h(&last_hours);
        ends.beyond = at_most(self.rate, left_h);
        if self.later {
            self.at_end(series, last, &mut ends)?;
        }
        Ok(ends)
    }

    /// What the first readings of the period, in `hours`, settled of what began before it.
    fn at_start(
        &mut self,
        series: &Series,
        hours: &[HourCell],
        ends: &mut Ends,
    ) -> Result<(), C::Error> {
        let before = self.before(series)?;
        let Some(first) = hours.first().filter(|_| before.any) else {
            ends.first_most = at_most(self.rate, ends.before_h);
            return Ok(());
        };
        let from = self.span.calendar.bounds(self.span.period).0;
        let open_h = match before.hours.last() {
            Some(hour) => hours_between(hour.hour_at, from) - 1.0,
            None => f64::INFINITY,
        };
        ends.raw_before = before.raw;
        ends.first_counts = open_h <= 0.0 && ends.before_h == 0.0;
        let (settled, span_h) = settled_first(hours);
        if !ends.first_counts {
            let gap_h = open_h.max(0.0) + ends.before_h + span_h;
            let most = self.across(settled.most, first.last, gap_h);
            ends.first = settled;
            ends.first_most = most.min(at_most(self.rate, ends.before_h + span_h));
        } else if let Some(step) = self.step(series, from, (before.hours.last(), first))? {
            let outside = step.grown - step.after.value;
            ends.first = Growth { least: step.grown, value: outside, most: step.grown };
            ends.first_most = step.after.most;
        } else {
            ends.first = Growth { value: 0.0, ..settled };
            ends.first_most = settled.most;
        }
        Ok(())
    }

    /// What the first readings after the period settled of what lies in it, behind its `last` hour with data.
    fn at_end(
        &mut self,
        series: &Series,
        last: &HourCell,
        ends: &mut Ends,
    ) -> Result<(), C::Error> {
        let after = self.after(series)?;
        let Some(next) = after.hours.first() else {
            return Ok(());
        };
        let to = self.span.calendar.bounds(self.span.period).1;
        let (settled, span_h) = settled_first(&after.hours);
        let step = self.step(series, to, (Some(last), next))?;
        if let Some(step) = step.filter(|_| span_h <= 1.0) {
            let least = (step.grown - step.after.most).max(0.0);
            let value = step.grown - step.after.value;
            ends.last = Growth { least, value, most: step.grown };
            ends.beyond = 0.0;
            return Ok(());
        }
        let most = self.across(settled.most, next.last, hours_over(last, next));
        // Readings that were judged later may have been held since before the period's end.
        ends.beyond = match span_h > 1.0 {
            true => most.max(ends.beyond),
            false => most.min(ends.beyond),
        };
        ends.unsettled = ends.beyond;
        Ok(())
    }

    /// The growth between the last reading before `at` and the first at or after it, which lie in the hours `before`
    /// and `after`, one behind the other; `None` where the readings are not known or something happened to the
    /// register.
    fn step(
        &mut self,
        series: &Series,
        at: Timestamp,
        (before, after): (Option<&HourCell>, &HourCell),
    ) -> Result<Option<Step>, C::Error> {
        let Some(before) = before else { return Ok(None) };
        if hours_over(before, after) > 2.0 || is_odd(before) || is_odd(after) {
            return Ok(None);
        }
        let end = after.hour_at.saturating_add(1.hour()).unwrap_or(after.hour_at);
        let shown = self.cells.shown(series, before.hour_at, end)?;
        let next = shown.partition_point(|(read_at, _)| *read_at < at);
        let pair = next.checked_sub(1).and_then(|last| shown.get(last)).zip(shown.get(next));
        let Some(((from, first), (to, second))) = pair else {
            return Ok(None);
        };
        let grown = second - first;
        let settled = after.increment.unwrap_or(0.0);
        let allowed = at_most(self.rate, hours_between(*from, *to));
        if !(0.0..=settled.min(allowed) + STEP_MAX).contains(&grown) {
            return Ok(None);
        }
        let after_h = hours_between(at, *to);
        let share = after_h / (after_h + hours_between(*from, at));
        let most = grown.min(at_most(self.rate, after_h));
        let value = (grown * share).min(most);
        Ok(Some(Step { grown, after: Growth { least: 0.0, value, most } }))
    }

    fn without_data(&mut self, series: &Series) -> Result<Ends, C::Error> {
        let whole = at_most(self.rate, self.span.hours() as f64);
        let mut ends = Ends { beyond: whole, ..Ends::default() };
        if !self.later {
            return Ok(ends);
        }
        // Most of such series are of instruments that do not exist: one look tells.
        let Some(before) = self.last_before(series)? else {
            return Ok(ends);
        };
        let after = self.after(series)?;
        if let Some(next) = after.hours.first() {
            let (settled, _) = settled_first(&after.hours);
            let gap_h = before.hours.last().map_or(f64::INFINITY, |hour| hours_over(hour, next));
            // What a register that was reset, or falls, shows after the period says nothing of it.
            if after.hours.iter().any(is_odd) {
                return Ok(ends);
            }
            ends.beyond = whole.min(self.across(settled.most, next.last, gap_h));
        }
        ends.raw_before = before.raw;
        Ok(ends)
    }

    /// The most that grew in `gap_h` hours without data where the readings around them differ by `grown`, and the
    /// second one shows `raw`: after a reset that nobody saw it may have passed its old value.
    fn across(&self, grown: f64, raw: Option<f64>, gap_h: f64) -> f64 {
        match self.rate {
            Some(rate) if raw.is_none_or(|raw| raw <= rate * gap_h) => grown.max(rate * gap_h),
            _ => grown,
        }
    }

    /// The hours with data of `day` in the period.
    fn within(
        &mut self,
        series: &Series,
        day: Date,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<HourCell>, C::Error> {
        let mut hours = self.with_data(series, day, day)?;
        hours.retain(|hour| from <= hour.hour_at && hour.hour_at < to);
        Ok(hours)
    }

    fn with_data(
        &mut self,
        series: &Series,
        from: Date,
        to: Date,
    ) -> Result<Vec<HourCell>, C::Error> {
        let mut hours = self.cells.hours(series, Period { from, to })?;
        hours.retain(|hour| hour.counted > 0);
        Ok(hours)
    }

    fn before(&mut self, series: &Series) -> Result<Side, C::Error> {
        let from = self.span.period.from;
        let eve = from.saturating_sub(1.day());
        let hours = self.with_data(series, eve, eve)?;
        if !hours.is_empty() {
            return Ok(Side::of(hours));
        }
        if let Some(side) = self.last_before(series)? {
            return Ok(side);
        }
        let long_ago = Period {
            from: from.saturating_sub(EVER_DAYS.days()),
            to: from.saturating_sub((AROUND_DAYS + 1).days()),
        };
        let any = self.cells.grown(series, long_ago)?.is_some();
        Ok(Side { any, ..Side::default() })
    }

    /// The last day with data before the period, as far back as readings are looked for.
    fn last_before(&mut self, series: &Series) -> Result<Option<Side>, C::Error> {
        let from = self.span.period.from;
        let before = Period {
            from: from.saturating_sub(AROUND_DAYS.days()),
            to: from.saturating_sub(1.day()),
        };
        let days = self.cells.days(series, before)?;
        let Some(day) = days.iter().rfind(|day| day.counted > 0).map(|day| day.day) else {
            return Ok(None);
        };
        Ok(Some(Side::of(self.with_data(series, day, day)?)))
    }

    fn after(&mut self, series: &Series) -> Result<Side, C::Error> {
        let next = self.span.period.to.saturating_add(1.day());
        let hours = self.with_data(series, next, next)?;
        if !hours.is_empty() {
            return Ok(Side::of(hours));
        }
        let latest = next.saturating_add(AROUND_DAYS.days());
        let days = self.cells.days(series, Period { from: next, to: latest })?;
        match days.iter().find(|day| day.counted > 0) {
            Some(day) => Ok(Side::of(self.with_data(series, day.day, day.day)?)),
            None => Ok(Side::default()),
        }
    }
}

impl Side {
    fn of(hours: Vec<HourCell>) -> Side {
        Side { raw: hours.last().and_then(|hour| hour.last), any: !hours.is_empty(), hours }
    }
}

/// Hours at the end of `hours` that readings have not settled yet: they wait for the next ones to be judged.
fn unsettled_h(hours: &[HourCell]) -> f64 {
    let mut readings = 0;
    let mut unsettled_h = 0.0;
    let Some(last) = hours.last() else {
        return 0.0;
    };
    for (before, hour) in hours.iter().rev().skip(1).zip(hours.iter().rev()) {
        let moved = hour.last.zip(before.last).map(|(to, from)| to - from);
        let settled = hour.increment.unwrap_or(0.0);
        if moved.is_some_and(|moved| (moved - settled).abs() > STEP_MAX) {
            unsettled_h = hours_over(before, last);
        }
        readings += hour.counted;
        if readings > HELD_MAX {
            break;
        }
    }
    unsettled_h
}

fn hours_between(from: Timestamp, to: Timestamp) -> f64 {
    (to.duration_since(from).as_secs_f64() / 3600.0).max(0.0)
}
