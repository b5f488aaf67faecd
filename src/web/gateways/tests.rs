//! The page of the gateways as persons of each role see it.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::Timestamp;

use super::{GatewayRow, LostRow, PublisherRow};
use crate::core::Role;
use crate::locales::Text;
use crate::web::Overview;
use crate::web::test_kit::Kit;
use crate::wire::GatewayReport;

const REPORT: &str = r#"{"v":1,"gateway":"gw-1","at":"2022-09-14T23:00:00Z","version":"0.3.0",
    "config":"5d41402abc4b2a76","up_since":"2022-09-10T00:00:00Z","clock":"good",
    "spool":{"batches":3,"readings":1200,"bytes":900,"size_max":1000,"dropped":7,
        "trouble":"<i>odd</i>"},
    "traffic":{"bytes":1234567,"month_bytes":99,"connections":2},
    "own_certificate_until":"2022-09-20T00:00:00Z",
    "broker_certificate_until":"2023-09-20T00:00:00Z",
    "buses":[{"name":"<b>塘</b>","state":"online","polls":96,"missed":1,"busy":0.25,"devices":[
      {"unit":1,"profile":"level","station":"pond-1","state":"online","seen":true,"success":0.998},
      {"unit":2,"profile":"level","station":"pond-2","state":"suspect","seen":true},
      {"unit":3,"profile":"level","station":"pond-3","state":"offline","seen":true,
       "reason":"timeout","error":"<script>"},
      {"unit":4,"profile":"level","station":"pond-4","state":"offline","seen":false},
      {"unit":5,"profile":"level","station":"pond-5","state":"new"},
      {"unit":6,"profile":"level","station":"pond-6","state":"<u>asleep</u>"}]},
     {"name":"port","state":"unreachable","since":"2022-09-14T22:10:00Z",
      "error":"cannot connect to <tt>ttyUSB9","polls":9,"missed":0,"busy":0,"devices":[
      {"unit":7,"profile":"level","station":"pond-7","state":"unreachable",
       "since":"2022-09-14T22:15:00Z","seen":true,"success":0.75,"reason":"unreachable"},
      {"unit":8,"profile":"level","station":"pond-8","state":"never","seen":false}]},
     {"name":"old","state":"offline","polls":9,"missed":0,"busy":0,"devices":[
      {"unit":9,"profile":"level","station":"pond-9","state":"suspect","seen":false}]}]}"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn row(id: &str, online: bool, last_seen: Option<&str>) -> GatewayRow {
    GatewayRow { id: id.into(), online, last_seen: last_seen.map(at), ..GatewayRow::default() }
}

fn kit() -> Kit {
    let kit = Kit::new();
    let told = GatewayRow {
        committed_to: 17,
        gaps: vec!["20–21".into()],
        more_gaps: 2,
        version: Some("0.3.0".into()),
        config: Some("5d41402abc4b2a76".into()),
        declared: vec!["pond-1".parse().unwrap()],
        pinned: vec!["pond-2".parse().unwrap()],
        report: Some(GatewayReport::from_bytes(REPORT.as_bytes()).unwrap()),
        notes: vec![Text::verbatim("<em>note</em>")],
        lost: vec![LostRow {
            from: at("2022-09-14T00:00:00Z"),
            to: at("2022-09-14T01:00:00Z"),
            readings: None,
            why: Text::verbatim("full"),
        }],
        ..row("gw-1", true, Some("2022-09-14T23:00:00Z"))
    };
    let gateways = vec![
        told,
        row("gw-2", true, Some("2022-09-14T12:00:00Z")),
        row("gw-3", false, Some("2022-09-14T23:00:00Z")),
        row("gw-4", false, None),
        GatewayRow {
            revoked_since: Some(at("2022-09-01T00:00:00Z")),
            ..row("gw-5", true, Some("2022-09-14T23:00:00Z"))
        },
    ];
    kit.overview.send_replace(Arc::new(Overview {
        township: "示例乡".into(),
        now: at("2022-09-14T23:05:07Z"),
        gateways,
        ..Overview::default()
    }));
    kit
}

#[tokio::test]
async fn gateways_and_devices_have_their_states_in_words() {
    let kit = kit();
    let viewer = kit.session(Role::Viewer).await;
    let zh = kit.get("/gateways", Some(&viewer)).await;
    assert_eq!(zh.status, StatusCode::OK);
    for words in [
        "在线但静默",
        "离线",
        "从未收到",
        "已吊销",
        "可疑：上次没有应答",
        "离线：早已没有应答",
        "从未应答",
        "线路不通，情况不明",
        "还没有轮询",
    ] {
        assert!(zh.body.contains(words), "{words}: {}", zh.body);
    }
    let en = kit.get("/gateways?lang=en", Some(&viewer)).await.body;
    for words in [
        "1–17 without a gap",
        "20–21, 2 more",
        "batches: 3, readings: 1\u{202f}200",
        "90 % used (900 B of 1.0 kB)",
        "1.2 MB since its start",
        "in 5 days",
        "number unknown",
        "busy 25 %",
        "99.8 %",
        "75.0 %",
        "since 14 Sep 22:10",
        "no answer",
    ] {
        assert!(en.contains(words), "{words}: {en}");
    }
    let part = kit.get("/gateways?part=1&lang=en", Some(&viewer)).await.body;
    assert!(part.contains("without a gap") && !part.contains("<html"), "{part}");
}

