//! What a station did over some days, for a chart: when a source's status changed, when pumps ran, and when it rained.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::believed::believe;
use super::cells::grown_on;
use super::pump::stations;
use super::run_hours::seen_hours;
use super::running::RUNNING_POWER_SHARE;
use super::{Cells, StatusRun};
use crate::core::{Calendar, DayCell, Parameter, Period, Rollup, Series};
use crate::water::{Station, StationKind, Status, Township, areal_mean, doubt, dry_level_m};

/// Days whose hours are read to tell when a status changed; of more, the last level of each day tells it. A season,
/// as a page shows it within a blink. Engineering judgement.
pub const STATUS_HOURS_DAYS_MAX: i64 = 100;

/// The levels (m) below which each status of `station` begins in `month` (1 to 12), the best status first.
pub(super) fn status_limits(station: &Station, month: i8) -> Vec<(Status, f64)> {
    let threshold = station.threshold(month);
    let level = |limit: Option<f64>| threshold?.level_m(limit?, station);
    let limits = [
        (Status::Low, level(threshold.and_then(|t| t.low))),
        (Status::Warn, level(threshold.map(|t| t.warn))),
        (Status::Guard, level(threshold.map(|t| t.guard))),
        (Status::Dry, dry_level_m(station).filter(|_| station.kind.is_source())),
    ];
    limits.into_iter().filter_map(|(status, limit)| Some((status, limit?))).collect()
}

/// The levels (m) below which each status of `station` begins, with the days of `period` for which each holds:
/// thresholds may change with the month.
pub fn limits_over(station: &Station, period: Period) -> Vec<(Status, f64, Period)> {
    let mut all: Vec<(Status, f64, Period)> = Vec::new();
    let mut next = Some(period.from).filter(|from| *from <= period.to);
    while let Some(first) = next {
        let last = first.last_of_month().min(period.to);
        for (status, limit_m) in status_limits(station, first.month()) {
            let goes_on = |held: &&mut (Status, f64, Period)| {
                let ends = held.2.to.tomorrow().ok() == Some(first);
                ends && held.0 == status && held.1.total_cmp(&limit_m).is_eq()
            };
            match all.iter_mut().find(goes_on) {
                Some((.., held)) => held.to = last,
                None => all.push((status, limit_m, Period { from: first, to: last })),
            }
        }
        next = last.tomorrow().ok().filter(|next| *next <= period.to);
    }
    all
}

/// When the status of the source `station` changed in `period`, in order, with what it was from then on: as
/// [`StatusRun`] tells it of hours whose levels its geometry allows. Over many days the days tell it, at whose start
/// the change is noted then.
pub fn status_changes<C: Cells>(
    station: &Station,
    calendar: &Calendar,
    period: Period,
    cells: &mut C,
) -> Result<Vec<(Timestamp, Option<Status>)>, C::Error> {
    let level = Series::new(station.id.clone(), Parameter::Level);
    let read = Period { from: StatusRun::anchor(period.from), to: period.to };
    let levels: Vec<(Timestamp, f64)> = if period.days() > STATUS_HOURS_DAYS_MAX {
        let days = cells.days(&level, read)?;
        let believed = |day: &DayCell| day.last.filter(|m| doubt(station, *m).is_none());
        days.iter().filter_map(|day| Some((calendar.start_of(day.day), believed(day)?))).collect()
    } else {
        let mut hours = cells.hours(&level, read)?;
        let (from, to) = calendar.bounds(read);
        believe(station, calendar, &mut hours, from..to);
        hours.iter().filter_map(|hour| Some((hour.hour_at, hour.last?))).collect()
    };
    let from = calendar.bounds(period).0;
    let mut run = StatusRun::default();
    let mut before: Option<Option<Status>> = None;
    let mut changes = Vec::new();
    for (at, level_m) in levels {
        let status = run.feed(station, calendar.day_of(at), level_m);
        if at >= from && before.is_some_and(|before| before != status) {
            changes.push((at, status));
        }
        before = Some(status);
    }
    Ok(changes)
}

/// When the pump `station` was seen to run in `period`, in order and apart from each other: by hours, or by days as a
/// span from the start of each day that is as long as it ran on it. By the first of its instruments that has readings.
pub fn running_spans<C: Cells>(
    station: &Station,
    calendar: &Calendar,
    (period, by_hours): (Period, bool),
    cells: &mut C,
) -> Result<Vec<(Timestamp, Timestamp)>, C::Error> {
    if by_hours {
        let seen = seen_hours(station, period, cells)?;
        return Ok(joined(seen.into_iter().filter(|(_, ran)| *ran).map(|(at, _)| (at, 1.0))));
    }
    let rated_kw = station.pump.as_ref().map(|plate| plate.rated_power_kw);
    for parameter in BY_DAYS {
        for id in stations(station) {
            let days = cells.days(&Series::new(id.clone(), parameter), period)?;
            if days.iter().any(|day| day.counted > 0) {
                let spans = days.iter().map(|day| {
                    let ran_h = ran_h(day, parameter, rated_kw, day.covered_h);
                    (calendar.start_of(day.day), ran_h)
                });
                return Ok(joined(spans.filter(|(_, ran_h)| *ran_h > 0.0)));
            }
        }
    }
    Ok(Vec::new())
}

