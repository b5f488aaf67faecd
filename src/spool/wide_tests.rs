//! Numbers, sizes and times beyond what 32 bits hold: a gateway with a 32-bit processor counts on as any other.

use jiff::Timestamp;

use super::message::decode;
use super::test_kit::*;
use super::{Limits, Spool};
use crate::core::Reading;

/// More than 32 bits hold, of numbers, of bytes, and of seconds since 1970: the year 2128.
const FAR: u64 = 5_000_000_000;

/// More than 4 GiB.
const WIDE: Limits = Limits { size_max: 8192 << 20, free_min: 0 };

fn open_wide(path: &std::path::Path) -> Spool {
    Spool::open(path, &gateway(), WIDE, Timestamp::UNIX_EPOCH).unwrap()
}

fn far_readings(count: i64) -> Vec<Reading> {
    let at = |second| Timestamp::from_second(FAR as i64 + second).unwrap();
    (0..count).map(|s| Reading::good("pond-1/level".parse().unwrap(), at(s), 1.5)).collect()
}

/// A spool that has been in use for very long: the office has all of it.
fn aged(path: &std::path::Path) -> Spool {
    let spool = open_wide(path);
    spool
        .connection
        .execute_batch(&format!(
            "UPDATE life SET next_seq = {FAR} + 1, bytes = {FAR} + 1, dropped = {FAR} + 2, thinned = {FAR} + 3, may_to = {FAR};
             INSERT INTO released VALUES (1, {FAR});"
        ))
        .unwrap();
    drop(spool);
    open_wide(path)
}

#[test]
fn numbers_and_counts_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = aged(&path);
    let epoch = spool.epoch();
    let stats = spool.stats();
    assert_eq!((stats.last_seq, stats.batches, stats.bytes), (FAR, 0, FAR + 1));
    assert_eq!((stats.dropped_readings, stats.thinned_readings), (FAR + 2, FAR + 3));
    for number in [FAR + 1, FAR + 2, FAR + 3] {
        assert_eq!(append(&mut spool, far_readings(2)), number);
    }
    let bytes = spool.stats().bytes;
    assert!(bytes > FAR + 1 && spool.stats().readings == 6, "{:?}", spool.stats());
    drop(spool);
    let mut spool = open_wide(&path);
    assert_eq!((spool.epoch(), spool.stats().bytes), (epoch, bytes));
    assert_eq!(numbers(&spool), [FAR + 1, FAR + 2, FAR + 3]);
    hand_over_all(&mut spool);
    assert_eq!(spool.release(epoch, &range(1, FAR + 2), true).unwrap(), None);
    assert_eq!((numbers(&spool), spool.stats().readings), (vec![FAR + 3], 2));
}

#[test]
fn times_after_2038_and_2106_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = aged(&path);
    let sent = far_readings(3);
    append(&mut spool, sent.clone());
    assert_eq!(spool.known_time().unwrap(), sent.last().map(|reading| reading.observed_at));
    drop(spool);
    let spool = open_wide(&path);
    assert_eq!(waiting(&spool)[0].readings, sent);
    let mut exported = Vec::new();
    crate::spool::export::export(&path, false, |batch| {
        exported.extend(decode(&batch.message).unwrap().readings);
        Ok(())
    })
    .unwrap();
    assert_eq!(exported, sent);
}
