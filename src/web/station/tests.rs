//! Tests of the page of a station: what comes from outside stays text, what is wrong is said, and files read back.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use calamine::{Data, Reader as _, Xlsx};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use tokio::sync::Semaphore;

use super::form::CorrectionForm;
use super::table::{rows, table};
use super::*;
use crate::account::{Entry, EntryCode};
use crate::core::{
    ChartPoint, Correction, CorrectionKind, Parameter, Reading, Reason, Role, Series, Withdrawal,
};
use crate::locales::{Lang, within};
use crate::users::AuditRow;
use crate::water::{Status, Township};
use crate::web::Shown;
use crate::web::connections::once;
use crate::web::test_kit::{Answer, Kit, asked};
use crate::web::workplace::Ask;

const SCRIPT: &str = "<script>alert('1')</script>";

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn at(hour: i64) -> Timestamp {
    "2022-08-01T00:00:00+08:00".parse::<Timestamp>().unwrap() + hour.hours()
}

fn point(hour: i64, value: f64) -> ChartPoint {
    ChartPoint {
        from: at(hour),
        min: value - 0.01,
        mean: value,
        max: value + 0.01,
        counted: 12,
        suspect: 0,
    }
}

fn correction(kind: CorrectionKind, reason: &str) -> Correction {
    Correction {
        id: 7,
        series: "pond-1/level".parse().unwrap(),
        from: at(20),
        to: at(30),
        kind,
        reason: reason.into(),
        by: format!("水务站 {SCRIPT}"),
        at: at(100),
        withdrawn: None,
    }
}

/// A pond with all that its page can show.
fn facts() -> StationFacts {
    let text = r#"name = "示例乡"
        [[station]]
        id = "pond-1"
        name = "东门大塘<script>alert('1')</script>"
        kind = "pond"
        village = "v"
        gateway = "gw-1"
        bottom_m = 100.0
        normal_m = 104.0
        curve = [[100.0, 0.0], [105.0, 5000.0]]
        [[station.threshold]]
        months = [7, 8]
        quantity = "level"
        warn = 102.0
        guard = 101.0
        source = "旱限 & 规定"
        confidence = 0.8"#;
    let station = toml::from_str::<Township>(text).unwrap().stations.remove(0);
    let level: Series = "pond-1/level".parse().unwrap();
    let points: Vec<ChartPoint> = (0..168).map(|h| point(h, 103.0 - h as f64 / 100.0)).collect();
    let mut withdrawn = correction(CorrectionKind::Wrong, "=cmd|' /C calc'!A0");
    withdrawn.withdrawn =
        Some(Withdrawal { reason: SCRIPT.into(), by: "另一人".into(), at: at(110) });
    StationFacts {
        station,
        village: format!("东门村{SCRIPT}"),
        shown: Shown {
            township: "示例乡".into(),
            now: at(168),
            simulated: false,
            zone: zone(),
            alarms: 0,
        },
        from: at(0),
        to: at(168),
        curves: vec![Curve {
            parameter: Parameter::Level,
            raw: points.iter().map(|p| ChartPoint { mean: p.mean - 0.5, ..*p }).collect(),
            points,
        }],
        growth: vec![Growth {
            parameter: Parameter::EnergyTotal,
            steps: (0..7).map(|day| (at(day * 24), day as f64)).collect(),
            since: vec![(at(72), at(24))],
        }],
        last_year: (0..168).map(|h| point(h, 103.5)).collect(),
        usual: (1..8).map(|day| (date(2022, 8, day), [102.0, 103.0])).collect(),
        rain: (0..7).map(|day| (at(day * 24), 3.0)).collect(),
        by_hours: false,
        running: vec![RunningBands {
            pump: "pump-1".parse().unwrap(),
            name: format!("东门泵{SCRIPT}"),
            spans: vec![(at(5), at(9)), (at(50), at(60))],
        }],
        limits: [(Status::Warn, 102.0), (Status::Guard, 101.0)]
            .map(|(status, level_m)| LevelLimit { status, level_m, from: at(0), to: at(168) })
            .into(),
        flagged: vec![Reading {
            raw: vec![0x1a2b, 3].into(),
            ..Reading::missing(level, at(12), Reason::Sentinel, Vec::new())
        }],
        more_flagged: true,
        corrections: vec![correction(CorrectionKind::Shift { by: 0.5 }, SCRIPT), withdrawn],
        pending: 0,
        entries: vec![Entry {
            id: 3,
            code: EntryCode::MeterReplaced,
            value: 120.5,
            from: date(2022, 8, 3),
            to: date(2022, 8, 3),
            village: None,
            crop: None,
            work: Some("pump-1/energy_total".into()),
            document: format!("换表单{SCRIPT}"),
            entered_by: "张三".into(),
            entered_at: at(80),
            reason: String::new(),
            supersedes: None,
            reviewed_by: None,
            withdrawn: false,
        }],
        statuses: vec![(at(100), Some(Status::Warn)), (at(0), Some(Status::Normal))],
    }
}

