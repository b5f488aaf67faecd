//! Tests of reading a damaged file.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::*;
use crate::spool::Spool;
use crate::spool::export::{Damage, Exported, export, handed_over};
use crate::spool::test_kit::{
    LIMITS, append, gateway, open, range, reading, readings, release_all, waiting,
};
use crate::wire::LossCause;

/// Bytes of a page.
const PAGE: u64 = 1024;

const BATCHES: u64 = 400;

/// When batch `seq` was read.
fn at(seq: u64) -> Timestamp {
    reading(seq as i64 * 60).observed_at
}

fn opened_at() -> Timestamp {
    at(100_000)
}

/// A spool of as many batches, a minute apart, of which the hub has the first `released`.
fn filled(path: &Path, released: u64) {
    let mut spool = open(path);
    for seq in 1..=BATCHES {
        let polled = (0..20).map(|n| {
            let mut reading = reading(seq as i64 * 60);
            reading.series = format!("pond-{n}/level").parse().unwrap();
            reading.outcome = crate::core::Outcome::Value((seq * 7919 + n * 104_729 % 9973) as f64);
            reading
        });
        append(&mut spool, polled.collect());
    }
    if released > 0 {
        release_all(&mut spool, &range(1, released));
    }
    spool.save_state().unwrap();
    assert!(spool.empty_log());
}

/// Overwrites `count` pages from the `first`th on, or from so many before the end.
fn damage(path: &Path, first: i64, count: u64) {
    let file = std::fs::File::options().read(true).write(true).open(path).unwrap();
    let pages = file.metadata().unwrap().len() / PAGE;
    let first = u64::try_from(first).unwrap_or_else(|_| pages - first.unsigned_abs());
    file.write_all_at(&vec![0xA5; (count * PAGE) as usize], first * PAGE).unwrap();
}

/// What an export brings: the numbers, and the rest.
fn exported(path: &Path, all: bool) -> (Vec<u64>, Exported) {
    let mut came = Vec::new();
    let exported = export(path, all, |batch| {
        came.push(batch.seq);
        Ok(())
    });
    (came, exported.unwrap())
}

/// The page on which batch `seq` lies, which is smaller than a page.
fn page_of(path: &Path, seq: u64) -> i64 {
    let (connection, _) = open_read_only(path).unwrap();
    let payload: Vec<u8> = connection
        .query_row("SELECT payload FROM batch WHERE seq = ?1", [seq], |row| row.get(0))
        .unwrap();
    let file = std::fs::read(path).unwrap();
    let begins = file.windows(payload.len()).position(|bytes| bytes == payload).unwrap();
    (begins as u64 / PAGE) as i64
}

fn pages(path: &Path) -> i64 {
    (std::fs::metadata(path).unwrap().len() / PAGE) as i64
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    (dir, path)
}

#[test]
fn what_lies_behind_the_damage_is_read_and_what_is_lost_is_named() {
    let (_dir, path) = folder();
    filled(&path, 0);
    let (all, whole) = exported(&path, false);
    assert_eq!((all.len() as u64, whole.damage), (BATCHES, None));
    damage(&path, pages(&path) / 2, 4);
    damage(&path, pages(&path) / 4, 1);
    let (came, exported) = exported(&path, false);
    let Damage { numbers, why } = exported.damage.clone().unwrap();
    assert!(why.is_some());
    // Each number came or is named, and none does both.
    let lost: Vec<u64> = (1..=BATCHES).filter(|seq| numbers.contains(*seq)).collect();
    let missing: Vec<u64> = (1..=BATCHES).filter(|seq| !came.contains(seq)).collect();
    assert_eq!((&lost, numbers.len()), (&missing, lost.len() as u64));
    assert!(!lost.is_empty() && lost.len() < 60, "{lost:?}");
    assert!(came.is_sorted() && came.first() == Some(&1) && came.last() == Some(&BATCHES));
    assert_eq!((exported.batches, exported.last), (came.len() as u64, BATCHES));
    // A damaged file is not written to.
    let before = std::fs::read(&path).unwrap();
    handed_over(&path, &exported);
    assert!(before == std::fs::read(&path).unwrap());
}

