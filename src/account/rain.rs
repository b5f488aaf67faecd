//! The rain of the last hours and days over the township, beside what is usual.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;

use super::Cells;
use super::cells::{by_day, grown_on};
use crate::core::{Calendar, HourCell, Parameter, Period, Series, hour_start_ms};
use crate::water::{Climate, Station, StationKind, Township, areal_mean};

/// The areal mean of the rain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Rain {
    /// Over the last 24 hours, mm; `None` where too few gauges have data.
    pub hours_24_mm: Option<f64>,
    /// Over the last 7 and 30 days with today.
    pub days_7: RainWindow,
    pub days_30: RainWindow,
    /// Days on end without rain, and whether there may have been more.
    pub rainless: Option<(u32, bool)>,
}

/// The rain of some days beside what is usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct RainWindow {
    /// What fell on the days with data.
    pub mm: Option<f64>,
    /// What is usual on those days, by the climate of the township's file, mm; of today, in the part that has passed.
    /// `None` without a climate, or where more days lack data than [`WINDOW_SHARE`] allows.
    pub usual_mm: Option<f64>,
    /// Days of the window, today included, on which too few gauges have data.
    pub days_without: u32,
}

/// Days of the two windows, with today.
const WINDOWS: [i64; 2] = [7, 30];

/// Share of the days of a window before today that need data before its rain is compared with the usual. As for the
/// drought grade (`water::rain_anomaly`): one missing day in ten rarely hides more than a tenth of the rain.
const WINDOW_SHARE: f64 = 0.9;

/// Hours at either end of the last 24 in which a gauge needs data, h: what falls into a gap between them is settled in
/// the hour after it, so that only the ends can lack rain. Engineering judgement, confidence 0.6.
const ENDS_H: i64 = 6;

/// The rain up to `now`; `rainless` is as the drought grade counts it.
pub(super) fn rain<C: Cells>(
    township: &Township,
    calendar: &Calendar,
    (now, rainless): (Timestamp, Option<(u32, bool)>),
    cells: &mut C,
) -> Result<Rain, C::Error> {
    let today = calendar.day_of(now);
    let first = today.saturating_sub((WINDOWS[1] - 1).days());
    let recent = Period { from: today.saturating_sub(2.days()), to: today };
    let (mut by_gauge, mut of_24_h) = (Vec::new(), Vec::new());
    for gauge in gauges(township) {
        let days = Period { from: first, to: today };
        let counter = Parameter::RainfallTotal;
        by_gauge.push(by_day(gauge, counter, days, cells, grown_on)?);
        let hours = cells.hours(&Series::new(gauge.id.clone(), counter), recent)?;
        of_24_h.push(last_24_h(&hours, now));
    }
    let [days_7, days_30] = WINDOWS.map(|days| {
        let first = today.saturating_sub((days - 1).days());
        let rain = first.series(1.day()).take_while(|day| *day <= today);
        let rain: Vec<_> = rain.map(|day| (day, of_day(&by_gauge, day))).collect();
        window(&rain, passed(calendar, now), township.climate.as_ref())
    });
    Ok(Rain { hours_24_mm: areal_mean(&of_24_h), days_7, days_30, rainless })
}

fn gauges(township: &Township) -> impl Iterator<Item = &Station> {
    township.stations.iter().filter(|station| station.kind == StationKind::RainGauge)
}

/// The areal mean of a day over the `gauges`.
pub(super) fn of_day(gauges: &[BTreeMap<Date, f64>], day: Date) -> Option<f64> {
    let each: Vec<Option<f64>> = gauges.iter().map(|gauge| gauge.get(&day).copied()).collect();
    areal_mean(&each)
}

/// Share of today that has passed, 0 to 1.
fn passed(calendar: &Calendar, now: Timestamp) -> f64 {
    let today = calendar.day_of(now);
    let (begins_at, ends_at) = calendar.bounds(Period { from: today, to: today });
    let whole = ends_at.duration_since(begins_at).as_secs_f64();
    (now.duration_since(begins_at).as_secs_f64() / whole).clamp(0.0, 1.0)
}

/// What a gauge counted in the 24 hours up to that of `now`, mm; `None` without data near both ends, and before the
/// first of them: the hour after a gap has the rain of the gap in it, also what fell before the 24 hours.
fn last_24_h(hours: &[HourCell], now: Timestamp) -> Option<f64> {
    let this_hour = Timestamp::from_millisecond(hour_start_ms(now.as_millisecond())).ok()?;
    let ago = |cell: &HourCell| this_hour.duration_since(cell.hour_at);
    let within = |cell: &&HourCell| {
        let ago = ago(cell);
        !ago.is_negative() && ago < SignedDuration::from_hours(24) && cell.counted > 0
    };
    let counted: Vec<&HourCell> = hours.iter().filter(within).collect();
    let (first, last) = (counted.first()?, counted.last()?);
    let covers = ago(first) >= SignedDuration::from_hours(24 - ENDS_H)
        && ago(last) < SignedDuration::from_hours(ENDS_H);
    let before = hours.iter().rfind(|cell| cell.hour_at < first.hour_at && cell.counted > 0)?;
    let ends_gap = ago(before) - ago(first) > SignedDuration::from_hours(ENDS_H);
    let fallen = counted.iter().filter_map(|cell| cell.increment).reduce(|a, b| a + b);
    fallen.filter(|_| covers && !ends_gap)
}

