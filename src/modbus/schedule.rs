//! Decides when to poll what: each interval on its own wall-clock boundaries, without drift. Pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A tick further ahead than its interval plus this was scheduled before the clock was set back. A clock that a time
/// service disciplines moves by milliseconds, which must not make a tick come twice.
const SLEW_MAX: Duration = Duration::from_secs(1);

/// Which intervals a gateway polls by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    #[default]
    Normal,
    /// The shorter intervals of a drought, where there are any.
    Drought,
}

/// The time between polls in each mode; 0 polls without a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PollInterval {
    pub normal_s: u32,
    pub drought_s: u32,
}

impl PollInterval {
    /// The time between polls in `mode`, s.
    pub fn interval_s(&self, mode: Mode) -> u32 {
        match mode {
            Mode::Normal => self.normal_s,
            Mode::Drought => self.drought_s,
        }
    }
}

/// The ticks of all intervals of a bus.
#[derive(Debug)]
pub struct Schedule {
    mode: Mode,
    timers: Vec<Timer>,
}

#[derive(Debug)]
struct Timer {
    interval: PollInterval,
    /// The next tick; `None` before the first poll, which is made at once.
    due: Option<Timestamp>,
}

impl Schedule {
    /// Nothing has been polled yet: all `intervals` are due at once.
    pub fn new(intervals: &[PollInterval], mode: Mode) -> Self {
        let timer = |interval: &PollInterval| Timer { interval: *interval, due: None };
        Self { mode, timers: intervals.iter().map(timer).collect() }
    }

    /// Uses the intervals of `mode` from now on.
    pub fn set_mode(&mut self, mode: Mode, now: Timestamp) {
        if mode == self.mode {
            return;
        }
        self.mode = mode;
        for timer in &mut self.timers {
            // A tick that has passed is still polled.
            if timer.due.is_some_and(|due| due > now) {
                timer.due = Some(tick_after(now, timer.interval.interval_s(mode)));
            }
        }
    }

    /// The next tick, in the past where it has passed already; `None` where nothing is ever due. A tick further ahead
    /// than its interval is from before the clock was set back: the next tick of the new time replaces it, or nothing
    /// would be polled until the clock has caught up.
    pub fn next_tick(&mut self, now: Timestamp) -> Option<Timestamp> {
        for timer in &mut self.timers {
            let interval_s = timer.interval.interval_s(self.mode);
            let ahead_max = Duration::from_secs(interval_s.into()) + SLEW_MAX;
            if let Some(due) = &mut timer.due
                && due.duration_since(now)
                    > ahead_max.try_into().unwrap_or(jiff::SignedDuration::MAX)
            {
                *due = tick_after(now, interval_s);
            }
        }
        self.timers.iter().map(|timer| timer.due.unwrap_or(now)).min()
    }

    /// Marks in `due` which intervals are due at `now`, in the order of [`Schedule::new`], and moves these to their
    /// next ticks. Returns how many ticks were missed; none is made up for. `since` is the uptime since the last poll
    /// began: more ticks than fit into it were skipped by setting the clock forward, not missed.
    pub fn take_due(&mut self, now: Timestamp, since: Duration, due: &mut Vec<bool>) -> u64 {
        due.clear();
        let mut passed = 0;
        for timer in &mut self.timers {
            let is_due = timer.due.is_none_or(|due| due <= now);
            due.push(is_due);
            if !is_due {
                continue;
            }
            let interval_s = timer.interval.interval_s(self.mode);
            if let Some(due) = timer.due.filter(|_| interval_s > 0) {
                let fit = since.as_secs() / u64::from(interval_s);
                passed += missed(due, now, interval_s).min(fit);
            }
            timer.due = Some(tick_after(now, interval_s));
        }
        passed
    }
}

/// The first multiple of `interval_s` since the epoch after `now`; `now` itself for interval 0.
fn tick_after(now: Timestamp, interval_s: u32) -> Timestamp {
    if interval_s == 0 {
        return now;
    }
    let interval = i64::from(interval_s);
    let second = now.as_millisecond().div_euclid(1000);
    let next = (second.div_euclid(interval) + 1) * interval;
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}

