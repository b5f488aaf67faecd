//! The account of a pump over the period: electricity, water and running hours, each by the best way that its data
//! allow, with what happened to the series behind them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::gap::Span;
use super::integral::{Hour, integral};
use super::quantity::{PLATE_MARGIN, notes};
use super::register::{Ends, Register, register};
use super::replacement::replacements;
use super::{Basis, Cells, Coverage, EntryCode, Method, Quantity, Segment};
use crate::core::{AssetId, DayCell, HourCell, Parameter, Period, Series, StationId, VillageId};
use crate::water::{KWH_PER_M3_M, Pump, Station};

/// Energy above which a pump counts as having run, kWh. Engineering judgement, confidence 0.8: about a minute of a
/// small pump, and above what a meter's resolution and standby draw come to.
pub const RAN_ENERGY_KWH: f64 = 0.1;
/// Share of its rated power above which a pump counts as running (`docs/domain.md` §3.3). Engineering judgement,
/// confidence 0.7.
pub const RUNNING_POWER_SHARE: f64 = 0.2;
/// Frequency at which a pump has its rated flow, Hz: that of the mains (GB/T 15945).
const RATED_HZ: f64 = 50.0;
/// How far the efficiency from wire to water may lie from the one declared or implied by the plate, as a share: wear,
/// part load and the state of the intake. Engineering judgement, confidence 0.5.
const EFFICIENCY_SPREAD: f64 = 0.2;

/// What a pump did in the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PumpAccount {
    pub station: StationId,
    pub name: String,
    pub village: VillageId,
    /// The set that stands there, if it moves.
    pub asset: Option<AssetId>,
    /// Electricity by its billed meter, kWh.
    pub energy_kwh: Quantity,
    pub volume_m3: Quantity,
    pub run_hours: Quantity,
    /// Whether it ran; `None` where nothing tells.
    pub ran: Option<bool>,
    /// Electricity that was settled on each day with data, kWh.
    pub days: Vec<(Date, f64)>,
    /// What happened to the series behind the quantities: those of the energy first, each in order of time.
    pub segments: Vec<Segment>,
}

/// A quantity and what happened to its series.
type Counted = (Quantity, Vec<Segment>);

/// The stations under which instruments of the pump `station` are read: its own first.
fn stations(station: &Station) -> impl Iterator<Item = &StationId> {
    let own = &station.id;
    let meters = station.pump.iter().flat_map(|plate| &plate.meters);
    std::iter::once(own).chain(meters.map(|meter| &meter.station).filter(move |id| *id != own))
}

fn energy_series(station: &Station) -> Series {
    let plate = station.pump.as_ref();
    let billed = plate.map_or(&station.id, |plate| plate.billed(&station.id));
    Series::new(billed.clone(), Parameter::EnergyTotal)
}

impl PumpAccount {
    pub fn of<C: Cells>(
        basis: &Basis<'_>,
        station: &Station,
        cells: &mut C,
    ) -> Result<PumpAccount, C::Error> {
        Reader { basis, station, cells }.account()
    }

    /// The series that tells whether it ran, with its coverage.
    pub fn ran_by(&self) -> (&Series, Coverage) {
        let by = if self.energy_kwh.value.is_some() || self.run_hours.value.is_none() {
            &self.energy_kwh
        } else {
            &self.run_hours
        };
        (&by.series, by.coverage)
    }
}

/// The electricity of the pump `station`, kWh: that of its account, read as a sum where no meter was replaced.
pub(super) fn measured_kwh<C: Cells>(
    basis: &Basis<'_>,
    station: &Station,
    cells: &mut C,
) -> Result<Option<f64>, C::Error> {
    Reader { basis, station, cells }.grown(energy_series(station))
}

