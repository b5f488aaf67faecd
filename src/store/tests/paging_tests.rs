//! Pages: each row once, whatever comes in between them.

use super::*;
use crate::core::{Correction, CorrectionKind, Parameter};
use crate::store::{Paged, PagedReading, first_ms};

const POND: &str = "pond-1/level";

fn ms(minutes: i64) -> i64 {
    at(minutes).as_millisecond()
}

#[test]
fn pages_of_readings_hold_each_once_over_both_tiers_while_others_come_in() {
    let file = File::new();
    let mut store = file.open();
    let pond = |minutes: std::ops::Range<i64>| minutes.map(|m| good(POND, 10 * m, m as f64));
    store.commit(&[batch(1, pond(0..300).collect())], at(3_000)).unwrap();
    let reader = store.reader().unwrap();
    let (mut from, mut found, mut pages) = (ms(0), Vec::new(), 0);
    loop {
        let page = reader.readings_page(&series(POND), (from, i64::MAX), 70).unwrap();
        found.extend(page.rows.iter().map(|row| row.reading.observed_at));
        pages += 1;
        if pages == 2 {
            // One after the key, one before it, and one that is there already.
            let late = [good(POND, 2_995, 1.0), good(POND, 5, 1.0), good(POND, 100, 10.0)];
            store.commit(&[batch(2, late.into())], at(3_001)).unwrap();
        }
        if !page.more {
            break;
        }
        from = page.rows.last().unwrap().reading.observed_at.as_millisecond() + 1;
    }
    let all = reader.readings(&series(POND), at(0), Timestamp::MAX).unwrap();
    let expected: Vec<_> =
        all.iter().map(|reading| reading.observed_at).filter(|time| *time != at(5)).collect();
    assert_eq!((found, pages), (expected, 5));
    let none = reader.readings_page(&series("pond-2/level"), (0, i64::MAX), 5).unwrap();
    assert_eq!(none, Paged::default());
    let exact = reader.readings_page(&series(POND), (ms(0), ms(10)), 2).unwrap();
    assert_eq!((exact.rows.len(), exact.more), (2, false));
}

#[test]
fn a_page_has_what_came_and_what_corrections_make_of_it() {
    let file = File::new();
    let mut store = file.open();
    let mut readings: Vec<Reading> = (0..4).map(|m| good(POND, m, 5.0)).collect();
    readings.push(missing(POND, 4, Reason::ALL[0]));
    store.commit(&[batch(1, readings)], at(10)).unwrap();
    let correct = |from, to, kind| Correction {
        id: 0,
        series: series(POND),
        from: at(from),
        to: at(to),
        kind,
        reason: "水尺被撞歪".into(),
        by: "水利站 陈".into(),
        at: at(11),
        withdrawn: None,
    };
    let shift = correct(1, 2, CorrectionKind::Shift { by: -1.5 });
    for correction in [shift, correct(2, 3, CorrectionKind::Wrong)] {
        store.correct(&correction).unwrap().unwrap();
    }
    let page = store.readings_page(&series(POND), (ms(0), ms(5)), 10).unwrap();
    let values: Vec<_> = page.rows.iter().map(|row| (row.reading.value(), row.said)).collect();
    let came = Some(5.0);
    assert_eq!(values, [(came, came), (came, Some(3.5)), (came, None), (came, came), (None, None)]);
    let PagedReading { reading, .. } = &page.rows[4];
    assert_eq!(reading.reason, Some(Reason::ALL[0]));
}

#[test]
fn hours_and_series_come_in_pages_too() {
    let file = File::new();
    let mut store = file.open();
    let readings = (0..50).map(|hour| good(POND, 60 * hour, 1.0));
    let others = ["pond-10/level", "pond-1/power", "pump-1/power"].map(|name| good(name, 0, 1.0));
    store.commit(&[batch(1, readings.chain(others).collect())], at(3_000)).unwrap();
    let (mut from, mut hours) = (i64::MIN, Vec::new());
    loop {
        let page = store.hours_page(&series(POND), (from, i64::MAX), 20).unwrap();
        assert!(page.rows.len() <= 20);
        hours.extend(page.rows);
        if !page.more {
            break;
        }
        from = hours.last().unwrap().hour_at.as_millisecond() + 1;
    }
    assert_eq!(hours, all_hours(&store, POND));
    let pond: crate::core::StationId = "pond-1".parse().unwrap();
    let names = |after: &str, of| {
        let page = store.series_page(after, of, 2).unwrap();
        (page.rows.iter().map(ToString::to_string).collect::<Vec<_>>(), page.more)
    };
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(names("", (None, None)), (own(&["pond-1/level", "pond-1/power"]), true));
    assert_eq!(
        names("pond-1/power", (None, None)),
        (own(&["pond-10/level", "pump-1/power"]), false)
    );
    assert_eq!(names("", (Some(&pond), None)), (own(&["pond-1/level", "pond-1/power"]), false));
    let power = Some(Parameter::Power);
    assert_eq!(names("", (None, power)), (own(&["pond-1/power", "pump-1/power"]), false));
    assert_eq!(names("", (Some(&pond), power)), (own(&["pond-1/power"]), false));
}

#[test]
fn a_span_begins_with_the_first_millisecond_that_is_not_before_it() {
    let of = |text: &str| first_ms(text.parse().unwrap()) - ms(0);
    assert_eq!(of("2022-08-01T00:00:00Z"), 0);
    assert_eq!(of("2022-08-01T00:00:00.000000001Z"), 1);
    assert_eq!(of("2022-08-01T00:00:00.001Z"), 1);
    assert_eq!(of("2022-07-31T23:59:59.9995Z"), 0);
    assert_eq!(first_ms("1969-12-31T23:59:59.9995Z".parse().unwrap()), 0);
    assert_eq!(first_ms("1969-12-31T23:59:59.9985Z".parse().unwrap()), -1);
}
