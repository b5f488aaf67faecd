//! Makes the quality tests of all readings, between poll and spool. The tests of all buses share their state, since a
//! pump and its source may be on different buses. A restart loses that state: the tests start again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::EdgeSettings;
use crate::core::{Flag, Parameter, Raw, Reading, Reason, Series};
use crate::device::Profile;
use crate::modbus::BusSettings;
use crate::quality::{
    IdleFall, NoFlow, PumpRule, PumpState, SeriesRules, SeriesTests, SourceRule, Verdict,
    neighbour_ms,
};
use crate::support::lock;

/// All tests of a gateway.
pub(super) struct Checks {
    /// In the order of the configuration.
    buses: Vec<BusSeries>,
    pumps: Vec<Pump>,
    sources: Vec<Source>,
}

/// The series of a bus, in the order in which they are read.
struct BusSeries {
    series: Vec<(Series, SeriesChecks)>,
    /// Where the next reading is looked for first. Readings come in this order, so it is nearly always there.
    next: usize,
}

/// What is done with the readings of a series.
struct SeriesChecks {
    tests: SeriesTests,
    /// What it means for pumps and sources; most series mean nothing for them.
    role: Option<Box<Role>>,
}

/// What a series means for pumps and sources.
struct Role {
    /// The pump whose state it tells.
    pump: Option<usize>,
    /// The pumps whose flow it is.
    flow_of: Vec<usize>,
    /// The source whose level it is.
    source: Option<usize>,
}

struct Pump {
    state: PumpState,
    no_flow: NoFlow,
    sources: Vec<usize>,
}

struct Source {
    fall: IdleFall,
    pumps: Vec<usize>,
}

/// The tests, for the task of one bus.
pub(super) struct BusChecks {
    all: Arc<Mutex<Checks>>,
    bus: usize,
}

impl BusChecks {
    /// Flags the readings of a poll. Good readings lose their registers, which say no more than the value.
    pub(super) fn judge(&self, readings: &mut [Reading]) {
        lock(&self.all).judge(self.bus, readings);
    }
}

impl Checks {
    /// The tests that `settings` ask for, of devices that follow `profiles`.
    pub(super) fn new(settings: &EdgeSettings, profiles: &BTreeMap<String, Profile>) -> Self {
        let intervals = intervals(settings, profiles);
        let rules = pump_rules(settings, &intervals);
        let mut pumps: Vec<Pump> = rules.iter().map(|rule| Pump::new(rule, &intervals)).collect();
        let mut sources = Vec::new();
        for rule in &settings.sources {
            let drawing = (0..).zip(&rules).filter(|(_, pump)| rule.pumps.contains(&pump.station));
            let drawing: Vec<usize> = drawing.map(|(index, _)| index).collect();
            for pump in &drawing {
                if let Some(pump) = pumps.get_mut(*pump) {
                    pump.sources.push(sources.len());
                }
            }
            let fall = IdleFall::new(rule.fall_per_hour, rule.after_h * 3600.0);
            sources.push(Source { fall, pumps: drawing });
        }
        let bus_series = |bus: &BusSettings| {
            let mut all = Vec::new();
            for device in &bus.devices {
                let Some(profile) = profiles.get(&device.profile) else { continue };
                for given in device.gives(profile) {
                    let range = given.value_range();
                    let interval_s = device.poll_interval(bus, given.point.parameter).normal_s;
                    let series = given.series;
                    let own = device.quality.get(&series.parameter).map(SeriesRules::resolved);
                    let tests = SeriesTests::new(range, &own.unwrap_or_default(), interval_s);
                    let checks = SeriesChecks::new(tests, &series, &rules, &settings.sources);
                    all.push((series, checks));
                }
            }
            BusSeries { series: all, next: 0 }
        };
        Self { buses: settings.buses.iter().map(bus_series).collect(), pumps, sources }
    }

    /// One handle for each bus.
    pub(super) fn shared(self) -> Vec<BusChecks> {
        let buses = 0..self.buses.len();
        let all = Arc::new(Mutex::new(self));
        buses.map(|bus| BusChecks { all: all.clone(), bus }).collect()
    }

    fn judge(&mut self, bus: usize, readings: &mut [Reading]) {
        let Some(bus) = self.buses.get_mut(bus) else { return };
        for reading in readings {
            if let Some(checks) = bus.find(&reading.series) {
                checks.judge(reading, &mut self.pumps, &mut self.sources);
            }
            if reading.flag == Flag::Good {
                reading.raw = Raw::default();
            }
        }
    }
}

impl BusSeries {
    fn find(&mut self, series: &Series) -> Option<&mut SeriesChecks> {
        let count = self.series.len();
        let mut order = (self.next..count).chain(0..self.next);
        let matches = |index: usize| self.series.get(index).is_some_and(|(own, _)| own == series);
        let found = order.find(|index| matches(*index))?;
        self.next = (found + 1) % count;
        let (own, checks) = self.series.get_mut(found)?;
        // With the same text in memory the two are compared at a glance the next time.
        own.share(series);
        Some(checks)
    }
}

