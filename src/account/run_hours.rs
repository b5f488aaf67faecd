//! The hours in which a pump was seen to run: what a strip of days and a chart show. How long it ran is in its account.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::pump::stations;
use super::running::RUNNING_POWER_SHARE;
use super::{Basis, Cells};
use crate::core::{HourCell, Parameter, Period, Series};
use crate::water::Station;

/// Whether the pump was seen to run in an hour.
type Ran = fn(cell: &HourCell, rated_kw: f64) -> bool;

/// What tells it, the best first: its state, its power, the growth of its hours or its electricity.
const SIGNS: [(Parameter, Ran); 4] = [
    (Parameter::RunState, |cell, _| cell.max.is_some_and(|state| state > 0.0)),
    (Parameter::Power, |cell, rated_kw| {
        cell.max.is_some_and(|kw| kw > RUNNING_POWER_SHARE * rated_kw)
    }),
    (Parameter::RunHours, |cell, _| cell.increment.is_some_and(|hours| hours > 0.0)),
    (Parameter::EnergyTotal, |cell, rated_kw| {
        cell.increment.is_some_and(|kwh| kwh > RUNNING_POWER_SHARE * rated_kw)
    }),
];

/// The hours of `period` with data of the best sign that has some, and whether the pump `station` was seen to run in
/// each.
pub(super) fn seen_hours<C: Cells>(
    station: &Station,
    period: Period,
    cells: &mut C,
) -> Result<Vec<(Timestamp, bool)>, C::Error> {
    // Without a plate no power is known to be that of a run.
    let rated_kw = station.pump.as_ref().map_or(f64::INFINITY, |plate| plate.rated_power_kw);
    for (parameter, ran) in SIGNS {
        for id in stations(station) {
            let mut hours = cells.hours(&Series::new(id.clone(), parameter), period)?;
            hours.retain(|hour| hour.counted > 0);
            if !hours.is_empty() {
                return Ok(hours.iter().map(|hour| (hour.hour_at, ran(hour, rated_kw))).collect());
            }
        }
    }
    Ok(Vec::new())
}

/// Hours in which the pump `station` was seen to run, of each day on which it has data; empty where nothing tells.
///
/// # Errors
/// The hours cannot be read.
pub fn hours_run<C: Cells>(
    basis: &Basis<'_>,
    station: &Station,
    cells: &mut C,
) -> Result<Vec<(Date, u32)>, C::Error> {
    let mut days = BTreeMap::new();
    for (at, ran) in seen_hours(station, basis.period, cells)? {
        *days.entry(basis.calendar.day_of(at)).or_insert(0) += u32::from(ran);
    }
    Ok(days.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::account::test_kit::{MemoryCells, counter_hour, gauge_hour};
    use crate::core::Calendar;
    use crate::water::Township;

    #[test]
    fn the_best_sign_with_data_counts_the_hours_of_each_day() {
        let township: Township = toml::from_str(
            r#"name = "t"
            [[station]]
            id = "p"
            name = "泵"
            kind = "pump"
            village = "v"
            pump = { source = "s", rated_power_kw = 10.0, rated_flow_m3h = 50.0, rated_head_m = 10.0, irrigates_mu = 1.0 }"#,
        )
        .unwrap();
        let calendar = Calendar::new(TimeZone::UTC, 0);
        let start: Timestamp = "2022-08-01T00:00:00Z".parse().unwrap();
        let day = calendar.day_of(start);
        let period = Period { from: day, to: day.tomorrow().unwrap() };
        let basis = Basis { township: &township, calendar: &calendar, entries: &[], period };
        let at = |hour: i64| start + hour.hours();
        let power = (0..30).map(|h| gauge_hour(at(h), if h % 2 == 0 { 8.0 } else { 1.0 }));
        let mut hours = BTreeMap::from([("p/power".to_owned(), power.collect::<Vec<_>>())]);
        let run = |hours: &BTreeMap<String, Vec<HourCell>>| {
            let mut cells = MemoryCells { calendar: &calendar, hours };
            hours_run(&basis, &township.stations[0], &mut cells).unwrap()
        };
        assert_eq!(run(&hours), [(day, 12), (day.tomorrow().unwrap(), 3)]);
        let energy = (0..5).map(|h| counter_hour(at(h), 2.5)).collect();
        hours.insert("p/energy_total".into(), energy);
        assert_eq!(run(&hours)[0], (day, 12));
        hours.insert("p/run_state".into(), (0..3).map(|h| gauge_hour(at(h), 1.0)).collect());
        assert_eq!(run(&hours), [(day, 3)]);
        hours.clear();
        assert_eq!(run(&hours), []);
    }
}
