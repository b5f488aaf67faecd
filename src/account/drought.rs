//! The drought day by day: grade with its reasons, sources with their water and days of supply, and the events that
//! the days propose.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::{Basis, Cells, SourceAccount, SourceDay};
use crate::core::{DayCell, Parameter, Period, Series, StationId};
use crate::locales::{Lang, Text, account as words, for_programs};
use crate::water::{
    self, Anomaly, Balance, FALL_DAYS, Grade, GradeRules, Grader, Index, Measure, ProposedEvent,
    Reason, Station, StationKind, Status, Supply, Township, areal_mean, lasts, propose,
    rain_anomaly, rainless, soil_relative_moisture, supply,
};

/// The windows over which rain is compared with what is usual, days.
const RAIN_WINDOWS: [(Index, usize); 3] =
    [(Index::RainAnomaly30, 30), (Index::RainAnomaly60, 60), (Index::RainAnomaly90, 90)];

/// Days before a period that its indices look back on: the longest window of rain, and the day that is graded.
pub const LEAD_DAYS: i64 = 91;

/// Earlier years that a source is compared with. Engineering judgement: 多年同期 of SL 424 is at least a gauge's life.
const EARLIER_YEARS: i16 = 10;
/// Days on either side of the same day of an earlier year that count with it. Engineering judgement, confidence 0.6:
/// the level of a single day is chance.
const BESIDE_DAYS: i64 = 5;

/// What was observed, by day; a day without data is not there.
#[derive(Debug, Default)]
struct Observed<'a> {
    /// The rain of each gauge, mm.
    rain_mm: Vec<BTreeMap<Date, f64>>,
    /// The mean moisture at each soil station, % of volume.
    soil: Vec<(&'a Station, BTreeMap<Date, f64>)>,
    sources: Vec<(&'a Station, SourceAccount)>,
}

/// A source on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceState {
    pub id: StationId,
    pub name: String,
    pub kind: StationKind,
    /// `None` without thresholds or bottom.
    pub status: Option<Status>,
    /// Last level of the day, m.
    pub level_m: f64,
    /// Its water; `None` without a storage curve.
    pub balance: Option<Balance>,
    /// Days that the usable water lasts; `None` where that is unknown or no end is in sight, as `supply` says.
    pub supply_days: Option<u32>,
    /// How the days of supply come about; in JSON in Chinese.
    #[serde(serialize_with = "chinese")]
    pub supply: Text,
    /// Storage, or level without a curve, against the same days of earlier years, %; with how many years.
    pub anomaly: Option<(f64, usize)>,
}

/// A day of the township.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DroughtDay {
    pub day: Date,
    /// The worst grade that a rule gives; `None` where no rule could be applied, which is not the same as no drought.
    pub grade: Option<Grade>,
    /// What each rule says, the worst first.
    pub reasons: Vec<Reason>,
    /// Areal mean of the rain, mm.
    pub rain_mm: Option<f64>,
    /// Days on end without rain, and whether there may have been more.
    pub rainless: Option<(u32, bool)>,
    /// The sources that have a level.
    pub sources: Vec<SourceState>,
}

/// The drought of some days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drought {
    pub days: Vec<DroughtDay>,
    pub events: Vec<ProposedEvent>,
    /// What could not be worked out, and why; in JSON in Chinese.
    #[serde(serialize_with = "chinese")]
    pub lacking: Vec<Text>,
}

/// For JSON, which does not change with the language.
fn chinese<T: Serialize, S: Serializer>(text: &T, serializer: S) -> Result<S::Ok, S::Error> {
    for_programs(Lang::Chinese, || text.serialize(serializer))
}

/// The drought of the period of `basis`, graded by `rules`. Reads [`LEAD_DAYS`] more before it.
pub fn drought<C: Cells>(
    basis: &Basis<'_>,
    rules: &GradeRules,
    cells: &mut C,
) -> Result<Drought, C::Error> {
    let Period { from, to } = basis.period;
    let period = Period { from: from.saturating_sub(LEAD_DAYS.days()), to };
    let observed = observe(&Basis { period, ..*basis }, cells)?;
    let mut drought = graded(&observed, basis.township, rules, basis.period);
    if let Some(last) = drought.days.iter_mut().rfind(|day| !day.sources.is_empty()) {
        for state in &mut last.sources {
            let found = match basis.township.station(&state.id) {
                Some(station) => anomaly(station, last.day, state, cells)?,
                None => None,
            };
            state.anomaly = found.map(|anomaly| (anomaly.percent, anomaly.years));
        }
    }
    Ok(drought)
}

/// The days of `parameter` at `station` for which `value` yields something.
fn by_day<C: Cells>(
    station: &Station,
    parameter: Parameter,
    period: Period,
    cells: &mut C,
    value: impl Fn(&DayCell) -> Option<f64>,
) -> Result<BTreeMap<Date, f64>, C::Error> {
    let days = cells.days(&Series::new(station.id.clone(), parameter), period)?;
    Ok(days.iter().filter_map(|day| Some((day.day, value(day)?))).collect())
}

