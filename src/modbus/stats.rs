//! What a bus and its devices have done, for whoever asks how they do.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::health::State;
use super::learned::Lesson;
use super::link::ReadError;
use crate::core::Reason;
use crate::device::Function;

/// Answer times that are remembered of each device: the last 64 give a 95th percentile that three slow answers do not make.
/// Engineering judgement.
const TIMES_MAX: usize = 64;

/// The time over which a bus's busy share is taken: two polls at the usual five minutes.
const SHARE_OVER: Duration = Duration::from_secs(600);

/// What the buses of a gateway have done since its start, together.
#[derive(Debug, Default)]
pub struct BusStats {
    /// Polls of a whole bus.
    pub polls: AtomicU64,
    /// Readings, missing ones included.
    pub readings: AtomicU64,
    /// Of those, without a value.
    pub missing: AtomicU64,
    /// Ticks that passed while a poll was still running.
    pub missed_ticks: AtomicU64,
}

/// How a bus does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BusReport {
    /// Name, as configured.
    pub name: String,
    /// Whether its endpoint or port is there.
    pub line: State,
    /// Polls.
    pub polls: u64,
    /// Ticks that passed while a poll was still running.
    pub missed_ticks: u64,
    /// When its last poll ended, s since the gateway began to run; 0 before the first.
    pub polled_at_s: f64,
    /// The share of the last ten to twenty minutes in which requests were under way, 0 to 1.
    pub busy: f64,
    /// Its devices.
    pub units: Vec<UnitReport>,
}

/// How a device does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitReport {
    /// Unit id.
    pub unit: u8,
    /// Whether it is there.
    pub state: State,
    /// Since when, by the clock at that time; absent before its first poll.
    pub since: Option<Timestamp>,
    /// Polls in which it was asked.
    pub polls: u64,
    /// Requests that it answered with registers.
    pub successes: u64,
    /// Requests that brought none, by reason.
    pub failures: BTreeMap<Reason, u64>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Median and 95th percentile of the times of its last answers, ms; absent before the first.
    pub answer_ms: Option<[f64; 2]>,
    /// Registers that it refuses: function, first, last.
    pub holes: Vec<(Function, u16, u16)>,
    /// Registers that it refuses together: function, first, last.
    pub seams: Vec<(Function, u16, u16)>,
    /// The silence before each request that it turned out to need, ms; absent where it needs no more than the line keeps.
    #[serde(default)]
    pub gap_ms: Option<u64>,
}

/// Where a bus can be watched from.
#[derive(Debug, Clone)]
pub struct BusWatch(Arc<Mutex<Counted>>);

/// What is counted.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) name: String,
    pub(super) line: State,
    pub(super) polls: u64,
    pub(super) missed_ticks: u64,
    pub(super) share: Share,
    pub(super) units: Vec<Unit>,
}

/// What is counted of a device.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) unit: u8,
    pub(super) state: State,
    pub(super) since: Option<Timestamp>,
    pub(super) polls: u64,
    successes: u64,
    failures: BTreeMap<Reason, u64>,
    last_error: Option<ReadError>,
    /// The last answer times, µs; the oldest is overwritten.
    times: Vec<u32>,
    oldest: usize,
    pub(super) lessons: Vec<Lesson>,
    /// The silence that it turned out to need.
    pub(super) gap: Duration,
}

impl BusWatch {
    /// Of a bus with these units, which has done nothing yet.
    pub(super) fn new(name: &str, units: impl Iterator<Item = u8>) -> Self {
        let unit = |unit| Unit {
            unit,
            state: State::Online,
            since: None,
            polls: 0,
            successes: 0,
            failures: BTreeMap::new(),
            last_error: None,
            times: Vec::new(),
            oldest: 0,
            lessons: Vec::new(),
            gap: Duration::ZERO,
        };
        Self(Arc::new(Mutex::new(Counted {
            name: name.into(),
            line: State::Online,
            polls: 0,
            missed_ticks: 0,
            share: Share::default(),
            units: units.map(unit).collect(),
        })))
    }

