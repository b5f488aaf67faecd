//! The levels of the last days at a source: whether it has fallen silent, and whether it falls faster than before.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Cells;
use super::believed::believe;
use crate::core::{Calendar, HourCell, Parameter, Period, Series};
use crate::water::{CLEAR_MARGIN_M, Station};

/// Days before today whose hours are read: a week before the day before yesterday, with the level that it begins with.
const DAYS: i64 = 10;

/// Days of the week before that have to be known before a fall is called faster than theirs. Engineering judgement,
/// confidence 0.6: the days that are missing may have had the greatest falls.
const KNOWN_DAYS_MIN: usize = 5;

/// The least fall of a day that is told, m: as far as a status needs to clear, twice the accuracy of a level sensor.
const FALL_MIN_M: f64 = CLEAR_MARGIN_M;

/// By how much a fall has to exceed that of each day of the week before, m: the accuracy of a level sensor (±2 cm, as
/// for [`CLEAR_MARGIN_M`]).
const FALL_STEP_M: f64 = 0.02;

/// The two levels of the last fall lie at least and at most so far apart, h: as those of a trend.
const FALL_SPAN_H: [i64; 2] = [24, 48];

/// A source is silent after so many of its usual gaps between hours with readings, and this many hours at least. Its
/// usual gap is the second longest of the last days: one that comes only once is an outage. Engineering judgement,
/// confidence 0.6: one reading that is missed, and a delivery that is late, happen each day.
const SILENT_GAPS: i64 = 2;
const SILENT_H_MIN: i64 = 3;

/// The hours of the last days at a source.
#[derive(Debug, Default)]
pub(super) struct Lately {
    /// The hours with readings that count, believed or not.
    counted: Vec<Timestamp>,
    /// The days of those hours.
    days: BTreeSet<Date>,
    /// Fall over the last day, m, where it is greater than that of each day of the week before.
    pub falls_faster: Option<f64>,
}

impl Lately {
    /// Of `station` up to `today`.
    pub fn of<C: Cells>(
        station: &Station,
        calendar: &Calendar,
        today: Date,
        cells: &mut C,
    ) -> Result<Self, C::Error> {
        let period = Period { from: today.saturating_sub(DAYS.days()), to: today };
        let mut hours = cells.hours(&Series::new(station.id.clone(), Parameter::Level), period)?;
        let counted: Vec<Timestamp> =
            hours.iter().filter(|cell| cell.counted > 0).map(|cell| cell.hour_at).collect();
        let days = counted.iter().map(|at| calendar.day_of(*at)).collect();
        let (begins_at, ends_at) = calendar.bounds(period);
        believe(station, calendar, &mut hours, begins_at..ends_at);
        Ok(Self { counted, days, falls_faster: falls_faster(&hours, calendar, today) })
    }

    /// Whether it has readings of `day`.
    pub fn has(&self, day: Date) -> bool {
        self.days.contains(&day)
    }

    /// Whether by its own rhythm there should have been readings again by `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let pairs = self.counted.iter().zip(self.counted.iter().skip(1));
        let mut gaps_h: Vec<i64> =
            pairs.map(|(before, after)| after.duration_since(*before).as_hours()).collect();
        gaps_h.sort_unstable_by_key(|gap_h| Reverse(*gap_h));
        let usual = gaps_h.get(1).or(gaps_h.first());
        let (Some(last), Some(usual)) = (self.counted.last(), usual) else {
            return false;
        };
        // The last reading may be that of the end of its hour.
        let allowed_h = 1 + (SILENT_GAPS * usual).max(SILENT_H_MIN);
        now.duration_since(*last) > SignedDuration::from_hours(allowed_h)
    }
}