/// Whether running hours of the pump `station` were counted other than by its energy: as in its account, read by days.
pub(super) fn ran_hours<C: Cells>(
    basis: &Basis<'_>,
    station: &Station,
    cells: &mut C,
) -> Result<bool, C::Error> {
    let mut reader = Reader { basis, station, cells };
    for id in stations(station) {
        if let Some(hours) = reader.grown(Series::new(id.clone(), Parameter::RunHours))? {
            return Ok(hours > 0.0);
        }
    }
    let power_kw = station.pump.as_ref().map(|plate| plate.rated_power_kw * RUNNING_POWER_SHARE);
    for (parameter, limit) in [(Parameter::RunState, Some(0.0)), (Parameter::Power, power_kw)] {
        let Some(limit) = limit else { continue };
        for id in stations(station) {
            let days = reader.days(&Series::new(id.clone(), parameter))?;
            if days.iter().any(|day| day.counted > 0) {
                return Ok(days.iter().any(|day| day.max.is_some_and(|max| max > limit)));
            }
        }
    }
    Ok(false)
}

struct Reader<'a, 'b, C> {
    basis: &'b Basis<'a>,
    station: &'b Station,
    cells: &'b mut C,
}

impl<'a, C: Cells> Reader<'a, '_, C> {
    fn account(&mut self) -> Result<PumpAccount, C::Error> {
        let station = self.station;
        let plate = station.pump.as_ref();
        let energy = self.register(energy_series(station), plate.map(|p| p.rated_power_kw))?;
        let (hours, hours_segments) = self.run_hours(&energy.quantity)?;
        let (volume, volume_segments) = self.volume(&energy)?;
        let ran = ran(&energy.quantity, &hours);
        let mut segments = energy.segments;
        segments.extend(volume_segments);
        segments.extend(hours_segments);
        Ok(PumpAccount {
            station: station.id.clone(),
            name: station.name.clone(),
            village: station.village.clone(),
            asset: plate.and_then(|plate| plate.asset.clone()),
            energy_kwh: energy.quantity,
            volume_m3: volume,
            run_hours: hours,
            ran,
            days: energy.days,
            segments,
        })
    }

    fn span(&self) -> Span<'a> {
        self.basis.span()
    }

    fn days(&mut self, series: &Series) -> Result<Vec<DayCell>, C::Error> {
        self.cells.days(series, self.basis.period)
    }

    /// The hours of `parameter` of the first of the pump's stations that has any.
    fn hours_of(
        &mut self,
        parameter: Parameter,
    ) -> Result<Option<(Series, Vec<HourCell>)>, C::Error> {
        for id in stations(self.station) {
            let series = Series::new(id.clone(), parameter);
            let cells = self.cells.hours(&series, self.basis.period)?;
            if cells.iter().any(|cell| cell.counted > 0) {
                return Ok(Some((series, cells)));
            }
        }
        Ok(None)
    }

    /// A register; `rated` is its growth in an hour at the plate's power or flow.
    fn register(&mut self, series: Series, rated: Option<f64>) -> Result<Register, C::Error> {
        let days = self.days(&series)?;
        let (pairs, alone) = replacements(&series, self.basis.entries);
        let span = self.span();
        let mut ends = Ends::default();
        let mut with_data = days.iter().filter(|cell| cell.counted > 0);
        if let Some(first) = with_data.next()
            && !Ends::are_closed(&days, &span)
        {
            // Only the first and the last day with data tell where the data begin and end.
            let last = with_data.next_back().unwrap_or(first).day;
            let day = |day: Date| Period { from: day, to: day };
            let mut hours = self.cells.hours(&series, day(first.day))?;
            if last != first.day {
                hours.extend(self.cells.hours(&series, day(last))?);
            }
            ends = Ends::of(&hours, &span);
        }
        let mut read = register(&series, &days, &span, ends, rated, &pairs);
        if !alone.is_empty() {
            let own = std::mem::take(&mut read.quantity.note);
            read.quantity.note = notes(std::iter::once(own).chain(alone));
        }
        Ok(read)
    }

    /// The value of [`Reader::register`] alone, read as a sum where the ledger replaces no meter.
    fn grown(&mut self, series: Series) -> Result<Option<f64>, C::Error> {
        let mut rows = self.basis.entries.iter().filter(|e| e.code == EntryCode::MeterReplaced);
        let name = series.to_string();
        if rows.any(|row| row.work.as_ref() == Some(&name)) {
            return Ok(self.register(series, None)?.quantity.value);
        }
        self.cells.grown(&series, self.basis.period)
    }

    /// The register of `parameter` of the first of the pump's stations that has data.
    fn any_register(
        &mut self,
        parameter: Parameter,
        rated: Option<f64>,
    ) -> Result<Option<Counted>, C::Error> {
        for id in stations(self.station) {
            let read = self.register(Series::new(id.clone(), parameter), rated)?;
            if read.quantity.value.is_some() {
                return Ok(Some((read.quantity, read.segments)));
            }
        }
        Ok(None)
    }

    /// Running hours: by register, else state, else power, else energy.
    fn run_hours(&mut self, energy: &Quantity) -> Result<Counted, C::Error> {
        if let Some(counted) = self.any_register(Parameter::RunHours, Some(1.0 / PLATE_MARGIN))? {
            return Ok(counted);
        }
        let span = self.span();
        if let Some((series, cells)) = self.hours_of(Parameter::RunState)? {
            let share = |cell: &HourCell| Some(Hour::sure(cell.mean?.clamp(0.0, 1.0)));
            let method = Method::RunState;
            if let Some(counted) = integral((&series, &cells), &span, 1.0, method, share) {
                return Ok(counted);
            }
        }
        let Some(plate) = &self.station.pump else {
            return Ok((Quantity::unknown(energy.series.clone(), span.hours()), vec![]));
        };
        if let Some((series, cells)) = self.hours_of(Parameter::Power)? {
            let limit = plate.rated_power_kw * RUNNING_POWER_SHARE;
            let share = |cell: &HourCell| running(cell, limit);
            let method = Method::PowerAboveShare;
            if let Some(counted) = integral((&series, &cells), &span, 1.0, method, share) {
                return Ok(counted);
            }
        }
        if energy.value.is_none() {
            return Ok((energy.clone(), vec![]));
        }
        // It may have drawn more than its plate says, or run at as little as counts as running.
        let per_kwh = 1.0 / plate.rated_power_kw;
        let spread = [per_kwh / PLATE_MARGIN, per_kwh / RUNNING_POWER_SHARE];
        let mut hours = energy.times(Method::EnergyByRated, per_kwh, spread);
        hours.bounds = hours.bounds.map(|[least, most]| [least, most.min(span.hours() as f64)]);
        Ok((hours, vec![]))
    }

    /// Water: by register, else flow, else the drive's frequency, else energy and head.
    fn volume(&mut self, energy: &Register) -> Result<Counted, C::Error> {
        let plate = self.station.pump.as_ref();
        let rated = plate.map(|plate| plate.rated_flow_m3h);
        if let Some(counted) = self.any_register(Parameter::VolumeTotal, rated)? {
            return Ok(counted);
        }
        let span = self.span();
        let Some(plate) = plate else {
            let series = energy.quantity.series.clone();
            return Ok((Quantity::unknown(series, span.hours()), vec![]));
        };
        let rate = plate.rated_flow_m3h * PLATE_MARGIN;
        if let Some((series, cells)) = self.hours_of(Parameter::Flow)? {
            let flow = |cell: &HourCell| Some(Hour::sure(cell.mean?.max(0.0)));
            if let Some(counted) =
                integral((&series, &cells), &span, rate, Method::FlowIntegral, flow)
            {
                return Ok(counted);
            }
        }
        if let Some((series, cells)) = self.hours_of(Parameter::Frequency)? {
            let states = self.hours_of(Parameter::RunState)?;
            let states: BTreeMap<_, _> = states
                .iter()
                .flat_map(|(_, cells)| cells)
                .filter_map(|cell| Some((cell.hour_at, cell.mean?)))
                .collect();
            let low = self.lift_share(plate) / PLATE_MARGIN;
            let flow = |cell: &HourCell| {
                let state = states.get(&cell.hour_at).copied();
                let flow = plate.rated_flow_m3h * speed(cell, state)?;
                Some(Hour { value: flow, bounds: [flow * low, flow * PLATE_MARGIN] })
            };
            let method = Method::FrequencyOfDrive;
            if let Some(counted) = integral((&series, &cells), &span, rate, method, flow) {
                return Ok(counted);
            }
        }
        Ok((self.by_head(plate, energy)?, vec![]))
    }

    /// The rated head as a share of the head when the source is down to its bottom; 1 where its levels are not known.
    fn lift_share(&self, plate: &Pump) -> f64 {
        let source = self.basis.township.station(&plate.source);
        let drop_m = source.and_then(|source| Some(source.normal_m? - source.bottom_m?));
        plate.rated_head_m / (plate.rated_head_m + drop_m.unwrap_or(0.0).max(0.0))
    }

    /// Water by energy and head: V = E η / (0.002725 H). H is the plate's head at the source's normal level, and on
    /// each day more by as much as the level stood below that.
    fn by_head(&mut self, plate: &Pump, energy: &Register) -> Result<Quantity, C::Error> {
        let all = &energy.quantity;
        if all.value.is_none() {
            return Ok(all.clone());
        }
        let per_kwh = plate.wire_to_water() / (KWH_PER_M3_M * plate.rated_head_m);
        let low = per_kwh * (1.0 - EFFICIENCY_SPREAD) * self.lift_share(plate);
        let high = per_kwh * (1.0 + EFFICIENCY_SPREAD);
        let source = self.basis.township.station(&plate.source);
        let normal_m = source.and_then(|source| source.normal_m);
        let mut drops = BTreeMap::new();
        if let Some(normal_m) = normal_m {
            let level = Series::new(plate.source.clone(), Parameter::Level);
            for cell in self.days(&level)? {
                if let Some(level_m) = cell.mean {
                    drops.insert(cell.day, (normal_m - level_m).max(0.0));
                }
            }
        }
        let mut volume_m3 = 0.0;
        for (day, kwh) in &energy.days {
            let drop_m = drops.get(day).copied().unwrap_or(0.0);
            volume_m3 += kwh * per_kwh * plate.rated_head_m / (plate.rated_head_m + drop_m);
        }
        let mut volume = all.times(Method::EnergyAndHead, per_kwh, [low, high]);
        volume.value = Some(volume_m3);
        Ok(volume)
    }
}

