//! What the hours of a series come to: coverage, dry spells and warning days of a source.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use crate::core::{Calendar, HourCell};
use crate::water::{DrySpell, Station, Status, dry_level_m, dry_spell, status};

/// Days on end at or below the warning level that make a drought at a source.
///
/// Engineering judgement, confidence 0.5: long enough that a pump drawing a pond down over a night does not count.
pub(super) const WARN_DAYS_MIN: i64 = 3;

/// How much of the period a series has data for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Hours with at least one reading that counts.
    pub covered_h: u64,
    /// Hours of the period.
    pub period_h: u64,
    /// Readings that count.
    pub counted: u64,
    /// Of them, suspect ones.
    pub suspect: u64,
}

impl Coverage {
    /// Share of the hours with data, 0 to 1.
    pub fn share(&self) -> f64 {
        if self.period_h == 0 {
            return 0.0;
        }
        (self.covered_h as f64 / self.period_h as f64).min(1.0)
    }

    /// Coverage of two series together.
    pub(super) fn and(self, other: Coverage) -> Coverage {
        Coverage {
            covered_h: self.covered_h + other.covered_h,
            period_h: self.period_h + other.period_h,
            counted: self.counted + other.counted,
            suspect: self.suspect + other.suspect,
        }
    }

    /// Coverage of a series by its cells, of a period of `period_h` hours.
    pub(super) fn of(cells: &[HourCell], period_h: u64) -> Coverage {
        let mut coverage = Coverage { period_h, ..Coverage::default() };
        for cell in cells {
            coverage.covered_h += u64::from(cell.counted > 0);
            coverage.counted += u64::from(cell.counted);
            coverage.suspect += u64::from(cell.suspect);
        }
        coverage
    }
}

/// What the levels of a source came to over the period.
#[derive(Debug, Clone)]
pub(super) struct SourceFacts<'a> {
    /// The source.
    pub station: &'a Station,
    /// Coverage of its level.
    pub coverage: Coverage,
    /// Whether it was dry.
    pub dry: Option<DrySpell>,
    /// Last level of the period and its hour.
    pub last: Option<(Timestamp, f64)>,
    /// Last level of each day that has one.
    pub days: Vec<(Date, f64)>,
    /// First of [`WARN_DAYS_MIN`] days on end at 旱警 or worse.
    pub warn_from: Option<Date>,
    /// Calendar of the office, for the times in notes.
    calendar: &'a Calendar,
}

impl<'a> SourceFacts<'a> {
    /// The facts of `station` by the cells of its level.
    pub fn of(
        station: &'a Station,
        cells: &[HourCell],
        period_h: u64,
        calendar: &'a Calendar,
    ) -> SourceFacts<'a> {
        let last = cells.iter().rev().find_map(|c| Some((c.hour_at, c.last?)));
        let mut days: Vec<(Date, f64)> = Vec::new();
        for cell in cells {
            let Some(level_m) = cell.last else { continue };
            let day = calendar.day_of(cell.hour_at);
            match days.last_mut() {
                Some(last) if last.0 == day => last.1 = level_m,
                _ => days.push((day, level_m)),
            }
        }
        SourceFacts {
            days,
            station,
            coverage: Coverage::of(cells, period_h),
            dry: dry_level_m(station).and_then(|limit| dry_spell(cells, limit)),
            last,
            warn_from: warn_from(station, cells, calendar),
            calendar,
        }
    }

    /// `at` as the office's clock shows it.
    pub fn local(&self, at: Timestamp) -> String {
        let local = at.to_zoned_datetime(self.calendar.zone().clone());
        local.strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// First of [`WARN_DAYS_MIN`] days on end whose hours with data are all at 旱警 or worse. A day without data breaks the run.
fn warn_from(station: &Station, cells: &[HourCell], calendar: &Calendar) -> Option<Date> {
    let mut previous: Option<Status> = None;
    let mut days: Vec<(Date, bool)> = Vec::new();
    for cell in cells {
        let Some(level_m) = cell.last else { continue };
        let day = calendar.day_of(cell.hour_at);
        previous = status(station, level_m, day.month(), previous);
        let warned = previous.is_some_and(|s| s >= Status::Warn);
        match days.last_mut() {
            Some((last, all)) if *last == day => *all &= warned,
            _ => days.push((day, warned)),
        }
    }
    let mut run: Option<(Date, Date)> = None;
    for (day, warned) in days {
        run = match run {
            _ if !warned => None,
            Some((first, last)) if last.checked_add(1.day()).ok() == Some(day) => {
                Some((first, day))
            }
            _ => Some((day, day)),
        };
        if let Some((first, last)) = run
            && first.duration_until(last).as_hours() / 24 + 1 >= WARN_DAYS_MIN
        {
            return Some(first);
        }
    }
    None
}
