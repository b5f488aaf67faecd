//! Counts what a bus and its devices do, and reports it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::dtu::{DtuSlot, TerminalReport};
use super::error::ReadError;
use super::health::HealthState;
use super::numbering::Numbering;
use super::quirks::{Quirk, QuirkKind};
use crate::core::Reason;
use crate::device::Function;
use crate::locales::Text;
use crate::support::lock;

/// Answer times kept per device: with 64, three slow ones do not set the 95th percentile. Engineering judgement.
const TIMES_MAX: usize = 64;

/// The time over which a bus's busy share is computed: two polls at the usual five minutes.
const SHARE_OVER: Duration = Duration::from_secs(600);

/// Counts what all buses of a gateway together have done since its start. A lock, since not every gateway's processor
/// has atomics of 64 bits, and with 32 some of these come round.
#[derive(Debug, Default)]
pub struct BusStats(Mutex<BusCounts>);

/// What buses have done, at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BusCounts {
    /// Polls of a whole bus.
    pub polls: u64,
    /// Including missing ones.
    pub readings: u64,
    /// Readings without a value.
    pub missing: u64,
    /// Ticks that passed while a poll was still running.
    pub missed_ticks: u64,
}

/// The state of a bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BusReport {
    pub name: String,
    /// Health of its endpoint or port: new, online, suspect or unreachable.
    pub line: HealthState,
    /// When the line entered this state, by the clock at that time; `None` before the first poll.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Why it could not be opened last; `None` while it can.
    #[serde(default)]
    pub problem: Option<Text>,
    pub polls: u64,
    pub missed_ticks: u64,
    /// When its last poll ended, s since the start of the gateway; 0 before the first.
    pub polled_at_s: f64,
    /// The share of the last ten to twenty minutes in which requests were under way, 0 to 1.
    pub busy: f64,
    /// Which transaction numbers its answers carry over Modbus TCP, as set or learned; `None` for those of the
    /// requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Numbering>,
    /// How the place of its terminal is held; `None` where no terminal dials in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<TerminalReport>,
    pub units: Vec<UnitReport>,
}

/// The state of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitReport {
    pub unit: u8,
    pub state: HealthState,
    /// When it entered this state, by the clock at that time; `None` before its first poll.
    pub since: Option<Timestamp>,
    /// When it answered last, by the clock at that time, be it with an exception; `None` where it never has since the
    /// start.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
    /// Polls in which it was asked.
    pub polls: u64,
    /// Requests that brought registers.
    pub successes: u64,
    /// Requests that brought none, by reason. A poll in which nothing was asked, as the line could not be opened,
    /// counts once as `unreachable`.
    pub failures: BTreeMap<Reason, u64>,
    /// Why a request failed last; `None` where none has, and from the first poll that reads everything.
    pub last_error: Option<Text>,
    /// Median and 95th percentile of its last answer times, ms; `None` before the first answer.
    pub answer_ms: Option<[f64; 2]>,
    /// Registers that it refuses: function, first, last.
    pub holes: Vec<(Function, u16, u16)>,
    /// Registers that it refuses together: function, first, last.
    pub seams: Vec<(Function, u16, u16)>,
    /// Registers that it answers in one request with zeros where it has values: function, first, last.
    #[serde(default)]
    pub singles: Vec<(Function, u16, u16)>,
    /// The silence that it needs before each request, ms; `None` where it needs no more than the line keeps.
    pub gap_ms: Option<u64>,
}

/// Reads the counters of a bus from outside its task.
#[derive(Debug, Clone)]
pub struct BusWatch(Arc<Mutex<BusCounters>>);

#[derive(Debug)]
pub(super) struct BusCounters {
    /// Without units and busy share, which are computed for a report.
    pub(super) report: BusReport,
    pub(super) busy: BusyShare,
    /// Where its terminal dials in.
    pub(super) terminal: Option<DtuSlot>,
    pub(super) units: Vec<UnitCounters>,
}

#[derive(Debug)]
pub(super) struct UnitCounters {
    /// Without error and answer times, which are computed for a report.
    pub(super) report: UnitReport,
    last_error: Option<ReadError>,
    /// The last answer times, µs; the oldest is overwritten.
    times: Vec<u32>,
    oldest: usize,
}

impl BusReport {
    /// Its line entered this state at `now`, if it was in another.
    pub(super) fn show(&mut self, line: HealthState, now: Timestamp) {
        if line != self.line {
            (self.line, self.since) = (line, Some(now));
        }
    }
}

impl UnitReport {
    /// The share of requests that brought registers since the start, 0 to 1, where a poll that was lost as the line
    /// could not be opened counts as a request that brought none; `None` before the first.
    pub fn success(&self) -> Option<f64> {
        let all = self.successes + self.failures.values().sum::<u64>();
        (all > 0).then(|| self.successes as f64 / all as f64)
    }

