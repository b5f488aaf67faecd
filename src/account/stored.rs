//! The water in ponds and reservoirs, beside what is normal, last year's and the usual of the season.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::cells::by_day;
use super::earlier::{earlier_years, usual};
use super::{Cells, SourceState};
use crate::core::{Parameter, Period};
use crate::water::{Station, Township, balance, doubt};

/// The water in ponds and reservoirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Stored {
    /// Of those that have a level of today or yesterday, m3.
    pub now_m3: Option<f64>,
    /// How many those are.
    pub counted: u32,
    /// Ponds and reservoirs with a curve.
    pub of: u32,
    /// Of those that count now, at their normal levels, m3; `None` where one of them has no normal level.
    pub normal_m3: Option<f64>,
    /// On the same day of last year, m3, and the storage now of those that have both.
    pub last_year: Option<(f64, f64)>,
    /// The mean of the same days of earlier years, m3, the storage now of those that have both, and the fewest years.
    pub usual: Option<(f64, f64, usize)>,
}

/// What ponds and reservoirs store on `today`, by their last `states`.
pub(super) fn stored<'a, C: Cells>(
    township: &'a Township,
    today: Date,
    states: impl Iterator<Item = &'a SourceState> + Clone,
    cells: &mut C,
) -> Result<Stored, C::Error> {
    let mut found = Stored::default();
    let mut normal_m3 = Some(0.0);
    for station in township.stations.iter().filter(|s| s.kind.stores() && s.curve.is_some()) {
        found.of += 1;
        let state = states.clone().find(|state| state.id == station.id);
        let Some(now_m3) = state.and_then(|state| state.balance).map(|b| b.storage_m3) else {
            continue;
        };
        found.counted += 1;
        found.now_m3 = Some(found.now_m3.unwrap_or(0.0) + now_m3);
        normal_m3 = normal_m3.zip(at_normal(station)).map(|(sum, normal)| sum + normal);
        if let Some(then_m3) = a_year_ago(station, today, cells)? {
            let (then, now) = found.last_year.unwrap_or_default();
            found.last_year = Some((then + then_m3, now + now_m3));
        }
        let years = usual(station, &earlier_years(station, today, cells)?);
        if !years.is_empty() {
            let mean_m3 = years.iter().sum::<f64>() / years.len() as f64;
            let (mean, now, fewest) = found.usual.unwrap_or((0.0, 0.0, usize::MAX));
            found.usual = Some((mean + mean_m3, now + now_m3, fewest.min(years.len())));
        }
    }
    found.normal_m3 = normal_m3.filter(|_| found.counted > 0);
    Ok(found)
}

fn at_normal(station: &Station) -> Option<f64> {
    Some(balance(station, station.normal_m?)?.storage_m3)
}

/// What `station` stored at the last level of the same day of last year, m3.
fn a_year_ago<C: Cells>(
    station: &Station,
    today: Date,
    cells: &mut C,
) -> Result<Option<f64>, C::Error> {
    let Ok(then) = today.checked_sub(1.year()) else {
        return Ok(None);
    };
    let day = Period { from: then, to: then };
    let levels = by_day(station, Parameter::Level, day, cells, |day| day.last)?;
    let believed = levels.get(&then).filter(|level_m| doubt(station, **level_m).is_none());
    Ok(believed.and_then(|level_m| balance(station, *level_m)).map(|b| b.storage_m3))
}
