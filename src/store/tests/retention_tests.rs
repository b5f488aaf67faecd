//! Demotion of rows, purging of raw readings, and the calendar of days.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::*;
use crate::core::Calendar;

fn rows(store: &Sqlite, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    store.connection.query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// One reading of a meter and of a pond each hour.
fn hourly(hours: std::ops::Range<i64>) -> Vec<Reading> {
    hours
        .flat_map(|h| {
            [
                good("pump-1/energy_total", 60 * h, 2.5 * h as f64),
                good("pond-1/level", 60 * h, 98.0 - 0.01 * h as f64),
            ]
        })
        .collect()
}

fn holds_together(store: &Sqlite) {
    for name in ["pump-1/energy_total", "pond-1/level"] {
        let kept = (all_hours(store, name), all_days(store, name));
        assert_eq!(kept, recompute(store, &series(name)));
    }
}

#[test]
fn aged_rows_are_demoted_and_found_in_their_tier() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[batch(1, hourly(0..3))], at(60 * 3)).unwrap();
    assert_eq!((rows(&store, "reading"), rows(&store, "reading_hot")), (2, 4));
    store.commit(&[batch(2, hourly(3..40))], at(60 * 40)).unwrap();
    // All hours but those of the last two are cold; days are kept when they have ended.
    assert_eq!((rows(&store, "reading"), rows(&store, "reading_hot")), (76, 4));
    assert_eq!(rows(&store, "hour") + rows(&store, "hour_hot"), 80);
    assert_eq!((rows(&store, "day"), all_days(&store, "pond-1/level").len()), (2, 2));
    holds_together(&store);
    assert_eq!(store.count().unwrap(), 80);
    assert_eq!(all_readings(&store, "pond-1/level").len(), 40);
    let reader = store.reader().unwrap();
    assert_eq!(reader.latest(&series("pond-1/level")).unwrap().unwrap().last.value(), Some(97.61));

    // Late readings go to the cold tier, and may come twice.
    let late = batch(3, vec![good("pond-1/level", 30, 50.0)]);
    for _ in 0..2 {
        store.commit(std::slice::from_ref(&late), at(60 * 40)).unwrap();
    }
    assert_eq!(store.count().unwrap(), 81);
    holds_together(&store);
}

#[test]
fn raw_readings_are_purged_and_their_hours_stay() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[batch(1, hourly(0..100))], at(60 * 100)).unwrap();
    let names = ["pump-1/energy_total", "pond-1/level"];
    let before = names.map(|name| (all_hours(&store, name), all_days(&store, name)));
    let mut gone = 0;
    loop {
        let now = store.purge_raw(at(60 * 50 + 20), 7).unwrap();
        gone += now;
        if now < 7 {
            break;
        }
    }
    assert_eq!((gone, store.count().unwrap()), (100, 100));
    assert_eq!(rows(&store, "reading") + rows(&store, "reading_hot"), 100);
    assert_eq!(all_readings(&store, names[1]).first().unwrap().observed_at, at(60 * 50));
    let after = names.map(|name| (all_hours(&store, name), all_days(&store, name)));
    assert_eq!(before, after);

    // Readings that come too late are refused, not folded into an hour that they would spoil; the rest counts.
    let late = batch(2, vec![good(names[1], 61, 1.0), good(names[1], 60 * 50 + 1, 97.0)]);
    let committed = store.commit(std::slice::from_ref(&late), at(60 * 100)).unwrap();
    assert_eq!(committed.new_readings, 1);
    let [refused] = committed.refused.as_slice() else {
        panic!("{committed:?}");
    };
    assert_eq!(refused.batch.readings, [good(names[1], 61, 1.0)]);
    assert!(refused.problem.to_string().contains("keep_raw_months"), "{}", refused.problem);
    assert_eq!(all_hours(&store, names[1])[..50], before[1].0[..50]);

    // A meter with a new specification is folded anew as far back as there are readings.
    store.birth(&gateway("gw-1"), &born(names[0], Some(1000.0), Some(5.0)), at(0)).unwrap();
    store.settle().unwrap();
    assert_eq!(all_hours(&store, names[0])[..50], before[0].0[..50]);
    assert_eq!(store.grown(&series(names[0]), None).unwrap(), Some(99.0 * 2.5));
}

