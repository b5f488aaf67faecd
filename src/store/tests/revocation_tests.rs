//! Readings of a revoked gateway.

use super::*;
use crate::store::{Progress, Replacement};

const POND: &str = "pond-1/level";
const METER: &str = "pump-1/energy_total";

fn from(name: &str, epoch: u64, seq: u64, readings: Vec<Reading>) -> Batch {
    Batch { gateway: gateway(name), epoch: Epoch(epoch), ..batch(seq, readings) }
}

/// Everything in the tables of readings, roll-ups and former values.
fn dump(store: &Sqlite) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT series, at_ms, quote(value), flag, quote(reason), quote(raw), quote(source)
         FROM (SELECT series, at_ms, value, flag, reason, raw, source FROM reading UNION ALL
             SELECT series, at_ms, value, flag, reason, raw, source FROM reading_hot) ORDER BY 1, 2",
        "SELECT series, at_ms, quote(value), flag, quote(reason), quote(raw), quote(source) || quote(by_source)
             || quote(revoked) || replaced_ms FROM replaced ORDER BY 1, 2, id",
    ] {
        let mut statement = store.connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |r| {
            let (series, at): (i64, i64) = (r.get(0)?, r.get(1)?);
            let (value, flag): (String, i64) = (r.get(2)?, r.get(3)?);
            let (reason, raw, rest): (String, String, String) = (r.get(4)?, r.get(5)?, r.get(6)?);
            Ok(format!("{series} {at} {value} {flag} {reason} {raw} {rest}"))
        });
        all.extend(rows.unwrap().map(Result::unwrap));
    }
    all.extend(folding_tests::cells(store).iter().map(|cell| format!("{cell:?}")));
    for name in [POND, METER] {
        all.extend(all_days(store, name).iter().map(|day| format!("{day:?}")));
    }
    all
}

fn reject(store: &mut Sqlite, name: &str, since: Timestamp, most: u32) -> u64 {
    let mut rows = 0;
    loop {
        let done = store.reject(&gateway(name), since, at(9_000), most).unwrap();
        rows += done.rows;
        if done.finished {
            store.settle().unwrap();
            return rows;
        }
    }
}

fn reinstate(store: &mut Sqlite, name: &str, most: u32) -> u64 {
    let mut rows = 0;
    loop {
        let done = store.reinstate(&gateway(name), most).unwrap();
        rows += done.rows;
        if done.finished {
            store.settle().unwrap();
            return rows;
        }
    }
}

/// Three days of two honest gateways, and a thief who has the key of one of them from the second day on.
fn township(store: &mut Sqlite) {
    let honest = |h: i64| {
        vec![
            good(METER, 60 * h, 100.0 + 2.0 * h as f64),
            flagged(POND, 60 * h, 98.0, Flag::Suspect),
        ]
    };
    for h in 0..72 {
        store.commit(&[from("gw-1", 7, h as u64 + 1, honest(h))], at(60 * h)).unwrap();
    }
    let thief = vec![
        // A value of its own, of the time after the theft.
        good(POND, 60 * 50 + 7, 1.0),
        missing(POND, 60 * 50 + 8, Reason::Timeout),
        // Another gateway's values of old, and of now.
        good(METER, 60 * 3, 5_000.0),
        good(METER, 60 * 60, 50_000.0),
        good(POND, 60 * 60, 217.0),
        // Of before any: the first of its series.
        good(POND, -60 * 30, 3.0),
    ];
    store.commit(&[from("gw-2", 8, 1, vec![good(POND, 1, 97.0)])], at(2)).unwrap();
    store.commit(&[from("gw-2", 9, 1, thief)], at(60 * 71)).unwrap();
    store.settle().unwrap();
}

#[test]
fn what_a_revoked_gateway_sent_leaves_the_figures_and_comes_back_exactly() {
    for most in [1, 2, 5_000] {
        let file = File::new();
        let mut store = file.open();
        township(&mut store);
        let honest = File::new();
        let mut expected = honest.open();
        township(&mut expected);
        let before = dump(&store);
        assert_eq!(before, dump(&expected));
        let grown = store.grown(&series(METER), None).unwrap();
        assert_ne!(grown, Some(142.0));

        assert_eq!(reject(&mut store, "gw-2", at(60 * 48), most), 5);
        // The honest gateway's values are back.
        assert_eq!(store.grown(&series(METER), None).unwrap(), Some(142.0));
        let pond = all_readings(&store, POND);
        let find = |minute: i64| pond.iter().find(|r| r.observed_at == at(minute)).unwrap();
        assert_eq!(*find(60 * 60), flagged(POND, 60 * 60, 98.0, Flag::Suspect));
        assert_eq!((find(1).flag, find(1).value()), (Flag::Good, Some(97.0)), "sent before");
        let rejected = find(60 * 50 + 7);
        assert_eq!((rejected.flag, rejected.reason), (Flag::Fail, Some(Reason::Revoked)));
        assert_eq!(rejected.value(), Some(1.0), "never deleted");
        let history = store.history(&series(METER), at(60 * 3), at(60 * 3 + 1)).unwrap();
        assert_eq!(history.last().unwrap().by, Replacement::Revocation(gateway("gw-2")));
        let counts: Vec<_> =
            store.rejected(&gateway("gw-2")).unwrap().iter().map(|one| one.rows).collect();
        assert_eq!(counts, [3, 2]);
        for name in [POND, METER] {
            let kept = (all_hours(&store, name), all_days(&store, name));
            assert_eq!(kept, recompute(&store, &series(name)));
        }
        // What is rejected stays so, however often it comes, and a repetition finds nothing.
        store.commit(&[from("gw-2", 9, 2, vec![good(POND, 60 * 50 + 7, 1.0)])], at(0)).unwrap();
        store.commit(&[from("gw-2", 9, 3, vec![good(POND, 60 * 50 + 7, 2.0)])], at(0)).unwrap();
        assert_eq!(reject(&mut store, "gw-2", at(60 * 48), most), 0);

        assert_eq!(reinstate(&mut store, "gw-2", most), 5);
        assert_eq!(dump(&store), before);
        assert_eq!(store.rejected(&gateway("gw-2")).unwrap(), []);
        assert_eq!(reinstate(&mut store, "gw-2", most), 0);
    }
}

