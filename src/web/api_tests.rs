//! Tests of what programs ask for.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use tokio::sync::Semaphore;

use super::connections::once;
use super::model::Overview;
use super::report::DeskAnswer;
use super::router::ingester;
use super::test_kit::{Kit, asked, operation};
use super::workplace::Ask;
use crate::core::Role;

#[tokio::test]
async fn the_documents_of_a_report_are_in_the_language_of_whoever_asks() {
    let kit = Kit::new();
    let session = kit.session(Role::Viewer).await;
    let word = kit.get("/report/drought-relief.docx", Some(&session)).await;
    assert!(word.header("content-type").contains("wordprocessingml"));
    assert_eq!((word.status, word.body.as_str()), (StatusCode::OK, "a document in zh"));
    let english = kit.get("/report/drought-relief.docx?lang=en", Some(&session)).await;
    assert_eq!(english.body, "a document in en");
    let html = kit.get("/report/drought-relief.html", Some(&session)).await;
    let policy = html.header("content-security-policy");
    assert!(policy.contains("sandbox") && !policy.contains("script-src"), "{policy}");
    for path in ["/report/other.docx", "/report/%ff.docx"] {
        let none = kit.get(path, Some(&session)).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(none.body, "404：没有这个文档\n", "{path}");
    }
    let wrong = kit.get("/report/no-period.docx", Some(&session)).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT);
    assert_eq!(wrong.body, "先登记抗旱期\n");
    let busy = kit.get("/report/busy.docx", Some(&session)).await;
    assert_eq!((busy.status, busy.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
}

#[tokio::test]
async fn five_documents_wait_and_a_sixth_is_told_to_come_again() {
    let mut kit = Kit::new();
    let session = kit.session(Role::Viewer).await;
    let (made, begun) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (makes, begins) = (made.clone(), begun.clone());
    kit.workplace.desk = Ask::new(move |_| {
        let (made, begun) = (makes.clone(), begins.clone());
        async move {
            begun.add_permits(1);
            made.acquire().await?.forget();
            Ok(DeskAnswer::File { name: "x.docx".into(), bytes: b"done".to_vec() })
        }
    });
    let router = kit.router();
    let request = || asked(Method::GET, "/report/x.docx", Some(&session), &[], "");
    let mut waiting = Vec::new();
    for _ in 0..5 {
        let (router, request) = (router.clone(), request());
        waiting.push(tokio::spawn(async move { once(&router, request).await.status() }));
    }
    begun.acquire_many(5).await.unwrap().forget();
    let sixth = once(&router, request()).await;
    assert_eq!(sixth.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(sixth.headers().contains_key("retry-after"));
    // Who goes away leaves her place to nobody before her document is made.
    waiting.pop().unwrap().abort();
    assert_eq!(once(&router, request()).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    made.add_permits(6);
    for task in waiting {
        assert_eq!(task.await.unwrap(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_chart_is_asked_for_by_series_and_span() {
    let kit = Kit::new();
    let session = kit.session(Role::Viewer).await;
    let span = "from=2022-01-01T00:00:00Z&to=2023-01-01T00:00:00Z";
    let answer = kit.get(&format!("/api/chart/pond-1/level?{span}"), Some(&session)).await;
    let points = r#"["pond-1/level","2022-01-01T00:00:00Z","2023-01-01T00:00:00Z",1000]"#;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, points));
    for (path, status) in [
        (format!("/api/chart/pond-1/levle?{span}"), 400),
        (format!("/api/chart/pond-1/level?{span}&points=0"), 400),
        (format!("/api/chart/pond-1/level?{span}&points=10001"), 400),
        (format!("/api/chart/pond-1/%ff?{span}"), 400),
        ("/api/chart/pond-1/level".into(), 400),
        ("/api/chart/pond-1/level?from=yesterday&to=today".into(), 400),
        (format!("/api/chart/pond-1/level?{span}&points=13"), 500),
    ] {
        assert_eq!(kit.get(&path, Some(&session)).await.status.as_u16(), status, "{path}");
    }
    let twice = format!("/api/chart/pond-1/level?{span}&from=2022-02-01T00:00:00Z");
    for (lang, words) in [("zh", "每项只写一次"), ("en", "each once")] {
        let headers = [("accept-language", lang)];
        let refused = kit.ask(asked(Method::GET, &twice, Some(&session), &headers, "")).await;
        assert!(refused.status == StatusCode::BAD_REQUEST && refused.body.contains(words));
        assert!(!refused.body.contains("duplicate field"), "{}", refused.body);
    }
}

#[tokio::test]
async fn json_is_the_same_for_every_reader_and_follows_the_state() {
    let kit = Kit::new();
    let session = kit.session(Role::Viewer).await;
    let of =
        async |lang: &str| kit.get(&format!("/api/overview?lang={lang}"), Some(&session)).await;
    let (zh, en) = (of("zh").await, of("en").await);
    assert_eq!(zh.body, en.body);
    assert!(zh.cookies().is_empty() && zh.header("content-type").contains("json"));
    let township = "新乡".to_owned();
    kit.overview.send_replace(Arc::new(Overview { township, ..Overview::default() }));
    let json: serde_json::Value = serde_json::from_str(&of("zh").await.body).unwrap();
    assert_eq!(json["township"], "新乡");
    let nothing = &json["totals"]["energy_kwh"];
    assert_eq!(*nothing, serde_json::Value::Null, "nothing measured is not zero");
}

#[tokio::test]
async fn who_looks_after_a_hub_finds_metrics_and_what_is_wrong() {
    let kit = Kit::new();
    let metrics = kit.get("/metrics", None).await;
    assert!(metrics.header("content-type").contains("application/openmetrics-text"));
    assert_eq!(metrics.body, "# EOF\n");
    let health = kit.get("/health", None).await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    let said = concat!(
        r#"{"last_commit":null,"problems":["the disk is full"],"#,
        r#""status":"failing","warnings":[]}"#
    );
    assert_eq!(health.body, said);
}

#[tokio::test]
async fn a_hub_that_only_ingests_has_nothing_else() {
    let mut kit = Kit::new();
    kit.access.users = None;
    let router = ingester(operation(), kit.access.clone());
    for (path, status) in [
        ("/metrics", 200),
        ("/health", 503),
        ("/", 404),
        ("/sign-in", 404),
        ("/api/overview", 404),
        ("/assets/style.css", 404),
    ] {
        let answer = once(&router, asked(Method::GET, path, None, &[], "")).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn answers_without_a_page_are_in_the_language_of_the_reader() {
    let kit = Kit::new();
    assert_eq!(kit.get("/nowhere", None).await.body, "404：没有这个页面\n");
    let english = [("accept-language", "en")];
    let answer = kit.ask(asked(Method::GET, "/nowhere", None, &english, "")).await;
    assert_eq!(answer.body, "404: no such page\n");
    assert_eq!(answer.header("vary"), "Accept-Language, Cookie");
    assert_eq!(answer.header("content-language"), "en");
}
