//! Corrections: what is folded with them, what stays as it came, and what is refused.

use proptest::prelude::*;

use super::*;
use crate::core::{Correction, CorrectionKind, Outcome};

const POND: &str = "pond-1/level";
const METER: &str = "pump-1/energy_total";
const STATE: &str = "pump-1/run_state";

/// A correction of the minutes from `from` to before `to`.
fn said(name: &str, (from, to): (i64, i64), kind: CorrectionKind) -> Correction {
    Correction {
        id: 0,
        series: series(name),
        from: at(from),
        to: at(to),
        kind,
        reason: "水尺被撞歪".into(),
        by: "水利站 陈".into(),
        at: at(9_000),
        withdrawn: None,
    }
}

fn shift(by: f64) -> CorrectionKind {
    CorrectionKind::Shift { by }
}

fn enter(store: &mut Sqlite, correction: &Correction) -> i64 {
    let id = store.correct(correction).unwrap().unwrap();
    store.settle().unwrap();
    id
}

fn withdraw(store: &mut Sqlite, id: i64) {
    store.withdraw(id, "水利站 李", "看错了", at(9_001)).unwrap().unwrap();
    store.settle().unwrap();
}

/// Two days of a pond each half hour and of a meter each hour; the last hours are hot.
fn filled(store: &mut Sqlite) {
    let pond = (0..96).map(|i| good(POND, 30 * i, 98.0 + 0.01 * i as f64));
    let meter = (0..48).map(|h| good(METER, 60 * h, 100.0 + 2.0 * h as f64));
    let state = (0..4).map(|h| good(STATE, 60 * h, 1.0));
    store.commit(&[batch(1, pond.chain(meter).chain(state).collect())], at(60 * 48)).unwrap();
}

/// Readings, hours and days of a series, and its last readings.
fn everything(store: &Sqlite, name: &str) -> String {
    let latest = store.latest(&series(name)).unwrap();
    format!(
        "{:?} {:?} {:?} {latest:?}",
        all_readings(store, name),
        all_hours(store, name),
        all_days(store, name)
    )
}

fn is_refolded(store: &Sqlite, name: &str) {
    let kept = (all_hours(store, name), all_days(store, name));
    assert_eq!(kept, recompute(store, &series(name)), "{name}");
}

#[test]
fn a_shift_moves_levels_of_its_span_and_nothing_else() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    let (before, raw) = (all_hours(&store, POND), all_readings(&store, POND));
    let meter = everything(&store, METER);
    // Whole hours from 10:00 to 20:00, in the cold tier.
    let id = enter(&mut store, &said(POND, (600, 1200), shift(-1.5)));
    assert_eq!((id, store.pending().unwrap()), (1, 0));
    for (old, new) in before.iter().zip(all_hours(&store, POND)) {
        let inside = (at(600)..at(1200)).contains(&old.hour_at);
        let by = if inside { -1.5 } else { 0.0 };
        for (old, new) in [(old.min, new.min), (old.mean, new.mean), (old.last, new.last)] {
            assert!((old.unwrap() + by - new.unwrap()).abs() < 1e-9);
        }
        assert_eq!((old.counted, old.failed), (new.counted, new.failed));
    }
    is_refolded(&store, POND);
    assert_eq!(all_readings(&store, POND), raw);
    assert_eq!(everything(&store, METER), meter);
    // The file is read as it is by others, also after a restart.
    drop(store);
    let store = Sqlite::open_reader(&file.path).unwrap();
    let found = store.corrections(Some(&series(POND)), at(0), at(9_000)).unwrap();
    assert_eq!(found, [Correction { id, ..said(POND, (600, 1200), shift(-1.5)) }]);
    assert_eq!(store.corrections(None, at(1200), at(9_000)).unwrap(), []);
    assert_eq!(store.corrections_that_change(&series(POND), at(0), at(700)).unwrap().len(), 1);
}

