//! Hours that one commit has no room to fold are folded later, and come to the same.

use super::*;

/// All kept cells with the states of counters, whichever tier they are in: series, hour, state and roll-up.
pub(super) fn cells(store: &Sqlite) -> Vec<(String, i64, Option<String>, String)> {
    let mut statement = store
        .connection
        .prepare(
            "SELECT name, hour_ms, state, counted || ' ' || missing || ' ' || failed || ' ' || suspect || ' '
                 || coalesce(quote(mean), '') || ' ' || coalesce(quote(increment), '') || ' '
                 || coalesce(quote(increment_max), '') || ' ' || rollovers || ' ' || resets || ' ' || glitches
             FROM (SELECT * FROM hour UNION ALL SELECT * FROM hour_hot) JOIN series ON id = series
             ORDER BY name, hour_ms",
        )
        .unwrap();
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

const METER: &str = "pump-1/energy_total";

fn hourly(hours: std::ops::Range<i64>) -> Vec<Reading> {
    hours.map(|h| good(METER, 60 * h, 100.0 + 2.0 * h as f64)).collect()
}

#[test]
fn a_long_chain_is_folded_in_portions() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[batch(1, hourly(1..600))], at(60 * 600)).unwrap();
    assert_eq!(store.pending().unwrap(), 0);
    let before = all_hours(&store, METER);
    store.fold_max = 100;
    // The register was another one before: each hour's state differs from here on.
    let late = good(METER, 0, 99.0);
    store.commit(&[batch(2, vec![late])], at(60 * 600)).unwrap();
    // The first two days at once as far as there is room, the rest later.
    assert_eq!(all_hours(&store, METER).len(), 600);
    let portions = std::iter::from_fn(|| store.work_on().unwrap().then_some(())).count();
    assert_eq!(store.pending().unwrap(), 0);
    assert!(portions <= 6, "{portions}");
    assert_eq!(all_hours(&store, METER)[2..], before[1..]);
    let kept = (all_hours(&store, METER), all_days(&store, METER));
    assert_eq!(kept, recompute(&store, &series(METER)));
}

#[test]
fn live_readings_are_folded_before_a_flood_of_old_ones() {
    let file = File::new();
    let mut store = file.open();
    store.fold_max = 10;
    let flood = (0..200).map(|h| good("pond-9/level", 60 * h, 1.0)).collect();
    let live = vec![good("pond-1/level", 60 * 300, 98.0), good(METER, 60 * 300, 5.0)];
    store.commit(&[batch(1, flood), batch(2, live)], at(60 * 300)).unwrap();
    assert_eq!(all_hours(&store, "pond-1/level").len(), 1);
    assert_eq!(all_hours(&store, METER).len(), 1);
    assert_eq!(all_hours(&store, "pond-9/level").len(), 8);
    assert_eq!(store.pending().unwrap(), 192);
    // What waits survives the process.
    drop(store);
    let mut store = file.open();
    assert!(!store.fold_pending(2_000).unwrap());
    let kept = (all_hours(&store, "pond-9/level"), all_days(&store, "pond-9/level"));
    assert_eq!(kept.0.len(), 200);
    assert_eq!(kept, recompute(&store, &series("pond-9/level")));
}

#[test]
fn no_series_waits_for_the_chain_of_another() {
    let file = File::new();
    let mut store = file.open();
    store.fold_max = 1;
    for (seq, name) in [(1, "pond-1/level"), (2, "pond-2/level")] {
        let sent = (0..600).map(|h| good(name, 60 * h, 1.0)).collect();
        store.commit(&[batch(seq, sent)], at(60 * 600)).unwrap();
    }
    assert!(store.fold_pending(500).unwrap());
    for name in ["pond-1/level", "pond-2/level"] {
        assert_eq!(all_hours(&store, name).len(), 251, "{name}");
    }
    store.settle().unwrap();
    assert_eq!(all_hours(&store, "pond-2/level").len(), 600);
}

#[test]
fn a_changed_rule_is_folded_in_portions_and_readings_go_on() {
    let file = File::new();
    let mut store = file.open();
    let register: Vec<Reading> =
        (0..700).map(|h| good(METER, 60 * h, f64::rem_euclid(7.0 * h as f64, 1000.0))).collect();
    let (before, after) = register.split_at(600);
    store.commit(&[batch(1, before.to_vec())], at(60 * 600)).unwrap();
    store.birth(&gateway("gw-1"), &born(METER, Some(1000.0), Some(60.0)), at(60 * 600)).unwrap();
    for (seq, reading) in (2..).zip(after) {
        store.commit(&[batch(seq, vec![reading.clone()])], reading.observed_at).unwrap();
        if seq == 40 {
            assert!(store.fold_pending(250).unwrap());
        }
    }
    store.settle().unwrap();
    assert_eq!(store.grown(&series(METER), None).unwrap(), Some(7.0 * 699.0));
    let kept = (all_hours(&store, METER), all_days(&store, METER));
    assert_eq!(kept, recompute(&store, &series(METER)));
}

#[test]
fn the_rule_of_a_counter_changes_once_an_hour() {
    let file = File::new();
    let mut store = file.open();
    let rule = |store: &Sqlite| store.counters().unwrap()[&series(METER)].modulus;
    let birth = |store: &mut Sqlite, modulus, minute| {
        let birth = born(METER, Some(modulus), None);
        store.birth(&gateway("gw-1"), &birth, at(minute)).unwrap();
        store.settle().unwrap();
    };
    store.commit(&[batch(1, hourly(0..3))], at(0)).unwrap();
    birth(&mut store, 1e6, 0);
    birth(&mut store, 1e5, 1);
    assert_eq!(rule(&store), Some(1e6));
    // It is taken over when the hour is over, with whatever comes then; after a restart too.
    drop(store);
    let mut store = file.open();
    store.commit(&[batch(2, hourly(3..4))], at(59)).unwrap();
    store.settle().unwrap();
    assert_eq!(rule(&store), Some(1e6));
    store.commit(&[batch(3, hourly(4..5))], at(60)).unwrap();
    store.settle().unwrap();
    assert_eq!(rule(&store), Some(1e5));
    // The last word counts, and a rule that is as it was is not wanted any more.
    birth(&mut store, 1e4, 61);
    birth(&mut store, 1e5, 62);
    store.commit(&[batch(4, hourly(5..6))], at(500)).unwrap();
    store.settle().unwrap();
    assert_eq!(rule(&store), Some(1e5));
    // A clock that was set back does not hold it up for longer.
    birth(&mut store, 1e3, -1000);
    assert_eq!(rule(&store), Some(1e3));
}

#[test]
fn a_rule_that_no_register_can_have_does_no_harm() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[batch(1, hourly(0..5))], at(0)).unwrap();
    let before = all_hours(&store, METER);
    for (n, number) in [0.0, -1.0, f64::INFINITY].into_iter().enumerate() {
        let birth = born(METER, Some(number), Some(number));
        store.birth(&gateway("gw-1"), &birth, at(60 * n as i64)).unwrap();
        store.settle().unwrap();
        assert_eq!(all_hours(&store, METER), before, "{number}");
    }
}
