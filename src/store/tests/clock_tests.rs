//! A hub whose clock is wrong seals and lets go of nothing, and what a wrong clock has done is taken back.

use jiff::SignedDuration;

use super::*;
use crate::store::{Owners, Portion};
use crate::wire::{BootId, Timebase};

const YEARS: i64 = 2 * 365 * 24 * 60;

const NAMES: [&str; 2] = ["pump-1/energy_total", "pond-1/level"];

/// The batch with the readings of one hour: of a meter and of a pond, two of each.
fn hour(gateway_name: &str, h: i64) -> Batch {
    let readings = [0, 30].into_iter().flat_map(|m| {
        let minutes = 60 * h + m;
        [good(NAMES[0], minutes, minutes as f64), good(NAMES[1], minutes, 98.0)]
    });
    Batch { gateway: gateway(gateway_name), ..batch(h.unsigned_abs() + 1, readings.collect()) }
}

/// One reading of a gateway's own station.
fn sends(store: &mut Sqlite, gateway_name: &str, minutes: i64, now: i64) {
    let series = format!("pond-{gateway_name}/level");
    let seq = minutes.unsigned_abs() + 1;
    let batch =
        Batch { gateway: gateway(gateway_name), ..batch(seq, vec![good(&series, minutes, 1.0)]) };
    assert_eq!(store.commit(&[batch], at(now)).unwrap().refused, []);
}

fn sealed(store: &Sqlite) -> Timestamp {
    store.limits().unwrap().sealed
}

/// Days of gw-1, in hours, at the right time.
fn days(hours: i64) -> (File, Sqlite) {
    let file = File::new();
    let mut store = file.open();
    for h in 0..hours {
        store.commit(&[hour("gw-1", h)], at(60 * h + 31)).unwrap();
    }
    (file, store)
}

#[test]
fn a_hub_that_is_two_years_ahead_seals_nothing_of_today() {
    let (file, mut store) = days(50);
    let usual = sealed(&store);
    assert!(usual >= at(60 * 40) && usual < at(60 * 48), "{usual}");
    for h in 50..60 {
        store.commit(&[hour("gw-1", h)], at(60 * h + 31 + YEARS)).unwrap();
        assert!(sealed(&store) <= at(60 * h), "{}", sealed(&store));
        assert_eq!(store.present().unwrap(), Some(at(60 * h + 30)));
    }
    // Right again: nothing has become of it.
    store.commit(&[hour("gw-1", 60)], at(60 * 60 + 31)).unwrap();
    assert_eq!(store.count().unwrap(), 61 * 4);
    for name in NAMES {
        let kept = (all_hours(&store, name), all_days(&store, name));
        assert_eq!(kept, recompute(&store, &series(name)));
    }
    drop(store);
    assert_eq!(file.open().present().unwrap(), Some(at(60 * 60 + 30)), "it is in the file");
}

#[test]
fn one_gateway_that_is_ahead_together_with_the_hub_moves_nothing() {
    let (_file, mut store) = days(50);
    let usual = sealed(&store);
    sends(&mut store, "gw-evil", YEARS + 60 * 50, YEARS + 60 * 50);
    assert_eq!((sealed(&store), store.present().unwrap()), (usual, Some(at(60 * 49 + 30))));
    // Not even when it alone is heard for days.
    for day in 1..20 {
        sends(&mut store, "gw-evil", YEARS + 1440 * day, YEARS + 1440 * day);
    }
    assert_eq!(store.present().unwrap(), Some(at(60 * 49 + 30)));
    store.commit(&[hour("gw-1", 70)], at(YEARS + 1440 * 20)).unwrap();
    assert_eq!(store.present().unwrap(), Some(at(60 * 70 + 30)));
    // A third one makes two that agree.
    sends(&mut store, "gw-2", 60 * 71, YEARS + 1440 * 20);
    assert_eq!(store.present().unwrap(), Some(at(60 * 71)));
}

