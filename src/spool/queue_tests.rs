//! Tests of the queue.

use super::*;
use crate::spool::test_kit::*;
use crate::wire::{BootId, LossCause};

#[test]
fn a_poll_too_large_for_a_message_becomes_several() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = open(&dir.path().join("spool.db"));
    let mut sent = Vec::new();
    for station in 0..247 {
        for (reading, ms) in readings(40).into_iter().zip(0..) {
            let mut reading = reading;
            reading.series = format!("pump-with-a-long-name-{station}/level").parse().unwrap();
            reading.observed_at += jiff::SignedDuration::from_millis(ms);
            reading.flag = crate::core::Flag::Suspect;
            reading.reason = Some(crate::core::Reason::Unexpected);
            reading.raw = vec![0xffff; 4].into();
            sent.push(reading);
        }
    }
    let last = append(&mut spool, sent.clone());
    assert!(last > 1);
    assert_eq!((spool.stats().batches, spool.stats().last_seq), (last, last));
    assert_eq!(spool.stats().readings, sent.len() as u64);
    let mut came = Vec::new();
    for batch in waiting(&spool) {
        assert_eq!(batch.clock, Some(CLOCK));
        came.extend(batch.readings);
    }
    assert_eq!(came, sent);
    assert_eq!(append(&mut spool, readings(1)), last + 1);
}

#[test]
fn numbers_go_on_after_reopening_and_readings_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spool.db");
    let mut spool = open(&path);
    let epoch = spool.epoch();
    assert_eq!(append(&mut spool, readings(3)), 1);
    drop(spool);
    let mut spool = open(&path);
    assert_eq!(spool.epoch(), epoch);
    assert_eq!(append(&mut spool, readings(2)), 2);
    let batches = waiting(&spool);
    assert_eq!((batches[0].seq, batches[0].epoch, &batches[0].readings), (1, epoch, &readings(3)));
    let stats = spool.stats();
    assert_eq!(
        (stats.batches, stats.readings, stats.last_seq, stats.dropped_readings),
        (2, 5, 2, 0)
    );
    assert_eq!(spool.known_time().unwrap(), Some(readings(1)[0].observed_at));
}

#[test]
fn an_acknowledgement_of_another_epoch_or_of_the_future_releases_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = open(&dir.path().join("s"));
    append(&mut spool, readings(1));
    let epoch = spool.epoch();
    let other = Epoch(epoch.0.wrapping_add(1));
    spool.hand_over(other, &range(1, u64::MAX));
    assert_eq!(spool.release(other, &range(1, 1), true).unwrap(), None);
    assert_eq!(spool.release(epoch, &range(1, 1), true).unwrap(), Some(1));
    assert_eq!(spool.stats().batches, 1, "nobody was given it yet");
    hand_over_all(&mut spool);
    assert_eq!(spool.release(epoch, &range(1, u64::MAX), true).unwrap(), Some(u64::MAX));
    assert_eq!(spool.stats().batches, 1, "who names the future knows nothing");
    for _ in 0..2 {
        assert_eq!(spool.release(epoch, &range(1, 1), true).unwrap(), None);
        assert_eq!((spool.stats().batches, spool.stats().readings), (0, 0));
    }
    append(&mut spool, readings(1));
    assert_eq!(spool.release(epoch, &range(1, 2), true).unwrap(), Some(2));
    assert_eq!(numbers(&spool), [2], "handed over was only what was there");
}

