//! Tests of the record.

use proptest::prelude::*;

use super::*;

fn record(rows: u8) -> UsersFile {
    let mut file = UsersFile::in_memory();
    for n in 0..rows {
        let at = Timestamp::from_second(1_800_000_000 + i64::from(n)).unwrap();
        let from = Some(IpAddr::from([192, 0, 2, n]));
        let detail = format!("station {n}");
        let done = Done { at, by: "huang", from, deed: Deed::NoteMade, detail: &detail };
        let writing = file.writing().unwrap();
        add(&writing, done).unwrap();
        writing.commit().unwrap();
    }
    file
}

fn sound(file: &UsersFile) -> Vec<bool> {
    file.audit(None, 100).unwrap().into_iter().rev().map(|row| row.sound).collect()
}

/// Does to the file what somebody could who takes its triggers away.
fn tamper(file: &UsersFile, sql: &str) {
    let triggers =
        "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_in_order;";
    file.db.execute_batch(triggers).unwrap();
    file.db.execute_batch(sql).unwrap();
}

#[test]
fn rows_read_back_page_by_page() {
    let file = record(7);
    let page = file.audit(None, 3).unwrap();
    assert_eq!(page.iter().map(|row| row.id).collect::<Vec<_>>(), [7, 6, 5]);
    let row = &page[0];
    assert_eq!(
        (row.by.as_str(), row.deed, row.detail.as_str()),
        ("huang", Deed::NoteMade, "station 6")
    );
    assert_eq!(row.from.as_deref(), Some("192.0.2.6"));
    let rest = file.audit(Some(5), 100).unwrap();
    assert_eq!(rest.iter().map(|row| row.id).collect::<Vec<_>>(), [4, 3, 2, 1]);
    assert!(page.iter().chain(&rest).all(|row| row.sound));
    let chain = file.verify().unwrap();
    assert_eq!((chain.rows, chain.broken, chain.last.len()), (7, None, 64));
    assert!(file.audit(Some(1), 10).unwrap().is_empty());
}

#[test]
fn nothing_changes_a_written_row() {
    let file = record(3);
    for attack in [
        "UPDATE audit SET detail = 'x'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT 2, at_ms, 'wu', came_from, deed, detail, hash FROM audit WHERE id = 2",
        "INSERT INTO audit SELECT 9, at_ms, 'wu', came_from, deed, detail, hash FROM audit WHERE id = 2",
    ] {
        let error = file.db.execute_batch(attack).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{attack}: {error}");
    }
    assert_eq!(sound(&file), [true; 3]);
}

#[test]
fn a_row_that_was_changed_taken_out_or_put_in_shows() {
    for (attack, expected, broken) in [
        ("UPDATE audit SET detail = 'x' WHERE id = 2", vec![true, false, true, true], 2),
        ("UPDATE audit SET done_by = '' WHERE id = 1", vec![false, true, true, true], 1),
        ("UPDATE audit SET deed = 'made_up' WHERE id = 4", vec![true, true, true, false], 4),
        (
            "UPDATE audit SET at_ms = 9223372036854775807 WHERE id = 3",
            vec![true, true, false, true],
            3,
        ),
        ("UPDATE audit SET hash = zeroblob(32) WHERE id = 3", vec![true, true, false, false], 3),
        // A letter that moves from one field into the next.
        (
            "UPDATE audit SET done_by = 'huan', came_from = 'g' || came_from WHERE id = 2",
            vec![true, false, true, true],
            2,
        ),
        ("DELETE FROM audit WHERE id = 2", vec![true, false, true], 3),
        ("DELETE FROM audit WHERE id = 1", vec![false, true, true], 2),
        (
            "INSERT INTO audit SELECT 5, at_ms, done_by, came_from, deed, detail, hash FROM audit WHERE id = 4",
            vec![true, true, true, true, false],
            5,
        ),
    ] {
        let file = record(4);
        tamper(&file, attack);
        assert_eq!(sound(&file), expected, "{attack}");
        assert_eq!(file.verify().unwrap().broken, Some(broken), "{attack}");
    }
}

#[test]
fn the_last_hash_tells_that_rows_at_the_end_are_gone() {
    let file = record(4);
    let before = file.verify().unwrap();
    tamper(&file, "DELETE FROM audit WHERE id = 4");
    let after = file.verify().unwrap();
    assert_eq!(after.broken, None);
    assert_ne!(after.last, before.last);
}

#[test]
fn what_is_written_is_bounded_and_a_counted_row_says_so() {
    let mut file = UsersFile::in_memory();
    let long = "水".repeat(100_000);
    let at = Timestamp::UNIX_EPOCH;
    let writing = file.writing().unwrap();
    add(&writing, Done { at, by: &long, from: None, deed: Deed::Corrected, detail: &long })
        .unwrap();
    add(&writing, Done { at, by: "", from: None, deed: Deed::SignInFailed, detail: "+12" })
        .unwrap();
    writing.commit().unwrap();
    let rows = file.audit(None, 10).unwrap();
    assert_eq!(rows[0].not_listed(), Some(12));
    assert_eq!((rows[1].not_listed(), rows[1].from.as_deref()), (None, None));
    assert_eq!((rows[1].by.chars().count(), rows[1].detail.chars().count()), (BY_MAX, DETAIL_MAX));
    assert_eq!(sound(&file), [true, true]);
}

proptest! {
    #[test]
    fn no_two_rows_have_one_seal(a in "[a-c]{0,3}", b in "[a-c]{0,3}", c in "[a-c]{0,3}", d in "[a-c]{0,3}") {
        let row = |by: &str, from: &str| Stored {
            id: 1,
            at_ms: 0,
            by: by.into(),
            from: from.into(),
            deed: String::new(),
            detail: String::new(),
            hash: Vec::new(),
        };
        let same = row(&a, &b).seal(&FIRST) == row(&c, &d).seal(&FIRST);
        prop_assert_eq!(same, (a, b) == (c, d));
    }
}