/// The areal mean of the rain (mm) of each hour or day of `period` of which enough gauges of the township have data, by
/// when it began.
pub fn areal_rain<C: Cells>(
    township: &Township,
    calendar: &Calendar,
    (period, by_hours): (Period, bool),
    cells: &mut C,
) -> Result<Vec<(Timestamp, f64)>, C::Error> {
    let mut fell: BTreeMap<Timestamp, Vec<Option<f64>>> = BTreeMap::new();
    let gauges: Vec<&Station> =
        township.stations.iter().filter(|s| s.kind == StationKind::RainGauge).collect();
    for (place, gauge) in gauges.iter().enumerate() {
        let series = Series::new(gauge.id.clone(), Parameter::RainfallTotal);
        let grown: Vec<(Timestamp, Option<f64>)> = if by_hours {
            let hours = cells.hours(&series, period)?.into_iter().filter(|hour| hour.counted > 0);
            hours.map(|hour| (hour.hour_at, hour.increment)).collect()
        } else {
            // As a drought is graded: a day with an hour of it is one with data.
            let days = cells.days(&series, period)?;
            days.iter().map(|day| (calendar.start_of(day.day), grown_on(day))).collect()
        };
        for (at, mm) in grown {
            let of_all = fell.entry(at).or_insert_with(|| vec![None; gauges.len()]);
            if let Some(own) = of_all.get_mut(place) {
                *own = mm;
            }
        }
    }
    Ok(fell.into_iter().filter_map(|(at, each)| Some((at, areal_mean(&each)?))).collect())
}

/// What tells for how long a pump ran on a day, the most telling first.
const BY_DAYS: [Parameter; 3] = [Parameter::RunHours, Parameter::RunState, Parameter::Power];

/// How long a pump of `rated_kw` was seen to run, h, in `covered_h` hours with readings of `parameter`.
fn ran_h(cell: &Rollup, parameter: Parameter, rated_kw: Option<f64>, covered_h: u32) -> f64 {
    let hours = f64::from(covered_h);
    let ran = match parameter {
        Parameter::RunHours => cell.increment.filter(|_| cell.counted > 0),
        Parameter::RunState => cell.mean.map(|share| share.clamp(0.0, 1.0) * hours),
        _ => rated_kw.zip(cell.mean).zip(cell.max).map(|((rated_kw, mean), max)| {
            let runs = max > rated_kw * RUNNING_POWER_SHARE;
            if runs { (mean / rated_kw).clamp(0.0, 1.0) * hours } else { 0.0 }
        }),
    };
    ran.unwrap_or(0.0).clamp(0.0, 24.0)
}

