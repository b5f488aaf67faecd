//! Figures from pumps: electricity, equipment that ran, hours, water.

use super::EntryCode;
use super::catalogue::FigureId;
use super::draft::{Draft, series_input};
use super::facts::{Coverage, Growth};
use super::ledger_rows::Rows;
use super::statement::PumpDay;
use crate::core::{DayCell, HourCell, Parameter, Series};
use crate::water::Station;

/// Energy above which a pump counts as having run, kWh. Engineering judgement, confidence 0.8: about a minute of a small pump,
/// and above what a meter's resolution and standby draw come to.
pub const RAN_ENERGY_KWH: f64 = 0.1;
/// Share of its rated power above which a pump counts as running (`domain.md` §5.3). Engineering judgement, confidence 0.7.
pub const RUNNING_POWER_SHARE: f64 = 0.2;

/// What the hours of a pump come to.
#[derive(Debug, Clone)]
pub(super) struct PumpFacts<'a> {
    /// The pump.
    pub station: &'a Station,
    /// Its electricity meter.
    pub energy: Growth,
    /// Its days.
    pub energy_days: Vec<PumpDay>,
    /// Its water meter, if it has one.
    pub volume: Growth,
    /// Its running-hours register, if it has one.
    pub run_hours: Growth,
    /// Coverage of its power.
    pub power: Coverage,
    /// Hours whose mean power lay above [`RUNNING_POWER_SHARE`] of the rated one; `None` without power or rated value.
    pub power_h: Option<f64>,
}

/// The cells of a pump's series: days of its registers, hours of its power.
pub(super) struct PumpCells {
    /// `energy_total`
    pub energy: Vec<DayCell>,
    /// `volume_total`
    pub volume: Vec<DayCell>,
    /// `run_hours`
    pub run_hours: Vec<DayCell>,
    /// `power`
    pub power: Vec<HourCell>,
}

