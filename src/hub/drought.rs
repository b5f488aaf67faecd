//! The drought day by day: grade with its reasons, sources with their balance, and the events that the days propose.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::{HubSettings, calendar};
use crate::core::{DayCell, Parameter, Period, Problem, Series};
use crate::store::Sqlite;
use crate::water::{
    self, Anomaly, FALL_DAYS, Grade, GradeRules, Grader, Index, ProposedEvent, Rainless, Reason,
    Station, StationKind, Status, Supply, Township,
};

/// Days before the period that are looked at: the longest window of rain, and the fall of a source.
const LEAD_DAYS: i64 = 91;
/// Earlier years that a source is compared with. Engineering judgement: what SL 424 calls 多年同期 is at least that of a gauge's life.
const EARLIER_YEARS: i16 = 10;
/// Days beside the same day of an earlier year that are taken with it. Engineering judgement, confidence 0.6: one day's level is chance.
const BESIDE_DAYS: i64 = 5;

/// A source on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceState {
    /// Station id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it stands; `None` without thresholds or bottom.
    pub status: Option<Status>,
    /// Its kind.
    pub kind: StationKind,
    /// Last level of the day, m.
    pub level_m: f64,
    /// Storage, m3.
    pub storage_m3: Option<f64>,
    /// Storage above dead storage, m3.
    pub usable_m3: Option<f64>,
    /// Usable water against that at normal level, 0 to 1 and above.
    pub share: Option<f64>,
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
    /// The grade: the worst that a rule says.
    pub grade: Grade,
    /// What each rule says, the worst first.
    pub reasons: Vec<Reason>,
    /// Areal mean of the rain, mm.
    pub rain_mm: Option<f64>,
    /// Days on end without rain, and whether they may be more.
    pub rainless: Option<(u32, bool)>,
    /// The sources.
    pub sources: Vec<SourceState>,
}

/// The drought of a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drought {
    /// Its days.
    pub days: Vec<DroughtDay>,
    /// The events that they propose.
    pub events: Vec<ProposedEvent>,
    /// What could not be worked out, and why, in Chinese.
    pub lacking: Vec<String>,
}

/// Works out the drought of `period` from the hub's files.
///
/// # Errors
/// The store cannot be read; the grades' rules are wrong.
pub fn drought(
    settings: &HubSettings,
    township: &Township,
    period: Period,
) -> anyhow::Result<Drought> {
    let rules = grade_rules(settings.drought_grades.as_deref(), &township.drought_grades);
    let rules = rules.map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })?;
    let reader = Reader {
        store: Sqlite::open_reader(&settings.store.path)?,
        calendar: calendar(township)?,
        period: Period {
            from: period.from.saturating_sub(LEAD_DAYS.days()),
            to: period.to,
        },
    };
    let rain = reader.rain(township)?;
    let soil = reader.soil(township)?;
    let mut sources = Vec::new();
    for station in township.stations.iter().filter(|s| s.kind.is_source()) {
        sources.push(reader.source(station)?);
    }
    let mut lacking = Vec::new();
    if township.climate.is_none() {
        lacking.push("乡镇配置没有 climate：无降水距平，连续无雨按 3 mm 计".to_owned());
    }
    if soil.is_empty() {
        lacking.push("没有写明田间持水量（field_capacity_percent）的墒情站：无土壤相对湿度".into());
    }
    let limit_mm = township.climate.as_ref().map_or(3.0, |c| c.rainless_mm);
    let amounts: Vec<Option<f64>> = rain.iter().map(|(_, mm)| *mm).collect();
    let runs = water::rainless(&amounts, limit_mm);
    let mut grader = Grader::new(&rules);
    let mut days = Vec::new();
    for (index, (day, rain_mm)) in rain.iter().enumerate() {
        let mut values = BTreeMap::new();
        // A run of unknown beginning may be longer: a rule must not be told less than it is, but it is told no more either.
        if let Some(run) = runs[index] {
            values.insert(Index::RainlessDays, f64::from(run.days));
        }
        if let Some(climate) = &township.climate {
            for (kind, window) in [
                (Index::RainAnomaly30, 30),
                (Index::RainAnomaly60, 60),
                (Index::RainAnomaly90, 90),
            ] {
                let found = water::rain_anomaly(&rain, index, window, &climate.rain_mm);
                values.extend(found.map(|percent| (kind, percent)));
            }
        }
        values.extend(soil.get(day).map(|percent| (Index::SoilMoisture, *percent)));
        let states: Vec<SourceState> = sources
            .iter()
            .filter_map(|source| source.on(*day, township))
            .collect();
        values.extend(storage_share(&states, township).map(|v| (Index::StorageShare, v)));
        values.extend(supply_days(&states, township).map(|v| (Index::SupplyDays, v)));
        let reasons = grader.day(day.month(), &values);
        if *day >= period.from {
            days.push(DroughtDay {
                day: *day,
                grade: reasons.first().map_or(Grade::None, |r| r.grade),
                reasons,
                rain_mm: *rain_mm,
                rainless: runs[index].map(|Rainless { days, or_more }| (days, or_more)),
                sources: states,
            });
        }
    }
    if let Some(last) = days.iter_mut().rfind(|day| !day.sources.is_empty()) {
        for state in &mut last.sources {
            let station = township.stations.iter().find(|s| s.id.as_str() == state.id);
            if let Some(station) = station {
                let now = state.storage_m3.unwrap_or(state.level_m);
                let found = reader.anomaly(station, last.day, now)?;
                state.anomaly = found.map(|a| (a.percent, a.years));
            }
        }
    }
    let marks: Vec<(Date, Option<bool>)> = days.iter().map(|d| (d.day, in_drought(d))).collect();
    Ok(Drought {
        events: water::propose(&marks),
        days,
        lacking,
    })
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

