//! Files of older layouts, from `tests/stores/`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::store::schema::PAGE_SIZE;
use crate::store::{GatewayRow, Owners};

/// A copy of an old file.
fn old(layout: u8) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let kept = format!("{}/tests/stores/layout-{layout}.db", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(kept, &path).unwrap();
    (dir, path)
}

/// Series, hour, count, mean and increment of a stored hour.
type Hour = (String, i64, u32, Option<f64>, Option<f64>);

const METER: &str = "pump-dongmen-1/energy_total";
const POND: &str = "pond-dongmen-1/level";

#[test]
fn a_new_file_has_small_pages_and_an_old_one_keeps_its_own() {
    let pages = |path: &std::path::Path| -> i64 {
        let store = Sqlite::open(path).unwrap();
        store.connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(pages(&File::new().path), PAGE_SIZE);
    let (_dir, path) = old(2);
    assert_eq!(pages(&path), 4096);
    assert_eq!(pages(&path), 4096);
}

#[test]
fn files_of_older_layouts_are_migrated_completely() {
    for layout in [1, 2] {
        let (_dir, path) = old(layout);
        let hours_before: Vec<Hour> = {
            let connection = rusqlite::Connection::open(&path).unwrap();
            let mut statement = connection
                .prepare(
                    "SELECT name, hour_ms, counted, mean, increment FROM hour JOIN series ON id = series
                     ORDER BY name, hour_ms",
                )
                .unwrap();
            let rows = statement
                .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))
                .unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        let mut store = Sqlite::open(&path).unwrap();
        store.verify().unwrap();
        assert_eq!(store.count().unwrap(), 145);
        let mut hours = Vec::new();
        for name in [POND, METER] {
            for cell in all_hours(&store, name) {
                hours.push((
                    name.to_owned(),
                    cell.hour_at.as_millisecond(),
                    cell.counted,
                    cell.mean,
                    cell.increment,
                ));
            }
        }
        assert_eq!(hours, hours_before);

        // The hours make days from 2022-08-01 00:00 in China, three of them complete.
        let days = all_days(&store, METER);
        assert_eq!(days.len(), 3);
        assert_eq!(days.iter().map(|day| day.counted).sum::<u32>(), 72);
        assert_eq!(store.grown(&series(METER), None).unwrap(), Some(71.0 * 7.5));
        for name in [POND, METER] {
            let kept = (all_hours(&store, name), all_days(&store, name));
            assert_eq!(kept, recompute(&store, &series(name)));
        }
        let latest = store.latest(&series(POND)).unwrap().unwrap();
        assert_eq!(latest.last.value(), Some(97.2));
        assert_eq!(latest.counted, Some(latest.last));
        let gateways = store.gateways().unwrap();
        let gaps = gateways.iter().map(GatewayRow::gaps).collect::<Vec<_>>();
        assert_eq!(gaps, [[(Epoch(0x8c5f_0000_0000_0001), 3, 4)]]);
        assert_eq!(store.lost().unwrap().len(), usize::from(layout == 2));
        assert_eq!(Quarantine::open(&path).unwrap().count().unwrap(), 1);

        // It continues like a file created in this layout: the next readings find the counter's state.
        let next = Reading::good(
            series(METER),
            latest_at(&store) + jiff::SignedDuration::from_hours(1),
            345.0,
        );
        store.commit(&[batch(1, vec![next])], at(0)).unwrap();
        let kept = (all_hours(&store, METER), all_days(&store, METER));
        assert_eq!(kept, recompute(&store, &series(METER)));
        drop(store);
        assert_eq!(Sqlite::open(&path).unwrap().count().unwrap(), 146);
    }
}

fn latest_at(store: &Sqlite) -> Timestamp {
    let latest = store.latest(&series(METER)).unwrap().unwrap();
    latest.last.observed_at
}

#[test]
fn a_reader_does_not_touch_an_older_layout() {
    let (_dir, path) = old(2);
    let refused = Sqlite::open_reader(&path).err().unwrap().to_string();
    assert!(refused.contains("layout 2"), "{refused}");
    drop(Sqlite::open(&path).unwrap());
    assert_eq!(Sqlite::open_reader(&path).unwrap().count().unwrap(), 145);
}

/// Series, first instant, hours or readings, what counts and what it grew by.
type Rollups = Vec<(String, i64, u32, Option<f64>)>;

