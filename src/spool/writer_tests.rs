//! Tests of the thread that owns the spool.

use super::*;
use crate::spool::message::decode;
use crate::spool::test_kit::{CLOCK, LIMITS, gateway, open, range, reading, readings};
use crate::spool::{Limits, SpoolHandle};
use crate::wire::{BootId, Epoch, MESSAGE_SIZE_MAX};
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Values that do not compress: 500 are a twentieth of what may wait in memory.
fn noisy(count: usize, from: u32) -> Vec<Reading> {
    let readings = (0..count).map(|n| {
        let mut reading = reading(n as i64);
        let bits = (u64::from(from) * 1_000_003 + n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        reading.outcome = crate::core::Outcome::Value(bits as f64 / 1e7);
        reading
    });
    readings.collect()
}

fn begin(path: &std::path::Path) -> SpoolHandle {
    SpoolHandle::start(open(path), Clock::system()).unwrap()
}

async fn append(spool: &SpoolHandle, readings: Vec<Reading>) -> u64 {
    spool.append(readings, CLOCK).await.unwrap();
    spool.status().borrow().spool.last_seq
}

async fn numbers(spool: &SpoolHandle, after: u64, count: u32) -> Vec<u64> {
    let epoch = spool.status().borrow().spool.epoch;
    let batches = spool.batches(epoch, after, u64::MAX, count).await.unwrap();
    for batch in &batches {
        assert_eq!(decode(&batch.message).unwrap().seq, batch.seq);
    }
    batches.into_iter().map(|batch| batch.seq).collect()
}

#[tokio::test]
async fn recent_batches_come_from_memory_and_later_from_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let spool = begin(&dir.path().join("s"));
    for _ in 0..5 {
        append(&spool, readings(2)).await;
    }
    assert_eq!(numbers(&spool, 0, 2).await, [1, 2]);
    assert_eq!(spool.shared.lock().recent().0, 3);
    // Again, as after a lost connection: from the file.
    assert_eq!(numbers(&spool, 0, 3).await, [1, 2, 3]);
    assert_eq!(numbers(&spool, 3, 9).await, [4, 5]);
    assert_eq!(numbers(&spool, 5, 9).await, [0; 0]);
    assert_eq!(spool.shared.lock().recent(), (0, 0));
}

#[tokio::test]
async fn memory_is_bounded_while_nothing_is_delivered() {
    let dir = tempfile::tempdir().unwrap();
    let spool = begin(&dir.path().join("s"));
    for n in 0..12 {
        append(&spool, noisy(5000, n)).await;
    }
    let (kept, bytes) = spool.shared.lock().recent();
    assert!(kept > 0 && kept < 12 && bytes <= MESSAGE_SIZE_MAX, "{kept} {bytes}");
    assert_eq!(numbers(&spool, 0, 99).await, (1..=12).collect::<Vec<_>>());
}

#[tokio::test]
async fn releases_are_saved_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let spool = begin(&path);
    // Right after an append, and again once the thread sleeps.
    for _ in 0..2 {
        let seq = append(&spool, readings(2)).await;
        let epoch = spool.status().borrow().spool.epoch;
        spool.hand_over(epoch, &[seq]);
        spool.release(epoch, &range(1, seq), true, true);
        let mut stats = spool.status();
        let empty = stats.wait_for(|stats| stats.spool.batches == 0);
        let stats = tokio::time::timeout(RELEASE_EVERY * 20, empty).await.unwrap().unwrap().spool;
        assert_eq!((stats.readings, stats.last_seq), (0, seq));
    }
    spool.close().await;
    assert_eq!(open(&path).stats().batches, 0);
}

/// Makes the file system look full to SQLite: the file may get only this many more pages.
fn fill(spool: &Spool, pages_more: u64) {
    let pages: u64 = spool.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let most = pages + pages_more;
    spool.connection.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(())).unwrap();
}