    /// Whether it answers and has never given a register since the start: its profile or address is wrong, or it is not
    /// ready.
    pub fn gives_no_values(&self) -> bool {
        self.state == HealthState::Online && self.successes == 0
    }

    /// It entered this state at `now`, if it was in another.
    pub(super) fn show(&mut self, state: HealthState, now: Timestamp) {
        if state != self.state {
            (self.state, self.since) = (state, Some(now));
        }
    }
}

impl BusStats {
    /// Counts what a poll has done.
    pub(super) fn add(&self, poll: BusCounts) {
        let mut counts = lock(&self.0);
        counts.polls += poll.polls;
        counts.readings += poll.readings;
        counts.missing += poll.missing;
        counts.missed_ticks += poll.missed_ticks;
    }

    /// What has been counted so far.
    pub fn counts(&self) -> BusCounts {
        *lock(&self.0)
    }
}

impl BusWatch {
    pub(super) fn new(name: &str, units: impl Iterator<Item = u8>) -> Self {
        let report = BusReport {
            name: name.into(),
            line: HealthState::New,
            since: None,
            problem: None,
            polls: 0,
            missed_ticks: 0,
            polled_at_s: 0.0,
            busy: 0.0,
            numbers: None,
            terminal: None,
            units: Vec::new(),
        };
        let units = units.map(UnitCounters::new).collect();
        Self(Arc::new(Mutex::new(BusCounters {
            report,
            busy: BusyShare::default(),
            terminal: None,
            units,
        })))
    }

    pub fn report(&self) -> BusReport {
        let counters = lock(&self.0);
        BusReport {
            polled_at_s: counters.busy.until.as_secs_f64(),
            busy: counters.busy.share(),
            terminal: counters.terminal.as_ref().map(DtuSlot::report),
            units: counters.units.iter().map(UnitCounters::report).collect(),
            ..counters.report.clone()
        }
    }

    /// The states of the line and of each device, and whether it has given values.
    pub fn states(&self) -> Vec<(HealthState, bool)> {
        let counters = lock(&self.0);
        let units = counters.units.iter().map(|unit| &unit.report);
        let units = units.map(|unit| (unit.state, unit.successes > 0));
        std::iter::once((counters.report.line, false)).chain(units).collect()
    }

    pub(super) fn counters(&self) -> MutexGuard<'_, BusCounters> {
        lock(&self.0)
    }
}

impl UnitCounters {
    fn new(unit: u8) -> Self {
        let report = UnitReport {
            unit,
            state: HealthState::New,
            since: None,
            answered_at: None,
            polls: 0,
            successes: 0,
            failures: BTreeMap::new(),
            last_error: None,
            answer_ms: None,
            holes: Vec::new(),
            seams: Vec::new(),
            singles: Vec::new(),
            gap_ms: None,
        };
        Self { report, last_error: None, times: Vec::new(), oldest: 0 }
    }

    /// Counts a request that took this long.
    pub(super) fn record(&mut self, outcome: Result<(), &ReadError>, took: Duration) {
        match outcome {
            Ok(()) => self.report.successes += 1,
            Err(error) => {
                *self.report.failures.entry(error.reason()).or_default() += 1;
                if self.last_error.as_ref() != Some(error) {
                    self.last_error = Some(error.clone());
                }
            }
        }
        if matches!(outcome, Ok(()) | Err(ReadError::Exception { .. })) {
            let time = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
            if self.times.len() < TIMES_MAX {
                self.times.push(time);
            } else if let Some(oldest) = self.times.get_mut(self.oldest) {
                *oldest = time;
                self.oldest = (self.oldest + 1) % TIMES_MAX;
            }
        }
    }

    /// A poll has read everything: the last error is of the past.
    pub(super) fn went_well(&mut self) {
        self.last_error = None;
    }

    /// Counts a poll that asked nothing, as the line could not be opened.
    pub(super) fn record_lost(&mut self) {
        *self.report.failures.entry(Reason::Unreachable).or_default() += 1;
    }

    pub(super) fn set_quirks(&mut self, quirks: &[Quirk]) {
        let runs = |kind| {
            let own = quirks.iter().filter(move |quirk| quirk.kind == kind);
            own.map(|q| (q.run.function, q.run.first, q.run.last)).collect()
        };
        self.report.holes = runs(QuirkKind::Hole);
        self.report.seams = runs(QuirkKind::Seam);
        self.report.singles = runs(QuirkKind::Single);
    }

