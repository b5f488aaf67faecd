//! Tests of the ledger's file.

use super::*;
use jiff::civil::date;

fn slip(litres: f64) -> Entry {
    Entry {
        id: 0,
        reviewed_by: None,
        withdrawn: false,
        code: EntryCode::Gasoline,
        value: litres,
        from: date(2022, 8, 5),
        to: date(2022, 8, 5),
        village: Some("dongmen".parse().unwrap()),
        crop: None,
        work: None,
        document: "加油票 2022-08-0001".into(),
        entered_by: "财政所 黄某".into(),
        entered_at: "2022-08-05T10:00:00Z".parse().unwrap(),
        reason: String::new(),
        supersedes: None,
    }
}

fn correction(litres: f64, of: i64) -> Entry {
    Entry { reason: "看错一位".into(), supersedes: Some(of), ..slip(litres) }
}

fn ledger() -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&dir.path().join("ledger.db")).unwrap();
    (dir, ledger)
}

#[test]
fn rows_survive_and_read_back_as_they_were_written() {
    let (dir, mut ledger) = ledger();
    assert_eq!(ledger.append(&[slip(760.0), slip(41.5)]).unwrap(), [1, 2]);
    drop(ledger);
    let ledger = Ledger::open(&dir.path().join("ledger.db")).unwrap();
    let rows = ledger.all().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].value, 41.5);
    assert_eq!(rows[0].village.as_ref().unwrap().as_str(), "dongmen");
    assert_eq!(rows[0].entered_at, slip(0.0).entered_at);
    assert_eq!(rows[0].crop, None);
}

#[test]
fn nothing_changes_a_written_row() {
    let (_dir, mut ledger) = ledger();
    ledger.append(&[slip(760.0)]).unwrap();
    ledger.append(&[correction(670.0, 1)]).unwrap();
    let before = ledger.all().unwrap();
    for attack in [
        "UPDATE entry SET value = 1",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT 1, code, 9, from_day, to_day, village, crop, work, document, entered_by, entered_at_ms, reason, NULL, 0 FROM entry WHERE id = 1",
        "INSERT OR REPLACE INTO entry SELECT 7, code, 9, from_day, to_day, village, crop, work, document, entered_by, entered_at_ms, reason, 1, 0 FROM entry WHERE id = 1",
    ] {
        let error = ledger.db.execute_batch(attack).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{attack}: {error}");
    }
    assert_eq!(ledger.all().unwrap(), before);
}

#[test]
fn a_correction_supersedes_once() {
    let (_dir, mut ledger) = ledger();
    ledger.append(&[slip(760.0)]).unwrap();
    assert_eq!(ledger.append(&[correction(670.0, 1)]).unwrap(), [2]);
    let error = ledger.append(&[correction(600.0, 1)]).unwrap_err();
    assert!(matches!(error, LedgerError::AlreadySuperseded { row: 1, by: 2 }));
    let error = ledger.append(&[slip(1.0), correction(600.0, 77)]).unwrap_err();
    assert!(matches!(error, LedgerError::NoSuchRow(77)));
    let other = Entry { code: EntryCode::FundsRaised, ..correction(1.0, 2) };
    assert!(matches!(ledger.append(&[other]).unwrap_err(), LedgerError::OtherCode { row: 2, .. }));
    let current: Vec<_> = ledger.current().unwrap().iter().map(|e| (e.id, e.value)).collect();
    assert_eq!(current, [(2, 670.0)]);
    assert_eq!(ledger.all().unwrap().len(), 2, "a failed call leaves nothing behind");
}

#[test]
fn a_newer_file_is_left_alone() {
    let (dir, ledger) = ledger();
    ledger.db.execute_batch("PRAGMA user_version = 4").unwrap();
    drop(ledger);
    let error = Ledger::open(&dir.path().join("ledger.db")).unwrap_err();
    assert!(matches!(error, LedgerError::Newer { found: 4, .. }));
}

#[test]
fn a_command_that_only_reads_makes_no_file() {
    let (dir, mut ledger) = ledger();
    let absent = dir.path().join("absent.db");
    assert_eq!(Ledger::open_to_read(&absent).unwrap().all().unwrap(), []);
    assert!(!absent.exists());
    ledger.append(&[slip(760.0)]).unwrap();
    let there = Ledger::open_to_read(&dir.path().join("ledger.db")).unwrap();
    assert_eq!(there.all().unwrap().len(), 1);
    // Whoever gave a wrong folder is not told that the ledger is empty.
    let error = Ledger::open_to_read(&dir.path().join("no/such/ledger.db")).unwrap_err();
    assert!(matches!(error, LedgerError::Open { .. }), "{error}");
}