/// What a value of the gateway replaced that it had sent itself before it was stolen comes back too.
#[test]
fn its_own_values_of_before_come_back() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[from("gw-1", 7, 1, vec![good(POND, 0, 98.0)])], at(1)).unwrap();
    store.commit(&[from("gw-1", 7, 2, vec![good(POND, 0, 5.0)])], at(3 * 1440)).unwrap();
    assert_eq!(reject(&mut store, "gw-1", at(2 * 1440), 10), 1);
    assert_eq!(all_readings(&store, POND), [good(POND, 0, 98.0)]);
    assert_eq!(reinstate(&mut store, "gw-1", 10), 1);
    assert_eq!(all_readings(&store, POND), [good(POND, 0, 5.0)]);
}

/// A value that came after the rejection stays after its undoing, and the rejected one is its former value.
#[test]
fn later_values_stay_when_a_gateway_is_reinstated() {
    let run = |revoked: bool| {
        let file = File::new();
        let mut store = file.open();
        store.commit(&[from("gw-1", 7, 1, vec![good(POND, 0, 98.0)])], at(1)).unwrap();
        let forged = vec![good(POND, 0, 5.0), good(POND, 1, 6.0)];
        store.commit(&[from("gw-2", 8, 1, forged)], at(2)).unwrap();
        if revoked {
            assert_eq!(reject(&mut store, "gw-2", at(-60), 10), 2);
        }
        let right = vec![good(POND, 0, 97.0), good(POND, 1, 96.0)];
        store.commit(&[from("gw-1", 7, 2, right)], at(3)).unwrap();
        if revoked {
            assert_eq!(reinstate(&mut store, "gw-2", 10), 2);
        }
        dump(&store)
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn of_two_revoked_gateways_neither_comes_back_for_the_other() {
    let file = File::new();
    let mut store = file.open();
    for (n, name) in (1u64..).zip(["gw-1", "gw-2", "gw-3"]) {
        let sent = from(name, n, 1, vec![good(POND, 0, n as f64)]);
        store.commit(&[sent], at(n as i64)).unwrap();
    }
    let before = dump(&store);
    for name in ["gw-2", "gw-3"] {
        store
            .connection
            .execute("INSERT INTO revoked VALUES (?1, ?2, 0)", (name, at(-60).as_millisecond()))
            .unwrap();
    }
    assert_eq!(reject(&mut store, "gw-3", at(-60), 10), 1);
    assert_eq!(all_readings(&store, POND), [good(POND, 0, 1.0)]);
    assert_eq!(reject(&mut store, "gw-2", at(-60), 10), 0);
    store.connection.execute("DELETE FROM revoked WHERE gateway = 'gw-3'", []).unwrap();
    assert_eq!(reinstate(&mut store, "gw-3", 10), 1);
    assert_eq!(dump(&store), before);
}

#[test]
fn a_gateway_that_never_spoke_has_nothing_to_reject() {
    let file = File::new();
    let mut store = file.open();
    store.commit(&[from("gw-1", 7, 1, vec![good(POND, 0, 98.0)])], at(1)).unwrap();
    let done = store.reject(&gateway("gw-9"), at(0), at(1), 10).unwrap();
    assert_eq!(done, Progress { rows: 0, finished: true });
    assert_eq!(store.pending().unwrap(), 0);
}

/// 2022-08-02 begins in China at 16:00 UTC of the day before.
#[test]
fn what_came_since_the_local_day_began_is_rejected_of_whatever_time_it_is() {
    for (since, rejected) in [(16 * 60, 1), (18 * 60, 1), (16 * 60 - 1, 2), (40 * 60, 0)] {
        let file = File::new();
        let mut store = file.open();
        for (seq, came) in [(1, 16 * 60 - 1), (2, 17 * 60)] {
            let old = good(POND, seq as i64, 1.0);
            store.commit(&[from("gw-1", 7, seq, vec![old])], at(came)).unwrap();
        }
        assert_eq!(reject(&mut store, "gw-1", at(since), 10), rejected, "{since}");
    }
}