/// Whether a day is one of drought: by its grade, or by a source in the open at 旱警 or worse. `None` where neither is known.
fn in_drought(day: &DroughtDay) -> Option<bool> {
    let open = |kind| {
        matches!(
            kind,
            StationKind::Pond | StationKind::Reservoir | StationKind::Channel
        )
    };
    let of_sources = day.sources.iter().filter(|s| open(s.kind));
    let statuses: Vec<Status> = of_sources.filter_map(|s| s.status).collect();
    if day.reasons.is_empty() && statuses.is_empty() {
        return None;
    }
    let warned = statuses.iter().any(|status| *status >= Status::Warn);
    Some(day.grade > Grade::None || warned)
}

/// Usable water of the reservoirs against that at normal level, %.
fn storage_share(states: &[SourceState], township: &Township) -> Option<f64> {
    let (mut usable, mut full) = (0.0, 0.0);
    for state in states.iter().filter(|s| s.kind == StationKind::Reservoir) {
        let (own, share) = (state.usable_m3?, state.share?);
        usable += own;
        let station = township
            .stations
            .iter()
            .find(|s| s.id.as_str() == state.id)?;
        let normal = water::balance(station, station.normal_m?)?.usable_m3?;
        full += if share.is_finite() { normal } else { 0.0 };
    }
    (full > 0.0).then(|| usable / full * 100.0)
}

/// Days that the usable water of the sources which serve people lasts: tanks are refilled and are not counted.
fn supply_days(states: &[SourceState], township: &Township) -> Option<f64> {
    let demand = township.demand.as_ref()?;
    let (mut usable, mut needed) = (0.0, 0.0);
    for station in &township.stations {
        let Some(persons) = station
            .serves_persons
            .filter(|_| station.kind != StationKind::Tank)
        else {
            continue;
        };
        let state = states.iter().find(|s| s.id == station.id.as_str())?;
        usable += state.usable_m3?;
        needed += f64::from(persons) * demand.litres_per_person_day / 1000.0;
    }
    match water::lasts(usable, needed) {
        Supply::Days(days) if needed > 0.0 => Some(f64::from(days)),
        _ => None,
    }
}

/// The days of the store.
struct Reader {
    store: Sqlite,
    calendar: crate::core::Calendar,
    period: Period,
}

/// A source with its days.
struct SourceDays<'a> {
    station: &'a Station,
    /// By day: level, status.
    days: BTreeMap<Date, (f64, Option<Status>)>,
    /// By day: storage.
    storages: BTreeMap<Date, f64>,
}

impl Reader {
    fn days(
        &self,
        station: &Station,
        parameter: Parameter,
        period: Period,
    ) -> anyhow::Result<Vec<DayCell>> {
        let series = Series::new(station.id.clone(), parameter);
        if *self.store.calendar() == self.calendar {
            return Ok(self.store.days(&series, period)?);
        }
        let (from, to) = self.calendar.bounds(period);
        let hours = self.store.hours(&series, from, to)?;
        let day_of = |at| self.calendar.day_of(at);
        let days = hours.chunk_by(|a, b| day_of(a.hour_at) == day_of(b.hour_at));
        Ok(days
            .map(|day| DayCell::of(day_of(day[0].hour_at), day))
            .collect())
    }

    /// The areal mean of each day.
    fn rain(&self, township: &Township) -> anyhow::Result<Vec<(Date, Option<f64>)>> {
        let mut gauges = Vec::new();
        let of_kind = |s: &&Station| s.kind == StationKind::RainGauge;
        for station in township.stations.iter().filter(of_kind) {
            let cells = self.days(station, Parameter::RainfallTotal, self.period)?;
            let days: BTreeMap<Date, f64> = cells
                .iter()
                .filter_map(|cell| Some((cell.day, cell.increment?)))
                .collect();
            gauges.push(days);
        }
        let days = self.period.from.series(1.day());
        Ok(days
            .take_while(|day| *day <= self.period.to)
            .map(|day| {
                let each: Vec<Option<f64>> = gauges.iter().map(|g| g.get(&day).copied()).collect();
                (day, water::areal_mean(&each))
            })
            .collect())
    }

