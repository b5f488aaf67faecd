//! Tests the values of one series in the order of their times, once each.
//!
//! A gateway tests each reading once and keeps what came of it. What a publisher sends may come again: from the broker,
//! or because the publisher is not sure. Then the first verdict stands. What is older than what has been tested is
//! tested alone, and what cannot be of that time is not compared with anything.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::settings::PublishedSeries;
use super::stored::Stored;
use crate::core::{Flag, Reading, Reason, Series};
use crate::hub::times::{AHEAD_MAX, is_possible};
use crate::interop::incoming::Quality;
use crate::quality::{SeriesRules, SeriesTests, Verdict};

/// Verdicts that are kept until the store has the readings. Engineering judgement: of a series, a message has few, and
/// it takes the store seconds.
const RECENT: usize = 32;

/// The tests of a series.
#[derive(Debug)]
pub(super) struct Judge {
    /// The range and what is expected: of each value alone.
    alone: SeriesTests,
    /// All tests, where some need the readings before.
    all: Option<Sequence>,
}

/// Tests that need the readings before.
#[derive(Debug)]
struct Sequence {
    tests: SeriesTests,
    /// The time of the last that was tested; `None` until the store has been asked for it.
    newest: Option<Newest>,
    recent: VecDeque<(Timestamp, f64, Quality, Verdict)>,
}

/// Up to when readings were tested.
#[derive(Debug, Clone, Copy)]
struct Newest(Option<Timestamp>);

impl Judge {
    /// For a series of which readings come every so many seconds.
    pub fn new(series: &PublishedSeries, interval_s: u32) -> Self {
        let spec = series.parameter.spec();
        let range = series.range.unwrap_or([spec.min, spec.max]);
        let rules = series.quality.resolved();
        let alone = SeriesRules { expected: rules.expected, ..SeriesRules::default() };
        let needs_others = rules != SeriesRules { preset: rules.preset.clone(), ..alone };
        Self {
            alone: SeriesTests::new(range, &alone, interval_s),
            all: needs_others.then(|| Sequence {
                tests: SeriesTests::new(range, &rules, interval_s),
                newest: None,
                recent: VecDeque::new(),
            }),
        }
    }

    /// The verdict on a value of `series` that was observed at `at` and comes at `now`.
    pub fn verdict(
        &mut self,
        (value, quality): (f64, Quality),
        (at, now): (Timestamp, Timestamp),
        (series, stored): (&Series, &Stored),
    ) -> Verdict {
        if quality == Quality::Bad {
            // What its publisher takes for bad is not what later values are compared with.
            return Verdict::of(Flag::Fail, Reason::Invalid);
        }
        let verdict = match &mut self.all {
            Some(all) if is_possible(at) && at.duration_since(now) <= AHEAD_MAX => {
                let newest = all.newest.get_or_insert_with(|| Newest(stored.newest(series)));
                // Where that lies ahead, its clock was wrong, and has been set since.
                let known = newest.0.is_some_and(|newest| at <= newest && newest <= now);
                if known {
                    if let Some(verdict) = all.again((value, quality), at, (series, stored)) {
                        return verdict;
                    }
                    self.alone.judge(at, value)
                } else {
                    *newest = Newest(Some(at));
                    all.tests.judge(at, value)
                }
            }
            _ => self.alone.judge(at, value),
        };
        let verdict = match quality {
            Quality::Uncertain => verdict.worst(Verdict::of(Flag::Suspect, Reason::Invalid)),
            Quality::Good | Quality::Bad => verdict,
        };
        if let Some(all) = &mut self.all {
            if all.recent.len() == RECENT {
                all.recent.pop_front();
            }
            all.recent.push_back((at, value, quality, verdict));
        }
        verdict
    }
}

impl Sequence {
    /// The verdict on the same reading when it came before.
    fn again(
        &self,
        (value, quality): (f64, Quality),
        at: Timestamp,
        (series, stored): (&Series, &Stored),
    ) -> Option<Verdict> {
        let same = |(then, other, said, _): &&(Timestamp, f64, Quality, Verdict)| {
            (*then, *other, *said) == (at, value, quality)
        };
        let recent = self.recent.iter().rev().find(same).map(|(.., verdict)| *verdict);
        recent.or_else(|| {
            let reading: Reading = stored.reading(series, at)?;
            // What its publisher has said of it may have changed.
            let doubted = reading.reason == Some(Reason::Invalid);
            let same = reading.value() == Some(value) && doubted == (quality != Quality::Good);
            same.then_some(Verdict { flag: reading.flag, reason: reading.reason })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Sqlite, Store};
    use crate::wire::{Batch, Epoch};

    fn series(more: &str) -> PublishedSeries {
        let text = format!("station = 'pond-1'\nparameter = 'level'\nunit = 'm'\n{more}");
        toml::from_str(&text).unwrap()
    }

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + s).unwrap()
    }

