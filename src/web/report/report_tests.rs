//! The pages of the report, as browsers and as those who may not ask for them.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::civil::date;

use super::facts::*;
use crate::core::{Period, Role};
use crate::locales::{Lang, Text};
use crate::users::{Deed, Session};
use crate::web::Ask;
use crate::web::test_kit::{Kit, asked};

const DAYS: Period = Period { from: date(2022, 8, 1), to: date(2022, 9, 30) };

fn shown_days() -> Days {
    Days {
        from: "2022-08-01".into(), to: "2022-09-30".into(), words: Text::verbatim("8月至9月")
    }
}

fn facts() -> ReportFacts {
    let piece = |text: &str, figure: Option<&str>| Piece {
        text: text.into(),
        figure: figure.map(str::to_owned),
    };
    ReportFacts {
        days: shown_days(),
        events: vec![shown_days()],
        paragraphs: vec![vec![
            piece("抗旱救灾方面，", None),
            piece("耗用汽油<b>760升", Some("gasoline_used")),
        ]],
        findings: vec![finding("warning", false), finding("error", true)],
        open: 2,
        reviewers: vec!["农业办 李某".into(), "乡政府 王某".into()],
        issuers: vec!["乡政府 吴某".into()],
        digest: "d1gest".into(),
        unreadable: vec!["2021-001".into(), "2021-002".into()],
        ..ReportFacts::default()
    }
}

fn finding(severity: &'static str, contradiction: bool) -> FindingShown {
    FindingShown {
        key: format!("rule-{severity}:v"),
        severity,
        severity_name: Text::both("警告", "warning"),
        sentence: Text::both("每亩资金过高（`money`）", "much money a mu"),
        look: Text::both("核对", "check"),
        contradiction,
        rows: vec![7],
        station: Some(("pond-1".parse().unwrap(), "甲塘".into())),
        ..FindingShown::default()
    }
}

/// What the hub was asked that changes something.
type Heard = Arc<Mutex<Vec<DeskAsked>>>;

/// A kit whose hub shows the report, and answers what else it is asked with `answer`.
fn kit(answer: impl Fn(&DeskAsked) -> DeskAnswer + Send + Sync + 'static) -> (Kit, Heard) {
    let mut kit = Kit::new();
    let heard = Heard::default();
    let hearing = heard.clone();
    kit.workplace.desk = Ask::new(move |asked: DeskAsked| {
        let answer = match &asked {
            DeskAsked::Report { .. } => DeskAnswer::Report(Box::new(facts())),
            other => answer(other),
        };
        if matches!(asked, DeskAsked::Issue { .. } | DeskAsked::Accept { .. }) {
            hearing.lock().unwrap().push(asked);
        }
        async move { Ok(answer) }
    });
    (kit, heard)
}

fn nothing(_: &DeskAsked) -> DeskAnswer {
    DeskAnswer::Nothing
}

/// The page in English.
async fn english(kit: &Kit, path: &str, session: &Session) -> String {
    let headers = [("accept-language", "en")];
    kit.ask(asked(Method::GET, path, Some(session), &headers, "")).await.body
}

