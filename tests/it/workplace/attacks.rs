//! What somebody tries who has a browser, a proxy of her own, or a script.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::kit::{Office, PASSWORD, STATION};
use crate::context::{outcome, wait_for};
use crate::visit::{Answer, Visit, encoded, part, token};

/// Texts that mean something to a browser, a database, a template, a shell or a path.
const TEXTS: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE correction; --",
    "{{ 7654321 * 11 }} {% include 'layout' %}",
    "../../../../etc/passwd",
    "%0d%0aSet-Cookie:%20a=b",
    "$(reboot) `reboot` | reboot",
    "=cmd|'/c calc'!A0",
    "\u{202e}txt.exe\u{200b}",
];

/// Longest that anything of this may take: a debug build beside other tests.
const BOUND: Duration = Duration::from_secs(20);

fn days(back: i64) -> String {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * back);
    then.strftime("%Y-%m-%dT00:00").to_string()
}

#[test]
fn only_the_hubs_own_names_are_answered() {
    let office = Office::open();
    let mut viewer = office.person("viewer");
    let port = viewer.port;
    for host in [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "",
        "localhost:",
        "[::1",
        "127.0.0.1:99999999",
    ] {
        viewer.host = Some(host.to_owned());
        let answer = viewer.get("/");
        let right = if host == "localhost:" { answer.status == 200 } else { answer.status >= 400 };
        assert!(right, "{host:?}: {answer:?}");
        assert!(!answer.text().contains("evil"), "{host:?}");
    }
    viewer.host = Some(format!("localhost:{port}"));
    assert_eq!(viewer.get("/").status, 200);
    viewer.host = None;
    let mut forwarded = viewer.clone().with("X-Forwarded-Host: evil.example");
    assert!(!forwarded.get("/").text().contains("evil"));
    let two = "Host: evil.example".to_owned();
    let answer = viewer.ask("GET", "/", &[two], b"");
    assert!(answer.status >= 400, "two hosts: {answer:?}");
}

#[test]
fn a_form_of_another_page_changes_nothing() {
    let office = Office::open();
    let mut administrator = office.chosen(&office.first_link());
    let mut viewer = office.person("viewer");
    let own = token(&administrator.get("/").text()).unwrap();
    let others = token(&viewer.get("/").text()).unwrap();
    let path = "/people/sun/link";
    let mut refused = |what: &str, origin: Option<&str>, token: &str| {
        administrator.origin = origin.map(str::to_owned);
        let answer = administrator.post(path, &[("form_token", token)]);
        assert_eq!(answer.status, 403, "{what}: {answer:?}");
    };
    let (port, wrong) = (viewer.port, "0".repeat(own.len()));
    refused("another site", Some("https://evil.example"), &own);
    refused("another port", Some(&format!("http://127.0.0.1:{}", port - 1)), &own);
    refused("another name of the same machine", Some(&format!("http://localhost:{port}")), &own);
    refused("no origin", Some(""), &own);
    refused("a page without one", Some("null"), &own);
    refused("no token", None, "");
    refused("a made up token", None, &wrong);
    refused("somebody else's token", None, &others);
    administrator.origin = None;
    let mut another = administrator.clone().with("Sec-Fetch-Site: cross-site");
    assert_eq!(another.post(path, &[("form_token", &own)]).status, 403);
    assert_eq!(another.get("/api/overview").status, 403, "a script of another site reads nothing");
    let answer = administrator.ask("GET", path, &[], b"");
    assert_eq!(answer.status, 405, "a link does nothing: {answer:?}");
    assert!(administrator.post(path, &[("form_token", &own)]).status < 400);
}

/// Whether a page shows a text as a text.
fn escaped(page: &str, what: &str) {
    for bad in ["<script>alert", "<img src=x", "84197531", "root:"] {
        assert!(!page.contains(bad), "{what}: {bad} in {page}");
    }
}

