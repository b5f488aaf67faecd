//! All figures of a period, from the hours and days of the stations and the rows of the ledger.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::catalogue::{FigureId, Recipe};
use super::draft::Draft;
use super::earlier::{self, Earlier, comparisons};
use super::facts::SourceFacts;
use super::ledger_rows::{self, Rows};
use super::plausibility::{Rules, check, places};
use super::wording::Wording;
use super::{
    Acceptance, Entry, EntryCode, Figure, PumpAccount, Statement, accounts, areas, engaged, pumps,
    sources, statement,
};
use crate::core::{Calendar, DayCell, HourCell, Parameter, Period, Series};
use crate::water::{CropKind, Station, Township};

/// What figures are computed from, next to the hours and days of the stations.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The township.
    pub township: &'a Township,
    /// The ledger, without rows that another one supersedes.
    pub entries: &'a [Entry],
    /// Where days begin.
    pub calendar: &'a Calendar,
    /// The drought event: what figures are summed over.
    pub period: Period,
    /// The figures of earlier years, of the same days and of other droughts; empty where none are to be compared with.
    pub earlier: &'a [Earlier],
    /// The rules that figures have to keep to.
    pub rules: &'a Rules,
    /// The findings that people have accepted.
    pub acceptances: &'a [Acceptance],
    /// How the office wants figures worded.
    pub wordings: &'a [Wording],
    /// Version of the program.
    pub code_version: &'static str,
}

/// Yields the hours of a series within some days, in order of time; none for a series that is not known.
pub type HoursOf<'a, E> = dyn FnMut(&Series, Period) -> Result<Vec<HourCell>, E> + 'a;

/// The statement of a period. All figures of the catalogue are in it, in its order; one without data is absent.
///
/// `hours` yields the cells of a series within some days, `days` those within the period, both in order of time, and none for a series
/// that is not known. Hours are asked for where days do not do: they are what takes time.
///
/// # Errors
/// Only what these fail with.
pub fn compute<E>(
    inputs: &Inputs<'_>,
    hours: &mut HoursOf<'_, E>,
    days: &mut dyn FnMut(&Series) -> Result<Vec<DayCell>, E>,
) -> Result<Statement, E> {
    let bounds = inputs.calendar.bounds(inputs.period);
    let period_h = (bounds.1.duration_since(bounds.0).as_hours()).max(0).unsigned_abs();
    let pump_accounts = accounts::accounts(inputs, hours, days)?;
    let mut source_facts = Vec::new();
    for station in &inputs.township.stations {
        if station.kind.is_source() {
            let cells = within(inputs, station, Parameter::Level, hours)?;
            source_facts.push(SourceFacts::of(station, &cells, period_h, inputs.calendar));
        }
    }
    let rows = Rows::new(inputs.entries, inputs.period);
    let figures = all(inputs, rows, &pump_accounts, &source_facts, bounds.1);
    let (township, period) = (inputs.township, inputs.period);
    let places = places(&figures, rows, &pump_accounts, township, period);
    let sources = statement::sources(&source_facts, township, period);
    Ok(Statement {
        period,
        days: statement::days(&pump_accounts, &sources, period),
        pumps: pump_accounts,
        sources,
        findings: check(inputs.rules, &places, inputs.acceptances, period),
        comparisons: comparisons(&figures, inputs.earlier),
        earlier: earlier::referred(&figures, inputs.earlier),
        villages: statement::villages(rows, township),
        entries: rows.all(),
        pending: Vec::new(),
        figures,
    })
}

/// The hours of a series in the period.
fn within<E>(
    inputs: &Inputs<'_>,
    station: &Station,
    parameter: Parameter,
    hours: &mut HoursOf<'_, E>,
) -> Result<Vec<HourCell>, E> {
    let (from, to) = inputs.calendar.bounds(inputs.period);
    let series = Series::new(station.id.clone(), parameter);
    let mut cells = hours(&series, inputs.period)?;
    cells.retain(|cell| from <= cell.hour_at && cell.hour_at < to);
    Ok(cells)
}