fn observe<'a, C: Cells>(basis: &Basis<'a>, cells: &mut C) -> Result<Observed<'a>, C::Error> {
    let mut observed = Observed::default();
    let period = basis.period;
    for station in &basis.township.stations {
        match station.kind {
            StationKind::RainGauge => {
                let rain = Parameter::RainfallTotal;
                let rain = by_day(station, rain, period, cells, |day| day.increment)?;
                observed.rain_mm.push(rain);
            }
            StationKind::Soil => {
                let moisture = Parameter::SoilMoisture;
                let moisture = by_day(station, moisture, period, cells, |day| day.mean)?;
                observed.soil.push((station, moisture));
            }
            kind if kind.is_source() => {
                observed.sources.push((station, SourceAccount::of(basis, station, cells)?));
            }
            _ => {}
        }
    }
    Ok(observed)
}

/// How `state` of `day` compares with the same days of earlier years: storage, or level without a curve.
fn anomaly<C: Cells>(
    station: &Station,
    day: Date,
    state: &SourceState,
    cells: &mut C,
) -> Result<Option<Anomaly>, C::Error> {
    let stored = |level_m: f64| water::balance(station, level_m).map_or(level_m, |b| b.storage_m3);
    let mut earlier = Vec::new();
    for back in 1..=EARLIER_YEARS {
        let Ok(then) = day.checked_sub(i32::from(back).years()) else {
            continue;
        };
        let beside = BESIDE_DAYS.days();
        let days = Period { from: then.saturating_sub(beside), to: then.saturating_add(beside) };
        let levels = by_day(station, Parameter::Level, days, cells, |day| day.last)?;
        let sum: f64 = levels.values().map(|level_m| stored(*level_m)).sum();
        if !levels.is_empty() {
            earlier.push(sum / levels.len() as f64);
        }
    }
    Ok(water::anomaly(stored(state.level_m), &earlier))
}

/// The drought of `period` by what was `observed` in it and [`LEAD_DAYS`] before it.
fn graded(
    observed: &Observed<'_>,
    township: &Township,
    rules: &GradeRules,
    period: Period,
) -> Drought {
    let first = period.from.saturating_sub(LEAD_DAYS.days());
    let rain: Vec<(Date, Option<f64>)> = first
        .series(1.day())
        .take_while(|day| *day <= period.to)
        .map(|day| {
            let gauges = observed.rain_mm.iter();
            let each: Vec<Option<f64>> = gauges.map(|g| g.get(&day).copied()).collect();
            (day, areal_mean(&each))
        })
        .collect();
    let amounts: Vec<Option<f64>> = rain.iter().map(|(_, mm)| *mm).collect();
    let climate = township.climate.as_ref();
    let runs = climate.map(|climate| rainless(&amounts, climate.rainless_mm));
    let mut grader = Grader::new(rules);
    let mut days = Vec::new();
    for (index, (day, rain_mm)) in rain.iter().enumerate() {
        let mut measures = BTreeMap::new();
        let run = runs.as_ref().and_then(|runs| runs[index]);
        measures.extend(run.map(|run| {
            let measure = Measure { value: f64::from(run.days), or_more: run.or_more };
            (Index::RainlessDays, measure)
        }));
        for (kind, window) in RAIN_WINDOWS {
            let found = climate.and_then(|c| rain_anomaly(&rain, index, window, &c.rain_mm));
            measures.extend(found.map(|percent| (kind, percent.into())));
        }
        let sources = observed.sources.iter();
        let states: Vec<SourceState> = sources
            .filter_map(|(station, account)| state(station, account, *day, township))
            .collect();
        for (kind, value) in [
            (Index::SoilMoisture, soil_moisture(observed, *day)),
            (Index::StorageShare, storage_share(&states)),
            (Index::SupplyDays, supply_days(&states, township)),
        ] {
            measures.extend(value.map(|value| (kind, value.into())));
        }
        let reasons = grader.day(day.month(), &measures);
        if *day >= period.from {
            days.push(DroughtDay {
                day: *day,
                grade: reasons.first().map(|reason| reason.grade),
                reasons,
                rain_mm: *rain_mm,
                rainless: run.map(|run| (run.days, run.or_more)),
                sources: states,
            });
        }
    }
    let marks: Vec<(Date, Option<bool>)> = days.iter().map(|d| (d.day, in_drought(d))).collect();
    Drought { events: propose(&marks), days, lacking: lacking(observed, township) }
}