#[test]
fn the_last_readings_of_a_silent_station_stay() {
    let file = File::new();
    let mut store = file.open();
    let silent = vec![good("pond-9/level", 0, 5.0), missing("pond-9/level", 60, Reason::Timeout)];
    store.commit(&[batch(1, silent.clone())], at(0)).unwrap();
    store.commit(&[batch(2, hourly(0..90))], at(60 * 90)).unwrap();
    store.purge_raw(at(60 * 80), 1000).unwrap();
    assert_eq!(all_readings(&store, "pond-9/level"), silent);
    let latest = store.latest(&series("pond-9/level")).unwrap().unwrap();
    assert_eq!((latest.last, latest.counted), (silent[1].clone(), Some(silent[0].clone())));
}

#[test]
fn days_follow_the_calendar_of_the_office() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[batch(1, hourly(0..48))], at(60 * 48)).unwrap();
    // 2022-08-01T00:00Z is 08:00 in China.
    let counts = |store: &Sqlite| {
        let days = all_days(store, "pond-1/level");
        days.iter().map(|day| (day.day.to_string(), day.counted)).collect::<Vec<_>>()
    };
    let day = |day: &str, counted| (day.to_owned(), counted);
    assert_eq!(
        counts(&store),
        [day("2022-08-01", 16), day("2022-08-02", 24), day("2022-08-03", 8)]
    );
    let eight = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 8);
    store.set_calendar(&eight).unwrap();
    assert_eq!(counts(&store), [day("2022-08-01", 24), day("2022-08-02", 24)]);
    holds_together(&store);
    drop(store);
    let mut store = file.open();
    assert_eq!(counts(&store).len(), 2);
    let next = at(60 * 48) + SignedDuration::from_mins(1);
    let next = Reading::good(series("pond-1/level"), next, 97.0);
    store.commit(&[batch(2, vec![next])], at(60 * 49)).unwrap();
    assert_eq!(counts(&store)[2], day("2022-08-03", 1));
    let nameless = Calendar::new(TimeZone::fixed(jiff::tz::offset(8)), 0);
    assert!(store.set_calendar(&nameless).is_err());
    holds_together(&store);
}

#[test]
fn a_flag_that_changes_moves_the_last_that_counts() {
    let file = File::new();
    let mut store = file.open();
    let name = "pond-1/level";
    store.commit(&[batch(1, vec![good(name, 0, 1.0), good(name, 60, 2.0)])], at(0)).unwrap();
    store.commit(&[batch(2, vec![flagged(name, 60, 2.0, Flag::Fail)])], at(0)).unwrap();
    let latest = store.latest(&series(name)).unwrap().unwrap();
    assert_eq!(latest.counted, Some(good(name, 0, 1.0)));
    assert_eq!(latest.last, flagged(name, 60, 2.0, Flag::Fail));
}

/// Days of which no hour changes any more are kept all the same when they have ended, also of a series that had only
/// late readings that day.
#[test]
fn days_are_kept_when_they_have_ended() {
    let file = File::new();
    let mut store = file.open();
    let names = ["pump-1/energy_total", "pond-1/level", "pond-2/level"];
    // 2022-08-02T00:00 in China is 16 hours on; a late reading goes to an hour that is cold, of a day that is not over.
    store.commit(&[batch(1, hourly(16..30))], at(60 * 30)).unwrap();
    store.commit(&[batch(2, vec![good(names[2], 60 * 17, 3.0)])], at(60 * 30)).unwrap();
    assert_eq!(rows(&store, "day"), 0);
    let before = names.map(|name| all_days(&store, name));
    assert!(before.iter().all(|days| days.len() == 1));
    let grown = store.grown(&series(names[0]), None).unwrap();
    store.commit(&[batch(3, vec![good("pond-3/level", 60 * 59, 1.0)])], at(60 * 60)).unwrap();
    assert_eq!(rows(&store, "day"), 3);
    assert_eq!(names.map(|name| all_days(&store, name)), before);
    assert_eq!(store.grown(&series(names[0]), None).unwrap(), grown);
    assert_eq!(grown, Some(13.0 * 2.5));
}

/// Hours that were put off are folded before their readings go.
#[test]
fn readings_are_folded_before_they_are_purged() {
    let file = File::new();
    let mut store = file.open();
    store.fold_max = 1;
    store.commit(&[batch(1, hourly(0..40))], at(60 * 40)).unwrap();
    assert!(store.pending().unwrap() > 0);
    assert!(store.purge_raw(at(60 * 20), 1000).unwrap() > 0);
    assert_eq!(store.pending().unwrap(), 0);
    for name in ["pump-1/energy_total", "pond-1/level"] {
        assert_eq!(all_hours(&store, name).len(), 40);
    }
}
