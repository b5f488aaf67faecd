//! When to poll what: each interval on its own wall-clock boundaries, without drift. Pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far beyond its interval a tick may lie before it is taken for one of a clock that has since been set back. A clock that is
/// being disciplined moves by milliseconds: that must not make a tick come twice.
const SLEW_MAX: Duration = Duration::from_secs(1);

/// How often everything is polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// As usual.
    #[default]
    Normal,
    /// In a drought: by the shorter intervals, where there are any.
    Drought,
}

/// The time between polls in each mode, s; 0 polls without a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rhythm {
    /// As usual.
    pub normal_s: u32,
    /// In a drought.
    pub drought_s: u32,
}

impl Rhythm {
    /// The time between polls in `mode`, s.
    pub fn interval_s(&self, mode: Mode) -> u32 {
        match mode {
            Mode::Normal => self.normal_s,
            Mode::Drought => self.drought_s,
        }
    }
}

/// What falls due when.
#[derive(Debug)]
pub struct Schedule {
    mode: Mode,
    beats: Vec<Beat>,
}

#[derive(Debug)]
struct Beat {
    rhythm: Rhythm,
    /// The next tick; absent before the first poll, which is made at once.
    due: Option<Timestamp>,
}

impl Schedule {
    /// Nothing has been polled yet: all of `rhythms` are due at once.
    pub fn new(rhythms: &[Rhythm], mode: Mode) -> Self {
        let beat = |rhythm: &Rhythm| Beat { rhythm: *rhythm, due: None };
        Self { mode, beats: rhythms.iter().map(beat).collect() }
    }

    /// From now on the intervals of `mode` hold.
    pub fn set_mode(&mut self, mode: Mode, now: Timestamp) {
        if mode == self.mode {
            return;
        }
        self.mode = mode;
        for beat in &mut self.beats {
            // A tick that has come already is polled all the same.
            if beat.due.is_some_and(|due| due > now) {
                beat.due = Some(next_tick(now, beat.rhythm.interval_s(mode)));
            }
        }
    }

    /// When the next tick is. It lies in the past where it has passed already; absent where nothing is ever due.
    ///
    /// A tick that lies further ahead than its interval is of a clock that has been set back since: the next one by the clock as
    /// it is takes its place, since nothing would be polled until the clock has made up for it.
    pub fn next(&mut self, now: Timestamp) -> Option<Timestamp> {
        for beat in &mut self.beats {
            let interval_s = beat.rhythm.interval_s(self.mode);
            let most = Duration::from_secs(interval_s.into()) + SLEW_MAX;
            if let Some(due) = &mut beat.due
                && due.duration_since(now) > most.try_into().unwrap_or(jiff::SignedDuration::MAX)
            {
                *due = next_tick(now, interval_s);
            }
        }
        self.beats.iter().map(|beat| beat.due.unwrap_or(now)).min()
    }

    /// Marks in `due` which rhythms are due at `now`, in the order they were given in, and moves these to their next ticks.
    /// Returns how many ticks have passed unpolled; they are never made up for. `since` is how long ago the poll before began,
    /// on a clock that nobody sets: more ticks than fit into it cannot have been missed, the clock has been set forward.
    pub fn take(&mut self, now: Timestamp, since: Duration, due: &mut Vec<bool>) -> u64 {
        due.clear();
        let mut passed = 0;
        for beat in &mut self.beats {
            let is_due = beat.due.is_none_or(|due| due <= now);
            due.push(is_due);
            if !is_due {
                continue;
            }
            let interval_s = beat.rhythm.interval_s(self.mode);
            if let Some(due) = beat.due.filter(|_| interval_s > 0) {
                let fit = since.as_secs() / u64::from(interval_s);
                passed += missed(due, now, interval_s).min(fit);
            }
            beat.due = Some(next_tick(now, interval_s));
        }
        passed
    }
}

/// The first multiple of `interval_s` since the epoch that lies after `now`; `now` itself where there is no pause.
fn next_tick(now: Timestamp, interval_s: u32) -> Timestamp {
    if interval_s == 0 {
        return now;
    }
    let interval = i64::from(interval_s);
    let second = now.as_millisecond().div_euclid(1000);
    let next = (second.div_euclid(interval) + 1) * interval;
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}