#[test]
fn only_what_was_handed_over_in_this_files_life_is_released() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open(&path);
    for _ in 0..6 {
        append(&mut spool, readings(1));
    }
    let epoch = spool.epoch();
    spool.begin_sending(epoch).unwrap();
    spool.hand_over(epoch, &[(1, 2), (4, 4)].into_iter().collect());
    assert_eq!(spool.release(epoch, &range(1, 5), true).unwrap(), Some(5));
    assert_eq!(spool.release(epoch, &range(1, 4), true).unwrap(), Some(3));
    assert_eq!(numbers(&spool), [1, 2, 3, 4, 5, 6], "it is not known whose any of these are");
    // The power fails: any may have been handed over. None of them is released, and none is taken for another's.
    drop(spool);
    let mut spool = open(&path);
    assert_eq!(spool.release(epoch, &range(1, 6), true).unwrap(), None);
    assert_eq!(numbers(&spool), [1, 2, 3, 4, 5, 6], "sent once more");
    spool.hand_over(epoch, &[(1, 2), (4, 4)].into_iter().collect());
    spool.save_state().unwrap();
    drop(spool);
    let mut spool = open(&path);
    assert_eq!(spool.release(epoch, &range(1, 6), true).unwrap(), None);
    assert_eq!(numbers(&spool), [3, 5, 6]);
}

#[test]
fn an_export_counts_as_handing_over_also_beside_the_running_gateway() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open(&path);
    for _ in 0..3 {
        append(&mut spool, readings(1));
    }
    let exported = crate::spool::export::export(&path, false, |_| Ok(())).unwrap();
    assert_eq!((exported.batches, exported.last), (3, 3));
    let epoch = spool.epoch();
    assert_eq!(spool.release(epoch, &range(1, 3), true).unwrap(), Some(3));
    assert_eq!(numbers(&spool), [1, 2, 3], "not safe where it went yet");
    crate::spool::export::handed_over(&path, &exported);
    append(&mut spool, readings(1));
    // What the gateway writes of its own does not take it back.
    spool.hand_over(epoch, &range(4, 4));
    spool.save_state().unwrap();
    drop(spool);
    let mut spool = open(&path);
    assert_eq!(spool.release(epoch, &range(1, 3), true).unwrap(), None);
    assert_eq!(numbers(&spool), [4]);
}

#[test]
fn a_hub_that_has_lost_something_gets_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open(&path);
    for _ in 0..9 {
        append(&mut spool, readings(2));
    }
    let epoch = spool.epoch();
    release_all(&mut spool, &range(1, 8));
    assert_eq!(numbers(&spool), [9]);
    // A late acknowledgement of an earlier state says nothing about later batches.
    spool.release(epoch, &range(1, 3), true).unwrap();
    assert_eq!(numbers(&spool), [9]);
    // The hub was restored from a backup with three batches and has committed the ninth since.
    let restored = [(1, 3), (9, 9)].into_iter().collect();
    spool.release(epoch, &restored, false).unwrap();
    assert_eq!(numbers(&spool), [0; 0], "only where asked");
    let rewinds = spool.stats().rewinds;
    spool.release(epoch, &restored, true).unwrap();
    assert_eq!(numbers(&spool), [4, 5, 6, 7, 8]);
    assert_eq!((spool.stats().batches, spool.stats().readings), (5, 10));
    assert!(spool.stats().rewinds > rewinds);
    spool.save_state().unwrap();
    let stats = spool.stats();
    drop(spool);
    assert_eq!(open(&path).stats().batches, stats.batches);
}

#[test]
fn saved_releases_survive_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open(&path);
    for _ in 0..5 {
        append(&mut spool, readings(3));
    }
    release_all(&mut spool, &range(1, 4));
    spool.save_state().unwrap();
    append(&mut spool, readings(2));
    let stats = spool.stats();
    assert_eq!((stats.batches, stats.readings), (2, 5));
    drop(spool);
    let reopened = open(&path).stats();
    assert_eq!((reopened.batches, reopened.readings, reopened.bytes), (2, 5, stats.bytes));
}