#[tokio::test]
async fn unwritten_readings_wait_in_memory_and_the_overflow_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let spool = open(&path);
    fill(&spool, 0);
    let (mut writer, _status) = Writer::new(spool, Arc::default(), Arc::default(), Clock::system());
    let polls = 30;
    for n in 0..polls {
        writer.unwritten.push_back((noisy(500, n), CLOCK));
        writer.write();
    }
    assert_eq!(writer.now.trouble, Some(Trouble::DiskFull));
    assert_eq!((writer.now.unwritten, writer.now.lost), (UNWRITTEN_MAX, 5000));
    assert_eq!(writer.spool.stats().last_seq, 0, "nothing is said to be stored");
    fill(&writer.spool, 1 << 20);
    writer.write();
    assert_eq!((writer.now.trouble, writer.now.unwritten), (None, 0));
    let batches = crate::spool::test_kit::waiting(&writer.spool);
    let loss = batches[0].loss.unwrap();
    assert_eq!((batches.len(), loss.lost, loss.why), (20, Some(5000), LossCause::Unwritten));
    assert_eq!(batches[0].readings, noisy(500, 10));
}

#[tokio::test]
async fn a_file_that_is_damaged_in_use_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let spool =
        Spool::open(&path, &gateway(), Limits { free_min: 0, ..LIMITS }, Timestamp::UNIX_EPOCH)
            .unwrap();
    let before = spool.epoch();
    let spool = SpoolHandle::start(spool, Clock::system()).unwrap();
    append(&spool, readings(3)).await;
    spool.close().await;
    // Another program overwrites the file's tables, and this connection reads them again.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    other
        .execute_batch("CREATE TABLE more (x); DROP TABLE more; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    drop(other);
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &vec![0xa5; size as usize - 1024], 1024)
        .unwrap();
    for _ in 0..3 {
        append(&spool, readings(2)).await;
    }
    let stats = spool.status().borrow().spool;
    assert_ne!(stats.epoch, before);
    assert_eq!((stats.batches, stats.readings), (3, 6));
    let set_aside = std::fs::read_dir(dir.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_str().unwrap().starts_with("s.damaged-")
    });
    assert!(set_aside.count() > 0);
}

