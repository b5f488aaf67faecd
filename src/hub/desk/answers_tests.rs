//! Tests of what is done on the page: what stands against issuing, what has changed meanwhile, languages, acceptance.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc;

use super::test_kit::{EVENT, Office, asker, row};
use crate::account::{Entry, EntryCode};
use crate::core::Period;
use crate::hub::issue_draft::{Draft, Meanwhile};
use crate::ledger::Ledger;
use crate::locales::{Lang, Text, within};
use crate::support::Clock;
use crate::web::{DeskAnswer, DeskAsked, IssuedReport, ReportFacts};
use jiff::ToSpan;
use jiff::civil::date;
use jiff::tz::TimeZone;

fn said(lines: &[Text]) -> Vec<String> {
    within(Lang::Chinese, || lines.iter().map(ToString::to_string).collect())
}

/// Why it was refused.
fn refused(answer: DeskAnswer) -> Vec<String> {
    match answer {
        DeskAnswer::Refused(why) => said(&why),
        other => panic!("{other:?}"),
    }
}

fn changed(answer: DeskAnswer) -> Vec<String> {
    match answer {
        DeskAnswer::Changed(what) => said(&what),
        other => panic!("{other:?}"),
    }
}

fn number(answer: DeskAnswer) -> String {
    match answer {
        DeskAnswer::HasIssued { number, .. } => number,
        other => panic!("{other:?}"),
    }
}

async fn file(office: &Office, number: &str, name: &str) -> DeskAnswer {
    office.ask(DeskAsked::Frozen { number: number.into(), name: name.into() }).await
}

async fn issued(office: &Office, number: &str) -> IssuedReport {
    match office.ask(DeskAsked::Issued(number.into())).await {
        DeskAnswer::Issued(issued) => *issued,
        other => panic!("{other:?}"),
    }
}

/// Money for a hundred mu of crops: more than a mu is worth.
fn dear() -> [Entry; 2] {
    [row(EntryCode::AreaAffected, 100.0), row(EntryCode::FundsRaised, 550_000.0)]
}

#[tokio::test]
async fn the_page_shows_the_section_in_links_with_evidence_behind_them() {
    let office = Office::new(false);
    let page = office.page("li").await;
    assert_eq!((page.days.from.as_str(), said(&page.against)), ("2022-08-01", vec![]));
    let pieces: Vec<_> = page.paragraphs.iter().flatten().collect();
    let gasoline = pieces.iter().find(|piece| piece.figure.as_deref() == Some("gasoline_used"));
    assert!(gasoline.is_some_and(|piece| piece.text.contains("760升")), "{pieces:?}");
    let asked = |figure: &str| DeskAsked::Evidence { figure: figure.into(), days: None };
    let DeskAnswer::Evidence(evidence) = office.ask(asked("gasoline_used")).await else { panic!() };
    let tree = format!("{:?}", evidence.tree);
    assert!(tree.contains("Row(2)"), "{tree}");
    assert!(matches!(office.ask(asked("nonsense")).await, DeskAnswer::Nothing));
    assert_eq!(page.reviewers, ["农业办 李某", "乡政府 吴某"]);
}

