//! Tests of what a request says of itself.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::address::{address, answers_for, reads};
use super::cookies::{Cookie, same_token};
use super::hosts::{Host, host, is_foreign};
use super::origin::is_own;
use super::{Access, Peer};
use crate::locales::Lang;

fn access(listen: &str) -> Access {
    Access {
        hosts: vec!["hanqing.example".into(), "10.0.0.9".into(), "[fd00::9]".into()],
        open_to: vec!["192.168.1.0/24".parse().unwrap()],
        proxies: vec!["127.0.0.1/32".parse().unwrap(), "10.1.0.0/16".parse().unwrap()],
        tls: true,
        listen: listen.parse().unwrap(),
        lang: Lang::Chinese,
        users: None,
    }
}

fn peer(address: &str, local: &str) -> Peer {
    Peer { address: address.parse().unwrap(), local: local.parse().unwrap(), tls: false }
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        headers.append(HeaderName::from_static(name), value);
    }
    headers
}

#[test]
fn only_names_of_this_hub_are_answered() {
    let access = access("0.0.0.0:8080");
    let peer = peer("192.168.1.7:4000", "192.168.1.2:8080");
    let found = |lines: &[(&'static str, &str)], uri: &'static str| {
        host(&Uri::from_static(uri), &headers(lines), peer, &access)
    };
    let of = |written| found(&[("host", written)], "/").map(|host| host.https);
    for (written, https) in [
        ("localhost", Some(false)),
        ("LOCALHOST:8080", Some(false)),
        ("127.0.0.1:8080", Some(false)),
        ("[::1]:8080", Some(false)),
        ("[::1]", Some(false)),
        // The address of this very connection, also as IPv6 has it.
        ("192.168.1.2:8080", Some(false)),
        ("[::ffff:192.168.1.2]", Some(false)),
        ("hanqing.example", Some(true)),
        ("Hanqing.Example:443", Some(true)),
        ("10.0.0.9", Some(true)),
        ("[fd00::9]:8080", Some(true)),
        ("192.168.1.3", None),
        ("0.0.0.0:8080", None),
        ("[::]", None),
        ("evil.example", None),
        ("hanqing.example.evil.example", None),
        ("hanqing.example.", None),
        ("evil.example:127.0.0.1", None),
        ("127.0.0.1:8080@evil.example", None),
        ("user@127.0.0.1", None),
        ("127.1", None),
        ("2130706433", None),
        ("0x7f.0.0.1", None),
        ("::1", None),
        ("[::1", None),
        ("[::1]evil", None),
        ("[localhost]", None),
        ("localhost:http", None),
        ("localhost:999999", None),
        (":8080", None),
        ("", None),
        ("localhost\u{e9}", None),
    ] {
        assert_eq!(of(written), https, "{written:?}");
    }
    assert_eq!(found(&[], "/"), None);
    assert_eq!(found(&[("host", "localhost"), ("host", "localhost")], "/"), None);
    assert_eq!(found(&[("host", "localhost"), ("host", "evil.example")], "/"), None);
    assert!(found(&[("host", "localhost")], "http://localhost/").is_some());
    assert_eq!(found(&[("host", "localhost")], "http://evil.example/"), None);
}

#[test]
fn what_another_site_makes_a_browser_send_is_told_by_the_browser() {
    let navigation = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let foreign = |site: &'static str, more: &[(&'static str, &str)], method: Method, path| {
        let mut headers = headers(more);
        if !site.is_empty() {
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
        }
        is_foreign(&method, path, &headers)
    };
    for site in ["", "same-origin", "none"] {
        assert!(!foreign(site, &[], Method::GET, "/api/overview"), "{site}");
        assert!(!foreign(site, &[], Method::POST, "/sign-out"), "{site}");
    }
    for site in ["cross-site", "same-site", "nonsense"] {
        assert!(!foreign(site, &navigation, Method::GET, "/station/pond-1"), "{site}");
        for path in ["/report/drought-relief.docx", "/api/overview", "/live", "/metrics"] {
            assert!(foreign(site, &navigation, Method::GET, path), "{site} {path}");
        }
        assert!(foreign(site, &navigation, Method::POST, "/sign-in"), "{site}");
        assert!(foreign(site, &[("sec-fetch-mode", "no-cors")], Method::GET, "/"), "{site}");
        assert!(foreign(site, &[], Method::GET, "/"), "{site}");
        let frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        assert!(foreign(site, &frame, Method::GET, "/"), "{site}");
    }
}

