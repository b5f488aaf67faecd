//! The interface over all of the router: who may ask, what is answered, and what is said of it.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use super::describe::description;
use crate::core::Role;
use crate::users::{MadeToken, Scope, UsersFile};
use crate::web::guard::Peer;
use crate::web::test_kit::{Answer, Kit, asked, peer};

/// A token of that scope, made beside the hub.
async fn token(kit: &Kit, name: &str, scope: Scope, until: &str) -> String {
    let mut file = UsersFile::open(&kit.users_file()).unwrap();
    let until: Timestamp = until.parse().unwrap();
    let made = file.make_token((name, scope), until, "@console", Timestamp::UNIX_EPOCH).unwrap();
    // Whatever is asked of the file's thread has it look for what others wrote.
    kit.users.accounts().await.unwrap();
    match made {
        MadeToken::Secret(secret) => secret,
        other => panic!("{other:?}"),
    }
}

const FAR: &str = "9000-01-01T00:00:00Z";

async fn get(kit: &Kit, path: &str, token: &str, headers: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut all = vec![("authorization", bearer.as_str())];
    all.extend(headers);
    kit.ask(asked(Method::GET, path, None, &all, "")).await
}

fn problem(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["status"], answer.status.as_u16());
    problem
}

#[tokio::test]
async fn a_token_has_what_its_scope_covers_and_nothing_else() {
    let kit = Kit::new();
    let [read, report, operate] = [Scope::Read, Scope::Report, Scope::Operate];
    let read = token(&kit, "r", read, FAR).await;
    let report = token(&kit, "p", report, FAR).await;
    let operate = token(&kit, "o", operate, FAR).await;
    let ended = token(&kit, "e", Scope::Report, "2020-01-01T00:00:00Z").await;
    let [no_period, ok] = [StatusCode::CONFLICT, StatusCode::OK];
    let (data, figures, health) = ("/api/v1/stations", "/api/v1/figures", "/metrics");
    for (token, path, status) in [
        (&read, data, ok),
        (&read, figures, StatusCode::FORBIDDEN),
        (&read, health, StatusCode::FORBIDDEN),
        (&report, data, ok),
        (&report, figures, no_period),
        (&operate, health, ok),
        (&operate, data, StatusCode::FORBIDDEN),
        (&ended, data, StatusCode::UNAUTHORIZED),
        (&"hq_0".to_owned(), data, StatusCode::UNAUTHORIZED),
        (&"hq_0".to_owned(), health, StatusCode::UNAUTHORIZED),
    ] {
        let answer = get(&kit, path, token, &[]).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        let challenge = answer.header("www-authenticate").to_owned();
        match status {
            StatusCode::UNAUTHORIZED => assert!(challenge.ends_with("error=\"invalid_token\"")),
            StatusCode::FORBIDDEN => assert!(challenge.contains("error=\"insufficient_scope\"")),
            _ => assert_eq!(challenge, ""),
        }
    }
    // Pages are for persons, and a session beside a token counts for nothing.
    let session = kit.session(Role::Administrator).await;
    let bearer = format!("Bearer {read}");
    for path in ["/", "/people", "/api/overview"] {
        let headers = [("authorization", bearer.as_str())];
        let answer = kit.ask(asked(Method::GET, path, Some(&session), &headers, "")).await;
        assert_ne!(answer.status, ok, "{path}");
    }
    let mut file = UsersFile::open(&kit.users_file()).unwrap();
    file.revoke_token("r", "@console", Timestamp::UNIX_EPOCH).unwrap();
    kit.users.accounts().await.unwrap();
    assert_eq!(get(&kit, data, &read, &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_counts_from_elsewhere_over_tls_and_under_the_hubs_own_names_only() {
    let kit = Kit::with(|access| {
        access.hosts = vec!["hanqing.example".into()];
        access.tls = true;
    });
    let token = token(&kit, "r", Scope::Read, FAR).await;
    let bearer = format!("Bearer {token}");
    for (host, status) in
        [("hanqing.example", StatusCode::OK), ("evil.example", StatusCode::MISDIRECTED_REQUEST)]
    {
        let headers = [("authorization", bearer.as_str()), ("host", host)];
        let mut request = asked(Method::GET, "/api/v1/stations", None, &headers, "");
        let from = Peer { tls: true, ..peer("203.0.113.5:5000") };
        request.extensions_mut().insert(from);
        assert_eq!(kit.ask(request).await.status, status, "{host}");
    }
    // A page of another site cannot make a browser ask.
    let headers = [("authorization", bearer.as_str()), ("sec-fetch-site", "cross-site")];
    let foreign = kit.ask(asked(Method::GET, "/api/v1/stations", None, &headers, "")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nothing_can_be_changed_and_whoever_shows_nothing_is_asked_for_a_token() {
    let kit = Kit::new();
    let token = token(&kit, "r", Scope::Report, FAR).await;
    let bearer = format!("Bearer {token}");
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
        for path in ["/api/v1/stations", "/api/v1/nowhere", "/people/viewer/link", "/sign-out"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let headers = [("authorization", bearer.as_str())];
            let answer = kit.ask(asked(method, path, None, &headers, "")).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert_eq!(answer.header("allow"), "GET, HEAD");
            problem(&answer);
        }
    }
    assert_eq!(*kit.asked.lock().unwrap(), [""; 0]);
    let answer = kit.get("/api/v1/stations", None).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"hanqing\"");
    problem(&answer);
    let session = kit.session(Role::Viewer).await;
    assert_eq!(kit.get("/api/v1/stations", Some(&session)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_tokens_of_an_address_are_slowed_down_and_right_ones_are_not() {
    let kit = Kit::new();
    let right = token(&kit, "r", Scope::Read, FAR).await;
    let ask = async |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let mut request = asked(Method::GET, "/api/v1/stations", None, &headers, "");
        request.extensions_mut().insert(peer("192.0.2.7:5000"));
        kit.ask(request).await
    };
    let mut last = StatusCode::UNAUTHORIZED;
    for n in 0..100 {
        let answer = ask(&format!("hq_{n:064x}")).await;
        last = answer.status;
        if last != StatusCode::UNAUTHORIZED {
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask(&right).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_list_is_read_to_its_end_and_asked_again_at_no_cost() {
    let kit = Kit::new();
    let token = token(&kit, "r", Scope::Read, FAR).await;
    let mut path = "/api/v1/readings?series=pond-1/level&limit=1&lang=en".to_owned();
    let mut times = Vec::new();
    loop {
        let answer = get(&kit, &path, &token, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let page: Value = serde_json::from_str(&answer.body).unwrap();
        times.push(page["items"][0]["at"].as_str().unwrap().to_owned());
        let tag = answer.header("etag").to_owned();
        let weak = format!("\"x\", W/{tag}");
        for known in [tag.as_str(), weak.as_str(), "*"] {
            let again = get(&kit, &path, &token, &[("if-none-match", known)]).await;
            assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
            assert_eq!(again.header("etag"), tag);
        }
        let other = get(&kit, &path, &token, &[("if-none-match", "\"x\"")]).await;
        assert_eq!(other.status, StatusCode::OK);
        assert_eq!(answer.header("cache-control"), "private, no-cache");
        let Some(next) = page["next"].as_str() else {
            assert_eq!(answer.header("link"), "");
            break;
        };
        assert_eq!(answer.header("link"), format!("<{next}>; rel=\"next\""));
        path = next.to_owned();
    }
    assert_eq!(times, ["2022-08-01T00:00:00Z", "2022-08-01T00:01:00Z", "2022-08-01T00:02:00Z"]);
    let csv = get(&kit, "/api/v1/readings?series=pond-1/level", &token, &[("accept", "text/csv")]);
    let csv = csv.await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.body.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1], "pond-1,level,m,2022-08-01T00:00:00Z,-0.5,1,,,,");
    assert_eq!(lines[2], "pond-1,level,m,2022-08-01T00:01:00Z,,9,timeout,,,");
    assert!(!csv.body.contains("HYPERLINK"), "no name stands in a table");
    let json = get(&kit, "/api/v1/readings?series=pond-1/level", &token, &[]).await;
    assert_ne!(json.header("etag"), csv.header("etag"));
    assert!(json.body.contains("\"value\":null"), "{}", json.body);
    let head = format!("Bearer {token}");
    let head = [("authorization", head.as_str())];
    let head = kit.ask(asked(Method::HEAD, "/api/v1/stations", None, &head, "")).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
}

/// RFC 9110, 9.3.2 and 13.1.2: the head is that of the same answer, and whoever has whatever there is gets nothing.
#[tokio::test]
async fn the_head_of_a_file_says_what_the_file_would_and_a_star_fits_whatever_there_is() {
    let kit = Kit::new();
    let token = token(&kit, "r", Scope::Read, FAR).await;
    let bearer = format!("Bearer {token}");
    for (path, status) in [
        ("/api/v1/files/readings.csv?station=pond-1", 200),
        ("/api/v1/files/readings.csv?station=pond-9", 404),
        ("/api/v1/files/readings.parquet?station=pond-9", 404),
        ("/api/v1/files/readings.csv", 503),
    ] {
        for method in [Method::HEAD, Method::GET] {
            let headers = [("authorization", bearer.as_str())];
            let answer = kit.ask(asked(method.clone(), path, None, &headers, "")).await;
            assert_eq!(answer.status.as_u16(), status, "{method} {path}");
            if method == Method::HEAD {
                assert_eq!(answer.body, "", "{path}");
            }
        }
    }
    for (path, status) in [
        ("/api/v1/stations", 304),
        ("/api/v1/stations/pond-1", 304),
        ("/api/v1/stations/pond-9", 404),
        ("/api/v1/openapi.json", 304),
        ("/api/v1/files/readings.csv?station=pond-1", 304),
        ("/api/v1/files/readings.csv?station=pond-9", 404),
    ] {
        let answer = get(&kit, path, &token, &[("if-none-match", "*")]).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_problem_has_place_value_rule_and_the_way_out_in_the_askers_language() {
    let kit = Kit::new();
    let token = token(&kit, "r", Scope::Report, FAR).await;
    for (path, status, place, hint) in [
        ("/api/v1/stations?limt=5&lang=en", 400, "query", "did you mean limit?"),
        ("/api/v1/stations?limit=0&lang=en", 400, "limit", ""),
        ("/api/v1/stations/pond-11?lang=en", 404, "station", "did you mean pond-1?"),
        ("/api/v1/stations/%FF?lang=en", 404, "station", "the list one level above names all"),
        ("/api/v1/stations/POND?lang=en", 404, "station", "the list one level above names all"),
        (
            "/api/v1/series/pond-1/LEVEL?lang=en",
            404,
            "series",
            "the list one level above names all",
        ),
        ("/api/v1/figures/%FF?lang=en", 404, "figure", "the list one level above names all"),
        ("/api/v1/readings?lang=en", 400, "", ""),
        (
            "/api/v1/readings?series=pond-2/level&lang=en",
            404,
            "series",
            "did you mean pond-1/level?",
        ),
        ("/api/v1/readings?series=pond-2/level&format=csv", 404, "series", "是不是 pond-1/level？"),
        ("/api/v1/nowhere?lang=en", 404, "", "/api/v1/openapi.json names all addresses"),
        ("/api/v1?lang=en", 404, "", ""),
        ("/api/v1/events?lang=en", 500, "", ""),
        ("/api/v1/figures?from=2022-08-01&lang=en", 400, "", ""),
        ("/api/v1/files/readings.csv?lang=en", 503, "", "try again in 30 s"),
    ] {
        let answer = get(&kit, path, &token, &[]).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
        let problem = problem(&answer);
        assert!(problem["type"].as_str().unwrap().starts_with("urn:hanqing:problem:"), "{path}");
        assert_eq!(problem["place"].as_str().unwrap_or_default(), place, "{path}");
        if !hint.is_empty() {
            assert_eq!(problem["hint"], hint, "{path}");
        }
        // What the hub knows of its own troubles stays in its log.
        assert!(!answer.body.contains("disk"), "{path}");
    }
    // A time that no clock here can have has its offset.
    for (to, rule) in [
        ("9999-12-31T23:59:59Z", "a time not after 9999-12-30T22:00:00.999999999Z"),
        ("9999-12-31T25:59:59Z", "a time with its offset"),
        ("9999-12-31T23:59:59", "a time with its offset"),
    ] {
        let path = format!("/api/v1/readings?series=pond-1/level&to={to}&lang=en");
        let answer = get(&kit, &path, &token, &[]).await;
        let said = problem(&answer)["rule"].as_str().unwrap_or_default().to_owned();
        assert!(answer.status.as_u16() == 400 && said.starts_with(rule), "{to}: {said}");
    }
    let busy = get(&kit, "/api/v1/files/readings.parquet", &token, &[]).await;
    assert_eq!(busy.header("retry-after"), "30");
}

#[test]
fn the_description_is_as_it_was_and_names_every_answer() {
    let document = description();
    let written = serde_json::to_string_pretty(&document).unwrap();
    insta::assert_snapshot!("openapi", written);
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let operation = &item["get"];
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{path}");
        for status in ["200", "400", "401", "403", "404", "405", "421", "429", "500", "503"] {
            assert!(operation["responses"][status].is_object(), "{path} {status}");
        }
        for parameter in operation["parameters"].as_array().unwrap() {
            assert!(parameter["description"].is_string(), "{path} {parameter}");
        }
        assert!(operation["security"][0]["token"].is_array(), "{path}");
    }
    // Each list has items, and the way to the next page.
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let lists = schemas.values().filter(|schema| schema["properties"]["items"].is_object());
    assert!(lists.clone().count() > 8, "{}", lists.count());
    for list in lists {
        assert_eq!(list["properties"]["items"]["type"], "array", "{list}");
        assert!(list["properties"]["next"].is_object(), "{list}");
    }
    // Whatever it refers to is there.
    for part in written.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn the_description_is_handed_out() {
    let kit = Kit::new();
    let token = token(&kit, "r", Scope::Read, FAR).await;
    let answer = get(&kit, "/api/v1/openapi.json", &token, &[]).await;
    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), description());
    assert_eq!(kit.get("/api/v1/openapi.json", None).await.status, StatusCode::UNAUTHORIZED);
}
