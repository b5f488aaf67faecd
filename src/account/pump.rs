//! The account of a pump over the period: electricity, water and running hours, each by the best way that its data
//! allow, with what happened to the series behind them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::gap::Span;
use super::integral::{Hour, integral};
use super::quantity::PLATE_MARGIN;
use super::register::{OpenBy, Reading, Register};
use super::running::{
    RUNNING_POWER_SHARE, RunGround, SeenHour, hour_spans, idle_kw, is_close, unseen_h,
};
use super::{Basis, Cells, Coverage, MeterEvents, Method, Quantity, Segment, UnusedReplacement};
use crate::core::{
    AssetId, Correction, DayCell, HourCell, Parameter, Series, StationId, VillageId,
};
use crate::locales::{Text, account as words};
use crate::water::{KWH_PER_M3_M, Pump, Station};

/// Frequency at which a pump has its rated flow, Hz: that of the mains (GB/T 15945).
const RATED_HZ: f64 = 50.0;
/// How far the efficiency from wire to water may lie from the one declared or implied by the plate, as a share: wear,
/// part load and the state of the intake. Engineering judgement, confidence 0.5.
const EFFICIENCY_SPREAD: f64 = 0.2;
/// Share of what running at the plate's power or flow comes to, below which a register contradicts the running hours.
/// Engineering judgement, confidence 0.6: as the share of power from which a pump counts as running.
const CONTRADICTED_SHARE: f64 = 0.2;

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
    /// Whether it ran; `None` where the data leave it open.
    pub ran: Option<bool>,
    /// What tells whether it ran, or why nothing does.
    pub run_ground: RunGround,
    /// Why it may have drawn more electricity than was counted.
    pub energy_open_by: BTreeSet<OpenBy>,
    /// Electricity that was settled on each day with data, kWh.
    pub days: Vec<(Date, f64)>,
    /// What happened to the series behind the quantities: those of the energy first, each in order of time.
    pub segments: Vec<Segment>,
    /// What happened to the registers with data that were read, in numbers.
    pub meters: Vec<MeterEvents>,
    /// Rows of the ledger that replace one of its meters in the period and are not used.
    pub unused: Vec<UnusedReplacement>,
    /// Why its registers are not to be believed, where they contradict themselves or another instrument; the bounds
    /// allow for it.
    pub contradiction: Option<Text>,
    /// What people have corrected of its instruments' readings of the period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
}

/// What its account may be made from.
const INSTRUMENTS: [Parameter; 7] = [
    Parameter::EnergyTotal,
    Parameter::VolumeTotal,
    Parameter::RunHours,
    Parameter::RunState,
    Parameter::Power,
    Parameter::Flow,
    Parameter::Frequency,
];

/// A quantity and what happened to its series.
type Counted = (Quantity, Vec<Segment>);

