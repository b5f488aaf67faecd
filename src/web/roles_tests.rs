//! Every route, asked for by everybody.

use axum::http::{Method, StatusCode};

use super::test_kit::{Kit, asked};
use crate::core::Role;
use crate::users::Session;

/// Who may have it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum For {
    /// Whoever comes.
    Anybody,
    /// From that role on; others are led to the sign-in page.
    Page(Role),
    /// The same for programs and forms: others are told.
    Program(Role),
}

use For::{Anybody, Page, Program};
use Role::{Administrator, Recorder, Reviewer, Viewer};

/// All routes.
const ROUTES: [(&str, &str, For); 65] = [
    ("GET", "/", Page(Viewer)),
    ("GET", "/?part=1", Program(Viewer)),
    ("GET", "/station/pond-1", Page(Viewer)),
    ("GET", "/station/pond-1/data.csv", Page(Viewer)),
    ("GET", "/station/pond-1/data.xlsx", Page(Viewer)),
    ("POST", "/station/pond-1/corrections", Program(Recorder)),
    ("POST", "/station/pond-1/corrections/1/withdraw", Program(Reviewer)),
    ("GET", "/pumps", Page(Viewer)),
    ("GET", "/pumps?part=1", Program(Viewer)),
    ("GET", "/gateways", Page(Viewer)),
    ("GET", "/gateways?part=1", Program(Viewer)),
    ("POST", "/gateways/gw-1/pin", Program(Administrator)),
    ("POST", "/gateways/gw-1/release", Program(Administrator)),
    ("POST", "/gateways/gw-1/revoke", Program(Administrator)),
    ("POST", "/gateways/gw-1/reinstate", Program(Administrator)),
    ("GET", "/ledger", Page(Viewer)),
    ("GET", "/ledger/rows/1", Page(Viewer)),
    ("GET", "/ledger/review", Page(Viewer)),
    ("GET", "/ledger/enter", Page(Recorder)),
    ("GET", "/ledger/rows/1/correct", Page(Recorder)),
    ("GET", "/ledger/rows/1/withdraw", Page(Recorder)),
    ("POST", "/ledger/enter", Program(Recorder)),
    ("POST", "/ledger/rows/1/correct", Program(Recorder)),
    ("POST", "/ledger/rows/1/withdraw", Program(Recorder)),
    ("POST", "/ledger/review", Program(Reviewer)),
    ("GET", "/ledger/import", Page(Recorder)),
    ("GET", "/ledger/template", Page(Recorder)),
    ("POST", "/ledger/import", Program(Recorder)),
    ("POST", "/ledger/import/enter", Program(Recorder)),
    ("GET", "/alarms", Page(Viewer)),
    ("GET", "/alarms?part=1", Program(Viewer)),
    ("POST", "/alarms/acknowledge", Program(Recorder)),
    ("POST", "/alarms/test", Program(Administrator)),
    ("GET", "/report", Page(Viewer)),
    ("GET", "/report/figure/electricity_used", Page(Viewer)),
    ("GET", "/report/of/drought-relief.docx", Page(Viewer)),
    ("POST", "/report/fill", Program(Viewer)),
    ("GET", "/report/filled/0123", Page(Viewer)),
    ("POST", "/report/accept", Program(Reviewer)),
    ("POST", "/report/issue", Program(Reviewer)),
    ("GET", "/report/issued/2022-001", Page(Viewer)),
    ("GET", "/report/issued/2022-001/drought-relief.docx", Page(Viewer)),
    ("GET", "/api/v1/stations", Program(Viewer)),
    ("GET", "/api/v1/figures", Program(Viewer)),
    ("GET", "/api/v1/openapi.json", Program(Viewer)),
    ("GET", "/sta/v1.1", Program(Viewer)),
    ("GET", "/sta/v1.1/Things", Program(Viewer)),
    ("GET", "/sign-in", Anybody),
    ("POST", "/sign-in", Anybody),
    ("POST", "/sign-out", Anybody),
    ("GET", "/first/0123", Anybody),
    ("POST", "/first/0123", Anybody),
    ("GET", "/people", Page(Administrator)),
    ("POST", "/people/nobody/link", Program(Administrator)),
    ("POST", "/people/nobody/sign-out", Program(Administrator)),
    ("GET", "/audit", Page(Administrator)),
    ("GET", "/live", Program(Viewer)),
    ("GET", "/assets/nothing.css", Anybody),
    ("GET", "/api/overview", Program(Viewer)),
    ("GET", "/api/chart/pond-1/level", Program(Viewer)),
    ("GET", "/report/drought-relief.docx", Page(Viewer)),
    ("HEAD", "/people", Page(Administrator)),
    ("GET", "/metrics", Anybody),
    ("GET", "/health", Anybody),
    ("GET", "/nowhere", Anybody),
];