#[tokio::test]
async fn an_issued_report_is_chinese_unless_english_is_asked_for_and_is_printed_again_as_it_was() {
    let office = Office::new(false);
    let page = office.page("li").await;
    let first = number(office.issue(&page.digest, "li", Lang::Chinese).await);
    assert_eq!(first, "2022-001");
    let path = office.settings.issued.join(&first).join("drought-relief.html");
    let html = fs::read_to_string(&path).unwrap();
    assert!(html.contains("lang=\"zh-CN\"") && html.contains("760升"), "{html}");
    let page = office.page("wu").await;
    assert_eq!((page.issued.len(), page.issued[0].intact), (1, true));
    let second = number(office.issue(&page.digest, "wu", Lang::English).await);
    let english = office.settings.issued.join(&second).join("drought-relief.html");
    assert!(fs::read_to_string(english).unwrap().contains("lang=\"en\""));
    let DeskAnswer::File { name, bytes } = file(&office, &first, "drought-relief.html").await
    else {
        panic!()
    };
    assert_eq!((name.as_str(), bytes), ("2022-001-drought-relief.html", html.into_bytes()));
    assert!(matches!(file(&office, &first, "../../ledger.db").await, DeskAnswer::Nothing));
    assert!(matches!(file(&office, "2022-009", "figures.json").await, DeskAnswer::Nothing));
    assert!(matches!(file(&office, "../issued", "figures.json").await, DeskAnswer::Nothing));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, "别的").unwrap();
    assert!(!issued(&office, &first).await.row.intact);
    assert_eq!(refused(file(&office, &first, "drought-relief.html").await).len(), 1);
    assert!(!office.page("li").await.issued.iter().any(|i| i.number == first && i.intact));
    // A document that is gone, and a record that says nothing, are told as well.
    fs::remove_file(&path).unwrap();
    assert_eq!(refused(file(&office, &first, "drought-relief.html").await).len(), 1);
    let record = office.settings.issued.join(&second).join("issue.json");
    fs::remove_file(record).unwrap();
    let page = office.page("li").await;
    assert_eq!((page.issued.len(), page.unreadable), (1, vec![second.clone()]));
    assert_eq!(refused(office.ask(DeskAsked::Issued(second)).await).len(), 1);
}

#[tokio::test]
async fn what_has_changed_since_it_was_issued_is_said_with_its_inputs() {
    let office = Office::new(false);
    let page = office.page("li").await;
    let number = number(office.issue(&page.digest, "li", Lang::Chinese).await);
    let changes = issued(&office, &number).await.changes;
    assert_eq!(changes, []);
    office.enter(&[row(EntryCode::Gasoline, 1_000.0)]);
    let changes = issued(&office, &number).await.changes;
    let gasoline = changes.iter().find(|change| change.figure == "gasoline_used").unwrap();
    assert_eq!(gasoline.inputs.len(), 1, "{gasoline:?}");
    assert!(matches!(office.ask(DeskAsked::Issued("2022-009".into())).await, DeskAnswer::Nothing));
}

#[tokio::test]
async fn what_changed_since_it_was_shown_is_refused_and_named() {
    let office = Office::new(false);
    let page = office.page("li").await;
    // A row was entered, a row corrected, a finding came up, readings corrected, a report issued: each meanwhile.
    office.enter(&[row(EntryCode::Gasoline, 1_000.0)]);
    let what = changed(office.issue(&page.digest, "li", Lang::Chinese).await).join("\n");
    assert!(what.contains("760升") && what.contains("第 3 条"), "{what}");
    let page = office.page("li").await;
    office.enter(&dear());
    let what = changed(office.issue(&page.digest, "li", Lang::Chinese).await).join("\n");
    assert!(what.contains("要核对"), "{what}");
    let office = Office::new(false);
    let page = office.page("li").await;
    office.correct_readings(date(2022, 8, 5));
    let what = changed(office.issue(&page.digest, "li", Lang::Chinese).await).join("\n");
    assert!(what.contains("更正了读数"), "{what}");
    let office = Office::new(false);
    let page = office.page("li").await;
    let forged = changed(office.issue("0123", "li", Lang::Chinese).await);
    assert_eq!(forged.len(), 1);
    assert!(!office.settings.issued.exists(), "nothing was issued");
    // Of two at once one is issued, and the other is told.
    let (one, other) = tokio::join!(
        office.issue(&page.digest, "li", Lang::Chinese),
        office.issue(&page.digest, "wu", Lang::Chinese),
    );
    let answers = [one, other];
    let numbers = answers.iter().filter(|a| matches!(a, DeskAnswer::HasIssued { .. })).count();
    assert_eq!(numbers, 1, "{answers:?}");
    let told = answers.into_iter().find(|a| matches!(a, DeskAnswer::Changed(_))).unwrap();
    assert!(changed(told).join("").contains("2022-001"));
}

