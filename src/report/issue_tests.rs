//! Tests of issued reports: printed again, altered, changed since.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::super::tests::{SAID, documents, figures, statement};
use super::*;
use crate::figures::{FigureId, Value};
use crate::locales::Lang;

fn at() -> Timestamp {
    "2022-11-20T01:00:00Z".parse().unwrap()
}

/// Issues the report of 2022 into a new directory.
fn issued() -> (tempfile::TempDir, Issue) {
    let dir = tempfile::tempdir().unwrap();
    let figures = figures(&SAID);
    let documents = documents(None, &figures).unwrap();
    let issue = issue(dir.path(), &documents, &statement(&figures), "刘某", at()).unwrap();
    (dir, issue)
}

#[test]
fn an_issued_report_is_printed_again_to_the_last_byte() {
    let (dir, first) = issued();
    assert_eq!(first.number, "2022-001");
    let documents = documents(None, &figures(&SAID)).unwrap();
    let frozen = read(dir.path(), "2022-001").unwrap();
    assert_eq!(frozen.issue, first);
    assert!(is_intact(dir.path(), &first));
    for ((name, bytes), (made, expected)) in frozen.documents.iter().zip(documents.files()) {
        assert_eq!((name.as_str(), bytes.as_slice()), (made, expected));
    }
    let again = issue(dir.path(), &documents, &statement(&figures(&SAID)), "刘某", at()).unwrap();
    assert_eq!(again.number, "2022-002");
    assert_ne!(again.digest, first.digest, "the number is part of the digest");
    let numbers: Vec<String> =
        super::issued(dir.path()).unwrap().issues.into_iter().map(|i| i.number).collect();
    assert_eq!(numbers, ["2022-001", "2022-002"]);
}

#[test]
fn an_altered_or_missing_file_is_reported() {
    let (dir, first) = issued();
    let file = dir.path().join("2022-001/drought-relief.md");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&file, "别的").unwrap();
    let altered = read(dir.path(), &first.number).unwrap_err().to_string();
    assert!(
        altered.contains("drought-relief.md has been changed since it was issued"),
        "{altered}"
    );
    for number in ["2022-009", "../2022-001", ""] {
        let unknown = read(dir.path(), number).unwrap_err();
        assert!(matches!(unknown, IssueError::Unknown { .. }), "{number}: {unknown}");
    }
    assert!(!is_intact(dir.path(), &first));
    let record = dir.path().join("2022-001/issue.json");
    fs::set_permissions(&record, fs::Permissions::from_mode(0o644)).unwrap();
    let text = fs::read_to_string(&record).unwrap();
    fs::write(&record, text.replace("刘某", "张某")).unwrap();
    let forged = read(dir.path(), &first.number).unwrap_err().to_string();
    assert!(forged.contains("issue.json has been changed since it was issued"), "{forged}");
}

#[test]
fn a_spoilt_or_missing_record_is_named_and_keeps_nobody_from_the_others() {
    let (dir, first) = issued();
    let documents = documents(None, &figures(&SAID)).unwrap();
    let again =
        || issue(dir.path(), &documents, &statement(&figures(&SAID)), "刘某", at()).unwrap();
    let [second, third] = [again(), again()];
    fs::remove_file(dir.path().join(&second.number).join("issue.json")).unwrap();
    let record = dir.path().join(&third.number).join("issue.json");
    fs::set_permissions(&record, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&record, "{").unwrap();
    // A copy under another number is not that report.
    let copy = dir.path().join("2022-007");
    fs::create_dir(&copy).unwrap();
    fs::copy(dir.path().join(&first.number).join("issue.json"), copy.join("issue.json")).unwrap();
    fs::create_dir(dir.path().join("old")).unwrap();
    let archive = super::issued(dir.path()).unwrap();
    assert_eq!(archive.issues, [first]);
    assert_eq!(archive.unreadable, ["2022-002", "2022-003", "2022-007"]);
    assert_eq!(again().number, "2022-004", "no number is given twice");
}

#[test]
fn changes_since_the_issue_are_shown_with_their_inputs() {
    let (dir, first) = issued();
    let frozen = read(dir.path(), &first.number).unwrap();
    let mut now = statement(&figures(&SAID));
    let township: Township = toml::from_str("name = \"t\"").unwrap();
    assert_eq!(changes(&frozen, &now, &township).unwrap(), vec![]);
    let figure = now.figures.iter_mut().find(|f| f.id == FigureId::ElectricityUsed).unwrap();
    figure.value = Value::Number(36_000.0);
    figure.phrase = Some("约3.6万度".into());
    figure.inputs[0].value = Some(2.5);
    let changes = changes(&frozen, &now, &township).unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].figure, "electricity_used");
    let (then, today) = (&changes[0].issued, &changes[0].now);
    assert_eq!(then.within(Lang::Chinese), "35012.35 kWh（约3.5万度）");
    assert_eq!(today.within(Lang::Chinese), "36000 kWh（约3.6万度）");
    assert_eq!(changes[0].name.to_string(), "electricity used");
    let [input] = &changes[0].inputs[..] else { panic!("{changes:?}") };
    let told = [&input.from, &input.issued, &input.now].map(|text| text.within(Lang::Chinese));
    assert_eq!(told, ["pump-1/energy_total", "1.5 kWh", "2.5 kWh"]);
}