/// What came of asking, as far as it is a matter of who asks.
async fn outcome(kit: &Kit, method: &str, path: &str, session: Option<&Session>) -> String {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let token = session.map(|session| session.form_token.as_str()).unwrap_or_default();
    let body = match method {
        Method::POST => format!("form_token={token}"),
        _ => String::new(),
    };
    let request = asked(method, path, session, &[], &body);
    // Streams have no end: the head is enough.
    let response = super::connections::once(&kit.router(), request).await;
    let location = response.headers().get("location").map(|to| to.to_str().unwrap());
    match (response.status(), location) {
        (StatusCode::SEE_OTHER, Some(to)) if to.starts_with("/sign-in?") => "sign in".into(),
        (StatusCode::SEE_OTHER, Some("/sign-in")) if path == "/" => "sign in".into(),
        (StatusCode::UNAUTHORIZED, _) => "401".into(),
        (StatusCode::FORBIDDEN, _) => "403".into(),
        (StatusCode::METHOD_NOT_ALLOWED, _) => "no such method".into(),
        (StatusCode::INTERNAL_SERVER_ERROR, _) => "500".into(),
        _ => "comes through".into(),
    }
}

fn expected(who: For, role: Option<Role>) -> &'static str {
    match (who, role) {
        (Anybody, _) => "comes through",
        (Page(_), None) => "sign in",
        (Program(_), None) => "401",
        (Page(least) | Program(least), Some(role)) if role < least => "403",
        (Page(_) | Program(_), Some(_)) => "comes through",
    }
}

#[tokio::test]
async fn each_route_is_for_those_whose_it_is() {
    let kit = Kit::new();
    let mut wrong = Vec::new();
    let mut everybody = vec![None];
    for role in Role::ALL {
        everybody.push(Some((role, kit.session(role).await)));
    }
    for who in &everybody {
        for (method, path, may) in ROUTES {
            let (role, session) = match who {
                None => (None, None),
                Some((role, session)) => (Some(*role), Some(session)),
            };
            // A form of somebody who has not signed in has another token: tried beside the sign-in page.
            if method == "POST" && (path == "/sign-in" || path.starts_with("/first/")) {
                continue;
            }
            // Her session ends.
            if path == "/sign-out" && role.is_some() {
                continue;
            }
            let found = outcome(&kit, method, path, session).await;
            let expected = expected(may, role);
            if found != expected {
                wrong.push(format!("{method} {path} by {role:?}: {found}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn nothing_is_done_for_those_who_may_not() {
    let kit = Kit::new();
    let session = kit.session(Viewer).await;
    let fields = "series=pond-1/level&kind=note&from=2022-09-01T00:00&to=2022-09-02T00:00&reason=x\
                  &station=pond-1&since=2022-09-01";
    for (method, path, _) in ROUTES {
        if method == "POST" && !path.starts_with("/sign") && !path.starts_with("/first") {
            kit.post(path, Some(&session), fields).await;
            kit.post(path, None, fields).await;
        }
    }
    assert_eq!(*kit.asked.lock().unwrap(), [""; 0]);
}

#[tokio::test]
async fn who_was_led_to_the_sign_in_page_comes_back_to_where_she_wanted_to_go() {
    let kit = Kit::new();
    for (path, to) in [
        ("/", "/sign-in"),
        ("/pumps", "/sign-in?next=/pumps"),
        (
            "/station/pond-1?range=7d&x=%2f",
            "/sign-in?next=/station/pond-1%3Frange%3D7d%26x%3D%252f",
        ),
        ("//evil.example/", "/sign-in?next=//evil.example/"),
    ] {
        let answer = kit.get(path, None).await;
        if path.starts_with("//") {
            // No page of ours; and the sign-in page would not lead there.
            assert_ne!(answer.status, StatusCode::SEE_OTHER);
            continue;
        }
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to));
    }
}
