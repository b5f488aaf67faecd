//! The promises of the store, over files.

mod caps_tests;
mod chart_tests;
mod clock_tests;
mod correction_tests;
mod delivery_tests;
mod folding_tests;
mod line_tests;
mod lost_tests;
mod migration_tests;
mod paging_tests;
mod replaced_tests;
mod retention_tests;
mod revocation_tests;
mod upgrade_tests;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use super::tables::Tables;
use super::{Quarantine, Sqlite, Store, StoreError, days, hours, readings, series as all_series};
use crate::core::{
    DayCell, Flag, GatewayId, HourCell, Period, Reading, Reason, Rollup, Series, hour_start_ms,
};
use crate::locales::{Lang, foreign, within};
use crate::wire::{Batch, Birth, BirthSeries, CounterSpec, Epoch, GatewayState, Status};

struct File {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        Self { _dir: dir, path }
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(&self.path).unwrap()
    }
}

pub(crate) fn series(name: &str) -> Series {
    name.parse().unwrap()
}

pub(crate) fn gateway(name: &str) -> GatewayId {
    name.parse().unwrap()
}

/// 2022-08-01T00:00:00Z plus these minutes.
pub(crate) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_659_312_000 + 60 * minutes).unwrap()
}

pub(crate) fn good(name: &str, minutes: i64, value: f64) -> Reading {
    Reading::good(series(name), at(minutes), value)
}

pub(crate) fn missing(name: &str, minutes: i64, reason: Reason) -> Reading {
    Reading::missing(series(name), at(minutes), reason, vec![])
}

fn flagged(name: &str, minutes: i64, value: f64, flag: Flag) -> Reading {
    Reading {
        flag,
        reason: Some(Reason::Unexpected),
        raw: vec![0x1234, 0x00ff].into(),
        ..good(name, minutes, value)
    }
}

pub(crate) fn batch(seq: u64, readings: Vec<Reading>) -> Batch {
    Batch { gateway: gateway("gw-1"), epoch: Epoch(7), seq, clock: None, loss: None, readings }
}

fn all_hours(store: &Sqlite, name: &str) -> Vec<HourCell> {
    let found = store.hours(&series(name), Timestamp::MIN, Timestamp::MAX);
    found.unwrap()
}

fn all_days(store: &Sqlite, name: &str) -> Vec<DayCell> {
    let ever = Period { from: Date::MIN, to: Date::MAX };
    store.days(&series(name), ever).unwrap()
}

fn all_readings(store: &Sqlite, name: &str) -> Vec<Reading> {
    let found = store.readings(&series(name), Timestamp::MIN, Timestamp::MAX);
    found.unwrap()
}

pub(crate) fn born(name: &str, modulus: Option<f64>, rate: Option<f64>) -> Birth {
    let counter = CounterSpec { modulus, max_rate_per_hour: rate };
    let series = series(name);
    let unit = series.parameter.spec().unit;
    let one = BirthSeries { series, unit, interval_s: 3600, counter: Some(counter) };
    Birth::new("0.1.0", "c".into(), vec![one])
}

fn ranges(store: &Sqlite, gateway: &str, epoch: u64) -> Vec<(u64, u64)> {
    let rows = store.gateways().unwrap();
    let row = rows.iter().find(|r| r.gateway.as_str() == gateway).unwrap();
    row.delivered[&Epoch(epoch)].iter().collect()
}

/// The cells of a series computed from nothing but its readings: the stored ones have to equal them.
fn recompute(store: &Sqlite, series: &Series) -> (Vec<HourCell>, Vec<DayCell>) {
    let Some(id) = all_series::find(&store.connection, series).unwrap() else {
        return Default::default();
    };
    let transaction = store.connection.unchecked_transaction().unwrap();
    let tables = Tables::load(&transaction, &store.calendar).unwrap();
    for table in ["hour", "hour_hot", "day"] {
        let sql = format!("DELETE FROM {table} WHERE series = ?1");
        transaction.execute(&sql, [id]).unwrap();
    }
    let mut touched = BTreeSet::new();
    let all = (i64::MIN, i64::MAX);
    let mut note = |reading: Reading| {
        touched.insert(hour_start_ms(reading.observed_at.as_millisecond()));
        Ok(())
    };
    readings::range(&tables, (id, series), all, &mut note).unwrap();
    let touched: Vec<i64> = touched.into_iter().collect();
    let folded = hours::refold(&tables, (id, series), &touched, usize::MAX).unwrap();
    days::refold(&tables, id, &folded.hours).unwrap();
    (hours::range(&tables, id, all).unwrap(), days::range(&tables, id, all).unwrap())
}