/// The stations under which instruments of the pump `station` are read: its own first.
pub(super) fn stations(station: &Station) -> impl Iterator<Item = &StationId> {
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
        Reader::new(basis, station, cells, true).account()
    }

    /// The series of the registers of the pump `station`, whether or not they exist: of its own and of its meters'
    /// stations, the billed electricity first.
    pub fn registers(station: &Station) -> Vec<Series> {
        let own = [Parameter::EnergyTotal, Parameter::RunHours, Parameter::VolumeTotal];
        let all = stations(station)
            .flat_map(|id| own.map(|parameter| Series::new(id.clone(), parameter)));
        let billed = energy_series(station);
        let others: Vec<Series> = all.filter(|series| *series != billed).collect();
        std::iter::once(billed).chain(others).collect()
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

/// The electricity of the pump `station`, kWh, and whether it ran: as in its account, without the rest of it.
pub(super) fn pump_now<C: Cells>(
    basis: &Basis<'_>,
    station: &Station,
    cells: &mut C,
) -> Result<(Option<f64>, bool), C::Error> {
    let mut reader = Reader::new(basis, station, cells, false);
    let energy = reader.energy()?;
    let ground = reader.ran(&energy, None)?;
    Ok((energy.quantity.value, ground.ran() == Some(true)))
}

/// Reads the instruments of one pump.
pub(super) struct Reader<'a, 'b, C> {
    pub(super) basis: &'b Basis<'a>,
    pub(super) station: &'b Station,
    pub(super) cells: &'b mut C,
    /// Whether what lies after the period is read.
    later: bool,
    /// The registers with data that were read.
    meters: Vec<MeterEvents>,
    unused: Vec<UnusedReplacement>,
}

impl<'a, 'b, C: Cells> Reader<'a, 'b, C> {
    fn new(
        basis: &'b Basis<'a>,
        station: &'b Station,
        cells: &'b mut C,
        later: bool,
    ) -> Reader<'a, 'b, C> {
        Reader { basis, station, cells, later, meters: Vec::new(), unused: Vec::new() }
    }

    fn account(&mut self) -> Result<PumpAccount, C::Error> {
        let station = self.station;
        let plate = station.pump.as_ref();
        let mut energy = self.energy()?;
        let run_hours = self.any_register(Parameter::RunHours, Some(1.0 / PLATE_MARGIN))?;
        let ground = self.ran(&energy, Some(&run_hours))?;
        let ran = ground.ran();
        let counted = self.counted_hours(run_hours, &energy)?;
        let mut why = Vec::new();
        let known = counted.as_ref().ok().map(|(hours, _)| hours);
        why.extend(contradiction(&mut energy, known, plate.map(|p| p.rated_power_kw), self.span()));
        if !why.is_empty() {
            energy.open_by.insert(OpenBy::Contradiction);
        }
        if let (None, Some(plate)) = (energy.quantity.value, plate) {
            let [least, most] = energy.quantity.bounds;
            let known = self.most_kwh(plate, known, ran);
            energy.quantity.set_bounds([least, most.min(known)]);
        }
        let (hours, hours_segments) = match counted {
            Ok(counted) => counted,
            Err(most) => (self.hours_by_energy(&energy.quantity, ran, most), vec![]),
        };
        let (volume, volume_segments) = self.volume(&energy, &hours, ran, &mut why)?;
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
            run_ground: ground,
            energy_open_by: energy.open_by,
            days: energy.days,
            segments,
            meters: std::mem::take(&mut self.meters),
            unused: std::mem::take(&mut self.unused),
            contradiction: (!why.is_empty()).then(|| Text::clauses(why)),
            corrections: self.corrections()?,
        })
    }

    /// The corrections of its instruments, in the order in which they were entered.
    fn corrections(&mut self) -> Result<Vec<Correction>, C::Error> {
        let mut found = Vec::new();
        for id in stations(self.station) {
            for parameter in INSTRUMENTS {
                let series = Series::new(id.clone(), parameter);
                found.extend(self.cells.corrections(&series, self.basis.period)?);
            }
        }
        found.sort_by_key(|correction| correction.id);
        found.dedup_by_key(|correction| correction.id);
        Ok(found)
    }

    pub(super) fn span(&self) -> Span<'a> {
        self.basis.span()
    }

    pub(super) fn days(&mut self, series: &Series) -> Result<Vec<DayCell>, C::Error> {
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
        let mut reading = Reading { basis: self.basis, cells: &mut *self.cells, later: self.later };
        let register = reading.register(&series, rated)?;
        self.meters.extend(register.events.clone());
        self.unused.extend(register.unused.iter().cloned());
        Ok(register)
    }

    /// The billed electricity meter.
    fn energy(&mut self) -> Result<Register, C::Error> {
        let rated = self.station.pump.as_ref().map(|plate| plate.rated_power_kw);
        self.register(energy_series(self.station), rated)
    }

    /// The register of `parameter` of the first of the pump's stations that has data; without any, the most that the
    /// readings around the period leave open.
    pub(super) fn any_register(
        &mut self,
        parameter: Parameter,
        rated: Option<f64>,
    ) -> Result<Result<Register, f64>, C::Error> {
        let mut most = f64::INFINITY;
        for id in stations(self.station) {
            let read = self.register(Series::new(id.clone(), parameter), rated)?;
            if read.quantity.value.is_some() {
                return Ok(Ok(read));
            }
            most = most.min(read.quantity.bounds[1]);
        }
        Ok(Err(most))
    }

    /// Running hours by register, else state, else power; without any of them, the most that is left open. Runs between
    /// polls are in the bounds as far as `energy` tells of them.
    fn counted_hours(
        &mut self,
        run_hours: Result<Register, f64>,
        energy: &Register,
    ) -> Result<Result<Counted, f64>, C::Error> {
        let span = self.span();
        let period_h = span.hours() as f64;
        let most = match run_hours {
            Ok(mut register) => {
                let events = register.events.as_ref();
                if events.is_some_and(|events| events.is_wild() || events.restarts()) {
                    register.quantity.widen(period_h);
                }
                let [least, most] = register.quantity.bounds;
                register.quantity.set_bounds([least, most.min(period_h)]);
                return Ok(Ok((register.quantity, register.segments)));
            }
            Err(most) => most.min(period_h),
        };
        if let Some((series, cells)) = self.hours_of(Parameter::RunState)? {
            let share = |cell: &HourCell| Some(Hour::sure(cell.mean?.clamp(0.0, 1.0)));
            let method = Method::RunState;
            if let Some(mut counted) = integral((&series, &cells), &span, 1.0, method, share) {
                let seen = cells.iter().filter_map(|cell| Some((cell.hour_at, share(cell)?, 0.0)));
                self.widen_by_unseen(&mut counted.0, &seen.collect::<Vec<_>>(), energy)?;
                return Ok(Ok(counted));
            }
        }
        let Some(plate) = &self.station.pump else {
            return Ok(Err(most));
        };
        if let Some((series, cells)) = self.hours_of(Parameter::Power)? {
            let limit = plate.rated_power_kw * RUNNING_POWER_SHARE;
            let share = |cell: &HourCell| running(cell, limit);
            let method = Method::PowerAboveShare;
            if let Some(mut counted) = integral((&series, &cells), &span, 1.0, method, share) {
                let seen = cells
                    .iter()
                    .filter_map(|cell| Some((cell.hour_at, share(cell)?, cell.min.unwrap_or(0.0))));
                self.widen_by_unseen(&mut counted.0, &seen.collect::<Vec<_>>(), energy)?;
                return Ok(Ok(counted));
            }
        }
        Ok(Err(most))
    }

    /// Lets the bounds of running `hours` that were polled reach as far as the energy that the `seen` hours do not
    /// explain: each with the share that it ran and the least power that was seen, kW.
    fn widen_by_unseen(
        &mut self,
        hours: &mut Quantity,
        seen: &[(Timestamp, Hour, f64)],
        energy: &Register,
    ) -> Result<(), C::Error> {
        let reliable = energy.events.as_ref().is_some_and(|events| !events.is_wild());
        let Some(plate) = self.station.pump.as_ref().filter(|_| reliable) else {
            return Ok(());
        };
        if is_close(hours.coverage) {
            return Ok(());
        }
        let rated_kw = plate.rated_power_kw;
        let limit = RUNNING_POWER_SHARE * rated_kw;
        let seen = seen.iter().map(|(at, hour, kw)| SeenHour {
            at: *at,
            ran: hour.value,
            kw: kw.max(limit),
        });
        let seen: Vec<SeenHour> = seen.collect();
        let cells = self.cells.hours(&energy.quantity.series, self.basis.period)?;
        let rate = Some(rated_kw * PLATE_MARGIN);
        let growth = hour_spans(&cells, rate, |first| energy.ends.open(first));
        let [least, most] = hours.bounds;
        let more = unseen_h(&cells, &growth, &seen, rated_kw);
        let period_h = self.span().hours() as f64;
        hours.set_bounds([least, (most + more).min(period_h).max(most)]);
        Ok(())
    }

    /// Running hours by energy and rated power, at most `most`.
    fn hours_by_energy(&self, energy: &Quantity, ran: Option<bool>, most: f64) -> Quantity {
        let period_h = self.span().hours();
        let plate = self.station.pump.as_ref().filter(|_| energy.value.is_some());
        let Some(plate) = plate else {
            return Quantity::unknown(energy.series.clone(), period_h, most);
        };
        // It may have drawn more than its plate says, or run at as little as counts as running.
        let per_kwh = 1.0 / plate.rated_power_kw;
        let spread = [per_kwh / PLATE_MARGIN, per_kwh / RUNNING_POWER_SHARE];
        let of = self.without_idling(energy, plate);
        derived(of.times(Method::EnergyByRated, per_kwh, spread), ran, most)
    }

    /// The most electricity that a silent meter can have missed, by the running hours.
    fn most_kwh(&self, plate: &Pump, hours: Option<&Quantity>, ran: Option<bool>) -> f64 {
        let period_h = self.span().hours() as f64;
        let running_h = match (ran, hours) {
            (Some(false), _) => 0.0,
            (_, Some(hours)) if are_known(hours) => hours.bounds[1],
            _ => period_h,
        };
        idle_kw(plate.rated_power_kw) * period_h + plate.rated_power_kw * PLATE_MARGIN * running_h
    }

    /// The same energy with as much less at least as may have been drawn while the pump stood.
    fn without_idling(&self, energy: &Quantity, plate: &Pump) -> Quantity {
        let idle = idle_kw(plate.rated_power_kw) * self.span().hours() as f64;
        let mut own = energy.clone();
        own.bounds[0] = (own.bounds[0] - idle).max(0.0);
        own
    }

    /// Water: by register, else flow, else the drive's frequency, else energy and head.
    fn volume(
        &mut self,
        energy: &Register,
        hours: &Quantity,
        ran: Option<bool>,
        why: &mut Vec<Text>,
    ) -> Result<Counted, C::Error> {
        let plate = self.station.pump.as_ref();
        let span = self.span();
        let rated = plate.map(|plate| plate.rated_flow_m3h);
        let most = match self.any_register(Parameter::VolumeTotal, rated)? {
            Ok(mut register) => {
                let own = hours.method != Method::EnergyByRated && hours.value.is_some();
                let hours = Some(hours).filter(|_| own);
                why.extend(contradiction(&mut register, hours, rated, span));
                return Ok((register.quantity, register.segments));
            }
            Err(most) => most,
        };
        let Some(plate) = plate else {
            let series = energy.quantity.series.clone();
            return Ok((Quantity::unknown(series, span.hours(), most), vec![]));
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
        let most = most.min(rate * span.hours() as f64);
        Ok((derived(self.by_head(plate, energy)?, ran, most), vec![]))
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
        let all = self.without_idling(&energy.quantity, plate);
        let per_kwh = plate.wire_to_water() / (KWH_PER_M3_M * plate.rated_head_m);
        let low = per_kwh * (1.0 - EFFICIENCY_SPREAD) * self.lift_share(plate);
        let high = per_kwh * (1.0 + EFFICIENCY_SPREAD);
        if all.value.is_none() {
            return Ok(all.times(Method::NoData, per_kwh, [low, high]));
        }
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

/// A quantity made of energy: nothing where the pump stood, and at most `most`.
fn derived(mut quantity: Quantity, ran: Option<bool>, most: f64) -> Quantity {
    if ran == Some(false) {
        quantity.value = quantity.value.map(|_| 0.0);
    }
    let [least, own] = quantity.bounds;
    quantity.value = quantity.value.map(|value| value.min(most));
    quantity.set_bounds([least.min(most), own.min(most)]);
    quantity
}

/// Whether running hours leave no room for runs that nobody saw: those of a register, and of close polls.
fn are_known(hours: &Quantity) -> bool {
    hours.method == Method::CounterDifference || is_close(hours.coverage)
}

/// Why a register is not to be believed, where it is not: its bounds then reach as far as what the running hours come
/// to at the `rated` power or flow, or the plate in all hours.
fn contradiction(
    register: &mut Register,
    hours: Option<&Quantity>,
    rated: Option<f64>,
    span: Span<'_>,
) -> Option<Text> {
    let (events, rated) = (register.events.as_ref()?, rated?);
    let least_h = hours.map_or(0.0, |hours| hours.bounds[0]);
    let known = hours.filter(|hours| are_known(hours));
    let most_h = known.map_or(span.hours() as f64, |hours| hours.bounds[1]);
    let name = events.series.parameter.spec().name();
    let why = if events.is_wild() {
        words::meter_wild(name, events.glitches, events.readings)
    } else if events.restarts() {
        let restarts = events.resets + events.rollovers;
        words::meter_restarts(name, restarts, events.days)
    } else if register.quantity.bounds[1] < CONTRADICTED_SHARE * rated * least_h {
        let grown = format!("{:.1}", events.growth);
        words::meter_behind(name, grown, format!("{least_h:.0}"))
    } else if let Some(most) = known.map(|_| taken_at_most(rated, most_h, span))
        && register.quantity.bounds[0] > most
    {
        let grown = format!("{:.1}", events.growth);
        register.quantity.lower(most);
        return Some(words::meter_ahead(name, grown, format!("{most_h:.0}")));
    } else {
        return None;
    };
    register.quantity.widen(rated * PLATE_MARGIN * most_h);
    Some(why)
}

/// The most that a pump of `rated` takes or delivers in `most_h` hours, with what it draws while it stands.
fn taken_at_most(rated: f64, most_h: f64, span: Span<'_>) -> f64 {
    rated * PLATE_MARGIN * most_h + idle_kw(rated) * span.hours() as f64
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