#[test]
fn a_gateway_that_falls_silent_holds_sealing_up_for_two_days_only() {
    let file = File::new();
    let mut store = file.open();
    sends(&mut store, "gw-1", 600, 600);
    sends(&mut store, "gw-2", 600, 600);
    let mut sealed_on = Vec::new();
    for day in 1..5 {
        let noon = 1440 * day + 720;
        sends(&mut store, "gw-1", noon, noon);
        sealed_on.push(sealed(&store) > at(600));
    }
    assert_eq!(sealed_on, [false, false, true, true]);
    // Letting go waits longer, since nothing brings that back.
    assert_eq!(store.present().unwrap(), Some(at(600)));
    for day in 5..40 {
        sends(&mut store, "gw-1", 1440 * day, 1440 * day);
    }
    assert_eq!(store.present().unwrap(), Some(at(1440 * 39)));
}

#[test]
fn after_a_winter_without_readings_it_goes_on_with_the_first() {
    let (_file, mut store) = days(50);
    let spring = 60 * 24 * 150;
    assert_eq!(store.present().unwrap(), Some(at(60 * 49 + 30)));
    sends(&mut store, "gw-1", spring, spring + 1);
    assert_eq!(store.present().unwrap(), Some(at(spring)));
    assert!(sealed(&store) > at(60 * 49), "{}", sealed(&store));
}

#[test]
fn a_gateway_that_is_revoked_or_does_not_know_the_time_says_nothing() {
    let file = File::new();
    let mut store = file.open();
    let mut owners = Owners::open(&file.path, Default::default()).unwrap();
    sends(&mut store, "gw-1", 600, 600);
    let unknown = Timebase { boot: BootId(1), zero: 0, provisional: true };
    let lost = batch(7000, vec![good("pond-gw-1/level", 900, 1.0)]);
    store.commit(&[Batch { clock: Some(unknown), ..lost }], at(900)).unwrap();
    assert_eq!(store.present().unwrap(), Some(at(600)));
    sends(&mut store, "gw-2", 500, 610);
    assert_eq!(store.present().unwrap(), Some(at(500)));
    owners.revoke(&gateway("gw-2"), at(0), at(620)).unwrap();
    assert_eq!(store.present().unwrap(), Some(at(600)));
}

#[test]
fn a_copy_of_a_server_and_an_import_are_sealed_up_to_what_is_there() {
    let file = File::new();
    let mut store = file.open();
    assert_eq!(store.present().unwrap(), None);
    store.import(&[hour("anybody", 40)], at(YEARS)).unwrap();
    assert_eq!(sealed(&store), at(60 * 40));
    assert_eq!(store.present().unwrap(), None, "a person's table is no gateway's clock");
    let portion = |h: i64, delivered: bool| {
        let readings = hour("gw-1", h).readings.into_iter();
        let seq = h.unsigned_abs();
        Portion {
            readings: readings.map(|reading| (Some(gateway("gw-1")), reading)).collect(),
            delivered: if delivered { vec![(gateway("gw-1"), Epoch(7), seq, seq)] } else { vec![] },
            heard: [(gateway("gw-1"), at(YEARS))].into(),
            lost: vec![],
        }
    };
    store.merge(&portion(60, true), at(YEARS)).unwrap();
    store.merge(&portion(70, false), at(YEARS)).unwrap();
    assert_eq!(store.present().unwrap(), Some(at(60 * 70 + 30)));
    assert_eq!(sealed(&store), at(60 * 70));
}

#[test]
fn a_date_is_believed_after_seven_days_of_reception() {
    let file = File::new();
    let mut store = file.open();
    // A box on which hub and gateway are two years ahead together, later.
    for day in 0..7 {
        assert_eq!(store.lasted().unwrap(), None, "{day}");
        sends(&mut store, "gw-1", 1440 * day, 1440 * day);
        sends(&mut store, "gw-1", 1440 * day + 60, 1440 * day + 60);
    }
    let first = store.lasted().unwrap().unwrap();
    assert!(first <= at(0) && first > at(-1440), "{first}");
    for day in 7..13 {
        sends(&mut store, "gw-1", YEARS + 1440 * day, YEARS + 1440 * day);
        let lasted = store.lasted().unwrap().unwrap();
        assert!(lasted <= at(1440 * (day - 6)), "{lasted}");
    }
    // Right again: days of before and days ahead count as they came, and the earliest decides.
    for day in 13..20 {
        sends(&mut store, "gw-1", 1440 * day, 1440 * day);
        let lasted = store.lasted().unwrap().unwrap();
        assert!(lasted > at(1440 * 5) && lasted <= at(1440 * 14), "{lasted}");
    }
    // A clock that is set back on a day that has been counts no day twice.
    sends(&mut store, "gw-1", 1440 * 20, 1440 * 15);
    assert!(store.lasted().unwrap().unwrap() > at(1440 * 12 - 1));
    for day in 21..28 {
        sends(&mut store, "gw-1", YEARS + 1440 * day, YEARS + 1440 * day);
    }
    let lasted = store.lasted().unwrap().unwrap();
    assert!(lasted > at(YEARS), "seven days ahead are believed: {lasted}");
}