fn query(path: &std::path::Path, sql: &str) -> Rollups {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_file_of_layout_3_is_migrated_without_rewriting_it() {
    let (_dir, path) = old(3);
    let rollups = |table: &str, at: &str| {
        format!(
            "SELECT name, {at}, counted, increment FROM (SELECT * FROM {table} UNION ALL SELECT * FROM {table}_hot)
             JOIN series ON id = series ORDER BY name, {at}"
        )
    };
    let (hours, days) =
        (query(&path, &rollups("hour", "hour_ms")), query(&path, &rollups("day", "day_ms")));
    assert_eq!(days.len(), 12);
    let mut store = Sqlite::open(&path).unwrap();
    store.verify().unwrap();
    assert_eq!((store.count().unwrap(), store.pending().unwrap()), (217, 0));
    let (mut hours_now, mut days_now) = (Rollups::new(), Rollups::new());
    for name in [POND, METER] {
        hours_now.extend(
            all_hours(&store, name)
                .iter()
                .map(|c| (name.to_owned(), c.hour_at.as_millisecond(), c.counted, c.increment)),
        );
        days_now.extend(all_days(&store, name).iter().map(|c| {
            let start = store.calendar().start_of(c.day).as_millisecond();
            (name.to_owned(), start, c.counted, c.increment)
        }));
        let kept = (all_hours(&store, name), all_days(&store, name));
        assert_eq!(kept, recompute(&store, &series(name)));
        let last = store.latest(&series(name)).unwrap().unwrap();
        assert_eq!(last.last.observed_at, "2026-11-29T10:30:00Z".parse().unwrap());
        assert_eq!(last.counted, Some(last.last));
    }
    assert_eq!((hours_now, days_now), (hours, days));
    assert_eq!(store.grown(&series(METER), None).unwrap(), Some(815.0));

    // What came of gateways is as it was, and goes on.
    let rows = store.gateways().unwrap();
    let epoch = Epoch(0x8c5f_0000_0000_0001);
    assert_eq!(rows[0].delivered[&epoch].iter().collect::<Vec<_>>(), [(1, 2), (5, 7)]);
    assert_eq!(rows[0].heard_at.map(Timestamp::as_millisecond), Some(1_795_687_181_892));
    assert_eq!(rows.len(), 2);
    let next = Reading::good(series(METER), "2026-11-29T10:40:00Z".parse().unwrap(), 620.0);
    let batch = Batch { epoch, ..batch(3, vec![next]) };
    let now = "2026-11-29T10:41:00Z".parse().unwrap();
    let told = store.commit(&[batch], now).unwrap();
    let set: Vec<_> = told.delivered[&(gateway("gw-1"), epoch)].iter().collect();
    assert_eq!((told.new_readings, set), (1, vec![(1, 3), (5, 7)]));
    drop(store);
    let store = Sqlite::open(&path).unwrap();
    assert_eq!(store.count().unwrap(), 218);
    assert_eq!(ranges(&store, "gw-1", epoch.0), [(1, 3), (5, 7)]);
    // Rows from before have no sender.
    let unknown = "SELECT 'x', count(*), sum(source IS NULL), NULL FROM
        (SELECT source FROM reading UNION ALL SELECT source FROM reading_hot)";
    assert_eq!(query(&path, unknown), [("x".to_owned(), 218, 217, None)]);
}

#[test]
fn stations_are_pinned_by_births_once_when_a_file_gets_owners() {
    let (_dir, path) = old(3);
    let connection = rusqlite::Connection::open(&path).unwrap();
    for (name, heard_ms, stations) in [
        ("gw-a", Some(1_000), ["pond-2/level", "pond-3/level"]),
        ("gw-b", Some(2_000), ["pond-3/level", "pond-4/level"]),
        ("gw-silent", None, ["pond-4/level", "pond-5/level"]),
    ] {
        let mut birth = born(stations[0], None, None);
        birth.series.extend(born(stations[1], None, None).series);
        let birth = String::from_utf8(birth.to_bytes()).unwrap();
        connection
            .execute(
                "INSERT INTO gateway (name, heard_ms, birth) VALUES (?1, ?2, ?3)",
                (name, heard_ms, birth),
            )
            .unwrap();
    }
    drop(connection);
    let mut owners = Owners::open(&path, BTreeMap::new()).unwrap();
    let pins = owners.pins().unwrap();
    let named: Vec<(&str, &str)> =
        pins.iter().map(|pin| (pin.station.as_str(), pin.gateway.as_str())).collect();
    // Of pond-3, two speak, and who never sent anything is not asked.
    assert_eq!(
        named,
        [
            ("pond-2", "gw-a"),
            ("pond-4", "gw-b"),
            ("pond-dongmen-1", "gw-1"),
            ("pump-dongmen-1", "gw-1")
        ]
    );
    for pin in &pins {
        owners.release(&pin.station).unwrap();
    }
    assert_eq!(Owners::open(&path, BTreeMap::new()).unwrap().pins().unwrap(), []);
}