#[test]
fn a_batch_that_comes_twice_counts_once_and_is_acknowledged_twice() {
    let file = File::new();
    let mut store = file.open();
    let one = batch(1, vec![good("pond-1/level", 0, 98.5), good("pump-1/energy_total", 0, 10.0)]);
    let first = store.commit(std::slice::from_ref(&one), at(1)).unwrap();
    assert_eq!(first.new_readings, 2);
    let hours = all_hours(&store, "pond-1/level");
    let again = store.commit(&[one.clone(), one], at(2)).unwrap();
    assert_eq!(again.new_readings, 0);
    assert_eq!(again.delivered, first.delivered);
    assert_eq!(all_hours(&store, "pond-1/level"), hours);
    assert_eq!(store.count().unwrap(), 2);
}

#[test]
fn a_value_replaces_a_missing_one_and_never_the_other_way_round() {
    let file = File::new();
    let mut store = file.open();
    let lost = missing("pond-1/level", 5, Reason::Timeout);
    let value = good("pond-1/level", 5, 98.5);
    store.commit(&[batch(1, vec![lost.clone()])], at(9)).unwrap();
    assert_eq!(all_hours(&store, "pond-1/level")[0].missing, 1);
    let replaced = store.commit(&[batch(2, vec![value.clone()])], at(9)).unwrap();
    assert_eq!((replaced.new_readings, replaced.replaced), (0, 0));
    for seq in 3..5 {
        store.commit(&[batch(seq, vec![lost.clone()])], at(9)).unwrap();
        assert_eq!(all_readings(&store, "pond-1/level"), std::slice::from_ref(&value));
    }
    let cell = &all_hours(&store, "pond-1/level")[0];
    assert_eq!((cell.counted, cell.missing, cell.last), (1, 0, Some(98.5)));
}

#[test]
fn readings_come_back_as_they_were() {
    let file = File::new();
    let mut store = file.open();
    let mut raw = missing("pond-1/level", 1, Reason::Sentinel);
    raw.raw = vec![0xffff, 0x7fff].into();
    let mut sent: Vec<Reading> = Reason::ALL
        .iter()
        .zip(10..)
        .map(|(reason, minute)| missing("pond-1/level", minute, *reason))
        .collect();
    sent.insert(0, raw);
    sent.push(flagged("pond-1/level", 40, 98.1, Flag::Suspect));
    sent.push(flagged("pond-1/level", 41, 350.0, Flag::Fail));
    sent.push(flagged("pond-1/level", 42, -0.25, Flag::NotEvaluated));
    sent.push(good("pond-1/level", 43, 0.1 + 0.2));
    store.commit(&[batch(1, sent.clone())], at(60)).unwrap();
    drop(store);
    assert_eq!(all_readings(&file.open(), "pond-1/level"), sent);
    let reader = Sqlite::open_reader(&file.path).unwrap();
    let part = reader.readings(&series("pond-1/level"), at(41), at(43)).unwrap();
    assert_eq!(part, sent[sent.len() - 3..sent.len() - 1]);
}

#[test]
fn the_latest_and_the_latest_that_counts() {
    let file = File::new();
    let mut store = file.open();
    assert_eq!(store.latest(&series("pond-1/level")).unwrap(), None);
    let lost = missing("pond-1/level", 0, Reason::Timeout);
    store.commit(&[batch(1, vec![lost.clone()])], at(9)).unwrap();
    let latest = store.latest(&lost.series).unwrap().unwrap();
    assert_eq!((latest.last, latest.counted), (lost, None));
    let suspect = flagged("pond-1/level", 60, 97.0, Flag::Suspect);
    let failed = flagged("pond-1/level", 120, 350.0, Flag::Fail);
    let sent = vec![failed.clone(), suspect.clone(), good("pond-1/level", 30, 98.0)];
    store.commit(&[batch(2, sent)], at(130)).unwrap();
    let latest = store.latest(&failed.series).unwrap().unwrap();
    assert_eq!((latest.last, latest.counted), (failed, Some(suspect)));
    assert_eq!(store.series().unwrap(), [series("pond-1/level")]);
}

