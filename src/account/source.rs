//! The account of a water source: level, storage and status by day, dry spells, and coverage of the period.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::dry::{DrySpell, dry_spell};
use super::{Basis, Cells, Coverage, StatusRun};
use crate::core::{Calendar, HourCell, Parameter, Period, Series, StationId};
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
    /// In JSON the hours that it was dry, of spells of a day and longer.
    #[serde(rename = "dry_h", serialize_with = "dry_hours")]
    pub dry: Option<DrySpell>,
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

fn dry_hours<S: Serializer>(dry: &Option<DrySpell>, serializer: S) -> Result<S::Ok, S::Error> {
    dry.map(|spell| spell.hours).serialize(serializer)
}

impl SourceAccount {
    pub fn of<C: Cells>(
        basis: &Basis<'_>,
        station: &Station,
        cells: &mut C,
    ) -> Result<SourceAccount, C::Error> {
        let Period { from, to } = basis.period;
        let read = Period { from: StatusRun::anchor(from), to };
        let hours = cells.hours(&Series::new(station.id.clone(), Parameter::Level), read)?;
        Ok(Self::of_hours(basis, station, &hours))
    }

    /// The account from `hours`, which begin where the status of the first day needs them.
    fn of_hours(basis: &Basis<'_>, station: &Station, hours: &[HourCell]) -> SourceAccount {
        let (calendar, period) = (basis.calendar, basis.period);
        let begins_at = calendar.start_of(period.from);
        let own = &hours[hours.partition_point(|cell| cell.hour_at < begins_at)..];
        let (days, warned) = days(station, calendar, hours, period.from);
        let limits = station.limits(period.to.month());
        SourceAccount {
            station: station.id.clone(),
            name: station.name.clone(),
            kind: station.kind,
            village: basis.township.village_name(&station.village).to_owned(),
            coverage: Coverage::of_hours(own, basis.span().hours()),
            warn_from: warn_from(&warned),
            dry: dry_level_m(station).and_then(|limit| dry_spell(own, limit)),
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

/// A day, and whether all its hours with a level were at 旱警 or worse.
type WarnedDay = (Date, bool);

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
            (Some(last), Some((_, all))) if last.day == day => {
                *last = now;
                *all &= warns;
            }
            _ => {
                days.push(now);
                warned.push((day, warns));
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
    for (day, warned) in days {
        let follows = before == day.yesterday().ok();
        run = match run {
            _ if !warned => None,
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