#[test]
fn wrong_readings_count_as_failed_also_at_the_edges_and_in_the_hot_tier() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    // From 45:30 on: the hour from 45:00 keeps one of two readings.
    enter(&mut store, &said(POND, (45 * 60 + 30, 9_000), CorrectionKind::Wrong));
    let hours = all_hours(&store, POND);
    let counts = |hour: &HourCell| (hour.counted, hour.failed, hour.last.is_some());
    assert_eq!(counts(&hours[45]), (1, 1, true));
    assert_eq!(counts(&hours[46]), (0, 2, false));
    is_refolded(&store, POND);
    let latest = store.latest(&series(POND)).unwrap().unwrap();
    assert_eq!(latest.last.observed_at, at(47 * 60 + 30));
    assert_eq!(latest.counted.unwrap().observed_at, at(45 * 60));
    // What comes later in the span is folded with it.
    store.commit(&[batch(2, vec![good(POND, 48 * 60, 1.0)])], at(48 * 60)).unwrap();
    assert_eq!(counts(all_hours(&store, POND).last().unwrap()), (0, 1, false));
    let chart = store.chart(&series(POND), at(44 * 60), at(49 * 60), 1000).unwrap();
    assert_eq!(chart.len(), 3);
    let came = store.chart_as_came(&series(POND), at(44 * 60), at(49 * 60), 1000).unwrap();
    assert_eq!((came.len(), came[0].from), (6, at(45 * 60 + 30)));
    // Older than all cells that count: the reading before is found in the cold tier.
    enter(&mut store, &said(POND, (60, 45 * 60 + 30), CorrectionKind::Wrong));
    let latest = store.latest(&series(POND)).unwrap().unwrap();
    assert_eq!(latest.counted.unwrap().observed_at, at(30));
}

#[test]
fn a_counter_goes_on_over_a_span_that_is_wrong() {
    let file = File::new();
    let mut store = file.open();
    let mut readings: Vec<Reading> =
        (0..48).map(|h| good(METER, 60 * h, 100.0 + 2.0 * h as f64)).collect();
    readings[20] = good(METER, 60 * 20, 9_000.0);
    readings[21] = good(METER, 60 * 21, 9_002.0);
    store.commit(&[batch(1, readings)], at(60 * 48)).unwrap();
    enter(&mut store, &said(METER, (20 * 60, 22 * 60), CorrectionKind::Wrong));
    assert_eq!(store.grown(&series(METER), None).unwrap(), Some(94.0));
    let hours = all_hours(&store, METER);
    assert_eq!((hours[20].increment, hours[20].failed), (Some(0.0), 1));
    assert_eq!(hours[22].increment, Some(6.0));
    is_refolded(&store, METER);
}

#[test]
fn a_note_changes_nothing_and_corrections_add_up() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    let before = everything(&store, POND);
    enter(&mut store, &said(POND, (0, 9_000), CorrectionKind::Note));
    assert_eq!(everything(&store, POND), before);
    assert_eq!(store.corrections_that_change(&series(POND), at(0), at(9_000)).unwrap(), []);
    let first = enter(&mut store, &said(POND, (0, 120), shift(1.0)));
    let second = enter(&mut store, &said(POND, (60, 180), shift(0.5)));
    let mean = all_hours(&store, POND)[1].mean.unwrap();
    assert!((mean - (98.025 + 1.5)).abs() < 1e-9, "{mean}");
    let third = enter(&mut store, &said(POND, (60, 90), CorrectionKind::Wrong));
    assert_eq!((all_hours(&store, POND)[1].counted, all_hours(&store, POND)[1].failed), (1, 1));
    for id in [second, first, third] {
        withdraw(&mut store, id);
    }
    assert_eq!(everything(&store, POND), before);
}

#[test]
fn what_breaks_a_rule_is_refused_with_what_to_do() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    let one = said(POND, (0, 60), CorrectionKind::Wrong);
    let day = 1440;
    let refused = [
        (said("pond-9/level", (0, 60), CorrectionKind::Wrong), "no readings of pond-9/level"),
        (said(POND, (60, 60), CorrectionKind::Wrong), "is empty"),
        (said(POND, (0, 400 * day + 1), CorrectionKind::Wrong), "400 days at most"),
        (said(METER, (0, 60), shift(1.0)), "cannot be shifted"),
        (said(STATE, (0, 60), shift(1.0)), "cannot be shifted"),
        (said(POND, (0, 60), shift(f64::NAN)), "cannot be"),
        (said(POND, (0, 60), shift(-3021.0)), "cannot be"),
        (said(POND, (0, 60), shift(0.0)), "enter a note"),
        (Correction { reason: " \n".into(), ..one.clone() }, "no reason"),
        (Correction { reason: "字".repeat(501), ..one.clone() }, "501 characters"),
        (Correction { by: String::new(), ..one.clone() }, "who enters it"),
    ];
    within(Lang::English, || {
        for (correction, says) in refused {
            let problem = store.correct(&correction).unwrap().unwrap_err().to_string();
            assert!(problem.contains(says), "{problem}");
        }
        assert_eq!(enter(&mut store, &one), 1);
        let twice = store.correct(&Correction { reason: "另".into(), ..one.clone() }).unwrap();
        assert!(twice.unwrap_err().to_string().contains("number 1"));
        for (id, reason, says) in
            [(7, "看错", "no correction 7"), (1, "", "no reason"), (1, "看错", "")]
        {
            match store.withdraw(id, "水利站 李", reason, at(9_001)).unwrap() {
                Ok(()) => assert_eq!(says, ""),
                Err(problem) => assert!(problem.to_string().contains(says), "{problem}"),
            }
        }
        let again = store.withdraw(1, "水利站 李", "看错", at(9_002)).unwrap();
        assert!(again.unwrap_err().to_string().contains("withdrawn before"));
    });
    // Withdrawn, it can be entered again.
    assert_eq!(enter(&mut store, &one), 2);
}