    pub(super) fn set_gap(&mut self, gap: Duration) {
        self.report.gap_ms = u64::try_from(gap.as_millis()).ok().filter(|ms| *ms > 0);
    }

    fn report(&self) -> UnitReport {
        let mut times = self.times.clone();
        times.sort_unstable();
        let percentile = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).max(1);
            times.get(rank - 1).map(|us| f64::from(*us) / 1000.0)
        };
        UnitReport {
            last_error: self.last_error.as_ref().map(ReadError::text),
            answer_ms: percentile(50).zip(percentile(95)).map(|(a, b)| [a, b]),
            ..self.report.clone()
        }
    }
}

/// The share of time that a bus is busy, over the current period and the one before.
#[derive(Debug, Default)]
pub(super) struct BusyShare {
    /// When the current period began.
    from: Duration,
    busy: Duration,
    /// When time was last added.
    until: Duration,
    /// The length of the previous period, and its busy time.
    previous: (Duration, Duration),
}

impl BusyShare {
    /// Until `now`, the bus was busy for `busy` more.
    pub(super) fn add(&mut self, busy: Duration, now: Duration) {
        self.busy += busy;
        self.until = now;
        let lasted = now.saturating_sub(self.from);
        if lasted >= SHARE_OVER {
            self.previous = (lasted, self.busy);
            self.from = now;
            self.busy = Duration::ZERO;
        }
    }

    fn share(&self) -> f64 {
        let all = self.until.saturating_sub(self.from) + self.previous.0;
        let busy = self.busy + self.previous.1;
        if all.is_zero() { 0.0 } else { (busy.as_secs_f64() / all.as_secs_f64()).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn counts_go_on_beyond_what_32_bits_hold() {
        let most = u64::from(u32::MAX);
        let stats = BusStats::default();
        stats.add(BusCounts { polls: 1, readings: most, missing: most - 1, missed_ticks: most });
        stats.add(BusCounts { polls: 1, readings: 2, missing: 3, missed_ticks: 1 });
        let sum = BusCounts {
            polls: 2,
            readings: 4_294_967_297,
            missing: 4_294_967_297,
            missed_ticks: 4_294_967_296,
        };
        assert_eq!(stats.counts(), sum);
    }

    #[test]
    fn a_report_counts_by_reason_and_ranks_the_last_answers() {
        let watch = BusWatch::new("pumps", [3].into_iter());
        {
            let mut counters = watch.counters();
            let unit = &mut counters.units[0];
            assert_eq!(unit.report().answer_ms, None);
            // Slow answers that are forgotten, then 1 to 64 ms.
            (0..7).for_each(|_| unit.record(Ok(()), Duration::from_secs(9)));
            (1..=64).for_each(|ms| unit.record(Ok(()), Duration::from_millis(ms)));
            let silent = ReadError::Timeout { unit: 3, timeout_ms: 300 };
            unit.record(Err(&silent), Duration::from_millis(300));
        }
        let report = watch.report();
        let unit = &report.units[0];
        assert_eq!((unit.successes, unit.failures[&Reason::Timeout]), (71, 1));
        assert_eq!(unit.answer_ms, Some([32.0, 61.0]));
        let error = unit.last_error.as_ref().unwrap();
        assert_eq!(error.to_string(), "unit 3 did not answer within 300 ms");
        assert_eq!(error.within(Lang::Chinese), "站号 3 在 300 毫秒内没有应答");
        let text = serde_json::to_string(&report).unwrap();
        let read: BusReport = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    #[test]
    fn polls_that_were_lost_with_the_line_lower_the_share_and_are_no_requests_that_succeeded() {
        let watch = BusWatch::new("pumps", [3].into_iter());
        let share = |lost: u64| {
            (0..lost).for_each(|_| watch.counters().units[0].record_lost());
            watch.report().units[0].success()
        };
        assert_eq!(share(0), None);
        assert_eq!(share(1), Some(0.0));
        watch.counters().units[0].record(Ok(()), Duration::from_millis(9));
        assert_eq!((share(0), share(2)), (Some(0.5), Some(0.25)));
    }

    #[test]
    fn the_busy_share_covers_the_last_two_periods() {
        let s = Duration::from_secs;
        let mut share = BusyShare::default();
        assert_eq!(share.share(), 0.0);
        share.add(s(30), s(300));
        assert_eq!(share.share(), 0.1);
        share.add(s(30), s(600));
        share.add(s(300), s(900));
        assert_eq!(share.share(), 0.4);
        share.add(s(300), s(1200));
        assert_eq!(share.share(), 1.0);
        share.add(s(0), s(1500));
        assert_eq!(share.share(), 600.0 / 900.0);
        share.add(s(0), s(1800));
        assert_eq!(share.share(), 0.0);
    }
}