#[tokio::test]
async fn new_readings_that_change_no_word_do_not_stand_in_the_way() {
    let office = Office::new(false);
    let page = office.page("li").await;
    office.reading_at(date(2022, 8, 5), 13);
    let answer = office.issue(&page.digest, "li", Lang::Chinese).await;
    assert!(matches!(answer, DeskAnswer::HasIssued { .. }), "{answer:?}");
}

#[tokio::test]
async fn open_findings_and_contradictions_stand_against_it() {
    let office = Office::new(false);
    office.enter(&dear());
    let page = office.page("li").await;
    let open: Vec<_> = page.findings.iter().filter(|f| f.accepted.is_empty()).collect();
    assert!(open.iter().any(|finding| !finding.contradiction && !finding.rows.is_empty()));
    let why = refused(office.issue(&page.digest, "li", Lang::Chinese).await).join("\n");
    assert!(why.contains("核查问题没有处理"), "{why}");
    office.enter(&[row(EntryCode::AreaFailed, 300.0)]);
    let page = office.page("li").await;
    let contradiction = page.findings.iter().find(|finding| finding.contradiction).unwrap();
    let why = refused(office.issue(&page.digest, "li", Lang::Chinese).await).join("\n");
    assert!(why.contains("自相矛盾"), "{why}");
    let accept = |finding: &str, reason: &str| DeskAsked::Accept {
        days: EVENT,
        finding: finding.into(),
        reason: reason.into(),
        by: asker("li", Lang::Chinese),
    };
    let key = contradiction.key.clone();
    let answer = refused(office.ask(accept(&key, "当年就是这样")).await);
    assert!(answer[0].contains("不能认可"), "{answer:?}");
    assert!(!office.settings.issued.exists(), "nothing was issued");
}

/// The key of the one finding that may be accepted.
fn acceptable(page: &ReportFacts) -> String {
    let open = page.findings.iter().filter(|f| f.accepted.is_empty() && !f.contradiction);
    open.map(|finding| finding.key.clone()).next().unwrap()
}

#[tokio::test]
async fn a_finding_is_accepted_with_a_reason_by_somebody_else() {
    let office = Office::new(true);
    let rows = office.enter(&dear());
    office.review(&rows, "农业办 李某");
    let page = office.page("wu").await;
    let key = acceptable(&page);
    let accept = |by: &str, reason: &str| DeskAsked::Accept {
        days: EVENT,
        finding: key.clone(),
        reason: reason.into(),
        by: asker(by, Lang::Chinese),
    };
    for nothing in ["。", "啊啊啊啊啊"] {
        assert_eq!(refused(office.ask(accept("wu", nothing)).await).len(), 1);
    }
    let own = refused(office.ask(accept("li", "数字已核对无误")).await);
    assert!(own[0].contains("复核的") && own[0].contains("吴某"), "{own:?}");
    let shown = office.page("li").await;
    let shown = shown.findings.iter().find(|finding| finding.key == key).unwrap();
    assert!(!said(std::slice::from_ref(&shown.refused))[0].is_empty(), "the page says so before");
    let answer = office.ask(accept("wu", "数字已核对无误")).await;
    assert!(matches!(answer, DeskAnswer::Accepted(_)), "{answer:?}");
    let page = office.page("wu").await;
    let accepted = page.findings.iter().find(|finding| finding.key == key).unwrap();
    let told = &said(std::slice::from_ref(&accepted.accepted))[0];
    assert!(told.contains("乡政府 吴某") && told.ends_with("数字已核对无误"), "{told}");
    // Who accepted does not issue; nor who reviewed.
    for by in ["wu", "li"] {
        let page = office.page(by).await;
        let against = said(&page.against).join("\n");
        assert!(against.contains("不能做这一步") && !against.contains("名单"), "{against}");
        let why = refused(office.issue(&page.digest, by, Lang::Chinese).await).join("\n");
        assert!(why.contains("不能做这一步") && !why.contains("[[person]]"), "{why}");
        assert!(why.contains("名单上有复核权限的人都参与过"), "{why}");
    }
    assert_eq!(office.page("wu").await.issuers, Vec::<String>::new());
    let gone = refused(office.ask(accept("wu", "数字已核对无误")).await);
    assert!(gone[0].contains("已经没有了"), "{gone:?}");
}