#[test]
fn hours_whose_readings_are_gone_stay_as_they_are() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    let id = enter(&mut store, &said(POND, (60, 120), shift(2.0)));
    let kept = enter(&mut store, &said(POND, (1440, 1500), shift(2.0)));
    store.purge_raw(at(1440), 1_000).unwrap();
    let hours = all_hours(&store, POND);
    within(Lang::English, || {
        let late = store.correct(&said(POND, (1400, 1500), CorrectionKind::Wrong)).unwrap();
        // The day of China after the purged ones begins at 16:00 UTC.
        let late = late.unwrap_err().to_string();
        assert!(late.contains("from 2022-08-03 on"), "{late}");
        let stays = store.withdraw(id, "水利站 李", "看错", at(9_001)).unwrap().unwrap_err();
        assert!(stays.to_string().contains("can no longer be withdrawn"), "{stays}");
    });
    let note = store.correct(&said(POND, (0, 60), CorrectionKind::Note)).unwrap();
    assert!(note.is_ok());
    assert_eq!(all_hours(&store, POND), hours);
    withdraw(&mut store, kept);
    assert_eq!(all_hours(&store, POND)[..24], hours[..24]);
}

#[test]
fn notes_keep_no_correction_out() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    let fill = |store: &Sqlite, kind: &str, name: &str, count: i64| {
        let rows = format!(
            "INSERT INTO correction (series, from_ms, to_ms, kind, reason, person, at_ms)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             SELECT series.id, i, i + 1, '{kind}', 'r', 'p', 0 FROM n, series WHERE name = '{name}'"
        );
        store.connection.execute_batch(&rows).unwrap();
    };
    let refused = |store: &mut Sqlite, correction: &Correction| {
        let problem = store.correct(correction).unwrap().unwrap_err();
        within(Lang::English, || problem.to_string())
    };
    let [note, wrong] =
        [CorrectionKind::Note, CorrectionKind::Wrong].map(|kind| said(POND, (0, 60), kind));
    fill(&store, "note", POND, 1_000);
    let problem = refused(&mut store, &note);
    assert!(problem.contains("this series has 1000 notes"), "{problem}");
    fill(&store, "note", METER, 9_000);
    let problem = refused(&mut store, &said(STATE, (0, 60), CorrectionKind::Note));
    assert!(problem.contains("10000 notes in force"), "{problem}");
    enter(&mut store, &wrong);
    // Nor do corrections keep a note out.
    let withdrawn = "UPDATE correction
         SET withdrawn_ms = 1, withdrawn_reason = 'r', withdrawn_person = 'p'
         WHERE kind = 'note' AND withdrawn_ms IS NULL";
    store.connection.execute_batch(withdrawn).unwrap();
    fill(&store, "wrong", POND, 999);
    let problem = refused(&mut store, &said(POND, (60, 120), shift(1.0)));
    assert!(problem.contains("this series has 1000 corrections"), "{problem}");
    enter(&mut store, &note);
    // What was ever entered is counted apart too.
    fill(&store, "note", METER, 90_000);
    store.connection.execute_batch(withdrawn).unwrap();
    let problem = refused(&mut store, &said(STATE, (0, 60), CorrectionKind::Note));
    assert!(problem.contains("100000 notes were entered"), "{problem}");
    enter(&mut store, &said(STATE, (0, 60), CorrectionKind::Wrong));
}

