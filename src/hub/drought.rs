//! The drought of some days, from the hub's files.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::days::days;
use super::report::reader;
use super::{HubSettings, calendar};
use crate::core::{Calendar, DayCell, Parameter, Period, Problem, Series};
use crate::store::{Sqlite, StoreError};
use crate::water::{
    self, Anomaly, Drought, GradeRules, LEAD_DAYS, Observed, Station, StationKind, Township,
};

/// Earlier years that a source is compared with. Engineering judgement: what SL 424 calls 多年同期 is at least that of a gauge's life.
const EARLIER_YEARS: i16 = 10;
/// Days beside the same day of an earlier year that are taken with it. Engineering judgement, confidence 0.6: one day's level is chance.
const BESIDE_DAYS: i64 = 5;

/// Works out the drought of `period` from the hub's files.
///
/// # Errors
/// The store cannot be read; the grades' rules are wrong.
pub fn drought(
    settings: &HubSettings,
    township: &Township,
    period: Period,
    now: Timestamp,
) -> anyhow::Result<Drought> {
    let rules = grade_rules(settings.drought_grades.as_deref(), &township.drought_grades);
    let rules = rules.map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })?;
    let source = Source { store: reader(settings, now)?, calendar: calendar(township)? };
    let observed = source.observed(
        township,
        Period { from: period.from.saturating_sub(LEAD_DAYS.days()), to: period.to },
    )?;
    let mut drought = water::drought(&observed, township, &rules, period.from, period.to);
    let with_sources = drought.days.iter_mut().rfind(|d| !d.sources.is_empty());
    if let Some(last) = with_sources {
        for state in &mut last.sources {
            let station = township.stations.iter().find(|s| s.id.as_str() == state.id);
            if let Some(station) = station {
                let now = state.balance.map_or(state.level_m, |b| b.storage_m3);
                let found = source.anomaly(station, last.day, now)?;
                state.anomaly = found.map(|a| (a.percent, a.years));
            }
        }
    }
    Ok(drought)
}

/// The rules of `set`: the office's own where it has a file of them, those of the program otherwise.
///
/// # Errors
/// Every problem of the file; no rule belongs to the set.
pub fn grade_rules(path: Option<&Path>, set: &str) -> Result<GradeRules, Vec<Problem>> {
    let Some(path) = path else {
        return GradeRules::embedded(set);
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        let rule = format!("cannot be read: {error}");
        let hint = "leave it out for the grades that the program carries";
        vec![Problem::new("drought_grades", path.display(), rule, hint)]
    })?;
    GradeRules::parse(&text, set)
}

/// Where observations come from.
struct Source {
    store: Sqlite,
    calendar: Calendar,
}

impl Source {
    /// What `of` makes of the days of a series; a day of which it makes nothing is left out.
    fn by_day(
        &self,
        station: &Station,
        parameter: Parameter,
        period: Period,
        of: impl Fn(&DayCell) -> Option<f64>,
    ) -> Result<BTreeMap<Date, f64>, StoreError> {
        let series = Series::new(station.id.clone(), parameter);
        let cells = days(&self.store, &self.calendar, &series, period)?;
        Ok(cells.iter().filter_map(|cell| Some((cell.day, of(cell)?))).collect())
    }

    fn observed<'a>(
        &self,
        township: &'a Township,
        period: Period,
    ) -> Result<Observed<'a>, StoreError> {
        let mut observed = Observed::default();
        for station in &township.stations {
            let by_day = |parameter, of: fn(&DayCell) -> Option<f64>| {
                self.by_day(station, parameter, period, of)
            };
            match station.kind {
                StationKind::RainGauge => {
                    let rain = by_day(Parameter::RainfallTotal, |cell| cell.increment)?;
                    observed.rain_mm.push(rain);
                }
                StationKind::Soil => {
                    let moisture = by_day(Parameter::SoilMoisture, |cell| cell.mean)?;
                    observed.soil.push((station, moisture));
                }
                kind if kind.is_source() => {
                    let levels = by_day(Parameter::Level, |cell| cell.last)?;
                    observed.levels.push((station, levels));
                }
                _ => {}
            }
        }
        Ok(observed)
    }

    /// `now` against the same days of earlier years: their storage, or level without a curve.
    fn anomaly(
        &self,
        station: &Station,
        day: Date,
        now: f64,
    ) -> Result<Option<Anomaly>, StoreError> {
        let mut earlier = Vec::new();
        for back in 1..=EARLIER_YEARS {
            let Ok(then) = day.checked_sub(i32::from(back).years()) else {
                continue;
            };
            let beside = Period {
                from: then.saturating_sub(BESIDE_DAYS.days()),
                to: then.saturating_add(BESIDE_DAYS.days()),
            };
            let levels = self.by_day(station, Parameter::Level, beside, |cell| cell.last)?;
            let stored =
                |level: &f64| water::balance(station, *level).map_or(*level, |b| b.storage_m3);
            let sum: f64 = levels.values().map(stored).sum();
            if !levels.is_empty() {
                earlier.push(sum / levels.len() as f64);
            }
        }
        Ok(water::anomaly(now, &earlier))
    }
}
