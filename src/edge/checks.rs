//! Quality tests between poll and spool: which series are tested how, over all buses, since a pump and its source may hang on
//! two. What they have seen is gone after a restart: tests begin anew.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::EdgeSettings;
use crate::core::{Parameter, Reading, Reason, Series};
use crate::device::Profile;
use crate::modbus::BusSettings;
use crate::quality::{
    IdleFall, NoFlow, PumpRule, Running, SeriesRules, SourceRule, Verdict, Watch, neighbour_ms,
};

/// All tests of a gateway.
pub(super) struct Checks {
    /// What is read on each bus, in the order of the configuration.
    buses: Vec<Course>,
    pumps: Vec<Pump>,
    sources: Vec<Source>,
}

/// The series of a bus, in the order in which they are read.
#[derive(Default)]
struct Course {
    /// Empty where none is tested.
    places: Vec<Place>,
    /// Where the next reading is looked for first: readings come in this order, so that is nearly always it.
    next: usize,
}

struct Place {
    series: Series,
    tests: Option<Box<Tests>>,
}

/// What is made of the readings of a series.
#[derive(Default)]
struct Tests {
    watch: Option<Watch>,
    /// The pump that it tells of.
    pump: Option<usize>,
    /// The pumps whose flow it is.
    flow_of: Vec<usize>,
    /// The source whose level it is.
    source: Option<usize>,
}

struct Pump {
    running: Running,
    no_flow: NoFlow,
    sources: Vec<usize>,
}

struct Source {
    fall: IdleFall,
    pumps: Vec<usize>,
}

/// The tests, as the task of one bus uses them.
pub(super) struct BusChecks {
    all: Arc<Mutex<Checks>>,
    bus: usize,
}

impl BusChecks {
    /// Flags what a poll of the bus has read.
    pub(super) fn judge(&self, readings: &mut [Reading]) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.judge(self.bus, readings);
    }
}

impl Checks {
    /// The tests that `settings` ask for, of devices that follow `profiles`.
    pub(super) fn new(settings: &EdgeSettings, profiles: &BTreeMap<String, Profile>) -> Self {
        let observed = observed(settings, profiles);
        let rules = pump_rules(settings, &observed);
        let mut pumps: Vec<Pump> = rules.iter().map(|rule| Pump::new(rule, &observed)).collect();
        let mut sources = Vec::new();
        for rule in &settings.sources {
            let drawn = (0..).zip(&rules);
            let drawn = drawn.filter(|(_, pump)| rule.pumps.contains(&pump.station));
            let drawn: Vec<usize> = drawn.map(|(index, _)| index).collect();
            for pump in &drawn {
                if let Some(pump) = pumps.get_mut(*pump) {
                    pump.sources.push(sources.len());
                }
            }
            sources.push(Source {
                fall: IdleFall::new(rule.fall_per_hour, rule.after_h * 3600.0),
                pumps: drawn,
            });
        }
        let course = |bus: &BusSettings| {
            let mut places = Vec::new();
            for device in &bus.devices {
                let profile = profiles.get(&device.profile);
                let observed = profile.iter().flat_map(|profile| device.observes(profile));
                for (_, series) in observed {
                    let mut tests = Tests::across(&series, &rules, &settings.sources);
                    let own = device.quality.get(&series.parameter);
                    let own = own.map(SeriesRules::resolved).filter(|r| !r.is_empty());
                    let interval_s = device.rhythm(bus, series.parameter).normal_s;
                    tests.watch = own.map(|rules| Watch::new(&rules, interval_s));
                    let tests = tests.any().then(|| Box::new(tests));
                    places.push(Place { series, tests });
                }
            }
            if places.iter().all(|place| place.tests.is_none()) {
                places = Vec::new();
            }
            Course { places, next: 0 }
        };
        Self { buses: settings.buses.iter().map(course).collect(), pumps, sources }
    }

    /// One handle for each bus.
    pub(super) fn shared(self) -> Vec<BusChecks> {
        let buses = 0..self.buses.len();
        let all = Arc::new(Mutex::new(self));
        let handle = |bus| BusChecks { all: all.clone(), bus };
        buses.map(handle).collect()
    }

    fn judge(&mut self, bus: usize, readings: &mut [Reading]) {
        let Some(course) = self.buses.get_mut(bus).filter(|c| !c.places.is_empty()) else {
            return;
        };
        for reading in readings {
            if let Some(tests) = course.find(&reading.series) {
                tests.judge(reading, &mut self.pumps, &mut self.sources);
            }
        }
    }
}

impl Course {
    fn find(&mut self, series: &Series) -> Option<&mut Tests> {
        let count = self.places.len();
        let mut order = (self.next..count).chain(0..self.next);
        let is_it = |place: usize| self.places.get(place).is_some_and(|p| p.series == *series);
        let found = order.find(|place| is_it(*place))?;
        self.next = (found + 1) % count;
        self.places.get_mut(found)?.tests.as_deref_mut()
    }
}