/// The rain of consecutive `days`, of which the last has `passed` only in part.
fn window(days: &[(Date, Option<f64>)], passed: f64, climate: Option<&Climate>) -> RainWindow {
    let known = || days.iter().filter_map(|(day, mm)| Some((*day, (*mm)?)));
    let Some((today, before)) = days.split_last() else {
        return RainWindow::default();
    };
    let full = before.iter().filter(|(_, mm)| mm.is_some()).count();
    let enough = full as f64 >= WINDOW_SHARE * before.len() as f64;
    let usual = |climate: &Climate| -> f64 {
        let of = |day: Date| {
            let share = if day == today.0 { passed } else { 1.0 };
            share * usual_of_day(climate, day)
        };
        known().map(|(day, _)| of(day)).sum()
    };
    let count = known().count();
    RainWindow {
        mm: known().map(|(_, mm)| mm).reduce(|a, b| a + b),
        usual_mm: climate.filter(|_| enough && count > 0).map(usual),
        days_without: u32::try_from(days.len() - count).unwrap_or(u32::MAX),
    }
}

/// The usual rain of a day, mm: its part of its month's.
pub(super) fn usual_of_day(climate: &Climate, day: Date) -> f64 {
    let month = usize::from(day.month().unsigned_abs()) - 1;
    climate.rain_mm.get(month).copied().unwrap_or_default() / f64::from(day.days_in_month())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::test_kit::counter_hour;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn climate() -> Climate {
        let months = "31, ".repeat(12);
        let others = "rainless_mm = 3\nsource = \"t\"\nconfidence = 1";
        toml::from_str(&format!("rain_mm = [{months}]\n{others}")).unwrap()
    }

    fn days(rain: &[Option<f64>]) -> Vec<(Date, Option<f64>)> {
        let day = |i: usize| date(2022, 8, 1) + (i as i64).days();
        rain.iter().enumerate().map(|(i, mm)| (day(i), *mm)).collect()
    }

    #[test]
    fn today_counts_as_far_as_it_has_passed() {
        let found = window(&days(&[Some(2.0); 7]), 0.25, Some(&climate()));
        assert_eq!((found.mm, found.usual_mm, found.days_without), (Some(14.0), Some(6.25), 0));
        assert_eq!(window(&days(&[Some(2.0); 7]), 0.25, None).usual_mm, None);
    }

    #[test]
    fn a_day_without_data_is_no_rainless_day() {
        let mut rain = [Some(0.0); 30];
        rain[3] = None;
        let found = window(&days(&rain), 1.0, Some(&climate()));
        assert_eq!((found.mm, found.days_without), (Some(0.0), 1));
        assert!((found.usual_mm.unwrap() - 29.0).abs() < 1e-9, "of the days with data only");
        rain[4..8].fill(None);
        let found = window(&days(&rain), 1.0, Some(&climate()));
        assert_eq!((found.mm, found.usual_mm, found.days_without), (Some(0.0), None, 5));
        let nothing = window(&days(&[None; 7]), 1.0, Some(&climate()));
        assert_eq!(nothing, RainWindow { mm: None, usual_mm: None, days_without: 7 });
        let before_the_first_poll = [[Some(1.0); 6].as_slice(), &[None]].concat();
        let found = window(&days(&before_the_first_poll), 0.0, Some(&climate()));
        assert_eq!((found.mm, found.usual_mm), (Some(6.0), Some(6.0)));
    }

    #[test]
    fn the_last_24_hours_need_data_at_both_ends() {
        let now: Timestamp = "2022-08-02T08:20:00Z".parse().unwrap();
        let at = |ago: i64| now - 20.minutes() - ago.hours();
        let rain = |hours: &[i64]| {
            let mut hours: Vec<HourCell> =
                hours.iter().map(|ago| counter_hour(at(*ago), 1.0)).collect();
            hours.sort_by_key(|cell| cell.hour_at);
            last_24_h(&hours, now)
        };
        assert_eq!(rain(&(0..40).collect::<Vec<_>>()), Some(24.0));
        assert_eq!(rain(&[0, 12, 23, 24]), Some(3.0), "what fell in gaps is in the hours after");
        assert_eq!(rain(&[0, 12, 18, 24]), Some(3.0));
        assert_eq!(rain(&[0, 12, 18, 40]), None, "most of the gap's rain may be older");
        assert_eq!(rain(&[0, 12, 23]), None, "nobody knows how long it was silent");
        assert_eq!(rain(&[6, 12, 23, 24]), None, "the last hours may have had rain");
        assert_eq!(rain(&[0, 12, 17, 22, 26]), Some(4.0));
        assert_eq!(rain(&[0, 12, 17, 26]), None);
        assert_eq!(rain(&[]), None);
    }

    proptest! {
        #[test]
        fn a_day_more_with_data_never_takes_rain_away(rain in proptest::collection::vec(proptest::option::of(0.0f64..50.0), 30), more in 0usize..30, mm in 0.0f64..50.0) {
            let before = window(&days(&rain), 1.0, Some(&climate()));
            let mut filled = rain;
            filled[more] = filled[more].or(Some(mm));
            let after = window(&days(&filled), 1.0, Some(&climate()));
            prop_assert!(after.mm.unwrap() >= before.mm.unwrap_or(0.0) - 1e-9);
            prop_assert!(after.days_without <= before.days_without);
            prop_assert!(before.usual_mm.is_none() || after.usual_mm >= before.usual_mm);
        }
    }
}
