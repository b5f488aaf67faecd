//! What a view gets, keeps and loses, and that nobody else loses by it.

use std::path::Path;

use jiff::Timestamp;

use super::*;
use crate::spool::test_kit::{
    CLOCK, LIMITS, append, gateway, hand_over_all, numbers, open, range, reading, readings,
    release_all,
};
use crate::spool::{Limits, SpoolHandle, ViewBatch};
use crate::support::Clock;
use crate::wire::{BootId, Timebase};

const MANY: u64 = 1_000_000;

fn bounds(all: &[(&str, u64)]) -> Vec<ViewBound> {
    let bound = |(name, backlog_max): &(&str, u64)| ViewBound {
        name: (*name).into(),
        backlog_max: *backlog_max,
    };
    all.iter().map(bound).collect()
}

/// A spool with one view.
fn with_view(path: &Path) -> Spool {
    let mut spool = open(path);
    spool.set_views(bounds(&[("county", MANY)])).unwrap();
    spool
}

fn seen(spool: &Spool, after: u64) -> Vec<u64> {
    spool.view_batches(after).unwrap().iter().map(|batch| batch.seq).collect()
}

fn place(spool: &Spool) -> ViewPlace {
    spool.views.places[0]
}

fn confirm(spool: &mut Spool, seq: u64) {
    spool.view_confirmed(0, spool.epoch(), seq, 0).unwrap();
}

#[test]
fn a_view_begins_with_what_comes_and_gets_it_whether_the_hub_has_it_or_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open(&path);
    append(&mut spool, readings(3));
    spool.set_views(bounds(&[("county", MANY), ("state", MANY)])).unwrap();
    assert_eq!(place(&spool), ViewPlace { cursor: 1, ..ViewPlace::default() });
    for count in [2, 4] {
        append(&mut spool, readings(count));
    }
    release_all(&mut spool, &range(1, 3));
    assert_eq!(seen(&spool, place(&spool).cursor), [2, 3]);
    assert_eq!(place(&spool).backlog, 6);
    confirm(&mut spool, 2);
    assert_eq!(place(&spool), ViewPlace { cursor: 2, backlog: 4, ..ViewPlace::default() });
    assert_eq!(spool.views.places[1].backlog, 6);
    // What was confirmed already, or is of another epoch, changes nothing.
    confirm(&mut spool, 1);
    spool.view_confirmed(0, Epoch(1), 3, 9).unwrap();
    spool.view_confirmed(7, spool.epoch(), 3, 9).unwrap();
    assert_eq!(place(&spool).cursor, 2);
    assert_eq!(place(&spool).lost, 0);
}

#[test]
fn a_restart_goes_on_from_the_place_that_was_saved() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = with_view(&path);
    for _ in 0..4 {
        append(&mut spool, readings(1));
    }
    confirm(&mut spool, 2);
    spool.view_connected(0, 5).unwrap();
    confirm(&mut spool, 3);
    // The power fails: what was not saved is sent again.
    let after_a_cut = with_view(&path);
    assert_eq!(place(&after_a_cut), ViewPlace { cursor: 2, backlog: 2, lost: 0, sessions: 5 });
    drop(after_a_cut);
    // An append saves it, once it is told to.
    append(&mut spool, readings(1));
    assert_eq!(place(&with_view(&path)).cursor, 2);
    spool.views.save_with_next();
    append(&mut spool, readings(1));
    assert_eq!(place(&with_view(&path)).cursor, 3);
    confirm(&mut spool, 6);
    spool.save_state().unwrap();
    assert_eq!(place(&with_view(&path)).cursor, 6);
}

#[test]
fn of_too_much_that_waits_for_a_view_the_oldest_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open(&path);
    spool.set_views(bounds(&[("small", 10), ("large", MANY)])).unwrap();
    for _ in 0..7 {
        append(&mut spool, readings(4));
    }
    assert_eq!(place(&spool), ViewPlace { cursor: 5, backlog: 8, lost: 20, sessions: 0 });
    assert_eq!(spool.views.places[1], ViewPlace { backlog: 28, ..ViewPlace::default() });
    assert_eq!(numbers(&spool), [1, 2, 3, 4, 5, 6, 7]);
    // A bound that has been lowered holds from the start on.
    spool.set_views(bounds(&[("large", 4), ("small", 10)])).unwrap();
    assert_eq!(place(&spool), ViewPlace { cursor: 6, backlog: 4, lost: 24, sessions: 0 });
}

