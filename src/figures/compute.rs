//! All figures of a period, from the hours and days of the stations and the rows of the ledger.

use jiff::Timestamp;

use super::catalogue::FigureId;
use super::draft::Draft;
use super::facts::SourceFacts;
use super::ledger_rows::{self, Rows};
use super::{Entry, EntryCode, Figure, PumpAccount, accounts, areas, pumps, sources};
use crate::core::{Calendar, DayCell, HourCell, Parameter, Period, Series};
use crate::water::{Station, Township};

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
    /// Version of the program.
    pub code_version: &'static str,
}

/// The money put into drought relief, by source: project money for drinking water is another figure.
const FUNDS: &[EntryCode] = &[
    EntryCode::FundsCentral,
    EntryCode::FundsProvince,
    EntryCode::FundsCounty,
    EntryCode::FundsCollective,
    EntryCode::FundsRaised,
];

/// All figures of the catalogue, in its order. A figure without data is there, and absent.
///
/// `hours` and `days` yield the cells of a series within the period in order of time, and none for a series that is not known.
///
/// # Errors
/// Only what these fail with.
pub fn compute<E>(
    inputs: &Inputs<'_>,
    hours: &mut dyn FnMut(&Series) -> Result<Vec<HourCell>, E>,
    days: &mut dyn FnMut(&Series) -> Result<Vec<DayCell>, E>,
) -> Result<Vec<Figure>, E> {
    let bounds = inputs.calendar.bounds(inputs.period);
    let period_h = (bounds.1.duration_since(bounds.0).as_hours())
        .max(0)
        .unsigned_abs();
    let pump_accounts = accounts::accounts(inputs, hours, days)?;
    let mut source_facts = Vec::new();
    for station in &inputs.township.stations {
        if station.kind.is_source() {
            let cells = within(bounds, station, Parameter::Level, hours)?;
            source_facts.push(SourceFacts::of(station, &cells, period_h, inputs.calendar));
        }
    }
    Ok(all(inputs, &pump_accounts, &source_facts, bounds.1))
}

/// The cells of a series, without what lies outside the period.
fn within<E>(
    (from, to): (Timestamp, Timestamp),
    station: &Station,
    parameter: Parameter,
    hours: &mut dyn FnMut(&Series) -> Result<Vec<HourCell>, E>,
) -> Result<Vec<HourCell>, E> {
    let mut cells = hours(&Series::new(station.id.clone(), parameter))?;
    cells.retain(|cell| from <= cell.hour_at && cell.hour_at < to);
    Ok(cells)
}

/// The figures from the facts.
fn all(
    inputs: &Inputs<'_>,
    pump_accounts: &[PumpAccount],
    source_facts: &[SourceFacts<'_>],
    end: Timestamp,
) -> Vec<Figure> {
    let township = inputs.township;
    let rows = Rows::new(inputs.entries, inputs.period);
    let areas = areas::areas(rows, township);
    let mut villages = ledger_rows::villages_affected(rows, township);
    sources::hint_villages(&mut villages, source_facts, township);
    let mut funds = rows.sum(FigureId::FundsInvested, FUNDS);
    let mut project = rows.sum(FigureId::WaterProjectFunds, &[EntryCode::WaterProjectFunds]);
    same_money(&mut funds, &mut project);
    let served = |id, code| ledger_rows::served(rows, id, code);
    let drafts = [
        sources::onset_month(source_facts, rows),
        villages,
        sources::channels_dry(source_facts),
        sources::ponds_dry(source_facts),
        areas.affected,
        areas.damaged,
        areas.failed,
        pumps::equipment_deployed(pump_accounts, rows),
        pumps::electricity_used(pump_accounts, rows),
        rows.sum(FigureId::GasolineUsed, &[EntryCode::Gasoline]),
        funds,
        areas.rescued,
        areas.averted,
        ledger_rows::inspection_month(rows),
        project,
        ledger_rows::water_works_built(rows),
        ledger_rows::villages_served(rows, township),
        served(FigureId::GroupsServed, EntryCode::WaterWorkGroups),
        served(FigureId::PeopleServed, EntryCode::WaterWorkPersons),
        sources::drinking_difficulty(source_facts, rows, inputs.period),
        pumps::pump_hours(pump_accounts),
        pumps::water_pumped(pump_accounts),
        sources::storage_total(source_facts, end),
    ];
    drafts
        .into_iter()
        .map(|draft| draft.finish(inputs.period, inputs.code_version))
        .collect()
}

/// Notes two sums of money that are the same to the yuan: the two are easily taken for one another.
fn same_money(funds: &mut Draft, project: &mut Draft) {
    if funds.value().is_some() && funds.value() == project.value() {
        funds.note("与饮水工程项目资金数额相同，请核对是否混用");
        project.note("与投入抗旱资金数额相同，请核对是否混用");
    }
}
