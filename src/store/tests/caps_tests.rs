//! What one gateway can fill the file with.

use jiff::SignedDuration;

use super::*;
use crate::core::Outcome;
use crate::store::delivered::{EPOCHS_MAX, GATEWAYS_MAX, RANGES_MAX};
use crate::store::series::SERIES_MAX;
use crate::store::source::EPOCHS_A_DAY_MAX;
use crate::store::transaction::HOUR_MAX;

const POND: &str = "pond-1/level";

fn of_epoch(epoch: u64, seq: u64, readings: Vec<Reading>) -> Batch {
    Batch { epoch: Epoch(epoch), ..batch(seq, readings) }
}

fn delivered_rows(store: &Sqlite) -> usize {
    let sql = "SELECT (SELECT count(*) FROM delivered) + (SELECT count(*) FROM epoch)";
    store.connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn only_what_changes_of_the_ranges_is_written() {
    let file = File::new();
    let mut store = file.open();
    let odd: Vec<Batch> = (0..RANGES_MAX as u64).map(|n| batch(2 * n + 1, vec![])).collect();
    store.commit(&odd, at(0)).unwrap();
    assert_eq!(delivered_rows(&store), RANGES_MAX);
    let changes = |store: &Sqlite| -> u64 {
        store.connection.query_row("SELECT total_changes()", [], |row| row.get(0)).unwrap()
    };
    let before = changes(&store);
    // Two ranges become one; the highest goes on.
    store.commit(&[batch(100, vec![])], at(1)).unwrap();
    store.commit(&[batch(2 * RANGES_MAX as u64, vec![])], at(2)).unwrap();
    assert!(changes(&store) - before <= 8, "{}", changes(&store) - before);
    let kept = ranges(&store, "gw-1", 7);
    assert_eq!(kept.len(), RANGES_MAX - 1);
    drop(store);
    let store = file.open();
    assert_eq!(ranges(&store, "gw-1", 7), kept);
    assert_eq!(store.reader().unwrap().gateways().unwrap(), store.gateways().unwrap());
}

#[test]
fn a_batch_that_makes_one_range_too_many_is_refused_whole() {
    let file = File::new();
    let mut store = file.open();
    let odd: Vec<Batch> = (0..RANGES_MAX as u64).map(|n| batch(2 * n + 1, vec![])).collect();
    store.commit(&odd, at(0)).unwrap();
    let far = batch(1_000_000, vec![good(POND, 0, 1.0)]);
    let gap = batch(2, vec![good(POND, 1, 2.0)]);
    let other = Batch { gateway: gateway("gw-2"), ..batch(5, vec![good("pond-2/level", 0, 1.0)]) };
    let told = store.commit(&[far.clone(), gap, other], at(1)).unwrap();
    assert_eq!((told.new_readings, told.refused.len()), (2, 1));
    assert_eq!(told.refused[0].batch.readings, far.readings);
    let problem = told.refused[0].problem.within(Lang::English);
    assert!(problem.contains("1000 pieces"), "{problem}");
    let set = &told.delivered[&(gateway("gw-1"), Epoch(7))];
    assert!(set.contains(2) && !set.contains(1_000_000));
    // The gap has made room for one.
    assert_eq!(store.commit(&[far], at(2)).unwrap().refused, []);
}

#[test]
fn the_epoch_not_heard_of_for_the_longest_time_is_folded_away() {
    let file = File::new();
    let mut store = file.open();
    let first = of_epoch(1, 3, vec![good(POND, 0, 1.0)]);
    store.commit(std::slice::from_ref(&first), at(0)).unwrap();
    for epoch in 2..=EPOCHS_MAX as u64 {
        store.commit(&[of_epoch(epoch, 1, vec![])], at(epoch as i64)).unwrap();
    }
    // The first is heard again, so the second is the oldest.
    store.commit(&[of_epoch(1, 4, vec![good(POND, 1, 2.0)])], at(30)).unwrap();
    store.commit(&[of_epoch(99, 1, vec![good(POND, 2, 3.0)])], at(31)).unwrap();
    let epochs = |store: &Sqlite| -> Vec<u64> {
        store.gateways().unwrap()[0].delivered.keys().map(|epoch| epoch.0).collect()
    };
    let expected: Vec<u64> = [1].into_iter().chain(3..=EPOCHS_MAX as u64).chain([99]).collect();
    assert_eq!(epochs(&store), expected);
    assert_eq!(delivered_rows(&store), EPOCHS_MAX);
    drop(store);
    let mut store = file.open();
    assert_eq!((epochs(&store), store.count().unwrap()), (expected, 3));
    // A batch of a folded epoch is new again, its readings are not.
    store.commit(&[of_epoch(100, 1, vec![]), of_epoch(101, 1, vec![])], at(32)).unwrap();
    let told = store.commit(&[first], at(33)).unwrap();
    assert_eq!((told.new_readings, store.count().unwrap()), (0, 3));
    assert!(told.delivered[&(gateway("gw-1"), Epoch(1))].contains(3));
}

#[test]
fn a_gateway_that_makes_up_epochs_is_refused() {
    let file = File::new();
    let mut store = file.open();
    for epoch in 0..EPOCHS_A_DAY_MAX {
        let sent = of_epoch(epoch + 1, 1, vec![good(POND, epoch as i64, 1.0)]);
        assert_eq!(store.commit(&[sent], at(epoch as i64)).unwrap().refused, []);
    }
    let one_more = of_epoch(999, 1, vec![good(POND, 900, 1.0)]);
    let told = store.commit(std::slice::from_ref(&one_more), at(100)).unwrap();
    assert_eq!((told.new_readings, told.refused.len(), told.delivered.len()), (0, 1, 0));
    let known = of_epoch(EPOCHS_A_DAY_MAX, 2, vec![good(POND, 901, 1.0)]);
    assert_eq!(store.commit(&[known], at(100)).unwrap().new_readings, 1);
    assert_eq!(store.commit(&[one_more], at(1440)).unwrap().new_readings, 1, "the next day");
}

#[test]
fn a_gateway_that_makes_up_series_is_refused() {
    let file = File::new();
    let mut store = file.open();
    let named = |n: u64| good(&format!("pond-{n}/level"), 0, 1.0);
    let sent: Vec<Reading> = (0..SERIES_MAX + 2).map(named).collect();
    let told = store.commit(&[batch(1, sent)], at(0)).unwrap();
    assert_eq!(told.new_readings, SERIES_MAX);
    assert_eq!(told.refused[0].batch.readings, [named(SERIES_MAX), named(SERIES_MAX + 1)]);
    assert_eq!(ranges(&store, "gw-1", 7), [(1, 1)]);
    // Known ones go on, also after a restart, and so do other gateways and imports.
    drop(store);
    let mut store = file.open();
    let more = vec![good("pond-3/level", 1, 1.0), good("pond-x/level", 1, 1.0)];
    let told = store.commit(&[batch(2, more.clone())], at(0)).unwrap();
    assert_eq!((told.new_readings, told.refused.len()), (1, 1));
    store.birth(&gateway("gw-1"), &born("pump-x/energy_total", None, None), at(0)).unwrap();
    assert_eq!(store.series().unwrap().len() as u64, SERIES_MAX);
    let other = Batch { gateway: gateway("gw-2"), ..batch(1, more) };
    assert_eq!(store.commit(&[other], at(0)).unwrap().new_readings, 1);
    let import = batch(1, vec![good("pond-y/level", 1, 1.0)]);
    assert_eq!(store.import(&[import], at(0)).unwrap().new_readings, 1);
}

/// Readings of one series within an hour, these milliseconds after its beginning.
fn within_the_hour(ms: impl Iterator<Item = u64>) -> Vec<Reading> {
    let reading = |ms| Reading {
        observed_at: at(0) + SignedDuration::from_millis(ms as i64),
        ..good(POND, 0, ms as f64)
    };
    ms.map(reading).collect()
}

#[test]
fn a_gateway_that_fills_an_hour_of_a_series_is_refused() {
    let file = File::new();
    let mut store = file.open();
    let full = HOUR_MAX as usize;
    let all = within_the_hour((0..HOUR_MAX).map(|n| n * 100));
    let (most, rest) = all.split_at(full - 10);
    store.commit(&[batch(1, most.to_vec())], at(0)).unwrap();
    // The cell says how many there are, also after a restart.
    drop(store);
    let mut store = file.open();
    let late = within_the_hour([50, 150].into_iter());
    let sent = [rest, &late, &[good(POND, 60, 1.0)]].concat();
    let told = store.commit(&[batch(2, sent)], at(0)).unwrap();
    assert_eq!((told.new_readings, told.refused.len()), (11, 1));
    // The earlier ones take the room, whichever order they are sent in.
    let last = &all[full - 2..];
    assert_eq!(told.refused[0].batch.readings, last);
    let problem = told.refused[0].problem.within(Lang::English);
    assert!(problem.contains("36000 readings"), "{problem}");
    assert_eq!(ranges(&store, "gw-1", 7), [(1, 2)]);
    assert_eq!(all_hours(&store, POND)[0].counted as usize, full);
    // What is there comes again and is corrected all the same; another series and an import are not bounded by it.
    let again = Reading { outcome: Outcome::Value(-1.0), ..all[7].clone() };
    let sent = vec![all[3].clone(), again, good("pond-2/level", 0, 1.0)];
    let told = store.commit(&[batch(3, sent)], at(0)).unwrap();
    assert_eq!((told.new_readings, told.replaced, told.refused), (1, 1, vec![]));
    assert_eq!(store.import(&[batch(1, last.to_vec())], at(0)).unwrap().new_readings, 2);
    let kept = (all_hours(&store, POND), all_days(&store, POND));
    assert_eq!(kept, recompute(&store, &series(POND)));
}

/// The cell of an hour that is yet to be folded does not know all rows, in either tier.
#[test]
fn an_hour_that_is_yet_to_be_folded_takes_no_more_either() {
    for now in [0, 60 * 48] {
        let file = File::new();
        let mut store = file.open();
        store.fold_max = 0;
        let all = within_the_hour((0..HOUR_MAX - 1).map(|n| n * 100));
        store.commit(&[batch(1, all)], at(now)).unwrap();
        assert_eq!(store.pending().unwrap(), 1);
        let more = within_the_hour([50, 150].into_iter());
        let told = store.commit(&[batch(2, more)], at(now)).unwrap();
        assert_eq!((told.new_readings, told.refused.len()), (1, 1));
    }
}

#[test]
fn an_hour_of_many_readings_is_as_much_work_as_several() {
    let file = File::new();
    let mut store = file.open();
    store.fold_max = 10;
    let mut sent = within_the_hour((0..3_600).map(|n| n * 1000));
    sent.extend([good(POND, 60, 1.0), good(POND, 120, 2.0)]);
    store.commit(&[batch(1, sent)], at(0)).unwrap();
    assert_eq!((all_hours(&store, POND).len(), store.pending().unwrap()), (1, 2));
    store.settle().unwrap();
    assert_eq!(all_hours(&store, POND).len(), 3);
}

#[test]
fn no_more_gateways_than_a_file_has_room_for() {
    let file = File::new();
    let mut store = file.open();
    let named = |n: usize| Batch { gateway: gateway(&format!("gw-{n}")), ..batch(1, vec![]) };
    let all: Vec<Batch> = (0..GATEWAYS_MAX).map(named).collect();
    assert_eq!(store.commit(&all, at(0)).unwrap().refused, []);
    let one_more = Batch { readings: vec![good(POND, 0, 1.0)], ..named(GATEWAYS_MAX) };
    let told = store.commit(&[one_more, named(3)], at(1)).unwrap();
    assert_eq!((told.new_readings, told.refused.len(), told.delivered.len()), (0, 1, 1));
    let status = Status::new(GatewayState::Online, at(3));
    store.status(&gateway("gw-new"), &status, at(0)).unwrap();
    store.status(&gateway("gw-3"), &status, at(0)).unwrap();
    let rows = store.gateways().unwrap();
    assert_eq!(rows.len(), GATEWAYS_MAX);
    assert_eq!(rows.iter().filter(|row| row.online == Some(true)).count(), 1);
}
