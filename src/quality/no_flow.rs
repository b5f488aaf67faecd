//! Finds pumps that run without moving water: the pump runs dry, a valve is closed, or the flow meter is stuck.

use jiff::Timestamp;

use super::gap::seconds;
use crate::core::Flag;

/// Measures how long a pump has been running without flow.
#[derive(Debug)]
pub struct NoFlow {
    after_s: f64,
    at_most: f64,
    since: Option<Timestamp>,
}

impl NoFlow {
    /// Flow up to `at_most`, m³/h, and backflow count as no flow. A pump may run without flow for `after_s`.
    pub fn new(after_s: f64, at_most: f64) -> Self {
        Self { after_s, at_most, since: None }
    }

    /// Flags a reading of the flow meter. `runs` is whether the pump runs, where known. If either is `None`, the time
    /// starts again: what was not observed makes nothing suspect.
    pub fn judge(&mut self, at: Timestamp, flow: Option<f64>, runs: Option<bool>) -> Flag {
        let (Some(flow), Some(runs)) = (flow, runs) else {
            self.since = None;
            return Flag::NotEvaluated;
        };
        if !runs || flow > self.at_most {
            self.since = None;
            return Flag::Good;
        }
        let since = *self.since.get_or_insert(at);
        if since > at {
            // The clock was set back.
            self.since = Some(at);
            Flag::Good
        } else if seconds(since, at) >= self.after_s {
            Flag::Suspect
        } else {
            Flag::Good
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(s).unwrap()
    }

    #[test]
    fn running_without_flow_is_suspect_after_a_while() {
        let mut rule = NoFlow::new(3600.0, 0.0);
        let mut flag = |s, flow, runs| u8::from(rule.judge(at(s), flow, runs));
        assert_eq!(flag(0, Some(0.0), Some(true)), 1);
        assert_eq!(flag(3300, Some(-2.0), Some(true)), 1);
        assert_eq!(flag(3600, Some(0.0), Some(true)), 3);
        assert_eq!(flag(3900, Some(0.1), Some(true)), 1);
        assert_eq!(flag(4200, Some(0.0), Some(true)), 1);
        assert_eq!(flag(7800, Some(0.0), Some(true)), 3);
        assert_eq!(flag(8100, Some(0.0), Some(false)), 1);
        assert_eq!(flag(8400, Some(0.0), Some(true)), 1);
        // Not observed: starts again.
        assert_eq!(flag(12_000, None, Some(true)), 2);
        assert_eq!(flag(12_300, Some(0.0), Some(true)), 1);
        assert_eq!(flag(15_900, Some(0.0), None), 2);
        assert_eq!(flag(16_200, Some(0.0), Some(true)), 1);
        // The clock was set back.
        assert_eq!(flag(300, Some(0.0), Some(true)), 1);
        assert_eq!(flag(3900, Some(0.0), Some(true)), 3);
    }
}