#[tokio::test]
async fn a_publisher_is_shown_without_acknowledgement_and_with_what_is_not_taken_of_it() {
    let kit = kit();
    let viewer = kit.session(Role::Viewer).await;
    let publisher = PublisherRow {
        format: "sparkplug".into(),
        unmapped: 12,
        names: vec!["County/Edge 1 <Spare>".into()],
    };
    for (online, last, says) in [
        (true, "2022-09-14T23:00:00Z", "readings come"),
        // Twice a day is enough where that is what it does.
        (true, "2022-09-14T12:00:00Z", "readings come"),
        (false, "2022-09-14T23:00:00Z", "no readings have come for long"),
    ] {
        let publisher = Some(publisher.clone());
        let row = GatewayRow { publisher, ..row("plant", online, Some(last)) };
        kit.overview.send_modify(|overview| Arc::make_mut(overview).gateways = vec![row]);
        let page = kit.get("/gateways?lang=en", Some(&viewer)).await.body;
        for words in [
            says,
            "published by another program (sparkplug)",
            "12 values have no [[publisher.series]]: County&#x2f;Edge 1 &lt;Spare&gt;",
            "what is lost between it and the hub is not known",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("clock"), "nobody knows of its clock");
        let page = kit.get("/gateways?lang=zh", Some(&viewer)).await.body;
        for words in ["别的程序发布（sparkplug）", "12 个数值没有对应的", "没有端到端确认"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
}

#[tokio::test]
async fn what_became_of_pushed_settings_is_told() {
    let kit = kit();
    let viewer = kit.session(Role::Viewer).await;
    let said = |pushed: &str| {
        let report = REPORT.replacen("\"buses\"", &format!("\"pushed\":{pushed},\"buses\""), 1);
        let report = Some(GatewayReport::from_bytes(report.as_bytes()).unwrap());
        let row = GatewayRow { report, ..row("gw-1", true, Some("2022-09-14T23:00:00Z")) };
        kit.overview.send_modify(|overview| Arc::make_mut(overview).gateways = vec![row]);
    };
    for (pushed, says) in [
        (r#"{"refused":0}"#, &["no pushed configuration is in force"][..]),
        (r#"{"in_force":7,"last":7,"step":"kept","refused":0}"#, &["7 is in force"]),
        (
            r#"{"in_force":7,"last":9,"step":"rolled_back","refused":1200,
                "why":{"zh":"没有确认","en":"<b>not confirmed"}}"#,
            &[
                "7 is in force; the last one, 9, is rolled back",
                "&lt;b&gt;not confirmed",
                "1\u{202f}200",
            ],
        ),
        (r#"{"last":9,"step":"<i>asleep","refused":0}"#, &["&lt;i&gt;asleep"]),
        (r#"{"unused":true,"why":{"zh":"无","en":"no key"},"refused":0}"#, &["no key"]),
    ] {
        said(pushed);
        let page = kit.get("/gateways?lang=en", Some(&viewer)).await.body;
        for words in says {
            assert!(page.contains(words), "{pushed}: {words}: {page}");
        }
    }
    assert!(kit.get("/gateways", Some(&viewer)).await.body.contains("下发的配置"));
}

#[tokio::test]
async fn a_device_without_values_is_not_fine_and_what_a_gateway_said_that_is_gone_is_grey() {
    let kit = kit();
    let mut report = GatewayReport::from_bytes(REPORT.as_bytes()).unwrap();
    report.buses.truncate(1);
    report.buses[0].devices.truncate(1);
    report.buses[0].devices[0].success = Some(0.0);
    report.devices_left_out = 7;
    let viewer = kit.session(Role::Viewer).await;
    let page = async |online: bool| {
        let row = GatewayRow {
            report: Some(report.clone()),
            ..row("gw-1", online, Some("2022-09-14T23:00:00Z"))
        };
        kit.overview.send_modify(|overview| Arc::make_mut(overview).gateways = vec![row]);
        kit.get("/gateways?lang=en", Some(&viewer)).await.body
    };
    let there = page(true).await;
    for words in [
        "s-warn\">answers, gives no values",
        "devices that answer and give no values: 1",
        "<b>0</b><span>devices without an answer",
        "buses: 0, devices: 7",
    ] {
        assert!(there.contains(words), "{words}: {there}");
    }
    let gone = page(false).await;
    for words in [
        "s-none\">last said: answers, gives no values",
        "s-none\">last said: fine",
        "the gateway is not connected: what follows is what it said at",
    ] {
        assert!(gone.contains(words), "{words}: {gone}");
    }
    assert!(!gone.contains("give no values: 1"), "{gone}");
}

#[tokio::test]
async fn what_a_gateway_says_is_escaped() {
    let kit = kit();
    let administrator = kit.session(Role::Administrator).await;
    let page = kit.get("/gateways?lang=en", Some(&administrator)).await.body;
    for raw in ["<b>塘", "<i>odd", "<u>asleep", "<em>note", "<tt>ttyUSB9"] {
        assert!(!page.contains(raw), "{raw}");
    }
    for escaped in
        ["&lt;b&gt;塘", "&lt;i&gt;odd", "&lt;u&gt;asleep", "&lt;em&gt;note", "&lt;tt&gt;ttyUSB9"]
    {
        assert!(page.contains(escaped), "{escaped}: {page}");
    }
    assert!(!page.contains("lang=\"en\"><script>"));
}

#[tokio::test]
async fn only_an_administrator_has_the_forms_and_may_send_them() {
    let kit = kit();
    for role in [Role::Viewer, Role::Recorder, Role::Reviewer] {
        let session = kit.session(role).await;
        let page = kit.get("/gateways", Some(&session)).await.body;
        assert!(!page.contains("/gateways/gw-1/pin"), "{role:?}");
        let fields = "station=pond-1&confirm=1";
        let answer = kit.post("/gateways/gw-1/pin", Some(&session), fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    assert!(kit.asked.lock().unwrap().is_empty());
    let session = kit.session(Role::Administrator).await;
    let page = kit.get("/gateways", Some(&session)).await.body;
    for (form, there) in [
        ("/gateways/gw-1/pin", true),
        ("/gateways/gw-1/release", true),
        ("/gateways/gw-2/release", false),
        ("/gateways/gw-1/revoke", true),
        ("/gateways/gw-1/reinstate", false),
        ("/gateways/gw-5/revoke", false),
        ("/gateways/gw-5/reinstate", true),
    ] {
        assert_eq!(page.contains(&format!("action=\"{form}\"")), there, "{form}");
    }
}

#[tokio::test]
async fn a_deed_is_done_with_its_confirmation_and_recorded() {
    let kit = kit();
    let session = kit.session(Role::Administrator).await;
    for (path, fields, status) in [
        ("/gateways/gw-1/pin", "station=pond-1", StatusCode::UNPROCESSABLE_ENTITY),
        ("/gateways/GW/pin", "station=pond-1&confirm=1", StatusCode::UNPROCESSABLE_ENTITY),
        ("/gateways/gw-1/delete", "confirm=1", StatusCode::NOT_FOUND),
    ] {
        let answer = kit.post(path, Some(&session), fields).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    assert!(kit.asked.lock().unwrap().is_empty());
    let fields = "since=2022-09-14T08%3A30&reason=stolen&confirm=1";
    let answer = kit.post("/gateways/gw-1/revoke", Some(&session), fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.body.contains("role=\"status\">done"), "{}", answer.body);
    let asked = kit.asked.lock().unwrap().clone();
    assert!(asked.len() == 1 && asked[0].contains("Revoke") && asked[0].contains("stolen"));
    let audit = kit.users.audit(None, 10).await.unwrap();
    let noted = audit.iter().find(|row| row.detail.contains("stolen")).unwrap();
    assert_eq!((noted.by.as_str(), noted.sound), ("administrator", true));
    assert!(noted.detail.starts_with("gw-1 2022-09-14T08:30:00Z"), "{}", noted.detail);
}

#[tokio::test]
async fn who_has_trouble_comes_first_and_says_so_in_one_line() {
    let kit = kit();
    let fine = GatewayReport::from_bytes(REPORT.as_bytes()).map(|mut report| {
        report.spool = Default::default();
        report.own_certificate_until = None;
        report.buses.truncate(1);
        report.buses[0].devices.truncate(1);
        report
    });
    kit.overview.send_modify(|overview| {
        let well = GatewayRow {
            report: Some(fine.unwrap()),
            ..row("gw-0", true, Some("2022-09-14T23:00:00Z"))
        };
        Arc::make_mut(overview).gateways.insert(0, well);
    });
    let viewer = kit.session(Role::Viewer).await;
    let page = kit.get("/gateways?lang=en", Some(&viewer)).await.body;
    let mut at: Vec<(usize, &str)> = ["gw-3", "gw-2", "gw-1", "gw-4", "gw-5", "gw-0"]
        .map(|id| (page.find(&format!("id=\"g-{id}\"")).unwrap(), id))
        .into();
    let wanted = at.clone();
    at.sort_unstable();
    assert_eq!(at, wanted);
    for words in [
        "<p class=\"verdict\">all is well</p>",
        "buses: 1, devices: 1, all fine",
        "not connected to the broker",
        "devices without an answer: 6",
        "lines down or suspect: 2",
        "missing batches: 20–21, 2 more",
        "id=\"devices-gw-1-not\" open",
        "id=\"devices-gw-0-fine\"><summary>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}
