//! Tests of reclaiming space.

use super::*;
use crate::spool::Limits;
use crate::spool::test_kit::*;
use proptest::prelude::*;

const SERIES: [&str; 3] = ["pond-1/level", "pump-1/energy_total", "pump-1/power"];

/// A poll of three series, with values that do not compress.
fn poll(minute: i64) -> Vec<Reading> {
    let polled = SERIES.iter().zip(1..).map(|(series, n)| {
        let mut reading = reading(minute * 60);
        reading.series = series.parse().unwrap();
        let noise = (minute * 7919 + n * 104_729) % 99_991;
        reading.outcome = crate::core::Outcome::Value(noise as f64 / 1000.0);
        reading
    });
    polled.collect()
}

fn open_small(path: &std::path::Path, size_max: u64) -> Spool {
    let limits = Limits { size_max, free_min: 0 };
    Spool::open(path, &gateway(), limits, Timestamp::UNIX_EPOCH).unwrap()
}

/// Checks the statistics and the numbering of the spool against its content.
fn assert_sound(spool: &Spool, polls: i64) {
    let stats = spool.stats();
    let batches = waiting(spool);
    let held: u64 = batches.iter().map(|b| b.readings.len() as u64).sum();
    let lost: u64 = batches.iter().filter_map(|b| b.loss).map(|r| r.lost.unwrap()).sum();
    assert_eq!((stats.batches, stats.readings), (batches.len() as u64, held));
    assert_eq!(held + lost, polls as u64 * 3, "each reading is there or told of");
    assert_eq!(stats.thinned_readings + stats.dropped_readings, lost);
    // Every number from the first that the hub does not have is covered once, in order.
    let mut next = 1;
    for batch in &batches {
        let (first, last) = batch.stands_for();
        assert_eq!(first, next);
        next = last + 1;
    }
    assert_eq!(next, stats.last_seq + 1);
    assert!(stats.bytes <= spool.limits.size_max, "{stats:?}");
}

#[test]
fn released_batches_are_deleted_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = open_small(&dir.path().join("s"), 20_000);
    for minute in 0..300 {
        append(&mut spool, poll(minute));
        let last = spool.stats().last_seq;
        release_all(&mut spool, &range(1, last.saturating_sub(5)));
    }
    let stats = spool.stats();
    assert_eq!((stats.batches, stats.dropped_readings, stats.thinned_readings), (5, 0, 0));
    assert!(stats.bytes > 10_000, "kept while there is room: {stats:?}");
    let rows: u64 =
        spool.connection.query_row("SELECT count(*) FROM batch", [], |row| row.get(0)).unwrap();
    assert!(rows > 40 && rows < 150, "{rows}");
}

#[test]
fn the_oldest_are_thinned_to_hours_before_any_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open_small(&path, 40_000);
    for minute in 0..720 {
        append(&mut spool, poll(minute));
    }
    assert_sound(&spool, 720);
    let stats = spool.stats();
    assert_eq!(stats.dropped_readings, 0);
    let batches = waiting(&spool);
    let oldest = &batches[0];
    let loss = oldest.loss.unwrap();
    // An hour begins at 1 August 2022 16:00 UTC; only its last poll is left.
    assert_eq!(
        (oldest.seq, loss.first, loss.lost, loss.why),
        (60, 1, Some(177), LossCause::Thinned)
    );
    assert_eq!(oldest.readings, poll(59));
    assert_eq!((loss.from, loss.to), (poll(0)[0].observed_at, poll(59)[0].observed_at));
    assert_eq!(batches.last().unwrap().readings, poll(719));
    drop(spool);
    let reopened = open_small(&path, 40_000);
    assert_eq!(reopened.stats().thinned_readings, stats.thinned_readings);
}

#[test]
fn thinned_batches_are_dropped_next_and_the_record_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = open_small(&dir.path().join("s"), 6_000);
    for minute in 0..2000 {
        append(&mut spool, poll(minute));
    }
    assert_sound(&spool, 2000);
    let oldest = waiting(&spool)[0].clone();
    let loss = oldest.loss.unwrap();
    assert_eq!((oldest.readings.len(), loss.first, loss.why), (0, 1, LossCause::Full));
    assert_eq!(loss.from, poll(0)[0].observed_at);
}