    /// How the bus does.
    pub fn report(&self) -> BusReport {
        let counted = self.counted();
        BusReport {
            name: counted.name.clone(),
            line: counted.line,
            polls: counted.polls,
            missed_ticks: counted.missed_ticks,
            polled_at_s: counted.share.until.as_secs_f64(),
            busy: counted.share.share(),
            units: counted.units.iter().map(Unit::report).collect(),
        }
    }

    pub(super) fn counted(&self) -> MutexGuard<'_, Counted> {
        // Nothing in here panics half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Unit {
    /// A request has been made, and took so long.
    pub(super) fn asked(&mut self, outcome: Result<(), &ReadError>, took: Duration) {
        match outcome {
            Ok(()) => self.successes += 1,
            Err(error) => {
                *self.failures.entry(error.reason()).or_default() += 1;
                if self.last_error.as_ref() != Some(error) {
                    self.last_error = Some(error.clone());
                }
            }
        }
        if matches!(outcome, Ok(()) | Err(ReadError::Exception { .. })) {
            let time = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
            if self.times.len() < TIMES_MAX {
                self.times.push(time);
            } else if let Some(place) = self.times.get_mut(self.oldest) {
                *place = time;
                self.oldest = (self.oldest + 1) % TIMES_MAX;
            }
        }
    }

    fn report(&self) -> UnitReport {
        let mut times = self.times.clone();
        times.sort_unstable();
        let percentile = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).max(1);
            times.get(rank - 1).map(|us| f64::from(*us) / 1000.0)
        };
        let runs = |kind| {
            let own = self.lessons.iter().filter(move |lesson| lesson.kind == kind);
            own.map(|l| (l.run.function, l.run.first, l.run.last)).collect()
        };
        UnitReport {
            unit: self.unit,
            state: self.state,
            since: self.since,
            polls: self.polls,
            successes: self.successes,
            failures: self.failures.clone(),
            last_error: self.last_error.as_ref().map(ToString::to_string),
            answer_ms: percentile(50).zip(percentile(95)).map(|(a, b)| [a, b]),
            holes: runs(super::learned::LessonKind::Hole),
            seams: runs(super::learned::LessonKind::Seam),
            gap_ms: u64::try_from(self.gap.as_millis()).ok().filter(|ms| *ms > 0),
        }
    }
}

/// The busy share of a bus over the last while.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// When the current period began.
    from: Duration,
    /// Busy in it.
    busy: Duration,
    /// How far it has come.
    until: Duration,
    /// The length of the period before, and how much of it was busy.
    before: (Duration, Duration),
}

impl Share {
    /// By `now` the bus was busy for `busy` more.
    pub(super) fn add(&mut self, busy: Duration, now: Duration) {
        self.busy += busy;
        self.until = now;
        let lasted = now.saturating_sub(self.from);
        if lasted >= SHARE_OVER {
            self.before = (lasted, self.busy);
            self.from = now;
            self.busy = Duration::ZERO;
        }
    }

    fn share(&self) -> f64 {
        let all = self.until.saturating_sub(self.from) + self.before.0;
        let busy = self.busy + self.before.1;
        if all.is_zero() { 0.0 } else { (busy.as_secs_f64() / all.as_secs_f64()).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_by_reason_and_ranks_the_last_answers() {
        let watch = BusWatch::new("pumps", [3].into_iter());
        {
            let mut counted = watch.counted();
            let unit = &mut counted.units[0];
            assert_eq!(unit.report().answer_ms, None);
            // A slow past that is forgotten, then 1 to 64 ms.
            (0..7).for_each(|_| unit.asked(Ok(()), Duration::from_secs(9)));
            (1..=64).for_each(|ms| unit.asked(Ok(()), Duration::from_millis(ms)));
            let silent = ReadError::Timeout { unit: 3, timeout_ms: 300 };
            unit.asked(Err(&silent), Duration::from_millis(300));
        }
        let report = watch.report();
        let unit = &report.units[0];
        assert_eq!((unit.successes, unit.failures[&Reason::Timeout]), (71, 1));
        assert_eq!(unit.answer_ms, Some([32.0, 61.0]));
        assert_eq!(unit.last_error.as_deref(), Some("unit 3 did not answer within 300 ms"));
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<BusReport>(&text).unwrap(), report);
    }

    #[test]
    fn the_busy_share_is_that_of_the_last_while() {
        let s = Duration::from_secs;
        let mut share = Share::default();
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