impl Pump {
    fn new(rule: &PumpRule, observed: &Observed) -> Self {
        let told = [Parameter::RunState, Parameter::Power].into_iter();
        let interval_s =
            told.filter_map(|p| observed.get(&Series::new(rule.station.clone(), p))).max();
        let age_ms = neighbour_ms(interval_s.copied().unwrap_or_default());
        Self {
            running: Running::new(rule.threshold_kw(), age_ms),
            no_flow: NoFlow::new(rule.no_flow_after_s.into(), rule.no_flow_at),
            sources: Vec::new(),
        }
    }
}

impl Tests {
    /// What a series is to pumps and sources.
    fn across(series: &Series, pumps: &[PumpRule], sources: &[SourceRule]) -> Self {
        let Series { station, parameter } = series;
        let pump = pumps.iter().position(|rule| rule.station == *station);
        let source = sources.iter().position(|rule| rule.station == *station);
        let tells = matches!(parameter, Parameter::RunState | Parameter::Power);
        let passes = |rule: &PumpRule| rule.flow_station() == station;
        let flow_of = (0..).zip(pumps).filter(|(_, rule)| passes(rule));
        Self {
            watch: None,
            pump: pump.filter(|_| tells),
            flow_of: flow_of
                .map(|(pump, _)| pump)
                .filter(|_| *parameter == Parameter::Flow)
                .collect(),
            source: source.filter(|_| *parameter == Parameter::Level),
        }
    }

    fn any(&self) -> bool {
        self.watch.is_some()
            || self.pump.is_some()
            || self.source.is_some()
            || !self.flow_of.is_empty()
    }

    /// Flags the reading: the worst of what it came with and what the tests say.
    fn judge(&mut self, reading: &mut Reading, pumps: &mut [Pump], sources: &mut [Source]) {
        let at = reading.observed_at;
        let mut verdict = Verdict { flag: reading.flag, reason: reading.reason };
        if let (Some(watch), Some(value)) = (&mut self.watch, reading.value()) {
            verdict = watch.judge(at, value, verdict);
        }
        let value = reading.value().filter(|_| verdict.flag.counts());
        if let Some(pump) = self.pump.and_then(|pump| pumps.get_mut(pump)) {
            pump.running.observe(reading.series.parameter, at, value);
            let stands = pump.running.at(at).is_some_and(|(_, runs)| !runs);
            for source in pump.sources.iter().filter(|_| !stands) {
                if let Some(source) = sources.get_mut(*source) {
                    source.fall.disturb();
                }
            }
        }
        for pump in &self.flow_of {
            if let Some(pump) = pumps.get_mut(*pump) {
                let runs = pump.running.at(at).map(|(_, runs)| runs);
                let flag = pump.no_flow.judge(at, value, runs);
                verdict = verdict.worst(Verdict::of(flag, Reason::NoFlow));
            }
        }
        let source = self.source.and_then(|source| sources.get_mut(source));
        if let (Some(source), Some(level)) = (source, value) {
            let stands_until = |pump: &usize| {
                let (until, runs) = pumps.get(*pump)?.running.at(at)?;
                (!runs).then_some(until)
            };
            let until: Option<Vec<_>> = source.pumps.iter().map(stands_until).collect();
            let until = until.and_then(|until| until.into_iter().min());
            let flag = source.fall.judge(at, level, until);
            verdict = verdict.worst(Verdict::of(flag, Reason::IdleFall));
        }
        (reading.flag, reading.reason) = (verdict.flag, verdict.reason);
    }
}

/// The series that a gateway reads, and the time between their polls, s.
type Observed = BTreeMap<Series, u32>;

fn observed(settings: &EdgeSettings, profiles: &BTreeMap<String, Profile>) -> Observed {
    let mut observed = Observed::new();
    for bus in &settings.buses {
        for device in &bus.devices {
            let profile = profiles.get(&device.profile);
            let series = profile.iter().flat_map(|profile| device.observes(profile));
            for (_, series) in series {
                let interval_s = device.rhythm(bus, series.parameter).normal_s;
                observed.insert(series, interval_s);
            }
        }
    }
    observed
}

/// The pumps that the gateway can tell something of: those that the configuration names, and those whose run state it reads
/// where their flow is read too or they draw from a source.
fn pump_rules(settings: &EdgeSettings, observed: &Observed) -> Vec<PumpRule> {
    let mut rules = settings.pumps.clone();
    let drawn = |station| settings.sources.iter().any(|s| s.pumps.contains(station));
    for series in observed.keys() {
        let flow = Series::new(series.station.clone(), Parameter::Flow);
        let unnamed = rules.iter().all(|rule| rule.station != series.station);
        let of_use = observed.contains_key(&flow) || drawn(&series.station);
        if series.parameter == Parameter::RunState && unnamed && of_use {
            rules.push(PumpRule::of(series.station.clone()));
        }
    }
    rules
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
