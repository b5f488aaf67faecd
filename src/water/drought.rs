//! The drought day by day, from what gauges, probes and levels showed: grade with its reasons, sources with their balance, and the
//! events that the days propose.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::balance::{Balance, FALL_DAYS, Supply, balance, lasts, soil_relative_moisture, supply};
use super::event::{ProposedEvent, propose};
use super::grade::{Grade, GradeRules, Grader, Index, Measure, Reason};
use super::rain::{anomaly, areal_mean, rainless};
use super::{Station, StationKind, Status, Township, status};

/// The windows over which rain is compared with what is usual, days.
const RAIN_WINDOWS: [(Index, usize); 3] =
    [(Index::RainAnomaly30, 30), (Index::RainAnomaly60, 60), (Index::RainAnomaly90, 90)];

/// Days before a period that its indices look back on: the longest window of rain, and the day that is graded.
pub const LEAD_DAYS: i64 = 91;

/// What was observed, by day; a day without data is not there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed<'a> {
    /// Of each rain gauge the rain, mm.
    pub rain_mm: Vec<BTreeMap<Date, f64>>,
    /// Of each soil station the mean moisture, % of volume.
    pub soil: Vec<(&'a Station, BTreeMap<Date, f64>)>,
    /// Of each source the last level, m.
    pub levels: Vec<(&'a Station, BTreeMap<Date, f64>)>,
}

/// A source on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceState {
    /// Station id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: StationKind,
    /// How it stands; `None` without thresholds or bottom.
    pub status: Option<Status>,
    /// Last level of the day, m.
    pub level_m: f64,
    /// Its water; `None` without a storage curve.
    pub balance: Option<Balance>,
    /// Days that it lasts; `None` where that is not known or no end is in sight, as `supply` says.
    pub supply_days: Option<u32>,
    /// How the days of supply come about, in Chinese.
    pub supply: String,
    /// Storage, or level without a curve, against the same days of earlier years, %; with how many years.
    pub anomaly: Option<(f64, usize)>,
}

/// A day of the township.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DroughtDay {
    /// The day.
    pub day: Date,
    /// The grade: the worst that a rule says; `None` where no rule could be applied, which is not the same as no drought.
    pub grade: Option<Grade>,
    /// What each rule says, the worst first.
    pub reasons: Vec<Reason>,
    /// Areal mean of the rain, mm.
    pub rain_mm: Option<f64>,
    /// Days on end without rain, and whether they may be more.
    pub rainless: Option<(u32, bool)>,
    /// The sources that have a level.
    pub sources: Vec<SourceState>,
}

/// The drought of some days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drought {
    /// The days.
    pub days: Vec<DroughtDay>,
    /// The events that they propose.
    pub events: Vec<ProposedEvent>,
    /// What could not be worked out, and why, in Chinese.
    pub lacking: Vec<String>,
}