    /// Flags of values at these seconds, each of which comes at once, or at the second that is given.
    fn flags(judge: &mut Judge, stored: &Stored, readings: &[(i64, f64, Option<i64>)]) -> Vec<u8> {
        let name = "pond-1/level".parse().unwrap();
        let flag = |(s, value, now): &(i64, f64, Option<i64>)| {
            let times = (at(*s), at(now.unwrap_or(*s)));
            judge.verdict((*value, Quality::Good), times, (&name, stored)).flag.into()
        };
        readings.iter().map(flag).collect()
    }

    const SPIKES: &str = "quality = { spike = [0.2, 1], rate_per_hour = [100, 200] }";

    #[test]
    fn the_first_verdict_stands_when_a_reading_comes_again() {
        let mut judge = Judge::new(&series(SPIKES), 300);
        let none = Stored::default();
        let came = [(0, 1.0, None), (300, 1.0, None), (600, 5.0, None)];
        assert_eq!(flags(&mut judge, &none, &came), [1, 1, 4]);
        let again = came.map(|(s, value, _)| (s, value, Some(700)));
        assert_eq!(flags(&mut judge, &none, &again), [1, 1, 4]);
        // What follows is compared with what came first.
        assert_eq!(flags(&mut judge, &none, &[(900, 1.0, None), (1200, 1.5, None)]), [1, 1]);
        // A late one is tested alone, and disturbs nothing.
        assert_eq!(flags(&mut judge, &none, &[(450, 7.0, Some(1300)), (1500, 3.5, None)]), [1, 4]);
    }

    #[test]
    fn the_verdict_stands_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let mut store = Sqlite::open(&path).unwrap();
        let mut spike = Reading::good("pond-1/level".parse().unwrap(), at(600), 5.0);
        (spike.flag, spike.reason) = (Flag::Fail, Some(Reason::Spike));
        let before = Reading::good("pond-1/level".parse().unwrap(), at(300), 1.0);
        let (gateway, readings) = ("levels".parse().unwrap(), vec![before, spike]);
        let batch = Batch { gateway, epoch: Epoch(1), seq: 1, clock: None, loss: None, readings };
        store.commit(&[batch], at(601)).unwrap();
        let stored = Stored::open(&path);
        let mut judge = Judge::new(&series(SPIKES), 300);
        let again = [(600, 5.0, Some(700)), (300, 1.0, Some(700)), (600, 1.0, Some(700))];
        assert_eq!(flags(&mut judge, &stored, &again), [4, 1, 1]);
        assert_eq!(flags(&mut judge, &stored, &[(900, 1.0, None)]), [1]);
    }

    #[test]
    fn an_impossible_time_spoils_no_test() {
        let mut judge = Judge::new(&series(SPIKES), 300);
        let none = Stored::default();
        let years = 64 * 31_557_600;
        let came = [(0, 1.0, None), (years, 9.0, Some(200)), (300, 1.0, None), (600, 5.0, None)];
        assert_eq!(flags(&mut judge, &none, &came), [1, 1, 1, 4]);
        assert_eq!(flags(&mut judge, &none, &[(-1_799_999_000, 9.0, Some(700))]), [1]);
        assert_eq!(flags(&mut judge, &none, &[(900, 1.0, None), (1200, 9.0, None)]), [1, 4]);
    }

    #[test]
    fn a_clock_that_was_ahead_and_is_set_is_believed_again() {
        let mut judge = Judge::new(&series(SPIKES), 300);
        let none = Stored::default();
        let hour = 3600;
        let ahead = [(hour, 1.0, Some(0)), (hour + 300, 1.0, Some(300))];
        assert_eq!(flags(&mut judge, &none, &ahead), [1, 1]);
        let set = [(600, 1.0, None), (900, 1.0, None), (1200, 9.0, None)];
        assert_eq!(flags(&mut judge, &none, &set), [1, 1, 4]);
    }

    #[test]
    fn what_needs_no_other_reading_keeps_none() {
        let mut judge = Judge::new(&series("quality = { expected = [0, 2] }"), 300);
        assert!(judge.all.is_none());
        let came = [(300, 1.0, None), (0, 3.0, None), (300, 9999.0, None)];
        assert_eq!(flags(&mut judge, &Stored::default(), &came), [1, 3, 4]);
        assert!(Judge::new(&series("quality = { preset = 'pond' }"), 300).all.is_some());
    }
}
