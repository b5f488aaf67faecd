//! The QARTOD attenuated-signal test.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::AttenuatedRule;
use super::gap::seconds;
use crate::core::Flag;

/// Readings are stored only if they are further apart than this fraction of the window. More would hardly change the
/// deviation but cost memory, 4 KiB per series. Engineering judgement.
const STORED_MAX: f64 = 256.0;

/// The readings of the window.
#[derive(Debug)]
pub struct Attenuated {
    rule: AttenuatedRule,
    stored: VecDeque<(Timestamp, f64)>,
}

impl Attenuated {
    pub fn new(rule: AttenuatedRule) -> Self {
        Self { rule, stored: VecDeque::new() }
    }

    /// Flags a reading by the standard deviation of the window that ends with it; not evaluated with too few values.
    pub fn judge(&mut self, at: Timestamp, value: f64) -> Flag {
        let window_s = self.rule.window_h * 3600.0;
        if self.stored.back().is_some_and(|(last, _)| *last >= at) {
            self.stored.clear();
        }
        while let Some((first, _)) = self.stored.front()
            && seconds(*first, at) >= window_s
        {
            self.stored.pop_front();
        }
        let apart = |(last, _): &(Timestamp, f64)| seconds(*last, at) >= window_s / STORED_MAX;
        if self.stored.back().is_none_or(apart) {
            self.stored.push_back((at, value));
            self.flag(None)
        } else {
            self.flag(Some(value))
        }
    }

    fn flag(&self, also: Option<f64>) -> Flag {
        let values = || self.stored.iter().map(|(_, value)| *value).chain(also);
        let count = values().count();
        if count < self.rule.min_obs as usize {
            return Flag::NotEvaluated;
        }
        let mean = values().sum::<f64>() / count as f64;
        let squares: f64 = values().map(|value| (value - mean).powi(2)).sum();
        self.rule.std.below((squares / count as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::Limits;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(s).unwrap()
    }

    fn rule(window_s: f64, min_obs: u32) -> AttenuatedRule {
        AttenuatedRule { window_h: window_s / 3600.0, std: Limits::new(0.05, Some(0.01)), min_obs }
    }

    #[test]
    fn too_little_variation_is_flagged_once_there_are_enough_readings() {
        let mut attenuated = Attenuated::new(rule(900.0, 3));
        let values = [-1.0, -1.0, -1.0, -1.0, -1.5, -2.0, -2.02, -2.04];
        let flags: Vec<u8> = (0..)
            .zip(values)
            .map(|(i, value)| attenuated.judge(at(i * 300), value).into())
            .collect();
        assert_eq!(flags, [2, 2, 4, 4, 1, 1, 1, 3]);
        // After a gap, and after the clock was set back, the window is empty.
        assert_eq!(attenuated.judge(at(90_000), 1.0), Flag::NotEvaluated);
        assert_eq!(attenuated.judge(at(0), 1.0), Flag::NotEvaluated);
    }

    #[test]
    fn fast_polls_do_not_fill_the_memory() {
        let mut attenuated = Attenuated::new(rule(3600.0, 12));
        let mut last = Flag::NotEvaluated;
        for s in 0..20_000 {
            last = attenuated.judge(at(s), f64::from((s % 7) as i32) * 0.02);
            assert!(attenuated.stored.len() as f64 <= STORED_MAX + 1.0);
        }
        assert_eq!(last, Flag::Suspect);
    }
}
