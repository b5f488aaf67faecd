//! Tests of export and import: round trips, interruptions, damaged files.

use std::cell::Cell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::*;
use crate::core::{Flag, HourCell, Reading, Reason, Series};
use crate::locales::{Lang, Text, within};
use crate::store::{Sqlite, Store};
use crate::support::Clock;
use crate::wire::{Batch, Birth, BirthSeries, CounterSpec, Epoch};

const START_MS: i64 = 1_659_283_200_123;
const FORMATS: [Format; 3] = [Format::Csv, Format::Parquet, Format::Line];

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millisecond(START_MS + minutes * 60_000).unwrap()
}

fn china() -> TimeZone {
    TimeZone::fixed(Offset::from_hours(8).unwrap())
}

fn series(text: &str) -> Series {
    text.parse().unwrap()
}

/// A level with everything that a reading may have, and a meter that rolls over.
fn readings() -> Vec<Reading> {
    let (level, meter) = (series("pond-1/level"), series("pump-1/energy_total"));
    let mut readings = Vec::new();
    let odd = [
        98.113,
        0.1 + 0.2,
        1e-7,
        1e-6,
        -1e300,
        f64::MIN_POSITIVE / 3.0,
        9_007_199_254_740_993.0,
        123_456_789.123_456_78,
    ];
    for (minute, value) in (0..).zip(odd) {
        readings.push(Reading::good(level.clone(), at(minute), value));
    }
    let mut suspect = Reading::good(level.clone(), at(20), 98.5);
    suspect.flag = Flag::Suspect;
    suspect.reason = Some(Reason::Unexpected);
    suspect.raw = vec![0, 985, 0xffff].into();
    readings.push(suspect);
    let mut untested = Reading::good(level.clone(), at(21), 98.25);
    untested.flag = Flag::NotEvaluated;
    readings.push(untested);
    let raw = vec![0x7fff; 125];
    readings.push(Reading::missing(level.clone(), at(22), Reason::Sentinel, raw));
    readings.push(Reading::missing(level, at(23), Reason::Timeout, vec![]));
    for minute in 0..200 {
        let value = ((990_000 + minute * 7 * 13) % 1_000_000) as f64 / 100.0;
        readings.push(Reading::good(meter.clone(), at(minute), value));
    }
    readings
}

fn batch(readings: Vec<Reading>) -> Batch {
    Batch {
        gateway: "gw-1".parse().unwrap(),
        epoch: Epoch(1),
        seq: 1,
        clock: None,
        loss: None,
        readings,
    }
}

fn filled(path: &Path) -> Sqlite {
    let mut store = Sqlite::open(path).unwrap();
    let born = BirthSeries {
        series: series("pump-1/energy_total"),
        unit: crate::core::Unit::KilowattHour,
        interval_s: 60,
        counter: Some(CounterSpec { modulus: Some(10_000.0), max_rate_per_hour: Some(60.5) }),
    };
    let birth = Birth::new("0", "x".into(), vec![born]);
    let gateway = "gw-1".parse().unwrap();
    store.birth(&gateway, &birth, at(0)).unwrap();
    store.commit(&[batch(readings())], at(300)).unwrap();
    store
}

fn whole(format: Format) -> Export {
    Export::all(Path::new("a.db"), format)
}

/// The same, in small parts.
fn in_parts(format: Format) -> Export {
    Export { part: 50, ..whole(format) }
}

fn write(store: &Sqlite, format: Format, out: &Path, resume: bool) -> anyhow::Result<Exported> {
    in_parts(format).write(store, &china(), out, resume, &|_| {})
}

/// Imports files; returns the result and the problems.
fn import(store: &mut Sqlite, files: &[&Path]) -> (Imported, Vec<String>) {
    let mut problems = Vec::new();
    let known = store.counters().unwrap();
    let mut problem = |problem: Text| problems.push(problem.to_string());
    let gateway = "import".parse().unwrap();
    let clock = Clock::system();
    let mut import = Import::new(store, gateway, known, clock, &mut problem, &|_| {});
    let mut errors = Vec::new();
    for file in files {
        if let Err(error) = import.import(file) {
            errors.push(format!("{error:#}"));
        }
    }
    let imported = import.imported();
    problems.extend(errors);
    (imported, problems)
}

/// Everything about a series, floats as bits.
type Whole = (Series, Vec<(Reading, Option<u64>)>, Vec<HourCell>);

fn all(store: &Sqlite) -> Vec<Whole> {
    let whole = (Timestamp::MIN, Timestamp::MAX);
    let of = |series: Series| {
        let readings = store.readings(&series, whole.0, whole.1).unwrap();
        let bits = |r: Reading| (r.clone(), r.value().map(f64::to_bits));
        let hours = store.hours(&series, whole.0, whole.1).unwrap();
        (series, readings.into_iter().map(bits).collect(), hours)
    };
    store.series().unwrap().into_iter().map(of).collect()
}