#[test]
fn nobody_changes_a_correction_beside_the_program() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    let id = enter(&mut store, &said(POND, (0, 60), shift(1.0)));
    for sql in [
        "DELETE FROM correction",
        "UPDATE correction SET shift = 2.0",
        "UPDATE correction SET shift = 2.0,
             withdrawn_ms = 1, withdrawn_reason = 'r', withdrawn_person = 'p'",
        "INSERT OR REPLACE INTO correction (id, series, from_ms, to_ms, kind, reason, person, at_ms)
             VALUES (1, 1, 0, 1, 'wrong', 'r', 'p', 0)",
    ] {
        assert!(store.connection.execute_batch(sql).is_err(), "{sql}");
    }
    withdraw(&mut store, id);
    let again = "UPDATE correction
         SET withdrawn_ms = 2, withdrawn_reason = 'r', withdrawn_person = 'p'";
    assert!(store.connection.execute_batch(again).is_err());
    drop(store);
    // Its triggers are its own, and others are not.
    drop(file.open());
    assert_eq!(crate::store::file::foreign_to_store(&file.path).unwrap(), Vec::<String>::new());
}

#[test]
fn a_file_of_layout_4_gets_room_for_corrections() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    let before = everything(&store, POND);
    drop(store);
    let older = "DROP TABLE correction; PRAGMA user_version = 4";
    crate::store::file::alter(&file.path, older);
    let mut store = file.open();
    assert_eq!(everything(&store, POND), before);
    enter(&mut store, &said(POND, (0, 60), shift(1.0)));
    drop(store);
    drop(file.open());
}

#[test]
fn readings_that_are_not_good_are_found_by_their_hours() {
    let file = File::new();
    let mut store = file.open();
    let mut readings: Vec<Reading> = (0..600).map(|i| good(POND, 10 * i, 98.0)).collect();
    readings[3] = flagged(POND, 30, 1.0, Flag::Fail);
    readings[400] = flagged(POND, 4000, 97.0, Flag::Suspect);
    readings[599] = missing(POND, 5990, Reason::Timeout);
    store.commit(&[batch(1, readings)], at(6000)).unwrap();
    enter(&mut store, &said(POND, (600, 1200), CorrectionKind::Wrong));
    let found = |store: &Sqlite, to, most| {
        let (found, more) = store.flagged(&series(POND), at(0), at(to), most).unwrap();
        (found.iter().map(|r| r.observed_at).collect::<Vec<_>>(), more)
    };
    assert_eq!(found(&store, 9_000, 10), (vec![at(5990), at(4000), at(30)], false));
    assert_eq!(found(&store, 9_000, 2), (vec![at(5990), at(4000)], true));
    assert_eq!(found(&store, 5990, 10), (vec![at(4000), at(30)], false));
    assert_eq!(found(&store, 30, 10), (vec![], false));
}

#[test]
fn what_came_stands_beside_a_corrected_chart_where_it_differs() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store);
    let name = series(POND);
    assert_eq!(store.chart_as_came(&name, at(0), at(2880), 48).unwrap(), []);
    enter(&mut store, &said(POND, (600, 660), shift(5.0)));
    enter(&mut store, &said(POND, (630, 720), CorrectionKind::Wrong));
    // One point of two readings where the points are hours, and one that stands for a whole day.
    let hours = store.chart_as_came(&name, at(0), at(2880), 48).unwrap();
    let found: Vec<_> = hours.iter().map(|p| (p.from, p.counted)).collect();
    assert_eq!(found, [(at(600), 2), (at(660), 2)]);
    assert!((hours[0].min - 98.2).abs() < 1e-9, "{hours:?}");
    let days = store.chart_as_came(&name, at(0), at(2880), 2).unwrap();
    assert_eq!(days.iter().map(|p| (p.from, p.counted)).collect::<Vec<_>>(), [(at(0), 2)]);
    let readings = store.chart_as_came(&name, at(0), at(2880), 2880).unwrap();
    assert_eq!(readings.len(), 4);
    // A whole day stands beside the day that is made of what counts.
    let both =
        Period { from: store.calendar().day_of(at(0)), to: store.calendar().day_of(at(2879)) };
    let days = store.days_as_came(&name, both).unwrap();
    let corrected = store.calendar().day_of(at(600));
    assert_eq!(days.len(), 1, "{days:?}");
    assert_eq!(days[0].from, store.calendar().start_of(corrected));
    let bounds = store.calendar().bounds(Period { from: corrected, to: corrected });
    let raw = all_readings(&store, POND);
    let of_day = raw.iter().filter(|r| bounds.0 <= r.observed_at && r.observed_at < bounds.1);
    let values: Vec<f64> = of_day.filter_map(Reading::value).collect();
    assert_eq!(days[0].counted as usize, values.len());
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    assert!((days[0].mean - mean).abs() < 1e-9, "{days:?}");
    let mut counted = Vec::new();
    store
        .each_counted(&name, at(570), at(720), &mut |reading, value| {
            counted.push((reading.observed_at, value));
        })
        .unwrap();
    let found: Vec<_> = counted.iter().map(|(at, _)| *at).collect();
    assert_eq!(found, [at(570), at(600)]);
    assert!((counted[1].1 - 103.2).abs() < 1e-9, "{counted:?}");
}