/// How many ticks after `due` have passed unpolled by `now`.
fn missed(due: Timestamp, now: Timestamp, interval_s: u32) -> u64 {
    let late_ms = now.as_millisecond() - due.as_millisecond();
    (late_ms / (i64::from(interval_s.max(1)) * 1000)).max(0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LONG: Duration = Duration::from_secs(1 << 40);

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn rhythm(normal_s: u32, drought_s: u32) -> Rhythm {
        Rhythm { normal_s, drought_s }
    }

    fn take(schedule: &mut Schedule, ms: i64, since: Duration) -> (Vec<bool>, u64) {
        let mut due = Vec::new();
        let missed = schedule.take(at(ms), since, &mut due);
        (due, missed)
    }

    #[test]
    fn ticks_fall_on_boundaries() {
        assert_eq!(next_tick(at(0), 300), at(300_000));
        assert_eq!(next_tick(at(299_999), 300), at(300_000));
        assert_eq!(next_tick(at(300_000), 300), at(600_000));
        assert_eq!(next_tick(at(-1), 300), at(0));
        assert_eq!(next_tick(at(17), 0), at(17));
        assert_eq!(missed(at(0), at(299_999), 300), 0);
        assert_eq!(missed(at(0), at(900_000), 300), 3);
        assert_eq!(missed(at(900_000), at(0), 300), 0);
    }

    #[test]
    fn all_is_due_at_first_and_then_each_in_its_rhythm() {
        let mut schedule = Schedule::new(&[rhythm(2, 2), rhythm(3, 3)], Mode::Normal);
        assert_eq!(schedule.next(at(500)), Some(at(500)));
        assert_eq!(take(&mut schedule, 500, LONG), (vec![true, true], 0));
        let (mut seen, mut tick) = (Vec::new(), at(500));
        for _ in 0..5 {
            tick = schedule.next(tick).unwrap();
            let (due, missed) = take(&mut schedule, tick.as_millisecond() + 1, LONG);
            assert_eq!(missed, 0);
            seen.push((tick.as_second(), due[0], due[1]));
        }
        let expected = [
            (2, true, false),
            (3, false, true),
            (4, true, false),
            (6, true, true),
            (8, true, false),
        ];
        assert_eq!(seen, expected);
    }

    /// The slow rhythm's tick fell into a poll of the fast one: it is late, not lost.
    #[test]
    fn a_tick_that_passes_during_a_poll_is_polled_late_and_only_what_repeats_is_missed() {
        let mut schedule = Schedule::new(&[rhythm(1, 1), rhythm(60, 60)], Mode::Normal);
        take(&mut schedule, 58_999, LONG);
        assert_eq!(take(&mut schedule, 59_000, LONG), (vec![true, false], 0));
        // It took until 62.3: its own ticks at 61 and 62 are missed.
        assert_eq!(take(&mut schedule, 62_300, LONG), (vec![true, true], 2));
        assert_eq!(schedule.next(at(62_400)), Some(at(63_000)));
    }

    #[test]
    fn a_drought_shortens_the_intervals_at_once_and_its_end_lengthens_them() {
        let mut schedule = Schedule::new(&[rhythm(3600, 300)], Mode::Normal);
        take(&mut schedule, 1_000, LONG);
        assert_eq!(schedule.next(at(2_000)), Some(at(3_600_000)));
        schedule.set_mode(Mode::Drought, at(2_000));
        assert_eq!(schedule.next(at(2_000)), Some(at(300_000)));
        schedule.set_mode(Mode::Drought, at(299_000));
        assert_eq!(take(&mut schedule, 300_000, LONG), (vec![true], 0));
        schedule.set_mode(Mode::Normal, at(400_000));
        assert_eq!(schedule.next(at(400_000)), Some(at(3_600_000)));
        // Before the first poll the mode changes nothing: that is made at once.
        let mut schedule = Schedule::new(&[rhythm(3600, 300)], Mode::Normal);
        schedule.set_mode(Mode::Drought, at(7));
        assert_eq!(schedule.next(at(8)), Some(at(8)));
    }

    #[test]
    fn without_a_pause_the_next_poll_is_always_due() {
        let mut schedule = Schedule::new(&[rhythm(0, 0), rhythm(60, 0)], Mode::Normal);
        take(&mut schedule, 5, LONG);
        assert_eq!(schedule.next(at(6)), Some(at(5)));
        assert_eq!(take(&mut schedule, 6, LONG), (vec![true, false], 0));
        assert_eq!(take(&mut schedule, 60_001, LONG), (vec![true, true], 0));
    }

    #[test]
    fn a_clock_set_forward_is_polled_once_and_has_missed_only_what_fits_the_time() {
        let mut schedule = Schedule::new(&[rhythm(10, 10)], Mode::Normal);
        take(&mut schedule, 1_000, LONG);
        // From 1970 to 2022 when the network comes up, three seconds after the last poll.
        let now = 1_659_283_205_000;
        let three = Duration::from_secs(3);
        assert_eq!(take(&mut schedule, now, three), (vec![true], 0));
        assert_eq!(schedule.next(at(now)), Some(at(1_659_283_210_000)));
    }

    #[test]
    fn a_clock_set_back_goes_on_by_the_clock_as_it_is() {
        let mut schedule = Schedule::new(&[rhythm(300, 300)], Mode::Normal);
        take(&mut schedule, 864_000_000, LONG);
        assert_eq!(schedule.next(at(10_000)), Some(at(300_000)));
        // Half an interval back: the tick that has been polled comes once more by the clock, and is not polled again.
        take(&mut schedule, 300_000, LONG);
        assert_eq!(schedule.next(at(299_999)), Some(at(600_000)));
    }

    proptest! {
        /// A month of five minutes and of one, woken late each time, with polls that last up to four minutes.
        #[test]
        fn a_month_of_late_wake_ups_does_not_drift(late in prop::collection::vec(0i64..240_000, 97)) {
            let month = 30 * 86_400_000;
            let mut schedule = Schedule::new(&[rhythm(300, 300), rhythm(60, 60)], Mode::Normal);
            let mut due = Vec::new();
            let (mut now, mut before) = (at(0), at(0));
            let (mut slow, mut fast, mut missed) = (0, 0, 0);
            let mut late = late.iter().cycle();
            schedule.take(now, Duration::ZERO, &mut due);
            loop {
                let tick = schedule.next(now).unwrap();
                prop_assert_eq!(tick.as_millisecond() % 60_000, 0);
                if tick >= at(month) {
                    break;
                }
                now = at(now.max(tick).as_millisecond() + late.next().unwrap());
                let since = Duration::try_from(now.duration_since(before)).unwrap();
                missed += schedule.take(now, since, &mut due);
                before = now;
                slow += u64::from(due[0]);
                fast += u64::from(due[1]);
                if due[0] {
                    prop_assert!(now.duration_since(tick).as_millis() < 300_000);
                }
            }
            // The last wake-up may lie beyond the month.
            let ends = 4;
            let polls = month as u64 / 300_000;
            prop_assert!((polls - 1..=polls).contains(&slow), "{} of {}", slow, polls);
            let all = month as u64 / 60_000 - 1;
            prop_assert!((all..=all + ends).contains(&(fast + missed)), "{} of {}", fast + missed, all);
        }
    }
}