#[test]
fn each_format_reads_back_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("a.db"));
    let grown = store.grown(&series("pump-1/energy_total"), None).unwrap();
    assert!(grown.unwrap() > 180.0, "{grown:?}: the meter rolls over");
    for format in FORMATS {
        let out = folder.path().join("out");
        let exported = write(&store, format, &out, false).unwrap();
        assert_eq!((exported.series, exported.readings), (2, 212));
        let mut other = Sqlite::open(&folder.path().join(format!("{format:?}.db"))).unwrap();
        let (imported, problems) = import(&mut other, &[&out]);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((imported.readings, imported.new), (212, 212));
        assert_eq!(all(&other), all(&store), "{format:?}");
        let before = other.gateways().unwrap()[0].delivered.clone();
        let (imported, _) = import(&mut other, &[&out]);
        assert_eq!((imported.readings, imported.new), (212, 0), "again");
        assert_eq!(other.gateways().unwrap()[0].delivered, before, "the same batches");
        fs::remove_file(out).unwrap();
    }
}

#[test]
fn a_resumed_export_gives_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("a.db"));
    for format in FORMATS {
        let (out, whole) = (folder.path().join("out"), folder.path().join("whole"));
        write(&store, format, &whole, false).unwrap();
        let seen = Cell::new(0);
        let export = in_parts(format);
        let stopped = catch_unwind(AssertUnwindSafe(|| {
            let stop = |readings| {
                seen.set(readings);
                assert!(readings < 100, "stopped here");
            };
            export.write(&store, &china(), &out, false, &stop)
        }));
        assert!(stopped.is_err() && seen.get() == 100);
        assert!(!out.exists(), "no half file under the name");
        // What a power cut leaves of a part.
        let journal = folder.path().join("out.parts/journal.jsonl");
        let text = fs::read_to_string(&journal).unwrap();
        fs::write(&journal, format!("{text}{{\"readings\":15")).unwrap();
        fs::write(folder.path().join("out.parts/part-000002"), "half").unwrap();
        let other = Export { stations: vec!["pond-1".parse().unwrap()], ..export.clone() };
        let error = other.write(&store, &china(), &out, true, &|_| {}).unwrap_err();
        assert!(error.to_string().contains("something else"), "{error}");
        let exported = write(&store, format, &out, true).unwrap();
        assert_eq!((exported.before, exported.readings), (100, 212));
        assert!(fs::read(&out).unwrap() == fs::read(&whole).unwrap(), "{format:?}");
        assert!(!folder.path().join("out.parts").exists());
        let error = write(&store, format, &out, true).unwrap_err().to_string();
        assert!(error.contains("give another name"), "{error}");
        fs::remove_file(out).unwrap();
        fs::remove_file(whole).unwrap();
    }
}

#[test]
fn filters_are_applied() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("a.db"));
    let out = folder.path().join("out.csv");
    let export = Export {
        parameters: vec!["level".parse().unwrap()],
        from: at(7),
        to: at(21),
        ..whole(Format::Csv)
    };
    export.write(&store, &china(), &out, false, &|_| {}).unwrap();
    assert_eq!(
        fs::read_to_string(out).unwrap(),
        "\u{feff}station,parameter,unit,observed_at,value,flag,reason,raw,modulus,max_rate_per_hour\r\n\
         pond-1,level,m,2022-08-01T00:07:00.123+08:00,123456789.12345678,1,,,,\r\n\
         pond-1,level,m,2022-08-01T00:20:00.123+08:00,98.5,3,unexpected,0x0000 0x03d9 0xffff,,\r\n"
    );
    let none = Export { stations: vec!["nowhere".parse().unwrap()], ..whole(Format::Parquet) };
    let out = folder.path().join("none.parquet");
    let exported = none.write(&store, &china(), &out, false, &|_| {}).unwrap();
    assert_eq!((exported.series, exported.readings), (0, 0));
    let mut other = Sqlite::open(&folder.path().join("b.db")).unwrap();
    assert_eq!(import(&mut other, &[&out]), (Imported::default(), vec![]));
}

