//! The account of a water source: level, storage and status by day, dryness, and coverage of the period.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::believed::{DoubtedLevels, believe};
use super::dry::{Dryness, dryness};
use super::intake::Intake;
use super::{Basis, Cells, Coverage, StatusRun};
use crate::core::{Calendar, Correction, HourCell, Parameter, Period, Series, StationId};
use crate::water::{Balance, Station, StationKind, Status, balance, dry_level_m};

/// Days on end at or below the warning level that make a drought at a source. Engineering judgement, confidence 0.5:
/// long enough that a pump drawing a pond down over a night does not count.
pub const WARN_DAYS_MIN: i64 = 3;

/// A water source over the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceAccount {
    #[serde(rename = "id")]
    pub station: StationId,
    pub name: String,
    pub kind: StationKind,
    pub village: String,
    #[serde(serialize_with = "share")]
    pub coverage: Coverage,
    /// First of [`WARN_DAYS_MIN`] days on end whose hours with data are all at 旱警 or worse.
    pub warn_from: Option<Date>,
    /// First day from which it may have stood so, if days without data did, or such a run began before the period.
    #[serde(skip)]
    pub may_warn_from: Option<Date>,
    /// In JSON the hours that it was dry, of spells of a day and longer.
    #[serde(rename = "dry_h", serialize_with = "dry_hours")]
    pub dry: Dryness,
    /// How it stood to its intake; `None` where it serves nobody.
    pub supply: Option<Intake>,
    /// Levels of the period that its geometry contradicts: they count in none of the other fields.
    pub doubted: Option<DoubtedLevels>,
    /// What people have corrected of its levels of the period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// Hour of the last level of the period.
    pub last_at: Option<Timestamp>,
    pub days: Vec<SourceDay>,
    /// 旱警 of the last month of the period, as a level, m.
    pub warn_m: Option<f64>,
    /// 旱保 of the last month of the period, as a level, m.
    pub guard_m: Option<f64>,
}

/// How a source stood at the last level of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SourceDay {
    pub day: Date,
    pub level_m: f64,
    /// Its water; `None` without a storage curve.
    pub balance: Option<Balance>,
    /// `None` without thresholds for the month, as long as it is not dry.
    pub status: Option<Status>,
}

impl SourceDay {
    pub fn storage_m3(&self) -> Option<f64> {
        self.balance.map(|balance| balance.storage_m3)
    }
}

impl Serialize for SourceDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut day = serializer.serialize_struct("SourceDay", 4)?;
        day.serialize_field("day", &self.day)?;
        day.serialize_field("level_m", &self.level_m)?;
        day.serialize_field("storage_m3", &self.storage_m3())?;
        day.serialize_field("status", &self.status)?;
        day.end()
    }
}

fn share<S: Serializer>(coverage: &Coverage, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(coverage.share())
}

fn dry_hours<S: Serializer>(dry: &Dryness, serializer: S) -> Result<S::Ok, S::Error> {
    dry.spell().map(|spell| spell.hours).serialize(serializer)
}

impl SourceAccount {
    pub fn of<C: Cells>(
        basis: &Basis<'_>,
        station: &Station,
        cells: &mut C,
    ) -> Result<SourceAccount, C::Error> {
        let Period { from, to } = basis.period;
        // The day after shows whether a dry spell at the end of the period goes on.
        let read = Period { from: StatusRun::anchor(from), to: to.saturating_add(1.day()) };
        let level = Series::new(station.id.clone(), Parameter::Level);
        let mut hours = cells.hours(&level, read)?;
        let (begins_at, ends_at) = basis.calendar.bounds(basis.period);
        let doubted = believe(station, basis.calendar, &mut hours, begins_at..ends_at);
        let corrections = cells.corrections(&level, basis.period)?;
        Ok(SourceAccount { corrections, ..Self::of_hours(basis, station, &hours, doubted) })
    }

    /// The account from `hours`, which begin where the status of the first day needs them and end a day after the
    /// period, without those `doubted`.
    fn of_hours(
        basis: &Basis<'_>,
        station: &Station,
        hours: &[HourCell],
        doubted: Option<DoubtedLevels>,
    ) -> SourceAccount {
        let (calendar, period) = (basis.calendar, basis.period);
        let (begins_at, ends_at) = calendar.bounds(period);
        let place = |at: Timestamp| hours.partition_point(|cell| cell.hour_at < at);
        let (first, end) = (place(begins_at), place(ends_at).max(place(begins_at)));
        let own = &hours[first..end];
        let (days, warned) = days(station, calendar, &hours[..end], period.from);
        let limits = station.limits(period.to.month());
        let period_h = basis.span().hours();
        SourceAccount {
            station: station.id.clone(),
            name: station.name.clone(),
            kind: station.kind,
            village: basis.township.village_name(&station.village).to_owned(),
            coverage: Coverage::of_hours(own, period_h),
            warn_from: warn_from(&warned),
            may_warn_from: may_warn_from(&warned, period),
            dry: dryness(hours, dry_level_m(station), (begins_at, period_h)),
            supply: Intake::of(station, own, (begins_at, period_h)),
            doubted,
            corrections: Vec::new(),
            last_at: own.iter().rev().find(|cell| cell.last.is_some()).map(|cell| cell.hour_at),
            days,
            warn_m: limits.map(|(warn, _)| warn),
            guard_m: limits.map(|(_, guard)| guard),
        }
    }

