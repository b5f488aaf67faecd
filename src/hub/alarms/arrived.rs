//! What has come of readings since the last look: the writer notes it after each commit, and wakes whoever looks.
//!
//! Levels and flows are taken from memory, so that a look costs the store nothing; only what was stored is among them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::core::{Parameter, Reading, Reason, StationId};
use crate::store::Committed;
use crate::support::lock;
use crate::wire::Birth;

/// Readings that may wait for a look; where more have come, all stations are read from the store again. Engineering
/// judgement: ten polls of 10,000 sources, 6 MB.
const READINGS_MAX: usize = 100_000;

/// Stations whose interval is remembered. Engineering judgement: ten times as many as a hub has been tried with.
const STATIONS_MAX: usize = 100_000;

/// What has come.
#[derive(Debug, Default)]
pub(in crate::hub) struct Arrived {
    taken: Mutex<Taken>,
    wake: Notify,
}

/// What there is to look at.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Taken {
    pub readings: Vec<Noted>,
    /// When the last value of each station was observed of which values have come.
    pub heard: BTreeMap<StationId, Timestamp>,
    /// Seconds between two readings of a station, of the series that is read most often.
    pub intervals: BTreeMap<StationId, u32>,
    /// Everything is to be read from the store again.
    pub all: bool,
}

/// A reading of a level or a flow.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Noted {
    pub station: StationId,
    pub parameter: Parameter,
    pub at: Timestamp,
    /// The value that counts, if there is one.
    pub value: Option<f64>,
    /// A pump runs, and nothing flows.
    pub no_flow: bool,
}

impl Noted {
    /// What alarms look at of a reading with the value that it counts as; `None` of other parameters.
    pub fn of(reading: &Reading, value: Option<f64>) -> Option<Self> {
        let parameter = reading.series.parameter;
        matches!(parameter, Parameter::Level | Parameter::Flow).then(|| Self {
            station: reading.series.station.clone(),
            parameter,
            at: reading.observed_at,
            value,
            no_flow: reading.reason == Some(Reason::NoFlow),
        })
    }
}

impl Arrived {
    /// Notes what a commit has stored.
    pub fn note(&self, committed: &Committed) {
        if committed.stored.is_empty() {
            return;
        }
        let mut taken = lock(&self.taken);
        for batch in &committed.stored {
            // A server has not taken these.
            if !committed.left.iter().any(|(gateway, _)| *gateway == batch.gateway) {
                taken.note(&batch.readings);
            }
        }
        drop(taken);
        self.wake.notify_one();
    }

    /// Notes how often stations are read.
    pub fn note_birth(&self, birth: &Birth) {
        let intervals = &mut lock(&self.taken).intervals;
        for one in &birth.series {
            let station = &one.series.station;
            let room = intervals.len() < STATIONS_MAX;
            match intervals.get_mut(station) {
                Some(interval) => *interval = one.interval_s.min(*interval),
                None if room => {
                    intervals.insert(station.clone(), one.interval_s);
                }
                None => {}
            }
        }
    }

    /// Readings of any station have come, and nobody knows which.
    #[cfg(feature = "influx")]
    pub fn note_all(&self) {
        lock(&self.taken).all = true;
        self.wake.notify_one();
    }

    /// Waits until something has come since it was waited for last. Cancel safe.
    pub(super) async fn wait(&self) {
        self.wake.notified().await;
    }

    /// What has come since the last time.
    pub(super) fn take(&self) -> Taken {
        std::mem::take(&mut *lock(&self.taken))
    }
}

impl Taken {
    fn note(&mut self, readings: &[Reading]) {
        // Readings of a station come one after the other.
        let mut run: Option<(&StationId, Timestamp)> = None;
        for reading in readings {
            let value = reading.value().filter(|_| reading.flag.counts());
            if value.is_some() {
                let station = &reading.series.station;
                match &mut run {
                    Some((known, at)) if *known == station => *at = reading.observed_at.max(*at),
                    run => {
                        self.hear(run.take());
                        *run = Some((station, reading.observed_at));
                    }
                }
            }
            if let Some(noted) = Noted::of(reading, value) {
                self.readings.push(noted);
            }
        }
        self.hear(run);
        if self.readings.len() > READINGS_MAX {
            self.readings.clear();
            self.all = true;
        }
    }