/// Whether a pump ran, by its energy and its running hours.
fn ran(energy: &Quantity, hours: &Quantity) -> Option<bool> {
    let by_energy = energy.value.map(|kwh| kwh > RAN_ENERGY_KWH);
    let own = hours.series != energy.series;
    let by_hours = hours.value.filter(|_| own).map(|hours| hours > 0.0);
    match (by_energy, by_hours) {
        (None, None) => None,
        (energy, hours) => Some(energy == Some(true) || hours == Some(true)),
    }
}

/// How much of an hour a pump ran, by its power: all or nothing where all polls agree, otherwise the mean as a share
/// of the highest.
fn running(cell: &HourCell, limit: f64) -> Option<Hour> {
    let (mean, low, high) = (cell.mean?, cell.min?, cell.max?);
    if low > limit {
        return Some(Hour::sure(1.0));
    }
    if high <= limit {
        return Some(Hour::sure(0.0));
    }
    Some(Hour { value: (mean / high).clamp(0.0, 1.0), bounds: [0.0, 1.0] })
}

/// The mean speed of an hour as a share of the rated one. Some drives show a frequency while they stand: where the
/// share of the hour that the pump ran is known, it is an upper limit.
fn speed(cell: &HourCell, state: Option<f64>) -> Option<f64> {
    let (mean, high) = (cell.mean?, cell.max?);
    let seen = mean.max(0.0) / RATED_HZ;
    Some(state.map_or(seen, |share| seen.min(share.clamp(0.0, 1.0) * high / RATED_HZ)))
}
