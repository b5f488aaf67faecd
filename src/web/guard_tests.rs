//! Forged requests against all of the router.

use axum::http::{Method, StatusCode};

use super::test_kit::{HOST_NAME, Kit, asked, peer};
use crate::core::Role;

#[tokio::test]
async fn a_name_that_is_not_ours_is_answered_with_nothing_of_the_office() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    for host in ["evil.example", "evil.example:8080", ""] {
        for path in ["/", "/api/overview", "/metrics", "/health", "/sign-in", "/nowhere"] {
            let request = asked(Method::GET, path, Some(&session), &[("host", host)], "");
            let answer = kit.ask(request).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
            assert!(answer.body.starts_with("421：") && !answer.body.contains("示例乡"));
            assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        }
        for path in ["/api/v1/stations", "/api/v1", "/sta/v1.1/Things"] {
            let request = asked(Method::GET, path, Some(&session), &[("host", host)], "");
            let answer = kit.ask(request).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
            assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
            let kind = "\"type\":\"urn:hanqing:problem:misdirected\"";
            assert!(answer.body.contains(kind) && !answer.body.contains("示例乡"), "{answer:?}");
        }
    }
    let two = [("host", HOST_NAME), ("host", "evil.example")];
    let answer = kit.ask(asked(Method::GET, "/health", None, &two, "")).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    let paths =
        ["/", "/sign-in", "/people", "/audit", "/api/overview", "/health", "/nowhere", "/first/x"];
    for path in paths {
        let answer = kit.get(path, Some(&session)).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let referrer = if path == "/first/x" { "strict-origin" } else { "same-origin" };
        assert_eq!(answer.header("referrer-policy"), referrer, "{path}");
        assert!(!answer.headers.contains_key("strict-transport-security"), "{path}");
    }
    let mut request = asked(Method::GET, "/health", None, &[], "");
    request.extensions_mut().insert(super::guard::Peer { tls: true, ..peer("127.0.0.1:5000") });
    assert!(kit.ask(request).await.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    let path = "/people/viewer/link";
    let body = format!("form_token={}", session.form_token);
    for headers in [
        &[("origin", "")][..],
        &[("origin", "null")],
        &[("origin", "http://evil.example")],
        &[("origin", "http://127.0.0.1:8081")],
        &[("origin", "https://127.0.0.1:8080")],
        &[("origin", ""), ("sec-fetch-site", "cross-site")],
        &[("origin", ""), ("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", ""), ("referer", "http://127.0.0.1:8080/people")],
    ] {
        let answer = kit.ask(asked(Method::POST, path, Some(&session), headers, &body)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    // Our own page, without its token, with that of another session, with a part of it, or with two.
    let other = kit.session(Role::Reviewer).await;
    for body in [
        String::new(),
        "form_token=".into(),
        format!("form_token={}", other.form_token),
        format!("form_token={}", &session.form_token[1..]),
        format!("form_token={}", session.token),
        format!("form_token={0}&form_token={0}x", session.form_token),
    ] {
        let answer = kit.ask(asked(Method::POST, path, Some(&session), &[], &body)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{body}");
    }
    for kind in ["text/plain", "application/json", "multipart/form-data", ""] {
        let request = asked(Method::POST, path, Some(&session), &[("content-type", kind)], &body);
        let answer = kit.ask(request).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    let made = kit.users.accounts().await.unwrap();
    assert!(made.iter().all(|state| state.link_until.is_none()), "a link was made");
    let answer = kit.ask(asked(Method::POST, path, Some(&session), &[], &body)).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_cookie_that_was_forged_cut_or_signed_out_is_nobody() {
    let kit = Kit::new();
    let session = kit.session(Role::Viewer).await;
    assert_eq!(kit.get("/api/overview", Some(&session)).await.status, StatusCode::OK);
    let token = &session.token;
    let (cut, upper) = (&token[..token.len() - 1], token.to_uppercase());
    for cookie in [
        format!("hanqing={cut}"),
        format!("hanqing={token}0"),
        format!("hanqing={upper}"),
        format!("hanqing={}", "0".repeat(64)),
        format!("hanqing={token}; hanqing={token}"),
        format!("__Host-hanqing={token}"),
        format!("hanqing={}", session.form_token),
        "hanqing=' OR 1=1 --".into(),
    ] {
        let headers = [("cookie", cookie.as_str())];
        let request = asked(Method::GET, "/api/overview", None, &headers, "");
        assert_eq!(kit.ask(request).await.status, StatusCode::UNAUTHORIZED, "{cookie}");
    }
    let out = kit.post("/sign-out", Some(&session), "").await;
    assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
    assert!(out.cookies().contains(&"hanqing=".into()), "{:?}", out.cookies());
    let replayed = kit.get("/api/overview", Some(&session)).await;
    assert_eq!(replayed.status, StatusCode::UNAUTHORIZED);
    // And once more: nothing to sign out of, and no error.
    let again = kit.post("/sign-out", Some(&session), "").await;
    assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_open_networks_and_who_has_signed_in() {
    let kit = Kit::with(|access| {
        access.open_to = vec!["192.168.1.0/24".parse().unwrap()];
        access.proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let session = kit.session(Role::Viewer).await;
    for (from, forwarded, signed_in, may) in [
        ("127.0.0.1:5000", "", false, true),
        ("[::1]:5000", "", false, true),
        ("192.168.1.9:5000", "", false, true),
        ("203.0.113.5:5000", "", false, false),
        ("203.0.113.5:5000", "", true, true),
        // A proxy on this machine is not this machine.
        ("127.0.0.1:5000", "203.0.113.5", false, false),
        ("127.0.0.1:5000", "127.0.0.1", false, false),
        ("127.0.0.1:5000", "192.168.1.9", false, true),
        // Nobody else makes herself a machine of ours.
        ("203.0.113.5:5000", "127.0.0.1", false, false),
        ("203.0.113.5:5000", "192.168.1.9", false, false),
        ("192.168.1.9:5000", "192.168.1.9", false, false),
    ] {
        for path in ["/metrics", "/health"] {
            let session = signed_in.then_some(&session);
            let headers = [("x-forwarded-for", forwarded)];
            let mut request = asked(Method::GET, path, session, &headers, "");
            request.extensions_mut().insert(peer(from));
            let refused = kit.ask(request).await.status == StatusCode::UNAUTHORIZED;
            assert_eq!(refused, !may, "{path} from {from} for {forwarded:?}");
        }
    }
    let mut request = asked(Method::GET, "/api/overview", None, &[], "");
    request.extensions_mut().insert(peer("192.168.1.9:5000"));
    assert_eq!(kit.ask(request).await.status, StatusCode::OK, "an open network reads");
    let local = kit.get("/api/overview", None).await;
    assert_eq!(local.status, StatusCode::UNAUTHORIZED, "this machine itself does not");
}

#[tokio::test]
async fn behind_tls_the_cookie_is_for_this_host_alone() {
    let kit = Kit::with(|access| {
        access.hosts = vec!["hanqing.example".into()];
        access.tls = true;
        access.proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let session = kit.session(Role::Viewer).await;
    let cookie = format!("__Host-hanqing={}", session.token);
    let [plain, secure] = ["http", "https"].map(|scheme| format!("{scheme}://hanqing.example"));
    let body = format!("form_token={}", session.form_token);
    let base = [("host", "hanqing.example"), ("cookie", cookie.as_str())];
    let with = |origin| [base[0], base[1], ("origin", origin)];
    let refused =
        kit.ask(asked(Method::POST, "/sign-out", None, &with(plain.as_str()), &body)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let out = kit.ask(asked(Method::POST, "/sign-out", None, &with(secure.as_str()), &body)).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    let cookie = out.header("set-cookie");
    assert!(cookie.starts_with("__Host-hanqing=; ") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(cookie.contains("Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
}

#[tokio::test]
async fn an_unknown_address_is_a_page_for_a_browser_and_a_line_for_a_program() {
    let kit = Kit::new();
    let session = kit.session(Role::Viewer).await;
    let browser = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    for session in [Some(&session), None] {
        for path in ["/nowhere", "/station", "/nowhere/%3Cscript%3E", "/api/nowhere?x=1"] {
            let page = kit.ask(asked(Method::GET, path, session, &browser, "")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            assert!(page.body.contains("<h1>404：没有这个页面</h1>"), "{path}: {}", page.body);
            assert!(page.body.contains("<p><a href=\"/\">") && !page.body.contains("<script>"));
            let line = kit.get(path, session).await;
            assert_eq!(line.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(line.body, "404：没有这个页面\n", "{path}");
        }
    }
}