/// Spans from their starts and lengths (h), in order; those that touch are one.
fn joined(spans: impl Iterator<Item = (Timestamp, f64)>) -> Vec<(Timestamp, Timestamp)> {
    let mut all: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, hours) in spans {
        let length = SignedDuration::from_secs((hours * 3600.0).round() as i64);
        let to = from.saturating_add(length).unwrap_or(Timestamp::MAX);
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = to.max(last.1),
            _ => all.push((from, to)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::test_kit::{MemoryCells, counter_hour, gauge_hour};
    use crate::core::HourCell;
    use jiff::ToSpan;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    fn at(hour: i64) -> Timestamp {
        let start: Timestamp = "2022-08-01T00:00:00Z".parse().unwrap();
        start + hour.hours()
    }

    fn township() -> Township {
        let text = r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "pond"
            village = "v"
            bottom_m = 100.0
            threshold = [{ months = [8], quantity = "level", low = 103.0, warn = 102.0, guard = 101.0, source = "t", confidence = 1.0 }]
            [[station]]
            id = "p"
            name = "乙"
            kind = "pump"
            village = "v"
            pump = { source = "s", rated_power_kw = 10.0, rated_flow_m3h = 50.0, rated_head_m = 10.0, irrigates_mu = 1.0 }"#;
        toml::from_str(text).unwrap()
    }

    const DAYS: Period = Period { from: date(2022, 8, 1), to: date(2022, 8, 2) };

    #[test]
    fn each_change_of_the_status_is_told_with_its_hour() {
        let calendar = Calendar::new(TimeZone::UTC, 0);
        let levels = [104.0, 102.5, 102.51, 101.9, 99.0, 101.98, 104.0];
        let hours = levels.iter().enumerate().map(|(i, level)| gauge_hour(at(i as i64), *level));
        let hours = BTreeMap::from([("s/level".to_owned(), hours.collect())]);
        let mut cells = MemoryCells { calendar: &calendar, hours: &hours };
        let pond = &township().stations[0];
        let changes = status_changes(pond, &calendar, DAYS, &mut cells).unwrap();
        // The level below the bottom is not believed.
        assert_eq!(
            changes,
            [
                (at(1), Some(Status::Low)),
                (at(3), Some(Status::Warn)),
                (at(6), Some(Status::Normal))
            ]
        );
        let limits = status_limits(pond, 8);
        assert_eq!(
            limits[..3],
            [(Status::Low, 103.0), (Status::Warn, 102.0), (Status::Guard, 101.0)]
        );
        assert_eq!(limits[3].0, Status::Dry);
        assert_eq!(status_limits(pond, 1).len(), 1);
    }

    #[test]
    fn a_limit_holds_for_the_days_of_its_months() {
        let pond = &township().stations[0];
        let period = Period { from: date(2022, 7, 20), to: date(2022, 9, 5) };
        let found = limits_over(pond, period);
        let august = Period { from: date(2022, 8, 1), to: date(2022, 8, 31) };
        let of = |status| found.iter().filter(move |limit| limit.0 == status).map(|limit| limit.2);
        assert_eq!(of(Status::Warn).collect::<Vec<_>>(), [august]);
        // What its geometry says does not change with the month.
        assert_eq!(of(Status::Dry).collect::<Vec<_>>(), [period]);
        let day = Period { from: date(2022, 8, 31), to: date(2022, 8, 31) };
        assert_eq!(limits_over(pond, day).len(), 4);
        // After a month without them they begin anew.
        let years = Period { from: date(2022, 8, 31), to: date(2023, 8, 1) };
        let again = limits_over(pond, years);
        let low: Vec<Period> =
            again.iter().filter(|limit| limit.0 == Status::Low).map(|limit| limit.2).collect();
        let first = Period { from: date(2023, 8, 1), to: date(2023, 8, 1) };
        assert_eq!(low, [day, first]);
    }

    #[test]
    fn rain_needs_half_of_the_gauges() {
        let text = |n: usize| {
            format!(
                "[[station]]\nid = \"g-{n}\"\nname = \"雨\"\nkind = \"rain_gauge\"\nvillage = \"v\"\n"
            )
        };
        let text = format!("name = \"t\"\n{}{}{}", text(1), text(2), text(3));
        let township: Township = toml::from_str(&text).unwrap();
        let calendar = Calendar::new(TimeZone::UTC, 0);
        let gauge = |hours: std::ops::Range<i64>, mm: f64| {
            hours.map(|hour| counter_hour(at(hour), mm)).collect::<Vec<_>>()
        };
        let failed = |mut hour: HourCell| {
            (hour.counted, hour.failed) = (0, 1);
            hour
        };
        let hours = BTreeMap::from([
            ("g-1/rainfall_total".to_owned(), gauge(0..3, 1.0)),
            ("g-2/rainfall_total".to_owned(), gauge(1..3, 2.0)),
            // A gauge all of whose readings failed has not seen that it was dry.
            ("g-3/rainfall_total".to_owned(), gauge(0..24, 0.0).into_iter().map(failed).collect()),
        ]);
        let mut cells = MemoryCells { calendar: &calendar, hours: &hours };
        let by_hours = areal_rain(&township, &calendar, (DAYS, true), &mut cells).unwrap();
        assert_eq!(by_hours, [(at(1), 1.5), (at(2), 1.5)]);
        let by_days = areal_rain(&township, &calendar, (DAYS, false), &mut cells).unwrap();
        assert_eq!(by_days, [(at(0), 3.5)]);
    }

    #[test]
    fn hours_of_running_that_touch_are_one_span() {
        let calendar = Calendar::new(TimeZone::UTC, 0);
        let kw = [0.0, 9.0, 9.0, 0.1, 9.0];
        let power = kw.iter().enumerate().map(|(i, kw)| gauge_hour(at(i as i64), *kw)).collect();
        let counted = (0..30).map(|i| counter_hour(at(i), if i < 5 { 1.0 } else { 0.0 })).collect();
        let pump = &township().stations[1];
        let mut hours = BTreeMap::from([("p/power".to_owned(), power)]);
        let spans = |hours: &BTreeMap<String, Vec<HourCell>>, by_hours| {
            let mut cells = MemoryCells { calendar: &calendar, hours };
            running_spans(pump, &calendar, (DAYS, by_hours), &mut cells).unwrap()
        };
        assert_eq!(spans(&hours, true), [(at(1), at(3)), (at(4), at(5))]);
        hours.insert("p/run_hours".to_owned(), counted);
        assert_eq!(spans(&hours, true), [(at(1), at(3)), (at(4), at(5))], "power tells when");
        assert_eq!(spans(&hours, false), [(at(0), at(5))], "the register tells how long");
        assert_eq!(spans(&BTreeMap::new(), false), []);
    }
}
