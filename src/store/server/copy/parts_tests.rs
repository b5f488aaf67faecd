//! Batches are asked for together where their readings lie together.

use super::*;
use crate::wire::Epoch;

const MINUTE_MS: i64 = 60_000;

fn batch(gateway: &str, seq: u64, minutes: (i64, i64), readings: u64) -> BatchRecord {
    BatchRecord {
        gateway: gateway.parse().unwrap(),
        epoch: Epoch(1),
        first: seq,
        last: seq,
        readings,
        span: Some((minutes.0 * MINUTE_MS, minutes.1 * MINUTE_MS)),
        at: Timestamp::from_second(seq as i64).unwrap(),
        lost: None,
    }
}

#[test]
fn a_part_is_bounded_in_readings_and_has_no_long_pause() {
    let lost = BatchRecord { span: None, ..batch("gw-1", 9, (0, 0), 0) };
    let batches = vec![
        batch("gw-2", 1, (2, 2), 10_000),
        batch("gw-1", 1, (0, 1), 10_000),
        batch("gw-1", 2, (2, 3), 10_000),
        batch("gw-1", 3, (3, 4), 1),
        batch("gw-1", 4, (364, 365), 1),
        batch("gw-1", 5, (726, 800), 1),
        lost,
        batch("gw-1", 6, (801, 900), 1_000_000),
    ];
    let parts = Part::all(batches);
    let seqs: Vec<Vec<u64>> =
        parts.iter().map(|part| part.batches.iter().map(|batch| batch.first).collect()).collect();
    assert_eq!(seqs, [vec![9, 1, 1, 2], vec![3, 4], vec![5], vec![6]]);
    let spans: Vec<_> = parts.iter().map(|part| part.span.unwrap()).collect();
    let minutes = |(from, to): (i64, i64)| (from * MINUTE_MS, to * MINUTE_MS);
    assert_eq!(spans, [(0, 3), (3, 365), (726, 800), (801, 900)].map(minutes));
    assert_eq!(parts[0].gateways.len(), 2);
    let (first, last) = parts[0].heard();
    let of = |heard: &Heard| heard[&parts[0].batches[0].gateway].as_second();
    assert_eq!((of(&first), of(&last)), (1, 9));
}

#[test]
fn a_batch_that_two_hubs_recorded_counts_once() {
    let part = Part::all(vec![
        batch("gw-1", 1, (0, 1), 5),
        batch("gw-1", 1, (0, 1), 5),
        batch("gw-1", 2, (1, 2), 5),
        batch("gw-2", 1, (1, 2), 5),
    ]);
    let found = |one: u64, two: u64| {
        BTreeMap::from([("gw-1".parse().unwrap(), one), ("gw-2".parse().unwrap(), two)])
    };
    assert_eq!(part[0].incomplete(&found(10, 5)), []);
    assert_eq!(part[0].incomplete(&found(9, 6)), ["gw-1".parse().unwrap()]);
    assert_eq!(part[0].incomplete(&BTreeMap::new()).len(), 2);
}