#[test]
fn a_batch_that_is_none_is_named_and_what_the_hub_has_is_not() {
    let (_dir, path) = folder();
    filled(&path, 300);
    let spool = open(&path);
    spool
        .connection
        .execute("UPDATE batch SET payload = x'00FF' WHERE seq IN (200, 350)", [])
        .unwrap();
    drop(spool);
    let (came, exported) = exported(&path, false);
    assert_eq!(came.len(), 99);
    assert_eq!(exported.damage, Some(Damage { numbers: range(350, 350), why: None }));
}

#[test]
fn the_record_of_a_damaged_file_has_the_times_of_what_waits() {
    let (_dir, path) = folder();
    filled(&path, 300);
    damage(&path, pages(&path) / 4, 2);
    let loss = loss_of(&path, opened_at());
    assert_eq!((loss.from, loss.to), (at(301), at(BATCHES)), "damaged where the hub has it");
    assert_eq!((loss.first, loss.lost, loss.why), (1, None, LossCause::Damaged));
    // The newest cannot be read: until now.
    damage(&path, page_of(&path, BATCHES), 1);
    let (came, lost) = exported(&path, false);
    assert!(!came.contains(&BATCHES) && lost.damage.is_some());
    let loss = loss_of(&path, opened_at());
    assert_eq!((loss.from, loss.to), (at(301), opened_at()));
}

#[test]
fn where_the_first_that_waits_cannot_be_read_the_record_begins_with_the_one_before() {
    let (_dir, path) = folder();
    filled(&path, 300);
    let spool = open(&path);
    spool
        .connection
        .execute("UPDATE batch SET payload = x'00FF' WHERE seq BETWEEN 301 AND 303", [])
        .unwrap();
    drop(spool);
    let loss = loss_of(&path, opened_at());
    assert_eq!((loss.from, loss.to), (at(300), at(BATCHES)));
    // Of a file that is none nothing is known.
    std::fs::write(&path, "no database").unwrap();
    let loss = loss_of(&path, opened_at());
    assert_eq!((loss.from, loss.to), (opened_at(), opened_at()));
}

#[test]
fn a_single_batch_that_is_lost_has_the_times_of_its_neighbours() {
    let (_dir, path) = folder();
    filled(&path, 0);
    let mut spool = open(&path);
    for seq in [1, 200, BATCHES] {
        spool
            .connection
            .execute("UPDATE batch SET payload = x'00FF' WHERE seq = ?1", [seq])
            .unwrap();
        spool.replace_damaged(seq, opened_at()).unwrap();
    }
    let lost: Vec<_> = waiting(&spool).into_iter().filter_map(|batch| batch.loss).collect();
    let times: Vec<_> = lost.iter().map(|loss| (loss.from, loss.to)).collect();
    let last = (at(BATCHES - 1), opened_at());
    assert_eq!(times, [(at(2), at(2)), (at(199), at(201)), last]);
}

#[test]
fn a_gateway_that_finds_its_file_damaged_reports_when_the_lost_readings_were_made() {
    let (_dir, path) = folder();
    filled(&path, 300);
    damage(&path, -8, 2);
    let mut spool = Spool::open(&path, &gateway(), LIMITS, opened_at()).unwrap();
    assert_eq!(spool.stats().damaged_at, Some(opened_at()));
    append(&mut spool, readings(1));
    let loss = waiting(&spool)[0].loss.unwrap();
    assert_eq!((loss.from, loss.to, loss.lost), (at(301), at(BATCHES), None));
    // In use, too.
    let away = spool.replace_file(at(200_000)).unwrap();
    assert!(away.exists());
    append(&mut spool, readings(1));
    let loss = waiting(&spool)[0].loss.unwrap();
    // The batch that tells of the first loss was made last, with a reading of time 0.
    assert_eq!((loss.from, loss.to), (at(0), at(BATCHES)));
}