#[test]
fn hours_of_a_gauge() {
    let file = File::new();
    let mut store = file.open();
    let sent = vec![
        good("pond-1/level", 0, 98.0),
        flagged("pond-1/level", 20, 97.0, Flag::Suspect),
        flagged("pond-1/level", 30, 350.0, Flag::Fail),
        missing("pond-1/level", 40, Reason::Timeout),
        good("pond-1/level", 59, 97.5),
        good("pond-1/level", 60, 96.0),
    ];
    store.commit(&[batch(1, sent)], at(70)).unwrap();
    let hours = all_hours(&store, "pond-1/level");
    assert_eq!(
        hours[0],
        HourCell {
            hour_at: at(0),
            rollup: Rollup {
                counted: 3,
                suspect: 1,
                failed: 1,
                missing: 1,
                min: Some(97.0),
                max: Some(98.0),
                mean: Some((98.0 + 97.0 + 97.5) / 3.0),
                last: Some(97.5),
                ..Rollup::default()
            },
        }
    );
    assert_eq!((hours.len(), hours[1].hour_at, hours[1].last), (2, at(60), Some(96.0)));
    let second = store.hours(&series("pond-1/level"), at(60), at(120)).unwrap();
    assert_eq!(second, hours[1..]);
    assert_eq!(store.grown(&series("pond-1/level"), None).unwrap(), None);
}

#[test]
fn hours_of_a_counter_bridge_gaps_and_late_readings_correct_them() {
    let file = File::new();
    let mut store = file.open();
    let name = "pump-1/energy_total";
    let sent = vec![
        good(name, 0, 100.0),
        good(name, 60, 103.0),
        missing(name, 120, Reason::Timeout),
        good(name, 240, 110.0),
    ];
    store.commit(&[batch(1, sent)], at(250)).unwrap();
    let growth = |store: &Sqlite| -> Vec<(Timestamp, f64)> {
        let hours = all_hours(store, name).into_iter();
        hours.map(|c| (c.hour_at, c.increment.unwrap())).collect()
    };
    assert_eq!(growth(&store), [(at(0), 0.0), (at(60), 3.0), (at(120), 0.0), (at(240), 7.0)]);
    store.commit(&[batch(2, vec![good(name, 180, 108.0)])], at(250)).unwrap();
    assert_eq!(
        growth(&store),
        [(at(0), 0.0), (at(60), 3.0), (at(120), 0.0), (at(180), 5.0), (at(240), 2.0)]
    );
    // Before all existing readings.
    store.commit(&[batch(3, vec![good(name, -60, 99.0)])], at(250)).unwrap();
    assert_eq!(growth(&store)[..2], [(at(-60), 0.0), (at(0), 1.0)]);
    assert_eq!(store.grown(&series(name), None).unwrap(), Some(11.0));
}