#[test]
fn the_file_of_another_gateway_or_layout_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    drop(open(&path));
    let other = "gw-2".parse().unwrap();
    let opened = Spool::open(&path, &other, LIMITS, Timestamp::UNIX_EPOCH);
    assert!(matches!(opened, Err(SpoolError::Owner { .. })));
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 9).unwrap();
    let opened = Spool::open(&path, &gateway(), LIMITS, Timestamp::UNIX_EPOCH);
    assert!(matches!(opened, Err(SpoolError::Layout { found: 9, .. })));
}

#[test]
fn a_damaged_file_is_quarantined_and_reported() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let damaged = [&b"SQLite format 3\0"[..], &b"and nothing of a header after it. ".repeat(9)];
    std::fs::write(&path, damaged.concat()).unwrap();
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let mut spool = Spool::open(&path, &gateway(), LIMITS, now).unwrap();
    append(&mut spool, readings(1));
    append(&mut spool, readings(1));
    let batches = waiting(&spool);
    let loss = batches[0].loss.unwrap();
    assert_eq!((loss.first, loss.lost, loss.why, loss.from), (1, None, LossCause::Damaged, now));
    assert_eq!((batches[1].loss, batches[1].readings.len()), (None, 1));
    assert!(dir.path().join("s.damaged-20270115T080000Z").exists());
}

#[test]
fn a_file_that_is_no_spool_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("edge.toml");
    std::fs::write(&text, "gateway = \"gw-1\"\n".repeat(50)).unwrap();
    let database = dir.path().join("store of another.db");
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("CREATE TABLE batch (x); CREATE TABLE reading (y);").unwrap();
    drop(other);
    for path in [&text, &database] {
        let before = std::fs::read(path).unwrap();
        let opened = Spool::open(path, &gateway(), LIMITS, Timestamp::UNIX_EPOCH);
        let Err(error) = opened else { panic!("{} was opened", path.display()) };
        assert!(matches!(error, SpoolError::Foreign { .. }) && !error.may_pass(), "{error:?}");
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is laid beside them");
    assert!(crate::spool::is_foreign(&text) && !crate::spool::is_foreign(&database));
    assert!(crate::spool::is_other_database(&database));
    let own = dir.path().join("spool #1.db");
    drop(open(&own));
    assert!(!crate::spool::is_foreign(&own) && !crate::spool::is_other_database(&own));
    assert!(!crate::spool::is_other_database(&dir.path().join("none")));
}

#[test]
fn an_unreadable_batch_becomes_a_loss_record_and_blocks_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = open(&dir.path().join("s"));
    for _ in 0..3 {
        append(&mut spool, readings(20));
    }
    spool.connection.execute("UPDATE batch SET payload = x'7800' WHERE seq = 2", []).unwrap();
    spool.replace_damaged(2, Timestamp::UNIX_EPOCH).unwrap();
    let batches = waiting(&spool);
    let loss = batches[1].loss.unwrap();
    assert_eq!(
        (batches[1].seq, loss.first, loss.lost, loss.why),
        (2, 2, Some(20), LossCause::Damaged)
    );
    assert_eq!((spool.stats().readings, spool.stats().dropped_readings), (40, 20));
}

#[test]
fn readings_lost_before_they_were_stored_are_reported_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = open(&dir.path().join("s"));
    append(&mut spool, readings(1));
    let at = |s| Timestamp::from_second(s).unwrap();
    let lost = |lost, from, to| LossRecord {
        first: 1,
        lost: Some(lost),
        from: at(from),
        to: at(to),
        why: LossCause::Unwritten,
    };
    spool.record_loss(lost(5, 100, 200));
    spool.record_loss(lost(6, 200, 300));
    append(&mut spool, readings(1));
    append(&mut spool, readings(1));
    let loss: Vec<_> = waiting(&spool).into_iter().map(|batch| batch.loss).collect();
    let told = LossRecord {
        first: 2,
        lost: Some(11),
        from: at(100),
        to: at(300),
        why: LossCause::Unwritten,
    };
    assert_eq!(loss, [None, Some(told), None]);
    assert_eq!(BootId(7).to_string(), "00000007");
}