/// The figures from the facts.
fn all(
    inputs: &Inputs<'_>,
    rows: Rows<'_>,
    pump_accounts: &[PumpAccount],
    source_facts: &[SourceFacts<'_>],
    end: Timestamp,
) -> Vec<Figure> {
    let mut drafts = own(inputs, rows, pump_accounts, source_facts, end);
    for id in FigureId::ALL {
        let draft = match id.spec().recipe {
            Recipe::Own | Recipe::Total(_) => continue,
            Recipe::Sum(codes) => rows.sum(*id, codes),
            Recipe::State(codes) => rows.state(*id, codes),
            Recipe::Peak(codes) => rows.peak(*id, codes),
        };
        drafts.insert(*id, draft);
    }
    // What is made of other figures, in the order of the catalogue: a total follows its parts.
    for id in FigureId::ALL {
        let draft = match (id, id.spec().recipe) {
            (_, Recipe::Total(parts)) => total(*id, parts, &drafts),
            (FigureId::OilUsed, _) => engaged::oil_used(&drafts),
            (FigureId::AreaIrrigatedTimes, _) => {
                engaged::area_irrigated_times(&drafts, inputs.township)
            }
            (FigureId::StorageAnomaly, _) => earlier::storage_anomaly(&drafts, inputs.earlier),
            _ => continue,
        };
        drafts.insert(*id, draft);
    }
    let finish = |id: &FigureId| {
        let draft = drafts.remove(id).unwrap_or_else(|| Draft::new(*id));
        draft.finish(inputs.period, inputs.wordings, inputs.code_version)
    };
    FigureId::ALL.iter().map(finish).collect()
}

/// The figures that have a function of their own.
fn own(
    inputs: &Inputs<'_>,
    rows: Rows<'_>,
    pump_accounts: &[PumpAccount],
    source_facts: &[SourceFacts<'_>],
    end: Timestamp,
) -> BTreeMap<FigureId, Draft> {
    use FigureId as Id;
    let township = inputs.township;
    let areas = areas::areas(rows, township);
    let mut villages = ledger_rows::villages_affected(rows, township);
    sources::hint_villages(&mut villages, source_facts, township);
    let served = |id, code| ledger_rows::served(rows, id, code);
    let grain = |id, code| areas::of_grain(id, code, rows, township);
    BTreeMap::from([
        (Id::OnsetMonth, sources::onset_month(source_facts, rows)),
        (Id::VillagesAffected, villages),
        (Id::ChannelsDry, sources::channels_dry(source_facts)),
        (Id::PondsDry, sources::ponds_dry(source_facts)),
        (Id::ReservoirsDry, sources::reservoirs_dry(source_facts)),
        (Id::AreaAffected, areas.affected),
        (Id::AreaDamaged, areas.damaged),
        (Id::AreaFailed, areas.failed),
        (Id::AreaRescued, areas.rescued),
        (Id::LossAverted, areas.averted),
        (Id::GrainSaved, areas.grain_saved),
        (Id::GrainSavedValue, areas.grain_saved_value),
        (Id::CashCropsSaved, areas.cash_crops_saved),
        (Id::AffectedGrain, grain(Id::AffectedGrain, EntryCode::AreaAffected)),
        (Id::DamagedGrain, grain(Id::DamagedGrain, EntryCode::AreaDamaged)),
        (Id::FailedGrain, grain(Id::FailedGrain, EntryCode::AreaFailed)),
        (Id::SownGrain, areas::sown(Id::SownGrain, CropKind::Grain, township)),
        (Id::SownCash, areas::sown(Id::SownCash, CropKind::Cash, township)),
        (Id::EquipmentDeployed, pumps::equipment_deployed(pump_accounts, rows)),
        (Id::ElectricityUsed, pumps::electricity_used(pump_accounts, rows)),
        (Id::PumpHours, pumps::pump_hours(pump_accounts)),
        (Id::WaterPumped, pumps::water_pumped(pump_accounts)),
        (Id::PumpStationsEngaged, engaged::pump_stations(pump_accounts, township)),
        (Id::InstalledPower, engaged::installed_power(pump_accounts, township)),
        (Id::AreaIrrigated, engaged::area_irrigated(pump_accounts, township)),
        (Id::InspectionMonth, ledger_rows::inspection_month(rows)),
        (Id::ResponseLevel, ledger_rows::response_level(rows)),
        (Id::WaterWorksBuilt, ledger_rows::water_works_built(rows)),
        (Id::VillagesServed, ledger_rows::villages_served(rows, township)),
        (Id::GroupsServed, served(Id::GroupsServed, EntryCode::WaterWorkGroups)),
        (Id::PeopleServed, served(Id::PeopleServed, EntryCode::WaterWorkPersons)),
        (Id::DrinkingDifficulty, sources::drinking_difficulty(source_facts, rows, inputs.period)),
        (Id::StorageTotal, sources::storage_total(source_facts, end)),
    ])
}

/// The sum of other figures; absent where all of them are.
fn total(id: FigureId, parts: &[FigureId], drafts: &BTreeMap<FigureId, Draft>) -> Draft {
    let mut draft = Draft::new(id);
    let mut sum = None;
    let mut lacking = Vec::new();
    for part in parts {
        match drafts.get(part).and_then(Draft::value) {
            Some(value) => {
                draft.figure(*part, value);
                sum = Some(sum.unwrap_or(0.0) + value);
            }
            None => lacking.push(part.spec().name_zh),
        }
    }
    match sum {
        Some(sum) => {
            draft.number(sum);
            if !lacking.is_empty() {
                draft.note(format!("没有数据，未计入：{}", lacking.join("、")));
            }
        }
        None => draft.absent(format!("没有数据：{}", lacking.join("、"))),
    }
    draft
}
