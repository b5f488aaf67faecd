//! The same days of earlier years at a source.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::cells::by_day;
use super::{Cells, rank};
use crate::core::{DayCell, Parameter, Period};
use crate::water::{self, Station};

/// Earlier years that a source is compared with. Engineering judgement: 多年同期 of SL 424 is at least a gauge's life.
const EARLIER_YEARS: i16 = 10;
/// Days on either side of the same day of an earlier year that count with it. Engineering judgement, confidence 0.6:
/// the level of a single day is chance.
const BESIDE_DAYS: i64 = 5;

/// The last levels of the days around the same day of an earlier year, with that day.
pub(super) type EarlierYear = (Date, BTreeMap<Date, f64>);

/// The earlier years of `station` that have levels around the same day as `day`, the latest first.
pub(super) fn earlier_years<C: Cells>(
    station: &Station,
    day: Date,
    cells: &mut C,
) -> Result<Vec<EarlierYear>, C::Error> {
    let mut earlier = Vec::new();
    for back in 1..=EARLIER_YEARS {
        let Ok(then) = day.checked_sub(i32::from(back).years()) else {
            continue;
        };
        let beside = rank::BESIDE_DAYS.days();
        let days = Period { from: then.saturating_sub(beside), to: then.saturating_add(beside) };
        let believed = |day: &DayCell| day.last.filter(|m| water::doubt(station, *m).is_none());
        let levels = by_day(station, Parameter::Level, days, cells, believed)?;
        if !levels.is_empty() {
            earlier.push((then, levels));
        }
    }
    Ok(earlier)
}

/// What `station` stores at `level_m`, m3; the level itself without a curve.
pub(super) fn stored(station: &Station, level_m: f64) -> f64 {
    water::balance(station, level_m).map_or(level_m, |balance| balance.storage_m3)
}

/// What `station` stored on the mean around the same day of each of the `earlier` years that has levels there.
pub(super) fn usual(station: &Station, earlier: &[EarlierYear]) -> Vec<f64> {
    let mean = |(then, levels): &EarlierYear| {
        let beside = BESIDE_DAYS.days();
        let days = then.saturating_sub(beside)..=then.saturating_add(beside);
        let each: Vec<f64> =
            levels.range(days).map(|(_, level_m)| stored(station, *level_m)).collect();
        (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64)
    };
    earlier.iter().filter_map(mean).collect()
}