/// Which part of which series a correction is about, and what it says.
fn corrections() -> impl Strategy<Value = Vec<Correction>> {
    let kind = prop_oneof![
        Just(CorrectionKind::Wrong),
        Just(CorrectionKind::Note),
        (-5.0f64..5.0).prop_map(shift),
    ];
    let one =
        (any::<bool>(), 0i64..2900, 1i64..2000, kind).prop_map(|(pond, from, length, kind)| {
            let name = if pond { POND } else { METER };
            let kind = match kind {
                CorrectionKind::Shift { .. } if !pond => CorrectionKind::Wrong,
                kind => kind,
            };
            said(name, (from, from + length), kind)
        });
    prop::collection::vec(one, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn entered_and_withdrawn_leaves_everything_as_it_was(
        all in corrections(), late in prop::collection::vec((0i64..2900, 90.0f64..110.0), 0..4),
    ) {
        let file = File::new();
        let mut store = file.open();
        filled(&mut store);
        let raw = |store: &Sqlite| [POND, METER].map(|name| all_readings(store, name));
        let mut ids = Vec::new();
        for correction in &all {
            // The same may have been drawn twice.
            if let Ok(id) = store.correct(correction).unwrap() {
                ids.push(id);
            }
        }
        // What comes late is folded with them, and stays.
        let late: Vec<Reading> = late.iter().map(|(m, value)| good(POND, *m, *value)).collect();
        let without = File::new();
        let mut other = without.open();
        filled(&mut other);
        for store in [&mut store, &mut other] {
            store.commit(&[batch(2, late.clone())], at(60 * 48)).unwrap();
            store.settle().unwrap();
        }
        prop_assert_eq!(raw(&store), raw(&other));
        for name in [POND, METER] {
            is_refolded(&store, name);
        }
        for id in ids {
            withdraw(&mut store, id);
        }
        for name in [POND, METER] {
            prop_assert_eq!(everything(&store, name), everything(&other, name));
        }
    }

    #[test]
    fn cells_are_those_of_readings_that_were_corrected_before_they_came(all in corrections()) {
        let file = File::new();
        let mut store = file.open();
        filled(&mut store);
        let mut entered: Vec<&Correction> = Vec::new();
        for correction in &all {
            if store.correct(correction).unwrap().is_ok() {
                entered.push(correction);
            }
        }
        store.settle().unwrap();
        let correct = |mut reading: Reading| {
            for correction in &entered {
                let bears = reading.series == correction.series
                    && correction.covers(reading.observed_at);
                match (correction.kind, reading.value()) {
                    (CorrectionKind::Wrong, Some(_)) if bears => reading.flag = Flag::Fail,
                    (CorrectionKind::Shift { by }, Some(value)) if bears => {
                        reading.outcome = Outcome::Value(value + by);
                    }
                    _ => {}
                }
            }
            reading
        };
        let without = File::new();
        let mut other = without.open();
        let names = [POND, METER];
        let readings = names.into_iter().flat_map(|name| all_readings(&store, name)).map(correct);
        other.import(&[batch(1, readings.collect())], at(60 * 48)).unwrap();
        for name in names {
            prop_assert_eq!(all_hours(&store, name), all_hours(&other, name));
            prop_assert_eq!(all_days(&store, name), all_days(&other, name));
            let counted = |store: &Sqlite| {
                let counted = store.latest(&series(name)).unwrap().unwrap().counted;
                counted.map(|reading| (reading.observed_at, reading.value()))
            };
            prop_assert_eq!(counted(&store), counted(&other));
            for points in [3000, 48, 2] {
                let (from, to) = (at(0), at(2880));
                let chart = |store: &Sqlite| store.chart(&series(name), from, to, points).unwrap();
                prop_assert_eq!(chart(&store), chart(&other));
            }
        }
    }
}