    /// How it stood on `day`; `None` on a day without a level.
    pub fn on(&self, day: Date) -> Option<&SourceDay> {
        let index = self.days.binary_search_by_key(&day, |d| d.day).ok()?;
        self.days.get(index)
    }
}

/// How the hours of a day with a level stood to 旱警: all at it or worse, some, or none.
#[derive(Debug, Clone, Copy, PartialEq)]
struct WarnedDay {
    day: Date,
    all: bool,
    any: bool,
}

/// The days from `first` on that have a level.
fn days(
    station: &Station,
    calendar: &Calendar,
    hours: &[HourCell],
    first: Date,
) -> (Vec<SourceDay>, Vec<WarnedDay>) {
    let (mut days, mut warned): (Vec<SourceDay>, Vec<WarnedDay>) = (Vec::new(), Vec::new());
    let mut run = StatusRun::default();
    let (mut day, mut day_ends_at) = (Date::MIN, Timestamp::MIN);
    for cell in hours {
        let Some(level_m) = cell.last else { continue };
        if cell.hour_at >= day_ends_at {
            day = calendar.day_of(cell.hour_at);
            day_ends_at = calendar.bounds(Period { from: day, to: day }).1;
        }
        let status = run.feed(station, day, level_m);
        if day < first {
            continue;
        }
        let warns = status.is_some_and(|status| status >= Status::Warn);
        // The balance is that of the last hour, and set below.
        let now = SourceDay { day, level_m, balance: None, status };
        match (days.last_mut(), warned.last_mut()) {
            (Some(last), Some(warned)) if last.day == day => {
                *last = now;
                warned.all &= warns;
                warned.any |= warns;
            }
            _ => {
                days.push(now);
                warned.push(WarnedDay { day, all: warns, any: warns });
            }
        }
    }
    for day in &mut days {
        day.balance = balance(station, day.level_m);
    }
    (days, warned)
}

/// First of [`WARN_DAYS_MIN`] warned days on end. A day without data breaks the run.
fn warn_from(days: &[WarnedDay]) -> Option<Date> {
    let mut run: Option<(Date, i64)> = None;
    let mut before = None;
    for WarnedDay { day, all, .. } in days {
        let follows = before == day.yesterday().ok();
        run = match run {
            _ if !all => None,
            Some((first, count)) if follows => Some((first, count + 1)),
            _ => Some((*day, 1)),
        };
        before = Some(*day);
        if let Some((first, count)) = run
            && count >= WARN_DAYS_MIN
        {
            return Some(first);
        }
    }
    None
}

/// First of [`WARN_DAYS_MIN`] days on end of which none is known to be without an hour of warning, in order. A run that
/// holds the period's first day may have begun before it.
fn may_warn_from(days: &[WarnedDay], period: Period) -> Option<Date> {
    let mut run: Option<(Date, i64)> = None;
    for day in period.from.series(1.day()).take_while(|day| *day <= period.to) {
        let place = days.binary_search_by_key(&day, |known| known.day);
        let known = place.ok().and_then(|index| days.get(index));
        if known.is_some_and(|known| !known.any) {
            run = None;
            continue;
        }
        let (first, count) = run.map_or((day, 1), |(first, count)| (first, count + 1));
        if first == period.from || count >= WARN_DAYS_MIN {
            return Some(first);
        }
        run = Some((first, count));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn of(days: impl Iterator<Item = i8>, warned: impl Fn(i8) -> bool) -> Vec<WarnedDay> {
        let day = |d: i8| WarnedDay { day: date(2022, 8, d), all: warned(d), any: warned(d) };
        days.map(day).collect()
    }

    #[test]
    fn a_day_without_data_may_have_been_one_of_warning() {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 20) };
        let mut days = of(1..=20, |d| d >= 15);
        assert_eq!(warn_from(&days), Some(date(2022, 8, 15)));
        assert_eq!(may_warn_from(&days, period), Some(date(2022, 8, 15)));
        days.drain(9..12);
        assert_eq!(warn_from(&days), Some(date(2022, 8, 15)));
        assert_eq!(may_warn_from(&days, period), Some(date(2022, 8, 10)));
    }

    #[test]
    fn a_warning_on_the_first_day_may_have_begun_before() {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 20) };
        let warned = |d: i8| d == 1 || d >= 15;
        let days = of(1..=20, warned);
        assert_eq!(may_warn_from(&days, period), Some(date(2022, 8, 1)));
        let mut days = of(1..=20, |_| false);
        assert_eq!(may_warn_from(&days, period), None);
        // A pond that is refilled each day for an hour.
        days.iter_mut().take(5).for_each(|day| day.any = true);
        assert_eq!(may_warn_from(&days, period), Some(date(2022, 8, 1)));
    }
}
