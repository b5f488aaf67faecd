//! Tests of the rain of a period.

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;
use crate::account::test_kit::{MemoryCells, counter_hour};
use crate::core::{Calendar, HourCell};
use crate::water::Township;

const TOWNSHIP: &str = r#"
name = "T"
[[village]]
id = "v"
name = "V"
persons = 1
groups = 1
sown_area_mu = 1.0
[[station]]
id = "rain-1"
name = "雨一"
kind = "rain_gauge"
village = "v"
[[station]]
id = "rain-2"
name = "雨二"
kind = "rain_gauge"
village = "v"
"#;

fn days(rain: &[Option<f64>]) -> Rainfall {
    let day = |i: usize| date(2022, 8, 1) + (i as i64).days();
    let days = rain.iter().enumerate().map(|(i, mm)| (day(i), *mm)).collect();
    Rainfall { days, ..Rainfall::default() }
}

/// The rain of 1 to 4 August, of gauges with an hour of it at noon of each day from 31 July on.
fn of(gauges: [&[Option<f64>]; 2]) -> Rainfall {
    let township: Township = toml::from_str(TOWNSHIP).unwrap();
    let calendar = Calendar::new(TimeZone::UTC, 0);
    let noon: Timestamp = "2022-07-31T12:00:00Z".parse().unwrap();
    let hours = |rain: &[Option<f64>]| -> Vec<HourCell> {
        let days = rain.iter().enumerate();
        days.filter_map(|(i, mm)| Some(counter_hour(noon + (24 * i as i64).hours(), (*mm)?)))
            .collect()
    };
    let hours = BTreeMap::from([
        ("rain-1/rainfall_total".to_owned(), hours(gauges[0])),
        ("rain-2/rainfall_total".to_owned(), hours(gauges[1])),
    ]);
    let basis = Basis {
        township: &township,
        calendar: &calendar,
        entries: &[],
        period: Period { from: date(2022, 8, 1), to: date(2022, 8, 4) },
    };
    Rainfall::of(&basis, &mut MemoryCells { calendar: &calendar, hours: &hours }).unwrap()
}

#[test]
fn the_rain_of_a_day_is_the_mean_of_the_gauges_with_data() {
    let rain = of([
        &[Some(9.0), Some(2.0), Some(0.0), None, None],
        &[Some(7.0), Some(4.0), None, None, Some(1.5)],
    ]);
    let fell: Vec<_> = rain.days.iter().map(|(_, mm)| *mm).collect();
    assert_eq!(fell, [Some(3.0), Some(0.0), None, Some(1.5)]);
    assert_eq!((rain.total_mm(), rain.days_without()), (Some(4.5), 1));
    let each: Vec<_> = rain.gauges.iter().map(|gauge| gauge.fell_mm).collect();
    assert_eq!(each, [Some(2.0), Some(5.5)], "31 July is before the period");
    let coverage = rain.gauges[0].coverage;
    assert_eq!((coverage.covered_h, coverage.period_h), (2, 96));
    assert_eq!(rain.carried_mm, 0.0);
}

#[test]
fn the_first_rain_after_silence_may_be_of_before_the_period() {
    let rain = of([&[None, None, Some(6.0), Some(1.0)], &[None, None, Some(8.0)]]);
    assert_eq!((rain.total_mm(), rain.carried_mm), (Some(8.0), 7.0));
    assert_eq!(of([&[], &[]]).total_mm(), None);
    assert_eq!(of([&[], &[]]).longest_rainless(3.0), None);
}

#[test]
fn the_longest_run_is_that_of_days_below_the_limit() {
    let rain = days(&[0.0, 2.9, 3.0, 0.0, 0.0, 0.0, 5.0, 0.0].map(Some));
    let run = rain.longest_rainless(3.0).unwrap();
    assert_eq!((run.days, run.most, run.last), (3, 3, date(2022, 8, 6)));
    assert_eq!(rain.longest_rainless(2.0).unwrap().days, 3);
    let wet = days(&[Some(9.0), Some(8.0)]).longest_rainless(3.0).unwrap();
    assert_eq!((wet.days, wet.most), (0, 0));
}

#[test]
fn days_without_data_leave_open_how_long_the_run_was() {
    let rain = days(&[Some(0.0), Some(0.0), None, Some(0.0), Some(9.0), Some(0.0)]);
    let run = rain.longest_rainless(3.0).unwrap();
    assert_eq!((run.days, run.most), (2, 4));
    // The rain after the gap may have fallen in it, and the day itself have been without.
    let rain = days(&[Some(0.0), None, Some(9.0), Some(0.0), Some(4.0)]);
    let run = rain.longest_rainless(3.0).unwrap();
    assert_eq!((run.days, run.most), (1, 4));
    let carried = Rainfall { carried_mm: 9.0, ..days(&[Some(9.0), Some(0.0)]) };
    let run = carried.longest_rainless(3.0).unwrap();
    assert_eq!((run.days, run.most), (1, 2));
}

#[test]
fn the_usual_rain_of_days_is_their_part_of_their_months() {
    let others = "rainless_mm = 3\nsource = \"t\"\nconfidence = 1";
    let months = "[31, 28, 31, 30, 31, 30, 62, 124, 30, 31, 30, 31]";
    let climate: Climate = toml::from_str(&format!("rain_mm = {months}\n{others}")).unwrap();
    let period = Period { from: date(2022, 7, 30), to: date(2022, 8, 3) };
    assert!((usual_rain_mm(&climate, period) - 16.0).abs() < 1e-9);
}

proptest! {
    #[test]
    fn the_run_that_was_seen_is_never_longer_than_what_may_have_been(
        rain in proptest::collection::vec(proptest::option::of(0.0f64..8.0), 1..40),
        hidden in 0usize..40,
    ) {
        let found = days(&rain).longest_rainless(3.0);
        let Some(found) = found else { return Ok(()) };
        prop_assert!(found.days <= found.most && found.most as usize <= rain.len());
        // What is seen on a day more lies within what was possible without it.
        let mut fewer = rain;
        let hidden = hidden % fewer.len();
        fewer[hidden] = None;
        if let Some(less) = days(&fewer).longest_rainless(3.0) {
            prop_assert!(less.days <= found.days && found.days <= less.most, "{less:?} {found:?}");
        }
    }
}
