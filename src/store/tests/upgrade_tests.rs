//! Files of older layouts on disks that fail while they are brought up to date, forms of layouts that lacked a column,
//! and large files.
//!
//! `HANQING_STORED_READINGS=1000000 cargo test --lib no_reading_of_an_older_store_is_lost` is the long run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::*;
use crate::store::file::alter;
use crate::store::schema;
use crate::support::test_disk::Disk;

const METER: &str = "pump-dongmen-1/energy_total";
const POND: &str = "pond-dongmen-1/level";

/// A file of this layout, of `tests/stores/`; layout 4 is what became of layout 3.
fn old(layout: i64) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let kept = format!("{}/tests/stores/layout-{}.db", env!("CARGO_MANIFEST_DIR"), layout.min(3));
    std::fs::copy(kept, &path).unwrap();
    if layout == 4 {
        drop(Sqlite::open(&path).unwrap());
        alter(&path, "DROP TABLE correction; PRAGMA user_version = 4");
    }
    (dir, path)
}

/// Readings, and hours and days of both series.
fn contents(store: &Sqlite) -> (u64, Vec<HourCell>, Vec<DayCell>) {
    store.verify().unwrap();
    let hours = [METER, POND].iter().flat_map(|name| all_hours(store, name));
    let days = [METER, POND].iter().flat_map(|name| all_days(store, name));
    (store.count().unwrap(), hours.collect(), days.collect())
}

const ON_DISK: &str = "/nowhere/store.db";

fn on(disk: &Disk) -> PathBuf {
    PathBuf::from(format!("file:{ON_DISK}?vfs={}", disk.name))
}

fn connect(disk: &Disk) -> Connection {
    Connection::open_with_flags_and_vfs(ON_DISK, OpenFlags::default(), disk.name.as_str()).unwrap()
}

/// The file at `path`, on a disk of its own.
fn disk_with(path: &Path) -> Disk {
    let disk = Disk::attach();
    let from = Connection::open(path).unwrap();
    let mut to = connect(&disk);
    Backup::new(&from, &mut to).unwrap().step(-1).unwrap();
    disk
}

/// The number of the layout, and what makes its tables.
fn seen(connection: &Connection) -> (i64, Vec<String>) {
    let number = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    let sql = "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    let tables = statement.query_map([], |row| row.get(0)).unwrap();
    (number, tables.collect::<rusqlite::Result<_>>().unwrap())
}

type Fault = fn(&Disk, u64);

#[test]
fn a_disk_that_fails_at_any_step_leaves_the_old_layout_or_the_new_one() {
    let faults: [Fault; 3] = [Disk::power_fails_after, Disk::is_full_after, |disk, step| {
        disk.one_fails_after(step, false);
    }];
    for layout in 1..schema::SCHEMA_VERSION {
        let (_dir, path) = old(layout);
        let before = seen(&connect(&disk_with(&path)));
        let new = disk_with(&path);
        let whole = contents(&Sqlite::open(&on(&new)).unwrap());
        let after = seen(&connect(&new));
        assert_eq!((before.0, after.0), (layout, schema::SCHEMA_VERSION));

        let mut steps = 0;
        let mut was_left: [bool; 2] = Default::default();
        for fault in faults {
            for step in 1.. {
                let disk = disk_with(&path);
                fault(&disk, step);
                let opened = Sqlite::open(&on(&disk));
                let is_open = opened.is_ok();
                drop(opened);
                let hit = disk.is_dead();
                match hit {
                    true => disk.restart(step),
                    false => disk.mend(),
                }
                let found = seen(&connect(&disk));
                assert!(
                    found == before || found == after,
                    "layout {layout}, step {step}: {found:?}"
                );
                was_left[usize::from(found == after)] = true;
                assert_eq!(contents(&Sqlite::open(&on(&disk)).unwrap()), whole);
                // The first fault ends the machine, and so tells how many steps there are.
                if is_open && !hit && step >= steps {
                    steps = step;
                    break;
                }
            }
        }
        assert!(was_left == [true, true] && steps > 5, "{was_left:?}, {steps} steps");
    }
}

#[test]
fn a_full_disk_is_told_with_what_to_do_and_costs_nothing() {
    let (_dir, path) = old(3);
    let disk = disk_with(&path);
    let before = seen(&connect(&disk));
    disk.holds_only(40_000);
    let error = Sqlite::open(&on(&disk)).err().unwrap();
    assert!(matches!(error, StoreError::Upgrade { .. }), "{error:?}");
    for (lang, said) in [(Lang::English, "make room"), (Lang::Chinese, "腾出空间")] {
        let text = within(lang, || error.to_string());
        assert!(text.contains(said), "{text}");
    }
    disk.mend();
    assert_eq!(seen(&connect(&disk)), before);
    assert_eq!(Sqlite::open(&on(&disk)).unwrap().count().unwrap(), 217);
}

#[test]
fn programs_that_open_an_old_file_at_once_all_have_it() {
    let (_dir, path) = old(2);
    let all: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || Sqlite::open(&path).and_then(|store| store.count()))
        })
        .collect();
    for opened in all {
        assert_eq!(opened.join().unwrap().unwrap(), 145);
    }
}