#[test]
fn texts_stay_texts_in_every_field_and_address() {
    let office = Office::open();
    office.levels(1, &[219.0, 219.1, 219.2]);
    let mut reviewer = office.person("reviewer");
    let page = format!("/station/{STATION}");
    let corrections = format!("{page}/corrections");
    for (number, text) in TEXTS.into_iter().enumerate() {
        let (from, to) = (days(3), days(-2));
        let fields = [
            ("parameter", "level"),
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("kind", "note"),
            ("by", ""),
            ("reason", text),
        ];
        let sent = reviewer.send(&page, &corrections, &fields);
        assert!(sent.status < 500, "{text}: {sent:?}");
        escaped(&sent.text(), text);
        for place in 0..fields.len() - 1 {
            let mut other = fields;
            other[place].1 = text;
            let answer = reviewer.send(&page, &corrections, &other);
            assert!((400..500).contains(&answer.status) || place == 4, "{other:?}: {answer:?}");
            escaped(&answer.text(), text);
        }
        let said = part(text);
        for path in [
            format!("/station/{said}"),
            format!("/station/{STATION}?range={said}"),
            format!("/station/{STATION}?range=own&from={said}&to={said}"),
            format!("/station/{STATION}?lang={said}"),
            format!("/?kind={said}&village={said}&status={said}&part={said}"),
            format!("/gateways?{said}={said}"),
            format!("/pumps?range={said}"),
            format!("/first/{said}"),
            format!("/assets/{said}"),
            format!("/report/{said}"),
            format!("/api/chart/{said}/{said}?from={said}"),
            format!("/sign-in?next={said}"),
            format!("/{said}"),
        ] {
            let answer = reviewer.get(&path);
            assert!(answer.status < 500, "{path}: {answer:?}");
            assert_eq!(answer.headers("set-cookie").filter(|c| c.starts_with("a=")).count(), 0);
            escaped(&answer.text(), &path);
        }
        let (_, wrong) = office.sign_in(&format!("{text}{number}"), text);
        assert!((400..500).contains(&wrong.status), "{text}: {wrong:?}");
        escaped(&wrong.text(), text);
    }
    let shown = reviewer.get(&page).text();
    escaped(&shown, "the station's page");
    assert!(shown.contains("&lt;script&gt;alert(1)&lt;"), "{shown}");
    assert!(shown.contains("{{ 7654321 * 11 }}"), "{shown}");
    let csv = reviewer.get(&format!("{page}/data.csv")).text();
    assert!(!csv.lines().any(|line| line.starts_with('=') || line.contains(",=")), "{csv}");
}