#[tokio::test]
async fn each_clause_leads_to_its_evidence_and_who_may_not_act_is_told_who_may() {
    let (kit, _) = kit(nothing);
    let viewer = kit.session(Role::Viewer).await;
    let page = kit.get("/report", Some(&viewer)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let link = "<a href=\"/report/figure/gasoline_used?from=2022-08-01&amp;to=2022-09-30\">\
                耗用汽油&lt;b&gt;760升</a>";
    assert!(page.body.contains(link), "{}", page.body);
    assert!(
        page.body.contains("/ledger/rows/7") && page.body.contains("/station/pond-1?range=own")
    );
    assert!(page.body.contains("农业办 李某、乡政府 王某") && page.body.contains("乡政府 吴某"));
    assert!(page.body.contains("每亩资金过高") && !page.body.contains("（money）"));
    assert!(page.body.contains("2021-001、2021-002 的签发记录读不出来"), "{}", page.body);
    assert!(!page.body.contains("还没有签发过报告"), "{}", page.body);
    for form in ["/report/accept", "/report/issue"] {
        assert!(!page.body.contains(&format!("action=\"{form}\"")), "{form}: {}", page.body);
    }
    let reviewer = kit.session(Role::Reviewer).await;
    for body in
        [kit.get("/report", Some(&reviewer)).await.body, english(&kit, "/report", &reviewer).await]
    {
        // A contradiction is not accepted.
        assert_eq!(body.matches("action=\"/report/accept\"").count(), 1, "{body}");
        assert!(body.contains("name=\"digest\" value=\"d1gest\""), "{body}");
        assert!(body.contains("name=\"documents\" value=\"zh\" checked"), "{body}");
        assert!(!body.contains('`') && !body.contains("hanqing "), "{body}");
    }
}

#[tokio::test]
async fn what_was_confirmed_is_issued_in_chinese_and_noted() {
    let (kit, heard) =
        kit(|_| DeskAnswer::HasIssued { number: "2022-001".into(), digest: "a".into() });
    let reviewer = kit.session(Role::Reviewer).await;
    let days = "from=2022-08-01&to=2022-09-30";
    let unsure = kit.post("/report/issue", Some(&reviewer), &format!("{days}&digest=d1gest")).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(heard.lock().unwrap().len(), 0, "it was not confirmed");
    for (fields, lang) in [("", Lang::Chinese), ("&documents=en", Lang::English)] {
        let fields = format!("{days}&digest=d1gest&confirm=1{fields}");
        let done = kit.post("/report/issue", Some(&reviewer), &fields).await;
        let to = done.header("location");
        assert!(to.starts_with("/report/issued/2022-001?notice=issued."), "{to}");
        let last = heard.lock().unwrap().pop().unwrap();
        let DeskAsked::Issue { days, digest, lang: asked, by } = last else { panic!("{last:?}") };
        assert_eq!((days, digest.as_str(), asked), (DAYS, "d1gest", lang));
        assert_eq!(by.id, "reviewer");
    }
    let rows = kit.users.audit(None, 9).await.unwrap();
    let noted = rows.iter().filter(|row| row.deed == Deed::ReportIssued);
    assert_eq!(noted.count(), 2, "{rows:?}");
}

#[tokio::test]
async fn what_has_changed_or_stands_against_it_is_shown_with_the_page_as_it_is_now() {
    let (kit, _) = kit(|asked| match asked {
        DeskAsked::Issue { .. } => DeskAnswer::Changed(vec![Text::verbatim("第 9 条 <i>")]),
        _ => DeskAnswer::Refused(vec![Text::verbatim("理由太短")]),
    });
    let reviewer = kit.session(Role::Reviewer).await;
    let days = "from=2022-08-01&to=2022-09-30";
    let fields = format!("{days}&digest=old&confirm=1");
    let page = kit.post("/report/issue", Some(&reviewer), &fields).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(
        page.body.contains("第 9 条 &lt;i&gt;") && page.body.contains("d1gest"),
        "{}",
        page.body
    );
    let fields = format!("{days}&finding=rule-warning:v&reason=a%3Cb%3E");
    let page = kit.post("/report/accept", Some(&reviewer), &fields).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("理由太短") && page.body.contains("a&lt;b&gt;"), "{}", page.body);
    let rows = kit.users.audit(None, 9).await.unwrap();
    let noted =
        rows.iter().any(|row| matches!(row.deed, Deed::ReportIssued | Deed::FindingAccepted));
    assert!(!noted, "{rows:?}");
}

