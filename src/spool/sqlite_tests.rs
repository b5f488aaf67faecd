//! Tests of the spool's file.

use super::*;
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn gateway() -> GatewayId {
    "gw-1".parse().unwrap()
}

fn readings(count: usize) -> Vec<Reading> {
    let series: crate::core::Series = "pond-1/level".parse().unwrap();
    let at = Timestamp::from_second(1_659_283_200).unwrap();
    vec![Reading::good(series, at, 1.5); count]
}

/// Appends and gives the last number.
fn append(spool: &mut Spool, readings: Vec<Reading>) -> u64 {
    spool.append(readings).unwrap().last().unwrap().0
}

/// Releases and takes out of the file.
fn release(spool: &mut Spool, epoch: Epoch, first: u64, last: u64) {
    spool.release(epoch, &[(first, last)].into_iter().collect());
    spool.flush().unwrap();
}

#[test]
fn a_poll_too_large_for_a_message_becomes_several() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(&dir.path().join("spool.db"), &gateway(), 8 << 20).unwrap();
    let mut sent = Vec::new();
    for station in 0..247 {
        for (reading, ms) in readings(40).into_iter().zip(0..) {
            let mut reading = reading;
            reading.series = format!("pump-with-a-long-name-{station}/level")
                .parse()
                .unwrap();
            reading.observed_at += jiff::SignedDuration::from_millis(ms);
            reading.flag = crate::core::Flag::Suspect;
            reading.reason = Some(crate::core::Reason::Unexpected);
            reading.raw = vec![0xffff; 4];
            sent.push(reading);
        }
    }
    let last = append(&mut spool, sent.clone());
    assert!(last > 1);
    assert_eq!(
        (spool.stats().batches, spool.stats().last_seq),
        (last, last)
    );
    assert_eq!(spool.stats().readings, sent.len() as u64);
    let mut came = Vec::new();
    for (seq, payload) in spool.batches(0, 1000).unwrap() {
        let batch = Batch::from_bytes(&payload).unwrap();
        assert_eq!(batch.seq, seq);
        came.extend(batch.readings);
    }
    assert_eq!(came, sent);
    assert_eq!(append(&mut spool, readings(1)), last + 1);
}

#[test]
fn numbers_go_on_after_reopening_and_readings_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spool.db");
    let mut spool = Spool::open(&path, &gateway(), 1 << 20).unwrap();
    let epoch = spool.epoch();
    assert_eq!(append(&mut spool, readings(3)), 1);
    drop(spool);
    let mut spool = Spool::open(&path, &gateway(), 1 << 20).unwrap();
    assert_eq!(spool.epoch(), epoch);
    assert_eq!(append(&mut spool, readings(2)), 2);
    let batches = spool.batches(0, 10).unwrap();
    let batch = Batch::from_bytes(&batches[0].1).unwrap();
    assert_eq!(
        (batch.seq, batch.epoch, batch.readings),
        (1, epoch, readings(3))
    );
    assert_eq!(
        spool.stats(),
        SpoolStats {
            batches: 2,
            readings: 5,
            last_seq: 2,
            dropped_readings: 0
        }
    );
}

#[test]
fn an_acknowledgement_of_another_epoch_releases_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(&dir.path().join("s"), &gateway(), 1 << 20).unwrap();
    spool.append(readings(1)).unwrap();
    let epoch = spool.epoch();
    release(&mut spool, Epoch(epoch.0.wrapping_add(1)), 1, u64::MAX);
    assert_eq!(spool.stats().batches, 1);
    for _ in 0..2 {
        release(&mut spool, epoch, 1, u64::MAX);
        assert_eq!(spool.stats().batches, 0);
    }
    // What came after the acknowledgement is not meant by it.
    spool.append(readings(1)).unwrap();
    spool.flush().unwrap();
    assert_eq!(spool.stats().batches, 1);
}

#[test]
fn what_was_released_leaves_with_the_next_append() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = Spool::open(&path, &gateway(), 1 << 20).unwrap();
    spool.append(readings(3)).unwrap();
    spool.release(spool.epoch(), &[(1, 1)].into_iter().collect());
    assert_eq!(spool.stats().batches, 1);
    spool.append(readings(2)).unwrap();
    let stats = spool.stats();
    assert_eq!((stats.batches, stats.readings), (1, 2));
    drop(spool);
    assert_eq!(
        Spool::open(&path, &gateway(), 1 << 20).unwrap().stats(),
        stats
    );
}

#[test]
fn a_full_spool_drops_the_oldest_and_counts_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = Spool::open(&path, &gateway(), 600).unwrap();
    for _ in 0..10 {
        spool.append(readings(2)).unwrap();
    }
    let stats = spool.stats();
    assert!(stats.batches < 10 && stats.batches >= 2, "{stats:?}");
    assert_eq!(stats.readings + stats.dropped_readings, 20);
    assert_eq!(spool.batches(0, 99).unwrap().last().unwrap().0, 10);
    drop(spool);
    assert_eq!(Spool::open(&path, &gateway(), 600).unwrap().stats(), stats);
}

#[test]
fn the_file_of_another_gateway_or_layout_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    drop(Spool::open(&path, &gateway(), 1000).unwrap());
    let other = "gw-2".parse().unwrap();
    assert!(matches!(
        Spool::open(&path, &other, 1000),
        Err(SpoolError::Owner { .. })
    ));
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 9).unwrap();
    assert!(matches!(
        Spool::open(&path, &gateway(), 1000),
        Err(SpoolError::Layout { found: 9, .. })
    ));
}

#[derive(Debug, Clone)]
enum Action {
    Append,
    Release(u64, u64),
    Reopen,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => Just(Action::Append),
        2 => (0u64..20, 0u64..5).prop_map(|(f, n)| Action::Release(f, f + n)),
        1 => Just(Action::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn holds_what_a_plain_set_holds(actions in prop::collection::vec(action(), 1..30)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let mut spool = Spool::open(&path, &gateway(), 1 << 30).unwrap();
        let (mut model, mut last) = (BTreeSet::new(), 0);
        for action in actions {
            match action {
                Action::Append => { last = append(&mut spool, readings(1)); model.insert(last); }
                Action::Release(f, l) => {
                    let epoch = spool.epoch();
                    release(&mut spool, epoch, f, l);
                    model.retain(|s| !(f..=l).contains(s));
                }
                Action::Reopen => { drop(spool); spool = Spool::open(&path, &gateway(), 1 << 30).unwrap(); }
            }
            let held: BTreeSet<u64> = spool.batches(0, 1000).unwrap().into_iter().map(|b| b.0).collect();
            prop_assert_eq!(&held, &model);
            prop_assert_eq!(spool.stats().batches, model.len() as u64);
            prop_assert_eq!(spool.stats().last_seq, last);
        }
    }
}
