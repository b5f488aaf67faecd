//! The newest reading of each series, from what was appended: cheap to keep, and put together only when it is wanted.
//!
//! A poll brings the series of the poll before it, in the same order. So whole batches are kept, each in the place of
//! the one with the same series; only where polls differ too often are they put together.

use std::collections::HashMap;
use std::sync::Arc;

use crate::core::{Reading, Series};

/// Readings in batches that may be kept beyond two for each series: enough that polls of several buses and intervals
/// lie side by side, in 100 kB. Engineering judgement.
const SPARE: usize = 1024;

#[derive(Default)]
pub(super) struct Latest {
    batches: Vec<Arc<Vec<Reading>>>,
    readings: usize,
    /// How many series there were when the batches were last put together.
    series: usize,
}

impl Latest {
    /// Takes over a batch that was appended after all others.
    pub fn add(&mut self, batch: &Arc<Vec<Reading>>) {
        let same = |old: &&mut Arc<Vec<Reading>>| {
            old.len() == batch.len()
                && old.iter().zip(batch.iter()).all(|(a, b)| a.series == b.series)
        };
        match self.batches.iter_mut().find(same) {
            Some(old) => *old = batch.clone(),
            None => {
                self.readings += batch.len();
                self.batches.push(batch.clone());
            }
        }
        if self.readings > 2 * self.series + SPARE {
            let all = self.readings();
            (self.readings, self.series) = (all.len(), all.len());
            self.batches = vec![Arc::new(all)];
        }
    }

    /// The newest reading of each series.
    pub fn readings(&self) -> Vec<Reading> {
        let mut newest: HashMap<&Series, &Reading> = HashMap::new();
        for reading in self.batches.iter().flat_map(|batch| batch.iter()) {
            let known = newest.entry(&reading.series).or_insert(reading);
            if known.observed_at <= reading.observed_at {
                *known = reading;
            }
        }
        let mut all: Vec<Reading> = newest.into_values().cloned().collect();
        all.sort_by(|a, b| a.series.cmp(&b.series));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Outcome;
    use crate::spool::test_kit::reading;

    fn polled(second: i64, series: &[&str]) -> Arc<Vec<Reading>> {
        let one = |name: &&str| {
            let mut reading = reading(second);
            reading.series = name.parse().unwrap();
            reading.outcome = Outcome::Value(second as f64);
            reading
        };
        Arc::new(series.iter().map(one).collect())
    }

    fn values(latest: &Latest) -> Vec<(String, f64)> {
        let all = latest.readings();
        all.iter().map(|r| (r.series.to_string(), r.value().unwrap())).collect()
    }

    #[test]
    fn of_each_series_the_newest_is_kept_whatever_is_polled_together() {
        let (fast, all) = (["a/level"], ["a/level", "b/level"]);
        let mut latest = Latest::default();
        latest.add(&polled(1, &all));
        latest.add(&polled(2, &fast));
        assert_eq!(values(&latest), [("a/level".into(), 2.0), ("b/level".into(), 1.0)]);
        latest.add(&polled(3, &all));
        assert_eq!(values(&latest), [("a/level".into(), 3.0), ("b/level".into(), 3.0)]);
        assert_eq!(latest.batches.len(), 2);
    }

    #[test]
    fn polls_that_never_repeat_take_no_more_memory_than_the_series_need() {
        let mut latest = Latest::default();
        let names: Vec<String> = (0..40).map(|n| format!("pond-{n}/level")).collect();
        for second in 0..2000 {
            let first = second as usize % 39;
            let some: Vec<&str> = names[first..first + 1 + second as usize % (40 - first)]
                .iter()
                .map(|n| &**n)
                .collect();
            latest.add(&polled(second, &some));
            assert!(latest.readings <= 2 * 40 + SPARE + 40);
        }
        assert_eq!(latest.readings().len(), 40);
    }
}
