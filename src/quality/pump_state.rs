//! Tells whether a pump runs, by its run state and its power.

use jiff::Timestamp;

use crate::core::Parameter;

/// A pump runs above this part of its rated power: control and heating draw less, a motor draws more even without
/// water. Engineering judgement.
pub const RUNNING_SHARE: f64 = 0.2;

/// The last readings of a pump that tell whether it runs.
#[derive(Debug)]
pub struct PumpState {
    threshold_kw: Option<f64>,
    age_ms: i64,
    run_state: Option<(Timestamp, bool)>,
    power: Option<(Timestamp, bool)>,
}

impl PumpState {
    /// The pump runs above `threshold_kw`; with `None`, power tells nothing. Readings older than `age_ms` tell nothing.
    pub fn new(threshold_kw: Option<f64>, age_ms: i64) -> Self {
        Self { threshold_kw, age_ms, run_state: None, power: None }
    }

    /// Takes a reading of the pump: its run state (0 is stopped, anything else running) or its power, kW; other
    /// parameters tell nothing. Without a value, the state is unknown from then on.
    pub fn observe(&mut self, parameter: Parameter, at: Timestamp, value: Option<f64>) {
        match (parameter, self.threshold_kw) {
            (Parameter::RunState, _) => self.run_state = value.map(|state| (at, state != 0.0)),
            (Parameter::Power, Some(threshold)) => {
                self.power = value.map(|power| (at, power > threshold));
            }
            _ => {}
        }
    }

    /// Whether run state or power says that the pump runs at `at`, and when that was read; `None` where unknown.
    pub fn at(&self, at: Timestamp) -> Option<(Timestamp, bool)> {
        let fresh = |seen: &(Timestamp, bool)| {
            (at.as_millisecond() - seen.0.as_millisecond()).abs() <= self.age_ms
        };
        let seen = [self.run_state.filter(fresh), self.power.filter(fresh)];
        let runs = seen.into_iter().flatten().any(|(_, runs)| runs);
        let latest = seen.into_iter().flatten().map(|(at, _)| at).max();
        latest.map(|at| (at, runs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(s).unwrap()
    }

    #[test]
    fn run_state_or_power_tell_that_it_runs() {
        let mut pump = PumpState::new(Some(3.0), 900_000);
        assert_eq!(pump.at(at(0)), None);
        pump.observe(Parameter::Power, at(0), Some(3.0));
        assert_eq!(pump.at(at(0)), Some((at(0), false)));
        pump.observe(Parameter::Power, at(300), Some(3.1));
        pump.observe(Parameter::RunState, at(301), Some(0.0));
        assert_eq!(pump.at(at(302)), Some((at(301), true)));
        // Unknown or old does not mean stopped.
        pump.observe(Parameter::Power, at(600), None);
        assert_eq!(pump.at(at(600)), Some((at(301), false)));
        assert_eq!(pump.at(at(1202)), None);
        pump.observe(Parameter::Voltage, at(1300), Some(400.0));
        assert_eq!(pump.at(at(1300)), None);
    }

    #[test]
    fn power_without_a_threshold_tells_nothing() {
        let mut pump = PumpState::new(None, 900_000);
        pump.observe(Parameter::Power, at(0), Some(50.0));
        assert_eq!(pump.at(at(0)), None);
        pump.observe(Parameter::RunState, at(0), Some(1.0));
        assert_eq!(pump.at(at(0)), Some((at(0), true)));
    }
}