#[test]
fn where_the_spool_is_full_a_view_loses_what_the_hub_has_and_the_hub_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let limits = Limits { size_max: 20_000, free_min: 0 };
    let mut spool = Spool::open(&path, &gateway(), limits, Timestamp::UNIX_EPOCH).unwrap();
    spool.set_views(bounds(&[("stuck", MANY)])).unwrap();
    let mut made = 0;
    let mut waiting = Vec::new();
    for n in 0..400 {
        let batch: Vec<_> = (0..5).map(|second| reading(n * 5 + second)).collect();
        let seq = append(&mut spool, batch);
        made += 5;
        waiting.push(seq);
        if waiting.len() > 20 {
            let had = waiting.remove(0);
            release_all(&mut spool, &range(1, had));
        }
    }
    assert_eq!(numbers(&spool), waiting, "the hub lacks what it lacked, and no more");
    let stats = spool.stats();
    assert_eq!((stats.dropped_readings, stats.thinned_readings), (0, 0));
    let there: u64 = spool.view_batches(0).unwrap().iter().map(|batch| batch.readings).sum();
    assert!(place(&spool).lost > 0 && there > 100, "{:?}", place(&spool));
    let all: u64 =
        spool.connection.query_row("SELECT sum(readings) FROM batch", [], |r| r.get(0)).unwrap();
    assert_eq!(place(&spool).backlog, all);
    assert_eq!(place(&spool).lost + place(&spool).backlog, made);
    // What was lost is in the file with what was deleted.
    drop(spool);
    let spool = with_view_named(&path, "stuck");
    assert_eq!(place(&spool).lost + place(&spool).backlog, made);
}

fn with_view_named(path: &Path, name: &str) -> Spool {
    let mut spool = open(path);
    spool.set_views(bounds(&[(name, MANY)])).unwrap();
    spool
}

#[test]
fn what_is_thinned_or_dropped_before_the_hub_has_it_a_view_loses_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let limits = Limits { size_max: 6_000, free_min: 0 };
    let mut spool = Spool::open(&path, &gateway(), limits, Timestamp::UNIX_EPOCH).unwrap();
    spool.set_views(bounds(&[("stuck", MANY)])).unwrap();
    for n in 0..300 {
        append(&mut spool, (0..4).map(|k| reading(n * 600 + k)).collect());
    }
    let (stats, place) = (spool.stats(), place(&spool));
    assert!(stats.thinned_readings > 0 && stats.dropped_readings > 0, "{stats:?}");
    assert_eq!(place.lost, stats.thinned_readings + stats.dropped_readings);
    assert_eq!(place.backlog, stats.readings);
    assert_eq!(place.lost + place.backlog, 1200);
}

#[test]
fn what_a_view_has_had_of_an_hour_that_is_thinned_makes_up_for_nothing_that_it_loses() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let limits = Limits { size_max: 6_000, free_min: 0 };
    let mut spool = Spool::open(&path, &gateway(), limits, Timestamp::UNIX_EPOCH).unwrap();
    spool.set_views(bounds(&[("county", MANY)])).unwrap();
    // Nothing of this series comes again, so that it stays in the hour's row.
    let mut had = reading(0);
    had.series = "pump-9/power".parse().unwrap();
    append(&mut spool, vec![had]);
    confirm(&mut spool, 1);
    let mut made = 0;
    while spool.stats().thinned_readings == 0 {
        append(&mut spool, (1..5).map(|k| reading(made + k)).collect());
        made += 4;
        assert!(made < 3600, "{:?}", spool.stats());
    }
    let (stats, place) = (spool.stats(), place(&spool));
    assert_eq!((place.lost, stats.dropped_readings), (stats.thinned_readings, 0));
    // It gets again what it has had.
    assert_eq!(place.lost + place.backlog, made as u64 + 1);
}