#[tokio::test]
async fn days_that_have_not_begun_stand_against_it() {
    let office = Office::new(false);
    let today = TimeZone::UTC.to_datetime(Clock::system().now()).date();
    let days =
        Period { from: today.saturating_add(30.days()), to: today.saturating_add(31.days()) };
    let by = asker("li", Lang::Chinese);
    let asked = DeskAsked::Report { days: Some(days), by: by.clone() };
    let DeskAnswer::Report(page) = office.ask(asked).await else { panic!() };
    let why = said(&page.against).join("\n");
    assert!(why.contains("才开始"), "{why}");
    let (digest, lang) = (page.digest.clone(), Lang::Chinese);
    let why = refused(office.ask(DeskAsked::Issue { days, digest, lang, by }).await).join("\n");
    assert!(why.contains("才开始"), "{why}");
}

#[tokio::test]
async fn a_section_without_a_sentence_stands_against_it() {
    let office = Office::new(false);
    // Of these days there are neither readings nor rows.
    let days = Period { from: date(2019, 8, 1), to: date(2019, 8, 2) };
    let asked = DeskAsked::Report { days: Some(days), by: asker("li", Lang::Chinese) };
    let DeskAnswer::Report(page) = office.ask(asked).await else { panic!() };
    let why = said(&page.against).join("\n");
    assert!(page.paragraphs.is_empty(), "{:?}", page.paragraphs);
    assert!(why.contains("一句话也没有"), "{why}");
}

#[tokio::test]
async fn rows_that_wait_and_would_change_it_stand_against_it_and_others_do_not() {
    let office = Office::new(true);
    let late =
        Entry { from: date(2023, 5, 1), to: date(2023, 5, 1), ..row(EntryCode::Diesel, 5.0) };
    office.enter(&[late]);
    let page = office.page("wu").await;
    assert_eq!((page.pending_in_all, said(&page.against)), (1, vec![]));
    office.enter(&[row(EntryCode::Gasoline, 1_000.0)]);
    let page = office.page("wu").await;
    let why = refused(office.issue(&page.digest, "wu", Lang::Chinese).await).join("\n");
    assert!(why.contains("待复核") && why.contains("第 4 条"), "{why}");
    let english = page.against.iter().map(|why| why.within(Lang::English));
    let english: Vec<String> = english.collect();
    assert!(english.iter().any(|why| why.starts_with("Row 4 waits for a review")), "{english:?}");
    let waiting = page.pending.iter().map(|row| row.row);
    assert_eq!(waiting.collect::<Vec<_>>(), [3, 4]);
    // With the rule of two persons who entered or reviewed does not issue: 吴某 did neither.
    office.review(&[4], "农业办 李某");
    let page = office.page("wu").await;
    assert_eq!(page.issuers, ["乡政府 吴某"]);
    let answer = office.issue(&page.digest, "wu", Lang::Chinese).await;
    assert!(matches!(answer, DeskAnswer::HasIssued { .. }), "{answer:?}");
}

#[tokio::test]
async fn an_offices_own_file_is_filled_and_had_again_and_what_is_none_is_refused() {
    let office = Office::new(false);
    let by = asker("huang", Lang::English);
    let document = |name: &str| DeskAsked::Document {
        name: name.into(),
        days: Some(EVENT),
        lang: Lang::Chinese,
    };
    let DeskAnswer::File { bytes, .. } = office.ask(document("drought-relief.docx")).await else {
        panic!()
    };
    assert!(matches!(office.ask(document("hub.toml")).await, DeskAnswer::Nothing));
    office.enter(&[row(EntryCode::Gasoline, 1_000.0)]);
    let fill = |bytes: Vec<u8>| DeskAsked::Fill {
        days: None,
        file: ("2022年总结.docx".into(), bytes),
        numbers_only: false,
        by: by.clone(),
    };
    let DeskAnswer::Filled(filled) = office.ask(fill(bytes)).await else { panic!() };
    assert!(!filled.replaced.is_empty() && !filled.ticket.is_empty(), "{filled:?}");
    assert!(filled.replaced.iter().any(|place| place.after.contains("1800升")), "{filled:?}");
    let again = DeskAsked::Filled { ticket: filled.ticket.clone(), by: by.clone() };
    let DeskAnswer::File { name, bytes } = office.ask(again).await else { panic!() };
    assert!(name == "2022年总结.docx" && bytes.starts_with(b"PK"));
    let others = DeskAsked::Filled { ticket: filled.ticket, by: asker("li", Lang::Chinese) };
    assert!(matches!(office.ask(others).await, DeskAnswer::Nothing));
    for wrong in [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), b"PK\x03\x04".to_vec(), vec![0; 9]]
    {
        assert_eq!(refused(office.ask(fill(wrong)).await).len(), 1);
    }
}

