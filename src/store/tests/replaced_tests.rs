//! Who sent a row, and what it replaced.

use super::*;
use crate::store::replaced::{GATEWAY_MAX, INSTANT_MAX};
use crate::store::{Replaced, Replacement, Sender};

/// 2022-08-01 begins in China eight hours before [`at`] does, in minutes.
const DAY_FROM: i64 = -480;

const POND: &str = "pond-1/level";

fn from(name: &str, epoch: u64, seq: u64, readings: Vec<Reading>) -> Batch {
    Batch { gateway: gateway(name), epoch: Epoch(epoch), ..batch(seq, readings) }
}

fn history(store: &Sqlite, name: &str) -> Vec<Replaced> {
    store.history(&series(name), Timestamp::MIN, Timestamp::MAX).unwrap()
}

fn sender(name: &str, epoch: u64, day: Timestamp) -> Option<Sender> {
    Some(Sender { gateway: gateway(name), epoch: Epoch(epoch), day })
}

#[test]
fn each_row_knows_who_sent_it_and_when() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[from("gw-1", 7, 1, vec![good(POND, 0, 1.0)])], at(5)).unwrap();
    store.commit(&[from("gw-2", 8, 1, vec![good(POND, 1, 2.0)])], at(1440)).unwrap();
    store.import(&[from("import", 9, 1, vec![good(POND, 2, 3.0)])], at(1441)).unwrap();
    let rows = |store: &Sqlite| -> Vec<(i64, Option<String>, Option<i64>)> {
        let mut statement = store
            .connection
            .prepare(
                "SELECT at_ms, gateway, day_ms FROM (SELECT at_ms, source FROM reading UNION ALL
                     SELECT at_ms, source FROM reading_hot) LEFT JOIN source ON id = source ORDER BY at_ms",
            )
            .unwrap();
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let ms = |minutes| at(minutes).as_millisecond();
    let expected = [
        (ms(0), Some("gw-1".to_owned()), Some(ms(DAY_FROM))),
        (ms(1), Some("gw-2".to_owned()), Some(ms(DAY_FROM + 1440))),
        (ms(2), None, None),
    ];
    assert_eq!(rows(&store), expected);
    // Demoted rows keep it.
    let later = |gateway, epoch| from(gateway, epoch, 2, vec![good("pond-2/level", 2900, 1.0)]);
    store.commit(&[later("gw-1", 7), later("gw-2", 8)], at(3000)).unwrap();
    assert_eq!(rows(&store)[..3], expected);
    let cold = "SELECT count(*) FROM reading";
    assert_eq!(store.connection.query_row(cold, [], |row| row.get(0)), Ok(3));
}

#[test]
fn a_replaced_value_is_kept_with_who_replaced_it_and_when() {
    let file = File::new();
    let mut store = file.open();
    let first = flagged(POND, 0, 98.5, Flag::Suspect);
    store.commit(&[from("gw-1", 7, 1, vec![first.clone()])], at(1)).unwrap();
    let again = store.commit(&[from("gw-2", 8, 1, vec![first.clone()])], at(2)).unwrap();
    assert_eq!((again.new_readings, again.replaced), (0, 0));
    let done = store.commit(&[from("gw-2", 8, 2, vec![good(POND, 0, 1.0)])], at(1500)).unwrap();
    assert_eq!((done.new_readings, done.replaced), (0, 1));
    let imported = store.import(&[from("import", 9, 1, vec![good(POND, 0, 2.0)])], at(1501));
    assert_eq!(imported.unwrap().replaced, 1);
    assert_eq!(all_readings(&store, POND), [good(POND, 0, 2.0)]);
    let gw_2 = sender("gw-2", 8, at(DAY_FROM + 1440));
    let expected = [
        Replaced {
            reading: first,
            from: sender("gw-1", 7, at(DAY_FROM)),
            replaced_at: at(1500),
            by: Replacement::Value(gw_2.clone()),
        },
        Replaced {
            reading: good(POND, 0, 1.0),
            from: gw_2,
            replaced_at: at(1501),
            by: Replacement::Value(None),
        },
    ];
    assert_eq!(history(&store, POND), expected);
    assert_eq!(history(&store.reader().unwrap(), POND), expected);
    let part = store.history(&series(POND), at(1), at(9)).unwrap();
    assert_eq!((part, history(&store, "pond-7/level")), (vec![], vec![]));
    // The history goes with the raw readings.
    let later = |m| good(POND, m, 3.0);
    store.commit(&[batch(9, vec![later(6000), later(6001)])], at(6001)).unwrap();
    let now = |gateway, epoch| from(gateway, epoch, 20, vec![good("pond-2/level", 8990, 1.0)]);
    store.commit(&[now("gw-1", 7), now("gw-2", 8)], at(9000)).unwrap();
    store.purge_raw(at(5000), 100).unwrap();
    assert_eq!(history(&store, POND), []);
}

#[test]
fn former_values_of_an_instant_are_bounded() {
    let file = File::new();
    let mut store = file.open();
    let send = |store: &mut Sqlite, n: u64| {
        let batch =
            batch(n + 1, vec![good(POND, 0, n as f64), good("pond-2/level", n as i64, 1.0)]);
        store.commit(&[batch], at(1)).unwrap()
    };
    for n in 0..=INSTANT_MAX {
        assert_eq!(send(&mut store, n).refused, []);
    }
    let refused = send(&mut store, INSTANT_MAX + 1);
    assert_eq!((refused.new_readings, refused.replaced), (1, 0));
    let [one] = refused.refused.as_slice() else { panic!("{refused:?}") };
    assert_eq!(one.batch.readings, [good(POND, 0, INSTANT_MAX as f64 + 1.0)]);
    assert!(one.problem.to_string().contains("16"), "{}", one.problem);
    assert_eq!(all_readings(&store, POND), [good(POND, 0, INSTANT_MAX as f64)]);
    assert_eq!(history(&store, POND).len() as u64, INSTANT_MAX);
    assert_eq!(ranges(&store, "gw-1", 7), [(1, INSTANT_MAX + 2)], "the rest of the batch counts");
}

#[test]
fn what_one_gateway_replaces_is_bounded() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[from("gw-1", 7, 1, vec![good(POND, 0, 1.0)])], at(1)).unwrap();
    store.commit(&[from("gw-2", 8, 1, vec![good(POND, 0, 2.0)])], at(1)).unwrap();
    let connection = rusqlite::Connection::open(&file.path).unwrap();
    connection
        .execute(
            "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
             INSERT INTO replaced (series, at_ms, replaced_ms, flag, source, by_source)
             SELECT 99, i, 0, 1, NULL, (SELECT id FROM source WHERE gateway = 'gw-2') FROM n",
            [GATEWAY_MAX],
        )
        .unwrap();
    let refused = store.commit(&[from("gw-2", 8, 2, vec![good(POND, 0, 3.0)])], at(1)).unwrap();
    assert_eq!((refused.replaced, refused.refused.len()), (0, 1));
    // Others are not held up.
    let other = store.commit(&[from("gw-1", 7, 2, vec![good(POND, 0, 4.0)])], at(1)).unwrap();
    assert_eq!((other.replaced, other.refused.len()), (1, 0));
}
