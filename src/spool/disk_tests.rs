//! Tests of a spool on a full disk, and of its reserve.

use jiff::Timestamp;

use super::*;
use crate::core::Reading;
use crate::spool::test_kit::*;
use crate::spool::{Limits, SpoolHandle, Trouble};
use crate::support::Clock;
use crate::support::test_disk::Disk;

const PATH: &str = "spool.db";

/// A poll of three series, with values that do not compress.
fn poll(minute: i64) -> Vec<Reading> {
    let polled = (1..=3).map(|n| {
        let mut reading = reading(minute * 60);
        reading.series = format!("pond-{n}/level").parse().unwrap();
        let noise = (minute * 7919 + n * 104_729) % 99_991;
        reading.outcome = crate::core::Outcome::Value(noise as f64 / 1000.0);
        reading
    });
    polled.collect()
}

fn open_on(disk: &Disk) -> Spool {
    Spool::open_in(Path::new(PATH), &gateway(), LIMITS, Some(&disk.name)).unwrap()
}

/// Polls that are there, none of which may have been given up.
fn kept(spool: &Spool) -> u64 {
    let stats = spool.stats();
    assert_eq!((stats.dropped_readings, stats.thinned_readings), (0, 0));
    assert_eq!(stats.readings, stats.batches * 3);
    assert_eq!(stats.last_seq, stats.batches);
    stats.batches
}

#[test]
fn a_full_disk_takes_new_batches_in_the_place_of_those_that_the_hub_has() {
    let disk = Disk::attach();
    let mut spool = open_on(&disk);
    for minute in 0..3000 {
        append(&mut spool, poll(minute));
    }
    release_all(&mut spool, &range(1, 3000));
    // Some pages of the file are free, as wherever room has been made before.
    spool.connection.execute("DELETE FROM batch WHERE seq <= 300", []).unwrap();
    assert!(spool.empty_log());
    disk.holds_only(60_000);
    for minute in 3000..5000 {
        let stored = spool.append(poll(minute), CLOCK);
        assert_eq!(stored.unwrap().len(), 1, "{minute}");
        if minute % 100 == 0 {
            release_all(&mut spool, &range(1, minute as u64));
        }
    }
    let stats = spool.stats();
    assert_eq!((stats.last_seq, stats.dropped_readings, stats.thinned_readings), (5000, 0, 0));
    let waits: Vec<_> = waiting(&spool).into_iter().flat_map(|batch| batch.readings).collect();
    assert!(waits.ends_with(&poll(4999)), "{stats:?}");
    assert_eq!(stats.readings, waits.len() as u64);
}

#[test]
fn a_full_disk_with_nothing_that_the_hub_has_refuses_and_loses_nothing() {
    let disk = Disk::attach();
    let mut spool = open_on(&disk);
    for minute in 0..500 {
        append(&mut spool, poll(minute));
    }
    disk.holds_only(10_000);
    let taken = (500..2000).take_while(|minute| spool.append(poll(*minute), CLOCK).is_ok()).count();
    assert!(taken < 1500, "it ends");
    let refused = spool.append(poll(500 + taken as i64), CLOCK).unwrap_err();
    assert_eq!(Trouble::of(&refused, Path::new(PATH)), Trouble::DiskFull);
    assert_eq!(kept(&spool), 500 + taken as u64);
    disk.mend();
    append(&mut spool, poll(500 + taken as i64));
    assert_eq!(kept(&spool), 501 + taken as u64);
}

#[test]
fn the_reserve_is_given_up_on_a_full_disk_and_laid_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let spool = open(&path);
    let reserve = dir.path().join("s-reserve");
    assert!(!reserve.exists());
    spool.lay_reserve();
    let size = std::fs::metadata(&reserve).unwrap().len();
    assert!((64 << 10..=2 << 20).contains(&size), "{size}");
    assert!(spool.make_space());
    assert!(!reserve.exists());
    spool.lay_reserve();
    assert!(reserve.exists());
    // Where the limits leave no space for one, there is none.
    spool.make_space();
    let limits = Limits { free_min: u64::MAX, ..LIMITS };
    let spool = Spool::open(&path, &gateway(), limits, Timestamp::UNIX_EPOCH).unwrap();
    spool.lay_reserve();
    assert!(!reserve.exists());
}

#[tokio::test]
async fn after_an_orderly_end_the_file_alone_is_the_whole_spool() {
    let dir = tempfile::tempdir().unwrap();
    let (path, copy) = (dir.path().join("s"), dir.path().join("copy"));
    let spool = SpoolHandle::start(open(&path), Clock::system()).unwrap();
    for minute in 0..9 {
        spool.append(poll(minute), CLOCK).await.unwrap();
    }
    let epoch = spool.status().borrow().spool.epoch;
    spool.close().await;
    // Its connection is still open, as at the end of a process.
    fs::copy(&path, &copy).unwrap();
    let copied = open(&copy);
    assert_eq!((copied.epoch(), numbers(&copied)), (epoch, (1..=9).collect()));
}