fn falls_faster(hours: &[HourCell], calendar: &Calendar, today: Date) -> Option<f64> {
    let known = || hours.iter().filter_map(|cell| Some((cell.hour_at, cell.last?)));
    let (last_at, last_m) = known().next_back()?;
    if calendar.day_of(last_at) != today {
        return None;
    }
    let [least, most] = FALL_SPAN_H.map(SignedDuration::from_hours);
    let (before_at, before_m) = known().rfind(|(at, _)| last_at.duration_since(*at) >= least)?;
    let span = last_at.duration_since(before_at);
    let fall_m = (before_m - last_m) / (span.as_secs_f64() / 86_400.0);
    let last_of: BTreeMap<Date, f64> =
        known().map(|(at, level_m)| (calendar.day_of(at), level_m)).collect();
    let on = |ago: i64| last_of.get(&today.saturating_sub(ago.days()));
    let falls: Vec<f64> = (2..=8).filter_map(|ago| Some(on(ago + 1)? - on(ago)?)).collect();
    let greatest_m = falls.iter().copied().fold(0.0, f64::max);
    let faster = span <= most
        && falls.len() >= KNOWN_DAYS_MIN
        && fall_m >= FALL_MIN_M
        && fall_m >= greatest_m + FALL_STEP_M;
    faster.then_some(fall_m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::test_kit::gauge_hour;
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    const TODAY: Date = date(2022, 8, 20);

    fn calendar() -> Calendar {
        Calendar::new(TimeZone::UTC, 0)
    }

    /// Hours from ten days before today to 08:00 today.
    fn hours(level: impl Fn(i64) -> Option<f64>) -> Vec<HourCell> {
        let start = calendar().start_of(TODAY) - (DAYS * 24).hours();
        let hours = 0..=DAYS * 24 + 8;
        hours.filter_map(|i| Some(gauge_hour(start + i.hours(), level(i)?))).collect()
    }

    fn faster(level: impl Fn(i64) -> Option<f64>) -> Option<f64> {
        falls_faster(&hours(level), &calendar(), TODAY)
    }

    /// When the last day begins.
    const LAST_DAY: i64 = DAYS * 24 + 8 - 24;

    #[test]
    fn a_fall_is_faster_only_than_known_days() {
        let falling = |i: i64| 100.0 - 0.03 / 24.0 * i as f64;
        assert_eq!(faster(|i| Some(falling(i))), None);
        let broken = |i: i64| falling(i) - 0.2 / 24.0 * (i - LAST_DAY).max(0) as f64;
        let fall_m = faster(|i| Some(broken(i))).unwrap();
        assert!((fall_m - 0.23).abs() < 1e-9, "{fall_m}");
        let gap = |i: i64| !(3 * 24..6 * 24).contains(&i);
        assert_eq!(faster(|i| Some(broken(i)).filter(|_| gap(i))), None, "a gap hides falls");
        assert_eq!(faster(|i| Some(broken(i)).filter(|_| i < LAST_DAY)), None, "nothing of today");
        // A tank that falls as much each day.
        assert_eq!(faster(|i| Some(102.0 - ((i + 15) % 24) as f64 * 0.05)), None);
    }

    #[test]
    fn a_source_is_overdue_by_its_own_rhythm() {
        let each = |step: i64, until: i64| Lately {
            counted: hours(|i| (i % step == 0 && i <= until).then_some(1.0))
                .iter()
                .map(|cell| cell.hour_at)
                .collect(),
            ..Lately::default()
        };
        let midnight = calendar().start_of(TODAY);
        assert!(!each(1, 10 * 24 - 1).is_overdue(midnight + 2.hours()));
        assert!(each(1, 10 * 24 - 1).is_overdue(midnight + 4.hours()));
        // One reading a day, at midnight.
        assert!(!each(24, 9 * 24).is_overdue(midnight + 8.hours()));
        assert!(!Lately::default().is_overdue(midnight), "what it never had does not stay away");
    }

    proptest! {
        #[test]
        fn a_steady_source_never_falls_faster(fall in -0.3f64..0.3, start in 90.0f64..110.0) {
            prop_assert_eq!(faster(|i| Some(start - fall / 24.0 * i as f64)), None);
        }
    }
}
