//! The QARTOD flat-line test.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::FlatRule;
use super::gap::seconds;
use crate::core::Flag;

/// Most extremes that are stored of a run that drifts within the tolerance. A sensor shows few steps within it, since
/// the tolerance is about its resolution; with more, the run counts as shorter than it is. Engineering judgement.
const STEPS_MAX: usize = 64;

/// The part of `after_h` that may pass without a reading. After a longer silence nobody knows whether the value stayed
/// the same. Engineering judgement.
const SILENCE_SHARE: f64 = 0.25;

/// Measures how long a series has been flat: since when all its values lie less than the tolerance apart.
#[derive(Debug)]
pub struct FlatLine {
    rule: FlatRule,
    /// The longest time without a reading, s.
    silence_s: f64,
    last: Option<Timestamp>,
    highs: Steps,
    lows: Steps,
}

impl FlatLine {
    /// A test without earlier readings. Readings up to `neighbour_s` apart are always consecutive.
    pub fn new(rule: FlatRule, neighbour_s: f64) -> Self {
        Self {
            rule,
            silence_s: (rule.after_h * 3600.0 * SILENCE_SHARE).max(neighbour_s),
            last: None,
            highs: Steps::default(),
            lows: Steps::default(),
        }
    }

    pub fn judge(&mut self, at: Timestamp, value: f64) -> Flag {
        let silent = |last| seconds(last, at) > self.silence_s || last >= at;
        if self.last.is_some_and(silent) {
            self.highs.0.clear();
            self.lows.0.clear();
        }
        self.last = Some(at);
        self.highs.push(at, value, |old, new| old <= new);
        self.lows.push(at, value, |old, new| old >= new);
        loop {
            let (Some(high), Some(low)) = (self.highs.0.front(), self.lows.0.front()) else {
                return Flag::NotEvaluated;
            };
            if high.value - low.value < self.rule.tolerance {
                let flat_s = seconds(high.from.max(low.from), at);
                return self.flag(flat_s);
            }
            // The run begins after the older of the two. This ends: once both are the newest value they are equal, and
            // the tolerance is greater than zero.
            if high.until < low.until {
                self.highs.0.pop_front();
            } else {
                self.lows.0.pop_front();
            }
        }
    }

    fn flag(&self, flat_s: f64) -> Flag {
        let reached = |hours: f64| flat_s >= hours * 3600.0;
        if self.rule.fail_after_h.is_some_and(reached) {
            Flag::Fail
        } else if reached(self.rule.after_h) {
            Flag::Suspect
        } else {
            Flag::Good
        }
    }
}

/// The extremes of the run, depending on where it begins: each is the extreme for beginnings from `from` until `until`.
#[derive(Debug, Default)]
struct Steps(VecDeque<Step>);

#[derive(Debug)]
struct Step {
    value: f64,
    from: Timestamp,
    until: Timestamp,
}

impl Steps {
    /// Adds a value. Those that it goes `beyond` are no longer extremes.
    fn push(&mut self, at: Timestamp, value: f64, beyond: impl Fn(f64, f64) -> bool) {
        let mut from = at;
        while let Some(last) = self.0.pop_back_if(|last| beyond(last.value, value)) {
            from = last.from;
        }
        if self.0.len() == STEPS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Step { value, from, until: at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(s).unwrap()
    }

    fn rule(after_s: f64, fail_after_s: f64, tolerance: f64) -> FlatRule {
        FlatRule { after_h: after_s / 3600.0, fail_after_h: Some(fail_after_s / 3600.0), tolerance }
    }

    fn flags(flat: &mut FlatLine, readings: &[(i64, f64)]) -> Vec<u8> {
        let flags = readings.iter().map(|(s, v)| flat.judge(at(*s), *v).into());
        flags.collect()
    }

    #[test]
    fn a_constant_value_is_flagged_after_a_while() {
        let mut flat = FlatLine::new(rule(600.0, 1200.0, 0.001), 900.0);
        let values = [-1.0, -1.1, -1.2, -1.2, -1.2, -1.2, -1.2, -1.2, -1.2, -1.3];
        let readings: Vec<_> = (0..).map(|i| i * 300).zip(values).collect();
        assert_eq!(flags(&mut flat, &readings), [1, 1, 1, 1, 3, 3, 4, 4, 4, 1]);
    }

    #[test]
    fn missing_readings_do_not_change_its_length_and_a_silence_ends_it() {
        let mut flat = FlatLine::new(rule(4000.0, 9000.0, 0.1), 900.0);
        // Irregular, and 950 s without a reading: less than a quarter of 4000.
        let readings = [(0, 5.0), (300, 5.05), (1250, 5.0), (3999, 5.0)];
        assert_eq!(flags(&mut flat, &readings), [1, 1, 1, 1]);
        let mut flat = FlatLine::new(rule(4000.0, 9000.0, 0.1), 900.0);
        let readings = [(0, 5.0), (900, 5.0), (1800, 5.0), (2700, 5.0), (3600, 5.0), (4000, 5.0)];
        assert_eq!(flags(&mut flat, &readings), [1, 1, 1, 1, 1, 3]);
        assert_eq!(flags(&mut flat, &[(5001, 5.0)]), [1]);
        // The clock was set back.
        assert_eq!(flags(&mut flat, &[(100, 5.0)]), [1]);
    }

    /// How long the series has been flat, from all readings.
    fn expected_flat_s(readings: &[(i64, f64)], tolerance: f64) -> i64 {
        let Some((now, _)) = readings.last() else {
            return 0;
        };
        let mut since = *now;
        let (mut high, mut low) = (f64::MIN, f64::MAX);
        for (s, value) in readings.iter().rev() {
            high = high.max(*value);
            low = low.min(*value);
            if high - low >= tolerance {
                break;
            }
            since = *s;
        }
        now - since
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn its_length_is_that_computed_from_all_readings(
            steps in prop::collection::vec((1i64..400, -4i32..5), 1..60),
            tolerance in 1u8..5,
        ) {
            let tolerance = f64::from(tolerance) + 0.5;
            let (mut s, mut value) = (0, 0);
            let mut readings = Vec::new();
            let mut flat = FlatLine::new(rule(600.0, 1200.0, tolerance), 400.0);
            for (after, change) in steps {
                s += after;
                value += change;
                readings.push((s, f64::from(value)));
                let flag = flat.judge(at(s), f64::from(value));
                let expected = match expected_flat_s(&readings, tolerance) {
                    1200.. => Flag::Fail,
                    600.. => Flag::Suspect,
                    _ => Flag::Good,
                };
                prop_assert_eq!(flag, expected);
            }
        }
    }

    #[test]
    fn a_long_drift_within_the_tolerance_needs_bounded_memory() {
        let mut flat = FlatLine::new(rule(50.0, 1e9, 1.0), 900.0);
        let mut flags = Vec::new();
        for s in 0..1000 {
            flags.push(flat.judge(at(s), s as f64 * 1e-5));
            assert!(flat.highs.0.len() + flat.lows.0.len() <= 2 * STEPS_MAX);
        }
        assert_eq!(flags.iter().filter(|f| **f == Flag::Suspect).count(), 950);
    }
}