#[test]
fn what_is_delivered_survives_and_its_gaps_are_named() {
    let file = File::new();
    let mut store = file.open();
    for seq in [1, 2, 5, 9, 4] {
        let sent = vec![good("pond-1/level", seq as i64, 98.0)];
        store.commit(&[batch(seq, sent)], at(10)).unwrap();
    }
    let other = Batch { epoch: Epoch(u64::MAX), ..batch(2, vec![good("pond-1/level", 100, 98.0)]) };
    let neighbour =
        Batch { gateway: gateway("gw-2"), ..batch(1, vec![good("pond-2/level", 0, 50.0)]) };
    store.commit(&[other, neighbour], at(11)).unwrap();
    let status = Status::new(GatewayState::Online, at(3));
    store.status(&gateway("gw-1"), &status, at(0)).unwrap();
    drop(store);
    let mut store = file.open();
    assert_eq!(ranges(&store, "gw-1", 7), [(1, 2), (4, 5), (9, 9)]);
    assert_eq!(ranges(&store, "gw-1", u64::MAX), [(2, 2)]);
    assert_eq!(ranges(&store, "gw-2", 7), [(1, 1)]);
    let rows = store.gateways().unwrap();
    assert_eq!(rows[0].gaps(), [(Epoch(7), 3, 3), (Epoch(7), 6, 8), (Epoch(u64::MAX), 1, 1)]);
    assert_eq!((rows[0].online, rows[0].since), (Some(true), Some(at(3))));
    assert_eq!((rows[0].heard_at, rows[1].online), (Some(at(11)), None));
    // The acknowledgement after a restart names everything committed, not only what came since.
    let told = store.commit(&[batch(3, vec![])], at(12)).unwrap();
    let set: Vec<_> = told.delivered[&(gateway("gw-1"), Epoch(7))].iter().collect();
    assert_eq!((told.delivered.len(), set), (1, vec![(1, 5), (9, 9)]));
    assert_eq!(ranges(&store, "gw-1", u64::MAX), [(2, 2)]);
}