/// What the township's file or its stations lack for an index.
fn lacking(observed: &Observed<'_>, township: &Township) -> Vec<Text> {
    let mut lacking = Vec::new();
    if township.climate.is_none() {
        lacking.push(words::lacking_climate());
    }
    if observed.rain_mm.iter().all(BTreeMap::is_empty) {
        lacking.push(words::lacking_rain());
    }
    let soil = &observed.soil;
    if soil.iter().all(|(s, days)| s.field_capacity_percent.is_none() || days.is_empty()) {
        lacking.push(words::lacking_soil());
    }
    lacking
}

/// Whether a day is one of drought: by its grade, or by a source in the open at 旱警 or worse. `None` where neither is
/// known.
fn in_drought(day: &DroughtDay) -> Option<bool> {
    let of_sources = day.sources.iter().filter(|s| s.kind.is_open_water());
    let worst = of_sources.filter_map(|s| s.status).max();
    if day.grade.is_none() && worst.is_none() {
        return None;
    }
    let graded = day.grade.is_some_and(|grade| grade > Grade::None);
    Some(graded || worst.is_some_and(|status| status >= Status::Warn))
}

/// Mean relative moisture of the soil over the stations that have data and a field capacity, %.
fn soil_moisture(observed: &Observed<'_>, day: Date) -> Option<f64> {
    let each: Vec<f64> = observed
        .soil
        .iter()
        .filter_map(|(station, days)| {
            let capacity = station.field_capacity_percent?;
            Some(soil_relative_moisture(*days.get(&day)?, capacity))
        })
        .collect();
    (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64)
}

/// Usable water of the reservoirs against that at normal level, %; `None` where one of them lacks either.
fn storage_share(states: &[SourceState]) -> Option<f64> {
    let (mut usable, mut full) = (0.0, 0.0);
    for state in states.iter().filter(|s| s.kind == StationKind::Reservoir) {
        let balance = state.balance?;
        usable += balance.usable_m3?;
        full += balance.full_m3?;
    }
    (full > 0.0).then(|| usable / full * 100.0)
}

/// Days that the usable water of the sources that serve people lasts. Tanks are refilled and do not count.
fn supply_days(states: &[SourceState], township: &Township) -> Option<f64> {
    let mut usable = 0.0;
    let mut needed = 0.0;
    for station in township.stations.iter().filter(|s| s.kind != StationKind::Tank) {
        let Some(needs) = demand(station, township) else {
            continue;
        };
        let state = states.iter().find(|s| s.id == station.id)?;
        usable += state.balance?.usable_m3?;
        needed += needs;
    }
    match lasts(usable, needed) {
        // Where nobody is served, dry sources say nothing.
        Supply::Days(days) if needed > 0.0 => Some(f64::from(days)),
        Supply::Days(_) | Supply::NoEnd => None,
    }
}

/// Water that the people whom a station serves draw in a day, m3.
fn demand(station: &Station, township: &Township) -> Option<f64> {
    let litres = township.demand.as_ref()?.litres_per_person_day;
    Some(f64::from(station.serves_persons?) * litres / 1000.0)
}

/// How a source stood on `day`; `None` on a day without a level.
fn state(
    station: &Station,
    account: &SourceAccount,
    day: Date,
    township: &Township,
) -> Option<SourceState> {
    let SourceDay { level_m, balance, status, .. } = *account.on(day)?;
    let (days, text) = match supply_of(station, account, day, balance, township) {
        Ok((Supply::Days(days), how)) => (Some(days), words::supply_days(days, how)),
        Ok((Supply::NoEnd, how)) => (None, words::supply_without_end(how)),
        Err(why) => (None, words::supply_unknown(why)),
    };
    Some(SourceState {
        id: station.id.clone(),
        name: station.name.clone(),
        kind: station.kind,
        status,
        level_m,
        balance,
        supply_days: days,
        supply: text,
        anomaly: None,
    })
}

/// How long the water of a source lasts, and how that is worked out. A tank is refilled: it lasts as long as its
/// people drink. Any other source lasts as its fall of a week says.
fn supply_of(
    station: &Station,
    account: &SourceAccount,
    day: Date,
    balance: Option<Balance>,
    township: &Township,
) -> Result<(Supply, Text), Text> {
    let usable = balance.and_then(|b| b.usable_m3).ok_or_else(words::no_usable_water)?;
    if station.kind == StationKind::Tank {
        let needed = demand(station, township).ok_or_else(words::no_demand)?;
        return Ok((lasts(usable, needed), words::without_refill(format!("{needed:.1}"))));
    }
    let storage = |back: i64| account.on(day.saturating_sub(back.days()))?.storage_m3();
    let window = i64::try_from(FALL_DAYS).unwrap_or(i64::MAX);
    let storages: Vec<Option<f64>> = (0..=window).rev().map(storage).collect();
    let found = supply(usable, &storages).ok_or_else(words::week_incomplete)?;
    Ok((found, words::by_fall_of_week()))
}

#[cfg(test)]
#[path = "drought_tests.rs"]
mod tests;