/// Tables with their columns.
fn columns(path: &Path) -> BTreeSet<(String, String)> {
    let connection = Connection::open(path).unwrap();
    let sql = "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn the_first_forms_of_layouts_get_the_columns_that_they_lacked() {
    let new = File::new();
    drop(new.open());
    for (layout, table, column) in [
        (2, "gateway", "provisional"),
        (3, "gateway", "provisional"),
        (3, "quarantine", "kept"),
        (3, "state", "copied_ms"),
        (4, "epoch", "newest_ms"),
    ] {
        let (_dir, path) = old(layout);
        let (_other, as_it_is) = old(layout);
        alter(&path, &format!("ALTER TABLE {table} DROP COLUMN {column}"));
        let whole = contents(&Sqlite::open(&as_it_is).unwrap());
        assert_eq!(contents(&Sqlite::open(&path).unwrap()), whole);
        assert_eq!(columns(&path), columns(&new.path), "{table}.{column} of layout {layout}");
    }
}

#[test]
fn a_file_of_another_layout_is_told_with_the_way_back_or_on() {
    let new = File::new();
    drop(new.open());
    alter(&new.path, "PRAGMA user_version = 6");
    let newer = Sqlite::open(&new.path).err().unwrap();
    let (_dir, path) = old(4);
    let older = Sqlite::open_reader(&path).err().unwrap();
    for (error, lang, says) in [
        (&newer, Lang::English, "layout 6, this program knows 5; install the version again"),
        (&newer, Lang::English, "hanqing restore"),
        (&newer, Lang::Chinese, "恢复更新前的备份"),
        (&older, Lang::English, "let hanqing hub open it once"),
        (&older, Lang::Chinese, "先让 `hanqing hub` 打开一次"),
    ] {
        let said = within(lang, || error.to_string());
        assert!(said.contains(says), "{said}");
    }
}

/// Series of a large file, from this number on, each with a reading an hour.
const MANY_FROM: u64 = 100;
const MANY: u64 = 100;

/// When their readings begin, a midnight of the calendar, ms.
const MANY_BEGIN_MS: i64 = 1_577_808_000_000;

/// Readings that are stored if HANQING_STORED_READINGS is not set.
const STORED: u64 = 12_000;

/// Adds `hours` readings to each of many series, as hubs of that time wrote them.
fn fill(path: &Path, layout: i64, hours: u64) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for number in 0..MANY {
        let series = (MANY_FROM + number, format!("pond-{number}/level"));
        connection.execute("INSERT INTO series (id, name) VALUES (?1, ?2)", series).unwrap();
    }
    connection
        .execute(
            "WITH RECURSIVE hour (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM hour WHERE n + 1 < ?1)
             INSERT INTO reading
             SELECT id, ?2 + 3600000 * n, 200 + (n * 7 + id) % 400 / 100.0, 1, NULL, NULL
             FROM series, hour WHERE id >= ?3",
            (hours, MANY_BEGIN_MS, MANY_FROM),
        )
        .unwrap();
    connection
        .execute(
            "INSERT INTO hour SELECT series, at_ms, 1, 0, 0, 0, value, value, value, value, NULL, NULL, 0, 0, 0, NULL
             FROM reading WHERE series >= ?1",
            [MANY_FROM],
        )
        .unwrap();
    if layout > 2 {
        connection
            .execute_batch(&format!(
                "INSERT INTO latest SELECT series, max(at_ms), max(at_ms) FROM reading WHERE series >= {MANY_FROM} GROUP BY series;
                 UPDATE state SET readings = readings + {};",
                hours * MANY
            ))
            .unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
}

/// How many readings the many series have, and a number that changes with each value and time.
fn many(path: &Path) -> (u64, f64) {
    let sql = "SELECT count(*), sum(value * (at_ms % 1000003) + series) FROM reading WHERE series >= ?1 AND flag = 1";
    let connection = Connection::open(path).unwrap();
    connection.query_row(sql, [MANY_FROM], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

#[test]
fn no_reading_of_an_older_store_is_lost() {
    let named = std::env::var("HANQING_STORED_READINGS").ok();
    let stored = named.map_or(STORED, |many| many.parse().unwrap());
    let hours = stored / MANY;
    for layout in 1..=3 {
        let (_dir, path) = old(layout);
        let (_other, as_it_is) = old(layout);
        fill(&path, layout, hours);
        let before = many(&path);
        assert_eq!(before.0, hours * MANY);
        let store = Sqlite::open(&path).unwrap();
        let small = Sqlite::open(&as_it_is).unwrap();
        assert_eq!(store.count().unwrap(), small.count().unwrap() + hours * MANY);
        assert_eq!(contents(&store).1, contents(&small).1);
        assert_eq!(many(&path), before);
        for number in [0, MANY - 1] {
            let cells = all_hours(&store, &format!("pond-{number}/level"));
            assert_eq!(cells.len() as u64, hours);
        }
        if layout < 3 {
            // Days are made of all hours.
            let sql = "SELECT sum(counted), sum(covered_h) FROM day WHERE series >= ?1";
            let connection = Connection::open(&path).unwrap();
            let days: (u64, u64) = connection
                .query_row(sql, [MANY_FROM], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            assert_eq!(days, (hours * MANY, hours * MANY));
        }
    }
}
