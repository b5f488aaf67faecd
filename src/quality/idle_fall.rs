//! A level that falls while all pumps of the source stand: a leak, an open gate, or somebody else's pump.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::gap::seconds;
use crate::core::Flag;

/// How many levels of the time that a fall is measured over are kept. Engineering judgement: it is measured over at most an
/// eighth more than was asked for.
const KEPT: f64 = 8.0;

/// How the level has moved since the pumps were last seen running.
#[derive(Debug)]
pub struct IdleFall {
    fall_per_hour: f64,
    after_s: f64,
    kept: VecDeque<(Timestamp, f64)>,
    /// The level read last: nobody knows yet whether a pump started before it was read.
    pending: Option<(Timestamp, f64)>,
}

impl IdleFall {
    /// More than `fall_per_hour`, m/h, over `after_s` is too much.
    pub fn new(fall_per_hour: f64, after_s: f64) -> Self {
        Self { fall_per_hour, after_s, kept: VecDeque::new(), pending: None }
    }

    /// A pump runs, or nobody knows whether it does: what the level does now is no sign of anything.
    pub fn disturb(&mut self) {
        self.kept.clear();
        self.pending = None;
    }

    /// Flags a level, m. `idle_until` is up to when every pump is known to stand; nothing where one runs or is not known of.
    pub fn judge(&mut self, at: Timestamp, level: f64, idle_until: Option<Timestamp>) -> Flag {
        let Some(idle_until) = idle_until else {
            self.disturb();
            return Flag::NotEvaluated;
        };
        if self.pending.is_some_and(|(last, _)| last >= at) {
            // The clock was set back.
            self.disturb();
        }
        let known = self.pending.replace((at, level));
        match known {
            Some((last, level)) if last <= idle_until => self.fall(last, level),
            _ => Flag::NotEvaluated,
        }
    }

    /// Whether the level has fallen too fast until `at`.
    fn fall(&mut self, at: Timestamp, level: f64) -> Flag {
        let apart = |(last, _): &(Timestamp, f64)| seconds(*last, at) >= self.after_s / KEPT;
        let keep = self.kept.back().is_none_or(apart);
        while let Some((second, _)) = self.kept.get(1)
            && seconds(*second, at) >= self.after_s
        {
            self.kept.pop_front();
        }
        let from = self.kept.front().copied();
        if keep {
            self.kept.push_back((at, level));
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

    /// Levels each five minutes, of which the pumps are known to stand a second after each.
    fn flags(rule: &mut IdleFall, from: i64, levels: &[f64]) -> Vec<u8> {
        let judge = |(i, level): (i64, &f64)| {
            let s = from + i * 300;
            rule.judge(at(s), *level, Some(at(s - 299))).into()
        };
        (0..).zip(levels).map(judge).collect()
    }

    #[test]
    fn a_level_that_falls_while_the_pumps_stand_is_suspect() {
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
    fn what_seeps_away_is_good_and_what_rises_is_too() {
        let mut rule = IdleFall::new(0.02, 3600.0);
        let levels: Vec<f64> = (0..50).map(|i| 5.0 - f64::from(i) * 0.001).collect();
        assert!(flags(&mut rule, 0, &levels).iter().all(|f| *f < 3));
        let levels: Vec<f64> = (0..50).map(|i| 5.0 + f64::from(i) * 0.1).collect();
        assert!(flags(&mut rule, 90_000, &levels).iter().all(|f| *f < 3));
    }

    #[test]
    fn what_a_pump_draws_does_not_count() {
        let mut rule = IdleFall::new(0.02, 3600.0);
        assert_eq!(flags(&mut rule, 0, &[5.0; 14])[13], 1);
        // The pump starts at once after it was seen standing, and the next level is read before that is known.
        assert_eq!(rule.judge(at(4200), 1.0, Some(at(3901))), Flag::Good);
        rule.disturb();
        assert_eq!(rule.judge(at(4500), 0.5, None), Flag::NotEvaluated);
        let after = flags(&mut rule, 4800, &[0.5; 14]);
        assert!(after.iter().all(|f| *f < 3), "{after:?}");
        assert!(rule.kept.len() <= KEPT as usize + 2);
    }
}