#[tokio::test]
async fn what_of_the_address_or_a_form_cannot_be_read_is_said_in_words_of_the_page() {
    let (kit, _) = kit(nothing);
    let reviewer = kit.session(Role::Reviewer).await;
    let twice = "from=2022-08-01&from=2022-08-02&to=2022-09-30";
    for path in ["/report", "/report/figure/gasoline_used", "/station/pond-1", "/ledger"] {
        let path = format!("{path}?{twice}");
        let zh = kit.get(&path, Some(&reviewer)).await.body;
        assert!(zh.contains("每一项只能写一次"), "{path}: {zh}");
        let en = english(&kit, &path, &reviewer).await;
        assert!(en.contains("it names each item once"), "{path}: {en}");
        for body in [zh, en] {
            assert!(!body.contains("duplicate field") && !body.contains("deserialize"), "{body}");
        }
    }
    let form = kit.post("/report/accept", Some(&reviewer), twice).await;
    assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(form.body.contains("发了两次") && !form.body.contains("duplicate"), "{}", form.body);
}

#[tokio::test]
async fn an_accepted_finding_is_noted_with_its_reason() {
    let (kit, heard) = kit(|_| DeskAnswer::Accepted(Text::verbatim("money-per-mu")));
    let reviewer = kit.session(Role::Reviewer).await;
    let fields = "from=2022-08-01&to=2022-09-30&finding=k&reason=checked+twice";
    let done = kit.post("/report/accept", Some(&reviewer), fields).await;
    let to = done.header("location").to_owned();
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(to.starts_with("/report?from=2022-08-01&to=2022-09-30&notice=accepted."), "{to}");
    let said = |body: &str| body.contains("class=\"info\" role=\"status\"");
    assert!(said(&kit.get(&to, Some(&reviewer)).await.body));
    let viewer = kit.session(Role::Viewer).await;
    for (forged, session) in [("/report?notice=accepted", &reviewer), (to.as_str(), &viewer)] {
        assert!(!said(&kit.get(forged, Some(session)).await.body), "{forged}");
    }
    assert_eq!(heard.lock().unwrap().len(), 1);
    let rows = kit.users.audit(None, 9).await.unwrap();
    let noted = rows.iter().find(|row| row.deed == Deed::FindingAccepted).unwrap();
    assert!(noted.detail.contains("money-per-mu") && noted.detail.contains("checked twice"));
    let viewer = kit.session(Role::Recorder).await;
    let forbidden = kit.post("/report/accept", Some(&viewer), fields).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    assert_eq!(heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn wrong_days_no_event_and_a_hub_that_is_busy_are_told_with_a_way_out() {
    let (kit, _) = kit(nothing);
    let viewer = kit.session(Role::Viewer).await;
    let page = kit.get("/report?from=2022-09-30&to=2022-08-01", Some(&viewer)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.body.contains("aria-invalid") && page.body.contains("2022-09-30"),
        "{}",
        page.body
    );
    let page = kit.get("/report?from=%3Cb%3E&to=2022-08-01", Some(&viewer)).await;
    assert!(page.body.contains("&lt;b&gt;") && !page.body.contains('`'), "{}", page.body);
    let mut kit = kit;
    kit.workplace.desk = Ask::new(|_| async {
        Ok(DeskAnswer::NoPeriod(Text::both("还没有抗旱期", "no drought event")))
    });
    let page = kit.get("/report", Some(&viewer)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("还没有抗旱期") && page.body.contains("name=\"from\""));
    kit.workplace.desk = Ask::new(|_| async { Ok(DeskAnswer::Busy) });
    let page = kit.get("/report", Some(&viewer)).await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    kit.workplace.desk = Ask::new(|_| async { anyhow::bail!("the disk is gone") });
    let page = kit.get("/report", Some(&viewer)).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!page.body.contains("the disk is gone"), "{}", page.body);
}

#[tokio::test]
async fn what_is_asked_of_days_that_cannot_be_used_is_refused_and_not_done_of_others() {
    let (kit, heard) = kit(nothing);
    let reviewer = kit.session(Role::Reviewer).await;
    for (from, said) in [("2022-02-30", "2022-02-30"), ("2012-08-01", "1100"), ("", "没有填")] {
        for path in ["/report/accept", "/report/issue"] {
            let fields = format!("from={from}&to=2022-09-30&finding=k&reason=why&confirm=1");
            let page = kit.post(path, Some(&reviewer), &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", page.body);
            assert!(page.body.contains(said), "{path}: {}", page.body);
        }
    }
    let page = kit.ask(fill_of(&reviewer, "PK", "2022-02-30")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.body);
    assert!(page.body.contains("2022-02-30"), "{}", page.body);
    assert_eq!(heard.lock().unwrap().len(), 0);
}

fn leaf(text: &str, link: Option<Link>) -> Branch {
    Branch { text: Text::verbatim(text), link, from: Vec::new() }
}

#[tokio::test]
async fn evidence_is_a_nested_list_that_leads_to_rows_readings_and_figures() {
    let (kit, _) = kit(|asked| match asked {
        DeskAsked::Evidence { figure, days } if figure == "gasoline_used" => {
            assert_eq!(*days, Some(DAYS));
            let many: Vec<Branch> = (0..20).map(|day| leaf(&format!("日{day}"), None)).collect();
            let tree = Branch {
                text: Text::verbatim("抗旱用汽油"),
                link: None,
                from: vec![
                    leaf("第 7 条 <b>", Some(Link::Row(7))),
                    leaf("甲塘", Some(Link::Station("pond-1".parse().unwrap()))),
                    Branch { from: many, ..leaf("每天", Some(Link::Figure("area".into()))) },
                ],
            };
            let (name, read_at) = (Text::verbatim("抗旱用汽油"), Text::verbatim("昨天"));
            let evidence = Evidence { name, days: shown_days(), read_at, tree, left_out: 3 };
            DeskAnswer::Evidence(Box::new(evidence))
        }
        _ => DeskAnswer::Nothing,
    });
    let viewer = kit.session(Role::Viewer).await;
    let path = "/report/figure/gasoline_used?from=2022-08-01&to=2022-09-30";
    let body = kit.get(path, Some(&viewer)).await.body;
    for part in [
        "<a href=\"/ledger/rows/7\">第 7 条 &lt;b&gt;</a>",
        "/station/pond-1?range=own&amp;from=2022-08-01&amp;to=2022-09-30",
        "/report/figure/area?",
        "<details>",
        "日19",
        "另有 3 条",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    let gone = kit.get("/report/figure/nonsense", Some(&viewer)).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn documents_are_kept_and_a_filled_file_has_its_own_name() {
    let (kit, _) = kit(|asked| match asked {
        DeskAsked::Document { name, days, lang } => {
            let bytes = format!("{name} of {days:?} in {lang}").into_bytes();
            DeskAnswer::File { name: name.clone(), bytes }
        }
        DeskAsked::Filled { ticket, by } if ticket == "t1" && by.id == "viewer" => {
            DeskAnswer::File { name: "总结 \"1\".docx".into(), bytes: b"PK".to_vec() }
        }
        DeskAsked::Fill { file: (name, bytes), numbers_only: true, .. } if bytes == b"PK" => {
            let name = name.clone();
            DeskAnswer::Filled(Box::new(FilledFile {
                ticket: "t1".into(),
                name,
                ..FilledFile::default()
            }))
        }
        DeskAsked::Fill { .. } => DeskAnswer::Refused(vec![Text::verbatim("不是 `.docx` 文件")]),
        _ => DeskAnswer::Nothing,
    });
    let viewer = kit.session(Role::Viewer).await;
    let page = kit.get("/report/of/drought-relief.html", Some(&viewer)).await;
    assert!(page.body.contains("in zh") && page.header("content-disposition").is_empty());
    assert!(page.header("content-security-policy").contains("style-src"), "{page:?}");
    let word = kit.get("/report/of/drought-relief.docx", Some(&viewer)).await;
    assert!(word.header("content-disposition").starts_with("attachment; filename=\"drought"));
    let filled = kit.get("/report/filled/t1", Some(&viewer)).await;
    let name =
        "attachment; filename=\"____1_.docx\"; filename*=UTF-8''%E6%80%BB%E7%BB%93%20%221%22.docx";
    assert_eq!(filled.header("content-disposition"), name);
    let gone = kit.get("/report/filled/t2", Some(&viewer)).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    for (content, status, part) in [
        ("PK", StatusCode::OK, "/report/filled/t1"),
        ("xx", StatusCode::UNPROCESSABLE_ENTITY, "不是 .docx 文件"),
    ] {
        let page = kit.ask(fill(&viewer, content)).await;
        assert_eq!(page.status, status);
        assert!(page.body.contains(part), "{}", page.body);
    }
}

fn fill(session: &Session, content: &str) -> axum::http::Request<Body> {
    fill_of(session, content, "")
}

/// A file to be filled with the days from `from` to the end of September.
fn fill_of(session: &Session, content: &str, from: &str) -> axum::http::Request<Body> {
    let to = if from.is_empty() { "" } else { "2022-09-30" };
    const BOUNDARY: &str = "----of-the-tests";
    let part = |head: &str, content: &str| {
        let head = format!("Content-Disposition: form-data; name=\"{head}");
        format!("--{BOUNDARY}\r\n{head}\r\n\r\n{content}\r\n")
    };
    let parts = [
        part("form_token\"", &session.form_token),
        part("from\"", from),
        part("to\"", to),
        part("numbers_only\"", "1"),
        part("file\"; filename=\"总结.docx\"", content),
    ];
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [("content-type", kind.as_str())];
    let mut request = asked(Method::POST, "/report/fill", Some(session), &headers, "");
    *request.body_mut() = Body::from(format!("{}--{BOUNDARY}--\r\n", parts.concat()));
    request
}

#[tokio::test]
async fn an_issued_report_is_shown_with_its_files_and_what_has_changed() {
    let (kit, _) = kit(|asked| {
        let DeskAsked::Issued(number) = asked else { return DeskAnswer::Nothing };
        let intact = number != "2022-002";
        let row = IssuedRow {
            number: number.clone(),
            days: shown_days(),
            at: Text::verbatim("昨天"),
            by: "乡政府 吴某".into(),
            digest: "3f9a".into(),
            intact,
        };
        let change = IssuedChange {
            figure: "gasoline_used".into(),
            name: Text::both("抗旱用汽油", "gasoline"),
            then: Text::verbatim("760升"),
            now: Text::verbatim("1800升"),
            inputs: vec![(
                Text::verbatim("台账第 3 条"),
                Text::verbatim("—"),
                Text::verbatim("1000"),
            )],
        };
        let (changes, no_changes) = match intact {
            true => (vec![change], Text::default()),
            false => (Vec::new(), Text::verbatim("被改过")),
        };
        let files = vec!["drought-relief.docx".into()];
        DeskAnswer::Issued(Box::new(IssuedReport { row, files, changes, no_changes }))
    });
    let viewer = kit.session(Role::Viewer).await;
    let body = kit.get("/report/issued/2022-001?notice=issued", Some(&viewer)).await.body;
    assert!(!body.contains("class=\"info\" role=\"status\""), "she issued nothing: {body}");
    for part in ["3f9a", "/report/issued/2022-001/drought-relief.docx", "1800升", "台账第 3 条"]
    {
        assert!(body.contains(part), "{part}: {body}");
    }
    let body = kit.get("/report/issued/2022-002", Some(&viewer)).await.body;
    assert!(body.contains("被改过") && !body.contains("2022-002/drought-relief.docx"), "{body}");
}