    fn hear(&mut self, heard: Option<(&StationId, Timestamp)>) {
        let Some((station, at)) = heard else { return };
        match self.heard.get_mut(station) {
            Some(last) => *last = at.max(*last),
            None => {
                self.heard.insert(station.clone(), at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Flag, Outcome, Raw, Series};
    use crate::locales::Text;
    use crate::wire::{Batch, BirthSeries, Epoch};
    use futures_util::FutureExt;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + s).unwrap()
    }

    fn reading(series: &str, s: i64, value: Option<f64>, reason: Option<Reason>) -> Reading {
        let outcome = match value {
            Some(value) => Outcome::Value(value),
            None => Outcome::Missing(Reason::Timeout),
        };
        let flag = match (value, reason) {
            (None, _) => Flag::Missing,
            (Some(_), None) => Flag::Good,
            (Some(_), Some(Reason::NoFlow)) => Flag::Suspect,
            (Some(_), Some(_)) => Flag::Fail,
        };
        let series: Series = series.parse().unwrap();
        Reading { series, observed_at: at(s), outcome, flag, reason, raw: Raw::default() }
    }

    fn batch(gateway: &str, readings: Vec<Reading>) -> Batch {
        let gateway = gateway.parse().unwrap();
        Batch { gateway, epoch: Epoch(1), seq: 1, clock: None, loss: None, readings }
    }

    #[test]
    fn levels_and_flows_are_noted_and_of_every_station_when_a_value_came() {
        let arrived = Arrived::default();
        assert!(arrived.wait().now_or_never().is_none());
        let stored = vec![
            batch(
                "gw-1",
                vec![
                    reading("pond-1/level", 0, Some(103.0), None),
                    reading("pond-1/water_temperature", 60, Some(21.0), None),
                    reading("pump-1/flow", 61, Some(0.0), Some(Reason::NoFlow)),
                    reading("pond-2/level", 62, None, None),
                    reading("pond-2/level", 63, Some(-88.0), Some(Reason::OutOfRange)),
                ],
            ),
            batch("gw-2", vec![reading("pond-9/level", 0, Some(1.0), None)]),
        ];
        let left = vec![("gw-2".parse().unwrap(), Text::verbatim("full"))];
        arrived.note(&Committed { stored, left, ..Committed::default() });
        assert!(arrived.wait().now_or_never().is_some());
        assert!(arrived.wait().now_or_never().is_none(), "one look for all that has come");
        let taken = arrived.take();
        let heard: Vec<_> = taken.heard.iter().map(|(id, at)| (id.as_str(), *at)).collect();
        assert_eq!(heard, [("pond-1", at(60)), ("pump-1", at(61))]);
        let noted: Vec<_> =
            taken.readings.iter().map(|n| (n.station.as_str(), n.value, n.no_flow)).collect();
        assert_eq!(
            noted,
            [
                ("pond-1", Some(103.0), false),
                ("pump-1", Some(0.0), true),
                ("pond-2", None, false),
                ("pond-2", None, false),
            ]
        );
        assert_eq!(arrived.take(), Taken::default());
    }

    #[test]
    fn what_nobody_looks_at_is_bounded() {
        let arrived = Arrived::default();
        let one = reading("pond-1/level", 0, Some(103.0), None);
        let stored = vec![batch("gw-1", vec![one; READINGS_MAX + 1])];
        arrived.note(&Committed { stored, ..Committed::default() });
        let taken = arrived.take();
        assert!(taken.all && taken.readings.is_empty());
    }

    #[test]
    fn a_station_is_read_as_often_as_its_busiest_series() {
        let arrived = Arrived::default();
        let series = |name: &str, interval_s| {
            let series: Series = name.parse().unwrap();
            let unit = series.parameter.spec().unit;
            BirthSeries { series, unit, interval_s, counter: None }
        };
        let all = vec![series("pond-1/level", 300), series("pond-1/water_temperature", 60)];
        arrived.note_birth(&Birth::new("0.1.0", "digest".into(), all));
        assert_eq!(arrived.take().intervals, [("pond-1".parse().unwrap(), 60)].into());
    }
}