/// Whatever is being entered while somebody issues: it is in the report, or the report is not issued.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_not_issued_past_a_correction_that_is_being_entered() {
    let office = Office::new(false);
    let page = office.page("li").await;
    // A clerk is about to save her correction: the row is written, and not yet committed.
    let (path, row) = (office.settings.ledger.path.clone(), row(EntryCode::Gasoline, 40.0));
    let ((wrote, written), (commit, committing)) =
        (mpsc::sync_channel(1), mpsc::sync_channel::<()>(1));
    let clerk = std::thread::spawn(move || {
        Ledger::open(&path).unwrap().append_after(&[row], || {
            wrote.send(()).unwrap();
            committing.recv().unwrap();
        })
    });
    written.recv().unwrap();
    let issuing = office.issue(&page.digest, "li", Lang::Chinese);
    tokio::pin!(issuing);
    let waits = tokio::time::timeout(std::time::Duration::from_secs(3), &mut issuing).await;
    assert!(waits.is_err(), "issued without the row: {waits:?}");
    commit.send(()).unwrap();
    clerk.join().unwrap().unwrap();
    let what = changed(issuing.await).join("");
    assert!(what.contains("登记") || what.contains("第 3 条"), "{what}");
    assert!(!office.settings.issued.exists(), "nothing was issued");
    // Looked at again, it has the row.
    let page = office.page("li").await;
    let number = number(office.issue(&page.digest, "li", Lang::Chinese).await);
    let path = office.settings.issued.join(&number).join("drought-relief.html");
    assert!(fs::read_to_string(path).unwrap().contains("800升"));
}

/// The same for a command, which looks at what it issues for itself.
#[test]
fn a_command_issues_nothing_past_what_was_entered_or_corrected_meanwhile() {
    let office = Office::new(true);
    let clock = Clock::system();
    let draft = || Draft::read(&office.settings, office.township.clone(), None, &clock).unwrap();
    let freeze = |draft: &Draft| {
        let by = ("乡政府 吴某", clock.now(), Lang::Chinese);
        draft.freeze(&office.settings, &office.township, by).unwrap()
    };
    let entered = draft();
    let row = office.enter(&[row(EntryCode::Gasoline, 40.0)]);
    assert_eq!(freeze(&entered).err(), Some(Meanwhile::Ledger));
    let reviewed = draft();
    office.review(&row, "农业办 李某");
    assert_eq!(freeze(&reviewed).err(), Some(Meanwhile::Ledger));
    let corrected = draft();
    office.correct_readings(date(2022, 8, 5));
    assert_eq!(freeze(&corrected).err(), Some(Meanwhile::Readings));
    assert!(!office.settings.issued.exists(), "nothing was issued");
    assert_eq!(freeze(&draft()).unwrap().number, "2022-001");
}

#[tokio::test]
async fn while_the_withdrawal_of_the_only_drought_waits_its_report_is_shown() {
    let office = Office::new(true);
    let taken = Entry {
        supersedes: Some(1),
        withdrawn: true,
        reason: "登错了".into(),
        ..row(EntryCode::DroughtEvent, 1.0)
    };
    office.enter(&[taken]);
    let page = office.page("wu").await;
    assert_eq!((page.days.from.as_str(), page.pending_in_all), ("2022-08-01", 1));
}
