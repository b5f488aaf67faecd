//! Sources and pumps at this moment, by what is cheapest to read: a page asks for all of them each second.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};

use super::pump::{RAN_ENERGY_KWH, measured_kwh, ran_hours};
use super::{Basis, Cells, StatusRun};
use crate::core::{Calendar, DayCell, HourCell, Parameter, Period, Series};
use crate::water::{Station, StationKind, Status};

/// Whole days before today whose hours are read each time: the trend needs two levels a day apart, with a day to spare.
const HOURS_DAYS: i64 = 3;

/// The two levels of a trend lie at least and at most so far apart: a day evens out evaporation and pumping by night,
/// and across a gap of more than two days the slope says little about today.
const TREND_SPAN: [SignedDuration; 2] =
    [SignedDuration::from_hours(24), SignedDuration::from_hours(48)];

/// A source at this moment.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceNow {
    /// Status of the last hour with a level.
    pub status: Option<Status>,
    /// Change of level over the last day with data at both its ends, m per day.
    pub trend_m_per_day: Option<f64>,
    /// Last level of each day asked for, oldest first, `None` on a day without one; from the first day that has data.
    pub levels_m: Vec<Option<f64>>,
}

/// What is kept of a source from one look to the next, so that the months which its status depends on are read once.
#[derive(Debug, Clone, Default)]
pub struct SourceMemory {
    run: StatusRun,
    /// The days before `before` as they were read; where one has changed, the status is run anew.
    days: Vec<DayCell>,
    before: Date,
}

impl SourceMemory {
    /// The source `station` on `today`, with the levels of the last `level_days` days.
    pub fn look<C: Cells>(
        &mut self,
        station: &Station,
        calendar: &Calendar,
        (today, level_days): (Date, i64),
        cells: &mut C,
    ) -> Result<SourceNow, C::Error> {
        let series = Series::new(station.id.clone(), Parameter::Level);
        // Readings from a gateway whose clock is ahead are shown as well.
        let since = |from| Period { from, to: Date::MAX };
        let recent = today.saturating_sub(HOURS_DAYS.days());
        let anchor = StatusRun::anchor(recent);
        let levels_from = today.saturating_sub(level_days.days());
        let days = cells.days(&series, since(anchor.min(levels_from)))?;
        let holds = (anchor..=recent).contains(&self.before)
            && between(&self.days, anchor, self.before) == between(&days, anchor, self.before);
        if !holds {
            *self = SourceMemory { before: anchor, ..SourceMemory::default() };
        }
        let hours = cells.hours(&series, since(self.before))?;
        let mut latest = self.run;
        let mut status = None;
        for (cell, level_m) in hours.iter().filter_map(|cell| Some((cell, cell.last?))) {
            let day = calendar.day_of(cell.hour_at);
            status = latest.feed(station, day, level_m);
            if day < recent {
                self.run = latest;
            }
        }
        self.days = between(&days, anchor, recent).to_vec();
        self.before = recent;
        let levels_m = levels(between(&days, levels_from, Date::MAX));
        Ok(SourceNow { status, trend_m_per_day: trend(&hours), levels_m })
    }
}

/// The `days` from `from` to before `to`; they are in order.
fn between(days: &[DayCell], from: Date, to: Date) -> &[DayCell] {
    let place = |end: Date| days.partition_point(|cell| cell.day < end);
    &days[place(from)..place(to).max(place(from))]
}

fn trend(hours: &[HourCell]) -> Option<f64> {
    let mut levels = hours.iter().rev().filter_map(|cell| Some((cell.hour_at, cell.last?)));
    let (last_at, last) = levels.next()?;
    let (before_at, before) =
        levels.find(|(at, _)| last_at.duration_since(*at) >= TREND_SPAN[0])?;
    let span = last_at.duration_since(before_at);
    (span <= TREND_SPAN[1]).then(|| (last - before) / (span.as_secs_f64() / 86_400.0))
}

fn levels(days: &[DayCell]) -> Vec<Option<f64>> {
    let mut levels = Vec::new();
    let mut next: Option<Date> = None;
    for cell in days {
        while let Some(day) = next.filter(|day| *day < cell.day) {
            levels.push(None);
            next = day.tomorrow().ok();
        }
        levels.push(cell.last);
        next = cell.day.tomorrow().ok();
    }
    levels
}

/// All pumps of a township over the period so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PumpsNow {
    /// Electricity by the billed meters, kWh; `None` where none has data.
    pub energy_kwh: Option<f64>,
    pub ran: u32,
}

/// The sums that the accounts of the pumps over the period of `basis` would give, without making these accounts.
pub fn pumps_now<C: Cells>(basis: &Basis<'_>, cells: &mut C) -> Result<PumpsNow, C::Error> {
    let mut now = PumpsNow::default();
    for pump in basis.township.stations.iter().filter(|s| s.kind == StationKind::Pump) {
        let kwh = measured_kwh(basis, pump, cells)?;
        if let Some(kwh) = kwh {
            now.energy_kwh = Some(now.energy_kwh.unwrap_or(0.0) + kwh);
        }
        let ran = kwh.is_some_and(|kwh| kwh > RAN_ENERGY_KWH) || ran_hours(basis, pump, cells)?;
        now.ran += u32::from(ran);
    }
    Ok(now)
}