/// The drought from `from` to `to`, by what was `observed` in these days and [`LEAD_DAYS`] before them.
pub fn drought(
    observed: &Observed<'_>,
    township: &Township,
    rules: &GradeRules,
    from: Date,
    to: Date,
) -> Drought {
    let first = from.saturating_sub(LEAD_DAYS.days());
    let rain: Vec<(Date, Option<f64>)> = first
        .series(1.day())
        .take_while(|day| *day <= to)
        .map(|day| {
            let gauges = observed.rain_mm.iter();
            let each: Vec<Option<f64>> = gauges.map(|g| g.get(&day).copied()).collect();
            (day, areal_mean(&each))
        })
        .collect();
    let amounts: Vec<Option<f64>> = rain.iter().map(|(_, mm)| *mm).collect();
    let climate = township.climate.as_ref();
    let runs = climate.map(|climate| rainless(&amounts, climate.rainless_mm));
    let sources: Vec<SourceDays<'_>> = observed.levels.iter().map(SourceDays::of).collect();
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
            let found = climate.and_then(|c| anomaly(&rain, index, window, &c.rain_mm));
            measures.extend(found.map(|percent| (kind, percent.into())));
        }
        let states: Vec<SourceState> =
            sources.iter().filter_map(|s| s.on(*day, township)).collect();
        for (kind, value) in [
            (Index::SoilMoisture, soil_moisture(observed, *day)),
            (Index::StorageShare, storage_share(&states)),
            (Index::SupplyDays, supply_days(&states, township)),
        ] {
            measures.extend(value.map(|value| (kind, value.into())));
        }
        let reasons = grader.day(day.month(), &measures);
        if *day >= from {
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

/// What the township's file or its stations lack for an index, in Chinese.
fn lacking(observed: &Observed<'_>, township: &Township) -> Vec<String> {
    let mut lacking = Vec::new();
    if township.climate.is_none() {
        lacking.push("乡镇配置没有 climate：不判断连续无雨和降水距平".to_owned());
    }
    if observed.rain_mm.iter().all(BTreeMap::is_empty) {
        lacking.push("没有雨量数据".into());
    }
    let soil = &observed.soil;
    if soil.iter().all(|(s, days)| s.field_capacity_percent.is_none() || days.is_empty()) {
        lacking.push("没有墒情数据，或墒情站没有写明田间持水量（field_capacity_percent）".into());
    }
    lacking
}

/// Whether a day is one of drought: by its grade, or by a source in the open at 旱警 or worse. `None` where neither is known.
fn in_drought(day: &DroughtDay) -> Option<bool> {
    let open =
        |kind| matches!(kind, StationKind::Pond | StationKind::Reservoir | StationKind::Channel);
    let of_sources = day.sources.iter().filter(|s| open(s.kind));
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

/// Days that the usable water of the sources which serve people lasts: tanks are refilled and are not counted.
fn supply_days(states: &[SourceState], township: &Township) -> Option<f64> {
    let mut usable = 0.0;
    let mut needed = 0.0;
    for station in township.stations.iter().filter(|s| s.kind != StationKind::Tank) {
        let Some(needs) = demand(station, township) else {
            continue;
        };
        let state = states.iter().find(|s| s.id == station.id.as_str())?;
        usable += state.balance?.usable_m3?;
        needed += needs;
    }
    match lasts(usable, needed) {
        Supply::Days(days) => Some(f64::from(days)),
        Supply::NoEnd => None,
    }
}

/// What the people whom a station serves draw in a day, m3.
fn demand(station: &Station, township: &Township) -> Option<f64> {
    let litres = township.demand.as_ref()?.litres_per_person_day;
    Some(f64::from(station.serves_persons?) * litres / 1000.0)
}

/// A source with its days.
struct SourceDays<'a> {
    station: &'a Station,
    /// By day: level, and status with the hysteresis of the days before.
    days: BTreeMap<Date, (f64, Option<Status>)>,
}

impl<'a> SourceDays<'a> {
    fn of((station, levels): &(&'a Station, BTreeMap<Date, f64>)) -> Self {
        let mut previous = None;
        let on = |(day, level_m): (&Date, &f64)| {
            previous = status(station, *level_m, day.month(), previous);
            (*day, (*level_m, previous))
        };
        Self { station, days: levels.iter().map(on).collect() }
    }

    fn storage(&self, day: Date) -> Option<f64> {
        let (level_m, _) = self.days.get(&day)?;
        Some(balance(self.station, *level_m)?.storage_m3)
    }

    fn on(&self, day: Date, township: &Township) -> Option<SourceState> {
        let (level_m, status) = *self.days.get(&day)?;
        let balance = balance(self.station, level_m);
        let (days, text) = match self.supply(day, balance, township) {
            Ok((Supply::Days(days), how)) => (Some(days), format!("{days}天（{how}）")),
            Ok((Supply::NoEnd, how)) => (None, format!("未见减少（{how}）")),
            Err(why) => (None, format!("未知：{why}")),
        };
        Some(SourceState {
            id: self.station.id.to_string(),
            name: self.station.name.clone(),
            kind: self.station.kind,
            status,
            level_m,
            balance,
            supply_days: days,
            supply: text,
            anomaly: None,
        })
    }

    /// How long the water lasts, and how that comes about: a tank as long as its people drink, since it is refilled; any other source as
    /// its fall of a week says.
    fn supply(
        &self,
        day: Date,
        balance: Option<Balance>,
        township: &Township,
    ) -> Result<(Supply, String), &'static str> {
        let usable = balance.and_then(|b| b.usable_m3).ok_or("没有库容曲线或死水位")?;
        if self.station.kind == StationKind::Tank {
            let needed =
                demand(self.station, township).ok_or("没有供水人口或人均用水（demand）")?;
            return Ok((lasts(usable, needed), format!("不补水时每天{needed:.1} m3")));
        }
        let window = i64::try_from(FALL_DAYS).unwrap_or(i64::MAX);
        let storages: Vec<Option<f64>> =
            (0..=window).rev().map(|back| self.storage(day.saturating_sub(back.days()))).collect();
        let found = supply(usable, &storages).ok_or("近7日数据不全")?;
        Ok((found, "按近7日蓄水变化".into()))
    }
}

#[cfg(test)]
#[path = "drought_tests.rs"]
mod tests;
