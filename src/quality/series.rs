//! Runs all tests of one series, reading by reading.

use jiff::Timestamp;

use super::gap::seconds;
use super::verdict::severity;
use super::{
    Attenuated, FlatLine, Limits, SeriesRules, Verdict, gross_range, rate_of_change, spike,
    time_gap,
};
use crate::core::{Flag, Reason};

/// Readings up to this many intervals apart are neighbours: a poll or two may fail. Engineering judgement.
const NEIGHBOUR_INTERVALS: i64 = 3;

/// Readings up to this far apart are always neighbours, ms: a bus that is polled without a pause may need this long for
/// a round with devices that do not answer. Engineering judgement.
const NEIGHBOUR_MIN_MS: i64 = 60_000;

/// How far apart neighbouring readings may be, ms, in a series that is polled every `interval_s`.
pub fn neighbour_ms(interval_s: u32) -> i64 {
    (i64::from(interval_s) * 1000 * NEIGHBOUR_INTERVALS).max(NEIGHBOUR_MIN_MS)
}

/// The tests of a series, with the earlier readings that they need.
#[derive(Debug)]
pub struct SeriesTests {
    /// What is possible.
    range: [f64; 2],
    /// The other tests; most series have none, and are then as small as can be: a gateway may have thousands.
    others: Option<Box<OtherTests>>,
}

#[derive(Debug)]
struct OtherTests {
    expected: Option<[f64; 2]>,
    spike: Option<Limits>,
    rate_per_hour: Option<Limits>,
    gap_s: Option<Limits>,
    neighbour_ms: i64,
    last: Option<Seen>,
    before: Option<Seen>,
    flat: Option<FlatLine>,
    attenuated: Option<Attenuated>,
}

/// A value within its range.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: Timestamp,
    value: f64,
    /// Whether it was a spike or changed too fast, and is therefore itself in doubt.
    jumped: bool,
}

impl SeriesTests {
    /// For a series polled every `interval_s` with values within `range`; `rules` as by [`SeriesRules::resolved`].
    pub fn new(range: [f64; 2], rules: &SeriesRules, interval_s: u32) -> Self {
        let neighbour_ms = neighbour_ms(interval_s);
        let SeriesRules { expected, spike, rate_per_hour, gap_s, flat, attenuated, .. } = rules;
        let any = expected.is_some()
            || spike.is_some()
            || rate_per_hour.is_some()
            || gap_s.is_some()
            || flat.is_some()
            || attenuated.is_some();
        let others = any.then(|| {
            Box::new(OtherTests {
                expected: *expected,
                spike: *spike,
                rate_per_hour: *rate_per_hour,
                gap_s: *gap_s,
                neighbour_ms,
                last: None,
                before: None,
                flat: flat.map(|rule| FlatLine::new(rule, neighbour_ms as f64 / 1000.0)),
                attenuated: attenuated.map(Attenuated::new),
            })
        });
        Self { range, others }
    }

    /// Tests the next value. One out of range is not tested further, and later ones are not compared with it. A test
    /// that cannot be made yet, after a start or a gap, has no effect: with its range tested, such a reading is good.
    pub fn judge(&mut self, at: Timestamp, value: f64) -> Verdict {
        let expected = self.others.as_ref().and_then(|others| others.expected);
        let range = gross_range(value, self.range, expected);
        match &mut self.others {
            Some(others) if range.flag != Flag::Fail => others.judge(at, value, range),
            _ => range,
        }
    }
}

impl OtherTests {
    /// Tests a value that lies in its `range`.
    fn judge(&mut self, at: Timestamp, value: f64, range: Verdict) -> Verdict {
        if self.last.is_some_and(|last| last.at >= at) {
            // The clock was set back: nobody knows how much time has passed since the earlier readings.
            (self.last, self.before) = (None, None);
        }
        let spike = Verdict::of(self.spike(at, value), Reason::Spike);
        let rate = Verdict::of(self.rate(at, value), Reason::Rate);
        let jumped = spike.reason.is_some() || rate.reason.is_some();
        let mut verdict = range.worst(spike).worst(rate);
        if let Some(flat) = &mut self.flat {
            verdict = verdict.worst(Verdict::of(flat.judge(at, value), Reason::Flat));
        }
        if let Some(attenuated) = &mut self.attenuated {
            let flag = attenuated.judge(at, value);
            verdict = verdict.worst(Verdict::of(flag, Reason::Attenuated));
        }
        if let Some(limits) = self.gap_s {
            let flag = time_gap(self.last.map(|last| last.at), at, limits);
            verdict = verdict.worst(Verdict::of(flag, Reason::Gap));
        }
        self.before = self.last.replace(Seen { at, value, jumped });
        verdict
    }

    fn spike(&self, at: Timestamp, value: f64) -> Flag {
        let near = |from: Timestamp, to| seconds(from, to) * 1000.0 <= self.neighbour_ms as f64;
        match (self.spike, self.last, self.before) {
            (Some(limits), Some(last), Some(before))
                if near(last.at, at) && near(before.at, last.at) =>
            {
                spike([last.value, before.value], value, limits)
            }
            _ => Flag::NotEvaluated,
        }
    }

