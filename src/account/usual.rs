//! What is usual at a source on each of some days: levels of the same days of earlier years.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Cells;
use super::rank::{BESIDE_DAYS, DAYS_MIN, YEARS_MIN};
use crate::core::{DayCell, Parameter, Period, Series};
use crate::water::{Station, doubt};

/// Earlier years that are looked at. Engineering judgement: 多年同期 of SL 424 is at least a gauge's life.
const EARLIER_YEARS: i32 = 10;

/// The shares of the levels of earlier years below the two ends of the band: the half in the middle, as water-watch
/// charts draw it.
const BAND: [f64; 2] = [0.25, 0.75];

/// The band of levels (m) from the 25th to the 75th percentile of the same days of earlier years, with a week on either
/// side, for each day of `period` that has enough of them: as many years and days as a rank needs.
pub fn usual_band<C: Cells>(
    station: &Station,
    period: Period,
    cells: &mut C,
) -> Result<Vec<(Date, [f64; 2])>, C::Error> {
    let level = Series::new(station.id.clone(), Parameter::Level);
    let mut years = Vec::new();
    for back in 1..=EARLIER_YEARS {
        let then = |day: Date| day.saturating_sub(back.years());
        let from = then(period.from).saturating_sub(BESIDE_DAYS.days());
        let to = then(period.to).saturating_add(BESIDE_DAYS.days());
        let days = cells.days(&level, Period { from, to })?;
        let believed = |day: &DayCell| day.last.filter(|m| doubt(station, *m).is_none());
        let levels: Vec<(Date, f64)> =
            days.iter().filter_map(|day| Some((day.day, believed(day)?))).collect();
        years.push((back, levels));
    }
    Ok(band(period, &years))
}

/// The band of each day of `period`, by the levels of the days of each year so many years before, in order.
fn band(period: Period, years: &[(i32, Vec<(Date, f64)>)]) -> Vec<(Date, [f64; 2])> {
    let known: Vec<_> = years.iter().filter(|(_, levels)| levels.len() >= DAYS_MIN).collect();
    if known.len() < YEARS_MIN {
        return Vec::new();
    }
    let mut all = Vec::new();
    let of_day = |day: Date| {
        all.clear();
        let mut counted = 0;
        for (back, levels) in &known {
            let then = day.saturating_sub(back.years());
            let first = then.saturating_sub(BESIDE_DAYS.days());
            let last = then.saturating_add(BESIDE_DAYS.days());
            let from = levels.partition_point(|(day, _)| *day < first);
            let end = levels.partition_point(|(day, _)| *day <= last);
            let own = levels.get(from..end).unwrap_or_default();
            if own.len() >= DAYS_MIN {
                counted += 1;
                all.extend(own.iter().map(|(_, level_m)| *level_m));
            }
        }
        if counted < YEARS_MIN {
            return None;
        }
        all.sort_by(f64::total_cmp);
        Some((day, BAND.map(|share| percentile(&all, share))))
    };
    let days = period.from.series(1.day()).take_while(|day| *day <= period.to);
    days.filter_map(of_day).collect()
}

/// The value below which a share of `sorted` lies, by Weibull's positions i / (n + 1), between neighbours in
/// proportion: so that a level at an end of the band has the rank that the band is named after.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let position = (share * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, last as f64);
    let below = position.floor() as usize;
    let at = |index: usize| sorted.get(index.min(last)).copied().unwrap_or_default();
    at(below) + (at(below + 1) - at(below)) * (position - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// Levels of each day of some years before 2022, so many m in each.
    fn years(levels: &[f64]) -> Vec<(i32, Vec<(Date, f64)>)> {
        let year = |(back, level): (usize, &f64)| {
            let year = 2021 - back as i16;
            let days = date(year, 1, 1).series(1.day()).take_while(|day| day.year() == year);
            (back as i32 + 1, days.map(|day| (day, *level)).collect())
        };
        levels.iter().enumerate().map(year).collect()
    }

    const AUGUST: Period = Period { from: date(2022, 8, 1), to: date(2022, 8, 31) };

    #[test]
    fn the_band_is_the_middle_half_of_five_years_or_more() {
        let levels = [1.0, 2.0, 3.0, 4.0, 5.0];
        let found = band(AUGUST, &years(&levels));
        assert_eq!(found.len(), 31);
        assert_eq!(found[0], (date(2022, 8, 1), [2.0, 4.0]));
        assert_eq!(band(AUGUST, &years(&levels[..4])), []);
        let mut gap = years(&levels);
        gap[1].1.retain(|(day, _)| day.month() != 8);
        // A fortnight of August has too few days of July or September beside it.
        let found = band(AUGUST, &gap);
        assert_eq!(found.first(), None, "{found:?}");
    }

    #[test]
    fn the_last_day_of_february_has_a_band() {
        let february = Period { from: date(2020, 2, 28), to: date(2020, 3, 1) };
        let mut then = years(&[1.0; 8]);
        for (back, levels) in &mut then {
            *back = 2020 - i32::from(levels[0].0.year());
        }
        then.retain(|(back, _)| *back > 0);
        let days: Vec<Date> = band(february, &then).into_iter().map(|(day, _)| day).collect();
        assert_eq!(days, [date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1)]);
    }

    proptest! {
        #[test]
        fn ends_are_in_order_and_within_what_was_seen(
            mut levels in prop::collection::vec(90.0f64..110.0, 40..150),
        ) {
            levels.sort_by(f64::total_cmp);
            let [low, high] = BAND.map(|share| percentile(&levels, share));
            prop_assert!(levels[0] <= low && low <= high && high <= levels[levels.len() - 1]);
            let below = levels.iter().filter(|level| **level < low).count();
            prop_assert!(below <= levels.len() / 4 + 1);
        }
    }
}