#[derive(Debug, Clone)]
enum Action {
    /// This many readings: large batches do not all stay in memory.
    Append(usize),
    /// The uplink fetches on from where it is.
    Fetch(u32),
    /// The uplink starts over, as after a lost connection.
    Again,
    Release(u64, u64),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => prop_oneof![4 => Just(1), 1 => Just(5000)].prop_map(Action::Append),
        3 => (1u32..5).prop_map(Action::Fetch),
        1 => Just(Action::Again),
        1 => (0u64..20, 0u64..4).prop_map(|(first, more)| Action::Release(first, first + more)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_uplink_skips_nothing(actions in prop::collection::vec(action(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let spool = begin(&dir.path().join("s"));
        let epoch = spool.status().borrow().spool.epoch;
        let (mut held, mut after, mut made) = (BTreeSet::new(), 0, 0);
        for action in actions {
            match action {
                Action::Append(count) => {
                    made += 1;
                    held.insert(runtime.block_on(append(&spool, noisy(count, made))));
                }
                Action::Fetch(count) => {
                    let came = runtime.block_on(numbers(&spool, after, count));
                    prop_assert!(came.is_sorted() && came.len() <= count as usize);
                    let last = came.last().copied().unwrap_or(u64::MAX);
                    let passed = held.range(after + 1..=last).find(|seq| !came.contains(seq));
                    prop_assert_eq!(passed, None, "{:?} after {}", came, after);
                    after = came.last().copied().unwrap_or(after);
                }
                Action::Again => after = 0,
                Action::Release(first, last) => {
                    let named: Vec<u64> = held.range(first..=last).copied().collect();
                    spool.hand_over(epoch, &named);
                    let named = named.iter().map(|seq| (*seq, *seq)).collect();
                    spool.release(epoch, &named, false, false);
                    held.retain(|seq| !(first..=last).contains(seq));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_part_does_not_say_how_far_a_whole_acknowledgement_reaches() {
    let dir = tempfile::tempdir().unwrap();
    let spool = begin(&dir.path().join("s"));
    for _ in 0..9 {
        append(&spool, readings(1)).await;
    }
    let epoch = spool.status().borrow().spool.epoch;
    let other = Epoch(epoch.0.wrapping_add(1));
    spool.release(other, &range(1, 9), false, false);
    assert_eq!(numbers(&spool, 0, 99).await, (1..=9).collect::<Vec<_>>(), "of another epoch");
    let all: Vec<u64> = (1..=9).collect();
    spool.hand_over(epoch, &all);
    spool.release(epoch, &range(1, 9), false, false);
    assert_eq!(spool.stored(epoch, 0, 99, 99).await.unwrap(), []);
    // Both come before the thread looks: what is whole reaches to 3 only, and lacks 2.
    let heal = [(1, 1), (3, 3)].into_iter().collect();
    let (whole, handed) = (None, RangeSet::default());
    let news = News { epoch, heard: true, committed: range(8, 8), whole, heal, handed };
    *spool.shared.lock().news(epoch) = news;
    let again = spool.stored(epoch, 0, 99, 99).await.unwrap();
    assert_eq!(again.iter().map(|batch| batch.seq).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn an_append_is_stored_even_if_nobody_waits_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let spool = begin(&dir.path().join("s"));
    drop(spool.append(readings(1), CLOCK));
    assert_eq!(append(&spool, readings(1)).await, 2);
    assert_eq!(spool.status().borrow().spool.batches, 2);
}

#[tokio::test]
async fn a_spool_whose_numbers_another_has_used_begins_anew_and_not_again_within_an_hour() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let (mut writer, status) =
        Writer::new(open(&path), Arc::default(), Arc::default(), Clock::system());
    let old = writer.spool.epoch();
    // Another boot, whose clock is not known yet.
    let later = Timebase { boot: BootId(8), ..CLOCK };
    for n in 0..6 {
        let clock = if n == 4 { Timebase { provisional: true, ..later } } else { CLOCK };
        writer.append(noisy(if n == 5 { 200 } else { 1 }, n), clock);
    }
    let hears = |writer: &mut Writer, epoch, committed: RangeSet, handed| {
        let whole = Some(committed.clone());
        let heal = RangeSet::default();
        let news = News { epoch, heard: true, committed, whole, heal, handed };
        *writer.shared.lock().news(epoch) = news;
        writer.between(Wake::Idle);
    };
    hears(&mut writer, old, range(1, 2), range(1, 3));
    assert_eq!(writer.spool.stats().batches, 4);
    // It has lost the second, and has a seventh that is not this spool's.
    let hub_has: RangeSet = [(1, 1), (7, 7)].into_iter().collect();
    hears(&mut writer, old, hub_has, RangeSet::default());
    let stats = status.borrow().spool;
    assert_ne!(stats.epoch, old);
    assert_eq!((stats.batches, stats.last_seq, stats.held, stats.readings), (5, 5, 1, 204));
    assert!(stats.renewed_at.is_some() && stats.send_to == u64::MAX);
    let batches = crate::spool::test_kit::waiting(&writer.spool);
    let made: Vec<_> = [1, 2, 3, 5].map(|n| noisy(if n == 5 { 200 } else { 1 }, n)).into();
    assert_eq!(batches.iter().map(|batch| batch.seq).collect::<Vec<_>>(), [1, 2, 3, 5]);
    assert!(batches.iter().all(|batch| batch.epoch == stats.epoch && batch.loss.is_none()));
    assert_eq!(batches.into_iter().map(|batch| batch.readings).collect::<Vec<_>>(), made);
    // Whatever it names now, nothing changes within the hour.
    hears(&mut writer, stats.epoch, range(1, 9), range(1, 4));
    assert_eq!((status.borrow().spool.epoch, status.borrow().spool.batches), (stats.epoch, 5));
    // After a restart it is the new one, and what was held gets its time.
    drop(writer);
    let mut spool = open(&path);
    assert_eq!((spool.epoch(), spool.stats().renewed_at), (stats.epoch, stats.renewed_at));
    spool.correct_held(later).unwrap();
    assert_eq!(crate::spool::test_kit::numbers(&spool), [1, 2, 3, 4, 5]);
}
