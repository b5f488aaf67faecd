//! The township on the morning of a day: what a water officer asks first, and what has changed since yesterday.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::drinking::drinking;
use super::drought::chinese;
use super::lately::Lately;
use super::pump::pump_now;
use super::pumped::pumps;
use super::rain::rain;
use super::stored::stored;
use super::{
    Basis, Cells, Change, ChangeKind, Drinking, Drought, DroughtDay, Entry, LEAD_DAYS, PumpAccount,
    Pumped, Rain, SourceState, Stored, change, drought,
};
use crate::core::{Calendar, Parameter, Period, Series, StationId};
use crate::locales::Text;
use crate::water::{GradeRules, Station, StationKind, Township};

/// What the morning's page says beside the state of each source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Morning {
    pub day: Date,
    /// The instant that it was worked out for.
    pub at: Timestamp,
    /// Grade with its reasons, sources with rank, anomaly and days of supply: of today, or of yesterday as long as
    /// today has no data; `None` where neither has any.
    pub today: Option<DroughtDay>,
    /// How sources stood yesterday that have no level of `today`.
    pub earlier: Vec<SourceState>,
    /// What takes no part in the grade, and why; in JSON in Chinese.
    #[serde(serialize_with = "chinese")]
    pub lacking: Vec<Text>,
    pub rain: Rain,
    pub stored: Stored,
    pub drinking: Drinking,
    /// All pumps, over the day before.
    pub yesterday: Pumped,
    /// All pumps since the drought event began, and since when; `None` where the ledger names no event.
    pub event: Option<(Period, Pumped)>,
    /// What is different from yesterday, the worst first.
    pub changes: Vec<Change>,
    /// Sources with a level on both days: of no other can it be said that nothing has changed.
    pub compared: u32,
}

/// What a morning is made from, besides hours and days.
#[derive(Debug, Clone, Copy)]
pub struct MorningBasis<'a> {
    pub township: &'a Township,
    pub calendar: &'a Calendar,
    /// The rows of the ledger that count.
    pub entries: &'a [Entry],
    pub rules: &'a GradeRules,
    pub now: Timestamp,
    /// The drought event that the ledger names.
    pub event: Option<Period>,
}

impl<'a> MorningBasis<'a> {
    fn over(&self, period: Period) -> Basis<'a> {
        let MorningBasis { township, calendar, entries, .. } = *self;
        Basis { township, calendar, entries, period }
    }

    fn today(&self) -> Date {
        self.calendar.day_of(self.now)
    }

    fn yesterday(&self) -> Date {
        self.today().saturating_sub(1.day())
    }
}

impl Morning {
    /// The last that is known of each source: of today, or else of yesterday.
    pub fn states(&self) -> impl Iterator<Item = &SourceState> + Clone {
        self.today.iter().flat_map(|day| &day.sources).chain(&self.earlier)
    }
}

/// The morning of `basis`.
pub fn morning<C: Cells>(basis: &MorningBasis<'_>, cells: &mut C) -> Result<Morning, C::Error> {
    let (today, yesterday) = (basis.today(), basis.yesterday());
    let both = basis.over(Period { from: yesterday, to: today });
    let Drought { days, lacking, .. } = drought(&both, basis.rules, cells)?;
    let pumps_yesterday = pumps(&basis.over(Period { from: yesterday, to: yesterday }), cells)?;
    let changes = match days.as_slice() {
        [before, now] => changes(basis, before, now, &pumps_yesterday, cells)?,
        _ => Vec::new(),
    };
    let event = basis
        .event
        .filter(|event| event.from <= today)
        .map(|event| Period { from: event.from, to: event.to.min(today) });
    let event = match event {
        Some(event) => Some((event, Pumped::of(&pumps(&basis.over(event), cells)?))),
        None => None,
    };
    let compared = match days.as_slice() {
        [before, now] => now.sources.iter().filter(|state| of(before, &state.id).is_some()).count(),
        _ => 0,
    };
    let mut told = days.into_iter().rev().filter(has_data);
    let (shown, before) = (told.next(), told.next());
    let rainless = shown.as_ref().and_then(|day| day.rainless);
    let rain = rain(basis.township, basis.calendar, (basis.now, rainless), cells)?;
    let mut morning = Morning {
        at: basis.now,
        day: today,
        earlier: not_among(before, shown.as_ref()),
        today: shown,
        lacking,
        rain,
        stored: Stored::default(),
        drinking: Drinking::default(),
        yesterday: Pumped::of(&pumps_yesterday),
        event,
        changes,
        compared: u32::try_from(compared).unwrap_or(u32::MAX),
    };
    morning.stored = stored(basis.township, today, morning.states(), cells)?;
    morning.drinking = drinking(basis.township, morning.states());
    Ok(morning)
}