#[test]
fn bad_rows_are_named_and_the_rest_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&folder.path().join("a.db")).unwrap();
    let file = folder.path().join("by-hand");
    // Columns in another order, some left out, and no byte order mark.
    fs::write(
        &file,
        "observed_at,station,parameter,unit,flag,value\n\
         2022-08-01T08:00:00+08:00,pond-1,level,m,1,98.5\n\
         2022/8/1 8:01,pond-1,level,m,1,98.5\n\
         2022-08-01T08:02:00+08:00,pond-1,level,m,1,\"98,5\"\n\
         2022-08-01T08:03:00+08:00,pond-1,level,mm,1,98\n\
         2022-08-01T08:04:00+08:00,pond-1,level,m,1\n\
         2022-08-01T08:05:00.0005+08:00,pond-1,level,m,1,98\n\
         2022-08-01T00:06:00Z,pond-1,level,m,1,-0\n",
    )
    .unwrap();
    let (imported, problems) = import(&mut store, &[&file]);
    assert_eq!((imported.readings, imported.new, imported.refused), (2, 2, 5));
    for (number, says) in [
        (3, "observed_at \"2022/8/1 8:01\": a time with its offset"),
        (4, "value \"98,5\": a number such as 98.113"),
        (5, "unit \"mm\": level must be in m"),
        (6, "row \"5 cells\": must have 6 cells"),
        (7, "observed_at \"2022-08-01T08:05:00.0005+08:00\": a time to the millisecond"),
    ] {
        let start = format!("{}:{number}: {says}", file.display());
        assert!(problems.iter().any(|p| p.starts_with(&start)), "{start} in {problems:?}");
    }
    let (_, problems) = within(Lang::Chinese, || import(&mut store, &[&file]));
    for (number, says) in [
        (4, "value = \"98,5\"：应为数，如 98.113，或留空；未导入"),
        (5, "unit = \"mm\"：level 的单位必须是 m；这里不作换算；未导入"),
        (6, "row = \"5 格\"：应与第一行一样有 6 格；未导入"),
    ] {
        let line = format!("{}:{number}：{says}", file.display());
        assert!(problems.contains(&line), "{line} in {problems:?}");
    }
}

#[test]
fn lines_are_counted_as_an_editor_shows_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&folder.path().join("a.db")).unwrap();
    let file = folder.path().join("a.csv");
    let text = "station,parameter,unit,observed_at,flag,value\n\
        pond-1,level,m,2022-08-01T00:00:00Z,1,\"x\"\n\
        \n\
        \n\
        pond-1,\"le\nvel\",m,2022-08-01T00:00:00Z,1,1\n\
        pond-1,level,m,2022-08-01T00:00:00Z,1,\"98\"\n\
        pond-1,level,m,2022-08-01T00:00:00Z,1,x";
    for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("{text}\n")] {
        fs::write(&file, &text).unwrap();
        for (lang, colon) in [(Lang::Chinese, "："), (Lang::English, ": ")] {
            let (imported, problems) = within(lang, || import(&mut store, &[&file]));
            assert_eq!((imported.readings, imported.refused), (1, 3), "{problems:?}");
            for (problem, line) in problems.iter().zip([2, 5, 8]) {
                let start = format!("{}:{line}{colon}", file.display());
                assert!(problem.starts_with(&start), "{start} in {text:?}: {problem}");
            }
        }
    }
    // The tables of a Macintosh of old are read, too.
    fs::write(&file, text.replace('\n', "\r")).unwrap();
    assert_eq!(import(&mut store, &[&file]).0.readings, 1);
}

#[test]
fn other_files_are_refused_with_the_formats_that_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&folder.path().join("a.db")).unwrap();
    let file = folder.path().join("some.csv");
    for (content, says) in [
        (&b""[..], "not a file of hanqing export"),
        (b"\x00\x01\x02", "not a file of hanqing export"),
        (b"PAR1", "damaged or cut off"),
        (b"station,parameter\n", "no column unit"),
        (b"\x1f\x8b\x08\x00garbage", "copy it again"),
    ] {
        fs::write(&file, content).unwrap();
        let (imported, problems) = import(&mut store, &[&file]);
        assert_eq!(imported, Imported::default());
        assert!(problems.concat().contains(says), "{content:?}: {problems:?}");
    }
    let mut long = b"station,parameter,unit,observed_at,value,flag\n".to_vec();
    long.resize(1 << 20, b'x');
    fs::write(&file, long).unwrap();
    let (_, problems) = import(&mut store, &[&file]);
    assert!(problems.concat().contains("not a table of readings"), "{problems:?}");
}

#[test]
fn damaged_files_do_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("a.db"));
    for format in FORMATS {
        let out = folder.path().join("out");
        write(&store, format, &out, false).unwrap();
        let good = fs::read(&out).unwrap();
        fs::remove_file(&out).unwrap();
        let file = folder.path().join("bad");
        let mut other = Sqlite::open(&folder.path().join(format!("{format:?}.db"))).unwrap();
        // Spread over the whole file, the same each time.
        for round in 0..400_usize {
            let mut bad = good.clone();
            let place = (round * 7919 + round * round * 31) % bad.len();
            if round % 4 == 0 {
                bad.truncate(place);
            } else {
                bad[place] ^= 1 << (round % 8);
            }
            fs::write(&file, bad).unwrap();
            import(&mut other, &[&file]);
        }
    }
}