#[test]
fn the_file_does_not_grow_on_a_low_disk() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let limits = Limits { size_max: 1 << 30, free_min: u64::MAX };
    let mut spool = Spool::open(&path, &gateway(), limits, Timestamp::UNIX_EPOCH).unwrap();
    let pages = |spool: &Spool| -> u64 {
        spool.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap()
    };
    for minute in 0..500 {
        append(&mut spool, poll(minute));
    }
    let before = pages(&spool);
    for minute in 500..1000 {
        append(&mut spool, poll(minute));
    }
    assert!(pages(&spool) <= before + 2, "{before} {}", pages(&spool));
    assert_sound(&spool, 1000);
}

#[derive(Debug, Clone)]
enum Action {
    Append(i64),
    Release(u64, u64),
    Reopen,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => (1i64..40).prop_map(Action::Append),
        2 => (0u64..200, 0u64..30).prop_map(|(first, more)| Action::Release(first, first + more)),
        1 => Just(Action::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_loss_is_reported(actions in prop::collection::vec(action(), 1..40), size_max in 3_000u64..30_000) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let mut spool = open_small(&path, size_max);
        let mut minute = 0;
        // What the hub knows: readings by time, and reported losses.
        let mut hub: BTreeMap<i64, usize> = BTreeMap::new();
        let mut told: BTreeMap<u64, LossRecord> = BTreeMap::new();
        let take = |spool: &Spool, first: u64, last: u64, hub: &mut BTreeMap<i64, usize>, told: &mut BTreeMap<u64, LossRecord>| {
            let mut committed = crate::wire::RangeSet::default();
            for batch in waiting(spool).into_iter().filter(|b| (first..=last).contains(&b.seq)) {
                let (from, to) = batch.stands_for();
                committed.insert_range(from, to);
                for reading in &batch.readings {
                    *hub.entry(reading.observed_at.as_second()).or_default() += 1;
                }
                if let Some(loss) = batch.loss {
                    told.insert(batch.seq, loss);
                }
            }
            committed
        };
        for action in actions {
            match action {
                Action::Append(polls) => for _ in 0..polls {
                    append(&mut spool, poll(minute));
                    minute += 1;
                },
                Action::Release(first, last) => {
                    let committed = take(&spool, first, last, &mut hub, &mut told);
                    hand_over_all(&mut spool);
                    spool.release(spool.epoch(), &committed, false).unwrap();
                    spool.save_state().unwrap();
                }
                Action::Reopen => {
                    let before = spool.stats();
                    drop(spool);
                    spool = open_small(&path, size_max);
                    let now = spool.stats();
                    let counts = |s: SpoolStats| (s.batches, s.readings, s.last_seq);
                    prop_assert_eq!(counts(now), counts(before));
                }
            }
            prop_assert!(spool.stats().bytes <= size_max + 400);
        }
        let all = take(&spool, 0, u64::MAX, &mut hub, &mut told);
        hand_over_all(&mut spool);
        spool.release(spool.epoch(), &all, false).unwrap();
        prop_assert_eq!(spool.stats().batches, 0);
        let came: usize = hub.values().sum();
        let lost: u64 = told.values().map(|r| r.lost.unwrap()).sum();
        prop_assert_eq!(came as u64 + lost, minute as u64 * 3);
        prop_assert!(hub.values().all(|count| *count <= 3), "none twice");
    }
}

/// The number of a record was that of a batch before. Word that the hub has that batch says nothing of the record.
#[test]
fn a_record_in_the_place_of_a_batch_under_way_is_sent_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = open_small(&dir.path().join("s"), 40_000);
    for minute in 0..60 {
        append(&mut spool, poll(minute));
    }
    hand_over_all(&mut spool);
    for minute in 60..720 {
        append(&mut spool, poll(minute));
    }
    assert_eq!(waiting(&spool)[0].stands_for(), (1, 60));
    let before = spool.stats();
    // Some of the batches were lost on the way.
    spool.release(spool.epoch(), &range(31, 60), false).unwrap();
    assert_eq!(waiting(&spool)[0].stands_for(), (1, 60));
    assert_eq!(
        (spool.stats().batches, spool.stats().rewinds),
        (before.batches, before.rewinds + 1)
    );
    // Word of the same once more changes nothing until the record has left.
    spool.release(spool.epoch(), &range(31, 60), false).unwrap();
    assert_eq!(spool.stats().rewinds, before.rewinds + 1);
    spool.hand_over(spool.epoch(), &range(60, 60));
    spool.release(spool.epoch(), &range(1, 60), false).unwrap();
    assert_eq!(spool.stats().batches, before.batches - 1);
}
