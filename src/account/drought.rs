//! The drought day by day: grade with its reasons, sources with their water and days of supply, and the events that
//! the days propose.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::cells::{by_day, grown_on};
use super::earlier::{earlier_years, stored, usual};
use super::lacking::{lacking, reservoirs, serving};
use super::{Basis, Cells, Rank, SourceAccount, SourceDay};
use crate::core::{Parameter, Period, StationId};
use crate::locales::{Lang, Text, account as words, for_programs};
use crate::water::{
    self, Balance, FALL_DAYS, Grade, GradeRules, Graded, Grader, Index, Measure, Missing,
    ProposedEvent, Rainless, Reason, Station, StationKind, Status, Supply, Township, areal_mean,
    lasts, propose, rain_anomaly, rainless, soil_relative_moisture, supply,
};

/// The windows over which rain is compared with what is usual, days.
const RAIN_WINDOWS: [(Index, usize); 3] =
    [(Index::RainAnomaly30, 30), (Index::RainAnomaly60, 60), (Index::RainAnomaly90, 90)];

/// Days before a period that its indices look back on: the longest window of rain, and the day that is graded.
pub const LEAD_DAYS: i64 = 91;

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
    /// Its level among those of the same days of earlier years, of the last day that has a level of any source; `None`
    /// without enough of them.
    pub rank: Option<Rank>,
}

/// Why a day counts as one of drought.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DroughtCause {
    /// A source in the open stood at 旱警 or worse.
    Source { id: StationId, name: String },
    /// A rule gave the day a grade.
    Rule { rule: String, index: Index },
}

/// A day of the township.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DroughtDay {
    pub day: Date,
    /// The worst grade that a rule gives; `None` where that is not known, which is not the same as no drought: see
    /// [`Graded::grade`].
    pub grade: Option<Grade>,
    /// The grade may be worse: a rule lacks data.
    pub at_least: bool,
    /// What each rule says, the worst first.
    pub reasons: Vec<Reason>,
    /// The rules that lack data on this day.
    pub missing: Vec<Missing>,
    /// Areal mean of the rain, mm.
    pub rain_mm: Option<f64>,
    /// Days on end without rain, and whether there may have been more.
    pub rainless: Option<(u32, bool)>,
    /// The sources that have a level.
    pub sources: Vec<SourceState>,
    /// Why the day counts as one of drought; none where it does not, or where that is not known.
    pub causes: Vec<DroughtCause>,
}

/// The drought of some days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drought {
    pub days: Vec<DroughtDay>,
    pub events: Vec<ProposedEvent>,
    /// What takes no part on any day, and why; in JSON in Chinese.
    #[serde(serialize_with = "chinese")]
    pub lacking: Vec<Text>,
}

/// For JSON, which does not change with the language.
pub(super) fn chinese<T: Serialize, S: Serializer>(
    text: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
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
            let Some(station) = basis.township.station(&state.id) else { continue };
            let earlier = earlier_years(station, last.day, cells)?;
            let found = water::anomaly(stored(station, state.level_m), &usual(station, &earlier));
            state.anomaly = found.map(|anomaly| (anomaly.percent, anomaly.years));
            let levels: Vec<Vec<f64>> =
                earlier.iter().map(|(_, days)| days.values().copied().collect()).collect();
            state.rank = Rank::of(state.level_m, &levels);
        }
    }
    Ok(drought)
}