#[test]
fn a_missing_reading_replaces_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(&folder.path().join("a.db"));
    let before = all(&store);
    let missing = readings().into_iter().map(|reading| {
        Reading::missing(reading.series, reading.observed_at, Reason::Timeout, vec![])
    });
    let mut gaps = Sqlite::open(&folder.path().join("gaps.db")).unwrap();
    gaps.commit(&[batch(missing.collect())], at(300)).unwrap();
    let out = folder.path().join("gaps.parquet");
    write(&gaps, Format::Parquet, &out, false).unwrap();
    let (imported, _) = import(&mut store, &[&out]);
    assert_eq!((imported.readings, imported.new), (212, 0));
    assert_eq!(all(&store), before);
}

#[test]
fn a_correction_is_told_as_one_and_the_rest_as_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&folder.path().join("a.db")).unwrap();
    let file = folder.path().join("some.csv");
    let mut imported = |value: f64| {
        let rows = [format!("2022-08-01T00:00:00Z,{value}"), "2022-08-01T00:01:00Z,98.5".into()];
        let rows = rows.map(|row| {
            let (at, value) = row.split_once(',').unwrap();
            format!("{at},pond-1,level,m,1,{value}\n")
        });
        let head = "observed_at,station,parameter,unit,flag,value\n".to_owned();
        fs::write(&file, head + &rows.concat()).unwrap();
        let (imported, problems) = import(&mut store, &[&file]);
        assert_eq!(problems, Vec::<String>::new());
        (imported.new, imported.replaced, imported.old())
    };
    assert_eq!(imported(200.0), (2, 0, 0));
    assert_eq!(imported(205.0), (0, 1, 1));
    assert_eq!(imported(205.0), (0, 0, 2));
}

#[test]
fn a_reading_of_the_future_is_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&folder.path().join("a.db")).unwrap();
    let now_s = Clock::system().now().as_second();
    let [soon, late] = [23, 25].map(|hours| Timestamp::from_second(now_s + hours * 3600).unwrap());
    let file = folder.path().join("some.csv");
    let head = "observed_at,station,parameter,unit,flag,value\n";
    let row = |at| format!("{at},pond-1,level,m,1,98.5\n");
    fs::write(&file, format!("{head}{}{}", row(soon), row(late))).unwrap();
    let (imported, problems) = import(&mut store, &[&file]);
    assert_eq!((imported.readings, imported.new, imported.refused), (1, 1, 1));
    let says = format!("{}:3: pond-1/level, 98.5, is timed {late}", file.display());
    assert!(matches!(&problems[..], [one] if one.starts_with(&says)), "{says} in {problems:?}");
    // Messages of a gateway are left out whole, so that they can be imported when their time has come.
    let [good, bad] = [soon, late].map(|at| Reading::good(series("pond-1/level"), at, 98.5));
    let messages = [vec![good.clone()], vec![good, bad]]
        .map(|readings| [batch(readings).to_bytes(), b"\n".to_vec()].concat());
    fs::write(&file, messages.concat()).unwrap();
    let (imported, problems) = within(Lang::Chinese, || import(&mut store, &[&file]));
    assert_eq!((imported.batches, imported.refused), (1, 1), "{problems:?}");
    let says = format!("{}:2：pond-1/level（98.5）的时间是", file.display());
    assert!(matches!(&problems[..], [one] if one.starts_with(&says)), "{says} in {problems:?}");
}

#[test]
fn batch_numbers_have_no_gaps_whatever_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&folder.path().join("a.db")).unwrap();
    let file = folder.path().join("much.csv");
    let rows = (0..45_000).map(|i| {
        // Three batches without a single good row.
        let value = if (2_000..5_500).contains(&i) { "?" } else { "98.5" };
        let at = Timestamp::from_second(1_659_283_200 + i).unwrap();
        format!("{at},pond-1,level,m,1,{value}\n")
    });
    let head = "observed_at,station,parameter,unit,flag,value\n".to_owned();
    fs::write(&file, head + &rows.collect::<String>()).unwrap();
    let (imported, _) = import(&mut store, &[&file]);
    assert_eq!((imported.readings, imported.new, imported.refused), (41_500, 41_500, 3_500));
    assert_eq!(imported.batches, 46, "of 1000 lines each");
    let gateway = store.gateways().unwrap().remove(0);
    assert_eq!(gateway.gaps(), vec![]);
    assert_eq!(gateway.delivered.values().next().unwrap().last(), Some(46));
}