/// Whether anything was observed on a day.
fn has_data(day: &DroughtDay) -> bool {
    !day.sources.is_empty() || day.rain_mm.is_some()
}

/// The sources of the day `before` that have no level on the day that is `shown`.
fn not_among(before: Option<DroughtDay>, shown: Option<&DroughtDay>) -> Vec<SourceState> {
    let states = before.map(|day| day.sources).unwrap_or_default();
    let is_shown = |state: &SourceState| shown.is_some_and(|day| of(day, &state.id).is_some());
    states.into_iter().filter(|state| !is_shown(state)).collect()
}

fn of<'a>(day: &'a DroughtDay, station: &StationId) -> Option<&'a SourceState> {
    day.sources.iter().find(|state| &state.id == station)
}

/// What is different today from the end of yesterday.
fn changes<C: Cells>(
    basis: &MorningBasis<'_>,
    before: &DroughtDay,
    now: &DroughtDay,
    pumps_yesterday: &[PumpAccount],
    cells: &mut C,
) -> Result<Vec<Change>, C::Error> {
    let mut changes = Vec::new();
    let climate = basis.township.climate.as_ref();
    let of_all = change::of_grade(before, now).into_iter();
    let of_all = of_all.chain(change::of_rain(before, now, climate));
    changes.extend(of_all.map(|kind| Change { station: None, name: None, kind }));
    for station in &basis.township.stations {
        let found = if station.kind.is_source() {
            of_source(basis, station, [of(before, &station.id), of(now, &station.id)], cells)?
        } else if station.kind == StationKind::Pump && stood(pumps_yesterday, &station.id) {
            let today = basis.over(Period { from: now.day, to: now.day });
            let (_, ran) = pump_now(&today, station, cells)?;
            ran.then_some(ChangeKind::PumpStarted).into_iter().collect()
        } else {
            continue;
        };
        let about = |kind| {
            let (id, name) = (station.id.clone(), station.name.clone());
            Change { station: Some(id), name: Some(name), kind }
        };
        changes.extend(found.into_iter().map(about));
    }
    changes.sort_by_key(|change| change.kind.order());
    Ok(changes)
}

/// Whether a pump is known not to have run.
fn stood(accounts: &[PumpAccount], station: &StationId) -> bool {
    accounts.iter().any(|pump| &pump.station == station && pump.ran == Some(false))
}

fn of_source<C: Cells>(
    basis: &MorningBasis<'_>,
    station: &Station,
    [before, now]: [Option<&SourceState>; 2],
    cells: &mut C,
) -> Result<Vec<ChangeKind>, C::Error> {
    let (today, yesterday) = (basis.today(), basis.yesterday());
    let lately = Lately::of(station, basis.calendar, today, cells)?;
    let mut found = Vec::new();
    match (before, now) {
        (Some(before), Some(now)) => {
            let months = [yesterday.month(), today.month()];
            let as_it_is = |kind| change::by_limits(station, before.level_m, months, kind);
            found.extend(change::of_source(before, now).into_iter().map(as_it_is));
        }
        (Some(before), None) if !lately.has(today) && lately.is_overdue(basis.now) => {
            found.push(ChangeKind::Silent { before: before.status });
        }
        (None, Some(now)) if !lately.has(yesterday) && was_heard(basis, station, cells)? => {
            found.push(ChangeKind::Back { now: now.status });
        }
        _ => {}
    }
    // A tank is refilled: its level falls as its people drink.
    let falls = lately.falls_faster.filter(|_| now.is_some() && station.kind != StationKind::Tank);
    found.extend(falls.map(|m_per_day| ChangeKind::FallsFaster { m_per_day }));
    Ok(found)
}

/// Whether a source has levels of the months before yesterday: one that is new has not come back.
fn was_heard<C: Cells>(
    basis: &MorningBasis<'_>,
    station: &Station,
    cells: &mut C,
) -> Result<bool, C::Error> {
    let yesterday = basis.yesterday();
    let before = Period {
        from: yesterday.saturating_sub(LEAD_DAYS.days()),
        to: yesterday.saturating_sub(1.day()),
    };
    let days = cells.days(&Series::new(station.id.clone(), Parameter::Level), before)?;
    Ok(days.iter().any(|day| day.counted > 0))
}

#[cfg(test)]
#[path = "morning_tests.rs"]
mod tests;