#[test]
fn a_login_leads_to_no_other_site() {
    let office = Office::open();
    office.person("viewer");
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/sign-out",
        "station/x",
    ] {
        let mut visit = office.stranger();
        let page = visit.get(&format!("/sign-in?next={}", part(next)));
        let token = token(&page.text()).unwrap();
        let fields = [
            ("form_token", token.as_str()),
            ("person", "sun"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let answer = visit.post("/sign-in", &fields);
        assert_eq!(answer.status, 303, "{next}: {answer:?}");
        let to = answer.location();
        let own = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
        assert!(own && !to.contains("evil"), "{next} leads to {to}");
    }
}

#[test]
fn ranges_of_all_time_and_backwards_are_answered_soon() {
    let office = Office::open();
    office.levels(1, &[219.0, 219.1]);
    let mut viewer = office.person("viewer");
    for [from, to] in [
        ["2000-01-01", "2099-12-31"],
        ["0001-01-01", "9999-12-31"],
        ["-9999-01-01", "9999-12-31"],
        ["2022-12-31", "2022-01-01"],
        ["2022-02-30", "2022-03-01"],
        ["", ""],
        ["99999999999999999999", "1"],
    ] {
        let begun = Instant::now();
        for path in ["", "/data.csv", "/data.xlsx"] {
            let path = format!("/station/{STATION}{path}?range=own&from={from}&to={to}");
            let answer = viewer.get(&path);
            assert!(answer.status < 500, "{path}: {answer:?}");
        }
        let chart = format!("/api/chart/{STATION}/level?from={from}&to={to}&points=4294967295");
        assert!(viewer.get(&chart).status < 500, "{chart}");
        assert!(begun.elapsed() < BOUND, "{from} to {to}: {:?}", begun.elapsed());
    }
}

#[test]
fn ten_thousand_rows_make_no_page_without_end() {
    let office = Office::open();
    for part in 0..10 {
        let levels: Vec<f64> = (0..1000).map(|n| 218.0 + f64::from(n % 100) / 50.0).collect();
        office.levels_before(part + 1, 1000 * part as usize, &levels);
    }
    let mut reviewer = office.person("reviewer");
    let page = format!("/station/{STATION}");
    let begun = Instant::now();
    let shown = reviewer.get(&format!("{page}?range=year"));
    assert_eq!(shown.status, 200);
    assert!(shown.body.len() < 1 << 20, "{} bytes", shown.body.len());
    let file = reviewer.get(&format!("{page}/data.csv?range=30d"));
    // A level an hour.
    assert!(file.text().lines().count() > 700, "{:?}", file.head);
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    let answer = reviewer.get("/audit?before=-9223372036854775808");
    assert_eq!(answer.status, 403, "{answer:?}");
}

#[test]
fn a_password_of_a_megabyte_and_heads_without_end_are_cut_off() {
    let office = Office::open();
    let mut visit = office.stranger();
    let token = token(&visit.get("/sign-in").text()).unwrap();
    let megabyte = "p".repeat(1 << 20);
    let begun = Instant::now();
    let fields = [("form_token", token.as_str()), ("person", "zhao"), ("password", &megabyte)];
    let answer = visit.post("/sign-in", &fields);
    assert_eq!(answer.status, 413, "{:?}", answer.head);
    let link = office.first_link();
    let fields = [("form_token", token.as_str()), ("password", &megabyte), ("again", &megabyte)];
    let answer = visit.post(&format!("/first/{link}"), &fields);
    assert_eq!(answer.status, 413, "{:?}", answer.head);
    for head in [
        vec![format!("X-Long: {}", "x".repeat(1 << 20))],
        (0..10_000).map(|n| format!("X-{n}: y")).collect(),
        vec![format!("Cookie: {}", "hanqing=a; ".repeat(5000))],
    ] {
        // Refused, or cut off.
        let told = visit.try_ask("GET", "/", &head, b"").map_or(431, |answer| answer.status);
        assert!(matches!(told, 400 | 431), "{told}");
    }
    let told = visit.try_ask("GET", &format!("/{}", "x".repeat(1 << 20)), &[], b"");
    let told = told.map_or(414, |answer| answer.status);
    assert!(matches!(told, 400 | 404 | 414 | 431), "{told}");
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    assert_eq!(visit.get("/sign-in").status, 200);
    office.chosen(&link);
}

#[test]
fn bodies_and_methods_that_no_page_takes_are_refused() {
    let office = Office::open();
    let mut viewer = office.person("viewer");
    let form = "Content-Type: application/x-www-form-urlencoded".to_owned();
    for method in
        ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X".repeat(5000).as_str()]
    {
        let told = viewer.try_ask(method, "/", &[], b"");
        let told = told.map_or(400, |answer| answer.status);
        assert!((400..500).contains(&told) || told == 501, "{method:.20}: {told}");
    }
    let body = encoded(&[("form_token", "x"), ("form_token", "y"), ("reason", "z")]);
    let path = format!("/station/{STATION}/corrections");
    for (kind, body) in [
        (form.clone(), body.as_bytes()),
        (form, b"\xff\xfe%zz&&&=&".as_slice()),
        ("Content-Type: text/plain".to_owned(), b"form_token=x".as_slice()),
        ("Content-Type: application/json".to_owned(), b"{}".as_slice()),
        ("Content-Type: multipart/form-data; boundary=x".to_owned(), b"--x--".as_slice()),
    ] {
        let answer = viewer.ask("POST", &path, &[kind], body);
        assert!((400..500).contains(&answer.status), "{answer:?}");
    }
}

#[test]
fn every_answer_carries_what_keeps_a_browser_safe() {
    let office = Office::open();
    let mut visit = office.stranger();
    let sign_in = visit.get("/sign-in");
    let mut viewer = office.person("viewer");
    let check = |what: &str, answer: &Answer| {
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
        assert!(policy.contains("form-action"), "{what}: {policy}");
        assert!(!policy.contains("unsafe"), "{what}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{what}");
        assert!(answer.header("referrer-policy").is_some(), "{what}");
        for cookie in answer.headers("set-cookie").filter(|c| c.starts_with("hanqing")) {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite="), "{cookie}");
        }
    };
    check("the login", &sign_in);
    for path in ["/", "/pumps", "/nowhere", "/api/overview", "/report/nothing", "/station/none"] {
        check(path, &viewer.get(path));
    }
    let page = viewer.get("/").text();
    assert!(!page.contains(" style=\"") && !page.contains("<style"), "{page}");
    assert!(!page.contains(" onclick") && !page.contains("<script>"), "{page}");
    for start in ["href=\"/assets/", "src=\"/assets/"] {
        let path = page.split(start).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let file = viewer.get(&format!("/assets/{path}"));
        assert_eq!(file.status, 200, "{path}");
        assert!(file.header("cache-control").is_some_and(|c| c.contains("immutable")), "{file:?}");
    }
}

#[test]
fn what_is_live_comes_and_ends_with_the_hub() {
    let mut office = Office::open();
    let viewer = office.person("viewer");
    let mut stream = follow(&viewer);
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    let hub = office.hub.0.id().to_string();
    let begun = Instant::now();
    outcome(std::process::Command::new("kill").args(["-TERM", &hub]));
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    wait_for("the end of the hub", || if office.hub.runs() { Err("it runs") } else { Ok(()) });
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    let text = String::from_utf8_lossy(&rest).to_ascii_lowercase();
    assert!(text.contains("content-type: text/event-stream"), "{text}");
}

fn follow(visit: &Visit) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", visit.port)).unwrap();
    stream.set_read_timeout(Some(BOUND)).unwrap();
    let accept = "Accept: text/event-stream".to_owned();
    let head = visit.head_of("GET", "/live", &[accept], 0);
    stream.write_all(head.replace("Connection: close\r\n", "").as_bytes()).unwrap();
    stream
}
