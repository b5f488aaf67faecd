//! The simulated township, hour by hour: weather, soil, sources, pumps, and the values that its instruments show.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

use super::SimError;
use super::field::Field;
use super::scenario::{Fault, Scenario};
use super::source::{Hour, Source};
use super::truth::{PumpTruth, SourceTruth, Truth};
use super::weather::Day;
use crate::core::{Calendar, Parameter, StationId};
use crate::locales::{Text, demo as words};
use crate::water::{self, StationKind, Township};

/// Supply voltage without load, V (GB/T 12325: 220 V + 7 % at most), and its drop while a pump runs.
const VOLTAGE_V: (f64, f64) = (229.0, 5.0);
/// Mains frequency, Hz.
pub(super) const MAINS_HZ: f64 = 50.0;
/// Battery of a solar station, V: at its lowest, at dawn, and the difference to the early afternoon.
const BATTERY_V: (f64, f64) = (12.4, 0.9);
/// Soil temperature at 20 cm depth, degC: mean of the year and half its range; engineering judgement for Jiangxi.
const SOIL_DEGC: (f64, f64) = (19.0, 10.0);
/// Day of the year on which the soil is warmest.
const SOIL_WARMEST_DAY: f64 = 210.0;

/// A simulated township. Same township, scenario and seed: same world, however its time is cut into steps.
pub struct World {
    scenario: Scenario,
    seed: u64,
    calendar: Calendar,
    now: Timestamp,
    /// The last full hour that the physics has reached.
    hour_at: Timestamp,
    event: (Timestamp, Timestamp),
    day: Day,
    local: DateTime,
    soil_deficit_mm: f64,
    sources: BTreeMap<StationId, Source>,
    pumps: BTreeMap<StationId, Pump>,
    gauges: BTreeMap<StationId, Gauge>,
    soils: Vec<StationId>,
    /// Full hours of the day at which each source was dry.
    dry_today: BTreeMap<StationId, u32>,
    /// Full hours of the day at which the sources were looked at.
    hours_today: u32,
    truth: Truth,
}

struct Pump {
    source: StationId,
    field: Field,
}

impl Pump {
    /// The pump with this number in the township; it owns the random numbers of its field and its meters.
    fn new(
        scenario: &Scenario,
        seed: u64,
        number: u32,
        station: &StationId,
        rated: &water::Pump,
    ) -> Result<Self, SimError> {
        if rated.rated_flow_m3h <= 0.0 || rated.rated_head_m <= 0.0 {
            return Err(SimError::Station {
                path: words::the_township(),
                station: station.clone(),
                rule: words::flow_and_head_above_zero(),
            });
        }
        let mut field = Field::new(scenario, seed, number, rated);
        if let Some(preset) = scenario.presets.iter().find(|p| p.station == *station) {
            field.registers.energy_kwh = preset.energy_kwh;
        }
        Ok(Self { source: rated.source.clone(), field })
    }
}

struct Gauge {
    /// Index of its place in the day's weather.
    place: usize,
    register_mm: f64,
}

impl World {
    /// The world in the first hour of its physics.
    ///
    /// # Errors
    /// [`SimError::Station`] where township and scenario do not fit together.
    pub fn new(
        township: &Township,
        scenario: &Scenario,
        seed: u64,
        zone: &Calendar,
    ) -> Result<Self, SimError> {
        check_names(township, scenario)?;
        let mut sources = BTreeMap::new();
        let mut pumps: BTreeMap<StationId, Pump> = BTreeMap::new();
        let mut gauges = BTreeMap::new();
        let mut soils = Vec::new();
        for station in &township.stations {
            match (station.kind, &station.pump) {
                (kind, _) if kind.is_source() => {
                    sources.insert(station.id.clone(), Source::new(scenario, station)?);
                }
                (StationKind::Pump, Some(rated)) => {
                    let number = u32::try_from(pumps.len()).unwrap_or(u32::MAX);
                    let pump = Pump::new(scenario, seed, number, &station.id, rated)?;
                    pumps.insert(station.id.clone(), pump);
                }
                (StationKind::RainGauge, _) => {
                    let place = gauges.len();
                    gauges.insert(station.id.clone(), Gauge { place, register_mm: 0.0 });
                }
                (StationKind::Soil, _) => soils.push(station.id.clone()),
                _ => {}
            }
        }
        for (id, pump) in &pumps {
            if !sources.contains_key(&pump.source) {
                return Err(SimError::Station {
                    path: Text::verbatim(format_args!("`[[pump]]` {id}")),
                    station: pump.source.clone(),
                    rule: words::not_a_source(),
                });
            }
        }
        let at = zone.start_of(scenario.physics_from);
        let local = local(zone, at);
        Ok(Self {
            now: at,
            hour_at: at,
            event: zone.bounds(scenario.event),
            day: Day::new(scenario, seed, local.date()),
            local,
            soil_deficit_mm: 0.0,
            dry_today: BTreeMap::new(),
            hours_today: 0,
            truth: Truth {
                event: scenario.event,
                pumps: pumps.keys().map(|id| (id.clone(), PumpTruth::default())).collect(),
                sources: sources.keys().map(|id| (id.clone(), SourceTruth::default())).collect(),
                rain_mm: gauges.keys().map(|id| (id.clone(), 0.0)).collect(),
            },
            sources,
            pumps,
            gauges,
            soils,
            scenario: scenario.clone(),
            seed,
            calendar: zone.clone(),
        })
    }

