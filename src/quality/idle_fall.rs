//! Finds levels that fall while all pumps of the source are stopped: a leak, an open gate, or somebody else's pump.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::gap::seconds;
use crate::core::Flag;

/// Levels stored per fall, so that it is measured over at most an eighth more time than set. Engineering judgement.
const STORED: f64 = 8.0;

/// The levels since the pumps were last seen running.
#[derive(Debug)]
pub struct IdleFall {
    fall_per_hour: f64,
    after_s: f64,
    stored: VecDeque<(Timestamp, f64)>,
    /// The last level: it is not known yet whether a pump started before it was read.
    pending: Option<(Timestamp, f64)>,
}

impl IdleFall {
    /// A fall of more than `fall_per_hour`, m/h, over `after_s` is suspect.
    pub fn new(fall_per_hour: f64, after_s: f64) -> Self {
        Self { fall_per_hour, after_s, stored: VecDeque::new(), pending: None }
    }

    /// Starts again, since a pump runs or may run: the level then proves nothing.
    pub fn reset(&mut self) {
        self.stored.clear();
        self.pending = None;
    }

    /// Flags a level, m. All pumps are known to be stopped until `idle_until`; `None` where one runs or it is unknown.
    pub fn judge(&mut self, at: Timestamp, level: f64, idle_until: Option<Timestamp>) -> Flag {
        let Some(idle_until) = idle_until else {
            self.reset();
            return Flag::NotEvaluated;
        };
        if self.pending.is_some_and(|(last, _)| last >= at) {
            // The clock was set back.
            self.reset();
        }
        let known = self.pending.replace((at, level));
        match known {
            Some((last, level)) if last <= idle_until => self.flag(last, level),
            _ => Flag::NotEvaluated,
        }
    }

    /// Flags `level` by how fast it has fallen until `at`.
    fn flag(&mut self, at: Timestamp, level: f64) -> Flag {
        let apart = |(last, _): &(Timestamp, f64)| seconds(*last, at) >= self.after_s / STORED;
        let store = self.stored.back().is_none_or(apart);
        while let Some((second, _)) = self.stored.get(1)
            && seconds(*second, at) >= self.after_s
        {
            self.stored.pop_front();
        }
        let from = self.stored.front().copied();
        if store {
            self.stored.push_back((at, level));
        }
        match from {
            Some((from, high)) if seconds(from, at) >= self.after_s => {
                let per_hour = (high - level) / seconds(from, at) * 3600.0;
                if per_hour > self.fall_per_hour { Flag::Suspect } else { Flag::Good }
            }
            _ => Flag::NotEvaluated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(s).unwrap()
    }

    /// Flags of levels every five minutes; the pumps are known to be stopped until a second after the previous one.
    fn flags(rule: &mut IdleFall, from: i64, levels: &[f64]) -> Vec<u8> {
        let judge = |(i, level): (i64, &f64)| {
            let s = from + i * 300;
            rule.judge(at(s), *level, Some(at(s - 299))).into()
        };
        (0..).zip(levels).map(judge).collect()
    }

    #[test]
    fn a_level_that_falls_while_the_pumps_are_stopped_is_suspect() {
        let mut rule = IdleFall::new(0.02, 3600.0);
        let falling: Vec<f64> = (0..20).map(|i| -1.0 - f64::from(i) * 0.003).collect();
        let seen = flags(&mut rule, 0, &falling);
        assert!(seen[..13].iter().all(|f| *f == 2), "{seen:?}");
        assert!(seen[13..].iter().all(|f| *f == 3), "{seen:?}");
        // It stops falling: an hour later it is good again.
        let seen = flags(&mut rule, 6000, &[-1.06; 20]);
        assert_eq!((seen[0], seen[19]), (3, 1));
    }

    #[test]
    fn seepage_and_rising_levels_are_good() {
        let mut rule = IdleFall::new(0.02, 3600.0);
        let levels: Vec<f64> = (0..50).map(|i| 5.0 - f64::from(i) * 0.001).collect();
        assert!(flags(&mut rule, 0, &levels).iter().all(|f| *f < 3));
        let levels: Vec<f64> = (0..50).map(|i| 5.0 + f64::from(i) * 0.1).collect();
        assert!(flags(&mut rule, 90_000, &levels).iter().all(|f| *f < 3));
    }

    #[test]
    fn a_fall_caused_by_a_pump_does_not_count() {
        let mut rule = IdleFall::new(0.02, 3600.0);
        assert_eq!(flags(&mut rule, 0, &[5.0; 14])[13], 1);
        // The pump starts right after it was seen stopped, and the next level is read before that is known.
        assert_eq!(rule.judge(at(4200), 1.0, Some(at(3901))), Flag::Good);
        rule.reset();
        assert_eq!(rule.judge(at(4500), 0.5, None), Flag::NotEvaluated);
        let after = flags(&mut rule, 4800, &[0.5; 14]);
        assert!(after.iter().all(|f| *f < 3), "{after:?}");
        assert!(rule.stored.len() <= STORED as usize + 2);
    }
}