#[test]
fn a_file_of_another_layout_is_refused_to_writers_and_readers() {
    let file = File::new();
    drop(file.open());
    let connection = rusqlite::Connection::open(&file.path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    for opened in [Sqlite::open(&file.path), Sqlite::open_reader(&file.path)] {
        match opened.map(|_| ()) {
            Err(StoreError::Layout { found: 99, .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(
        Sqlite::open_reader(&file.path.with_file_name("none.db")).map(|_| ()),
        Err(StoreError::Open { .. })
    ));
}

#[test]
fn a_file_that_is_no_database_is_said_in_both_languages_with_the_way_out() {
    let file = File::new();
    std::fs::write(&file.path, "x".repeat(4096)).unwrap();
    let error = anyhow::Error::from(Sqlite::open(&file.path).map(|_| ()).unwrap_err());
    let path = file.path.display();
    for (lang, said) in [
        (
            Lang::English,
            format!(
                "cannot open the store {path} (stop the hub, keep the file, and bring back a copy with hanqing restore): the file is not an SQLite database"
            ),
        ),
        (
            Lang::Chinese,
            format!(
                "数据库 {path} 打不开（请停止中心端，保留这个文件，再用 `hanqing restore` 恢复一个备份）：这个文件不是 SQLite 数据库"
            ),
        ),
    ] {
        assert_eq!(within(lang, || foreign::chain(&error).to_string()), said);
    }
}

#[test]
fn damage_that_is_found_while_opening_is_told_with_the_way_out() {
    let file = File::new();
    drop(file.open());
    // Everything behind the header, which says how large a page is.
    let mut bytes = std::fs::read(&file.path).unwrap();
    bytes[100..].fill(0x5a);
    std::fs::write(&file.path, bytes).unwrap();
    for opened in [Sqlite::open(&file.path), Sqlite::open_reader(&file.path)] {
        let error = opened.map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("hanqing restore"), "{error}");
    }
    // A file that is not there yet, and a directory that is not there, are other matters.
    for (name, way_out) in
        [("none.db", "first start"), ("none/none.db", "must exist and be writable")]
    {
        let none = Sqlite::open_reader(&file.path.with_file_name(name)).map(|_| ()).unwrap_err();
        assert!(none.to_string().contains(way_out), "{none}");
    }
}

#[test]
fn a_birth_that_changes_the_register_folds_its_hours_anew() {
    let file = File::new();
    let mut store = file.open();
    let name = "pump-1/energy_total";
    let values = [9970.0, 9990.0, 5.0, 15.0, 30.0];
    let sent = values.iter().zip(0..).map(|(v, h)| good(name, 60 * h, *v));
    store.commit(&[batch(1, sent.collect())], at(300)).unwrap();
    let total = |store: &Sqlite| store.grown(&series(name), None).unwrap().unwrap();
    let before = total(&store);
    store.birth(&gateway("gw-1"), &born(name, Some(10_000.0), Some(50.0)), at(0)).unwrap();
    assert_eq!(total(&store), before, "nothing is folded in the birth's own transaction");
    assert_eq!(store.pending().unwrap(), 1);
    store.settle().unwrap();
    assert_eq!(total(&store), 60.0);
    let hours = all_hours(&store, name);
    assert_eq!(hours.iter().map(|c| c.rollovers).sum::<u32>(), 1);
    assert_eq!((hours, all_days(&store, name)), recompute(&store, &series(name)));
    store.birth(&gateway("gw-1"), &born(name, None, None), at(60)).unwrap();
    store.settle().unwrap();
    assert_eq!(total(&store), before);
    assert_ne!(before, 60.0);
}

/// A commit that fails half-way leaves no readings, hours or batch numbers, and the store goes on.
#[test]
fn a_commit_is_whole_or_not_at_all() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[batch(1, vec![good("pond-1/level", 0, 98.0)])], at(1)).unwrap();
    let connection = rusqlite::Connection::open(&file.path).unwrap();
    let trap =
        "CREATE TRIGGER trap BEFORE INSERT ON epoch BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    connection.execute_batch(trap).unwrap();
    let next = batch(2, vec![good("pond-1/level", 60, 97.0), good("pond-2/level", 60, 50.0)]);
    assert!(store.commit(std::slice::from_ref(&next), at(2)).is_err());
    assert_eq!(store.count().unwrap(), 1);
    assert_eq!(all_hours(&store, "pond-1/level").len(), 1);
    assert_eq!(store.series().unwrap(), [series("pond-1/level")]);
    assert_eq!(ranges(&store, "gw-1", 7), [(1, 1)]);
    connection.execute_batch("DROP TRIGGER trap").unwrap();
    let done = store.commit(&[next], at(3)).unwrap();
    assert_eq!(done.new_readings, 2);
    assert_eq!(ranges(&store, "gw-1", 7), [(1, 2)]);
    assert_eq!(all_readings(&store, "pond-2/level").len(), 1);
}

/// A birth that fails assigns no numbers to its series; later commits must not be filed under them.
#[test]
fn a_birth_that_fails_leaves_nothing_behind() {
    let file = File::new();
    let mut store = file.open();
    let connection = rusqlite::Connection::open(&file.path).unwrap();
    let trap =
        "CREATE TRIGGER trap BEFORE UPDATE ON series BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    connection.execute_batch(trap).unwrap();
    let name = "pump-1/energy_total";
    let birth = born(name, Some(10_000.0), Some(50.0));
    assert!(store.birth(&gateway("gw-1"), &birth, at(0)).is_err());
    connection.execute_batch("DROP TRIGGER trap").unwrap();
    store.commit(&[batch(1, vec![good(name, 0, 5.0)])], at(1)).unwrap();
    store.commit(&[batch(2, vec![good("pond-1/level", 0, 98.0)])], at(1)).unwrap();
    assert_eq!(all_readings(&store, name), [good(name, 0, 5.0)]);
    assert_eq!(all_readings(&store, "pond-1/level").len(), 1);
}

#[test]
fn a_batch_that_the_file_cannot_hold_is_named_beforehand() {
    let file = File::new();
    let mut store = file.open();
    let level = series("pond-1/level");
    let far = |at| Reading::good(level.clone(), at, 1.0);
    let first = Timestamp::from_millisecond(Timestamp::MIN.as_millisecond()).unwrap();
    let last = Timestamp::from_second(Timestamp::MAX.as_second()).unwrap();
    let too_early = batch(1, vec![far(at(0)), far(first)]);
    assert!(Sqlite::holds(&too_early).unwrap_err().to_string().starts_with("readings[1]: "));
    let beyond = batch(u64::MAX, vec![]);
    assert!(Sqlite::holds(&beyond).is_err());
    for refused in [too_early, beyond] {
        assert!(store.commit(&[refused], at(0)).is_err());
    }
    let later = first + jiff::SignedDuration::from_hours(1);
    let extreme = batch(i64::MAX as u64, vec![far(later), far(last)]);
    Sqlite::holds(&extreme).unwrap();
    assert_eq!(store.commit(&[extreme], at(0)).unwrap().new_readings, 2);
}
