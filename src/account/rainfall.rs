//! The rain of a period over the township, day by day, and the longest run of its days without rain.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::cells::grown_on;
use super::rain::{of_day, usual_of_day};
use super::{Basis, Cells, Coverage};
use crate::core::{Parameter, Period, Series};
use crate::water::{Climate, Station, StationKind, rainless};

/// What a rain gauge counted in the period.
#[derive(Debug, Clone, PartialEq)]
pub struct GaugeAccount {
    pub series: Series,
    pub name: String,
    pub coverage: Coverage,
    /// What fell on its days with data, mm; `None` without any.
    pub fell_mm: Option<f64>,
}

/// The rain of the period: the areal mean over the gauges, as a drought is graded by it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rainfall {
    pub gauges: Vec<GaugeAccount>,
    /// Each day of the period, mm; `None` where too few gauges have data.
    pub days: Vec<(Date, Option<f64>)>,
    /// The part of it that may have fallen before the period, mm: that of the first day with data, where the day before
    /// the period has none.
    pub carried_mm: f64,
}

/// Days on end without rain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RainlessRun {
    /// The longest run that was seen.
    pub days: u32,
    /// The longest that there may have been.
    pub most: u32,
    /// The last day of the run that was seen.
    pub last: Date,
}

impl Rainfall {
    pub fn of<C: Cells>(basis: &Basis<'_>, cells: &mut C) -> Result<Rainfall, C::Error> {
        let Period { from, to } = basis.period;
        let before = from.saturating_sub(1.day());
        let (mut gauges, mut by_gauge) = (Vec::new(), Vec::new());
        let stations = basis.township.stations.iter();
        for station in stations.filter(|s| s.kind == StationKind::RainGauge) {
            let (gauge, days) = gauge(basis, station, Period { from: before, to }, cells)?;
            gauges.push(gauge);
            by_gauge.push(days);
        }
        let days = from.series(1.day()).take_while(|day| *day <= to);
        let days: Vec<(Date, Option<f64>)> =
            days.map(|day| (day, of_day(&by_gauge, day))).collect();
        let first = days.iter().find_map(|(_, mm)| *mm);
        let seen_before = of_day(&by_gauge, before).is_some();
        let carried_mm = first.filter(|_| !seen_before).unwrap_or(0.0);
        Ok(Rainfall { gauges, days, carried_mm })
    }

    /// What fell on the days with data, mm; `None` without such a day.
    pub fn total_mm(&self) -> Option<f64> {
        self.days.iter().filter_map(|(_, mm)| *mm).reduce(|a, b| a + b)
    }

    /// Days on which too few gauges have data.
    pub fn days_without(&self) -> usize {
        self.days.iter().filter(|(_, mm)| mm.is_none()).count()
    }

    /// The longest run of days with less than `limit_mm`; `None` without a day with data. On a day without data, and on
    /// the day after it, whose count has the rain of both, there may have been none.
    pub fn longest_rainless(&self, limit_mm: f64) -> Option<RainlessRun> {
        let seen: Vec<Option<f64>> = self.days.iter().map(|(_, mm)| *mm).collect();
        let runs = rainless(&seen, limit_mm);
        let known = self.days.iter().zip(&runs);
        let known = known.filter_map(|((day, _), run)| Some((*day, (*run)?.days)));
        let (last, days) = known.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        let mut unsure = self.carried_mm > 0.0;
        let perhaps = |mm: &Option<f64>| {
            let may_be_none = unsure || mm.is_none();
            unsure = mm.is_none();
            if may_be_none { Some(0.0) } else { *mm }
        };
        let possible: Vec<Option<f64>> = seen.iter().map(perhaps).collect();
        let possible = rainless(&possible, limit_mm).into_iter().flatten();
        let most = possible.map(|run| run.days).max().unwrap_or(days);
        Some(RainlessRun { days, most: most.max(days), last })
    }
}

/// A gauge, and what it counted on each day of `period`, which begins the day before that of `basis`.
fn gauge<C: Cells>(
    basis: &Basis<'_>,
    station: &Station,
    period: Period,
    cells: &mut C,
) -> Result<(GaugeAccount, BTreeMap<Date, f64>), C::Error> {
    let series = Series::new(station.id.clone(), Parameter::RainfallTotal);
    let days = cells.days(&series, period)?;
    let own = days.partition_point(|day| day.day < basis.period.from);
    let coverage = Coverage::of_days(days.get(own..).unwrap_or_default(), basis.span().hours());
    let by_day: BTreeMap<Date, f64> =
        days.iter().filter_map(|day| Some((day.day, grown_on(day)?))).collect();
    let fell_mm = by_day.range(basis.period.from..).map(|(_, mm)| *mm).reduce(|a, b| a + b);
    let name = station.name.clone();
    Ok((GaugeAccount { series, name, coverage, fell_mm }, by_day))
}

/// The usual rain of `period` by `climate`, mm.
pub fn usual_rain_mm(climate: &Climate, period: Period) -> f64 {
    let days = period.from.series(1.day()).take_while(|day| *day <= period.to);
    days.map(|day| usual_of_day(climate, day)).sum()
}

#[cfg(test)]
#[path = "rainfall_tests.rs"]
mod tests;