#[test]
fn a_file_without_views_has_no_table_for_them_and_a_view_that_is_taken_out_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open(&path);
    spool.set_views(Vec::new()).unwrap();
    append(&mut spool, readings(1));
    let tables = |spool: &Spool| -> i64 {
        let count = "SELECT count(*) FROM sqlite_schema WHERE name = 'view_place'";
        spool.connection.query_row(count, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(tables(&spool), 0);
    spool.set_views(bounds(&[("county", MANY), ("state", MANY)])).unwrap();
    append(&mut spool, readings(2));
    drop(spool);
    let layout = |spool: &Spool| -> i64 {
        spool.connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    };
    let mut spool = open(&path);
    let before = layout(&spool);
    spool.set_views(bounds(&[("state", MANY)])).unwrap();
    assert_eq!(place(&spool), ViewPlace { cursor: 1, backlog: 2, ..ViewPlace::default() });
    assert_eq!(layout(&spool), before);
    // It begins anew when it comes back.
    spool.set_views(bounds(&[("county", MANY)])).unwrap();
    assert_eq!(place(&spool), ViewPlace { cursor: 2, ..ViewPlace::default() });
    drop(spool);
    let mut spool = open(&path);
    spool.set_views(Vec::new()).unwrap();
    let left: i64 = spool
        .connection
        .query_row("SELECT count(*) FROM view_place", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn under_a_new_epoch_a_view_keeps_its_place_among_what_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = with_view(&path);
    for _ in 0..6 {
        append(&mut spool, readings(2));
    }
    // The hub has 1 to 3, the view 1 and 2.
    release_all(&mut spool, &range(1, 3));
    confirm(&mut spool, 2);
    spool.renew(Timestamp::UNIX_EPOCH, None).unwrap();
    assert_eq!(place(&spool), ViewPlace { cursor: 0, backlog: 6, lost: 2, sessions: 0 });
    assert_eq!(seen(&spool, 0), [1, 2, 3]);
    let reopened = with_view(&path);
    assert_eq!(place(&reopened), place(&spool));
    drop(reopened);
    confirm(&mut spool, 2);
    hand_over_all(&mut spool);
    spool.release(spool.epoch(), &range(1, 1), false).unwrap();
    spool.renew(Timestamp::UNIX_EPOCH, None).unwrap();
    assert_eq!(place(&spool), ViewPlace { cursor: 1, backlog: 2, lost: 2, sessions: 0 });
}

#[test]
fn what_waits_for_its_true_time_waits_for_views_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = with_view(&path);
    append(&mut spool, readings(1));
    let unknown = Timebase { boot: BootId(9), provisional: true, ..CLOCK };
    spool.append(readings(1), unknown).unwrap();
    spool.append(readings(1), unknown).unwrap();
    assert_eq!((seen(&spool, 0), spool.view_to()), (vec![1], 1));
    spool.correct_held(Timebase { provisional: false, ..unknown }).unwrap();
    assert_eq!((seen(&spool, 0), spool.view_to()), (vec![1, 2, 3], 3));
}

#[test]
fn a_damaged_file_takes_with_it_what_waited_for_a_view() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = with_view(&path);
    append(&mut spool, readings(5));
    spool.view_connected(0, 3).unwrap();
    spool.replace_damaged(1, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(place(&spool), ViewPlace { cursor: 0, backlog: 0, lost: 5, sessions: 3 });
    append(&mut spool, readings(2));
    spool.replace_file(Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(place(&spool), ViewPlace { cursor: 0, backlog: 0, lost: 7, sessions: 3 });
    append(&mut spool, readings(1));
    spool.save_views().unwrap();
    assert_eq!(place(&with_view(&path)), place(&spool));
    assert_eq!(place(&spool).backlog, 1);
}

#[tokio::test]
async fn what_was_just_appended_comes_from_memory_and_all_else_from_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = Spool::open(&path, &gateway(), LIMITS, Timestamp::UNIX_EPOCH).unwrap();
    append(&mut spool, readings(1));
    spool.set_views(bounds(&[("county", MANY)])).unwrap();
    append(&mut spool, readings(2));
    let epoch = spool.epoch();
    let handle = SpoolHandle::start(spool, Clock::system()).unwrap();
    let mut readable = handle.readable();
    assert_eq!((readable.borrow().to, handle.view_place(0).backlog), (2, 2));
    handle.append(vec![reading(7)], CLOCK).await.unwrap();
    assert_eq!(readable.borrow_and_update().to, 3);
    let of = |batches: Vec<ViewBatch>| -> Vec<(u64, u64, usize)> {
        let one = |batch: ViewBatch| (batch.seq, batch.count, batch.readings().unwrap().len());
        batches.into_iter().map(one).collect()
    };
    let after = |seq| handle.view_batches(epoch, seq);
    assert_eq!(of(after(1).await.unwrap()), [(2, 2, 2), (3, 1, 1)]);
    assert_eq!(of(after(2).await.unwrap()), [(3, 1, 1)]);
    assert_eq!(of(handle.view_batches(Epoch(1), 1).await.unwrap()), []);
    assert_eq!(handle.latest(), [reading(7)]);
    // Whoever asks sees at once what is confirmed, before the thread has noted it and after.
    handle.view_confirmed(0, epoch, 2, 2, 1);
    let confirmed = ViewPlace { cursor: 2, backlog: 1, lost: 1, sessions: 0 };
    assert_eq!(handle.view_place(0), confirmed);
    handle.view_connected(0, 1).await.unwrap();
    handle.append(vec![reading(8)], CLOCK).await.unwrap();
    assert_eq!(handle.view_place(0), ViewPlace { backlog: 2, sessions: 1, ..confirmed });
    handle.close().await;
    assert_eq!(place(&with_view(&path)), ViewPlace { backlog: 2, sessions: 1, ..confirmed });
}