/// A hub that knows `pond-1`, and refuses corrections whose reason says so.
fn kit() -> Kit {
    let mut kit = Kit::new();
    kit.workplace.station = Ask::new(|asked: StationAsked| async move {
        anyhow::ensure!(asked.station.as_str() != "broken", "the disk is gone");
        Ok((asked.station.as_str() == "pond-1").then(facts))
    });
    let done = kit.workplace.correct.clone();
    kit.workplace.correct = Ask::new(move |asked: CorrectionAsked| {
        let done = done.clone();
        async move {
            match asked.reason.as_str() {
                "refuse" => Ok(Done::Refused(crate::locales::Text::verbatim("不行<i>"))),
                _ => done.ask(asked).await,
            }
        }
    });
    kit
}

async fn page(kit: &Kit, role: Role, path: &str) -> Answer {
    let session = kit.session(role).await;
    kit.get(path, Some(&session)).await
}

#[tokio::test]
async fn the_page_shows_everything_and_nothing_of_it_is_markup() {
    let kit = kit();
    for lang in ["zh", "en"] {
        let path = format!("/station/pond-1?range=7d&lang={lang}");
        let answer = page(&kit, Role::Reviewer, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(!answer.body.contains("<script>alert"), "{lang}");
        assert!(!answer.body.contains("style=\"") && !answer.body.contains("NaN"), "{lang}");
        for there in [
            "&lt;script&gt;",
            "0x1a2b 0x0003",
            "c-usual",
            "c-last-year",
            "c-raw",
            "c-run",
            "c-rain",
            "s-warn",
            "data-points=",
            "/station/pond-1/data.csv?range=7d",
            "action=\"/station/pond-1/corrections\"",
            "/station/pond-1/corrections/7/withdraw",
            "value=\"shift\"",
            "gw-1",
        ] {
            assert!(answer.body.contains(there), "{lang} {there}");
        }
        assert_eq!(answer.body.matches("<h1>").count(), 1);
    }
}

#[tokio::test]
async fn each_role_sees_what_she_may_do() {
    let kit = kit();
    let viewer = page(&kit, Role::Viewer, "/station/pond-1").await.body;
    assert!(!viewer.contains("<textarea") && !viewer.contains("/withdraw"));
    let recorder = page(&kit, Role::Recorder, "/station/pond-1").await.body;
    assert!(recorder.contains("value=\"note\"") && !recorder.contains("value=\"shift\""));
    assert!(!recorder.contains("/withdraw"));
}

#[tokio::test]
async fn what_there_is_not_and_what_fails_is_said() {
    let kit = kit();
    let session = kit.session(Role::Viewer).await;
    for (path, status, said) in [
        ("/station/pond-2", StatusCode::NOT_FOUND, "pond-2"),
        ("/station/POND%3Cscript%3E", StatusCode::NOT_FOUND, "POND&lt;script&gt;"),
        ("/station/%FF", StatusCode::NOT_FOUND, "没有这个测站"),
        ("/station/pond-2/data.csv", StatusCode::NOT_FOUND, "pond-2"),
        ("/station/broken", StatusCode::INTERNAL_SERVER_ERROR, "日志"),
        ("/station/pond-1?range=9d", StatusCode::BAD_REQUEST, "9d"),
        (
            "/station/pond-1?range=own&from=2022-08-09&to=2022-08-01",
            StatusCode::BAD_REQUEST,
            "对调",
        ),
        ("/station/pond-1/data.xlsx?range=own", StatusCode::BAD_REQUEST, "from"),
        ("/station/pond-1?range=7d&range=30d", StatusCode::BAD_REQUEST, "range"),
    ] {
        let answer = kit.get(path, Some(&session)).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(
            answer.body.contains(said) && answer.body.contains("<h1>"),
            "{path} {}",
            answer.body
        );
    }
}

const FORM: &str = "parameter=level&from=2022-08-01T20:00&to=2022-08-02T06:00&range=own&range_from=2022-08-01&\
    range_to=2022-08-07";

#[tokio::test]
async fn a_reviewer_corrects_and_comes_back() {
    let kit = kit();
    let session = kit.session(Role::Reviewer).await;
    let body = format!("{FORM}&kind=shift&by=-0.35&reason=datum");
    let answer = kit.post("/station/pond-1/corrections", Some(&session), &body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let back = answer.header("location");
    let page = "/station/pond-1?range=own&from=2022-08-01&to=2022-08-07&notice=corrected.";
    assert!(back.starts_with(page) && back.ends_with("#corrections"), "{back}");
    let asked = crate::support::lock(&kit.asked).clone();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("correct pond-1/level by 农业办"), "{asked:?}");
    let audit = kit.users.audit(None, 10).await.unwrap();
    assert!(audit.iter().any(|row| row.detail.contains("pond-1/level")), "{audit:?}");
    let withdrawn =
        kit.post("/station/pond-1/corrections/7/withdraw", Some(&session), "reason=mistake").await;
    assert_eq!(withdrawn.status, StatusCode::SEE_OTHER, "{}", withdrawn.body);
    let back = withdrawn.header("location").trim_end_matches("#corrections").to_owned();
    assert!(kit.get(&back, Some(&session)).await.body.contains("更正已撤回"));
    let forged = kit.get("/station/pond-1?notice=withdrawn", Some(&session)).await;
    assert!(!forged.body.contains("更正已撤回"));
    let other = kit.session(Role::Viewer).await;
    assert!(!kit.get(&back, Some(&other)).await.body.contains("更正已撤回"));
}

#[tokio::test]
async fn a_correction_is_recorded_where_the_browser_has_left_meanwhile() {
    let mut kit = kit();
    let (begun, free) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (begins, frees) = (begun.clone(), free.clone());
    kit.workplace.correct = Ask::new(move |_| {
        let (begun, free) = (begins.clone(), frees.clone());
        async move {
            begun.add_permits(1);
            free.acquire().await?.forget();
            Ok(Done::As(7))
        }
    });
    let session = kit.session(Role::Reviewer).await;
    let router = kit.router();
    let body = format!("form_token={}&{FORM}&kind=wrong&reason=left", session.form_token);
    let request = asked(Method::POST, "/station/pond-1/corrections", Some(&session), &[], &body);
    let leaving = tokio::spawn(async move { once(&router, request).await });
    begun.acquire().await.unwrap().forget();
    leaving.abort();
    assert!(leaving.await.unwrap_err().is_cancelled());
    free.add_permits(1);
    let recorded = async {
        let is_there = |row: &AuditRow| row.detail.starts_with("7: pond-1/level");
        while !kit.users.audit(None, 10).await.unwrap().iter().any(is_there) {}
    };
    tokio::time::timeout(Duration::from_secs(10), recorded).await.unwrap();
}

#[tokio::test]
async fn what_was_typed_is_kept_where_it_is_refused() {
    let kit = kit();
    let session = kit.session(Role::Reviewer).await;
    for (fields, said) in [
        ("kind=shift&by=zero&reason=typed-this", "zero"),
        ("kind=wrong&reason=", "依据"),
        ("kind=wrong&reason=refuse", "不行&lt;i&gt;"),
    ] {
        let body = format!("{FORM}&{fields}");
        let answer = kit.post("/station/pond-1/corrections", Some(&session), &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields}");
        for there in [said, "value=\"2022-08-01T20:00\"", " open>", "role=\"alert\""] {
            assert!(answer.body.contains(there), "{fields} {there}");
        }
    }
    let faulty = format!("{FORM}&kind=wrong&reason=");
    let faulty = kit.post("/station/pond-1/corrections", Some(&session), &faulty).await;
    let marked = "name=\"reason\" aria-invalid=\"true\" aria-describedby=\"wrong-reason\"";
    assert!(faulty.body.contains(marked) && faulty.body.contains("id=\"wrong-reason\""));
    let empty = kit.post("/station/pond-1/corrections", Some(&session), "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = "/station/pond-1/corrections/7/withdraw";
    let none = kit.post(path, Some(&session), "reason=+").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(crate::support::lock(&kit.asked).is_empty());
}

#[tokio::test]
async fn a_recorder_writes_notes_only() {
    let kit = kit();
    let session = kit.session(Role::Recorder).await;
    let path = "/station/pond-1/corrections";
    let note = kit.post(path, Some(&session), &format!("{FORM}&kind=note&reason=x")).await;
    assert!(note.header("location").contains("notice=noted"), "{}", note.body);
    for kind in ["wrong", "shift&by=1"] {
        let body = format!("{FORM}&kind={kind}&reason=x");
        let answer = kit.post(path, Some(&session), &body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{kind}");
    }
    assert_eq!(crate::support::lock(&kit.asked).len(), 1);
}

fn form(change: impl FnOnce(&mut CorrectionForm)) -> Result<CorrectionAsked, Vec<&'static str>> {
    let mut form = CorrectionForm {
        parameter: "level".into(),
        from: "2022-08-01T20:00".into(),
        to: "2022-08-02T06:00".into(),
        kind: "wrong".into(),
        reason: "浮子卡住".into(),
        ..CorrectionForm::default()
    };
    change(&mut form);
    let asked = form.asked(&"pond-1".parse().unwrap(), &zone(), "甲".into());
    asked.map_err(|errors| errors.into_iter().map(|error| error.field).collect())
}

#[test]
fn a_form_is_read_in_the_zone_of_the_township() {
    let asked = form(|_| {}).unwrap();
    assert_eq!((asked.from, asked.to), (at(20), at(30)));
    assert_eq!(asked.kind, CorrectionKind::Wrong);
    let shift = form(|f| (f.kind, f.by) = ("shift".into(), " −0.35 ".into())).unwrap();
    assert_eq!(shift.kind, CorrectionKind::Shift { by: -0.35 });
    assert_eq!(
        form(|f| f.reason = "字".repeat(Correction::REASON_MAX)).unwrap().reason.chars().count(),
        Correction::REASON_MAX
    );
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let wrong = |change: fn(&mut CorrectionForm)| form(change).unwrap_err();
    assert_eq!(wrong(|f| f.parameter = "depth".into()), ["parameter"]);
    assert_eq!(wrong(|f| f.from = "yesterday".into()), ["from"]);
    assert_eq!(wrong(|f| f.from = "0022-08-01T20:00".into()), ["from"]);
    assert_eq!(wrong(|f| f.to = "2022-08-01T20:00".into()), ["to"]);
    assert_eq!(wrong(|f| f.to = "2022-08-01T19:00".into()), ["to"]);
    assert_eq!(wrong(|f| f.to = "2023-09-06T20:00".into()), ["to"]);
    assert_eq!(wrong(|f| f.kind = "delete".into()), ["kind"]);
    for by in ["", "0", "NaN", "inf", "1e999", "0,5", "1 OR 1=1"] {
        let found = form(|f| (f.kind, f.by) = ("shift".into(), by.into())).unwrap_err();
        assert_eq!(found, ["by"], "{by}");
    }
    let counter = |f: &mut CorrectionForm| {
        (f.parameter, f.kind, f.by) = ("energy_total".into(), "shift".into(), "1".into());
    };
    assert_eq!(wrong(counter), ["kind"]);
    assert_eq!(wrong(|f| f.reason = "  ".into()), ["reason"]);
    assert_eq!(wrong(|f| f.reason = "x".repeat(Correction::REASON_MAX + 1)), ["reason"]);
    assert_eq!(wrong(|f| f.reason = "a\u{7}b".into()), ["reason"]);
    for mark in ['\u{202e}', '\u{2066}'] {
        let found = form(|f| f.reason = format!("a{mark}b")).unwrap_err();
        assert_eq!(found, ["reason"], "{mark:?}");
    }
    let all = wrong(|f| *f = CorrectionForm::default());
    assert_eq!(all, ["parameter", "from", "to", "kind", "reason"]);
}

#[test]
fn the_table_has_the_newest_rows_and_counts_the_others() {
    let mut long = facts();
    long.curves[0].points = (0..1000).map(|h| point(h, 2.0)).collect();
    long.curves[0].raw.clear();
    let all = rows(&long);
    let table = table(&long, &all);
    assert!(table.rows.len() <= 400 && table.rows.len() >= 200, "{}", table.rows.len());
    assert_eq!(table.more, all.len() - table.rows.len());
    assert!(!table.raw && all[0].storage_m3.is_none(), "2 m lies below the curve");
}

#[test]
fn a_csv_file_reads_back() {
    let facts = facts();
    let bytes = within(Lang::English, || files::csv(&rows(&facts), &zone())).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbfTime,") && bytes.ends_with(b"\r\n"));
    let mut reader = csv::Reader::from_reader(&bytes[3..]);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 168 + 7);
    let first = &records[0];
    assert_eq!((&first[0], &first[1]), ("2022-08-01 00:00:00", "2022-07-31T16:00:00Z"));
    assert_eq!((&first[2], &first[3], &first[4], &first[7]), ("level", "m", "103", "12"));
    assert_eq!((&first[9], &first[12], &first[13]), ("102.5", "3000", ""));
    assert_eq!((&records[170][2], &records[170][13], &records[170][14]), ("electricity", "2", ""));
    assert_eq!((&records[171][13], &records[171][14]), ("3", "2022-08-02 00:00:00"));
}

#[test]
fn a_workbook_reads_back_and_holds_no_formula() {
    let facts = facts();
    let bytes = within(Lang::English, || files::workbook(&facts, &rows(&facts))).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = ["Values", "Corrections and notes", "Flagged readings"];
    assert_eq!(book.sheet_names(), names);
    let values = book.worksheet_range("Values").unwrap();
    assert_eq!(values.height(), 1 + 168 + 7);
    assert!(matches!(values.get((1, 0)), Some(Data::DateTime(_))), "{:?}", values.get((1, 0)));
    assert_eq!(values.get((1, 4)), Some(&Data::Float(103.0)));
    let corrections = book.worksheet_range(names[1]).unwrap();
    assert_eq!(corrections.get((2, 5)), Some(&Data::String("=cmd|' /C calc'!A0".into())));
    for name in names {
        let formulas = book.worksheet_formula(name).unwrap();
        assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "{name}");
    }
    let flagged = book.worksheet_range(names[2]).unwrap();
    assert_eq!(flagged.get((1, 7)), Some(&Data::String("0x1a2b 0x0003".into())));
}

#[tokio::test]
async fn files_have_names_types_and_the_words_of_the_reader() {
    let kit = kit();
    let session = kit.session(Role::Viewer).await;
    let answer = kit.get("/station/pond-1/data.csv?range=year&lang=zh", Some(&session)).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let disposition = answer.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"pond-1-year.csv\"");
    assert!(answer.body.starts_with("\u{feff}时间,"), "{:.60}", answer.body);
    let answer = kit.get("/station/pond-1/data.xlsx", Some(&session)).await;
    assert!(answer.body.starts_with("PK") && answer.header("content-type").contains("spreadsheet"));
}

#[tokio::test]
async fn an_empty_span_has_a_page() {
    let mut kit = kit();
    kit.workplace.station = Ask::new(|_| async {
        let mut none = facts();
        none.curves.clear();
        none.growth.clear();
        none.flagged.clear();
        none.corrections.clear();
        none.entries.clear();
        none.statuses.clear();
        Ok(Some(none))
    });
    let answer = page(&kit, Role::Viewer, "/station/pond-1").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.body.contains("这个时段没有数据"));
}