#[test]
fn an_address_is_believed_of_a_trusted_proxy_only() {
    let access = access("127.0.0.1:8080");
    let of = |from: &str, lines: &[(&'static str, &str)]| {
        let address = address(&headers(lines), peer(from, "127.0.0.1:8080"), &access);
        address.map(|address| address.to_string())
    };
    let forwarded = |value| [("x-forwarded-for", value)];
    assert_eq!(of("192.168.1.7:4000", &[]).as_deref(), Some("192.168.1.7"));
    assert_eq!(of("[::ffff:192.168.1.7]:4000", &[]).as_deref(), Some("192.168.1.7"));
    for (value, address) in [
        ("203.0.113.5", Some("203.0.113.5")),
        // Right-most that is no proxy: what the browser itself has written stands further left.
        ("192.168.1.7, 203.0.113.5", Some("203.0.113.5")),
        ("203.0.113.5, 10.1.2.3", Some("203.0.113.5")),
        ("203.0.113.5:4711", Some("203.0.113.5")),
        ("[2001:db8::1]:4711", Some("2001:db8::1")),
        ("[2001:db8::1]", Some("2001:db8::1")),
        ("::ffff:192.168.1.7", Some("192.168.1.7")),
        ("192.168.1.7, unknown", None),
        ("unknown, 203.0.113.5", Some("203.0.113.5")),
        ("10.1.2.3", None),
        ("192.168.1.7, , 10.1.2.3", None),
        ("", None),
        ("192.168.1.7\u{e9}", None),
        ("\u{e9}, 203.0.113.5", Some("203.0.113.5")),
        ("203.0.113.5, ", Some("203.0.113.5")),
    ] {
        assert_eq!(of("127.0.0.1:4000", &forwarded(value)).as_deref(), address, "{value}");
        // The same from elsewhere says nothing at all.
        assert_eq!(of("192.168.1.7:4000", &forwarded(value)), None, "{value}");
    }
    let two = [("x-forwarded-for", "192.168.1.7"), ("x-forwarded-for", "203.0.113.5")];
    assert_eq!(of("127.0.0.1:4000", &two).as_deref(), Some("203.0.113.5"));
    for name in ["forwarded", "x-real-ip", "via", "x-forwarded-host"] {
        assert_eq!(of("192.168.1.7:4000", &[(name, "192.168.1.7")]), None, "{name}");
        assert_eq!(of("127.0.0.1:4000", &[(name, "192.168.1.7")]), None, "{name}");
    }
    // However much the browser writes before it, the proxy's own entry counts.
    let long = format!("{}203.0.113.5", "192.168.1.7, ".repeat(1000));
    assert_eq!(of("127.0.0.1:4000", &forwarded(&long)).as_deref(), Some("203.0.113.5"));
    let proxies = "10.1.2.3, ".repeat(1000);
    assert_eq!(of("127.0.0.1:4000", &forwarded(&proxies)), None);
    let open = |address: &str| reads(Some(address.parse().unwrap()), &access);
    assert!(open("192.168.1.200") && !open("192.168.2.1") && !reads(None, &access));
}

#[test]
fn nobody_is_without_an_address_by_a_header() {
    let access = access("127.0.0.1:8080");
    let of = |from: &str, lines: &[(&'static str, &str)]| {
        let peer = peer(from, "192.168.1.2:8080");
        let known = address(&headers(lines), peer, &access);
        let counts = answers_for(known, peer, &access).map(|address| address.to_string());
        (counts, reads(known, &access))
    };
    let own = || Some("192.168.1.7".to_owned());
    assert_eq!(of("192.168.1.7:4000", &[]), (own(), true));
    // Whoever adds a header does not read without signing in, and answers for what he does all the same.
    for name in ["via", "x-forwarded-for", "forwarded"] {
        assert_eq!(of("192.168.1.7:4000", &[(name, "192.168.1.9")]), (own(), false), "{name}");
        assert_eq!(of("[::ffff:192.168.1.7]:4000", &[(name, "x")]), (own(), false), "{name}");
    }
    // A proxy here that nobody has named is not all who come through it.
    assert_eq!(of("127.0.0.2:4000", &[("via", "x")]), (None, false));
    assert_eq!(of("10.1.2.3:4000", &[("via", "x")]), (None, false));
    let forwarded = [("x-forwarded-for", "192.168.1.9")];
    assert_eq!(of("10.1.2.3:4000", &forwarded), (Some("192.168.1.9".into()), true));
}

#[test]
fn a_change_comes_from_our_own_page() {
    let host = |https| Host { written: "hub.example:8080".into(), https };
    let own = |https, lines: &[(&'static str, &str)]| is_own(&headers(lines), &host(https));
    assert!(own(false, &[("origin", "http://hub.example:8080")]));
    assert!(own(true, &[("origin", "https://hub.example:8080")]));
    assert!(own(true, &[("origin", "https://HUB.example:8080"), ("sec-fetch-site", "x")]));
    assert!(own(true, &[("sec-fetch-site", "same-origin")]));
    for lines in [
        &[("origin", "null")][..],
        &[],
        &[("origin", "")],
        &[("origin", "http://hub.example:8080")],
        &[("origin", "https://hub.example")],
        &[("origin", "https://hub.example:8081")],
        &[("origin", "https://hub.example:8080/")],
        &[("origin", "https://evil.example")],
        &[("origin", "https://hub.example:8080"), ("origin", "https://evil.example")],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        &[("referer", "https://hub.example:8080/people")],
    ] {
        assert!(!own(true, lines), "{lines:?}");
    }
}

#[test]
fn a_cookie_is_found_among_others_and_once_only() {
    let token = "ab".repeat(32);
    let of = |https, line: &str| {
        let headers = headers(&[("cookie", line)]);
        Cookie::Session.of(&headers, https).map(str::to_owned)
    };
    let found = |line: String| of(false, &line).as_deref() == Some(token.as_str());
    assert!(found(format!("hanqing={token}")));
    assert!(found(format!("lang=zh; hanqing={token} ;theme=dark")));
    assert!(!found(format!("hanqing={token}; hanqing={token}")));
    assert!(!found(format!("xhanqing={token}")));
    assert!(!found(format!("hanqing=\"{token}\"")));
    assert!(!found(format!("hanqing={}", "a".repeat(129))));
    assert!(!found("hanqing=".into()));
    // Over https only the name that nobody else can set counts, and the other way round.
    assert_eq!(of(true, &format!("hanqing={token}")), None);
    assert_eq!(of(true, &format!("__Host-hanqing={token}; hanqing=x")), Some(token.clone()));
    assert_eq!(of(false, &format!("__Host-hanqing={token}")), None);
}

#[test]
fn tokens_are_the_same_only_as_a_whole() {
    assert!(same_token("abc", "abc"));
    for (one, other) in [("", ""), ("abc", "abd"), ("abc", "ab"), ("ab", "abc"), ("", "a")] {
        assert!(!same_token(one, other), "{one:?} {other:?}");
    }
}