impl Pump {
    fn new(rule: &PumpRule, intervals: &Intervals) -> Self {
        let interval = |parameter| intervals.get(&Series::new(rule.station.clone(), parameter));
        let interval_s = interval(Parameter::RunState).max(interval(Parameter::Power));
        let age_ms = neighbour_ms(interval_s.copied().unwrap_or_default());
        Self {
            state: PumpState::new(rule.threshold_kw(), age_ms),
            no_flow: NoFlow::new(rule.no_flow_after_s.into(), rule.no_flow_at),
            sources: Vec::new(),
        }
    }
}

impl SeriesChecks {
    /// The checks of a series: its own tests, and what it means for pumps and sources.
    fn new(
        tests: SeriesTests,
        series: &Series,
        pumps: &[PumpRule],
        sources: &[SourceRule],
    ) -> Self {
        let Series { station, parameter } = series;
        let pump = pumps.iter().position(|rule| rule.station == *station);
        let source = sources.iter().position(|rule| rule.station == *station);
        let tells_state = matches!(parameter, Parameter::RunState | Parameter::Power);
        let is_flow =
            |rule: &PumpRule| *parameter == Parameter::Flow && rule.flow_station() == station;
        let flow_of = (0..).zip(pumps).filter(|(_, rule)| is_flow(rule));
        let role = Role {
            pump: pump.filter(|_| tells_state),
            flow_of: flow_of.map(|(pump, _)| pump).collect(),
            source: source.filter(|_| *parameter == Parameter::Level),
        };
        let none = role.pump.is_none() && role.flow_of.is_empty() && role.source.is_none();
        Self { tests, role: (!none).then(|| Box::new(role)) }
    }

    /// Flags the reading with the worst verdict of all tests.
    fn judge(&mut self, reading: &mut Reading, pumps: &mut [Pump], sources: &mut [Source]) {
        let mut verdict = match reading.value() {
            Some(value) => self.tests.judge(reading.observed_at, value),
            None => Verdict { flag: reading.flag, reason: reading.reason },
        };
        if let Some(role) = &self.role {
            verdict = role.judge(reading, verdict, pumps, sources);
        }
        (reading.flag, reading.reason) = (verdict.flag, verdict.reason);
    }
}

impl Role {
    /// Takes note of the reading, to which the tests of its series have given `verdict`, and returns the worst verdict.
    fn judge(
        &self,
        reading: &Reading,
        mut verdict: Verdict,
        pumps: &mut [Pump],
        sources: &mut [Source],
    ) -> Verdict {
        let at = reading.observed_at;
        let value = reading.value().filter(|_| verdict.flag.counts());
        if let Some(pump) = self.pump.and_then(|pump| pumps.get_mut(pump)) {
            pump.state.observe(reading.series.parameter, at, value);
            let stopped = pump.state.at(at).is_some_and(|(_, runs)| !runs);
            for source in pump.sources.iter().filter(|_| !stopped) {
                if let Some(source) = sources.get_mut(*source) {
                    source.fall.reset();
                }
            }
        }
        for pump in &self.flow_of {
            if let Some(pump) = pumps.get_mut(*pump) {
                let runs = pump.state.at(at).map(|(_, runs)| runs);
                let flag = pump.no_flow.judge(at, value, runs);
                verdict = verdict.worst(Verdict::of(flag, Reason::NoFlow));
            }
        }
        let source = self.source.and_then(|source| sources.get_mut(source));
        if let (Some(source), Some(level)) = (source, value) {
            let stopped_until = |pump: &usize| {
                let (until, runs) = pumps.get(*pump)?.state.at(at)?;
                (!runs).then_some(until)
            };
            let until: Option<Vec<_>> = source.pumps.iter().map(stopped_until).collect();
            let until = until.and_then(|until| until.into_iter().min());
            let flag = source.fall.judge(at, level, until);
            verdict = verdict.worst(Verdict::of(flag, Reason::IdleFall));
        }
        verdict
    }
}

/// The series that a gateway reads, with their poll intervals, s.
type Intervals = BTreeMap<Series, u32>;

fn intervals(settings: &EdgeSettings, profiles: &BTreeMap<String, Profile>) -> Intervals {
    let mut intervals = Intervals::new();
    for bus in &settings.buses {
        for device in &bus.devices {
            let profile = profiles.get(&device.profile);
            for given in profile.iter().flat_map(|profile| device.gives(profile)) {
                let interval_s = device.poll_interval(bus, given.point.parameter).normal_s;
                intervals.insert(given.series, interval_s);
            }
        }
    }
    intervals
}

/// The rules of all pumps that the gateway can test: those in the configuration, and others whose run state it reads,
/// if it reads their flow too or they draw from a source.
fn pump_rules(settings: &EdgeSettings, intervals: &Intervals) -> Vec<PumpRule> {
    let mut rules = settings.pumps.clone();
    let draws = |station| settings.sources.iter().any(|source| source.pumps.contains(station));
    for series in intervals.keys() {
        let flow = Series::new(series.station.clone(), Parameter::Flow);
        let unnamed = rules.iter().all(|rule| rule.station != series.station);
        let useful = intervals.contains_key(&flow) || draws(&series.station);
        if series.parameter == Parameter::RunState && unnamed && useful {
            rules.push(PumpRule::default_for(series.station.clone()));
        }
    }
    rules
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