    /// Mean relative moisture of the soil on each day that has data.
    fn soil(&self, township: &Township) -> anyhow::Result<BTreeMap<Date, f64>> {
        let mut sums: BTreeMap<Date, (f64, u32)> = BTreeMap::new();
        for station in &township.stations {
            let Some(capacity) = station.field_capacity_percent else {
                continue;
            };
            for cell in self.days(station, Parameter::SoilMoisture, self.period)? {
                if let Some(mean) = cell.mean {
                    let sum = sums.entry(cell.day).or_default();
                    sum.0 += water::soil_relative_moisture(mean, capacity);
                    sum.1 += 1;
                }
            }
        }
        let mean = |(day, (sum, count)): (Date, (f64, u32))| (day, sum / f64::from(count));
        Ok(sums.into_iter().map(mean).collect())
    }

    fn source<'a>(&self, station: &'a Station) -> anyhow::Result<SourceDays<'a>> {
        let mut source = SourceDays {
            station,
            days: BTreeMap::new(),
            storages: BTreeMap::new(),
        };
        let mut previous = None;
        for cell in self.days(station, Parameter::Level, self.period)? {
            let Some(level_m) = cell.last else { continue };
            previous = water::status(station, level_m, cell.day.month(), previous);
            source.days.insert(cell.day, (level_m, previous));
            if let Some(balance) = water::balance(station, level_m) {
                source.storages.insert(cell.day, balance.storage_m3);
            }
        }
        Ok(source)
    }

    /// `now` against the same days of earlier years: their storage, or level without a curve.
    fn anomaly(&self, station: &Station, day: Date, now: f64) -> anyhow::Result<Option<Anomaly>> {
        let mut earlier = Vec::new();
        for back in 1..=EARLIER_YEARS {
            let Ok(then) = day.checked_sub(i32::from(back).years()) else {
                continue;
            };
            let beside = Period {
                from: then.saturating_sub(BESIDE_DAYS.days()),
                to: then.saturating_add(BESIDE_DAYS.days()),
            };
            let cells = self.days(station, Parameter::Level, beside)?;
            let values: Vec<f64> = cells
                .iter()
                .filter_map(|cell| cell.last)
                .map(|level| water::balance(station, level).map_or(level, |b| b.storage_m3))
                .collect();
            if !values.is_empty() {
                earlier.push(values.iter().sum::<f64>() / values.len() as f64);
            }
        }
        Ok(water::anomaly(now, &earlier))
    }
}

impl SourceDays<'_> {
    fn on(&self, day: Date, township: &Township) -> Option<SourceState> {
        let (level_m, status) = *self.days.get(&day)?;
        let balance = water::balance(self.station, level_m);
        let usable_m3 = balance.and_then(|b| b.usable_m3);
        let (supply, text) = self.supply(day, usable_m3, township);
        Some(SourceState {
            id: self.station.id.to_string(),
            name: self.station.name.clone(),
            status,
            kind: self.station.kind,
            level_m,
            storage_m3: balance.map(|b| b.storage_m3),
            usable_m3,
            share: balance.and_then(|b| b.share),
            supply_days: match supply {
                Some(Supply::Days(days)) => Some(days),
                _ => None,
            },
            supply: text,
            anomaly: None,
        })
    }

    /// A tank lasts as long as its people drink, since it is refilled; any other source as its fall of a week says.
    fn supply(
        &self,
        day: Date,
        usable_m3: Option<f64>,
        township: &Township,
    ) -> (Option<Supply>, String) {
        let Some(usable) = usable_m3 else {
            return (None, "没有库容曲线或死水位".into());
        };
        let (found, how) = if self.station.kind == StationKind::Tank {
            let (Some(persons), Some(demand)) = (self.station.serves_persons, &township.demand)
            else {
                return (None, "没有供水人口或人均用水（demand）".into());
            };
            let litres = demand.litres_per_person_day;
            let needed = f64::from(persons) * litres / 1000.0;
            let how = format!("不补水时{persons}人×{litres}升");
            (Some(water::lasts(usable, needed)), how)
        } else {
            let window = i64::try_from(FALL_DAYS).unwrap_or(i64::MAX);
            let storages: Vec<Option<f64>> = (0..=window)
                .rev()
                .map(|back| day.checked_sub(back.days()).ok())
                .map(|day| self.storages.get(&day?).copied())
                .collect();
            (
                water::supply(usable, &storages),
                "按近7日蓄水变化".to_owned(),
            )
        };
        match found {
            Some(Supply::Days(days)) => (found, format!("{days}天（{how}）")),
            Some(Supply::NoEnd) => (found, format!("未见减少（{how}）")),
            None => (None, "近7日数据不全".into()),
        }
    }
}