    /// Lets time pass until `at`, never back. The physics moves by full hours: between them nothing changes.
    pub fn advance_to(&mut self, at: Timestamp) {
        while let Ok(next) = self.hour_at.checked_add(1.hour()) {
            if next > at {
                break;
            }
            self.step(next);
        }
        self.now = self.now.max(at);
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The value of `parameter` that an instrument of `station` shows now, in the canonical unit; `None` where the
    /// station has no such instrument. The frequency of a pump is that of its drive. After a replacement the register
    /// of the new meter is shown.
    pub fn shown(&self, station: &StationId, parameter: Parameter) -> Option<f64> {
        if parameter == Parameter::BatteryVoltage {
            let sun = self.day_wave(14.0);
            return Some(BATTERY_V.0 + BATTERY_V.1 * (sun + 1.0) / 2.0);
        }
        if let Some(source) = self.sources.get(station) {
            return (parameter == Parameter::Level).then(|| source.level_m());
        }
        if let Some(pump) = self.pumps.get(station) {
            return self.pump_shown(&pump.field, parameter);
        }
        if let Some(gauge) = self.gauges.get(station) {
            return (parameter == Parameter::RainfallTotal).then_some(gauge.register_mm);
        }
        if !self.soils.contains(station) {
            return None;
        }
        match parameter {
            Parameter::SoilMoisture => {
                let soil = &self.scenario.soil;
                let lost_percent = self.soil_deficit_mm / soil.depth_mm * 100.0;
                Some((soil.field_capacity_percent - lost_percent).max(0.0))
            }
            Parameter::SoilTemperature => {
                let turn = (f64::from(self.local.date().day_of_year()) - SOIL_WARMEST_DAY) / 365.0;
                let year = (turn * std::f64::consts::TAU).cos();
                Some(SOIL_DEGC.0 + SOIL_DEGC.1 * year + self.day_wave(17.0))
            }
            _ => None,
        }
    }

    /// Whether the units of `station` do not answer now.
    pub fn silent(&self, station: &StationId) -> bool {
        self.scenario.faults.iter().any(|fault| {
            matches!(fault, Fault::Silence { station: s, from, to } if s == station && *from <= self.now && self.now < *to)
        })
    }

    /// Whether `station` has no valid value of `parameter` now: its sensor reports the sentinel.
    pub fn invalid(&self, station: &StationId, parameter: Parameter) -> bool {
        self.scenario.faults.iter().any(|fault| {
            matches!(fault, Fault::Sentinel { station: s, parameter: p, from, to }
                if s == station && *p == parameter && *from <= self.now && self.now < *to)
        })
    }

    fn pump_shown(&self, field: &Field, parameter: Parameter) -> Option<f64> {
        let runs = field.runs;
        let or_zero = |value: f64| if runs { value } else { 0.0 };
        Some(match parameter {
            Parameter::EnergyTotal => field.registers.energy_kwh,
            Parameter::VolumeTotal => field.registers.volume_m3,
            Parameter::RunHours => field.registers.run_hours,
            Parameter::Power => field.power_kw(),
            Parameter::Flow => field.flow_m3h,
            Parameter::RunState => or_zero(1.0),
            Parameter::Frequency => or_zero(MAINS_HZ),
            Parameter::Voltage => VOLTAGE_V.0 - or_zero(VOLTAGE_V.1) - 1.5 * self.day_wave(19.0),
            _ => return None,
        })
    }

    /// A wave over the day from -1 to 1, highest at `top_hour`.
    fn day_wave(&self, top_hour: f64) -> f64 {
        ((f64::from(self.local.hour()) - top_hour) / 24.0 * std::f64::consts::TAU).cos()
    }

    /// Lets the hour from `hour_at` to `next` pass.
    fn step(&mut self, next: Timestamp) {
        let began = self.hour_at;
        let counts = self.event.0 <= began && began < self.event.1;
        if self.local.date() != self.day.date {
            self.day = Day::new(&self.scenario, self.seed, self.local.date());
        }
        let (rain_mm, evaporation_mm) = self.day.hour(self.local);
        for (id, gauge) in &mut self.gauges {
            let here_mm = rain_mm * self.day.place(gauge.place);
            gauge.register_mm += here_mm;
            if counts && let Some(sum) = self.truth.rain_mm.get_mut(id) {
                *sum += here_mm;
            }
        }
        let hour = self.soil_hour(rain_mm, evaporation_mm);
        for source in self.sources.values_mut() {
            source.flow(&self.scenario, hour);
        }
        let month = self.local.month();
        for (id, pump) in &mut self.pumps {
            let wants = pump.field.dry(&self.scenario, month, hour.hour, rain_mm, evaporation_mm);
            let source = self.sources.get_mut(&pump.source);
            let Some(source) = source.filter(|_| wants) else {
                pump.field.rest();
                continue;
            };
            let run = pump.field.pump(&self.scenario, source.available_m3(), source.drop_m());
            source.draw(run.water_m3);
            if counts && let Some(truth) = self.truth.pumps.get_mut(id) {
                truth.energy_kwh += run.energy_kwh;
                truth.water_m3 += run.water_m3;
                truth.hours_run += run.hours;
            }
        }
        for source in self.sources.values_mut() {
            source.settle(&self.scenario);
        }
        self.replace_meters(began, next);
        self.hour_at = next;
        self.now = self.now.max(next);
        self.local = local(&self.calendar, next);
        self.note_levels(next);
    }

    /// Wets or dries the catchments' soil for an hour, and computes the run-off.
    fn soil_hour(&mut self, rain_mm: f64, evaporation_mm: f64) -> Hour {
        let soil = &self.scenario.soil;
        let wetness = 1.0 - self.soil_deficit_mm / soil.deficit_max_mm;
        let share = soil.runoff_share_dry
            + (soil.runoff_share_wet - soil.runoff_share_dry) * wetness * wetness;
        let runoff_mm = rain_mm * share;
        let lost_mm = evaporation_mm * wetness - (rain_mm - runoff_mm);
        self.soil_deficit_mm = (self.soil_deficit_mm + lost_mm).clamp(0.0, soil.deficit_max_mm);
        Hour { rain_mm, runoff_mm, evaporation_mm, wetness, hour: self.local.hour() }
    }

    /// Sets the registers of meters that were replaced in the hour to zero.
    fn replace_meters(&mut self, began: Timestamp, next: Timestamp) {
        for fault in &self.scenario.faults {
            if let Fault::MeterReset { station, at } = fault
                && began < *at
                && *at <= next
                && let Some(pump) = self.pumps.get_mut(station)
            {
                pump.field.registers.energy_kwh = 0.0;
            }
        }
    }

    /// Notes the level of every source at the full hour `at`.
    fn note_levels(&mut self, at: Timestamp) {
        if at < self.event.0 || at >= self.event.1 {
            return;
        }
        self.hours_today += 1;
        for (id, source) in &self.sources {
            let Some(truth) = self.truth.sources.get_mut(id) else {
                continue;
            };
            let level = source.level_m();
            truth.last_m = Some(level);
            truth.lowest_m = Some(truth.lowest_m.map_or(level, |lowest| lowest.min(level)));
            if level <= source.dry_level_m() {
                truth.dry_hours += 1;
                truth.first_dry_at.get_or_insert(at);
                *self.dry_today.entry(id.clone()).or_default() += 1;
            }
        }
        let next_day = at
            .checked_add(1.hour())
            .is_ok_and(|later| self.calendar.day_of(later) != self.calendar.day_of(at));
        if next_day {
            for (id, hours) in std::mem::take(&mut self.dry_today) {
                if hours == self.hours_today
                    && let Some(truth) = self.truth.sources.get_mut(&id)
                {
                    truth.dry_days += 1;
                }
            }
            self.hours_today = 0;
        }
    }
}

fn local(calendar: &Calendar, at: Timestamp) -> DateTime {
    calendar.zone().to_datetime(at)
}

/// Every station that the scenario names has to be in the township.
fn check_names(township: &Township, scenario: &Scenario) -> Result<(), SimError> {
    let named = scenario
        .sources
        .iter()
        .map(|s| ("`[[source]]`", &s.station))
        .chain(scenario.presets.iter().map(|p| ("`[[meter]]`", &p.station)))
        .chain(scenario.faults.iter().map(|f| ("`[[fault]]`", f.station())));
    for (path, station) in named {
        if township.station(station).is_none() {
            return Err(SimError::Station {
                path: Text::verbatim(path),
                station: station.clone(),
                rule: words::not_a_station(),
            });
        }
    }
    Ok(())
}
