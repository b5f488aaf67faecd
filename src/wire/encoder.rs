//! Writes batches.
//!
//! A bus yields the same series with every poll. Their names are two thirds of a message, so that they are kept as text
//! and only the numbers are written anew.

use std::collections::HashMap;

use serde::Serialize;

use super::batch::Batch;
use super::{Epoch, FORMAT, LossRecord, Timebase, write_sized};
use crate::core::{Flag, GatewayId, Reading, Series};

/// Lists of series whose text is kept. Engineering judgement: a gateway has a few buses, with one or two intervals
/// each.
const KEPT_MAX: usize = 4;

/// Most series of a list that is kept: names of 1000 series take some 25 KB. Engineering judgement: what is longer is a
/// poll of thousands of points, which is rare and slow by itself.
const SERIES_KEPT_MAX: usize = 1024;

/// Approximate bytes of a row: its numbers, and a value of 8 digits.
const ROW_SIZE: usize = 20;

/// Writes batches one after the other, as [`Batch::to_bytes`] does, and keeps what repeats.
#[derive(Debug, Default)]
pub struct Encoder {
    kept: Vec<Names>,
    /// Which of them gives way next.
    next: usize,
}

/// What goes before the series of a message.
#[derive(Serialize)]
struct Head<'a> {
    v: u8,
    gateway: &'a GatewayId,
    epoch: Epoch,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<Timebase>,
    #[serde(rename = "remains", skip_serializing_if = "Option::is_none")]
    loss: Option<LossRecord>,
    at: i64,
}

/// The series of some readings.
#[derive(Debug)]
struct Names {
    /// That of each reading.
    series: Vec<Series>,
    /// For each reading, the index of its series in the list.
    numbers: Vec<u32>,
    /// The list as JSON. The station is left out where the series before has the same one.
    text: Vec<u8>,
}

impl Names {
    fn of(readings: &[Reading]) -> Self {
        let mut places: HashMap<&Series, u32> = HashMap::with_capacity(readings.len());
        let mut numbers = Vec::with_capacity(readings.len());
        let mut text = vec![b'['];
        let mut last: Option<&Series> = None;
        for Reading { series, .. } in readings {
            let next = places.len() as u32;
            numbers.push(*places.entry(series).or_insert_with(|| {
                let before = last.replace(series);
                text.extend_from_slice(if next == 0 { b"\"" } else { b",\"" });
                // Ids have no character that JSON would escape.
                if before.is_none_or(|before| before.station != series.station) {
                    text.extend_from_slice(series.station.as_str().as_bytes());
                }
                text.push(b'/');
                text.extend_from_slice(series.parameter.id().as_bytes());
                text.push(b'"');
                next
            }));
        }
        text.push(b']');
        let series = readings.iter().map(|reading| reading.series.clone()).collect();
        Self { series, numbers, text }
    }

    fn are_of(&self, readings: &[Reading]) -> bool {
        let same = |(series, reading): (&Series, &Reading)| *series == reading.series;
        self.series.len() == readings.len() && self.series.iter().zip(readings).all(same)
    }
}

impl Encoder {
    /// The message of `batch` with `readings` in place of its own.
    pub fn encode(&mut self, batch: &Batch, readings: &[Reading]) -> Vec<u8> {
        if readings.len() > SERIES_KEPT_MAX {
            return message(batch, readings, &Names::of(readings));
        }
        let kept = self.kept.iter().position(|names| names.are_of(readings));
        let place = kept.unwrap_or_else(|| self.keep(Names::of(readings)));
        match self.kept.get(place) {
            Some(names) => message(batch, readings, names),
            None => message(batch, readings, &Names::of(readings)),
        }
    }

    /// Keeps `names`, and returns their place.
    fn keep(&mut self, names: Names) -> usize {
        if self.kept.len() < KEPT_MAX {
            self.kept.push(names);
            return self.kept.len() - 1;
        }
        let place = self.next % KEPT_MAX;
        self.next = place + 1;
        if let Some(kept) = self.kept.get_mut(place) {
            *kept = names;
        }
        place
    }
}

fn message(batch: &Batch, readings: &[Reading], names: &Names) -> Vec<u8> {
    let at = readings.iter().map(|r| r.observed_at.as_millisecond()).min().unwrap_or(0);
    let Batch { gateway, epoch, seq, clock, loss, .. } = batch;
    let head =
        Head { v: FORMAT, gateway, epoch: *epoch, seq: *seq, clock: *clock, loss: *loss, at };
    let size = 256 + names.text.len() + readings.len() * ROW_SIZE;
    let mut message = write_sized(&head, size);
    // The object goes on.
    message.pop();
    message.extend_from_slice(b",\"series\":");
    message.extend_from_slice(&names.text);
    message.extend_from_slice(b",\"readings\":[");
    for (place, (number, reading)) in names.numbers.iter().zip(readings).enumerate() {
        if place > 0 {
            message.push(b',');
        }
        row(&mut message, *number, reading.observed_at.as_millisecond() - at, reading);
    }
    message.extend_from_slice(b"]}");
    message
}

/// Adds the row of a reading.
fn row(message: &mut Vec<u8>, number: u32, after: i64, reading: &Reading) {
    message.push(b'[');
    add(message, &number);
    message.push(b',');
    add(message, &after);
    message.push(b',');
    match reading.value() {
        Some(value) => add_value(message, value),
        None => message.extend_from_slice(b"null"),
    }
    let good = reading.flag == Flag::Good && reading.value().is_some();
    if !good {
        message.push(b',');
        add(message, &reading.flag);
        message.push(b',');
        add(message, &reading.reason);
        if !reading.raw.is_empty() {
            message.push(b',');
            add(message, &*reading.raw);
        }
    }
    message.push(b']');
}

/// Up to this number, 2^53, every whole number is exact as a float.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Adds a value. A whole one is written without ".0"; readers take it for the same number.
fn add_value(message: &mut Vec<u8>, value: f64) {
    let whole = value as i64;
    // Compared by bits: there is no integer for -0.0.
    if value.abs() <= WHOLE_MAX && (whole as f64).to_bits() == value.to_bits() {
        add(message, &whole);
    } else {
        add(message, &value);
    }
}

fn add<T: Serialize + ?Sized>(message: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(&mut *message, value).expect("writing into memory does not fail");
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn readings(names: &[&str], value: f64) -> Vec<Reading> {
        let at = Timestamp::from_millisecond(1_659_283_200_000).unwrap();
        names.iter().map(|name| Reading::good(name.parse().unwrap(), at, value)).collect()
    }

    fn batch(readings: Vec<Reading>) -> Batch {
        Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(7),
            seq: 1,
            clock: None,
            loss: None,
            readings,
        }
    }

    proptest! {
        /// Whatever was written before, a message is the one that a fresh encoder writes.
        #[test]
        fn what_is_kept_changes_nothing(
            polls in prop::collection::vec(
                (prop::collection::vec(0usize..5, 0..6), -1e6f64..1e6),
                1..40,
            ),
        ) {
            const NAMES: [&str; 5] =
                ["pond-1/level", "pond-1/flow", "pump-1/power", "pump-2/power", "a/run_state"];
            let mut encoder = Encoder::default();
            for (series, value) in polls {
                let names: Vec<&str> = series.iter().map(|series| NAMES[*series]).collect();
                let batch = batch(readings(&names, value));
                let message = encoder.encode(&batch, &batch.readings);
                prop_assert_eq!(&message, &batch.to_bytes());
                prop_assert_eq!(Batch::from_bytes(&message).unwrap(), batch);
            }
            prop_assert!(encoder.kept.len() <= KEPT_MAX);
        }
    }
}