/// How many ticks after `due` have passed by `now`.
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

    fn interval(normal_s: u32, drought_s: u32) -> PollInterval {
        PollInterval { normal_s, drought_s }
    }

    fn take(schedule: &mut Schedule, ms: i64, since: Duration) -> (Vec<bool>, u64) {
        let mut due = Vec::new();
        let missed = schedule.take_due(at(ms), since, &mut due);
        (due, missed)
    }

    #[test]
    fn ticks_fall_on_boundaries() {
        assert_eq!(tick_after(at(0), 300), at(300_000));
        assert_eq!(tick_after(at(299_999), 300), at(300_000));
        assert_eq!(tick_after(at(300_000), 300), at(600_000));
        assert_eq!(tick_after(at(-1), 300), at(0));
        assert_eq!(tick_after(at(17), 0), at(17));
        assert_eq!(missed(at(0), at(299_999), 300), 0);
        assert_eq!(missed(at(0), at(900_000), 300), 3);
        assert_eq!(missed(at(900_000), at(0), 300), 0);
    }

    #[test]
    fn all_is_due_at_first_and_then_each_at_its_interval() {
        let mut schedule = Schedule::new(&[interval(2, 2), interval(3, 3)], Mode::Normal);
        assert_eq!(schedule.next_tick(at(500)), Some(at(500)));
        assert_eq!(take(&mut schedule, 500, LONG), (vec![true, true], 0));
        let (mut seen, mut tick) = (Vec::new(), at(500));
        for _ in 0..5 {
            tick = schedule.next_tick(tick).unwrap();
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

    /// The slow interval's tick fell into a poll of the fast one: it is late, not missed.
    #[test]
    fn a_tick_that_passes_during_a_poll_is_polled_late_and_only_what_repeats_is_missed() {
        let mut schedule = Schedule::new(&[interval(1, 1), interval(60, 60)], Mode::Normal);
        take(&mut schedule, 58_999, LONG);
        assert_eq!(take(&mut schedule, 59_000, LONG), (vec![true, false], 0));
        // The poll took until 62.3: the fast interval's ticks at 61 and 62 are missed.
        assert_eq!(take(&mut schedule, 62_300, LONG), (vec![true, true], 2));
        assert_eq!(schedule.next_tick(at(62_400)), Some(at(63_000)));
    }

    #[test]
    fn a_drought_shortens_the_intervals_at_once_and_its_end_lengthens_them() {
        let mut schedule = Schedule::new(&[interval(3600, 300)], Mode::Normal);
        take(&mut schedule, 1_000, LONG);
        assert_eq!(schedule.next_tick(at(2_000)), Some(at(3_600_000)));
        schedule.set_mode(Mode::Drought, at(2_000));
        assert_eq!(schedule.next_tick(at(2_000)), Some(at(300_000)));
        schedule.set_mode(Mode::Drought, at(299_000));
        assert_eq!(take(&mut schedule, 300_000, LONG), (vec![true], 0));
        schedule.set_mode(Mode::Normal, at(400_000));
        assert_eq!(schedule.next_tick(at(400_000)), Some(at(3_600_000)));
        // The first poll is made at once in either mode.
        let mut schedule = Schedule::new(&[interval(3600, 300)], Mode::Normal);
        schedule.set_mode(Mode::Drought, at(7));
        assert_eq!(schedule.next_tick(at(8)), Some(at(8)));
    }

    #[test]
    fn without_a_pause_the_next_poll_is_always_due() {
        let mut schedule = Schedule::new(&[interval(0, 0), interval(60, 0)], Mode::Normal);
        take(&mut schedule, 5, LONG);
        assert_eq!(schedule.next_tick(at(6)), Some(at(5)));
        assert_eq!(take(&mut schedule, 6, LONG), (vec![true, false], 0));
        assert_eq!(take(&mut schedule, 60_001, LONG), (vec![true, true], 0));
    }

    #[test]
    fn a_clock_set_forward_is_polled_once_and_has_missed_only_what_fits_the_time() {
        let mut schedule = Schedule::new(&[interval(10, 10)], Mode::Normal);
        take(&mut schedule, 1_000, LONG);
        // From 1970 to 2022 when the network comes up, three seconds after the previous poll.
        let now = 1_659_283_205_000;
        let three = Duration::from_secs(3);
        assert_eq!(take(&mut schedule, now, three), (vec![true], 0));
        assert_eq!(schedule.next_tick(at(now)), Some(at(1_659_283_210_000)));
    }

    #[test]
    fn a_clock_set_back_goes_on_by_the_clock_as_it_is() {
        let mut schedule = Schedule::new(&[interval(300, 300)], Mode::Normal);
        take(&mut schedule, 864_000_000, LONG);
        assert_eq!(schedule.next_tick(at(10_000)), Some(at(300_000)));
        // A millisecond back: the clock reaches the polled tick once more, and it is not polled again.
        take(&mut schedule, 300_000, LONG);
        assert_eq!(schedule.next_tick(at(299_999)), Some(at(600_000)));
    }

    proptest! {
        /// A month of five minutes and of one, woken late each time, with polls that last up to four minutes.
        #[test]
        fn a_month_of_late_wake_ups_does_not_drift(late in prop::collection::vec(0i64..240_000, 97)) {
            let month = 30 * 86_400_000;
            let mut schedule = Schedule::new(&[interval(300, 300), interval(60, 60)], Mode::Normal);
            let mut due = Vec::new();
            let (mut now, mut before) = (at(0), at(0));
            let (mut slow, mut fast, mut missed) = (0, 0, 0);
            let mut late = late.iter().cycle();
            schedule.take_due(now, Duration::ZERO, &mut due);
            loop {
                let tick = schedule.next_tick(now).unwrap();
                prop_assert_eq!(tick.as_millisecond() % 60_000, 0);
                if tick >= at(month) {
                    break;
                }
                now = at(now.max(tick).as_millisecond() + late.next().unwrap());
                let since = Duration::try_from(now.duration_since(before)).unwrap();
                missed += schedule.take_due(now, since, &mut due);
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