impl<'a> PumpFacts<'a> {
    /// The facts of `station` by the cells of its series.
    pub fn of(station: &'a Station, cells: &PumpCells, period_h: u64) -> PumpFacts<'a> {
        let power = Coverage::of(&cells.power, period_h);
        let rated = station.pump.as_ref().map(|p| p.rated_power_kw);
        let power_h = rated.filter(|_| power.covered_h > 0).map(|rated| {
            let limit = rated * RUNNING_POWER_SHARE;
            let above = |c: &&HourCell| c.mean.is_some_and(|mean| mean > limit);
            cells.power.iter().filter(above).count() as f64
        });
        PumpFacts {
            station,
            energy: Growth::of(&cells.energy, period_h),
            energy_days: cells.energy.iter().map(PumpDay::of).collect(),
            volume: Growth::of(&cells.volume, period_h),
            run_hours: Growth::of(&cells.run_hours, period_h),
            power,
            power_h,
        }
    }

    /// Whether it ran in the period; `None` where nothing tells.
    pub fn ran(&self) -> Option<bool> {
        let by_energy = self.energy.least.map(|kwh| kwh > RAN_ENERGY_KWH);
        let by_power = self.power_h.map(|hours| hours > 0.0);
        match (by_energy, by_power) {
            (None, None) => None,
            (energy, power) => Some(energy == Some(true) || power == Some(true)),
        }
    }

    /// Its series of `parameter`, as an input names it.
    pub fn series(&self, parameter: Parameter) -> String {
        Series::new(self.station.id.clone(), parameter).to_string()
    }
}

/// Notes the pumps that nothing is known of.
fn note_unknown(draft: &mut Draft, unknown: &[&str], what: &str) {
    if !unknown.is_empty() {
        draft.note(format!(
            "{}个泵站没有{what}，未计入：{}",
            unknown.len(),
            unknown.join("、")
        ));
    }
}

/// Σ growth of the energy registers, plus what was declared.
pub(super) fn electricity_used(pumps: &[PumpFacts<'_>], rows: Rows<'_>) -> Draft {
    let mut draft = Draft::new(FigureId::ElectricityUsed);
    let (mut least, mut most, mut known) = (0.0, 0.0, 0usize);
    let mut unknown = Vec::new();
    for pump in pumps {
        let energy = &pump.energy;
        draft.cover(energy.coverage);
        draft.input(series_input(
            pump.series(Parameter::EnergyTotal),
            energy.least,
            "counter difference",
            energy.note(),
            energy.coverage,
        ));
        match energy.least {
            Some(kwh) => {
                least += kwh;
                most += energy.most;
                known += 1;
            }
            None => unknown.push(pump.station.name.as_str()),
        }
    }
    let declared = rows.of(EntryCode::ElectricityDeclared);
    for entry in &declared {
        draft.entry(entry);
        least += entry.value;
        most += entry.value;
    }
    if known > 0 || (pumps.is_empty() && !declared.is_empty()) {
        draft.number(least);
        draft.bounds(least, most);
        if most > least {
            draft.note(format!(
                "因清零或换表，真实值可能高出至多{:.1} kWh",
                most - least
            ));
        }
    } else {
        draft.absent("没有任何电表数据");
    }
    note_unknown(&mut draft, &unknown, "电表数据");
    draft
}

/// Pumps that ran, plus sets declared without a meter.
pub(super) fn equipment_deployed(pumps: &[PumpFacts<'_>], rows: Rows<'_>) -> Draft {
    let mut draft = Draft::new(FigureId::EquipmentDeployed);
    let (mut ran, mut known) = (0.0, 0usize);
    let mut unknown = Vec::new();
    for pump in pumps {
        let by_energy = pump.energy.least.is_some() || pump.power_h.is_none();
        let (parameter, coverage) = if by_energy {
            (Parameter::EnergyTotal, pump.energy.coverage)
        } else {
            (Parameter::Power, pump.power)
        };
        draft.cover(coverage);
        let one = pump.ran().map(|ran| if ran { 1.0 } else { 0.0 });
        draft.input(series_input(
            pump.series(parameter),
            one,
            "ran in the period",
            pump.station.name.clone(),
            coverage,
        ));
        match one {
            Some(one) => {
                ran += one;
                known += 1;
            }
            None => unknown.push(pump.station.name.as_str()),
        }
    }
    let declared = rows.of(EntryCode::EquipmentDeclared);
    for entry in &declared {
        draft.entry(entry);
        ran += entry.value;
    }
    if known > 0 || !declared.is_empty() {
        draft.number(ran);
        draft.bounds(ran, ran + unknown.len() as f64);
    } else {
        draft.absent("没有任何泵站数据，台账中也没有“未装表抗旱设备”");
    }
    note_unknown(&mut draft, &unknown, "运行数据");
    draft
}

/// One pump's share of a figure: value, most, method, parameter, growth note and coverage.
type Share = (f64, f64, &'static str, Parameter, String, Coverage);

/// Sums over pumps what `share` says of each.
fn over_pumps<'a>(
    id: FigureId,
    pumps: &[PumpFacts<'a>],
    share: impl Fn(&PumpFacts<'a>) -> Option<Share>,
) -> Draft {
    let mut draft = Draft::new(id);
    let (mut least, mut most, mut known) = (0.0, 0.0, 0usize);
    let mut unknown = Vec::new();
    for pump in pumps {
        match share(pump) {
            Some((value, top, method, parameter, note, coverage)) => {
                least += value;
                most += top;
                known += 1;
                draft.cover(coverage);
                let from = pump.series(parameter);
                draft.input(series_input(from, Some(value), method, note, coverage));
            }
            None => {
                unknown.push(pump.station.name.as_str());
                draft.cover(pump.energy.coverage);
                draft.input(series_input(
                    pump.series(Parameter::EnergyTotal),
                    None,
                    "no data",
                    "没有数据".into(),
                    pump.energy.coverage,
                ));
            }
        }
    }
    if known > 0 {
        draft.number(least);
        draft.bounds(least, most);
    } else {
        draft.absent("没有任何泵站数据");
    }
    note_unknown(&mut draft, &unknown, "数据");
    draft
}

/// A register's growth as a pump's share.
fn by_register(growth: &Growth, parameter: Parameter) -> Option<Share> {
    let method = "counter difference";
    let (least, coverage) = (growth.least?, growth.coverage);
    Some((
        least,
        growth.most,
        method,
        parameter,
        growth.note(),
        coverage,
    ))
}

/// A pump's energy times `factor` as its share.
fn by_energy(pump: &PumpFacts<'_>, factor: f64, method: &'static str) -> Option<Share> {
    let energy = &pump.energy;
    let least = energy.least?;
    factor.is_finite().then(|| {
        let (value, most) = (least * factor, energy.most * factor);
        (
            value,
            most,
            method,
            Parameter::EnergyTotal,
            energy.note(),
            energy.coverage,
        )
    })
}

/// Running hours of all pumps.
pub(super) fn pump_hours(pumps: &[PumpFacts<'_>]) -> Draft {
    over_pumps(FigureId::PumpHours, pumps, |pump| {
        let by_power = || {
            let hours = pump.power_h?;
            let method = "power above 20 % of rated";
            Some((
                hours,
                hours,
                method,
                Parameter::Power,
                String::new(),
                pump.power,
            ))
        };
        let by_rated = || {
            let plate = pump.station.pump.as_ref()?;
            by_energy(pump, 1.0 / plate.rated_power_kw, "energy / rated")
        };
        by_register(&pump.run_hours, Parameter::RunHours)
            .or_else(by_power)
            .or_else(by_rated)
    })
}

/// Water pumped.
pub(super) fn water_pumped(pumps: &[PumpFacts<'_>]) -> Draft {
    over_pumps(FigureId::WaterPumped, pumps, |pump| {
        by_register(&pump.volume, Parameter::VolumeTotal).or_else(|| {
            let plate = pump.station.pump.as_ref()?;
            let factor = plate.rated_flow_m3h / plate.rated_power_kw;
            by_energy(pump, factor, "energy x rated")
        })
    })
}