#[test]
fn a_copy_is_no_later_than_the_machine_that_makes_it() {
    let file = File::new();
    let mut store = file.open();
    // Two gateways that lie, and no word of the server when they were heard.
    for name in ["gw-evil", "gw-evil2"] {
        let reading = good("pond-1/level", YEARS, 1.0);
        let readings = vec![(Some(gateway(name)), reading)];
        let delivered = vec![(gateway(name), Epoch(7), 1, 1)];
        store.merge(&Portion { readings, delivered, ..Portion::default() }, at(600)).unwrap();
    }
    assert!(sealed(&store) <= at(600), "{}", sealed(&store));
    assert!(source_days(&store).into_iter().all(|day| day <= at(600)));
}

#[test]
fn what_gateways_agree_on_seals_nothing_beyond_the_hubs_clock_and_dates_no_row() {
    let (_file, mut store) = days(50);
    let usual = sealed(&store);
    for n in 0..3 {
        sends(&mut store, "gw-evil", YEARS + n, 60 * 50 + n);
        sends(&mut store, "gw-evil2", YEARS + n, 60 * 50 + n);
        store.commit(&[hour("gw-1", 50 + n)], at(60 * (50 + n) + 31)).unwrap();
    }
    assert_eq!(store.present().unwrap(), Some(at(YEARS + 2)));
    assert!(sealed(&store) >= usual && sealed(&store) <= at(60 * 52), "{}", sealed(&store));
    assert!(source_days(&store).into_iter().all(|day| day <= at(60 * 52 + 31)));
}

#[test]
fn a_hub_that_is_behind_keeps_rows_hot_and_days_by_its_own_clock() {
    let file = File::new();
    let mut store = file.open();
    let behind = 30 * 1440;
    for h in 0..50 {
        for name in ["gw-1", "gw-2"] {
            sends(&mut store, name, behind + 60 * h, 60 * h);
        }
    }
    assert!(sealed(&store) <= at(60 * 50), "{}", sealed(&store));
    assert!(source_days(&store).into_iter().all(|day| day <= at(60 * 50)));
    // Its clock is set: all is sealed that would have been.
    sends(&mut store, "gw-1", behind + 60 * 50, behind + 60 * 50);
    assert!(sealed(&store) > at(behind + 60 * 40), "{}", sealed(&store));
    let name = "pond-gw-1/level";
    let kept = (all_hours(&store, name), all_days(&store, name));
    assert_eq!(kept, recompute(&store, &series(name)));
    assert_eq!(store.count().unwrap(), 101);
}

/// The days of reception.
fn source_days(store: &Sqlite) -> Vec<Timestamp> {
    let mut statement = store.connection.prepare("SELECT day_ms FROM source").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    rows.map(|ms| Timestamp::from_millisecond(ms.unwrap()).unwrap()).collect()
}

/// Seals and purges as a version before did, which asked the clock alone.
fn as_before(store: &mut Sqlite, purge_before: i64) {
    let far =
        Batch { gateway: gateway("anybody"), ..batch(1, vec![good("pond-9/level", YEARS, 1.0)]) };
    store.import(&[far], at(YEARS)).unwrap();
    while store.purge_raw(at(purge_before), 7).unwrap() == 7 {}
    assert!(sealed(store) > at(YEARS - 180));
}