    /// The rate since the previous reading. If that one jumped, the milder of the rates since it and since the one
    /// before it, so that neither the return from a spike nor the reading after a step is flagged.
    fn rate(&self, at: Timestamp, value: f64) -> Flag {
        let (Some(limits), Some(last)) = (self.rate_per_hour, self.last) else {
            return Flag::NotEvaluated;
        };
        let since = |seen: Seen| rate_of_change((seen.at, seen.value), (at, value), limits);
        let flag = since(last);
        match self.before.filter(|_| last.jumped).map(since) {
            Some(other) if severity(other) < severity(flag) => other,
            _ => flag,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::FlatRule;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(s).unwrap()
    }

    fn tests(rules: SeriesRules) -> SeriesTests {
        SeriesTests::new([-100.0, 100.0], &rules, 300)
    }

    /// Flags and reasons of readings at these seconds.
    fn judged(tests: &mut SeriesTests, readings: &[(i64, f64)]) -> Vec<(u8, Option<&'static str>)> {
        let judge = |(s, value): &(i64, f64)| {
            let verdict = tests.judge(at(*s), *value);
            (verdict.flag.into(), verdict.reason.map(Reason::id))
        };
        readings.iter().map(judge).collect()
    }

    #[test]
    fn the_first_readings_after_a_start_are_good() {
        let mut tests = tests(SeriesRules {
            spike: Some(Limits::new(0.1, Some(0.2))),
            rate_per_hour: Some(Limits::new(0.1, Some(0.5))),
            gap_s: Some(Limits::new(900.0, None)),
            ..SeriesRules::default()
        });
        let flags = judged(&mut tests, &[(0, 1.0), (300, 1.001)]);
        assert_eq!(flags, [(1, None), (1, None)]);
    }

    #[test]
    fn of_a_spike_and_of_a_step_one_reading_is_flagged() {
        let rules = SeriesRules {
            spike: Some(Limits::new(0.05, Some(0.2))),
            rate_per_hour: Some(Limits::new(0.1, Some(0.5))),
            ..SeriesRules::default()
        };
        let every_five = |values: &[f64]| -> Vec<(i64, f64)> {
            (0..).map(|i| i * 300).zip(values.iter().copied()).collect()
        };
        let spiked = every_five(&[-3.0, -3.0, -8.0, -3.0, -3.0]);
        let flags = judged(&mut tests(rules.clone()), &spiked);
        assert_eq!(flags, [(1, None), (1, None), (4, Some("spike")), (1, None), (1, None)]);
        let stepped = every_five(&[-3.0, -3.0, -8.0, -8.0, -8.0]);
        assert_eq!(judged(&mut tests(rules), &stepped), flags);
    }

    #[test]
    fn a_value_that_keeps_changing_too_fast_keeps_being_flagged() {
        let mut tests = tests(SeriesRules {
            rate_per_hour: Some(Limits::new(0.1, Some(0.5))),
            ..SeriesRules::default()
        });
        let readings: Vec<(i64, f64)> = (0..5).map(|i| (i * 300, i as f64 * -0.02)).collect();
        let flags = judged(&mut tests, &readings);
        assert_eq!(flags[1..], [(3, Some("rate")); 4]);
    }

    #[test]
    fn a_spike_needs_neighbours_but_a_rate_is_tested_over_a_gap() {
        let rules = SeriesRules { spike: Some(Limits::new(0.05, None)), ..SeriesRules::default() };
        let readings = [(0, 1.0), (300, 1.0), (1201, 5.0), (1501, 5.0), (1801, 9.0)];
        let flags = judged(&mut tests(rules), &readings);
        let only_last: Vec<u8> = flags.iter().map(|f| f.0).collect();
        assert_eq!(only_last, [1, 1, 1, 1, 3]);
        let rules = SeriesRules {
            rate_per_hour: Some(Limits::new(0.1, None)),
            gap_s: Some(Limits::new(7000.0, None)),
            ..SeriesRules::default()
        };
        let readings = [(0, 1.0), (7200, 1.1), (14_400, 2.0)];
        assert_eq!(
            judged(&mut tests(rules), &readings),
            [(1, None), (3, Some("gap")), (3, Some("rate"))]
        );
    }

    #[test]
    fn values_are_not_compared_with_one_out_of_range() {
        let mut tests = tests(SeriesRules {
            rate_per_hour: Some(Limits::new(1.0, None)),
            gap_s: Some(Limits::new(500.0, None)),
            ..SeriesRules::default()
        });
        let out = Verdict::of(Flag::Fail, Reason::OutOfRange);
        assert_eq!(tests.judge(at(0), 1.0), Verdict::GOOD);
        assert_eq!(tests.judge(at(300), 9000.0), out);
        let after = tests.judge(at(600), 1.0);
        assert_eq!(after, Verdict::of(Flag::Suspect, Reason::Gap));
        assert_eq!(tests.judge(at(900), 1.0), Verdict::GOOD);
    }

    #[test]
    fn tests_start_again_when_the_clock_is_set_back() {
        let mut tests = tests(SeriesRules {
            rate_per_hour: Some(Limits::new(1.0, None)),
            gap_s: Some(Limits::new(500.0, None)),
            ..SeriesRules::default()
        });
        let readings = [(10_000, 1.0), (300, 9.0), (600, 9.0)];
        assert_eq!(judged(&mut tests, &readings), [(1, None); 3]);
    }

    #[test]
    fn the_worst_test_determines_flag_and_reason() {
        let mut tests = tests(SeriesRules {
            expected: Some([0.0, 2.0]),
            flat: Some(FlatRule { after_h: 0.25, fail_after_h: Some(0.5), tolerance: 0.01 }),
            ..SeriesRules::default()
        });
        let readings: Vec<(i64, f64)> = (0..7).map(|i| (i * 300, 3.0)).collect();
        let mut expected = vec![(3, Some("unexpected")); 6];
        expected.push((4, Some("flat")));
        assert_eq!(judged(&mut tests, &readings), expected);
    }
}