fn observe<'a, C: Cells>(basis: &Basis<'a>, cells: &mut C) -> Result<Observed<'a>, C::Error> {
    let mut observed = Observed::default();
    let period = basis.period;
    for station in &basis.township.stations {
        match station.kind {
            StationKind::RainGauge => {
                let rain = Parameter::RainfallTotal;
                let rain = by_day(station, rain, period, cells, grown_on)?;
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
    let mut grader = Grader::new(rules, |index| lacking(index, township).is_none());
    let mut days = Vec::new();
    for (index, (day, rain_mm)) in rain.iter().enumerate() {
        let mut measures = BTreeMap::new();
        let run = runs.as_ref().and_then(|runs| runs[index]);
        measures.extend(run.map(|run| {
            let most = run.most.map_or(f64::INFINITY, f64::from);
            (Index::RainlessDays, Measure { value: f64::from(run.days), most })
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
            (Index::StorageShare, storage_share(&states, township)),
            (Index::SupplyDays, supply_days(&states, township)),
        ] {
            measures.extend(value.map(|value| (kind, value.into())));
        }
        let Graded { grade, at_least, reasons, missing } = grader.day(day.month(), &measures);
        if *day >= period.from {
            let causes = causes(&states, &reasons);
            days.push(DroughtDay {
                day: *day,
                grade,
                at_least,
                reasons,
                missing,
                rain_mm: *rain_mm,
                rainless: run.map(|run: Rainless| (run.days, run.or_more())),
                sources: states,
                causes,
            });
        }
    }
    let marks = days.iter().map(|day| (day.day, in_drought(day)));
    let events = propose(&marks.collect::<Vec<_>>());
    Drought { events, days, lacking: taking_no_part(observed, township, rules) }
}

/// The indices of `rules` that take no part on any day, and why: by the township's file, or without any data.
fn taking_no_part(observed: &Observed<'_>, township: &Township, rules: &GradeRules) -> Vec<Text> {
    let indices = rules.indices();
    let mut found = Vec::new();
    for index in &indices {
        if let Some(why) = lacking(*index, township) {
            let ids = Text::list(rules.ids(*index));
            found.push(words::takes_no_part(index.name(), ids, why));
        }
    }
    let no_rain = observed.rain_mm.iter().all(BTreeMap::is_empty);
    if !observed.rain_mm.is_empty() && no_rain {
        found.push(words::no_rain_data());
    }
    let no_moisture = observed.soil.iter().all(|(_, days)| days.is_empty());
    if indices.contains(&Index::SoilMoisture) && !observed.soil.is_empty() && no_moisture {
        found.push(words::no_soil_data());
    }
    found
}

/// What makes a day one of drought: each source in the open at 旱警 or worse, and each rule that gives a grade.
fn causes(sources: &[SourceState], reasons: &[Reason]) -> Vec<DroughtCause> {
    let warned = |status: Status| status >= Status::Warn;
    let of_sources = sources
        .iter()
        .filter(|source| source.kind.is_open_water() && source.status.is_some_and(warned))
        .map(|source| DroughtCause::Source { id: source.id.clone(), name: source.name.clone() });
    let of_rules = reasons
        .iter()
        .filter(|reason| reason.grade > Grade::None)
        .map(|reason| DroughtCause::Rule { rule: reason.rule.clone(), index: reason.index });
    of_sources.chain(of_rules).collect()
}

/// Whether a day is one of drought: by one of its causes. `None` where there is none and the grade is not known. Where
/// no rule can take part, the sources say it alone.
fn in_drought(day: &DroughtDay) -> Option<bool> {
    if !day.causes.is_empty() {
        return Some(true);
    }
    let unruled = day.reasons.is_empty() && day.missing.is_empty();
    let open = |source: &SourceState| source.kind.is_open_water() && source.status.is_some();
    match day.grade {
        Some(_) => Some(false),
        None if unruled => day.sources.iter().any(open).then_some(false),
        None => None,
    }
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

/// Usable water of the reservoirs against that at normal level, %; `None` where it is not known of one of them.
fn storage_share(states: &[SourceState], township: &Township) -> Option<f64> {
    let (mut usable, mut full) = (0.0, 0.0);
    for reservoir in reservoirs(township) {
        let balance = states.iter().find(|s| s.id == reservoir.id)?.balance?;
        usable += balance.usable_m3?;
        full += balance.full_m3?;
    }
    (full > 0.0).then(|| usable / full * 100.0)
}

/// Days that the usable water of the sources that serve people lasts.
fn supply_days(states: &[SourceState], township: &Township) -> Option<f64> {
    let mut usable = 0.0;
    let mut needed = 0.0;
    for station in serving(township) {
        let state = states.iter().find(|s| s.id == station.id)?;
        usable += state.balance?.usable_m3?;
        needed += demand(station, township)?;
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
        rank: None,
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