#[test]
fn what_was_sealed_too_early_comes_back_as_it_was() {
    let (_file, mut store) = days(50);
    let seen = |store: &Sqlite| {
        NAMES.map(|name| {
            (
                (all_hours(store, name), all_days(store, name)),
                all_readings(store, name),
                store.latest(&series(name)).unwrap(),
            )
        })
    };
    let before = seen(&store);
    as_before(&mut store, 60 * 20);
    store.commit(&[hour("gw-1", 50)], at(60 * 50 + 31)).unwrap();
    let done = store.take_back(Some(at(60 * 20)), at(60 * 50 + 31)).unwrap();
    assert_eq!(done.after.sealed, at(60 * 48));
    assert_eq!((done.before.raw_from, done.after.raw_from), (Some(at(1200)), Some(at(1200))));
    store.commit(&[hour("gw-1", 51)], at(60 * 51 + 31)).unwrap();
    for (name, (rollups, ..)) in NAMES.iter().zip(&before) {
        let hours = all_hours(&store, name);
        assert_eq!((hours.len(), &hours[..50]), (52, &rollups.0[..]));
        assert_eq!(all_days(&store, name)[0], rollups.1[0]);
        let last = store.latest(&series(name)).unwrap().unwrap();
        assert_eq!(last.last.observed_at, at(60 * 51 + 30));
        assert_eq!(last.counted, Some(last.last));
    }
    assert_eq!(store.count().unwrap(), 32 * 4 + 1);
    // And it is sealed again when its time has come.
    store.commit(&[hour("gw-1", 60)], at(60 * 60 + 31)).unwrap();
    assert_eq!(sealed(&store), at(60 * 58));
    let again = store.take_back(Some(at(60 * 20)), at(60 * 60 + 31)).unwrap();
    assert_eq!(again.before, again.after, "twice is once");
}

#[test]
fn readings_are_taken_again_but_for_hours_of_which_some_are_gone() {
    let (_file, mut store) = days(50);
    let before = NAMES.map(|name| all_hours(&store, name));
    as_before(&mut store, YEARS - 1440);
    assert_eq!(store.commit(&[hour("gw-1", 50)], at(60 * 50 + 31)).unwrap().refused.len(), 1);
    let done = store.take_back(Some(at(-60 * 24 * 365)), at(60 * 50 + 31)).unwrap();
    assert_eq!((done.gone, done.after.raw_from), (Some(at(60 * 49)), Some(at(60 * 50))));
    let now = at(60 * 50 + 31);
    assert_eq!(store.commit(&[hour("gw-1", 50)], now).unwrap().new_readings, 4);
    let late = batch(900, vec![good(NAMES[1], 60 * 49 + 45, 1.0), good(NAMES[1], 60, 1.0)]);
    let committed = store.commit(&[late], now).unwrap();
    assert_eq!((committed.new_readings, committed.refused.len()), (0, 1));
    // The counter goes on from where it was, and no hour of before has changed.
    for (name, before) in NAMES.iter().zip(&before) {
        assert_eq!(all_hours(&store, name)[..50], before[..]);
    }
    assert_eq!(store.grown(&series(NAMES[0]), None).unwrap(), Some(60.0 * 50.0 + 30.0));
    // A rule that changes folds anew what can be folded.
    let birth = born(NAMES[0], Some(1_000_000.0), Some(100.0));
    store.birth(&gateway("gw-1"), &birth, now + SignedDuration::from_hours(2)).unwrap();
    store.settle().unwrap();
    assert_eq!(all_hours(&store, NAMES[0])[..50], before[0][..]);
}

#[test]
fn where_nothing_is_gone_all_is_taken_again_and_no_further_than_wanted() {
    let (_file, mut store) = days(50);
    store.purge_raw(at(60 * 20), 1000).unwrap();
    let limits = store.limits().unwrap();
    // By a longer retention, or none: what is gone keeps the limit where it is.
    for wanted in [Some(at(60 * 10)), None] {
        let done = store.take_back(wanted, at(60 * 50)).unwrap();
        assert_eq!((done.after, done.gone), (limits, Some(at(60 * 19))));
    }
    let file = File::new();
    let mut empty = file.open();
    empty.purge_raw(at(60 * 20), 1000).unwrap();
    let done = empty.take_back(None, at(60 * 50)).unwrap();
    assert_eq!((done.after.raw_from, done.gone), (None, None));
}
